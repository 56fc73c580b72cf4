import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import pino from 'pino'
import { z } from 'zod'
import type { Channel, Handover, Prepared } from '#channels/channel.ts'
import { type ProviderType, provider } from '#channels/provider.ts'
import { providerDays, providerStates } from '#channels/provider-store.ts'
import type { Json } from '#lib/json.ts'
import { apply } from '#platform/documents.ts'
import { kindsOf } from '#platform/documents-plan.ts'
import { transaction } from '#platform/postgres/pool.ts'
import { secretBox } from '#platform/secrets.ts'
import { secretFor } from '#workspaces/secrets/actions.ts'
import { putSecret } from '#workspaces/secrets/store.ts'
import { type DeliveryWorld, deliveryWorld, until } from '../../test/fixtures/delivery.ts'
import { Exits } from './exits.ts'
import { wantedProvider } from './prepare.ts'
import { Reception } from './reception.ts'

/** A provider of mail whose answers are told: what it does stands in its settings. */
interface Manner {
  readonly answer?: 'down' | 'lost' | 'throttled'
}

interface Town {
  readonly world: DeliveryWorld
  readonly exits: Exits
  readonly reception: Reception
  /** Provider → effect ids in the order in which they were handed over. */
  readonly taken: Map<string, string[]>
  /** How providers behave; changed while the story goes on. */
  readonly manners: Map<string, Manner>
  real: number
  publish(...documents: readonly (Record<string, Json> & { id: string })[]): Promise<void>
}

const SENT: Handover = { kind: 'sent', providerId: '' }

async function within(story: (town: Town) => Promise<void>): Promise<void> {
  const world = await deliveryWorld()
  const { pool } = world.database
  const taken = new Map<string, string[]>()
  const manners = new Map<string, Manner>()
  const handed = (id: string, prepared: Prepared): Handover => {
    const { answer } = manners.get(id) ?? {}
    if (answer === 'down') return { kind: 'retry', reason: 'told_down', provider: true }
    if (answer === 'throttled') return { kind: 'retry', reason: 'told_421', provider: true, after: 30_000 }
    const list = taken.get(id) ?? []
    taken.set(id, [...list, prepared.id])
    return answer === 'lost' ? { kind: 'ambiguous', reason: 'told_no_answer' } : { ...SENT, providerId: `${id}-${list.length + 1}` }
  }
  const type: ProviderType = provider({
    type: 'told',
    channel: 'email',
    does: 'Does as it is told',
    settings: z.strictObject({ host: z.string().default('a.test') }) as z.ZodType<unknown>,
    secrets: { token: 'signs in' },
    idempotent: false,
    connect: ({ id }): Channel => ({ kind: 'email', send: async (prepared) => handed(id, prepared), close: async () => undefined }),
  })
  const logger = pino({ level: 'silent' })
  const town = { world, taken, manners, real: 0 } as unknown as { -readonly [K in keyof Town]: Town[K] }
  const reception = new Reception({
    transaction: (work) => transaction(pool, work),
    partitions: 4,
    now: () => world.now,
    appended: () => undefined,
    logger,
  })
  const exits = new Exits({
    db: pool,
    types: new Map([['told', type]]),
    tools: { request: () => assert.fail('nothing is asked over HTTP'), vetted: () => assert.fail('no host is looked up') },
    secret: async () => undefined,
    told: (from, received) => reception.told(from, received),
    publicUrl: () => 'https://go.shop.test',
    among: () => 1,
    now: () => world.now,
    real: () => performance.now() + town.real,
    logger,
  })
  town.exits = exits
  town.reception = reception
  const kinds = kindsOf([{ kind: 'provider', schema: z.looseObject({}) }])
  town.publish = async (...documents) => {
    const given = documents.map((body) => ({
      kind: 'provider',
      id: body.id,
      body: { kind: 'provider', channel: 'email', type: 'told', ...body },
    }))
    await transaction(pool, (tx) =>
      apply(
        tx,
        { workspace: 'w1', actor: 'grace', at: world.now },
        { kinds, documents: given, prune: true, announce: async () => undefined },
      ),
    )
    town.real += 2_000
  }
  try {
    await story(town)
  } finally {
    await world.stop()
  }
}

/** Delivers until it is told to stop, with the house's own SMTP beside the providers. */
async function deliver(town: Town): Promise<{ readonly house: string[] }> {
  const house: string[] = []
  const own: Channel = {
    kind: 'email',
    send: async (prepared) => {
      house.push(prepared.id)
      return SENT
    },
    close: async () => undefined,
  }
  await town.world.dispatcher([own], {
    providers: { exits: town.exits, wanted: (entry) => wantedProvider(entry, town.world.parts), house: new Map() },
    real: () => performance.now() + town.real,
  })
  return { house }
}

const mails = (count: number, more: Record<string, unknown> = {}) =>
  Array.from({ length: count }, (_, i) => ({ address: `p${i}@x.test`, ...more }))
const claims = async ({ world }: Town) =>
  (await world.database.pool.query<{ most: number; all: number }>('select max(attempt)::int as most, sum(attempt)::int as all from outbox'))
    .rows[0]!

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

const lane = (town: Town) => ({
  providers: { exits: town.exits, wanted: async () => '', house: new Map<string, Channel>() },
  real: () => performance.now() + town.real,
})

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
