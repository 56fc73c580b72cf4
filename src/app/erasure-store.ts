import type { JsonObject } from '#lib/json.ts'
import type { Queryable } from '#platform/log.ts'
import { type Finding, POSTGRES, type Rows } from './personal-data.ts'

/** Found and taken away, by store. */
export type Counts = Readonly<Record<string, number>>

export interface ErasureRow {
  readonly ws: string
  readonly id: string
  readonly status: 'running' | 'done'
  /** What is to be done next. */
  readonly step: string
  readonly place: JsonObject
  /** Sealed; null when it is done. */
  readonly subject: string | null
  readonly counts: Counts
  readonly error: string
  readonly receipt: JsonObject | null
  readonly receiptHash: string
  readonly askedBy: string
  readonly askedAt: number
  readonly doneAt: number | null
  /** HMAC of the profile ids. */
  readonly pseudonyms: readonly string[]
}

const ERASURE = `workspace_id as ws, id, status, step, place, subject, counts, error, receipt, receipt_hash as "receiptHash",
  asked_by as "askedBy", asked_at as "askedAt", done_at as "doneAt", pseudonyms`

export async function insertErasure(
  tx: Queryable,
  row: Pick<ErasureRow, 'ws' | 'id' | 'step' | 'subject' | 'askedBy' | 'askedAt' | 'pseudonyms'>,
): Promise<void> {
  await tx.query(
    'insert into erasures (workspace_id, id, pseudonyms, step, subject, asked_by, asked_at) values ($1, $2, $3, $4, $5, $6, $7)',
    [row.ws, row.id, row.pseudonyms, row.step, row.subject, row.askedBy, row.askedAt],
  )
}

export async function findErasure(db: Queryable, ws: string, id: string): Promise<ErasureRow | undefined> {
  const { rows } = await db.query<ErasureRow>(`select ${ERASURE} from erasures where workspace_id = $1 and id = $2`, [ws, id])
  return rows[0]
}

/** An erasure that runs for somebody of these pseudonyms. */
export async function runningErasure(db: Queryable, ws: string, pseudonyms: readonly string[]): Promise<ErasureRow | undefined> {
  const { rows } = await db.query<ErasureRow>(
    `select ${ERASURE} from erasures where workspace_id = $1 and status = 'running' and pseudonyms && $2 limit 1`,
    [ws, pseudonyms],
  )
  return rows[0]
}

export async function pageErasures(
  db: Queryable,
  ws: string,
  { pseudonym, limit }: { pseudonym: string | null; limit: number },
): Promise<ErasureRow[]> {
  const { rows } = await db.query<ErasureRow>(
    `select ${ERASURE} from erasures where workspace_id = $1 and ($2::text is null or pseudonyms @> array[$2::text]) order by asked_at desc, id limit $3`,
    [ws, pseudonym, limit],
  )
  return rows
}

/** Erasures that have not ended, oldest first. */
export async function openErasures(db: Queryable): Promise<{ ws: string; id: string }[]> {
  const { rows } = await db.query<{ ws: string; id: string }>(
    `select workspace_id as ws, id from erasures where status = 'running' order by asked_at, id`,
  )
  return rows
}

/** Those of the named workspaces that hold anybody. */
export async function workspacesWithPeople(db: Queryable, names: readonly string[]): Promise<string[]> {
  const { rows } = await db.query<{ ws: string }>(
    `select ws from unnest($1::text[]) ws where exists (select from keyed_state k where k.workspace_id = ws and k.kind = 'profile')`,
    [names],
  )
  return rows.map(({ ws }) => ws)
}

