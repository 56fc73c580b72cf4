import type { Json, JsonObject } from '#lib/json.ts'
import { isRefusal } from '#lib/problem.ts'
import { type JourneyBody, type LaneItem, type ListRef, ROOT, type StepBody, sameList, shapeOf } from './body.ts'
import { type Flat, type FlatStep, flatten, listKey, unflatten } from './flat.ts'
import { freeId, renameSteps } from './ids.ts'
import { type Clash, mergeObjects, mergeOrder, sameValue, type Three } from './merge-values.ts'
import { journeyFault, ownFault, readBody } from './parse.ts'

/** What two people changed in ways that do not go together. What stands is told by each; nothing is lost silently. */
export type Conflict =
  /** Theirs stands. `step` null: of the journey. An empty path: the whole step or journey, whose mixture would not have been sound. */
  | ({ readonly kind: 'field'; readonly step: string | null; readonly lane: string | null; readonly path: readonly string[] } & {
      readonly mine: Json | undefined
      readonly theirs: Json | undefined
    })
  /** One deleted what the other changed or put something into: it stays. `by`: who deleted it. */
  | { readonly kind: 'deleted'; readonly step: string; readonly lane: string | null; readonly by: 'mine' | 'theirs' }
  /** Both moved it: it stands where they put it, or where it can. */
  | { readonly kind: 'moved'; readonly step: string; readonly mine: ListRef; readonly stands: ListRef }
  /** Both changed the order of a list: theirs stands. */
  | { readonly kind: 'order'; readonly list: ListRef; readonly mine: readonly string[] }
  /** Both made a step of this id: mine has another id now. */
  | { readonly kind: 'renamed'; readonly step: string; readonly from: string }

export interface Merged {
  readonly journey: JourneyBody
  readonly conflicts: readonly Conflict[]
}

/** Puts together what two people made of the same journey, by steps and fields. Where they clash, theirs stands and it is told. */
export function merge({ base, mine: ours, theirs }: Three<JourneyBody>): Merged {
  if (ours === base || ours === theirs) return { journey: theirs, conflicts: [] }
  if (theirs === base) return { journey: ours, conflicts: [] }
  const conflicts: Conflict[] = []
  const mine = withNamesApart({ base, mine: ours, theirs }, conflicts)
  const work = new Merging({ base: flatten(base), mine: flatten(mine), theirs: flatten(theirs) }, conflicts)
  const journey = work.run()
  // A mixture that is not sound is nobody's wish; mine stays in the history, and the whole is told.
  if (isRefusal(readBody(journey as unknown as Json))) {
    return {
      journey: theirs,
      conflicts: [{ kind: 'field', step: null, lane: null, path: [], mine: mine as unknown as Json, theirs: theirs as unknown as Json }],
    }
  }
  return { journey, conflicts: work.conflicts }
}

/** Steps that both added under one id are told apart, unless they are the same. */
function withNamesApart({ base, mine, theirs }: Three<JourneyBody>, conflicts: Conflict[]): JourneyBody {
  const [b, m, t] = [flatten(base), flatten(mine), flatten(theirs)]
  const taken = new Set([...b.steps.keys(), ...m.steps.keys(), ...t.steps.keys()])
  const names = new Map<string, string>()
  for (const [id, step] of m.steps) {
    const other = t.steps.get(id)
    if (b.steps.has(id) || !other) continue
    if (sameValue(step.own, other.own) && sameValue(step.lanes, other.lanes) && sameList(step.parent, other.parent)) continue
    const to = freeId(id, taken)
    taken.add(to)
    names.set(id, to)
    conflicts.push({ kind: 'renamed', step: to, from: id })
  }
  return names.size === 0 ? mine : renameSteps(mine, names)
}

interface Part {
  readonly own: JsonObject
  lanes: readonly LaneItem[]
}

class Merging {
  readonly conflicts: Conflict[]
  readonly #of: Three<Flat>
  readonly #alive = new Set<string>()
  readonly #parent = new Map<string, ListRef>()
  readonly #part = new Map<string, Part>()

  constructor(of: Three<Flat>, conflicts: Conflict[]) {
    this.#of = of
    this.conflicts = conflicts
  }

