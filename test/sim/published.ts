import type { VersionedPolicy } from '#consent/policies/gatekeeper.ts'
import { Policy } from '#consent/policies/schema.ts'
import { ContactPolicy } from '#consent/policy.ts'
import { Topic } from '#consent/topics.ts'
import type { Experiments } from '#decisions/experiments/in-force.ts'
import { type Definitions, definitions } from '#journeys/definitions.ts'
import { Journey } from '#journeys/schema.ts'
import { milliseconds } from '#lib/duration.ts'
import type { JsonObject } from '#lib/json.ts'
import type { Dice } from './dice.ts'
import { advice, hunch, type Intelligence, routine } from './intelligence.ts'

export const WORKSPACE = 'w'
/** An event that no version of the engine can handle. */
export const POISON = 'Poison'
/** More versions of the cart journey than these are not published. */
export const MOST_VERSIONS = 12

/** Every other pair of versions calls its last step otherwise, so that an edit has to say where its people go. */
export const lastStep = (version: number): 'rest' | 'repose' => (Math.floor(version / 2) % 2 === 0 ? 'rest' : 'repose')

/** The cart journey: each version differs in its steps, so that runs of two versions stand side by side. */
const cart = (version: number): Journey =>
  Journey.parse({
    kind: 'journey',
    id: 'cart',
    goal: { event: 'Order Completed', within: '1h', value: 'total' },
    entry: { event: 'Product Added', key: 'properties.cart', reentry: { after: '20s' } },
    exit: [{ event: 'Order Completed', match: { 'properties.cart': 'entry.key' } }],
    holdout: '10%',
    steps: [
      { kind: 'wait', id: 'settle', for: version % 2 === 1 ? '15s' : '5s' },
      { kind: 'email', id: 'nudge', template: 'cart', within: '10m' },
      { kind: 'update', id: `seen-${version}`, set: { nudges: '=default(profile.nudges, 0) + 1' } },
      {
        kind: 'waitFor',
        id: 'opened',
        event: 'message.opened',
        of: 'nudge',
        upTo: '20s',
        otherwise: [
          { kind: 'email', id: 'again', template: 'cart', within: '5m', otherwise: [{ kind: 'exit', id: 'gone', reason: 'unreachable' }] },
        ],
      },
      {
        kind: 'split',
        id: 'arm',
        arms: [
          { id: 'calm', weight: 2, steps: [{ kind: 'wait', id: lastStep(version), for: '10s' }] },
          { id: 'tell', weight: 1, steps: [{ kind: 'webhook', id: 'crm', url: 'https://crm.example/hook', within: '5m' }] },
        ],
      },
    ],
  })

const welcome = Journey.parse({
  kind: 'journey',
  id: 'welcome',
  goal: { event: 'Product Added', within: '1h' },
  entry: { event: 'Signed Up', reentry: 'never' },
  steps: [
    { kind: 'email', id: 'hello', template: 'receipt', lane: 'transactional', within: '10m' },
    { kind: 'wait', id: 'day', for: '12s' },
    {
      kind: 'branch',
      id: 'buyer',
      branches: [{ id: 'yes', when: 'profile.nudges exists', steps: [{ kind: 'update', id: 'mark', set: { buyer: true } }] }],
      otherwise: [{ kind: 'email', id: 'invite', template: 'cart', within: '2m' }],
    },
  ],
})

const GOAL = { event: 'Order Completed', within: '1h' }

/** For those who come into a segment: the same message in each of two rounds, as far as the contact budget goes. */
const promo = Journey.parse({
  kind: 'journey',
  id: 'promo',
  goal: GOAL,
  entry: { segment: 'keen', on: 'entered', existing: 'skip', reentry: 'always' },
  steps: [
    {
      kind: 'repeat',
      id: 'twice',
      times: 2,
      steps: [
        { kind: 'email', id: 'offer', template: 'cart', within: '2m', onCap: { defer: '40s' }, otherwise: [] },
        { kind: 'wait', id: 'breath', for: '3s' },
      ],
    },
  ],
})

/** For a segment that is published later, with those who are in it by then: by e-mail, else by telephone. */
const loyalty = Journey.parse({
  kind: 'journey',
  id: 'loyalty',
  goal: GOAL,
  entry: { segment: 'loyal', on: 'entered', existing: 'enter', reentry: 'never' },
  steps: [
    { kind: 'wait', id: 'moment', for: '2s' },
    {
      kind: 'message',
      id: 'thanks',
      within: '2m',
      ways: [
        { email: { template: 'cart' } },
        { webhook: { url: 'https://sms.example/send', contact: { channel: 'sms', topic: 'offers' } } },
      ],
      otherwise: [],
    },
  ],
})

/** To everybody at a time of day. */
const daily = (time: string, zone: string): Journey =>
  Journey.parse({
    kind: 'journey',
    id: 'daily',
    goal: GOAL,
    entry: { schedule: { every: 'day', time, zone, fallbackZone: ZONES[0] }, audience: 'profile.email exists' },
    steps: [
      { kind: 'wait', id: 'breath', for: '1s' },
      { kind: 'email', id: 'news', template: 'cart', within: '2m', onCap: 'skip', otherwise: [] },
    ],
  })

