import assert from 'node:assert/strict'
import { test } from 'node:test'
import { micros } from '#decisions/budgets/schema.ts'
import { random } from '#lib/numeric/random.ts'
import { type ArmTold, gainOf, NO_CONTROL } from './incremental.ts'
import { type CostLine, LINE } from './lines.ts'
import { type Asked, outcomeWords, returnOf } from './returns.ts'

const line = (kind: CostLine['kind'], amount: number, more: Partial<CostLine> = {}): CostLine => ({
  ...LINE,
  day: '2026-03-01',
  kind,
  amount: micros(amount),
  currency: 'EUR',
  source: 'entries',
  ...more,
})
const COSTS = [line('provider', 500), line('incentive', 300), line('platform', 100), line('people', 100, { basis: 'estimated' })]
/** People of whom a share buys for a sum; the sums are those of that sample. */
const arm = (id: string, people: number, { bought, worth = 50 }: { bought: number; worth?: number }): ArmTold => ({
  id,
  people,
  share: 0.5,
  outcome: { kind: 'proportion', n: people, sum: bought },
  value: { kind: 'mean', n: people, sum: bought * worth, sumSquares: bought * worth * worth, converted: bought },
})
const asked = (more: Partial<Asked>): Asked => ({
  currency: 'EUR',
  lines: COSTS,
  strange: [],
  gain: NO_CONTROL,
  margin: 0.4,
  credited: 9_000,
  ...more,
})

test('return is margin that would not be there otherwise, divided by all cost', () => {
  const gain = gainOf(arm('treated', 2_000, { bought: 400 }), arm('held_out', 2_000, { bought: 200 }))
  assert.equal(gain.kind, 'known')
  const found = returnOf(asked({ gain }))
  // 10 percentage points of 2,000 people at 50 each are 10,000; 40 % of it is margin; it cost 1,000.
  assert.ok(Math.abs(found.return!.estimate! - 4) < 1e-9)
  assert.ok(Math.abs(found.marginal!.estimate! - 5) < 1e-9, 'one more person costs 800 of it')
  assert.ok(Math.abs(found.perOutcome!.estimate! - 5) < 1e-9, '200 more conversions for 1,000')
  assert.ok(Math.abs(found.net!.estimate - 3_000) < 1e-6)
  const { interval, delta } = found.return!
  assert.ok(interval.kind === 'between' && interval.low > 1 && delta)
  assert.ok(Math.abs(interval.low - delta.low) < 1e-9, 'cost is known, so both methods agree')
  assert.match(
    found.sentence,
    /^Each EUR spent brought back 4\.00 of margin \(between .*\); after its cost 3,000\.00 EUR .* It earned more than it cost\.$/,
  )
})

test('with nobody held out there is a cost and no return, however much is credited', () => {
  const found = returnOf(asked({}))
  assert.deepEqual([found.return, found.margin, found.net, found.marginal, found.perOutcome], [null, null, null, null, null])
  assert.equal(found.unknownBecause, 'no_control')
  assert.deepEqual(found.credited, { value: 9_000, perCost: 9 })
  assert.match(found.sentence, /^It cost 1,000\.00 EUR\. Return unknown: nobody was held out/)
  assert.ok(!/lift|incremental/.test(found.sentence))
})

test('too few people, groups of the wrong size, and cost in a strange currency: no figure, and why', () => {
  const few = gainOf(arm('treated', 90, { bought: 40 }), arm('held_out', 90, { bought: 10 }))
  assert.ok(few.kind === 'unknown' && few.because === 'too_early')
  // Twenty in both together would not do: what rests on a handful of those held out covers too little.
  const rare = gainOf(arm('treated', 2_000, { bought: 60 }), arm('held_out', 2_000, { bought: 10 }))
  assert.ok(rare.kind === 'unknown' && rare.because === 'too_early' && /on one side 10 people have done it/.test(rare.sentence))
  const askew = gainOf(arm('treated', 3_000, { bought: 600 }), arm('held_out', 2_000, { bought: 200 }))
  assert.ok(askew.kind === 'unknown' && askew.because === 'sample_ratio')
  const gain = gainOf(arm('treated', 2_000, { bought: 400 }), arm('held_out', 2_000, { bought: 200 }))
  const foreign = returnOf(asked({ gain, strange: [line('provider', 10, { currency: 'USD' })] }))
  assert.deepEqual([foreign.return, foreign.unknownBecause], [null, 'currency'])
  assert.match(foreign.sentence, /USD/)
})

test('where perhaps nothing was gained, an additional conversion has no upper price', () => {
  const gain = gainOf(arm('treated', 2_000, { bought: 210 }), arm('held_out', 2_000, { bought: 200 }))
  const found = returnOf(asked({ gain }))
  assert.equal(found.perOutcome!.interval.kind, 'outside')
  assert.match(outcomeWords(found.perOutcome!, 'EUR'), /at least \d+\.\d\d EUR; perhaps there were none at all/)
  assert.match(found.sentence, /cannot be said yet|cost more than it earned/)
})

test('cost that was only estimated widens the interval', () => {
  const gain = gainOf(arm('treated', 2_000, { bought: 400 }), arm('held_out', 2_000, { bought: 200 }))
  const width = (spread: number): number => {
    const found = returnOf(asked({ gain, lines: [line('people', 1_000, { basis: 'estimated', spread })] })).return!.interval
    assert.ok(found.kind === 'between')
    return found.high - found.low
  }
  assert.ok(width(0.2) > width(0) * 1.1)
  assert.ok(
    returnOf(asked({ gain, lines: [line('people', 1_000, { basis: 'estimated' })] })).doubts.some(({ code }) => code === 'estimated'),
  )
})

test('without a margin all value counts, and the doubt says so; nothing spent has no return', () => {
  const gain = gainOf(arm('treated', 2_000, { bought: 400 }), arm('held_out', 2_000, { bought: 200 }))
  const found = returnOf(asked({ gain, margin: null }))
  assert.ok(Math.abs(found.return!.estimate! - 10) < 1e-9 && found.doubts.some(({ code }) => code === 'no_margin'))
  assert.equal(returnOf(asked({ gain, lines: [] })).return, null)
})

test('in 1,000 shops with a known truth the interval of the return holds it at all looks together in at least 95 %', () => {
  const [base, extra, worth, looks] = [0.2, 0.06, 40, [150, 300, 450, 600]]
  const each = 1.6
  const truth = (0.4 * extra * worth) / each
  let held = 0
  for (let seed = 0; seed < 1_000; seed++) {
    const r = random(`shop ${seed}`)
    const bought = { treated: 0, held: 0 }
    let people = 0
    const always = looks.every((look) => {
      for (; people < look; people++) {
        if (r.uniform() < base + extra) bought.treated += 1
        if (r.uniform() < base) bought.held += 1
      }
      const gain = gainOf(arm('treated', look, { bought: bought.treated, worth }), arm('held_out', look, { bought: bought.held, worth }))
      const told = returnOf(asked({ gain, lines: [line('provider', each * look)] })).return
      // While one side has had fewer than twenty buyers nothing is told; by the second look all shops tell.
      if (told === null) return look < 300
      const { interval } = told
      return interval.kind === 'between' && interval.low <= truth && truth <= interval.high
    })
    if (always) held += 1
  }
  assert.ok(held >= 950, `${held} of 1000`)
})
