import assert from 'node:assert/strict'
import test from 'node:test'
import { journey, MONDAY, World } from '../../test/fixtures/journeys.ts'

const mail = (id: string, more: object = {}) => ({ kind: 'email', id, template: id, ...more })

test('a person who buys while the reminder waits is not reminded', () => {
  const world = new World([
    journey({ exit: [{ event: 'Order Completed' }], steps: [{ kind: 'wait', id: 'settle', for: '5m' }, mail('cart')] }),
  ])
  const ada = world.person('ada')
  const bob = world.person('bob')
  world.happens(ada, 'Product Added')
  world.happens(bob, 'Product Added')
  world.passes('3m')
  world.happens(ada, 'Order Completed', { total: 40 })
  world.passes('1d')
  assert.deepEqual(world.sentTo(ada), [])
  assert.deepEqual(world.storyOf(ada), ['entered settle entered', 'exited settle exit_condition:Order Completed', 'converted  goal'])
  assert.deepEqual(world.sentTo(bob), ['cart'])
  assert.deepEqual(world.storyOf(bob), ['entered settle entered', 'moved settle waited', 'exited cart completed'])
})

test('a wait for a time fires neither early nor late', () => {
  const world = new World([journey({ steps: [{ kind: 'wait', id: 'settle', for: '2h30m' }, mail('cart')] })])
  const ada = world.person('ada')
  world.happens(ada, 'Product Added')
  world.passes('2h29m')
  assert.deepEqual(world.placesOf(ada), ['settle'])
  world.passes('1m')
  assert.deepEqual(world.placesOf(ada), ['cart'])
  world.passes('1s')
  assert.equal(world.sent[0]?.at, MONDAY + 2.5 * 3_600_000 + 1_000)
})

test('a wait until a time of day reads the clock of the person, or the fallback when the zone is unknown', () => {
  const morning = { kind: 'wait', id: 'morning', until: { time: '09:00', days: ['tue', 'thu'], fallbackZone: 'UTC' } }
  const world = new World([journey({ steps: [morning, mail('hello')] })])
  const tokyo = world.person('tokyo', { timezone: 'Asia/Tokyo' })
  const york = world.person('york', { timezone: 'America/New_York' })
  const lost = world.person('lost', { timezone: 'Middle/Earth' })
  for (const person of [tokyo, york, lost]) world.happens(person, 'Product Added')
  world.passes('7d')
  const at = (person: string) => new Date(world.sent.find(({ effect }) => effect.key === person)!.at - 1_000).toISOString()
  assert.equal(at(tokyo), '2026-03-03T00:00:00.000Z')
  assert.equal(at(york), '2026-03-03T14:00:00.000Z')
  assert.equal(at(lost), '2026-03-03T09:00:00.000Z')
})

test('a wait for a day and then a time of day does both', () => {
  const world = new World([journey({ steps: [{ kind: 'wait', id: 'tomorrow', for: '1d', until: { time: '09:00' } }, mail('hello')] })])
  const ada = world.person('ada')
  world.happens(ada, 'Product Added')
  world.passes('7d')
  assert.equal(new Date(world.sent[0]!.at - 1_000).toISOString(), '2026-03-04T09:00:00.000Z')
})

test('who moves to another zone while waiting is written to in the morning there, once, and not earlier than planned', () => {
  const world = new World([journey({ steps: [{ kind: 'wait', id: 'morning', until: { time: '09:00' } }, mail('hello')] })])
  const ada = world.person('ada', { timezone: 'Europe/Berlin' })
  world.happens(ada, 'Product Added')
  world.passes('1h')
  world.identify(ada, { timezone: 'America/New_York' })
  world.passes('7d')
  assert.deepEqual(
    world.sent.map(({ at }) => new Date(at - 1_000).toISOString()),
    ['2026-03-03T14:00:00.000Z'],
  )
})

