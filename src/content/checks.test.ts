import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import type { JsonObject } from '#lib/json.ts'
import { rendered, template } from '../../test/fixtures/templates.ts'
import { Brand, contrast } from './brand.ts'
import { checkMail, type Mail } from './checks.ts'
import { htmlFacts } from './checks-html.ts'
import { checkGaps, checkLanguages, printedBare } from './checks-people.ts'
import { checkTexts, type Measure } from './checks-text.ts'
import { piecesOf } from './html-walk.ts'

const GOOD: Mail = {
  subject: 'Your garden in spring',
  preheader: 'Three things to plant now',
  html: '<html lang="en"><body><p>Plant roses, tulips and herbs now, water them twice a week, and look forward to a summer full of colour.</p><p>1 Main St, Town <a href="https://go.test/u" style="color:#0b5fb0">Unsubscribe</a></p></body></html>',
  text: 'Plant roses, tulips and herbs now. https://go.test/u',
  purpose: 'marketing',
  unsubscribeUrl: 'https://go.test/u',
  postalAddress: '1 Main St, Town',
  brand: undefined,
}
const codes = (change: Partial<Mail>): string[] => checkMail({ ...GOOD, ...change }).findings.map(({ code }) => code)
const inside = (body: string): Partial<Mail> => ({ html: GOOD.html.replace('</body>', `${body}</body>`) })

suite('a mail before it is published', () => {
  test('a sound one has nothing to mend, nor has one of blocks', async () => {
    assert.deepEqual(codes({}), [])
    const mail = await rendered(
      template(
        [
          { kind: 'heading', text: 'Spring' },
          {
            kind: 'text',
            text: 'Plant roses, tulips and herbs now, water them twice a week, and look forward to a summer full of colour.',
          },
          { kind: 'button', text: 'See the garden', href: 'https://shop.test' },
          { kind: 'image', src: 'https://shop.test/a.png', alt: 'Roses', width: 300 },
        ],
        { locale: 'en' },
      ),
    )
    const around = {
      preheader: GOOD.preheader,
      purpose: 'marketing' as const,
      unsubscribeUrl: 'https://go.test/u/t',
      postalAddress: '1 Main St, Town',
      brand: undefined,
    }
    assert.deepEqual(checkMail({ ...mail, ...around }).findings, [])
  })

  test('each trait is found, and only that', () => {
    const cases: [Partial<Mail>, string[]][] = [
      [{ subject: '' }, ['subject.empty']],
      [{ subject: 'x'.repeat(71) }, ['subject.long']],
      [{ subject: 'YOUR GARDEN NOW' }, ['spam.capitals']],
      [{ subject: 'Re: your garden' }, ['spam.pretends']],
      [{ subject: 'Your garden!!!' }, ['spam.exclamation']],
      [{ subject: 'Roses, 100% free' }, ['spam.phrase']],
      [{ preheader: undefined }, ['preheader.missing']],
      [{ text: 'Hi https://go.test/u' }, ['text.empty']],
      [{ text: 'Plant roses and tulips now.' }, ['text.unsubscribe']],
      [{ html: GOOD.html.replace('https://go.test/u', 'https://x.test') }, ['template.unsubscribe.missing']],
      [{ html: GOOD.html.replace('1 Main St, Town', '') }, ['template.postal_address.missing']],
      [{ html: GOOD.html.replace(' lang="en"', '') }, ['language.missing']],
      [inside(`<!--${'x'.repeat(110_000)}-->`), ['size.clip']],
      [inside('<img src="https://a.test/x.png" width="30">'), ['image.alt']],
      [inside('<img src="https://a.test/x.png" alt="a rose">'), ['image.size']],
      [inside('<img src="http://a.test/x.png" alt="a rose" width="30">'), ['image.insecure']],
      [inside('<a href="http://a.test/">roses</a>'), ['link.insecure']],
      [inside('<a href="https://bit.ly/x">roses</a>'), ['link.shortener']],
      [inside('<a href="#">roses</a>'), ['link.empty']],
      [inside('<p style="color:#999">roses</p>'), ['contrast']],
      [
        inside(
          '<div style="background:#222222"><p style="color: rgb(255, 255, 255)">roses</p><table bgcolor="#ffffff"><tr><td style="color:#fefefe">ghost</td></tr></table></div>',
        ),
        ['contrast'],
      ],
      [inside('<h1 style="color:#888888;font-size:28px">Large</h1>'), []],
      [inside('<div style="display:none;color:#ffffff">hidden</div>'), []],
    ]
    for (const [change, expected] of cases) assert.deepEqual(codes(change), expected, JSON.stringify(change).slice(-200))
  })

  test('a mail that is nearly all pictures is told of', () => {
    const html =
      '<html lang="en"><body><img src="https://a.test/x.png" alt="Sale" width="600"><p>1 Main St, Town <a href="https://go.test/u">Leave</a></p></body></html>'
    assert.deepEqual(codes({ html }), ['spam.image-only'])
  })

  test('a way out that a condition hides is found on the person who does not see it', async () => {
    const of = template([
      {
        kind: 'conditional',
        when: 'profile.vip',
        blocks: [{ kind: 'text', text: '{{ sender.postal_address }} [leave]({{ unsubscribe_url }})' }],
      },
    ])
    const around = {
      preheader: 'x',
      purpose: 'marketing' as const,
      unsubscribeUrl: 'https://go.test/u/t',
      postalAddress: '1 Main St, Town',
      brand: undefined,
    }
    const found = checkMail({ ...(await rendered(of)), ...around }).findings.filter(({ severity }) => severity === 'error')
    assert.deepEqual(
      found.map(({ code }) => code),
      ['template.unsubscribe.missing', 'template.postal_address.missing'],
    )
  })

  test('the voice of the brand: banned and preferred words, as whole words of any script', () => {
    const brand = Brand.parse({ kind: 'brand', id: 'default', voice: { banned: ['cheap', 'günstig'], preferred: { utilise: 'use' } } })
    assert.deepEqual(codes({ brand, subject: 'Cheap roses' }), ['voice.banned'])
    assert.deepEqual(codes({ brand, subject: 'Cheapest ungünstige roses' }), [])
    assert.deepEqual(codes({ brand, preheader: 'How to utilise a spade' }), ['voice.preferred'])
  })

  test('whatever the HTML, the walk ends, in time that grows with it', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom('<', '>', '"', "'", 'a', ' ', '/', '<!--', '-->', '<a href="', '</p', 'style='),
          maxLength: 200,
        }),
        (html) => {
          let length = 0
          for (const piece of piecesOf(html)) if (piece.kind === 'text') length += piece.text.length
          assert.ok(length <= html.length)
          htmlFacts(html)
        },
      ),
    )
    const started = performance.now()
    for (const evil of [
      '<a '.repeat(100_000),
      '<a "'.repeat(100_000),
      '<!--'.repeat(100_000),
      `<p ${'a='.repeat(100_000)}>`,
      '<style'.repeat(80_000),
    ])
      htmlFacts(evil)
    assert.ok(performance.now() - started < 3_000, `${performance.now() - started} ms`)
  })

  test('contrast is that of WCAG: symmetric, between 1 and 21', () => {
    const colour = fc.integer({ min: 0, max: 0xffffff }).map((value) => `#${value.toString(16).padStart(6, '0')}`)
    fc.assert(
      fc.property(colour, colour, (a, b) => {
        const ratio = contrast(a, b)
        assert.equal(ratio, contrast(b, a))
        assert.ok(ratio >= 1 && ratio <= 21.0001)
      }),
    )
  })
})

