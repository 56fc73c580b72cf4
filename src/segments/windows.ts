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
  readonly value: number
  readonly #times: readonly number[]
  readonly #within: number

  constructor(aggregate: Aggregate, state: WindowState | undefined, now: number) {
    this.#within = aggregate.within ?? Infinity
    const after = now - this.#within
    const chain = state?.kind === 'chain' ? startOf(state.of, aggregate.steps.length) : undefined
    if (aggregate.what === 'sequence') {
      this.value = chain !== undefined && chain > after ? 1 : 0
      this.#times = this.value === 1 ? [chain!] : []
      return
    }
    const inside = Array.isArray(state?.of) && aggregate.within !== null ? (state.of as Items).filter((item) => timeOf(item) > after) : NONE
    this.#times = inside.map(timeOf)
    this.value = aggregate.within === null ? overall(aggregate, state) : worth(aggregate, inside)
  }

  expiry(n?: number): number {
    if (this.#times.length === 0 || (n !== undefined && (n < 1 || n > this.#times.length))) return Infinity
    return this.#times[(n ?? this.#times.length) - 1]! + this.#within
  }
}
type Items = readonly (number | readonly [number, number])[]
const NONE: Items = []

function worth({ what }: Aggregate, inside: Items): number {
  const values = (): number[] => inside.map((item) => (typeof item === 'number' ? item : item[1]))
  switch (what) {
    case 'count':
    case 'distinct':
      return inside.length
    case 'last':
      return inside.length > 0 ? timeOf(inside[0]!) : Number.NaN
    case 'first':
      return inside.length > 0 ? timeOf(inside.at(-1)!) : Number.NaN
    case 'sum':
      return Number(values().reduce((sum, value) => sum + BigInt(value), 0n)) / PARTS
    case 'min':
      return inside.length > 0 ? Math.min(...values()) : Number.NaN
    case 'max':
      return inside.length > 0 ? Math.max(...values()) : Number.NaN
    case 'sequence':
      return 0
  }
}

function overall({ what }: Aggregate, state: WindowState | undefined): number {
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
