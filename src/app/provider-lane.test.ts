import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { providerDays, providerStates } from '#channels/provider-store.ts'
import { until } from '../../test/fixtures/delivery.ts'
import { claims, deliver, lane, mails, within } from '../../test/fixtures/provider-town.ts'

suite('providers of a workspace', () => {
  test('mail leaves by the default provider, and by the server’s own way where there is none', () =>
    within(async (town) => {
      await town.publish({ id: 'a', cost: { currency: 'EUR', perUnit: 0.0004 } })
      await town.world.queue([...mails(20), ...mails(5, { ws: 'w2' })])
      const { house } = await deliver(town)
      await until('all are sent', async () => (await town.world.counts())['sent'] === 25)
      assert.deepEqual([town.taken.get('a')?.length, house.length], [20, 5])
      const events = await town.world.events()
      const sent = events.find(({ ws, props }) => ws === 'w1' && props['effect_id'] === 'e1:mail')!
      assert.deepEqual(
        [sent.name, sent.props['provider'], sent.props['cost'], sent.props['currency'], sent.props['units']],
        ['message.sent', 'a', 0.0004, 'EUR', 1],
      )
      const [day] = await providerDays(town.world.database.pool, 'w1', 0)
      assert.deepEqual([day!.provider, day!.sent, day!.failed, day!.cost, day!.currency], ['a', 20, 0, 8_000, 'EUR'])
      assert.equal((await claims(town)).most, 1, 'without a limit nothing is put into a queue first')
    }))

  test('a rate holds, each message is claimed at most twice, and nobody else waits behind it', () =>
    within(async (town) => {
      await town.publish({ id: 'slow', rate: '20/s', default: true }, { id: 'quick' })
      await town.world.queue(mails(400))
      await town.world.queue(mails(50, { ws: 'w2' }))
      const began = performance.now()
      const { house } = await deliver(town)
      await until('the house is done', () => house.length === 50, 5_000)
      await town.world.queue([{ id: 'urgent:mail', address: 'receipt@x.test', lane: 'transactional' }])
      await until('a receipt passes the campaign', () => town.taken.get('slow')?.includes('urgent:mail') === true, 3_000)
      await until('forty are through', () => (town.taken.get('slow')?.length ?? 0) >= 40)
      const seconds = (performance.now() - began) / 1_000
      assert.ok(town.taken.get('slow')!.length <= 20 * seconds * 1.1 + 3, `${town.taken.get('slow')!.length} in ${seconds} s`)
      const { most, all } = await claims(town)
      assert.ok(most <= 2, `claimed ${most} times`)
      assert.ok(all <= 400 + 50 + 45 + town.taken.get('slow')!.length, `${all} claims`)
    }))

  test('while a provider is down its messages go by the fallback, each once, and it is tried again later', () =>
    within(async (town) => {
      await town.publish({ id: 'main', fallback: 'spare', default: true }, { id: 'spare' })
      town.manners.set('main', { answer: 'down' })
      await town.world.queue(mails(120))
      await deliver(town)
      await until('all are sent', async () => (await town.world.counts())['sent'] === 120)
      const spare = town.taken.get('spare')!
      assert.deepEqual([spare.length, new Set(spare).size, town.taken.get('main')], [120, 120, undefined])
      await until('the state says so', async () =>
        (await providerStates(town.world.database.pool, 'w1')).some(({ provider: id, breaker }) => id === 'main' && breaker === 'open'),
      )
      town.manners.delete('main')
      town.real += 120_000
      await town.world.queue(mails(40))
      await until('all are sent', async () => (await town.world.counts())['sent'] === 160)
      await town.world.queue(mails(40))
      await until('all are sent', async () => (await town.world.counts())['sent'] === 200)
      assert.ok((town.taken.get('main')?.length ?? 0) >= 40, 'a probe closed the breaker')
      assert.equal((await providerStates(town.world.database.pool, 'w1')).find(({ provider: id }) => id === 'main')!.lastError, 'told_down')
    }))

  test('a throttled message goes by the fallback at once; one without an answer never does', () =>
    within(async (town) => {
      await town.publish({ id: 'main', fallback: 'spare', default: true }, { id: 'spare' })
      town.manners.set('main', { answer: 'throttled' })
      await town.world.queue(mails(3))
      await deliver(town)
      await until('sent by the other', () => town.taken.get('spare')?.length === 3)
      town.manners.set('main', { answer: 'lost' })
      await town.world.queue(mails(5))
      await until('nobody knows', async () => (await town.world.counts())['ambiguous'] === 5)
      assert.deepEqual([town.taken.get('main')?.length, town.taken.get('spare')?.length], [5, 3])
      town.world.now += 900_000
      await until('assumed', async () => (await town.world.counts())['sent'] === 8)
      assert.equal(town.taken.get('spare')?.length, 3)
    }))

  test('a warm-up plan holds for the day over all restarts; the rest waits for the next day, and receipts do not', () =>
    within(async (town) => {
      await town.publish({ id: 'new', warmUp: { from: '2027-01-15', first: 30, growth: 2, upTo: 1_000 } })
      town.world.now = Date.parse('2027-01-15T10:00:00Z')
      await town.world.queue(mails(100, { due: town.world.now, expires: town.world.now + 5 * 86_400_000 }))
      const first = await town.world.dispatcher([], lane(town))
      await until('thirty', () => town.taken.get('new')?.length === 30)
      await town.world.queue([{ id: 'urgent:mail', address: 'receipt@x.test', lane: 'transactional', due: town.world.now }])
      await until('a receipt goes all the same', () => town.taken.get('new')?.includes('urgent:mail') === true)
      await first.stop()
      const [day] = await providerDays(town.world.database.pool, 'w1', 0)
      assert.deepEqual([day!.sent, day!.reserved], [31, 31])
      const { most } = await claims(town)
      assert.ok(most <= 2, `claimed ${most} times`)
      await town.world.dispatcher([], { ...lane(town), owner: 'another' })
      town.world.now += 3_600_000
      await until(
        'nothing is due any more',
        async () =>
          (await town.world.database.pool.query(`select from outbox where status = 'ready' and due <= $1`, [town.world.now])).rowCount ===
          0,
      )
      assert.equal(town.taken.get('new')?.length, 31, 'a restart gives the day nothing back')
      town.world.now = Date.parse('2027-01-16T00:00:00Z')
      await until('sixty more on the second day', () => town.taken.get('new')?.length === 91)
    }))

  test('a day whose allowance is asked for while it ends does not close the next one', () =>
    within(async (town) => {
      await town.publish({ id: 'new', warmUp: { from: '2027-01-15', first: 30, growth: 2, upTo: 1_000 } })
      town.world.now = Date.parse('2027-01-15T23:59:59.999Z')
      await town.exits.refresh('now')
      const exit = town.exits.find('w1', 'new')!
      assert.equal(await exit.allowed(30), 30)
      exit.stash = 0
      const asked = exit.allowed(1)
      town.world.now += 1
      assert.equal(await asked, 0, 'the old day has nothing left')
      assert.equal(await exit.allowed(40), 40, 'the new one has its own')
    }))

  test('what the plan has no room for goes by the fallback', () =>
    within(async (town) => {
      await town.publish({ id: 'new', fallback: 'old', default: true, warmUp: { from: '2027-01-15', first: 10 } }, { id: 'old' })
      town.world.now = Date.parse('2027-01-15T10:00:00Z')
      await town.world.queue(mails(60, { due: town.world.now, expires: town.world.now + 86_400_000 }))
      await deliver(town)
      await until('all are sent', async () => (await town.world.counts())['sent'] === 60)
      assert.deepEqual([town.taken.get('new')?.length, town.taken.get('old')?.length], [10, 50])
    }))

  test('in the sandbox everything happens but the handing over', () =>
    within(async (town) => {
      await town.publish({ id: 'box', mode: 'sandbox', cost: { currency: 'EUR', perUnit: 1 } })
      await town.world.queue(mails(4))
      await deliver(town)
      await until('all count as sent', async () => (await town.world.counts())['sent'] === 4)
      assert.equal(town.taken.size, 0)
      const events = await town.world.events()
      assert.ok(
        events.every(
          ({ name, props }) => name === 'message.sent' && props['sandbox'] === true && props['reason'] === 'sandbox' && props['cost'] === 0,
        ),
      )
    }))

  test('a channel without a provider fails with a reason; a text does not wait for ever', () =>
    within(async (town) => {
      await town.world.queue([{ channel: 'sms', address: '+15005550006' }])
      await deliver(town)
      await until('failed', async () => (await town.world.counts())['failed'] === 1)
      assert.equal((await town.world.events())[0]!.props['reason'], 'no_provider')
    }))

  test('mail that waits for a provider that was archived goes the server’s own way', () =>
    within(async (town) => {
      town.manners.set('main', { answer: 'down' })
      await town.publish({ id: 'main', rate: '1/d' })
      await town.world.queue(mails(3))
      const { house } = await deliver(town)
      await until(
        'they wait in its queue',
        async () => ((await town.world.database.pool.query(`select from outbox where route = 'main'`)).rowCount ?? 0) > 0,
      )
      await town.publish()
      town.world.now += 60_000
      await until('all are sent', async () => (await town.world.counts())['sent'] === 3)
      assert.equal(house.length, 3)
    }))
})
