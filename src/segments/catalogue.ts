import { digest } from '#lib/hash.ts'
import { isRefusal, type Outcome, type Problem } from '#lib/problem.ts'
import { type Aggregate, aggregatesOf } from './condition/aggregate.ts'
import type { Expression } from './condition/ast.ts'
import { PLACES } from './condition/available.ts'
import { type Mentions, mentions } from './condition/mentions.ts'
import { nextChange } from './condition/next-change.ts'
import { predicate } from './condition/predicate.ts'
import { print } from './condition/print.ts'
import { read } from './condition/read.ts'
import type { Scope } from './condition/scope.ts'

/** Something watched since a revision, as it stands at the revision of the catalogue. */
export interface Watch {
  /** `models`: what models keep of everybody, under the id `all`. */
  readonly kind: 'condition' | 'aggregate' | 'models'
  readonly id: string
  readonly since: number
  /** Its past is complete. */
  readonly built: boolean
}

/** A condition as it was read; equal conditions have one key, however they are spelled. */
export interface CompiledCondition {
  readonly key: string
  readonly tree: Expression
  readonly asks: Mentions
  readonly aggregates: readonly Aggregate[]
  holds(scope: Scope): boolean
  /** The earliest time (epoch ms) at which the answer can differ by the passing of time alone; Infinity: never. */
  nextChange(scope: Scope): number
  /** Time alone can change the answer. */
  readonly timed: boolean
}

/** A condition with the windows that it is asked over, once for all segments that ask it so. It is there twice while its windows are built anew. */
export interface Watched extends CompiledCondition {
  readonly name: string
  /** The slot of each aggregate, by its id. */
  readonly slots: ReadonlyMap<string, string>
  /** Conditions ask only segments of a smaller rank. */
  readonly rank: number
  /** Segments that it decides on, now or when it is built. */
  readonly segments: readonly string[]
}

/** What decides on a segment: `pending` takes the place of `effective` when it is built. */
export interface Decider {
  readonly effective: Watched | null
  readonly pending: Watched | null
  /** By this a review says that the pending condition is complete for a person. */
  readonly mark: string
}

/** An aggregate and where a person's state keeps it. */
export interface Slot {
  readonly slot: string
  readonly aggregate: Aggregate
}

export interface CatalogueInput {
  /** Texts of the conditions of each segment, the live version's first. */
  readonly segments: readonly { readonly id: string; readonly conditions: readonly string[] }[]
  /** What the conditions of journeys ask for. */
  readonly aggregates: readonly Aggregate[]
  /** Left out: everything has been watched since the first event. */
  readonly watches?: readonly Watch[] | undefined
}

/** All conditions of a workspace at a revision, each once, and what can change them. */
export interface Catalogue {
  /** By rank. */
  readonly watched: readonly Watched[]
  readonly timed: readonly Watched[]
  readonly deciders: ReadonlyMap<string, Decider>
  /** What a change touches, by name: attributes, event names, permit keys, lists, scores, segments. */
  readonly touching: Readonly<Record<Touch, ReadonlyMap<string, readonly Watched[]>>>
  /** Aggregates by the name of the events that they gather: an event that none mentions costs one look-up. */
  readonly byEvent: ReadonlyMap<string, readonly Slot[]>
  /** Of all aggregates, by slot. */
  readonly slots: ReadonlyMap<string, Aggregate>
  /** The newest complete slot of each aggregate (else the newest), for conditions outside segments. */
  readonly current: ReadonlyMap<string, string>
  /** Something is being built. */
  readonly building: boolean
  /** Segments whose condition cannot be read, and that therefore have nobody in them. */
  readonly broken: readonly { readonly id: string; readonly problem: Problem }[]
  /** Whether the past of these aggregates is complete. */
  isComplete(aggregates: readonly Aggregate[]): boolean
  /** Conditions by their text, for the next catalogue. */
  readonly compiled: ReadonlyMap<string, Outcome<CompiledCondition>>
}
export type Touch = 'attributes' | 'events' | 'consent' | 'lists' | 'scores' | 'segments'
const TOUCHES: readonly Touch[] = ['attributes', 'events', 'consent', 'lists', 'scores', 'segments']

