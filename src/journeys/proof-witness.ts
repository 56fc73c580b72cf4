import type { Effect } from '#events/reaction.ts'
import { RESERVED_PREFIXES } from '#events/schema.ts'
import type { Json, JsonObject } from '#lib/json.ts'
import { isRefusal } from '#lib/problem.ts'
import type { Expression } from '#segments/condition/ast.ts'
import { parse } from '#segments/condition/parse.ts'
import { awaitedBy } from './awaited.ts'
import { type Sample, together, type Wish } from './check-holds.ts'
import { type Entry, entriesOf, eventsOf } from './entries/schema.ts'
import { places } from './lanes.ts'
import { paceOf } from './proof-entries.ts'
import type { Leg } from './proof-spans.ts'
import { type Counted, ON_TIME } from './proof-steps.ts'
import type { Journey } from './schema.ts'
import { type Answer, Simulation, type Trace } from './simulate.ts'
import type { Step } from './steps.ts'
import { untaught } from './untaught.ts'

/** A journey and the way through it that is claimed to be possible. */
export interface Plan {
  readonly journey: Journey
  readonly path: readonly Leg[]
}
/** What happened when the ways were walked by a simulated person. */
export interface Walked {
  /** The most messages in any window. */
  readonly count: number
  /** When that window begins (ms after the start). */
  readonly from: number
  readonly trace: readonly Trace[]
}

const START = Date.UTC(2026, 2, 2, 10)
const HORIZON = 800 * 86_400_000
const MOST_TURNS = 50_000
/** People that are tried, because chance decides whom a split sends where. */
const PEOPLE = 24

/** Walks the ways with one person after the other until one of them gets `wanted` messages in a window; the best walk of all. */
export function walk(plans: readonly Plan[], { counted, window, wanted }: { counted: Counted; window: number; wanted: number }): Walked {
  let best: Walked | undefined
  const several = plans.some(({ journey }) => places(journey.steps).some(({ step }) => step.kind === 'split' || step.kind === 'choose'))
  for (let i = 0; i < (several ? PEOPLE : 1); i++) {
    const person = `person-${i}`
    const lone = plans.map((plan) => go([{ plan, delay: 0 }], { person, counted, window }))
    const latest = Math.max(...lone.map(({ from }) => from))
    const walked =
      plans.length === 1
        ? lone[0]!
        : go(
            plans.map((plan, n) => ({ plan, delay: latest - lone[n]!.from })),
            { person, counted, window },
          )
    if (!best || walked.count > best.count) best = walked
    if (best.count >= wanted) break
  }
  return best!
}

interface Asked {
  readonly person: string
  readonly counted: Counted
  readonly window: number
}

function go(parts: readonly { readonly plan: Plan; readonly delay: number }[], { person, counted, window }: Asked): Walked {
  const walkers: Walker[] = []
  const provider = (effect: Effect): Answer =>
    walkers.find(({ id }) => id === effect.payload['journey_id'])?.answer(effect) ?? { receipt: 'message.sent' }
  const simulation = new Simulation({
    journeys: parts.map(({ plan }) => ({ ...plan.journey, holdout: '0%' })),
    models: untaught(parts.map(({ plan }) => plan.journey)),
    start: START,
    provider,
  })
  const wishes = parts.map(({ plan }) => wishesOf(plan))
  const sample = together(wishes.flat())
  simulation.identify(person, { email: `${person}@example.com`, ...valuesIn(sample, 'profile') })
  simulation.run(START)
  parts.forEach(({ plan, delay }, i) => {
    walkers.push(new Walker(plan, { simulation, person, wishes: wishes[i]!, sample, start: START + delay }))
  })
  for (let turns = 0; turns < MOST_TURNS && walkers.some(({ done }) => !done); turns++) {
    const acted = walkers.map((walker) => walker.act())
    if (!acted.includes(true) && !simulation.step(START + HORIZON)) break
  }
  const times = simulation.sent.filter(({ effect }) => isCounted(effect, counted)).map(({ at }) => at)
  return { ...fullest(times, window), trace: simulation.trace.map((line) => ({ ...line, at: line.at - START })) }
}

/** Whether a message counts: what is written to colleagues does not. */
export const isCounted = ({ channel, lane, payload }: Effect, counted: Counted): boolean =>
  channel === counted.channel &&
  (counted.lane === undefined || counted.lane === lane) &&
  payload['note'] !== true &&
  payload['answer'] !== true

/** The most of these (rising) times within any window [t, t + window), and where it begins. */
export function fullest(times: readonly number[], window: number): { count: number; from: number } {
  let best = { count: 0, from: 0 }
  let last = 0
  times.forEach((from, i) => {
    while (last < times.length && times[last]! < from + window) last++
    if (last - i > best.count) best = { count: last - i, from: from - START }
  })
  return best
}

