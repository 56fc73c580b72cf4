import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { linkKeys } from './adapters/keys.ts'
import { classOf, isWorn, receiptsOf, troubleOf, WORN } from './bounce.ts'
import { readReport } from './mail-report.ts'
import { emailHeaders } from './message.ts'
import type { Returning } from './return-path.ts'

const DAY = 86_400_000
/** As postfix 3.7.11 wrote it, on the way back to us. */
const DSN = readFileSync(new URL('../../test/fixtures/captures/postfix-dsn.eml', import.meta.url), 'latin1')
const about = { kind: 'bounce', effect: 'e1:mail', now: 1_800_000_000_000 } as const
const brief = (source: string, kind: 'bounce' | 'unsubscribe' = 'bounce') =>
  receiptsOf(readReport(source), { ...about, kind }).map(({ name, reason, permanent }) => [name, reason, permanent])
const dsn = (action: string, status: string, diagnostic = ''): string =>
  DSN.replace('Action: failed', `Action: ${action}`)
    .replace('Status: 5.1.1', `Status: ${status}`)
    .replace(/^Diagnostic-Code:.*$/m, `Diagnostic-Code: smtp; ${diagnostic}`)
/** After the example of RFC 5965 §B.2. */
const arf = (type: string): string =>
  [
    'From: <abusedesk@isp.example>',
    'Subject: FW: Earn money',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=feedback-report;',
    '     boundary="part1_13d.2e68ed54_boundary"',
    '',
    '--part1_13d.2e68ed54_boundary',
    'Content-Type: text/plain; charset="US-ASCII"',
    '',
    'This is an email abuse report for an email message.',
    '',
    '--part1_13d.2e68ed54_boundary',
    'Content-Type: message/feedback-report',
    '',
    `Feedback-Type: ${type}`,
    'User-Agent: SomeGenerator/1.0',
    'Version: 1',
    'Original-Mail-From: <b+key@bounce.shop.test>',
    '',
    '--part1_13d.2e68ed54_boundary',
    'Content-Type: message/rfc822',
    '',
    'From: <hello@shop.test>',
    'Subject: Offer',
    '',
    'Buy',
    '--part1_13d.2e68ed54_boundary--',
    '',
  ].join('\r\n')

