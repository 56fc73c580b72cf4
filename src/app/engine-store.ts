import type { Pool } from 'pg'
import { receipt } from '#channels/receipts.ts'
import { RELEASED } from '#consent/contacts.ts'
import type { EventRecord } from '#events/schema.ts'
import type { Person } from '#journeys/person.ts'
import { writeFactBlock } from '#platform/fact-blocks.ts'
import { buryLetters, dueKeys, loadStates, parkedKeys, soonestTimers, writeStates } from '#platform/keyed-state.ts'
import { acquireLeases, advanceLeases, giveLeases, releaseLeases, renewLeases } from '#platform/leases.ts'
import { append, appendToPartitions, type Queryable, readBlocks } from '#platform/log.ts'
import { type Cancelled, cancel, enqueue } from '#platform/outbox.ts'
import { transaction } from '#platform/postgres/pool.ts'
import { type Batch, type EngineStore, Fenced, type PlacedFact } from './ports.ts'

interface Options {
  readonly pool: Pool
  readonly partitions: number
  /** Seconds that a lease lasts without renewal. */
  readonly leaseSeconds: number
}

const KIND = 'profile'

/** The engine's store on PostgreSQL. */
export function engineStore({ pool, partitions, leaseSeconds }: Options): EngineStore {
  return {
    acquire: (owner) => acquireLeases(pool, owner, leaseSeconds),
    renew: (owner) => renewLeases(pool, { owner, seconds: leaseSeconds }),
    give: (owner, keys) => giveLeases(pool, { owner, keys }),
    release: (owner) => releaseLeases(pool, owner),
    read: (cursors, blocks) => readBlocks(pool, cursors, blocks),
    load: (keys) => loadStates<Person>(pool, KIND, keys),
    due: (ticks, limit) => dueKeys(pool, ticks, limit),
    soonest: (of) => soonestTimers(pool, of),
    tick: (of, now) => transaction(pool, (tx) => appendToPartitions(tx, '{"kind":"tick"}', { partitions: of, now })),
    parked: () => parkedKeys(pool, KIND),
    save: (batch) => transaction(pool, (tx) => save(tx, batch, partitions), UNHURRIED),
  }
}

/** The log makes all of this again after a crash, and later commits flush it: it need not wait for the disk. */
const UNHURRIED = 'begin; set local synchronous_commit = off'

/** State, effects, facts, records for others and offsets move together, or the fence refuses all of it. */
async function save(tx: Queryable, batch: Batch, partitions: number): Promise<void> {
  if (!(await advanceLeases(tx, batch.leases))) throw new Fenced('Another worker owns one of these partitions now')
  if (!(await writeStates(tx, KIND, batch.people))) throw new Fenced('A profile was written by another worker')
  await enqueue(tx, batch.effects, batch.now)
  const cancelled = await cancel(tx, batch.cancels, { now: batch.now, reason: 'exited' })
  await writeFactBlock(tx, [...batch.facts, ...cancellations(batch, cancelled)].map(factLine).join('\n'))
  await append(
    tx,
    [...batch.records, ...releases(batch, cancelled)].map((record) => ({
      workspace: record.ws,
      key: record.key,
      text: JSON.stringify(record),
    })),
    { partitions, now: batch.now, follows: true },
  )
  await buryLetters(tx, KIND, { letters: batch.deadLetters, now: batch.now })
}

/** A fact as `linesByTable` reads it. */
export const factLine = ({ partition, seq, ix, fact }: PlacedFact): string =>
  `{"t":"${fact.table}","p":${partition},"s":${seq},"i":${ix},"r":${JSON.stringify(fact.row)}}`

/** The slots of caps that messages held which were taken back. One that has left already is settled by its receipt. */
const releases = ({ now }: Batch, cancelled: readonly Cancelled[]): EventRecord[] =>
  cancelled.filter(({ payload }) => 'contact' in payload).map((message) => receipt(message, { name: RELEASED, at: now }))

/** Facts of one record are numbered from 0; from here on come the cancellations that it caused. */
const CANCELLED_FROM = 10_000

/** Only the outbox knows whether a message was still there to be taken back. */
export function cancellations(batch: Pick<Batch, 'cancels' | 'now'>, cancelled: readonly Cancelled[]): PlacedFact[] {
  const causes = new Map(batch.cancels.map((wanted) => [`${wanted.ws} ${wanted.id}`, wanted]))
  return cancelled.map(({ ws, id, key, channel, payload }, i) => {
    const { partition, seq } = causes.get(`${ws} ${id}`)!
    const row = {
      workspace_id: ws,
      profile_id: key,
      effect_id: id,
      journey_id: String(payload['journey_id']),
      version: Number(payload['version']),
      enrollment_id: String(payload['enrollment_id']),
      step_id: String(payload['step_id']),
      channel,
      status: 'cancelled' as const,
      reason: 'exited',
      at: batch.now,
    }
    return { partition, seq, ix: CANCELLED_FROM + i, fact: { table: 'deliveries' as const, row } }
  })
}
