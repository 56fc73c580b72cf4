import type { Json } from '#lib/json.ts'
import { own } from '#lib/record.ts'
import type { Catalogue, Decider, Touch, Watched } from './catalogue.ts'
import type { Scope } from './condition/scope.ts'
import type { SegmentsSection } from './schema.ts'

/** What has changed about a person; `all`: look at everything. */
export type Changes = 'all' | 'time' | { readonly [T in Touch]?: readonly string[] }

/** A person came into a segment, or left it. */
export interface Delta {
  readonly segment: string
  readonly kind: 'entered' | 'left'
}

export interface Evaluation {
  readonly section: SegmentsSection
  readonly deltas: readonly Delta[]
}

export interface Asked {
  readonly catalogue: Catalogue
  readonly changes: Changes
  /** Something has happened to the person: a condition that is not complete yet has to be asked again when it is. */
  readonly touched: boolean
  /** What a condition may ask of the person, with the section as it is at that moment and the windows of these slots. */
  readonly scope: (section: SegmentsSection, slots: ReadonlyMap<string, string>) => Scope
  /** Log time, epoch ms. */
  readonly now: number
}

/** While a condition is being built, who was touched is looked at again after this long, and then less and less often (ms). */
const LOOK_AGAIN = { least: 30_000, most: 1_800_000 } as const

/**
 * Asks again every condition that the changes can have flipped, and only those; a segment that flips is a change for those that ask it.
 * The timer is never later than the next flip by time; it may be earlier after a change, and then sets itself right.
 */
export function evaluate(before: SegmentsSection, asked: Asked): Evaluation {
  const { catalogue, now } = asked
  // Who waited for a build is looked at as a whole when nothing is built any more.
  const settled = before.awaiting !== undefined && !catalogue.building
  const looking = settled ? 'all' : asked.changes
  const work = new Work(before, { ...asked, changes: looking })
  if (looking === 'all') work.dropUnknown()
  const queue = queueOf(catalogue, looking)
  for (let watched = queue.shift(); watched; watched = queue.shift()) {
    const flipped = work.ask(watched)
    for (const segment of flipped) {
      for (const dependent of catalogue.touching.segments.get(segment) ?? [])
        if (!queue.includes(dependent)) queue.splice(place(queue, dependent), 0, dependent)
    }
  }
  return { section: work.finish(looking === 'all' || looking === 'time', now), deltas: work.deltas }
}

function queueOf(catalogue: Catalogue, changes: Changes): Watched[] {
  if (changes === 'all') return [...catalogue.watched]
  if (changes === 'time') return [...catalogue.timed]
  const found = new Set<Watched>()
  for (const [touch, names] of Object.entries(changes) as [Touch, readonly string[]][]) {
    for (const name of names) for (const watched of catalogue.touching[touch].get(name) ?? []) found.add(watched)
  }
  return found.size > 1 ? [...found].sort(byRank) : [...found]
}

const byRank = (a: Watched, b: Watched): number => a.rank - b.rank || (a.name < b.name ? -1 : 1)

function place(queue: readonly Watched[], watched: Watched): number {
  const found = queue.findIndex((other) => byRank(watched, other) < 0)
  return found < 0 ? queue.length : found
}

/** One evaluation under way. */
class Work {
  readonly deltas: Delta[] = []
  readonly #asked: Asked
  readonly #before: SegmentsSection
  #holds: Record<string, number> | null = null
  #missed = false
  #due = Infinity

  constructor(before: SegmentsSection, asked: Asked) {
    this.#before = before
    this.#asked = asked
  }

