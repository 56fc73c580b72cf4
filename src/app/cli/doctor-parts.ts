import { execFile } from 'node:child_process'
import { constants, existsSync } from 'node:fs'
import { access, mkdtemp, readFile, rm, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { Analytics } from '#platform/analytics/analytics.ts'
import type { Config } from '#platform/config.ts'
import { findBinaries } from '#platform/postgres/binaries.ts'
import { SetupError } from '#platform/setup-error.ts'
import { askAnalytics, askDatabase } from './doctor-store.ts'

export interface Finding {
  readonly what: string
  readonly status: 'ok' | 'warning' | 'failed' | 'skipped'
  readonly says: string
  /** How to mend it. */
  readonly fix?: string
}

export const ok = (what: string, says: string): Finding => ({ what, status: 'ok', says })
export const skipped = (what: string, says: string): Finding => ({ what, status: 'skipped', says })
export const warning = (what: string, says: string, fix: string): Finding => ({ what, status: 'warning', says, fix })
export const failed = (what: string, says: string, fix: string): Finding => ({ what, status: 'failed', says, fix })

const GIGABYTE = 1_000_000_000
const OLDEST_POSTGRES = 160_000
/** Timers, links and signatures go by the clock: more than this apart and they go wrong. */
const MOST_SKEW = 5_000
/** No Cadenza is older, so a clock before this was never set. */
const BEGINNING = Date.parse('2026-01-01T00:00:00Z')

export const codeOf = (error: unknown): string => (error as { code?: string }).code ?? ''
const wordsOf = (error: unknown): string => (error instanceof Error ? error.message || codeOf(error) || error.name : String(error))

export function checkClock(now: number): Finding {
  const says = new Date(now).toISOString()
  return now < BEGINNING ? failed('Clock', says, 'Set the clock of this machine, and let it be kept by NTP.') : ok('Clock', says)
}

export function checkSkew(what: string, theirs: number, ours: number): Finding {
  const apart = Math.abs(theirs - ours)
  const says = `${(apart / 1_000).toFixed(1)} s apart from this machine's`
  return apart > MOST_SKEW ? failed(what, says, 'Keep the clocks of both machines by NTP (for example chrony).') : ok(what, says)
}

export async function checkDataDir({ dataDir }: Config): Promise<Finding> {
  let there = dataDir
  while (!existsSync(there)) there = dirname(there)
  try {
    await access(there, constants.W_OK | constants.X_OK)
  } catch (error) {
    return failed(
      'Data directory',
      `${there} cannot be written (${codeOf(error)})`,
      `Run “chown $(id -u) ${there}” as root, or set DATA_DIR to another one.`,
    )
  }
  const { bavail, bsize } = await statfs(there)
  const free = bavail * bsize
  const says = `${dataDir}${there === dataDir ? '' : ' (made at the first start)'}, ${(free / GIGABYTE).toFixed(1)} GB free`
  if (free < GIGABYTE / 5) return failed('Data directory', says, 'Free some space, or set DATA_DIR to a larger disk.')
  return free < GIGABYTE * 2
    ? warning('Data directory', says, 'Free some space, or set DATA_DIR to a larger disk.')
    : ok('Data directory', says)
}

export async function checkDatabase({ database, dataDir, databaseConnections }: Config): Promise<Finding[]> {
  if (database.kind === 'embedded') return [await checkEmbedded(dataDir)]
  const { host } = new URL(database.url)
  try {
    const says = await askDatabase(database.url)
    const clock = checkSkew('Clock of the database', says.clock, says.asked)
    if (says.version < OLDEST_POSTGRES) {
      return [
        failed(
          'Database',
          `PostgreSQL ${says.named} at ${host}`,
          'Use PostgreSQL 16 or newer, or unset DATABASE_URL for the built-in one.',
        ),
        clock,
      ]
    }
    const missing = [!says.mayMakeRoles && 'createrole', !says.bypassesRowSecurity && 'bypassrls'].filter((each) => each !== false)
    if (missing.length > 0) {
      const fix = `As its administrator: alter role ${decodeURIComponent(new URL(database.url).username)} ${missing.join(' ')};`
      return [failed('Database', `the role may not do what Cadenza needs: ${missing.join(', ')}`, fix), clock]
    }
    const few = says.maxConnections < databaseConnections
    const named = `PostgreSQL ${says.named} at ${host}`
    const database_ = few
      ? warning(
          'Database',
          `${named} takes ${says.maxConnections} connections only`,
          `Set DATABASE_CONNECTIONS below ${says.maxConnections}, or raise max_connections.`,
        )
      : ok('Database', named)
    return [database_, clock]
  } catch (error) {
    return [failed('Database', `${host}: ${wordsOf(error)}`, databaseFix(codeOf(error)))]
  }
}

function databaseFix(code: string): string {
  switch (code) {
    case '28P01':
    case '28000':
      return 'Correct user and password in DATABASE_URL.'
    case '3D000':
      return 'Create the database that DATABASE_URL names, or correct its name.'
    case 'ECONNREFUSED':
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
      return 'Start PostgreSQL, or correct host and port in DATABASE_URL.'
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'Correct the host name in DATABASE_URL.'
    default:
      return 'Correct DATABASE_URL, or unset it for the built-in PostgreSQL.'
  }
}

async function checkEmbedded(dataDir: string): Promise<Finding> {
  try {
    const { postgres } = await findBinaries()
    const { stdout } = await promisify(execFile)(postgres, ['--version'], { timeout: 10_000 })
    const major = /\d+/.exec(stdout)![0]
    const file = join(dataDir, 'postgres', 'PG_VERSION')
    const made = existsSync(file) ? (await readFile(file, 'utf8')).trim() : major
    if (made === major) return ok('Database', `built in, PostgreSQL ${stdout.replace(/^\D+/, '').trim()}`)
    return failed(
      'Database',
      `the files in ${dataDir} are of PostgreSQL ${made}, the programs of ${major}`,
      'Use the Cadenza that made them, or move them over with pg_dump.',
    )
  } catch (error) {
    if (error instanceof SetupError) return failed('Database', error.message.replace(` ${error.hint}`, ''), error.hint)
    return failed(
      'Database',
      `the built-in PostgreSQL does not start: ${wordsOf(error)}`,
      'Run “npm ci” again, or set DATABASE_URL to a PostgreSQL server.',
    )
  }
}

export async function checkAnalytics({ analytics }: Config): Promise<Finding> {
  const built = analytics.kind === 'embedded'
  const scratch = built ? await mkdtemp(join(tmpdir(), 'cadenza-doctor-')) : ''
  let open: Analytics | undefined
  try {
    // Loaded only here, and beside the real directory, which a running server may hold.
    open = built
      ? await (await import('#platform/analytics/chdb.ts')).chdbAnalytics({ directory: scratch, readers: 1 })
      : (await import('#platform/analytics/http.ts')).httpAnalytics({ url: analytics.url, timeout: 5_000 })
    const version = await askAnalytics(open)
    return ok('Reports', `${built ? 'built in' : new URL(analytics.url).host}, ClickHouse ${version}`)
  } catch (error) {
    const fix = built
      ? 'Run “npm ci” again, or set CLICKHOUSE_URL to a ClickHouse server.'
      : 'Start ClickHouse, or correct CLICKHOUSE_URL; unset it for the built-in one.'
    return failed('Reports', wordsOf(error), fix)
  } finally {
    await open?.close()
    if (built) await rm(scratch, { recursive: true, force: true })
  }
}

export async function checkMail({ mail, publicUrl }: Config): Promise<Finding> {
  if (mail.kind === 'local') return ok('Mail', 'built-in mailbox: nothing leaves this machine')
  if (mail.kind === 'none')
    return warning('Mail', 'no mail will leave', 'Set SMTP_URL to your mail server, or MAILBOX=local to try things out.')
  const { host } = new URL(mail.url)
  const { createTransport } = await import('nodemailer')
  const wait = { connectionTimeout: 5_000, greetingTimeout: 5_000, socketTimeout: 5_000 }
  const transport = createTransport({ url: mail.url, ...wait })
  try {
    await transport.verify()
    const away = !publicUrl.startsWith('https://')
    if (!away) return ok('Mail', host)
    return warning('Mail', `${host}; links will lead to ${publicUrl}`, 'Set PUBLIC_URL to the https address that your readers can reach.')
  } catch (error) {
    return failed('Mail', `${host}: ${wordsOf(error)}`, mailFix(codeOf(error)))
  } finally {
    transport.close()
  }
}

function mailFix(code: string): string {
  switch (code) {
    case 'EAUTH':
      return 'Correct user and password in SMTP_URL (percent-encode special characters).'
    case 'EDNS':
      return 'Correct the host name in SMTP_URL.'
    case 'ETLS':
      return 'Check the certificate of the mail server, and smtp:// (STARTTLS) against smtps:// (TLS at once) in SMTP_URL.'
    default:
      return 'Check host and port in SMTP_URL; many networks block port 25: use 587 or 465.'
  }
}
