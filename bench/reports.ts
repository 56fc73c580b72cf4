import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { KINDS } from '#app/kinds.ts'
import { openParts } from '#app/open-parts.ts'
import { reportPorts } from '#app/report-ports.ts'
import { valuesTask } from '#app/values.ts'
import { isRefusal } from '#lib/problem.ts'
import type { AnyReport, ReportParts } from '#measurement/reports/kind.ts'
import { REPORTS } from '#measurement/reports/registry-store.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { readConfig } from '#platform/config.ts'
import { apply } from '#platform/documents.ts'
import { logger } from '#platform/log-lines.ts'
import { type Pool, transaction } from '#platform/postgres/pool.ts'
import { insertWorkspace } from '#workspaces/store.ts'
import { JOURNEY, makeFacts, NOW, type Size, WORKSPACE } from './reports-facts.ts'

/** Warm runs; the median counts. */
const RUNS = 3
/** A warm default report takes at most this long, and at most so many times its scan. */
const LIMITS = { warmMs: 1_000, scans: 3 } as const

interface Measured {
  readonly report: string
  readonly coldMs: number
  readonly warmMs: number
  /** A plain `GROUP BY` by person over the rows that the report reads, in the same run. */
  readonly scanMs: number
  readonly scans: number
  /** The same of processor time, which other work on the machine does not change much. */
  readonly cpuMs: number
  readonly cpuScans: number
  readonly within: boolean
}

/**
 * Every report of the registry with its defaults, on facts of a shop's half year, beside a plain scan of the same rows. Cold: ClickHouse's caches
 * are dropped and the kernel is asked to forget the files' pages.
 */
export async function reports({ people, events }: Size, only: string | undefined) {
  const directory = await mkdtemp(join(tmpdir(), 'cadenza-reports-'))
  await chmod(directory, 0o711)
  const config = readConfig({ DATA_DIR: directory })
  const parts = await openParts(config, { logger: logger({ level: 'warn' }), onFatal: stop })
  const shop: Shop = { analytics: parts.analytics, pool: parts.pool, work: parts.work, directory: join(directory, 'analytics') }
  try {
    await makeFacts(parts.analytics, { people, events }, tell)
    await publish(parts.work)
    const fitMs = only === undefined || only === 'value' ? await fitted(shop) : null
    const measured: Measured[] = []
    for (const report of REPORTS) if (only === undefined || report.id === only) measured.push(await measure(report, shop))
    if (measured.some(({ within }) => !within)) process.exitCode = 1
    return { people, events, limits: LIMITS, fitMs, measured }
  } finally {
    await parts.close()
    await rm(directory, { recursive: true, maxRetries: 20, retryDelay: 250 })
  }
}

const stop = (error: Error): never => {
  throw error
}

/** The shop with what its reports ask for. */
async function publish(work: Pool): Promise<void> {
  await transaction(work, async (tx) => {
    const made = {
      name: 'Bench',
      timezone: 'Europe/Berlin',
      currency: 'EUR',
      consentMode: 'opt-out',
      postalAddress: '',
      createdAt: 0,
    } as const
    await insertWorkspace(tx, { id: WORKSPACE, ...made })
    const documents = DOCUMENTS.map((body) => ({ kind: body.kind, id: body.id, body: body as never }))
    const applied = await apply(
      tx,
      { workspace: WORKSPACE, actor: 'bench', at: 0 },
      { kinds: KINDS, documents, prune: false, announce: async () => undefined },
    )
    if (isRefusal(applied)) throw new Error(JSON.stringify(applied.refused))
  })
}

/** BG/NBD and Gamma-Gamma of everybody who has bought, with the hold-out check and each person's score. */
async function fitted({ analytics, work }: Shop): Promise<number> {
  const warn = (object: unknown): void => tell(JSON.stringify(object))
  const task = valuesTask({
    analytics,
    work,
    partitions: 16,
    now: () => NOW,
    appended: () => undefined,
    logger: { info: () => undefined, warn, error: warn } as never,
  })
  const took = await timed(() => task({}, { attempt: 1, signal: undefined }))
  tell(`lifetime value of everybody: ${took} ms`)
  return took
}

const tell = (line: string): void => void process.stderr.write(`${line}\n`)

interface Shop {
  readonly analytics: Analytics
  readonly pool: Pool
  /** Knows every workspace. */
  readonly work: Pool
  /** Where ClickHouse keeps its files. */
  readonly directory: string
}

async function measure(report: AnyReport, shop: Shop): Promise<Measured> {
  const { analytics, directory } = shop
  const reads = READS[report.id]
  if (!reads) throw new Error(`Say which rows ${report.id} reads: READS in bench/reports.ts`)
  const run = async (): Promise<void> => {
    const answer = await report.run(partsOf(shop), report.input.parse(reads.asked ?? {}))
    if (isRefusal(answer)) throw new Error(`${report.id}: ${JSON.stringify(answer.refused)}`)
  }
  await forget(analytics, directory)
  const coldMs = await timed(run)
  const warm = await median(run)
  const scanned = await median(async () => {
    for (const sql of reads.scan) await analytics.query(sql)
  })
  const ratio = (a: number, b: number): number => Math.round((a / Math.max(1, b)) * 10) / 10
  const scans = ratio(warm.ms, scanned.ms)
  const within = warm.ms < LIMITS.warmMs && scans <= LIMITS.scans
  const told = {
    report: report.id,
    coldMs,
    warmMs: warm.ms,
    scanMs: scanned.ms,
    scans,
    cpuMs: warm.cpuMs,
    cpuScans: ratio(warm.cpuMs, scanned.cpuMs),
    within,
  }
  tell(
    `${report.id.padEnd(16)} cold ${coldMs} ms, warm ${warm.ms} ms, scan ${scanned.ms} ms (× ${scans}); processor ${warm.cpuMs} ms (× ${told.cpuScans})${within ? '' : '  over its limit'}`,
  )
  return told
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now()
  await work()
  return Math.round(performance.now() - begun)
}

