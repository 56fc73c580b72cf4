import { mkdir } from 'node:fs/promises'
import { Client, escapeIdentifier, escapeLiteral } from 'pg'
import { lockDirectory } from '../lock.ts'
import { SetupError } from '../setup-error.ts'
import { type Cluster, prepareCluster, SUPERUSER, urlOf } from './cluster.ts'
import { type Settings, SMALL_BOX } from './settings.ts'
import { type Supervised, supervise } from './supervise.ts'

/** Cadenza's own PostgreSQL, running as a child of this process. */
export interface EmbeddedPostgres extends Supervised {
  /** For the app: owner of the database, not a superuser. */
  readonly url: string
  /** For tests and repairs: the superuser, in the database `postgres`. */
  readonly adminUrl: string
}

export interface EmbeddedOptions {
  /** Made when it is not there; held by lock until `stop`. */
  readonly dataDir: string
  /** Added to, and stronger than, the settings for a small box. */
  readonly settings?: Settings
  readonly log?: (line: string) => void
  /** The database is lost for this process, which should end: it died again and again, or another process took the directory. */
  readonly onFatal?: (error: Error) => void
}

export const APP_ROLE = 'cadenza'
export const DATABASE = 'cadenza'

/**
 * Starts PostgreSQL on a data directory: makes the files at the first start, ends what a killed owner left running, recovers,
 * and keeps it running. Throws a SetupError when a person must mend something.
 */
export async function startEmbedded({ dataDir, settings, log, onFatal = fail }: EmbeddedOptions): Promise<EmbeddedPostgres> {
  await makeDataDir(dataDir)
  let server: Supervised | undefined
  const lock = await lockDirectory(dataDir, {
    onLost: (error) => {
      void server?.kill().finally(() => onFatal(error))
    },
  })
  try {
    const cluster = await prepareCluster(dataDir)
    server = await supervise(cluster, { settings: { ...SMALL_BOX, ...settings }, log, onFatal })
    await makeDatabase(cluster)
    return { ...server, ...addressesOf(cluster), stop: ending(server.stop, lock.release), kill: ending(server.kill, lock.release) }
  } catch (error) {
    await server?.stop()
    await lock.release()
    throw error
  }
}

const ending = (end: () => Promise<void>, release: () => Promise<void>) => async (): Promise<void> => {
  await end()
  await release()
}

function fail(error: Error): never {
  throw error
}

const addressesOf = (cluster: Cluster): { url: string; adminUrl: string } => ({
  url: urlOf(cluster, APP_ROLE, DATABASE),
  adminUrl: urlOf(cluster, SUPERUSER, 'postgres'),
})

async function makeDataDir(dataDir: string): Promise<void> {
  try {
    // as root, PostgreSQL's own user must pass through it to its part, and may see nothing else
    await mkdir(dataDir, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new SetupError(
      `The data directory ${dataDir} cannot be made (${code}).`,
      'Give a directory that this user may write, by DATA_DIR.',
      error,
    )
  }
}

/** Each statement stands alone and may be repeated, so a kill at the first start does no harm. */
async function makeDatabase(cluster: Cluster): Promise<void> {
  const client = new Client({ connectionString: urlOf(cluster, SUPERUSER, 'postgres'), connectionTimeoutMillis: 10_000 })
  await client.connect()
  try {
    const role = escapeIdentifier(APP_ROLE)
    const roles = await client.query('select from pg_roles where rolname = $1', [APP_ROLE])
    // bypassrls: COPY into a table under row-level security is refused otherwise; requests step down to a role without it
    const verb = roles.rowCount === 0 ? 'create' : 'alter'
    await client.query(`${verb} role ${role} login createrole bypassrls password ${escapeLiteral(cluster.password)}`)
    const databases = await client.query('select from pg_database where datname = $1', [DATABASE])
    if (databases.rowCount === 0) await client.query(`create database ${escapeIdentifier(DATABASE)} owner ${role}`)
  } finally {
    await client.end()
  }
}
