import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import pino from 'pino'
import type { ModelInForce } from '#decisions/snapshot.ts'
import { addSnapshot, dateSnapshots, holdModel, snapshotLines } from '#decisions/store.ts'
import { trainingLines } from '#decisions/training-store.ts'
import { httpAnalytics } from '#platform/analytics/http.ts'
import { type Announce, apply, nextRevision } from '#platform/documents.ts'
import { appendToPartitions, preparePartitions, type Queryable } from '#platform/log.ts'
import { createMetrics } from '#platform/metrics.ts'
import { transaction } from '#platform/postgres/pool.ts'
import { auditTrail } from '#workspaces/adapters/audit-trail.ts'
import { type TestDatabase, testDatabase } from '../../../test/fixtures/database.ts'
import { type Counted, LEARNERS, type Lesson } from '../../../test/fixtures/learners.ts'
import { DefinitionsRegistry } from '../definitions.ts'
import { KINDS } from '../kinds.ts'
import { type Learning, type LearningOptions, startLearning } from './learning.ts'
import { ModelShelf } from './shelf.ts'

const MINUTE = 60_000
const MODULE = new URL('../../../test/fixtures/learners.ts', import.meta.url)
const logger = pino({ level: process.env['LOG_LEVEL'] ?? 'silent' })

let database: TestDatabase
let now = Date.parse('2026-03-07T12:00:00Z')
/** What each workspace's data make its models do; a function may fail as ClickHouse does. */
const lessons = new Map<string, () => Promise<Lesson | null>>()
const running: Learning[] = []
let made = 0

before(async () => {
  database = await testDatabase()
  await preparePartitions(database.pool, 2)
})
beforeEach(async () => {
  for (const learning of running.splice(0)) await learning.stop()
  await database.pool.query(`delete from model_training`)
  await database.pool.query(`update documents set status = 'archived' where kind = 'model'`)
  lessons.clear()
})
after(async () => {
  for (const learning of running.splice(0)) await learning.stop()
  await database.stop()
})

const announce: Announce = (tx, revision) =>
  appendToPartitions(tx, JSON.stringify({ kind: 'definitions', revision }), { partitions: [0, 1], now }).then(() => undefined)

async function publish(ws: string, ...bodies: readonly Record<string, unknown>[]): Promise<number> {
  const documents = bodies.map((body) => ({ kind: body['kind'] as string, id: body['id'] as string, body: body as never }))
  const outcome = await transaction(database.pool, (tx) =>
    apply(tx, { workspace: ws, actor: 'person:grace', at: now }, { kinds: KINDS, documents, prune: false, announce }),
  )
  assert.ok(!('refused' in outcome), JSON.stringify(outcome))
  return outcome.revision!
}

const model = (id: string, more: Record<string, unknown> = {}) => ({
  kind: 'model',
  id,
  type: 'propensity',
  outcome: { kind: 'opened' },
  ...more,
})

/** A workspace of its own for each test. */
async function workspace(): Promise<string> {
  const ws = `w${++made}`
  await database.pool.query(
    `insert into workspaces (workspace_id, name, timezone, currency, consent_mode, postal_address, created_at) values ($1, $1, 'UTC', 'EUR', 'opt-out', '', 0) on conflict do nothing`,
    [ws],
  )
  return ws
}

function learning(more: Partial<LearningOptions> = {}): Learning {
  const started = startLearning({
    pool: database.pool,
    analytics: httpAnalytics({ url: 'http://127.0.0.1:9' }),
    now: () => now,
    announce,
    appended: () => undefined,
    trail: auditTrail({ pool: database.pool, now: () => now }),
    logger,
    metrics: createMetrics({ processMetrics: false }),
    owner: `owner-${++made}`,
    threads: 1,
    keep: 400 * 86_400_000,
    teaching: {
      learners: LEARNERS,
      module: MODULE,
      gatherers: { propensity: async (_parts, { workspace: ws }) => (await lessons.get(ws)?.()) ?? null },
    },
    ...more,
  })
  running.push(started)
  return started
}

const teach = (ws: string, does: Lesson['does'], n = 1): void => void lessons.set(ws, async () => ({ does, n }))
const registryOf = (db: Queryable = database.pool): DefinitionsRegistry =>
  new DefinitionsRegistry({
    db,
    consentModes: async () => new Map([...Array(made).keys()].map((i) => [`w${i + 1}`, 'opt-out' as const])),
    logger,
    shelf: new ModelShelf({ db, logger, learners: LEARNERS }),
  })
const revision = async (): Promise<number> =>
  Number((await database.pool.query<{ revision: number }>('select revision from document_counter')).rows[0]!.revision)
