import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { BROWSER, journey, startWorld, template, type World } from './world.ts'

let world: World
before(async () => {
  world = await startWorld()
})
after(() => world?.stop())

const counts = (rows: readonly { reason: string; runs: number }[]): Record<string, number> =>
  Object.fromEntries(rows.map(({ reason, runs }) => [reason, runs]))

test('a welcome goes out at nine in the morning where the person lives, by what they are', async () => {
  const mail = (id: string) => ({ kind: 'email', id, template: id })
  await world.publish(
    template('welcome-pro'),
    template('welcome-free'),
    journey('welcome', 'Signed Up', {
      steps: [
        { kind: 'wait', id: 'morning', until: { time: '09:00', fallbackZone: 'Europe/Oslo' } },
        {
          kind: 'branch',
          id: 'plan',
          branches: [{ id: 'pro', when: "profile.plan == 'pro'", steps: [mail('welcome-pro')] }],
          otherwise: [mail('welcome-free')],
        },
      ],
    }),
  )
  await world.pass({ hours: 6 })
  assert.equal(world.clock.now(), Date.parse('2026-03-07T18:00:00Z'), 'the first road of its world')
  await world.identify('emi', { plan: 'pro', timezone: 'Asia/Tokyo' })
  await world.identify('nora', { plan: 'free', timezone: 'America/New_York' })
  await world.identify('olav', { timezone: 'Nowhere/Land' })
  for (const person of ['emi', 'nora', 'olav']) await world.track(person, 'Signed Up')
  await world.pass({ days: 1 })
  const when = async (person: string) =>
    (await world.messages(person)).map(({ subject, createdAt }) => [subject, new Date(createdAt).toISOString()])
  assert.deepEqual(await when('emi'), [['welcome-pro', '2026-03-08T00:00:00.000Z']])
  assert.deepEqual(await when('nora'), [['welcome-free', '2026-03-08T13:00:00.000Z']], 'New York has summer time since this night')
  assert.deepEqual(await when('olav'), [['welcome-free', '2026-03-08T08:00:00.000Z']], 'an unknown zone counts as the fallback')
  assert.deepEqual(
    (await world.timeline('emi', 'transition')).map(({ reason }) => reason),
    ['entered', 'waited', 'branch:pro', 'completed'],
  )
})

test('an abandoned cart is reminded of, and never one that was bought', async () => {
  await world.publish(
    template('cart', { subject: 'Your {{ entry.properties.product }} waits, {{ profile.first_name }}' }),
    journey('abandoned-cart', 'Product Added', {
      goal: { event: 'Order Completed', where: 'event.properties.cart_id == entry.key', within: '3d', value: 'total' },
      entry: { event: 'Product Added', key: 'properties.cart_id' },
      exit: [{ event: 'Order Completed', match: { 'properties.cart_id': 'entry.key' }, reason: 'bought' }],
      steps: [
        { kind: 'wait', id: 'settle', for: '1h' },
        { kind: 'email', id: 'nudge', template: 'cart' },
      ],
    }),
  )
  for (const [person, cart] of [
    ['ann', 'c1'],
    ['ben', 'c2'],
    ['cleo', 'c3'],
    ['dan', 'c4'],
  ] as const) {
    await world.identify(person, { first_name: person })
    await world.track(person, 'Product Added', { cart_id: cart, product: 'lamp' })
  }
  await world.track('ann', 'Product Added', { cart_id: 'c1b', product: 'rug' })
  await world.pass({ minutes: 30 })
  await world.track('ben', 'Order Completed', { cart_id: 'c2', total: 40 })
  await world.track('cleo', 'Order Completed', { cart_id: 'another', total: 10 })
  await world.pass({ hours: 1 })
  await world.track('dan', 'Order Completed', { cart_id: 'c4', total: 25 })
  await world.pass({ days: 1 })

  assert.deepEqual((await world.subjectsTo('ann')).sort(), ['Your lamp waits, ann', 'Your rug waits, ann'], 'one run for each cart')
  assert.deepEqual(await world.subjectsTo('ben'), [], 'bought during the wait')
  assert.deepEqual(await world.subjectsTo('cleo'), ['Your lamp waits, cleo'], 'bought something else')
  assert.deepEqual(await world.subjectsTo('dan'), ['Your lamp waits, dan'], 'bought after the reminder')

  const { total } = await world.report('abandoned-cart')
  assert.deepEqual(total.entered, { all: 5, treated: 5, heldOut: 0 })
  assert.equal(total.waiting.all, 0)
  assert.deepEqual(counts(total.left.reasons), { completed: 4, 'exit_condition:bought': 1 })
  assert.deepEqual([total.treated.people, total.treated.converted, total.treated.value], [4, 2, 65])
  assert.equal(total.messages.find(({ status }) => status === 'sent')?.messages, 4)
  assert.match((await world.why('abandoned-cart', 'ben')).sentence, /An exit condition ended the run: bought/)
})

