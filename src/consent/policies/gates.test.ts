import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { judged, message, policy, somebody, WEDNESDAY, written } from '../../../test/fixtures/policies.ts'
import { areaOf } from './area-codes.ts'
import { PACKS, policiesOf } from './packs/registry.ts'
import { pattern, plain } from './pattern.ts'
import { placesOf } from './places.ts'
import { type Policy, Policy as PolicySchema } from './schema.ts'
import { visible } from './visible.ts'

const rule = (id: string): Policy => {
  const found = PACKS.flatMap((pack) => policiesOf(pack.id)).find(({ policy: each }) => each.id === id)
  assert.ok(found, id)
  return found.policy
}
const at = (text: string): number => Date.parse(text)
const shown = (html: string): string => visible(html).shown.text
const content = (html: string) => ({ content: written(html) })

describe('what a reader sees', () => {
  test('marks inside a word, entities, joiners and letters that look alike do not hide it', () => {
    const disguises = [
      'guaran<b>teed</b> approval',
      'guaranteed&nbsp;approval',
      'gu&#97;ranteed approval',
      'gua\u200branteed appro\u00adval',
      'guаrаnteed approval',
      'GUARANTEED\n   APPROVAL',
      'guaranteed <!-- not --> approval',
      'ｇｕａｒａｎｔｅｅｄ approval',
    ]
    for (const text of disguises)
      assert.equal(
        judged([rule('udaap-words')], { message: message({ category: 'credit' }), ...content(`<p>${text}</p>`) }).outcome,
        'refuse',
        text,
      )
  })

  test('words of two blocks are no phrase, and an exception is one only around the words', () => {
    const wording = policy({ rule: { kind: 'wording', forbid: ['act now'], unless: ['you need not act now'] } })
    assert.equal(judged([wording], content('<div>act</div><div>now</div>')).outcome, 'refuse', 'a reader may read on')
    assert.equal(judged([wording], content('<p>compact nowhere</p>')).outcome, 'pass')
    assert.equal(judged([wording], content('<p>You need not act now.</p>')).outcome, 'pass')
    assert.equal(judged([wording], content('<p>You need not act now. But act now!</p>')).outcome, 'refuse')
  })

  test('a disclosure that is hidden is none, and forbidden words that are hidden still count', () => {
    const says = policy({ rule: { kind: 'disclosure', says: ['terms apply'] } })
    for (const hidden of ['display:none', 'visibility: hidden', 'font-size:0', 'mso-hide:all', 'opacity:0'])
      assert.equal(judged([says], content(`<p style="${hidden}">Terms apply</p>`)).outcome, 'refuse', hidden)
    assert.equal(judged([says], content('<p style="display:none"><span>Terms</span> apply</p><p>Hello</p>')).outcome, 'refuse')
    assert.equal(judged([says], content('<p style="opacity:0.9">Terms apply</p>')).outcome, 'pass')
    assert.equal(judged([says], content('<style>.a{} /* terms apply */</style><title>terms apply</title>')).outcome, 'refuse')
    const never = policy({ rule: { kind: 'wording', forbid: ['act now'] } })
    assert.equal(judged([never], content('<div style="display:none">Act now</div>')).outcome, 'refuse', 'inboxes show it')
  })

  test('size, first screen and nearness are read off the page', () => {
    const short = rule('fcra-short-notice')
    const offer = { message: message({ category: 'credit-offer' }) }
    const notice = 'You can choose to stop receiving “prescreened” offers of credit'
    assert.equal(judged([short], { ...offer, ...content(`<p style="font-size:16px">${notice}</p>`) }).outcome, 'pass')
    assert.equal(judged([short], { ...offer, ...content(`<p style="font-size:12px">${notice}</p>`) }).outcome, 'refuse', 'nine points')
    assert.equal(judged([short], { ...offer, ...content(`<p style="font-size:12pt">${notice}</p>`) }).outcome, 'pass')
    assert.equal(
      judged([short], { ...offer, ...content(`<p>${'word '.repeat(300)}</p><p style="font-size:16px">${notice}</p>`) }).outcome,
      'refuse',
      'below the first screen',
    )
    const number = rule('fcra-short-notice-number')
    const far = `<p>${notice}</p><p>${'word '.repeat(200)}</p><p>1-888-567-8688</p>`
    assert.equal(judged([number], { ...offer, ...content(far) }).outcome, 'refuse')
    assert.equal(judged([number], { ...offer, ...content(`<p>${notice}: call 1-888-567-8688</p>`) }).outcome, 'pass')
  })

  test('a source that never closes what it opens is read in linear time', () => {
    const begun = performance.now()
    for (const part of ['<', '<!--', '<p', '<p style="', '&', '</', '<style>', '<p style="font-size:1']) shown(part.repeat(100_000))
    assert.ok(performance.now() - begun < 5_000)
  })

  test('phrases know numbers, gaps and alternatives, and cannot run away', () => {
    const found = (phrase: string, text: string): boolean => pattern(phrase).find(plain(text)) !== null
    assert.ok(found('# (a|per) month', 'only $49.99 per month'))
    assert.ok(found('#% interest', 'at 4.5% interest'))
    assert.ok(!found('# down', 'look down'))
    assert.ok(found('terms … apply', 'terms and many conditions apply'))
    assert.ok(!found('apr', 'april'))
    const begun = performance.now()
    found('# # # … # … #', '1'.repeat(20_000))
    found('a … b … c … d', 'a '.repeat(20_000))
    assert.ok(performance.now() - begun < 5_000)
  })
})

