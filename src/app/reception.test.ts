import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import pino from 'pino'
import { transaction } from '#platform/postgres/pool.ts'
import { secretBox } from '#platform/secrets.ts'
import { secretFor } from '#workspaces/secrets/actions.ts'
import { putSecret } from '#workspaces/secrets/store.ts'
import { until } from '../../test/fixtures/delivery.ts'
import { deliver, mails, within } from '../../test/fixtures/provider-town.ts'
import { Reception } from './reception.ts'

suite('what providers say', () => {
  test('receipts find their message by our id or theirs; repeats, wrong workspaces and late ones change nothing twice', () =>
    within(async (town) => {
      const { world, reception } = town
      await town.publish({ id: 'main' })
      await world.queue(mails(3))
      await deliver(town)
      await until('sent', async () => (await world.counts())['sent'] === 3)
      const main = { ws: 'w1', id: 'main' }
      const delivered = { providerId: 'main-1', name: 'message.delivered', at: world.now } as const
      await reception.told(main, { receipts: [delivered, delivered], inbound: [] })
      await reception.told({ ws: 'w2', id: 'main' }, { receipts: [delivered], inbound: [] })
      const named = (name: string) => world.events().then((events) => events.filter((each) => each.name === name))
      const ids = (await named('message.delivered')).map(({ ws, id }) => `${ws} ${id}`)
      assert.equal(new Set(ids).size, 1, 'the id is one: the engine drops the repeat')
      assert.ok(
        ids.every((id) => id.startsWith('w1 ')),
        'another workspace’s provider speaks of its own messages only',
      )
    }))

  test('a permanent bounce blocks the address and takes back what is queued to it', () =>
    within(async (town) => {
      const { world, reception } = town
      await town.publish({ id: 'main' })
      await world.queue([
        { id: 'one:mail', address: 'gone@x.test' },
        { id: 'two:mail', address: 'gone@x.test', due: world.now + 60_000 },
      ])
      await deliver(town)
      await until('sent', async () => (await world.counts())['sent'] === 1)
      await reception.told(
        { ws: 'w1', id: 'main' },
        { receipts: [{ effect: 'one:mail', name: 'message.bounced', at: world.now, permanent: true, reason: '5.1.1' }], inbound: [] },
      )
      assert.deepEqual(await world.counts(), { sent: 1, cancelled: 1 })
      const said = (await world.events())
        .filter(({ name }) => name !== 'message.sent')
        .map(({ name, props }) => [name, props['effect_id'], props['reason'], props['address'] ?? ''])
      assert.deepEqual(said.sort(), [
        ['message.bounced', 'one:mail', '5.1.1', 'gone@x.test'],
        ['message.cancelled', 'two:mail', 'address_blocked', ''],
      ])
    }))

  test('a receipt that is faster than our own note waits for it; one of nobody is counted and dropped', () =>
    within(async (town) => {
      const { world, reception } = town
      await town.publish({ id: 'main' })
      const early = { effect: 'one:mail', name: 'message.delivered', at: world.now } as const
      const stray = { providerId: 'nobody', name: 'message.delivered', at: world.now } as const
      await reception.told({ ws: 'w1', id: 'main' }, { receipts: [early, stray], inbound: [] })
      assert.equal(await reception.sweep(), 0)
      await world.queue([{ id: 'one:mail', address: 'ok@x.test' }])
      await deliver(town)
      await until('sent', async () => (await world.counts())['sent'] === 1)
      assert.equal(await reception.sweep(), 1)
      world.now += 6 * 60_000
      assert.equal(await reception.sweep(), 0)
      assert.equal((await world.database.pool.query('select from early_receipts')).rowCount, 0)
    }))

  test('a sign of life settles a message that got no answer', () =>
    within(async (town) => {
      const { world, reception } = town
      await town.publish({ id: 'main' })
      town.manners.set('main', { answer: 'lost' })
      await world.queue([{ id: 'one:mail', address: 'ok@x.test' }])
      await deliver(town)
      await until('nobody knows', async () => (await world.counts())['ambiguous'] === 1)
      await reception.told(
        { ws: 'w1', id: 'main' },
        { receipts: [{ effect: 'one:mail', name: 'message.delivered', at: world.now }], inbound: [] },
      )
      assert.deepEqual(await world.counts(), { sent: 1 })
      assert.deepEqual(
        (await world.events()).map(({ name }) => name),
        ['message.ambiguous', 'message.sent', 'message.delivered'],
      )
    }))

  test('what a person writes goes onto their log: whom we last wrote to at that number', () =>
    within(async (town) => {
      const { world } = town
      const heard: unknown[] = []
      const reception = new Reception({
        transaction: (work) => transaction(world.database.pool, work),
        partitions: 4,
        now: () => world.now,
        appended: () => undefined,
        logger: pino({ level: 'silent' }),
        onInbound: async (_tx, { from, text, profile }) => {
          heard.push([from, text, profile])
          return []
        },
      })
      await world.queue([{ id: 'one:text', channel: 'sms', address: '+15005550006', key: 'ada' }])
      const inbound = { channel: 'sms', from: '+15005550006', to: '+1500', text: 'STOP\u0000', id: 'SM1', at: world.now } as const
      await reception.told({ ws: 'w1', id: 'texts' }, { receipts: [], inbound: [inbound, { ...inbound, from: '+15005550009', id: 'SM2' }] })
      const [event, ...more] = await world.events()
      assert.deepEqual(
        [event!.key, event!.name, event!.id, event!.props['text'], more.length],
        ['ada', 'message.received', 'in:texts:SM1', 'STOP', 0],
      )
      assert.deepEqual(heard, [
        ['+15005550006', 'STOP\u0000', 'ada'],
        ['+15005550009', 'STOP\u0000', null],
      ])
    }))
})

test('a kept secret belongs to where it was first used: pointing a provider elsewhere does not send it there', () =>
  within(async ({ world }) => {
    const { pool } = world.database
    const box = secretBox('a secret of at least thirty-two characters')
    const put = (value: string) =>
      putSecret(pool, 'w1', {
        name: 'token',
        at: world.now,
        by: 'grace',
        sealed: box.seal(value, { workspace: 'w1', table: 'secrets', id: 'token' }),
      })
    const ask = (target: string) => secretFor(pool, box, { workspace: 'w1', name: 'token', target })
    assert.equal(await ask('https://good.test'), undefined)
    await put('s3cret')
    assert.deepEqual(await ask('https://good.test'), { value: 's3cret' })
    assert.equal(await ask('https://evil.test'), 'elsewhere')
    assert.deepEqual(await ask('https://good.test'), { value: 's3cret' })
    await put('another')
    assert.deepEqual(await ask('https://new.test'), { value: 'another' })
    assert.equal(await ask('https://good.test'), 'elsewhere')
  }))
