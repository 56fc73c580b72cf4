import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Json, JsonObject } from '#lib/json.ts'
import { ARITHMETIC, COMPARISONS, type Expression, GATHERED, KNOWN, type Literal, type PathValue, Tree } from './ast.ts'
import { history as gathering, type PastEvent, pastOf, sequence } from './past.test.ts'
import type { PermitOnRecord } from './scope.ts'

/** Few values, so that random rows and random conditions meet; hostile ones among them. */
const NAMES = [
  'plan',
  'points',
  'vip',
  'tags',
  'items',
  'first name',
  'id',
  'name',
  'key',
  'at',
  'properties',
  'it',
  'now',
  'any',
  'length',
  '__proto__',
]
const ODD_NAMES = [
  'constructor',
  'toString',
  'Prénom',
  '',
  "o'hara\\",
  '"quoted"',
  '1st',
  'a.b',
  '\n',
  '名前',
  '😀',
  '); DROP TABLE rows --',
]
const NUMBERS = [
  0,
  1,
  -1,
  2,
  3,
  2.5,
  0.1,
  10,
  -0.5,
  1e20,
  1e21,
  -1e19,
  2 ** 53,
  2 ** 63,
  5e-324,
  1e300,
  1_769_853_600_000,
  1_772_000_000_000,
]
const TEXTS = [
  'pro',
  'Pro',
  'PRO',
  '',
  'p',
  'o',
  '10',
  'é',
  'É',
  '😀',
  '\uE000',
  '\uFFFD',
  "it's",
  'a\\b',
  '"',
  "'; DROP TABLE rows --",
  '%',
  '\u0001\u001f',
  'İΣ',
  'x\ny',
]
const DATES = [
  '2026-01-31',
  '2026-01-31T10:00:00Z',
  '2026-01-31T10:00:00.5+02:00',
  '2026-02-29',
  '2024-02-29',
  '1969-12-31T23:59:59.999Z',
  '1901-01-01T00:00+14:00',
]
const MORE_DATES = [
  '2199-12-31T23:59:59.999999999-14:00',
  '2026-01-31 10:00',
  '2026-01-31T24:00:00Z',
  '20260131',
  '2026-1-31',
  '2026-01-31T10:00:00+0200',
  'today',
]
const EVENTS = ['Order Completed', 'Product Added', '__proto__', "It's"]
const CHANNELS = ['email', 'sms', 'constructor']

const node = <T>(shape: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record(shape, { noNullPrototype: true }) as fc.Arbitrary<T>
const anyText = fc.string({ unit: 'binary', maxLength: 8 }).filter((text) => text.isWellFormed() && !text.includes('\0'))
export const name = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...NAMES) },
  { weight: 2, arbitrary: fc.constantFrom(...ODD_NAMES) },
  anyText,
)
export const numberValue = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...NUMBERS) },
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value || 0),
)
export const textValue = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...TEXTS) },
  { weight: 4, arbitrary: fc.constantFrom(...DATES, ...MORE_DATES) },
  anyText,
)
const scalar = fc.oneof(numberValue, textValue, fc.boolean())

export const path = fc.array(name, { minLength: 1, maxLength: 3, size: 'small' })
const span = fc.constantFrom(0, 1, 90_000, 86_400_000, 2_592_000_000, 2 ** 50)
const isoDate = fc.constantFrom('2026-01-31', '2024-02-29', '2026-01-31T10:00:00.5+02:00', '1969-12-31T23:59:59.999Z')
const literal: fc.Arbitrary<Literal> = fc.oneof(
  numberValue.map((value) => ({ kind: 'number' as const, value })),
  textValue.map((value) => ({ kind: 'text' as const, value })),
  fc.boolean().map((value) => ({ kind: 'boolean' as const, value })),
  span.map((ms) => ({ kind: 'duration' as const, ms })),
  isoDate.map((text) => ({ kind: 'date' as const, text })),
)

function pathValue(lists: number): fc.Arbitrary<PathValue> {
  const rooted = fc.oneof(
    path.map((names) => ({ kind: 'attribute' as const, path: names })),
    node({ kind: fc.constant('property' as const), of: fc.constantFrom('event' as const, 'entry' as const), path }),
  )
  const element = node({ kind: fc.constant('element' as const), path: fc.array(name, { maxLength: 2 }) })
  return lists === 0 ? rooted : fc.oneof({ weight: 1, arbitrary: rooted }, { weight: 2, arbitrary: element })
}