test('waitFor goes on when the event comes, and otherwise when its time is over', () => {
  const world = new World([
    journey({
      steps: [
        {
          kind: 'waitFor',
          id: 'viewed',
          event: 'Product Viewed',
          where: 'event.sku == entry.sku',
          upTo: '1d',
          then: [mail('interested')],
          otherwise: [mail('forgotten')],
        },
        mail('both'),
      ],
    }),
  ])
  const ada = world.person('ada')
  const bob = world.person('bob')
  world.happens(ada, 'Product Added', { sku: 'teapot' })
  world.happens(bob, 'Product Added', { sku: 'teapot' })
  world.passes('1h')
  world.happens(ada, 'Product Viewed', { sku: 'teapot' })
  world.happens(bob, 'Product Viewed', { sku: 'kettle' })
  world.passes('2d')
  assert.deepEqual(world.sentTo(ada), ['interested', 'both'])
  assert.deepEqual(world.sentTo(bob), ['forgotten', 'both'])
})

test('one event satisfies one waitFor, not the next one as well', () => {
  const twice = (id: string) => ({
    kind: 'waitFor',
    id,
    event: 'Product Viewed',
    upTo: '1d',
    otherwise: [{ kind: 'exit', id: `${id}-no` }],
  })
  const world = new World([journey({ steps: [twice('first'), twice('second'), mail('keen')] })])
  const ada = world.person('ada')
  world.happens(ada, 'Product Added')
  world.happens(ada, 'Product Viewed')
  assert.deepEqual(world.placesOf(ada), ['second'])
  world.happens(ada, 'Product Viewed')
  world.passes('2d')
  assert.deepEqual(world.sentTo(ada), ['keen'])
})

test('waitFor hears the receipts of its own message only, also one that came during the wait before', () => {
  const opened = {
    kind: 'waitFor',
    id: 'opened',
    event: 'message.opened',
    of: 'second',
    upTo: '1d',
    then: [mail('thanks')],
    otherwise: [mail('again')],
  }
  const world = new World([journey({ steps: [mail('first'), mail('second'), { kind: 'wait', id: 'calm', for: '1h' }, opened] })])
  const [ada, bob, cid] = ['ada', 'bob', 'cid'].map((name) => world.person(name)) as [string, string, string]
  for (const person of [ada, bob, cid]) world.happens(person, 'Product Added')
  world.passes('10m')
  const effectOf = (person: string, step: string) =>
    world.sent.find(({ effect }) => effect.key === person && effect.payload['step_id'] === step)!.effect.id
  const opens = (person: string, step: string) =>
    world.event({ person, name: 'message.opened', type: 'system', properties: { effect_id: effectOf(person, step), channel: 'email' } })
  opens(ada, 'second')
  world.passes('2h')
  opens(bob, 'second')
  opens(cid, 'first')
  world.passes('2d')
  assert.deepEqual(world.sentTo(ada), ['first', 'second', 'thanks'])
  assert.deepEqual(world.sentTo(bob), ['first', 'second', 'thanks'])
  assert.deepEqual(world.sentTo(cid), ['first', 'second', 'again'])
})

test('a branch takes the first condition that holds and comes together again below', () => {
  const world = new World([
    journey({
      steps: [
        {
          kind: 'branch',
          id: 'worth',
          branches: [
            { id: 'vip', when: 'profile.plan == "pro"', steps: [mail('vip')] },
            { id: 'large', when: 'entry.total > 100', steps: [mail('large')] },
            { id: 'empty', when: 'entry.total == 0', steps: [] },
          ],
          otherwise: [mail('small')],
        },
        mail('all'),
      ],
    }),
  ])
  const expected: Record<string, string[]> = { pro: ['vip', 'all'], rich: ['large', 'all'], none: ['all'], rest: ['small', 'all'] }
  world.person('pro', { plan: 'pro' })
  for (const name of ['rich', 'none', 'rest']) world.person(name)
  for (const [name, total] of [
    ['pro', 500],
    ['rich', 101],
    ['none', 0],
    ['rest', 7],
  ] as const)
    world.happens(name, 'Product Added', { total })
  world.passes('1h')
  for (const [name, templates] of Object.entries(expected)) assert.deepEqual(world.sentTo(name), templates, name)
  assert.equal(world.storyOf('pro')[1], 'moved worth branch:vip')
})

