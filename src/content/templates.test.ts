import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { isRefusal } from '#lib/problem.ts'
import { previewTemplate } from './actions.ts'
import { renderJson } from './adapters/json.ts'
import { templateLibrary } from './adapters/library.ts'
import { filtersOf, tagsOf } from './adapters/liquid.ts'
import { type CompiledEmail, compileEmail, render, type Tracking } from './adapters/templates.ts'
import { FILTERS, TAGS } from './language.ts'
import { rewriteLinks } from './links.ts'
import { flat } from './problems.ts'
import { EmailTemplate, type Scope } from './schema.ts'

const FOOTER =
  '<mj-section><mj-column><mj-text>{{ sender.postal_address }} <a href="{{ unsubscribe_url }}">Unsubscribe</a></mj-text></mj-column></mj-section>'
const cart = EmailTemplate.parse({
  kind: 'template',
  id: 'cart',
  subject: 'Your cart, {{ profile.first_name | default: "friend" }}',
  preheader: 'Still {{ entry.count }} things',
  mjml: `<mjml><mj-body><mj-section><mj-column><mj-text>Hello {{ profile.first_name | default: "friend" }}</mj-text>
<mj-button href="https://shop.test/cart?id={{ entry.cart_id | url_encode }}&amp;utm_source=mail">Go back</mj-button></mj-column></mj-section>${FOOTER}</mj-body></mjml>`,
})
const scope = (change: Partial<Scope> = {}): Scope => ({
  profile: { first_name: 'Ada' },
  entry: { cart_id: 'c 7', count: 2 },
  event: {},
  message: { id: 'e1', at: '2026-11-22T10:00:00.000Z', topic: '', unsubscribe_url: 'https://go.test/u/t' },
  workspace: { name: 'Shop' },
  sender: { name: 'Shop', address: 'shop@shop.test', postal_address: '1 Main St, Town' },
  unsubscribe_url: 'https://go.test/u/t',
  ...change,
})
const tracking: Tracking = { link: (_url, index) => `https://go.test/c/${index}`, pixel: 'https://go.test/o/p.gif' }

async function compiled(template: EmailTemplate): Promise<CompiledEmail> {
  const outcome = await compileEmail(template, 1)
  assert.ok(!isRefusal(outcome), isRefusal(outcome) ? JSON.stringify(outcome.refused) : '')
  return outcome
}
const ofHtml = (html: string, more: object = {}) =>
  EmailTemplate.parse({ kind: 'template', id: 't', subject: 's', html, purpose: 'transactional', ...more })
async function htmlOf(html: string, change: Partial<Scope> = {}): Promise<string> {
  const outcome = render(await compiled(ofHtml(html)), scope(change))
  assert.ok(!isRefusal(outcome), isRefusal(outcome) ? JSON.stringify(outcome.refused) : '')
  return outcome.html
}

