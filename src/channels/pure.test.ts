import assert from 'node:assert/strict'
import { createHmac, timingSafeEqual } from 'node:crypto'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { simpleParser } from 'mailparser'
import { isRefusal } from '#lib/problem.ts'
import { address } from './address.ts'
import { type Breaker, begun, CLOSED, ended, permits } from './breaker.ts'
import { refilled, taken, wait } from './bucket.ts'
import { fetcherOf } from './machine.ts'
import { emailHeaders, type Letter } from './message.ts'
import { headerText, mailbox, mimeMessage, quotedPrintable } from './mime.ts'
import { afterAttempt, backoff, gate, RETRY_LIMITS } from './policy.ts'
import { decodeToken, encodeToken, type LinkClaim, type Mac } from './token.ts'

suite('one e-mail address', () => {
  const good: [string, string][] = [
    ['ada@example.com', 'ada@example.com'],
    ["o'neil+tag.x@Sub.Example.COM", "o'neil+tag.x@sub.example.com"],
    ['a@bücher.example', 'a@xn--bcher-kva.example'],
    ['a@例え.jp', 'a@xn--r8jz45g.jp'],
    ['x_y=z@a-b.co', 'x_y=z@a-b.co'],
  ]
  for (const [text, wire] of good) test(`takes ${text}`, () => assert.deepEqual(address(text), { address: wire }))

  const evil = [
    '',
    'a',
    '@x.test',
    'a@',
    'a@b',
    'a@b@c.test',
    'b@y.test\r\nBcc: evil@z.test',
    'b@y.test\nRCPT TO:<evil@z.test>',
    'b@y.test, evil@z.test',
    'b@y.test;evil@z.test',
    'g: evil@z.test;',
    '"a b"@y.test',
    '"evil@z.test"@y.test',
    'Ada <evil@z.test>',
    '<evil@z.test>',
    'evil@z.test>',
    'a(evil@z.test)@y.test',
    'a b@y.test',
    ' a@y.test',
    'a@y.test ',
    'a@y.test.',
    '.a@y.test',
    'a.@y.test',
    'a..b@y.test',
    'a@-y.test',
    'a@y-.test',
    'a@y..test',
    'a@[127.0.0.1]',
    'a@127.0.0.1',
    'a@localhost',
    'ü@y.test',
    'a\u0000@y.test',
    'a@y.te\u0000st',
    'a@y.test\u0000',
    'a@y\u2028.test',
    'a@y.test/x',
    'a@y.test?x',
    'a@y.test#x',
    'a@y:80.test',
    'a@%79.test',
    'a\\@y.test',
    `${'a'.repeat(65)}@y.test`,
    `a@${'b'.repeat(64)}.test`,
    `a@${'b.'.repeat(130)}test`,
    `${'('.repeat(5000)}a@y.test`,
    'evil@z.test%0d%0a',
    '=?utf-8?q?evil=40z.test?=',
    'a@y.test,',
    'a@xn--.test',
    'a@y。z,evil@z.test',
  ]
  for (const text of evil) test(`refuses ${JSON.stringify(text.slice(0, 40))}`, () => assert.ok(isRefusal(address(text))))

  test('whatever is taken is one plain ASCII address', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary', maxLength: 60 }),
          fc.tuple(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })).map(([a, b]) => `${a}@${b}.test`),
          fc.emailAddress(),
        ),
        (text) => {
          const outcome = address(text)
          if (!isRefusal(outcome)) assert.match(outcome.address, /^[^\s@,;:<>()"\\[\]\u0080-\uffff]+@[a-z0-9.-]+$/)
        },
      ),
    )
  })
})

