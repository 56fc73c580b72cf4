import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { after, before, suite, test } from 'node:test'
import { authenticate } from 'mailauth'
import { dkimVerify } from 'mailauth/lib/dkim/verify.js'
import { type SmtpSink, smtpSink } from '../../../test/fixtures/smtp-sink.ts'
import type { Channel, Handover, PreparedEmail } from '../channel.ts'
import { emailHeaders, messageIdOf, returnPath } from '../message.ts'
import { mimeMessage } from '../mime.ts'
import { linkKeys } from './keys.ts'
import { smtpChannel } from './smtp.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
})
const PUBLIC = publicKey.replace(/-----[^-]+-----|\s/g, '')

const keys = linkKeys('a secret of at least thirty-two characters')

function email(to: string, { html = '<p>Grüße, dear  customer \n.\nx </p>', signed = false } = {}): PreparedEmail {
  const letter = {
    workspace: 'w',
    id: `e:${to}`,
    lane: 'marketing',
    topic: '',
    journey: 'j',
    step: 's',
    at: 1_700_000_000_000,
    to: { name: 'Jürgen "J" Ö', address: to },
    sender: {
      kind: 'sender',
      id: 's',
      from: { name: 'Läden', address: 'hello@shop.test' },
      postalAddress: '1 Main St, Town',
      feedbackId: 'shop12345',
      verpDomain: 'bounce.shop.test',
    },
    unsubscribeUrl: 'https://go.shop.test/u/abc',
    returns: { bounce: keys.returnTo({ kind: 'bounce', workspace: 'w', id: `e:${to}`, at: 1_700_000_000_000 }), unsubscribe: '' },
    rendered: { subject: 'Grüße und ein sehr langer Betreff '.repeat(5), html, text: 'plain\n', links: [] },
  } as const
  const message = mimeMessage({ headers: emailHeaders(letter), text: 'plain\n', html, boundary: '=_b' })
  return {
    kind: 'email',
    id: letter.id,
    workspace: 'w',
    provider: '',
    parts: { from: letter.sender.from, to: letter.to, replyTo: undefined, subject: '', html, text: '', headers: [] },
    messageId: messageIdOf(letter),
    lane: letter.lane,
    envelope: { from: returnPath(letter), to },
    message: Buffer.from(message, 'latin1'),
    signing: signed ? { workspace: 'w', domain: 'shop.test', selector: 'k1', key: 'dkim' } : undefined,
  }
}

