import { call, Refused, requestOf, send } from '#kit/api.ts'
import { type Outcome, refuse } from '#lib/problem.ts'
import { GetDocument, SaveDraft } from '#workspaces/documents/api.ts'
import type { JourneyLibrary } from '../check.ts'
import { GetJourneyLibrary } from '../draft-api.ts'
import { DraftMemory } from './draft-memory.ts'
import type { Stored, StudioPorts } from './studio-world.ts'

const memory = new DraftMemory()

/** What a call gives, with its refusal as a value. */
async function outcome<T>(asked: Promise<T>): Promise<Outcome<T>> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof Refused) return refuse(error.failure)
    throw error
  }
}

/** The largest request that may outlive a page. */
const KEEPALIVE_BYTES = 60_000

/** The studio's world in a browser. */
export const studioPorts = (workspace: string): StudioPorts => ({
  now: Date.now,
  later(ms, run) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
  idle(run) {
    if (typeof requestIdleCallback === 'undefined') {
      const timer = setTimeout(run, 50)
      return () => clearTimeout(timer)
    }
    const asked = requestIdleCallback(run, { timeout: 500 })
    return () => cancelIdleCallback(asked)
  },
  load: (id) => outcome(load(id)),
  async save(id, { body, source, hash, leaving }) {
    const { method, url, body: text } = requestOf(SaveDraft, { kind: 'journey', id, body, source })
    const sent = send(url, {
      method,
      body: text,
      headers: { 'if-match': `"${hash}"` },
      keepalive: leaving && (text?.length ?? 0) < KEEPALIVE_BYTES,
    })
    const answer = await outcome(sent as Promise<{ draft: { hash: string; at: number } }>)
    return 'draft' in answer ? { hash: answer.draft.hash, at: answer.draft.at } : answer
  },
  rewrite: async (source, body) => (await import('../edit/source.ts')).rewrite(source, body),
  library: readLibrary,
  remember: (id, kept) => memory.remember(`${workspace}/journey/${id}`, kept),
  recall: (id) => memory.recall(`${workspace}/journey/${id}`),
})

async function load(id: string): Promise<Stored> {
  const { draft, shown, versions, live } = await call(GetDocument, { kind: 'journey', id })
  const line = versions.find(({ version }) => version === shown?.version)
  const found = draft ?? (shown && { ...shown, by: line?.by ?? '', byName: line?.byName ?? '', at: line?.at ?? 0 })
  if (!found) throw new Refused({ code: 'document.unknown', status: 404, title: 'There is no such document.' })
  return { body: found.body as never, source: found.yaml, hash: found.hash, by: found.byName, at: found.at, live }
}

/** What journeys can name: ids of everything that is live, and of each what a check looks at. */
export async function readLibrary(): Promise<JourneyLibrary> {
  const { documents } = await call(GetJourneyLibrary, {})
  const kinds = new Map<string, Map<string, unknown>>()
  for (const { kind, id, body } of documents) {
    const same = kinds.get(kind) ?? new Map<string, unknown>()
    kinds.set(kind, same.set(id, body))
  }
  return { ids: (kind) => [...(kinds.get(kind)?.keys() ?? [])], get: (kind, id) => kinds.get(kind)?.get(id) }
}
