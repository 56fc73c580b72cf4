import type { Logger } from 'pino'
import { digest } from '#lib/hash.ts'
import type { Language } from '#lib/language.ts'
import { isRefusal, type Outcome } from '#lib/problem.ts'
import { putFile } from '#measurement/reports/adapters/folder.ts'
import { putObject, type Taken } from '#measurement/reports/adapters/s3.ts'
import { lastDue, nextDue, stretchOf } from '#measurement/reports/due.ts'
import { type FileFormat, languageOfFile } from '#measurement/reports/file-format.ts'
import type { AnyReport } from '#measurement/reports/kind.ts'
import { nextTry } from '#measurement/reports/retry.ts'
import {
  claimRuns,
  type DeliveryRow,
  deliveriesOf,
  filesOf,
  forgetRuns,
  keepFiles,
  lastRun,
  noteDelivery,
  noteRun,
  openRun,
  type RunRow,
  type StoredFile,
} from '#measurement/reports/runs-store.ts'
import { type Destination, SavedReport } from '#measurement/reports/saved.ts'
import type { Told } from '#measurement/reports/told.ts'
import { publishedTimes } from '#platform/document-versions.ts'
import { type Definition, definition, liveOfKind } from '#platform/documents.ts'
import type { Egress } from '#platform/egress.ts'
import type { Task } from '#platform/jobs.ts'
import { type Pool, transaction } from '#platform/postgres/pool.ts'
import { listMembers } from '#workspaces/store.ts'
import type { SecretAsked } from './exits.ts'
import { reportFiles, spokenIn } from './report-files.ts'
import { type Letter, mailReport } from './report-mail.ts'
import { isSample, STAYS_HERE } from './sample/nothing-leaves.ts'

export interface ReportRunParts {
  /** Knows every workspace. */
  readonly work: Pool
  readonly now: () => number
  readonly egress: Egress
  readonly secret: (asked: SecretAsked) => Promise<string | undefined>
  /** The operator's folder; undefined: none. */
  readonly reportsDir: string | undefined
  /** Reads a report of a workspace as somebody who asks for it now would. */
  readonly read: (workspace: string, report: string, params: unknown) => Promise<Outcome<{ report: AnyReport; told: Told }>>
  /** A message was put into the outbox. */
  readonly queued: () => void
  readonly logger: Pick<Logger, 'warn'>
}

const DAY = 86_400_000
/** Runs and their files are kept so long. */
const KEPT_MS = 30 * DAY
/** A run whose process died is taken up by another after this. */
const LEASE_MS = 600_000
const MOST = 10

/** Opens the runs that are due, makes them, and takes them where they are to go. Repeatable: every step is noted before the next. */
export const reportsTask =
  (parts: ReportRunParts): Task =>
  async () => {
    await openDue(parts)
    for (;;) {
      const runs = await transaction(parts.work, (tx) => claimRuns(tx, { now: parts.now(), leaseMs: LEASE_MS, most: MOST }))
      for (const run of runs) await perform(run, parts)
      if (runs.length < MOST) break
    }
    await forgetRuns(parts.work, parts.now() - KEPT_MS)
  }

export const runId = (ws: string, report: string, due: number): string => digest([ws, report, due].join('\u0000'))

/** Of moments that passed while nothing ran only the newest is made up for. */
async function openDue({ work, now }: ReportRunParts): Promise<void> {
  const since = await publishedTimes(work, 'report')
  for (const { ws, id, version, body } of await liveOfKind(work, 'report')) {
    const { schedule, deliver, paused } = SavedReport.parse(body)
    if (!schedule || paused) continue
    const due = lastDue(schedule, now())
    if (due <= (since.get(`${ws} ${id}`) ?? 0)) continue
    await transaction(work, async (tx) => {
      const before = await lastRun(tx, ws, id)
      if (before !== null && before >= due) return
      const missed = before === null ? 0 : countBetween(schedule, before, due)
      await openRun(tx, { ws, id: runId(ws, id, due), report: id, version, due, by: '', missed, destinations: deliver }, now())
    })
  }
}

function countBetween(schedule: Parameters<typeof nextDue>[0], from: number, to: number): number {
  let missed = 0
  for (let at = nextDue(schedule, from); at < to && missed < 1_000; at = nextDue(schedule, at)) missed += 1
  return missed
}

async function perform(run: RunRow, parts: ReportRunParts): Promise<void> {
  const { work, now } = parts
  try {
    const made = await making(run, parts)
    if (isRefusal(made)) {
      const { title, detail = '', hint = '' } = made.refused
      await noteRun(work, run, { state: 'failed', detail: [title, detail, hint].filter((each) => each !== '').join(' '), at: now() })
      return
    }
    for (const delivery of await deliveriesOf(work, run.ws, run.id))
      if (delivery.state === 'open' && delivery.next <= now()) await take(run, { delivery, made }, parts)
    await close(run, parts)
  } catch (error) {
    const again = nextTry(run.attempts, now())
    parts.logger.warn({ err: error, ws: run.ws, report: run.report }, 'a report could not be made')
    const detail = 'The report could not be made; the server’s log says why.'
    await noteRun(work, run, {
      state: again === undefined ? 'failed' : 'open',
      detail,
      at: now(),
      ...(again !== undefined && { next: again }),
    })
  }
}

interface Made {
  /** The language of what goes to places. */
  readonly own: Language
  readonly letter: (language: Language) => Letter
  readonly filesFor: (format: FileFormat, language: Language) => readonly StoredFile[]
}

