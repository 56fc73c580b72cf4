import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { decodePropensity } from '#decisions/propensity/body.ts'
import { type PropensityData, propensityLearner } from '#decisions/propensity/fit.ts'
import { GRACE } from '#decisions/propensity/labels.ts'
import { score } from '#decisions/propensity/score.ts'
import { Model, type ModelOf } from '#decisions/schema.ts'
import type { Snapshot } from '#decisions/snapshot.ts'
import { random } from '#lib/numeric/random.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { chdbAnalytics } from '#platform/analytics/chdb.ts'
import { migrateAnalytics } from '#platform/analytics/migrate.ts'
import { gatherPropensity } from './propensity-store.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const NOW = Date.UTC(2026, 5, 1, 12)
let analytics: Analytics
let directory: string

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cadenza-propensity-'))
  analytics = await chdbAnalytics({ directory })
  await migrateAnalytics(analytics, join(import.meta.dirname, '../../../migrations/clickhouse'))
})
after(async () => {
  await analytics.close()
  await rm(directory, { recursive: true })
})

const modelOf = (outcome: object): ModelOf<'propensity'> =>
  Model.parse({ kind: 'model', id: 'm', type: 'propensity', outcome }) as ModelOf<'propensity'>
const opens = modelOf({ kind: 'opened' })
const nothingBefore = { version: 1, previous: null }
const parts = () => ({ analytics, db: undefined as never, signal: new AbortController().signal })
const gather = async (workspace: string, model = opens, { now = NOW, previous = null as Snapshot | null } = {}) =>
  (await gatherPropensity(parts(), { ...nothingBefore, workspace, model, now, previous })) as PropensityData

let seq = 0
async function write(workspace_id: string, table: string, rows: readonly Record<string, unknown>[]): Promise<void> {
  seq++
  const lines = rows.map((row, ix) => JSON.stringify({ workspace_id, partition: 0, seq, ix, ...row }))
  await analytics.insert(table, lines.join('\n'), `propensity:${seq}`)
}
const event = (
  profile_id: string,
  name: string,
  { at, received = at, ...properties }: { at: number; received?: number; [property: string]: unknown },
) => ({
  profile_id,
  message_id: `${profile_id} ${name} ${at}`,
  type: name.startsWith('message.') ? 'system' : 'track',
  name,
  at,
  received,
  properties: JSON.stringify(properties),
  verdict: 'accepted',
})
const prediction = (
  profile_id: string,
  at: number,
  {
    effect_id = '',
    features = {},
    model_version = 1,
  }: { effect_id?: string; features?: Record<string, number>; model_version?: number } = {},
) => ({
  profile_id,
  effect_id,
  model: 'm',
  model_version,
  snapshot: 0,
  score: 0,
  features: JSON.stringify(features),
  cause: 'message',
  at,
})
const labels = ({ fresh }: PropensityData) => Object.fromEntries(fresh.map(({ id, label }) => [id, label]))

test('openings by people within 72 hours count, programs and later ones do not, and open windows wait', async () => {
  const then = NOW - 10 * DAY
  await write('mails', 'predictions', [
    prediction('ada', then, { effect_id: 'a1', features: { 'pressure.7d': 1 } }),
    prediction('ada', then, { effect_id: 'a1', features: { 'pressure.7d': 2 }, model_version: 2 }),
    prediction('bob', then, { effect_id: 'b1' }),
    prediction('cy', then + 1, { effect_id: 'c1' }),
    prediction('dan', NOW - 72 * HOUR, { effect_id: 'd1' }),
    prediction('eve', NOW - HOUR, { effect_id: 'e1' }),
  ])
  await write('mails', 'events', [
    event('ada', 'message.opened', { at: then + HOUR, effect_id: 'a1', fetcher: 'person' }),
    event('bob', 'message.opened', { at: then + 1_000, effect_id: 'b1', fetcher: 'machine' }),
    event('bob', 'message.opened', { at: then + 80 * HOUR, effect_id: 'b1', fetcher: 'person' }),
    event('cy', 'message.opened', { at: then + HOUR, effect_id: 'c1', fetcher: 'suspect' }),
    event('cy', 'message.opened', { at: then + HOUR, effect_id: 'another', fetcher: 'person' }),
    event('eve', 'message.opened', { at: NOW - 1_000, effect_id: 'e1', fetcher: 'person' }),
  ])
  const data = await gather('mails')
  assert.deepEqual(labels(data), { a1: 1, b1: 0, c1: 0 })
  assert.deepEqual(data.fresh[0]!.features, { 'pressure.7d': 2 }, 'two versions that were asked at one moment give one example')
  assert.equal(data.immature, 2, "eve's opening is known, but hers is not a whole window; dan's ends within the grace")
  assert.equal(data.until, NOW - GRACE)
  const later = await gather('mails', opens, { now: NOW + 72 * HOUR })
  assert.equal(labels(later)['e1'], 1)
})