/** Reads a segment's condition. */
export function compileCondition(text: string): Outcome<CompiledCondition> {
  const tree = read(text, PLACES.segment)
  if (isRefusal(tree)) return tree
  const aggregates = aggregatesOf(tree)
  const asks = mentions(tree)
  return {
    key: digest(print(tree)),
    tree,
    asks,
    aggregates,
    holds: predicate(tree),
    nextChange: nextChange(tree),
    timed: asks.now || aggregates.some(({ within }) => within !== null),
  }
}

export function catalogue({ segments, aggregates, watches }: CatalogueInput, previous?: Catalogue): Catalogue {
  const compiled = new Map<string, Outcome<CompiledCondition>>()
  const broken: { id: string; problem: Problem }[] = []
  const chosen: Choice[] = []
  for (const { id, conditions } of segments) {
    const versions = conditions.map((text) => {
      const condition = previous?.compiled.get(text) ?? compiled.get(text) ?? compileCondition(text)
      compiled.set(text, condition)
      return condition
    })
    if (versions[0] && isRefusal(versions[0])) broken.push({ id, problem: versions[0].refused })
    else chosen.push({ id, ...choose(id, versions, watches) })
  }
  const slots = slotsOf([...chosen.flatMap(conditionsOf), { aggregates }], watches)
  const watched = rank(chosen, slots)
  return index(chosen, {
    slots,
    watched,
    aggregates,
    watches,
    broken,
    compiled,
  })
}

/** A condition from a revision on. */
interface Instance {
  readonly condition: CompiledCondition
  readonly since: number
  readonly built: boolean
}
interface Choice {
  readonly id: string
  readonly effective: Instance | null
  readonly pending: Instance | null
}
const instancesOf = ({ effective, pending }: Choice): Instance[] => [effective, pending].filter((each) => each !== null)
const conditionsOf = (choice: Choice): CompiledCondition[] => instancesOf(choice).map(({ condition }) => condition)
type Slots = ReadonlyMap<string, readonly Watch[]>
const slotsIn = ({ condition, since }: Instance, slots: Slots): Map<string, string> =>
  new Map(condition.aggregates.map(({ id }) => [id, slotFor(slots.get(id) ?? [], since)]))
const nameOf = (instance: Instance, slots: Slots): string => [instance.condition.key, ...slotsIn(instance, slots).values()].join(' ')

/** Each segment watches its conditions for itself: one that shares a condition with an older segment has to be told to its people too. */
export const watchId = (segment: string, key: string): string => `${segment}@${key}`
const segmentOf = (watch: string): string => watch.slice(0, watch.lastIndexOf('@'))

/** The newest version that is complete decides; a newer one that is not complete yet waits. */
function choose(
  segment: string,
  versions: readonly Outcome<CompiledCondition>[],
  watches: readonly Watch[] | undefined,
): Omit<Choice, 'id'> {
  let pending: Instance | null = null
  for (const condition of versions) {
    if (isRefusal(condition)) continue
    const known = watches
      ?.filter(({ kind, id }) => kind === 'condition' && id === watchId(segment, condition.key))
      .sort((a, b) => b.since - a.since)
    if (!known) return { effective: { condition, since: 0, built: true }, pending: null }
    for (const { since, built } of known) {
      if (built) return { effective: { condition, since, built }, pending }
      // Only the live version is worth waiting for.
      if (condition === versions[0]) pending ??= { condition, since, built }
    }
  }
  return { effective: null, pending }
}

/** The slots of every aggregate, oldest first. */
function slotsOf(
  asking: readonly { readonly aggregates: readonly Aggregate[] }[],
  watches: readonly Watch[] | undefined,
): ReadonlyMap<string, readonly Watch[]> {
  const wanted = new Set(asking.flatMap(({ aggregates }) => aggregates.map(({ id }) => id)))
  const slots = new Map<string, Watch[]>()
  for (const id of wanted) {
    const known = watches?.filter((watch) => watch.kind === 'aggregate' && watch.id === id).sort((a, b) => a.since - b.since)
    slots.set(id, known ?? [{ kind: 'aggregate', id, since: 0, built: true }])
  }
  return slots
}