test('a split keeps people in their arm through re-entry and new versions, in proportion, and logs the propensity', () => {
  const halves = journey({
    entry: { event: 'Product Added', reentry: 'always' },
    steps: [
      {
        kind: 'split',
        id: 'half',
        arms: [
          { id: 'a', weight: 3, steps: [mail('a')] },
          { id: 'b', weight: 1, steps: [mail('b')] },
        ],
      },
    ],
  })
  const world = new World([halves])
  const names = Array.from({ length: 400 }, (_, i) => world.person(`p${i}`))
  for (const name of names) world.happens(name, 'Product Added')
  world.passes('1h')
  world.publish(halves)
  for (const name of names) world.happens(name, 'Product Added')
  world.passes('1h')
  for (const name of names) assert.equal(new Set(world.sentTo(name)).size, 1)
  const decisions = world.facts.filter(({ table }) => table === 'decisions').map(({ row }) => row as { arm: string; propensity: number })
  assert.equal(decisions.length, 800)
  const share = decisions.filter(({ arm }) => arm === 'a').length / 800
  assert.ok(Math.abs(share - 0.75) < 0.06, `${share} of them in a`)
  assert.deepEqual([...new Set(decisions.map(({ arm, propensity }) => `${arm} ${propensity}`))].sort(), ['a 0.75', 'b 0.25'])
})

test('who cannot be written to takes the other way, with the reason', () => {
  const steps = [mail('cart', { topic: 'offers', otherwise: [{ kind: 'webhook', id: 'crm', url: 'https://crm.example/call' }] })]
  const world = new World([journey({ steps })], { consent: 'opt-in' })
  world.person('granted')
  world.event({ person: 'granted', name: 'Consent Granted', properties: { channel: 'email', topic: 'offers' } })
  world.person('silent')
  world.person('withdrawn')
  world.event({ person: 'withdrawn', name: 'Consent Granted', properties: { channel: 'email', topic: 'offers' } })
  world.event({ person: 'withdrawn', name: 'message.unsubscribed', type: 'system', properties: { channel: 'email' } })
  world.person('garbled', { email: 'two@example.com, three@example.com' })
  world.person('bounced')
  world.event({
    person: 'bounced',
    name: 'message.bounced',
    type: 'system',
    properties: { address: 'Bounced@Example.com', permanent: true },
  })
  world.person('nobody', { email: null })
  const reasons: Record<string, string> = {
    granted: '',
    silent: 'consent_missing',
    withdrawn: 'consent_withdrawn',
    garbled: 'address_invalid',
    bounced: 'address_blocked',
    nobody: 'no_address',
  }
  for (const person of Object.keys(reasons)) world.happens(person, 'Product Added')
  world.passes('1h')
  for (const [person, reason] of Object.entries(reasons)) {
    assert.deepEqual(world.sentTo(person), [reason === '' ? 'cart' : 'https://crm.example/call'], person)
    if (reason !== '') assert.equal(world.storyOf(person)[1], `moved cart ${reason}`)
  }
})

test('a transactional message needs no permission, but an address that works', () => {
  const world = new World([journey({ steps: [mail('receipt', { lane: 'transactional' })] })], { consent: 'opt-in' })
  world.person('ada')
  world.event({ person: 'ada', name: 'Consent Withdrawn', properties: { channel: 'email' } })
  world.happens('ada', 'Product Added')
  world.passes('1m')
  assert.deepEqual(world.sentTo('ada'), ['receipt'])
})

test('a failed message runs otherwise; at the end of a journey its reason is told with the exit', () => {
  const answers = {
    cart: { receipt: 'message.failed', reason: 'mailbox full' },
    last: { receipt: 'message.skipped', reason: 'expired' },
  } as const
  const world = new World([journey({ steps: [mail('cart', { otherwise: [mail('plan-b')] }), mail('last')] })], {
    provider: ({ payload }) => answers[payload['template'] as keyof typeof answers] ?? { receipt: 'message.sent' },
  })
  const ada = world.person('ada')
  world.happens(ada, 'Product Added')
  world.passes('1h')
  assert.deepEqual(world.sentTo(ada), ['plan-b'])
  assert.deepEqual(world.storyOf(ada), [
    'entered cart entered',
    'moved cart failed:mailbox full',
    'moved plan-b sent',
    'exited last completed:expired',
  ])
})

