import { Client, escapeIdentifier } from 'pg'
import { tableBytes } from './erasure-store.ts'

/** What became of the files of tables: written anew without the old rows, or only freed for reuse. */
export interface Vacuumed {
  readonly rewritten: readonly string[]
  /** Too large, or in use all the time: old bytes stay in free space until new rows are written over them. */
  readonly freed: readonly string[]
}

/** A table up to this size (bytes) is written anew at once; nobody reads or writes it meanwhile. */
const REWRITTEN_AT_MOST = 256 * 1024 * 1024
/** `lock_not_available` (PostgreSQL, appendix A). */
const BUSY = '55P03'

/**
 * Takes dead rows out of the files: heap, indexes and TOAST of each table, and the planner's statistics of it. Not reached: the write-ahead
 * log, which PostgreSQL writes over in its own time, and what copies of it were kept elsewhere.
 */
export async function vacuum(url: string, tables: readonly string[], rewrittenAtMost = REWRITTEN_AT_MOST): Promise<Vacuumed> {
  const client = new Client({
    connectionString: url,
    application_name: 'cadenza erasure',
    options: '-c statement_timeout=0 -c lock_timeout=5s',
  })
  await client.connect()
  const rewritten: string[] = []
  const freed: string[] = []
  try {
    for (const table of tables) {
      const name = escapeIdentifier(table)
      const small = (await tableBytes(client, table)) <= rewrittenAtMost
      const done = small && (await ended(client.query(`vacuum (full, analyze) ${name}`)))
      if (!done) await client.query(`vacuum (analyze) ${name}`)
      ;(done ? rewritten : freed).push(table)
    }
  } finally {
    await client.end()
  }
  return { rewritten, freed }
}

/** False when others kept the table busy. */
async function ended(work: Promise<unknown>): Promise<boolean> {
  try {
    await work
    return true
  } catch (error) {
    if ((error as { code?: string }).code === BUSY) return false
    throw error
  }
}
