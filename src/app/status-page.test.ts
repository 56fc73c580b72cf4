import assert from 'node:assert/strict'
import { test } from 'node:test'
import { statusPage } from './status-page.ts'

test('a part that does not answer is named; the others stand beside it', () => {
  const page = statusPage({ server: 'ok', database: 'failed', analytics: 'slow' }, { language: 'en', at: 0 })
  assert.match(page, /Something does not work/)
  assert.match(page, /Journeys and messages<\/dt><dd>does not answer/)
  assert.match(page, /Reports<\/dt><dd>slow/)
  assert.match(page, /Receiving events<\/dt><dd>works/)
})
