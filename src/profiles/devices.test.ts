import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { EventRecord } from '#events/schema.ts'
import { absorbDevices, DEVICE_LIMIT, DEVICE_REGISTERED, DEVICE_REMOVED, withDevices } from './devices.ts'
import { absorb, applyEvent, newProfile } from './react.ts'
import type { Device } from './schema.ts'

let ids = 0
const event = (name: string, at: number, { props = {}, ...more }: Partial<EventRecord> = {}): EventRecord => ({
  kind: 'event',
  ws: 'w',
  key: 'p',
  id: `m${++ids}`,
  type: 'track',
  name,
  at,
  received: at,
  props,
  ids: [],
  ...more,
})
const subscription = { endpoint: 'https://push.test/1', keys: { p256dh: 'k', auth: 'a' } }

test('a telephone is known by the token in the context of any event; the newest word counts', () => {
  const phone = { context: { device: { type: 'ios', token: 't1' } } }
  const one = withDevices(undefined, event('Application Opened', 10, phone))
  assert.deepEqual(one, [{ platform: 'ios', token: 't1', at: 10 }])
  assert.equal(withDevices(one, event('Product Viewed', 9, phone)), one, 'an older event changes nothing')
  assert.deepEqual(withDevices(one, event('Product Viewed', 20, phone)), [{ platform: 'ios', token: 't1', at: 20 }])
  assert.equal(withDevices(one, event('Product Viewed', 20, { context: { device: { type: 'toaster', token: 'x' } } })), one)
})

test('a browser registers with its subscription, and goes by its address or when the push service says so', () => {
  const web = withDevices(undefined, event(DEVICE_REGISTERED, 10, { props: { platform: 'web', subscription } }))!
  assert.deepEqual(JSON.parse(web[0]!.token), subscription)
  assert.deepEqual(withDevices(web, event(DEVICE_REMOVED, 11, { props: { endpoint: subscription.endpoint } })), [])
  assert.deepEqual(withDevices(web, event(DEVICE_REMOVED, 11, { props: { subscription } })), [])
  assert.deepEqual(withDevices(web, event('message.bounced', 11, { props: { device: web[0]!.token }, type: 'system' })), [])
  assert.equal(withDevices(web, event('message.bounced', 11, { props: { device: web[0]!.token } })), web, 'only we may say so')
})

test('a profile without a device has no such section, so that what was stored before stays as it is', () => {
  const { section } = applyEvent(null, event('Order Completed', 5))
  assert.ok(!('devices' in section))
  assert.ok(!('devices' in absorb(section, newProfile('q', 1))))
})

const device = fc.record<Device>({
  platform: fc.constantFrom('web', 'ios', 'android'),
  token: fc.constantFrom(...'abcdefghijklmnop'),
  at: fc.nat(50),
})

test('two profiles become one to the same devices from either side, and never more than the limit', () => {
  const held = fc.array(device, { maxLength: 14 }).map((all) => absorbDevices(undefined, all))
  fc.assert(
    fc.property(held, held, (a, b) => {
      const [one, other] = [absorbDevices(a, b), absorbDevices(b, a)]
      const tokens = (devices: typeof a): unknown[] => (devices ?? []).map(({ token, at }) => [token, at])
      assert.deepEqual(tokens(one), tokens(other))
      assert.ok((one ?? []).length <= DEVICE_LIMIT)
      assert.equal(new Set((one ?? []).map(({ token }) => token)).size, (one ?? []).length)
    }),
    { numRuns: 2_000 },
  )
})
