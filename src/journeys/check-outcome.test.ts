import assert from 'node:assert/strict'
import test from 'node:test'
import { journey } from '../../test/fixtures/journeys.ts'
import { check } from './check.ts'

const library = { ids: (kind: string) => ({ template: ['cart'], goal: ['revenue-q1', 'churn-q1'], metric: ['returns'] })[kind] ?? [] }
const mail = { kind: 'email', id: 'nudge', template: 'cart', otherwise: [] }
const found = (parts: Record<string, unknown>): string[] =>
  check(journey({ steps: [mail], ...parts }), library).map(
    ({ severity, code, at, hint }) => `${severity} ${code} ${at}${severity === 'error' ? `: ${hint}` : ''}`,
  )

test('a journey without a hold-out or without a worth is warned that nobody will know whether it worked', () => {
  assert.deepEqual(found({ holdout: '10%' }), [])
  assert.deepEqual(found({}), ['warning journey.outcome.holdout /holdout'])
  assert.deepEqual(found({ goal: { event: 'Signed', within: '30d' }, holdout: '5%' }), ['warning journey.outcome.worth /goal'])
  assert.deepEqual(found({ goal: { event: 'Signed', within: '30d', worth: 40, margin: 0.3 }, holdout: '5%' }), [])
})

test('nobody need be held out of mail that they asked for, nor where a split lets some go without', () => {
  assert.deepEqual(found({ steps: [{ ...mail, lane: 'transactional' }] }), [])
  const split = (quiet: readonly object[]) => ({
    kind: 'split',
    id: 'half',
    arms: [
      { id: 'mail', weight: 1, steps: [mail] },
      { id: 'quiet', weight: 1, steps: quiet },
    ],
  })
  assert.deepEqual(found({ steps: [split([{ kind: 'wait', id: 'still', for: '1d' }])] }), [])
  assert.deepEqual(found({ steps: [split([{ ...mail, id: 'other' }])] }), ['warning journey.outcome.holdout /holdout'])
})

test('a goal that is served and a metric that is guarded must be there, and nothing is guarded twice', () => {
  assert.deepEqual(found({ holdout: '10%', serves: ['revenue-q1'], guardrails: [{ metric: 'unsubscribes' }, { metric: 'returns' }] }), [])
  assert.deepEqual(found({ holdout: '10%', serves: ['churn-q1', 'churn-q2'] }), ['error journey.goal /serves/1: Did you mean “churn-q1”?'])
  assert.deepEqual(
    found({ holdout: '10%', guardrails: [{ metric: 'return' }, { metric: 'bounces' }, { metric: 'bounces', tolerate: 0.01 }] }),
    [
      'error journey.metric /guardrails/0/metric: Did you mean “returns”?',
      'error journey.guardrail.twice /guardrails/2/metric: Keep one of them',
    ],
  )
})
