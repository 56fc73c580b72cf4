import { type ChoiceBody, emptyBody, NO_SUMS } from '#decisions/choice/body.ts'
import { Model } from '#decisions/schema.ts'
import { DELAYS } from '#decisions/send-time/learned.ts'
import { BINS } from '#decisions/send-time/week.ts'
import { Journey } from '#journeys/schema.ts'
import { linearBody } from '../fixtures/models.ts'
import { countingSnapshot } from '../fixtures/patterns.ts'
import { learnedBody } from '../fixtures/send-time.ts'
import type { Dice } from './dice.ts'

/** Models of a world, what each does, and how long (ms) what they learned is fresh. */
export const MODEL_IDS = ['nudges', 'hours', 'likely', 'habit'] as const
export type ModelId = (typeof MODEL_IDS)[number]
export const FRESH_MS = 90_000
export const CROSSING = { id: 'hot', above: 0.5, by: 0.1 } as const
/** Shares of the groups of the choice. */
export const SHARES = { control: 0.25, holdout: 0.25 } as const
/** What the score of somebody hangs on, besides a constant. */
export interface Linear {
  readonly bias: number
  readonly cart: number
  readonly orders: number
}
export const SCORED = { cart: 'cart.items', orders: 'orders.count' } as const

/** What is drawn for a world with models. */
export interface Intelligence {
  /** Models are there from the beginning; else operators publish them later. */
  readonly atOnce: boolean
  readonly policy: 'squarecb' | 'linucb' | 'best-arm' | 'thompson'
  readonly patterns: boolean
  /** Per second: somebody tries a version, lets it act, or takes all models away. */
  readonly operate: number
}

/** By dice of its own: worlds without models are what they were. Null: nothing in this one learns. */
export function drawIntelligence(dice: Dice, { always }: { always: boolean }): Intelligence | null {
  if (!dice.chance(0.4) && !always) return null
  return {
    atOnce: dice.chance(0.6),
    policy: dice.pick(['squarecb', 'squarecb', 'linucb', 'best-arm', 'thompson'] as const),
    patterns: dice.chance(0.3),
    operate: dice.pick([0, 0.05, 0.15]),
  }
}

/** The document of a model, in the stage in which it is let act. */
export function documentOf(id: ModelId, { policy }: Intelligence, stage: 'full' | 'share' | 'shadow'): Model {
  const common = { kind: 'model', id, rollout: { stage, share: '50%' }, freshFor: `${FRESH_MS / 1_000}s` }
  switch (id) {
    case 'nudges':
      return Model.parse({ ...common, type: 'choice', policy, within: '1h', unsubscribeCost: 1 })
    case 'hours':
      return Model.parse({ ...common, type: 'send-time', explore: '20%', control: '20%' })
    case 'likely':
      return Model.parse({
        ...common,
        type: 'propensity',
        outcome: { kind: 'converted', event: 'Order Completed', within: '1h' },
        crossings: [CROSSING],
      })
    case 'habit':
      return Model.parse({
        ...common,
        type: 'pattern',
        target: { event: 'Order Completed', within: '7d' },
        found: { above: 0.6, by: 0.1, cooling: '1h' },
      })
  }
}

/** What a training came to: the text of the body, and what the judge may know of it. */
export interface Drawn {
  readonly text: string
  readonly linear?: Linear
}

/** Some of them cannot be read, and some say what is no number. */
export function drawBody(id: ModelId, dice: Dice): Drawn {
  if (dice.chance(0.15)) return { text: dice.pick(['', '{"v":1}', 'null', '{"v":2,"names":[]}']) }
  switch (id) {
    case 'nudges':
      return { text: JSON.stringify(choiceBody(dice)) }
    case 'hours':
      return { text: JSON.stringify(hoursBody(dice)) }
    case 'likely': {
      const linear = { bias: -2 + 2 * dice.roll(), cart: 2 * dice.roll(), orders: -dice.roll() }
      return { text: linearBody({ bias: linear.bias, weights: { [SCORED.cart]: linear.cart, [SCORED.orders]: linear.orders } }), linear }
    }
    case 'habit': {
      const weights = { 'Product Added': dice.roll(), 'Page Viewed': -dice.roll() }
      return { text: JSON.stringify(countingSnapshot(['Order Completed', 'Product Added', 'Page Viewed'], { intercept: 0, weights })) }
    }
  }
}

