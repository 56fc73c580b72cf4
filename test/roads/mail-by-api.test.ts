import assert from 'node:assert/strict'
import { generateKeyPairSync, sign } from 'node:crypto'
import { after, before, test } from 'node:test'
import { until } from '../fixtures/delivery.ts'
import { type Answering, type Asked, type StandIn, standIn } from '../stand-ins/http.ts'
import { addressOf, journey, startWorld, template, type World } from './world.ts'

// SendGrid, as its documents say (https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send and
// …/tracking-events/getting-started-event-webhook-security-features). Self-made: no real account was asked.

let world: World
let house: StandIn
const keys = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
/** What the house does, by the first word of the address. */
const MANNERS = ['lost', 'slow', 'busy', 'torn'] as const

const recipient = ({ body }: Asked): string => JSON.parse(body).personalizations[0].to[0].email
const effectIn = ({ body }: Asked): string => JSON.parse(body).personalizations[0].custom_args.cadenza
const askedFor = (person: string): Asked[] => house.asked.filter((each) => recipient(each) === addressOf(person))

before(async () => {
  house = await standIn((asked, count): Answering => {
    const manner = MANNERS.find((each) => recipient(asked).startsWith(each))
    if (manner === 'lost') return 'drop'
    if (manner === 'slow') return 'hang'
    if (manner === 'busy' && askedFor('busy').length === 1) return { status: 429, headers: { 'retry-after': '30' }, body: '{}' }
    // Says 202 and no id: only our own id leads back.
    if (manner === 'torn') return { status: 202 }
    return { status: 202, headers: { 'x-message-id': `sg-${count}` } }
  })
  world = await startWorld({ env: { ALLOW_PRIVATE_EGRESS: `127.0.0.1:${house.port}` } })
  await world.api('PUT /api/secrets/sendgrid-key', { value: 'SG.key' })
  const verificationKey = keys.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
  await world.publish(
    {
      kind: 'provider',
      id: 'grid',
      channel: 'email',
      type: 'sendgrid',
      settings: { host: house.url, verificationKey },
      secrets: { apiKey: 'sendgrid-key' },
      default: true,
    },
    template('news'),
    journey('news', 'News Asked', { steps: [{ kind: 'email', id: 'news', template: 'news', otherwise: [] }] }),
  )
})
after(async () => {
  await world?.stop()
  await house?.stop()
})

const ask = async (person: string): Promise<void> => {
  await world.identify(person)
  await world.track(person, 'News Asked')
}
const status = async (person: string): Promise<string> => (await world.messages(person))[0]?.status ?? 'none'
const history = async (person: string): Promise<string[]> => {
  await world.settled()
  return (await world.message((await world.messages(person))[0]!.id)).history.map((each) => each.status)
}
const blocked = async (): Promise<string[]> =>
  (await world.app.parts.work.query<{ address: string }>('select address from suppressions order by 1')).rows.map(({ address }) => address)

/** Posts events as SendGrid signs them, by the world's clock. */
async function post(events: readonly object[], key = keys.privateKey): Promise<number> {
  const raw = JSON.stringify(events)
  const at = String(Math.floor(world.clock.now() / 1_000))
  const signature = sign('sha256', Buffer.from(at + raw), key).toString('base64')
  const answer = await fetch(`${world.url}/hooks/${world.workspace}/grid`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-twilio-email-event-webhook-timestamp': at,
      'x-twilio-email-event-webhook-signature': signature,
    },
    body: raw,
  })
  return answer.status
}
const event = (person: string, name: string, more: object = {}) => ({
  event: name,
  email: addressOf(person),
  timestamp: Math.floor(world.clock.now() / 1_000),
  sg_event_id: `${person}-${name}`,
  sg_message_id: 'unknown.filter',
  cadenza: effectIn(askedFor(person)[0]!),
  ...more,
})

test('what is throttled goes once, later, as long as it is asked to wait; what is lost or never answered goes once and is not repeated', async () => {
  for (const person of ['ann', 'busy', 'lost', 'slow', 'torn']) await ask(person)
  await until(
    'all have been tried',
    async () => {
      const now = await Promise.all(['ann', 'busy', 'lost', 'slow', 'torn'].map(status))
      return now.join(' ') === 'sent ready ambiguous ambiguous sent'
    },
    40_000,
  )
  await world.pass({ seconds: 29 })
  assert.equal(askedFor('busy').length, 1, 'not before its time')
  await world.pass({ seconds: 60 })
  assert.deepEqual([askedFor('busy').length, await status('busy')], [2, 'sent'])
  assert.deepEqual(
    askedFor('busy').map(effectIn),
    Array.from({ length: 2 }, () => effectIn(askedFor('busy')[0]!)),
    'under the same id',
  )
})

test('an event settles a message without an answer; nobody’s word does not', async () => {
  const strangers = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  assert.equal(await post([event('lost', 'delivered')], strangers.privateKey), 401)
  assert.equal(await status('lost'), 'ambiguous')
  assert.equal(await post([event('lost', 'delivered')]), 200)
  assert.equal(await status('lost'), 'sent')
  await world.pass({ minutes: 20 })
  assert.equal(await status('slow'), 'sent', 'without a word it counts as sent in the end')
  assert.deepEqual([askedFor('lost').length, askedFor('slow').length], [1, 1])
})

test('events that come late, twice and in the wrong order tell one story', async () => {
  const click = event('ann', 'click', { url: 'https://shop.example/news', useragent: 'Mozilla/5.0' })
  const all = [click, event('ann', 'delivered'), event('ann', 'open', { useragent: 'Mozilla/5.0' })]
  for (let repeat = 0; repeat < 3; repeat++) assert.equal(await post(repeat === 1 ? all.toReversed() : all), 200)
  const said = await history('ann')
  assert.deepEqual(
    ['delivered', 'opened', 'clicked', 'sent'].map((each) => said.filter((one) => one === each).length),
    [1, 1, 1, 1],
  )
})

test('an event that lies about the address blocks only the one that the message went to', async () => {
  const bounce = { type: 'bounce', status: '5.1.1' }
  assert.equal(await post([event('torn', 'bounce', { ...bounce, email: addressOf('ann'), sg_message_id: '' })]), 200)
  assert.deepEqual(await blocked(), [addressOf('torn')], 'not Ann')
  assert.equal(await post([event('ann', 'bounce', { ...bounce, cadenza: 'nobody:mail' })]), 200)
  assert.equal(await post([event('busy', 'bounce', { type: 'blocked', status: '5.7.1' })]), 200)
  assert.deepEqual(await blocked(), [addressOf('torn')])
  const { domains } = await world.api<{ domains: { week: object }[] }>('GET /api/sending')
  assert.deepEqual(
    domains.map(({ week }) => week),
    [{ sent: 3, complaints: 0, bounces: 1, refusals: 1 }],
  )
})
