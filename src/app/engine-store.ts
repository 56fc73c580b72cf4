import type { Pool } from 'pg'
import { append, appendToPartitions, type Queryable, readBlocks } from '#platform/log.ts'
import { cancel, enqueue } from '#platform/outbox.ts'
import { transaction } from '#platform/postgres/pool.ts'
import { type Batch, type EngineStore, Fenced, type Lease, type PlacedFact, type StoredPerson } from './ports.ts'

interface Options {
  readonly pool: Pool
  readonly partitions: number
  /** Seconds that a lease lasts without renewal. */
  readonly leaseSeconds: number
}

/** The engine's store on PostgreSQL. */
export function engineStore({ pool, partitions, leaseSeconds }: Options): EngineStore {
  return {
    acquire: (owner) => acquire(pool, owner, leaseSeconds),
    async renew(owner) {
      const { rows } = await pool.query<{ partition: number }>(
        `update leases set until = now() + make_interval(secs => $2) where owner = $1 and until > now() returning partition`,
        [owner, leaseSeconds],
      )
      return rows.map((row) => row.partition)
    },
    async release(owner) {
      await pool.query(`update leases set owner = null, until = 'epoch' where owner = $1`, [owner])
    },
    read: (cursors, blocks) => readBlocks(pool, cursors, blocks),
    load: (keys) => load(pool, keys),
    async due(ticks, limit) {
      const { rows } = await pool.query<{ ws: string; id: string; partition: number }>(
        `select s.workspace_id as ws, s.id, s.partition from unnest($1::smallint[], $2::bigint[]) t(partition, tick)
         cross join lateral (
           select workspace_id, id, k.partition, next_due from keyed_state k
           where k.partition = t.partition and k.next_due <= t.tick order by k.next_due limit $3
         ) s order by s.next_due limit $3`,
        [ticks.map((tick) => tick.partition), ticks.map((tick) => tick.tick), limit],
      )
      return rows
    },
    async soonest(of) {
      const { rows } = await pool.query<{ partition: number; due: number }>(
        `select t.partition, s.next_due as due from unnest($1::smallint[]) t(partition)
         cross join lateral (select next_due from keyed_state k where k.partition = t.partition and k.next_due is not null order by k.next_due limit 1) s`,
        [of],
      )
      return rows
    },
    tick: (of, now) => transaction(pool, (tx) => appendToPartitions(tx, '{"kind":"tick"}', { partitions: of, now })),
    async parked() {
      const { rows } = await pool.query<{ ws: string; key: string }>(`select distinct workspace_id as ws, key from dead_letters where kind = 'profile'`)
      return rows
    },
    save: (batch) => transaction(pool, (tx) => save(tx, batch, partitions)),
  }
}

async function acquire(db: Queryable, owner: string, seconds: number): Promise<Lease[]> {
  const { rows } = await db.query<Lease>(
    `with free as (select partition from leases where owner is null or until < now() or owner = $1 order by partition for update skip locked)
     update leases l set owner = $1, epoch = l.epoch + 1, until = now() + make_interval(secs => $2)
     from free where l.partition = free.partition
     returning l.partition, l.epoch, l.done_seq as done, l.tick, l.tick_seq as "tickSeq", l.revision`,
    [owner, seconds],
  )
  return rows
}

async function load(db: Queryable, keys: readonly { ws: string; id: string }[]): Promise<StoredPerson[]> {
  const { rows } = await db.query<StoredPerson>(
    `select s.workspace_id as ws, s.id, s.state as person, s.version
     from unnest($1::text[], $2::text[]) k(ws, id)
     join keyed_state s on s.workspace_id = k.ws and s.kind = 'profile' and s.id = k.id`,
    [keys.map((key) => key.ws), keys.map((key) => key.id)],
  )
  return rows
}

/** State, effects, facts, records for others and offsets move together, or the fence refuses all of it. */
async function save(tx: Queryable, batch: Batch, partitions: number): Promise<void> {
  // The log makes all of this again after a crash, and later commits flush it: it need not wait for the disk.
  await tx.query('set local synchronous_commit = off')
  await advance(tx, batch.leases)
  await upsert(tx, batch)
  await enqueue(tx, batch.effects, batch.now)
  const cancelled = await cancel(tx, batch.cancels, { now: batch.now, reason: 'exited' })
  await writeFacts(tx, batch.facts, cancelled.length === 0 ? [] : await cancellations(tx, batch, cancelled))
  await append(
    tx,
    batch.records.map((record) => ({ workspace: record.ws, key: record.key, text: JSON.stringify(record) })),
    { partitions, now: batch.now },
  )
  if (batch.deadLetters.length > 0) await bury(tx, batch)
}