suite('MIME', () => {
  const build = ({ text = 't', html = 'h', subject = 'S', name = 'Ada' }) =>
    mimeMessage({
      headers: [
        ['From', 'a@b.test'],
        ['To', mailbox({ name, address: 'p@x.test' })],
        ['Subject', headerText(subject)],
      ],
      text,
      html,
      boundary: 'cadenza-0',
    })

  test('what goes in comes out of a real parser', async () => {
    const text = fc
      .array(
        fc.oneof(
          fc.string({ maxLength: 200 }),
          fc.string({ unit: 'grapheme', maxLength: 120 }),
          fc.constantFrom('From me', '.', '..', 'x ', '\t', '=3D', `${'long'.repeat(400)}`),
        ),
        { maxLength: 8 },
      )
      .map((lines) => lines.join('\n').replace(/[\0\r]/g, ''))
    await fc.assert(
      fc.asyncProperty(
        text,
        text,
        fc.tuple(fc.string({ unit: 'grapheme', maxLength: 120 }), fc.string({ unit: 'grapheme', maxLength: 60 })),
        async (body, html, heading) => {
          const [subject, name] = heading
          const raw = build({ text: body, html, subject, name })
          assert.match(raw, /^[\x00-\x7f]*$/)
          for (const line of raw.split('\r\n')) assert.ok(line.length <= 998 && !line.includes('\n') && !line.includes('\r'))
          const mail = await simpleParser(raw, { skipTextToHtml: true })
          assert.equal(mail.text?.replace(/\n$/, '') ?? '', body.replace(/\n$/, ''))
          assert.equal((mail.html || '').replace(/\n$/, ''), html.replace(/\n$/, ''))
        },
      ),
      { numRuns: 150 },
    )
  })

  test('long and foreign subjects and names survive folding', async () => {
    const subject = `Dein Warenkorb wartet, Jürgen — ${'noch 2 Stück 🎁 '.repeat(12)}`.trim()
    const mail = await simpleParser(build({ subject, name: 'Müller, "Jo" <evil@z.test>' }))
    assert.equal(mail.subject, subject)
    const to = Array.isArray(mail.to) ? mail.to[0]! : mail.to!
    assert.deepEqual(to.value, [{ name: 'Müller, "Jo" <evil@z.test>', address: 'p@x.test' }])
    for (const name of ['a, b', 'x" <evil@z.test>, "y', 'back\\slash', 'A.B', '=?utf-8?Q?x?=']) {
      const parsed = await simpleParser(build({ name }))
      const one = Array.isArray(parsed.to) ? parsed.to[0]! : parsed.to!
      assert.deepEqual(one.value, [{ name, address: 'p@x.test' }])
    }
  })

  test('no data makes a header of its own', () => {
    assert.equal(headerText('a\r\nBcc: evil@z.test'), 'a Bcc: evil@z.test')
    assert.equal(mailbox({ name: 'a\r\nBcc: evil@z.test', address: 'p@x.test' }), '"a Bcc: evil@z.test" <p@x.test>')
  })

  test('quoted-printable keeps RFC 2045', () => {
    assert.equal(quotedPrintable('a=b'), 'a=3Db')
    assert.equal(quotedPrintable('é '), '=C3=A9=20')
    for (const line of quotedPrintable('ü'.repeat(300)).split('\r\n')) assert.ok(line.length <= 76)
  })
})

const letter: Letter = {
  workspace: 'w1',
  id: 'enr1:nudge',
  lane: 'marketing',
  topic: 'news',
  journey: 'cart',
  step: 'nudge',
  at: Date.UTC(2026, 10, 22, 9, 8, 7),
  to: { name: 'Ada', address: 'ada@x.test' },
  sender: {
    kind: 'sender',
    id: 's',
    from: { name: 'Shop', address: 'hello@shop.test' },
    postalAddress: '1 Main St, Town',
    feedbackId: 'shop12345',
    verpDomain: 'bounce.shop.test',
  },
  unsubscribeUrl: 'https://go.shop.test/u/abc',
  returns: { bounce: 'b+key', unsubscribe: 'u+key' },
  rendered: { subject: 'Hi', html: '<p>', text: 't', links: [] },
}
suite('the headers of a letter', () => {
  test('marketing carries one List-Unsubscribe with one https link, one-click, list and feedback ids', () => {
    const headers = emailHeaders(letter)
    const all = (name: string) => headers.filter(([key]) => key === name).map(([, value]) => value)
    assert.deepEqual(all('List-Unsubscribe'), ['<https://go.shop.test/u/abc>'])
    assert.deepEqual(all('List-Unsubscribe-Post'), ['List-Unsubscribe=One-Click'])
    assert.deepEqual(all('Feedback-ID'), ['cart:nudge:marketing:shop12345'])
    assert.deepEqual(all('Date'), ['Sun, 22 Nov 2026 09:08:07 +0000'])
    assert.match(all('Message-ID')[0]!, /^<[0-9a-f]{24}@shop\.test>$/)
    const mailto = emailHeaders({ ...letter, sender: { ...letter.sender, unsubscribeMailbox: 'out@shop.test' } })
    assert.equal(
      mailto.find(([name]) => name === 'List-Unsubscribe')![1],
      '<https://go.shop.test/u/abc>, <mailto:out@shop.test?subject=unsubscribe>',
    )
  })
  test('a transactional one has no list headers; another effect has another Message-ID', () => {
    assert.ok(!emailHeaders({ ...letter, lane: 'transactional' }).some(([name]) => name.startsWith('List-')))
    const id = (change: Partial<Letter>) => emailHeaders({ ...letter, ...change }).find(([name]) => name === 'Message-ID')![1]
    assert.equal(id({}), id({ at: 5 }))
    assert.notEqual(id({}), id({ id: 'enr1:other' }))
    assert.notEqual(id({}), id({ workspace: 'w2' }))
  })
})

