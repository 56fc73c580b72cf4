import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { chance } from '#lib/hash.ts'
import type { Json } from '#lib/json.ts'
import { isRefusal } from '#lib/problem.ts'
import { isPlain } from './aggregate.ts'
import { expression, othersOf, type Row, row, sensible } from './arbitrary.test.ts'
import type { Expression } from './ast.ts'
import { instant } from './instant.ts'
import { parse } from './parse.ts'
import { type PastEvent, plainReading, streamedWindows } from './past.test.ts'
import { evaluate, predicate } from './predicate.ts'
import { print } from './print.ts'
import { type Sources, scopeOf } from './scope.ts'
import { compareTexts } from './text-order.ts'
import { reckoning, typeOf } from './types.ts'

const DAY = 86_400_000
const NOW = Date.UTC(2026, 0, 31, 12)
const ada: Sources = {
  profile: {
    id: 'p1',
    attributes: {
      plan: ['pro', 1],
      points: [40, 1],
      vip: [true, 1],
      email: ['Ada@Example.com', 1],
      nothing: [null, 1],
      tags: [['early', 'vip', 3], 1],
      address: [{ city: 'Kyiv' }, 1],
      trial_ends: ['2026-02-02T00:00:00Z', 1],
      big: [1e308, 1],
    },
    activity: { 'Order Completed': [3, NOW - 90 * DAY, NOW - 10 * DAY] },
  },
  permits: {
    email: { status: 'granted', at: 5 },
    sms: { status: 'withdrawn', at: 9 },
    'sms:news': { status: 'granted', at: 3 },
    'sms:stock': { status: 'granted', at: 10 },
    'email:news': { status: 'withdrawn', at: 1 },
  },
  event: { name: 'Product Viewed', at: NOW, properties: { sku: 'a-1', price: 12.5 } },
  entry: {
    name: 'Product Added',
    at: NOW - DAY,
    key: 'cart-7',
    properties: {
      total: 60,
      items: [
        { sku: 'a', stock: 9, tags: ['x'] },
        { sku: 'b', stock: 4, tags: [] },
      ],
      none: [],
    },
  },
  now: NOW,
}
const tree = (text: string): Expression => {
  const read = parse(text)
  assert.ok(!isRefusal(read), isRefusal(read) ? `${text}: ${read.refused.title}` : '')
  return read
}
const holds = (text: string, sources = ada): boolean => predicate(tree(text))(scopeOf(sources))
const value = (text: string): Json | undefined => evaluate(tree(text))(scopeOf(ada))

