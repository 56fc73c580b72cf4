import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { link, mkdir, open, readFile, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { list, SETTINGS, type Setting, type SettingName } from './settings.ts'
import { SetupError } from './setup-error.ts'

export type Role = 'ingest' | 'engine' | 'delivery' | 'web' | 'jobs'

/** Every setting, parsed. Plain data, passed by hand. */
export interface Config {
  /** Absolute. */
  readonly dataDir: string
  readonly database: { readonly kind: 'embedded' } | { readonly kind: 'server'; readonly url: string }
  readonly analytics: { readonly kind: 'embedded' } | { readonly kind: 'server'; readonly url: string }
  /** What carries events in front of the database; null: nothing does. */
  readonly nats: NatsConfig | null
  readonly mail: { readonly kind: 'none' } | { readonly kind: 'local' } | { readonly kind: 'smtp'; readonly url: string }
  /** Messages a second; undefined: as fast as the mail server takes them. */
  readonly mailRate: number | undefined
  /** Where bounces and complaints are taken by SMTP; null: nowhere. */
  readonly mailIn: { readonly host: string; readonly port: number } | null
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  /** Where people and mail links reach this server, without a slash at the end. */
  readonly publicUrl: string
  /** Where reports may be written; undefined: nowhere. */
  readonly reportsDir: string | undefined
  readonly roles: ReadonlySet<Role>
  readonly partitions: number
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent'
  /** Undefined until `withSecretKey`. */
  readonly secretKey: string | undefined
  /** Folders and addresses that signed points of the audit log go to besides the data directory. */
  readonly auditAnchors: readonly string[]
  /** `host:port` of private addresses that webhooks may reach. */
  readonly allowPrivateEgress: readonly string[]
  /** Connections to PostgreSQL that this process may hold. */
  readonly databaseConnections: number
  /** Models that this process trains at once. */
  readonly learningThreads: number
  /** Snapshots of models are kept for so many days. */
  readonly snapshotDays: number
  /** Addresses of proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[]
  /** Where each value came from, for `explain`. */
  readonly sources: Readonly<Record<SettingName, Source>>
  /** What is legal but probably not meant. */
  readonly warnings: readonly string[]
}
export interface NatsConfig {
  /** `nats://host:port`, also with a name and a password. */
  readonly servers: readonly string[]
  /** Text of a `.creds` file. */
  readonly credentials: string | undefined
  /** PEM. */
  readonly ca: string | undefined
  readonly shards: number
  /** What an answer of 200 waits for: the log, while the database answers; or the stream alone. */
  readonly ack: 'log' | 'stream'
  /** Undefined: what the cluster allows. */
  readonly replicas: number | undefined
  /** Bytes that each stream may hold. */
  readonly bufferBytes: number
}

export type Source = 'default' | 'environment' | 'file'
export type Environment = Readonly<Record<string, string | undefined>>

interface Given {
  readonly text: string
  readonly source: Source
}

/** Parses every setting; throws one SetupError that lists everything that is wrong. Each name may carry the prefix `CADENZA_`. */
export function readConfig(env: Environment, readText: (path: string) => string = (path) => readFileSync(path, 'utf8')): Config {
  const problems: string[] = []
  const given = Object.fromEntries(names.map((name) => [name, givenFor(name, { env, readText, problems })])) as Record<SettingName, Given>
  const values = Object.fromEntries(names.map((name) => [name, parse(name, given[name], problems)])) as Values
  problems.push(...contradictions(values))
  if (problems.length > 0) throw new SetupError(problems.join('\n'), '`cadenza doctor` shows every setting and what it is for.')
  const sources = Object.fromEntries(names.map((name) => [name, given[name].source])) as Config['sources']
  return { ...assemble(values), sources, warnings: [...unknownNames(env), ...doubts(values)] }
}

type Values = { readonly [N in SettingName]: ReturnType<(typeof SETTINGS)[N]['schema']['parse']> }
const names = Object.keys(SETTINGS) as SettingName[]

function givenFor(
  name: SettingName,
  { env, readText, problems }: { env: Environment; readText: (path: string) => string; problems: string[] },
): Given {
  const setting: Setting = SETTINGS[name]
  const text = env[`CADENZA_${name}`] ?? env[name]
  const path = setting.secret ? (env[`CADENZA_${name}_FILE`] ?? env[`${name}_FILE`]) : undefined
  if (text && path) problems.push(`${name} and ${name}_FILE are both set: unset one of them.`)
  if (text) return { text, source: 'environment' }
  if (!path) return { text: setting.default, source: 'default' }
  try {
    return { text: readText(path).trim(), source: 'file' }
  } catch (error) {
    problems.push(
      `${name}_FILE is "${path}", which cannot be read (${(error as NodeJS.ErrnoException).code ?? error}): give a file that this user may read.`,
    )
    return { text: setting.default, source: 'default' }
  }
}

function parse(name: SettingName, { text, source }: Given, problems: string[]): unknown {
  const setting: Setting = SETTINGS[name]
  const outcome = setting.schema.safeParse(text)
  if (outcome.success) return outcome.data
  const shown = setting.secret ? `set (${text.length} characters, not shown)` : `"${text}"`
  problems.push(
    `${name} is ${shown}, from ${source === 'file' ? 'its file' : 'the environment'}; allowed is ${setting.allowed}. ${setting.mend}`,
  )
  return undefined
}

function contradictions(values: Values): string[] {
  const { DATABASE_URL, SECRET_KEY, SMTP_URL, MAILBOX } = values
  const found: string[] = [...homelessFacts(values)]
  if (DATABASE_URL && !SECRET_KEY) {
    found.push(
      'SECRET_KEY is missing, and with DATABASE_URL all processes must share one: set it to the output of `openssl rand -base64 48` and keep it.',
    )
  }
  if (SMTP_URL && MAILBOX === 'local')
    found.push('SMTP_URL and MAILBOX=local are both set: mail can go to one of them only, unset the other.')
  return found
}

/** Facts in the built-in ClickHouse can be read by the process that writes them and by no other. */
function homelessFacts({ DATABASE_URL, CLICKHOUSE_URL, ROLES }: Values): string[] {
  if (!DATABASE_URL || CLICKHOUSE_URL || !ROLES) return []
  const [web, jobs] = [ROLES.includes('web'), ROLES.includes('jobs')]
  if (web === jobs) return []
  return [
    `ROLES has ${web ? 'web' : 'jobs'} and not ${web ? 'jobs' : 'web'}, and there is no CLICKHOUSE_URL: the built-in ClickHouse belongs to one process, and ${web ? 'reports would stay empty' : 'nobody could read what it writes'}. Set CLICKHOUSE_URL, or give one process both roles.`,
  ]
}

function doubts({ SMTP_URL, MAILBOX, PUBLIC_URL, HOST }: Values): string[] {
  const found: string[] = []
  if (!SMTP_URL && MAILBOX !== 'local')
    found.push('No mail will leave: set SMTP_URL, or MAILBOX=local to look at mail in the built-in mailbox.')
  if (SMTP_URL && !PUBLIC_URL) found.push(`Links in mail will lead to http://${HOST}, which your readers cannot reach: set PUBLIC_URL.`)
  if (PUBLIC_URL?.startsWith('http://') && SMTP_URL) found.push('PUBLIC_URL is not https: one-click unsubscribe (RFC 8058) needs https.')
  return found
}

function assemble(v: Values): Omit<Config, 'sources' | 'warnings'> {
  return {
    dataDir: resolve(v.DATA_DIR),
    database: v.DATABASE_URL ? { kind: 'server', url: v.DATABASE_URL } : { kind: 'embedded' },
    analytics: v.CLICKHOUSE_URL ? { kind: 'server', url: v.CLICKHOUSE_URL } : { kind: 'embedded' },
    nats: v.NATS_URL
      ? {
          servers: v.NATS_URL,
          credentials: v.NATS_CREDENTIALS,
          ca: v.NATS_CA,
          shards: v.NATS_SHARDS,
          ack: v.NATS_ACK,
          replicas: v.NATS_REPLICAS,
          bufferBytes: v.NATS_BUFFER_MB * 1_048_576,
        }
      : null,
    mail: v.SMTP_URL ? { kind: 'smtp', url: v.SMTP_URL } : { kind: v.MAILBOX === 'local' ? 'local' : 'none' },
    mailRate: v.MAIL_RATE,
    mailIn: hostAndPort(v.MAIL_IN),
    host: v.HOST,
    port: v.PORT,
    reportsDir: v.REPORTS_DIR,
    publicUrl: v.PUBLIC_URL?.replace(/\/+$/, '') ?? `http://${v.HOST.includes(':') ? `[${v.HOST}]` : v.HOST}:${v.PORT}`,
    roles: new Set(v.ROLES),
    partitions: v.PARTITIONS,
    logLevel: v.LOG_LEVEL,
    secretKey: v.SECRET_KEY,
    auditAnchors: v.AUDIT_ANCHORS,
    allowPrivateEgress: v.ALLOW_PRIVATE_EGRESS,
    databaseConnections: v.DATABASE_CONNECTIONS,
    learningThreads: v.LEARNING_THREADS,
    snapshotDays: v.MODEL_SNAPSHOT_DAYS,
    trustedProxies: v.TRUSTED_PROXIES,
  }
}

/** Of the command `cadenza`, which may share its environment with the server. */
const OF_THE_COMMAND = ['CADENZA_URL', 'CADENZA_KEY']

function hostAndPort(text: string | undefined): Config['mailIn'] {
  const found = text === undefined ? null : /^\[?([^\]]+?)\]?:(\d+)$/.exec(text)
  return found && { host: found[1]!, port: Number(found[2]) }
}