const GROUPS = ['vip', 'press', '__proto__', "o'hara"]
const member = fc
  .tuple(fc.constantFrom('segment' as const, 'list' as const), fc.constantFrom(...GROUPS))
  .map(([of, id]): Expression => ({ kind: 'member', of, id }))
const rating = fc
  .tuple(fc.constantFrom('score' as const, 'cohort' as const), fc.constantFrom(...GROUPS))
  .map(([of, name]): Expression => ({ kind: 'rating', of, name }))

/** Any tree that the schema allows, sensible or not. */
export function expression(depth = 4, lists = 0): fc.Arbitrary<Expression> {
  const leaf: fc.Arbitrary<Expression> = fc.oneof(
    { weight: 4, arbitrary: pathValue(lists) },
    { weight: 3, arbitrary: literal },
    fc.array(scalar, { maxLength: 4 }).map((items) => ({ kind: 'list' as const, items })),
    fc.constantFrom(...KNOWN).map((known) => ({ kind: 'known' as const, name: known })),
    fc.record(
      {
        kind: fc.constant('consent' as const),
        status: fc.constantFrom('granted', 'withdrawn'),
        channel: fc.constantFrom(...CHANNELS),
        topic: fc.constantFrom('news', '__proto__'),
      },
      { requiredKeys: ['kind', 'status', 'channel'], noNullPrototype: true },
    ) as fc.Arbitrary<Expression>,
    node({
      kind: fc.constant('history' as const),
      what: fc.constantFrom('count', 'first', 'last'),
      event: fc.constantFrom(...EVENTS),
    }) as fc.Arbitrary<Expression>,
    fc.oneof(gathering(GATHERED), sequence),
    member,
    rating,
  )
  if (depth === 0) return leaf
  const inner = expression(depth - 1, lists)
  const where = lists < 2 ? expression(depth - 1, lists + 1) : inner
  return fc.oneof(
    { weight: 2, arbitrary: leaf },
    {
      weight: 8,
      arbitrary: node({ kind: fc.constant('compare' as const), operator: fc.constantFrom(...COMPARISONS), left: inner, right: inner }),
    },
    {
      weight: 3,
      arbitrary: node({ kind: fc.constant('arithmetic' as const), operator: fc.constantFrom(...ARITHMETIC), left: inner, right: inner }),
    },
    {
      weight: 2,
      arbitrary: node({
        kind: fc.constantFrom('and' as const, 'or' as const),
        parts: fc.array(inner, { minLength: 2, maxLength: 3 }),
      }) as fc.Arbitrary<Expression>,
    },
    node({ kind: fc.constantFrom('not' as const, 'exists' as const, 'negate' as const), of: inner }) as fc.Arbitrary<Expression>,
    node({ kind: fc.constant('call' as const), name: fc.constantFrom('lower' as const, 'length' as const), of: inner }),
    node({ kind: fc.constant('default' as const), value: inner, fallback: literal }),
    {
      weight: 3,
      arbitrary: node({
        kind: fc.constant('each' as const),
        quantifier: fc.constantFrom('any' as const, 'all' as const),
        list: pathValue(lists),
        where,
      }),
    },
  )
}

const join = (kind: 'and' | 'or', parts: Expression[]): Expression => ({ kind, parts })
const compare = (operator: (typeof COMPARISONS)[number], left: Expression, right: Expression): Expression => ({
  kind: 'compare',
  operator,
  left,
  right,
})
const ORDERS = fc.constantFrom('==', '!=', '<', '<=', '>', '>=') as fc.Arbitrary<'=='>

