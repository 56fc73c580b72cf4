import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isRefusal } from '#lib/problem.ts'
import { expression } from './arbitrary.test.ts'
import { parse } from './parse.ts'
import { sentence } from './sentence.ts'

const TOLD: readonly (readonly [text: string, told: string])[] = [
  ['profile.plan == "pro" and entry.total > 50.5', 'plan ist „pro“ und total des Eintritts ist mehr als 50,5'],
  ['not (profile.plan == "pro")', 'plan ist nicht „pro“'],
  ['profile.first_name exists or profile.lastName missing', 'first name ist bekannt oder last name ist nicht bekannt'],
  ['profile.plan not in ["pro", "team"]', 'plan ist nicht eines von „pro“ oder „team“'],
  ['profile.email not endsWith "@example.com"', 'email endet nicht auf „@example.com“'],
  ['entry.items.any(stock < 5)', 'für mindestens eines von items des Eintritts gilt: sein stock ist weniger als 5'],
  ['count("Order Completed") >= 3', '„Order Completed“ ist mindestens 3-mal geschehen'],
  ['count("Order Completed") == 0', '„Order Completed“ ist nie geschehen'],
  ['count("Order Completed") > 0', '„Order Completed“ ist mindestens einmal geschehen'],
  ['last("Order Completed") > now - 30d', 'das letzte „Order Completed“ war vor weniger als 30 Tagen'],
  ['count("Order Completed" within 30d) >= 3', '„Order Completed“ ist mindestens 3-mal geschehen in den letzten 30 Tagen'],
  [
    'sequence("Product Added", "Order Completed" within 7d)',
    '„Product Added“ und danach „Order Completed“ ist geschehen in den letzten 7 Tagen',
  ],
]

for (const [text, told] of TOLD) {
  test(`in German: ${text}`, () => {
    const tree = parse(text)
    assert.ok(!isRefusal(tree), text)
    assert.equal(sentence(tree, 'de'), told)
  })
}

/** Names of events, segments, lists and topics, and texts: whatever somebody wrote. */
function namesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(namesIn)
  if (typeof value !== 'object' || value === null) return []
  const { kind, ...parts } = value as Readonly<Record<string, unknown>>
  const own = kind === 'text' ? [parts['value']] : kind === 'member' ? [parts['id']] : [parts['event'], parts['topic']]
  return [...own.filter((each) => typeof each === 'string'), ...Object.values(parts).flatMap(namesIn)]
}

test('both languages name the same things, whatever the condition', () => {
  fc.assert(
    fc.property(expression(), (tree) => {
      for (const language of ['en', 'de'] as const) {
        const told = sentence(tree, language)
        for (const name of namesIn(tree)) assert.ok(told.includes(name), `${language}: ${name} is missing in ${told}`)
      }
    }),
  )
})

test('no German sentence keeps English words of the grammar', () => {
  const ENGLISH = /\b(is|not|at least|at most|more than|less than|happened|known|the|of|person|segment “|days?|hours?)\b/
  const bare = (told: string) => told.replace(/[„][^“]*“/g, '')
  for (const [text] of TOLD) {
    const tree = parse(text)
    assert.ok(!isRefusal(tree))
    assert.doesNotMatch(bare(sentence(tree, 'de')), ENGLISH, text)
  }
})
