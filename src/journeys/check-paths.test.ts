import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { isRefusal } from '#lib/problem.ts'
import { parse } from '#segments/condition/parse.ts'
import { predicate } from '#segments/condition/predicate.ts'
import { scopeOf } from '#segments/condition/scope.ts'
import { journey } from '../../test/fixtures/journeys.ts'
import { check } from './check.ts'
import { together } from './check-holds.ts'

const library = {
  ids: (kind: string) => (kind === 'template' ? ['cart', 'receipt'] : []),
  get: (kind: string, id: string) => (kind === 'template' ? { id, purpose: id === 'receipt' ? 'transactional' : 'marketing' } : undefined),
}
const found = (parts: Parameters<typeof journey>[0]): string[] =>
  check(journey({ holdout: '10%', ...parts }), library)
    .filter(({ code }) => code !== 'journey.goal.short')
    .map(({ severity, code, at }) => `${severity} ${code.slice('journey.'.length)} ${at}`)
const mail = (id: string, more: object = {}) => ({ kind: 'email', id, template: 'cart', otherwise: [], ...more })
const branch = (when: string, steps: readonly object[] = [mail('inner')], more: object = {}) => ({
  kind: 'branch',
  id: 'which',
  branches: [{ id: 'one', when, steps }],
  otherwise: [],
  ...more,
})

test('a branch whose condition contradicts itself is never taken', () => {
  for (const when of [
    'profile.plan == "a" and profile.plan == "b"',
    'profile.age < 18 and profile.age > 30',
    'profile.age >= 18 and profile.age < 18',
    'profile.plan in ["a", "b"] and not (profile.plan in ["a", "b", "c"])',
    'profile.name exists and not (profile.name exists)',
    'profile.age > 3 and profile.age == "old"',
    'profile.age < 18 and not (profile.age < 30)',
    'false',
  ])
    assert.deepEqual(found({ steps: [branch(when)] }), ['error unreachable /steps/0/branches/0/when'], when)
  for (const when of ['profile.age < 18 or profile.age > 30', 'profile.plan != "a" and profile.plan != "b"', 'not (profile.age < 18)'])
    assert.deepEqual(found({ steps: [branch(when)] }), [], when)
})

test('a branch that the ones above it leave nothing for is never taken; what is left to otherwise is looked at too', () => {
  const branches = [
    { id: 'grown', when: 'profile.age >= 18', steps: [mail('a')] },
    { id: 'old', when: 'profile.age >= 65', steps: [mail('b')] },
  ]
  assert.deepEqual(found({ steps: [{ kind: 'branch', id: 'age', branches, otherwise: [] }] }), [
    'error unreachable /steps/0/branches/1/when',
  ])
  const all = [
    { id: 'yes', when: 'profile.vip', steps: [] },
    { id: 'no', when: 'not profile.vip', steps: [] },
  ]
  assert.deepEqual(found({ steps: [{ kind: 'branch', id: 'vip', branches: all, otherwise: [mail('a')] }] }), [
    'warning unreachable /steps/0/otherwise',
  ])
})

test('what the entry asked stays true in the run; what a profile was may change while the run waits', () => {
  const entry = { event: 'Product Added', where: 'event.value >= 50 and profile.plan == "pro"' }
  assert.deepEqual(found({ entry, steps: [branch('entry.value < 10')] }), ['error unreachable /steps/0/branches/0/when'])
  const later = [{ kind: 'wait', id: 'w', for: '1h' }]
  assert.deepEqual(found({ entry, steps: [...later, branch('entry.value < 10')] }), ['error unreachable /steps/1/branches/0/when'])
  const inner = branch('profile.plan == "b"', [mail('deep')], { id: 'inner' })
  assert.deepEqual(found({ steps: [branch('profile.plan == "a"', [inner])] }), [
    'error unreachable /steps/0/branches/0/steps/0/branches/0/when',
  ])
  assert.deepEqual(found({ steps: [branch('profile.plan == "a"', [...later, inner])] }), [])
  assert.deepEqual(found({ entry: { ...entry, where: 'event.a == 1 and event.a == 2' }, steps: [mail('a')] }), ['error never /entry/where'])
})

