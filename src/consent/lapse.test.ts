import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lapse } from './lapse.ts'
import type { ConsentSection } from './schema.ts'

test('what ends at one moment is told in one order, whatever order the state was stored in', () => {
  const permit = (at: number) => ({ status: 'granted', at, expires: at + 10 }) as unknown as ConsentSection['permits'][string]
  const all = [
    ['sms:offers', permit(1)],
    ['email:offers', permit(2)],
    ['push:', permit(3)],
  ] as const
  const told = (permits: readonly (readonly [string, ConsentSection['permits'][string]])[]) =>
    lapse({ permits: Object.fromEntries(permits), due: 11 } as unknown as ConsentSection, 100).changes.map(({ channel }) => channel)
  assert.deepEqual(told(all), ['email', 'push', 'sms'])
  assert.deepEqual(told(all.toReversed()), ['email', 'push', 'sms'])
})
