import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { EventRecord } from '#events/schema.ts'
import type { Json, JsonObject } from '#lib/json.ts'
import { hearEvent, viewOf } from '../windows.ts'
import { aggregatesOf, MOST_IN_SEQUENCE, MOST_REMEMBERED } from './aggregate.ts'
import { type Expression, type History, OF_PROPERTY, type Sequence } from './ast.ts'
import { predicate } from './predicate.ts'
import { momentScope, type WindowView } from './scope.ts'

/** An event of somebody's past. */
export interface PastEvent {
  readonly name: string
  readonly at: number
  readonly received: number
  readonly properties: JsonObject
}

export const recordOf = ({ name, at, received, properties }: PastEvent): EventRecord => ({
  kind: 'event',
  ws: 'w',
  key: 'p',
  id: 'm',
  type: 'track',
  name,
  at,
  received,
  props: properties,
  ids: [],
})

/** What a condition's windows say after the past has streamed by. */
export function streamedWindows(tree: Expression, past: readonly PastEvent[], now: number): (id: string) => WindowView | undefined {
  const aggregates = aggregatesOf(tree)
  const slots = aggregates.map((aggregate) => ({ slot: aggregate.id, aggregate }))
  let windows = {}
  for (const event of past) windows = hearEvent(windows, recordOf(event), slots)
  const byId = new Map(aggregates.map((aggregate) => [aggregate.id, aggregate]))
  return (id) => {
    const aggregate = byId.get(id)
    return aggregate && viewOf(aggregate, (windows as Record<string, Json>)[id], now)
  }
}

/** The plain reading of README.md over the whole list of events; undefined: missing. A sequence gives true or false. */
export function plainReading(node: History | Sequence, past: readonly PastEvent[], now: number): number | boolean | undefined {
  const { within } = node
  const fits = (event: PastEvent, { event: name, where }: { event: string; where?: Expression | undefined }): boolean =>
    event.name === name && (where === undefined || predicate(where)(momentScope(event)))
  const isInside = ({ at }: { at: number }): boolean => within === undefined || at > now - within
  if (node.kind === 'sequence') {
    const fitting = past.filter((event) => node.steps.some((step) => fits(event, step)))
    const events = newest(
      fitting.map((event) => ({ event, at: event.at, value: event.received })),
      MOST_IN_SEQUENCE,
    )
    const goesOn = (from: number, after: PastEvent | undefined): boolean =>
      from === node.steps.length ||
      events.some(({ event }) => fits(event, node.steps[from]!) && isInside(event) && isLater(event, after) && goesOn(from + 1, event))
    return goesOn(0, undefined)
  }
  const all = past.filter((event) => fits(event, node)).flatMap((event) => valueIn(node, event))
  if (node.what === 'distinct') {
    const last = new Map<Json, number>()
    for (const { at, value } of all) last.set(value, Math.max(last.get(value) ?? -Infinity, at))
    return Math.min([...last.values()].filter((at) => isInside({ at })).length, MOST_REMEMBERED)
  }
  const found = (within === undefined ? all : newest(all)).filter(isInside)
  const numbers = found.map(({ value }) => Number(value))
  const times = found.map(({ at }) => at)
  switch (node.what) {
    case 'count':
      return found.length
    case 'sum':
      return Number(numbers.reduce((sum, value) => sum + BigInt(Math.floor(value * 10_000 + 0.5)), 0n)) / 10_000
    case 'first':
      return found.length === 0 ? undefined : Math.min(...times)
    case 'last':
      return found.length === 0 ? undefined : Math.max(...times)
    case 'min':
      return found.length === 0 ? undefined : Math.min(...numbers)
    case 'max':
      return found.length === 0 ? undefined : Math.max(...numbers)
  }
}

const newest = <T extends { readonly at: number; readonly value: Json }>(list: readonly T[], most = MOST_REMEMBERED): T[] =>
  list.toSorted((a, b) => b.at - a.at || Number(b.value) - Number(a.value)).slice(0, most)

const isLater = (a: PastEvent, b: PastEvent | undefined): boolean => !b || a.at > b.at || (a.at === b.at && a.received > b.received)

function valueIn({ what, property }: History, { at, properties }: PastEvent): { at: number; value: Json }[] {
  if (!OF_PROPERTY.has(what)) return [{ at, value: 0 }]
  let value: Json | undefined = properties
  for (const name of property!) {
    if (value === null || typeof value !== 'object' || Array.isArray(value) || !Object.hasOwn(value, name)) return []
    value = (value as JsonObject)[name]
  }
  if (what === 'distinct') return ['number', 'string', 'boolean'].includes(typeof value) ? [{ at, value: value! }] : []
  if (typeof value !== 'number' || (what === 'sum' && Math.abs(value) > 100_000_000_000)) return []
  return [{ at, value }]
}

