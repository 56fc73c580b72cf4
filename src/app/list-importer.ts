import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { AcceptedEvent } from '#events/accept.ts'
import { backlog } from '#platform/leases.ts'
import { type Pool, transaction } from '#platform/postgres/pool.ts'
import type { CsvPerson } from '#segments/csv.ts'
import { claimImport, endImport, holdImport, type ImportWork, noteImport, partOf } from '#segments/imports-store.ts'
import { LIST_ADDED } from '#segments/lists.ts'
import { type Ingest, Overloaded } from './ingest.ts'
import { linesOf, Tally } from './list-lines.ts'

interface Options {
  readonly work: Pool
  readonly ingest: Ingest
  readonly now: () => number
  readonly logger: Logger
}

const LOOK_MS = 200
/** Files that one process reads at once: a large one does not keep a small one waiting. */
const LANES = 3
const ROWS_PER_COMMIT = 500
/** Live events go first: no more rows are sent while the log is longer than this. */
const MOST_WAITING = 2_000
/** A file whose reader has not been heard of for so long (s) is taken up by another. */
const LEASE = 15
const HOLD_MS = 5_000
/** After a failure it is tried again so much later (s), and given up after so many in a row that came no further. */
const REST = 5
const MOST_TRIES = 10

/** Reads files of people that were put on lists; after a crash it goes on behind the rows that are on the log. */
export function startListImporter(options: Options): { stop(): Promise<void> } {
  const stopping = new AbortController()
  const { signal } = stopping
  const lane = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        const job = await claimImport(options.work, LEASE)
        if (job) await take(options, job, signal)
        else await rest(LOOK_MS, signal)
      } catch (error) {
        if (signal.aborted) return
        options.logger.error({ err: error }, 'a file could not be imported further; it goes on where it stood')
        await rest(LOOK_MS * 4, signal)
      }
    }
  }
  const running = Promise.all(Array.from({ length: LANES }, lane))
  return {
    async stop() {
      stopping.abort()
      await running
    },
  }
}

const rest = (ms: number, signal: AbortSignal): Promise<void> =>
  pause(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error
  })

async function take(options: Options, job: ImportWork, signal: AbortSignal): Promise<void> {
  const { work, now } = options
  const end = (status: 'done' | 'failed'): Promise<void> => transaction(work, (tx) => endImport(tx, job, { status, at: now() }))
  // Its file is gone: a backup holds none, and before files were kept they died with the process. What was imported is told.
  if ((await partOf(work, job, 0)) === undefined || job.tries > MOST_TRIES) return end('failed')
  try {
    const read = await readOn(options, job, signal)
    if (read === 'through') await end('done')
    else if (read === 'stopped') await holdImport(work, job, 0)
  } catch (error) {
    await holdImport(work, job, REST)
    throw error
  }
}

/** Reads on behind the rows that are on the log; `anew`: somebody has begun it once more, and that is another's work. */
async function readOn(options: Options, job: ImportWork, signal: AbortSignal): Promise<'through' | 'stopped' | 'anew'> {
  const { work, now } = options
  const tally = new Tally(job)
  const isOurs = (): Promise<boolean> => noteImport(work, job, { ...tally, seconds: LEASE })
  let events: AcceptedEvent[] = []
  for await (const line of linesOf(piecesOf(work, job), { map: job.map })) {
    // The header is row 1.
    if (line.row - 1 <= job.rows) continue
    tally.note(line)
    if (typeof line.person !== 'string') events.push(...eventsOf(line.person, { job, row: line.row, now: now() }))
    if (events.length < ROWS_PER_COMMIT) continue
    if (!(await submit(options, { job, events, signal }))) return 'stopped'
    events = []
    if (!(await isOurs())) return 'anew'
  }
  if (!(await submit(options, { job, events, signal }))) return 'stopped'
  return (await isOurs()) ? 'through' : 'anew'
}

/** The file as text: a character may lie across two pieces. */
async function* piecesOf(work: Pool, job: ImportWork): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  for (let part = 0; ; part++) {
    const content = await partOf(work, job, part)
    if (!content) break
    yield decoder.decode(content, { stream: true })
  }
  yield decoder.decode()
}

/** Attributes first, so that what the list starts sees them. The same row has the same ids, however often it is read. */
function eventsOf({ ids, attributes }: CsvPerson, { job, row, now }: { job: ImportWork; row: number; now: number }): AcceptedEvent[] {
  const common = { at: job.beganAt, received: now, ids: [...ids], previous: null, context: null }
  const name = `csv:${job.hash.slice(0, 24)}:${job.list}:${row}`
  const added: AcceptedEvent = { ...common, id: name, type: 'system', name: LIST_ADDED, props: { list: job.list } }
  if (Object.keys(attributes).length === 0) return [added]
  return [{ ...common, id: `${name}:traits`, type: 'identify', name: 'Profile Updated', props: attributes }, added]
}

interface Batch {
  readonly job: ImportWork
  readonly events: readonly AcceptedEvent[]
  readonly signal: AbortSignal
}

/** Puts events on the log when there is room; false when it shall stop. */
async function submit({ ingest, work }: Options, { job, events, signal }: Batch): Promise<boolean> {
  let held = performance.now()
  while (!signal.aborted) {
    if ((await backlog(work)) <= MOST_WAITING) {
      try {
        await ingest.submit(job.ws, events)
        return true
      } catch (error) {
        if (!(error instanceof Overloaded)) throw error
      }
    }
    // Live events go first; the file stays ours meanwhile.
    if (performance.now() - held > HOLD_MS) {
      await holdImport(work, job, LEASE)
      held = performance.now()
    }
    await rest(20, signal)
  }
  return false
}
