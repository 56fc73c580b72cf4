import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isRefusal } from '#lib/problem.ts'
import { aggregatesOf } from './aggregate.ts'
import { othersOf, type Row, row, sensible } from './arbitrary.test.ts'
import type { Expression } from './ast.ts'
import { mentions } from './mentions.ts'
import { parse } from './parse.ts'
import { streamedWindows } from './past.test.ts'
import { predicate } from './predicate.ts'
import { print } from './print.ts'
import { scopeOf } from './scope.ts'

test('a condition mentions all that it asks, and nothing else', () => {
  const tree = parse(
    'profile.b.c == 1 and profile["a b"] exists and entry.items.any(x == profile.b) and count("E") > 1 and consent("sms", "news") and last("D") < now',
  )
  assert.ok(!isRefusal(tree))
  assert.deepEqual(mentions(tree), {
    attributes: ['a b', 'b'],
    events: ['D', 'E'],
    consent: ['sms', 'sms:news'],
    segments: [],
    lists: [],
    scores: [],
    event: false,
    entry: true,
    run: false,
    now: true,
  })
})

test('what a filter asks of past events is not the event at hand', () => {
  const tree = parse(
    'count("E" where event.total > 5 within 1d) > 1 and (segment("b") or list("l")) and score("s") > run.stock.left and sequence("D", "E")',
  )
  assert.ok(!isRefusal(tree))
  const { event, run, segments, lists, scores, events } = mentions(tree)
  assert.deepEqual(
    { event, run, segments, lists, scores, events },
    { event: false, run: true, segments: ['b'], lists: ['l'], scores: ['s'], events: ['D', 'E'] },
  )
})

test('what a condition does not mention cannot change its answer', () => {
  const scope = (tree: Expression, whole: Row) => {
    const { id, attributes, activity, permits, event, entry, now } = whole
    return scopeOf({
      profile: {
        id,
        attributes: Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, [value, 1] as const])),
        activity,
      },
      permits,
      event,
      entry,
      now,
      window: streamedWindows(tree, whole.past, now),
      ...othersOf(whole),
    })
  }
  fc.assert(
    fc.property(sensible(), row, row, (tree, one, other) => {
      const asked = mentions(tree)
      const mixed = <T>(
        names: readonly string[],
        kept: Readonly<Record<string, T>>,
        rest: Readonly<Record<string, T>>,
      ): Record<string, T> =>
        Object.fromEntries([
          ...Object.entries(rest).filter(([name]) => !names.includes(name)),
          ...Object.entries(kept).filter(([name]) => names.includes(name)),
        ])
      const changed: Row = {
        id: one.id,
        attributes: mixed(asked.attributes, one.attributes, other.attributes),
        activity: mixed(asked.events, one.activity, other.activity),
        permits: mixed(asked.consent, one.permits, other.permits),
        event: asked.event ? one.event : other.event,
        entry: asked.entry ? one.entry : other.entry,
        now: asked.now || aggregatesOf(tree).some(({ within }) => within !== null) ? one.now : other.now,
        segments: [
          ...one.segments.filter((id) => asked.segments.includes(id)),
          ...other.segments.filter((id) => !asked.segments.includes(id)),
        ],
        lists: mixed(asked.lists, one.lists, other.lists),
        scores: mixed(asked.scores, one.scores, other.scores),
        past: [
          ...one.past.filter(({ name }) => asked.events.includes(name)),
          ...other.past.filter(({ name }) => !asked.events.includes(name)),
        ],
      }
      const holds = predicate(tree)
      assert.equal(holds(scope(tree, changed)), holds(scope(tree, one)), print(tree))
    }),
    { numRuns: 1_000 },
  )
})
