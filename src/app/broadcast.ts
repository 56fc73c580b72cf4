import type { Logger } from 'pino'
import type { Definitions, Door } from '#journeys/definitions.ts'
import { type CompiledSchedule, dueBy, type Occurrence } from '#journeys/entries/schedule.ts'
import { doorOf, recordFor } from '#journeys/entries/selection.ts'
import { type Person, upgraded } from '#journeys/person.ts'
import { publishedTimes } from '#platform/document-versions.ts'
import { latestRevision } from '#platform/documents.ts'
import { countStates, pageStates } from '#platform/keyed-state.ts'
import { backlog } from '#platform/leases.ts'
import { append, type Queryable } from '#platform/log.ts'
import { type Pool, transaction } from '#platform/postgres/pool.ts'
import { beyondCut, cutOf } from './broadcast-cut.ts'
import {
  type BroadcastRow,
  beginBroadcast,
  endBroadcast,
  isAnyRunning,
  isBegun,
  lastOccurrences,
  lockTurn,
  type NewBroadcast,
  noteCut,
  notePeople,
  noteTurn,
} from './broadcast-store.ts'
import type { DefinitionsSource } from './pipeline.ts'

export interface BroadcasterOptions {
  readonly pool: Pool
  readonly partitions: number
  readonly definitions: DefinitionsSource
  /** Epoch ms. */
  readonly now: () => number
  /** Records were put on the log. */
  readonly appended: () => void
  readonly logger: Logger
  /** Why a journey may not go out to many now; '' when it may. Left out: always. What may not begins as paused. */
  readonly mayBegin?: (row: NewBroadcast) => Promise<string>
  /** People that one transaction looks at. */
  readonly page?: number
}

export interface Broadcaster {
  /** Resolves when all that was due at the call has been put on the log. */
  settled(): Promise<void>
  stop(): Promise<void>
}

/** Records of one transaction at most; a live event waits behind so many, and only while the log is not longer than that. */
const PAGE = 250
const PAUSE = { idle: 1_000, room: 5, retry: 2_000 } as const

/** Puts journeys that go out to many people on the log, page by page, as fast as the engine takes them; a killed one goes on where it stood. */
export function startBroadcaster(options: BroadcasterOptions): Broadcaster {
  const agenda = new Agenda(options)
  const state = { over: false, wake: Promise.withResolvers<void>(), asked: [] as (() => void)[] }
  const rest = async (ms: number): Promise<void> => {
    const timer = setTimeout(() => state.wake.resolve(), ms)
    await state.wake.promise
    clearTimeout(timer)
    if (!state.over) state.wake = Promise.withResolvers<void>()
  }
  const round = async (): Promise<void> => {
    const asked = state.asked.splice(0)
    try {
      const wait = await agenda.look()
      while (!state.over && (await takeTurn(options))) await room(options, () => state.over)
      for (const answer of asked) answer()
      if (state.asked.length === 0) await rest(wait)
    } catch (error) {
      state.asked.unshift(...asked)
      throw error
    }
  }
  const run = async (): Promise<void> => {
    while (!state.over) {
      try {
        await round()
      } catch (error) {
        options.logger.warn({ err: error }, 'a broadcast could not go on; it does so where it stood')
        await rest(PAUSE.retry)
      }
    }
    for (const answer of state.asked) answer()
  }
  const running = run()
  return {
    settled: () =>
      new Promise((resolve) => {
        if (state.over) return resolve()
        state.asked.push(resolve)
        state.wake.resolve()
      }),
    async stop() {
      state.over = true
      state.wake.resolve()
      await running
    },
  }
}

/** Live events go first: nothing is added while the log is longer than one page. */
async function room({ pool }: BroadcasterOptions, isOver: () => boolean): Promise<void> {
  while (!isOver() && (await backlog(pool)) > PAGE) await new Promise((resolve) => setTimeout(resolve, PAUSE.room))
}

/** What is due when, by the definitions in force. */
class Agenda {
  readonly #options: BroadcasterOptions
  #revision = -1
  #doors: readonly { readonly ws: string; readonly door: Door; readonly definitions: Definitions; readonly since: number }[] = []
  /** When the next schedule begins; -Infinity: it has to be reckoned. */
  #next = -Infinity
  /** What is to begin as soon as its segment has been built. */
  #unbuilt = false

  constructor(options: BroadcasterOptions) {
    this.#options = options
  }

