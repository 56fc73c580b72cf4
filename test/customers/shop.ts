import { holdoutSalt } from '#decisions/experiments/assign.ts'
import { experimentsOf } from '#decisions/experiments/in-force.ts'
import { Holdout } from '#decisions/experiments/schema.ts'
import type { Effect, Fact } from '#events/reaction.ts'
import { Journey } from '#journeys/schema.ts'
import { type Answer, Simulation } from '#journeys/simulate.ts'
import { chance } from '#lib/hash.ts'
import { type Random, random } from '#lib/numeric/random.ts'
import { buys, type Cart, type Customer, customer, QUARTER } from './truth.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR
/** The quarter begins here, epoch ms; people are known for a month before. */
export const START = Date.UTC(2026, 0, 1)
const KNOWN = START - 31 * DAY
/** When it is read: every window is over, and what came late is there. */
export const AS_OF = START + 110 * DAY
export const MARGIN = 0.4
/** How long somebody has to buy. */
export const WITHIN_DAYS = 7
const PRICE = { email: 0.02, sms: 0.07 } as const

export interface ShopOptions {
  readonly seed: string
  readonly customers: number
  /** Of each journey. */
  readonly holdout: string
  /** Of all marketing; left out: nobody. */
  readonly marketing?: string
  /** How long after it happened an order is told (ms); left out: at once. */
  readonly late?: (person: string) => number
  /** People who never were. */
  readonly without?: ReadonlySet<string>
}

interface Bought {
  readonly at: number
  readonly total: number
}

/** What somebody does of themselves, and what a mail would do to them. Nobody but the simulation knows it. */
export interface Life {
  readonly id: string
  readonly cart: (Bought & { readonly left: number; readonly alone: number; readonly mailed: number; readonly lot: number }) | null
  /** Orders that no marketing has anything to do with. */
  readonly orders: readonly Bought[]
  /** `buys`: an order follows, whatever is sent. */
  readonly checkouts: readonly { readonly at: number; readonly buys: boolean }[]
  readonly ads: readonly number[]
}

export interface Played {
  readonly lives: readonly Life[]
  readonly facts: readonly Fact[]
  readonly options: ShopOptions
}

/** The mail that moves people, a text that goes to those who buy anyway, and advertisements that follow them around. */
export const documentsOf = ({ holdout, marketing }: Pick<ShopOptions, 'holdout' | 'marketing'>) => [
  journeyOf('cart', 'Cart Left', {
    holdout,
    steps: [
      { kind: 'wait', id: 'while', for: '1h' },
      { kind: 'email', id: 'mail', template: 'cart' },
    ],
  }),
  journeyOf('reminder', 'Checkout Started', {
    holdout,
    steps: [
      { kind: 'wait', id: 'moment', for: '10m' },
      { kind: 'sms', id: 'text', template: 'reminder', otherwise: [] },
    ],
  }),
  ...(marketing === undefined ? [] : [{ kind: 'holdout', id: 'marketing', share: marketing, rotate: 'never' }]),
  { kind: 'metric', id: 'sales', event: 'Order Completed', measure: 'sum', value: 'total', margin: MARGIN, within: `${WITHIN_DAYS}d` },
  { kind: 'goal', id: 'turnover', metric: 'sales', period: '2026-Q1', baseline: { value: 100 }, target: { change: '+5%' } },
]

const journeyOf = (id: string, event: string, parts: object) => ({
  kind: 'journey',
  id,
  goal: { event: 'Order Completed', within: `${WITHIN_DAYS}d`, value: 'total', margin: MARGIN },
  entry: { event },
  default: { otherwise: 'continue' },
  serves: ['turnover'],
  ...parts,
})

const SALT = 'marketing'
export const isHeldOutOfAll = ({ marketing }: ShopOptions, id: string): boolean =>
  marketing !== undefined && chance(holdoutSalt(SALT, ''), id) < Number.parseFloat(marketing) / 100

/** Whoever is likely to buy anyway buys more often, starts more checkouts, and is followed by more advertisements. */
function lifeOf(id: string): Life {
  const r = random(`${id} life`)
  const who = customer(id)
  const eagerness = Math.exp(1.4 * (who.base + 2.24))
  const orders = timesOf(r, 0.012 * eagerness).map((at) => ({ at, total: Math.round(who.meanOrder * 100) / 100 }))
  const checkouts = orders.flatMap(({ at }) =>
    at > START && r.uniform() < 0.8 ? [{ at: at - HOUR - r.uniform() * HOUR, buys: true }] : [],
  )
  const vain = timesOf(r, 0.006).filter((at) => at > START)
  return {
    id,
    cart: r.uniform() < 0.95 ? cartOf(who, r) : null,
    orders,
    checkouts: [...checkouts, ...vain.map((at) => ({ at, buys: false }))].sort((a, b) => a.at - b.at),
    ads: [...orders.flatMap(({ at }) => (r.uniform() < 0.7 ? [at - 3 * HOUR - r.uniform() * 20 * HOUR] : [])), ...timesOf(r, 0.002)],
  }
}