suite('a signed link', () => {
  const mac: Mac = (number, text) => (number === 1 || number === 2 ? createHmac('sha256', `key${number}`).update(text).digest() : undefined)
  const same = (a: Uint8Array, b: Uint8Array) => a.length === b.length && timingSafeEqual(a, b)
  const claims: LinkClaim[] = [
    { kind: 'open', ws: 'w', profile: 'p', effect: 'e:s' },
    { kind: 'click', ws: 'w', profile: 'p', effect: 'e:s', index: 3, url: 'https://shop.test/ü?a=1&b="' },
    { kind: 'unsubscribe', ws: 'w', profile: 'p', effect: 'e:s', topic: '', address: 'a@x.test' },
  ]
  test('reads back what it was made of, with the key it was made with', () => {
    for (const claim of claims)
      for (const keyNumber of [1, 2]) assert.deepEqual(decodeToken(encodeToken(claim, { keyNumber, mac }), { mac, same }), claim)
  })
  test('any change at all makes it nothing', () => {
    const token = encodeToken(claims[1]!, { keyNumber: 1, mac })
    for (let i = 0; i < token.length; i++) {
      for (const other of ['A', 'z', '_'])
        if (token[i] !== other) assert.equal(decodeToken(token.slice(0, i) + other + token.slice(i + 1), { mac, same }), undefined)
    }
    for (const bad of [
      '',
      'x',
      token.slice(1),
      token.slice(0, -1),
      `${token}A`,
      `${token}=`,
      `${token}.`,
      token.toLowerCase(),
      '../../etc',
      'a'.repeat(9000),
    ])
      assert.equal(decodeToken(bad, { mac, same }), undefined)
    fc.assert(fc.property(fc.base64String(), (text) => decodeToken(text, { mac, same }) === undefined))
  })
})

suite('retrying', () => {
  const entry = { lane: 'marketing', attempt: 1, expires: 1e9 } as const
  const at = (change: object, handover: Parameters<typeof afterAttempt>[1], dice = 0.5) =>
    afterAttempt({ ...entry, ...change }, handover, { now: 1_000, dice, limits: RETRY_LIMITS })
  test('waits exponentially with full jitter up to a quarter of an hour', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), fc.double({ min: 0, max: 0.999, noNaN: true }), (attempt, dice) => {
        const ms = backoff(attempt, dice, RETRY_LIMITS)
        assert.ok(ms >= 0 && ms <= Math.min(900_000, 5_000 * 2 ** (attempt - 1)))
      }),
    )
    assert.equal(backoff(1, 0.999, RETRY_LIMITS), 4_995)
  })
  test('honours Retry-After within six hours, and never waits beyond the end', () => {
    assert.equal(at({}, { kind: 'retry', reason: 'x', after: 60_000, provider: true }).due, 61_000)
    assert.equal(at({}, { kind: 'retry', reason: 'x', after: 1e12, provider: true }).due, 1_000 + 21_600_000)
    assert.equal(at({ expires: 2_000 }, { kind: 'retry', reason: 'x', after: 60_000, provider: true }).due, 2_001)
    assert.equal(gate({ suppressed: false, expires: 2_000 }, 2_001)!.reason, 'expired')
  })
  test('gives up after the last attempt, visibly', () => {
    assert.deepEqual(at({ attempt: 12 }, { kind: 'retry', reason: 'smtp_451', provider: true }), {
      status: 'dead',
      due: 1_000,
      reason: 'smtp_451',
      receipt: 'message.dead',
      bounced: false,
    })
  })
  test('no answer: a marketing message waits, a transactional one goes again under the same id', () => {
    assert.deepEqual(at({}, { kind: 'ambiguous', reason: 'no_answer' }), {
      status: 'ambiguous',
      due: 901_000,
      reason: 'no_answer',
      receipt: 'message.ambiguous',
      bounced: false,
    })
    assert.equal(at({ lane: 'transactional' }, { kind: 'ambiguous', reason: 'no_answer' }).status, 'ready')
  })
  test('consent is looked at before time', () => {
    assert.equal(gate({ suppressed: true, expires: 0 }, 5)!.reason, 'consent_withdrawn')
    assert.equal(gate({ suppressed: false, expires: 5 }, 5), null)
  })
})

