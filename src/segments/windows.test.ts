import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  condition,
  DAY,
  mapOf,
  moment,
  plainWindows,
  START,
  scopeAt,
  scopeOver,
  slotsOf,
  stored,
  times,
  treeOf,
} from '../../test/fixtures/windows.ts'
import { aggregatesOf, MOST_REMEMBERED } from './condition/aggregate.ts'
import { nextChange } from './condition/next-change.ts'
import { type PastEvent, pastOf, recordOf } from './condition/past.test.ts'
import { predicate } from './condition/predicate.ts'
import { print } from './condition/print.ts'
import { absorbWindows, hearEvent, trimWindows, type Windows } from './windows.ts'

test('streamed through merges and late events, a condition says what the whole list says', () => {
  fc.assert(
    fc.property(condition, fc.tuple(pastOf(times, 14), fc.array(fc.nat(3), { maxLength: 14 })), moment, (tree, [events, homes], at) => {
      const past = events.map((event) => ({ ...event, received: START - 3 + event.received }))
      const aggregates = aggregatesOf(tree)
      const slots = mapOf(aggregates)
      // Four profiles turn out to be one person, one after the other, each time in either order; between times the state is stored.
      const states: Windows[] = [{}, {}, {}, {}]
      past.forEach((event, i) => {
        const home = homes[i] ?? 0
        states[home] = stored(hearEvent(states[home]!, recordOf(event), slotsOf(aggregates)))
      })
      const [a, b, c, d] = states as [Windows, Windows, Windows, Windows]
      const one = absorbWindows(absorbWindows(a, b, slots), absorbWindows(d, c, slots), slots)
      const other = absorbWindows(c, absorbWindows(absorbWindows(b, a, new Map()), d, slots), slots)
      const expected = predicate(tree)(scopeAt(at, plainWindows(tree, past, at), past))
      for (const windows of [one, other]) {
        const trimmed = trimWindows(windows, slots, { revision: 0, now: at })
        assert.equal(predicate(tree)(scopeOver(stored(windows), tree, { now: at, past })), expected, print(tree))
        assert.equal(predicate(tree)(scopeOver(trimmed, tree, { now: at, past })), expected, `${print(tree)} trimmed`)
      }
    }),
    { numRuns: 2_000 },
  )
})

test('the next change finds every flip that time alone brings', () => {
  let flips = 0
  fc.assert(
    fc.property(condition, pastOf(times), (tree, past) => {
      const aggregates = aggregatesOf(tree)
      let windows: Windows = {}
      for (const event of past) windows = hearEvent(windows, recordOf(event), slotsOf(aggregates))
      const holds = (at: number): boolean => predicate(tree)(scopeAt(at, plainWindows(tree, past, at), past))
      const change = nextChange(tree)
      // Every moment at which anything can change, and the ms around it.
      const spans = [0, 1, 1_000, 90_000, DAY, 2.5 * DAY, 30 * DAY]
      const froms = [START, START - 3 * DAY, ...past.map((event) => event.at)]
      const moments = [...new Set(froms.flatMap((from) => spans.flatMap((ms) => [-1, 0, 1].map((by) => from + ms + by))))].filter(
        (at) => at > START,
      )
      let [now, says] = [START, holds(START)]
      let due = change(scopeOver(windows, tree, { now, past }))
      let looks = 0
      for (const at of moments.sort((x, y) => x - y)) {
        while (due <= at) {
          assert.ok(due > now, `${print(tree)}: not after now`)
          assert.ok(++looks < 300, `${print(tree)}: looked at too often`)
          now = due
          const answer = predicate(tree)(scopeOver(windows, tree, { now, past }))
          if (answer !== says) flips++
          says = answer
          due = change(scopeOver(windows, tree, { now, past }))
        }
        assert.equal(says, holds(at), `${print(tree)} at ${at - START} after the start`)
      }
    }),
    { numRuns: 2_500 },
  )
  assert.ok(flips > 100, `${flips} flips`)
})

const START_OF_5TH = Date.UTC(2026, 2, 5)

