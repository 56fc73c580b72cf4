import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { twilioSignature } from '#channels/adapters/twilio.ts'
import { until } from '../browser/browser.ts'
import { type StandIn, standIn } from '../stand-ins/http.ts'
import { journey, startWorld, type World } from './world.ts'

const ACCOUNT = `AC${'1'.repeat(32)}`
const NUMBER = '+15005550006'

let twilio: StandIn
let world: World
let taken = 0
// Self-made, after https://www.twilio.com/docs/messaging: takes every message but those to a number that has texted STOP to Twilio itself.
before(async () => {
  twilio = await standIn((asked) => {
    const to = new URLSearchParams(asked.body).get('To')!
    const body = to.endsWith('99')
      ? { code: 21610, message: 'unsubscribed recipient' }
      : { sid: `SM${++taken}`, num_segments: '1', status: 'queued' }
    return { status: to.endsWith('99') ? 400 : 201, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  })
  world = await startWorld({ env: { ALLOW_PRIVATE_EGRESS: `127.0.0.1:${twilio.port}` } })
  await world.api('PUT /api/secrets/twilio-token', { value: '12345' })
  await world.publish(
    {
      kind: 'provider',
      id: 'texts',
      channel: 'sms',
      type: 'twilio',
      settings: { accountSid: ACCOUNT, from: NUMBER, host: twilio.url },
      secrets: { authToken: 'twilio-token' },
      cost: { currency: 'USD', perUnit: 0.0083 },
    },
    {
      kind: 'template',
      id: 'news',
      channel: 'sms',
      text: 'Hi {{ profile.first_name }}, new in: {{ entry.properties.what }}. Reply STOP to end.',
    },
    journey('tell', 'Thing Arrived', {
      entry: { event: 'Thing Arrived', reentry: { after: '0s' } },
      steps: [
        { kind: 'wait', id: 'settle', for: '10m' },
        { kind: 'sms', id: 'text', template: 'news' },
      ],
    }),
  )
})
after(async () => {
  await world?.stop()
  await twilio?.stop()
})

const sentTo = (number: string): string[] =>
  twilio.asked.map(({ body }) => new URLSearchParams(body)).flatMap((form) => (form.get('To') === number ? [form.get('Body')!] : []))

/** Posts as Twilio does, signed or not. */
async function post(
  form: Record<string, string>,
  { query = '', signature }: { query?: string; signature?: string } = {},
): Promise<Response> {
  const url = `${world.url}/hooks/${world.workspace}/texts${query}`
  const body = new URLSearchParams(form)
  return fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': signature ?? twilioSignature('12345', url, body),
    },
    body: body.toString(),
  })
}
const write = (from: string, text: string, id: string) =>
  post({ MessageSid: id, SmsStatus: 'received', From: from, To: NUMBER, Body: text, NumMedia: '0' })

test('a text goes out with what it cost, and Twilio’s word comes back under our id', async () => {
  await world.identify('ada', { phone: '+1 (555) 123-0001', first_name: 'Ada' })
  await world.track('ada', 'Thing Arrived', { what: 'lamps' })
  await world.pass({ minutes: 11 })
  assert.deepEqual(sentTo('+15551230001'), ['Hi Ada, new in: lamps. Reply STOP to end.'])
  const [message] = await world.messages('ada')
  assert.deepEqual([message!.channel, message!.status, message!.to], ['sms', 'sent', '+15551230001'])
  const form = { MessageSid: 'SM1', MessageStatus: 'delivered', To: '+15551230001' }
  const query = `?effect=${encodeURIComponent(message!.id)}`
  assert.equal((await post(form, { query, signature: 'forged' })).status, 401)
  assert.equal((await post(form, { query })).status, 200)
  assert.equal((await post(form, { query })).status, 200, 'a repeat is taken and changes nothing')
  await world.settled()
  const { history } = await world.message(message!.id)
  assert.deepEqual(
    history.map(({ status }) => status),
    ['queued', 'sent', 'delivered'],
  )
})

test('“please stop texting me” takes back what waits, is confirmed once, and holds for every topic by telephone; e-mail goes on', async () => {
  await world.identify('bob', { phone: '+15551230002', first_name: 'Bob' })
  await world.track('bob', 'Thing Arrived', { what: 'chairs' })
  await world.pass({ minutes: 5 })
  assert.equal((await write('+15551230002', 'Please stop texting me!', 'SM-in-1')).status, 200)
  await write('+15551230002', 'Please stop texting me!', 'SM-in-1')
  await world.pass({ minutes: 30 })
  assert.deepEqual(sentTo('+15551230002'), ['The Road Shop: You are unsubscribed and will get no more messages. Reply START to come back.'])
  const { permits } = (await world.profile('bob')).consent
  const by = Object.fromEntries(permits.map(({ channel, status }) => [channel, status]))
  assert.deepEqual([by['sms'], by['whatsapp'], by['email']], ['withdrawn', 'withdrawn', undefined])
  await world.track('bob', 'Thing Arrived', { what: 'tables' })
  await world.pass({ minutes: 30 })
  assert.equal(sentTo('+15551230002').length, 1, 'nothing more is handed over')
  const why = await world.why('tell', 'bob')
  assert.match(JSON.stringify(why), /consent_withdrawn/)
})

test('START brings them back, HELP says who we are, and other words are only heard', async () => {
  await write('+15551230002', 'START', 'SM-in-2')
  await world.pass({ minutes: 1 })
  await write('+15551230002', 'help', 'SM-in-3')
  await write('+15551230002', 'Do you have it in blue? Don’t stop!', 'SM-in-4')
  await world.pass({ minutes: 1 })
  const [, back, help, ...more] = sentTo('+15551230002')
  assert.match(back!, /^The Road Shop: You are subscribed again/)
  assert.match(help!, /Reply STOP to end/)
  assert.deepEqual(more, [])
  await world.track('bob', 'Thing Arrived', { what: 'lamps' })
  await world.pass({ minutes: 11 })
  assert.equal(sentTo('+15551230002').at(-1), 'Hi Bob, new in: lamps. Reply STOP to end.')
  const heard = (await world.timeline('bob', 'event')).filter(({ name, verdict }) => name === 'message.received' && verdict !== 'duplicate')
  assert.equal(heard.length, 4)
})

test('whoever has texted STOP to Twilio itself is unsubscribed here as well, and can come back', async () => {
  await world.identify('eve', { phone: '+15551230099', first_name: 'Eve' })
  await world.track('eve', 'Thing Arrived', { what: 'beds' })
  await world.pass({ minutes: 20 })
  const [message] = await world.messages('eve')
  assert.deepEqual([message!.status, message!.reason], ['failed', 'sms_opted_out'])
  // What Twilio says of a message on its way is taken up when the message is settled.
  await until('the opt-out is known', async () => (await world.profile('eve')).consent.permits.length > 0)
  const { permits } = (await world.profile('eve')).consent
  assert.deepEqual(
    permits.map(({ channel, status }) => [channel, status]),
    [['sms', 'withdrawn']],
  )
})

test('somebody unknown who writes STOP is still not written to when they become known', async () => {
  await write('+15551230005', 'STOP', 'SM-in-5')
  await world.identify('new', { phone: '+15551230005', first_name: 'New' })
  await world.track('new', 'Thing Arrived', { what: 'beds' })
  await world.pass({ minutes: 30 })
  assert.deepEqual(sentTo('+15551230005'), [])
})
