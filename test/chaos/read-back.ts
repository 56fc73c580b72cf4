import { join } from 'node:path'
import pino from 'pino'
import { DefinitionsRegistry } from '#app/definitions.ts'
import type { LogRecord } from '#events/schema.ts'
import type { Definitions } from '#journeys/definitions.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { chdbAnalytics } from '#platform/analytics/chdb.ts'
import type { OutboxRow } from '#platform/outbox-view.ts'
import { startEmbedded } from '#platform/postgres/embedded.ts'
import { createPool, type Pool } from '#platform/postgres/pool.ts'
import { consentModesAt } from '#workspaces/store.ts'
import type { Block } from './replay.ts'

/** A fact as a row of ClickHouse, with its place; times are epoch ms. */
export type Row = Readonly<Record<string, string | number>>
export const TABLES = ['events', 'transitions', 'deliveries', 'decisions'] as const
export type Table = (typeof TABLES)[number]

export interface StateRow {
  readonly ws: string
  readonly id: string
  readonly partition: number
  readonly state: unknown
  readonly next_due: number | null
}

/** Everything that the stopped server left on disk. */
export interface Left {
  readonly blocks: readonly Block[]
  readonly heads: readonly { readonly partition: number; readonly seq: number }[]
  readonly leases: readonly {
    readonly partition: number
    readonly done: number
    readonly tick: number
    readonly tickSeq: number
    readonly revision: number
  }[]
  readonly states: readonly StateRow[]
  readonly outbox: readonly OutboxRow[]
  /** What models have learned, and the revision that put it in force. */
  readonly snapshots: readonly { readonly ws: string; readonly model: string; readonly serial: number; readonly revision: number }[]
  /** Rows in tables where there should be none. */
  readonly oddities: {
    readonly deadLetters: number
    readonly factRejects: number
    readonly waitingFacts: number
    readonly begunGroups: number
    readonly carrierRejects: number
    readonly carrierLost: number
  }
  readonly facts: Readonly<Record<Table, readonly Row[]>>
  readonly definitions: (revision: number, ws: string) => Definitions
}

export async function readBack(dataDir: string): Promise<Left> {
  const embedded = await startEmbedded({ dataDir })
  const pool = createPool({ url: embedded.url, name: 'chaos', statementMs: 120_000 })
  try {
    const left = await readDatabase(pool)
    const analytics = await chdbAnalytics({ directory: join(dataDir, 'analytics'), readers: 1 })
    return { ...left, facts: await readFacts(analytics) }
  } finally {
    await pool.end()
    await embedded.stop()
  }
}

/** The same of databases that run. */
export async function readRunning(url: string, analytics: Analytics): Promise<Left> {
  const pool = createPool({ url, name: 'chaos', statementMs: 120_000 })
  try {
    return { ...(await readDatabase(pool)), facts: await readFacts(analytics) }
  } finally {
    await pool.end()
  }
}

async function readDatabase(pool: Pool): Promise<Omit<Left, 'facts'>> {
  const all = async <R extends object>(sql: string): Promise<R[]> => (await pool.query<R>(sql)).rows
  const one = async (sql: string): Promise<number> => (await all<{ n: number }>(`select count(*)::int as n from ${sql}`))[0]!.n
  const blocks = await all<Block>('select partition, first_seq, last_seq, at, records from log order by partition, first_seq')
  return {
    blocks,
    heads: await all('select partition, seq from log_heads order by partition'),
    leases: await all('select partition, done_seq as done, tick, tick_seq as "tickSeq", revision from leases order by partition'),
    states: await all(
      `select workspace_id as ws, id, partition, state::json as state, next_due from keyed_state where kind = 'profile' order by id`,
    ),
    outbox:
      await all(`select id, workspace_id as ws, profile_id as key, channel, address, topic, lane, due, expires, payload, status, attempt,
      claimed_at as "claimedAt", settled_at as "settledAt", reason, provider_id as "providerId", content_hash as "contentHash", created_at as "createdAt" from outbox order by id`),
    snapshots: await all(
      'select workspace_id as ws, model, serial, revision::int as revision from model_snapshots order by workspace_id, model, serial',
    ),
    oddities: {
      deadLetters: await one('dead_letters'),
      factRejects: await one('fact_rejects'),
      waitingFacts: await one('fact_blocks where projected_at is null'),
      begunGroups: await one('fact_projection where pending_ids is not null'),
      carrierRejects: await one('carrier_rejects'),
      carrierLost: await one('carriers where lost > 0'),
    },
    definitions: await definitionsOf(pool, blocks),
  }
}

