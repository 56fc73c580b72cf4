import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isRefusal } from '#lib/problem.ts'
import { deliveryWorld, until } from '../../test/fixtures/delivery.ts'
import { showMail } from './actions.ts'
import { startMailbox } from './adapters/mailbox.ts'
import { smtpChannel } from './adapters/smtp.ts'
import type { Channel } from './channel.ts'
import { countMail, countRepeatedMail, keepMail, listMail } from './store.ts'

test('the built-in mailbox keeps what arrives over SMTP, for the workspace that wrote it', async () => {
  const world = await deliveryWorld()
  const { pool } = world.database
  const errors: Error[] = []
  let broken = true
  const mailbox = await startMailbox({
    keep: async (mail) => {
      if (broken) throw new Error('the database does not answer')
      await keepMail(pool, mail)
    },
    now: () => world.now,
    onError: (error) => errors.push(error),
  })
  try {
    await world.queue([{ address: 'ada@x.test' }, { address: 'grace@x.test' }, { ws: 'w2', address: 'ada@x.test' }])
    await world.dispatcher([smtpChannel({ url: mailbox.url, dkimKey: async () => undefined }) as Channel])
    await until('a first try was refused', () => errors.length === 3)
    assert.equal(await countMail(pool, 'w1'), 0)
    broken = false
    await until('all arrived', async () => {
      world.now += 10_000
      return (await world.counts())['sent'] === 3
    })
    assert.deepEqual([await countMail(pool, 'w1'), await countMail(pool, 'w2'), await countRepeatedMail(pool, 'w1')], [2, 1, 0])
    const lines = await listMail(pool, 'w1', { text: 'GRACE', before: null, limit: 10 })
    assert.deepEqual(
      lines.map(({ recipient, sender, subject }) => [recipient, sender, subject]),
      [['grace@x.test', 'hello@shop.test', 'Your cart, Ada']],
    )
    assert.match(lines[0]!.preview, /^Hi Ada, your cart/)
    const shown = await showMail(pool, 'w1', lines[0]!.id)
    assert.ok(!isRefusal(shown))
    assert.match(shown.html, /https:\/\/go\.shop\.test\/c\//)
    assert.ok(shown.headers.some(([name, value]) => name === 'list-unsubscribe-post' && value === 'List-Unsubscribe=One-Click'))
    assert.ok(isRefusal(await showMail(pool, 'w2', lines[0]!.id)), 'another workspace does not see it')
  } finally {
    await world.stop()
    await mailbox.stop()
  }
})
