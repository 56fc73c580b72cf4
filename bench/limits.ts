import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbedded } from '#platform/postgres/embedded.ts'
import { createPool } from '#platform/postgres/pool.ts'
import { child } from './child.ts'
import type { Load, Loaded } from './load.ts'

export interface Limits {
  /** Bare HTTP accept + COPY of the same events: events/s. */
  readonly accept: number
  /** Bulk upsert of rows of the size of our state: rows/s. */
  readonly upsert: number
}

/** What this machine can do at most, on the same PostgreSQL with the same settings and the same load. */
export async function measureLimits(load: Omit<Load, 'url' | 'writeKey'>): Promise<Limits> {
  const dataDir = await mkdtemp(join(tmpdir(), 'cadenza-limits-'))
  await chmod(dataDir, 0o711)
  const postgres = await startEmbedded({ dataDir })
  try {
    const server = child('bare-server.ts', [postgres.url])
    const { port } = await server.told<{ port: number }>()
    const client = child('load.ts', [])
    const loaded = await client.ask<Loaded>({ ...load, url: `http://127.0.0.1:${port}`, writeKey: 'none' })
    await client.end()
    await server.end()
    return { accept: loaded.events / loaded.seconds, upsert: await upserts(postgres.url) }
  } finally {
    await postgres.stop()
    await rm(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 })
  }
}

const ROWS = 1_000
const ROUNDS = 20
const STATE = JSON.stringify({
  attributes: {
    email: ['somebody@shop.example', 1_700_000_000_000],
    name: ['Person 1', 1_700_000_000_000],
    plan: ['basic', 1_700_000_000_000],
  },
  activity: { 'Product Added': [1, 1_700_000_000_000, 1_700_000_000_000] },
  enrollments: [],
})

async function upserts(url: string): Promise<number> {
  const pool = createPool({ url, name: 'limits', max: 1, statementMs: 60_000 })
  await pool.query('create table rows (id text primary key, state jsonb not null, version bigint not null)')
  const begun = performance.now()
  for (let round = 0; round < ROUNDS; round++) {
    const ids = Array.from({ length: ROWS }, (_, i) => `p_${(round % 10) * ROWS + i}`)
    await pool.query(
      `insert into rows select id, $2::jsonb, 1 from unnest($1::text[]) id on conflict (id) do update set state = excluded.state, version = rows.version + 1`,
      [ids, STATE],
    )
  }
  const seconds = (performance.now() - begun) / 1_000
  await pool.end()
  return (ROWS * ROUNDS) / seconds
}
