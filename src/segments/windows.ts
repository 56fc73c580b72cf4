import type { EventRecord } from '#events/schema.ts'
import type { Json } from '#lib/json.ts'
import { own, put } from '#lib/record.ts'
import { isCounted } from '#profiles/react.ts'
import type { Slot } from './catalogue.ts'
import { type Aggregate, PARTS } from './condition/aggregate.ts'
import { gatherOf } from './condition/gather.ts'
import type { WindowView } from './condition/scope.ts'
import type { WindowState as Stored } from './schema.ts'
import { cut, stateOf, timeOf, united, type WindowState, withEvent } from './window-state.ts'

/** A person's windows by slot, as the segments section (or a run) holds them. */
export type Windows = Readonly<Record<string, Stored>>
type Slots = ReadonlyMap<string, Aggregate>

/** Clocks of two servers may differ by this (ms): what has left a window is forgotten this much later. */
const DOUBT = 86_400_000

const read = (windows: Windows, slot: string): WindowState | undefined => own(windows, slot) as WindowState | undefined

/** The windows after an event, for the slots whose aggregates mention its name; the same object when nothing changes. */
export function hearEvent(windows: Windows, record: EventRecord, slots: readonly Slot[]): Windows {
  if (!isCounted(record)) return windows
  let next: Record<string, Stored> | null = null
  const event = { name: record.name, at: record.at, properties: record.props }
  for (const { slot, aggregate } of slots) {
    const gathered = gatherOf(aggregate)(event)
    if (!gathered) continue
    const before = read(windows, slot)
    const { at, received } = record
    const after = cut(withEvent(before, { at, received, ...gathered }, aggregate), aggregate, received - DOUBT)
    if (after === before) continue
    next ??= { ...windows }
    if (after) put(next, slot, after as Stored)
    else delete next[slot]
  }
  return next ?? windows
}

/** Windows of two profiles that turned out to be one person; the order does not matter. Slots that only one of both knows are kept. */
export function absorbWindows(ours: Windows, theirs: Windows, slots: Slots): Windows {
  const names = Object.keys(theirs)
  if (names.length === 0) return ours
  const all: Record<string, Stored> = { ...ours }
  for (const slot of names) put(all, slot, uniteAt(slot, { ours, theirs, slots }))
  return all
}

/** What happened before the slots were watched, added to what was heard since: the two never tell of the same event. */
export const takeHistory = (windows: Windows, history: Readonly<Record<string, Json>>, slots: Slots): Windows =>
  absorbWindows(windows, Object.fromEntries(Object.entries(history).filter(([slot]) => slots.has(slot))), slots)

function uniteAt(slot: string, { ours, theirs, slots }: { ours: Windows; theirs: Windows; slots: Slots }): Stored {
  const both = united(read(ours, slot), read(theirs, slot)!)
  const aggregate = slots.get(slot)
  return ((aggregate && cut(both, aggregate, -Infinity)) ?? both) as Stored
}

/** Without slots of revisions up to this one that nobody watches any more, and without what has left every window at `now` (epoch ms). */
export function trimWindows(
  windows: Windows,
  slots: Slots,
  { revision, now }: { readonly revision: number; readonly now: number },
): Windows {
  let next: Record<string, Stored> | null = null
  for (const slot of Object.keys(windows)) {
    const before = read(windows, slot)!
    const aggregate = slots.get(slot)
    // A profile that merged in may bring slots of a revision that has not come here yet.
    const known = aggregate !== undefined || Number(slot.slice(slot.lastIndexOf('.') + 1)) > revision
    const after = known ? (aggregate ? cut(before, aggregate, now - DOUBT) : before) : undefined
    if (after === before) continue
    next ??= { ...windows }
    if (after) put(next, slot, after as Stored)
    else delete next[slot]
  }
  return next ?? windows
}

/** A build's column (see `aggregateSql`) as a review's `history` carries it; undefined: there is nothing to bring. */
export const fromFacts = (aggregate: Aggregate, column: Json): Json | undefined => stateOf(aggregate, column) as Json | undefined