/** From when they are known until the end of the quarter. */
function timesOf(r: Random, perDay: number): number[] {
  const times: number[] = []
  const wait = (): number => (-Math.log(1 - r.uniform()) / perDay) * DAY
  for (let at = KNOWN + HOUR + wait(); at < START + QUARTER * DAY; at += wait()) times.push(at)
  return times
}

function cartOf(who: Customer, r: Random): Life['cart'] {
  const [day, hour] = [5 + Math.floor(r.uniform() * 74), 8 + r.uniform() * 14]
  const cart: Cart = { customer: who, day, hour, total: who.meanOrder, pressure: 0 }
  const left = START + day * DAY + hour * HOUR
  return {
    left,
    at: left + 2 * HOUR + r.uniform() * 40 * HOUR,
    total: Math.round(who.meanOrder * 100) / 100,
    alone: buys('nothing', cart, 'heterogeneous'),
    mailed: Math.max(buys('nothing', cart, 'heterogeneous'), buys('scarcity', { ...cart, customer: { ...who, hour } }, 'heterogeneous')),
    lot: r.uniform(),
  }
}

/** People know nothing of each other, so they are played by the handful: the next thing is found faster among few. */
const HANDFUL = 30

/** Plays a quarter by the product's own engine, and returns the facts that it tells. */
export function play(options: ShopOptions): Played {
  const lives = Array.from({ length: options.customers }, (_, i) => `${options.seed}-${i}`)
    .filter((id) => !options.without?.has(id))
    .map(lifeOf)
  const documents = documentsOf(options)
  const journeys = documents.filter(({ kind }) => kind === 'journey').map((each) => Journey.parse(each))
  const holdouts = documents.filter(({ kind }) => kind === 'holdout').map((each) => ({ body: Holdout.parse(each), version: 1 }))
  const facts: Fact[] = []
  for (let i = 0; i < lives.length; i += HANDFUL) {
    const few = new Map(lives.slice(i, i + HANDFUL).map((life) => [life.id, life]))
    const world: Simulation = new Simulation({
      journeys,
      start: KNOWN,
      experiments: experimentsOf(holdouts, []),
      provider: (effect) => answer(world, effect, { life: few.get(effect.key)!, late: options.late }),
    })
    if (world.broken.length > 0) throw new Error(JSON.stringify(world.broken))
    for (const life of few.values()) live(world, life, options.late)
    world.run(AS_OF - 1)
    facts.push(...world.facts)
  }
  return { lives, facts, options }
}

type Late = ShopOptions['late']

function live(world: Simulation, { id, cart, orders, checkouts, ads }: Life, late: Late): void {
  world.identify(id, { email: `${id}@people.example`, phone: '+4915112345678' }, KNOWN)
  const happens = (name: string, at: number, properties = {}): void =>
    world.event({ person: id, name, at: Math.round(at), id: `${id} ${name} ${Math.round(at)}`, properties })
  if (cart) happens('Cart Left', cart.left, { total: cart.total })
  if (cart && cart.lot < cart.alone) order(world, { id, ...cart }, late)
  for (const each of orders) order(world, { id, ...each }, late)
  for (const { at } of checkouts) happens('Checkout Started', at)
  for (const at of ads) happens('Ad Clicked', at, { channel: 'retargeting' })
}

function order(world: Simulation, { id, at, total }: Bought & { id: string }, late: Late): void {
  const happened = Math.round(at)
  const arrives = Math.max(world.now, happened + (late?.(id) ?? 0))
  world.event({ person: id, name: 'Order Completed', at: arrives, happened, id: `${id} order ${happened}`, properties: { total } })
}

/** Takes a message, and lets them do what it makes them do. Who buys clicks, whether or not because of it. */
function answer(world: Simulation, effect: Effect, { life, late }: { life: Life; late: Late }): Answer {
  const r = random(`${effect.id} reader`)
  const journey = String(effect.payload['journey_id'])
  const will = journey === 'cart' ? life.cart!.lot < life.cart!.mailed : (checkoutBefore(life, world.now)?.buys ?? false)
  if (journey === 'cart' && will && life.cart!.lot >= life.cart!.alone) order(world, { id: life.id, ...life.cart! }, late)
  if (r.uniform() < (will ? 0.75 : 0.1)) {
    const { journey_id = '', version = 0, enrollment_id = '', step_id = '' } = effect.payload
    const properties = { effect_id: effect.id, journey_id, version, enrollment_id, step_id, channel: effect.channel, fetcher: 'person' }
    const at = world.now + Math.round((1 + 19 * r.uniform()) * MINUTE)
    world.event({ person: life.id, type: 'system', name: 'message.clicked', at, id: `${effect.id} clicked`, properties })
  }
  const cost = PRICE[effect.channel as keyof typeof PRICE]
  return { receipt: 'message.sent', charged: { provider: 'house', units: 1, cost, currency: 'EUR' } }
}

const checkoutBefore = ({ checkouts }: Life, now: number) => checkouts.findLast(({ at }) => at <= now)
