import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import pino from 'pino'
import type { Channel, Handover } from '#channels/channel.ts'
import type { ProviderReceipt } from '#channels/provider.ts'
import { countHanded, endPause } from '#channels/reputation-store.ts'
import { transaction } from '#platform/postgres/pool.ts'
import { auditTrail } from '#workspaces/adapters/audit-trail.ts'
import { insertWorkspace } from '#workspaces/store.ts'
import { type DeliveryWorld, deliveryWorld, PARTITIONS, until } from '../../test/fixtures/delivery.ts'
import { Reception } from './reception.ts'
import { reputation } from './reputation.ts'
import { releasePaused } from './reputation-store.ts'

const DAY = 86_400_000
const NEVER_WAIT = { attempts: 12, first: 1, cap: 1, longestAsk: 1, hold: 1 }

interface Town {
  readonly world: DeliveryWorld
  told(...receipts: readonly ProviderReceipt[]): Promise<void>
  /** Queues messages and waits until so many of all have been sent. */
  send(entries: Parameters<DeliveryWorld['queue']>[0], sent: number): Promise<void>
  /** What the audit log says of domains. */
  lines(): Promise<string[]>
  /** How the channel answers each address. */
  answer: (to: string) => Handover
}

/** One domain (shop.test), a channel that does as it is told, and a clock that moves when told. */
async function within(story: (town: Town) => Promise<void>): Promise<void> {
  const world = await deliveryWorld()
  const { pool } = world.database
  await insertWorkspace(pool, {
    id: 'w1',
    name: 'Shop',
    timezone: 'UTC',
    currency: 'EUR',
    consentMode: 'opt-in',
    postalAddress: '',
    createdAt: world.now,
  })
  const logger = pino({ level: 'silent' })
  const trail = auditTrail({ pool, now: () => world.now })
  const name = reputation({ db: pool, trail, render: world.parts, logger, remembering: (ask) => ask })
  const reception = new Reception({
    transaction: (work) => transaction(pool, work),
    partitions: PARTITIONS,
    now: () => world.now,
    appended: () => undefined,
    weigh: name.weigh,
    logger,
  })
  const town: Town = {
    world,
    told: (...receipts) => reception.told({ ws: 'w1', id: 'mail' }, { receipts, inbound: [] }),
    async send(entries, sent) {
      await world.queue(entries)
      await until(`${sent} sent`, async () => (await world.counts())['sent'] === sent)
    },
    async lines() {
      const { rows } = await pool.query<{ line: string }>(
        `select action || ' ' || object as line from audit_lines where action like 'sending.%' order by seq`,
      )
      return rows.map(({ line }) => line)
    },
    answer: () => ({ kind: 'sent', providerId: '' }),
  }
  const channel: Channel = {
    kind: 'email',
    send: async (prepared) => town.answer(prepared.kind === 'email' ? prepared.envelope.to : ''),
    close: async () => undefined,
  }
  try {
    await world.dispatcher([channel], { noted: name.noted, paused: name.paused, settings: { limits: NEVER_WAIT, settleMs: 1 } })
    await story(town)
  } finally {
    await world.stop()
  }
}

const many = (count: number, more: object = {}) =>
  Array.from({ length: count }, (_, i) => ({ id: `m${i}:mail`, address: `p${i}@x.test`, ...more }))
const bounced = (i: number, at: number, more: Partial<ProviderReceipt> = {}): ProviderReceipt => ({
  effect: `m${i}:mail`,
  name: 'message.bounced',
  at,
  once: 'mail:5.1.1',
  reason: 'dsn_5.1.1',
  permanent: true,
  ...more,
})

