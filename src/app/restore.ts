import { join } from 'node:path'
import { isRefusal, type Outcome, type Problem, refuse } from '#lib/problem.ts'
import { type Tx, transaction } from '#platform/postgres/pool.ts'
import { importKeys, type RingLine, ringOpener } from '#platform/subject-keys.ts'
import type { BackupParts } from './backup.ts'
import { factsSchema, filledFacts } from './backup-facts-store.ts'
import { linesOf } from './backup-file.ts'
import { type Line, Opening } from './backup-lines.ts'
import { checkFiles, type Manifest, type ManifestFile } from './backup-manifest.ts'
import { clearSeeds, columnsOf, firstFilled, freeLeases, insertRows, setSequences } from './backup-store.ts'
import { noteInLedger, readLedger } from './erasure-ledger-file.ts'
import { pseudonymOf } from './erasure-subject.ts'
import { type KeyRingLine, readKeyRing, writeKeyRing } from './key-ring-file.ts'

export interface RestoreParts extends Omit<BackupParts, 'logger' | 'now'> {
  /** Where this installation notes who was erased. */
  readonly ledger: string
}

export interface Restored {
  readonly rows: number
  /** Rows and records that no key opens, and of how many people (or addresses) they are. */
  readonly lost: Opening['lost']
}

/** Puts a back-up into empty databases; what no key of the ring opens is left out. PostgreSQL holds all of it or nothing. */
export async function restoreBackup(
  parts: RestoreParts,
  { from, manifest, keys }: { from: string; manifest: Manifest; keys: string },
): Promise<Outcome<Restored>> {
  const fits = (await checkTarget(parts, manifest)) ?? (await checkFiles(from, manifest))
  if (isRefusal(fits)) return fits
  const ring = await ringOf(parts, keys)
  if (isRefusal(ring)) return ring
  const opening = new Opening(ringOpener(parts.box, ring))
  const rows = await transaction(parts.pool, async (tx) => {
    await tx.query('set local idle_in_transaction_session_timeout = 0')
    let count = 0
    for (const file of manifest.files.filter(({ store }) => store === 'postgres'))
      count += await restoreTable(parts, { tx, path: join(from, file.file), file, opening })
    await importKeys(tx, ring)
    await setSequences(tx, manifest.sequences)
    await freeLeases(tx)
    // Before the commit: when facts fail, PostgreSQL stays empty.
    for (const file of manifest.files.filter(({ store }) => store === 'clickhouse'))
      count += await restoreFacts(parts, { path: join(from, file.file), file, opening, id: manifest.id })
    return count
  })
  await writeKeyRing(parts.keyRing, once(ring))
  return { rows, lost: opening.lost }
}

async function* once<T>(value: T): AsyncGenerator<T> {
  yield value
}

/** Whoever has worked with a database has left something in one of these. */
const TELLING = ['workspaces', 'documents', 'log', 'keyed_state', 'archive', 'suppressions']

/** A refusal, or null. */
async function checkTarget({ pool, analytics, schema, partitions }: RestoreParts, manifest: Manifest) {
  const there = { postgres: schema, clickhouse: await factsSchema(analytics) }
  const made = manifest.schema
  if (made.postgres !== there.postgres || made.clickhouse !== there.clickhouse) {
    const detail = `The back-up is of ${made.postgres} (PostgreSQL) and ${made.clickhouse} (ClickHouse), this is ${there.postgres} and ${there.clickhouse}.`
    return refuse({
      code: 'backup.version',
      status: 400,
      title: 'The back-up was made by another version of Cadenza',
      detail,
      hint: 'Restore it with the version that made it, then upgrade.',
    })
  }
  if (manifest.partitions !== partitions)
    return refuse({
      code: 'backup.partitions',
      status: 400,
      title: `The back-up has ${manifest.partitions} partitions, and PARTITIONS says ${partitions}`,
      hint: `Set PARTITIONS=${manifest.partitions}, and take a fresh database.`,
    })
  const used = await firstFilled(pool, TELLING)
  if (used !== undefined) return refuse(notEmpty(`The database holds data already (table ${used})`))
  const filled = await filledFacts(analytics)
  return filled.length > 0 ? refuse(notEmpty(`ClickHouse holds facts already: ${filled.join(', ')}`)) : null
}

const notEmpty = (title: string): Problem => ({
  code: 'backup.not_empty',
  status: 409,
  title,
  hint: 'A back-up goes into empty databases only: give another DATA_DIR (or DATABASE_URL and CLICKHOUSE_URL), or remove the old ones yourself.',
})

/** The keys of everybody who has not been erased since, as far as the ring and the ledgers know. */
async function ringOf({ keyRing, ledger, secretKey }: RestoreParts, path: string): Promise<Outcome<RingLine[]>> {
  const lines = (await readKeyRing(path)) ?? (path === keyRing ? undefined : await readKeyRing(keyRing))
  if (!lines)
    return refuse({
      code: 'backup.no_keys',
      status: 400,
      title: `There is no key ring at ${path}`,
      detail: 'Without it everything about people would be left out.',
      hint: 'Name the newest copy that “cadenza backup --keys <file>” wrote: “cadenza restore --from <dir> --keys <file>”.',
    })
  const known = await readLedger(ledger)
  const noted = new Set(known.map(({ erasure }) => erasure))
  const fresh = lines.flatMap((line) => (line.kind === 'erased' && !noted.has(line.line.erasure) ? [line.line] : []))
  for (const line of fresh) await noteInLedger(ledger, line)
  const erased = new Set([...known, ...fresh].flatMap(({ pseudonyms }) => pseudonyms))
  const pseudonym = pseudonymOf(secretKey)
  const stays = (line: KeyRingLine): line is RingLine =>
    line.kind === 'workspace' || (line.kind === 'subject' && !erased.has(pseudonym(line.ws, line.profile)))
  return lines.filter(stays)
}

interface Source {
  readonly path: string
  readonly file: ManifestFile
  readonly opening: Opening
}

/** Rows that go in with one statement, and the characters that end it earlier. */
const BATCH = { rows: 500, length: 4_000_000 }
const FACTS = { rows: 50_000, length: 16_000_000 }

async function* batchesOf({ path, file, opening }: Source, most: typeof BATCH): AsyncGenerator<string[]> {
  let batch: string[] = []
  let length = 0
  for await (const text of linesOf(path)) {
    const row = opening.row(file.table, JSON.parse(text) as Line)
    if (row === undefined) continue
    batch.push(row)
    length += row.length
    if (batch.length < most.rows && length < most.length) continue
    yield batch
    batch = []
    length = 0
  }
  if (batch.length > 0) yield batch
}

async function restoreTable({ tell }: RestoreParts, { tx, ...source }: Source & { tx: Tx }): Promise<number> {
  const { table } = source.file
  await clearSeeds(tx, table)
  const columns = await columnsOf(tx, table)
  let count = 0
  for await (const rows of batchesOf(source, BATCH)) {
    await insertRows(tx, table, { columns, rows })
    count += rows.length
  }
  if (count > 0) tell(`postgres ${table}: ${count} rows`)
  return count
}

async function restoreFacts({ analytics, tell }: RestoreParts, { id, ...source }: Source & { id: string }): Promise<number> {
  const { table } = source.file
  let count = 0
  for await (const lines of batchesOf(source, FACTS)) {
    await analytics.insert(table, lines.join('\n'), `restore:${id}:${table}:${count}`)
    count += lines.length
  }
  if (count > 0) tell(`clickhouse ${table}: ${count} rows`)
  return count
}
