import { createHash, createHmac } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Logger } from 'pino'
import { keptFor, Retention } from '#channels/retention.ts'
import type { JsonObject } from '#lib/json.ts'
import { isRefusal, type Outcome, type Problem, refuse } from '#lib/problem.ts'
import { liveDocuments } from '#platform/documents.ts'
import type { Queryable } from '#platform/log.ts'
import { deriveKey } from '#platform/secrets.ts'
import type { SubjectKeys } from '#platform/subject-keys.ts'
import { type Archived, archivedIn, pack, textOf, unpack } from './archive-pack.ts'
import { type ArchiveRow, archivedKinds, findSkeletons, forgetArchived, insertArchive, insertSkeleton } from './archive-store.ts'
import { type Due, type Made, type PrepareParts, prepare } from './prepare.ts'
import type { Ending, Keep } from './settler.ts'

interface Options {
  readonly keys: SubjectKeys
  readonly secretKey: string
  /** Stores what messages have in common, each in a transaction of its own: it is there before anything refers to it. */
  readonly db: Queryable
  readonly logger: Logger
  /** As the dispatcher renders: what messages have in common is the message to nobody. */
  readonly render: PrepareParts
}

type HandedOver = Parameters<Keep>[1][number]

/** Keeps what was handed over, and reads it again. */
export interface Archive {
  readonly keep: Keep
  /** The message; null when its person was erased. */
  open(db: Queryable, row: ArchiveRow): Promise<Archived | null>
  openAll(db: Queryable, rows: readonly ArchiveRow[]): Promise<(Archived | null)[]>
}

/** Whether a message may have arrived: all others were not sent. */
const mayHaveArrived = ({ verdict }: Ending): boolean => verdict.status === 'sent' || verdict.status === 'ambiguous'

export function archive({ keys, secretKey, ...making }: Options): Archive {
  const addressKey = deriveKey(secretKey, 'archived addresses')
  const addressHash = (ws: string, address: string): string =>
    createHmac('sha256', addressKey).update(`${ws} ${address.toLowerCase()}`).digest('hex')
  const skeletons = skeletonsOf(making)
  const openAll: Archive['openAll'] = async (db, rows) => {
    const bodies = await Promise.all(
      [...Map.groupBy(rows, ({ ws }) => ws)].map(([ws, some]) =>
        findSkeletons(
          db,
          ws,
          some.map(({ skeleton }) => skeleton),
        ),
      ),
    )
    const opened = await keys.openAll(
      db,
      rows.map(({ ws, profile, sealed }) => ({ ws, profile, sealed: sealed.length === 0 ? NOTHING : sealed })),
    )
    return rows.map((row, i) => {
      const packed = opened[i]
      if (!packed || row.sealed.length === 0) return null
      const skeleton = bodies.map((some) => some.get(row.skeleton)).find((body) => body !== undefined)
      return archivedIn(unpack(packed, skeleton ? Buffer.from(unpack(skeleton, null)) : null), whoseOf(row))
    })
  }
  return {
    keep: async (tx, endings, now) => {
      const kept = endings.filter(mayHaveArrived)
      if (kept.length === 0) return
      const bases = await Promise.all(kept.map(({ entry }) => skeletons(entry)))
      const packed = kept.map(({ entry, made }, i) =>
        pack(textOf(made, { whose: whoseOf(rowOf(entry)), to: entry.address, data: dataOf(entry.payload) }), bases[i]!.body),
      )
      const sealed = await keys.sealAll(
        tx,
        kept.map(({ entry }, i) => ({ ws: entry.ws, profile: entry.key, plain: packed[i]! })),
      )
      const rows = kept.map((ending, i) => ({
        ...rowOf(ending.entry),
        status: ending.verdict.status,
        at: now,
        addressHash: addressHash(ending.entry.ws, ending.entry.address),
        contentHash: ending.hash,
        skeleton: bases[i]!.hash,
        about: aboutOf(ending),
        sealed: sealed[i]!,
      }))
      await insertArchive(tx, rows)
    },
    open: async (db, row) => (await openAll(db, [row]))[0] ?? null,
    openAll,
  }
}

/** Stands for what was wiped: nobody's key opens it, and it is not asked to. */
const NOTHING = Buffer.alloc(64, 1)

const whoseOf = ({ ws, profile, effect }: Pick<ArchiveRow, 'ws' | 'profile' | 'effect'>) => ({ ws, profile, effect })

const rowOf = (entry: HandedOver['entry']) => ({
  ws: entry.ws,
  effect: entry.id,
  attempt: entry.attempt,
  profile: entry.key,
  journey: textIn(entry.payload, 'journey_id'),
  channel: entry.channel,
  lane: entry.lane,
  topic: entry.topic,
  category: textIn(entry.payload, 'category'),
})