test('waits that can never be met: for what ends the run, for what has come before, for the click on a request', () => {
  const waits = (event: string, more: object = {}) => ({ kind: 'waitFor', id: 'w', event, upTo: '1d', then: [], otherwise: [], ...more })
  const exit = [{ event: 'Order Completed' }]
  assert.deepEqual(found({ exit, steps: [mail('a'), waits('Order Completed')] }), ['error wait.exits /steps/1/event'])
  const narrow = [{ event: 'Order Completed', where: 'event.total > 5' }]
  assert.deepEqual(found({ exit: narrow, steps: [mail('a'), waits('Order Completed')] }), [])
  assert.deepEqual(found({ steps: [mail('a'), waits('message.sent', { of: 'a' })] }), ['error wait.receipt /steps/1/event'])
  const hook = { kind: 'webhook', id: 'h', url: 'https://shop.example/hook', otherwise: [] }
  assert.deepEqual(found({ steps: [hook, waits('message.clicked', { of: 'h' })] }), ['error wait.receipt /steps/1/of'])
  assert.deepEqual(found({ steps: [mail('a'), waits('Looked', { where: 'event.x == 1 and event.x == 2' })] }), [
    'error never /steps/1/where',
  ])
})

test('a step that can fail says what happens then, or the journey does', () => {
  const silent = { kind: 'email', id: 'a', template: 'cart' }
  assert.deepEqual(found({ steps: [silent] }), ['error otherwise /steps/0'])
  assert.deepEqual(found({ default: { otherwise: 'exit' }, steps: [silent] }), [])
  assert.deepEqual(found({ steps: [{ kind: 'waitFor', id: 'w', event: 'Looked', upTo: '1d' }] }), ['error otherwise /steps/0'])
})

test('marketing does not go out by a template that lets nobody unsubscribe', () => {
  assert.deepEqual(found({ steps: [mail('a', { template: 'receipt' })] }), ['error optout /steps/0/template'])
  assert.deepEqual(found({ steps: [mail('a', { template: 'receipt', lane: 'transactional' })] }), [])
})

const atom = fc.oneof(
  fc
    .tuple(fc.constantFrom('==', '!=', '<', '<=', '>', '>='), fc.integer({ min: 0, max: 3 }))
    .map(([operator, n]) => `profile.a ${operator} ${n}`),
  fc.constantFrom(
    'profile.a == "x"',
    'profile.a != "x"',
    'profile.a exists',
    'profile.a in [1, "x"]',
    'profile.b',
    'profile.b == true',
    'false',
  ),
)
const conditions = fc.letrec<{ tree: string }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3 },
    atom,
    fc.tuple(tie('tree'), fc.constantFrom('and', 'or'), tie('tree')).map(([a, join, b]) => `(${a} ${join} ${b})`),
    tie('tree').map((a) => `not (${a})`),
  ),
})).tree

test('what is called impossible is true for nobody, and a sample is a person for whom it is true', () => {
  const values = [undefined, 0, 1, 2, 3, 0.5, 1.5, -1, 9, 'x', 'y', true, false]
  const person = (attributes: Record<string, unknown>) =>
    scopeOf({
      profile: {
        id: 'p',
        activity: {},
        attributes: Object.fromEntries(Object.entries(attributes).flatMap(([k, v]) => (v == null ? [] : [[k, [v as never, 0] as const]]))),
      },
      permits: {},
      now: 0,
    } as Parameters<typeof scopeOf>[0])
  let never = 0
  fc.assert(
    fc.property(conditions, (text) => {
      const tree = parse(text)
      if (isRefusal(tree)) throw new Error(text)
      const holds = predicate(tree)
      const answer = together([{ tree, holds: true }])
      if (answer === 'never') {
        never++
        for (const a of values) for (const b of values) assert.equal(holds(person({ a, b })), false, `${text} holds for a=${a}, b=${b}`)
      } else if (answer !== 'unknown') {
        assert.ok(
          holds(person({ a: answer.get('profile.a'), b: answer.get('profile.b') })),
          `${text} does not hold for ${JSON.stringify([...answer])}`,
        )
      }
    }),
    { numRuns: 2_000 },
  )
  assert.ok(never > 50, `${never} were impossible`)
})
