import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Holdout } from '#decisions/experiments/schema.ts'
import { Journey } from '#journeys/schema.ts'
import { random } from '#lib/numeric/random.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { chdbAnalytics } from '#platform/analytics/chdb.ts'
import { migrateAnalytics } from '#platform/analytics/migrate.ts'
import type { Library } from '../experiments/sources.ts'
import { Metric } from '../metrics/schema.ts'
import { type AttributionAsked, readAttribution } from './actions.ts'
import { incrementals } from './incremental-store.ts'
import { defaultTouchpoints } from './touchpoints.ts'

const NOW = 1_800_000_000_000
const DAY = 86_400_000
const SALES = Metric.parse({
  kind: 'metric',
  id: 'sales',
  name: 'Sales',
  event: 'Order Completed',
  measure: 'sum',
  value: 'total',
  within: '14d',
})
const WINBACK = Journey.parse({
  kind: 'journey',
  id: 'winback',
  goal: { event: 'Order Completed', within: '14d', value: 'total' },
  entry: { event: 'Signed Up' },
  holdout: '50%',
  steps: [{ kind: 'email', id: 'mail', template: 'mail' }],
})
const NO_MAIL = Holdout.parse({ kind: 'holdout', id: 'no-mail', share: '50%', rotate: 'never', covers: { channels: ['email'] } })
const library: Library = {
  get: (kind, id) => (kind === 'journey' && id === 'winback' ? WINBACK : kind === 'holdout' && id === 'no-mail' ? NO_MAIL : undefined),
  ids: (kind) => (kind === 'journey' ? ['winback'] : kind === 'holdout' ? ['no-mail'] : []),
}

let analytics: Analytics
let directory: string
/** How many buy by themselves, and how many more because of the mail. */
const [ANYWAY, CAUSED] = [0.2, 0.1]
const PEOPLE = 6_000
let truth = 0

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cadenza-calibrated-'))
  analytics = await chdbAnalytics({ directory })
  await migrateAnalytics(analytics, join(import.meta.dirname, '../../../migrations/clickhouse'))
  await live()
})
after(async () => {
  await analytics.close()
  await rm(directory, { recursive: true })
})

/** People of whom chance mails one half. Whoever would buy anyway clicks as gladly as those whom the mail moves: credit cannot tell them apart. */
async function live(): Promise<void> {
  const dice = random('calibrated')
  const tables: Record<string, object[]> = { transitions: [], assignments: [], deliveries: [], events: [] }
  for (let i = 0; i < PEOPLE; i++) {
    const whose = { workspace_id: 'w', profile_id: `p${i}`, partition: 0, seq: 1, ix: i }
    const entered = NOW - 30 * DAY + Math.floor(dice.uniform() * DAY)
    const arm = dice.uniform() < 0.5 ? 'treated' : 'held_out'
    const drawn = { ...whose, arm, at: entered, version: 1 }
    tables['transitions']!.push({ ...drawn, journey_id: 'winback', enrollment_id: `r${i}`, kind: 'entered', reason: 'entered', cause: 'm' })
    tables['assignments']!.push({ ...drawn, kind: 'holdout', experiment: 'no-mail', period: '', share: 0.5, crossed: 0 })
    const lot = dice.uniform()
    const buys = lot < ANYWAY || (arm === 'treated' && lot < ANYWAY + CAUSED)
    if (arm === 'treated' && lot >= ANYWAY && buys) truth++
    if (arm === 'treated' && (buys || dice.uniform() < 0.1))
      tables['deliveries']!.push({
        ...whose,
        effect_id: `e${i}`,
        journey_id: 'winback',
        version: 1,
        step_id: 'mail',
        channel: 'email',
        status: 'clicked',
        fetcher: 'person',
        at: entered + DAY,
      })
    if (buys) {
      const at = entered + 2 * DAY
      tables['events']!.push({
        ...whose,
        message_id: `m${i}`,
        type: 'track',
        name: 'Order Completed',
        at,
        received: at,
        properties: '{"total":50}',
        verdict: 'accepted',
      })
    }
  }
  for (const [table, rows] of Object.entries(tables))
    await analytics.insert(table, rows.map((row) => JSON.stringify(row)).join('\n'), `calibrated:${table}`)
}

