import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { isRefusal } from '#lib/problem.ts'
import { compiled, parts, problemsOf, rendered, scope, template } from '../../test/fixtures/templates.ts'
import { compileTemplate, spokenTo } from './adapters/compile.ts'
import { templateLibrary } from './adapters/library.ts'
import { render } from './adapters/templates.ts'
import { renderText } from './adapters/texts.ts'
import type { Block } from './blocks.ts'
import { Brand, brandProblems, contrast, HOUSE } from './brand.ts'
import { EmailTemplate, type Scope, Template } from './schema.ts'
import { cycleFrom, filledIn, Snippet, snippetProblems, type TemplateParts } from './snippets.ts'

suite('snippets', () => {
  const terms = { kind: 'snippet', id: 'terms', text: 'Terms & conditions of {{ workspace.name }}' }
  const footer = { kind: 'snippet', id: 'footer', blocks: [{ kind: 'divider' }, { kind: 'snippet', id: 'terms' }] }
  const banner = { kind: 'snippet', id: 'banner', mjml: '<mj-section><mj-column><mj-text>Banner</mj-text></mj-column></mj-section>' }

  test('stand where they are named: in blocks, in MJML, and in the texts of every channel', async () => {
    const mail = await rendered(
      template([
        { kind: 'snippet', id: 'banner' },
        { kind: 'snippet', id: 'footer' },
      ]),
      scope(),
      parts([terms, footer, banner]),
    )
    assert.match(mail.html, /Banner[\s\S]*Terms &amp; conditions of Shop/)
    const sms = Template.parse({ kind: 'template', id: 's', channel: 'sms', text: 'Sale! {{ snippets.terms }}' })
    const short = await compileTemplate(sms, 1, parts([terms]))
    assert.ok(!isRefusal(short) && short.channel !== 'email')
    assert.deepEqual(renderText(short, scope()), { '/text': 'Sale! Terms & conditions of Shop' })
    const words = await rendered(template([{ kind: 'text', text: 'By {{ snippets.terms }}' }]), scope(), parts([terms]))
    assert.match(words.html, /By Terms &amp; conditions of Shop/)
    const unknown = await problemsOf(Template.parse({ kind: 'template', id: 's', channel: 'sms', text: '{{ snippets.nothing }}' }))
    assert.deepEqual(
      unknown.map(({ code }) => code),
      ['template.variable.unknown'],
    )
  })

  test('may not contain themselves, by any way round', () => {
    const a = Snippet.parse({
      kind: 'snippet',
      id: 'a',
      blocks: [{ kind: 'conditional', when: 'profile.x', blocks: [{ kind: 'snippet', id: 'b' }] }],
    })
    const b = Snippet.parse({
      kind: 'snippet',
      id: 'b',
      blocks: [
        { kind: 'snippet', id: 'c' },
        { kind: 'snippet', id: 'a' },
      ],
    })
    const c = Snippet.parse({ kind: 'snippet', id: 'c', text: 'c' })
    const all = new Map([a, b, c].map((each) => [each.id, each]))
    assert.deepEqual(
      cycleFrom('a', (id) => all.get(id)),
      ['a', 'b', 'a'],
    )
    assert.equal(
      cycleFrom('c', (id) => all.get(id)),
      undefined,
    )
    assert.deepEqual(
      snippetProblems(a, (id) => all.get(id)).map(({ code }) => code),
      ['snippet.cycle'],
    )
    assert.deepEqual(
      snippetProblems(a, () => undefined).map(({ code, at }) => `${code} ${at}`),
      ['snippet.unknown /blocks/0/blocks/0/id'],
    )
    assert.deepEqual(filledIn([{ kind: 'snippet', id: 'a' }], all), [
      { kind: 'conditional', when: 'profile.x', blocks: [{ kind: 'text', text: 'c', size: 'normal' }] },
    ] satisfies Block[])
  })

  test('a version goes on saying what it was published with', async () => {
    const at: Record<number, TemplateParts> = { 1: parts([terms]), 2: parts([{ ...terms, text: 'New terms' }]) }
    const library = templateLibrary({
      load: async () => template([{ kind: 'snippet', id: 'terms' }]),
      parts: async (_ws, _template, version) => at[version]!,
    })
    for (const [version, words] of [
      [1, /Terms &amp; conditions/],
      [2, /New terms/],
    ] as const) {
      const found = await library.compiled('w', 'spring', version)
      assert.ok(!isRefusal(found) && found.channel === 'email')
      const mail = render(found, scope())
      assert.ok(!isRefusal(mail))
      assert.match(mail.html, words)
    }
  })
})

