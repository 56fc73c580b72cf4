import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { gamma, normal, type Random, random } from '#lib/numeric/random.ts'
import { bestCap, fitPressure, type PressedMessage, type PressureFit, weighed } from './fit.ts'
import { type Pressure, pressed, pressureAt, steadyPressure, together } from './pressure.ts'

const HALF_LIFE = 72 * 3_600_000
const HOUR = 3_600_000

test('pressure is the sum over messages of halves by half-lives, in whatever order they are heard of', () => {
  const time = fc.integer({ min: 0, max: 1_000 }).map((hours) => hours * HOUR)
  fc.assert(
    fc.property(fc.array(time, { minLength: 1, maxLength: 30 }), fc.array(time, { maxLength: 10 }), (ours, theirs) => {
      const heard = (times: readonly number[]) => times.reduce<Pressure | undefined>((all, at) => pressed(all, at, HALF_LIFE), undefined)
      const now = 1_200 * HOUR
      const exact = [...ours, ...theirs].reduce((sum, at) => sum + 2 ** (-(now - at) / HALF_LIFE), 0)
      const both = pressureAt(together(heard(ours), heard(theirs), HALF_LIFE), now, HALF_LIFE)
      assert.ok(Math.abs(both - exact) < 1e-9 * (1 + exact))
    }),
  )
})

test('evenly coming messages settle at the steady pressure', () => {
  let pressure: Pressure | undefined
  for (let i = 0; i <= 400; i++) pressure = pressed(pressure, (i * 168 * HOUR) / 4, HALF_LIFE)
  assert.ok(Math.abs(pressure!.value - 1 - steadyPressure(4, HALF_LIFE)) < 1e-9)
})

const TRUE = { d: 0.12, k: 0.3, base: 0.12, hazard: 0.004 }

/** A quarter of people who want messages more or less, with weekly caps by lot; who wants more also responds more. */
function played(seed: string, { people, lot }: { people: number; lot: boolean }): PressedMessage[] {
  const messages: PressedMessage[] = []
  for (let i = 0; i < people; i++) {
    const r = random(`${seed} ${i}`)
    const eager = gamma(r, 3) * 2
    const drawn = [2, 4, 8][Math.floor(r.uniform() * 3)]!
    const cap = lot ? drawn : 7
    const liking = TRUE.base * Math.exp(0.1 * (eager - 6)) * Math.exp(0.2 * normal(r) - 0.02)
    const wanted = poisson(r, 8 * eager) / 8
    let pressure: Pressure | undefined
    const sends: number[] = []
    for (let at = -Math.log(1 - r.uniform()) / eager; at < 12; at += -Math.log(1 - r.uniform()) / eager) {
      if (sends.filter((each) => each > at - 1).length >= cap) continue
      const now = at * 168 * HOUR
      const before = pressureAt(pressure, now, HALF_LIFE)
      const responded = r.uniform() < Math.min(0.95, liking * Math.exp(-TRUE.d * before))
      const left = r.uniform() < 1 - Math.exp(-TRUE.hazard * Math.exp(TRUE.k * before))
      messages.push({ person: `${i}`, cap, pressure: before, wanted, responded, left })
      if (left) break
      sends.push(at)
      pressure = pressed(pressure, now, HALF_LIFE)
    }
  }
  return messages
}

/** By waiting times: events in one unit of time. */
function poisson(r: Random, mean: number): number {
  let count = 0
  const wait = (): number => -Math.log(1 - r.uniform())
  for (let at = wait(); at < mean; at += wait()) count++
  return count
}

const isFit = (fit: ReturnType<typeof fitPressure>): fit is PressureFit => !('unidentified' in fit)

test('randomised caps give back how tiredness and leaving move with pressure, within their intervals', () => {
  let inside = 0
  for (let seed = 0; seed < 20; seed++) {
    const fit = fitPressure(played(`truth ${seed}`, { people: 800, lot: true }))
    assert.ok(isFit(fit))
    const covers = ({ value, error }: { value: number; error: number }, truth: number): boolean => Math.abs(value - truth) < 2.3 * error
    if (covers(fit.d, TRUE.d) && covers(fit.k, TRUE.k)) inside++
  }
  assert.ok(inside >= 18, `${inside} of 20`)
})

test('without the lot, and with too little, nothing is said', () => {
  assert.deepEqual(fitPressure(played('no lot', { people: 200, lot: false })), { unidentified: 'caps_not_randomised', have: 1, need: 2 })
  const few = fitPressure(played('few', { people: 10, lot: true }))
  assert.ok(!isFit(few) && few.unidentified === 'too_few_messages')
})

test('one more message goes as long as it brings more than the people who leave because of it', () => {
  const fit = fitPressure(played('weighing', { people: 2_000, lot: true }))
  assert.ok(isFit(fit))
  const stakes = { margin: 5, lifetimeValue: 60 }
  assert.ok(weighed(fit, stakes, { pressure: 0, wanted: 3, price: 0 }).sends)
  assert.ok(!weighed(fit, stakes, { pressure: 12, wanted: 3, price: 0 }).sends)
  assert.ok(!weighed(fit, stakes, { pressure: 0, wanted: 3, price: 10 }).sends)
  const { cap, low, high } = bestCap(fit, stakes, { halfLife: HALF_LIFE, wanted: 3 })
  assert.ok(low <= cap && cap <= high && cap >= 2 && cap < 21, `${low} ${cap} ${high}`)
})
