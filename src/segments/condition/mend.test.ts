import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isRefusal } from '#lib/problem.ts'
import { PLACES } from './available.ts'
import { mendedTexts } from './mend.ts'
import { read } from './read.ts'

/** Mends the first problem with the likeliest text, again and again. */
function mended(text: string): string {
  for (let n = 0; n < 6; n++) {
    const tree = read(text, PLACES.step, 'condition')
    if (!isRefusal(tree)) return text
    const [first = tree.refused] = tree.refused.problems ?? []
    const [next] = mendedTexts(text, first)
    if (next === undefined) return `not mended: ${text}`
    text = next
  }
  return `never: ${text}`
}

test('what people write from the habit of other tools becomes a condition', () => {
  for (const [written, meant] of [
    ['traits.plan = "pro"', 'profile.plan == "pro"'],
    ['profile.plan == "pro" && profile.seats => 3', 'profile.plan == "pro" and profile.seats >= 3'],
    ['profile.name includes "x"', 'profile.name contains "x"'],
    ['prfile.plan == "x"', 'profile.plan == "x"'],
    ['plan == "pro"', 'profile.plan == "pro"'],
    ['segmnt("buyers")', 'segment("buyers")'],
    ['profile.a == "x" AND profile.b == 1', 'profile.a == "x" and profile.b == 1'],
    ['exists(profile.email)', 'profile.email exists'],
    ['profile.a == 1\nand user.b == 2', 'profile.a == 1\nand profile.b == 2'],
  ] as const)
    assert.equal(mended(written), meant)
})

test('a bare name is an attribute or a text: both are offered', () => {
  const tree = read('profile.plan == pro', PLACES.step, 'condition')
  assert.ok(isRefusal(tree))
  assert.deepEqual(mendedTexts('profile.plan == pro', tree.refused.problems?.[0] ?? tree.refused), [
    'profile.plan == profile.pro',
    'profile.plan == "pro"',
  ])
})

test('where a person has to think nothing is offered', () => {
  for (const text of ['event.total > 1', 'cnt("A", 7d) > 1', 'profile.plan ==']) {
    const tree = read(text, PLACES.step, 'condition')
    assert.ok(isRefusal(tree))
    assert.deepEqual(mendedTexts(text, tree.refused.problems?.[0] ?? tree.refused), [])
  }
})