/** What conditions must say for a way to be taken: those of the entry, and of each branch and repeat on it. */
function wishesOf({ journey, path }: Plan): Wish[] {
  const steps = new Map(places(journey.steps).map(({ step }) => [step.id, step]))
  const way = wayIn(journey)
  const audience = 'schedule' in way && typeof way.audience === 'string' ? way.audience : undefined
  const wishes = [way.where, audience].flatMap((text) => wish(text, true)).map(({ tree, holds }) => ({ tree: ofEntry(tree), holds }))
  for (const { step: id, does } of path) {
    const step = steps.get(id)
    if (step?.kind === 'branch') wishes.push(...branchWishes(step, does))
    if (step?.kind === 'repeat' && step.until !== undefined && does === 'round') wishes.push(...wish(step.until, false))
  }
  return wishes
}

function branchWishes({ branches }: Extract<Step, { kind: 'branch' }>, does: string): Wish[] {
  const taken = branches.findIndex(({ id }) => does === `branch:${id}`)
  const above = taken < 0 ? branches : branches.slice(0, taken)
  return [...above.flatMap(({ when }) => wish(when, false)), ...(taken < 0 ? [] : wish(branches[taken]!.when, true))]
}

function treeOf(text: string | undefined): Expression | null {
  const tree = text === undefined ? null : parse(text)
  return tree === null || isRefusal(tree) ? null : tree
}
const wish = (text: string | undefined, holds: boolean): Wish[] => {
  const tree = treeOf(text)
  return tree ? [{ tree, holds }] : []
}
/** The entry event is `event` to the entry's condition, and `entry` from then on. */
const ofEntry = (tree: Expression): Expression =>
  JSON.parse(JSON.stringify(tree), (_name, value: unknown) =>
    value !== null && typeof value === 'object' && 'of' in value && value.of === 'event' ? { ...value, of: 'entry' } : value,
  ) as Expression

/** The part of a sample below a root, as the object that it describes. */
function valuesIn(sample: ReturnType<typeof together>, root: string): JsonObject {
  const values: Record<string, Json> = {}
  if (typeof sample === 'string') return values
  for (const [path, value] of sample) {
    const [first, ...rest] = path.split('.')
    if (first === root && value !== null && path !== 'entry.key') place(values, rest, value)
  }
  return values
}

function place(values: Record<string, Json>, [name = '', ...rest]: readonly string[], value: Json): void {
  if (rest.length === 0) values[name] = value
  else {
    const inner = values[name]
    const next: Record<string, Json> =
      inner !== null && typeof inner === 'object' && !Array.isArray(inner) ? { ...(inner as JsonObject) } : {}
    place(next, rest, value)
    values[name] = next
  }
}

/** The way in that is taken: the one that lets people in again soonest. */
const wayIn = (journey: Journey): Entry => {
  const { gap } = paceOf(journey)
  const ways = entriesOf(journey)
  return ways.find((entry) => paceOf({ ...journey, entry }).gap === gap) ?? ways[0]!
}

interface Walking {
  readonly simulation: Simulation
  readonly person: string
  readonly wishes: readonly Wish[]
  readonly sample: Sample | 'never' | 'unknown'
  readonly start: number
}

/** Leads one person along a way: does what they would do, when the run stands where it matters. */
class Walker {
  readonly id: string
  readonly #plan: Plan
  readonly #walking: Walking
  readonly #steps: ReadonlyMap<string, Step>
  #at = 0
  #entered = Number.NaN
  #heard = 0

  constructor(plan: Plan, walking: Walking) {
    this.id = plan.journey.id
    this.#plan = plan
    this.#walking = walking
    this.#steps = new Map(places(plan.journey.steps).map(({ step }) => [step.id, step]))
  }

  get done(): boolean {
    return this.#at >= this.#plan.path.length
  }

