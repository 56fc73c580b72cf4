import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import fc from 'fast-check'
import { permissionOf } from '#consent/gate.ts'
import { applyConsent } from '#consent/react.ts'
import { type ConsentSection, NO_CONSENT_YET } from '#consent/schema.ts'
import { NO_TOPICS } from '#consent/topics.ts'
import type { EventRecord } from '#events/schema.ts'
import type { Claimed } from '#platform/outbox.ts'
import { addressHash, keyOf, listedAmong, suppress, suppressedAmong, suppressHashed } from '#platform/suppressions.ts'
import { newProfile, write } from '#profiles/react.ts'
import { type DeliveryWorld, deliveryWorld, PARTITIONS } from '../../test/fixtures/delivery.ts'
import { changeConsent, type Say } from './change-consent.ts'

const HASH = addressHash('a secret of at least thirty-two characters')
const PHONE = '+15551234567'
const CHANNELS = ['email', 'sms', 'whatsapp'] as const
const TOPICS = ['', 'news', 'tips'] as const

suite('a change of consent and the list of addresses', () => {
  let world: DeliveryWorld
  before(async () => {
    world = await deliveryWorld()
  })
  after(() => world.stop())

  const claimed = (address: string, channel: string, topic: string): Claimed =>
    ({
      ws: 'w1',
      id: `${channel}:${topic}:marketing`,
      key: 'p',
      address,
      channel,
      topic,
      lane: 'marketing',
      payload: {},
    }) as unknown as Claimed
  const answer = (entry: Claimed): Claimed => ({ ...entry, id: `${entry.id}:answer`, lane: 'transactional' })

  test('one truth: whatever a person says, the list of addresses never refuses what their state allows, nor the state later than the list', async () => {
    const says = fc.record({
      status: fc.constantFrom('granted', 'withdrawn'),
      channel: fc.constantFrom('email', 'sms', '*'),
      topic: fc.constantFrom(...TOPICS),
    })
    let run = 0
    await fc.assert(
      fc.asyncProperty(fc.array(says, { minLength: 1, maxLength: 6 }), async (all) => {
        run += 1
        const email = `run${run}@x.test`
        const phone = `+1555${String(1_000_000 + run)}`
        const profile = { ...newProfile(`p${run}`, 0), attributes: write({}, { email, phone }, 1).attributes }
        let at = world.now
        for (const say of all)
          await changeConsent(
            { pool: world.database.pool, partitions: PARTITIONS, now: () => (at += 1_000), appended: () => undefined },
            { profile },
            { ws: 'w1', profile: `p${run}`, says: [say as Say], evidence: { source: 'test' }, once: `run${run}:${at}` },
          )
        const told = (await world.events()).filter((event: EventRecord) => event.key === `p${run}`).sort((a, b) => a.at - b.at)
        assert.equal(told.length, all.length)
        const consent = told.reduce((section: ConsentSection, record) => applyConsent(section, record), NO_CONSENT_YET)
        const entries = CHANNELS.flatMap((channel) => TOPICS.map((topic) => claimed(channel === 'email' ? email : phone, channel, topic)))
        const listed = await suppressedAmong(world.database.pool, entries, HASH)
        for (const entry of entries) {
          const allowed = permissionOf({ profile, consent }, entry, { topics: NO_TOPICS, mode: 'opt-out', now: at })
          if (listed.has(keyOf('w1', entry.id))) assert.equal(allowed.ok, false, `${entry.id} is on the list and allowed`)
          // What was said last is on the list at once, before the engine has heard of it.
          const last = all.at(-1)!
          const about = (last.channel === '*' || last.channel === entry.channel) && (last.topic === '' || last.topic === entry.topic)
          if (last.status === 'withdrawn' && about)
            assert.ok(listed.has(keyOf('w1', entry.id)), `${entry.id} was left and is not on the list`)
        }
      }),
      { numRuns: 40 },
    )
  })

  test('a number that left by text stays reachable by other channels, unless it left them all; answers still go', async () => {
    const { pool } = world.database
    await suppress(pool, [{ ws: 'w1', address: PHONE, channel: 'sms', topic: '', reason: 'unsubscribed' }], 1)
    const asked = [claimed(PHONE, 'sms', 'news'), claimed(PHONE, 'whatsapp', 'news'), answer(claimed(PHONE, 'sms', 'news'))]
    assert.deepEqual([...(await suppressedAmong(pool, asked, HASH))], [keyOf('w1', 'sms:news:marketing')])
    await suppress(pool, [{ ws: 'w1', address: PHONE, topic: '', reason: 'manual', by: 'grace', note: 'a letter' }], 2)
    assert.equal((await suppressedAmong(pool, asked, HASH)).size, 3, 'who asked for nothing at all gets no answers either')
  })

  test('an erased address is found by its hash alone, in its own workspace, however it is written', async () => {
    const { pool } = world.database
    await suppressHashed(pool, { ws: 'w1', addresses: ['Erased@X.test'], hash: HASH, by: 'erasure' }, 5)
    const { rows } = await pool.query<{ text: string }>(`select string_agg(s::text, ' ') as text from suppressions s`)
    assert.doesNotMatch(rows[0]!.text, /erased@x/i)
    assert.equal((await suppressedAmong(pool, [answer(claimed('erased@x.test', 'email', ''))], HASH)).size, 1)
    assert.equal(
      (await suppressedAmong(pool, [claimed('erased@x.test', 'email', '')], addressHash('another secret of thirty-two chars'))).size,
      0,
    )
    assert.equal((await suppressedAmong(pool, [{ ...claimed('erased@x.test', 'email', ''), ws: 'w2' }], HASH)).size, 0)
    assert.deepEqual(
      (await listedAmong(pool, [{ ws: 'w1', address: 'erased@x.test' }], HASH)).map(({ address, reason }) => [address, reason]),
      [['erased@x.test', 'erased']],
    )
  })
})