suite('a template', () => {
  test('has words in its preheader and no mark-up, neither of its author nor of the data', async () => {
    const preheader = '<base href="https://evil.test/"> {a} & {{ profile.first_name }}'
    const outcome = render(await compiled(ofHtml('<p>Hello</p>', { preheader })), scope({ profile: { first_name: '<b>Ada</b>' } }))
    assert.ok(!isRefusal(outcome))
    assert.match(outcome.html, /&lt;base href=&quot;https:\/\/evil\.test\/&quot;&gt; \{a\} &amp; &lt;b&gt;Ada&lt;\/b&gt;/)
    assert.doesNotMatch(outcome.html, /<base|<b>/)
  })

  test('becomes subject, HTML with followed links and a text part', async () => {
    const outcome = render(await compiled(cart), scope(), tracking)
    assert.ok(!isRefusal(outcome))
    assert.equal(outcome.subject, 'Your cart, Ada')
    assert.deepEqual(outcome.links, ['https://shop.test/cart?id=c+7&utm_source=mail'])
    assert.match(outcome.html, /href="https:\/\/go\.test\/c\/0"/)
    assert.match(outcome.html, /href="https:\/\/go\.test\/u\/t"/, 'the way out is not followed')
    assert.match(outcome.html, /Still 2 things/)
    assert.match(outcome.html, /<img src="https:\/\/go\.test\/o\/p\.gif"[^>]*>\s*<\/body>/)
    assert.match(outcome.text, /Hello Ada/)
    assert.match(outcome.text, /Go back \[https:\/\/shop\.test\/cart\?id=c\+7&utm_source=mail\]/)
    assert.doesNotMatch(outcome.text, /Still 2 things/, 'the preheader is not part of the text')
  })

  test('renders to the same bytes however often and whenever', async () => {
    const clock = ofHtml(`{{ 'now' | date: "%Y-%m-%d %H:%M %Z" }} {{ "2026-01-31" | date: "%b %e" }}`)
    const [one, two] = [await compiled(clock), await compiled(clock)]
    assert.deepEqual(render(one, scope()), render(two, scope()))
    assert.match(await htmlOf(clock.html!), /^2026-11-22 10:00/)
    const [first, second] = [render(await compiled(cart), scope(), tracking), render(await compiled(cart), scope(), tracking)]
    assert.deepEqual(first, second)
  })

  test('a missing variable is empty, a missing filter is a problem with its place', async () => {
    assert.equal(await htmlOf('<b>{{ profile.nobody.there }}</b>'), '<b></b>')
    const outcome = await compileEmail(ofHtml('<p>\n{{ profile.x | shout }}</p>'), 1)
    assert.ok(isRefusal(outcome))
    assert.equal(outcome.refused.at, '/html:2:1')
  })

  test('broken MJML is refused with the line', async () => {
    const outcome = await compileEmail({ ...cart, mjml: '<mjml><mj-body>\n<mj-foo/>\n<mj-section colour="red"/></mj-body></mjml>' }, 1)
    assert.ok(isRefusal(outcome))
    const lines = flat(outcome.refused).map((problem) => problem.at)
    assert.ok(lines.includes('/mjml:2') && lines.includes('/mjml:3'), JSON.stringify(lines))
    assert.ok(isRefusal(await compileEmail({ ...cart, mjml: '<mjml><mj-body><mj-include path="/etc/passwd"/></mj-body></mjml>' }, 1)))
  })

  test('a marketing template without a way out or a postal address has errors; a transactional one has none', async () => {
    const bare = (purpose: string) => EmailTemplate.parse({ kind: 'template', id: 't', subject: 's', html: '<p>Hi</p>', purpose })
    assert.deepEqual(
      (await compiled(bare('marketing'))).problems.map((p) => p.code),
      ['template.unsubscribe.missing', 'template.postal_address.missing'],
    )
    assert.deepEqual((await compiled(bare('transactional'))).problems, [])
    assert.deepEqual((await compiled(cart)).problems, [])
  })

  test('an unknown root is an error that says what was meant', async () => {
    const { problems } = await compiled(
      ofHtml('{{ first_name }} {{ profil.plan }} {% for item in entry.items %}{{ item.name }}{% endfor %}'),
    )
    assert.deepEqual(
      problems.map((p) => p.code),
      ['template.variable.unknown', 'template.variable.unknown'],
    )
    assert.match(problems[0]!.hint!, /profile\.first_name/)
    assert.match(problems[1]!.hint!, /did you mean profile/)
  })

  test('needs exactly one body', () => {
    assert.ok(!EmailTemplate.safeParse({ kind: 'template', id: 't', subject: 's' }).success)
    assert.ok(!EmailTemplate.safeParse({ kind: 'template', id: 't', subject: 's', html: 'x', mjml: 'y' }).success)
    assert.ok(!EmailTemplate.safeParse({ kind: 'template', id: 't', subject: 'a\r\nBcc: evil@z.test', html: 'x' }).success)
  })

  test('a huge rendering is refused, not sent', async () => {
    const outcome = render(
      await compiled(ofHtml('{% for i in (1..9000) %}{{ profile.long }}{% endfor %}')),
      scope({ profile: { long: 'x'.repeat(100) } }),
    )
    assert.ok(isRefusal(outcome))
  })
})

