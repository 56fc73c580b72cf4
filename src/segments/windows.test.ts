import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Session } from 'chdb'
import fc from 'fast-check'
import type { Json } from '#lib/json.ts'
import { isRefusal } from '#lib/problem.ts'
import { type Aggregate, aggregatesOf, factAggregatesOf, MOST_REMEMBERED } from './condition/aggregate.ts'
import { aggregateSql, factsOf } from './condition/aggregate-sql.ts'
import { children, type Expression } from './condition/ast.ts'
import { PLACES } from './condition/check.ts'
import { nextChange } from './condition/next-change.ts'
import { history, type PastEvent, pastOf, plainReading, recordOf, sequence } from './condition/past.test.ts'
import { predicate } from './condition/predicate.ts'
import { print } from './condition/print.ts'
import { read } from './condition/read.ts'
import { type Scope, scopeOf, type WindowView } from './condition/scope.ts'
import { sql } from './condition/sql.ts'
import { readable } from './condition/sql-text.ts'
import { absorbWindows, fromFacts, hearEvent, takeHistory, trimWindows, viewOf, type Windows } from './windows.ts'

const START = Date.UTC(2026, 2, 2, 10)
const DAY = 86_400_000
const NOBODY = { id: 'p', attributes: { since: [START - 3 * DAY, 1], points: [2, 1] }, activity: {} } as const

const treeOf = (text: string): Expression => {
  const tree = read(text, PLACES.segment)
  assert.ok(!isRefusal(tree), isRefusal(tree) ? `${text}: ${tree.refused.title}` : '')
  return tree
}
const slotsOf = (aggregates: readonly Aggregate[]) => aggregates.map((aggregate) => ({ slot: `${aggregate.id}.0`, aggregate }))
const mapOf = (aggregates: readonly Aggregate[]) => new Map(slotsOf(aggregates).map(({ slot, aggregate }) => [slot, aggregate]))
const scopeAt = (now: number, window: Scope['window'], past: readonly PastEvent[] = []): Scope => {
  const activity: Record<string, [number, number, number]> = Object.create(null)
  for (const { name, at } of past) {
    const [count, first, last] = activity[name] ?? [0, at, at]
    activity[name] = [count + 1, Math.min(first, at), Math.max(last, at)]
  }
  return scopeOf({ profile: { ...NOBODY, activity }, permits: {}, now, window })
}
const scopeOver = (windows: Windows, tree: Expression, { now, past }: { now: number; past?: readonly PastEvent[] }): Scope => {
  const byId = new Map(aggregatesOf(tree).map((aggregate) => [aggregate.id, aggregate]))
  const window = (id: string) => (byId.has(id) ? viewOf(byId.get(id)!, windows[`${id}.0`], now) : undefined)
  return scopeAt(now, window, past)
}
/** The state as it comes back from jsonb, which orders keys in its own way. */
const stored = (windows: Windows): Windows =>
  JSON.parse(JSON.stringify(windows), (_name, value: Json) =>
    value !== null && typeof value === 'object' && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).reverse()) : value,
  )

/** Every window of a condition read plainly from the whole list. */
function plainWindows(tree: Expression, past: readonly PastEvent[], now: number): (id: string) => WindowView {
  const values = new Map<string, number>()
  const visit = (node: Expression, keep: Expression): void => {
    if (node.kind === 'history' || node.kind === 'sequence') {
      for (const { id } of aggregatesOf(keep)) {
        const value = plainReading(node, past, now)
        values.set(id, value === undefined ? Number.NaN : Number(value))
      }
    } else
      for (const child of children(node))
        visit(child, node.kind === 'compare' && sided(node, child) ? { ...node, ...sided(node, child) } : child)
  }
  visit(tree, tree)
  return (id) => ({ value: values.get(id)!, expiry: () => Number.NaN })
}
/** The comparison with a fixed number on its other side, from which `keep` comes. */
function sided(node: Extract<Expression, { kind: 'compare' }>, child: Expression): { left: Expression; right: Expression } | undefined {
  const other = node.left === child ? node.right : node.left
  return other.kind === 'number' ? { left: node.left, right: node.right } : undefined
}

