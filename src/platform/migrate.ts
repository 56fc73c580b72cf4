import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Client } from 'pg'
import { SetupError } from './setup-error.ts'

/** One numbered file of changes. */
export interface Migration {
  readonly number: number
  /** File name without `.sql`. */
  readonly name: string
  readonly sql: string
  /** SHA-256 of the text, line ends made equal. */
  readonly checksum: string
}
export type Applied = Pick<Migration, 'number' | 'name' | 'checksum'>

const FILE = /^(\d{4})-([a-z0-9-]+)\.sql$/
/** Any number that nobody else uses for an advisory lock. */
const LOCK_KEY = 7_236_101_453
/** A change that has to wait for a lock holds up everyone behind it: give up and try again instead. */
const LOCK_TIMEOUT = '2s'
const LOCK_TRIES = 10
const LOCK_NOT_AVAILABLE = '55P03'
/** Another process may be migrating a large table. */
const WAIT_FOR_OTHERS = '10min'

/** The files `NNNN-name.sql` of a folder, in order. Throws when two have one number or a name does not fit. */
export async function readMigrations(directory: string): Promise<Migration[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.sql')).sort()
  const files = await Promise.all(names.map(async (name) => migration(name, await readFile(join(directory, name), 'utf8'))))
  for (const [i, file] of files.entries()) {
    const before = files[i - 1]
    if (before?.number === file.number)
      throw new SetupError(
        `Two migrations have number ${file.number}: ${before.name} and ${file.name}.`,
        'Give the newer one the next number.',
      )
  }
  return files
}

function migration(fileName: string, text: string): Migration {
  const parts = FILE.exec(fileName)
  if (!parts) throw new SetupError(`${fileName} is not a name of a migration.`, 'Name it like 0007-what-it-does.sql.')
  const sql = text.replaceAll('\r\n', '\n')
  return {
    number: Number(parts[1]),
    name: fileName.slice(0, -'.sql'.length),
    sql,
    checksum: createHash('sha256').update(sql).digest('hex'),
  }
}

/**
 * Runs the files that are not applied yet, in order; resolves with those.
 * Refuses history that does not fit: an applied file was changed, is missing here (the database is newer), or a new one has an old number.
 */
export async function applyInOrder(
  files: readonly Migration[],
  applied: readonly Applied[],
  run: (file: Migration) => Promise<void>,
): Promise<Migration[]> {
  const known = new Map(files.map((file) => [file.number, file]))
  for (const past of applied) checkPast(past, known.get(past.number))
  const last = Math.max(-1, ...applied.map((past) => past.number))
  const done = new Set(applied.map((past) => past.number))
  const pending = files.filter((file) => !done.has(file.number))
  const late = pending.find((file) => file.number < last)
  if (late)
    throw new SetupError(`Migration ${late.name} comes before ${last}, which is applied already.`, `Give it a number above ${last}.`)
  for (const file of pending) await run(file)
  return pending
}

function checkPast(past: Applied, file: Migration | undefined): void {
  if (!file) {
    throw new SetupError(
      `The database is newer than this Cadenza: it has migration ${past.name}, which is not known here.`,
      'Use the newer Cadenza, or restore a backup made before it.',
    )
  }
  if (file.checksum !== past.checksum) {
    throw new SetupError(
      `Migration ${file.name} was changed after it had been applied.`,
      'Put the file back as it was, and make the change in a new migration.',
    )
  }
}

/** Brings a PostgreSQL database up to the files of a folder; resolves with the names of those it applied. Safe to run from many processes at once. */
export async function migrate(url: string, directory: string): Promise<string[]> {
  const files = await readMigrations(directory)
  const client = new Client({ connectionString: url, application_name: 'cadenza migrate', connectionTimeoutMillis: 5_000 })
  // a connection that breaks between two statements rejects the next one; the event itself needs a listener
  client.on('error', () => undefined)
  await client.connect()
  try {
    await checkServer(client)
    await client.query(`set statement_timeout = '${WAIT_FOR_OTHERS}'`)
    await client.query('select pg_advisory_lock($1)', [LOCK_KEY])
    await client.query(`set statement_timeout = 0; set lock_timeout = '${LOCK_TIMEOUT}'; set client_min_messages = warning`)
    const done = await applyInOrder(files, await concerning(client, files), (file) => applyOne(client, file))
    return done.map((file) => file.name)
  } finally {
    await client.end()
  }
}

/** Row-level security as used here (`grant … with set`) came with PostgreSQL 16. */
async function checkServer(client: Client): Promise<void> {
  const { rows } = await client.query<{ version: number; text: string }>(
    `select current_setting('server_version_num')::int as version, current_setting('server_version') as text`,
  )
  const { version, text } = rows[0]!
  if (version < 160_000)
    throw new SetupError(
      `The database server is PostgreSQL ${text}.`,
      'Cadenza needs 16 or newer: update it, or leave DATABASE_URL out to use the built-in one.',
    )
}

async function appliedIn(client: Client): Promise<Applied[]> {
  await client.query(`create table if not exists schema_migrations (
    number integer primary key, name text not null, checksum text not null, applied_at timestamptz not null default now())`)
  const { rows } = await client.query<Applied>('select number, name, checksum from schema_migrations order by number')
  return rows
}

/** What is applied, without newer migrations that older processes can live with (`schema_floor`): while versions change, both run. */
async function concerning(client: Client, files: readonly Migration[]): Promise<Applied[]> {
  const applied = await appliedIn(client)
  const newest = Math.max(-1, ...files.map((file) => file.number))
  const { rows } = await client.query<{ there: boolean }>(`select to_regclass('schema_floor') is not null as there`)
  if (!rows[0]!.there) return applied
  const floor = await client.query<{ least: number }>('select least from schema_floor')
  return floor.rows[0]!.least > newest ? applied : applied.filter((past) => past.number <= newest)
}

async function applyOne(client: Client, file: Migration): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await client.query('begin')
      await client.query(file.sql)
      await guardTenants(client)
      await client.query('insert into schema_migrations (number, name, checksum) values ($1, $2, $3)', [
        file.number,
        file.name,
        file.checksum,
      ])
      await client.query('commit')
      return
    } catch (error) {
      const broken = await client.query('rollback').then(
        () => undefined,
        (failure: Error) => failure,
      )
      if (broken)
        throw new SetupError(
          `The connection broke during migration ${file.name}: ${broken.message}.`,
          'Start again: it is either there or not, never half.',
          error,
        )
      const { code, message, hint } = error as { code?: string; message: string; hint?: string }
      if (code !== LOCK_NOT_AVAILABLE)
        throw new SetupError(
          `Migration ${file.name} failed: ${message}.`,
          hint ?? 'Nothing of it was kept; mend the cause and start again.',
          error,
        )
      if (attempt === LOCK_TRIES)
        throw new SetupError(
          `Migration ${file.name} did not get its lock in ${LOCK_TRIES} tries.`,
          'End the long transactions (pg_stat_activity), then start again.',
          error,
        )
      await pause(1_000)
    }
  }
}

/** Puts every table with a workspace_id under row-level security: an author cannot forget it. */
async function guardTenants(client: Client): Promise<void> {
  const { rows } = await client.query<{ there: boolean }>(`select to_regprocedure('guard_tenants()') is not null as there`)
  if (rows[0]?.there) await client.query('select guard_tenants()')
}