suite('links in a mail', () => {
  test('only web links are followed; scripts and relative paths lose their target', () => {
    const html =
      '<a class="x>y" href="https://a.test/?b=1&amp;c=2">1</a><a href=\'http://b.test\'>2</a><a href="mailto:x@y.test">3</a><a href="javascript:alert(1)">4</a><a href="//evil.test">5</a><a href="/x">6</a><a href="#top">7</a><a href="https://u:p@evil.test">8</a><area href="https://c.test">'
    const { html: out, links } = rewriteLinks(html, (_url, index) => `T${index}`, [])
    assert.deepEqual(links, ['https://a.test/?b=1&c=2', 'http://b.test/', 'https://c.test/'])
    assert.equal(
      out,
      '<a class="x>y" href="T0">1</a><a href="T1">2</a><a href="mailto:x@y.test">3</a><a href="#">4</a><a href="#">5</a><a href="#">6</a><a href="#top">7</a><a href="#">8</a><area href="T2">',
    )
  })

  test('data never breaks out of its attribute or becomes markup', async () => {
    const parsed = await compiled(
      ofHtml('<p title="{{ profile.x }}">{{ profile.x }}</p><a href="https://s.test/?q={{ profile.x }}">go</a>'),
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.constantFrom('"><script>alert(1)</script>', "' onload=x", '{{ profile }}', '{% raw %}', '</a><a href="https://evil.test">'),
        ),
        (x) => {
          const outcome = render(parsed, scope({ profile: { x } }))
          assert.ok(!isRefusal(outcome))
          assert.equal(outcome.html.match(/</g)!.length, 4)
          assert.ok(outcome.links.length <= 1 && outcome.links.every((link) => link.startsWith('https://s.test/')))
        },
      ),
    )
  })
})

suite('the language of templates', () => {
  test('has exactly the tags and filters of the list', () => {
    for (const escaping of ['html', 'text'] as const) {
      assert.deepEqual(tagsOf(escaping), [...TAGS].sort())
      assert.deepEqual(filtersOf(escaping), [...FILTERS].sort())
    }
    for (const forbidden of ['include', 'render', 'layout', 'block']) assert.ok(!tagsOf('html').includes(forbidden))
    for (const forbidden of ['sample', 'where_exp', 'find_exp', 'hmac_sha256', 'inspect', 'env', 'push', 'group_by_exp'])
      assert.ok(!filtersOf('html').includes(forbidden))
  })

  /** Each must be refused, or render within the limits to something that holds none of the signs. */
  const ATTACKS = [
    '{{ profile.constructor }}',
    '{{ profile.__proto__ }}',
    '{{ profile["constructor"]["constructor"] }}',
    '{{ "x".constructor.name }}',
    '{{ profile.x.length.constructor }}',
    '{{ profile | map: "constructor" }}',
    '{{ profile.list | where: "__proto__" }}',
    '{{ profile.list | sort: "constructor" | first }}',
    '{{ profile | valueOf }}',
    '{{ profile | toString }}',
    '{% include "/etc/passwd" %}',
    '{% render "../../package.json" %}',
    '{% layout "x" %}',
    '{{ "now" | date: profile.hugeformat }}',
    '{% for i in (1..100000000) %}x{% endfor %}',
    '{% for a in (1..9999) %}{% for b in (1..9999) %}{% assign c = a | times: b %}{% endfor %}{% endfor %}',
    '{% assign s = "xxxxxxxxxx" %}{% for i in (1..60) %}{% assign s = s | append: s %}{% endfor %}{{ s }}',
    '{{ "a" | replace: "a", profile.big | replace: "b", profile.big | replace: "b", profile.big }}',
    '{{ process.env.HOME }}{{ globalThis }}{{ this }}',
    '{{ profile.evil }}',
    '{{ profile.list | join: profile.big | split: "" | join: profile.big }}',
    `${'{% if true %}'.repeat(5000)}x${'{% endif %}'.repeat(5000)}`,
    '{{ profile.list | concat: profile.list | concat: profile.list | uniq | size }}',
    '{{ profile.toString }}{{ profile.hasOwnProperty }}',
  ]
  for (const attack of ATTACKS) {
    test(`holds against ${attack.slice(0, 60)}`, async () => {
      const started = performance.now()
      const outcome = await compileEmail(ofHtml(attack), 1)
      const hostile = {
        profile: {
          x: 'x',
          list: [{ a: 1 }, { a: 2 }],
          big: 'b'.repeat(20_000),
          evil: '{{ workspace.name }}{% raw %}<script>',
          hugeformat: '%9999999Y',
        },
      }
      if (!isRefusal(outcome)) {
        const rendered = render(outcome, scope(hostile))
        if (!isRefusal(rendered)) {
          assert.doesNotMatch(rendered.html, /function|native code|root:|"name": "cadenza"|<script>|Shop/)
          assert.ok(rendered.html.length < 512_000)
        }
      }
      assert.ok(performance.now() - started < 1_500)
    })
  }
})

