import assert from 'node:assert/strict'
import { test } from 'node:test'
import { saidIn } from '#lib/said.ts'
import { cellText } from '../reports/cells.ts'
import { MODELS } from './api.ts'
import { keyName, modelName } from './names.ts'

/** Names that are the same in German. */
const SAME = new Set(['Shapley', 'Hazard', 'SMS', 'Push', 'WhatsApp', 'Slack', 'Webhook', 'Video'])
const CHANNELS = ['email', 'sms', 'push', 'inapp', 'whatsapp', 'slack', 'webhook', 'ads', 'call', 'store', 'direct', 'social', 'referral']
const VISITS = [
  'paid search',
  'paid social',
  'paid other',
  'display',
  'affiliate',
  'video',
  'organic search',
  'other campaign',
  'ai assistant',
]

test('no sentence names a model or a channel by its code, in either language', () => {
  for (const name of [...MODELS.map(modelName), ...[...CHANNELS, ...VISITS].map((key) => keyName(key, 'channel'))]) {
    assert.match(name, /^[A-Z]/)
    const german = saidIn(`People who met “${name}”`, 'de')
    assert.ok(german, name)
    assert.equal(german.includes(`„${name}“`), SAME.has(name), name)
  }
  for (const key of [...CHANNELS, ...VISITS])
    assert.ok(
      saidIn(`People who met “${keyName(key, 'channel')}”`, 'de')?.includes(cellText(key, { type: 'text', codes: 'channel' }, 'de')),
    )
})

test('a name that somebody gave stays as it is', () => {
  assert.equal(keyName('direct', 'campaign'), 'direct')
  assert.equal(keyName('Our newsletter', 'channel'), 'Our newsletter')
})
