import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type ClockJump, manualClock, scaledClock, sleepUntil, systemClock } from './clock.ts'

const HOUR = 3_600_000

/** A machine whose two clocks a test moves. */
function machine(start = 1_800_000_000_000) {
  let wall = start
  let monotonic = 0
  return {
    start,
    wall: () => wall,
    monotonic: () => monotonic,
    pass: (ms: number, drift = 0) => {
      wall += ms + drift
      monotonic += ms
    },
  }
}

test('drift that a time server corrects is followed', () => {
  const box = machine()
  const jumps: ClockJump[] = []
  const clock = systemClock({ ...box, onJump: (jump) => jumps.push(jump) })
  for (let i = 0; i < 100; i++) {
    box.pass(1_000, 5)
    clock.now()
  }
  assert.equal(clock.now(), box.wall())
  assert.deepEqual(jumps, [])
})

test('set back by an hour, it stands still until the hour has passed', () => {
  const box = machine()
  const jumps: ClockJump[] = []
  const clock = systemClock({ ...box, onJump: (jump) => jumps.push(jump) })
  const before = clock.now()
  box.pass(0, -HOUR)
  assert.equal(clock.now(), before)
  box.pass(HOUR - 1)
  assert.equal(clock.now(), before)
  box.pass(500)
  assert.equal(clock.now(), before + 499)
  assert.deepEqual(jumps, [{ byMs: -HOUR, verdict: 'held' }])
})

test('set forward, it is followed only when the second opinion agrees', async () => {
  const box = machine()
  const jumps: ClockJump[] = []
  let other = box.start
  let heard = Promise.withResolvers<void>()
  const clock = systemClock({
    ...box,
    confirm: async () => other,
    onJump: (jump) => {
      jumps.push(jump)
      heard.resolve()
    },
  })
  box.pass(1_000, 36 * HOUR)
  assert.equal(clock.now(), box.start + 1_000, 'nothing that is due in 36 hours fires')
  await heard.promise
  assert.deepEqual(jumps, [{ byMs: 36 * HOUR, verdict: 'unconfirmed' }])

  const agreeing = systemClock({ ...box, confirm: async () => other, onJump: () => heard.resolve() })
  heard = Promise.withResolvers()
  box.pass(0, HOUR)
  other = box.wall()
  agreeing.now()
  await heard.promise
  assert.equal(agreeing.now(), box.wall())
})

test('whatever is done to the machine, time never goes back', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 10_000 }), fc.integer({ min: -HOUR, max: HOUR })), { maxLength: 50 }),
      (moves) => {
        const box = machine()
        const clock = systemClock(box)
        let last = clock.now()
        for (const [ms, drift] of moves) {
          box.pass(ms, drift)
          const now = clock.now()
          assert.ok(now >= last)
          last = now
        }
      },
    ),
  )
})

test('a timer never fires early, and not after it was cancelled', async () => {
  const clock = systemClock()
  const at = clock.now() + 20
  const cancelled = clock.timer(at, () => assert.fail('cancelled'))
  cancelled.cancel()
  await sleepUntil(clock, at)
  assert.ok(clock.now() >= at)
})

test('an abort wakes a sleeper at once', async () => {
  const clock = manualClock(0)
  const stop = new AbortController()
  const sleeping = sleepUntil(clock, HOUR, stop.signal)
  stop.abort()
  await sleeping
  assert.equal(clock.waiting(), 0)
  await sleepUntil(clock, HOUR, stop.signal)
})

test('a scaled clock lets a day pass in moments', async () => {
  const clock = scaledClock({ start: 0, rate: 24 * HOUR })
  const began = performance.now()
  await sleepUntil(clock, 24 * HOUR)
  assert.ok(clock.now() >= 24 * HOUR)
  assert.ok(performance.now() - began < 5_000)
})

test('a manual clock fires timers in order, each at its own time, also those that timers start', async () => {
  const clock = manualClock(1_000)
  const fired: [string, number][] = []
  const note = (name: string) => (): void => void fired.push([name, clock.now()])
  clock.timer(1_300, note('late'))
  clock.timer(1_100, () => {
    note('early')()
    clock.timer(1_200, note('between'))
  })
  clock.timer(1_300, note('late too'))
  clock.timer(9_000, note('never'))
  void sleepUntil(clock, 1_150).then(note('sleeper'))
  await clock.advance(500)
  assert.deepEqual(fired, [
    ['early', 1_100],
    ['sleeper', 1_150],
    ['between', 1_200],
    ['late', 1_300],
    ['late too', 1_300],
  ])
  assert.equal(clock.now(), 1_500)
  assert.equal(clock.waiting(), 1)
})
