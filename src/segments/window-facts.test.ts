import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Session } from 'chdb'
import fc from 'fast-check'
import type { Json } from '#lib/json.ts'
import { condition, DAY, mapOf, plainWindows, START, scopeAt, scopeOver, slotsOf, times, treeOf } from '../../test/fixtures/windows.ts'
import { type Aggregate, aggregatesOf, factAggregatesOf } from './condition/aggregate.ts'
import { aggregateSql, factsOf } from './condition/aggregate-sql.ts'
import type { Expression } from './condition/ast.ts'
import { type PastEvent, pastOf, recordOf } from './condition/past.test.ts'
import { predicate } from './condition/predicate.ts'
import { print } from './condition/print.ts'
import { sql } from './condition/sql.ts'
import { readable } from './condition/sql-text.ts'
import { absorbWindows, fromFacts, hearEvent, takeHistory, type Windows } from './windows.ts'

let directory: string
let session: Session
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cadenza-windows-'))
  session = new Session(directory)
  await session.queryAsync(
    'CREATE TABLE facts (profile_id UInt32, type String, verdict String, name String, at Float64, received Float64, properties String) ENGINE = MergeTree ORDER BY name',
  )
})
after(async () => {
  session.close()
  await rm(directory, { recursive: true, force: true })
})
const select = async <T>(text: string): Promise<T[]> =>
  (await session.queryAsync(text, { format: 'JSONCompactEachRow' }))
    .text()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T)

const EVENTS = { name: 'name', at: 'at', received: 'received', properties: readable('properties') }
async function load(people: readonly (readonly PastEvent[])[]): Promise<void> {
  await session.queryAsync('TRUNCATE TABLE facts')
  const lines = people.flatMap((past, id) =>
    past.map(({ properties, ...event }) =>
      JSON.stringify({ profile_id: id, type: 'track', verdict: 'accepted', ...event, properties: JSON.stringify(properties) }),
    ),
  )
  await session.queryAsync(`INSERT INTO facts FORMAT JSONEachRow\n${lines.join('\n')}`)
}
const gathered = (aggregates: readonly Aggregate[]): string =>
  `SELECT profile_id, ${aggregates.map((aggregate) => `${aggregateSql(aggregate, EVENTS)} AS w_${aggregate.id}`)} FROM facts WHERE ${factsOf(aggregates)} GROUP BY profile_id`

/** Streamed, from SQL, and a past brought in from SQL with the rest streamed: all as the whole list reads. */
async function agree(trees: readonly Expression[], people: readonly (readonly PastEvent[])[], at: number): Promise<number> {
  await load(people)
  const aggregates = [...new Map(trees.flatMap(factAggregatesOf).map((aggregate) => [aggregate.id, aggregate])).values()]
  const columns = { profileId: `'p'`, permits: `'{}'`, now: `${at}.0`, window: (id: string) => `w_${id}` }
  const attributes = `'{"since":${START - 3 * DAY},"points":2}'`
  const answers = trees.map((tree) => sql(tree, { ...columns, attributes }))
  const ids = `SELECT number AS profile_id FROM numbers(${people.length})`
  const rows = await select<number[]>(
    `SELECT p.profile_id, ${answers} FROM (${ids}) AS p LEFT JOIN (${gathered(aggregates)}) AS g ON g.profile_id = p.profile_id ORDER BY p.profile_id`,
  )
  const columnsById = new Map((await select<[number, ...Json[]]>(gathered(aggregates))).map(([id, ...values]) => [id, values]))
  let holding = 0
  for (const [index, tree] of trees.entries()) {
    const own = aggregatesOf(tree)
    const slots = mapOf(own)
    for (const [id, past] of people.entries()) {
      const expected = predicate(tree)(scopeAt(at, plainWindows(tree, past, at), past))
      if (expected) holding++
      const found = own.map(
        (aggregate) =>
          [
            `${aggregate.id}.0`,
            fromFacts(aggregate, columnsById.get(id)?.[aggregates.findIndex((one) => one.id === aggregate.id)] ?? []),
          ] as const,
      )
      const brought = takeHistory({}, Object.fromEntries(found.filter(([, state]) => state !== undefined)) as Record<string, Json>, slots)
      assert.equal(rows[id]![index + 1] === 1, expected, `${print(tree)} in SQL for ${JSON.stringify(past)}\n${answers[index]}`)
      assert.equal(
        predicate(tree)(scopeOver(brought, tree, { now: at, past })),
        expected,
        `${print(tree)} brought in for ${JSON.stringify(past)}`,
      )
    }
  }
  return holding
}

test('SQL over the facts says what the whole list says, and what it gathers can be streamed on', async () => {
  const people = fc.sample(pastOf(times, 12), { numRuns: 60, seed: 7 })
  let holding = 0
  for (const [i, at] of [START, START + 1_000, START + 20 * DAY].entries())
    holding += await agree(fc.sample(condition, { numRuns: 40, seed: i }), people, at)
  assert.ok(holding > 1_500 && holding < 6_000, `${holding} of 7200 hold`)
})

