import { Client } from 'pg'
import type { Analytics } from '#platform/analytics/analytics.ts'

/** What a PostgreSQL server says of itself. */
export interface DatabaseSays {
  /** As in `server_version_num`: 180004 is 18.4. */
  readonly version: number
  readonly named: string
  /** Epoch ms of its clock, and ours in the middle of the question. */
  readonly clock: number
  readonly asked: number
  readonly maxConnections: number
  readonly bypassesRowSecurity: boolean
  readonly mayMakeRoles: boolean
}

/** Throws what `pg` throws when it cannot be reached. */
export async function askDatabase(url: string): Promise<DatabaseSays> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: 5_000,
    statement_timeout: 5_000,
    application_name: 'cadenza doctor',
  })
  await client.connect()
  try {
    const begun = Date.now()
    const { rows } = await client.query<DatabaseSays>(`
      select current_setting('server_version_num')::int as version, current_setting('server_version') as named,
        (extract(epoch from clock_timestamp()) * 1000)::float8 as clock, current_setting('max_connections')::int as "maxConnections",
        rolbypassrls or rolsuper as "bypassesRowSecurity", rolcreaterole or rolsuper as "mayMakeRoles"
      from pg_roles where rolname = current_user`)
    return { ...rows[0]!, asked: (begun + Date.now()) / 2 }
  } finally {
    await client.end()
  }
}

/** Its version. */
export async function askAnalytics(analytics: Analytics): Promise<string> {
  const [row] = await analytics.query<{ version: string }>('SELECT version() AS version')
  return row!.version
}