/** A misspelt name is the commonest mistake, and a silent one. */
function unknownNames(env: Environment): string[] {
  const known = new Set([...OF_THE_COMMAND, ...names.flatMap((name) => [`CADENZA_${name}`, `CADENZA_${name}_FILE`])])
  return Object.keys(env)
    .filter((name) => name.startsWith('CADENZA_') && !known.has(name))
    .map((name) => {
      const near = names.map((other) => `CADENZA_${other}`).find((other) => distance(name, other) <= 2)
      return `${name} is not a setting and changes nothing${near ? `; did you mean ${near}?` : '.'}`
    })
}

/** Edits between two words (Levenshtein 1966). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) next[j] = Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1))
    row = next
  }
  return row[b.length]!
}

/** The configuration with its secret key: the given one, or the one of the data directory, made at the first start. */
export async function withSecretKey(config: Config): Promise<Config & { readonly secretKey: string }> {
  return { ...config, secretKey: config.secretKey ?? (await keptSecret(config.dataDir)) }
}

async function keptSecret(dataDir: string): Promise<string> {
  const path = join(dataDir, 'secret')
  await mkdir(dataDir, { recursive: true })
  if (!existsSync(path)) await makeSecret(path)
  const text = (await readFile(path, 'utf8')).trim()
  if (text.length >= 32) return text
  throw new SetupError(
    `The secret key in ${path} is cut short.`,
    'Put it back from a backup; or, if nothing was encrypted with it yet, delete the file.',
  )
}

