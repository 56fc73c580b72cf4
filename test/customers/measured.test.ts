import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { MODELS } from '#measurement/attribution/api.ts'
import type { ReturnLine } from '#measurement/cost/api.ts'
import { holds } from '#measurement/cost/fieller.ts'
import { ListOutcomes } from '#measurement/goals/api.ts'
import { RunReport } from '#measurement/reports/api.ts'
import { Desk } from './desk.ts'
import { isTreated, truthOf } from './known.ts'
import { DAY, isHeldOutOfAll, MARGIN, type Played, play } from './shop.ts'

let desk: Desk
let large: Played
before(async () => {
  desk = await Desk.open()
  large = play({ seed: 'large', customers: 2_500, holdout: '30%', marketing: '20%' })
  await desk.take([{ workspace: 'large', played: large }])
})
after(() => desk?.stop())

const QUARTERS = 100
const SMALL = { customers: 340, holdout: '50%' }

test('of 100 quarters with a known truth, what is told of lift, value and return holds it in at least 93, and leans to no side', async (t) => {
  const quarters: { readonly workspace: string; readonly truth: ReturnType<typeof truthOf> }[] = []
  // In some portions: a quarter of a million lines at once is much for one text, and for the memory.
  for (let i = 0; i < QUARTERS; i += 20) {
    const some = Array.from({ length: 20 }, (_, n) => ({ workspace: `q${i + n}`, played: play({ ...SMALL, seed: `q${i + n}` }) }))
    await desk.take(some)
    quarters.push(...some.map(({ workspace, played }) => ({ workspace, truth: truthOf(played) })))
  }
  const tally = new Map<string, { said: number; held: number }>()
  const note = (what: string, holdsIt: boolean | null): void => {
    const { said, held } = tally.get(what) ?? { said: 0, held: 0 }
    tally.set(what, { said: said + (holdsIt === null ? 0 : 1), held: held + (holdsIt ? 1 : 0) })
  }
  const leans: number[] = []
  for (const [i, { workspace, truth }] of quarters.entries()) {
    const cart = await desk.returns(workspace, { scope: 'journey', id: 'cart' })
    note('lift', cart.perOutcome && holds(cart.perOutcome.interval, cart.cost.amount / (truth.lift.people * cart.treated)))
    note('value', cart.margin && cart.margin.low <= truth.margin && truth.margin <= cart.margin.high)
    note('return', cart.return && holds(cart.return.interval, truth.margin / cart.cost.amount))
    if (cart.margin) leans.push((cart.margin.estimate - truth.margin) / cart.margin.se)
    if (i % 10 === 0) await sameInOutcomes(workspace, cart)
    if (i % 4 !== 0) continue
    const reminder = await desk.returns(workspace, { scope: 'journey', id: 'reminder' })
    note('return of nothing', reminder.return && holds(reminder.return.interval, 0))
  }
  for (const [what, { said, held }] of tally) {
    // Where people are too few nothing is said, which is no miss, but must not be a way out.
    assert.ok(said >= (what.includes('nothing') ? 20 : 95), `${what} is told in ${said} quarters`)
    assert.ok(said - held <= (what.includes('nothing') ? 2 : 7), `${what} is held in ${held} of ${said}`)
  }
  // The intervals are wide, so that one may look always: what stands in their middle must be right on average, and its error as large as told.
  const mean = leans.reduce((sum, each) => sum + each, 0) / leans.length
  const spread = leans.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (leans.length - 1)
  assert.ok(Math.abs(mean) < 0.33, `on average ${mean} errors off`)
  assert.ok(spread > 0.6 && spread < 1.5, `the variance is ${spread} of what is told`)
  t.diagnostic(`on average ${mean.toFixed(2)} errors off, variance ${spread.toFixed(2)} of what is told; ${JSON.stringify([...tally])}`)
})

/** The list of outcomes reads the same experiment by another road: the same figures, and the truth of the one is that of the other. */
async function sameInOutcomes(workspace: string, cart: ReturnLine): Promise<void> {
  const { outcomes } = await desk.ask(ListOutcomes, workspace, {})
  const { difference, perPerson } = outcomes.find(({ journey }) => journey === 'cart')!
  assert.equal(difference === null, cart.perOutcome === null)
  if (!difference || !perPerson) return
  const near = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(b))
  const again = cart.perOutcome!.estimate! * difference.estimate * cart.treated
  assert.ok(near(again, cart.cost.amount), `${workspace}: ${again} is not ${cart.cost.amount}, of ${difference.method} and ${cart.method}`)
  for (const end of ['low', 'estimate', 'high'] as const) assert.ok(near(perPerson[end] * cart.treated * MARGIN, cart.margin![end]), end)
}

test('credit goes to what meets people who buy anyway; what was caused says otherwise, and holds the truth', async () => {
  const truth = truthOf(large)
  const report = await desk.attribution('large', 'markov')
  assert.equal(report.label, 'credit, not cause')
  const row = (key: string) => report.tellings.rows.find((each) => each.key === key)!
  const [cart, reminder, ads] = [row('cart'), row('reminder'), row('(retargeting)')]
  assert.ok(
    reminder.attributed > cart.attributed,
    `the text that causes nothing gets the credit: ${reminder.attributed} beside ${cart.attributed}`,
  )
  assert.ok(ads.attributed > reminder.attributed && ads.incremental === null, 'nobody was held out of advertisements, so nobody says lift')
  assert.match(ads.sentence, /nobody knows without a hold-out/)
  const { low, high } = reminder.incremental!
  assert.ok(
    low < 0 && high > 0 && high < reminder.attributed,
    `it caused between ${low} and ${high}, and is credited with ${reminder.attributed}`,
  )
  const caused = cart.incremental!
  assert.ok(caused.low < truth.caused.orders && truth.caused.orders < caused.high, JSON.stringify({ caused, truth: truth.caused.orders }))
})