/** Trees as people write them: like is compared with like, over names that random rows often hold. */
export function sensible(depth = 2, lists = 0): fc.Arbitrary<Expression> {
  const at = (...names: string[]): fc.Arbitrary<Expression> => {
    const rooted = fc.constantFrom<Expression>(
      { kind: 'attribute', path: names },
      { kind: 'property', of: 'event', path: names },
      { kind: 'property', of: 'entry', path: names },
    )
    return lists === 0
      ? rooted
      : fc.oneof(rooted, fc.constantFrom<Expression>({ kind: 'element', path: names }, { kind: 'element', path: [] }))
  }
  const history = (what: 'count' | 'first' | 'last') =>
    fc.constantFrom(...EVENTS).map((event): Expression => ({ kind: 'history', what, event }))
  const number = numberValue.map((value): Expression => ({ kind: 'number', value }))
  const words = textValue.map((value): Expression => ({ kind: 'text', value }))
  const call =
    (name: 'lower' | 'length') =>
    (of: Expression): Expression => ({ kind: 'call', name, of })
  const reckon = fc.tuple(fc.constantFrom(...ARITHMETIC), at('points'), fc.oneof(number, at('points')))
  const numbers = fc.oneof(
    at('points'),
    history('count'),
    gathering(['count', 'sum', 'min', 'max', 'distinct']),
    rating,
    fc.oneof(at('tags'), at('plan')).map(call('length')),
    reckon.map(([operator, left, right]): Expression => ({ kind: 'arithmetic', operator, left, right })),
    fc
      .tuple(at('points'), numberValue)
      .map(([value, fallback]): Expression => ({ kind: 'default', value, fallback: { kind: 'number', value: fallback } })),
  )
  const texts = fc.oneof(
    at('plan'),
    at('plan').map(call('lower')),
    fc.constantFrom<Expression>({ kind: 'known', name: 'event.name' }, { kind: 'known', name: 'entry.key' }),
  )
  const instants = fc.oneof(
    history('first'),
    history('last'),
    gathering(['first', 'last']),
    isoDate.map((text): Expression => ({ kind: 'date', text })),
    fc.constant<Expression>({ kind: 'known', name: 'now' }),
  )
  const ago = fc
    .tuple(instants, span)
    .map(([left, ms]): Expression => ({ kind: 'arithmetic', operator: '-', left, right: { kind: 'duration', ms } }))
  const list = fc.array(scalar, { maxLength: 6 }).map((items): Expression => ({ kind: 'list', items }))
  const few = fc.integer({ min: -1, max: 3 }).map((value): Expression => ({ kind: 'number', value }))
  const atom = fc.oneof(
    fc.tuple(ORDERS, gathering(['count', 'distinct']), few).map((parts) => compare(...parts)),
    fc.oneof(sequence, member),
    fc.tuple(ORDERS, numbers, fc.oneof(number, at('points'))).map((parts) => compare(...parts)),
    fc
      .tuple(
        fc.oneof(ORDERS, fc.constantFrom('contains' as const, 'startsWith' as const, 'endsWith' as const)),
        texts,
        fc.oneof(words, at('plan')),
      )
      .map((parts) => compare(...parts)),
    fc.tuple(ORDERS, fc.oneof(at('since'), instants), fc.oneof(instants, ago)).map((parts) => compare(...parts)),
    fc.tuple(fc.oneof(at('plan'), at('points'), at('vip')), fc.oneof(list, at('tags'))).map(([item, held]) => compare('in', item, held)),
    fc.tuple(at('tags'), fc.oneof(words, number, at('plan'), at('points'))).map(([held, item]) => compare('contains', held, item)),
    at('vip'),
    fc.oneof(at('plan'), at('address', 'city'), history('last')).map((of): Expression => ({ kind: 'exists', of })),
    fc
      .tuple(fc.constantFrom('granted' as const, 'withdrawn' as const), fc.constantFrom(...CHANNELS), fc.constantFrom(undefined, 'news'))
      .map(([status, channel, topic]): Expression => ({ kind: 'consent', status, channel, ...(topic === undefined ? {} : { topic }) })),
  )
  if (depth === 0) return atom
  const inner = sensible(depth - 1, lists)
  const each = (held: fc.Arbitrary<Expression>) =>
    fc
      .tuple(fc.constantFrom('any' as const, 'all' as const), held, sensible(depth - 1, lists + 1))
      .map(([quantifier, of, where]): Expression => ({ kind: 'each', quantifier, list: of as PathValue, where }))
  return fc.oneof(
    { weight: 3, arbitrary: atom },
    fc
      .tuple(fc.constantFrom('and' as const, 'or' as const), fc.array(inner, { minLength: 2, maxLength: 4 }))
      .map((parts) => join(...parts)),
    inner.map((of): Expression => ({ kind: 'not', of })),
    each(lists === 0 ? fc.oneof(at('items'), at('tags')) : fc.constant<Expression>({ kind: 'element', path: ['tags'] })),
  )
}