/** Written aside, made durable, then linked into place: there is never half a key, and of two processes one wins. */
async function makeSecret(path: string): Promise<void> {
  const fresh = `${path}.${process.pid}-${randomBytes(4).toString('hex')}`
  const file = await open(fresh, 'wx', 0o600)
  try {
    await file.writeFile(randomBytes(48).toString('base64url'))
    await file.sync()
    await link(fresh, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    await file.close()
    await rm(fresh)
  }
}

export interface ExplainedSetting {
  readonly name: string
  /** As text; secrets are hidden, addresses lose their password. */
  readonly value: string
  readonly source: Source
  readonly does: string
}

/** Every setting with its value and where that came from, fit to be shown. */
export function explain(config: Config): ExplainedSetting[] {
  const values: Record<SettingName, string> = {
    DATA_DIR: config.dataDir,
    DATABASE_URL: config.database.kind === 'server' ? withoutPassword(config.database.url) : '(built-in PostgreSQL)',
    CLICKHOUSE_URL: config.analytics.kind === 'server' ? withoutPassword(config.analytics.url) : '(built-in ClickHouse)',
    ...explainNats(config.nats),
    SMTP_URL: config.mail.kind === 'smtp' ? withoutPassword(config.mail.url) : '(none)',
    MAILBOX: config.mail.kind === 'local' ? 'local' : 'off',
    MAIL_RATE: config.mailRate === undefined ? '(no limit)' : String(config.mailRate),
    MAIL_IN: config.mailIn ? `${config.mailIn.host}:${config.mailIn.port}` : '(none)',
    HOST: config.host,
    PORT: String(config.port),
    PUBLIC_URL: config.publicUrl,
    REPORTS_DIR: config.reportsDir ?? '(none)',
    ROLES: list([...config.roles]),
    PARTITIONS: String(config.partitions),
    LOG_LEVEL: config.logLevel,
    SECRET_KEY: config.sources.SECRET_KEY === 'default' ? '(kept in the data directory)' : '(set, hidden)',
    AUDIT_ANCHORS: list(config.auditAnchors),
    ALLOW_PRIVATE_EGRESS: list(config.allowPrivateEgress),
    DATABASE_CONNECTIONS: String(config.databaseConnections),
    LEARNING_THREADS: String(config.learningThreads),
    MODEL_SNAPSHOT_DAYS: String(config.snapshotDays),
    TRUSTED_PROXIES: list(config.trustedProxies),
  }
  return names.map((name) => ({ name, value: values[name], source: config.sources[name], does: SETTINGS[name].does }))
}

const explainNats = (nats: NatsConfig | null) => ({
  NATS_URL: nats ? list(nats.servers.map(withoutToken).map(withoutPassword)) : '(none: events go straight into the database)',
  NATS_CREDENTIALS: nats?.credentials ? '(set, hidden)' : '(none)',
  NATS_CA: nats?.ca ? '(set, hidden)' : '(none)',
  NATS_SHARDS: nats ? String(nats.shards) : '(no NATS)',
  NATS_ACK: nats?.ack ?? '(no NATS)',
  NATS_REPLICAS: String(nats?.replicas ?? '(what the cluster allows)'),
  NATS_BUFFER_MB: nats ? String(nats.bufferBytes / 1_048_576) : '(no NATS)',
})

/** A name without a password is a token. */
function withoutToken(text: string): string {
  const url = new URL(text)
  if (url.username && !url.password) url.username = '***'
  return url.href
}

function withoutPassword(text: string): string {
  const url = new URL(text)
  if (url.password) url.password = '***'
  for (const name of [...url.searchParams.keys()]) if (/pass|secret|key|token/i.test(name)) url.searchParams.set(name, '***')
  return url.href
}
