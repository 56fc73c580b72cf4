import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from 'pino'
import { columnsOf, consentOf } from '#consent/import.ts'
import { type ConsentImport, nextConsentImport, noteConsentImport } from '#consent/store.ts'
import type { AcceptedEvent } from '#events/accept.ts'
import { isRefusal } from '#lib/problem.ts'
import { publishedVersions } from '#platform/document-versions.ts'
import { backlog } from '#platform/leases.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { CsvReader } from '#segments/csv.ts'
import { consentTerms } from './consent-gate.ts'
import { wordingsIn } from './definitions.ts'
import { type Ingest, Overloaded } from './ingest.ts'

interface Options {
  readonly work: Pool
  readonly ingest: Ingest
  readonly now: () => number
  readonly logger: Logger
}

const LOOK_MS = 500
const ROWS = 500
const FAULTS = 1_000
/** Live events go first. */
const MOST_WAITING = 2_000

/** Reads files of consents, one after the other; after a crash it goes on behind the rows that are on the log. */
export function startConsentImporter(options: Options): { stop(): Promise<void> } {
  const stopping = new AbortController()
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        const job = await nextConsentImport(options.work)
        if (job) await take(options, job, stopping.signal)
        else await pause(LOOK_MS, undefined, { signal: stopping.signal })
      } catch (error) {
        if (stopping.signal.aborted) return
        options.logger.error({ err: error }, 'consents could not be imported; trying again')
        await pause(LOOK_MS * 4)
      }
    }
  }
  const running = run()
  return {
    async stop() {
      stopping.abort()
      await running
    },
  }
}

async function take(options: Options, job: ConsentImport & { readonly content: Buffer | null }, signal: AbortSignal): Promise<void> {
  const { work, now } = options
  const reader = new CsvReader()
  const [header = [], ...rows] = [...reader.push((job.content ?? Buffer.alloc(0)).toString('utf8')), ...reader.end()]
  const columns = columnsOf(header)
  if (isRefusal(columns)) return noteConsentImport(work, { ...job, status: 'failed', endedAt: now(), error: columns.refused.title })
  const terms = await consentTerms(work, job.ws)
  const rules = {
    now: now(),
    topics: terms.topics,
    wordings: wordingsIn(job.ws, await publishedVersions(work, job.ws, { kind: 'wording' })),
  }
  const tally = { done: job.done, taken: job.taken, refused: job.refused, faults: [...job.faults] }
  for (let from = job.done; from < rows.length && !signal.aborted; from += ROWS) {
    const events: AcceptedEvent[] = []
    for (const [i, fields] of rows.slice(from, from + ROWS).entries()) {
      // As a spreadsheet counts: the header is row 1.
      const row = from + i + 2
      const consent = consentOf(fields, columns, rules)
      if (typeof consent === 'string') {
        tally.refused++
        if (tally.faults.length < FAULTS) tally.faults.push({ row, title: consent })
      } else {
        const { ids, name, at, props } = consent
        tally.taken++
        const known = { ...props, source: props['source'] ?? 'import', import: job.id, actor: job.by }
        events.push({
          id: `consents:${job.id}:${row}`,
          type: 'system',
          name,
          at,
          received: rules.now,
          props: known,
          ids,
          previous: null,
          context: null,
        })
      }
    }
    await submit(options, job.ws, events)
    tally.done = Math.min(rows.length, from + ROWS)
    await noteConsentImport(work, { ...job, ...tally, status: 'running', endedAt: null })
  }
  if (!signal.aborted) await noteConsentImport(work, { ...job, ...tally, status: 'done', endedAt: now() })
}

async function submit({ ingest, work }: Options, workspace: string, events: readonly AcceptedEvent[]): Promise<void> {
  while ((await backlog(work)) > MOST_WAITING) await pause(20)
  for (;;) {
    try {
      return await ingest.submit(workspace, events)
    } catch (error) {
      if (!(error instanceof Overloaded)) throw error
      await pause(200)
    }
  }
}
