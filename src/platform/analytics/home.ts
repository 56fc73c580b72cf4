import { randomUUID } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Queryable } from '../log.ts'
import { SetupError } from '../setup-error.ts'

/**
 * Makes sure that the facts of a shared database lie in the built-in ClickHouse of this data directory and in no other one.
 * Throws a SetupError that names the other one.
 */
export async function claimFacts(db: Queryable, dataDir: string): Promise<void> {
  const mine = await identityOf(dataDir)
  await db.query('insert into facts_home (home, directory) values ($1, $2) on conflict do nothing', [mine, dataDir])
  const { rows } = await db.query<{ home: string; directory: string }>('select home, directory from facts_home')
  const { home, directory } = rows[0]!
  if (home === mine) return
  throw new SetupError(
    `The facts of this database lie in the built-in ClickHouse of another process, in its data directory ${directory}.`,
    'Set CLICKHOUSE_URL for all processes, or give the roles web and jobs to that one only. If it is gone for good, and its reports with it: delete from facts_home.',
  )
}

async function identityOf(dataDir: string): Promise<string> {
  const path = join(dataDir, 'facts-home')
  // Two starts on one directory cannot meet here: it is locked.
  const there = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  if (there !== '') return there.trim()
  const made = randomUUID()
  await writeFile(path, `${made}\n`)
  return made
}