const ORDERS = ['==', '!=', '<', '<=', '>', '>='] as const
const compare = (operator: (typeof ORDERS)[number], left: Expression, right: Expression): Expression => ({
  kind: 'compare',
  operator,
  left,
  right,
})
const small = fc.integer({ min: -1, max: 4 }).map((value): Expression => ({ kind: 'number', value }))
const now: Expression = { kind: 'known', name: 'now' }
const span = fc.constantFrom(0, 1, 1_000, 90_000, DAY, 30 * DAY).map((ms): Expression => ({ kind: 'duration', ms }))
const minus = (left: Expression, right: Expression): Expression => ({ kind: 'arithmetic', operator: '-', left, right })
const since = fc.oneof(
  history(['first', 'last']),
  fc.constant<Expression>({ kind: 'attribute', path: ['since'] }),
  fc.constantFrom('Product Added', 'Order Completed').map((event): Expression => ({ kind: 'history', what: 'last', event })),
)
/** Conditions that windows and the clock decide on. */
const condition: fc.Arbitrary<Expression> = fc.letrec<{ any: Expression }>((tie) => {
  const atom = fc.oneof(
    fc.tuple(fc.constantFrom(...ORDERS), history(['count', 'distinct']), small).map((parts) => compare(...parts)),
    fc.tuple(fc.constantFrom(...ORDERS), small, history(['count', 'distinct'])).map((parts) => compare(...parts)),
    fc
      .tuple(fc.constantFrom(...ORDERS), history(['sum', 'min', 'max', 'count']), history(['sum', 'distinct', 'count']))
      .map((parts) => compare(...parts)),
    fc.tuple(fc.constantFrom(...ORDERS), history(['sum', 'min', 'max']), small).map((parts) => compare(...parts)),
    sequence,
    history(['first', 'last', 'min']).map((of): Expression => ({ kind: 'exists', of })),
    fc.tuple(fc.constantFrom(...ORDERS), since, span).map(([operator, left, ago]) => compare(operator, left, minus(now, ago))),
    fc.tuple(fc.constantFrom(...ORDERS), since, span).map(([operator, left, ago]) => compare(operator, minus(now, left), ago)),
    fc
      .tuple(fc.constantFrom(...ORDERS), since, fc.constantFrom(0, 1, 2.5, 30))
      .map(([operator, left, days]) =>
        compare(
          operator,
          { kind: 'arithmetic', operator: '/', left: minus(now, left), right: { kind: 'duration', ms: DAY } },
          { kind: 'number', value: days },
        ),
      ),
  )
  const parts = fc.array(tie('any'), { minLength: 2, maxLength: 3 })
  return {
    any: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      { weight: 3, arbitrary: atom },
      fc.tuple(fc.constantFrom('and' as const, 'or' as const), parts).map(([kind, list]): Expression => ({ kind, parts: list })),
      tie('any').map((of): Expression => ({ kind: 'not', of })),
    ),
  }
}).any

const EDGES = [0, 1, 500, 999, 1_000, 1_001, 89_999, 90_000, 90_001, DAY - 1, DAY, DAY + 1, 30 * DAY, 31 * DAY]
const times = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...EDGES).map((back) => START - back) },
  fc.integer({ min: START - 40 * DAY, max: START + 1_000 }),
)
const moment = fc.oneof(
  fc.constantFrom(...EDGES).map((on) => START + on),
  fc.integer({ min: START, max: START + 40 * DAY }),
)

