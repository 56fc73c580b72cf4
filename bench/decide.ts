import { type ChoiceBody, emptyBody } from '#decisions/choice/body.ts'
import { decide, NANOSECONDS_PER_OPERATION, operations, type Question, ruleOf } from '#decisions/choice/decide.ts'
import { type Example, learned } from '#decisions/choice/learn.ts'
import type { ChoiceRule } from '#decisions/record.ts'
import { Model, type ModelOf } from '#decisions/schema.ts'
import type { ModelInForce } from '#decisions/snapshot.ts'
import type { EventRecord } from '#events/schema.ts'
import { type Definitions, definitions } from '#journeys/definitions.ts'
import { react } from '#journeys/react.ts'
import { Journey } from '#journeys/schema.ts'
import { random } from '#lib/numeric/random.ts'

/** Engine time of an event that leads to a choice, in milliseconds. */
const TARGET_P99 = 50
const START = Date.UTC(2026, 2, 2, 10)
const say = (line: string): void => void process.stderr.write(`${line}\n`)
const round = (value: number, digits = 1): number => Math.round(value * 10 ** digits) / 10 ** digits

const model = (policy: ChoiceRule['policy']): ModelOf<'choice'> =>
  Model.parse({ kind: 'model', id: 'cart', type: 'choice', policy }) as ModelOf<'choice'>

/** Options are told by their number; channels and offers recur. */
const armsOf = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    arm: `arm-${i}`,
    about: { channel: ['email', 'sms', 'push'][i % 3]!, offer: `offer-${i % 4}` },
  }))

const featuresOf = (person: number, count: number): Record<string, number> => {
  const r = random(`person-${person}`)
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`feature.${i}`, 20 * r.uniform()]))
}

/** A model that has learned of 1,000 decisions. */
function taught(policy: ChoiceRule['policy'], arms: number, features: number): ChoiceBody {
  const candidates = armsOf(arms).map((each) => ({ ...each, price: 0 }))
  const examples = Array.from({ length: 1_000 }, (_, i): Example => {
    const r = random(`example-${i}`)
    const chosen = candidates[Math.floor(r.uniform() * arms)]!.arm
    const outcome = { converted: r.uniform() < 0.1, value: 50, cost: 0.01, unsubscribed: false, complained: false }
    const features_ = featuresOf(i, features)
    return {
      id: `d${i}`,
      at: START + i * 60_000,
      group: 'treated',
      chosen,
      propensity: 1 / arms,
      candidates,
      features: features_,
      ...outcome,
    }
  })
  return learned(emptyBody(0), examples, { rule: ruleOf(model(policy)), halfLife: 30 * 86_400_000 })
}

const inForce = (policy: ChoiceRule['policy'], body: ChoiceBody): ModelInForce<'choice'> => ({
  model: model(policy),
  version: 1,
  snapshot: { serial: 1, trainedTo: START, examples: 1_000, body, report: {} },
})

/** Nanoseconds of one multiplication and addition of this machine, on numbers that lie in its caches. */
function bareOperation(): number {
  const a = new Float64Array(512).map((_, i) => i / 512)
  const b = new Float64Array(512).map((_, i) => 1 - i / 512)
  let sum = 0
  let best = Number.POSITIVE_INFINITY
  for (let turn = 0; turn < 20; turn++) {
    const began = performance.now()
    for (let n = 0; n < 2_000; n++) for (let i = 0; i < 512; i++) sum += a[i]! * b[i]!
    best = Math.min(best, ((performance.now() - began) * 1e6) / (2_000 * 512))
  }
  if (sum < 0) throw new Error('these numbers are positive')
  return best
}

interface Case {
  readonly policy: ChoiceRule['policy']
  readonly arms: number
  readonly features: number
}

/** Microseconds of one decision: the best of five turns. */
function microsOf({ policy, arms, features }: Case): number {
  const model = inForce(policy, taught(policy, arms, features))
  const offered = armsOf(arms).map((each) => ({ ...each, excluded: '' }))
  const questions = Array.from(
    { length: 200 },
    (_, i): Question => ({
      id: `run-${i}:nudge`,
      group: 'treated',
      offered,
      features: featuresOf(i, features),
      model: 'cart',
      inForce: model,
      now: START + 86_400_000,
      budget: 10_000,
      prices: {},
    }),
  )
  const rounds = policy === 'thompson' ? 1 : 20
  let best = Number.POSITIVE_INFINITY
  for (let turn = 0; turn < 5; turn++) {
    const began = performance.now()
    for (let n = 0; n < rounds; n++) for (const question of questions) decide(question)
    best = Math.min(best, ((performance.now() - began) * 1_000) / (rounds * questions.length))
  }
  return best
}

