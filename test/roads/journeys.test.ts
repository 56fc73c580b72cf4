import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { BROWSER, journey, START, startWorld, template, type World } from './world.ts'

let world: World
before(async () => {
  world = await startWorld()
})
after(() => world?.stop())

const counts = (rows: readonly { reason: string; runs: number }[]): Record<string, number> =>
  Object.fromEntries(rows.map(({ reason, runs }) => [reason, runs]))

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
  const begun = world.clock.now()
  assert.equal(begun, START + 25.5 * 3_600_000)
  await world.identify('emi', { plan: 'pro', timezone: 'Asia/Tokyo' })
  await world.identify('nora', { plan: 'free', timezone: 'America/New_York' })
  await world.identify('olav', { timezone: 'Nowhere/Land' })
  for (const person of ['emi', 'nora', 'olav']) await world.track(person, 'Signed Up')
  await world.pass({ days: 1 })
  const when = async (person: string) =>
    (await world.messages(person)).map(({ subject, createdAt }) => [subject, new Date(createdAt).toISOString()])
  assert.deepEqual(await when('emi'), [['welcome-pro', '2026-03-09T00:00:00.000Z']])
  assert.deepEqual(await when('nora'), [['welcome-free', '2026-03-09T13:00:00.000Z']], 'New York has summer time since this night')
  assert.deepEqual(await when('olav'), [['welcome-free', '2026-03-09T08:00:00.000Z']], 'an unknown zone counts as the fallback')
  assert.deepEqual(
    (await world.timeline('emi', 'transition')).map(({ reason }) => reason),
    ['entered', 'waited', 'branch:pro', 'completed'],
  )
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