test('streamed through merges and late events, a condition says what the whole list says', () => {
  fc.assert(
    fc.property(condition, fc.tuple(pastOf(times, 14), fc.array(fc.nat(3), { maxLength: 14 })), moment, (tree, [events, homes], at) => {
      const past = events.map((event) => ({ ...event, received: START - 3 + event.received }))
      const aggregates = aggregatesOf(tree)
      const slots = mapOf(aggregates)
      // Four profiles turn out to be one person, one after the other, each time in either order; between times the state is stored.
      const states: Windows[] = [{}, {}, {}, {}]
      past.forEach((event, i) => {
        const home = homes[i] ?? 0
        states[home] = stored(hearEvent(states[home]!, recordOf(event), slotsOf(aggregates)))
      })
      const [a, b, c, d] = states as [Windows, Windows, Windows, Windows]
      const one = absorbWindows(absorbWindows(a, b, slots), absorbWindows(d, c, slots), slots)
      const other = absorbWindows(c, absorbWindows(absorbWindows(b, a, new Map()), d, slots), slots)
      const expected = predicate(tree)(scopeAt(at, plainWindows(tree, past, at), past))
      for (const windows of [one, other]) {
        const trimmed = trimWindows(windows, slots, { revision: 0, now: at })
        assert.equal(predicate(tree)(scopeOver(stored(windows), tree, { now: at, past })), expected, print(tree))
        assert.equal(predicate(tree)(scopeOver(trimmed, tree, { now: at, past })), expected, `${print(tree)} trimmed`)
      }
    }),
    { numRuns: 2_000 },
  )
})

test('the next change finds every flip that time alone brings', () => {
  let flips = 0
  fc.assert(
    fc.property(condition, pastOf(times), (tree, past) => {
      const aggregates = aggregatesOf(tree)
      let windows: Windows = {}
      for (const event of past) windows = hearEvent(windows, recordOf(event), slotsOf(aggregates))
      const holds = (at: number): boolean => predicate(tree)(scopeAt(at, plainWindows(tree, past, at), past))
      const change = nextChange(tree)
      // Every moment at which anything can change, and the ms around it.
      const spans = [0, 1, 1_000, 90_000, DAY, 2.5 * DAY, 30 * DAY]
      const froms = [START, START - 3 * DAY, ...past.map((event) => event.at)]
      const moments = [...new Set(froms.flatMap((from) => spans.flatMap((ms) => [-1, 0, 1].map((by) => from + ms + by))))].filter(
        (at) => at > START,
      )
      let [now, says] = [START, holds(START)]
      let due = change(scopeOver(windows, tree, { now, past }))
      let looks = 0
      for (const at of moments.sort((x, y) => x - y)) {
        while (due <= at) {
          assert.ok(due > now, `${print(tree)}: not after now`)
          assert.ok(++looks < 300, `${print(tree)}: looked at too often`)
          now = due
          const answer = predicate(tree)(scopeOver(windows, tree, { now, past }))
          if (answer !== says) flips++
          says = answer
          due = change(scopeOver(windows, tree, { now, past }))
        }
        assert.equal(says, holds(at), `${print(tree)} at ${at - START} after the start`)
      }
    }),
    { numRuns: 2_500 },
  )
  assert.ok(flips > 100, `${flips} flips`)
})

