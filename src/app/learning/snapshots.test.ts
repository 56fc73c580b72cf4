import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { addSnapshot, dateSnapshots, holdModel } from '#decisions/store.ts'
import { nextRevision } from '#platform/documents.ts'
import { transaction } from '#platform/postgres/pool.ts'
import { counted, MINUTE, model, type School, school } from '../../../test/fixtures/learning.ts'

let pupils: School
before(async () => {
  pupils = await school()
})
beforeEach(() => pupils.clear())
after(() => pupils.close())

test('bytes that were changed in the table make the model broken, which is said; the next good snapshot heals it without a restart', async () => {
  const ws = await pupils.workspace()
  await pupils.publish(ws, model('opens'))
  pupils.teach(ws, 'count', 2)
  const trainer = pupils.learning()
  await trainer.settled()
  await pupils.database.pool.query(
    `update model_snapshots set body = set_byte(body, length(body) - 1, get_byte(body, length(body) - 1) # 255) where workspace_id = $1`,
    [ws],
  )
  const told: string[] = []
  const engine = pupils.registry(pupils.database.pool, ({ model: id }) => told.push(id))
  const broken = await pupils.inForce(ws, 'opens', engine)
  assert.equal(broken?.snapshot, null)
  assert.match(broken?.broken ?? '', /bytes|checksum/)
  assert.deepEqual(told, ['opens'])
  pupils.now += 2 * MINUTE
  await trainer.settled()
  const healed = await pupils.inForce(ws, 'opens', engine)
  assert.equal(healed?.broken, undefined)
  assert.deepEqual(counted(healed), { n: 2, p: 0.5 }, 'learned anew: there was nothing to go on from')
})

test('a revision that only brings snapshots compiles nothing anew and asks the database a handful of questions', async () => {
  const ws = await pupils.workspace()
  const other = await pupils.workspace()
  const journey = {
    kind: 'journey',
    id: 'hello',
    goal: { event: 'Order Completed', within: '3d' },
    entry: { event: 'Signed Up' },
    steps: [{ kind: 'wait', id: 'a', for: '5m' }],
  }
  await pupils.publish(other, journey)
  await pupils.publish(ws, journey, model('opens'))
  let asked = 0
  const counting = new Proxy(pupils.database.pool, {
    get: (pool, name) => {
      if (name !== 'query') return Reflect.get(pool, name)
      asked++
      return pool.query.bind(pool)
    },
  })
  const registry = pupils.registry(counting)
  const first = await pupils.revision()
  await registry.prepare(first)
  pupils.teach(ws, 'count')
  await pupils.learning().settled()
  asked = 0
  const second = await pupils.revision()
  assert.ok(second > first)
  await registry.prepare(second)
  assert.ok(asked <= 4, `${asked} queries`)
  for (const each of [ws, other]) {
    assert.equal(registry.of(second, each).live.get('hello'), registry.of(first, each).live.get('hello'))
    assert.equal(registry.of(second, each).catalogue, registry.of(first, each).catalogue)
    assert.equal(registry.of(second, each).revision, second)
  }
  assert.equal(registry.of(first, ws).models.byId.get('opens')!.snapshot, null, 'the revision before stays as it was')
  assert.deepEqual(counted(registry.of(second, ws).models.byId.get('opens')), { n: 1, p: 0.5 })
  // From scratch, as a replay reads it, it is the same.
  const again = pupils.registry()
  await again.prepare(second)
  assert.deepEqual(counted(again.of(second, ws).models.byId.get('opens')), { n: 1, p: 0.5 })
  await again.prepare(first)
  assert.equal(again.of(first, ws).models.byId.get('opens')!.snapshot, null, 'and going back gives what was then')
})

test('another outcome is another lesson: the version before decides until the new one is let act in full, then the new one', async () => {
  const ws = await pupils.workspace()
  pupils.teach(ws, 'count', 1)
  await pupils.publish(ws, model('opens'))
  const trainer = pupils.learning()
  await trainer.settled()
  const clicks = { outcome: { kind: 'clicked' } }
  await pupils.publish(ws, model('opens', { ...clicks, rollout: { stage: 'shadow' } }))
  let both = await pupils.inForce(ws, 'opens')
  assert.deepEqual([both?.version, counted(both)?.n], [1, 1])
  assert.deepEqual([both?.candidate?.version, both?.candidate?.snapshot], [2, null], 'it has learned nothing of clicks')
  await trainer.settled()
  both = await pupils.inForce(ws, 'opens')
  assert.equal(counted(both?.candidate)?.n, 1)
  await pupils.publish(ws, model('opens', { ...clicks, rollout: { stage: 'share', share: '50%' } }))
  both = await pupils.inForce(ws, 'opens')
  assert.deepEqual([both?.version, both?.candidate?.version, counted(both?.candidate)?.n], [1, 3, 1], 'another stage forgets nothing')
  await pupils.publish(ws, model('opens', clicks))
  const full = await pupils.inForce(ws, 'opens')
  assert.deepEqual([full?.version, full?.candidate, counted(full)?.n], [4, undefined, 1])
})

test('old snapshots lose their body, the newest of a task never; checksum and report stay', async () => {
  const ws = await pupils.workspace()
  await pupils.publish(ws, model('opens'))
  pupils.teach(ws, 'count')
  const short = pupils.learning({ keep: 0 })
  await short.settled()
  pupils.now += 2 * MINUTE
  await short.settled()
  await pupils.end(short)
  pupils.now += MINUTE
  await pupils.learning({ keep: 0 }).settled()
  const lines = await pupils.snapshots(ws, 'opens')
  assert.equal(lines.at(0)!.removed, false)
  assert.equal(lines.at(-1)!.removed, true)
  assert.deepEqual(lines.at(-1)!.report, { of: 1 })
  assert.match(lines.at(-1)!.checksum, /^[0-9a-f]{64}$/)
})

test('what was learned from before a reset is not installed after it', async () => {
  const ws = await pupils.workspace()
  await pupils.publish(ws, model('opens'))
  pupils.teach(ws, 'count', 2)
  const trainer = pupils.learning()
  await trainer.settled()
  pupils.lessons.set(ws, async () => {
    // Somebody makes it forget while its data are gathered.
    await transaction(pupils.database.pool, async (tx) => {
      await holdModel(tx, ws, 'opens')
      const nothing = { trainedTo: 0, examples: 0, checksum: '', size: 0, report: {}, body: null }
      await addSnapshot(tx, { ws, model: 'opens', task: '', version: 1, madeAt: pupils.now, ...nothing })
      const next = await nextRevision(tx)
      await dateSnapshots(tx, next)
      await pupils.announce(tx, next)
    })
    pupils.teach(ws, 'count', 4)
    return { does: 'count', n: 1 }
  })
  pupils.now += 2 * MINUTE
  await trainer.settled()
  assert.deepEqual(counted(await pupils.inForce(ws, 'opens')), { n: 4, p: 0.5 }, 'begun anew, at once')
  assert.deepEqual(
    (await pupils.snapshots(ws, 'opens')).map(({ serial, task }) => [serial, task === '']),
    [
      [3, false],
      [2, true],
      [1, false],
    ],
  )
})
