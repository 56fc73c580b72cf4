import type { Analytics } from '#platform/analytics/analytics.ts'
import type { Queryable } from '#platform/log.ts'

export interface ConsentImport {
  readonly ws: string
  readonly id: string
  readonly name: string
  readonly status: 'running' | 'done' | 'failed'
  readonly done: number
  readonly taken: number
  readonly refused: number
  readonly faults: readonly { readonly row: number; readonly title: string }[]
  readonly by: string
  readonly beganAt: number
  readonly endedAt: number | null
}

const IMPORT = `workspace_id as ws, id, name, status, done, taken, refused, faults, by, began_at as "beganAt", ended_at as "endedAt"`

/** The same file again is the same import: one that failed goes on where it stopped, one that is done stays done. */
export async function beginConsentImport(
  tx: Queryable,
  { ws, id, name, content, by, now }: { ws: string; id: string; name: string; content: Buffer; by: string; now: number },
): Promise<ConsentImport> {
  const { rows } = await tx.query<ConsentImport>(
    `insert into consent_imports as i (workspace_id, id, name, status, content, by, began_at) values ($1, $2, $3, 'running', $4, $5, $6)
     on conflict (workspace_id, id) do update set status = case when i.status = 'failed' then 'running' else i.status end,
       content = case when i.status = 'failed' then excluded.content else i.content end
     returning ${IMPORT}`,
    [ws, id, name, content, by, now],
  )
  return rows[0]!
}

export async function findConsentImport(db: Queryable, ws: string, id: string): Promise<ConsentImport | undefined> {
  const { rows } = await db.query<ConsentImport>(`select ${IMPORT} from consent_imports where workspace_id = $1 and id = $2`, [ws, id])
  return rows[0]
}

/** The oldest that runs, with its file. */
export async function nextConsentImport(db: Queryable): Promise<(ConsentImport & { readonly content: Buffer | null }) | undefined> {
  const { rows } = await db.query<ConsentImport & { content: Buffer | null }>(
    `select ${IMPORT}, content from consent_imports where status = 'running' order by began_at, id limit 1`,
  )
  return rows[0]
}

/** Writes down how far it has come; when it is over the file goes. */
export async function noteConsentImport(
  db: Queryable,
  {
    ws,
    id,
    status,
    done,
    taken,
    refused,
    faults,
    endedAt,
    error = '',
  }: Omit<ConsentImport, 'name' | 'by' | 'beganAt'> & { readonly error?: string },
): Promise<void> {
  await db.query(
    `update consent_imports set status = $3, done = $4, taken = $5, refused = $6, faults = $7, ended_at = $8, error = $9,
       content = case when $3 = 'done' then null else content end where workspace_id = $1 and id = $2`,
    [ws, id, status, done, taken, refused, JSON.stringify(faults), endedAt, error],
  )
}

/** A record as ClickHouse holds it. */
export interface ConsentRow {
  readonly at: number
  readonly capturedAt: number
  readonly channel: string
  readonly topic: string
  readonly status: string
  readonly effective: number
  readonly reason: string
  readonly basis: string
  readonly source: string
  readonly method: string
  readonly wording: string
  readonly wordingVersion: number
  readonly wordingHash: string
  readonly locale: string
  readonly address: string
  readonly ip: string
  readonly userAgent: string
  readonly url: string
  readonly token: string
  readonly jurisdiction: string
  readonly controller: string
  readonly by: string
  readonly expiresAt: number
  readonly proof: string
  readonly actor: string
  readonly supersedes: string
}

/** Everything that these profiles, which are one person, have said; oldest first. */
export function consentRecords(analytics: Analytics, workspace: string, profiles: readonly string[]): Promise<ConsentRow[]> {
  return analytics.query<ConsentRow>(
    `SELECT toUnixTimestamp64Milli(at) AS at, toUnixTimestamp64Milli(captured_at) AS capturedAt, channel, topic, status, effective, reason, basis,
       source, method, wording, wording_version AS wordingVersion, wording_hash AS wordingHash, locale, address, ip, user_agent AS userAgent, url,
       token, jurisdiction, controller, by, expires_at AS expiresAt, proof_ref AS proof, actor, supersedes
     FROM consents WHERE workspace_id = {workspace:String} AND profile_id IN {profiles:Array(String)}
     ORDER BY consents.at, partition, seq, ix LIMIT 10000`,
    { workspace, profiles },
  )
}
