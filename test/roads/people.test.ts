import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { journey, startWorld, template, type World } from './world.ts'

let world: World
before(async () => {
  world = await startWorld()
})
after(() => world?.stop())

const counts = (rows: readonly { reason: string; runs: number }[]): Record<string, number> =>
  Object.fromEntries(rows.map(({ reason, runs }) => [reason, runs]))

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
