import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Watched } from './live.ts'

const same = (a?: { n: number }, b?: { n: number }) => a?.n === b?.n

test('a frame wakes only the readers whose value changed', () => {
  const counts = new Watched<{ n: number }>(same)
  const woken: string[] = []
  counts.listen('a', () => woken.push('a'))
  const stop = counts.listen('b', () => woken.push('b'))
  counts.set({ a: { n: 1 }, b: { n: 1 } })
  const first = counts.get('a')
  counts.set({ a: { n: 1 }, b: { n: 2 } })
  assert.deepEqual(woken, ['a', 'b', 'b'])
  assert.equal(counts.get('a'), first, 'an equal value keeps its identity')
  stop()
  counts.set({ a: { n: 1 } })
  assert.deepEqual(woken, ['a', 'b', 'b'])
  assert.equal(counts.get('b'), undefined)
})