/** A snapshot of the model that knows everything up to a moment. */
function learnedTo(trainedTo: number, model: ModelOf<'propensity'>): Snapshot {
  const fresh = Array.from({ length: 200 }, (_, i) => ({
    id: `${i}`,
    at: i,
    features: { f: i },
    label: (i % 4 === 0 ? 1 : 0) as 0 | 1,
    halvings: 0,
  }))
  const trained = propensityLearner.fit(
    { ...nothingBefore, workspace: 'w', model, now: trainedTo },
    { fresh, until: trainedTo, late: 0, immature: 0, nightly: null },
  )!
  const body = decodePropensity(trained.body)
  return { serial: 1, ...trained, body: { ...body, challengedAt: trainedTo } }
}

test('what was learned is not learned again; a purchase that a phone told late is counted as such', async () => {
  const buys = modelOf({ kind: 'converted', event: 'Order Completed', where: 'event.properties.total > 50' })
  const [old, fresh] = [NOW - 20 * DAY, NOW - 9 * DAY]
  await write('buys', 'predictions', [
    prediction('ada', old),
    prediction('bob', fresh),
    prediction('cy', fresh + 1),
    prediction('dan', fresh + 2),
  ])
  await write('buys', 'events', [
    event('ada', 'Order Completed', { at: old + DAY, received: NOW - 2 * DAY, total: 80 }),
    event('bob', 'Order Completed', { at: fresh + DAY, total: 80 }),
    event('cy', 'Order Completed', { at: fresh + DAY, total: 20 }),
    event('dan', 'Order Completed', { at: fresh - DAY, total: 80 }),
  ])
  const data = await gather('buys', buys, { previous: learnedTo(NOW - 3 * DAY, buys) })
  assert.deepEqual(labels(data), { [`bob ${fresh}`]: 1, [`cy ${fresh + 1}`]: 0, [`dan ${fresh + 2}`]: 0 })
  assert.equal(data.late, 1)
  assert.equal(data.nightly !== null, true, 'more than a day has passed since the last night')
  const soon = await gather('buys', buys, { previous: learnedTo(NOW - HOUR, buys) })
  assert.equal(soon.nightly, null)
})

test('what somebody does after two profiles became one counts for what was foretold of either', async () => {
  const buys = modelOf({ kind: 'converted', event: 'Order Completed' })
  const then = NOW - 9 * DAY
  await write('merged', 'people', [
    { profile_id: 'old', attributes: '{}', permits: '{}', lists: '{}', scores: '{}', merged_into: 'new', at: then + HOUR },
  ])
  await write('merged', 'predictions', [prediction('old', then), prediction('other', then)])
  await write('merged', 'events', [event('new', 'Order Completed', { at: then + DAY })])
  assert.deepEqual(labels(await gather('merged', buys)), { [`old ${then}`]: 1, [`other ${then}`]: 0 })
})

test('whoever has ended their contract is not at risk any more, and contracts bring their length', async () => {
  const ends = modelOf({ kind: 'churned', contract: true, event: 'Contract Ended' })
  const then = NOW - 40 * DAY
  await write('contracts', 'predictions', [prediction('ada', then), prediction('bob', then), prediction('cy', then)])
  await write('contracts', 'events', [
    ...['ada', 'bob', 'cy'].map((person) => event(person, 'Signed Up', { at: then - 60 * DAY })),
    event('ada', 'Contract Ended', { at: then - DAY }),
    event('bob', 'Contract Ended', { at: then + DAY }),
  ])
  const data = await gather('contracts', ends)
  const foretold = Object.fromEntries(Object.entries(labels(data)).filter(([id]) => id.endsWith(` ${then}`)))
  assert.deepEqual(foretold, { [`bob ${then}`]: 1, [`cy ${then}`]: 0 })
  assert.deepEqual(
    [...data.nightly!.contracts].sort((a, b) => a.time - b.time),
    [
      { time: 59, ended: true },
      { time: 61, ended: true },
      { time: 100, ended: false },
    ],
  )
})