const textIn = (payload: Readonly<Record<string, unknown>>, name: string): string => {
  const value = payload[name]
  return typeof value === 'string' ? value : ''
}

const dataOf = (payload: Readonly<Record<string, unknown>>): JsonObject => (payload['data'] ?? {}) as JsonObject

/** What a payload says about why and by which versions; everything else in it may say who the person is, and is sealed. */
const ABOUT = [
  'version',
  'enrollment_id',
  'step_id',
  'template',
  'template_version',
  'sender',
  'locale',
  'snippets',
  'brand',
  'approval',
  'campaign',
] as const

function aboutOf({ entry, made, providerId, verdict }: HandedOver): JsonObject {
  const said = ABOUT.flatMap((name) => (entry.payload[name] === undefined ? [] : [[name, entry.payload[name]] as const]))
  const provider = 'provider' in made.prepared ? made.prepared.provider : ''
  return {
    ...Object.fromEntries(said),
    decided_at: entry.createdAt,
    provider,
    provider_id: providerId,
    reason: verdict.reason,
    ...made.record,
  } as JsonObject
}

interface Skeleton {
  readonly hash: string
  readonly body: Buffer | null
}
const NONE: Skeleton = { hash: '', body: null }

/** The message to nobody of each template version: it is what all messages have in common, and holds nobody's data. */
function skeletonsOf({ db, logger, render }: Pick<Options, 'db' | 'logger' | 'render'>): (entry: HandedOver['entry']) => Promise<Skeleton> {
  const known = new LRUCache<string, Promise<Skeleton>>({ max: 2_000 })
  const make = async (nobody: Due): Promise<Skeleton> => {
    const made = await messageTo(nobody, { render, logger })
    if (isRefusal(made)) return NONE
    const body = Buffer.from(textOf(made, { whose: { ws: nobody.ws, profile: '', effect: '' }, to: '', data: {} }))
    const hash = createHash('sha256').update(body).digest('hex')
    await insertSkeleton(db, { ws: nobody.ws, hash, body: pack(body.toString(), null) })
    return { hash, body }
  }
  return (entry) => {
    if (typeof entry.payload['template'] !== 'string') return Promise.resolve(NONE)
    const nobody = nobodys(entry)
    const name = JSON.stringify([nobody.ws, nobody.channel, nobody.topic, nobody.lane, nobody.payload])
    const found = known.get(name)
    if (found) return found
    const fresh = make(nobody)
    known.set(name, fresh)
    fresh.catch(() => known.delete(name))
    return fresh
  }
}

const UNMADE: Problem = { code: 'archive.skeleton', status: 500, title: 'A template cannot be rendered without a person' }

/** A template that throws without a person costs space and must not stop the marks of what was sent. */
async function messageTo(nobody: Due, { render, logger }: Pick<Options, 'render' | 'logger'>): Promise<Outcome<Made>> {
  try {
    return await prepare(nobody, render)
  } catch (error) {
    logger.warn({ err: error, template: nobody.payload['template'] }, UNMADE.title)
    return refuse(UNMADE)
  }
}

const VERSIONS = ['journey_id', 'version', 'step_id', 'template', 'template_version', 'sender', 'locale'] as const

/** The same message, to nobody and about nothing. */
function nobodys({ ws, channel, topic, lane, payload }: HandedOver['entry']): Due {
  const versions = Object.fromEntries(VERSIONS.map((name) => [name, payload[name]]))
  return {
    id: '',
    ws,
    key: '',
    channel,
    address: channel === 'email' ? 'nobody@example.invalid' : '+10000000000',
    topic,
    lane,
    createdAt: 0,
    payload: { ...versions, enrollment_id: '', data: { profile: {}, entry: {}, event: {}, run: {} } },
  }
}

const BATCH = 1_000

/** Deletes what was kept for as long as the policy of its workspace asks, in batches; resolves with how many messages that were. */
export async function forgetSent(db: Queryable, now: number): Promise<number> {
  const policies = new Map<string, Retention | undefined>()
  let gone = 0
  for (const kind of await archivedKinds(db)) {
    if (!policies.has(kind.ws)) policies.set(kind.ws, await retentionOf(db, kind.ws))
    const before = now - keptFor(kind, policies.get(kind.ws))
    for (let some = BATCH; some === BATCH; gone += some) some = await forgetArchived(db, kind, { before, limit: BATCH })
  }
  return gone
}

/** The policy in force. One that cannot be read throws: nothing is deleted by a guess. */
async function retentionOf(db: Queryable, workspace: string): Promise<Retention | undefined> {
  const found = (await liveDocuments(db, workspace)).find(({ kind, id }) => kind === 'retention' && id === 'default')
  return found && Retention.parse(found.body)
}