/** What a window comes to at `now` (epoch ms). */
export function viewOf(aggregate: Aggregate, stored: Stored | undefined, now: number): WindowView {
  return new View(aggregate, stored as WindowState | undefined, now)
}

class View implements WindowView {
  readonly #aggregate: Aggregate
  readonly #state: WindowState | undefined
  /** The window begins after this (epoch ms). */
  readonly #after: number
  /** What is remembered, newest first, and how many of it are in the window. */
  readonly #items: Items
  readonly #inside: number

  constructor(aggregate: Aggregate, state: WindowState | undefined, now: number) {
    const { within, what, steps } = aggregate
    this.#aggregate = aggregate
    this.#state = state
    this.#after = within === null ? -Infinity : now - within
    if (state?.kind === 'chain') this.#items = [startOf(state.of, steps.length) ?? -Infinity]
    else this.#items = state && within !== null && what !== 'sequence' ? (state.of as Items) : NONE
    this.#inside = insideOf(this.#items, this.#after)
  }

  get value(): number {
    const { what, within } = this.#aggregate
    if (what === 'sequence') return this.#inside
    return within === null ? overall(what, this.#state) : worth(what, this.#items, this.#inside)
  }

  expiry(n = this.#inside): number {
    const within = this.#aggregate.within ?? Infinity
    return n < 1 || n > this.#inside ? Infinity : timeOf(this.#items[n - 1]!) + within
  }
}
type Items = readonly (number | readonly [at: number, value: number])[]
const NONE: Items = []

/** How many are after a time; they come newest first. */
function insideOf(items: Items, after: number): number {
  let [low, high] = [0, items.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (timeOf(items[middle]!) > after) low = middle + 1
    else high = middle
  }
  return low
}

const valueOf = (item: Items[number]): number => (typeof item === 'number' ? item : item[1])

function worth(what: Aggregate['what'], items: Items, inside: number): number {
  switch (what) {
    case 'count':
    case 'distinct':
    case 'sequence':
      return inside
    case 'sum':
      return sumOf(items, inside) / PARTS
    case 'last':
      return inside === 0 ? Number.NaN : timeOf(items[0]!)
    case 'first':
      return inside === 0 ? Number.NaN : timeOf(items[inside - 1]!)
    case 'min':
    case 'max': {
      let most = inside === 0 ? Number.NaN : valueOf(items[0]!)
      for (let i = 1; i < inside; i++) most = what === 'min' ? Math.min(most, valueOf(items[i]!)) : Math.max(most, valueOf(items[i]!))
      return most
    }
  }
}

/** Exact: as doubles for as long as every sum on the way is a safe integer. */
function sumOf(items: Items, inside: number): number {
  let sum = 0
  for (let i = 0; i < inside; i++) {
    sum += valueOf(items[i]!)
    if (!Number.isSafeInteger(sum)) return Number(items.slice(0, inside).reduce((all, item) => all + BigInt(valueOf(item)), 0n))
  }
  return sum
}

function overall(what: Aggregate['what'], state: WindowState | undefined): number {
  switch (state?.kind) {
    case undefined:
      return what === 'count' || what === 'distinct' || what === 'sum' ? 0 : Number.NaN
    case 'total':
      return Number(BigInt(state.of)) / PARTS
    case 'hashes':
      return state.of.length
    case 'number':
    case 'first':
    case 'last':
    case 'min':
    case 'max':
      return state.of
    default:
      throw new Error(`A window over all time is kept as ${state?.kind}`)
  }
}

/** When the latest complete chain began: from the newest event back, each the latest that comes before the one after it. */
function startOf(chain: readonly (readonly [number, number, number])[], steps: number): number | undefined {
  let step = steps - 1
  let next: readonly [number, number] = [Infinity, Infinity]
  for (const [at, received, mask] of chain) {
    const isBefore = at < next[0] || (at === next[0] && received < next[1])
    if (!isBefore || Math.floor(mask / 2 ** step) % 2 === 0) continue
    if (step === 0) return at
    next = [at, received]
    step--
  }
  return undefined
}