const TOTALS = [0, 1, 2.5, -3, 0.1, 0.00005, 99.99, 12.3456789, 1e11, 1e11 + 1, 1e300, -0.5]
const value = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom<Json>(...TOTALS) },
  { weight: 3, arbitrary: fc.constantFrom<Json>('pro', 'x', '1', 'é😀', '', true, false, null) },
  fc.constantFrom<Json>([1], { total: 1 }, 1e20, 5e-324),
)
const properties: fc.Arbitrary<JsonObject> = fc.record(
  {
    total: value,
    plan: value,
    points: value,
    vip: fc.boolean(),
    tags: fc.array(value, { maxLength: 3 }),
    deep: fc.record({ total: value }, { noNullPrototype: true }),
  },
  { requiredKeys: [], noNullPrototype: true },
)
export const PAST_EVENTS = ['Order Completed', 'Product Added', "It's", '__proto__'] as const

/** Events at times that meet the edges of windows; `received` is small, so that nothing is forgotten before `now`. */
export const pastOf = (times: fc.Arbitrary<number>, maxLength = 10): fc.Arbitrary<PastEvent[]> =>
  fc.array(
    fc.record(
      { name: fc.constantFrom(...PAST_EVENTS), at: times, received: fc.integer({ min: 0, max: 3 }), properties },
      { noNullPrototype: true },
    ),
    { maxLength },
  )

const path = fc
  .constantFrom([['total'], ['plan'], ['deep', 'total'], ['first name'], ['where'], ['at'], ['event']].map((names) => names))
  .chain((paths) => fc.constantFrom(...paths))
const ORDERS = ['==', '!=', '<', '<=', '>', '>='] as const
const property = (...names: string[]): Expression => ({ kind: 'property', of: 'event', path: names })

/** What may stand after `where`. */
export const filter: fc.Arbitrary<Expression> = fc.letrec<{ any: Expression }>((tie) => {
  const atom = fc.oneof(
    fc.tuple(fc.constantFrom(...ORDERS), fc.constantFrom('total', 'points'), fc.constantFrom(...TOTALS)).map(
      ([operator, name, n]): Expression => ({
        kind: 'compare',
        operator,
        left: property(name),
        right: { kind: 'number', value: n || 0 },
      }),
    ),
    fc.constant<Expression>(property('vip')),
    fc.constant<Expression>({ kind: 'exists', of: property('plan') }),
    fc.constant<Expression>({ kind: 'compare', operator: 'in', left: property('plan'), right: { kind: 'list', items: ['pro', 1, true] } }),
    fc.constant<Expression>({
      kind: 'each',
      quantifier: 'any',
      list: { kind: 'property', of: 'event', path: ['tags'] },
      where: { kind: 'compare', operator: '==', left: { kind: 'element', path: [] }, right: { kind: 'text', value: 'x' } },
    }),
  )
  const both = fc.tuple(fc.constantFrom('and' as const, 'or' as const), tie('any'), tie('any'))
  return {
    any: fc.oneof(
      { maxDepth: 2 },
      atom,
      atom.map((of): Expression => ({ kind: 'not', of })),
      both.map(([kind, a, b]): Expression => ({ kind, parts: [a, b] })),
    ),
  }
}).any

const SPANS = [1, 1_000, 90_000, 86_400_000, 2_592_000_000]
const within = fc.option(fc.constantFrom(...SPANS), { nil: undefined, freq: 3 })
const withoutGaps = <T extends object>(node: T): T => Object.fromEntries(Object.entries(node).filter(([, part]) => part !== undefined)) as T

export const history = (whats: readonly History['what'][]): fc.Arbitrary<History> =>
  fc
    .record({
      what: fc.constantFrom(...whats),
      event: fc.constantFrom(...PAST_EVENTS),
      path,
      where: fc.option(filter, { nil: undefined }),
      within,
    })
    .map(({ what, event, path: names, where, within: ms }) =>
      withoutGaps<History>({ kind: 'history', what, event, property: OF_PROPERTY.has(what) ? names : undefined, where, within: ms }),
    )

export const sequence: fc.Arbitrary<Sequence> = fc
  .record({
    steps: fc.array(
      fc
        .record({ event: fc.constantFrom(...PAST_EVENTS), where: fc.option(filter, { nil: undefined, freq: 1 }) })
        .map((step) => withoutGaps(step)),
      { minLength: 2, maxLength: 3 },
    ),
    within,
  })
  .map((parts) => withoutGaps<Sequence>({ kind: 'sequence', ...parts }))

test('equal aggregates have one id, others have not', () => {
  const count = (parts: Partial<History>): Expression => ({ kind: 'history', what: 'count', event: 'A', within: 1_000, ...parts })
  const asks = (left: Expression, n: number): Expression => ({ kind: 'compare', operator: '>=', left, right: { kind: 'number', value: n } })
  const idOf = (tree: Expression): string => aggregatesOf(tree)[0]!.id
  assert.equal(idOf(asks(count({}), 3)), idOf({ kind: 'not', of: asks(count({}), 3) }))
  const ids = [asks(count({}), 3), asks(count({}), 4), asks(count({ within: 2_000 }), 3), asks(count({ event: 'B' }), 3), count({})].map(
    idOf,
  )
  assert.equal(new Set(ids).size, ids.length)
  assert.deepEqual(
    aggregatesOf(asks(count({}), 3)).map(({ keep }) => keep),
    [3],
  )
  assert.deepEqual(aggregatesOf({ kind: 'history', what: 'count', event: 'A' }), [])
})
