import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { house } from './house.ts'

const at = house()

test('the debugger sends an event and shows its way: accepted, whose, into which journey', async () => {
  const { page, wrong } = await at.open('/developers/debugger')
  const body = page.getByLabel('Event as JSON')
  await body.fill('{ not json')
  await page.getByRole('button', { name: 'Send the event' }).click()
  await page.getByText('This is no JSON object:').waitFor()
  await body.fill(
    JSON.stringify({
      type: 'track',
      userId: 'maya-lind',
      event: 'Product Added',
      properties: { cart_id: 'dbg-1', product_id: 'lamp', price: 3 },
    }),
  )
  await page.getByRole('button', { name: 'Send the event' }).click()
  const way = page.getByRole('list', { name: 'Its way' })
  await way.getByRole('link', { name: 'Maya Lind' }).waitFor()
  await way.getByRole('link', { name: 'abandoned-cart' }).first().waitFor()
  assert.match(page.url(), /message=test-/, 'the address can be shared')
  await body.fill(JSON.stringify({ type: 'track', event: 'Product Added' }))
  await page.getByRole('button', { name: 'Send the event' }).click()
  await page.getByText('The event does not say whose it is').waitFor()
  assert.deepEqual(wrong, [])
  await page.context().close()
})

test('a webhook that may not be reached is refused, and its call stands in the log', async () => {
  const server = createServer((_request, response) => response.end('{"ok":true}'))
    .listen(0, '127.0.0.1')
    .unref()
  await new Promise((done) => server.once('listening', done))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
  const { page, wrong } = await at.open('/developers/webhooks')
  await page.getByRole('button', { name: 'Send a test' }).click()
  await page.getByLabel('Address (https://…)').fill(url)
  await page.getByRole('button', { name: 'Send the test' }).click()
  await page.getByRole('dialog').getByText('webhook_blocked').waitFor()
  assert.match(await page.getByRole('dialog').innerText(), /webhook-signature: v1,/)
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click()
  await page.getByRole('list', { name: 'Calls' }).getByText('/hook').waitFor()
  assert.deepEqual(wrong, [])
  await page.context().close()
  server.close()
})

test('the signing secret is rotated: a new one, and for a day both sign', async () => {
  const { page } = await at.open('/developers/webhooks')
  await page.getByRole('button', { name: 'Show the secret' }).click()
  const shown = page.getByRole('region', { name: 'the secret, text' })
  const before = await shown.innerText()
  await page.getByRole('button', { name: 'Make a new secret' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Make a new secret' }).click()
  await page.getByText(/The secret of before signs as well until/).waitFor()
  assert.notEqual(await shown.innerText(), before)
  await page.context().close()
})
