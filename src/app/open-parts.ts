import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { chdbAnalytics } from '#platform/analytics/chdb.ts'
import { elsewhere } from '#platform/analytics/elsewhere.ts'
import { claimFacts } from '#platform/analytics/home.ts'
import { httpAnalytics } from '#platform/analytics/http.ts'
import { migrateAnalytics } from '#platform/analytics/migrate.ts'
import type { Config } from '#platform/config.ts'
import { lockDirectory } from '#platform/lock.ts'
import { preparePartitions } from '#platform/log.ts'
import { migrate, readMigrations } from '#platform/migrate.ts'
import { type EmbeddedPostgres, startEmbedded } from '#platform/postgres/embedded.ts'
import { createPool, type Pool } from '#platform/postgres/pool.ts'

const MIGRATIONS = join(import.meta.dirname, '../../migrations')

/** The databases, open and up to date. */
export interface Parts {
  /** Names this process among others: leases and claims carry it. */
  readonly owner: string
  readonly url: string
  /** For requests and reads. */
  readonly pool: Pool
  /** For the engine, the outbox and the projector: requests cannot starve them. */
  readonly work: Pool
  readonly analytics: Analytics
  /** Number of the newest migration that this version knows. */
  readonly schema: number
  close(): Promise<void>
}

/** Starts or reaches both databases and migrates them. What was started already ends again when a later part fails. */
export async function openParts(config: Config, { logger, onFatal }: { logger: Logger; onFatal: (error: Error) => void }): Promise<Parts> {
  const closing: (() => Promise<void>)[] = []
  const close = async (): Promise<void> => {
    for (const end of closing.splice(0).reverse()) await end()
  }
  try {
    const url = config.database.kind === 'server' ? config.database.url : (await embedded(config, { logger, onFatal, closing })).url
    const applied = await migrate(url, join(MIGRATIONS, 'postgres'))
    if (applied.length > 0) logger.info({ migrations: applied }, 'the database is up to date')
    const schema = (await readMigrations(join(MIGRATIONS, 'postgres'))).at(-1)!.number
    const half = Math.max(4, Math.floor(config.databaseConnections / 2))
    const onError = (error: Error): void => {
      // At a stop the server may be faster to end a connection than we are.
      if (closing.length > 0) logger.warn({ err: error }, 'an idle connection to the database broke')
    }
    const pool = createPool({ url, name: 'cadenza requests', max: half, onError })
    const work = createPool({ url, name: 'cadenza work', max: half, onError })
    closing.push(async () => void (await Promise.all([pool.end(), work.end()])))
    await preparePartitions(work, config.partitions)
    const analytics = hasFacts(config) ? await openAnalytics(config, { work, onFatal, closing }) : elsewhere()
    return { owner: `${process.pid}-${randomBytes(6).toString('hex')}`, url, pool, work, analytics, schema, close }
  } catch (error) {
    await close()
    throw error
  }
}

interface Starting {
  readonly logger: Logger
  readonly onFatal: (error: Error) => void
  readonly closing: (() => Promise<void>)[]
}

async function embedded(config: Config, { logger, onFatal, closing }: Starting): Promise<EmbeddedPostgres> {
  const server = await startEmbedded({ dataDir: config.dataDir, log: (line) => logger.debug({ line }, 'postgres'), onFatal })
  closing.push(() => server.stop())
  return server
}

/** chDB takes one process for each folder: without the embedded database, which locks it too, that has to be said here. */
async function lockData(config: Config, { onFatal, closing }: Pick<Starting, 'onFatal' | 'closing'>): Promise<void> {
  if (config.database.kind === 'embedded' || config.analytics.kind === 'server') return
  await mkdir(config.dataDir, { recursive: true })
  const lock = await lockDirectory(config.dataDir, { onLost: onFatal })
  closing.push(() => lock.release())
}

/** The built-in ClickHouse belongs to one process: where several share a database, it is the one with the jobs and the screens. */
export const hasFacts = (config: Config): boolean =>
  config.analytics.kind === 'server' || config.database.kind === 'embedded' || config.roles.has('jobs') || config.roles.has('web')

async function openAnalytics(
  config: Config,
  { work, onFatal, closing }: Pick<Starting, 'onFatal' | 'closing'> & { readonly work: Pool },
): Promise<Analytics> {
  await lockData(config, { onFatal, closing })
  if (config.database.kind === 'server' && config.analytics.kind === 'embedded') await claimFacts(work, config.dataDir)
  const analytics =
    config.analytics.kind === 'server'
      ? httpAnalytics({ url: config.analytics.url })
      : await chdbAnalytics({ directory: join(config.dataDir, 'analytics') })
  closing.push(() => analytics.close())
  await migrateAnalytics(analytics, join(MIGRATIONS, 'clickhouse'))
  return analytics
}
