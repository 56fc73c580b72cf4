import { listenedTo } from '#decisions/listen.ts'
import type { KeyedRecord } from '#events/schema.ts'
import { PAST_OF_MODELS } from '#journeys/scores.ts'
import { murmur32 } from '#lib/hash.ts'
import type { Json } from '#lib/json.ts'
import type { BuildRow } from './office.ts'
import { acted, eventsOf, historyOf, zoneOf } from './past.ts'
import { ConnectionLost, type Process } from './process.ts'
import { WORKSPACE } from './published.ts'
import type { BuildPlan } from './registry.ts'
import type { World } from './world.ts'

const LOOK_MS = 200
/** People of a slice, and records of one transaction. */
const SLICE = 3
const CHUNK = 2

/** As app/segment-build.ts: one build at a time in the deployment, going on where a killed one stood. True: there may be more. */
export async function runBuilder(process: Process, world: World): Promise<boolean> {
  const { office } = world
  const build = office.builds.find(({ status }) => status !== 'built')
  if (!build) return false
  const held = await process.call('hold builds', () => {
    // The lock of a connection whose process has died is free at once.
    if (process.alive && office.builder === '') office.builder = process.name
    return office.builder === process.name
  })
  if (!held) return false
  // Others' segments are built first; meanwhile people go on.
  if (world.bug !== 'build-too-early') await process.sleep(world.dice.between(0, 8_000))
  try {
    await bringIn(process, world, build)
  } catch (error) {
    // The lock is gone with its connection, whatever another one of this process may still do.
    if (error instanceof ConnectionLost && office.builder === process.name) office.builder = ''
    throw error
  }
  return true
}

async function bringIn(process: Process, world: World, build: BuildRow): Promise<void> {
  const { office, db, bug } = world
  const plan = await process.call('plan', () => office.registry.planOf(build.since))
  if (plan) {
    if (bug !== 'build-too-early') await factsAreThere(process, world, build)
    const known = build.slices
    const slices = known || Math.max(1, Math.ceil((await process.call('count people', () => db.states.size)) / SLICE))
    if (known === 0) await process.call('start build', () => start(build, slices))
    for (let slice = build.slice; slice < slices; slice++) await look(process, world, { build, plan, slice, slices })
  }
  await process.call('finish build', () => {
    if (build.status !== 'built') office.finish(build)
  })
}

function start(build: BuildRow, slices: number): void {
  build.status = 'running'
  build.slices = slices
}

/** Until the engine has passed the places where the watch began, and its facts up to then can be asked. */
async function factsAreThere(process: Process, { db }: World, { places }: BuildRow): Promise<void> {
  while (!(await process.call('past?', () => db.leases.every(({ partition, done }) => done >= places[partition]!))))
    await process.sleep(LOOK_MS)
  const upTo = await process.call('newest facts', () => db.facts.length)
  while (!(await process.call('facts wait?', () => db.projected >= upTo))) await process.sleep(LOOK_MS)
}

interface Looking {
  readonly build: BuildRow
  readonly plan: BuildPlan
  readonly slice: number
  readonly slices: number
}

async function look(process: Process, world: World, { build, plan, slice, slices }: Looking): Promise<void> {
  const { db, bug } = world
  const after = slice === build.slice ? build.after : ''
  const places = bug === 'build-overlaps' ? build.places.map(() => Infinity) : build.places
  const marks = Object.fromEntries(plan.marks.map((mark) => [mark, true as const]))
  const people = await process.call('who did what', () =>
    acted(db)
      .filter((id) => murmur32(id) % slices === slice && id > after)
      .map((id) => ({
        id,
        history: { ...marks, ...historyOf(db, id, { plan, places }), ...pastOfModels(world, id, { build, plan, places }) },
      })),
  )
  for (let from = 0; from < people.length; from += CHUNK) {
    const chunk = people.slice(from, from + CHUNK)
    const records = chunk.map(
      ({ id, history }): KeyedRecord => ({ kind: 'review', ws: WORKSPACE, key: id, history: history as Record<string, Json> }),
    )
    await write(process, world, { build, records, slice, last: chunk.at(-1)!.id })
  }
  await process.call('end of a slice', () => noteProgress(build, slice + 1, ''))
}

/** What models would have kept of somebody, had they been there all along. */
function pastOfModels(
  { db, bug }: World,
  id: string,
  { build, plan, places }: Pick<Looking, 'build' | 'plan'> & { places: readonly number[] },
) {
  if (!plan.models || bug === 'models-past-lost') return {}
  const events = eventsOf(db, id, bug === 'models-past-overlaps' ? places.map(() => Infinity) : places)
  const section = listenedTo(events, { models: plan.models, since: build.since, zone: zoneOf(db, id) })
  return { [PAST_OF_MODELS]: section as unknown as Json }
}

interface Written {
  readonly build: BuildRow
  readonly records: readonly KeyedRecord[]
  readonly slice: number
  readonly last: string
}

async function write(process: Process, world: World, { build, records, slice, last }: Written): Promise<void> {
  const { db, timeline, bug } = world
  // Whoever was erased since their past was read stays erased.
  const append = (): void =>
    db.log.append(
      records.filter(({ key }) => bug === 'build-brings-back' || db.states.has(key)).map((record) => ({ key: record.key, record })),
      'system',
      timeline.now,
    )()
  if (bug !== 'history-twice')
    return process.call('bring in', () => {
      noteProgress(build, slice, last)
      append()
    })
  await process.call('bring in', append)
  await process.call('note progress', () => noteProgress(build, slice, last))
}

/** Throws when somebody else has come further: then nothing of the transaction happens. */
function noteProgress(build: BuildRow, slice: number, after: string): void {
  const isFurther = build.status === 'running' && (build.slice < slice || (build.slice === slice && build.after < after))
  if (!isFurther) throw new ConnectionLost('somebody else builds')
  build.slice = slice
  build.after = after
}
