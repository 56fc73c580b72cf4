import assert from 'node:assert/strict'
import { after, suite, test } from 'node:test'
import fc from 'fast-check'
import { isRefusal } from '#lib/problem.ts'
import { type CompiledEmail, compileEmail, letterOf } from './adapters/templates.ts'
import { compileText } from './adapters/texts.ts'
import { type Renderer, renderer } from './adapters/worker.ts'
import { EmailTemplate, type Rendered, type Scope, SlackTemplate, SmsTemplate } from './schema.ts'

const made: Renderer = renderer({ threads: 1 })
after(() => made.close())

/** Data as hostile as a person can make their own. */
const EVIL = '{{ workspace.secret }}{% raw %}<script>alert(1)</script><mj-raw>"\' onload=x\r\nBcc: all@z.test\u202e\u2066'
const scope = (profile: object): Scope => ({
  profile: profile as Scope['profile'],
  entry: {},
  event: {},
  message: { id: 'e1', at: '2026-11-22T10:00:00.000Z', topic: '', unsubscribe_url: 'https://go.test/u/t' },
  workspace: { name: 'Shop', secret: 'TOP-SECRET' },
  sender: { name: 'Shop', address: 'shop@shop.test', postal_address: '1 Main St' },
  unsubscribe_url: 'https://go.test/u/t',
})
const mail = (html: string, more: object = {}) =>
  EmailTemplate.parse({ kind: 'template', id: 't', subject: 's', purpose: 'transactional', html, ...more })

/** The mail, or the code of what was refused. */
async function outcome(template: EmailTemplate, profile: object): Promise<Rendered | string> {
  const compiled = await compileEmail(template, 1)
  if (isRefusal(compiled)) return compiled.refused.code
  return sent(compiled, profile)
}
async function sent(compiled: CompiledEmail, profile: object): Promise<Rendered | string> {
  const pieces = await made.render(compiled.pieces, scope(profile))
  if (isRefusal(pieces)) return pieces.refused.code
  const letter = letterOf(pieces, scope(profile))
  return isRefusal(letter) ? letter.refused.code : letter
}