  run(): JourneyBody {
    const { base, mine, theirs } = this.#of
    for (const id of new Set([...theirs.steps.keys(), ...mine.steps.keys(), ...base.steps.keys()])) if (this.#lives(id)) this.#raise(id)
    this.#breakRings()
    for (const id of this.#alive) this.#part.set(id, this.#merged(id))
    for (const id of this.#alive) this.#rehouse(id)
    this.#breakRings()
    return this.#built()
  }

  /** As one side has it; what that side deleted counts as it was. */
  #side(side: keyof Three<Flat>, id: string): FlatStep | undefined {
    return this.#of[side].steps.get(id) ?? this.#of.base.steps.get(id)
  }

  #lives(id: string): boolean {
    const { base, mine, theirs } = this.#of
    const was = base.steps.get(id)
    const [m, t] = [mine.steps.get(id), theirs.steps.get(id)]
    if (!was || (m && t)) return true
    const left = m ?? t
    if (!left || same(was, left)) return false
    this.conflicts.push({ kind: 'deleted', step: id, lane: null, by: m ? 'theirs' : 'mine' })
    return true
  }

  /** It stays, and so does what it stands in. */
  #raise(id: string): void {
    if (this.#alive.has(id)) return
    this.#alive.add(id)
    const parent = this.#parentOf(id)
    this.#parent.set(id, parent)
    if (parent.step === null || this.#alive.has(parent.step) || this.#livesQuietly(parent.step)) return
    const by = this.#of.mine.steps.has(parent.step) ? 'theirs' : 'mine'
    this.conflicts.push({ kind: 'deleted', step: parent.step, lane: null, by })
    this.#raise(parent.step)
  }

  /** Whether it will be raised by itself. */
  #livesQuietly(id: string): boolean {
    const { base, mine, theirs } = this.#of
    const was = base.steps.get(id)
    const [m, t] = [mine.steps.get(id), theirs.steps.get(id)]
    if (!was || (m && t)) return true
    const left = m ?? t
    return left !== undefined && !same(was, left)
  }

  #parentOf(id: string): ListRef {
    const base = this.#of.base.steps.get(id)?.parent
    const mine = this.#side('mine', id)?.parent
    const theirs = this.#side('theirs', id)?.parent
    if (!mine || !theirs) return (mine ?? theirs)!
    if (sameList(mine, theirs) || (base && sameList(base, mine))) return theirs
    if (base && sameList(base, theirs)) return mine
    this.conflicts.push({ kind: 'moved', step: id, mine, stands: theirs })
    return theirs
  }