const TRUE = [
  'profile.plan == "pro" and entry.total > 50',
  'profile.plan in ["pro", "team"] and profile.plan not in ["free"]',
  'profile.plan != "free" and profile.unknown != "free"',
  'not (profile.unknown == "x") and not (profile.unknown < 1) and not (profile.unknown >= 1)',
  'profile.vip and not profile.churned',
  'profile.address.city == "Kyiv" and profile.address.street missing',
  'profile.nothing missing and profile.email exists',
  'profile.points + 10 == 50 and profile.points / 0 missing and profile.points - 50 < 0',
  'profile.big * 10 missing',
  'profile.points != "40" and not (profile.points == "40")',
  'lower(profile.email) endsWith "@example.com" and profile.email contains "@Ex"',
  'length(profile.tags) == 3 and length(profile.plan) == 3 and length(profile.points) missing',
  'profile.tags contains "vip" and profile.tags contains 3 and not (profile.tags contains "3")',
  '"vip" in profile.tags and profile.plan not in profile.tags',
  'profile.tags.any(it startsWith "vi") and not profile.tags.all(it startsWith "vi")',
  'entry.items.any(stock < 5) and not entry.items.all(stock < 5) and entry.items.all(sku exists)',
  'entry.none.all(it == 1) and not entry.none.any(it == 1) and not entry.absent.all(it == 1)',
  'entry.items.any(tags contains "x" and stock > profile.points - 35)',
  'count("Order Completed") >= 3 and count("Never") == 0 and last("Never") missing',
  'last("Order Completed") < now - 7d and last("Order Completed") > now - 14d',
  'now - first("Order Completed") > 12w and (now - first("Order Completed")) / 1d == 90',
  'profile.trial_ends > now and profile.trial_ends - 3d < now and profile.trial_ends == date("2026-02-02T01:00:00+01:00")',
  'consent("email") and consent("sms", "stock") and withdrawn("email", "news")',
  'not consent("sms") and not consent("sms", "news") and consent("email", "other") and not consent("push")',
  'event.name == "Product Viewed" and event.price == 12.5 and entry.key == "cart-7" and profile.id == "p1"',
  'default(profile.unknown, 7) == 7 and default(profile.plan, 7) == 7 and default(profile.points, 7) == 40',
]
const past: PastEvent[] = [
  { name: 'Order Completed', at: NOW - 40 * DAY, received: 1, properties: { total: 500, shop: 'a' } },
  { name: 'Order Completed', at: NOW - 30 * DAY, received: 2, properties: { total: 80, shop: 'b' } },
  { name: 'Product Added', at: NOW - 3 * DAY, received: 3, properties: {} },
  { name: 'Order Completed', at: NOW - 2 * DAY, received: 4, properties: { total: 20.5, shop: 'b' } },
  { name: 'Order Completed', at: NOW - DAY, received: 5, properties: { total: 'much', shop: 'c' } },
]
const PAST = [
  'count("Order Completed" within 30d) == 2 and count("Order Completed" within 31d) == 3 and count("Order Completed" where event.total > 50) == 2',
  'sum("Order Completed", total within 31d) == 100.5 and sum("Order Completed", event.total) == 600.5 and sum("Never", total) == 0',
  'min("Order Completed", total) == 20.5 and max("Order Completed", total within 31d) == 80 and min("Never", total) missing',
  'distinct("Order Completed", shop) == 3 and distinct("Order Completed", shop within 10d) == 2 and distinct("Order Completed", none) == 0',
  'performed("Order Completed" where event.shop == "c") and never("Order Completed" where event.shop == "c" within 1d)',
  'last("Order Completed" within 1d) missing and first("Order Completed" within 30d) == now - 2d',
  'sequence("Product Added", "Order Completed" within 4d) and not sequence("Product Added", "Order Completed" within 3d)',
  'sequence("Order Completed" where event.total > 50, "Product Added") and not sequence("Product Added", "Product Added")',
  'segment("vip") and not segment("lost") and list("press") and score("churn") > 0.5 and score("other") missing',
  'cohort("test") >= 0 and cohort("test") < 1 and cohort("test") != cohort("other") and run.stock.left == 3 and run.absent.left missing',
]
for (const text of PAST)
  test(`Ada's past: ${text}`, () => {
    const window = streamedWindows(tree(text), past, NOW)
    const score = (name: string) => (name === 'churn' ? 0.7 : undefined)
    const among = { segment: (id: string) => id === 'vip', list: (id: string) => id === 'press', score }
    assert.equal(holds(text, { ...ada, ...among, window, run: { stock: { left: 3 } } }), true)
  })

for (const text of TRUE) test(`Ada: ${text}`, () => assert.equal(holds(text), true))

test('values for update steps', () => {
  assert.equal(value('profile.points + 10'), 50)
  assert.equal(value('default(profile.unknown, 0) + 1'), 1)
  assert.equal(value('profile.unknown + 1'), undefined)
  assert.equal(value('profile.plan'), 'pro')
  assert.equal(value('profile.nothing'), undefined)
  assert.equal(value('lower(profile.email)'), 'ada@example.com')
  assert.equal(value('now + 1d'), NOW + DAY)
  assert.equal(value('profile.vip and profile.points > 100'), false)
  assert.deepEqual(value('entry.items'), ada.entry?.properties.items)
  assert.deepEqual(value('["a", 1]'), ['a', 1])
})

