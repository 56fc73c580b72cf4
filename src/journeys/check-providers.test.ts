import assert from 'node:assert/strict'
import { test } from 'node:test'
import { check } from './check.ts'
import { Journey } from './schema.ts'

const TEXTS = Journey.parse({
  kind: 'journey',
  id: 'texts',
  goal: { event: 'Order Completed', within: '3d' },
  entry: { event: 'Parcel Came' },
  default: { otherwise: 'continue' },
  steps: [{ kind: 'sms', id: 'text', template: 'text', lane: 'transactional' }],
})

const warned = (...providers: readonly { readonly id: string; readonly channel: string }[]) => {
  const get = (kind: string, id: string) => (kind === 'provider' ? providers.find((each) => each.id === id) : { channel: 'sms' })
  const ids = (kind: string) => (kind === 'provider' ? providers.map(({ id }) => id) : ['text'])
  return check(TEXTS, { get, ids })
    .filter(({ code }) => code === 'journey.provider.missing')
    .map(({ severity, at }) => `${severity} ${at}`)
}

test('a text that no provider can carry is warned of at publishing, and does not stop it', () => {
  assert.deepEqual(warned(), ['warning /steps/0'])
  assert.deepEqual(warned({ id: 'mail', channel: 'email' }), ['warning /steps/0'])
  assert.deepEqual(warned({ id: 'texts', channel: 'sms' }), [])
})
