import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isSought } from './settings-search.ts'

const CHANNELS = {
  words: { en: { name: 'Channels', about: 'Providers and senders' }, de: { name: 'Kanäle', about: 'Anbieter und Absender' } },
  find: 'SMTP DKIM',
} as const

test('a part is found by words of both languages, without capitals and accents, and by what else people look for', () => {
  for (const typed of ['', 'chan', 'KANALE', 'kanäle', 'smtp', 'absender provider']) assert.ok(isSought(CHANNELS, typed), typed)
  for (const typed of ['audit', 'smtp audit']) assert.ok(!isSought(CHANNELS, typed), typed)
})

test('more words never find more', () => {
  fc.assert(fc.property(fc.string(), fc.string(), (a, b) => !isSought(CHANNELS, `${a} ${b}`) || isSought(CHANNELS, a)))
})
