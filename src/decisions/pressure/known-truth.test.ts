import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gamma, random } from '#lib/numeric/random.ts'
import { HALF_LIFE, pressureInForce } from '../../../test/fixtures/pressure.ts'
import { modelsOf } from '../snapshot.ts'
import { fitPressure, type PressedMessage } from './fit.ts'
import { pace } from './pace.ts'
import { hearPressure, QUARTER, wantedOnce } from './state.ts'

const WEEK = 604_800_000
const TRUE = { d: 0.12, k: 0.3, base: 0.15, hazard: 0.004 }
const START = 230 * QUARTER
const models = modelsOf([{ ...pressureInForce(0, { explore: '100%', control: '0%', caps: [2, 4, 8] }), snapshot: null }])

/**
 * People of whom more or less is wanted, and who like it the more the more is wanted, through the very code that draws, counts and remembers:
 * a quarter to be known, and one to be learned from. Returns what the gatherer would find.
 */
function lived(seed: string, people: number): PressedMessage[] {
  const messages: PressedMessage[] = []
  for (let i = 0; i < people; i++) {
    const r = random(`${seed} ${i}`)
    const eager = gamma(r, 3) * 2
    const liking = TRUE.base * Math.exp(0.08 * (eager - 6))
    const wait = (): number => (-Math.log(1 - r.uniform()) / eager) * WEEK
    let kept: ReturnType<typeof hearPressure>
    let sends: number[] = []
    for (let now = START - QUARTER + wait(); now < START + QUARTER; now += wait()) {
      sends = sends.filter((at) => at > now - WEEK)
      const asked = {
        id: `${now}`,
        key: `${seed} ${i}`,
        now: Math.floor(now),
        kept,
        onItsWay: 0,
        price: 0,
        used: sends.length,
        freeAt: () => null,
      }
      const { reason, record } = pace(models, asked)!
      kept = wantedOnce(kept, asked.now)
      if (reason !== '') continue
      const { pressure, wanted, cap } = record.features as Record<'pressure' | 'wanted' | 'cap', number>
      const responded = r.uniform() < Math.min(0.95, liking * Math.exp(-TRUE.d * pressure))
      const left = r.uniform() < -Math.expm1(-TRUE.hazard * Math.exp(TRUE.k * pressure))
      const isKnown = now >= START
      if (isKnown && wanted > 0) messages.push({ person: `${i}`, cap, pressure, wanted, responded, left })
      // Whoever leaves before that is not there to be learned from.
      if (left) break
      sends.push(now)
      kept = hearPressure(kept, sent(asked.now), models)
    }
  }
  return messages
}

const sent = (at: number) =>
  ({ type: 'system', name: 'message.sent', at, received: at, props: { contact: { channel: 'email', lane: 'marketing' } } }) as never

test('drawn, counted and remembered as it is in service, the curves come back, within their intervals', () => {
  assert.equal(HALF_LIFE, 72 * 3_600_000)
  const told: string[] = []
  let inside = 0
  for (let seed = 0; seed < 10; seed++) {
    const fit = fitPressure(lived(`lived ${seed}`, 900))
    assert.ok(!('unidentified' in fit), JSON.stringify(fit))
    const { d, k } = fit
    const covers = ({ value, error }: typeof d, truth: number): boolean => Math.abs(value - truth) < 2.3 * error
    if (covers(d, TRUE.d) && covers(k, TRUE.k)) inside++
    told.push([d.value, d.error, k.value, k.error].map((each) => each.toFixed(3)).join(' '))
  }
  assert.ok(inside >= 9, `${inside} of 10:\n${told.join('\n')}`)
})