/** What the engine has of a model now. */
async function inForce(ws: string, id: string, registry = registryOf()): Promise<ModelInForce | undefined> {
  const at = await revision()
  await registry.prepare(at)
  return registry.of(at, ws).models.byId.get(id)
}
const snapshots = (ws: string, id: string) => snapshotLines(database.pool, { ws, model: id, before: 1_000_000, limit: 100 })
const training = async (ws: string) => (await trainingLines(database.pool, ws))[0]!
const counted = (found: ModelInForce | undefined): Counted | undefined => found?.snapshot?.body as Counted | undefined

test('a published model learns at once, then by its clock, and each snapshot goes on from the one before', async () => {
  const ws = await workspace()
  await publish(ws, model('opens'))
  teach(ws, 'count', 5)
  const trainer = learning()
  await trainer.settled()
  assert.deepEqual(counted(await inForce(ws, 'opens')), { n: 5, p: 0.5 })
  await trainer.settled()
  assert.equal((await snapshots(ws, 'opens')).length, 1, 'nothing is due')
  now += 2 * MINUTE
  await trainer.settled()
  assert.deepEqual(counted(await inForce(ws, 'opens')), { n: 10, p: 0.5 })
  const [second, first] = await snapshots(ws, 'opens')
  assert.equal(second!.serial, 2)
  assert.ok(second!.revision > first!.revision)
  const { rows } = await database.pool.query<{ n: number }>('select count(*)::int n from log where records like $1', [
    `%"definitions","revision":${second!.revision}}%`,
  ])
  assert.equal(rows[0]!.n, 2, 'each partition of the log says when it came into force')
})

test('where nothing is new nothing is installed', async () => {
  const ws = await workspace()
  await publish(ws, model('opens'))
  const trainer = learning()
  await trainer.settled()
  teach(ws, 'nothing')
  now += 2 * MINUTE
  await trainer.settled()
  assert.deepEqual(await snapshots(ws, 'opens'), [])
  const { outcome, failures } = await training(ws)
  assert.deepEqual({ outcome, failures }, { outcome: 'nothing_new', failures: 0 })
})

for (const [does, reason] of [
  ['throw', 'fit_failed'],
  ['exit', 'thread_died'],
  ['loop', 'fit_timeout'],
  ['memory', 'fit_memory'],
  ['nan', 'not_finite'],
  ['infinity', 'not_finite'],
  ['unreadable', 'undecodable'],
  ['hostile', 'install_failed'],
] as const) {
  test(`a lesson that ends in ${does} (${reason}) leaves what was learned before in force, and the next good one heals`, async () => {
    const ws = await workspace()
    await publish(ws, model('opens'))
    teach(ws, 'count', 3)
    const trainer = learning()
    await trainer.settled()
    const good = await inForce(ws, 'opens')
    teach(ws, does)
    now += 2 * MINUTE
    await trainer.settled()
    const failed = await training(ws)
    assert.deepEqual([failed.outcome, failed.reason, failed.failures], ['failed', reason, 1])
    assert.deepEqual(counted(await inForce(ws, 'opens')), counted(good))
    teach(ws, 'count', 4)
    now = failed.due
    await trainer.settled()
    assert.equal((await training(ws)).outcome, 'installed')
    assert.deepEqual(counted(await inForce(ws, 'opens')), { n: 7, p: 0.5 })
    const { rows } = await database.pool.query<{ action: string; after_hash: string }>(
      'select action from audit_lines where workspace_id = $1 order by seq',
      [ws],
    )
    assert.deepEqual(
      rows.map(({ action }) => action),
      ['models.learned', 'models.failed', 'models.learned'],
    )
  })
}

test('one bad lesson keeps nobody else back', async () => {
  const [bad, good] = [await workspace(), await workspace()]
  await publish(bad, model('opens'))
  await publish(good, model('opens'))
  teach(bad, 'hostile')
  teach(good, 'count')
  const trainer = learning({ threads: 2 })
  await trainer.settled()
  assert.equal((await training(bad)).reason, 'install_failed')
  assert.deepEqual(counted(await inForce(good, 'opens')), { n: 1, p: 0.5 })
})

