import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import fc from 'fast-check'
import type { AcceptedEvent } from '#events/accept.ts'
import { append, preparePartitions } from '#platform/log.ts'
import { buryRecords, fencePartitions } from '#platform/log-erasure.ts'
import { transaction } from '#platform/postgres/pool.ts'
import { forgetIdentities } from '#profiles/store.ts'
import { testDatabase } from '../../test/fixtures/database.ts'
import { noteInLedger, readLedger } from './erasure-ledger-file.ts'
import { namesOf, pseudonymOf } from './erasure-subject.ts'
import { Ingest } from './ingest.ts'

const database = await testDatabase()
after(() => database.stop())
const { pool } = database
await preparePartitions(pool, 1)

const ingest = () => new Ingest({ pool, partitions: 1, now: () => 1_000, maxWaiting: 1_000, onAppended: () => undefined })
const said = (id: string, name: string): AcceptedEvent => ({
  id,
  type: 'track',
  name,
  at: 1_000,
  received: 1_000,
  props: {},
  ids: [
    { kind: 'anonymous_id', value: 'visitor' },
    { kind: 'email', value: 'ada@people.example' },
  ],
  previous: null,
  context: null,
})
const identities = async (): Promise<string[]> =>
  (
    await pool.query<{ line: string }>(`select kind || ' ' || profile_id as line from identities where workspace_id = 'acme' order by 1`)
  ).rows.map(({ line }) => line)

test('a process that remembers identities of before an erasure notices it, and asks again', async () => {
  const remembers = ingest()
  await remembers.submit('acme', [said('m1', 'Seen')])
  const before = await identities()
  assert.equal(before.length, 2)
  const profile = before[0]!.split(' ')[1]!
  await transaction(pool, async (tx) => {
    await fencePartitions(tx, [0])
    await forgetIdentities(tx, 'acme', [profile])
  })
  assert.deepEqual(await identities(), [])
  await remembers.submit('acme', [said('m2', 'Seen again')])
  assert.equal((await identities()).length, 2, 'without that the profile would be nobody’s')
})

test('a worker that held the partition cannot save what it remembers', async () => {
  const epoch = async (): Promise<number> => (await pool.query<{ epoch: number }>('select epoch from leases')).rows[0]!.epoch
  const held = await epoch()
  await transaction(pool, (tx) => fencePartitions(tx, [0]))
  assert.equal(await epoch(), held + 1)
})

test('whichever records are taken out, all others keep their text and their place', async () => {
  const key = fc.constantFrom('p_a', 'p_b', 'p_aa', 'p_c')
  let next = 0
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(key, fc.json()), { minLength: 1, maxLength: 20 }), fc.nat({ max: 19 }), async (records, cut) => {
      const workspace = `w${next++}`
      const texts = records.map(([each, value]) =>
        JSON.stringify({ kind: 'event', ws: workspace, key: each, value: JSON.parse(value) as unknown }),
      )
      await transaction(pool, (tx) =>
        append(
          tx,
          texts.map((text, i) => ({ workspace, key: records[i]![0], text })),
          { partitions: 1, now: 1_000 },
        ),
      )
      const read = async () =>
        (
          await pool.query<{ first: number; records: string }>('select first_seq as first, records from log where workspace_id = $1', [
            workspace,
          ])
        ).rows[0]!
      const { first } = await read()
      const upTo = first + cut
      const count = await transaction(pool, (tx) =>
        buryRecords(tx, { partition: 0, after: first - 1, upTo }, { ws: workspace, keys: ['p_a'] }),
      )
      const expected = texts.map((text, i) => (records[i]![0] === 'p_a' && i <= cut ? '{"kind":"erased"}' : text))
      assert.equal((await read()).records, `[${expected.join(',')}]`)
      assert.equal(count, expected.filter((text) => text === '{"kind":"erased"}').length)
      const again = await transaction(pool, (tx) =>
        buryRecords(tx, { partition: 0, after: first - 1, upTo }, { ws: workspace, keys: ['p_a'] }),
      )
      assert.equal(again, 0)
    }),
    { numRuns: 60 },
  )
})

test('short ids are not searched for in what is about others', () => {
  const identifiers = [
    { kind: 'user_id', value: '42' },
    { kind: 'user_id', value: 'user-4711' },
    { kind: 'email', value: 'Ada@People.example' },
    { kind: 'phone', value: '+491765550199' },
  ]
  const { mentions, identifiers: all } = namesOf({ profiles: ['p_1'], identifiers, addresses: [] })
  assert.deepEqual(mentions, ['p_1', '"user-4711"', 'ada@people.example', '+491765550199'])
  assert.ok(all.includes('42'))
})

test('a pseudonym tells nobody anything who has not the key', () => {
  const [one, other] = [pseudonymOf('a secret key of thirty-two letters'), pseudonymOf('another secret key of such length!')]
  assert.equal(one('w', 'p_1'), one('w', 'p_1'))
  assert.notEqual(one('w', 'p_1'), other('w', 'p_1'))
  assert.notEqual(one('w', 'p_1'), one('v', 'p_1'))
})

test('the ledger outlives a line that was cut off, and refuses one that was damaged', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cadenza-ledger-'))
  const path = join(folder, 'erased.jsonl')
  const line = { erasure: 'er_1', workspace: 'w', pseudonyms: ['ab'], doneAt: 1 }
  assert.deepEqual(await readLedger(path), [])
  await noteInLedger(path, line)
  await noteInLedger(path, { ...line, erasure: 'er_2' })
  assert.deepEqual(
    (await readLedger(path)).map(({ erasure }) => erasure),
    ['er_1', 'er_2'],
  )
  await writeFile(path, `${JSON.stringify(line)}\n{"erasure":"er_`)
  assert.deepEqual(await readLedger(path), [line])
  await writeFile(path, `{"erasure":"er_\n${JSON.stringify(line)}\n`)
  await assert.rejects(readLedger(path))
  await rm(folder, { recursive: true, force: true })
})