describe('where somebody may be', () => {
  const known = (attributes: Record<string, string>, phones: string[] = []) => {
    const { countries, states, zones } = placesOf({ attribute: (name) => attributes[name], phones })
    return { countries: [...countries].sort(), states: [...states].sort(), zones: [...zones].sort() }
  }
  test('every sign counts: number, address, clock', () => {
    assert.deepEqual(known({ shipping_state: 'CA' }, ['+12125550100']), {
      countries: ['US'],
      states: ['US-CA', 'US-NY'],
      zones: ['America/Los_Angeles', 'America/New_York'],
    })
    assert.deepEqual(known({ timezone: 'Europe/Oslo' }, ['+15125550100']).countries, ['NO', 'US'])
    assert.deepEqual(
      known({ state: 'TX', timezone: 'America/Chicago' }).zones,
      ['America/Chicago'],
      'a clock of theirs in that state says more than the state',
    )
    assert.deepEqual(known({ state: 'Florida' }).zones, ['America/Chicago', 'America/New_York'])
    assert.deepEqual(known({ timezone: 'Nowhere/Land' }), { countries: [], states: [], zones: [] })
    assert.deepEqual(known({ country: 'DE', state: 'IN' }).states, [], 'IN of Germany is no Indiana')
  })
  test('every area code belongs to one state, and its zones are known', () => {
    let found = 0
    for (let code = 200; code < 1_000; code++) {
      const area = areaOf(String(code))
      if (!area) continue
      found++
      for (const zone of area.zones) assert.doesNotThrow(() => Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone))
      if (area.country === 'US') assert.ok(area.zones.length > 0, String(code))
    }
    assert.ok(found > 350, `${found} area codes`)
  })
})

describe('hours', () => {
  const text = message({ channel: 'sms' })
  const ask = (id: string, when: string, { phone, ...attributes }: Record<string, string>) => {
    const phones = phone === undefined ? [] : [phone]
    const now = at(when)
    const { outcome, until } = judged([rule(id)], { message: text, subject: somebody({ attributes, phones, now }), now })
    return outcome === 'defer' ? new Date(until).toISOString() : outcome
  }
  const texan = { state: 'TX', timezone: 'America/Chicago' }
  test('Texas is quiet on Sundays before noon, and until nine on other days', () => {
    assert.equal(ask('hours-tx', '2026-03-08T16:59:00Z', texan), '2026-03-08T17:00:00.000Z')
    assert.equal(ask('hours-tx', '2026-03-08T17:00:00Z', texan), 'pass')
    assert.equal(ask('hours-tx', '2026-03-09T13:59:00Z', texan), '2026-03-09T14:00:00.000Z')
    assert.equal(ask('hours-tx', '2025-08-31T13:00:00Z', texan), 'pass', 'before the law')
  })
  test('a number of New York with an address in California waits for both clocks', () => {
    assert.equal(
      ask('tcpa-hours', '2026-03-11T13:00:00Z', { state: 'CA', phone: '+12125550100' }),
      '2026-03-11T15:00:00.000Z',
      '8:00 in Los Angeles',
    )
    assert.equal(
      ask('tcpa-hours', '2026-03-12T01:30:00Z', { state: 'CA', phone: '+12125550100' }),
      '2026-03-12T15:00:00.000Z',
      '21:30 in New York',
    )
  })
  test('somebody whose clock nobody knows is texted between noon and eight by every clock from Eastern to Pacific', () => {
    assert.equal(ask('tcpa-hours', '2026-03-11T18:59:00Z', { country: 'US' }), '2026-03-11T19:00:00.000Z', 'noon in Los Angeles')
    assert.equal(ask('tcpa-hours', '2026-03-11T19:00:00Z', { country: 'US' }), 'pass')
    assert.equal(ask('hours-tx', '2026-03-11T19:00:00Z', { country: 'US' }), 'refuse', 'Texas cannot be ruled out, and no clock is known')
  })
  test('states that know no Sunday wait for Monday', () => {
    assert.equal(ask('hours-al', '2026-03-08T18:00:00Z', { state: 'AL' }), '2026-03-09T13:00:00.000Z')
  })
})

