import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isRefusal } from '#lib/problem.ts'
import { expression, name, sensible } from './arbitrary.test.ts'
import type { Expression } from './ast.ts'
import { parse } from './parse.ts'
import { pathText, readPath } from './path-text.ts'
import { print } from './print.ts'
import {
  added,
  changed,
  find,
  type Group,
  type Line,
  moved,
  type Node,
  nodeOf,
  rootOf,
  shifted,
  treeOf,
  unfinished,
  unwrapped,
  wrapped,
} from './rows.ts'

const keys = () => {
  let next = 0
  return () => next++
}
const linesOf = (node: Node): number[] => (node.kind === 'line' ? [node.key] : node.parts.flatMap(linesOf))
const readBack = (text: string): Expression => {
  const tree = parse(text)
  assert.ok(!isRefusal(tree), text)
  return tree
}

test('a condition that becomes lines and a text again is the same condition, whatever it is', () => {
  fc.assert(
    fc.property(fc.oneof(expression(), sensible()), (made) => {
      const tree = readBack(print(made))
      const back = treeOf(nodeOf(tree, keys()))
      assert.deepEqual(back, tree)
      assert.deepEqual(treeOf(rootOf(tree, keys())), tree)
      assert.deepEqual(readBack(print(back!)), tree)
    }),
  )
})

test('what people write becomes lines that can be edited, not texts', () => {
  const TEXTS = [
    'profile.plan == "pro"',
    'profile.plan not in ["pro", "team"]',
    'profile.email exists and not profile.churned',
    'count("Order Completed" where event.total > 50 within 30d) >= 3',
    'last("Order Completed") < now - 30d or never("Order Completed")',
    'segment("vip") and not list("press") and consent("email", "news") and not withdrawn("sms")',
    'score("churn") > 0.6 and cohort("autumn") < 0.1',
    'sequence("Product Added", "Checkout Started" within 1d)',
    'entry.items.any(stock < 5)',
    'not (profile.a == 1 or profile.b == 2) and (profile.c exists or profile.d missing)',
  ]
  const others = (node: Node): Node[] => (node.kind === 'line' ? (node.row.kind === 'other' ? [node] : []) : node.parts.flatMap(others))
  for (const text of TEXTS) assert.deepEqual(others(nodeOf(readBack(text), keys())), [], text)
})

const grouped = fc.tuple(fc.oneof(expression(3), sensible(3)), fc.nat(), fc.nat()).map(([tree, a, b]) => {
  const root = rootOf(readBack(print(tree)), keys())
  const all = linesOf(root)
  return { root, line: all[a % all.length]!, other: all[b % all.length]! }
})

test('moving, wrapping and unwrapping keep every line exactly once', () => {
  fc.assert(
    fc.property(grouped, fc.constantFrom(1 as const, -1 as const), ({ root, line, other }, by) => {
      const before = linesOf(root).toSorted()
      const next = () => 1_000_000
      const place = find(root, other)!
      for (const after of [
        shifted(root, line, by),
        wrapped(root, line, next),
        unwrapped(wrapped(root, line, next), 1_000_000),
        moved(root, line, { group: place.group.key, index: place.index }),
      ])
        assert.deepEqual(linesOf(after).toSorted(), before)
      assert.deepEqual(treeOf(unwrapped(wrapped(root, line, next), 1_000_000)), treeOf(root))
    }),
  )
})

test('Alt and an arrow walk a line through every place and back', () => {
  const root = rootOf(readBack('profile.a == 1 and (profile.b == 2 or profile.c == 3) and profile.d == 4'), keys())
  const line = linesOf(root)[0]!
  const seen = new Set<string>()
  let here: Group = root
  for (let i = 0; i < 6; i++) {
    seen.add(print(treeOf(here)!))
    here = shifted(here, line, 1)
  }
  assert.ok(seen.has('(profile.a == 1 or profile.b == 2 or profile.c == 3) and profile.d == 4'))
  assert.ok(seen.has('(profile.b == 2 or profile.c == 3) and profile.d == 4 and profile.a == 1'))
  for (let i = 0; i < 8; i++) here = shifted(here, line, -1)
  assert.equal(print(treeOf(here)!), print(treeOf(root)!))
})

test('a line that is not finished makes no condition, and is named', () => {
  const root = rootOf(undefined, keys())
  assert.equal(treeOf(root), undefined)
  const line: Line = { key: 9, kind: 'line', row: { kind: 'member', of: { kind: 'member', of: 'segment', id: '' }, yes: true } }
  const more = added(root, root.key, line)
  assert.equal(treeOf(more), undefined)
  assert.deepEqual(unfinished(more), [9])
  const done = changed(more, 9, () => ({ ...line, row: { kind: 'member', of: { kind: 'member', of: 'segment', id: 'vip' }, yes: false } }))
  assert.equal(print(treeOf(done)!), 'not segment("vip")')
  assert.deepEqual(treeOf(changed(done, 9, () => null)), undefined)
})

test('every path reads back as it is written', () => {
  fc.assert(
    fc.property(
      fc.array(
        name.filter((each) => each !== ''),
        { minLength: 1, maxLength: 3 },
      ),
      (path) => {
        assert.deepEqual(readPath(pathText(path)), path)
      },
    ),
  )
  assert.equal(pathText(['address', 'city']), 'address.city')
  assert.deepEqual(readPath('first name'), ['first name'])
})