suite('a template that means harm', () => {
  const own = {
    name: 'Ada',
    list: [{ a: 1 }, { a: 2 }],
    big: 'b'.repeat(50_000),
    many: Array.from({ length: 20_000 }, (_, i) => `k${i}`),
    evil: EVIL,
  }
  /** What it would like to see. */
  const SIGNS = /function|native code|root:x|"name": "cadenza"|TOP-SECRET|\[object Function|Liquid|process\.|at Object\.|\/work\//
  const VECTORS: readonly (readonly [what: string, text: string])[] = [
    ['the constructor of the data', '{{ profile.constructor }}{{ profile["constructor"] }}'],
    ['the prototype', '{{ profile.__proto__ }}{{ profile["__proto__"]["toString"] }}'],
    ['the constructor of a text', '{{ "x".constructor }}{{ profile.name.constructor.name }}'],
    ['the constructor of a list', '{{ profile.list.constructor }}{{ profile.list.map }}'],
    ['methods of a list', '{{ profile.list.at }}{{ profile.list.__lookupGetter__ }}'],
    ['valueOf as a filter', '{{ profile | valueOf }}'],
    ['toString as a filter', '{{ profile | toString }}'],
    ['hasOwnProperty as a filter', '{{ profile | hasOwnProperty }}'],
    ['a filter named by the data', '{{ profile | constructor }}'],
    ['a path to the prototype through map', '{{ profile.list | map: "__proto__" | json }}{{ profile.list | map: "constructor" | join }}'],
    ['a path through where', '{{ profile.list | where: "constructor.name", "Object" | json }}'],
    ['a path through sort', '{{ profile.list | sort: "__proto__.x" | json }}{{ profile.list | sort_natural: "constructor" | size }}'],
    ['a path through sum', '{{ profile.list | sum: "constructor.length" }}'],
    ['a path through uniq and compact', '{{ profile.list | compact: "__proto__" | json }}'],
    ['expressions as data', '{{ profile.list | where_exp: "x", "x.constructor" }}'],
    ['an include', '{% include "/etc/passwd" %}'],
    ['a render with a path upwards', '{% render "../../../package.json" %}'],
    ['a render named by the data', '{% render profile.name %}'],
    ['a layout and a block', '{% layout "a" %}{% block b %}{% endblock %}'],
    ['the environment', '{{ env.HOME }}{{ process.env.PATH }}{{ globals }}{{ "HOME" | env }}'],
    ['internals of the engine', '{{ this }}{{ context }}{{ liquid }}{{ environments }}{{ registers }}'],
    ['a secret through data', '{{ profile.evil }}'],
    [
      'a secret through a second rendering',
      '{% capture x %}{{ profile.evil }}{% endcapture %}{{ x }}{% assign y = x %}{{ y | raw | escape }}',
    ],
    ['a huge range', '{% for i in (1..999999999) %}x{% endfor %}'],
    [
      'ranges within ranges',
      '{% for a in (1..3000) %}{% for b in (1..3000) %}{% for c in (1..3000) %}{% increment n %}{% endfor %}{% endfor %}{% endfor %}',
    ],
    ['a table of everything', '{% tablerow i in (1..9999999) %}x{% endtablerow %}'],
    ['a text that doubles', '{% assign s = "x" %}{% for i in (1..99) %}{% assign s = s | append: s %}{% endfor %}{{ s | size }}'],
    ['a list that doubles', '{% assign s = profile.many %}{% for i in (1..99) %}{% assign s = s | concat: s %}{% endfor %}{{ s | size }}'],
    ['replacements that multiply', '{{ profile.big | replace: "b", profile.big | replace: "b", profile.big | size }}'],
    ['joins that multiply', '{{ profile.many | join: profile.big | split: "b" | join: profile.big | size }}'],
    ['filters upon filters', `{{ profile.many${' | reverse'.repeat(500)} | size }}`],
    ['searches upon searches', `{{ profile.many${' | where: "a"'.repeat(200)} | size }}`],
    [
      'a regular expression that backtracks',
      `{{ "${'<script'.repeat(9_000)}" | strip_html | size }}{{ "${' '.repeat(50_000)}x" | strip | squish | size }}`,
    ],
    ['a year of ten million digits', '{{ "now" | date: "%9999999Y%9999999Y%9999999Y" | size }}'],
    ['tags without an end', '{% if true %}{% for i in profile.list %}'],
    ['tags too deep', `${'{% if true %}'.repeat(7_000)}x${'{% endif %}'.repeat(9_000)}`],
    ['a text too long to read', `{{ "${'x'.repeat(190_000)}" | size }}`],
    ['links without an end', '<a '.repeat(60_000)],
    ['quotes without an end', `<a ${'href="x '.repeat(20_000)}`],
    ['a way to write an own filter', '{% liquid \n assign f = "x" \n echo f | eval \n %}'],
  ]
  for (const [what, text] of VECTORS)
    test(`gets nothing from ${what}`, async () => {
      const begun = performance.now()
      const answer = await outcome(mail(text), own)
      if (typeof answer === 'string') assert.match(answer, /^(?:template\.(?:liquid|render|too_large|invalid)|render_(?:timeout|memory))$/)
      else {
        assert.doesNotMatch(answer.html + answer.text, SIGNS)
        assert.ok(answer.html.length <= 512_000)
      }
      assert.ok(performance.now() - begun < 5_000, `${performance.now() - begun} ms`)
    })
})

suite('data that mean harm', () => {
  /** Every place of a mail that data can come to. */
  const PLACES = mail(
    '<!doctype html><html><head><title>{{ profile.x }}</title></head><body><p title="{{ profile.x }}" alt=\'{{ profile.x }}\'>{{ profile.x }}</p><a href="https://s.test/?q={{ profile.x | url_encode }}">a</a><a href="{{ profile.x }}">b</a><img src="{{ profile.x }}" alt=""><td style="color:{{ profile.x }}">c</td></body></html>',
    { subject: '{{ profile.x }}', preheader: 'Pre {{ profile.x }}', text: '{{ profile.x }}' },
  )
  const nasty = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc.constantFrom(
      EVIL,
      '"><img src=x onerror=alert(1)>',
      "'><svg/onload=x>",
      'javascript:alert(1)',
      ' javascript:x',
      '</title><script>',
      '</p><a href="https://evil.test">',
      '-->',
      '&lt;b&gt;',
      '{%',
      '}}',
      '\r\n\r\nbody',
      '\u2028',
      '\ud800',
    ),
  )

  test('stay text in every place of a mail', async () => {
    const compiled = await compileEmail(PLACES, 1)
    assert.ok(!isRefusal(compiled))
    const plain = await sent(compiled, { x: '' })
    assert.ok(typeof plain !== 'string')
    const tags = (html: string): number => html.match(/</g)!.length
    await fc.assert(
      fc.asyncProperty(nasty, async (x) => {
        const letter = await sent(compiled, { x })
        assert.ok(typeof letter !== 'string')
        assert.equal(tags(letter.html), tags(plain.html), 'no tag comes out of data')
        assert.equal(letter.html.match(/"/g)!.length, plain.html.match(/"/g)!.length, 'no attribute ends by data')
        assert.doesNotMatch(letter.html, /TOP-SECRET|href="\s*javascript:/i)
        assert.doesNotMatch(letter.subject, /[\p{Cc}\u2028\u2029]/u, 'a header is one line')
        assert.ok(letter.links.every((link) => /^https?:\/\//.test(link)))
        assert.ok(letter.links[0]!.startsWith('https://s.test/?q='))
      }),
    )
  })

  test('are never MJML: what is compiled is only what the author wrote', async () => {
    const letter = await outcome(
      EmailTemplate.parse({
        kind: 'template',
        id: 't',
        subject: 's',
        purpose: 'transactional',
        mjml: '<mjml><mj-body><mj-section><mj-column><mj-text>{{ profile.x }}</mj-text></mj-column></mj-section></mj-body></mjml>',
      }),
      { x: '</mj-text><mj-raw><script>alert(1)</script></mj-raw><mj-include path="/etc/passwd"/>' },
    )
    assert.ok(typeof letter !== 'string')
    assert.doesNotMatch(letter.html, /<script>|<mj-/)
    assert.match(letter.html, /&lt;mj-raw&gt;/)
  })

  test('cannot call a whole Slack channel, and stay as they are in an SMS', async () => {
    const about = { kind: 'template', id: 't', purpose: 'transactional', text: 'Hi {{ profile.x }}' }
    const [slack, sms] = [
      compileText(SlackTemplate.parse({ ...about, channel: 'slack' }), 1),
      compileText(SmsTemplate.parse({ ...about, channel: 'sms' }), 1),
    ]
    assert.ok(!isRefusal(slack) && !isRefusal(sms))
    const x = '<!channel> & {{ workspace.secret }}'
    assert.deepEqual(await made.render(slack.pieces, scope({ x })), { '/text': 'Hi &lt;!channel&gt; &amp; {{ workspace.secret }}' })
    assert.deepEqual(await made.render(sms.pieces, scope({ x })), { '/text': `Hi ${x}` })
  })
})