  /** Two moves together may put steps into each other: then one stands where the other side had it, at worst at the top. */
  #breakRings(): void {
    for (const id of this.#alive) {
      const seen = new Set<string>()
      for (let at: string | null = id; at !== null; at = this.#parent.get(at)!.step) {
        if (!seen.has(at)) {
          seen.add(at)
          continue
        }
        const ring = at
        const mine = this.#parent.get(ring)!
        const theirs = this.#of.theirs.steps.get(ring)?.parent ?? ROOT
        const stands =
          sameList(mine, theirs) || theirs.step === null || !this.#alive.has(theirs.step) || this.#leadsTo(theirs.step, ring)
            ? ROOT
            : theirs
        this.#parent.set(ring, stands)
        this.conflicts.push({ kind: 'moved', step: ring, mine, stands })
        break
      }
    }
  }

  #leadsTo(from: string, to: string): boolean {
    const seen = new Set<string>()
    for (let at: string | null = from; at !== null && !seen.has(at); at = this.#parent.get(at)?.step ?? null) {
      if (at === to) return true
      seen.add(at)
    }
    return false
  }

  #merged(id: string): Part {
    const { base, mine, theirs } = this.#of
    const [b, m, t] = [base.steps.get(id), mine.steps.get(id), theirs.steps.get(id)]
    if (!m || !t)
      return { own: (m ?? t ?? b)!.own, lanes: this.#lanesOf(id, { base: b ?? EMPTY, mine: m ?? b ?? EMPTY, theirs: t ?? b ?? EMPTY }, []) }
    const clashes: Conflict[] = []
    const lanes = this.#lanesOf(id, { base: b ?? EMPTY, mine: m, theirs: t }, clashes)
    const own = m.own['kind'] === t.own['kind'] ? this.#own(id, { base: b?.own ?? {}, mine: m.own, theirs: t.own }, clashes) : t.own
    const fault = ownFault(assembled({ own, lanes }))
    if (!fault && m.own['kind'] === t.own['kind']) {
      this.conflicts.push(...clashes)
      return { own, lanes }
    }
    this.conflicts.push({ kind: 'field', step: id, lane: null, path: [], mine: assembled(m), theirs: assembled(t) })
    return { own: t.own, lanes: t.lanes }
  }

  #own(id: string, of: Three<JsonObject>, clashes: Conflict[]): JsonObject {
    if (of.mine === of.base || of.mine === of.theirs) return of.theirs
    if (of.theirs === of.base) return of.mine
    const found: Clash[] = []
    const own = mergeObjects(of, found)
    clashes.push(...found.map((clash): Conflict => ({ kind: 'field', step: id, lane: null, ...clash })))
    return own
  }

  #lanesOf(id: string, { base, mine, theirs }: Three<Pick<FlatStep, 'lanes'>>, clashes: Conflict[]): readonly LaneItem[] {
    if (mine.lanes.length + theirs.lanes.length === 0) return []
    const by = (side: Pick<FlatStep, 'lanes'>) => new Map(side.lanes.map((item) => [item.id, item]))
    const [b, m, t] = [by(base), by(mine), by(theirs)]
    const lived = new Set(
      [...this.#alive]
        .map((each) => this.#parent.get(each)!)
        .filter(({ step }) => step === id)
        .map(({ lane }) => lane),
    )
    const made = new Map<string, LaneItem>()
    for (const lane of new Set([...t.keys(), ...m.keys()])) {
      const [was, ours, other] = [b.get(lane), m.get(lane), t.get(lane)]
      if (was && !(ours && other)) {
        const left = (ours ?? other)!
        if (sameValue(was, left) && !lived.has(lane)) continue
        clashes.push({ kind: 'deleted', step: id, lane, by: ours ? 'theirs' : 'mine' })
        made.set(lane, left)
      } else if (ours && other) {
        const found: Clash[] = []
        made.set(lane, mergeObjects({ base: was ?? {}, mine: ours, theirs: other }, found) as LaneItem)
        clashes.push(...found.map((clash): Conflict => ({ kind: 'field', step: id, lane, ...clash })))
      } else made.set(lane, (ours ?? other)!)
    }
    const ids = (side: Pick<FlatStep, 'lanes'>) => side.lanes.map((item) => item.id)
    const { order, clash } = mergeOrder({ base: ids(base), mine: ids(mine), theirs: ids(theirs) }, new Set(made.keys()))
    if (clash) clashes.push({ kind: 'order', list: { step: id, lane: '' }, mine: ids(mine) })
    return order.map((lane) => made.get(lane)!)
  }

  /** The list that it would stand in is not there any more: it stands below the step instead. */
  #rehouse(id: string): void {
    for (;;) {
      const at = this.#parent.get(id)!
      if (at.step === null) return
      const { own, lanes } = this.#part.get(at.step)!
      if (lanes.some((item) => item.id === at.lane) || shapeOf(own as StepBody).lists.includes(at.lane)) return
      const stands = this.#parent.get(at.step)!
      this.#parent.set(id, stands)
      this.conflicts.push({ kind: 'moved', step: id, mine: at, stands })
    }
  }

  #built(): JourneyBody {
    const { base, mine, theirs } = this.#of
    const members = new Map<string, { list: ListRef; ids: Set<string> }>()
    for (const id of this.#alive) {
      const list = this.#parent.get(id)!
      const key = listKey(list)
      const here = members.get(key) ?? { list, ids: new Set() }
      here.ids.add(id)
      members.set(key, here)
    }
    const lists = new Map<string, readonly string[]>()
    for (const [key, { list, ids }] of members) {
      const of = { base: base.lists.get(key) ?? [], mine: mine.lists.get(key) ?? [], theirs: theirs.lists.get(key) ?? [] }
      const { order, clash } = mergeOrder(of, ids)
      if (clash) this.conflicts.push({ kind: 'order', list, mine: of.mine })
      lists.set(key, [...order, ...[...ids].filter((id) => !order.includes(id))])
    }
    const steps = new Map([...this.#alive].map((id) => [id, { ...this.#part.get(id)!, parent: this.#parent.get(id)! }]))
    return unflatten({ fields: this.#fields(), steps, lists })
  }

  #fields(): JsonObject {
    const of = { base: this.#of.base.fields, mine: this.#of.mine.fields, theirs: this.#of.theirs.fields }
    const found: Clash[] = []
    const fields = mergeObjects(of, found)
    if (journeyFault(fields as unknown as JourneyBody)) {
      this.conflicts.push({ kind: 'field', step: null, lane: null, path: [], mine: of.mine, theirs: of.theirs })
      return of.theirs
    }
    this.conflicts.push(...found.map((clash): Conflict => ({ kind: 'field', step: null, lane: null, ...clash })))
    return fields
  }
}

const EMPTY: Pick<FlatStep, 'own' | 'lanes'> = { own: {}, lanes: [] }
const same = (a: FlatStep, b: FlatStep): boolean =>
  a === b || (sameList(a.parent, b.parent) && (a.own === b.own || sameValue(a.own, b.own)) && sameValue(a.lanes, b.lanes))

/** The step as the schema sees it, with empty lists. */
function assembled({ own, lanes }: Pick<FlatStep, 'own' | 'lanes'>): StepBody {
  const { items } = shapeOf(own as StepBody)
  return (items === undefined ? own : { ...own, [items]: lanes }) as StepBody
}