suite('the name of a sending domain, over time', () => {
  test('ten of two hundred addresses do not exist: marketing waits, receipts go on, and a person lets it go on with what is new', () =>
    within(async ({ world, told, send, lines }) => {
      const { pool } = world.database
      await send(many(200), 200)
      world.now += 3_600_000
      for (let i = 0; i < 9; i++) await told(bounced(i, world.now), bounced(i, world.now))
      assert.deepEqual(await lines(), ['sending.warned sending:shop.test'], 'what is told twice counts once')
      await told(bounced(9, world.now))
      assert.deepEqual(await lines(), ['sending.warned sending:shop.test', 'sending.paused sending:shop.test'])
      await world.queue([{ id: 'campaign:mail', address: 'ann@x.test' }])
      await send([{ id: 'receipt:mail', address: 'bob@x.test', lane: 'transactional' }], 201)
      const waiting = async () =>
        (await pool.query<{ id: string }>(`select id from outbox where status = 'ready' and reason = 'identity_paused'`)).rows.map(
          ({ id }) => id,
        )
      await until('the campaign waits', async () => (await waiting()).length === 1)
      assert.deepEqual(await waiting(), ['campaign:mail'])
      await told(bounced(10, world.now))
      await transaction(pool, async (tx) => {
        assert.equal(await endPause(tx, { ws: 'w1', domain: 'shop.test', now: world.now }), true)
        assert.equal(await releasePaused(tx, { ws: 'w1', now: world.now, spread: 0 }), 1)
        assert.equal(await endPause(tx, { ws: 'w1', domain: 'shop.test', now: world.now }), false)
      })
      await until('it has left', async () => (await world.counts())['sent'] === 202)
      await told(bounced(11, world.now))
      assert.equal((await lines()).length, 2, 'mail of before the pause says nothing new')
    }))

  test('a complaint counts with the messages of its own time', () =>
    within(async ({ world, told, send, lines }) => {
      const { pool } = world.database
      await send(many(30), 30)
      await countHanded(
        pool,
        Array.from({ length: 99_970 }, () => ({ ws: 'w1', domain: 'shop.test' })),
        world.now,
      )
      world.now += 3 * DAY
      await countHanded(
        pool,
        Array.from({ length: 1_000 }, () => ({ ws: 'w1', domain: 'shop.test' })),
        world.now,
      )
      for (let i = 0; i < 30; i++) await told({ effect: `m${i}:mail`, name: 'message.complained', at: world.now, once: '' })
      assert.deepEqual(await lines(), [], 'thirty of a hundred thousand, not of the thousand that left today')
    }))

  test('what the server refuses at once counts too; a refusal for policy warns and blocks nobody', () =>
    within(async (town) => {
      const { world, lines } = town
      town.answer = (to) =>
        Number(to.slice(1, to.indexOf('@'))) < 20
          ? { kind: 'failed', reason: 'smtp_5.7.1', address: false }
          : { kind: 'sent', providerId: '' }
      await town.send(many(220), 200)
      await until('all are settled', async () => (await world.counts())['failed'] === 20)
      await until('it is warned of', async () => (await lines()).length > 0 || (await tallied(town)) > 0)
      await town.told({ effect: 'm30:mail', name: 'message.bounced', at: world.now, once: 'x', reason: 'dsn_5.7.26', permanent: false })
      assert.deepEqual(await lines(), ['sending.warned sending:shop.test'])
      assert.equal((await world.database.pool.query('select from suppressions')).rowCount, 0)
    }))

  test('a mailbox that is full for days is given up at the fifth message, and not because of one outage', () =>
    within(async ({ world, told, send }) => {
      const { pool } = world.database
      const blocked = async () => (await pool.query<{ reason: string }>('select reason from suppressions')).rows.map(({ reason }) => reason)
      const full = (i: number) => bounced(i, world.now, { once: 'mail:5.2.2', reason: 'dsn_5.2.2', permanent: false })
      for (let i = 0; i < 6; i++) {
        await send([{ id: `m${i}:mail`, address: 'full@x.test' }], i + 1)
        await told(full(i), full(i))
        if (i < 4) assert.deepEqual(await blocked(), [])
        if (i >= 3) world.now += 2 * DAY
      }
      assert.deepEqual(await blocked(), ['bounced'])
      const said = (await world.events()).filter(({ props }) => props['permanent'] === true)
      assert.ok(said.every(({ props }) => props['reason'] === 'soft_bounces' && props['address'] === 'full@x.test'))
      assert.equal(said.length > 0, true)
    }))
})

const tallied = async ({ world }: Town): Promise<number> =>
  (await world.database.pool.query(`select from delivery_troubles where kind = 'policy'`)).rowCount ?? 0