test('a model that is published today learns from the past: who looks much buys, as in the shop that these events are from', async () => {
  const buys = modelOf({ kind: 'converted', event: 'Order Completed' })
  const r = random('a shop of the past')
  const rows = Array.from({ length: 400 }, (_, i) => {
    const keen = i % 2 === 0
    return Array.from({ length: 60 }, (_day, day) => NOW - 80 * DAY + day * DAY + Math.floor(r.uniform() * DAY)).flatMap((at) => {
      const looked = r.uniform() < (keen ? 0.6 : 0.1)
      return [
        ...(looked ? [event(`p${i}`, 'Product Viewed', { at })] : []),
        ...(r.uniform() < (keen ? 0.1 : 0.005) ? [event(`p${i}`, 'Order Completed', { at: at + HOUR, total: 30 })] : []),
      ]
    })
  }).flat()
  await write('past', 'events', rows)
  const data = await gather('past', buys)
  assert.ok(data.fresh.length > 1_000, `${data.fresh.length} examples`)
  assert.ok(data.fresh.every(({ at }, i) => at + 7 * DAY <= NOW && (i === 0 || at >= data.fresh[i - 1]!.at)))
  const trained = propensityLearner.fit({ ...nothingBefore, workspace: 'past', model: buys, now: NOW }, data)!
  const { auc } = trained.report['progressive'] as { auc: number }
  assert.ok(auc > 0.75, `AUC ${auc}`)
  const inForce = { model: buys, version: 1, snapshot: { serial: 1, ...trained, body: decodePropensity(trained.body) } }
  const said = (views: number) =>
    score(inForce, { ...data.fresh.at(-1)!.features, 'event.7d:Product Viewed': views, 'event.30d:Product Viewed': views * 3 }, NOW)
  const [much, little] = [said(6), said(0)]
  assert.ok(typeof much !== 'string' && typeof little !== 'string' && much.p > little.p, JSON.stringify([much, little]))
})

test('orders bring what the model of buying needs', async () => {
  const lost = modelOf({ kind: 'churned', contract: false, event: 'Order Completed' })
  await write(
    'orders',
    'events',
    [0, 14, 28].map((days) => event('ada', 'Order Completed', { at: NOW - 70 * DAY + days * DAY })),
  )
  const data = await gather('orders', lost)
  assert.deepEqual(data.nightly!.buyers, [{ x: 2, tx: 4, T: 10 }])
})

test('where more has matured than one training takes, the oldest come first, whole moments at a time, and the rest waits for the next', async () => {
  const buys = modelOf({ kind: 'converted', event: 'Order Completed' })
  const [from, then] = [NOW - DAY, NOW - 8 * DAY + 1]
  const rows = Array.from({ length: 31_000 }, (_, i) => prediction(`p${i}`, then + Math.floor(i / 10), { features: { 'pressure.7d': i } }))
  await write('many', 'predictions', rows)
  await write('many', 'events', [event('p7', 'Order Completed', { at: then + HOUR })])
  const previous = learnedTo(from, buys)
  const first = await gather('many', buys, { previous })
  const stoodFor = (of: PropensityData): number => of.fresh.reduce((sum, { halvings }) => sum + 2 ** halvings, 0)
  assert.equal(first.until, then + 2_998 + 7 * DAY, 'of the 3,000th moment not all were read')
  assert.ok(first.fresh.length < 16_000 && Math.abs(stoodFor(first) / 29_990 - 1) < 0.03, `${first.fresh.length} for ${stoodFor(first)}`)
  assert.deepEqual(
    first.fresh.filter(({ label }) => label === 1).map(({ id, halvings }) => [id, halvings]),
    [[`p7 ${then}`, 0]],
  )
  const next = await gather('many', buys, { previous: { ...previous, trainedTo: first.until } })
  assert.equal(next.fresh.length, 1_010)
  assert.equal(next.until, NOW - GRACE)
})
