import type { KeyedRecord } from '#events/schema.ts'
import { dueBy } from '#journeys/entries/schedule.ts'
import { doorOf, recordFor } from '#journeys/entries/selection.ts'
import { upgraded } from '#journeys/person.ts'
import { runBuilder } from './builder.ts'
import { runEraser } from './eraser.ts'
import { runTrainer } from './learning.ts'
import type { BroadcastRow, SweepRow } from './office.ts'
import { nextInside } from './past.ts'
import { ConnectionLost, type Process } from './process.ts'
import { WORKSPACE } from './published.ts'
import type { World } from './world.ts'

const IDLE_MS = 700
/** People of one page: the more pages, the more places to die at. */
const PAGE = 1
const RELEASE_MS = 60_000

/** As the role `jobs` of the product: builds, sweeps and broadcasts, each in a loop of its own. */
export function runJobs(process: Process, world: World): void {
  void again(process, world, () => runBuilder(process, world))
  void again(process, world, () => runEraser(process, world))
  void again(process, world, () => sweepRound(process, world))
  void again(process, world, () => broadcastRound(process, world))
  if (world.scenery.intelligence) void again(process, world, () => runTrainer(process, world))
}

/** Goes on for ever; each round says whether there is more to do at once. */
async function again(process: Process, world: World, round: () => Promise<boolean>): Promise<void> {
  for (;;) {
    try {
      await process.sleep((await round()) ? world.dice.between(5, 100) : IDLE_MS)
    } catch (error) {
      if (!(error instanceof ConnectionLost)) {
        world.judge.violate('no-surprise', error instanceof Error ? (error.stack ?? error.message) : String(error))
        return
      }
      await process.sleep(world.dice.between(100, 2_000))
    }
  }
}

function put(world: World, records: readonly KeyedRecord[]): void {
  const { db, timeline } = world
  db.log.append(
    records.map((record) => ({ key: record.key, record })),
    'system',
    timeline.now,
  )()
}

/** As app/journey-lifecycle-sweep.ts. */
async function sweepRound(process: Process, world: World): Promise<boolean> {
  const { office, db } = world
  if (office.registry.modes.length > 0) await process.call('release held', () => releaseHeld(world))
  const sweep = office.sweeps.find(({ done }) => !done)
  if (!sweep) return false
  if (sweep.factsTo === null) {
    await process.call('begin sweep', () => {
      if (db.leases.every(({ revision }) => revision >= sweep.revision)) sweep.factsTo ??= db.facts.length
    })
    return false
  }
  if (db.projected < sweep.factsTo) return false
  const people = await process.call('who is inside', () => nextInside(db, sweep.journey, sweep.after).slice(0, PAGE))
  if (world.bug !== 'sweep-lost') {
    await process.call('sweep', () => put(world, page(world, sweep, people)))
    return true
  }
  const records = await process.call('note the sweep', () => page(world, sweep, people))
  await process.call('sweep', () => put(world, records))
  return true
}

/** Notes how far the sweep has come, if nobody else has brought it further since. */
function page({ db }: World, sweep: SweepRow, people: readonly string[]): KeyedRecord[] {
  const next = people.filter((key) => key > sweep.after)
  if (people.length > next.length) return []
  if (next.length === 0) {
    sweep.done = true
    sweep.heads = db.log.partitions.map(({ head }) => head)
  }
  sweep.after = next.at(-1) ?? sweep.after
  return next.map((key) => ({ kind: 'review', ws: WORKSPACE, key }))
}

function releaseHeld({ office: { registry }, db, timeline, dice }: World): void {
  for (const { journey, kind, at } of registry.modes) {
    if ((kind !== 'run' && kind !== 'drain') || timeline.now - at > RELEASE_MS || registry.modeOf(journey) !== kind) continue
    db.outbox.releaseHeld(journey, () => timeline.now + dice.between(0, RELEASE_MS))
  }
}

