import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { z } from 'zod'
import { costOf } from './cost.ts'
import { type ProviderType, provider } from './provider.ts'
import { checkProvider, ProviderDocument, targetOf } from './provider-document.ts'
import { consequenceOf } from './reception.ts'
import { providerFor, type Standing, usable } from './route.ts'
import { allowance, dayOf, WarmUp } from './warm-up.ts'

const TYPES: ReadonlyMap<string, ProviderType> = new Map(
  [
    provider({
      type: 'sms-house',
      channel: 'sms',
      does: 'Texts',
      settings: z.strictObject({ host: z.url(), from: z.string().optional() }) as z.ZodType<unknown>,
      secrets: { token: 'signs in' },
      idempotent: false,
      connect: () => assert.fail('nothing connects in this test'),
    }),
  ].map((each) => [each.type, each]),
)
const document = (more: Record<string, unknown> = {}): ProviderDocument =>
  ProviderDocument.parse({
    kind: 'provider',
    id: 'main',
    channel: 'sms',
    type: 'sms-house',
    settings: { host: 'https://sms.test' },
    ...more,
  })
const library = (...documents: readonly ProviderDocument[]) => ({
  get: (_kind: string, id: string): unknown => documents.find((each) => each.id === id),
  ids: () => documents.map(({ id }) => id),
})
const faults = (one: ProviderDocument, ...others: readonly ProviderDocument[]) =>
  checkProvider(one, library(one, ...others), TYPES).map(({ code, at }) => `${code} ${at}`)

suite('provider documents', () => {
  test('a sound one has no faults; each fault names its place', () => {
    assert.deepEqual(faults(document({ secrets: { token: 'sms-token' } })), [])
    assert.deepEqual(faults(document({ type: 'carrier-pigeon' })), ['provider.type /type'])
    assert.deepEqual(faults(document({ channel: 'email' })), ['provider.channel /channel'])
    assert.deepEqual(faults(document({ settings: { host: 'nowhere' } })), ['provider.settings /settings/host'])
    assert.deepEqual(faults(document({ secrets: { pasword: 'x' } })), ['provider.secret /secrets/pasword'])
  })

  test('a fallback that is not there, of another channel, or in a circle is refused', () => {
    const main = document({ fallback: 'second' })
    assert.deepEqual(faults(main), ['provider.fallback /fallback'])
    assert.deepEqual(faults(main, document({ id: 'second', channel: 'email' })), ['provider.fallback /fallback'])
    assert.deepEqual(faults(document({ fallback: 'main' })), ['provider.fallback_circle /fallback'])
    const circle = document({ id: 'second', fallback: 'third' })
    assert.deepEqual(faults(main, circle, document({ id: 'third', fallback: 'main' })), ['provider.fallback_circle /fallback'])
    assert.deepEqual(faults(main, circle, document({ id: 'third', fallback: 'second' })), [], 'that circle is told at those inside it')
    assert.deepEqual(faults(main, document({ id: 'second' })), [])
  })

  test('there is one default for a channel', () => {
    assert.deepEqual(faults(document({ default: true }), document({ id: 'second', default: true })), ['provider.default /default'])
    assert.deepEqual(faults(document({ default: true }), document({ id: 'second' })), [])
  })

  test('what looks like a reference to the environment is a text like any other (Mautic CVE-2021-27908)', () => {
    for (const text of ['%env(DB)%', `\${DB}`, '{{env.DB}}', '{{ profile.email }}'])
      assert.deepEqual(document({ settings: { host: 'https://sms.test', from: text } }).settings['from'], text)
  })

  test('rates are read in seconds, minutes, hours and days', () => {
    const rate = (text: string) => ProviderDocument.safeParse({ ...document(), rate: text }).data?.rate
    assert.deepEqual(['50/s', '600/min', '3600/h', '86400/d', '0.5/s'].map(rate), [50, 10, 1, 1, 0.5])
    assert.deepEqual(['0/s', '5', '5/year', '-1/s', 'fast', '9999999/s'].map(rate), Array(6).fill(undefined))
  })

  test('another host is another target for secrets; another sender name is not', () => {
    const target = (settings: Record<string, string>) => targetOf(document({ settings }))
    assert.equal(target({ host: 'https://a.test', from: 'x' }), target({ from: 'y', host: 'https://a.test' }))
    assert.notEqual(target({ host: 'https://a.test' }), target({ host: 'https://evil.test' }))
  })
})