suite('handing over by SMTP', () => {
  let sink: SmtpSink
  let channel: Channel<PreparedEmail>
  const send = (to: string, more = {}): Promise<Handover> => channel.send(email(to, more), AbortSignal.timeout(10_000))
  before(async () => {
    sink = await smtpSink()
    channel = smtpChannel({ url: sink.url, dkimKey: async (_ws, name) => (name === 'dkim' ? privateKey : undefined) })
  })
  after(async () => {
    await channel.close()
    await sink.stop()
  })

  test('the message arrives byte for byte, from the return path, to the one recipient', async () => {
    const handover = await send('ada@x.test')
    assert.equal(handover.kind, 'sent')
    const got = sink.taken.at(-1)!
    assert.equal(got.to, 'ada@x.test')
    assert.match(got.from, /^b\+[a-z2-7]{50}@bounce\.shop\.test$/)
    assert.equal(got.raw.toString('latin1'), Buffer.from(email('ada@x.test').message).toString('latin1'))
  })

  const phases: [string, Handover][] = [
    ['rcpt550@x.test', { kind: 'failed', reason: 'smtp_5.1.1', address: true }],
    ['policy@x.test', { kind: 'failed', reason: 'smtp_5.7.1', address: false }],
    ['full@x.test', { kind: 'failed', reason: 'smtp_5.2.2', address: false }],
    ['rcpt450@x.test', { kind: 'retry', reason: 'smtp_4.2.1', provider: false }],
    ['content@x.test', { kind: 'failed', reason: 'smtp_5.6.0', address: false }],
    ['busy@x.test', { kind: 'retry', reason: 'smtp_4.3.0', provider: true }],
    ['drop-after@x.test', { kind: 'ambiguous', reason: 'smtp_no_answer' }],
  ]
  for (const [to, expected] of phases) test(`${to.split('@')[0]}: ${expected.kind}`, async () => assert.deepEqual(await send(to), expected))

  test('a connection lost before DATA, or in the middle of a long message, is a retry', async () => {
    const before = await send('drop-before@x.test')
    assert.equal(before.kind, 'retry')
    const mid = await send('drop-mid@x.test', { html: 'x'.repeat(997).concat('\n').repeat(16_000) })
    assert.equal(mid.kind, 'retry', JSON.stringify(mid))
    assert.equal((await send('ada@x.test')).kind, 'sent', 'the pool goes on')
  })

  test('a server that is down, refuses, or does not exist is a retry', async () => {
    sink.down = true
    const fresh = smtpChannel({ url: sink.url, dkimKey: async () => undefined })
    assert.deepEqual(await fresh.send(email('ada@x.test'), AbortSignal.timeout(5_000)), {
      kind: 'retry',
      reason: 'smtp_4.3.2',
      provider: true,
    })
    await fresh.close()
    sink.down = false
    const nowhere = smtpChannel({ url: 'smtp://127.0.0.1:1', dkimKey: async () => undefined })
    assert.equal((await nowhere.send(email('ada@x.test'), AbortSignal.timeout(5_000))).kind, 'retry')
    await nowhere.close()
  })

  test('DKIM passes at a stranger’s verifier, and covers what RFC 8058 asks for', async () => {
    assert.equal((await send('ada@x.test', { signed: true })).kind, 'sent')
    const raw = sink.taken.at(-1)!.raw
    const resolver = async (name: string, type: string): Promise<string[][]> => {
      if (type === 'TXT' && name === 'k1._domainkey.shop.test') return [[`v=DKIM1; k=rsa; p=${PUBLIC}`]]
      throw Object.assign(new Error('nothing'), { code: 'ENOTFOUND' })
    }
    const { results } = (await dkimVerify(raw, { resolver })) as unknown as {
      results: { status: { result: string }; signingHeaders: { keys: string } }[]
    }
    assert.equal(results.length, 1)
    assert.equal(results[0]!.status.result, 'pass')
    const covered = results[0]!.signingHeaders.keys.toLowerCase()
    for (const name of ['from', 'to', 'subject', 'date', 'message-id', 'list-unsubscribe', 'list-unsubscribe-post', 'feedback-id'])
      assert.match(covered, new RegExp(`(^|[: ])${name}([: ]|$)`))
    assert.equal(raw.toString('latin1').match(/^List-Unsubscribe:/gim)?.length, 1)
    const changed = (from: string, to: string) =>
      dkimVerify(Buffer.from(raw.toString('latin1').replace(from, to), 'latin1'), { resolver }) as Promise<{
        results: { status: { result: string } }[]
      }>
    assert.equal((await changed('/u/abc', '/u/abd')).results[0]!.status.result, 'fail')
    assert.equal((await changed('dear', 'dead')).results[0]!.status.result, 'neutral')
    const whole = await authenticate(raw, {
      resolver,
      trustReceived: false,
      ip: '127.0.0.1',
      helo: 'x.test',
      mta: 'x',
      sender: 'b@bounce.shop.test',
    } as never)
    assert.match(JSON.stringify(whole.dkim), /"result":"pass"/)
  })

  test('a sender whose DKIM key is not there sends nothing unsigned', async () => {
    const prepared = email('ada@x.test')
    const count = sink.taken.length
    const handover = await channel.send(
      { ...prepared, signing: { workspace: 'w', domain: 'shop.test', selector: 'k1', key: 'other' } },
      AbortSignal.timeout(5_000),
    )
    assert.deepEqual(handover, { kind: 'retry', reason: 'dkim_key_missing', provider: false })
    assert.equal(sink.taken.length, count)
  })
})
