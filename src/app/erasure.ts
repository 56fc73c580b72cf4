import { createHash, randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from 'pino'
import { canonical, type JsonObject } from '#lib/json.ts'
import { type Outcome, refuse } from '#lib/problem.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { eraseProjectedFacts } from '#platform/fact-blocks.ts'
import { factsWait, newestFactBlock } from '#platform/fact-projection.ts'
import { partitionOf } from '#platform/log.ts'
import { buryRecords, fencePartitions } from '#platform/log-erasure.ts'
import { type Pool, type Tx, transaction } from '#platform/postgres/pool.ts'
import type { SecretBox } from '#platform/secrets.ts'
import type { SubjectKeys } from '#platform/subject-keys.ts'
import { addressHash, suppressHashed } from '#platform/suppressions.ts'
import { forgetIdentities, lockIdentities } from '#profiles/store.ts'
import { appendAudit } from '#workspaces/audit-store.ts'
import { countFacts, factTables, purgeFacts } from './erasure-facts-store.ts'
import { destroyForBackups } from './erasure-keys.ts'
import { noteInLedger } from './erasure-ledger-file.ts'
import { receiptOf } from './erasure-receipt.ts'
import {
  advanceErasure,
  type Counts,
  documentsMentioning,
  type ErasureRow,
  endErasure,
  eraseRows,
  findErasure,
  forgetSuppressions,
  heldTables,
  insertErasure,
  mentioningTables,
  noteErasure,
  onTheirWay,
  runningErasure,
  stopSending,
} from './erasure-store.ts'
import { namesOf, pseudonymOf, reachableAt, type Whole, wholeOf } from './erasure-subject.ts'
import { vacuum } from './erasure-vacuum.ts'

/** Another system that was given people's data and is asked to delete them: a provider, a warehouse, an ad platform. */
export interface Destination {
  readonly name: string
  /** Asks it; a repeat with the same id is the same request. Resolves with how many people it was asked about. Throws to be asked again later. */
  forget(request: { readonly id: string; readonly ws: string; readonly whole: Whole }): Promise<number>
}

export interface ErasureParts {
  /** The database that the pool reaches; vacuums need a connection without time limits. */
  readonly url: string
  readonly pool: Pool
  readonly analytics: Analytics
  readonly partitions: number
  readonly secretKey: string
  readonly box: SecretBox
  readonly keys: SubjectKeys
  /** Resolves when all that was accepted before the call is on the log. */
  readonly barrier?: (signal: AbortSignal) => Promise<void>
  readonly destinations?: readonly Destination[]
  readonly now: () => number
  readonly logger: Logger
  /** A file beside the database that erasures are noted in, so that a database that is set back is told of them. */
  readonly ledger?: string
  /** The copy of all keys beside the database, which back-ups are opened with. */
  readonly keyRing?: string
  /** Goes no further than to the beginning of this step. */
  readonly before?: Step
  /** How long (ms) a step waits for others before it is tried again later. */
  readonly patienceMs?: number
  /** Told after each commit of a step; a throw here is a crash there. */
  readonly onStep?: (step: Step) => void
}

/** In this order; each may be repeated without harm. */
export const STEPS = [
  'suppress',
  'quiet',
  'sever',
  'log',
  'mentions',
  'facts',
  'clickhouse',
  'keys',
  'destinations',
  'files',
  'receipt',
] as const
export type Step = (typeof STEPS)[number]

/** Who is being erased, and up to where; sealed while the job runs. */
interface Subject extends Whole {
  /** Last record of each partition when the person was severed from the log. */
  readonly heads: Readonly<Record<string, number>>
  /** Newest block of facts then. */
  readonly block: number
}

interface Job extends ErasureParts {
  readonly row: ErasureRow
  readonly subject: Subject
  readonly signal: AbortSignal
}

/** A step cannot go on yet; it is tried again. */
export class NotYet extends Error {
  override readonly name = 'NotYet'
}

const place = (ws: string, id: string) => ({ workspace: ws, table: 'erasures', id })

/** What beginning needs. */
export type Beginning = Pick<ErasureParts, 'pool' | 'secretKey' | 'box' | 'now'>

/** Begins to erase a person, with all profiles that became them; whoever is being erased already is not begun again. */
export async function beginErasure(
  parts: Beginning,
  { ws, profile, by }: { ws: string; profile: string; by: string },
): Promise<Outcome<{ id: string }>> {
  return transaction(parts.pool, async (tx) => {
    await lockIdentities(tx, [ws])
    const pseudonym = pseudonymOf(parts.secretKey)
    const running = await runningErasure(tx, ws, [pseudonym(ws, profile)])
    if (running) return { id: running.id }
    const whole = await wholeOf(tx, ws, profile)
    if (!whole) return refuse(unknown(profile))
    const id = `er_${randomUUID()}`
    const subject: Subject = { ...whole, heads: {}, block: 0 }
    await insertErasure(tx, {
      ws,
      id,
      step: STEPS[0],
      subject: parts.box.seal(JSON.stringify(subject), place(ws, id)),
      pseudonyms: whole.profiles.map((each) => pseudonym(ws, each)),
      askedBy: by,
      askedAt: parts.now(),
    })
    return { id }
  })
}

const unknown = (profile: string) => ({
  code: 'profile.unknown',
  status: 404,
  title: 'There is no such person',
  detail: profile,
  hint: 'Search by e-mail address, user id or profile id; whoever was erased already is not found any more',
})

/** Goes on with an erasure until it is done. A throw leaves it where it was: call again. */
export async function runErasure(
  parts: ErasureParts,
  { ws, id }: { ws: string; id: string },
  signal: AbortSignal = new AbortController().signal,
): Promise<void> {
  for (;;) {
    const row = await findErasure(parts.pool, ws, id)
    if (!row || row.status === 'done' || row.step === parts.before) return
    signal.throwIfAborted()
    const subject = JSON.parse(parts.box.open(row.subject!, place(ws, id))) as Subject
    try {
      await step({ ...parts, row, subject, signal }, row.step as Step)
    } catch (error) {
      if (!signal.aborted)
        await noteErasure(parts.pool, row, error instanceof NotYet ? error.message : `${(error as Error).name} in ${row.step}`)
      throw error
    }
    parts.onStep?.(row.step as Step)
  }
}

function step(job: Job, name: Step): Promise<void> {
  switch (name) {
    case 'suppress':
      return suppressStep(job)
    case 'quiet':
      return quietStep(job)
    case 'sever':
      return severStep(job)
    case 'log':
      return logStep(job)
    case 'mentions':
      return mentionsStep(job)
    case 'facts':
      return factsStep(job)
    case 'clickhouse':
      return clickhouseStep(job)
    case 'keys':
      return keysStep(job)
    case 'destinations':
      return destinationsStep(job)
    case 'files':
      return filesStep(job)
    case 'receipt':
      return receiptStep(job)
  }
}

interface Onward {
  readonly counts?: Counts
  /** Within the same step; left out: the next one begins. */
  readonly place?: JsonObject
  readonly subject?: Subject
}

/** Notes in the work's own transaction how far it has come. */
async function onward(
  { row, box, subject, secretKey }: Job,
  tx: Tx,
  { counts = {}, place: at, subject: changed }: Onward = {},
): Promise<void> {
  const sealed = box.seal(JSON.stringify(changed ?? subject), place(row.ws, row.id))
  const next = at ? row.step : STEPS[STEPS.indexOf(row.step as Step) + 1]!
  const pseudonyms = (changed ?? subject).profiles.map((each) => pseudonymOf(secretKey)(row.ws, each))
  await advanceErasure(tx, row, { step: next, place: at ?? {}, subject: sealed, counts, pseudonyms })
}

/** First of all: from here on no message to them is begun, also when they are imported again. */
async function suppressStep(job: Job): Promise<void> {
  const { row, subject, pool, now, secretKey } = job
  const addresses = reachableAt(subject)
  await transaction(pool, async (tx) => {
    await suppressHashed(tx, { ws: row.ws, addresses, hash: addressHash(secretKey), by: row.askedBy }, now())
    const plain = await forgetSuppressions(tx, row.ws, addresses)
    await onward(job, tx, { counts: { 'postgres:suppressions': plain, 'kept:hashed suppressions': addresses.length } })
  })
}

const ON_ITS_WAY = 'A message to this person is on its way at this moment'

/** What is queued is taken back, what is on its way is waited for, and what was accepted comes onto the log. */
async function hush(job: Job): Promise<void> {
  const { row, subject, pool, signal, barrier } = job
  await transaction(pool, (tx) => stopSending(tx, row.ws, subject.profiles))
  await barrier?.(signal)
  await waitFor(job, ON_ITS_WAY, async () => (await onTheirWay(pool, row.ws, subject.profiles)) === 0)
}

async function quietStep(job: Job): Promise<void> {
  await hush(job)
  await transaction(job.pool, (tx) => onward(job, tx))
}

/** In one transaction the person is no more: state, identifiers, queued messages, and records that nobody has handled yet. */
async function severStep(job: Job): Promise<void> {
  const { row, pool, partitions } = job
  await hush(job)
  await transaction(pool, async (tx) => {
    await lockIdentities(tx, [row.ws])
    const subject = { ...job.subject, ...united(job.subject, await wholeOf(tx, row.ws, job.subject.profiles[0]!)) }
    const fenced = await fencePartitions(tx, [...new Set(subject.profiles.map((id) => partitionOf(id, partitions)))])
    // What was queued since: whoever has it in hand would keep it, under a new key of theirs, after all was gone.
    await stopSending(tx, row.ws, subject.profiles)
    if ((await onTheirWay(tx, row.ws, subject.profiles)) > 0) throw new NotYet(ON_ITS_WAY)
    const names = namesOf(subject)
    const counts: Record<string, number> = {}
    for (const table of heldTables) counts[`postgres:${table}`] = await eraseRows(tx, table, { ws: row.ws, names, way: 'held' })
    const { identifiers, merges } = await forgetIdentities(tx, row.ws, subject.profiles)
    let records = 0
    for (const { partition, head, done } of fenced)
      records += await buryRecords(tx, { partition, after: done, upTo: head }, { ws: row.ws, keys: subject.profiles })
    const heads = Object.fromEntries(fenced.map(({ partition, head }) => [String(partition), head]))
    const all = { ...counts, 'postgres:identities': identifiers, 'postgres:merged_profiles': merges, 'postgres:log': records }
    await onward(job, tx, { counts: all, subject: { ...subject, heads, block: await newestFactBlock(pool) } })
  })
}

/** What came to belong to them since the job began is erased as well. */
function united(before: Whole, now: Whole | undefined): Whole {
  if (!now) return before
  const identifiers = new Map([...before.identifiers, ...now.identifiers].map((each) => [`${each.kind} ${each.value}`, each]))
  return {
    profiles: [...new Set([...before.profiles, ...now.profiles])],
    identifiers: [...identifiers.values()],
    addresses: [...new Set([...before.addresses, ...now.addresses])],
  }
}

/** Records of the log that are looked at in one transaction. */
const STRETCH = 20_000

async function logStep(job: Job): Promise<void> {
  const { row, subject, pool } = job
  const { index, after } = { index: 0, after: 0, ...row.place } as { index: number; after: number }
  const stretches = Object.entries(subject.heads)
  const stretch = stretches[index]
  await transaction(pool, async (tx) => {
    if (!stretch) return onward(job, tx)
    const [partition, head] = stretch
    const upTo = Math.min(head, after + STRETCH)
    const records = await buryRecords(tx, { partition: Number(partition), after, upTo }, { ws: row.ws, keys: subject.profiles })
    await onward(job, tx, {
      counts: { 'postgres:log': records },
      place: upTo === head ? { index: index + 1, after: 0 } : { index, after: upTo },
    })
  })
}

async function mentionsStep(job: Job): Promise<void> {
  const { row, subject, pool } = job
  const { index } = { index: 0, ...row.place } as { index: number }
  const table = mentioningTables[index]
  await transaction(pool, async (tx) => {
    if (table === undefined) return onward(job, tx)
    const found = await eraseRows(tx, table, { ws: row.ws, names: namesOf(subject), way: 'mentioned' })
    await onward(job, tx, { counts: { [`postgres:${table}`]: found }, place: { index: index + 1 } })
  })
}

/** A block on its way to ClickHouse must stay as it is, so they all arrive first. */
async function factsStep(job: Job): Promise<void> {
  const { row, subject, pool } = job
  await waitFor(job, 'Facts wait for ClickHouse', async () => !(await factsWait(pool, subject.block)))
  await transaction(pool, async (tx) => {
    const facts = await eraseProjectedFacts(tx, { ws: row.ws, profiles: subject.profiles, upTo: subject.block })
    await onward(job, tx, { counts: { 'postgres:fact_blocks': facts } })
  })
}

/** Counted first: a crash between the deletion and the note of it must not lose the count. */
async function clickhouseStep(job: Job): Promise<void> {
  const { row, subject, pool, analytics } = job
  const { index, counted } = { index: 0, counted: false, ...row.place } as { index: number; counted: boolean }
  const table = factTables[index]?.[0]
  const stretches = { ws: row.ws, profiles: subject.profiles, upTo: subject.heads }
  if (table === undefined) return transaction(pool, (tx) => onward(job, tx))
  if (!counted) {
    const rows = await countFacts(analytics, table, stretches)
    const next: JsonObject = rows > 0 ? { index, counted: true } : { index: index + 1 }
    return transaction(pool, (tx) => onward(job, tx, { counts: { [`clickhouse:${table}`]: rows }, place: next }))
  }
  const oldParts = await purgeFacts(analytics, table, stretches)
  await transaction(pool, (tx) => onward(job, tx, { counts: { 'clickhouse old parts': oldParts }, place: { index: index + 1 } }))
}

async function keysStep(job: Job): Promise<void> {
  const { row, subject, pool, keys } = job
  await transaction(pool, async (tx) => {
    const destroyed = await keys.destroy(tx, row.ws, subject.profiles)
    await destroyForBackups({ ...job, tx, ws: row.ws, whole: subject })
    await onward(job, tx, { counts: { 'postgres:subject_keys': destroyed } })
  })
}

async function destinationsStep(job: Job): Promise<void> {
  const { row, subject, pool, destinations = [] } = job
  const counts: Record<string, number> = {}
  for (const { name, forget } of destinations) counts[`destination:${name}`] = await forget({ id: row.id, ws: row.ws, whole: subject })
  await transaction(pool, (tx) => onward(job, tx, { counts }))
}

async function filesStep(job: Job): Promise<void> {
  const { row, pool, url } = job
  const touched = Object.entries(row.counts).filter(([name, count]) => name.startsWith('postgres:') && count > 0)
  const { rewritten, freed } = await vacuum(
    url,
    touched.map(([name]) => name.slice('postgres:'.length)),
  )
  const counts = Object.fromEntries([
    ...rewritten.map((table) => [`rewritten:${table}`, 1]),
    ...freed.map((table) => [`freed:${table}`, 1]),
  ])
  await transaction(pool, (tx) => onward(job, tx, { counts }))
}

async function receiptStep(job: Job): Promise<void> {
  const { row, subject, pool, now, secretKey, ledger } = job
  const at = now()
  // Noted twice after a crash, which does no harm; not at all would.
  const hash = addressHash(secretKey)
  const hashed = reachableAt(subject).map((address) => hash(row.ws, address))
  if (ledger !== undefined)
    await noteInLedger(ledger, { erasure: row.id, workspace: row.ws, pseudonyms: [...row.pseudonyms], hashed, doneAt: at })
  await transaction(pool, async (tx) => {
    const documents = await documentsMentioning(tx, row.ws, namesOf(subject).mentions)
    const receipt = receiptOf(row, {
      at,
      documents,
      subject: pseudonymOf(secretKey)(row.ws, subject.profiles[0]!),
      profiles: subject.profiles.length,
    })
    const hash = createHash('sha256').update(canonical(receipt)).digest('hex')
    await endErasure(tx, row, { receipt, hash, at })
    const line = { workspace: row.ws, actor: 'system:erasure', action: 'people.erased', object: `erasure:${row.id}`, requestId: '' }
    await appendAudit(tx, { ...line, after: hash }, at)
  })
}

const PATIENCE_MS = 20_000

async function waitFor({ patienceMs = PATIENCE_MS, signal }: Job, what: string, ready: () => Promise<boolean>): Promise<void> {
  for (const since = performance.now(); !(await ready()); ) {
    if (performance.now() - since > patienceMs) throw new NotYet(what)
    await pause(50, undefined, { signal })
  }
}
