import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { smtpChannel } from '#channels/adapters/smtp.ts'
import type { Channel, Handover } from '#channels/channel.ts'
import { cancel } from '#platform/outbox.ts'
import { reviveOutbox } from '#platform/outbox-view.ts'
import { suppress } from '#platform/suppressions.ts'
import { type DeliveryWorld, deliveryWorld, until } from '../../test/fixtures/delivery.ts'
import { type SmtpSink, smtpSink } from '../../test/fixtures/smtp-sink.ts'
import { prepare } from './prepare.ts'

/** A channel whose answers are told. */
function told(answer: (id: string, call: number) => Handover | Promise<Handover>, kind: 'email' | 'webhook' = 'email') {
  const calls: string[] = []
  const channel: Channel = {
    kind,
    send: async (prepared) => answer(prepared.id, calls.push(prepared.id)),
    close: async () => undefined,
  }
  return { channel, calls }
}
const SENT: Handover = { kind: 'sent', providerId: 'x' }
const smtp = (sink: SmtpSink): Channel => smtpChannel({ url: sink.url, dkimKey: async () => undefined }) as Channel

type Sinks = (options?: Parameters<typeof smtpSink>[0]) => Promise<SmtpSink>

/** Whatever the story comes to, its servers end: they would keep the process alive. */
async function within(story: (world: DeliveryWorld, sinks: Sinks) => Promise<void>): Promise<void> {
  const world = await deliveryWorld()
  const open: SmtpSink[] = []
  try {
    await story(world, async (options) => {
      const sink = await smtpSink(options)
      open.push(sink)
      return sink
    })
  } finally {
    await world.stop()
    for (const sink of open) await sink.stop()
  }
}
const settled = (world: DeliveryWorld) => async () => {
  const { ready = 0, sending = 0 } = await world.counts()
  return ready + sending === 0
}

