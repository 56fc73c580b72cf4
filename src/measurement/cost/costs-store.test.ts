import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import type { DecisionFact, DeliveryFact, TransitionFact } from '#events/reaction.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { chdbAnalytics } from '#platform/analytics/chdb.ts'
import { migrateAnalytics } from '#platform/analytics/migrate.ts'
import { MIGRATIONS, type TestDatabase, testDatabase } from '../../../test/fixtures/database.ts'
import { forgetMarks, LAST_MS, noteWork, workRows } from './costs-store.ts'
import { chosenRows, givenRows, offeredRows, pricedMessages, providerRows, reachRows } from './facts-store.ts'

let database: TestDatabase
let analytics: Analytics
let directory: string
before(async () => {
  database = await testDatabase()
  directory = await mkdtemp(join(tmpdir(), 'cadenza-costs-'))
  analytics = await chdbAnalytics({ directory })
  await migrateAnalytics(analytics, join(MIGRATIONS, '../clickhouse'))
})
after(async () => {
  await database?.stop()
  await analytics?.close()
  await rm(directory, { recursive: true, force: true })
})

const FROM = Date.parse('2026-03-02T00:00:00Z')
const DAY = 86_400_000
let written = 0
async function record(table: string, rows: readonly object[]): Promise<void> {
  const seq = ++written
  if (rows.length > 0)
    await analytics.insert(table, rows.map((row, ix) => JSON.stringify({ partition: 0, seq, ix, ...row })).join('\n'), `costs:${seq}`)
}

const anyMark = fc.record({
  actor: fc.constantFrom('person:a', 'person:b'),
  minute: fc.integer({ min: 0, max: 400 }),
  object: fc.constantFrom('journey:cart', 'template:mail', 'approval:1'),
  changed: fc.boolean(),
})
const IDLE = 15 * 60_000

/** The rule in words, once more: what was in hand last, until the next thing or for a minute; only what was changed in the sitting. */
function worked(marks: readonly { actor: string; at: number; object: string; changed: boolean }[]): Map<string, number> {
  const sums = new Map<string, number>()
  for (const own of Map.groupBy(marks, ({ actor }) => actor).values()) {
    const sorted = own.toSorted((a, b) => a.at - b.at || (a.object < b.object ? -1 : 1))
    const sittings: (typeof sorted)[] = []
    for (const [i, mark] of sorted.entries()) {
      if (i === 0 || mark.at - sorted[i - 1]!.at > IDLE) sittings.push([])
      sittings.at(-1)!.push(mark)
    }
    for (const sitting of sittings)
      for (const [i, { actor, at, object }] of sitting.entries()) {
        if (!sitting.some((each) => each.object === object && each.changed)) continue
        const key = `${actor} ${object}`
        sums.set(key, (sums.get(key) ?? 0) + (i + 1 < sitting.length ? sitting[i + 1]!.at - at : LAST_MS))
      }
  }
  return sums
}

test('time that people worked is reckoned in SQL as the rule says it, whatever they did when', async () => {
  let run = 0
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(anyMark, { selector: ({ actor, minute, object }) => `${actor} ${minute} ${object}`, maxLength: 40 }),
      async (drawn) => {
        const workspace = `work-${run++}`
        const marks = drawn.map(({ minute, ...mark }) => ({ ...mark, at: FROM + minute * 60_000 }))
        for (const mark of marks) await noteWork(database.pool, { workspace, journeys: [], ...mark })
        const rows = await workRows(database.pool, { workspace, zone: 'UTC', from: FROM, until: FROM + DAY }, IDLE)
        assert.deepEqual(
          new Map(rows.map(({ actor, object, ms }) => [`${actor} ${object}`, ms]).toSorted() as [string, number][]),
          new Map([...worked(marks)].toSorted()),
        )
      },
    ),
    { numRuns: 40 },
  )
})

test('who worked when is forgotten', async () => {
  await noteWork(database.pool, {
    workspace: 'old',
    actor: 'person:a',
    at: FROM - 500 * DAY,
    object: 'journey:cart',
    changed: true,
    journeys: [],
  })
  assert.ok((await forgetMarks(database.pool, FROM - 400 * DAY)) >= 1)
  assert.deepEqual(await workRows(database.pool, { workspace: 'old', zone: 'UTC', from: FROM - 501 * DAY, until: FROM }, IDLE), [])
})

const delivery = (ws: string, more: Partial<DeliveryFact>): DeliveryFact => ({
  workspace_id: ws,
  profile_id: 'ada',
  effect_id: 'e',
  journey_id: 'cart',
  version: 1,
  enrollment_id: 'r',
  step_id: 'text',
  channel: 'sms',
  status: 'sent',
  reason: '',
  at: FROM,
  ...more,
})

const anyMessage = fc.record({
  hour: fc.integer({ min: -30, max: 60 }),
  journey: fc.constantFrom('cart', 'welcome'),
  channel: fc.constantFrom('sms', 'email'),
  cost: fc.integer({ min: 0, max: 3_000_000 }),
  status: fc.constantFrom('sent', 'sent', 'delivered', 'clicked', 'failed') as fc.Arbitrary<DeliveryFact['status']>,
})