test('the timer stands exactly where the nth event leaves the window, and nowhere when nothing can flip', () => {
  const past = [1, 2, 3, 4].map((day): PastEvent => ({ name: 'A', at: START - day * DAY, received: 0, properties: { total: day } }))
  const due = (text: string): number => {
    const tree = treeOf(text)
    let windows: Windows = {}
    for (const event of past) windows = hearEvent(windows, recordOf(event), slotsOf(aggregatesOf(tree)))
    return nextChange(tree)(scopeOver(windows, tree, { now: START, past })) - START
  }
  assert.equal(due('count("A" within 30d) >= 3'), 27 * DAY)
  assert.equal(due('count("A" within 30d) >= 4'), 26 * DAY)
  assert.equal(due('count("A" within 30d) >= 5'), Infinity)
  assert.equal(due('count("A" within 30d) == 4'), 26 * DAY)
  assert.equal(due('count("A" within 30d) == 2'), 27 * DAY)
  assert.equal(due('never("A" within 30d)'), 29 * DAY)
  assert.equal(due('last("A") < now - 30d'), 29 * DAY + 1)
  assert.equal(due('last("A") <= now - 30d'), 29 * DAY)
  assert.equal(due('(now - profile.since) / 1d > 90'), 87 * DAY + 1)
  assert.equal(due('profile.since < now + 3d'), Infinity)
  assert.equal(due('sequence("A", "A" within 30d)'), 28 * DAY)
  assert.equal(due('sum("A", total within 30d) > 5'), 26 * DAY)
  assert.equal(due('profile.country == "DE" and count("A" within 30d) >= 3'), Infinity)
  assert.equal(due('profile.points == 2 and count("A" within 30d) >= 3'), 27 * DAY)
  assert.equal(due('profile.points == 2 or count("A" within 30d) >= 3'), Infinity)
})

test('an event that no aggregate asks for, or that says who somebody is, changes nothing', () => {
  const slots = slotsOf(aggregatesOf(treeOf('count("A" where event.total > 5 within 30d) >= 2')))
  const windows = hearEvent({}, recordOf({ name: 'A', at: START, received: START, properties: { total: 9 } }), slots)
  assert.equal(hearEvent(windows, recordOf({ name: 'A', at: START, received: START, properties: { total: 5 } }), slots), windows)
  assert.equal(
    hearEvent(windows, { ...recordOf({ name: 'A', at: START, received: START, properties: { total: 9 } }), type: 'identify' }, slots),
    windows,
  )
})

test('a person remembers no more than the condition can tell apart, and forgets what has left the window', () => {
  const slots = slotsOf(aggregatesOf(treeOf('count("A" within 30d) >= 3 or sum("A", total within 1d) > 5')))
  let windows: Windows = {}
  for (let i = 0; i < 3 * MOST_REMEMBERED; i++)
    windows = hearEvent(windows, recordOf({ name: 'A', at: START + i, received: START + i, properties: { total: 1 } }), slots)
  assert.deepEqual(
    slots.map(({ slot }) => (windows[slot] as { of: unknown[] }).of.length).sort((a, b) => a - b),
    [3, MOST_REMEMBERED],
  )
  const later = START + 40 * DAY
  windows = hearEvent(windows, recordOf({ name: 'A', at: later, received: later, properties: { total: 1 } }), slots)
  assert.deepEqual(
    slots.map(({ slot }) => (windows[slot] as { of: unknown[] }).of.length),
    [1, 1],
  )
  assert.deepEqual(trimWindows(windows, mapOf(slots.map(({ aggregate }) => aggregate)), { revision: 0, now: later + 40 * DAY }), {})
})

test('slots that nobody watches any more go; those of a revision that is yet to come stay', () => {
  const windows: Windows = { 'a.3': { kind: 'number', of: 1 }, 'b.9': { kind: 'number', of: 2 } }
  assert.deepEqual(Object.keys(trimWindows(windows, new Map(), { revision: 5, now: START })), ['b.9'])
  const theirs: Windows = { 'b.9': { kind: 'number', of: 3 } }
  assert.deepEqual(absorbWindows(windows, theirs, new Map())['b.9'], { kind: 'number', of: 5 })
})

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

test('what has left its window is forgotten a day later', () => {
  const slots = slotsOf(aggregatesOf(treeOf('count("A" within 1h) >= 1')))
  const at = START
  const windows = hearEvent({}, recordOf({ name: 'A', at, received: at, properties: {} }), slots)
  const map = mapOf(slots.map(({ aggregate }) => aggregate))
  assert.deepEqual(trimWindows(windows, map, { revision: 0, now: at + DAY }), windows, 'clocks may differ by a day')
  assert.deepEqual(trimWindows(windows, map, { revision: 0, now: at + DAY + 3_600_000 }), {})
})