/** On a date of the person's own: asks a service, and waits for the best of several answers. */
const renewal = (time: string): Journey =>
  Journey.parse({
    kind: 'journey',
    id: 'renewal',
    goal: GOAL,
    entry: { date: 'profile.renewal', time, zone: 'profile', fallbackZone: ZONES[0] },
    steps: [
      { kind: 'wait', id: 'breath', for: '1s' },
      { kind: 'call', id: 'ask', url: 'https://shop.example/offer', save: 'offer', timeout: '8s', otherwise: [] },
      {
        kind: 'branch',
        id: 'left',
        branches: [{ id: 'some', when: 'run.offer.left > 0', steps: [{ kind: 'update', id: 'note', set: { offered: true } }] }],
        otherwise: [],
      },
      {
        kind: 'waitFor',
        id: 'choice',
        mode: 'ranked',
        upTo: '6s',
        on: [
          { id: 'bought', event: 'Order Completed' },
          { id: 'looked', event: 'Page Viewed', steps: [{ kind: 'webhook', id: 'crm', url: 'https://crm.example/hook', within: '1m' }] },
        ],
      },
    ],
  })

/** By text message. */
const texts = Journey.parse({
  kind: 'journey',
  id: 'texts',
  goal: GOAL,
  entry: { event: 'Page Viewed', reentry: { after: '4s' } },
  steps: [
    { kind: 'wait', id: 'breath', for: '2s' },
    { kind: 'sms', id: 'text', template: 'text', within: '2m', otherwise: [] },
  ],
})

/** The first changes its clocks at the same moment as the second, where that is midnight; the others do not, or at another time. */
export const ZONES = ['Europe/Berlin', 'Atlantic/Azores', 'America/New_York', 'Asia/Kathmandu'] as const

/** What one world is about. */
export interface Scenery {
  /** When clocks in Europe are set (epoch ms). */
  readonly moment: number
  readonly policy: ContactPolicy | undefined
  readonly daily: { readonly time: string; readonly zone: string }
  readonly renewal: { readonly time: string; readonly date: string }
  /** What the topic of all marketing asks; undefined: there are no topics. */
  readonly topic: Topic | undefined
  /** Rules of law in force. */
  readonly law: readonly VersionedPolicy[]
  /** What learns; null: nothing does. */
  readonly intelligence: Intelligence | null
  /** Hold-outs and experiments. */
  readonly comparisons: Experiments
}

const SPRING = Date.UTC(2026, 2, 29, 1)
const AUTUMN = Date.UTC(2026, 9, 25, 1)
const MINUTE = 60_000

/** The time on the wall `by` ms after a moment. */
const clock = (moment: number, by: number, zone: string): string =>
  Temporal.Instant.fromEpochMilliseconds(moment + by)
    .toZonedDateTimeISO(zone)
    .toPlainTime()
    .toString({ smallestUnit: 'minute' })

export function drawScenery(dice: Dice, { intelligence, comparisons }: Pick<Scenery, 'intelligence' | 'comparisons'>): Scenery {
  const moment = dice.pick([SPRING, AUTUMN])
  const zone = dice.pick(ZONES)
  // Quiet hours that have begun when clocks are set back last until their end is shown, an hour later: longer than a world.
  const begins = dice.pick(moment === AUTUMN ? [0, 1] : [-1, 0, 1]) * MINUTE
  const from = clock(moment, begins, zone)
  // By the face of the clock, which may leave out some of it or show it twice.
  const to = Temporal.PlainTime.from(from)
    .add({ minutes: dice.between(1, 3) })
    .toString({ smallestUnit: 'minute' })
  const quiet = { from, to, spread: '0ms' }
  const burst = { id: 'burst', max: dice.between(1, 2), per: dice.pick(['15s', '40s']) }
  const day = { id: 'day', max: dice.between(2, 4), per: 'day', channel: 'email' }
  return {
    moment,
    policy: dice.chance(0.25)
      ? undefined
      : ContactPolicy.parse({
          kind: 'contact-policy',
          id: 'default',
          caps: [...(dice.chance(0.6) ? [burst] : []), ...(dice.chance(0.4) ? [day] : [])],
          quietHours: dice.chance(0.5) ? [quiet] : [],
        }),
    daily: { time: clock(moment, dice.between(0, 2) * MINUTE, ZONES[0]), zone: dice.chance(0.3) ? 'profile' : ZONES[0] },
    renewal: {
      time: clock(moment, dice.between(-1, 2) * MINUTE, dice.pick(ZONES)),
      date: new Date(moment).toISOString().slice(0, 10),
    },
    topic: dice.pick([undefined, OFFERS.free, OFFERS.asked, OFFERS.confirmed, OFFERS.confirmed]),
    law: dice.chance(0.5) ? [] : law(dice, { from, to }),
    intelligence,
    comparisons,
  }
}

