import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Experiment, Holdout } from '#decisions/experiments/schema.ts'
import { Journey } from '#journeys/schema.ts'
import { random } from '#lib/numeric/random.ts'
import { checkMetric, goalMetric } from '../metrics/check.ts'
import { BUILT_IN, Metric } from '../metrics/schema.ts'
import { cutOf } from './cut.ts'
import { crossedGuards, tamed } from './guardrails.ts'
import { holdoutLine } from './holdouts.ts'
import { metricsOf } from './metrics.ts'
import { type DaySums, type Measured, reportOf } from './report.ts'
import { type Described, describe, guardedSources, keyOf, type Library, readKey, type Source, sourcesOf } from './sources.ts'
import { byDay, type ExposureCount, sharesByDesign } from './sums.ts'

const DAY = 86_400_000
const START = Date.parse('2026-03-01T00:00:00Z')

const JOURNEY = Journey.parse({
  kind: 'journey',
  id: 'winback',
  name: 'Win back',
  goal: { event: 'Order Completed', within: '7d', value: 'total' },
  guardrails: [{ metric: 'refunds', tolerate: 0.01 }],
  entry: { event: 'Lapsed' },
  holdout: '10%',
  steps: [
    {
      kind: 'choose',
      id: 'nudge',
      by: { model: 'cart', control: '20%', holdout: '10%' },
      options: [
        { id: 'mail', steps: [{ kind: 'email', id: 'm', template: 't' }] },
        { id: 'none', steps: [] },
      ],
      fallback: [],
    },
    {
      kind: 'split',
      id: 'colour',
      arms: [
        { id: 'blue', weight: 1, steps: [{ kind: 'email', id: 'b', template: 't' }] },
        { id: 'nothing', weight: 1, steps: [] },
      ],
    },
  ],
})
const REFUNDS = Metric.parse({ kind: 'metric', id: 'refunds', event: 'Order Refunded', better: 'less' })
const EXPERIMENT = Experiment.parse({
  kind: 'experiment',
  id: 'trial',
  hypothesis: 'It helps',
  on: 'journeys',
  journeys: ['winback'],
  primary: 'goal:winback',
  guardrails: ['refunds'],
  arms: [
    { id: 'out', share: '50%', control: true, enters: [] },
    { id: 'in', share: '50%', enters: ['winback'] },
  ],
})
const HOLDOUT = Holdout.parse({ kind: 'holdout', id: 'all' })
const documents: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  journey: { winback: JOURNEY },
  metric: { refunds: REFUNDS },
  experiment: { trial: EXPERIMENT },
  holdout: { all: HOLDOUT },
}
const LIBRARY: Library = { get: (kind, id) => documents[kind]?.[id], ids: (kind) => Object.keys(documents[kind] ?? {}) }
const found = (source: Source): Described => describe(source, LIBRARY)!

test('a name of an experiment says which one it is, and nothing else does', () => {
  const slug = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,20}$/)
  const source = fc.oneof<fc.Arbitrary<Source>[]>(
    fc.record({ kind: fc.constant('journey' as const), journey: slug }),
    fc.record({ kind: fc.constant('journey' as const), journey: slug, version: fc.integer({ min: 1, max: 9_999 }) }),
    fc.record({ kind: fc.constantFrom('split' as const, 'choose' as const, 'send-time' as const), journey: slug, step: slug }),
    fc.record({ kind: fc.constant('slot' as const), template: slug, slot: slug }),
    fc.record({ kind: fc.constant('experiment' as const), id: slug }),
    fc.record({ kind: fc.constant('holdout' as const), id: slug, period: fc.constantFrom('', '2026q1', '2026-04') }),
  )
  fc.assert(fc.property(source, (each) => assert.deepEqual(readKey(keyOf(each)), { ...each })))
  for (const wrong of ['', 'journey', 'journey:', 'choose:a', 'choose:a:', 'slot:a:b:c', 'journey:a:0', 'thing:a:b'])
    assert.equal(readKey(wrong), null)
})

test('all that draws is found: hold-outs first, then experiments, journeys, choices and splits, each with what it is held against', () => {
  const all = sourcesOf(LIBRARY, () => ['2026q1'])
  assert.deepEqual(
    all.map(({ key }) => key),
    ['holdout:all:2026q1', 'experiment:trial', 'journey:winback', 'choose:winback:nudge', 'split:winback:colour'],
  )
  const controls = all.map(({ arms }) => arms.filter(({ control }) => control).map(({ id }) => id))
  assert.deepEqual(controls, [['held_out'], ['out'], ['held_out'], ['control'], ['nothing']])
  const shares = found({ kind: 'choose', journey: 'winback', step: 'nudge' }).shares!
  assert.ok(Math.abs(Object.values(shares).reduce((sum, share) => sum + share, 0) - 1) < 1e-12)
  assert.equal(describe({ kind: 'journey', journey: 'gone' }, LIBRARY), undefined)
  assert.deepEqual(
    guardedSources(LIBRARY).map(({ key }) => key),
    ['journey:winback', 'experiment:trial'],
  )
})