test('beyond what is remembered all three count alike', async () => {
  const random = (i: number): number => (i * 7_919) % 5_003
  const many = Array.from({ length: 2_500 }, (_, i): PastEvent => {
    const name = i % 3 === 0 ? 'B' : 'A'
    return {
      name,
      at: START - random(i) * 1_000,
      received: i % 4,
      properties: { total: (random(i) % 400) / 8, id: `x${random(i) % 1_800}` },
    }
  })
  const trees = [
    'count("A" within 30d) >= 1000 and count("A" where event.total >= 0) == 1666',
    'count("A" within 30d) > count("B" within 30d) and count("A" within 20m) < 900',
    'sum("A", total within 30d) > sum("B", total within 30d) and sum("A", total) > 1000',
    'distinct("A", id within 30d) >= 1000 or distinct("A", id) == 1000',
    'first("A" within 30d) > first("A") and last("A" within 30d) == last("A")',
    'sequence("A" where event.total > 20, "B" where event.total < 20, "A" within 30m)',
    'min("A", total within 30d) == 0 and max("B", total) >= 49',
  ].map(treeOf)
  await agree(trees, [many, many.slice(0, 1_400), []], START)
  for (const cut of [700, 1_900]) {
    for (const tree of trees) {
      const slots = mapOf(aggregatesOf(tree))
      const part = (events: readonly PastEvent[]): Windows =>
        events.reduce<Windows>((windows, event) => hearEvent(windows, recordOf(event), slotsOf(aggregatesOf(tree))), {})
      const both = absorbWindows(part(many.slice(cut)), part(many.slice(0, cut)), slots)
      const expected = predicate(tree)(scopeAt(START, plainWindows(tree, many, START), many))
      assert.equal(predicate(tree)(scopeOver(both, tree, { now: START, past: many })), expected, print(tree))
    }
  }
})

/** Of a past, what holds; the plain reading, the stream, two streams that unite, and SQL must all say so. */
const BY_HAND: readonly {
  readonly told: string
  readonly past: readonly (readonly [name: string, at: number, received: number, properties?: PastEvent['properties']])[]
  readonly holds: readonly string[]
}[] = [
  {
    told: 'of the same millisecond the one that arrived first comes first; what arrived together follows in neither order',
    past: [
      ['A', START, 1],
      ['B', START, 2],
      ['C', START, 2],
    ],
    holds: [
      'sequence("A", "B" within 1d)',
      'not sequence("B", "A" within 1d)',
      'not sequence("B", "C") and not sequence("C", "B")',
      'not sequence("A", "A")',
    ],
  },
  {
    told: 'a chain lies in the window as a whole, and the latest one counts',
    past: [
      ['A', START - 10 * DAY, 1],
      ['A', START - 3 * DAY, 1],
      ['B', START - 2 * DAY, 1],
      ['A', START - DAY, 1],
    ],
    holds: [
      'sequence("A", "B" within 4d)',
      'not sequence("A", "B" within 3d)',
      'sequence("A", "B", "A" within 4d)',
      'not sequence("B", "A", "B")',
      'sequence("A", "A", "B", "A")',
    ],
  },
  {
    told: 'a value that comes again is one value, seen last when it came last',
    past: [
      ['A', START - 10 * DAY, 1, { path: '/' }],
      ['A', START - DAY, 1, { path: '/' }],
      ['A', START - 10 * DAY, 1, { path: 1 }],
      ['A', START - 10 * DAY, 1, { path: '1' }],
      ['A', START - 10 * DAY, 1, { path: [1] }],
      ['A', START - 10 * DAY, 1, { path: true }],
    ],
    holds: [
      'distinct("A", path) == 4',
      'distinct("A", path within 30d) == 4',
      'distinct("A", path within 2d) == 1',
      'distinct("A", path within 1d) == 0',
    ],
  },
  {
    told: 'amounts are rounded to four decimals, each for itself, and add up exactly',
    past: [
      ...Array.from({ length: 10 }, () => ['A', START, 1, { total: 0.1 }] as const),
      ['A', START, 1, { total: 0.00005 }],
      ['A', START, 1, { total: -0.00005 }],
      ['A', START, 1, { total: 0.00004 }],
      ['A', START, 1, { total: 1e11 }],
      ['A', START, 1, { total: 2e11 }],
      ['A', START, 1, { total: '7' }],
    ],
    holds: [
      'sum("A", total) == 100000000001.0001',
      'sum("A", total within 1d) == 100000000001.0001',
      'max("A", total) == 200000000000',
      'min("A", total within 1d) == -0.00005',
    ],
  },
  {
    told: 'an event from a clock that is ahead counts already, and stays for longer',
    past: [['A', START + 2 * DAY, 1]],
    holds: ['count("A" within 1d) == 1', 'last("A") > now', 'performed("A" within 1ms)'],
  },
]
for (const { told, past: events, holds } of BY_HAND) {
  test(told, async () => {
    const past = events.map(([name, at, received, properties = {}]): PastEvent => ({ name, at, received, properties }))
    const trees = holds.map(treeOf)
    await agree(trees, [past], START)
    for (const tree of trees) {
      const slots = slotsOf(aggregatesOf(tree))
      const streamed = (some: readonly PastEvent[]): Windows =>
        some.reduce<Windows>((windows, event) => hearEvent(windows, recordOf(event), slots), {})
      for (const cut of past.keys()) {
        const windows = absorbWindows(streamed(past.slice(cut)), streamed(past.slice(0, cut)), mapOf(aggregatesOf(tree)))
        assert.equal(predicate(tree)(scopeOver(windows, tree, { now: START, past })), true, `${print(tree)}, united at ${cut}`)
      }
    }
  })
}