suite('the breaker', () => {
  const fail = (breaker: Breaker, now = 0) => ended(breaker, false, now)
  test('opens at ten failures of twenty, lets one probe pass, closes when it succeeds', () => {
    let breaker: Breaker = CLOSED
    for (let i = 0; i < 19; i++) breaker = ended(breaker, i % 2 === 0, 0)
    assert.equal(breaker.kind, 'closed')
    breaker = fail(breaker)
    assert.deepEqual(breaker, { kind: 'open', until: 5_000, wait: 5_000 })
    assert.equal(permits(breaker, 4_999), 0)
    assert.equal(permits(breaker, 5_000), 1)
    breaker = begun(breaker)
    assert.equal(permits(breaker, 99_999), 0)
    breaker = fail(breaker, 6_000)
    assert.deepEqual(breaker, { kind: 'open', until: 16_000, wait: 10_000 })
    assert.equal(ended(begun(breaker), true, 20_000), CLOSED)
  })
  test('never probes more than once in five seconds', () => {
    let [breaker, probes]: [Breaker, number[]] = [{ kind: 'open', until: 5_000, wait: 5_000 }, []]
    for (let now = 0; now < 600_000; now += 100) {
      if (permits(breaker, now) < 1) continue
      probes.push(now)
      breaker = fail(begun(breaker), now + 50)
    }
    for (let i = 1; i < probes.length; i++) assert.ok(probes[i]! - probes[i - 1]! >= 5_000)
    assert.ok(probes.length >= 9)
  })
})

test('the bucket never lets more than 105 % of its rate through in any second', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 500 }),
      fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 5, maxLength: 60 }),
      (rate, gaps) => {
        let bucket = { tokens: 0, at: 0 }
        let now = 0
        const sent: number[] = []
        for (const gap of gaps) {
          now += gap
          bucket = refilled(bucket, rate, now)
          const count = Math.floor(bucket.tokens)
          bucket = taken(bucket, count)
          for (let i = 0; i < count; i++) sent.push(now)
          assert.ok(wait(bucket, rate) <= 1_000)
        }
        for (const from of sent) assert.ok(sent.filter((at) => at >= from && at < from + 1_000).length <= rate * 1.05 + 1)
      },
    ),
  )
})

test('who opened: a person, a proxy, a program', () => {
  const of = (agent: string, soon?: number, purpose = '') => fetcherOf({ agent, purpose, soon })
  assert.equal(of('Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)'), 'person')
  assert.equal(of('Mozilla/5.0'), 'suspect')
  assert.equal(of('Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)'), 'suspect')
  assert.equal(of('Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/120', 300), 'suspect')
  for (const agent of [
    '',
    'curl/8.1',
    'Barracuda Sentinel (EE)',
    'python-requests/2.31',
    'Googlebot/2.1',
    'Mozilla/5.0 HeadlessChrome/120',
  ])
    assert.equal(of(agent), 'machine')
  assert.equal(of('Mozilla/5.0 (Windows) Firefox/130', undefined, 'prefetch'), 'machine')
})
