import { Pipeline } from '#app/pipeline.ts'
import { type EngineStore, Fenced } from '#app/ports.ts'
import type { Bug } from './bugs.ts'
import { FOUND_BY } from './bugs.ts'
import { type Database, type Part, WHOLE } from './database.ts'
import { misread } from './flaws.ts'
import { ConnectionLost, count, type Process } from './process.ts'
import { WORKSPACE } from './published.ts'
import type { World } from './world.ts'

/** How a save falls apart when a bug is planted: what is done in the first transaction; the rest follows in a second one. */
const FIRST: Partial<Record<Bug, readonly Part[]>> = {
  'torn-commit': ['offsets', 'people', 'records', 'letters'],
  'offset-first': ['offsets'],
  'outbox-outside': ['offsets', 'people', 'facts', 'records', 'letters'],
  'record-lost-on-merge': ['offsets', 'people', 'facts', 'effects', 'letters'],
}
/** How far (ms) a clock that runs ahead is ahead. */
const AHEAD = 5_000

/** The store of the engine as one process reaches it: every call can fail. */
function storeOf(process: Process, { db, timeline, bug, dice, surroundings }: World): EngineStore {
  const first = bug === null ? undefined : FIRST[bug]
  return {
    acquire: (owner) => process.call('acquire', () => db.acquire(owner, timeline.now)),
    renew: (owner) =>
      process.call('renew', () => {
        const kept = db.renew(owner, timeline.now)
        const free = db.leases.filter(({ owner: whose, until }) => whose === null || until < timeline.now).length
        // The living come and go, and so does what one of them should have.
        const share = dice.chance(surroundings.faults.reread) ? dice.between(0, db.leases.length) : db.leases.length
        if (kept.length > share) count(surroundings, 'hand-over')
        return { kept, share, free }
      }),
    give: (owner, partitions) => process.call('give', () => db.give(owner, partitions)),
    release: (owner) => process.call('release', () => db.release(owner)),
    read: (cursors, blocks) =>
      process.call('read', () => {
        if (!dice.chance(surroundings.faults.reread)) return db.log.read(cursors, blocks)
        count(surroundings, 'reread')
        return db.log.read(
          cursors.map(({ partition, seq }) => ({ partition, seq: Math.max(0, seq - dice.between(1, 6)) })),
          blocks,
        )
      }),
    load: (keys) => process.call('load', () => db.load(keys)),
    due: (ticks, limit) => process.call('due', () => db.due(ticks, limit)),
    soonest: (of) => process.call('soonest', () => db.soonest(of)),
    tick: (of, now) => process.call('tick', () => db.log.appendTo(of, { kind: 'tick' }, bug === 'clock-ahead' ? now + AHEAD : now)),
    parked: () => process.call('parked', () => db.parked()),
    async save(batch) {
      if (!first) return process.call('save', () => db.save(batch))
      const begun = new Set(first)
      await process.call('save', () => db.save(batch, begun))
      await process.call('save the rest', () => db.save(batch, WHOLE.difference(begun)))
    },
  }
}

/** As app/engine.ts, in virtual time: runs the pipeline; after any failure it forgets, waits a little, and takes its leases anew. */
export async function runWorker(process: Process, world: World): Promise<void> {
  const { timeline, knobs, dice, bug } = world
  const prepared = new Set<number>()
  const pipeline = new Pipeline({
    store: storeOf(process, world),
    owner: process.name,
    now: () => process.clock.now(),
    batchSize: knobs.batchSize,
    // What is spoiled in the database must be read from there.
    cacheSize: bug === 'missing-dedupe' || (bug !== null && FOUND_BY[bug]) ? 1 : knobs.cacheSize,
    definitions: {
      prepare: (revision) => (prepared.has(revision) ? Promise.resolve() : process.call('definitions', () => void prepared.add(revision))),
      of(revision, ws) {
        if (ws !== WORKSPACE || (revision > 0 && !prepared.has(revision)))
          throw new Error(`Definitions ${revision} of ${ws} were not prepared`)
        const { registry } = world.office
        return misread(bug, registry.of(revision), registry)
      },
    },
    onCommit: ({ batch }) =>
      timeline.tell(`${process.name} saved ${batch.leases.map((lease) => `${lease.partition}@${lease.done}`).join(' ')}`),
  })
  let renewed = -Infinity
  for (;;) {
    try {
      if (timeline.now - renewed > knobs.leaseMs / 3) {
        await pipeline.renew()
        renewed = timeline.now
      }
      if ((await pipeline.step()) !== 'worked') await process.rest(idleMs(pipeline, process, world))
    } catch (error) {
      if (!(error instanceof ConnectionLost || error instanceof Fenced)) {
        world.judge.violate('no-surprise', error instanceof Error ? (error.stack ?? error.message) : String(error))
        return
      }
      timeline.tell(`${process.name} starts over: ${error.name} ${error.message}`)
      pipeline.forget()
      renewed = -Infinity
      await process.sleep(dice.between(50, 500))
    }
  }
}

function idleMs({ nextTimer }: Pipeline, process: Process, { knobs }: World): number {
  return Math.max(1, Math.min(knobs.leaseMs / 3, (nextTimer ?? Infinity) - process.clock.now()))
}

/** The index of timers of a worker that has died is gone, where the bug is planted. */
export function loseTimers(db: Database, owner: string): void {
  const ours = new Set(db.leases.filter((lease) => lease.owner === owner).map(({ partition }) => partition))
  for (const row of db.states.values()) if (ours.has(row.partition)) row.nextDue = null
}
