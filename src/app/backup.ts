import { randomUUID } from 'node:crypto'
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Client, type PoolClient } from 'pg'
import type { Logger } from 'pino'
import { isRefusal, type Outcome, type Problem, refuse } from '#lib/problem.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import type { SecretBox } from '#platform/secrets.ts'
import { exportKeys, subjectKeys } from '#platform/subject-keys.ts'
import { addressHash } from '#platform/suppressions.ts'
import { factHoldings, factsSchema, readFacts } from './backup-facts-store.ts'
import { linesFile } from './backup-file.ts'
import { type Line, type Sealing, sealedIn, sealMentions, sealParts, sealRows } from './backup-lines.ts'
import { type Manifest, type ManifestFile, writeManifest } from './backup-manifest.ts'
import { type BackupRule, backupRule } from './backup-rules.ts'
import { beginSnapshot, logPlaces, readTable, type SourceRow, sequencesOf, tablesInOrder } from './backup-store.ts'
import { holdErasures, mentioningTables, openErasures } from './erasure-store.ts'
import { writeKeyRing } from './key-ring-file.ts'
import { startProjector } from './project-facts.ts'

export interface BackupParts {
  readonly url: string
  /** Its statements may take minutes. */
  readonly pool: Pool
  readonly analytics: Analytics
  readonly secretKey: string
  readonly box: SecretBox
  readonly partitions: number
  /** Number of the newest migration of PostgreSQL. */
  readonly schema: number
  /** Where the keys are kept, apart from the back-up. */
  readonly keyRing: string
  readonly now: () => number
  readonly logger: Logger
  /** Told how far it has come. */
  readonly tell: (text: string) => void
}

/** Rows after which progress is told. */
const TOLD = 100_000

/**
 * Writes a back-up of both stores, of one moment, into a new folder, and all keys onto the key ring. Servers may go on meanwhile: facts reach
 * reports later, and no erasure is carried out.
 */
export async function makeBackup(parts: BackupParts, { out }: { out: string }): Promise<Outcome<Manifest>> {
  const folder = await emptyFolder(out)
  if (isRefusal(folder)) return folder
  const holder = new Client({ connectionString: parts.url, application_name: 'cadenza backup' })
  await holder.connect()
  try {
    // Else a person could be erased, and get a new key for what was read before.
    if (!(await holdErasures(holder))) return refuse(BUSY)
    if ((await openErasures(parts.pool)).length > 0) return refuse(BUSY)
    const tx = await parts.pool.connect()
    try {
      if (!(await snapshot(parts, tx))) return refuse(ON_THE_WAY)
      return await writeAll({ ...parts, tx, out })
    } finally {
      await tx.query('rollback')
      tx.release()
    }
  } finally {
    await holder.end()
  }
}

async function emptyFolder(path: string): Promise<Outcome<null>> {
  await mkdir(path, { recursive: true, mode: 0o700 })
  if ((await readdir(path)).length === 0) return null
  return refuse({ code: 'backup.out', status: 400, title: `${path} is not empty`, hint: 'Name a new folder for each back-up.' })
}

const BUSY: Problem = {
  code: 'backup.erasing',
  status: 409,
  title: 'Somebody is being erased, or another back-up is being made',
  hint: 'Start the server and let it finish (GET /api/erasures tells how far it is), then make the back-up.',
}
const ON_THE_WAY: Problem = {
  code: 'backup.facts',
  status: 503,
  title: 'Facts did not come to rest on their way to ClickHouse within a minute',
  hint: 'Look at cadenza_facts_lag_seconds and the log of the process with the role jobs, then try again.',
}
const PATIENCE_MS = 60_000

