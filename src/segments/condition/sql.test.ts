import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Session } from 'chdb'
import fc from 'fast-check'
import type { JsonObject } from '#lib/json.ts'
import { isRefusal } from '#lib/problem.ts'
import { aggregatesOf } from './aggregate.ts'
import { aggregateSql, factsOf } from './aggregate-sql.ts'
import { expression, othersOf, type Row, row, sensible } from './arbitrary.test.ts'
import { type Expression, MAX_DEPTH } from './ast.ts'
import { parse } from './parse.ts'
import { streamedWindows } from './past.test.ts'
import { predicate } from './predicate.ts'
import { print } from './print.ts'
import { scopeOf } from './scope.ts'
import { type Columns, sql } from './sql.ts'
import { quote, readable } from './sql-text.ts'

const SEED = 20_260_131
const PLAIN: Columns = {
  profileId: 'id',
  attributes: 'attributes',
  permits: 'permits',
  activity: 'activity',
  now: 'now',
  event: { name: 'event_name', at: 'event_at', properties: 'event_properties' },
  entry: { name: 'entry_name', at: 'entry_at', key: 'entry_key', properties: 'entry_properties' },
  window: (id) => `w_${id}`,
  segment: (id) => `has(segments, ${quote(id)})`,
  lists: 'lists',
  scores: 'scores',
}
const STAMPED: Columns = { ...PLAIN, attributes: 'stamped', stamped: true }

/** The rows as a query gives them to conditions. */
const EVENTS = { name: 'name', at: 'at', received: 'received', properties: readable('properties') }
const rowsWith = (conditions: readonly Expression[]): string => {
  const aggregates = new Map(conditions.flatMap(aggregatesOf).map((aggregate) => [aggregate.id, aggregate]))
  if (aggregates.size === 0) return `${ROWS} AS r`
  const gathered = [...aggregates].map(([id, aggregate]) => `${aggregateSql(aggregate, EVENTS)} AS w_${id}`)
  const facts = `SELECT ix, ${gathered} FROM past WHERE ${factsOf([...aggregates.values()])} GROUP BY ix`
  return `${ROWS} AS r LEFT JOIN (${facts}) AS g ON r.ix = g.ix`
}
const ROWS = `(SELECT * REPLACE (${['attributes', 'stamped', 'event_properties', 'entry_properties'].map((column) => `${readable(column)} AS ${column}`)}) FROM rows)`

let directory: string
let session: Session
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cadenza-condition-'))
  session = new Session(directory)
})
after(async () => {
  session.close()
  await rm(directory, { recursive: true, force: true })
})

const stamp = (attributes: JsonObject) => Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, [value, 1] as const]))
const select = async <T>(text: string): Promise<T[]> =>
  (await session.queryAsync(text, { format: 'JSONCompactEachRow' }))
    .text()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T)

async function load(rows: readonly Row[]): Promise<void> {
  const texts = [
    'id',
    'attributes',
    'stamped',
    'permits',
    'activity',
    'event_name',
    'event_properties',
    'entry_name',
    'entry_key',
    'entry_properties',
    'lists',
    'scores',
  ]
  const times = ['now', 'event_at', 'entry_at']
  await session.queryAsync('DROP TABLE IF EXISTS rows')
  await session.queryAsync(
    `CREATE TABLE rows (ix UInt32, segments Array(String), ${texts.map((column) => `${column} String`)}, ${times.map((column) => `${column} Float64`)}) ENGINE = MergeTree ORDER BY ix`,
  )
  const lines = rows.map(({ id, attributes, permits, activity, event, entry, now, segments, lists, scores }, ix) =>
    JSON.stringify({
      ix,
      id,
      attributes: JSON.stringify(attributes),
      stamped: JSON.stringify(stamp(attributes)),
      permits: JSON.stringify(permits),
      activity: JSON.stringify(activity),
      now,
      event_name: event.name,
      event_at: event.at,
      event_properties: JSON.stringify(event.properties),
      entry_name: entry.name,
      entry_at: entry.at,
      entry_key: entry.key,
      entry_properties: JSON.stringify(entry.properties),
      segments,
      lists: JSON.stringify(lists),
      scores: JSON.stringify(scores),
    }),
  )
  await session.queryAsync('DROP TABLE IF EXISTS past')
  await session.queryAsync(
    'CREATE TABLE past (ix UInt32, type String, verdict String, name String, at Float64, received Float64, properties String) ENGINE = MergeTree ORDER BY ix',
  )
  const past = rows.flatMap((row, ix) =>
    row.past.map(({ properties, ...event }) =>
      JSON.stringify({ ix, type: 'track', verdict: 'accepted', ...event, properties: JSON.stringify(properties) }),
    ),
  )
  if (past.length > 0) await session.queryAsync(`INSERT INTO past FORMAT JSONEachRow\n${past.join('\n')}`)
  await session.queryAsync(`INSERT INTO rows FORMAT JSONEachRow\n${lines.join('\n')}`)
}

function scopeOfRow(row: Row, tree: Expression) {
  const { id, attributes, permits, activity, event, entry, now, past } = row
  const window = streamedWindows(tree, past, now)
  return scopeOf({ profile: { id, attributes: stamp(attributes), activity }, permits, event, entry, now, window, ...othersOf(row) })
}