test('names of prototypes find nothing, unless the person really has them', () => {
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
    assert.equal(
      holds(`profile.${name} exists or profile.address.${name} exists or event.${name} exists or entry.items.any(${name} exists)`),
      false,
      name,
    )
    assert.equal(holds(`count("${name}") > 0 or consent("${name}") or withdrawn("${name}")`), false, name)
  }
  assert.equal(holds('profile.tags.length exists or profile.plan.length exists'), false)
  const attributes = JSON.parse('{"__proto__":["own",1],"constructor":[{"__proto__":7},1]}')
  const odd = { ...ada, profile: { ...ada.profile, attributes } }
  assert.equal(holds('profile.__proto__ == "own" and profile.constructor.__proto__ == 7', odd), true)
})

test('without an event or a run their names are missing', () => {
  const bare = { ...ada, event: undefined, entry: undefined }
  assert.equal(
    holds('event.name missing and event.at missing and event.sku missing and entry.key missing and entry.total missing', bare),
    true,
  )
})

test('texts are ordered by code point, as UTF-8 bytes are', () => {
  const text = fc.string({ unit: 'binary' }).filter((one) => one.isWellFormed())
  fc.assert(
    fc.property(text, text, (a, b) =>
      assert.equal(Math.sign(compareTexts(a, b)), Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b)))),
    ),
  )
  assert.ok(compareTexts('\uE000', '😀') < 0)
})

// The plain reading of README.md, with values as they come and no compiling: what the closures must agree with.
type Value = Json | undefined
const isNumber = (a: Value): a is number => typeof a === 'number'
const asTime = (a: Value): number | undefined =>
  isNumber(a) ? a : typeof a === 'string' && !Number.isNaN(instant(a)) ? instant(a) : undefined
const bothTimes = (node: { left: Expression; right: Expression }): boolean =>
  typeOf(node.left) === 'instant' || typeOf(node.right) === 'instant'
const found = (of: Value, names: readonly string[]): Value =>
  names.reduce<Value>(
    (here, name) =>
      here !== null && typeof here === 'object' && !Array.isArray(here) && Object.hasOwn(here, name)
        ? (here as Record<string, Json>)[name]
        : undefined,
    of,
  )

function naive(node: Expression, at: Row, element: Value): Value {
  const of = (part: Expression) => naive(part, at, element)
  const yes = (part: Expression) => of(part) === true
  switch (node.kind) {
    case 'number':
    case 'text':
    case 'boolean':
      return node.value
    case 'duration':
      return node.ms
    case 'date':
      return instant(node.text)
    case 'list':
      return node.items
    case 'attribute':
      return found(at.attributes, node.path) ?? undefined
    case 'property':
      return node.of === 'run' ? undefined : (found(at[node.of].properties, node.path) ?? undefined)
    case 'element':
      return found(element, node.path) ?? undefined
    case 'known':
      return {
        'profile.id': at.id,
        'event.name': at.event.name,
        'event.at': at.event.at,
        'entry.name': at.entry.name,
        'entry.at': at.entry.at,
        'entry.key': at.entry.key,
        now: at.now,
      }[node.name]
    case 'consent': {
      const own = (key: string) => (Object.hasOwn(at.permits, key) ? at.permits[key] : undefined)
      const [whole, topic] = [own(node.channel), own(`${node.channel}:${node.topic}`)]
      const wholeRules = node.topic === undefined || topic === undefined || (whole?.status === 'withdrawn' && whole.at >= topic.at)
      return (wholeRules ? whole : topic)?.status === node.status
    }
    case 'member':
      return othersOf(at)[node.of](node.id)
    case 'rating':
      return node.of === 'score' ? othersOf(at).score(node.name) : chance(node.name, at.id)
    case 'sequence':
      return plainReading(node, at.past, at.now)
    case 'history': {
      if (!isPlain(node)) return plainReading(node, at.past, at.now)
      const seen = Object.hasOwn(at.activity, node.event) ? at.activity[node.event] : undefined
      return node.what === 'count' ? (seen?.[0] ?? 0) : seen?.[node.what === 'first' ? 1 : 2]
    }
    case 'call': {
      const inner = of(node.of)
      if (node.name === 'lower') return typeof inner === 'string' ? inner.toLowerCase() : undefined
      if (typeOf(node.of) === 'list') return undefined
      return typeof inner === 'string' ? [...inner].length : Array.isArray(inner) ? inner.length : undefined
    }
    case 'default': {
      const inner = typeOf(node) === 'instant' ? asTime(of(node.value)) : of(node.value)
      return typeof inner === typeof of(node.fallback) ? inner : of(node.fallback)
    }
    case 'negate': {
      const inner = of(node.of)
      return isNumber(inner) ? -inner : undefined
    }
    case 'arithmetic': {
      const plan = reckoning(node.operator, typeOf(node.left), typeOf(node.right))
      const [a, b] = [
        plan.left === 'instant' ? asTime(of(node.left)) : of(node.left),
        plan.right === 'instant' ? asTime(of(node.right)) : of(node.right),
      ]
      if (!isNumber(a) || !isNumber(b)) return undefined
      const result = { '+': a + b, '-': a - b, '*': a * b, '/': a / b }[node.operator]
      return Number.isFinite(result) ? result : undefined
    }
    case 'compare':
      return compared(node, of)
    case 'exists':
      return of(node.of) !== undefined
    case 'not':
      return !yes(node.of)
    case 'and':
      return node.parts.every(yes)
    case 'or':
      return node.parts.some(yes)
    case 'each': {
      const list = of(node.list)
      if (!Array.isArray(list)) return false
      const each = (item: Json) => naive(node.where, at, item) === true
      return node.quantifier === 'any' ? list.some(each) : list.every(each)
    }
  }
}