/** Facts that a crash left on their way are carried first: by the server's projector, or by our own when none runs. */
async function snapshot({ pool, analytics, logger }: BackupParts, tx: PoolClient): Promise<boolean> {
  const projector = startProjector({ pool, analytics, log: logger })
  try {
    for (const since = performance.now(); performance.now() - since < PATIENCE_MS; ) {
      const patience = Promise.withResolvers<void>()
      const timer = setTimeout(patience.resolve, PATIENCE_MS)
      await Promise.race([projector.drained(), patience.promise])
      clearTimeout(timer)
      if (await beginSnapshot(tx)) return true
      await tx.query('rollback')
      await pause(200)
    }
    return false
  } finally {
    await projector.stop()
  }
}

type Writing = BackupParts & { readonly tx: PoolClient; readonly out: string }

async function writeAll(writing: Writing): Promise<Manifest> {
  const { tx, analytics, pool, box, secretKey, partitions, schema, now, out, tell } = writing
  const sealing: Sealing = { db: pool, keys: subjectKeys(box), hash: addressHash(secretKey) }
  const files: ManifestFile[] = []
  for (const table of await tablesInOrder(tx)) {
    const rule = backupRule(table)
    if (rule.kind === 'left out') continue
    files.push(await writeTable(writing, { store: 'postgres', table, pages: linesOfTable({ tx, sealing }, table, rule) }))
  }
  for (const [table, { profile }] of factHoldings)
    files.push(await writeTable(writing, { store: 'clickhouse', table, pages: linesOfFacts(analytics, sealing, { table, profile }) }))
  const keys = await writeKeyRing(writing.keyRing, exportKeys(pool))
  tell(`key ring: ${keys} keys`)
  const manifest: Manifest = {
    format: 1,
    id: randomUUID(),
    madeAt: new Date(now()).toISOString(),
    schema: { postgres: schema, clickhouse: await factsSchema(analytics) },
    partitions,
    log: await logPlaces(tx),
    files,
    sequences: await sequencesOf(tx),
  }
  await writeManifest(out, manifest, secretKey)
  return manifest
}

async function* linesOfTable(
  { tx, sealing }: { tx: PoolClient; sealing: Sealing },
  table: string,
  rule: Exclude<BackupRule, { kind: 'left out' }>,
): AsyncGenerator<Line[]> {
  for await (const rows of readTable(tx, table, rule)) yield await sealed(sealing, { table, rule, rows })
}

async function sealed(
  sealing: Sealing,
  { table, rule, rows }: { table: string; rule: Exclude<BackupRule, { kind: 'left out' }>; rows: readonly SourceRow[] },
): Promise<Line[]> {
  switch (rule.kind) {
    case 'open':
      return rows.map(({ row }) => ({ row }))
    case 'parts':
      return sealParts(sealing, table, rows)
    case 'rows':
      return mentioningTables.includes(table) ? sealMentions(sealing, rows) : sealRows(sealing, rows)
  }
}

async function* linesOfFacts(
  analytics: Analytics,
  sealing: Sealing,
  { table, profile }: { table: string; profile: string },
): AsyncGenerator<Line[]> {
  for await (const rows of readFacts(analytics, table, profile))
    yield await sealRows(
      sealing,
      rows.map(({ ws, profile: id, line }) => ({ row: line, ws, profile: id, identifier: '', erased: null, parts: null })),
    )
}

async function writeTable(
  { out, tell }: Writing,
  { store, table, pages }: { store: ManifestFile['store']; table: string; pages: AsyncIterable<readonly Line[]> },
): Promise<ManifestFile> {
  const name = `${store}.${table}.jsonl.gz`
  const file = linesFile(join(out, name))
  let rows = 0
  let closed = 0
  for await (const lines of pages) {
    for (const line of lines) {
      await file.write(JSON.stringify(line))
      closed += sealedIn(line)
    }
    if (Math.floor((rows + lines.length) / TOLD) > Math.floor(rows / TOLD)) tell(`${store} ${table}: ${rows + lines.length} rows …`)
    rows += lines.length
  }
  const written = await file.end()
  if (rows > 0) tell(`${store} ${table}: ${rows} rows`)
  return { store, table, file: name, rows, sealed: closed, ...written }
}