suite('routing', () => {
  test('the named one, else the default, else the first by id; never one of another channel', () => {
    const [a, b, mail] = [document({ id: 'a' }), document({ id: 'b', default: true }), document({ id: 'mail', channel: 'email' })]
    const pick = (named: string, ...list: ProviderDocument[]) => providerFor(list, { channel: 'sms', named })?.id
    assert.deepEqual(
      [pick('', b, a), pick('a', b, a), pick('', document({ id: 'z' }), a), pick('gone', a, b), pick('mail', a, mail), pick('', mail)],
      ['b', 'a', 'a', undefined, undefined, undefined],
    )
  })

  test('the first in the line of fallbacks that takes messages takes them, and a circle ends', () =>
    fc.assert(
      fc.property(
        fc.array(fc.record({ standing: fc.constantFrom<Standing>('open', 'down', 'spent'), next: fc.nat(5) }), {
          minLength: 1,
          maxLength: 6,
        }),
        (all) => {
          const exits = all.map(({ next }, i) => ({ id: String(i), fallback: next < all.length ? String(next) : undefined }))
          const found = usable(exits[0]!, { find: (id) => exits[Number(id)], standing: ({ id }) => all[Number(id)]!.standing })
          const line: string[] = []
          for (
            let each: (typeof exits)[number] | undefined = exits[0];
            each && !line.includes(each.id);
            each = exits[Number(each.fallback ?? 9)]
          )
            line.push(each.id)
          assert.equal(
            found?.id,
            line.find((id) => all[Number(id)]!.standing === 'open'),
          )
        },
      ),
    ))
})

suite('warm-up plans', () => {
  const plan = WarmUp.parse({ from: '2026-03-01', first: 200, growth: 1.5, upTo: 1_000 })
  const day = (text: string) => dayOf(Date.parse(`${text}T12:00:00Z`))
  test('grow from the first day to their end', () =>
    assert.deepEqual(
      ['2026-02-20', '2026-03-01', '2026-03-02', '2026-03-03', '2026-03-04', '2026-03-05', '2027-03-05'].map((text) =>
        allowance(plan, day(text)),
      ),
      [200, 200, 300, 450, 675, null, null],
    ))

  test('a later day never allows less', () =>
    fc.assert(
      fc.property(fc.nat(400), fc.integer({ min: 1, max: 10_000 }), fc.double({ min: 1.01, max: 10, noNaN: true }), (n, first, growth) => {
        const any = WarmUp.parse({ from: '2026-03-01', first, growth })
        const [one, other] = [allowance(any, day('2026-03-01') + n), allowance(any, day('2026-03-01') + n + 1)]
        assert.ok(other === null || (one !== null && one <= other && Number.isSafeInteger(other) && other <= any.upTo))
      }),
    ))
})

test('the price is that of the longest calling code that fits, in whole millionths', () => {
  const cost = { currency: 'EUR', perUnit: 0.05, byCountry: { '+1': 0.0079, '+1242': 0.04, '+49': 0.075 } }
  const price = (to: string, units = 1) => costOf(cost, { units, to })
  assert.deepEqual(
    [price('+15005550006', 3), price('+12425550006'), price('+491701234567', 2), price('+33612345678'), price('ok@x.test')],
    [23_700, 40_000, 150_000, 50_000, 50_000],
  )
  assert.equal(costOf(undefined, { units: 5, to: '+1' }), 0)
})

suite('what providers say', () => {
  const known = {
    ws: 'w1',
    key: 'p1',
    id: 'e1:text',
    channel: 'sms',
    payload: {},
    address: '+4917012345678',
    topic: 'news',
    status: 'sent',
    createdAt: 1_000,
  }
  const about = { provider: 'main', now: 5_000 }
  test('the same receipt gives the same record: a repeat is dropped', () => {
    const said = { effect: 'e1:text', name: 'message.delivered', at: 2_000, once: 'x' } as const
    assert.deepEqual(consequenceOf(said, known, about).record.id, 'e1:text:delivered:x')
    assert.deepEqual(consequenceOf(said, known, about).record.id, consequenceOf(said, known, { ...about, now: 9_000 }).record.id)
  })

  test('only what is final blocks an address, and never a person for one of their devices', () => {
    const blocked = (name: 'message.bounced' | 'message.complained' | 'message.unsubscribed', permanent?: boolean, channel = 'sms') =>
      consequenceOf({ name, at: 1, ...(permanent === undefined ? {} : { permanent }) }, { ...known, channel }, about).blocked
    assert.equal(blocked('message.bounced', false), null)
    assert.deepEqual(blocked('message.bounced', true), { ws: 'w1', address: known.address, topic: '', reason: 'bounced' })
    assert.equal(blocked('message.bounced', true, 'push'), null)
    assert.deepEqual(blocked('message.complained')?.reason, 'complained')
    assert.deepEqual(blocked('message.unsubscribed')?.topic, 'news')
  })

  test('a clock that is off moves nothing before its message or into the future', () =>
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 40), max: 2 ** 45 }), (at) => {
        const { record } = consequenceOf({ name: 'message.delivered', at }, known, about)
        assert.ok(record.at >= known.createdAt && record.at <= about.now && record.received === about.now)
      }),
    ))
})
