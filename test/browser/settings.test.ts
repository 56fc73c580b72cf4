import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { smtpSink } from '../fixtures/smtp-sink.ts'
import { until } from './browser.ts'
import { house } from './house.ts'
import { tour } from './tour.ts'

// It listens before the house begins: the server must be allowed to reach it before it starts.
const sink = await smtpSink()
after(() => sink.stop())
const at = house({
  env: { ALLOW_PRIVATE_EGRESS: `127.0.0.1:${sink.port}` },
  prepare: async (shop) => {
    await shop.ask('PUT /api/secrets/spare-password', { body: { value: 'not so secret' } })
    const warmUp = { from: '2026-03-02', first: 200, growth: 1.5, upTo: 50_000 }
    const settings = { host: 'mail.example.com', user: 'shop' }
    const common = { kind: 'provider', channel: 'email', type: 'smtp' }
    const providers = [
      {
        ...common,
        id: 'spare',
        settings,
        secrets: { password: 'spare-password' },
        warmUp,
        default: true,
        cost: { currency: 'EUR', perUnit: 0.001 },
      },
      { ...common, id: 'tried', settings: { host: 'tried.example.com' }, mode: 'sandbox' },
    ]
    await shop.ask('POST /api/documents/apply', { body: { documents: providers.map((body) => ({ kind: 'provider', id: body.id, body })) } })
  },
})

tour(at, {
  provider: ['/settings/channels?provider=spare', 'Messages a day by the plan'],
  senders: ['/settings/channels?view=senders', /How mail was taken/],
  keys: ['/settings/channels?view=keys', 'Keys for Web Push'],
})

test('by keyboard: an SMTP provider is added and sends a test, and its real answer is shown', async () => {
  const { page, wrong } = await at.open('/settings/channels')
  await page.getByRole('button', { name: 'Add a provider' }).press('Enter')
  await page.getByRole('link', { name: 'Mail by any SMTP server' }).press('Enter')
  await page.getByLabel('Id', { exact: true }).fill('sink')
  await page.getByLabel('Host').fill('127.0.0.1')
  await page.getByLabel('Port').fill(String(sink.port))
  await page.getByLabel('Encryption').selectOption({ label: 'None, inside of your own network' })
  await page.getByRole('button', { name: 'Save and use' }).press('Enter')
  await page.getByRole('button', { name: 'Send a test by sink' }).press('Enter')
  await page.getByLabel('To which address?').fill('me@shop.example')
  await page.keyboard.press('Enter')
  await page.getByText('The provider took it').waitFor()
  assert.ok(sink.taken.some(({ to }) => to === 'me@shop.example'))
  await page.getByLabel('To which address?').fill('rcpt550@shop.example')
  await page.keyboard.press('Enter')
  await page.getByText('The provider refused it').waitFor()
  await page.getByText('smtp_5.1.1').waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Move sink up' }).press('Enter')
  await page.getByText('sink now stands at 1').waitFor()
  const { providers } = await at.ask('GET /api/providers')
  const line = (id: string) => providers.find((each: { id: string }) => each.id === id)
  assert.deepEqual([line('sink').default, line('sink').fallback, line('spare').default], [true, 'spare', false])
  assert.deepEqual(wrong, [])
  await page.context().close()
})

test('an invitation goes out by mail past the messages, and the link is shown as well', async () => {
  const { link, mailed } = await at.ask('POST /api/invitations', { body: { email: 'new@shop.example', role: 'viewer' } })
  assert.equal(mailed, true)
  const mail = sink.taken.find(({ to }) => to === 'new@shop.example')
  assert.ok(mail?.raw.toString().replaceAll('=\r\n', '').replaceAll('=3D', '=').includes(link.split('#')[1]))
  const { messages } = await at.ask('GET /api/messages')
  assert.ok(!JSON.stringify(messages).includes('new@shop.example'))
  assert.ok(!JSON.stringify(await at.ask('GET /api/mailbox')).includes('new@shop.example'))
})

test('a secret is replaced without being shown, and says what uses it', async () => {
  const { page, wrong } = await at.open('/settings/secrets')
  const row = page.getByRole('row', { name: /spare-password/ })
  await row.getByRole('link', { name: 'spare' }).waitFor()
  assert.ok(!(await page.content()).includes('not so secret'))
  await row.getByRole('button', { name: 'Replace spare-password' }).press('Enter')
  await page.getByLabel('Value').fill('another one')
  await page.getByRole('button', { name: 'Keep it' }).press('Enter')
  await page.getByText('spare-password is kept').waitFor()
  assert.deepEqual(wrong, [])
  await page.context().close()
})

test('the audit log says who did what, is filtered by its address, and is checked against its anchors', async () => {
  const { page, wrong } = await at.open('/settings/audit?action=secrets.put')
  await page.getByText('gave secret:spare-password').first().waitFor()
  assert.equal(await page.getByText(/published provider/).count(), 0)
  await page.getByRole('button', { name: 'Show all' }).press('Enter')
  await page
    .getByText(/published provider:/)
    .first()
    .waitFor()
  await page.getByRole('button', { name: 'Check the log' }).press('Enter')
  await page.getByText(/lines fit together/).waitFor()
  assert.deepEqual(wrong, [])
  await page.context().close()
})

test('what is looked for is found in both languages, and what I do not want to get stays off', async () => {
  const { page, wrong } = await at.open('/settings', { as: 'marketer' })
  await page.getByRole('searchbox', { name: 'Search the settings' }).fill('benachrichtigungen')
  await until('only one part is left', async () => (await page.locator('main section li').count()) === 1)
  await page.getByRole('link', { name: 'Mails to me' }).press('Enter')
  await page.getByLabel('Somebody asks for my approval').uncheck()
  await page.getByText('Your choice holds from now on').waitFor()
  await page.reload()
  await until('it is kept', async () => !(await page.getByLabel('Somebody asks for my approval').isChecked()))
  assert.deepEqual(wrong, [])
  await page.context().close()
})
