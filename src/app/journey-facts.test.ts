import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Live } from '#platform/documents-plan.ts'
import { JourneyFacts } from './journey-facts.ts'
import { KINDS } from './kinds.ts'

const journey = (i: number, more: object = {}): Live => {
  const body = {
    kind: 'journey',
    id: `j${i}`,
    goal: { event: 'Order Completed', within: '3d' },
    entry: { event: 'Product Added' },
    holdout: '10%',
    owner: 'Ada',
    steps: [{ kind: 'email', id: 'mail', template: 'hello' }],
    ...more,
  }
  return { kind: 'journey', id: body.id, version: 1, body, hash: JSON.stringify(body) } as Live
}

/** The kinds, counting how often the check of journeys is asked. */
function counting() {
  const asked = { checks: 0 }
  const kind = KINDS.get('journey')!
  const check: typeof kind.check = (body, library) => {
    asked.checks += 1
    return kind.check!(body, library)
  }
  return { asked, facts: new JourneyFacts(new Map(KINDS).set('journey', { ...kind, check })) }
}

test('two hundred journeys are checked once, and again when one of them is another', () => {
  const { asked, facts } = counting()
  const live = Array.from({ length: 200 }, (_, i) => journey(i))
  const first = facts.problems('w', live)
  assert.equal(asked.checks, 200)
  assert.ok(first.get('j0')! > 0, 'the template is not there')
  assert.equal(facts.problems('w', [...live]), first)
  assert.equal(asked.checks, 200)
  facts.problems('w', live.with(7, journey(7, { owner: 'Grace' })))
  assert.equal(asked.checks, 400, 'a check may look at every other document')
  facts.problems('other', live)
  assert.equal(asked.checks, 600, 'workspaces do not share what was found')
})

test('what a journey says of itself follows its body', () => {
  const { facts } = counting()
  const one = journey(1)
  assert.deepEqual(facts.said(one), { holdout: '10%', channels: ['email'], owner: 'Ada', tags: [] })
  assert.equal(facts.said(one), facts.said(one))
  assert.equal(facts.said(journey(1, { owner: 'Grace', tags: ['spring'] })).owner, 'Grace')
  assert.deepEqual(facts.said({ hash: 'broken', body: { kind: 'journey' } }), { holdout: '0%', channels: [], owner: '', tags: [] })
})
