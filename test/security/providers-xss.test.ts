// What providers answer and what people write back is a script, in forty ways: on every screen that tells of it.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { twilioSignature } from '#channels/adapters/twilio.ts'
import { until } from '../browser/browser.ts'
import { type House, house } from '../browser/house.ts'
import { hostileMail, hostileReceiver } from './hostile.ts'
import { PAYLOADS } from './payloads.ts'
import { walk } from './walk.ts'

const [mail, web] = await Promise.all([hostileMail(), hostileReceiver()])
after(() => Promise.all([mail, web].map(({ server }) => server.close())))

const PEOPLE = ['taken', 'gone', 'later'] as const
const phoneOf = (i: number): string => `+479123456${i}`
const TOKEN = '12345'

const PROVIDERS = [
  { kind: 'provider', id: 'post', channel: 'email', type: 'smtp', settings: { host: '127.0.0.1', port: mail.port, security: 'none' } },
  {
    kind: 'provider',
    id: 'texts',
    channel: 'sms',
    type: 'twilio',
    settings: { accountSid: `AC${'1'.repeat(32)}`, from: '+15005550006', host: `http://127.0.0.1:${web.port}` },
    secrets: { authToken: 'twilio-token' },
  },
]
const LETTER = {
  kind: 'template',
  id: 'letter',
  purpose: 'transactional',
  subject: 'A letter',
  html: '<p>Hello {{ sender.postal_address }} <a href="{{ unsubscribe_url }}">out</a></p>',
  sender: 'post-office',
}
const SENDER = {
  kind: 'sender',
  id: 'post-office',
  provider: 'post',
  from: { name: 'The shop', address: 'post@shop.example' },
  postalAddress: 'The corner shop, 1 Main Street, Town',
}
const TEXT = { kind: 'template', id: 'word', channel: 'sms', purpose: 'transactional', text: 'Hello' }
const JOURNEY = {
  kind: 'journey',
  id: 'writes',
  name: 'Writes',
  goal: { event: 'Order Completed', within: '7d' },
  default: { otherwise: 'continue' },
  entry: { event: 'Letter Asked' },
  steps: [
    { kind: 'email', id: 'letter', template: 'letter', lane: 'transactional' },
    { kind: 'sms', id: 'word', template: 'word', lane: 'transactional' },
  ],
}

const at = house({ people: false, env: { ALLOW_PRIVATE_EGRESS: `127.0.0.1:${mail.port},127.0.0.1:${web.port}` }, prepare: inhabit })

type Message = { readonly id: string; readonly channel: string; readonly status: string; readonly profile: string; readonly to: string }
const messages = async (): Promise<readonly Message[]> => (await at.ask('GET /api/messages?journey=writes')).messages

async function inhabit(shop: House): Promise<void> {
  await shop.ask('PUT /api/secrets/twilio-token', { body: { value: TOKEN } })
  const documents = [...PROVIDERS, SENDER, LETTER, TEXT, JOURNEY].map((body) => ({ kind: body.kind, id: body.id, body }))
  await shop.ask('POST /api/documents/apply', { body: { documents } })
  for (const [i, userId] of PEOPLE.entries()) {
    await shop.call('identify', { userId, traits: { name: userId, email: `${userId}@people.example`, phone: phoneOf(i) } })
    await shop.call('track', { userId, event: 'Letter Asked' })
  }
  await shop.settled()
}

/** Posts as Twilio does. */
async function writesBack(from: string, text: string, id: string): Promise<number> {
  const url = `${at.url}/hooks/${at.workspace}/texts`
  const form = new URLSearchParams({ MessageSid: id, SmsStatus: 'received', From: from, To: '+15005550006', Body: text, NumMedia: '0' })
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': twilioSignature(TOKEN, url, form) },
    body: form.toString(),
  })
  return response.status
}

test('what mail servers and providers answer, and what people write back, runs nowhere', async () => {
  await until('each has been tried', async () => {
    await at.settled()
    const [taken, gone] = ['taken', 'gone'].map(async (who) => (await messages()).find(({ to }) => to.startsWith(who))?.status)
    return (await taken) === 'sent' && /failed|bounced/.test((await gone) ?? '')
  })
  for (const [i, text] of PAYLOADS.entries()) assert.equal(await writesBack(phoneOf(0), text, `SM${i}`), 200)
  await writesBack(PAYLOADS[0]!, PAYLOADS[1]!, 'SM-of-a-stranger')
  for (const [id, to] of [
    ['post', 'taken@people.example'],
    ['post', 'gone@people.example'],
    ['texts', phoneOf(1)],
  ])
    await at.ask(`POST /api/providers/${id}/test`, { body: { to }, as: 'admin' })
  await at.settled()
  const all = await messages()
  const [profile] = all.filter(({ to }) => to.startsWith('taken')).map((each) => each.profile)
  const timeline = [`/people/${profile}`, `/people/${profile}?kinds=event`]
  const paths = [
    ...timeline,
    `/people/${profile}?tab=messages`,
    ...all.map(({ id }) => `/messages/${encodeURIComponent(id)}`),
    '/messages',
    '/data/live',
    '/settings/channels',
    '/settings/health',
    '/reports/deliverability',
    '/journeys/writes?tab=runs',
  ]
  const { found, shown } = await walk(at, paths)
  assert.deepEqual(found, [])
  assert.deepEqual(
    timeline.filter((path) => !shown.has(path)),
    [],
    'what was written back is read where it was looked for',
  )
})

test('the answer to a test of a provider is text', async () => {
  const { found, shown } = await walk(at, ['/settings/channels'], async (page) => {
    await page.getByRole('button', { name: 'Send a test by post' }).click()
    await page.getByLabel('To which address?').fill('taken@people.example')
    await page.keyboard.press('Enter')
    await page.getByText('The provider took it').waitFor()
  })
  assert.deepEqual(found, [])
  assert.deepEqual([...shown], ['/settings/channels'], 'the answer is shown')
})
