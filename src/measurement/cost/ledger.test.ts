import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { micros, money } from '#decisions/budgets/schema.ts'
import { dailyOf, daysBetween } from './allocate.ts'
import { type Books, ledgerOf, unpricedCodes } from './ledger.ts'
import { by, type CostLine, inCurrency, LINE, rateOn, sumOf } from './lines.ts'
import { entriesIn, priced } from './recording.ts'
import { CostEntry, CostRate } from './schema.ts'

const rate = (id: string, charge: object, more: object = {}): CostRate =>
  CostRate.parse({ kind: 'cost-rate', id, currency: 'EUR', charge, ...more })
const books = (more: Partial<Books>): Books => ({
  days: { from: '2026-03-01', until: '2026-03-31' },
  currency: 'EUR',
  rates: [],
  provider: [],
  options: [],
  given: [],
  coupons: [],
  entries: [],
  work: [],
  learning: [],
  asked: [],
  reach: [],
  ...more,
})
const total = (lines: readonly CostLine[]): number => sumOf(lines).amount
const DAY = '2026-03-02'
const where = { day: DAY, journey: 'cart', step: 'text', channel: 'sms' }

const anyReach = fc.array(
  fc.record({
    day: fc.integer({ min: 1, max: 31 }).map((day) => `2026-03-${String(day).padStart(2, '0')}`),
    journey: fc.constantFrom('cart', 'welcome', 'winback', ''),
    messages: fc.integer({ min: 0, max: 10_000 }),
    people: fc.integer({ min: 0, max: 5_000 }),
  }),
  { maxLength: 60 },
)

test('whoever bears it, a month bears the whole of a monthly sum to the last millionth', () => {
  fc.assert(
    fc.property(
      anyReach,
      fc.integer({ min: 0, max: 50_000_000 }),
      fc.constantFrom('messages', 'people', 'learning', 'nobody'),
      (reach, cents, sharing) => {
        const amount = cents / 100
        const asked = reach.map(({ day, journey, messages }) => ({ day, journey, model: 'm', asked: messages }))
        const learning = reach.map(({ day, people }) => ({ day, model: 'm', ms: people }))
        const lines = ledgerOf(books({ reach, asked, learning, rates: [rate('server', { per: 'month', amount, by: sharing })] }))
        assert.equal(total(lines), micros(amount))
        for (const day of daysBetween('2026-03-01', '2026-03-31'))
          assert.equal(total(lines.filter((line) => line.day === day)), dailyOf(micros(amount), day))
        if (sharing === 'nobody') assert.ok(lines.every(({ journey }) => journey === ''))
      },
    ),
  )
})

test('a sum that is cut by kind, journey, day or channel is the same sum', () => {
  const anyLine = fc.record({
    day: fc.constantFrom('2026-03-01', DAY),
    kind: fc.constantFrom('provider', 'incentive', 'tokens', 'people') as fc.Arbitrary<CostLine['kind']>,
    journey: fc.constantFrom('', 'cart', 'welcome'),
    channel: fc.constantFrom('', 'sms', 'email'),
    amount: fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }),
    basis: fc.constantFrom('measured', 'estimated') as fc.Arbitrary<CostLine['basis']>,
  })
  fc.assert(
    fc.property(fc.array(anyLine, { maxLength: 50 }), (drawn) => {
      const lines = drawn.map((line): CostLine => ({ ...LINE, ...line, currency: 'EUR', source: 'entries' }))
      const whole = sumOf(lines)
      assert.equal(whole.measured + whole.estimated, whole.amount)
      for (const key of ['day', 'kind', 'journey', 'channel'] as const)
        assert.equal(
          by(lines, key).reduce((sum, each) => sum + each.sum.amount, 0),
          whole.amount,
        )
    }),
  )
})

test('a code gave away what its order said, else what was stated for its pool; one of which nobody says anything is told of', () => {
  const coupons = [
    { ...where, pool: 'spring', currency: '', gave: micros(5), codes: 1 },
    { ...where, pool: 'spring', currency: '', gave: null, codes: 2 },
    { ...where, pool: 'autumn', currency: '', gave: null, codes: 3 },
  ]
  const stated = books({ coupons, rates: [rate('spring', { per: 'coupon', pool: 'spring', amount: 4 }, { spread: 0.25 })] })
  const lines = ledgerOf(stated)
  assert.deepEqual(
    lines.map(({ amount, basis, items }) => [money(amount), basis, items]),
    [
      [5, 'measured', 1],
      [8, 'estimated', 2],
    ],
  )
  assert.equal(unpricedCodes(stated), 3)
  assert.equal(sumOf(lines).se, micros(2))
})