function compared(node: Extract<Expression, { kind: 'compare' }>, of: (part: Expression) => Value): boolean {
  const [a, b] =
    bothTimes(node) && !['in', 'contains', 'startsWith', 'endsWith'].includes(node.operator)
      ? [asTime(of(node.left)), asTime(of(node.right))]
      : [of(node.left), of(node.right)]
  const same = (x: Value, y: Value) => x !== undefined && x !== null && typeof x !== 'object' && x === y
  const texts = typeof a === 'string' && typeof b === 'string'
  const sign =
    isNumber(a) && isNumber(b) ? Number(a > b) - Number(a < b) : texts ? Buffer.compare(Buffer.from(a), Buffer.from(b)) : Number.NaN
  switch (node.operator) {
    case '==':
      return same(a, b)
    case '!=':
      return !same(a, b)
    case '<':
      return sign < 0
    case '<=':
      return sign <= 0
    case '>':
      return sign > 0
    case '>=':
      return sign >= 0
    case 'in':
      return Array.isArray(b) && b.some((item) => same(item, a))
    case 'contains':
      return (texts && a.includes(b)) || (Array.isArray(a) && a.some((item) => same(item, b)))
    case 'startsWith':
      return texts && a.startsWith(b)
    case 'endsWith':
      return texts && a.endsWith(b)
  }
}

test('compiled closures agree with the plain reading on random conditions and rows', () => {
  const rows = fc.sample(row, { numRuns: 40, seed: 7 })
  fc.assert(
    fc.property(fc.oneof(sensible(), expression()), (node) => {
      const [condition, compute] = [predicate(node), evaluate(node)]
      for (const one of rows) {
        const { id, attributes, activity, permits, event, entry, now } = one
        const stamped = Object.fromEntries(Object.entries(attributes).map(([name, held]) => [name, [held, 1] as const]))
        const window = streamedWindows(node, one.past, now)
        const scope = scopeOf({ profile: { id, attributes: stamped, activity }, permits, event, entry, now, window, ...othersOf(one) })
        assert.deepEqual(compute(scope), naive(node, one, undefined), `${print(node)} over ${JSON.stringify(one)}`)
        assert.equal(condition(scope), naive(node, one, undefined) === true, `${print(node)} over ${JSON.stringify(one)}`)
      }
    }),
    { numRuns: 1_000 },
  )
})