test('the ledger of providers is the sum of the prices of messages that left, by day of the zone, to the millionth', async () => {
  let run = 0
  await fc.assert(
    fc.asyncProperty(fc.array(anyMessage, { maxLength: 60 }), async (messages) => {
      const workspace = `ledger-${run++}`
      const facts = messages.map(({ hour, journey, cost, ...more }, i) =>
        delivery(workspace, {
          ...more,
          effect_id: `e${i}`,
          journey_id: journey,
          at: FROM + hour * 3_600_000,
          provider: 'house',
          currency: 'EUR',
          cost: more.status === 'sent' ? cost / 1_000_000 : 0,
        }),
      )
      await record('deliveries', facts)
      const zone = 'Europe/Berlin'
      const span = { workspace, zone, from: FROM - 3_600_000, until: FROM + DAY - 3_600_000 }
      const rows = await providerRows(analytics, span)
      const inside = messages.filter(({ hour, status }) => status === 'sent' && hour >= -1 && hour < 23)
      assert.equal(
        rows.reduce((sum, { amount }) => sum + amount, 0),
        inside.reduce((sum, { cost }) => sum + cost, 0),
      )
      assert.ok(
        rows.every(({ day }) => day === '2026-03-02'),
        'the day of Berlin begins at 23:00 UTC',
      )
      for (const journey of ['cart', 'welcome']) {
        const behind = await pricedMessages(analytics, {
          ...span,
          journey,
          step: '',
          channel: '',
          provider: '',
          after: undefined,
          limit: 100,
        })
        const own = rows.filter((row) => row.journey === journey)
        assert.equal(
          behind.length,
          own.reduce((sum, row) => sum + row.messages, 0),
        )
        assert.equal(
          Math.round(behind.reduce((sum, { cost }) => sum + cost, 0) * 1e6),
          own.reduce((sum, { amount }) => sum + amount, 0),
        )
      }
      const reach = await reachRows(analytics, span)
      assert.equal(
        reach.reduce((sum, row) => sum + row.messages, 0),
        inside.length,
      )
    }),
    { numRuns: 25 },
  )
})

test('what options cost goes with their messages, their choices, or their conversions', async () => {
  const workspace = 'options'
  const runOf = (name: string): string => name.split(' ')[0]!
  const armOf = (name: string): string => name.split(' ')[1]!
  const decision = (name: string, about: object, more: Partial<DecisionFact> = {}): DecisionFact => ({
    workspace_id: workspace,
    profile_id: runOf(name),
    journey_id: 'cart',
    version: 1,
    enrollment_id: runOf(name),
    step_id: 'nudge',
    arm: armOf(name),
    propensity: 0.5,
    at: FROM,
    kind: 'choose',
    decided_by: 'model',
    record: JSON.stringify({
      chosen: armOf(name),
      candidates: [
        { arm: 'other', about: { cost: 99, gives: 99 } },
        { arm: armOf(name), about },
      ],
    }),
    ...more,
  })
  await record('decisions', [
    decision('r1 letter', { cost: 1.5, offer: 'post' }),
    decision('r2 letter', { cost: 1.5, offer: 'post' }),
    decision('r3 discount', { gives: 4, channel: 'email' }),
    decision('r4 discount', { gives: 4, channel: 'email' }),
    decision('r4 plain', { channel: 'email' }, { at: FROM + 10 }),
    decision('r5 letter', { cost: 1.5 }, { decided_by: 'control' }),
  ])
  const conversion = (run: string, at: number): Partial<TransitionFact> => ({
    workspace_id: workspace,
    profile_id: run,
    journey_id: 'cart',
    version: 1,
    enrollment_id: run,
    kind: 'converted',
    reason: 'goal',
    from_step: '',
    to_step: '',
    arm: 'treated',
    value: 50,
    at,
    cause: 'm',
  })
  await record('transitions', [
    conversion('r1', FROM + 5),
    conversion('r3', FROM + 5),
    conversion('r3', FROM + 6),
    conversion('r4', FROM + 20),
  ])
  await record('deliveries', [
    delivery(workspace, { effect_id: 'm1', step_id: 'gift', version: 2 }),
    delivery(workspace, { effect_id: 'm2', step_id: 'gift', version: 1 }),
    delivery(workspace, { effect_id: 'm3', step_id: 'gift', version: 2, status: 'skipped' }),
  ])
  const span = { workspace, zone: 'UTC', from: FROM, until: FROM + DAY }
  const place = { place: 'cart/2/gift', offer: 'gift', cost: 2_000_000 }
  const said = ({ offer, amount, items }: { offer: string; amount: number; items: number }) => [offer, amount / 1e6, items]
  assert.deepEqual(
    (await offeredRows(analytics, span, new Map([[place.place, place]]))).map(said),
    [['gift', 2, 1]],
    'of that version, of what left',
  )
  assert.deepEqual((await chosenRows(analytics, span, ['cart'])).map(said), [['post', 3, 2]])
  // The last choice of a run before the conversion speaks: r4 went on to an option that gives nothing.
  assert.deepEqual((await givenRows(analytics, span, ['cart'])).map(said), [['discount', 8, 2]])
})