  get #leg(): Leg {
    return this.#plan.path[this.#at]!
  }

  /** The provider's answer about a message: it fails where the way says so. */
  answer(effect: Effect): Answer {
    const leg = this.done ? undefined : this.#leg
    if (leg?.step !== effect.payload['step_id']) return { receipt: 'message.sent' }
    if (leg?.does !== 'failed') return { receipt: 'message.sent', after: Math.max(0, (leg?.late ?? 0) - 2_000) }
    this.#at++
    return { receipt: 'message.failed', reason: '', after: Math.max(0, Math.min(leg.takes, MOST_DELAY) - 2_000) }
  }

  /** Does what comes next, if its time has come; false: it has to wait. */
  act(): boolean {
    if (this.done) return false
    const leg = this.#leg
    if (leg.step === '') return leg.does === 'leaves' ? this.#leave() : this.#enter()
    const kind = this.#steps.get(leg.step)?.kind
    if (leg.does === 'sent' || leg.does.startsWith('way:')) return this.#sent(leg)
    if (leg.does === 'failed') return kind === 'wait' ? this.#next() : false
    if (leg.does.startsWith('event:')) return this.#happen(leg)
    if (leg.does === 'released') return this.#release(leg)
    return this.#next()
  }

  #next(): boolean {
    this.#at++
    return true
  }

  get #run() {
    const { simulation, person } = this.#walking
    return simulation.people.get(person)?.journeys.enrollments.find(({ journey }) => journey === this.id)
  }

  #enter(): boolean {
    const { simulation, person, start, sample } = this.#walking
    const { journey } = this.#plan
    const entry = wayIn(journey)
    if (this.#run) return false
    const { gap } = paceOf(journey)
    const at = Math.max(simulation.now, Number.isNaN(this.#entered) ? start : this.#entered + (Number.isFinite(gap) ? gap : 0))
    const properties: Record<string, Json> = { ...valuesIn(sample, 'entry') }
    if (entry.key?.startsWith('properties.')) place(properties, entry.key.split('.').slice(1), keyIn(sample))
    const name = eventsOf(entry, journey.id)[0]!
    simulation.event({ person, name, type: typeOf(name), at, properties })
    simulation.run(at)
    this.#entered = at
    return this.#next()
  }

  #leave(): boolean {
    const { simulation, person } = this.#walking
    const run = this.#run
    const exit = this.#plan.journey.exit[0]
    if (!run || !exit) return this.#next()
    const properties: Record<string, Json> = { ...this.#eventValues(exit.where) }
    for (const [theirs, ours] of Object.entries(exit.match ?? {})) {
      const value = ours === 'entry.key' ? run.key : run.entry.properties[ours.split('.').at(-1)!]
      if (theirs.startsWith('properties.') && value !== undefined) place(properties, theirs.split('.').slice(1), value)
    }
    simulation.event({ person, name: exit.event, type: typeOf(exit.event), properties })
    simulation.run(simulation.now)
    return this.#next()
  }

  #sent({ step }: Leg): boolean {
    const { simulation } = this.#walking
    const found = simulation.sent.findIndex(({ effect }, i) => i >= this.#heard && this.#isOf(effect, step))
    if (found < 0) return false
    this.#heard = found + 1
    return this.#next()
  }

  #isOf = ({ payload }: Effect, step: string): boolean => payload['journey_id'] === this.id && payload['step_id'] === step

  /** At once, or as late as the way says. */
  #happen({ step: id, does, takes }: Leg): boolean {
    const { simulation, person } = this.#walking
    const run = this.#run
    const step = this.#steps.get(id)
    if (run?.step !== id || step?.kind !== 'waitFor') return false
    const events = awaitedBy(step)
    const awaited = events.find((each, i) => does === `event:${each.id}` || does === `event:${i}`)!
    const message = awaited.of === undefined ? undefined : simulation.sent.findLast(({ effect }) => this.#isOf(effect, awaited.of!))
    const about: JsonObject = message ? { ...message.effect.payload, effect_id: message.effect.id, channel: message.effect.channel } : {}
    const at = step.mode === 'ranked' ? simulation.now : Math.max(simulation.now, run.since + takes - ON_TIME - 1_000)
    simulation.event({
      person,
      name: awaited.event,
      type: typeOf(awaited.event),
      at,
      properties: { ...about, ...this.#eventValues(awaited.where) },
    })
    simulation.run(at)
    return this.#next()
  }

  #release({ step }: Leg): boolean {
    const { simulation, person } = this.#walking
    const run = this.#run
    if (run?.step !== step) return false
    simulation.event({
      person,
      name: 'journey.released',
      type: 'system',
      properties: { enrollment_id: run.id, step_id: step, since: run.since },
    })
    simulation.run(simulation.now)
    return this.#next()
  }

  #eventValues(where: string | undefined): JsonObject {
    return valuesIn(together([...this.#walking.wishes, ...wish(where, true)]), 'event')
  }
}

/** A message that takes longer than this to fail is not tried. */
const MOST_DELAY = 30 * 86_400_000

const typeOf = (event: string): 'system' | 'track' => (RESERVED_PREFIXES.some((prefix) => event.startsWith(prefix)) ? 'system' : 'track')
const keyIn = (sample: Walking['sample']): Json => (typeof sample === 'string' ? 'key-1' : (sample.get('entry.key') ?? 'key-1'))