/** As the channel measures it, near enough: what is not ASCII is not GSM-7. */
const measure: Measure = (text) => {
  const gsm = /^[\n\x20-\x7e]*$/.test(text)
  const [whole, part] = gsm ? [160, 153] : [70, 67]
  return { encoding: gsm ? 'gsm-7' : 'ucs-2', units: text.length, segments: text.length <= whole ? 1 : Math.ceil(text.length / part) }
}

suite('a text before it is published', () => {
  const sms = (text: string, purpose: 'marketing' | 'transactional' = 'marketing') =>
    checkTexts({ channel: 'sms', purpose }, { '/text': text }, { measure, brand: undefined }).map(({ code, detail }) =>
      detail === undefined ? code : `${code} ${detail}`,
    )
  test('an SMS: parts that are charged, signs that make them short, the way out', () => {
    assert.deepEqual(sms('Spring sale. Reply STOP to end.'), [])
    assert.deepEqual(sms('Spring sale.'), ['sms.opt-out'])
    assert.deepEqual(sms('Paid.', 'transactional'), [])
    assert.deepEqual(sms(`${'x'.repeat(150)} Reply STOP to end`), ['sms.segments 168 characters'])
    assert.deepEqual(sms('“Sale” – Reply STOP'), ['sms.unicode “ ” –'])
    assert.deepEqual(sms('Sale https://bit.ly/x Reply STOP'), ['link.shortener'])
  })
  test('a notification is cut where phones cut it', () => {
    const found = checkTexts(
      { channel: 'push', purpose: 'marketing' },
      { '/title': 'x'.repeat(51), '/body': 'y' },
      { measure, brand: undefined },
    )
    assert.deepEqual(
      found.map(({ code, at }) => `${code} ${at}`),
      ['push.title.long /title'],
    )
  })
})

suite('against real people', () => {
  test('names that are printed without a default and without a question', () => {
    const found = printedBare({
      '/subject': 'Hi {{ profile.first_name }}',
      '/html':
        '{{ profile.first_name }} {{ profile.city | default: "your town" }} {% if profile.plan %}{{ profile.plan | upcase }}{% endif %} {{ profile.company.name | upcase }} {{ entry.x }} {{ "profile.fake" }}',
    })
    assert.deepEqual(
      found.map(({ name, at }) => `${name} ${at}`),
      ['profile.first_name /subject', 'profile.company.name /html'],
    )
  })
  test('says how many would read a gap', () => {
    const people: JsonObject[] = [{ first_name: 'Ada' }, { first_name: '' }, {}, { first_name: 'Bo', company: { name: 'Acme' } }]
    const found = checkGaps(
      [
        { name: 'profile.first_name', at: '/subject' },
        { name: 'profile.company.name', at: '/html' },
      ],
      people,
    )
    assert.deepEqual(
      found.map(({ title, share, at }) => [title, share, at]),
      [
        ['2 of 4 people have no profile.first_name', 0.5, '/subject'],
        ['3 of 4 people have no profile.company.name', 0.75, '/html'],
      ],
    )
    assert.deepEqual(checkGaps([{ name: 'profile.first_name', at: '/subject' }], []), [])
  })
  test('says how many would get a language that is not theirs', () => {
    const people: JsonObject[] = [{ locale: 'de-AT' }, { locale: 'fr' }, { language: 'fr-CA' }, { locale: 'en-GB' }, {}]
    assert.deepEqual(
      checkLanguages(people, { own: 'en', offered: ['de'] }).map(({ title, at }) => `${title} ${at}`),
      ['2 of 5 people read “fr” and would get en /locales'],
    )
  })
})
