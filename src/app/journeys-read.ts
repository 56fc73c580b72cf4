import type { z } from 'zod'
import type { ContactPolicy } from '#consent/policy.ts'
import type { ModelInForce } from '#decisions/snapshot.ts'
import { GetJourney, ListJourneys, type LiveCounts, SimulateJourney, WatchJourney } from '#journeys/api.ts'
import { Journey } from '#journeys/schema.ts'
import { sentencesOf } from '#journeys/sentences.ts'
import { Simulation } from '#journeys/simulate.ts'
import { modesOf } from '#journeys/store.ts'
import type { InputOf } from '#lib/action.ts'
import type { JsonObject } from '#lib/json.ts'
import { type Problem, refuse } from '#lib/problem.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { definition, documentHistory, listDocuments, liveDocuments } from '#platform/documents.ts'
import { type DocumentKind, libraryOf, problemsOf, yamlOf } from '#platform/documents-plan.ts'
import { type Binding, bind, bindStream } from '#platform/http/actions.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import { journeyCounts, runTotals, stepFlow } from './counts-store.ts'
import { policyDocument } from './pressure.ts'

interface Options {
  readonly pool: Pool
  readonly analytics: Analytics
  readonly kinds: ReadonlyMap<string, DocumentKind>
  readonly now: () => number
  /** What models have learned by now. */
  readonly models: (workspace: string) => Promise<readonly ModelInForce[]>
}

const unknownJourney = (id: string): Problem => ({
  code: 'journey.unknown',
  status: 404,
  title: 'There is no such journey',
  detail: id,
  hint: 'Look at the list of journeys for its id',
})

export const journeyBindings = (options: Options): Binding[] => [
  bind(ListJourneys, async (_input, { workspace }) => ({ journeys: await list(options, workspace) })),
  bind(GetJourney, async (input, { workspace }) => show(options, workspace, input)),
  bind(SimulateJourney, async (input, { workspace }) => {
    const found = await versionOf(options, workspace, input)
    if (!found) return refuse(unknownJourney(input.id))
    const policy = policyDocument(await inWorkspace(options.pool, workspace, (tx) => liveDocuments(tx, workspace)))
    return { trace: traceOf(found.journey, { policy, models: await options.models(workspace) }, input) }
  }),
  bindStream(WatchJourney, async ({ id }, { workspace }, { stream }) => {
    if (!(await versionOf(options, workspace, { id }))) return refuse(unknownJourney(id))
    const open = stream()
    let before = ''
    while (!open.closed.aborted) {
      const { at: _at, ...counts } = await live(options, workspace, id)
      const text = JSON.stringify(counts)
      if (text !== before) open.send({ at: options.now(), ...counts })
      before = text
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS))
    }
    return undefined
  }),
]

const EVERY_MS = 1_000

async function list({ pool, analytics, kinds, now }: Options, workspace: string) {
  const [lines, live, modes, counts] = await Promise.all([
    inWorkspace(pool, workspace, (tx) => listDocuments(tx, workspace, { kind: 'journey', archived: true })),
    inWorkspace(pool, workspace, (tx) => liveDocuments(tx, workspace)),
    inWorkspace(pool, workspace, (tx) => modesOf(tx, workspace)),
    journeyCounts(analytics, workspace, now()),
  ])
  const library = libraryOf(live, kinds)
  return lines.map(({ id, name, live: version, draft, at }) => {
    const count = counts.get(id)
    const body = live.find((each) => each.kind === 'journey' && each.id === id)
    return {
      id,
      name: name || id,
      version: version ?? 1,
      status: version !== null ? ('live' as const) : draft ? ('draft' as const) : ('archived' as const),
      mode: modes.get(id)?.kind ?? ('run' as const),
      inNow: Math.max(0, count?.inNow ?? 0),
      entered7d: count?.entered7d ?? 0,
      goalRate: count && count.treated > 0 ? count.converted / count.treated : null,
      issues: (body ? problemsOf(body, kinds, library).length : 0) + (count?.failed7d ?? 0),
      publishedAt: version === null ? null : at,
    }
  })
}

interface Found {
  readonly journey: Journey
  readonly version: number
  readonly body: JsonObject
}