async function median(work: () => Promise<unknown>): Promise<{ ms: number; cpuMs: number }> {
  const took: { ms: number; cpuMs: number }[] = []
  for (let run = 0; run < RUNS; run++) {
    const before = process.cpuUsage()
    const ms = await timed(work)
    const { user, system } = process.cpuUsage(before)
    took.push({ ms, cpuMs: Math.round((user + system) / 1_000) })
  }
  return took.sort((a, b) => a.ms - b.ms)[RUNS >> 1]!
}

/** `dd iflag=nocache count=0` asks the kernel to drop the pages of a file (posix_fadvise), which needs no rights. */
async function forget(analytics: Analytics, directory: string): Promise<void> {
  for (const cache of ['MARK CACHE', 'UNCOMPRESSED CACHE', 'QUERY CACHE']) await analytics.command(`SYSTEM DROP ${cache}`)
  const files = (await readdir(directory, { recursive: true, withFileTypes: true })).filter(
    (entry) => entry.isFile() && entry.name.endsWith('.bin'),
  )
  for (const { parentPath, name } of files) {
    const path = join(parentPath, name)
    try {
      await promisify(execFile)('dd', [`if=${path}`, 'iflag=nocache', 'count=0', 'status=none'])
    } catch (error) {
      // Parts that were merged are cleared away meanwhile.
      if (existsSync(path)) throw error
    }
  }
}

const partsOf = ({ analytics, pool }: Shop): ReportParts => ({
  facts: analytics,
  ports: reportPorts({ pool, analytics, now: () => NOW }),
  workspace: WORKSPACE,
  now: NOW,
})

/** Counts by person: the plainest thing that reads these rows at all. */
const scanOf = (table: string, where = '1'): string =>
  `SELECT count() AS people, sum(rows) AS rows, max(newest) AS newest FROM (SELECT profile_id, count() AS rows, max(at) AS newest FROM ${table} WHERE workspace_id = '${WORKSPACE}' AND ${where} GROUP BY profile_id)`
const TRANSITIONS = scanOf('transitions')
const DELIVERIES = scanOf('deliveries')
const DECISIONS = scanOf('decisions')
const EVENTS = scanOf('events')
const PURCHASES = `SELECT count() AS people, sum(value) AS value FROM (SELECT profile_id, sum(JSONExtractFloat(properties, 'total')) AS value FROM events WHERE workspace_id = '${WORKSPACE}' AND name = 'Order Completed' GROUP BY profile_id)`

interface Reading {
  /** What it is asked, where a report needs to be told. */
  readonly asked?: Readonly<Record<string, unknown>>
  /** Plain scans, one for each table that it reads. */
  readonly scan: readonly string[]
}
/** Each report's question, and the rows that it reads for it. */
const READS: Readonly<Record<string, Reading>> = {
  // Treated people are held against held-out ones by what both bought.
  outcomes: { scan: [TRANSITIONS, PURCHASES] },
  goals: { scan: [PURCHASES, TRANSITIONS] },
  goal: { asked: { id: 'grow' }, scan: [PURCHASES, TRANSITIONS] },
  experiment: { asked: { key: `journey:${JOURNEY}` }, scan: [DECISIONS, TRANSITIONS, PURCHASES] },
  attribution: { asked: { metric: 'orders', days: 30 }, scan: [EVENTS, DELIVERIES] },
  'journey-funnel': { asked: { journey: JOURNEY, days: 180 }, scan: [TRANSITIONS, DELIVERIES] },
  'journey-map': { asked: { journey: JOURNEY, days: 180 }, scan: [TRANSITIONS, DELIVERIES] },
  channels: { scan: [DELIVERIES] },
  'send-time': { scan: [DELIVERIES, DECISIONS] },
  pressure: { scan: [DELIVERIES] },
  deliverability: { scan: [DELIVERIES] },
  value: { asked: { value: 'worth' }, scan: [PURCHASES] },
  'journey-value': { asked: { value: 'worth', journey: JOURNEY }, scan: [PURCHASES, TRANSITIONS] },
  cohorts: { asked: { metric: 'revenue' }, scan: [PURCHASES] },
  retention: { asked: { start: 'Product Viewed', end: 'Order Completed' }, scan: [EVENTS] },
  pipeline: { asked: { pipeline: 'sales' }, scan: [EVENTS] },
  costs: { scan: [DELIVERIES] },
  returns: { scan: [DELIVERIES, TRANSITIONS, PURCHASES] },
}

const DOCUMENTS = [
  { kind: 'metric', id: 'orders', event: 'Order Completed' },
  { kind: 'metric', id: 'revenue', event: 'Order Completed', measure: 'sum', value: 'total', margin: 0.35 },
  { kind: 'lifetime-value', id: 'worth', purchases: 'revenue' },
  { kind: 'goal', id: 'grow', metric: 'orders', period: 'quarter', baseline: 'previous', target: { change: '+5%' } },
  {
    kind: 'pipeline',
    id: 'sales',
    stages: [
      { id: 'seen', event: 'Product Viewed' },
      { id: 'wanted', event: 'Product Added' },
    ],
    won: { event: 'Order Completed', amount: 'total' },
  },
  {
    kind: 'journey',
    id: JOURNEY,
    goal: { event: 'Order Completed', within: '7d', value: 'total' },
    entry: { event: 'Product Added' },
    holdout: '10%',
    steps: [
      { kind: 'wait', id: 'settle', for: '5m' },
      { kind: 'wait', id: 'nudge', for: '5m' },
    ],
  },
] as const