test('who opens hears no more, who does not is asked once again; a scanner is not a reader', async () => {
  await world.publish(
    template('news'),
    template('again'),
    journey('newsletter', 'News Wanted', {
      steps: [
        { kind: 'email', id: 'first', template: 'news' },
        {
          kind: 'waitFor',
          id: 'looked',
          event: 'message.opened',
          of: 'first',
          where: "event.properties.fetcher == 'person'",
          upTo: '1d',
          otherwise: [{ kind: 'email', id: 'second', template: 'again' }],
        },
      ],
    }),
  )
  for (const person of ['reader', 'scanned', 'silent']) {
    await world.identify(person)
    await world.track(person, 'News Wanted')
  }
  await world.pass({ hours: 2 })
  const open = async (person: string, agent: string) => {
    const [mail] = await world.mailTo(person)
    assert.equal((await fetch(mail!.link.open, { headers: { 'user-agent': agent } })).headers.get('content-type'), 'image/gif')
  }
  await open('reader', BROWSER)
  await open('scanned', 'Barracuda Sentinel (EE)')
  await world.pass({ days: 2 })
  assert.deepEqual(await world.subjectsTo('reader'), ['news'])
  assert.deepEqual(await world.subjectsTo('scanned'), ['news', 'again'])
  assert.deepEqual(await world.subjectsTo('silent'), ['news', 'again'])
  const { total } = await world.report('newsletter')
  assert.equal(total.messages.find(({ status }) => status === 'opened')?.messages, 2)
  assert.equal(total.messages.find(({ status }) => status === 'sent')?.messages, 5)
})

