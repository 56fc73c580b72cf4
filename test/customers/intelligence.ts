import type { ChoiceBody } from '#decisions/choice/body.ts'
import { decide, FALLBACK, NOTHING, type Offered } from '#decisions/choice/decide.ts'
import { type Example, isDue } from '#decisions/choice/learn.ts'
import { choiceLearner } from '#decisions/choice/learner.ts'
import type { DecisionRecord } from '#decisions/record.ts'
import { Model, type ModelOf } from '#decisions/schema.ts'
import type { ModelInForce, Snapshot } from '#decisions/snapshot.ts'
import { chance } from '#lib/hash.ts'
import type { JsonObject } from '#lib/json.ts'
import type { Decider } from './quarter.ts'
import { ARMS, type Arm, type Cart, earned, type Happened, MARGIN, UNSUBSCRIBE_COST } from './truth.ts'

const DAY = 86_400_000
/** The quarter begins here, epoch ms. */
const START = Date.UTC(2026, 0, 1)
export const timeOf = ({ day, hour }: Pick<Cart, 'day' | 'hour'>): number => START + day * DAY + Math.round((hour / 24) * DAY)

/** Examples that everything is fitted to at once. */
const RECENT = 20_000

export interface Settings {
  readonly policy?: ModelOf<'choice'>['policy']
  /** Share of people who get the deterministic path. */
  readonly control: number
  readonly deterministic: (cart: Cart) => Arm
  /** Between two rounds of learning, days. */
  readonly every?: number
  /** Days in which the learner is away. */
  readonly away?: readonly [from: number, until: number]
  /** What becomes of the text of a snapshot on its way to where it is read. */
  readonly carried?: (body: string, serial: number) => string
  readonly seen?: (cart: Cart) => Readonly<Record<string, number>>
  /** Also ask what those of the comparison group would have been given. */
  readonly alsoAsk?: boolean
}

export const CHANNEL: Readonly<Record<Exclude<Arm, 'nothing'>, string>> = { discount: 'email', shipping: 'sms', scarcity: 'push' }

/** What Cadenza knows of a cart: features as a shop would have them, and nothing of the truth. */
export const seenOf = (cart: Cart): Readonly<Record<string, number>> => ({
  ...cart.customer.seen,
  cart_value: cart.total,
  pressure: cart.pressure,
  hour_sin: Math.sin((2 * Math.PI * cart.hour) / 24),
  hour_cos: Math.cos((2 * Math.PI * cart.hour) / 24),
})

/** The product's own choice, learner and snapshots, played on simulated time. */
export class Intelligence implements Decider {
  readonly records: { readonly record: DecisionRecord; readonly snapshot: Snapshot | null; readonly cart: Cart }[] = []
  readonly model: ModelOf<'choice'>
  report: JsonObject = {}
  /** Of `alsoAsk`: what the model gave or would have given, cart by cart. */
  readonly policy: DecisionRecord[] = []
  #inForce: ModelInForce<'choice'>
  readonly #settings: Settings
  readonly #open = new Map<
    string,
    Omit<Example, 'converted' | 'value' | 'cost' | 'unsubscribed' | 'complained'> & { readonly worth: number }
  >()
  #matured: Example[] = []
  readonly #recent: Example[] = []
  #learnedAt = 0

  constructor(settings: Settings) {
    this.#settings = settings
    this.model = Model.parse({
      kind: 'model',
      id: 'cart-recovery',
      type: 'choice',
      policy: settings.policy ?? 'squarecb',
      within: '3d',
      margin: MARGIN,
      unsubscribeCost: UNSUBSCRIBE_COST,
      freshFor: '14d',
    }) as ModelOf<'choice'>
    this.#inForce = { model: this.model, version: 1, snapshot: null }
  }