/** As app/broadcast.ts: begins what is due, then one page of what runs. */
async function broadcastRound(process: Process, world: World): Promise<boolean> {
  const { office, bug } = world
  await process.call('begin broadcasts', () => {
    if (office.begun !== office.registry.revision || world.timeline.now >= office.nextBroadcast) begin(world)
  })
  const row = office.broadcasts.find(({ status }) => status === 'running')
  if (!row) return false
  if (bug !== 'broadcast-cursor-outside') {
    await process.call('broadcast', () => put(world, turn(world, row)))
    return true
  }
  const records = await process.call('note the broadcast', () => turn(world, row))
  await process.call('broadcast', () => put(world, records))
  return true
}

function begin(world: World): void {
  const { office, timeline, bug } = world
  const { registry } = office
  const definitions = registry.current
  const doors = new Set([...definitions.entriesByEvent.values()].flat().concat(definitions.appointed))
  office.begun = registry.revision
  office.nextBroadcast = bug === 'dst-fold-twice' ? timeline.now : Infinity
  for (const { journey, entry } of doors) {
    const since = registry.since(journey.id)
    if (entry.appointment?.kind === 'date') add(world, { journey: journey.id, kind: 'dates', occurrence: `dates:${journey.version}` }, true)
    if (entry.existing !== null && definitions.catalogue.deciders.get(entry.existing)?.effective)
      add(world, { journey: journey.id, kind: 'existing', occurrence: `existing:${entry.existing}` }, true)
    if (entry.schedule === null) continue
    const { due, next } = dueBy(entry.schedule, { last: last(office.broadcasts, journey.id), since }, timeline.now)
    office.nextBroadcast = Math.min(office.nextBroadcast, next ?? Infinity)
    for (const [i, { local, ends }] of due.entries()) {
      const wanted = i === due.length - 1 && ends + entry.maxAge >= timeline.now
      add(world, { journey: journey.id, kind: 'scheduled', occurrence: local }, wanted)
    }
    if (bug === 'dst-fold-twice' && entry.schedule.zone !== 'profile') {
      const shown = Temporal.Instant.fromEpochMilliseconds(timeline.now).toZonedDateTimeISO(entry.schedule.zone)
      const time = shown.toPlainTime().toString({ smallestUnit: 'minute' })
      if (time === entry.schedule.again?.time)
        add(world, { journey: journey.id, kind: 'scheduled', occurrence: shown.round('minute').toString({ timeZoneName: 'never' }) }, true)
    }
  }
}

/** Local time of the last occurrence. */
const last = (rows: readonly BroadcastRow[], journey: string): string =>
  rows.reduce((found, row) => (row.journey === journey && row.kind === 'scheduled' && row.occurrence > found ? row.occurrence : found), '')

function add({ office, db, timeline }: World, row: Pick<BroadcastRow, 'journey' | 'kind' | 'occurrence'>, wanted: boolean): void {
  if (office.broadcasts.some(({ journey, occurrence }) => journey === row.journey && occurrence === row.occurrence)) return
  timeline.tell(`broadcast ${row.journey} ${row.occurrence} ${wanted ? 'begins' : 'was missed'}`)
  office.broadcasts.push({
    ...row,
    there: [...db.states.values()].flatMap(({ id, person }) => (person.profile.attributes['email'] ? [id] : [])),
    status: wanted ? 'running' : 'missed',
    after: '',
  })
}

function turn({ office, db, timeline }: World, row: BroadcastRow): KeyedRecord[] {
  const definitions = office.registry.current
  const door = doorOf([...definitions.entriesByEvent.values()].flat(), row.journey, row)
  if (!door) {
    row.status = 'cancelled'
    return []
  }
  const people = [...db.states.values()]
    .filter(({ id }) => id > row.after)
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .slice(0, PAGE)
  const context = { definitions, now: timeline.now, position: { partition: 0, seq: 0 } }
  row.after = people.at(-1)?.id ?? row.after
  if (people.length < PAGE) row.status = 'done'
  return people.flatMap(({ person }) => recordFor(upgraded(person), { door, broadcast: row, context }) ?? [])
}