test('a journey is read by its goal, what that was worth, and its guardrails; a hold-out by what marketing is for, in 30 days', () => {
  const roles = (source: Source) => metricsOf(found(source), LIBRARY).map(({ metric, role }) => `${role} ${metric.id} ${metric.within}`)
  assert.deepEqual(roles({ kind: 'journey', journey: 'winback' }), [
    'primary goal:winback 7d',
    'secondary goal:winback-value 7d',
    'guardrail refunds 7d',
    'guardrail unsubscribes 7d',
    'guardrail complaints 7d',
    'guardrail bounces 7d',
  ])
  assert.deepEqual(roles({ kind: 'holdout', id: 'all', period: '' }).slice(0, 3), [
    'primary goal:winback 30d',
    'secondary goal:winback-value 30d',
    'guardrail unsubscribes 30d',
  ])
})

test('what is always there can be read, and nobody may take its name', () => {
  for (const metric of BUILT_IN.values()) assert.deepEqual(checkMetric({ ...metric, id: 'mine' }), [])
  assert.deepEqual(
    checkMetric(BUILT_IN.get('clicks')!).map(({ code }) => code),
    ['metric.built_in'],
  )
  assert.equal(checkMetric({ ...REFUNDS, where: 'profile.vip' })[0]?.at, '/where')
  assert.equal(checkMetric({ ...REFUNDS, within: '2s' })[0]?.code, 'metric.within')
  assert.equal(
    goalMetric({ id: 'x', goal: { event: 'Paid', within: '1d', where: 'event.properties.cart == entry.properties.cart' } }),
    null,
  )
})

/** People of an arm, one a minute, each of whom did it with a chance; each day's sums. */
function people(arm: string, { n, rate, seed }: { n: number; rate: number; seed: string }): DaySums[] {
  const r = random(seed)
  const days = new Map<number, DaySums>()
  for (let i = 0; i < n; i++) {
    const day = START + Math.floor((i * 20) / n) * DAY
    const [p, did] = [r.uniform() < 0.3 ? 1 : 0, r.uniform() < rate ? 1 : 0]
    const before = days.get(day) ?? { arm, day, n: 0, converted: 0, y: 0, yy: 0, p: 0, pp: 0, yp: 0, b: 0, bb: 0, yb: 0, bp: 0 }
    const { n: m, converted, y, yy, p: q, pp, yp } = before
    days.set(day, { ...before, n: m + 1, converted: converted + did, y: y + did, yy: yy + did, p: q + p, pp: pp + p, yp: yp + did * p })
  }
  return [...days.values()]
}
const exposed = (arm: string, people: number, more: Partial<ExposureCount> = {}): ExposureCount => ({
  arm,
  version: 1,
  share: 0,
  people,
  crossed: 0,
  first: START,
  last: START + 20 * DAY,
  ...more,
})

function read(
  source: Source,
  arms: Readonly<Record<string, { n: number; rate: number }>>,
  more: Partial<Parameters<typeof reportOf>[0]> = {},
) {
  const described = found(source)
  const rows = Object.entries(arms).flatMap(([arm, of]) => people(arm, { ...of, seed: arm }))
  const measured: Measured[] = metricsOf(described, LIBRARY)
    .filter(({ role }) => role === 'primary')
    .map((each) => ({ ...each, rows }))
  const counts = Object.entries(arms).map(([arm, { n }]) => exposed(arm, n))
  return reportOf({
    described,
    counts,
    measured,
    designed: () => described.shares,
    prior: null,
    currency: 'EUR',
    asOf: START + 40 * DAY,
    ...more,
  })
}

test('a choice opens with the model against the fallback, and then tells both against people who got nothing', () => {
  const report = read(
    { kind: 'choose', journey: 'winback', step: 'nudge' },
    { model: { n: 7_200, rate: 0.2 }, control: { n: 1_800, rate: 0.12 }, held_out: { n: 1_000, rate: 0.1 } },
  )
  assert.deepEqual(
    report.readouts.map(({ against }) => against),
    ['control', 'held_out'],
  )
  assert.equal(report.readouts[0]!.readout.blocked, null)
  assert.match(report.sentence, /^People for whom the model chose reached the goal \d.* more often .*valid however often you look/)
  assert.deepEqual(
    report.readouts[1]!.readout.comparisons.map(({ treated, control }) => [treated.arm, control.arm]),
    [
      ['model', 'held_out'],
      ['control', 'held_out'],
    ],
  )
  // Each day's interval holds the truth, and the last says what the read-out says.
  const series = report.series.find(({ arm }) => arm === 'model')!
  assert.equal(series.points.length, 20)
  assert.ok(series.points.filter(({ low }) => low !== null).every(({ low, high }) => low! < 0.08 && 0.08 < high!))
  const shown = report.readouts[0]!.readout.comparisons[0]!.absolute!
  assert.ok(Math.abs(series.points.at(-1)!.low! - shown.always!.low) < 1e-12)
})