test('the timer stands exactly where the nth event leaves the window, and nowhere when nothing can flip', () => {
  const past = [1, 2, 3, 4].map((day): PastEvent => ({ name: 'A', at: START - day * DAY, received: 0, properties: { total: day } }))
  const due = (text: string): number => {
    const tree = treeOf(text)
    let windows: Windows = {}
    for (const event of past) windows = hearEvent(windows, recordOf(event), slotsOf(aggregatesOf(tree)))
    return nextChange(tree)(scopeOver(windows, tree, { now: START, past })) - START
  }
  assert.equal(due('count("A" within 30d) >= 3'), 27 * DAY)
  assert.equal(due('count("A" within 30d) >= 4'), 26 * DAY)
  assert.equal(due('count("A" within 30d) >= 5'), Infinity)
  assert.equal(due('count("A" within 30d) == 4'), 26 * DAY)
  assert.equal(due('count("A" within 30d) == 2'), 27 * DAY)
  assert.equal(due('never("A" within 30d)'), 29 * DAY)
  assert.equal(due('last("A") < now - 30d'), 29 * DAY + 1)
  assert.equal(due('last("A") <= now - 30d'), 29 * DAY)
  assert.equal(due('(now - profile.since) / 1d > 90'), 87 * DAY + 1)
  assert.equal(due('profile.since < now + 3d'), Infinity)
  assert.equal(due('profile.offers.any(ends < now)'), 2 * DAY + 1)
  assert.equal(due('(profile.since < now - 5d) == true'), 2 * DAY + 1)
  assert.equal(due('default(profile.renews, date("2026-03-05")) - 1d <= now'), START_OF_5TH - DAY - START)
  assert.equal(due('profile.points * (now - profile.since) >= 8d'), DAY)
  assert.equal(due('now == profile.since + 4d'), DAY)
  assert.equal(due('now > profile.unknown or last("Never") < now'), Infinity)
  assert.equal(due('sequence("A", "A" within 30d)'), 28 * DAY)
  assert.equal(due('sum("A", total within 30d) > 5'), 26 * DAY)
  assert.equal(due('profile.country == "DE" and count("A" within 30d) >= 3'), Infinity)
  assert.equal(due('profile.points == 2 and count("A" within 30d) >= 3'), 27 * DAY)
  assert.equal(due('profile.points == 2 or count("A" within 30d) >= 3'), Infinity)
})

test('an event that no aggregate asks for, or that says who somebody is, changes nothing', () => {
  const slots = slotsOf(aggregatesOf(treeOf('count("A" where event.total > 5 within 30d) >= 2')))
  const windows = hearEvent({}, recordOf({ name: 'A', at: START, received: START, properties: { total: 9 } }), slots)
  assert.equal(hearEvent(windows, recordOf({ name: 'A', at: START, received: START, properties: { total: 5 } }), slots), windows)
  assert.equal(
    hearEvent(windows, { ...recordOf({ name: 'A', at: START, received: START, properties: { total: 9 } }), type: 'identify' }, slots),
    windows,
  )
})

test('a person remembers no more than the condition can tell apart, and forgets what has left the window', () => {
  const slots = slotsOf(aggregatesOf(treeOf('count("A" within 30d) >= 3 or sum("A", total within 1d) > 5')))
  let windows: Windows = {}
  for (let i = 0; i < 3 * MOST_REMEMBERED; i++)
    windows = hearEvent(windows, recordOf({ name: 'A', at: START + i, received: START + i, properties: { total: 1 } }), slots)
  assert.deepEqual(
    slots.map(({ slot }) => (windows[slot] as { of: unknown[] }).of.length).sort((a, b) => a - b),
    [3, MOST_REMEMBERED],
  )
  const later = START + 40 * DAY
  windows = hearEvent(windows, recordOf({ name: 'A', at: later, received: later, properties: { total: 1 } }), slots)
  assert.deepEqual(
    slots.map(({ slot }) => (windows[slot] as { of: unknown[] }).of.length),
    [1, 1],
  )
  assert.deepEqual(trimWindows(windows, mapOf(slots.map(({ aggregate }) => aggregate)), { revision: 0, now: later + 40 * DAY }), {})
})

test('slots that nobody watches any more go; those of a revision that is yet to come stay', () => {
  const windows: Windows = { 'a.3': { kind: 'number', of: 1 }, 'b.9': { kind: 'number', of: 2 } }
  assert.deepEqual(Object.keys(trimWindows(windows, new Map(), { revision: 5, now: START })), ['b.9'])
  const theirs: Windows = { 'b.9': { kind: 'number', of: 3 } }
  assert.deepEqual(absorbWindows(windows, theirs, new Map())['b.9'], { kind: 'number', of: 5 })
})

test('what has left its window is forgotten a day later', () => {
  const slots = slotsOf(aggregatesOf(treeOf('count("A" within 1h) >= 1')))
  const at = START
  const windows = hearEvent({}, recordOf({ name: 'A', at, received: at, properties: {} }), slots)
  const map = mapOf(slots.map(({ aggregate }) => aggregate))
  assert.deepEqual(trimWindows(windows, map, { revision: 0, now: at + DAY }), windows, 'clocks may differ by a day')
  assert.deepEqual(trimWindows(windows, map, { revision: 0, now: at + DAY + 3_600_000 }), {})
})
