import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { ProductEvents } from '#decisions/recommend/histories.ts'
import { type Learned, recommend } from '#decisions/recommend/learned.ts'
import { recommendationLearner } from '#decisions/recommend/learner.ts'
import { Model, type ModelOf } from '#decisions/schema.ts'
import type { TrainingTask } from '#decisions/trainer.ts'
import type { Json } from '#lib/json.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { chdbAnalytics } from '#platform/analytics/chdb.ts'
import { migrateAnalytics } from '#platform/analytics/migrate.ts'
import { gatherProducts } from './recommendation-store.ts'

const NOW = 1_800_000_000_000
const MINUTE = 60_000
let analytics: Analytics
let directory: string

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cadenza-recommendations-'))
  analytics = await chdbAnalytics({ directory })
  await migrateAnalytics(analytics, join(import.meta.dirname, '../../../migrations/clickhouse'))
})
after(async () => {
  await analytics.close()
  await rm(directory, { recursive: true })
})

const task = (workspace: string, more: Partial<TrainingTask<'recommendation'>> = {}): TrainingTask<'recommendation'> => ({
  workspace,
  model: Model.parse({ kind: 'model', id: 'shop', type: 'recommendation' }) as ModelOf<'recommendation'>,
  version: 1,
  previous: null,
  now: NOW,
  ...more,
})
const gather = (of: TrainingTask<'recommendation'>, signal = new AbortController().signal) =>
  gatherProducts({ analytics, db: undefined as never, signal }, of) as Promise<ProductEvents | null>

let written = 0
interface Told {
  readonly person: string
  readonly name: string
  readonly minutes: number
  readonly properties: Json
  readonly verdict?: string
}
async function told(workspace: string, events: readonly Told[]): Promise<void> {
  const seq = ++written
  const rows = events.map(({ person, name, minutes, properties, verdict = 'accepted' }, ix) => ({
    workspace_id: workspace,
    profile_id: person,
    message_id: `${seq}:${ix}`,
    type: 'track',
    name,
    at: NOW - minutes * MINUTE,
    received: NOW - minutes * MINUTE,
    properties: JSON.stringify(properties),
    verdict,
    partition: 0,
    seq,
    ix,
  }))
  await analytics.insert('events', rows.map((row) => JSON.stringify(row)).join('\n'), `products:${seq}`)
}

/** What each person did, oldest first, as `product×weight`. */
const read = ({ items, offsets, item, weight }: ProductEvents): string[][] =>
  Array.from({ length: offsets.length - 1 }, (_, p) =>
    Array.from({ length: offsets[p + 1]! - offsets[p]! }, (_each, k) => `${items[item[offsets[p]! + k]!]}×${weight[offsets[p]! + k]}`),
  )

test('what people looked at, put into carts and bought, in its order and by its weight', async () => {
  await told('w1', [
    { person: 'ada', name: 'Order Completed', minutes: 1, properties: { products: [{ product_id: 'a' }, { product_id: 'b', price: 2 }] } },
    { person: 'ada', name: 'Product Viewed', minutes: 9, properties: { product_id: 'a' } },
    { person: 'ada', name: 'Product Added', minutes: 5, properties: { product_id: 'a', nested: { product_id: 'no' } } },
    { person: 'ada', name: 'Product Viewed', minutes: 3, properties: {} },
    { person: 'ada', name: 'Page Viewed', minutes: 2, properties: { product_id: 'not asked for' } },
    { person: 'ada', name: 'Product Viewed', minutes: 2, properties: { product_id: 'refused' }, verdict: 'rejected' },
    { person: 'bob', name: 'Product Viewed', minutes: 7, properties: { product_id: 'b' } },
  ])
  await told('w2', [{ person: 'eve', name: 'Product Viewed', minutes: 7, properties: { product_id: 'of others' } }])
  const events = (await gather(task('w1')))!
  assert.deepEqual(read(events).sort(), [['a×1', 'a×3', 'a×5', 'b×5'], ['b×1']])
  assert.deepEqual([events.newest, events.oldest], [NOW - MINUTE, NOW - 9 * MINUTE])
})

test('events and their properties as the document names them, lists of ids too', async () => {
  await told('w3', [
    { person: 'ada', name: 'Song Played', minutes: 3, properties: { song: 's1' } },
    { person: 'ada', name: 'List Saved', minutes: 2, properties: { songs: ['s2', 's3'] } },
  ])
  const model = Model.parse({
    kind: 'model',
    id: 'songs',
    type: 'recommendation',
    events: [
      { event: 'Song Played', product: 'song' },
      { event: 'List Saved', product: 'songs', weight: 4 },
    ],
  }) as ModelOf<'recommendation'>
  assert.deepEqual(read((await gather(task('w3', { model })))!), [['s1×1', 's2×4', 's3×4']])
})

test('nothing is gathered when nothing is new, and nothing of the far past or of tomorrow', async () => {
  await told('w4', [
    { person: 'ada', name: 'Product Viewed', minutes: 3, properties: { product_id: 'now' } },
    { person: 'ada', name: 'Product Viewed', minutes: 300 * 1_440, properties: { product_id: 'long ago' } },
    { person: 'ada', name: 'Product Viewed', minutes: -60, properties: { product_id: 'tomorrow' } },
  ])
  assert.deepEqual(read((await gather(task('w4')))!), [['now×1']])
  const previous = { serial: 1, trainedTo: NOW - 3 * MINUTE, examples: 1, body: null, report: {} }
  assert.equal(await gather(task('w4', { previous })), null)
  assert.notEqual(await gather(task('w4', { previous: { ...previous, trainedTo: NOW - 4 * MINUTE } })), null)
  assert.equal((await gather(task('nobody')))!.newest, 0)
  await assert.rejects(gather(task('w4'), AbortSignal.abort()))
})

test('from events to recommendations', async () => {
  const people = Array.from({ length: 90 }, (_, n) => ({ person: `p${n}`, room: n % 3 }))
  await told(
    'w5',
    people.flatMap(({ person, room }, n) =>
      [0, 1, 2].map((step) => ({
        person,
        name: 'Product Viewed',
        minutes: 30 - step,
        properties: { product_id: `room-${room} thing-${(n + step) % 5}` },
      })),
    ),
  )
  const trained = recommendationLearner.fit(task('w5'), (await gather(task('w5')))!)!
  const learned = recommendationLearner.decode(trained.body) as Learned
  const found = recommend(learned, ['room-1 thing-2'], { way: 'related', count: 4 })
  assert.ok(found.length > 0 && found.every(({ id }) => id.startsWith('room-1')), JSON.stringify({ found, report: trained.report }))
  assert.equal(trained.trainedTo, NOW - 28 * MINUTE)
})
