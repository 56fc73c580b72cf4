import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import pino from 'pino'
import { LEARNERS, type Lesson } from '../../../test/fixtures/learners.ts'
import { counted, MINUTE, MODULE, model, type School, school } from '../../../test/fixtures/learning.ts'
import type { LearningOptions } from './learning.ts'

let pupils: School
before(async () => {
  pupils = await school()
})
beforeEach(() => pupils.clear())
after(() => pupils.close())

test('a published model learns at once, then by its clock, and each snapshot goes on from the one before', async () => {
  const ws = await pupils.workspace()
  await pupils.publish(ws, model('opens'))
  pupils.teach(ws, 'count', 5)
  const trainer = pupils.learning()
  await trainer.settled()
  assert.deepEqual(counted(await pupils.inForce(ws, 'opens')), { n: 5, p: 0.5 })
  await trainer.settled()
  assert.equal((await pupils.snapshots(ws, 'opens')).length, 1, 'nothing is due')
  pupils.now += 2 * MINUTE
  await trainer.settled()
  assert.deepEqual(counted(await pupils.inForce(ws, 'opens')), { n: 10, p: 0.5 })
  const [second, first] = await pupils.snapshots(ws, 'opens')
  assert.equal(second!.serial, 2)
  assert.ok(second!.revision > first!.revision)
  const { rows } = await pupils.database.pool.query<{ n: number }>('select count(*)::int n from log where records like $1', [
    `%"definitions","revision":${second!.revision}}%`,
  ])
  assert.equal(rows[0]!.n, 2, 'each partition of the log says when it came into force')
})

test('where nothing is new nothing is installed', async () => {
  const ws = await pupils.workspace()
  await pupils.publish(ws, model('opens'))
  const trainer = pupils.learning()
  await trainer.settled()
  pupils.teach(ws, 'nothing')
  pupils.now += 2 * MINUTE
  await trainer.settled()
  assert.deepEqual(await pupils.snapshots(ws, 'opens'), [])
  const { outcome, failures } = await pupils.training(ws)
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
    const ws = await pupils.workspace()
    await pupils.publish(ws, model('opens'))
    pupils.teach(ws, 'count', 3)
    const trainer = pupils.learning()
    await trainer.settled()
    const good = await pupils.inForce(ws, 'opens')
    pupils.teach(ws, does)
    pupils.now += 2 * MINUTE
    await trainer.settled()
    const failed = await pupils.training(ws)
    assert.deepEqual([failed.outcome, failed.reason, failed.failures], ['failed', reason, 1])
    assert.deepEqual(counted(await pupils.inForce(ws, 'opens')), counted(good))
    pupils.teach(ws, 'count', 4)
    pupils.now = failed.due
    await trainer.settled()
    assert.equal((await pupils.training(ws)).outcome, 'installed')
    assert.deepEqual(counted(await pupils.inForce(ws, 'opens')), { n: 7, p: 0.5 })
    const { rows } = await pupils.database.pool.query<{ action: string; after_hash: string }>(
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
  const [bad, good] = [await pupils.workspace(), await pupils.workspace()]
  await pupils.publish(bad, model('opens'))
  await pupils.publish(good, model('opens'))
  pupils.teach(bad, 'hostile')
  pupils.teach(good, 'count')
  const trainer = pupils.learning({ threads: 2 })
  await trainer.settled()
  assert.equal((await pupils.training(bad)).reason, 'install_failed')
  assert.deepEqual(counted(await pupils.inForce(good, 'opens')), { n: 1, p: 0.5 })
})

test('while ClickHouse is away nothing is learned, later and later; when it is back it goes on', async () => {
  const ws = await pupils.workspace()
  await pupils.publish(ws, model('opens'))
  const gatherers: LearningOptions['teaching'] = {
    learners: LEARNERS,
    module: MODULE,
    gatherers: { propensity: async ({ analytics }) => analytics.query('SELECT 1') },
  }
  const away = pupils.learning({ teaching: gatherers })
  const waits: number[] = []
  for (let i = 0; i < 3; i++) {
    await away.settled()
    const { reason, due } = await pupils.training(ws)
    assert.equal(reason, 'gather_failed')
    waits.push(due - pupils.now)
    pupils.now = due
  }
  assert.ok(waits[0]! < waits[1]! && waits[1]! < waits[2]!, `waits of ${waits}`)
  await pupils.end(away)
  pupils.teach(ws, 'count')
  await pupils.learning().settled()
  assert.deepEqual(counted(await pupils.inForce(ws, 'opens')), { n: 1, p: 0.5 })
})

test('a process that ends in the midst of a training ends quietly, and the next one takes it up', async () => {
  const ws = await pupils.workspace()
  await pupils.publish(ws, model('opens'))
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
  pupils.lessons.set(ws, async () => {
    begin()
    return { does: 'loop', n: 1 }
  })
  const lines: string[] = []
  const ending = pupils.learning({ logger: pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) }) })
  await begun
  await pupils.end(ending)
  assert.deepEqual(lines, [])
  pupils.teach(ws, 'count', 2)
  await pupils.learning().settled()
  assert.deepEqual(counted(await pupils.inForce(ws, 'opens')), { n: 2, p: 0.5 })
})

test('two processes never train the same at once, and what a lost one brings is not wanted', async () => {
  const ws = await pupils.workspace()
  await pupils.publish(ws, model('opens'))
  let at = 0
  let most = 0
  const slow = async (): Promise<Lesson> => {
    most = Math.max(most, ++at)
    await new Promise((resolve) => setTimeout(resolve, 150))
    at--
    return { does: 'count', n: 1 }
  }
  pupils.lessons.set(ws, slow)
  const [one, two] = [pupils.learning({ threads: 2 }), pupils.learning({ threads: 2 })]
  await Promise.all([one.settled(), two.settled()])
  assert.equal(most, 1)
  assert.equal((await pupils.snapshots(ws, 'opens')).length, 1)
  // A process that stood still for longer than its lease: somebody else has claimed the task since.
  pupils.lessons.set(ws, async () => {
    await pupils.database.pool.query(`update model_training set epoch = epoch + 1, owner = 'somebody' where workspace_id = $1`, [ws])
    return { does: 'count', n: 1 }
  })
  pupils.now += 2 * MINUTE
  await Promise.all([one.settled(), two.settled()])
  assert.equal((await pupils.snapshots(ws, 'opens')).length, 1)
})

test('workspaces take turns: one with many models does not keep another waiting', async () => {
  const [many, few] = [await pupils.workspace(), await pupils.workspace()]
  const order: string[] = []
  for (const ws of [many, few])
    pupils.lessons.set(ws, async () => {
      order.push(ws)
      return null
    })
  await pupils.publish(many, ...['a', 'b', 'c', 'd', 'e'].map((id) => model(id)))
  await pupils.publish(few, model('z'))
  await pupils.learning().settled()
  assert.equal(order.length, 6)
  assert.ok(order.indexOf(few) <= 1, `served as ${order}`)
})

test('a clock that was wrong does not keep a model from learning for ever', async () => {
  const ws = await pupils.workspace()
  await pupils.publish(ws, model('opens'))
  const real = pupils.now
  pupils.now += 3_650 * 86_400_000
  const trainer = pupils.learning()
  await trainer.settled()
  pupils.now = real
  pupils.teach(ws, 'count')
  await trainer.settled()
  assert.deepEqual(counted(await pupils.inForce(ws, 'opens')), { n: 1, p: 0.5 })
})