export const slotName = ({ id, since }: Pick<Watch, 'id' | 'since'>): string => `${id}.${since}`

/** Conditions with their slots, each once, those that are asked by others first. */
function rank(chosen: readonly Choice[], slots: Slots): Watched[] {
  const deciding = new Map<string, { instance: Instance; segments: string[] }>()
  for (const choice of chosen) {
    for (const instance of instancesOf(choice)) {
      const known = deciding.get(nameOf(instance, slots))
      if (known && !known.segments.includes(choice.id)) known.segments.push(choice.id)
      else if (!known) deciding.set(nameOf(instance, slots), { instance, segments: [choice.id] })
    }
  }
  const byId = new Map(chosen.map((choice) => [choice.id, choice]))
  const levels = new Map<string, number>()
  const level = (id: string, path: readonly string[]): number => {
    const known = levels.get(id)
    if (known !== undefined) return known
    const choice = byId.get(id)
    // `check` refuses circles; should one be there all the same, it ends here.
    if (!choice || path.includes(id)) return 0
    const asked = conditionsOf(choice).flatMap(({ asks }) => asks.segments)
    const found = asked.reduce((most, other) => Math.max(most, 1 + level(other, [...path, id])), 0)
    levels.set(id, found)
    return found
  }
  return [...deciding]
    .map(([name, { instance, segments }]): Watched => {
      const { condition } = instance
      const asked = condition.asks.segments
      return {
        ...condition,
        name,
        segments,
        rank: asked.reduce((most, other) => Math.max(most, 1 + level(other, [])), 0),
        slots: slotsIn(instance, slots),
      }
    })
    .sort((a, b) => a.rank - b.rank || (a.name < b.name ? -1 : 1))
}

/** What was watched when the condition began to be: a slot that began later is for the conditions that are built with it. */
function slotFor(slots: readonly Watch[], since: number): string {
  const slot = slots.findLast((each) => each.since <= since) ?? slots[0]
  return slot ? slotName(slot) : ''
}

interface Parts extends Pick<Catalogue, 'watched' | 'broken' | 'compiled'> {
  readonly slots: Slots
  readonly aggregates: readonly Aggregate[]
  readonly watches: readonly Watch[] | undefined
}

function index(chosen: readonly Choice[], { slots: instanceSlots, watched, aggregates, watches, broken, compiled }: Parts): Catalogue {
  const byName = new Map(watched.map((each) => [each.name, each]))
  const find = (instance: Instance | null): Watched | null => (instance ? byName.get(nameOf(instance, instanceSlots))! : null)
  const deciders = new Map(chosen.map((choice) => [choice.id, deciderOf(choice, find)]))
  const all = new Map([...watched.flatMap((each) => each.aggregates), ...aggregates].map((aggregate) => [aggregate.id, aggregate]))
  const known = slotsOf([{ aggregates: [...all.values()] }], watches)
  const slots = new Map<string, Aggregate>()
  const current = new Map<string, string>()
  const byEvent = new Map<string, Slot[]>()
  for (const [id, list] of known) {
    const newest = list.findLast(({ built }) => built) ?? list.at(-1)
    if (newest) current.set(id, slotName(newest))
    for (const watch of list) {
      const slot = { slot: slotName(watch), aggregate: all.get(id)! }
      slots.set(slot.slot, slot.aggregate)
      for (const event of new Set(slot.aggregate.events)) push(byEvent, event, slot)
    }
  }
  const complete = new Set([...known].filter(([, list]) => list.some(({ built }) => built)).map(([id]) => id))
  return {
    watched,
    timed: watched.filter(({ timed }) => timed),
    deciders,
    touching: touchingOf(watched),
    byEvent,
    slots,
    current,
    building: chosen.some(({ pending }) => pending !== null),
    broken,
    compiled,
    isComplete: (wanted) => wanted.every(({ id }) => complete.has(id)),
  }
}

function deciderOf({ id, effective, pending }: Choice, find: (instance: Instance | null) => Watched | null): Decider {
  const mark = pending ? slotName({ id: watchId(id, pending.condition.key), since: pending.since }) : ''
  return { effective: find(effective), pending: find(pending), mark }
}

