import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { STARTERS } from './starters.ts'
import { SUPPOSED, wouldNeed } from './tester.ts'

test('the starter of a team asks from 10 000 people, 30 percent, a first sender, an agent, and for guardrails', () => {
  const needs = (change: Partial<typeof SUPPOSED>): number => wouldNeed(STARTERS.team, { ...SUPPOSED, ...change }).length
  assert.equal(needs({}), 0)
  assert.equal(needs({ people: 9_999 }), 0)
  for (const change of [{ people: 10_000 }, { discount: 30 }, { firstSend: true }, { autonomy: true }, { kind: 'provider' }])
    assert.equal(needs(change), 1)
})

test('whoever asks for more never needs fewer people', () => {
  const more = fc.record({ people: fc.nat(100_000), cost: fc.nat(50_000), discount: fc.nat(100), voice: fc.nat(100) })
  fc.assert(
    fc.property(more, fc.constantFrom('people', 'cost', 'discount', 'voice'), fc.nat(50_000), (given, name, extra) => {
      const quorum = (each: typeof given): number =>
        Math.max(0, ...wouldNeed([...STARTERS.team, ...STARTERS.bank], { ...SUPPOSED, ...each }).map((need) => need.quorum))
      assert.ok(quorum({ ...given, [name]: given[name as 'people'] + extra }) >= quorum(given))
    }),
  )
})
