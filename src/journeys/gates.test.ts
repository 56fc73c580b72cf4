import assert from 'node:assert/strict'
import { test } from 'node:test'
import { policiesOf } from '#consent/policies/packs/registry.ts'
import { journey, MONDAY, World } from '../../test/fixtures/journeys.ts'
import { policy } from '../../test/fixtures/policies.ts'

const HOUR = 3_600_000
const versioned = (...parts: Parameters<typeof policy>[0][]) => parts.map((each) => ({ policy: policy(each), version: 3 }))
const verdicts = (world: World) => world.facts.flatMap((fact) => (fact.table === 'verdicts' ? [fact.row] : []))
const OFFER = journey({
  steps: [
    {
      kind: 'email',
      id: 'offer',
      template: 'offer',
      category: 'credit-offer',
      otherwise: [{ kind: 'email', id: 'plain', template: 'plain' }],
    },
  ],
})

test('a rule refuses with its citation, the other way is taken, and both verdicts are kept', () => {
  const rules = versioned({
    id: 'approved-only',
    rule: { kind: 'eligibility', evidence: [{ attribute: 'approved', is: true }] },
    applies: { categories: ['credit-offer'] },
    citation: 'CR-14',
  })
  const world = new World([OFFER], { policies: rules })
  world.person('ada')
  world.happens('ada', 'Product Added')
  world.passes('1h')
  assert.deepEqual(world.sentTo('ada'), ['plain'])
  assert.ok(world.storyOf('ada').includes('moved offer policy:approved-only (CR-14)'), world.storyOf('ada').join())
  const [against, passed, ...others] = verdicts(world)
  assert.equal(others.length, 0)
  assert.deepEqual(
    [against!.outcome, against!.policy, against!.policy_version, against!.citation, against!.stage],
    ['refuse', 'approved-only', 3, 'CR-14', 'decision'],
  )
  assert.match(against!.reason, /no evidence “approved”/)
  assert.deepEqual([passed!.outcome, passed!.policies, passed!.effect_id !== ''], ['pass', '', true])
})

test('hours of law let a message wait, and it goes when every clock allows it', () => {
  const hours = versioned({ id: 'hours', rule: { kind: 'hours', windows: [{ from: '12:00', to: '13:00' }] } })
  const world = new World([OFFER], { policies: hours })
  world.person('ada', { timezone: 'Europe/London', device_timezone: 'Europe/London' })
  world.happens('ada', 'Product Added')
  assert.deepEqual(world.sentTo('ada'), [])
  world.passes('1d')
  assert.deepEqual(
    world.sent.map(({ at }) => at - MONDAY),
    [2 * HOUR + 1_000],
    'it begins on a Monday at ten',
  )
  const [deferred] = verdicts(world)
  assert.equal(deferred!.outcome, 'defer')
  assert.equal(deferred!.until, MONDAY + 2 * HOUR)
})

test('a rule that counts knows the messages of all journeys, also where no contact policy is', () => {
  const daily = versioned({ id: 'daily', rule: { kind: 'frequency', max: 2, within: '24h' } })
  const again = journey({
    entry: { event: 'Product Added', reentry: 'always' },
    steps: [{ kind: 'email', id: 'offer', template: 'offer' }],
  })
  const world = new World([again], { policies: daily })
  world.person('ada')
  for (let i = 0; i < 5; i++) {
    world.happens('ada', 'Product Added')
    world.passes('1h')
  }
  assert.equal(world.sent.length, 2)
  world.passes('3d')
  for (const { at } of world.sent) assert.ok(world.sent.filter((other) => other.at > at - 24 * HOUR && other.at <= at).length <= 2)
  assert.equal(world.sent.length, 3, 'the third waited; who waits is not let in again')
})

test('what decides who gets a credit offer is looked through, segments included', () => {
  const ecoa = policiesOf('us-credit-offers').filter(({ policy: each }) => each.id === 'ecoa-prohibited-basis')
  const by = (when: string, segments: { id: string; when: string }[] = []) => {
    const branch = {
      kind: 'branch',
      id: 'who',
      branches: [{ id: 'yes', when, steps: [{ kind: 'email', id: 'offer', template: 'offer', category: 'loan' }] }],
      otherwise: [],
    }
    const world = new World([journey({ steps: [branch], default: { otherwise: 'continue' } })], { policies: ecoa, segments })
    world.person('ada', { gender: 'x', income: 9 })
    world.happens('ada', 'Product Added')
    world.passes('1h')
    return world.sent.length
  }
  assert.equal(by('profile.income > 3'), 1)
  assert.equal(by('profile.gender exists'), 0)
  assert.equal(by('segment("some")', [{ id: 'some', when: 'profile.gender exists' }]), 0)
})

test('whoever has opted out is refused by the rule that says so, before anything is sent', () => {
  const world = new World([OFFER], { policies: policiesOf('us-can-spam') })
  world.person('ada')
  world.happens('ada', 'Consent Withdrawn', { channel: 'email' })
  world.happens('ada', 'Product Added')
  world.passes('1h')
  assert.deepEqual(world.sentTo('ada'), [])
  const against = verdicts(world).find(({ policy: id }) => id === 'can-spam-opt-out')
  assert.equal(against?.citation, '15 USC 7704(a)(4)')
})

test('a workspace without rules decides as before, and keeps no verdicts', () => {
  const world = new World([OFFER])
  world.person('ada')
  world.happens('ada', 'Product Added')
  world.passes('1h')
  assert.deepEqual(world.sentTo('ada'), ['offer'])
  assert.deepEqual(verdicts(world), [])
  assert.deepEqual(world.people.get('ada')!.contacts.sends, [])
})