/** The report as of its moment, and the files of every form and language that is asked for. */
async function making(run: RunRow, { work, now, read }: ReportRunParts): Promise<Outcome<Made>> {
  const saved = SavedReport.parse((await documentOf(run, work)).body)
  const zone = saved.schedule?.zone ?? saved.zone
  const params = { ...saved.params, ...(saved.range && stretchOf(saved.range, { at: run.due, zone })) }
  const found = await read(run.ws, saved.report, params)
  if (isRefusal(found)) return found
  const day = Temporal.Instant.fromEpochMilliseconds(run.due).toZonedDateTimeISO(zone).toPlainDate().toString()
  const destinations = (await deliveriesOf(work, run.ws, run.id)).map(({ destination }) => destination)
  const own = saved.language ?? 'en'
  const wanted = wantedOf(destinations, { own, members: await listMembers(work, run.ws) })
  const ids = new Map<string, Set<string>>()
  for (const { format, language } of wanted) {
    const name = `${run.report}-${day}${language === 'en' ? '' : `-${language}`}`
    const made = await reportFiles(found, { format, language, name, title: saved.name })
    const files = made.map((file) => ({ ...file, id: digest(`${run.ws}\u0000${run.id}\u0000${file.name}`) }))
    await keepFiles(work, { ws: run.ws, run: run.id, at: now() }, files)
    ids.set(`${format} ${language}`, new Set(files.map(({ id }) => id)))
  }
  const kept = await filesOf(work, run.ws, run.id)
  const filesFor = (format: FileFormat, language: Language) => {
    // Who has changed their language since gets what was made.
    const made = ids.get(`${format} ${languageOfFile(format, language)}`) ?? [...ids].find(([name]) => name.startsWith(`${format} `))?.[1]
    return kept.filter(({ id }) => made?.has(id))
  }
  return {
    own,
    filesFor,
    letter: (language) => {
      const { title, told } = spokenIn(language, found)
      return { title: saved.name ?? title, told }
    },
  }
}

/** Each form in each language that somebody gets: members in theirs, places in that of the report. */
function wantedOf(
  destinations: readonly Destination[],
  { own, members }: { own: Language; members: readonly { readonly email: string; readonly language: Language }[] },
): { format: FileFormat; language: Language }[] {
  const wanted = destinations.flatMap((destination): { format: FileFormat; language: Language }[] => {
    const { as: format } = destination
    if (destination.to !== 'email') return [{ format, language: languageOfFile(format, own) }]
    const people = new Set(destination.people.map((each) => each.toLowerCase()))
    const readers = members.filter(({ email }) => people.has(email.toLowerCase()))
    return readers.map(({ language }) => ({ format, language: languageOfFile(format, language) }))
  })
  const all = wanted.length === 0 ? [{ format: 'pdf' as const, language: own }] : wanted
  return [...new Map(all.map((each) => [`${each.format} ${each.language}`, each])).values()]
}

async function documentOf({ ws, report, version }: RunRow, work: Pool): Promise<Pick<Definition, 'body'>> {
  const found = await definition(work, { workspace: ws, kind: 'report', id: report, version })
  if (!found) throw new Error(`report ${report} version ${version} is not there`)
  return found
}

async function take(run: RunRow, { delivery, made }: { delivery: DeliveryRow; made: Made }, parts: ReportRunParts): Promise<void> {
  const { work, now, queued } = parts
  const { destination } = delivery
  const place = { ws: run.ws, run: run.id, ix: delivery.ix }
  if (destination.to === 'email') {
    // The mail and the note of it in one transaction: a crash sends it once.
    await transaction(work, async (tx) => {
      const taken = await mailReport(tx, {
        run,
        ix: delivery.ix,
        letter: (language) => ({ ...made.letter(language), files: made.filesFor(destination.as, language) }),
        people: destination.people,
        now: now(),
      })
      await noteDelivery(tx, place, afterwards(taken, delivery, now()))
    })
    queued()
    return
  }
  if (await isSample(work, run.ws)) return noteDelivery(work, place, { state: 'failed', detail: STAYS_HERE.title, next: now() })
  let taken: Taken = { kind: 'done' }
  for (const file of made.filesFor(destination.as, made.own)) {
    taken =
      destination.to === 'folder'
        ? await putFile(file, { root: parts.reportsDir, folder: `${run.ws}/${destination.folder ?? ''}` })
        : await putObject(file, destination, { egress: parts.egress, now, secret: () => parts.secret(asking(run.ws, destination)) })
    if (taken.kind !== 'done') break
  }
  await noteDelivery(work, place, afterwards(taken, delivery, now()))
}

function asking(workspace: string, { endpoint, secretKey: name }: { endpoint: string; secretKey: string }): SecretAsked {
  const { hostname, protocol, port } = new URL(endpoint)
  return { workspace, name, target: `${hostname}:${port || (protocol === 'https:' ? 443 : 80)}` }
}

function afterwards(taken: Taken, { attempts }: DeliveryRow, now: number): { state: DeliveryRow['state']; detail: string; next: number } {
  const next = taken.kind === 'retry' ? nextTry(attempts + 1, now) : undefined
  const state = taken.kind === 'done' ? 'done' : next === undefined ? 'failed' : 'open'
  return { state, detail: taken.detail ?? '', next: next ?? now }
}

async function close(run: RunRow, { work, now }: ReportRunParts): Promise<void> {
  const deliveries = await deliveriesOf(work, run.ws, run.id)
  const open = deliveries.filter(({ state }) => state === 'open')
  const failed = deliveries.filter(({ state }) => state === 'failed')
  if (open.length > 0) {
    await noteRun(work, run, { state: 'open', detail: '', at: now(), next: Math.min(...open.map(({ next }) => next)) })
    return
  }
  const state = failed.length === 0 ? 'done' : failed.length === deliveries.length ? 'failed' : 'partly'
  await noteRun(work, run, { state, detail: failed.map(({ detail }) => detail).join(' '), at: now() })
}