  decide(cart: Cart, id: string): { arm: Arm; group: 'model' | 'control' | 'held_out' } {
    const group = chance('control', cart.customer.id) < this.#settings.control ? 'control' : 'treated'
    const record = this.asked(cart, id, group)
    if (this.#settings.alsoAsk) this.policy.push(group === 'treated' ? record : this.asked(cart, id, 'treated'))
    this.records.push({ record, snapshot: record.snapshot === 0 ? null : this.#inForce.snapshot, cart })
    const arm =
      record.chosen === FALLBACK ? this.#settings.deterministic(cart) : record.chosen === NOTHING ? 'nothing' : doneBy(record.chosen)
    this.#open.set(id, {
      id,
      at: timeOf(cart),
      group,
      chosen: record.chosen,
      propensity: record.propensity,
      candidates: record.candidates
        .filter(({ propensity }) => propensity > 0)
        .map(({ arm: each, about = {} }) => ({ arm: each, about, price: 0 })),
      features: record.features,
      worth: earned(arm, cart) / MARGIN,
    })
    return { arm, group: group === 'control' ? 'control' : 'model' }
  }

  /** What would be decided for somebody of a group. */
  asked(cart: Cart, id: string, group: 'treated' | 'control'): DecisionRecord {
    return decide({
      id,
      group,
      offered: offered(cart),
      features: (this.#settings.seen ?? seenOf)(cart),
      model: this.model.id,
      inForce: this.#inForce,
      now: timeOf(cart),
      budget: 50,
      prices: {},
    })
  }

  told(id: string, { bought, left, cost }: Happened): void {
    const { worth, ...open } = this.#open.get(id)!
    this.#open.delete(id)
    // What the fallback did is not the model's to learn from, unless it is the comparison group's.
    if (open.group === 'treated' && open.chosen === FALLBACK) return
    this.#matured.push({ ...open, converted: bought, value: bought ? worth : 0, cost, unsubscribed: left, complained: false })
  }

  pass(at: number): void {
    const { every = 0.5, away, carried } = this.#settings
    if (at - this.#learnedAt < every || this.#matured.length === 0) return
    this.#learnedAt = at
    if (away && at >= away[0] && at < away[1]) return
    const { snapshot } = this.#inForce
    const task = { workspace: 'shop', model: this.model, version: 1, previous: this.#known ?? snapshot, now: START + at * DAY }
    const known = this.#known?.body as ChoiceBody | undefined
    this.#recent.push(...this.#matured)
    this.#recent.splice(0, Math.max(0, this.#recent.length - RECENT))
    const due = known === undefined || isDue(known)
    const trained = choiceLearner.fit(task, { examples: this.#matured, ...(due && { recent: this.#recent }) })
    this.#matured = []
    if (!trained) return
    const serial = (this.#known?.serial ?? 0) + 1
    this.report = trained.report
    const kept = { serial, trainedTo: trained.trainedTo, examples: trained.examples, report: trained.report }
    this.#known = { ...kept, body: choiceLearner.decode(trained.body) }
    this.#inForce = this.#read(kept, carried ? carried(trained.body, serial) : trained.body)
  }
  /** What the learner goes on from: its own, whatever became of it elsewhere. */
  #known: Snapshot | null = null

  #read(kept: Omit<Snapshot, 'body'>, body: string): ModelInForce<'choice'> {
    try {
      return { model: this.model, version: 1, snapshot: { ...kept, body: choiceLearner.decode(body) } }
    } catch (error) {
      return { model: this.model, version: 1, snapshot: null, broken: String(error) }
    }
  }

  get body(): ChoiceBody | undefined {
    return this.#known?.body as ChoiceBody | undefined
  }
}

/** The option without a step. */
const NO_MESSAGE = 'no-message'
/** What an option does. */
export const doneBy = (option: string): Arm => (option === NO_MESSAGE ? 'nothing' : (option as Arm))

/** The options of the journey: each message, and none. */
const offered = (cart: Cart): Offered[] => [
  ...ARMS.map((arm) => ({
    arm,
    excluded: cart.customer.reachable.includes(arm) ? '' : 'consent_missing',
    about: { channel: CHANNEL[arm], worth: earned(arm, cart) / MARGIN },
  })),
  { arm: NO_MESSAGE, excluded: '', about: { worth: cart.total } },
]