suite('the dispatcher', () => {
  test('hands over what is due, once, and says so on the log in the same moment', () =>
    within(async (world, sinks) => {
      const sink = await sinks()
      await world.queue(Array.from({ length: 200 }, (_, i) => ({ address: `ok-${i}@x.test` })))
      await world.queue([{ address: 'later@x.test', due: world.now + 60_000 }])
      await world.dispatcher([smtp(sink)])
      await until('200 sent', async () => (await world.counts())['sent'] === 200)
      assert.equal(new Set(sink.taken.map(({ messageId }) => messageId)).size, 200)
      assert.equal(sink.taken.length, 200)
      assert.deepEqual(await world.counts(), { sent: 200, ready: 1 })
      const events = await world.events()
      assert.equal(new Set(events.map(({ id }) => id)).size, 200)
      const one = events.find(({ props }) => props['effect_id'] === 'e7:mail')!
      assert.deepEqual([one.kind, one.type, one.name, one.id], ['event', 'system', 'message.sent', 'e7:mail:sent'])
      assert.deepEqual(
        [one.props['journey_id'], one.props['enrollment_id'], one.props['step_id'], one.props['version']],
        ['abandoned-cart', 'e7', 'mail', 1],
      )
      world.now += 60_000
      await until('the later one', async () => (await world.counts())['sent'] === 201)
    }))

  test('counts exactly what got lost: before DATA is tried again, after DATA is ambiguous', () =>
    within(async (world, sinks) => {
      const sink = await sinks({ failOnce: true })
      const manner = (i: number) => (i % 10 === 3 ? 'drop-before' : i % 10 === 7 ? 'drop-after' : 'ok')
      await world.queue(Array.from({ length: 300 }, (_, i) => ({ address: `${manner(i)}-${i}@x.test` })))
      await world.queue(Array.from({ length: 20 }, (_, i) => ({ address: `drop-after-t${i}@x.test`, lane: 'transactional' })))
      await world.dispatcher([smtp(sink)], { real: () => performance.now() * 50 })
      await until('all are settled', async () => {
        world.now += 1_000
        return settled(world)()
      })
      assert.equal(sink.shown['drop-before'], 30)
      assert.equal(sink.shown['drop-after'], 30 + 20)
      assert.deepEqual(await world.counts(), { sent: 290, ambiguous: 30 })
      const ids = sink.taken.map(({ messageId }) => messageId)
      assert.equal(new Set(ids).size, 320, 'every effect has one Message-ID on every attempt')
      assert.equal(ids.length, 340, 'only the transactional ones without an answer went twice')
      world.now += 900_000
      await until('no sign came: assumed sent', async () => (await world.counts())['sent'] === 320)
      const names = (await world.events())
        .filter(({ props }) => props['effect_id'] === 'e8:mail')
        .map(({ name, props }) => [name, props['reason']])
      assert.deepEqual(names, [
        ['message.ambiguous', 'smtp_no_answer'],
        ['message.sent', 'assumed_sent'],
      ])
    }))

  test('an address that does not exist is blocked from then on; a policy refusal does not block', () =>
    within(async (world, sinks) => {
      const sink = await sinks()
      await world.queue([{ address: 'rcpt550@x.test' }, { address: 'policy@x.test' }])
      await world.dispatcher([smtp(sink)])
      await until('both failed', async () => (await world.counts())['failed'] === 2)
      await world.queue([{ address: 'rcpt550@x.test', lane: 'transactional' }, { address: 'policy@x.test' }])
      await until('both answered', settled(world))
      assert.deepEqual(await world.counts(), { failed: 3, skipped: 1 })
      const bounced = (await world.events()).filter(({ name }) => name === 'message.bounced')
      assert.deepEqual(
        bounced.map(({ props }) => [props['address'], props['permanent']]),
        [['rcpt550@x.test', true]],
      )
    }))

  test('asks the gate again: withdrawn, expired', () =>
    within(async (world) => {
      const { channel, calls } = told(() => SENT)
      await suppress(
        world.database.pool,
        [
          { ws: 'w1', address: 'out@x.test', topic: '', reason: 'unsubscribed' },
          { ws: 'w1', address: 'news@x.test', topic: 'news', reason: 'unsubscribed' },
          { ws: 'w2', address: 'ok@x.test', topic: '', reason: 'unsubscribed' },
        ],
        0,
      )
      await world.queue([
        { id: 'a:1', address: 'out@x.test' },
        { id: 'a:2', address: 'out@x.test', topic: 'news' },
        { id: 'a:3', address: 'out@x.test', lane: 'transactional' },
        { id: 'a:4', address: 'news@x.test', topic: 'news' },
        { id: 'a:5', address: 'news@x.test', topic: 'tips' },
        { id: 'a:6', expires: world.now - 1 },
        { id: 'a:7' },
      ])
      await world.dispatcher([channel])
      await until('all are settled', settled(world))
      assert.deepEqual(calls.toSorted(), ['a:3', 'a:5', 'a:7'])
      const skipped = (await world.events())
        .filter(({ name }) => name === 'message.skipped')
        .map(({ props }) => `${props['effect_id']} ${props['reason']}`)
      assert.deepEqual(skipped.toSorted(), ['a:1 consent_withdrawn', 'a:2 consent_withdrawn', 'a:4 consent_withdrawn', 'a:6 expired'])
    }))

  test('what cannot be rendered fails with its reason', () =>
    within(async (world) => {
      const { channel, calls } = told(() => SENT)
      await world.queue([
        {
          payload: {
            template: 'none',
            template_version: 1,
            sender: '',
            journey_id: 'j',
            version: 1,
            enrollment_id: 'e',
            step_id: 's',
            data: {},
          },
        },
        { payload: {} },
        { address: 'a@x.test, evil@z.test' },
      ])
      await world.dispatcher([channel])
      await until('all failed', async () => (await world.counts())['failed'] === 3)
      const { rows } = await world.database.pool.query<{ reason: string }>('select reason from outbox order by reason')
      assert.deepEqual(
        rows.map(({ reason }) => reason),
        ['address_invalid', 'payload_invalid', 'template.unknown'],
      )
      assert.deepEqual(calls, [])
    }))

  test('no address or attribute sends a message to anybody else', () =>
    within(async (world, sinks) => {
      const sink = await sinks()
      const evil = [
        'b@y.test\r\nBcc: evil@z.test',
        'b@y.test, evil@z.test',
        'g: evil@z.test;',
        '"evil@z.test"@y.test',
        'Ada <evil@z.test>',
        'b@y.test> NOTIFY=NEVER\r\nRCPT TO:<evil@z.test',
        `${'g:'.repeat(5_000)}evil@z.test;`.slice(0, 3_000),
      ]
      const names = [
        'x\r\nBcc: evil@z.test',
        'x <evil@z.test>',
        '"x" <evil@z.test>, "y"',
        'x\u2028Bcc: evil@z.test',
        '\r\n\r\n<script>',
        '\r\n.\r\nMAIL FROM:<evil@z.test>',
      ]
      const origin = {
        journey_id: 'j\r\nBcc: evil@z.test',
        version: 1,
        enrollment_id: 'e',
        step_id: 's',
        template: 'cart',
        template_version: 1,
        sender: '',
      }
      await world.queue(evil.map((address) => ({ address })))
      await world.queue(
        names.map((name, i) => ({
          id: `n${i}\r\nBcc: evil@z.test`,
          address: `ok-${i}@y.test`,
          payload: { ...origin, data: { profile: { name, first_name: name }, entry: {} } },
        })),
      )
      await world.dispatcher([smtp(sink)])
      await until('all are settled', settled(world))
      assert.deepEqual(await world.counts(), { failed: evil.length, sent: names.length })
      assert.deepEqual(
        sink.taken.map(({ to }) => to).toSorted(),
        names.map((_, i) => `ok-${i}@y.test`),
      )
      for (const { raw } of sink.taken) {
        const head = raw.toString('latin1').split('\r\n\r\n')[0]!
        assert.doesNotMatch(head, /^(?:bcc|cc|mail from|rcpt to|<script|\.)/im)
        assert.equal(head.match(/^to:/gim)?.length, 1)
      }
    }))

  test('however long it takes to make messages, they leave: with what was made one asks again, and what was taken back meanwhile stays', () =>
    within(async (world) => {
      const { channel, calls } = told(() => SENT)
      await world.queue(Array.from({ length: 40 }, (_, i) => ({ id: `e${i}:mail` })))
      let seconds = 0
      let making = 0
      const { promise: allMade, resolve } = Promise.withResolvers<void>()
      await world.dispatcher([channel], {
        real: () => performance.now() + seconds * 1_000,
        async prepare(entry) {
          const made = await prepare(entry, world.parts)
          // The last of forty is done after six seconds; so is each of them, as they are made side by side.
          if (++making === 40) {
            await cancel(world.database.pool, [{ ws: 'w1', id: 'e7:mail' }], { now: world.now, reason: 'exited' })
            seconds += 6
            resolve()
          }
          await allMade
          if (making > 40) seconds += 6
          return made
        },
      })
      await until('all are settled', settled(world))
      assert.deepEqual(await world.counts(), { sent: 39, skipped: 1 })
      assert.ok(!calls.includes('e7:mail'))
      assert.equal(making, 40, 'each was made once')
    }))

  test('gives up visibly after the last attempt, and a replay goes under the same id', () =>
    within(async (world) => {
      let works = false
      const { channel, calls } = told(() => (works ? SENT : { kind: 'retry', reason: 'smtp_451', provider: false }))
      await world.queue([{ id: 'x:1' }])
      await world.dispatcher([channel], { dice: () => 0.5 })
      await until('it is dead', async () => {
        world.now += 450_000
        return (await world.counts())['dead'] === 1
      })
      assert.equal(calls.length, 12)
      works = true
      await reviveOutbox(world.database.pool, { ws: 'w1', id: 'x:1', now: world.now, expires: world.now + 1_000_000 })
      await until('it was sent', async () => (await world.counts())['sent'] === 1)
      assert.deepEqual(
        (await world.events()).map(({ id }) => id),
        ['x:1:dead', 'x:1:sent'],
      )
      assert.deepEqual(new Set(calls), new Set(['x:1']))
    }))

  test('a provider that is down is probed at most every five seconds, and then drained within its rate', () =>
    within(async (world) => {
      let down = true
      const at: number[] = []
      // A second of the world passes in a fiftieth.
      const real = () => performance.now() * 50
      const { channel } = told(() => {
        at.push(real())
        return down ? { kind: 'retry', reason: 'smtp_421', provider: true } : SENT
      })
      await world.queue(Array.from({ length: 300 }, () => ({})))
      const dispatcher = await world.dispatcher([channel], { real, dice: () => 0.01, settings: { perSecond: { email: () => 60 } } })
      // What had been claimed before it opened goes its way.
      await until('the breaker opened', () => dispatcher.breakers['email'] === 'open' && dispatcher.inFlight === 0)
      const opened = at.length
      const from = performance.now()
      await until('ten minutes', () => performance.now() - from > 3_000)
      const probes = at.slice(opened)
      for (let i = 1; i < probes.length; i++) assert.ok(probes[i]! - probes[i - 1]! >= 4_900, `${probes[i]! - probes[i - 1]!}`)
      assert.ok(probes.length >= 2 && probes.length <= 30, `${probes.length} probes`)
      down = false
      const recovered = at.length
      const since = real()
      await until('drained', async () => {
        world.now += 10_000
        return (await world.counts())['sent'] === 300
      })
      // However late a busy machine gets round to it: never more than the rate has allowed by then, and what was saved up (a twentieth of a
      // second's worth) and the probe that was under way. That no burst exceeds 105 % is the bucket's (channels/pure.test.ts).
      for (const [i, time] of at.slice(recovered).entries()) {
        const allowed = ((time - since) / 1_000) * 60 + 60 * 0.05 + 1
        assert.ok(i + 1 <= allowed + 1e-6, `${i + 1} after ${time - since} ms`)
      }
    }))

  test('an entry that a dead process left on its way goes again, under the same id', () =>
    within(async (world) => {
      await world.queue([{ id: 'lost:1' }])
      await world.database.pool.query(`update outbox set status = 'sending', owner = 'dead', attempt = 1, claimed_at = 1`)
      const { channel, calls } = told(() => SENT)
      await world.dispatcher([channel])
      await until('sent', async () => (await world.counts())['sent'] === 1)
      assert.deepEqual(calls, ['lost:1'])
    }))

  test('a database that fails while endings are written makes no second message', () =>
    within(async (world) => {
      let failures = 3
      const { channel, calls } = told(() => SENT)
      await world.queue([{}, {}, {}])
      const { pool } = world.database
      await world.dispatcher([channel], {
        transaction: async (work) => {
          if (failures-- > 0) throw new Error('connection lost')
          const tx = await pool.connect()
          try {
            await tx.query('begin')
            const value = await work(tx)
            await tx.query('commit')
            return value
          } finally {
            tx.release()
          }
        },
      })
      await until('sent', async () => (await world.counts())['sent'] === 3)
      assert.equal(calls.length, 3)
    }))

  test('a channel that throws counts as no answer', () =>
    within(async (world) => {
      const { channel } = told(() => Promise.reject(new Error('bug')))
      await world.queue([{}])
      await world.dispatcher([channel])
      await until('ambiguous', async () => (await world.counts())['ambiguous'] === 1)
    }))

  test('one channel that is down does not hold up another', () =>
    within(async (world) => {
      const mail = told(
        () => new Promise<Handover>((resolve) => setTimeout(() => resolve({ kind: 'retry', reason: 'x', provider: true }), 50)),
      )
      const hook = told(() => SENT, 'webhook')
      const payload = {
        journey_id: 'j',
        version: 1,
        enrollment_id: 'e',
        step_id: 's',
        url: 'https://x.test',
        method: 'POST',
        headers: {},
        body: {},
        data: {},
      }
      await world.queue(Array.from({ length: 200 }, () => ({})))
      await world.queue(Array.from({ length: 50 }, () => ({ channel: 'webhook', address: '', lane: 'transactional' as const, payload })))
      await world.dispatcher([mail.channel, hook.channel])
      await until('webhooks are through', async () => (await world.counts())['sent'] === 50, 5_000)
    }))
})