test('a brand that cannot be read is refused with the ratio', () => {
  assert.equal(contrast('#000', '#ffffff').toFixed(2), '21.00')
  assert.equal(contrast('#777777', '#ffffff').toFixed(2), '4.48')
  assert.deepEqual(brandProblems(HOUSE), [])
  const pale = Brand.parse({ kind: 'brand', id: 'default', colours: { text: '#999999' } })
  assert.deepEqual(
    brandProblems(pale).map(({ at }) => at),
    ['/colours/text'],
  )
  assert.ok(!Brand.safeParse({ kind: 'brand', id: 'd', colours: { text: 'red;}' } }).success)
  assert.ok(!Brand.safeParse({ kind: 'brand', id: 'd', fonts: { body: 'Arial"><script>' } }).success)
})

suite('languages', () => {
  const of = template([{ kind: 'text', text: 'Hello' }], {
    locale: 'en',
    subject: 'Hello',
    locales: {
      de: { subject: 'Hallo', blocks: [{ kind: 'text', text: 'Guten Tag' }] },
      'de-AT': { subject: 'Servus' },
      ar: { subject: 'مرحبا', blocks: [{ kind: 'text', text: 'مرحبا' }] },
    },
  })
  test('everybody reads their own, or the nearest there is', async () => {
    const all = await compiled(of)
    const subjectFor = (profile: Scope['profile']): string => {
      const outcome = render(spokenTo(all, profile), scope(profile))
      assert.ok(!isRefusal(outcome))
      return outcome.subject
    }
    assert.equal(subjectFor({}), 'Hello')
    assert.equal(subjectFor({ locale: 'de-DE' }), 'Hallo')
    assert.equal(subjectFor({ locale: 'de_CH' }), 'Hallo')
    assert.equal(subjectFor({ language: 'DE-at' }), 'Servus')
    assert.equal(subjectFor({ locale: 'fr', language: 'de' }), 'Hello')
    assert.equal(subjectFor({ locale: { de: 1 } }), 'Hello')
  })

  test('the document says its language and direction, and the footer speaks it', async () => {
    const all = await compiled(of)
    const html = (locale: string): string => {
      const outcome = render(spokenTo(all, { locale }), scope())
      assert.ok(!isRefusal(outcome))
      return outcome.html
    }
    assert.match(html('en'), /<html lang="en" dir="ltr"/)
    assert.match(html('de'), /<html lang="de" dir="ltr"[\s\S]*Guten Tag[\s\S]*Abmelden/)
    assert.match(html('ar'), /<html lang="ar" dir="rtl"[\s\S]*text-align:right/)
    const plain = await rendered(
      EmailTemplate.parse({
        kind: 'template',
        id: 't',
        subject: 's',
        locale: 'fr',
        purpose: 'transactional',
        html: '<html><body>Bonjour</body></html>',
      }),
    )
    assert.match(plain.html, /^<html lang="fr" dir="ltr">/)
  })

  test('a mistake in one language is told with its place', async () => {
    const broken = template([{ kind: 'text', text: 'Hello' }], { locales: { de: { blocks: [{ kind: 'text', text: '{{ a | b }}' }] } } })
    assert.deepEqual(
      (await problemsOf(broken)).map(({ at }) => at),
      ['/locales/de/blocks/0/text:1:1'],
    )
    const push = Template.parse({
      kind: 'template',
      id: 'p',
      channel: 'push',
      title: 'Hi',
      body: 'There',
      locales: { de: { title: '{{ oops }}' } },
    })
    assert.deepEqual(
      (await problemsOf(push)).map(({ at }) => at),
      ['/locales/de/title'],
    )
  })
})