test('people who are not split as designed block all figures; people of two arms, and those whose time is not over, are counted aside', () => {
  const uneven = read({ kind: 'journey', journey: 'winback' }, { treated: { n: 5_000, rate: 0.1 }, held_out: { n: 900, rate: 0.1 } })
  assert.equal(uneven.readouts[0]!.readout.blocked?.code, 'sample_ratio')
  assert.deepEqual(uneven.series, [])
  const counts = [exposed('treated', 930, { crossed: 5 }), exposed('held_out', 105, { crossed: 1 })]
  const late = read(
    { kind: 'journey', journey: 'winback' },
    { treated: { n: 900, rate: 0.1 }, held_out: { n: 100, rate: 0.1 } },
    { counts },
  )
  assert.deepEqual(
    late.excluded.map(({ code, people: n }) => [code, n]),
    [
      ['crossed', 6],
      ['window_open', 29],
    ],
  )
  const fresh = read({ kind: 'journey', journey: 'winback' }, {}, { counts })
  assert.equal(fresh.sentence, 'Nothing can be said yet: of nobody who was drawn is the time over in which it counts what they do.')
  const alone = read({ kind: 'journey', journey: 'winback' }, { treated: { n: 900, rate: 0.1 } })
  assert.equal(alone.readouts[0]!.readout.blocked?.code, 'no_control')
})

test('each version counts by its own design', () => {
  const counts = [
    exposed('a', 900, { version: 1 }),
    exposed('b', 100, { version: 1 }),
    exposed('a', 500, { version: 2 }),
    exposed('b', 500, { version: 2 }),
  ]
  const shares = sharesByDesign(counts, (version) => (version === 1 ? { a: 0.9, b: 0.1 } : { a: 0.5, b: 0.5 }))!
  assert.ok(Math.abs(shares['a']! - 0.7) < 1e-12 && Math.abs(shares['b']! - 0.3) < 1e-12)
  assert.equal(sharesByDesign(counts, null), null, 'nobody says what the design was')
  assert.equal(
    sharesByDesign([], () => ({ a: 1 })),
    null,
  )
})

test('days add up to the whole, in their order', () => {
  const rows = people('a', { n: 500, rate: 0.4, seed: 'days' })
  const days = byDay(rows.toReversed())
  assert.deepEqual(
    days.map(({ day }) => day),
    rows.map(({ day }) => day).sort((x, y) => x - y),
  )
  assert.equal(days.at(-1)!.rows[0]!.n, 500)
})

const guards = (source: Source, arms: Readonly<Record<string, { n: number; rate: number }>>) => {
  const described = found(source)
  const rows = Object.entries(arms).flatMap(([arm, of]) => people(arm, { ...of, seed: `guard ${arm}` }))
  const measured = metricsOf(described, LIBRARY)
    .filter(({ guard }) => guard && !guard.standing)
    .map((each): Measured => ({ ...each, rows }))
  return crossedGuards({ described, measured, currency: 'EUR' })
}

test('a guardrail is crossed by more than is tolerated only', () => {
  const at = (rate: number) =>
    guards({ kind: 'journey', journey: 'winback' }, { treated: { n: 20_000, rate }, held_out: { n: 20_000, rate: 0.05 } })
  assert.deepEqual(at(0.05), [])
  assert.deepEqual(at(0.057), [], 'worse, and tolerated')
  const [crossed] = at(0.1)
  assert.deepEqual([crossed?.arm, crossed?.metric], ['treated', 'refunds'])
  assert.match(crossed!.sentence, /worse than in control by at least \d\.\d+ percentage points, and 1\.0+ percentage points were tolerated/)
})

test('without anybody held out a guardrail holds by what it may be at most', () => {
  const described = { key: 'journey:x', arms: [{ id: 'treated', name: 'In the journey', control: false }], alpha: 0.05 }
  const guard = { metric: 'refunds', tolerate: 0, atMost: 0.02, stop: true }
  const ask = (rate: number, n: number) =>
    crossedGuards({
      described,
      currency: 'EUR',
      measured: [{ metric: REFUNDS, role: 'guardrail', guard, rows: people('treated', { n, rate, seed: 'most' }) }],
    })
  assert.deepEqual(ask(0.015, 5_000), [])
  assert.equal(ask(0.06, 2_000).length, 1)
  assert.equal(ask(1, 12).length, 1, 'also among few, where it is plain')
})