test('the report counts everybody who came, treated and held out, and the people behind each number', async () => {
  await world.publish(
    template('red'),
    template('blue'),
    journey('colours', 'Colour Asked', {
      holdout: '25%',
      steps: [
        { kind: 'wait', id: 'think', for: '1h' },
        {
          kind: 'split',
          id: 'colour',
          arms: [
            { id: 'red', weight: 1, steps: [{ kind: 'email', id: 'mail-red', template: 'red' }] },
            { id: 'blue', weight: 1, steps: [{ kind: 'email', id: 'mail-blue', template: 'blue' }] },
          ],
        },
        { kind: 'wait', id: 'after', for: '30d' },
      ],
    }),
  )
  const people = Array.from({ length: 60 }, (_, i) => `colour-${String(i).padStart(2, '0')}`)
  const batch = people.flatMap((userId) => [
    { type: 'identify', userId, traits: { email: `${userId}@people.example` } },
    { type: 'track', event: 'Colour Asked', userId },
  ])
  await world.call('batch', { batch })
  await world.pass({ minutes: 30 })
  const early = (await world.report('colours')).total
  assert.deepEqual(early.waiting.steps, [{ step: 'think', runs: early.entered.treated }])
  await world.pass({ hours: 1 })
  const buyers = people.slice(0, 20)
  await world.call('batch', {
    batch: buyers.map((userId, i) => ({ type: 'track', event: 'Order Completed', userId, properties: { total: i + 1 } })),
  })
  await world.pass({ minutes: 1 })

  const { total } = await world.report('colours')
  const { entered, waiting, left } = total
  assert.equal(entered.all, 60)
  assert.equal(entered.treated + entered.heldOut, 60)
  assert.ok(entered.heldOut > 3 && entered.heldOut < 30, `${entered.heldOut} of 60 are held out`)
  assert.equal(waiting.all + left.all, entered.all, 'entered = waiting + left')
  assert.deepEqual(waiting.steps, [{ step: 'after', runs: entered.treated }])
  assert.deepEqual(counts(left.reasons), { holdout: entered.heldOut })

  const got = new Map(await Promise.all(people.map(async (person) => [person, (await world.subjectsTo(person)).join()] as const)))
  const heldOut = people.filter((person) => got.get(person) === '')
  assert.equal(heldOut.length, entered.heldOut, 'who is held out gets nothing, everybody else one mail')
  assert.ok([...got.values()].every((subjects) => ['', 'red', 'blue'].includes(subjects)))
  assert.ok([...got.values()].includes('red') && [...got.values()].includes('blue'))

  const bought = (arm: readonly string[]) => arm.filter((person) => buyers.includes(person))
  const value = (arm: readonly string[]) => bought(arm).reduce((sum, person) => sum + buyers.indexOf(person) + 1, 0)
  const treated = people.filter((person) => !heldOut.includes(person))
  assert.deepEqual(
    [total.heldOut.people, total.heldOut.converted, total.heldOut.value],
    [heldOut.length, bought(heldOut).length, value(heldOut)],
  )
  assert.deepEqual(
    [total.treated.people, total.treated.converted, total.treated.value],
    [treated.length, bought(treated).length, value(treated)],
  )
  assert.ok(total.lift && total.lift.conversion.low <= total.lift.conversion.difference)
  assert.equal((await world.peopleBehind('colours', 'of=converted&arm=held_out')).length, bought(heldOut).length)
  assert.equal((await world.peopleBehind('colours', 'of=left&reason=holdout')).length, heldOut.length)
  assert.match((await world.why('colours', heldOut[0]!)).sentence, /hold-out/)
})

test('a run stays on its version when a new one is published', async () => {
  const version = (mail: string) =>
    journey('versions', 'Version Asked', {
      steps: [
        { kind: 'wait', id: 'settle', for: '1h' },
        { kind: 'email', id: 'mail', template: mail },
      ],
    })
  await world.publish(template('one'), template('two'), version('one'))
  await world.identify('early')
  await world.track('early', 'Version Asked')
  await world.settled()
  await world.publish(version('two'))
  await world.identify('late')
  await world.track('late', 'Version Asked')
  await world.pass({ hours: 2 })
  assert.deepEqual(await world.subjectsTo('early'), ['one'])
  assert.deepEqual(await world.subjectsTo('late'), ['two'])
  const { versions } = await world.report('versions')
  assert.deepEqual(
    versions.map(({ version, entered }) => [version, entered.all]),
    [
      [2, 1],
      [1, 1],
    ],
  )
})

test('an exit condition acts at once, also in a wait of a month', async () => {
  await world.publish(
    template('renew'),
    journey('renewal', 'Trial Begun', {
      exit: [{ event: 'Subscription Begun', where: 'event.properties.months >= 12' }],
      steps: [
        { kind: 'wait', id: 'month', for: '30d' },
        { kind: 'email', id: 'mail', template: 'renew' },
      ],
    }),
  )
  await world.identify('tess')
  await world.track('tess', 'Trial Begun')
  await world.pass({ days: 3 })
  await world.track('tess', 'Subscription Begun', { months: 1 })
  await world.settled()
  assert.deepEqual(
    (await world.profile('tess')).journeys.map(({ step }) => step),
    ['month'],
    'a month is not a year',
  )
  await world.track('tess', 'Subscription Begun', { months: 12 })
  await world.settled()
  assert.deepEqual((await world.profile('tess')).journeys, [])
  await world.pass({ days: 40 })
  assert.deepEqual(await world.subjectsTo('tess'), [])
})