suite('bounce mail', () => {
  test('a genuine report of postfix says who does not exist', () => {
    const report = readReport(DSN)
    assert.deepEqual(report, {
      kind: 'delivery',
      recipients: [{ action: 'failed', status: '5.1.1', diagnostic: 'X-Postfix; unknown user: "nobody@good.example"' }],
      original: ['b+m2@bounce.example'],
    })
    assert.deepEqual(brief(DSN), [['message.bounced', 'dsn_5.1.1', true]])
  })

  test('what may pass, what speaks of our name and what speaks of one message never makes an address bad', () => {
    assert.deepEqual(brief(dsn('failed', '5.2.2', '552 5.2.2 Mailbox full')), [['message.bounced', 'dsn_5.2.2', false]])
    assert.deepEqual(brief(dsn('failed', '4.4.1')), [['message.bounced', 'dsn_4.4.1', false]])
    assert.deepEqual(brief(dsn('failed', '5.7.26', '550-5.7.26 unauthenticated')), [['message.bounced', 'dsn_5.7.26', false]])
    assert.deepEqual(brief(dsn('delayed', '4.4.1')), [], 'a delay is no end')
    assert.deepEqual(brief(dsn('relayed', '2.0.0')), [])
    assert.deepEqual(brief(dsn('failed', '5.0.0', '550 5.1.1 no such user')), [['message.bounced', 'dsn_5.1.1', true]])
    assert.deepEqual(['5.1.1', '5.1.2', '5.1.8', '5.7.1', '5.3.4', '5.6.0', '5.2.3', '5.2.2', '4.2.2', '5.0.0', ''].map(classOf), [
      'address',
      'address',
      'policy',
      'policy',
      'content',
      'content',
      'content',
      'mailbox',
      'mailbox',
      'mailbox',
      'mailbox',
    ])
  })

  test('what providers say counts the same, whoever says it', () => {
    const trouble = (reason: string, permanent = false) => troubleOf({ name: 'message.bounced', reason, permanent })
    assert.deepEqual(
      [
        trouble('sendgrid_bounce_5.1.1', true),
        trouble('sendgrid_blocked_'),
        trouble('ses_5.7.1'),
        trouble('dsn_5.3.4'),
        trouble('x_4.2.2'),
      ],
      ['address', 'policy', 'policy', null, 'soft'],
    )
    assert.equal(troubleOf({ name: 'message.complained' }), 'complaint')
    assert.equal(troubleOf({ name: 'message.opened' }), null)
  })

  test('a complaint (ARF) is one; a word that it was no spam is none', () => {
    assert.deepEqual(readReport(arf('abuse')), { kind: 'feedback', type: 'abuse', original: ['b+key@bounce.shop.test'] })
    assert.deepEqual(brief(arf('abuse')), [['message.complained', 'abuse', undefined]])
    assert.deepEqual([...brief(arf('not-spam')), ...brief(arf('virus')), ...brief(arf('auth-failure'))], [])
  })

  test('absences are not read; a letter leaves only where people leave', () => {
    const letter = (headers: string): string => `From: ada@x.test\r\n${headers}\r\n\r\nunsubscribe\r\n`
    assert.deepEqual(brief(letter('Subject: unsubscribe'), 'unsubscribe'), [['message.unsubscribed', 'mailto', undefined]])
    for (const automatic of ['Auto-Submitted: auto-replied', 'X-Autoreply: yes', 'Precedence: auto_reply'])
      assert.deepEqual(brief(letter(`Subject: Re: unsubscribe\r\n${automatic}`), 'unsubscribe'), [], automatic)
    assert.deepEqual(brief(letter('Subject: unsubscribe')), [], 'the bounce address takes no letters')
    assert.deepEqual(brief(letter('Subject: Hello'), 'unsubscribe'), [])
    assert.deepEqual(brief(DSN, 'unsubscribe'), [], 'and the other takes no bounces')
  })

  test('whatever bytes come, they are read without a word of protest, and only reports count', () => {
    const pieces = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.constantFrom('\n\n', '--b', '--b--', 'Content-Type: multipart/report; boundary=b', 'Content-Type: message/delivery-status', '\n'),
      fc.constantFrom(
        'Action: failed',
        'Status: 5.1.1',
        'Content-Transfer-Encoding: base64',
        'Content-Transfer-Encoding: quoted-printable',
        '=',
      ),
    )
    const mail = fc.array(pieces, { maxLength: 40 }).map((list) => list.join('\n'))
    const torn = fc.tuple(fc.nat({ max: DSN.length }), fc.nat({ max: 200 }), fc.string({ maxLength: 10 })).map(([at, length, text]) => {
      return DSN.slice(0, at) + text + DSN.slice(at + length)
    })
    fc.assert(
      fc.property(fc.oneof(mail, torn), (source) => {
        const report = readReport(source)
        if (report.kind !== 'delivery') assert.ok(receiptsOf(report, about).every(({ permanent }) => permanent !== true))
      }),
      { numRuns: 500 },
    )
  })

  test('even the worst megabyte is read in no time', () => {
    const began = performance.now()
    for (const piece of ['--b\n', 'a:\n b\n', '=0', ' \n', '\n\n', '<', '5.1.'])
      readReport(
        `Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n${piece.repeat(1_048_576 / piece.length)}`,
      )
    assert.ok(performance.now() - began < 3_000)
  })

  test('five soft bounces over three days make an address a bad one; one outage does not', () => {
    const now = 100 * DAY
    const days = (...list: number[]): number[] => list.map((day) => now - day * DAY)
    assert.equal(isWorn(days(0, 1, 2, 3), now), false)
    assert.equal(isWorn(days(0, 0.1, 0.2, 0.3, 0.4), now), false, 'their server was down for a day')
    assert.equal(isWorn(days(0, 1, 2, 3, 4), now), true)
    assert.equal(isWorn(days(0, 1, 2, 3, 31), now), false, 'what is long ago does not count')
    assert.equal(WORN.messages, 5)
  })
})