/** An object whose names are its own, `__proto__` included, as JSON.parse makes it. */
const objectOf = <T>(key: fc.Arbitrary<string>, value: fc.Arbitrary<T>, maxLength: number): fc.Arbitrary<Record<string, T>> =>
  fc.array(fc.tuple(key, value), { maxLength }).map((pairs) => Object.fromEntries(pairs))

export const { value: json } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', maxDepth: 3 },
    { weight: 5, arbitrary: fc.oneof(scalar, fc.constant(null)) },
    { weight: 2, arbitrary: fc.array(tie('value'), { maxLength: 3 }) },
    { weight: 2, arbitrary: objectOf(name, tie('value'), 4) },
  ),
}))
const mostly = (value: fc.Arbitrary<Json>): fc.Arbitrary<Json> => fc.oneof({ weight: 5, arbitrary: value }, { weight: 1, arbitrary: json })
const usual = {
  plan: mostly(textValue),
  points: mostly(numberValue),
  vip: mostly(fc.boolean()),
  since: mostly(fc.constantFrom<Json>(...DATES, ...MORE_DATES, 1_769_853_600_000)),
  tags: mostly(fc.array(scalar, { maxLength: 4 })),
}
const properties: fc.Arbitrary<JsonObject> = fc
  .tuple(
    objectOf(name, json, 6),
    fc.record(
      {
        ...usual,
        items: mostly(fc.array(fc.record(usual, { requiredKeys: [] }), { maxLength: 3 })),
        address: mostly(fc.constant({ city: 'Kyiv' })),
      },
      { requiredKeys: [] },
    ),
  )
  .map(([odd, common]) => Object.assign(odd, common) as JsonObject)
const time = fc.constantFrom(0, 1_769_853_600_000, 1_769_853_600_001, 1_772_000_000_000)

export interface Row {
  readonly id: string
  readonly attributes: JsonObject
  readonly permits: Readonly<Record<string, PermitOnRecord>>
  readonly activity: Readonly<Record<string, readonly [number, number, number]>>
  readonly event: { readonly name: string; readonly at: number; readonly properties: JsonObject }
  readonly entry: { readonly name: string; readonly at: number; readonly key: string; readonly properties: JsonObject }
  readonly now: number
  readonly segments: readonly string[]
  readonly lists: Readonly<Record<string, number>>
  readonly scores: Readonly<Record<string, number>>
  readonly past: readonly PastEvent[]
}
const EDGES = [0, 1, 1_000, 89_999, 90_000, 86_399_999, 86_400_000, 2_592_000_000, -5].map((back) => 1_772_000_000_000 - back)
export const row: fc.Arbitrary<Row> = node({
  id: textValue,
  attributes: properties,
  permits: objectOf(
    fc.constantFrom(...CHANNELS.flatMap((channel) => [channel, `${channel}:news`, `${channel}:__proto__`])),
    node({ status: fc.constantFrom('granted' as const, 'withdrawn' as const), at: time }),
    6,
  ),
  activity: objectOf(fc.constantFrom(...EVENTS), fc.tuple(fc.integer({ min: 1, max: 4 }), time, time), 4),
  event: node({ name: fc.constantFrom(...EVENTS), at: time, properties }),
  entry: node({ name: fc.constantFrom(...EVENTS), at: time, key: textValue, properties }),
  now: time,
  segments: fc.subarray(GROUPS),
  lists: objectOf(fc.constantFrom(...GROUPS), fc.integer({ min: 1, max: 9 }), 3),
  scores: objectOf(fc.constantFrom(...GROUPS), fc.constantFrom(0, 0.25, 0.5, 1, 3, -2), 3),
  past: pastOf(fc.constantFrom(0, 1_769_853_600_000, 1_769_853_600_001, ...EDGES)),
})

/** What a row says beside its attributes. */
export const othersOf = ({ segments, lists, scores }: Row) => ({
  segment: (id: string) => segments.includes(id),
  list: (id: string) => Object.hasOwn(lists, id),
  score: (name: string) => (Object.hasOwn(scores, name) ? scores[name] : undefined),
})

test('every random tree is one that a screen may send', () => {
  fc.assert(fc.property(expression(), (tree) => assert.deepEqual(Tree.parse(tree), tree)))
})
