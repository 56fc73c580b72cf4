import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { smtpChannel } from '#channels/adapters/smtp.ts'
import type { Channel } from '#channels/channel.ts'
import { type CompiledPolicy, ContactPolicy, compilePolicy } from '#consent/policy.ts'
import { deliveryWorld, until } from '../../test/fixtures/delivery.ts'
import { smtpSink } from '../../test/fixtures/smtp-sink.ts'
import { quietGate } from './quiet-gate.ts'

const campaign = (count: number) => Array.from({ length: count }, (_, i) => ({ id: `c${i}:mail`, address: `ok-c${i}@x.test` }))
const receiptMail = (i: number) => ({ id: `r${i}:mail`, address: `ok-r${i}@x.test`, lane: 'transactional' as const })

suite('lanes', () => {
  test('a receipt leaves within two seconds while ten thousand marketing messages wait for a provider with slow answers', async () => {
    const world = await deliveryWorld()
    const sink = await smtpSink({ answerMs: 250 })
    try {
      await world.queue(campaign(10_000))
      const smtp = smtpChannel({ url: sink.url, dkimKey: async () => undefined }) as Channel
      const dispatcher = await world.dispatcher([smtp])
      await until('the campaign is on its way', () => sink.taken.length >= 10)
      const asked = new Map<string, number>()
      for (let i = 0; i < 30; i++) {
        await world.queue([receiptMail(i)])
        asked.set(`ok-r${i}@x.test`, performance.now())
        dispatcher.wake()
        await new Promise((resolve) => setTimeout(resolve, 120))
      }
      await until('all receipts have left', () => sink.taken.filter(({ to }) => asked.has(to)).length === asked.size)
      const took = sink.taken.filter(({ to }) => asked.has(to)).map(({ to, at }) => at - asked.get(to)!)
      took.sort((a, b) => a - b)
      assert.equal(took.length, 30)
      assert.ok(took.at(-1)! < 2_000, `the slowest took ${took.at(-1)} ms`)
      assert.ok(((await world.counts())['ready'] ?? 0) > 9_000, 'the campaign still waits')
    } finally {
      await world.stop()
      await sink.stop()
    }
  })

  test('however slow the answers, a receipt finds a place: marketing never takes the last', async () => {
    const world = await deliveryWorld()
    const flying: string[] = []
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>()
    const stuck: Channel = {
      kind: 'email',
      async send({ id }) {
        flying.push(id)
        if (id.startsWith('c')) await answered
        return { kind: 'sent', providerId: 'x' }
      },
      close: async () => undefined,
    }
    try {
      await world.queue(campaign(500))
      const dispatcher = await world.dispatcher([stuck], { settings: { concurrency: 16 } })
      await until('marketing has taken what it may', () => flying.length >= 12)
      for (let i = 0; i < 5; i++) {
        const asked = performance.now()
        await world.queue([receiptMail(i)])
        dispatcher.wake()
        await until('the receipt has left', () => flying.includes(`r${i}:mail`))
        assert.ok(performance.now() - asked < 2_000, `${performance.now() - asked} ms`)
      }
      assert.ok(flying.filter((id) => id.startsWith('c')).length <= 14)
    } finally {
      answer()
      await world.stop()
    }
  })

  test('a provider’s rate is spent on receipts first', async () => {
    const world = await deliveryWorld()
    const order: string[] = []
    const channel: Channel = {
      kind: 'email',
      async send({ id }) {
        order.push(id)
        return { kind: 'sent', providerId: 'x' }
      },
      close: async () => undefined,
    }
    try {
      await world.queue(campaign(1_000))
      const dispatcher = await world.dispatcher([channel], { settings: { perSecond: { email: () => 40 } } })
      await until('some have left', () => order.length > 10)
      const before = order.length
      await world.queue(Array.from({ length: 10 }, (_, i) => receiptMail(i)))
      dispatcher.wake()
      await until('the receipts have left', () => order.filter((id) => id.startsWith('r')).length === 10)
      const between = order.slice(before).findLastIndex((id) => id.startsWith('r'))
      assert.ok(between < 10 + 8, `${between} messages left before the last receipt`)
    } finally {
      await world.stop()
    }
  })
})

suite('quiet hours at hand-over', () => {
  const policyOf = (quietHours: object[]): CompiledPolicy => {
    const compiled = compilePolicy(ContactPolicy.parse({ kind: 'contact-policy', id: 'default', quietHours }))
    assert.ok(!('refused' in compiled))
    return compiled
  }
  const night = policyOf([{ from: '21:00', to: '08:00' }])

  test('what an outage kept until the night goes in the morning, is skipped when it expires before, and a receipt goes at once', async () => {
    const world = await deliveryWorld()
    const sent: { id: string; at: number }[] = []
    const channel: Channel = {
      kind: 'email',
      async send({ id }) {
        sent.push({ id, at: world.now })
        return { kind: 'sent', providerId: 'x' }
      },
      close: async () => undefined,
    }
    try {
      world.now = Date.parse('2026-03-02T22:30:00Z')
      const contact = { channel: 'email', zone: 'Europe/Berlin' }
      const payload = (enrollment: string) => ({
        journey_id: 'promo',
        version: 1,
        enrollment_id: enrollment,
        step_id: 'mail',
        template: 'cart',
        template_version: 1,
        sender: '',
        data: { profile: {}, entry: {} },
        contact,
      })
      await world.queue([
        { id: 'late:mail', payload: payload('late') },
        { id: 'short:mail', payload: payload('short'), expires: world.now + 3_600_000 },
        { id: 'receipt:mail', payload: payload('receipt'), lane: 'transactional' },
        { id: 'abroad:mail', payload: { ...payload('abroad'), contact: { ...contact, zone: 'America/New_York' } } },
      ])
      const dispatcher = await world.dispatcher([channel], { opening: quietGate(async () => night) })
      await until('all have been looked at', async () => (await world.counts())['ready'] === 1 && sent.length === 2)
      assert.deepEqual(sent.map(({ id }) => id).sort(), ['abroad:mail', 'receipt:mail'])
      assert.deepEqual(
        (await world.events()).filter(({ name }) => name === 'message.skipped').map(({ props }) => [props['effect_id'], props['reason']]),
        [['short:mail', 'expired']],
      )
      world.now = Date.parse('2026-03-03T06:59:00Z')
      dispatcher.wake()
      world.now = Date.parse('2026-03-03T07:30:00Z')
      dispatcher.wake()
      await until('the morning has come', () => sent.length === 3)
      assert.equal(sent[2]?.id, 'late:mail')
      assert.ok(sent[2]!.at >= Date.parse('2026-03-03T07:00:00Z'))
    } finally {
      await world.stop()
    }
  })

  test('when nobody says whether the hours are quiet, nothing is sent until somebody does', async () => {
    const world = await deliveryWorld()
    const sent: string[] = []
    const channel: Channel = {
      kind: 'email',
      async send({ id }) {
        sent.push(id)
        return { kind: 'sent', providerId: 'x' }
      },
      close: async () => undefined,
    }
    let asked = 0
    const opening = async (_entry: unknown, now: number): Promise<number> => {
      asked += 1
      if (asked < 3) throw new Error('the database does not answer')
      return now
    }
    try {
      await world.queue([{ id: 'a:mail' }])
      const dispatcher = await world.dispatcher([channel], { opening })
      await until('it was asked', () => asked === 1)
      assert.deepEqual(sent, [])
      await until('it was asked again and sent', () => {
        world.now += 500
        dispatcher.wake()
        return sent.length === 1
      })
      assert.equal(asked, 3)
    } finally {
      await world.stop()
    }
  })
})
