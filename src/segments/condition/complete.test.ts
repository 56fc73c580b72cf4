import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { completions, type Vocabulary } from './complete.ts'

const KNOWN: Vocabulary = {
  attributes: [
    { name: 'country', values: ['NO', 'DE'] },
    { name: 'plan', values: [] },
  ],
  events: [{ name: 'Order Completed', properties: [{ name: 'total', values: [10, 20] }] }],
  segments: ['vip'],
  lists: ['press'],
  channels: ['email', 'sms'],
  topics: ['news'],
  scores: ['churn'],
}
const at = (marked: string) => {
  const offset = marked.indexOf('|')
  const text = marked.replace('|', '')
  const { from, to, choices } = completions(text, offset, KNOWN)
  return choices.map((choice) => text.slice(0, from) + choice.text + text.slice(to))
}

const CASES: readonly (readonly [marked: string, first: string])[] = [
  ['pro|', 'profile.'],
  ['profile.cou|', 'profile.country'],
  ['profile.country |', 'profile.country == '],
  ['profile.country == |', 'profile.country == "NO"'],
  ['profile.country == "D|"', 'profile.country == "DE"'],
  ['count("Ord|', 'count("Order Completed"'],
  ['segment("|")', 'segment("vip")'],
  ['list("|")', 'list("press")'],
  ['consent("em|")', 'consent("email")'],
  ['consent("email", "|")', 'consent("email", "news")'],
  ['score("|") > 1', 'score("churn") > 1'],
  ['count("Order Completed" where event.t|', 'count("Order Completed" where event.total'],
  ['profile.plan exists an|', 'profile.plan exists and '],
]
for (const [marked, first] of CASES)
  test(`at “${marked}” comes first: ${first}`, () => {
    assert.equal(at(marked)[0], first)
  })

test('whatever is written, completions stand inside of the text and hold where the cursor is', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'profile."()[] =<>country1,'), maxLength: 40 }), fc.nat(40), (text, seed) => {
      const offset = Math.min(seed, text.length)
      const { from, to } = completions(text, offset, KNOWN)
      assert.ok(from <= offset && offset <= to && to <= text.length && from >= 0)
    }),
  )
})
