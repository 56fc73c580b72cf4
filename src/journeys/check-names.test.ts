import assert from 'node:assert/strict'
import test from 'node:test'
import { journey } from '../../test/fixtures/journeys.ts'
import { check } from './check.ts'

const library = { ids: (kind: string) => ({ segment: ['vip'], list: ['press'], template: ['hello'], model: ['churn'] })[kind] ?? [] }
const codesOf = (parts: Parameters<typeof journey>[0]): string[] =>
  check(journey(parts), library)
    .filter(({ code }) => code.endsWith('.unknown'))
    .map(({ code, title }) => `${code} ${title}`)
const mail = { kind: 'email', id: 'mail', template: 'hello', otherwise: [] }

test('a journey that names a segment or a list that is not there is refused', () => {
  const branch = (when: string) => ({ kind: 'branch', id: 'b', branches: [{ id: 'x', when, steps: [mail] }], otherwise: [] })
  assert.deepEqual(codesOf({ steps: [branch('segment("vip") and list("press")')] }), [])
  assert.deepEqual(codesOf({ steps: [branch('segment( "vpi" ) or list(\'press\')')] }), [
    'journey.segment.unknown There is no segment "vpi".',
  ])
  assert.deepEqual(codesOf({ steps: [branch('not list("pres")')] }), ['journey.list.unknown There is no list "pres".'])
  assert.deepEqual(codesOf({ entry: { event: 'segment.entered:vpi' }, steps: [mail] }), [
    'journey.segment.unknown There is no segment "vpi".',
  ])
})

test('a journey that waits for what a model finds is refused when there is no such model', () => {
  assert.deepEqual(codesOf({ entry: { event: 'score.crossed:churn' }, exit: [{ event: 'anomaly.found:churn' }], steps: [mail] }), [])
  assert.deepEqual(codesOf({ entry: { event: 'score.crossed:chrun' }, steps: [mail] }), [
    'journey.model.unknown There is no model "chrun".',
  ])
  assert.deepEqual(codesOf({ exit: [{ event: 'pattern.found:late' }], steps: [mail] }), ['journey.model.unknown There is no model "late".'])
})