async function agree(conditions: readonly Expression[], rows: readonly Row[]): Promise<number> {
  await load(rows)
  let holding = 0
  for (let from = 0; from < conditions.length; from += 40) {
    const some = conditions.slice(from, from + 40)
    const parts = some.map((tree, index) => sql(tree, index % 2 === 0 ? PLAIN : STAMPED))
    const types = parts.map((part) => `toTypeName(${part})`)
    const answers = await select<number[]>(`SELECT ${parts} FROM ${rowsWith(some)} ORDER BY r.ix`)
    assert.deepEqual(await select<string[]>(`SELECT DISTINCT ${types} FROM ${rowsWith(some)}`), [parts.map(() => 'UInt8')])
    for (const [index, tree] of some.entries()) {
      const holds = predicate(tree)
      for (const [ix, row] of rows.entries()) {
        const expected = holds(scopeOfRow(row, tree))
        if (expected) holding++
        if (expected !== (answers[ix]![index] === 1))
          assert.fail(`${print(tree)}\npredicate: ${expected}\nrow: ${JSON.stringify(rows[ix])}\nSQL: ${parts[index]}`)
      }
    }
  }
  return holding
}

test('the SQL of random conditions holds for exactly the rows that the predicate holds for', async () => {
  const conditions = [...fc.sample(sensible(), { numRuns: 600, seed: SEED }), ...fc.sample(expression(), { numRuns: 300, seed: SEED })]
  const rows = fc.sample(row, { numRuns: 300, seed: SEED })
  const holding = await agree(conditions, rows)
  const share = holding / (conditions.length * rows.length)
  assert.ok(share > 0.2 && share < 0.8, `neither yes nor no may be rare: ${share}`)
})

test('lower case is the same for every character there is', async () => {
  const characters = Array.from({ length: 0x110000 }, (_, code) => code)
    .filter((code) => code > 0 && (code < 0xd800 || code > 0xdfff))
    .map((code) => String.fromCodePoint(code))
  const lines = Array.from({ length: Math.ceil(characters.length / 256) }, (_, index) =>
    characters.slice(index * 256, index * 256 + 256).join(' '),
  )
  await session.queryAsync('CREATE TABLE characters (ix UInt32, text String) ENGINE = Memory')
  await session.queryAsync(`INSERT INTO characters FORMAT JSONEachRow\n${lines.map((text, ix) => JSON.stringify({ ix, text })).join('\n')}`)
  const lowered = await select<string>('SELECT lowerUTF8(text) FROM characters ORDER BY ix')
  const different = lines.flatMap((line, ix) => (line.toLowerCase() === (lowered[ix] as unknown as string[])[0] ? [] : [ix]))
  assert.deepEqual(different, [])
})

test('no text and no name can leave its quotes', async () => {
  await load(fc.sample(row, { numRuns: 3, seed: SEED }))
  const hostile = [
    "'; DROP TABLE rows; --",
    "\\'; DROP TABLE rows; --",
    '\\',
    "\\\\'",
    '{now:String}',
    '/*',
    '--',
    "') OR 1=1 --",
    '\n\r\t\b\f',
    '$1',
    '$' + '{x}',
    '`',
    '"',
    'x'.repeat(10_000),
  ]
  for (const text of hostile) {
    assert.deepEqual(await select(`SELECT ${quote(text)}`), [[text]])
    const everywhere: Expression[] = [
      { kind: 'attribute', path: [text, text] },
      { kind: 'compare', operator: '==', left: { kind: 'property', of: 'event', path: [text] }, right: { kind: 'text', value: text } },
      { kind: 'compare', operator: 'in', left: { kind: 'known', name: 'entry.key' }, right: { kind: 'list', items: [text, 'other'] } },
      { kind: 'consent', status: 'granted', channel: text, topic: text },
      { kind: 'exists', of: { kind: 'history', what: 'last', event: text } },
      { kind: 'member', of: 'segment', id: text },
      { kind: 'member', of: 'list', id: text },
      { kind: 'exists', of: { kind: 'rating', of: 'score', name: text } },
      { kind: 'each', quantifier: 'any', list: { kind: 'attribute', path: [text] }, where: { kind: 'element', path: [text] } },
    ]
    const answers = await select<number[]>(`SELECT ${everywhere.map((tree) => sql(tree, PLAIN))} FROM rows`)
    assert.deepEqual(answers, Array(3).fill(everywhere.map(() => 0)))
  }
})

test('the deepest condition gives SQL that ClickHouse accepts, no longer than the condition warrants', async () => {
  const nested = ([open, inner, close]: readonly [string, string, string], times = MAX_DEPTH - 4) =>
    parse(`${open.repeat(times)}${inner}${close.repeat(times)}`)
  for (const tree of [
    nested(['not (', 'profile.a == 1', ')']),
    nested(['-(', 'profile.a', ') > 1'], 1),
    nested(['(', 'profile.a', ' / 2)']),
    nested(['default(', 'profile.a', ', 0)']),
    nested(['lower(', 'profile.a', ')']),
    parse(`profile.items.any(${'items.any('.repeat(20)}it contains "x"${')'.repeat(20)})`),
  ]) {
    assert.ok(!isRefusal(tree), JSON.stringify(tree))
    const text = sql(tree, PLAIN)
    assert.ok(text.length < 20_000, `${text.length}`)
    assert.equal((await select(`SELECT ${text} FROM rows LIMIT 1`)).length, 1)
  }
})

test('a column that is not given is a bug of the caller, not a silent no', () => {
  const { event: _event, ...without } = PLAIN
  assert.throws(() => sql({ kind: 'property', of: 'event', path: ['a'] }, without), /no column for event/)
})