suite('return addresses', () => {
  const keys = linkKeys('a secret of at least thirty-two characters')
  const message: fc.Arbitrary<Returning> = fc.record({
    kind: fc.constantFrom('bounce' as const, 'unsubscribe' as const),
    workspace: fc.string({ minLength: 1 }),
    id: fc.string({ minLength: 1 }),
    at: fc.nat({ max: 2 ** 47 }),
  })

  test('an address leads back to its message, in any case of letters, and fits into 64 octets', () =>
    fc.assert(
      fc.property(message, fc.boolean(), (each, loud) => {
        const local = keys.returnTo(each)
        assert.match(local, /^[bu]\+[a-z2-7]{50}$/)
        const found = keys.returned(loud ? local.toUpperCase() : local)
        assert.ok(found)
        assert.deepEqual([found.kind, found.at, found.isOf(each.workspace), found.is(each.id)], [each.kind, each.at, true, true])
      }),
    ))

  test('nobody can make one: one letter changed, another kind, another key, and it is none', () =>
    fc.assert(
      fc.property(message, fc.nat({ max: 49 }), fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz234567'), (each, at, letter) => {
        const local = keys.returnTo(each)
        const changed = local.slice(0, 2 + at) + letter + local.slice(3 + at)
        if (changed !== local) assert.equal(keys.returned(changed), undefined)
        assert.equal(keys.returned((local.startsWith('b') ? 'u' : 'b') + local.slice(1)), undefined)
        assert.equal(linkKeys('another secret of at least 32 characters').returned(local), undefined)
      }),
    ))

  test('addresses that an earlier secret made still count', () => {
    const each = { kind: 'bounce', workspace: 'w1', id: 'e1:mail', at: 1_800_000_000_000 } as const
    const first = linkKeys('the first secret of 32 characters..').returnTo(each)
    assert.ok(linkKeys('the second secret of 32 characters.', ['the first secret of 32 characters..']).returned(first)?.is('e1:mail'))
  })

  test('List-Unsubscribe names an address of the message in the bounce domain, and somebody’s mailbox as it is elsewhere', () => {
    const letter = {
      workspace: 'w1',
      id: 'e1:mail',
      lane: 'marketing',
      topic: '',
      journey: 'j',
      step: 's',
      at: 0,
      to: { name: '', address: 'ada@x.test' },
      unsubscribeUrl: 'https://go.shop.test/u/abc',
      returns: { bounce: 'b+1', unsubscribe: 'u+2' },
      rendered: { subject: 'Hi', html: '', text: '', links: [] },
    } as const
    const sender = {
      kind: 'sender',
      id: 's',
      from: { name: 'Shop', address: 'hello@shop.test' },
      postalAddress: '1 Main St, Town',
    } as const
    const ways = (unsubscribeMailbox: string): string =>
      emailHeaders({ ...letter, sender: { ...sender, verpDomain: 'bounce.shop.test', unsubscribeMailbox } }).find(
        ([name]) => name === 'List-Unsubscribe',
      )![1]
    assert.equal(ways('leave@bounce.shop.test'), '<https://go.shop.test/u/abc>, <mailto:u+2@bounce.shop.test?subject=unsubscribe>')
    assert.equal(ways('leave@shop.test'), '<https://go.shop.test/u/abc>, <mailto:leave@shop.test?subject=unsubscribe>')
  })
})
