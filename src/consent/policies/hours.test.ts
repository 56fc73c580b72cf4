import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Asked } from './facts.ts'
import { hoursGate } from './hours.ts'

const ZONE = 'Europe/Berlin'
const asked = (now: number): Asked =>
  ({
    stage: 'dispatch',
    now,
    content: null,
    message: { channel: 'sms' },
    subject: { places: { zones: new Set([ZONE]) } },
  }) as unknown as Asked

test('in the hour that clocks show twice it is closed twice before the opening', () => {
  const gate = hoursGate({ kind: 'hours', holidays: [], windows: [{ from: '02:30', to: '24:00' }] })
  // On 25 October 2026 clocks go from 03:00 back to 02:00 at 01:00 UTC.
  const at = (utc: string): number => Date.parse(`2026-10-25T${utc}:00Z`)
  const opens = (utc: string): string => {
    const found = gate(asked(at(utc)))
    return found.kind === 'defer' ? new Date(found.until).toISOString().slice(11, 16) : found.kind
  }
  assert.deepEqual(['00:10', '00:30', '00:59', '01:00', '01:29', '01:30', '12:00', '22:59', '23:00'].map(opens), [
    '00:30',
    'pass',
    'pass',
    '01:30',
    '01:30',
    'pass',
    'pass',
    'pass',
    '01:30',
  ])
})