/** Moves on in the transaction that did the work; counts are added to. */
export async function advanceErasure(
  tx: Queryable,
  { ws, id }: { ws: string; id: string },
  to: {
    readonly step: string
    readonly place: JsonObject
    readonly subject: string | null
    readonly counts: Counts
    readonly pseudonyms: readonly string[]
  },
): Promise<void> {
  await tx.query(
    `update erasures e set step = $3, place = $4, subject = $5, pseudonyms = $7, error = '', counts = e.counts || coalesce((
       select jsonb_object_agg(key, value::bigint + coalesce((e.counts ->> key)::bigint, 0)) from jsonb_each_text($6::jsonb)), '{}')
     where workspace_id = $1 and id = $2`,
    [ws, id, to.step, JSON.stringify(to.place), to.subject, JSON.stringify(to.counts), to.pseudonyms],
  )
}

export async function noteErasure(db: Queryable, { ws, id }: { ws: string; id: string }, error: string): Promise<void> {
  await db.query('update erasures set error = $3 where workspace_id = $1 and id = $2', [ws, id, error])
}

export async function endErasure(
  tx: Queryable,
  { ws, id }: { ws: string; id: string },
  { receipt, hash, at }: { receipt: JsonObject; hash: string; at: number },
): Promise<void> {
  await tx.query(
    `update erasures set status = 'done', step = '', place = '{}', subject = null, error = '', receipt = $3, receipt_hash = $4, done_at = $5
     where workspace_id = $1 and id = $2`,
    [ws, id, JSON.stringify(receipt), hash, at],
  )
}

/** Who somebody is, as rows name them. */
export interface Names {
  readonly profiles: readonly string[]
  /** Lower case. */
  readonly identifiers: readonly string[]
  /** Texts that tell that a row speaks of them; lower case. */
  readonly mentions: readonly string[]
}

/** A person lies either in columns that hold them, or in the midst of a text. */
export type Way = 'held' | 'mentioned'

const ROWS = Object.entries(POSTGRES).filter((entry): entry is [string, Rows] => entry[1].kind === 'rows')
export const heldTables = ROWS.filter(([, { of }]) => of.profile).map(([table]) => table)
export const mentioningTables = ROWS.filter(([, { of }]) => of.identifier || of.mention).map(([table]) => table)

/** Tables that an export reads. */
export const personTables = ROWS.filter(([, holding]) => holding.export !== 'none').map(([table]) => table)

/** Tables whose rows belong to no workspace: only what they mention tells. */
const WITHOUT_WORKSPACE: ReadonlySet<string> = new Set(['fact_rejects', 'carrier_rejects'])

/** Takes the rows of a person out of a table, or empties the columns that the map names; resolves with how many rows. */
export async function eraseRows(tx: Queryable, table: string, { ws, names, way }: { ws: string; names: Names; way: Way }): Promise<number> {
  const { of, erase } = holdingOf(table)
  const found = finding(of, way, table)
  if (found === '') return 0
  const values = [ws, names.profiles, names.identifiers, names.mentions]
  const change =
    erase === 'delete'
      ? `delete from ${table} x where ${found}`
      : `update ${table} x set ${Object.entries(erase)
          .map(([column, value]) => `${column} = ${value}`)
          .join(', ')}
         where ${found} and (${Object.entries(erase)
           .map(([column, value]) => `x.${column}::text is distinct from (${value})::text`)
           .join(' or ')})`
  const { rowCount } = await tx.query(change, values)
  return rowCount ?? 0
}

/** Rows of a person as an export shows them. */
export async function rowsOf(db: Queryable, table: string, { ws, names }: { ws: string; names: Names }): Promise<JsonObject[]> {
  const { of, export: shown } = holdingOf(table)
  if (shown === 'none') return []
  // What only mentions the person may be about others.
  const own: Finding = of.profile || of.identifier ? { profile: of.profile ?? [], identifier: of.identifier ?? [] } : of
  const found = [finding(own, 'held', table), finding(own, 'mentioned', table)].filter((each) => each !== '')
  const columns = shown === 'all' ? 'x.*' : shown.map((column) => `x.${column}`).join(', ')
  const { rows } = await db.query<{ row: JsonObject }>(
    `select to_jsonb(y) as row from (select ${columns} from ${table} x where (${found.join(') or (')})) y`,
    [ws, names.profiles, names.identifiers, names.mentions],
  )
  return rows.map(({ row }) => row)
}