async function advance(tx: Queryable, leases: readonly Lease[]): Promise<void> {
  const { rowCount } = await tx.query(
    `update leases l set done_seq = v.done, tick = v.tick, tick_seq = v.tick_seq, revision = v.revision
     from unnest($1::smallint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[]) v(partition, epoch, done, tick, tick_seq, revision)
     where l.partition = v.partition and l.epoch = v.epoch`,
    [
      leases.map((l) => l.partition),
      leases.map((l) => l.epoch),
      leases.map((l) => l.done),
      leases.map((l) => l.tick),
      leases.map((l) => l.tickSeq),
      leases.map((l) => l.revision),
    ],
  )
  if (rowCount !== leases.length) throw new Fenced('Another worker owns one of these partitions now')
}

async function upsert(tx: Queryable, batch: Batch): Promise<void> {
  if (batch.people.length === 0) return
  const { rowCount } = await tx.query(
    `insert into keyed_state as k (workspace_id, kind, id, partition, state, version, next_due)
     select ws, 'profile', id, partition, person, version, "nextDue"
     from jsonb_to_recordset($1::jsonb) p(ws text, id text, partition smallint, person jsonb, version bigint, "nextDue" bigint)
     on conflict (workspace_id, kind, id) do update set state = excluded.state, version = excluded.version, next_due = excluded.next_due
     where k.version = excluded.version - 1`,
    [JSON.stringify(batch.people)],
  )
  if (rowCount !== batch.people.length) throw new Fenced('A profile was written by another worker')
}

const line = ({ partition, seq, ix, fact }: PlacedFact): string =>
  `{"t":"${fact.table}","p":${partition},"s":${seq},"i":${ix},"r":${JSON.stringify(fact.row)}}`

async function writeFacts(tx: Queryable, facts: readonly PlacedFact[], more: readonly PlacedFact[]): Promise<void> {
  if (facts.length + more.length === 0) return
  await tx.query('insert into fact_blocks (facts) values ($1)', [[...facts, ...more].map(line).join('\n')])
}

/** Facts numbered from here on are the cancellations that really happened. */
const CANCELLED_FROM = 10_000

/** A queued message that was taken back is a fact too; whether it was still queued only the outbox knows. */
async function cancellations(tx: Queryable, batch: Batch, cancelled: readonly { ws: string; id: string }[]): Promise<PlacedFact[]> {
  const { rows } = await tx.query<{ ws: string; id: string; key: string; channel: string; payload: Record<string, string | number> }>(
    `select workspace_id as ws, id, profile_id as key, channel, payload from outbox
     where (workspace_id, id) in (select * from unnest($1::text[], $2::text[]))`,
    [cancelled.map((effect) => effect.ws), cancelled.map((effect) => effect.id)],
  )
  const causes = new Map(batch.cancels.map((wanted) => [`${wanted.ws} ${wanted.id}`, wanted]))
  return rows.map((row, i) => {
    const cause = causes.get(`${row.ws} ${row.id}`)!
    return {
      partition: cause.partition,
      seq: cause.cause,
      ix: CANCELLED_FROM + i,
      fact: {
        table: 'deliveries',
        row: {
          workspace_id: row.ws,
          profile_id: row.key,
          effect_id: row.id,
          journey_id: String(row.payload['journey_id']),
          version: Number(row.payload['version']),
          enrollment_id: String(row.payload['enrollment_id']),
          step_id: String(row.payload['step_id']),
          channel: row.channel,
          status: 'cancelled',
          reason: 'exited',
          at: batch.now,
        },
      },
    }
  })
}

async function bury(tx: Queryable, batch: Batch): Promise<void> {
  await tx.query(
    `insert into dead_letters (workspace_id, kind, key, partition, seq, record, error, at)
     select ws, 'profile', key, partition, seq, record, error, $2::bigint
     from jsonb_to_recordset($1::jsonb) d(ws text, key text, partition smallint, seq bigint, record text, error text)
     on conflict (partition, seq, workspace_id, key) do nothing`,
    [JSON.stringify(batch.deadLetters), batch.now],
  )
}

