import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from './browser.ts'
import { house } from './house.ts'
import { tour } from './tour.ts'

const at = house()

const PLAN = {
  kind: 'event',
  id: 'order-completed',
  event: 'Order Completed',
  description: 'Somebody paid.',
  owner: 'Team Checkout',
  onViolation: 'quarantine',
  properties: [
    { name: 'order_id', type: 'text', required: true, pii: 'none' },
    { name: 'total', type: 'number', required: true, pii: 'none' },
  ],
}

const held = async (): Promise<number> => (await at.ask('GET /api/data/held')).total

test('events that break the plan lie in quarantine', async () => {
  await at.ask('POST /api/documents/apply', { body: { documents: [{ kind: 'event', id: PLAN.id, body: PLAN }] } })
  // The plan holds within a second; then one that breaks it lies in quarantine.
  await until('the plan holds', async () => {
    await at.call('track', {
      userId: 'maya-lind',
      event: 'Order Completed',
      properties: { order_id: 'q-1' },
      messageId: `q-${performance.now()}`,
    })
    return (await held()) > 0
  })
  await at.call('track', { userId: 'maya-lind', event: 'Order Complted', properties: { order_id: 'x', total: 3 } })
  await at.settled()
})

tour(at, {
  'data-live': ['/data/live', 'Order Complted'],
  'data-event': ['/data/event?name=Order%20Completed', 'Team Checkout'],
})

test('a marketer sees what comes in, and is not offered to change it', async () => {
  const { page, wrong } = await at.open('/data/event?name=Order%20Complted', { as: 'marketer' })
  await page.getByText('No event of this name is planned').waitFor()
  assert.equal(await page.getByRole('button', { name: 'Block' }).count(), 0)
  assert.deepEqual(wrong, [])
  await page.context().close()
})

test('by keyboard: what lies in quarantine is replayed after the plan was mended, and the list is empty', async () => {
  const { page, wrong } = await at.open('/data/held?kind=quarantined')
  await page.getByText('total is required').first().waitFor()
  const replay = page.getByRole('button', { name: /^Replay \d/ })
  await replay.focus()
  await page.keyboard.press('Enter')
  await page.getByText(/stay, because they are still wrong/).waitFor()
  const mended = { ...PLAN, properties: PLAN.properties.map((each) => ({ ...each, required: false })) }
  await at.ask('POST /api/documents/apply', { body: { documents: [{ kind: 'event', id: PLAN.id, body: mended }] } })
  await replay.focus()
  await page.keyboard.press('Enter')
  await until('nothing lies there', async () => (await at.ask('GET /api/data/held?kind=quarantined')).total === 0)
  await page.getByText('Nothing matches this filter').waitFor()
  assert.deepEqual(wrong, [])
  await page.context().close()
})

test('a new source waits for its first event, and turns green by itself', async () => {
  const { page, wrong } = await at.open('/data/sources')
  await page.getByRole('button', { name: 'New source' }).click()
  await page.getByLabel('Name').fill('The till')
  await page.keyboard.press('Enter')
  await page.getByText('Waiting for the first event. This turns green by itself.').waitFor()
  await page.getByRole('button', { name: 'curl', exact: true }).click()
  const snippet = await page.getByRole('region', { name: /snippet for curl/ }).innerText()
  const key = /wk_[\w-]{20,}/.exec(snippet)?.[0] ?? ''
  const response = await fetch(`${at.url}/v1/track`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${key}:`)}`, 'content-type': 'application/json' },
    body: JSON.stringify({ userId: 'maya-lind', event: 'Till Opened', context: { library: { name: 'till', version: '3.1' } } }),
  })
  assert.equal(response.status, 200)
  await page.getByText('The first event has come from till 3.1.').waitFor()
  assert.deepEqual(wrong, [])
  await page.context().close()
})

test('an event stands in the live stream within a second, can be paused, and opens to its payload without secrets', async () => {
  const { page, wrong } = await at.open('/data/live?event=Bell%20Rung')
  await page.getByText('Live', { exact: true }).last().waitFor()
  await at.call('track', { userId: 'maya-lind', event: 'Bell Rung', properties: { door: 'front', password: 'geheim' } })
  await page.getByRole('button', { name: 'Bell Rung' }).waitFor({ timeout: 1_500 })
  await page.getByRole('button', { name: 'Pause' }).click()
  await at.call('track', { userId: 'maya-lind', event: 'Bell Rung', properties: { door: 'back' } })
  await page.getByText('Paused; 1 event has come since').waitFor()
  assert.equal(await page.getByRole('button', { name: 'Bell Rung' }).count(), 1)
  await page.getByRole('button', { name: 'Go on' }).click()
  await page.getByRole('button', { name: 'Bell Rung' }).last().click()
  const payload = await page.getByRole('dialog').innerText()
  assert.ok(payload.includes('"front"') && !payload.includes('geheim'), payload)
  assert.deepEqual(wrong, [])
  await page.context().close()
})