  /** Segments that are not there any more have nobody in them. */
  dropUnknown(): void {
    // Sorted: a state that was stored comes back with its names in another order.
    for (const id of Object.keys(this.#before.holds).sort()) {
      if (this.#asked.catalogue.deciders.has(id)) continue
      this.#write(id, false)
      this.deltas.push({ segment: id, kind: 'left' })
    }
  }

  /** Segments that the answer has flipped. */
  ask(watched: Watched): readonly string[] {
    const { catalogue, touched } = this.#asked
    let decided = watched.segments
    if (catalogue.building) {
      decided = decided.filter((id) => this.#deciding(catalogue.deciders.get(id)!) === watched)
      const waits = (id: string): boolean => catalogue.deciders.get(id)!.pending === watched && !decided.includes(id)
      if (touched && watched.segments.some(waits)) this.#missed = true
    }
    if (decided.length === 0) return NONE
    const scope = this.#asked.scope(this.#section(), watched.slots)
    const holds = watched.holds(scope)
    if (watched.timed) this.#due = Math.min(this.#due, watched.nextChange(scope))
    const flipped: string[] = []
    for (const id of decided) {
      if ((own(this.#holds ?? this.#before.holds, id) !== undefined) === holds) continue
      this.#write(id, holds)
      this.deltas.push({ segment: id, kind: holds ? 'entered' : 'left' })
      flipped.push(id)
    }
    return flipped
  }

  /** A condition that is being built decides for those whose past is complete already. */
  #deciding({ effective, pending, mark }: Decider): Watched | null {
    return pending && this.#before.ready?.includes(mark) ? pending : effective
  }

  /** Something happened that a condition asks for which does not decide for this person yet. */
  #isUndecided(waited: number | undefined): boolean {
    if (waited === undefined && !this.#missed) return false
    const { deciders } = this.#asked.catalogue
    return deciders.values().some(({ pending, mark }) => pending !== null && !this.#before.ready?.includes(mark))
  }

  #write(id: string, holds: boolean): void {
    this.#holds ??= { ...this.#before.holds }
    if (holds) this.#holds[id] = this.#asked.now
    else delete this.#holds[id]
  }

  #section(): SegmentsSection {
    return this.#holds ? { ...this.#before, holds: this.#holds } : this.#before
  }

  finish(exact: boolean, now: number): SegmentsSection {
    const { awaiting: waited, ready, due: timer, ...rest } = this.#section()
    const { building } = this.#asked.catalogue
    const awaiting = building && this.#isUndecided(waited) ? (waited ?? now) : undefined
    const look = awaiting === undefined ? Infinity : now + clamp(now - awaiting)
    const flips = exact ? this.#due : Math.min(this.#due, timer ?? Infinity)
    const due = timeOf(Math.min(flips, look))
    const kept = building ? ready : undefined
    if (!this.#holds && due === timer && awaiting === waited && kept === ready) return this.#before
    return { ...rest, ...(kept && { ready: kept }), ...(awaiting !== undefined && { awaiting }), due }
  }
}
const NONE: readonly string[] = []

const clamp = (ms: number): number => Math.min(LOOK_AGAIN.most, Math.max(LOOK_AGAIN.least, ms))

/** Whole milliseconds; null for never. */
const timeOf = (ms: number): number | null => (ms < Number.MAX_SAFE_INTEGER ? Math.ceil(ms) : null)

/** In a review's `history`: a pending condition is complete for the person. */
const READY = '='
export const readyMark = (mark: string): string => `${READY}${mark}`

/** A review's `history` taken apart. */
export function historyOf(history: Readonly<Record<string, Json>> | undefined): {
  readonly ready: readonly string[]
  readonly windows: Readonly<Record<string, Json>>
} {
  const entries = Object.entries(history ?? {})
  return {
    ready: entries.filter(([name]) => name.startsWith(READY)).map(([name]) => name.slice(READY.length)),
    windows: Object.fromEntries(entries.filter(([name]) => !name.startsWith(READY))),
  }
}

/** For the profile that this one became: what it brings along, but not that anything is complete there. */
export function withoutReady(history: Readonly<Record<string, Json>> | undefined): Readonly<Record<string, Json>> | undefined {
  return history && Object.fromEntries(Object.entries(history).filter(([name]) => !name.startsWith(READY)))
}