const asked = (by: 'channel' | 'journey'): AttributionAsked => ({
  workspace: 'w',
  metric: SALES,
  touchpoints: defaultTouchpoints(),
  by,
  from: NOW - 40 * DAY,
  to: NOW,
  asOf: NOW,
  model: 'markov',
  order: 1,
  currency: 'EUR',
  incremental: (keys) =>
    incrementals({ analytics, workspace: 'w', library, metric: SALES, by, keys, holdoutPeriods: () => [''], asOf: NOW }),
})

for (const [by, key, experiment] of [
  ['journey', 'winback', 'journey:winback'],
  ['channel', 'email', 'holdout:no-mail'],
] as const)
  test(`credit of a ${by} is three times what it caused; its hold-out knows, and the interval holds the truth`, async () => {
    const report = await readAttribution(analytics, asked(by))
    const row = report.all.rows.find((each) => each.key === key)!
    const credited = row.credit.markov!.conversions
    assert.ok(credited > 2.5 * truth, `${credited} credited, ${truth} caused`)
    const [calibrated] = report.calibrated
    assert.equal(calibrated!.key, key)
    assert.equal(calibrated!.experiment.query['key'], experiment)
    const { low, high, estimate } = calibrated!.conversions
    assert.ok(low < truth && truth < high, `${low} to ${high} without ${truth}`)
    assert.ok(high < credited && Math.abs(estimate - truth) < 0.5 * truth, `${estimate} of ${truth}`)
    assert.ok(Math.abs(calibrated!.value!.estimate - 50 * estimate) < 1e-6 * estimate, 'every order was worth the same')
    assert.match(report.tellings.sentences.at(-1)!, /would have come anyway/)
    assert.ok(!report.doubts.some(({ code }) => code === 'not_calibrated'))
  })

test('who was not drawn as designed, or is too few, calibrates nothing', async () => {
  const few = { ...asked('journey'), workspace: 'nobody' }
  const report = await readAttribution(analytics, {
    ...few,
    incremental: (keys) =>
      incrementals({
        analytics,
        workspace: 'nobody',
        library,
        metric: SALES,
        by: 'journey',
        keys: [...keys, 'winback'],
        holdoutPeriods: () => [''],
        asOf: NOW,
      }),
  })
  assert.deepEqual(report.calibrated, [])
  const row = {
    workspace_id: 'skewed',
    partition: 0,
    seq: 1,
    journey_id: 'winback',
    kind: 'entered',
    version: 1,
    reason: 'entered',
    cause: 'm',
    at: NOW - 20 * DAY,
  }
  const skewed = Array.from({ length: 2_000 }, (_, i) => ({
    ...row,
    profile_id: `p${i}`,
    enrollment_id: `r${i}`,
    ix: i,
    arm: i % 10 < 3 ? 'treated' : 'held_out',
  }))
  await analytics.insert('transitions', skewed.map((each) => JSON.stringify(each)).join('\n'), 'calibrated:skewed')
  const orders = Array.from({ length: 500 }, (_, i) => ({
    workspace_id: 'skewed',
    partition: 0,
    seq: 1,
    ix: i,
    profile_id: `p${i}`,
    message_id: `m${i}`,
    type: 'track',
    name: 'Order Completed',
    at: NOW - 19 * DAY,
    received: NOW,
    properties: '{"total":5}',
    verdict: 'accepted',
  }))
  await analytics.insert('events', orders.map((each) => JSON.stringify(each)).join('\n'), 'calibrated:orders')
  const found = await incrementals({
    analytics,
    workspace: 'skewed',
    library,
    metric: SALES,
    by: 'journey',
    keys: ['winback'],
    holdoutPeriods: () => [],
    asOf: NOW,
  })
  assert.deepEqual(found, [], 'the groups are not of the sizes that chance gives')
})