test('work costs the price of the role, and what an approval was about bears it in equal parts', () => {
  const rates = [
    rate('old', { per: 'hour', rates: { anybody: 10 } }, { until: '2026-02-28' }),
    rate('new', { per: 'hour', rates: { approver: 90, anybody: 60 } }, { from: '2026-03-01' }),
  ]
  const work = [
    { day: DAY, role: 'approver', journeys: ['cart', 'welcome'], ms: 20 * 60_000 },
    { day: DAY, role: '', journeys: [], ms: 60_000 },
  ]
  const lines = ledgerOf(books({ rates, work }))
  assert.deepEqual(
    lines.map(({ journey, of, amount, items }) => [journey, of, money(amount), items]),
    [
      ['cart', 'approver', 15, 10],
      ['welcome', 'approver', 15, 10],
      ['', 'anybody', 1, 1],
    ],
  )
})

test('learning is borne by the journeys that asked the model', () => {
  const lines = ledgerOf(
    books({
      rates: [rate('cpu', { per: 'learning-hour', amount: 1.2 })],
      learning: [{ day: DAY, model: 'm', ms: 1_800_000 }],
      asked: [
        { day: DAY, model: 'm', journey: 'cart', asked: 3 },
        { day: DAY, model: 'm', journey: 'welcome', asked: 1 },
        { day: DAY, model: 'other', journey: 'winback', asked: 9 },
      ],
    }),
  )
  assert.deepEqual(
    lines.map(({ journey, amount }) => [journey, money(amount)]),
    [
      ['cart', 0.45],
      ['welcome', 0.15],
    ],
  )
})

test('the rate that began last holds; currencies without a rate are kept apart', () => {
  const rates = [
    rate('a', { per: 'unit-of-currency', of: 'USD', amount: 0.8 }),
    rate('b', { per: 'unit-of-currency', of: 'USD', amount: 0.9 }, { from: '2026-03-02' }),
  ]
  assert.equal(rateOn(rates, '2026-03-01')!.id, 'a')
  assert.equal(rateOn(rates, '2026-03-02')!.id, 'b')
  const line = (day: string, currency: string): CostLine => ({
    ...LINE,
    day,
    kind: 'provider',
    amount: 100,
    currency,
    source: 'deliveries',
  })
  const { lines, strange } = inCurrency([line('2026-03-01', 'USD'), line(DAY, 'USD'), line(DAY, 'EUR'), line(DAY, 'GBP')], {
    currency: 'EUR',
    rates,
  })
  assert.deepEqual(
    lines.map(({ amount }) => amount),
    [80, 90, 100],
  )
  assert.deepEqual(
    strange.map(({ currency }) => currency),
    ['GBP'],
  )
})

test('a spreadsheet says its wrong rows by line, and nothing of it is taken', () => {
  const startOf = (day: string): number => Temporal.PlainDate.from(day).toZonedDateTime('UTC').epochMilliseconds
  const good = entriesIn('id;day;kind;amount;currency;note\na;2026-03-01;data;12.5;EUR;"one; two"\n', startOf)
  assert.ok(Array.isArray(good))
  assert.deepEqual([good[0]!.amount, good[0]!.note, good[0]!.basis], [12.5, 'one; two', 'measured'])
  const bad = entriesIn(
    'id,day,kind,amount,currency\na,2026-02-30,data,1,EUR\nb,2026-03-01,gold,1,EUR\nc,2026-03-01,data,much,EUR\n',
    startOf,
  )
  assert.ok('refused' in bad)
  assert.deepEqual(
    bad.refused.problems!.map(({ title }) => title.slice(0, 7)),
    ['Line 2:', 'Line 3:', 'Line 4:'],
  )
  const unknown = entriesIn('id,day,kind,amount,currency,colour\n', startOf)
  assert.ok('refused' in unknown && unknown.refused.code === 'cost.columns')
})

test('tokens are priced by their model, and without a price they are refused', () => {
  const entry = CostEntry.parse({ id: 'x', kind: 'tokens', at: 0, currency: 'EUR', of: 'writer', tokens: { in: 1_000_000, out: 100_000 } })
  const rates = [rate('writer', { per: 'million-tokens', model: 'writer', in: 3, out: 15 })]
  const done = priced([entry], { rates, dayOf: () => DAY })
  assert.ok(Array.isArray(done))
  assert.equal(done[0]!.amount, 4.5)
  assert.ok('refused' in priced([entry], { rates: [], dayOf: () => DAY }))
})
