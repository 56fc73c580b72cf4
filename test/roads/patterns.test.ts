import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { scoreWorkspace } from '#app/brought-scores.ts'
import { packed } from '#app/learning/body.ts'
import { onnxRuntime } from '#decisions/patterns/adapters/onnx-runtime.ts'
import type { ExportPattern } from '#decisions/patterns/api.ts'
import { onnxOf } from '#decisions/patterns/onnx.ts'
import { decodePattern } from '#decisions/patterns/snapshot.ts'
import { taskOf } from '#decisions/rollout.ts'
import { Model } from '#decisions/schema.ts'
import { addSnapshot, dateSnapshots } from '#decisions/store.ts'
import type { OutputOf } from '#lib/action.ts'
import { nextRevision } from '#platform/documents.ts'
import { appendToPartitions } from '#platform/log.ts'
import { logger } from '#platform/log-lines.ts'
import { transaction } from '#platform/postgres/pool.ts'
import { countingSnapshot, patternSnapshot } from '../fixtures/patterns.ts'
import { journey, startWorld, template, type World } from './world.ts'

const NAMES = ['Order Completed', 'Price Seen', 'Terms Read']
const READY = {
  kind: 'model',
  id: 'ready',
  type: 'pattern',
  freshFor: '365d',
  target: { event: 'Order Completed', within: '7d' },
  found: { above: 0.6, by: 0.2, cooling: '7d' },
} as const

let world: World
before(async () => {
  world = await startWorld()
})
after(() => world?.stop())

/** Puts a snapshot in force as training does. */
async function learned(body: string): Promise<void> {
  await transaction(world.app.parts.work, async (tx) => {
    const about = { ws: world.workspace, model: READY.id, task: taskOf(READY as never), version: 1 }
    const now = world.clock.now()
    await addSnapshot(tx, { ...about, madeAt: now, trainedTo: now, examples: 1_000, report: {}, ...(await packed(body)) })
    const revision = await nextRevision(tx)
    await dateSnapshots(tx, revision)
    const { rows } = await tx.query<{ partition: number }>('select partition from log_heads')
    const partitions = rows.map(({ partition }) => partition)
    await appendToPartitions(tx, JSON.stringify({ kind: 'definitions', revision }), { partitions, now })
  })
}

async function still(): Promise<void> {
  await world.settled()
  await world.app.built()
  await world.settled()
  await world.app.reported()
}

const told = (name: string) =>
  world.app.parts.analytics.query<{ profile_id: string; properties: string }>(
    'SELECT profile_id, properties FROM events WHERE workspace_id = {workspace:String} AND name = {name:String} ORDER BY at, profile_id',
    { workspace: world.workspace, name },
  )

test('a pattern that is found begins a journey, once, and the score is there for conditions', async () => {
  await world.publish(
    READY,
    template('call-them'),
    journey('ready-to-buy', 'x', {
      entry: { event: 'pattern.found:ready', where: 'score("ready") > 0.5' },
      steps: [{ kind: 'email', id: 'mail', template: 'call-them', otherwise: [] }],
    }),
  )
  await still()
  await learned(JSON.stringify(countingSnapshot(NAMES, { intercept: -2, weights: { 'Price Seen': 2 } })))
  await world.identify('ada')
  await world.identify('bob')
  for (let i = 0; i < 4; i++) {
    await world.pass({ hours: 1 })
    await world.track('ada', 'Price Seen')
    await world.track('bob', 'Terms Read')
  }
  await world.pass({ minutes: 1 })
  await still()
  assert.deepEqual(await world.subjectsTo('ada'), ['call-them'])
  assert.deepEqual(await world.subjectsTo('bob'), [])
  const found = await told('pattern.found:ready')
  assert.equal(found.length, 1, 'told once, though the score stayed above')
  const { probability, by, target } = JSON.parse(found[0]!.properties) as { probability: number; by: string; target: string }
  assert.deepEqual([by, target], ['baseline', 'Order Completed'])
  assert.ok(probability >= 0.6 && probability < 0.9, `${probability}`)
})

test('the network of a snapshot is exported as ONNX; of other snapshots there is none', async () => {
  const body = JSON.stringify(countingSnapshot(NAMES, { intercept: -2, weights: { 'Price Seen': 2 } }))
  const exported = await world.api<OutputOf<typeof ExportPattern>>('GET /api/models/ready/snapshots/1/onnx')
  assert.equal(exported.file, onnxOf(decodePattern(body)).toBase64())
  assert.deepEqual([exported.vocabulary, exported.target, exported.serves], [['', '*', ...NAMES], 'Order Completed', 'baseline'])
  await assert.rejects(world.api('GET /api/models/ready/snapshots/99/onnx'), /404/)
  await assert.rejects(world.api('GET /api/models/nobody/snapshots/1/onnx'), /404/)
})

const skip = (await onnxRuntime()) === null && 'SKIPPED: onnxruntime-web is not installed here'

test('a model that somebody brings is tried before it is published, and scores people like any other', { skip }, async () => {
  const file = onnxOf(decodePattern(JSON.stringify(patternSnapshot(NAMES))))
  const brought = {
    kind: 'model',
    id: 'brought',
    type: 'pattern',
    target: { event: 'Order Completed' },
    onnx: { file: file.toBase64(), input: { kind: 'sequence', vocabulary: NAMES } },
  } as const
  const spoilt = { ...brought, onnx: { ...brought.onnx, file: file.slice(0, 900).toBase64() } }
  await assert.rejects(world.publish(spoilt), /This is no ONNX file/)
  await world.publish(brought)
  await still()
  await world.track('ada', 'Terms Read')
  await world.track('bob', 'Price Seen')
  await world.pass({ hours: 1 })
  await still()
  const pool = world.app.parts.work
  const { rows } = await pool.query<{ count: number }>('select count(*)::int as count from log_heads')
  const parts = { pool, partitions: rows[0]!.count, now: () => world.clock.now(), logger: logger({ level: 'silent' }) }
  const model = Model.parse(brought) as Parameters<typeof scoreWorkspace>[2]['model']
  assert.equal(await scoreWorkspace(parts, world.workspace, { model }), 2)
  await world.pass({ minutes: 1 })
  await still()
  const said = (await told('score.set')).map(({ properties }) => JSON.parse(properties) as { score: string; value: number })
  assert.deepEqual(
    said.map(({ score }) => score),
    ['brought', 'brought'],
  )
  assert.ok(said.every(({ value }) => value > 0 && value < 1))
  assert.notEqual(said[0]!.value, said[1]!.value)
  assert.equal(await scoreWorkspace(parts, world.workspace, { model }), 0, 'what has not changed is not said again')
})