function choiceBody(dice: Dice): ChoiceBody {
  const names = ['cart.items', 'orders.count']
  const block = (most: number) => ({ w: [0, 0, 0].map(() => most * (2 * dice.roll() - 1)), v: [0.2, 0.1, 0.1] })
  const body = emptyBody(0)
  const isInfinite = dice.chance(0.1)
  return {
    ...body,
    names,
    means: [0, 0],
    scales: [1, 1],
    centre: [0.5, 0.5],
    regression: {
      ...body.regression,
      blocks: { '': block(1), ...Object.fromEntries(['mail', 'text', 'warm', 'web'].map((arm) => [`arm:${arm}`, block(2)])) },
    },
    // No price is this high, but a number may be.
    arms: isInfinite ? { mail: { ...NO_SUMS, worth: 1e308, worths: 1 }, text: { ...NO_SUMS, worth: 1e308, worths: 1 } } : {},
    treated: { ...NO_SUMS, worth: isInfinite ? 1e308 : 50, worths: isInfinite ? 1e-3 : 1 },
    paused: dice.chance(0.1) ? { text: 'unsubscribes' } : {},
    personal: dice.pick(['undecided', 'shown', 'refuted'] as const),
    n: dice.between(10, 2_000),
    valued: true,
  }
}

function hoursBody(dice: Dice) {
  const raw = Array.from({ length: BINS }, () => dice.roll() ** 4 + 0.001)
  const sum = raw.reduce((all, each) => all + each, 0)
  return learnedBody({ everybody: raw.map((each) => each / sum), delay: [1, ...new Array<number>(DELAYS - 1).fill(0)] })
}

/** The steps of each option, and of what the comparison group gets: who got which, its messages tell. */
export const STEPS_OF: Readonly<Record<string, string>> = { tip: 'mail', ping: 'text', treat: 'warm', show: 'web', plain: 'fallback' }
/** By which channel the first message of each option goes. */
export const CHANNEL_OF: Readonly<Record<string, 'email' | 'sms'>> = { mail: 'email', text: 'sms', warm: 'email' }

/** Advice: chosen twice, then told at the best hour. Without groups where a planted bug forgets them. */
export const advice = ({ control, holdout }: { control: number; holdout: number } = SHARES): Journey =>
  Journey.parse({
    kind: 'journey',
    id: 'advice',
    goal: { event: 'Order Completed', within: '1h', value: 'total' },
    entry: { event: 'Product Added', reentry: { after: '9s' } },
    steps: [
      {
        kind: 'repeat',
        id: 'rounds',
        times: 2,
        steps: [
          {
            kind: 'choose',
            id: 'nudge',
            by: { model: 'nudges', control: `${control * 100}%`, holdout: `${holdout * 100}%`, budget: '200ms' },
            options: [
              {
                id: 'mail',
                offer: 'discount',
                cost: 1,
                steps: [{ kind: 'email', id: 'tip', template: 'cart', within: '90s', otherwise: [] }],
              },
              { id: 'text', steps: [{ kind: 'sms', id: 'ping', template: 'text', within: '90s', otherwise: [] }] },
              {
                id: 'warm',
                when: 'score("likely") >= 0.3',
                steps: [{ kind: 'email', id: 'treat', template: 'cart', within: '90s', otherwise: [] }],
              },
              {
                id: 'web',
                when: 'profile.timezone exists',
                steps: [{ kind: 'webhook', id: 'show', url: 'https://shop.example/show', within: '1m', otherwise: [] }],
              },
            ],
            fallback: [{ kind: 'email', id: 'plain', template: 'cart', within: '90s', otherwise: [] }],
          },
          { kind: 'wait', id: 'breath', for: '2s' },
        ],
      },
      { kind: 'email', id: 'digest', template: 'cart', timing: { best: { within: '80s', model: 'hours' } }, within: '90s', otherwise: [] },
    ],
  })

/** For those whom the score says to be hot, until it says that they are not. */
export const hunch = Journey.parse({
  kind: 'journey',
  id: 'hunch',
  goal: { event: 'Order Completed', within: '1h' },
  entry: { event: 'score.crossed:likely', where: 'event.direction == "up"', reentry: 'always' },
  exit: [{ event: 'score.crossed:likely', where: 'event.direction == "down"' }],
  steps: [
    { kind: 'update', id: 'mark', set: { hot: true } },
    { kind: 'wait', id: 'moment', for: '6s' },
    { kind: 'webhook', id: 'crm', url: 'https://crm.example/hot', within: '1m' },
  ],
})

/** For those in whom a pattern was found. */
export const routine = Journey.parse({
  kind: 'journey',
  id: 'routine',
  goal: { event: 'Order Completed', within: '1h' },
  entry: { event: 'pattern.found:habit', reentry: 'always' },
  steps: [{ kind: 'update', id: 'note', set: { habit: true } }],
})