test('while ClickHouse is away nothing is learned, later and later; when it is back it goes on', async () => {
  const ws = await workspace()
  await publish(ws, model('opens'))
  const gatherers: LearningOptions['teaching'] = {
    learners: LEARNERS,
    module: MODULE,
    gatherers: { propensity: async ({ analytics }) => analytics.query('SELECT 1') },
  }
  const away = learning({ teaching: gatherers })
  const waits: number[] = []
  for (let i = 0; i < 3; i++) {
    await away.settled()
    const { reason, due } = await training(ws)
    assert.equal(reason, 'gather_failed')
    waits.push(due - now)
    now = due
  }
  assert.ok(waits[0]! < waits[1]! && waits[1]! < waits[2]!, `waits of ${waits}`)
  await away.stop()
  running.splice(running.indexOf(away), 1)
  teach(ws, 'count')
  await learning().settled()
  assert.deepEqual(counted(await inForce(ws, 'opens')), { n: 1, p: 0.5 })
})

test('bytes that were changed in the table make the model broken, which is said; the next good snapshot heals it without a restart', async () => {
  const ws = await workspace()
  await publish(ws, model('opens'))
  teach(ws, 'count', 2)
  const trainer = learning()
  await trainer.settled()
  await database.pool.query(
    `update model_snapshots set body = set_byte(body, length(body) - 1, get_byte(body, length(body) - 1) # 255) where workspace_id = $1`,
    [ws],
  )
  const told: string[] = []
  const shelf = new ModelShelf({ db: database.pool, logger, learners: LEARNERS, onBroken: ({ model: id }) => told.push(id) })
  const engine = new DefinitionsRegistry({ db: database.pool, consentModes: async () => new Map([[ws, 'opt-out']]), logger, shelf })
  const broken = await inForce(ws, 'opens', engine)
  assert.equal(broken?.snapshot, null)
  assert.match(broken?.broken ?? '', /bytes|checksum/)
  assert.deepEqual(told, ['opens'])
  now += 2 * MINUTE
  await trainer.settled()
  const healed = await inForce(ws, 'opens', engine)
  assert.equal(healed?.broken, undefined)
  assert.deepEqual(counted(healed), { n: 2, p: 0.5 }, 'learned anew: there was nothing to go on from')
})

test('two processes never train the same at once, and what a lost one brings is not wanted', async () => {
  const ws = await workspace()
  await publish(ws, model('opens'))
  let at = 0
  let most = 0
  const slow = async (): Promise<Lesson> => {
    most = Math.max(most, ++at)
    await new Promise((resolve) => setTimeout(resolve, 150))
    at--
    return { does: 'count', n: 1 }
  }
  lessons.set(ws, slow)
  const [one, two] = [learning({ threads: 2 }), learning({ threads: 2 })]
  await Promise.all([one.settled(), two.settled()])
  assert.equal(most, 1)
  assert.equal((await snapshots(ws, 'opens')).length, 1)
  // A process that stood still for longer than its lease: somebody else has claimed the task since.
  lessons.set(ws, async () => {
    await database.pool.query(`update model_training set epoch = epoch + 1, owner = 'somebody' where workspace_id = $1`, [ws])
    return { does: 'count', n: 1 }
  })
  now += 2 * MINUTE
  await Promise.all([one.settled(), two.settled()])
  assert.equal((await snapshots(ws, 'opens')).length, 1)
})

test('workspaces take turns: one with many models does not keep another waiting', async () => {
  const [many, few] = [await workspace(), await workspace()]
  const order: string[] = []
  for (const ws of [many, few])
    lessons.set(ws, async () => {
      order.push(ws)
      return null
    })
  await publish(many, ...['a', 'b', 'c', 'd', 'e'].map((id) => model(id)))
  await publish(few, model('z'))
  await learning().settled()
  assert.equal(order.length, 6)
  assert.ok(order.indexOf(few) <= 1, `served as ${order}`)
})

test('a clock that was wrong does not keep a model from learning for ever', async () => {
  const ws = await workspace()
  await publish(ws, model('opens'))
  const real = now
  now += 3_650 * 86_400_000
  const trainer = learning()
  await trainer.settled()
  now = real
  teach(ws, 'count')
  await trainer.settled()
  assert.deepEqual(counted(await inForce(ws, 'opens')), { n: 1, p: 0.5 })
})

