import { type Applied, applyInOrder, readMigrations } from '#platform/migrate.ts'
import type { Analytics } from './analytics.ts'

const LEDGER = `CREATE TABLE IF NOT EXISTS schema_migrations (number UInt32, name String, checksum String, applied_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC'))
ENGINE = MergeTree ORDER BY number SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1`

/**
 * Brings ClickHouse up to the folder's `NNNN-name.sql` files; resolves with the names of those that were new.
 * ClickHouse has no transactions, so each statement must be safe to repeat (`IF NOT EXISTS`). Throws SetupError when history does not fit.
 */
export async function migrateAnalytics(analytics: Analytics, directory: string): Promise<string[]> {
  const files = await readMigrations(directory)
  await analytics.command(LEDGER)
  const applied = await analytics.query<Applied>(
    'SELECT number, any(m.name) AS name, any(m.checksum) AS checksum FROM schema_migrations AS m GROUP BY number ORDER BY number',
  )
  const fresh = await applyInOrder(files, applied, async ({ number, name, checksum, sql }) => {
    for (const statement of statements(sql)) await analytics.command(statement)
    await analytics.insert('schema_migrations', JSON.stringify({ number, name, checksum }), `migration:${name}:${checksum}`)
  })
  return fresh.map((file) => file.name)
}

/** Statements end with a semicolon at the end of a line. */
function statements(text: string): string[] {
  return text
    .split(/;\s*$/m)
    .map((part) => part.replaceAll(/^--.*$/gm, '').trim())
    .filter((part) => part !== '')
}
