import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isRefusal } from '#lib/problem.ts'
import { type Row, row, sensible } from './arbitrary.test.ts'
import { mentions } from './mentions.ts'
import { parse } from './parse.ts'
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
    event: false,
    entry: true,
    now: true,
  })
})

test('what a condition does not mention cannot change its answer', () => {
  const scope = ({ id, attributes, activity, ...rest }: Row) =>
    scopeOf({
      profile: {
        id,
        attributes: Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, [value, 1] as const])),
        activity,
      },
      ...rest,
    })
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
        now: asked.now ? one.now : other.now,
      }
      const holds = predicate(tree)
      assert.equal(holds(scope(changed)), holds(scope(one)), print(tree))
    }),
    { numRuns: 1_000 },
  )
})