describe('people', () => {
  test('evidence has a greatest age, to the moment', () => {
    const fresh = policy({ rule: { kind: 'eligibility', evidence: [{ attribute: 'result', is: 'yes', at: 'checked', within: '30d' }] } })
    const ask = (checked: string | number) => judged([fresh], { subject: somebody({ attributes: { result: 'yes', checked } }) }).outcome
    const day = 86_400_000
    assert.equal(ask(WEDNESDAY - 30 * day), 'pass')
    assert.equal(ask(WEDNESDAY - 30 * day - 1), 'refuse')
    assert.equal(ask(WEDNESDAY + day), 'refuse', 'the future is no evidence')
    assert.equal(ask('not a date'), 'refuse')
    assert.equal(judged([fresh], { subject: somebody({ attributes: { result: 'no', checked: WEDNESDAY } }) }).outcome, 'refuse')
  })

  test('texts to the United States need permission whose words are on file', () => {
    const written_ = rule('tcpa-written-consent')
    const grant = { status: 'granted' as const, at: WEDNESDAY - 1, source: 'form' }
    const ask = (permit: object) =>
      judged([written_], { message: message({ channel: 'sms' }), subject: somebody({ permits: { sms: { ...grant, ...permit } } }) })
    assert.equal(ask({ wording: { id: 'texts', version: 1 } }).outcome, 'pass')
    assert.equal(ask({}).outcome, 'refuse')
    assert.equal(ask({ wording: { id: 'texts', version: 1 }, basis: 'implied-purchase' }).outcome, 'refuse')
    assert.equal(ask({ wording: { id: 'texts', version: 1 }, expires: WEDNESDAY }).outcome, 'refuse')
    assert.equal(ask({ status: 'pending' }).outcome, 'refuse')
    assert.match(ask({}).rulings[0]!.citation, /47 CFR 64\.1200/)
  })

  test('the fourth text within a day waits in Florida', () => {
    const contacts = [1, 5, 9].map((hours, i) => ({
      id: `m${i}`,
      channel: 'sms',
      topic: '',
      lane: 'marketing' as const,
      at: WEDNESDAY - hours * 3_600_000,
      status: 'confirmed' as const,
    }))
    const ask = (count: number) =>
      judged([rule('daily-fl')], {
        message: message({ channel: 'sms' }),
        subject: somebody({ attributes: { state: 'FL' }, contacts: contacts.slice(0, count) }),
      })
    assert.equal(ask(2).outcome, 'pass')
    assert.equal(ask(3).outcome, 'defer')
    assert.equal(ask(3).until, WEDNESDAY + 15 * 3_600_000, 'a day after the first')
  })

  test('credit is not offered by what must not decide, whatever the attribute is spelled', () => {
    const ask = (decidedBy: string[]) =>
      judged([rule('ecoa-prohibited-basis')], { message: message({ category: 'loan', decidedBy }) }).outcome
    for (const name of ['age', 'maritalStatus', 'marital_status', 'Date of Birth', 'gender', 'householdRace'])
      assert.equal(ask([name]), 'refuse', name)
    for (const name of ['page_views', 'engagement', 'income', 'essex_branch', 'plan']) assert.equal(ask([name]), 'pass', name)
  })
})

describe('packs', () => {
  test('every rule is sound, is owned and is cited, and no id comes twice', () => {
    const all = PACKS.flatMap(({ id }) => policiesOf(id))
    assert.equal(new Set(all.map(({ policy: { id } }) => id)).size, all.length)
    for (const { policy: each } of all) {
      assert.deepEqual(PolicySchema.parse(each), each)
      assert.ok(each.owner.includes('not legal advice'), each.id)
    }
    assert.ok(all.length > 40, `${all.length} rules`)
  })
})