const offers = (email: string, doubleOptIn: boolean): Topic => {
  const templates = doubleOptIn ? { doubleOptIn: { templates: { email: 'confirm' } } } : {}
  const topic = Topic.parse({
    kind: 'topic',
    id: 'offers',
    texts: { en: { name: 'Offers' } },
    channels: { email, sms: 'legitimate-interest' },
    default: email === 'consent' ? 'off' : 'on',
    ...templates,
  })
  // Days are too long for a world: 2^-10 of one is 84.375 s.
  return topic.doubleOptIn ? { ...topic, doubleOptIn: { ...topic.doubleOptIn, withinDays: 2 ** -10 } } : topic
}
/** E-mail goes until somebody objects, or after they have said yes, or after they have also confirmed it. */
const OFFERS = { free: offers('legitimate-interest', false), asked: offers('consent', false), confirmed: offers('consent', true) } as const

/** Hours that are closed for some minutes, and a limit. */
function law(dice: Dice, closed: { from: string; to: string }): VersionedPolicy[] {
  const windows =
    closed.from < closed.to
      ? [
          { from: '00:00', to: closed.from },
          { from: closed.to, to: '24:00' },
        ]
      : [closed].map(flip)
  const rules = [
    {
      kind: 'hours',
      windows: windows.filter(({ from, to }) => from !== to),
      unknown: { zones: ['UTC'], windows: windows.filter(({ from, to }) => from !== to) },
    },
    { kind: 'frequency', max: dice.between(1, 2), within: dice.pick(['15s', '40s']) },
  ]
  const chosen = dice.pick([[0], [1], [0, 1]])
  return chosen.map((i) => ({
    version: 1,
    policy: Policy.parse({
      kind: 'policy',
      id: rules[i]!.kind,
      name: rules[i]!.kind,
      rule: rules[i],
      applies: { channels: [i === 0 ? 'email' : dice.pick(['email', 'sms'])] },
      citation: 'A rule of this world',
      effective: { from: '2026-01-01' },
      owner: 'nobody',
    }),
  }))
}

const flip = ({ from, to }: { from: string; to: string }) => ({ from: to, to: from })

/** Something that a person did, as they told it. */
export interface Deed {
  readonly name: string
  /** Epoch ms. */
  readonly at: number
  readonly props: JsonObject
}

/** A segment's condition, and how to tell by going through everything that ever happened. */
export interface Condition {
  readonly when: string
  readonly holds: (past: readonly Deed[], now: number) => boolean
}

const within = (past: readonly Deed[], name: string, since: number): readonly Deed[] =>
  past.filter((deed) => deed.name === name && deed.at > since)
const total = (deeds: readonly Deed[]): number => deeds.reduce((sum, { props }) => sum + Number(props['total'] ?? 0), 0)

const keen = (span: string): Condition => ({
  when: `count("Product Added" within ${span}) >= 2`,
  holds: (past, now) => within(past, 'Product Added', now - milliseconds(span)!).length >= 2,
})
export const KEEN = [keen('40s'), keen('70s')] as const
export const RICH: Condition = {
  when: 'sum("Order Completed", total within 3m) > 60',
  holds: (past, now) => total(within(past, 'Order Completed', now - 180_000)) > 60,
}
/** Asks also whether somebody is keen, by whatever condition is in force. */
export const loyal = (asKeen: Condition): Condition => ({
  when: 'sum("Order Completed", total) > 50 or segment("keen")',
  holds: (past, now) => total(within(past, 'Order Completed', -Infinity)) > 50 || asKeen.holds(past, now),
})

/** A journey in one of its versions. */
export function journeyOf(id: string, version: number, scenery: Scenery): Journey {
  switch (id) {
    case 'cart':
      return cartOf(version)
    case 'welcome':
      return welcome
    case 'promo':
      return promo
    case 'loyalty':
      return loyalty
    case 'daily':
      return daily(scenery.daily.time, scenery.daily.zone)
    case 'texts':
      return texts
    case 'advice':
      return ADVICE
    case 'hunch':
      return hunch
    case 'routine':
      return routine
    case 'renewal':
      return renewal(scenery.renewal.time)
    default:
      throw new Error(`There is no journey ${id}`)
  }
}

const ADVICE = advice()
const carts: Journey[] = []
function cartOf(version: number): Journey {
  carts[version] ??= cart(version)
  return carts[version]
}

/** Everything that does not change from world to world, compiled once. */
export const LIBRARY: Definitions = definitions({
  workspace: WORKSPACE,
  revision: 0,
  consent: 'opt-out',
  journeys: [
    ...Array.from({ length: MOST_VERSIONS }, (_, i) => ({ journey: cartOf(i + 1), version: i + 1, live: false })),
    ...[welcome, promo, loyalty, texts, ADVICE, hunch, routine].map((journey) => ({ journey, version: 1, live: false })),
  ],
  templates: [],
  segments: [
    { id: 'keen', conditions: KEEN.map(({ when }) => when) },
    { id: 'rich', conditions: [RICH.when] },
    { id: 'loyal', conditions: [loyal(KEEN[0]).when] },
  ],
})
