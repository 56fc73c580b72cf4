import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { type Crossed, cross } from './crossings.ts'

const HOT = { id: 'hot', above: 0.7, by: 0.1 }
const WARM = { id: 'warm', above: 0.3, by: 0.05 }

/** What a walk of scores says, crossing by crossing. */
function walk(scores: readonly number[], crossings: readonly (typeof HOT)[]): Crossed[] {
  let above: readonly string[] = []
  return scores.flatMap((score) => {
    const { above: next, crossed } = cross(above, score, crossings)
    above = next
    return crossed
  })
}

test('a mark is passed upwards at the mark, and downwards only so far below it', () => {
  assert.deepEqual(walk([0.69, 0.7, 0.61, 0.75, 0.6, 0.59, 0.69, 0.71], [HOT]), [
    { crossing: 'hot', direction: 'up' },
    { crossing: 'hot', direction: 'down' },
    { crossing: 'hot', direction: 'up' },
  ])
})

test('one leap passes several marks', () => {
  assert.deepEqual(
    walk([0.9, 0.1], [WARM, HOT]).map(({ crossing, direction }) => `${crossing} ${direction}`),
    ['warm up', 'hot up', 'warm down', 'hot down'],
  )
})

test('a score that wavers by less than the distance never flaps: between two passings in opposite directions it has moved that far', () => {
  const walks = fc.array(fc.double({ min: -0.08, max: 0.08, noNaN: true }), { maxLength: 200 }).map((steps) => {
    let at = 0.5
    return steps.map((step) => {
      at = Math.min(1, Math.max(0, at + step))
      return at
    })
  })
  const marks = fc.record({ above: fc.double({ min: 0.1, max: 0.9, noNaN: true }), by: fc.double({ min: 0.01, max: 0.5, noNaN: true }) })
  fc.assert(
    fc.property(walks, marks, (scores, { above, by }) => {
      let state: readonly string[] = []
      let last: { direction: string; score: number } | null = null
      for (const score of scores) {
        const { above: next, crossed } = cross(state, score, [{ id: 'mark', above, by }])
        state = next
        for (const { direction } of crossed) {
          assert.notEqual(direction, last?.direction)
          if (last) assert.ok(Math.abs(score - last.score) >= by - 1e-12)
          last = { direction, score }
        }
      }
    }),
  )
})