/** The draft if it is asked for; else the named version, the live one, the newest, or the draft. */
async function versionOf(
  { pool }: Options,
  workspace: string,
  { id, version, draft = false }: { id: string; version?: number | undefined; draft?: boolean | undefined },
): Promise<Found | undefined> {
  return inWorkspace(pool, workspace, async (tx) => {
    const history = await documentHistory(tx, workspace, { kind: 'journey', id })
    if (!history) return undefined
    if (draft) return history.draft && readable(history.draft.body as JsonObject, (history.versions[0]?.version ?? 0) + 1)
    const wanted = version ?? history.versions.find((line) => line.status === 'published')?.version ?? history.versions[0]?.version
    if (wanted === undefined) return history.draft && readable(history.draft.body as JsonObject, 1)
    const found = await definition(tx, { workspace, kind: 'journey', id, version: wanted })
    return found && readable(found.body as JsonObject, wanted)
  })
}

function readable(body: JsonObject, version: number): Found | undefined {
  const parsed = Journey.safeParse(body)
  return parsed.success ? { journey: parsed.data as Journey, version, body } : undefined
}

async function show(options: Options, workspace: string, input: InputOf<typeof GetJourney>) {
  const found = await versionOf(options, workspace, input)
  if (!found) return refuse(unknownJourney(input.id))
  const { pool, kinds } = options
  const [history, live, modes] = await inWorkspace(
    pool,
    workspace,
    async (tx) =>
      [
        await documentHistory(tx, workspace, { kind: 'journey', id: input.id }),
        await liveDocuments(tx, workspace),
        await modesOf(tx, workspace),
      ] as const,
  )
  const liveHash = history!.versions.find(({ status }) => status === 'published')?.hash
  const draftHash = history!.draft && history!.draft.hash !== liveHash ? history!.draft.hash : null
  const problems = problemsOf({ kind: 'journey', id: input.id, body: found.body }, kinds, libraryOf(live, kinds))
  const versions = history!.versions.map(({ version, status, at, by }) => ({
    version,
    status: status === 'published' ? ('live' as const) : ('archived' as const),
    at,
    by,
  }))
  return {
    id: input.id,
    name: found.journey.name ?? input.id,
    version: found.version,
    status: versions.find((each) => each.version === found.version)?.status ?? ('draft' as const),
    mode: modes.get(input.id)?.kind ?? ('run' as const),
    modeAt: modes.get(input.id)?.at ?? null,
    modeBy: modes.get(input.id)?.by ?? '',
    draft: draftHash,
    definition: found.journey,
    yaml: yamlOf(found.body),
    problems: problems.map(({ status: _status, ...problem }) => ({ severity: severityOf(problem), ...problem })),
    versions,
    sentences: sentencesOf(found.journey),
  }
}

const severityOf = (problem: object): 'error' | 'warning' => ('severity' in problem && problem.severity === 'warning' ? 'warning' : 'error')

async function live({ analytics, now }: Options, workspace: string, id: string): Promise<z.output<typeof LiveCounts>> {
  const [flow, totals] = await Promise.all([stepFlow(analytics, workspace, id), runTotals(analytics, workspace, id)])
  const steps = flow
    .filter(({ step }) => step !== '')
    .map(({ step, arrived, passed, left }) => [step, { in: Math.max(0, arrived - passed - left), arrived, passed }] as const)
  return { at: now(), steps: Object.fromEntries(steps), ...totals }
}

interface InForce {
  readonly policy: ContactPolicy | undefined
  readonly models: readonly ModelInForce[]
}

/** What the journey would do for one person under the contact policy and the models in force, in virtual time. */
function traceOf(journey: Journey, { policy, models }: InForce, { attributes, events, until }: InputOf<typeof SimulateJourney>) {
  const start = Math.min(until, ...events.map((event) => event.at))
  const world = new Simulation({ journeys: [journey], models, start, ...(policy ? { policy } : {}) })
  world.identify('someone', attributes as JsonObject, start)
  for (const { name, at, properties } of events) world.event({ person: 'someone', name, at, properties: properties as JsonObject })
  world.run(until)
  return world.trace.map(({ at, kind, step, reason, sentence }) => ({ at, kind, step, reason, sentence }))
}