test('a revision that only brings snapshots compiles nothing anew and asks the database a handful of questions', async () => {
  const ws = await workspace()
  const other = await workspace()
  const journey = {
    kind: 'journey',
    id: 'hello',
    goal: { event: 'Order Completed', within: '3d' },
    entry: { event: 'Signed Up' },
    steps: [{ kind: 'wait', id: 'a', for: '5m' }],
  }
  await publish(other, journey)
  await publish(ws, journey, model('opens'))
  let asked = 0
  const counting = new Proxy(database.pool, {
    get: (pool, name) => {
      if (name !== 'query') return Reflect.get(pool, name)
      asked++
      return pool.query.bind(pool)
    },
  })
  const registry = registryOf(counting)
  const first = await revision()
  await registry.prepare(first)
  teach(ws, 'count')
  await learning().settled()
  asked = 0
  const second = await revision()
  assert.ok(second > first)
  await registry.prepare(second)
  assert.ok(asked <= 3, `${asked} queries`)
  for (const each of [ws, other]) {
    assert.equal(registry.of(second, each).live.get('hello'), registry.of(first, each).live.get('hello'))
    assert.equal(registry.of(second, each).catalogue, registry.of(first, each).catalogue)
    assert.equal(registry.of(second, each).revision, second)
  }
  assert.equal(registry.of(first, ws).models.byId.get('opens')!.snapshot, null, 'the revision before stays as it was')
  assert.deepEqual(counted(registry.of(second, ws).models.byId.get('opens')), { n: 1, p: 0.5 })
  // From scratch, as a replay reads it, it is the same.
  const again = registryOf()
  await again.prepare(second)
  assert.deepEqual(counted(again.of(second, ws).models.byId.get('opens')), { n: 1, p: 0.5 })
  await again.prepare(first)
  assert.equal(again.of(first, ws).models.byId.get('opens')!.snapshot, null, 'and going back gives what was then')
})

test('another outcome is another lesson: the version before decides until the new one is let act in full, then the new one', async () => {
  const ws = await workspace()
  teach(ws, 'count', 1)
  await publish(ws, model('opens'))
  const trainer = learning()
  await trainer.settled()
  const clicks = { outcome: { kind: 'clicked' } }
  await publish(ws, model('opens', { ...clicks, rollout: { stage: 'shadow' } }))
  let both = await inForce(ws, 'opens')
  assert.deepEqual([both?.version, counted(both)?.n], [1, 1])
  assert.deepEqual([both?.candidate?.version, both?.candidate?.snapshot], [2, null], 'it has learned nothing of clicks')
  await trainer.settled()
  both = await inForce(ws, 'opens')
  assert.equal(counted(both?.candidate)?.n, 1)
  await publish(ws, model('opens', { ...clicks, rollout: { stage: 'share', share: '50%' } }))
  both = await inForce(ws, 'opens')
  assert.deepEqual([both?.version, both?.candidate?.version, counted(both?.candidate)?.n], [1, 3, 1], 'another stage forgets nothing')
  await publish(ws, model('opens', clicks))
  const full = await inForce(ws, 'opens')
  assert.deepEqual([full?.version, full?.candidate, counted(full)?.n], [4, undefined, 1])
})

test('old snapshots lose their body, the newest of a task never; checksum and report stay', async () => {
  const ws = await workspace()
  await publish(ws, model('opens'))
  teach(ws, 'count')
  const short = learning({ keep: 0 })
  await short.settled()
  now += 2 * MINUTE
  await short.settled()
  await short.stop()
  running.splice(running.indexOf(short), 1)
  now += MINUTE
  await learning({ keep: 0 }).settled()
  const lines = await snapshots(ws, 'opens')
  assert.equal(lines.at(0)!.removed, false)
  assert.equal(lines.at(-1)!.removed, true)
  assert.deepEqual(lines.at(-1)!.report, { of: 1 })
  assert.match(lines.at(-1)!.checksum, /^[0-9a-f]{64}$/)
})

test('what was learned from before a reset is not installed after it', async () => {
  const ws = await workspace()
  await publish(ws, model('opens'))
  teach(ws, 'count', 2)
  const trainer = learning()
  await trainer.settled()
  lessons.set(ws, async () => {
    // Somebody makes it forget while its data are gathered.
    await transaction(database.pool, async (tx) => {
      await holdModel(tx, ws, 'opens')
      const nothing = { trainedTo: 0, examples: 0, checksum: '', size: 0, report: {}, body: null }
      await addSnapshot(tx, { ws, model: 'opens', task: '', version: 1, madeAt: now, ...nothing })
      const next = await nextRevision(tx)
      await dateSnapshots(tx, next)
      await announce(tx, next)
    })
    teach(ws, 'count', 4)
    return { does: 'count', n: 1 }
  })
  now += 2 * MINUTE
  await trainer.settled()
  assert.deepEqual(counted(await inForce(ws, 'opens')), { n: 4, p: 0.5 }, 'begun anew, at once')
  assert.deepEqual(
    (await snapshots(ws, 'opens')).map(({ serial, task }) => [serial, task === '']),
    [
      [3, false],
      [2, true],
      [1, false],
    ],
  )
})