test('looking at a guardrail every day stops nearly nobody who does no harm', () => {
  let stopped = 0
  for (let trial = 0; trial < 200; trial++) {
    const arms = [
      people('treated', { n: 2_000, rate: 0.05, seed: `t${trial}` }),
      people('held_out', { n: 2_000, rate: 0.05, seed: `c${trial}` }),
    ]
    const [metric] = metricsOf(found({ kind: 'journey', journey: 'winback' }), LIBRARY).filter(({ guard }) => guard && !guard.standing)
    const crossed = [5, 10, 15, 20].some((days) => {
      const rows = arms.flat().filter(({ day }) => day < START + days * DAY)
      const measured = [{ ...metric!, guard: { ...metric!.guard!, tolerate: 0 }, rows }]
      return crossedGuards({ described: found({ kind: 'journey', journey: 'winback' }), measured, currency: 'EUR' }).length > 0
    })
    if (crossed) stopped++
  }
  assert.ok(stopped <= 10, `${stopped} of 200 were stopped for nothing`)
})

test('an arm that is stopped gets what control gets, and keeps its people', () => {
  const body = { kind: 'experiment', arms: EXPERIMENT.on === 'journeys' ? EXPERIMENT.arms : [] }
  const after = tamed(body, 'in') as unknown as { arms: { id: string; share: string; enters: string[] }[] }
  assert.deepEqual(
    after.arms.map(({ id, share, enters }) => [id, share, enters]),
    [
      ['out', '50%', []],
      ['in', '50%', []],
    ],
  )
  assert.deepEqual(tamed(after as never, 'in'), after)
})

test('parts of the people are corrected for being many', () => {
  const described = found({ kind: 'journey', journey: 'winback' })
  const [{ metric }] = metricsOf(described, LIBRARY) as [Measured]
  const part = (cut: string, rate: number) =>
    [...people('treated', { n: 3_000, rate, seed: `${cut}t` }), ...people('held_out', { n: 3_000, rate: 0.1, seed: `${cut}h` })].map(
      (row) => ({ ...row, cut }),
    )
  const rows = [...part('DE', 0.2), ...Array.from({ length: 19 }, (_, i) => part(`c${i}`, 0.1)).flat()]
  const { lines, level } = cutOf({ described, metric, rows, cut: { by: 'attribute' }, currency: 'EUR', asOf: START })
  assert.equal(lines.length, 13, 'twelve parts by name, and the others')
  assert.equal(
    lines.reduce((sum, { people: n }) => sum + n, 0),
    20 * 6_000,
  )
  const shown = lines.filter(({ p }) => p !== null && p <= 1 - level)
  assert.ok(shown.every(({ value }) => value === 'DE'))
})

test('a hold-out says what marketing brought and what knowing it cost, and nothing before that is shown', () => {
  const report = read(
    { kind: 'holdout', id: 'all', period: '2026q1' },
    { treated: { n: 19_400, rate: 0.15 }, held_out: { n: 600, rate: 0.1 } },
  )
  const line = holdoutLine({ holdout: HOLDOUT, period: '2026q1', report, currency: 'EUR' })
  const [value] = line.value!
  assert.ok(Math.abs(value!.programme.estimate - value!.perPerson.estimate * 19_400) < 1e-6)
  assert.ok(value!.forgone.low <= value!.forgone.estimate && value!.forgone.estimate <= value!.forgone.high)
  const small = read({ kind: 'holdout', id: 'all', period: '2026q1' }, { treated: { n: 970, rate: 0.15 }, held_out: { n: 30, rate: 0.1 } })
  assert.equal(holdoutLine({ holdout: HOLDOUT, period: '2026q1', report: small, currency: 'EUR' }).value, null)
})

test('whom a hold-out keeps all marketing from is in every arm alike, and the report says by how much that thins the difference', () => {
  const doubtsOf = (source: Source, outOfAll: number) =>
    reportOf({ described: found(source), counts: [], measured: [], designed: null, prior: null, currency: 'EUR', outOfAll, asOf: START })
      .doubts
  const [thinned] = doubtsOf({ kind: 'split', journey: 'winback', step: 'colour' }, 0.2).filter(({ code }) => code === 'held_out_of_all')
  assert.match(thinned!.sentence, /^About 20 % of the people in every arm .* up to 1\.25 times as large\.$/)
  const codes = (source: Source, outOfAll: number) => doubtsOf(source, outOfAll).map(({ code }) => code)
  assert.ok(!codes({ kind: 'split', journey: 'winback', step: 'colour' }, 0).includes('held_out_of_all'))
  assert.ok(!codes({ kind: 'holdout', id: 'all', period: '2026q1' }, 0.2).includes('held_out_of_all'))
})
