import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { bandsOf, curveChart, curveIn, densityOf, driftLines, figureOverTime, sentencesIn, spanOf, surenessOf } from './shapes.ts'

test('bands of each day fill the whole and touch one another; a day without decisions has none', () => {
  const day = fc.record({ day: fc.nat(), counts: fc.array(fc.nat(50), { minLength: 3, maxLength: 3 }) })
  fc.assert(
    fc.property(fc.array(day, { maxLength: 6 }), (days) => {
      const bands = bandsOf(days, 3)
      const drawn = days.filter(({ counts }) => counts.some((each) => each > 0))
      assert.ok(bands.every((band) => band.length === drawn.length))
      drawn.forEach((_, i) => {
        assert.equal(bands[0]![i]!.from, 0)
        assert.equal(bands[1]![i]!.from, bands[0]![i]!.to)
        assert.ok(Math.abs(bands[2]![i]!.to - 1) < 1e-12)
      })
    }),
  )
})

test('a belief is highest at its mean, and all beliefs lie in the span', () => {
  const beliefs = [
    { mean: 1, error: 0.5 },
    { mean: 4, error: 0.1 },
  ]
  const [low, high] = spanOf(beliefs)
  assert.ok(low <= 1 - 3 * 0.5 && high >= 4 + 0.3)
  const top = densityOf(beliefs[0]!, [low, high]).reduce((best, each) => (each.y > best.y ? each : best))
  assert.ok(Math.abs(top.x - 1) < (high - low) / 80)
})

test('words of sureness need 97.5 % for a winner, as an interval of 95 % does', () => {
  assert.deepEqual([0.99, 0.96, 0.5, 0.1, 0.01].map(surenessOf), ['surely', 'likely', 'open', 'unlikely', 'hardly'])
})

const snapshot = (serial: number, report: Record<string, unknown>, kind = 'snapshot') => ({ serial, kind, madeAt: serial * 1_000, report })

test('drift is read from snapshot to snapshot since the last reset, the score first, then what moved furthest', () => {
  const drift = (score: number, ...features: [string, number][]) => ({
    drift: {
      score: { name: 'score', psi: score, state: 'calm' },
      features: features.map(([name, psi]) => ({ name, psi, state: psi > 0.25 ? 'shifted' : 'calm' })),
    },
  })
  const all = [
    snapshot(1, drift(0.9, ['old', 0.9])),
    snapshot(2, {}, 'reset'),
    snapshot(3, drift(0.01, ['near', 0.02], ['far', 0.1])),
    snapshot(4, drift(0.02, ['near', 0.03], ['far', 0.4])),
  ]
  const lines = driftLines(all.toReversed(), 'The score')
  assert.deepEqual(
    lines.map(({ name, points }) => [name, points.map(({ psi }) => psi), points.at(-1)!.state]),
    [
      ['The score', [0.01, 0.02], 'calm'],
      ['far', [0.1, 0.4], 'shifted'],
      ['near', [0.02, 0.03], 'calm'],
    ],
  )
  assert.deepEqual(figureOverTime(all, ['drift', 'score', 'psi']), [
    { x: 3_000, y: 0.01 },
    { x: 4_000, y: 0.02 },
  ])
})

test('a calibration curve is read from the lowest on, beside the line of what was told; broken points and old reports have none', () => {
  const point = (told: number) => ({ told, observed: told + 0.1, low: told, high: told + 0.2, n: 10 })
  const points = curveIn({ curve: [point(0.6), point(0.2), { told: 'x' }, null] })
  assert.deepEqual(
    points.map(({ told }) => told),
    [0.2, 0.6],
  )
  const chart = curveChart(points, { title: 't', came: 'c', perfect: 'p', told: 'x' })
  assert.deepEqual(chart.series[1]!.points, [
    { x: 0.2, y: 0.2 },
    { x: 0.6, y: 0.6 },
  ])
  assert.deepEqual(curveIn({}), [])
})

test('sentences of a snapshot are found by whatever name, each once', () => {
  assert.deepEqual(sentencesIn({ says: 'One.', words: ['Two.', 'One.', 3] }), ['Two.', 'One.'])
  assert.deepEqual(sentencesIn(undefined), [])
})
