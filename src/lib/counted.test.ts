import assert from 'node:assert/strict'
import { test } from 'node:test'
import { counted, people, spelled } from './counted.ts'

test('a word agrees with its number', () => {
  assert.deepEqual([people(0), people(1), people(1_204)], ['0 people', '1 person', '1,204 people'])
  assert.equal(counted(1, 'deal'), '1 deal')
})

test('durations of documents are spelled, but for those of several units', () => {
  assert.deepEqual(['7d', '1d', '24h', '1m', '2w', '2h30m'].map(spelled), ['7 days', '1 day', '24 hours', '1 minute', '2 weeks', '2h30m'])
})