test('a template that is not published cannot be sent, and the effect pins the version that is', () => {
  const world = new World([journey({ steps: [mail('there'), mail('missing')] })], {
    templates: [{ id: 'there', version: 7, topic: 'news', sender: 'shop' }],
  })
  const ada = world.person('ada')
  world.happens(ada, 'Product Added', { sku: 'teapot' })
  world.passes('1h')
  assert.equal(world.storyOf(ada).at(-1), 'exited missing completed:template_missing')
  const { effect } = world.sent[0]!
  const enrollment = effect.payload['enrollment_id']
  assert.equal(effect.id, `${enrollment}:there`)
  assert.equal(effect.topic, 'news')
  assert.deepEqual(effect.payload, {
    journey_id: 'reminder',
    version: 1,
    enrollment_id: enrollment,
    step_id: 'there',
    template: 'there',
    template_version: 7,
    sender: 'shop',
    data: {
      profile: { email: 'ada@example.com', id: 'ada' },
      entry: { name: 'Product Added', at: MONDAY, key: '', properties: { sku: 'teapot' } },
    },
  })
})

test('an exit takes back a message that still stands in the queue', () => {
  const world = new World([journey({ exit: [{ event: 'Order Completed' }], steps: [mail('cart')] })])
  const ada = world.person('ada')
  world.happens(ada, 'Product Added')
  world.pass(500)
  world.happens(ada, 'Order Completed')
  world.passes('1d')
  assert.deepEqual(world.sentTo(ada), [])
})

test('an unsubscribe between decision and hand-over is honoured, and the run takes the other way', () => {
  const world = new World([journey({ steps: [mail('cart', { otherwise: [{ kind: 'exit', id: 'gone', reason: 'unsubscribed' }] })] })])
  const ada = world.person('ada')
  world.happens(ada, 'Product Added')
  world.event({ person: ada, name: 'message.unsubscribed', type: 'system', properties: { channel: 'email', topic: '' } })
  world.passes('1h')
  assert.deepEqual(world.sentTo(ada), [])
  assert.deepEqual(world.storyOf(ada).slice(1), ['moved cart consent_withdrawn', 'exited gone exit_step:unsubscribed'])
})

test('update sets, reckons with and removes attributes; the next step sees them', () => {
  const world = new World([
    journey({
      steps: [
        {
          kind: 'update',
          id: 'score',
          set: { points: '=profile.points + entry.total', stage: 'hot', old: null, nothing: '=profile.missing + 1' },
        },
        { kind: 'branch', id: 'many', branches: [{ id: 'yes', when: 'profile.points >= 15', steps: [mail('gold')] }], otherwise: [] },
      ],
    }),
  ])
  const ada = world.person('ada', { points: 10, old: 'x' })
  world.happens(ada, 'Product Added', { total: 5 })
  world.passes('1m')
  assert.equal(world.attribute(ada, 'points'), 15)
  assert.equal(world.attribute(ada, 'stage'), 'hot')
  assert.equal(world.attribute(ada, 'old'), null)
  assert.equal(world.attribute(ada, 'nothing'), undefined)
  assert.deepEqual(world.sentTo(ada), ['gold'])
})

test('an exit step in a branch ends the run there, nothing below it happens', () => {
  const world = new World([
    journey({
      steps: [
        {
          kind: 'branch',
          id: 'rich',
          branches: [{ id: 'yes', when: 'entry.total > 5', steps: [{ kind: 'exit', id: 'out' }] }],
          otherwise: [],
        },
        mail('cart'),
      ],
    }),
  ])
  const ada = world.person('ada')
  world.happens(ada, 'Product Added', { total: 9 })
  world.passes('1d')
  assert.deepEqual(world.storyOf(ada), ['entered rich entered', 'moved rich branch:yes', 'exited out exit_step'])
  assert.deepEqual(world.placesOf(ada), [])
})
