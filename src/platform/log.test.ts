import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type TestDatabase, testDatabase } from '../../test/fixtures/database.ts'
import { append, appendToPartitions, type Cursor, partitionOf, preparePartitions, readBlocks } from './log.ts'
import { transaction } from './postgres/pool.ts'

let database: TestDatabase
before(async () => {
  database = await testDatabase()
  await preparePartitions(database.pool, 4)
})
after(() => database.stop())

const entry = (key: string, n: number) => ({ workspace: 'w', key, text: JSON.stringify({ key, n }) })

async function readAll(cursors: Map<number, number>): Promise<{ key: string; n: number }[]> {
  const found: { key: string; n: number }[] = []
  const asked: Cursor[] = [...cursors].map(([partition, seq]) => ({ partition, seq }))
  for (const block of await readBlocks(database.pool, asked, 100)) {
    assert.ok(block.first_seq > cursors.get(block.partition)!, 'a block is read once')
    assert.equal(block.first_seq, cursors.get(block.partition)! + 1, 'numbers are contiguous')
    cursors.set(block.partition, block.last_seq)
    found.push(...(JSON.parse(block.records) as { key: string; n: number }[]).filter((record) => record.key))
  }
  return found
}

test('eight writers at once, and a reader that reads all the time misses nothing and keeps each key’s order', async () => {
  const cursors = new Map([0, 1, 2, 3].map((partition) => [partition, 0]))
  const seen = new Map<string, number[]>()
  let writing = true
  const writer = async (w: number): Promise<void> => {
    for (let n = 0; n < 40; n++) {
      await transaction(database.pool, (tx) => append(tx, [entry(`a${w}`, n), entry(`b${w}`, n)], { partitions: 4, now: 1_000 + n }))
    }
  }
  const reader = async (): Promise<void> => {
    let last = false
    while (!last) {
      last = !writing
      for (const { key, n } of await readAll(cursors)) seen.set(key, [...(seen.get(key) ?? []), n])
    }
  }
  const reading = reader()
  await Promise.all(Array.from({ length: 8 }, (_, w) => writer(w)))
  writing = false
  await reading
  assert.equal(seen.size, 16)
  for (const [key, order] of seen)
    assert.deepEqual(
      order,
      Array.from({ length: 40 }, (_, n) => n),
      `order of ${key}`,
    )
})

test('an append that rolls back leaves no number behind', async () => {
  const heads = () => database.pool.query('select partition, seq from log_heads order by partition').then((result) => result.rows)
  const before = await heads()
  await assert.rejects(
    transaction(database.pool, async (tx) => {
      await append(tx, [entry('gone', 1)], { partitions: 4, now: 5_000 })
      throw new Error('crash')
    }),
  )
  assert.deepEqual(await heads(), before)
})

test('a partition’s clock never goes back, whatever the writers’ clocks say', async () => {
  await transaction(database.pool, (tx) => appendToPartitions(tx, '{"kind":"tick"}', { partitions: [2], now: 9_000 }))
  await transaction(database.pool, (tx) => appendToPartitions(tx, '{"kind":"tick"}', { partitions: [2], now: 8_000 }))
  const blocks = await readBlocks(database.pool, [{ partition: 2, seq: 0 }], 1_000)
  assert.deepEqual(
    blocks.slice(-2).map((block) => block.at),
    [9_000, 9_000],
  )
})

test('records of two workspaces on one partition lie in blocks of their own', async () => {
  const { rows } = await database.pool.query<{ seq: number }>('select seq from log_heads where partition = $1', [partitionOf('same', 4)])
  await transaction(database.pool, (tx) =>
    append(tx, [entry('same', 1), { ...entry('same', 2), workspace: 'other' }, entry('same', 3)], { partitions: 4, now: 9_500 }),
  )
  const blocks = await readBlocks(database.pool, [{ partition: partitionOf('same', 4), seq: Number(rows[0]!.seq) }], 10)
  assert.deepEqual(
    blocks.map((block) => JSON.parse(block.records).length),
    [2, 1],
  )
})

test('the number of partitions is fixed at the first start', async () => {
  await preparePartitions(database.pool, 4)
  await assert.rejects(preparePartitions(database.pool, 8), /set PARTITIONS=4/)
})
