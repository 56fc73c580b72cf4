import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { canonical, type Json } from '#lib/json.ts'
import { differencesBetween } from './changes.ts'
import { gradeOf, subjectOf } from './grade.ts'

suite('what is different', () => {
  const steps = (...ids: string[]): Json => ids.map((id) => ({ id, kind: 'email', template: id }))

  test('a step that changes is told under its own id, wherever it stands', () => {
    const before: Json = {
      steps: [
        { id: 'a', kind: 'wait', for: '1d' },
        { id: 'b', kind: 'email', template: 'x' },
      ],
    }
    const after: Json = {
      steps: [
        { id: 'new', kind: 'wait', for: '2h' },
        { id: 'a', kind: 'wait', for: '1d' },
        { id: 'b', kind: 'email', template: 'y' },
      ],
    }
    assert.deepEqual(differencesBetween(before, after), [
      { at: ['steps', 'new'], what: 'added', before: '', after: 'wait, for: 2h' },
      { at: ['steps', 'b', 'template'], what: 'changed', before: 'x', after: 'y' },
    ])
  })

  test('of steps that changed places the fewest are called moved', () => {
    assert.deepEqual(
      differencesBetween(steps('a', 'b', 'c', 'd'), steps('d', 'a', 'b', 'c')).map(({ at, what }) => [at[0], what]),
      [['d', 'moved']],
    )
  })

  test('there is a difference exactly when the documents are not the same, and it turns round with them', () => {
    const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>
    const list = fc.uniqueArray(fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd'), n: fc.nat(2) }), {
      selector: ({ id }) => id,
    }) as fc.Arbitrary<Json>
    const any = fc.oneof(json, list)
    fc.assert(
      fc.property(any, any, (one, other) => {
        const there = differencesBetween(one, other)
        const back = differencesBetween(other, one)
        assert.equal(there.length > 0, canonical(one) !== canonical(other))
        const count = (all: typeof there, what: string): number => all.filter((each) => each.what === what).length
        assert.equal(count(there, 'added'), count(back, 'removed'))
        assert.equal(count(there, 'changed'), count(back, 'changed'))
        assert.equal(count(there, 'moved'), count(back, 'moved'))
      }),
    )
  })
})

suite('how much it matters', () => {
  const evidence = {
    people: 1_000_000,
    reach: [] as { journey: string; people: number; exact: boolean }[],
    messages: 0,
    cost: { currency: 'EUR', messages: 0, incentives: 0, total: 0, unpriced: [] },
    discount: { percent: 0, amount: 0, at: '' },
    voice: { score: 0, findings: [] },
    firstSends: [],
    actors: ['person:ada'],
    inFlight: false,
  }
  const manifest = { operation: 'publish' as const, touched: [] as never[] }

  test('a footer that reaches nobody is low; two deciders, ten thousand people or a policy are high', () => {
    const needs = [{ quorum: 1 }]
    assert.deepEqual(gradeOf({ manifest, needs, evidence }), { grade: 'low', because: [] })
    assert.equal(gradeOf({ manifest, needs: [{ quorum: 2 }], evidence }).grade, 'high')
    const reach = [{ journey: 'a', people: 10_000, exact: true }]
    assert.deepEqual(gradeOf({ manifest, needs, evidence: { ...evidence, people: 10_000, reach } }).because, ['many-people'])
    assert.equal(gradeOf({ manifest, needs, evidence: { ...evidence, people: 9_999, reach } }).grade, 'medium')
    const touched = [{ kind: 'policy', id: 'x', action: 'create' as const, before: null, after: 'h' }]
    assert.equal(gradeOf({ manifest: { ...manifest, touched }, needs, evidence }).grade, 'high')
    assert.deepEqual(gradeOf({ manifest, needs, evidence: { ...evidence, actors: ['key:1'] } }).because, ['no-person'])
  })

  test('the subject is of names, not of words or of their order; a batch of runs is its own', () => {
    const touched = (...ids: string[]) => ids.map((id) => ({ kind: 'template', id, action: 'change' as const, before: 'a', after: 'b' }))
    const of = (ids: string[], runs: string[] = []) => subjectOf({ operation: 'publish', touched: touched(...ids), journeys: ['j'], runs })
    assert.equal(of(['a', 'b']), of(['b', 'a']))
    assert.notEqual(of(['a']), of(['a', 'b']))
    assert.equal(of(['a'], ['p e s 1']), '')
  })
})