  /** Begins what is due; answers how long there is nothing to begin (ms). */
  async look(): Promise<number> {
    const { pool, now } = this.#options
    const revision = await latestRevision(pool)
    if (revision !== this.#revision || this.#unbuilt) await this.#read(revision)
    if (now() >= this.#next) await this.#begin()
    return Math.max(1, Math.min(PAUSE.idle, this.#next - now()))
  }

  async #read(revision: number): Promise<void> {
    const { pool, definitions } = this.#options
    if (revision > 0) await definitions.prepare(revision)
    const published = await publishedTimes(pool, 'journey')
    const workspaces = new Set([...published.keys()].map((name) => name.slice(0, name.indexOf(' '))))
    this.#doors = [...workspaces].flatMap((ws) => {
      const made = definitions.of(revision, ws)
      const doors = new Set([...made.entriesByEvent.values()].flat().concat(made.appointed))
      return [...doors]
        .filter(({ entry, counting }) => !counting && (entry.schedule !== null || entry.existing !== null || entry.appointment !== null))
        .map((door) => ({ ws, door, definitions: made, since: published.get(`${ws} ${door.journey.id}`) ?? 0 }))
    })
    this.#revision = revision
    this.#next = -Infinity
  }

  async #begin(): Promise<void> {
    const { pool, now } = this.#options
    const last = this.#doors.length > 0 ? await lastOccurrences(pool) : new Map<string, string>()
    let next = Infinity
    let unbuilt = false
    for (const { ws, door, definitions, since } of this.#doors) {
      const { journey, entry } = door
      const row = { ws, journey: journey.id, version: journey.version, due: since, beganAt: now() }
      if (entry.appointment?.kind === 'date')
        await this.#put({ ...row, kind: 'dates', occurrence: `dates:${journey.version}`, status: 'running' })
      if (entry.existing !== null) {
        if (definitions.catalogue.deciders.get(entry.existing)?.effective)
          await this.#put({ ...row, kind: 'existing', occurrence: `existing:${entry.existing}`, status: 'running' })
        else unbuilt = true
      }
      if (entry.schedule === null) continue
      const span = { last: last.get(`${ws} ${journey.id}`) ?? '', since }
      const planned = dueBy(entry.schedule, span, now())
      await this.#scheduled(row, { schedule: entry.schedule, due: planned.due, maxAge: entry.maxAge })
      next = Math.min(next, planned.next ?? Infinity)
    }
    this.#next = next
    this.#unbuilt = unbuilt
  }

  /** Of several that were missed while nothing ran only the last is made up for, if it is not too late. */
  async #scheduled(
    row: Pick<NewBroadcast, 'ws' | 'journey' | 'version' | 'beganAt'>,
    { due, maxAge }: { schedule: CompiledSchedule; due: readonly Occurrence[]; maxAge: number },
  ): Promise<void> {
    for (const [i, { local, begins, ends }] of due.entries()) {
      const isWanted = i === due.length - 1 && ends + maxAge >= row.beganAt
      await this.#put({ ...row, kind: 'scheduled', occurrence: local, due: begins, status: isWanted ? 'running' : 'missed' })
    }
  }

  async #put(row: NewBroadcast): Promise<void> {
    const { pool, mayBegin } = this.#options
    if (await isBegun(pool, row)) return
    const reason = row.status === 'running' ? ((await mayBegin?.(row)) ?? '') : ''
    const isNew = await beginBroadcast(pool, reason === '' ? row : { ...row, status: 'paused', reason })
    if (isNew && row.status === 'running') await notePeople(pool, row, await countStates(pool, 'profile', row.ws))
  }
}

/** One page of the broadcast whose turn it is; false when none runs. Its records and the note of them are one transaction. */
export async function takeTurn(options: BroadcasterOptions): Promise<boolean> {
  const { pool, definitions, appended } = options
  // Without this a process without work would hold a transaction open once a second.
  if (!(await isAnyRunning(pool))) return false
  const revision = await latestRevision(pool)
  await definitions.prepare(revision)
  const moved = await transaction(pool, async (tx) => {
    const row = await lockTurn(tx)
    if (!row) return false
    await page(tx, row, { options, revision })
    return true
  })
  appended()
  return moved
}

async function page(
  tx: Queryable,
  row: BroadcastRow,
  { options, revision }: { options: BroadcasterOptions; revision: number },
): Promise<void> {
  const { partitions, now, page: limit = PAGE } = options
  const definitions = options.definitions.of(revision, row.ws)
  const door = doorOf([...definitions.entriesByEvent.values()].flat(), row.journey, row)
  if (!door) return endBroadcast(tx, row, { status: 'cancelled', reason: 'not_live', at: now() })
  const people = await pageStates<Person>(tx, 'profile', { workspace: row.ws, after: row.after, limit })
  const context = { definitions, now: now(), position: { partition: 0, seq: 0 } }
  const cut = row.cut ?? (await cutOf(tx, { row, door, context }))
  if (!row.cut) await noteCut(tx, row, cut)
  const records = people.flatMap(({ state }) => {
    const person = upgraded(state)
    const record = recordFor(person, { door, broadcast: row, context })
    if (record?.kind !== 'event') return record ?? []
    return { ...record, props: { ...record.props, ...beyondCut(cut, person, { row, door }) } }
  })
  await append(
    tx,
    records.map((record) => ({ workspace: row.ws, key: record.key, text: JSON.stringify(record) })),
    { partitions, now: now() },
  )
  await noteTurn(tx, row, { after: people.at(-1)?.id ?? row.after, looked: people.length, reached: records.length })
  if (people.length < limit) await endBroadcast(tx, row, { status: 'done', reason: '', at: now() })
}