function holdingOf(table: string): Rows {
  const holding = POSTGRES[table]
  if (holding?.kind !== 'rows') throw new Error(`${table} has no rows of one person`)
  return holding
}

/** All four parameters are named, so that their types are known whatever is asked. */
function finding({ profile = [], identifier = [], mention = [] }: Finding, way: Way, table: string): string {
  const held = profile.map((column) => `x.${column} = any($2::text[])`)
  const spoken = [
    ...identifier.map((column) => `lower(x.${column}) = any($3::text[])`),
    ...mention.map((column) => `exists (select from unnest($4::text[]) m where position(m in lower(${textOf(table, column)})) > 0)`),
  ]
  const any = way === 'held' ? held : spoken
  if (any.length === 0) return ''
  const inside = WITHOUT_WORKSPACE.has(table) ? '$1::text is not null' : 'x.workspace_id = $1::text'
  return `${inside} and ($2::text[] is not null and $3::text[] is not null and $4::text[] is not null) and (${any.join(' or ')})`
}

/** Bytes are read as the characters that they are in ASCII. */
const textOf = (table: string, column: string): string =>
  table === 'mailbox' && column === 'raw' ? `encode(x.${column}, 'escape')` : `x.${column}::text`

/** Messages that are being handed over just now. */
export async function onTheirWay(db: Queryable, ws: string, profiles: readonly string[]): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `select count(*)::int as count from outbox where workspace_id = $1 and profile_id = any($2) and status = 'sending'`,
    [ws, profiles],
  )
  return rows[0]!.count
}

/** What waits is taken back; what is on its way is not tried again. */
export async function stopSending(tx: Queryable, ws: string, profiles: readonly string[]): Promise<void> {
  await tx.query(
    `update outbox set expires = least(expires, 0), status = case status when 'ready' then 'cancelled' else status end,
       reason = case status when 'ready' then 'erased' else reason end
     where workspace_id = $1 and profile_id = any($2) and status in ('ready', 'sending')`,
    [ws, profiles],
  )
}

/** Entries by their plain address; the hashed one stays. */
export async function forgetSuppressions(tx: Queryable, ws: string, addresses: readonly string[]): Promise<number> {
  const { rowCount } = await tx.query('delete from suppressions where workspace_id = $1 and address = any($2) and not hashed', [
    ws,
    addresses,
  ])
  return rowCount ?? 0
}

/** Authored documents that mention somebody: people change those. */
export async function documentsMentioning(db: Queryable, ws: string, mentions: readonly string[]): Promise<string[]> {
  const { rows } = await db.query<{ name: string }>(
    `select distinct kind || ':' || id as name from documents
     where workspace_id = $1 and exists (select from unnest($2::text[]) m where position(m in lower(body::text)) > 0) order by 1`,
    [ws, mentions],
  )
  return rows.map(({ name }) => name)
}

/** Of a table with its indexes and TOAST. */
export async function tableBytes(db: Queryable, table: string): Promise<number> {
  const { rows } = await db.query<{ bytes: string }>('select pg_total_relation_size($1::regclass)::text as bytes', [table])
  return Number(rows[0]!.bytes)
}

/** Addresses that messages to these people were queued for. */
export async function addressesOf(db: Queryable, ws: string, profiles: readonly string[]): Promise<string[]> {
  const { rows } = await db.query<{ address: string }>(
    `select distinct address from outbox where workspace_id = $1 and profile_id = any($2) and channel in ('email', 'sms', 'whatsapp') and address <> ''`,
    [ws, profiles],
  )
  return rows.map(({ address }) => address)
}

/** Any number that nobody else uses for an advisory lock. */
const LOCK_KEY = 7_236_101_466

/** Whether this connection is the one that goes on with erasures; until it ends. */
export async function holdErasures(db: Queryable): Promise<boolean> {
  const { rows } = await db.query<{ held: boolean }>('select pg_try_advisory_lock($1) as held', [LOCK_KEY])
  return rows[0]?.held === true
}