test('the credit of each model, and what no touch led to, sum to all orders and all money, by journey and by channel', async () => {
  const orders = large.facts.flatMap((fact) => (fact.table === 'events' && fact.row.name === 'Order Completed' ? [fact.row] : []))
  for (const by of ['journey', 'channel']) {
    const { all } = await desk.attribution('large', 'markov', by)
    assert.ok(all.conversions > 0 && all.conversions <= orders.length)
    for (const model of MODELS.filter((each) => each !== 'hazard')) {
      const credits = all.rows.map(({ credit }) => credit[model]!)
      const sum = credits.reduce((total, { conversions }) => total + conversions, all.untouched.conversions)
      const money = credits.reduce((total, { value }) => total + value!, all.untouched.value!)
      assert.ok(Math.abs(sum - all.conversions) < 1e-6, `${model} by ${by}: ${sum} of ${all.conversions}`)
      assert.ok(Math.abs(money - all.value!) < 1e-3, `${model} by ${by}: ${money} of ${all.value}`)
    }
  }
})

test('all marketing against those held out of it, and what journeys add to the goal, hold the truth', async () => {
  const truth = truthOf(large)
  const programme = await desk.returns('large', { scope: 'programme' })
  assert.ok(holds(programme.return!.interval, truth.programme / programme.cost.amount), JSON.stringify({ programme, truth }))
  const { contributions, together } = await desk.goal('large')
  const added = (id: string) => contributions.find(({ journey }) => journey === id)!.increment!
  assert.ok(added('cart').low < truth.caused.money && truth.caused.money < added('cart').high)
  assert.ok(added('reminder').low < 0 && added('reminder').high > 0)
  assert.ok(together!.low < truth.caused.money && truth.caused.money < together!.high)
})

test('whoever is held out is never written to, and everybody is in the arm that the hash says', () => {
  const out = new Set(large.lives.flatMap(({ id }) => (isHeldOutOfAll(large.options, id) ? [id] : [])))
  assert.ok(out.size > 300)
  let sent = 0
  for (const fact of large.facts) {
    if (fact.table === 'deliveries' && fact.row.status === 'sent') {
      sent++
      assert.ok(!out.has(fact.row.profile_id) && isTreated(fact.row.journey_id, fact.row.profile_id, large.options))
    }
    if (fact.table === 'assignments') assert.equal(fact.row.arm, out.has(fact.row.profile_id) ? 'held_out' : 'treated')
  }
  assert.ok(sent > 1_000)
})

test('the funnel of a quarter adds up: whoever came in stands somewhere or has left, for a reason', async () => {
  const entered = large.facts.filter(
    ({ table, row }) => table === 'transitions' && 'kind' in row && row.kind === 'entered' && row.journey_id === 'cart',
  )
  const report = await desk.ask(RunReport, 'large', { report: 'journey-funnel', params: { journey: 'cart' } })
  const [whole] = report.tables.find(({ id }) => id === 'totals')!.rows
  assert.equal(whole!['entered'], entered.length)
  assert.equal(Number(whole!['standing']) + Number(whole!['left']), entered.length)
})

/** Everything that is told of a quarter; sums in another order may differ in the last digits. */
async function tellings(workspace: string): Promise<string> {
  const all = [
    await desk.experiment(workspace, 'journey:cart'),
    await desk.attribution(workspace, 'markov'),
    await desk.returns(workspace, { scope: 'journey', id: 'cart' }),
    await desk.goal(workspace),
  ]
  return JSON.stringify(all, (_, value) => (typeof value === 'number' ? Number(value.toPrecision(9)) : value), 1)
}

const MIDDLING = { seed: 'same', customers: 400, holdout: '50%' }

test('orders that come days late change every figure to what it would be had they come in time', async () => {
  const late = (person: string): number => (person.length % 2) * 5 * DAY + (Number(person.at(-1)) % 3) * DAY
  const [inTime, lately] = [play(MIDDLING), play({ ...MIDDLING, late })]
  await desk.take([
    { workspace: 'in-time', played: inTime },
    { workspace: 'late', played: lately },
  ])
  const slow = lately.facts.filter(({ table, row }) => table === 'events' && 'received' in row && row.received > row.at + DAY / 2)
  assert.ok(slow.length > 100, 'some did come late')
  assert.equal(await tellings('late'), await tellings('in-time'))
})

test('after an erasure every figure is what it would be had these people never been; money that was spent beside messages stays', async () => {
  const gone = Array.from({ length: 60 }, (_, i) => `same-${i * 6}`)
  await desk.take([
    { workspace: 'erased', played: play(MIDDLING) },
    { workspace: 'never', played: play({ ...MIDDLING, without: new Set(gone) }) },
  ])
  const before = await tellings('erased')
  await desk.erase('erased', gone)
  const [erased, never] = [await tellings('erased'), await tellings('never')]
  assert.notEqual(erased, before)
  assert.equal(erased, never)
  const { cost } = await desk.returns('erased', { scope: 'journey', id: 'cart' })
  assert.ok(cost.amount > 60, 'what was paid for the set-up was paid')
})