test('Liquid in the texts of a webhook body is rendered, and data stays data', () => {
  const outcome = renderJson(
    { user: '{{ profile.first_name }}', tags: ['{{ entry.count }}', 3, null], '{{ x }}': true, raw: '{{ profile.evil }}' },
    scope({ profile: { first_name: 'A "B"', evil: '{{ workspace.name }}' } }),
  )
  assert.deepEqual(outcome, { value: { user: 'A "B"', tags: ['2', 3, null], '{{ x }}': true, raw: '{{ workspace.name }}' } })
  assert.ok(isRefusal(renderJson({ a: '{{ b' }, scope())))
})

test('a version is compiled once, and an unknown one is asked for again', async () => {
  const loads: string[] = []
  const library = templateLibrary({
    load: async (ws, id, version) => {
      loads.push(`${ws}/${id}/${version}`)
      return id === 'cart' ? cart : undefined
    },
  })
  const [a, b] = await Promise.all([library.compiled('w', 'cart', 1), library.compiled('w', 'cart', 1)])
  assert.equal(a, b)
  assert.ok(isRefusal(await library.compiled('w', 'none', 1)))
  assert.ok(isRefusal(await library.compiled('w', 'none', 1)))
  assert.deepEqual(loads, ['w/cart/1', 'w/none/1', 'w/none/1'])
})

test('the preview shows the sample, a person, or the problems', async () => {
  const parts = {
    template: async (_ws: string, id: string) =>
      id === 'cart' ? { template: { ...cart, sample: { profile: { first_name: 'Sample' } } }, version: 3 } : undefined,
    sender: async () => undefined,
    workspace: async () => ({ name: 'Shop' }),
    now: () => 0,
    attributes: async (_ws: string, id: string) => (id === 'p1' ? { first_name: 'Grace' } : undefined),
  }
  const sample = await previewTemplate({ id: 'cart' }, 'w', parts)
  assert.ok(!isRefusal(sample) && sample.rendered?.subject === 'Your cart, Sample' && sample.size > 500)
  const person = await previewTemplate({ id: 'cart', profileId: 'p1', data: {} }, 'w', parts)
  assert.ok(!isRefusal(person) && person.rendered?.subject === 'Your cart, Grace')
  const broken = await previewTemplate({ draft: ofHtml('{{ a | nope }}') }, 'w', parts)
  assert.ok(!isRefusal(broken) && broken.rendered === null && broken.problems[0]?.code === 'template.liquid')
  assert.ok(
    isRefusal(await previewTemplate({ id: 'none' }, 'w', parts)) &&
      isRefusal(await previewTemplate({ id: 'cart', profileId: 'x' }, 'w', parts)),
  )
})