/** Every revision that the log names, compiled as the engine compiles it. */
async function definitionsOf(pool: Pool, blocks: readonly Block[]): Promise<Left['definitions']> {
  const named = blocks.flatMap(({ records }) =>
    records.includes('"definitions"')
      ? (JSON.parse(records) as LogRecord[]).flatMap((record) => (record.kind === 'definitions' ? record.revision : []))
      : [],
  )
  const registry = new DefinitionsRegistry({
    db: pool,
    consentModes: (revision) => consentModesAt(pool, revision),
    logger: pino({ level: 'silent' }),
  })
  const known = new Map<string, Definitions>()
  for (const revision of [...new Set([0, ...named])].sort((a, b) => a - b)) {
    await registry.prepare(revision)
    for (const ws of (await consentModesAt(pool, revision)).keys()) known.set(`${revision} ${ws}`, registry.of(revision, ws))
  }
  return (revision, ws) => {
    const found = known.get(`${revision} ${ws}`)
    if (!found) throw new Error(`no definitions of ${ws} at revision ${revision}`)
    return found
  }
}

/** Of decisions that weigh something; a split leaves them empty. */
const OF_CHOICES = ['decision_id', 'kind', 'model', 'model_version', 'snapshot', 'decided_by', 'silence', 'record'] as const
/** Columns that a fact may leave out, as the table fills them. */
export const UNSAID: Readonly<Record<Table, Row>> = {
  events: { utm_source: '', utm_medium: '', utm_campaign: '', click_id: '', referrer: '', source: '' },
  transitions: {},
  deliveries: {
    topic: '',
    lane: '',
    template: '',
    mail_domain: '',
    tries: 0,
    fetcher: '',
    provider: '',
    units: 0,
    cost: 0,
    currency: '',
    worth: 0,
    worth_kept_for: 0,
  },
  // Of a split, which weighs nothing.
  decisions: { decision_id: '', kind: 'split', model: '', model_version: 0, snapshot: 0, decided_by: '', silence: '', record: '' },
}

const COLUMNS: Readonly<Record<Table, readonly string[]>> = {
  events: [
    'workspace_id',
    'profile_id',
    'message_id',
    'type',
    'name',
    'at',
    'received',
    'properties',
    'verdict',
    ...Object.keys(UNSAID.events),
  ],
  transitions: [
    'workspace_id',
    'profile_id',
    'journey_id',
    'version',
    'enrollment_id',
    'kind',
    'from_step',
    'to_step',
    'reason',
    'arm',
    'value',
    'at',
    'cause',
  ],
  deliveries: [
    'workspace_id',
    'profile_id',
    'effect_id',
    'journey_id',
    'version',
    'enrollment_id',
    'step_id',
    'channel',
    'status',
    'reason',
    'at',
    ...Object.keys(UNSAID.deliveries),
  ],
  decisions: ['workspace_id', 'profile_id', 'journey_id', 'version', 'enrollment_id', 'step_id', 'arm', 'propensity', 'at', ...OF_CHOICES],
}
const TIMES = new Set(['at', 'received'])
const asJson = (name: string): string => {
  if (TIMES.has(name)) return `toUnixTimestamp64Milli(f.${name}) AS ${name}`
  // A decimal, and the fact says a number.
  return name === 'cost' ? `toFloat64(f.cost) AS cost` : `f.${name} AS ${name}`
}

const PLACE = ['partition', 'seq', 'ix']

/** Throws on a column that nobody compares: a migration has added it, and the check would not see what is in it. */
async function allAreRead(analytics: Analytics, table: Table): Promise<void> {
  const there = await analytics.query<{ name: string }>(
    'SELECT name FROM system.columns WHERE database = currentDatabase() AND table = {table:String}',
    { table },
  )
  const unread = there.map(({ name }) => name).filter((name) => !COLUMNS[table].includes(name) && !PLACE.includes(name))
  if (unread.length > 0) throw new Error(`${table} has columns that are not read back: ${unread.join(', ')}`)
}

async function readFacts(analytics: Analytics): Promise<Left['facts']> {
  const facts = {} as Record<Table, readonly Row[]>
  for (const table of TABLES) {
    await allAreRead(analytics, table)
    const columns = [...COLUMNS[table].map(asJson), ...PLACE]
    facts[table] = await analytics.query<Row>(`SELECT ${columns.join(', ')} FROM ${table} AS f`)
  }
  await analytics.close()
  return facts
}
