import type { Logger } from 'pino'
import { listenedTo } from '#decisions/listen.ts'
import type { Models } from '#decisions/snapshot.ts'
import type { KeyedRecord } from '#events/schema.ts'
import { PAST_OF_MODELS } from '#journeys/scores.ts'
import type { Json } from '#lib/json.ts'
import { isRefusal } from '#lib/problem.ts'
import { isZone } from '#lib/zone.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { type Announce, nextRevision } from '#platform/documents.ts'
import { factsWait, newestFactBlock } from '#platform/fact-projection.ts'
import { awaitingKeys } from '#platform/keyed-state.ts'
import { backlog } from '#platform/leases.ts'
import { append, type Queryable } from '#platform/log.ts'
import { stillThere } from '#platform/log-erasure.ts'
import { type Pool, transaction } from '#platform/postgres/pool.ts'
import { type Catalogue, catalogue, slotName, type Watched } from '#segments/catalogue.ts'
import { readyMark } from '#segments/react.ts'
import {
  type Build,
  endBuild,
  finishBuild,
  holdBuilds,
  nextBuild,
  noteBuildError,
  noteLook,
  noteProgress,
  startBuild,
  watchesSince,
} from '#segments/store.ts'
import { pastOf } from './learning/features-store.ts'
import { tellEveryone } from './people-told.ts'
import { candidatesIn, historiesIn, type Known, peopleCount, type Slice } from './segment-build-store.ts'
import { modelsWithout, rewatch, watchedIn } from './watches.ts'
import { isPast, notePlaces, placesOf } from './watches-store.ts'

export interface BuilderOptions {
  readonly pool: Pool
  readonly analytics: Analytics
  readonly partitions: number
  /** Epoch ms. */
  readonly now: () => number
  readonly announce: Announce
  /** Records were put on the log. */
  readonly appended: () => void
  readonly logger: Logger
  /** People of one query; memory follows from it. */
  readonly slicePeople?: number
  /** Records of one transaction: a live event waits behind so many at most, and only while the log is not longer than that. */
  readonly chunk?: number
}

export interface Builder {
  stop(): Promise<void>
  /** Something may have begun to be watched. */
  wake(): void
}

/** People whose histories one query brings. */
const SLICE_PEOPLE = 20_000
const CHUNK = 500
const PAUSE = { idle: 1_000, standBy: 2_000, look: 20, retry: 2_000 } as const

/**
 * Brings in what happened before conditions were watched: one build at a time in the deployment, going on where a killed one stood.
 * What was handled before the watch began comes from ClickHouse, what came after it was watched: no event counts twice, and none is missed.
 */
export function startBuilder(options: BuilderOptions): Builder {
  const state = { over: false, wake: Promise.withResolvers<void>() }
  const rest = async (ms: number): Promise<void> => {
    const timer = setTimeout(() => state.wake.resolve(), ms)
    await state.wake.promise
    clearTimeout(timer)
    if (!state.over) state.wake = Promise.withResolvers<void>()
  }
  const run = async (): Promise<void> => {
    while (!state.over) {
      try {
        await rest(await shift(options, () => state.over, rest))
      } catch (error) {
        options.logger.warn({ err: error }, 'a segment could not be built further; it goes on where it stood')
        await rest(PAUSE.retry)
      }
    }
  }
  const running = run()
  return {
    wake: () => state.wake.resolve(),
    async stop() {
      state.over = true
      state.wake.resolve()
      await running
    },
  }
}