const journey = (chooses: boolean): Journey =>
  Journey.parse({
    kind: 'journey',
    id: 'cart',
    goal: { event: 'Order Completed', within: '3d', value: 'total' },
    entry: { event: 'Cart Abandoned' },
    steps: chooses
      ? [
          {
            kind: 'choose',
            id: 'nudge',
            by: { model: 'cart', control: '0%', holdout: '0%' },
            options: armsOf(3).map(({ arm }) => ({ id: arm, steps: [{ kind: 'email', id: `mail-${arm}`, template: 'mail' }] })),
            fallback: [],
          },
        ]
      : [{ kind: 'email', id: 'mail', template: 'mail' }],
  })

const defined = (chooses: boolean): Definitions =>
  definitions({
    workspace: 'w',
    revision: 1,
    consent: 'opt-out',
    journeys: [{ journey: journey(chooses), version: 1, live: true }],
    templates: [{ id: 'mail', version: 1 }],
    models: [inForce('squarecb', taught('squarecb', 3, 100)) as unknown as ModelInForce],
  })

/** Engine time (ms, sorted) of the event that begins the run, with all that follows from it. */
function engineTimes(chooses: boolean): number[] {
  const known = defined(chooses)
  const context = (now: number) => ({ definitions: known, now, position: { partition: 0, seq: 1 } })
  const event = (person: number, name: string, { type = 'track', props = {} }: Partial<EventRecord> = {}): EventRecord => {
    const at = START + person
    return { kind: 'event', ws: 'w', key: `p_${person}`, id: `${person}-${name}`, type, name, at, received: at, props, ids: [] }
  }
  return Array.from({ length: 4_000 }, (_, i) => {
    const identified = react(
      null,
      event(i, 'identify', { type: 'identify', props: { email: `p${i}@shop.example` } }),
      context(START + i),
    ).state
    const viewed = react(identified, event(i, 'Product Viewed', { props: { price: 30 } }), context(START + i)).state
    const began = performance.now()
    const { effects } = react(viewed, event(i, 'Cart Abandoned', { props: { value: 42.5 } }), context(START + i))
    const took = performance.now() - began
    if (effects.length !== 1) throw new Error('the event leads to one message')
    return took
  })
    .slice(1_000)
    .sort((a, b) => a - b)
}

const at = (sorted: readonly number[], share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!

/** What choices cost on one core, beside the multiplications that they take; fails when the engine's p99 with a choice is above its target. */
export function decisions(): object {
  const bare = bareOperation()
  say(`one multiplication and addition: ${round(bare, 2)} ns; the time budget reckons ${NANOSECONDS_PER_OPERATION} ns`)
  const cases: Case[] = [
    ...[2, 5, 20].flatMap((arms) => [20, 100, 500].map((features) => ({ policy: 'squarecb' as const, arms, features }))),
    { policy: 'linucb', arms: 5, features: 100 },
    { policy: 'best-arm', arms: 5, features: 100 },
    { policy: 'thompson', arms: 5, features: 100 },
  ]
  const found = cases.map((each) => {
    const micros = microsOf(each)
    const count = operations(each.policy, each.arms, each.features)
    const nanos = (micros * 1_000) / count
    say(
      `${each.policy} ${each.arms} arms ${each.features} features: ${round(micros)} µs, ${round(1e6 / micros, 0)}/s, ${round(nanos)} ns an operation, ${round(nanos / bare)} × bare`,
    )
    return {
      ...each,
      micros: round(micros),
      perSecond: round(1e6 / micros, 0),
      nanosPerOperation: round(nanos, 2),
      timesBare: round(nanos / bare),
    }
  })
  const [plain, chosen] = [engineTimes(false), engineTimes(true)]
  const engine = {
    p50: round(at(chosen, 0.5), 3),
    p99: round(at(chosen, 0.99), 3),
    max: round(chosen.at(-1)!, 3),
    withoutChoiceP50: round(at(plain, 0.5), 3),
    withoutChoiceP99: round(at(plain, 0.99), 3),
  }
  say(`an event that leads to a choice: p50 ${engine.p50} ms, p99 ${engine.p99} ms (straight to a mail: p99 ${engine.withoutChoiceP99} ms)`)
  if (engine.p99 > TARGET_P99) process.exitCode = 1
  return { bench: 'decide', bareNanos: round(bare, 2), decisions: found, engine, limits: { engineP99: TARGET_P99 } }
}
