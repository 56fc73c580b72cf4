import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { isRefusal } from '#lib/problem.ts'
import type { AnyReport, ReportParts } from '#measurement/reports/kind.ts'
import { REPORTS } from '#measurement/reports/registry-store.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { chdbAnalytics } from '#platform/analytics/chdb.ts'
import { migrateAnalytics } from '#platform/analytics/migrate.ts'
import { makeFacts, NOW, type Size, WORKSPACE } from './reports-facts.ts'

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
  readonly within: boolean
}

/**
 * Every report of the registry with its defaults, on facts of a shop's half year, beside a plain scan of the same rows. Cold: ClickHouse's caches
 * are dropped and the kernel is asked to forget the files' pages.
 */
export async function reports({ people, events }: Size, only: string | undefined) {
  const directory = await mkdtemp(join(tmpdir(), 'cadenza-reports-'))
  const analytics = await chdbAnalytics({ directory })
  try {
    await migrateAnalytics(analytics, join(import.meta.dirname, '../migrations/clickhouse'))
    await makeFacts(analytics, { people, events }, tell)
    const measured: Measured[] = []
    for (const report of REPORTS) {
      if (only !== undefined && report.id !== only) continue
      measured.push(await measure(report, { analytics, directory }))
      const { coldMs, warmMs, scanMs, scans, within } = measured.at(-1)!
      tell(
        `${report.id.padEnd(24)} cold ${coldMs} ms, warm ${warmMs} ms, scan ${scanMs} ms (× ${scans})${within ? '' : '  over its limit'}`,
      )
    }
    if (measured.some(({ within }) => !within)) process.exitCode = 1
    return { people, events, limits: LIMITS, measured }
  } finally {
    await analytics.close()
    await rm(directory, { recursive: true })
  }
}

const tell = (line: string): void => void process.stderr.write(`${line}\n`)

interface Shop {
  readonly analytics: Analytics
  readonly directory: string
}

async function measure(report: AnyReport, { analytics, directory }: Shop): Promise<Measured> {
  const run = async (): Promise<void> => {
    const answer = await report.run(partsOf(analytics), report.input.parse(ASKED[report.id] ?? {}))
    if (isRefusal(answer)) throw new Error(`${report.id}: ${JSON.stringify(answer.refused)}`)
  }
  await forget(analytics, directory)
  const coldMs = await timed(run)
  const scan = SCANNED[report.id]
  if (!scan) throw new Error(`Say which rows ${report.id} reads: bench/reports.ts, SCANNED`)
  const warmMs = await median(run)
  const scanMs = await median(async () => {
    for (const sql of scan) await analytics.query(sql)
  })
  const scans = Math.round((warmMs / scanMs) * 10) / 10
  return { report: report.id, coldMs, warmMs, scanMs, scans, within: warmMs < LIMITS.warmMs && scans <= LIMITS.scans }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now()
  await work()
  return Math.round(performance.now() - begun)
}

async function median(work: () => Promise<unknown>): Promise<number> {
  const took: number[] = []
  for (let run = 0; run < RUNS; run++) took.push(await timed(work))
  return took.sort((a, b) => a - b)[RUNS >> 1]!
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

const partsOf = (analytics: Analytics): ReportParts => ({
  facts: analytics,
  ports: {
    sending: async () => [],
    models: async () => [],
    warmUps: async () => [],
    document: async () => undefined,
    valueFit: async () => undefined,
    ask: () => Promise.reject(new Error('the bench asks no action')),
    costs: () => Promise.reject(new Error('the bench keeps no ledger')),
    returns: () => Promise.reject(new Error('the bench keeps no ledger')),
  },
  workspace: WORKSPACE,
  now: NOW,
})

const scanOf = (table: string, where = '1'): string =>
  `SELECT count() AS people, sum(rows) AS rows, max(newest) AS newest FROM (SELECT profile_id, count() AS rows, max(at) AS newest FROM ${table} WHERE workspace_id = '${WORKSPACE}' AND ${where} GROUP BY profile_id)`

/** What is asked where a report has no defaults that mean something here. */
const ASKED: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  channels: { days: 180 },
}
const DELIVERIES = scanOf('deliveries')
/** Each report's plain scans, one for each table that it reads. */
const SCANNED: Readonly<Record<string, readonly string[]>> = {
  channels: [DELIVERIES],
}