/** Holds the lock and builds until nothing is left; answers how long to rest before looking again (ms). */
async function shift(options: BuilderOptions, isOver: () => boolean, rest: (ms: number) => Promise<void>): Promise<number> {
  const client = await options.pool.connect()
  let broken: Error | undefined
  const onError = (error: Error): void => {
    broken = error
  }
  client.on('error', onError)
  try {
    if (!(await holdBuilds(client))) return PAUSE.standBy
    await tellEveryone(options, isOver)
    while (!isOver()) {
      if (broken) throw broken
      const build = await nextBuild(options.pool)
      if (!build) await rest(PAUSE.idle)
      else {
        try {
          await bringIn(options, build, () => isOver() || broken !== undefined)
        } catch (error) {
          await noteBuildError(options.pool, build, error instanceof Error ? error.message : String(error))
          throw error
        }
      }
    }
    return 0
  } finally {
    client.off('error', onError)
    // Ending the connection frees the lock.
    client.release(true)
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Does one build, from where it stands to its end, or until it shall stop. */
export async function bringIn(options: BuilderOptions, build: Build, isOver: () => boolean): Promise<void> {
  const { pool, analytics } = options
  if (build.finished !== null) return lookAgain(options, { ...build, finished: build.finished }, isOver)
  const plan = await planOf(options, build)
  if (plan) {
    if (!(await factsAreThere(options, build, isOver))) return
    const slices = build.slices || Math.max(1, Math.ceil((await peopleCount(analytics, build.ws)) / (options.slicePeople ?? SLICE_PEOPLE)))
    if (build.slices === 0) await startBuild(pool, build, slices)
    for (let slice = build.slice; slice < slices; slice++) {
      const after = slice === build.slice ? build.after : ''
      if (!(await look(options, { build, plan, slice: { of: slices, slice }, after, isOver }))) return
    }
  }
  const finished = await finish(options, build)
  await lookAgain(options, { ...build, finished, after: '' }, isOver)
}

/** What a build looks for. */
export interface BuildPlan {
  readonly watched: readonly Watched[]
  /** Segments that wait for it, and what a review says to each of them. */
  readonly segments: readonly string[]
  readonly marks: readonly string[]
  /** Slots that it fills, with the places up to which. */
  readonly slots: readonly { readonly slot: string; readonly id: string }[]
  readonly places: readonly { readonly partition: number; readonly seq: number }[]
  readonly catalogue: Catalogue
  /** What models keep of everybody is brought in for these models; left out: nothing is. */
  readonly models?: Models
  /** The condition of each live segment. */
  readonly known: Known
}

/** Undefined: nothing of it is wanted any more. */
async function planOf({ pool }: BuilderOptions, build: Build): Promise<BuildPlan | undefined> {
  const watches = await watchesSince(pool, build)
  if (watches.length === 0) return undefined
  const input = await watchedIn(pool, build.ws)
  const made = catalogue({ ...input, watches: watches.map((watch) => ({ ...watch, built: false })) })
  const waiting = [...made.deciders].flatMap(([id, { pending, mark }]) => (pending ? [{ id, pending, mark }] : []))
  return {
    watched: [...new Set(waiting.map(({ pending }) => pending))],
    segments: waiting.map(({ id }) => id),
    marks: waiting.map(({ mark }) => mark),
    slots: watches
      .filter(({ kind, id }) => kind === 'aggregate' && made.slots.has(slotName({ id, since: build.since })))
      .map(({ id, since }) => ({ slot: slotName({ id, since }), id })),
    places: await placesOf(pool, build.since),
    catalogue: made,
    ...(watches.some(({ kind }) => kind === 'models') && { models: await modelsWithout(pool, build.ws) }),
    known: new Map(
      input.segments.flatMap(({ id, conditions: [live] }) => {
        const condition = live === undefined ? undefined : made.compiled.get(live)
        return condition && !isRefusal(condition) ? [[id, condition] as const] : []
      }),
    ),
  }
}

/** Waits until the engine has passed the places where the watch began, and what it had done by then is in ClickHouse. */
async function factsAreThere({ pool }: BuilderOptions, { since }: Build, isOver: () => boolean): Promise<boolean> {
  if (!(await passed(pool, since, isOver))) return false
  const upTo = await newestFactBlock(pool)
  while (await factsWait(pool, upTo)) {
    if (isOver()) return false
    await pause(PAUSE.look)
  }
  return true
}

async function passed(pool: Pool, revision: number, isOver: () => boolean): Promise<boolean> {
  while (!(await isPast(pool, revision))) {
    if (isOver()) return false
    await pause(PAUSE.look)
  }
  return true
}

interface Looking {
  readonly build: Build
  readonly plan: BuildPlan
  readonly slice: Slice
  /** People up to this one have been looked at. */
  readonly after: string
  readonly isOver: () => boolean
}

/** Puts a review on the log for everyone of a slice with a past, and for everyone whom a condition may hold for without one. */
async function look(options: BuilderOptions, { build, plan, slice, after, isOver }: Looking): Promise<boolean> {
  const marks = Object.fromEntries(plan.marks.map((mark) => [readyMark(mark), true as const]))
  const found = new Map<string, Record<string, Json>>()
  for (const id of await candidatesIn(options.analytics, build.ws, { plan, slice, now: options.now() })) found.set(id, { ...marks })
  for (const { id, history } of await historiesIn(options.analytics, build.ws, { plan, slice, now: options.now() }))
    found.set(id, { ...marks, ...history })
  if (plan.models) await bringModels(options, { build, plan, slice, models: plan.models, marks }, found)
  const people = [...found].filter(([id]) => id > after).sort(([a], [b]) => (a < b ? -1 : 1))
  const { chunk: most = CHUNK } = options
  for (let from = 0; from < people.length; from += most) {
    const chunk = people.slice(from, from + most)
    if (!(await room(options, isOver))) return false
    const records = chunk.map(([key, history]): KeyedRecord => ({ kind: 'review', ws: build.ws, key, history }))
    const last = chunk.at(-1)![0]
    await write(options, { build, records, note: (tx, reviews) => noteProgress(tx, build, { slice: slice.slice, after: last, reviews }) })
  }
  await noteProgress(options.pool, build, { slice: slice.slice + 1, after: '', reviews: 0 })
  return !isOver()
}

/** People whose events are read at once, of a slice. */
const PARTS = 4

/** What models would have kept of each person of a slice, had they been there all along. */
async function bringModels(
  { analytics }: BuilderOptions,
  {
    build,
    plan,
    slice,
    models,
    marks,
  }: Pick<Looking, 'build' | 'plan' | 'slice'> & {
    readonly models: Models
    readonly marks: Record<string, Json>
  },
  found: Map<string, Record<string, Json>>,
): Promise<void> {
  for (let part = 0; part < PARTS; part++) {
    const whose = { of: slice.of * PARTS, slice: slice.slice + part * slice.of }
    for (const { person, zone, events } of await pastOf(analytics, { workspace: build.ws, ...whose, places: plan.places })) {
      const section = listenedTo(events, { models, since: build.since, zone: isZone(zone) ? zone : 'UTC' })
      found.set(person, { ...(found.get(person) ?? marks), [PAST_OF_MODELS]: section as unknown as Json })
    }
  }
}

/** Live events go first: nothing is added while the log is longer than one chunk. */
async function room({ pool }: BuilderOptions, isOver: () => boolean): Promise<boolean> {
  while ((await backlog(pool)) > CHUNK) {
    if (isOver()) return false
    await pause(PAUSE.look / 4)
  }
  return !isOver()
}

interface Write {
  readonly build: Build
  readonly records: readonly KeyedRecord[]
  /** Writes down how far it has come, and how many reviews were put on the log. */
  readonly note: (tx: Queryable, reviews: number) => Promise<void>
}

/** Reviews and the note of them are one: a history that came twice would count twice. */
async function write({ pool, partitions, now, appended }: BuilderOptions, { build, records, note }: Write): Promise<void> {
  await transaction(pool, async (tx) => {
    // Whoever was erased since their past was read stays erased.
    const there = await stillThere(tx, { ws: build.ws, keys: records.map(({ key }) => key), partitions })
    const wanted = records.filter(({ key }) => there.has(key))
    await append(
      tx,
      wanted.map((record) => ({ workspace: record.ws, key: record.key, text: JSON.stringify(record) })),
      { partitions, now: now() },
    )
    await note(tx, wanted.length)
  })
  appended()
}

/** From the next revision on the conditions count as complete; what they replace is watched no longer. */
async function finish({ pool, now, announce, appended }: BuilderOptions, build: Build): Promise<number> {
  const finished = await transaction(pool, async (tx) => {
    const revision = await nextRevision(tx)
    await finishBuild(tx, build, revision)
    await rewatch(tx, { workspace: build.ws, revision, at: now() })
    await announce(tx, revision)
    await notePlaces(tx, revision)
    return revision
  })
  appended()
  return finished
}

/**
 * Whoever was touched while it was built, and had not been looked at by then, is decided now: who came in meanwhile, and who turned out
 * to be somebody else as well. Nobody has to wait for the clock.
 */
async function lookAgain(options: BuilderOptions, build: Build & { readonly finished: number }, isOver: () => boolean): Promise<void> {
  const { pool, now, chunk = CHUNK } = options
  if (!(await passed(pool, build.finished, isOver))) return
  for (let { after } = build; ; ) {
    const people = await awaitingKeys(pool, 'profile', { workspace: build.ws, after, limit: chunk })
    if (people.length === 0) return endBuild(pool, build, now())
    if (!(await room(options, isOver))) return
    const records = people.map((key): KeyedRecord => ({ kind: 'review', ws: build.ws, key }))
    const last = people.at(-1)!
    await write(options, { build, records, note: (tx) => noteLook(tx, build, last) })
    after = last
  }
}
