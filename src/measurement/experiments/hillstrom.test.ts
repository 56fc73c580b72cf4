import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { chdbAnalytics } from '#platform/analytics/chdb.ts'
import { migrateAnalytics } from '#platform/analytics/migrate.ts'
import { ARMS, hillstrom, withoutHillstrom } from '../../../test/fixtures/hillstrom.ts'
import { MIGRATIONS } from '../../../test/fixtures/kept.ts'
import { cuped } from '../inference/cuped.ts'
import { sampleRatio } from '../inference/srm.ts'
import { momentsOf } from '../inference/statistics.ts'
import { effectOf } from '../inference/welch.ts'
import { Metric } from '../metrics/schema.ts'
import { countExposed } from './exposures-store.ts'
import type { Source } from './sources.ts'
import { sumsOf } from './statistics-store.ts'
import { statisticsOf } from './sums.ts'

const AT = Date.parse('2026-03-02T09:00:00Z')
const DAY = 86_400_000
const WORKSPACE = 'hillstrom'
const SOURCE: Source = { kind: 'split', journey: 'mail-trial', step: 'mail' }
const metric = (rest: object): Metric => Metric.parse({ kind: 'metric', id: 'm', within: '14d', ...rest })
const VISIT = metric({ event: 'Visited' })
const CONVERSION = metric({ event: 'Order Completed' })
const SPEND = metric({ event: 'Order Completed', measure: 'sum', value: 'total' })

const near = (found: number, wanted: number, within: number): void =>
  assert.ok(Math.abs(found - wanted) <= within, `${found} is not within ${within} of ${wanted}`)

test('T4 Hillstrom as facts: arms, effects and what was spent come out of SQL as they are known', { skip: withoutHillstrom }, async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'cadenza-hillstrom-'))
  const analytics = await chdbAnalytics({ directory })
  t.after(async () => {
    await analytics.close()
    await rm(directory, { recursive: true })
  })
  await migrateAnalytics(analytics, join(MIGRATIONS, 'clickhouse'))
  await load(analytics)
  const asked = { workspace: WORKSPACE, source: SOURCE, asOf: AT + 30 * DAY }

  await t.test('as many people in each arm as were drawn', async () => {
    const counts = await countExposed(analytics, WORKSPACE, SOURCE)
    assert.deepEqual(Object.fromEntries(counts.map(({ arm, people }) => [arm, people])), { mens: 21_307, none: 21_306, womens: 21_387 })
    assert.ok(counts.every(({ crossed, share }) => crossed === 0 && Math.abs(share - 1 / 3) < 1e-12))
    near(sampleRatio(counts.map(({ arm, people, share }) => ({ arm, n: people, share }))).p, 0.903693, 1e-6)
  })

  await t.test('six effects with their standard errors', async () => {
    const known = [
      [VISIT, 'mens', 0.07659, 0.003386],
      [VISIT, 'womens', 0.045233, 0.003234],
      [CONVERSION, 'mens', 0.006805, 0.000921],
      [CONVERSION, 'womens', 0.003111, 0.000823],
      [SPEND, 'mens', 0.769827, 0.145247],
      [SPEND, 'womens', 0.424412, 0.130333],
    ] as const
    for (const [about, arm, effect, se] of known) {
      const arms = statisticsOf(about, await sumsOf(analytics, { ...asked, metric: about }))
      const found = effectOf(momentsOf(arms.get('none') as never)!, momentsOf(arms.get(arm) as never)!, 'absolute')!
      near(found.estimate, effect, 1e-6)
      near(found.se, se, 1e-6)
    }
  })

  await t.test('what all mail brought: $25,479.61', async () => {
    const sums = await sumsOf(analytics, { ...asked, metric: SPEND })
    const none = sums.find(({ arm }) => arm === 'none')!
    const mailed = sums.filter(({ arm }) => arm !== 'none')
    const n = mailed.reduce((sum, row) => sum + row.n, 0)
    near(mailed.reduce((sum, row) => sum + row.y, 0) - (n * none.y) / none.n, 25_479.61, 0.01)
  })

  await t.test('CUPED by what was spent in the time before', async () => {
    const arms = statisticsOf(SPEND, await sumsOf(analytics, { ...asked, metric: SPEND }))
    const found = cuped(momentsOf(arms.get('none') as never)!, momentsOf(arms.get('mens') as never)!)!
    near(found.theta, 0.0012228965, 1e-8)
    near(found.treated.mean - found.control.mean, 0.767438, 1e-6)
  })

  await t.test('the mail for women does its work among those who have bought women’s things', async () => {
    const cut = { by: 'attribute', attribute: 'womens' } as const
    const sums = await sumsOf(analytics, { ...asked, metric: VISIT, cut })
    for (const [value, effect] of [
      ['1', 0.073115],
      ['0', 0.011078],
    ] as const) {
      const arms = statisticsOf(
        VISIT,
        sums.filter((row) => row.cut === value),
      )
      near(effectOf(momentsOf(arms.get('none') as never)!, momentsOf(arms.get('womens') as never)!, 'absolute')!.estimate, effect, 1e-6)
    }
  })
})

/** Each customer was drawn at one moment; before it stands what they had spent in a year, after it what they did. */
async function load(analytics: Analytics): Promise<void> {
  const decisions: object[] = []
  const events: object[] = []
  const people: object[] = []
  const event = (i: number, { name, at, ...properties }: { name: string; at: number; total?: number }) =>
    events.push({
      workspace_id: WORKSPACE,
      profile_id: `p${i}`,
      message_id: `${i}:${name}:${at}`,
      type: 'track',
      name,
      at,
      received: at,
      properties: JSON.stringify(properties),
      verdict: 'accepted',
    })
  for (const [i, { arm, visit, conversion, spend, history, womens }] of hillstrom().entries()) {
    const at = AT + (i % DAY)
    const place = { journey_id: 'mail-trial', version: 1, enrollment_id: `r${i}`, step_id: 'mail' }
    decisions.push({ workspace_id: WORKSPACE, profile_id: `p${i}`, ...place, arm: ARMS[arm]!, propensity: 1 / 3, at, kind: 'split' })
    people.push({
      workspace_id: WORKSPACE,
      profile_id: `p${i}`,
      attributes: JSON.stringify({ womens }),
      permits: '{}',
      lists: '{}',
      scores: '{}',
      merged_into: '',
      at,
    })
    event(i, { name: 'Order Completed', at: at - 5 * DAY, total: history })
    if (visit) event(i, { name: 'Visited', at: at + DAY })
    if (conversion) event(i, { name: 'Order Completed', at: at + 2 * DAY, total: spend })
  }
  for (const [table, rows] of Object.entries({ decisions, events, people }))
    await analytics.insert(
      table,
      rows.map((row, ix) => JSON.stringify({ partition: 0, seq: 1, ix, ...row })).join('\n'),
      `hillstrom:${table}`,
    )
}