test('two profiles that become one in mid-journey: one mail, one life', async () => {
  await world.publish(
    template('basket'),
    template('second-basket'),
    journey('basket', 'Basket Filled', {
      entry: { event: 'Basket Filled', key: 'properties.basket' },
      steps: [
        { kind: 'wait', id: 'settle', for: '1h' },
        { kind: 'email', id: 'nudge', template: 'basket' },
        { kind: 'wait', id: 'longer', for: '1d' },
        { kind: 'email', id: 'last', template: 'second-basket' },
      ],
    }),
  )
  // On the phone she is known; at the desk she is nobody yet, with the same basket.
  await world.identify('mia')
  await world.track('mia', 'Basket Filled', { basket: 'b1' })
  await world.call('page', { anonymousId: 'desk', name: 'Shop' })
  await world.call('track', { anonymousId: 'desk', event: 'Basket Filled', properties: { basket: 'b1' } })
  await world.pass({ minutes: 20 })
  const desk = await world.profileId('desk')
  const phone = await world.profileId('mia')
  assert.notEqual(desk, phone)
  await world.call('identify', { userId: 'mia', anonymousId: 'desk' })
  await world.pass({ days: 3 })
  assert.deepEqual(await world.subjectsTo('mia'), ['basket', 'second-basket'])
  const merged = await world.profile('mia')
  assert.deepEqual([merged.ids['anonymous_id'], merged.ids['user_id']], [['desk'], ['mia']])
  const names = (await world.timeline('mia', 'event')).filter(({ type }) => type !== 'system').map(({ name }) => name)
  assert.deepEqual(names.sort(), ['Basket Filled', 'Basket Filled', 'Page Viewed', 'Profile Updated', 'Profile Updated'])
  const lost = merged.id === desk ? phone : desk
  const { mergedInto } = await world.api<{ mergedInto: string | null }>(`GET /api/profiles/${lost}`)
  assert.equal(mergedInto, merged.id)

  // A run that has written already and one that is about to: the first goes on, the second does not write again.
  await world.identify('leo')
  await world.track('leo', 'Basket Filled', { basket: 'b2' })
  await world.pass({ hours: 2 })
  await world.call('identify', { anonymousId: 'kiosk', traits: { phone: '+47 900 00 000' } })
  await world.call('track', { anonymousId: 'kiosk', event: 'Basket Filled', properties: { basket: 'b2' } })
  await world.pass({ minutes: 10 })
  await world.call('alias', { userId: 'leo', previousId: 'kiosk' })
  await world.pass({ days: 3 })
  assert.deepEqual(await world.subjectsTo('leo'), ['basket', 'second-basket'])
  assert.deepEqual((await world.profile('leo')).journeys, [])
  const { total } = await world.report('basket')
  assert.equal(total.entered.all, 4)
  assert.deepEqual([total.waiting.all, total.left.all], [0, 4])
  assert.equal(counts(total.left.reasons)['merged'], 2)
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

test('repeated, late and disordered events', async () => {
  await world.publish(
    template('late'),
    journey('late', 'Late Thing', {
      entry: { event: 'Late Thing', reentry: 'always' },
      goal: { event: 'Late Goal', within: '1d' },
      steps: [{ kind: 'email', id: 'mail', template: 'late' }],
    }),
  )
  const day = 86_400_000
  const ago = (ms: number): string => new Date(world.clock.now() - ms).toISOString()
  await world.identify('dora')
  const event = { type: 'track', event: 'Late Thing', userId: 'dora', messageId: 'm-1' }
  await world.call('batch', { batch: [event, event] })
  await world.call('track', event)
  await world.settled()
  await world.call('track', { ...event, timestamp: ago(day) })
  await world.pass({ hours: 1 })
  assert.deepEqual(await world.subjectsTo('dora'), ['late'], 'the same message four times is one')
  assert.equal((await world.profile('dora')).activity.find(({ name }) => name === 'Late Thing')?.count, 1)
  const verdicts = (await world.timeline('dora', 'event')).filter(({ name }) => name === 'Late Thing').map(({ verdict }) => verdict)
  assert.equal(verdicts.filter((verdict) => verdict === 'duplicate').length, verdicts.length - 1)

  await world.identify('otto')
  await world.call('track', { userId: 'otto', event: 'Late Thing', timestamp: ago(4 * day) })
  await world.settled()
  assert.match((await world.why('late', 'otto')).sentence, /older than the journey accepts/)
  assert.deepEqual(await world.subjectsTo('otto'), [])

  // Newest by the time at which it was said wins, whatever comes first.
  await world.identify('otto', { city: 'Bergen' }, { timestamp: ago(1_000) })
  await world.identify('otto', { city: 'Oslo' }, { timestamp: ago(2 * day) })
  await world.settled()
  assert.equal((await world.profile('otto')).attributes.find(({ name }) => name === 'city')?.value, 'Bergen')

  // The goal happened within its window and is reported late: it counts; one from after the window does not.
  await world.identify('gert')
  await world.identify('gina')
  for (const person of ['gert', 'gina']) await world.track(person, 'Late Thing')
  await world.pass({ days: 2 })
  await world.call('track', { userId: 'gert', event: 'Late Goal', timestamp: ago(1.5 * day) })
  await world.call('track', { userId: 'gina', event: 'Late Goal', timestamp: ago(0.5 * day) })
  const { total } = await world.report('late')
  assert.equal(total.treated.converted, 1)
  assert.deepEqual(
    (await world.peopleBehind('late', 'of=converted')).map(({ profileId }) => profileId),
    [await world.profileId('gert')],
  )
})

test('every answer to “why” is a sentence', async () => {
  await world.publish(
    template('why'),
    journey('why', 'Why Asked', {
      entry: { event: 'Why Asked', key: 'properties.thing', where: 'event.properties.size > 1' },
      steps: [
        { kind: 'wait', id: 'settle', for: '1h' },
        { kind: 'email', id: 'mail', template: 'why', otherwise: [] },
      ],
    }),
  )
  await world.identify('never')
  await world.track('never', 'Why Asked', { thing: 't', size: 1 })
  await world.identify('keyless')
  await world.track('keyless', 'Why Asked', { size: 2 })
  await world.call('track', { userId: 'mailless', event: 'Why Asked', properties: { thing: 't', size: 2 } })
  await world.identify('badmail', { email: 'not an address' })
  await world.track('badmail', 'Why Asked', { thing: 't', size: 2 })
  await world.identify('waits')
  await world.track('waits', 'Why Asked', { thing: 't', size: 2 })
  await world.settled()
  const sentence = async (person: string) => (await world.why('why', person)).sentence
  assert.match(await sentence('never'), /Nothing that they did has met the entry rule/)
  assert.match(await sentence('keyless'), /not let in.*did not carry the entry key/)
  assert.match(await sentence('waits'), /at step “settle”/)
  await world.pass({ hours: 2 })
  assert.match(await sentence('mailless'), /no address for this channel/)
  assert.match(await sentence('badmail'), /no address for this channel|not a valid one/)
  await world.track('waits', 'Why Asked', { thing: 't', size: 2 })
  await world.settled()
  const { items, standing } = await world.why('why', 'waits')
  assert.equal(standing, 'left')
  const last = items.at(-1)
  assert.ok(last?.kind === 'transition' && last.move === 'refused')
  assert.match(last.sentence, /had been in this journey before/)
})

test('a template makes do without a name, and is refused when it makes none', async () => {
  await world.publish(
    template('hello', {
      subject: 'Hello {{ profile.first_name | default: "friend" }}',
      body: 'Dear {{ profile.first_name }}{{ profile.address.city }}.',
    }),
    journey('hello', 'Hello Asked', { steps: [{ kind: 'email', id: 'mail', template: 'hello' }] }),
  )
  await world.identify('nameless')
  await world.identify('named', { first_name: '<b>Bob</b>' })
  for (const person of ['nameless', 'named']) await world.track(person, 'Hello Asked')
  await world.pass({ minutes: 1 })
  const [nameless] = await world.mailTo('nameless')
  assert.equal(nameless?.subject, 'Hello friend')
  assert.match(nameless.text, /Dear \./)
  const [named] = await world.mailTo('named')
  assert.equal(named?.subject, 'Hello <b>Bob</b>')
  assert.match(named.html, /Dear &lt;b&gt;Bob&lt;\/b&gt;\./, 'what people say of themselves is text, never HTML')
  await assert.rejects(world.publish({ ...template('broken'), mjml: '<mjml><mj-body></mj-body></mjml>' }), /unsubscribe/)
  await assert.rejects(world.publish(template('unknown', { body: '{{ customer.name }}' })), /customer/)
})

test('opt-in: nobody is written to who did not say yes; a no is heard from any side', async () => {
  await world.api('PUT /api/workspace', { consentMode: 'opt-in' })
  await world.publish(
    template('offer', { topic: 'offers' }),
    journey('offer', 'Offer Asked', { steps: [{ kind: 'email', id: 'mail', template: 'offer', otherwise: [] }] }),
  )
  const granted = { channel: 'email', topic: 'offers', source: 'sign-up form' }
  for (const person of ['asked-nobody', 'said-yes', 'said-no']) await world.identify(person)
  await world.track('said-yes', 'Consent Granted', granted)
  await world.track('said-no', 'Consent Granted', granted)
  await world.clock.advance(1_000)
  await world.track('said-no', 'Consent Withdrawn', { channel: 'email' })
  for (const person of ['asked-nobody', 'said-yes', 'said-no']) await world.track(person, 'Offer Asked')
  await world.pass({ minutes: 1 })
  assert.deepEqual(await world.subjectsTo('said-yes'), ['offer'])
  assert.deepEqual(await world.subjectsTo('asked-nobody'), [])
  assert.deepEqual(await world.subjectsTo('said-no'), [], 'who leaves the channel leaves its topics')
  assert.match((await world.why('offer', 'asked-nobody')).sentence, /not given permission/)
  assert.match((await world.why('offer', 'said-no')).sentence, /withdrawn permission/)
})
