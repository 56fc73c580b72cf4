import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { firstHour, standingOf, type Tally } from './reputation.ts'

const tally = (sent: number, more: Partial<Tally> = {}): Tally => ({ sent, complaints: 0, bounces: 0, refusals: 0, ...more })
const said = (...windows: Tally[]): string => {
  const { state, cause } = standingOf(windows)
  return `${state} ${cause}`.trim()
}

suite('the name of a sending domain', () => {
  test('one complaint of ten is no verdict; three of a thousand are', () => {
    assert.equal(said(tally(10, { complaints: 1 })), 'good')
    assert.equal(said(tally(999, { complaints: 30 })), 'good')
    assert.equal(said(tally(1_000, { complaints: 1 })), 'warned complaints')
    assert.equal(said(tally(1_000, { complaints: 3 })), 'paused complaints')
    assert.equal(said(tally(100_000, { complaints: 99 })), 'good')
    assert.equal(said(tally(100_000, { complaints: 299 })), 'warned complaints')
    assert.equal(said(tally(100_000, { complaints: 300 })), 'paused complaints')
  })

  test('addresses that do not exist pause at 5 %; refusals for policy only warn', () => {
    assert.equal(said(tally(200, { bounces: 3 })), 'good')
    assert.equal(said(tally(200, { bounces: 4 })), 'warned bounces')
    assert.equal(said(tally(200, { bounces: 10 })), 'paused bounces')
    assert.equal(said(tally(200, { refusals: 200 })), 'warned refusals')
  })

  test('the worst window counts: a bad day in a good week is bad', () => {
    assert.equal(said(tally(1_000, { complaints: 5 }), tally(100_000, { complaints: 5 })), 'paused complaints')
    assert.equal(said(tally(0), tally(1_000, { bounces: 60 })), 'paused bounces')
  })

  test('a pause that was ended begins anew: nothing of before counts', () => {
    const hour = 3_600_000
    assert.equal(firstHour(24 * hour, { now: 100 * hour, countedFrom: 0 }), 77)
    assert.equal(firstHour(24 * hour, { now: 100 * hour, countedFrom: 90.5 * hour }), 91)
  })
})