function touchingOf(watched: readonly Watched[]): Catalogue['touching'] {
  const touching = Object.fromEntries(TOUCHES.map((touch) => [touch, new Map<string, Watched[]>()])) as Record<
    Touch,
    Map<string, Watched[]>
  >
  for (const each of watched) {
    const { attributes, events, consent, lists, scores, segments } = each.asks
    const gathered = each.aggregates.flatMap((aggregate) => aggregate.events)
    const names = { attributes, events: [...events, ...gathered], consent, lists, scores, segments }
    for (const touch of TOUCHES) for (const name of new Set(names[touch])) push(touching[touch], name, each)
  }
  return touching
}

function push<T>(lists: Map<string, T[]>, name: string, item: T): void {
  const list = lists.get(name)
  if (list) list.push(item)
  else lists.set(name, [item])
}

/** Nothing is watched. */
export const EMPTY_CATALOGUE: Catalogue = catalogue({ segments: [], aggregates: [] })

/** What has to be watched so that every live segment is decided, and the journeys' conditions can be asked. */
export function wanted(
  input: Omit<CatalogueInput, 'watches'>,
  open: readonly Watch[],
): { readonly kind: Watch['kind']; readonly id: string }[] {
  const made = catalogue({ ...input, watches: open })
  const names = new Map<string, { kind: Watch['kind']; id: string }>()
  const want = (kind: Watch['kind'], id: string): unknown => names.set(`${kind} ${id}`, { kind, id })
  for (const { id: segment, conditions } of input.segments) {
    const live = conditions[0] === undefined ? undefined : made.compiled.get(conditions[0])
    if (live && !isRefusal(live)) {
      want('condition', watchId(segment, live.key))
      for (const { id } of live.aggregates) want('aggregate', id)
    }
  }
  for (const [segment, { effective }] of made.deciders) {
    if (effective) want('condition', watchId(segment, effective.key))
    for (const { id } of effective?.aggregates ?? []) want('aggregate', id)
  }
  for (const { id } of input.aggregates) want('aggregate', id)
  return [...names.values()]
}

/** Which watches to begin and which to end when this is what is live. A watch that a newer complete one replaces ends too. */
export function watchChanges(
  input: Omit<CatalogueInput, 'watches'>,
  open: readonly Watch[],
): { readonly begin: readonly Pick<Watch, 'kind' | 'id'>[]; readonly end: readonly Watch[] } {
  const names = wanted(input, open)
  const isOpen = new Set(open.map(({ kind, id }) => `${kind} ${id}`))
  const isWanted = new Set(names.map(({ kind, id }) => `${kind} ${id}`))
  const replaced = (watch: Watch): boolean =>
    open.some(({ kind, id, since, built }) => kind === watch.kind && id === watch.id && since > watch.since && built)
  const fresh = names.filter(({ kind, id }) => !isOpen.has(`${kind} ${id}`))
  const end = open.filter((watch) => !isWanted.has(`${watch.kind} ${watch.id}`) || replaced(watch))
  return { begin: [...fresh, ...lookedAtAgain(names, { fresh, end })], end }
}

/**
 * A condition that is given up before it was built has decided for some people already: the one that decides now is asked of everybody
 * again, as if it were new, unless a new one is on its way.
 */
function lookedAtAgain(
  names: readonly Pick<Watch, 'kind' | 'id'>[],
  { fresh, end }: { fresh: readonly Pick<Watch, 'kind' | 'id'>[]; end: readonly Watch[] },
): readonly Pick<Watch, 'kind' | 'id'>[] {
  const isGivenUp = ({ kind, id, built }: Watch): boolean =>
    kind === 'condition' && !built && !names.some((name) => name.kind === kind && name.id === id)
  const segments = new Set(end.filter(isGivenUp).map(({ id }) => segmentOf(id)))
  for (const { kind, id } of fresh) if (kind === 'condition') segments.delete(segmentOf(id))
  return names.filter(({ kind, id }) => kind === 'condition' && segments.has(segmentOf(id)))
}
