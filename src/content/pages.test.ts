import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import type { JsonObject } from '#lib/json.ts'
import { checkPage } from './geo-checks.ts'
import { llmsTxt, robotsPart, sitemap } from './geo-files.ts'
import { validateJsonLd } from './geo-vocabulary.ts'
import { piecesOf, plain } from './html-walk.ts'
import { Page, pageProblems } from './pages.ts'
import { jsonLdOf, pageHtml, pageMarkdown, plainOf } from './pages-write.ts'

const place = { url: 'https://go.test/pages/w/when-to-prune-roses', home: 'https://go.test/pages/w' }
const SUMMARY =
  'Prune roses in early spring, when forsythia blooms and hard frosts are over: cut dead and crossing shoots first, then shorten the rest by a third above an outward bud. Climbing roses keep their frame, and roses that bloom once are cut after flowering, in summer.'
const roses = {
  kind: 'page',
  id: 'roses',
  slug: 'when-to-prune-roses',
  title: 'When to prune roses',
  question: 'When should I prune my roses?',
  summary: SUMMARY,
  blocks: [
    { kind: 'heading', text: 'How far do I cut them back?' },
    {
      kind: 'text',
      text: 'By a third. In a trial 82 % of shortened roses bloomed longer ([RHS, 2025](https://rhs.example/trial)).\n\n- Dead shoots first\n- Then crossing ones',
    },
    {
      kind: 'table',
      caption: 'By kind',
      head: ['Rose', 'When'],
      rows: [
        ['Shrub', 'March'],
        ['Once-blooming', 'July'],
      ],
    },
  ],
  faq: [{ question: 'Can I prune in autumn?', answer: 'Only **lightly**: frost kills fresh shoots.' }],
  author: { name: 'Grace Green', jobTitle: 'Gardener', sameAs: ['https://orcid.example/1'] },
  publisher: { name: 'The Road Shop', url: 'https://shop.example', sameAs: ['https://social.example/shop'] },
  published: '2026-02-01',
  modified: '2026-03-01',
}
const page = (change: object = {}): Page => Page.parse({ ...roses, ...change })
const codes = (change: object = {}): string[] =>
  checkPage(page(change), place).map(({ code, at }) => (at === undefined || at === '' ? code : `${code} ${at}`))

suite('a page', () => {
  test('is whole without a script: one first heading, the answer first, dates, author, canonical', () => {
    const html = pageHtml(page(), place)
    assert.equal(html.match(/<h1>/g)?.length, 1)
    assert.match(
      html,
      /<h1>When to prune roses<\/h1><p><strong>When should I prune my roses\?<\/strong><\/p><div class="answer"><p>Prune roses/,
    )
    assert.match(html, /<link rel="canonical" href="https:\/\/go\.test\/pages\/w\/when-to-prune-roses">/)
    assert.match(html, /<time datetime="2026-02-01">/)
    assert.match(html, /<table><caption>By kind<\/caption>/)
    assert.deepEqual(
      [...html.matchAll(/<script([^>]*)>/g)].map(([, attributes]) => attributes),
      [' type="application/ld+json"'],
    )
  })

  test('its FAQ says the same in the structured data as on the page', () => {
    const of = page()
    const html = pageHtml(of, place)
    const data = JSON.parse(/<script type="application\/ld\+json">(.*?)<\/script>/s.exec(html)![1]!) as { '@graph': JsonObject[] }
    const faq = data['@graph'].find((each) => each['@type'] === 'FAQPage') as unknown as {
      mainEntity: { name: string; acceptedAnswer: { text: string } }[]
    }
    const visible = [...piecesOf(html)].map((piece) => (piece.kind === 'text' ? plain(piece.text) : '')).join('')
    assert.deepEqual(
      faq.mainEntity.map(({ name, acceptedAnswer }) => [name, acceptedAnswer.text]),
      [['Can I prune in autumn?', 'Only lightly: frost kills fresh shoots.']],
    )
    for (const { name, acceptedAnswer } of faq.mainEntity) assert.ok(visible.includes(name) && visible.includes(acceptedAnswer.text))
  })

  test('has a Markdown form with the same words', () => {
    const markdown = pageMarkdown(page(), place)
    assert.match(markdown, /^# When to prune roses\n\n\*\*When should I prune my roses\?\*\*\n\nPrune roses/)
    assert.match(markdown, /## How far do I cut them back\?[\s\S]*\| Shrub \| March \|[\s\S]*### Can I prune in autumn\?/)
  })

  test('whatever is written, it stays text: no element, attribute or script comes of it', () => {
    const shape = (html: string): string[] =>
      [...piecesOf(html)]
        .flatMap((piece) => (piece.kind === 'open' ? [`${piece.name} ${Object.keys(piece.attributes).join(' ')}`] : []))
        .filter((tag) => !/^(?:p|em|strong|a|ul|ol|li|br)\b/.test(tag))
    const nasty = fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }).map((text) => text.replace(/[{}]/g, '(').replace(/\p{Cc}/gu, ' ')),
      fc.constantFrom(
        '</script><script>alert(1)</script>',
        '"><img src=x onerror=alert(1)>',
        '<!--',
        ']]>',
        '\u2028',
        '</title>',
        '[a](javascript:alert)',
      ),
    )
    const tame = shape(
      pageHtml(
        page({
          title: 'x',
          summary: 'x',
          blocks: [
            { kind: 'heading', text: 'x' },
            { kind: 'image', src: 'https://a.test/x', alt: 'x', width: 1, height: 1 },
            { kind: 'quote', text: 'x', by: 'x' },
          ],
          faq: [{ question: 'x', answer: 'x' }],
        }),
        place,
      ),
    )
    fc.assert(
      fc.property(
        nasty.filter((text) => text.trim() !== ''),
        (x) => {
          const title = x.replace(/[\u2028\u2029]/g, ' ').trim() || 'x'
          const of = page({
            title,
            summary: x,
            blocks: [
              { kind: 'heading', text: title },
              { kind: 'image', src: 'https://a.test/x', alt: x, width: 1, height: 1 },
              { kind: 'quote', text: x, by: title },
            ],
            faq: [{ question: title, answer: x }],
          })
          const html = pageHtml(of, place)
          assert.deepEqual(shape(html), tame)
          assert.doesNotMatch(html, /href="javascript/)
          JSON.parse(/<script type="application\/ld\+json">(.*?)<\/script>/s.exec(html)![1]!)
        },
      ),
      { numRuns: Number(process.env['RUNS'] ?? 200) },
    )
  })

  test('its addresses are unique, its links lead out, its tables are whole', () => {
    const library = (other?: Page) => ({ get: () => other, ids: () => (other ? [other.id] : []) })
    assert.deepEqual(pageProblems(page(), library()), [])
    assert.deepEqual(
      pageProblems(page(), library(page({ id: 'twin' }))).map(({ code }) => code),
      ['page.slug'],
    )
    assert.deepEqual(
      pageProblems(page({ summary: '[a](javascript:x)' }), library()).map(({ code, at }) => `${code} ${at}`),
      ['page.link /summary'],
    )
    assert.deepEqual(
      pageProblems(page({ blocks: [{ kind: 'table', caption: 'c', head: ['a', 'b'], rows: [['1']] }] }), library()).map(({ code }) => code),
      ['page.table'],
    )
    assert.ok(!Page.safeParse({ ...roses, modified: '2025-01-01' }).success)
    assert.ok(!Page.safeParse({ ...roses, summary: 'Hello {{ profile.name }}' }).success)
  })
})

suite('what answer engines quote', () => {
  test('a good page has nothing to mend', () => assert.deepEqual(codes(), []))

  test('each weakness is found, and only that', () => {
    const cases: [object, string[]][] = [
      [{ summary: 'In spring.' }, ['geo.answer /summary']],
      [{ question: undefined, title: 'Roses' }, ['geo.question /question']],
      [{ question: undefined, title: 'When to prune roses' }, []],
      [
        {
          blocks: [
            ...roses.blocks,
            { kind: 'heading', text: 'Our shears' },
            { kind: 'text', text: 'Good.' },
            { kind: 'heading', text: 'Our spades' },
            { kind: 'text', text: 'Good.' },
          ],
        },
        ['geo.headings /blocks/3'],
      ],
      [{ blocks: [...roses.blocks, { kind: 'heading', text: 'Why?' }, { kind: 'divider' }] }, ['geo.section /blocks/3']],
      [
        { blocks: [...roses.blocks, { kind: 'heading', text: 'Why?' }, { kind: 'text', text: 'word '.repeat(90) }] },
        ['geo.section /blocks/4/text'],
      ],
      [{ blocks: [...roses.blocks, { kind: 'text', text: 'And 40 percent smell better.' }] }, ['geo.source /blocks/3/text']],
      [{ blocks: [{ kind: 'text', text: 'Just text.' }], faq: [] }, ['geo.structure', 'geo.citations']],
      [{ author: { name: 'G' } }, ['geo.author /author/sameAs']],
      [{ publisher: { name: 'S' } }, ['geo.publisher /publisher/sameAs']],
      [{ data: [{ '@type': 'Product', name: 'Shears' }] }, ['jsonld.required /data/0/image']],
      [{ data: [{ '@type': 'Product', name: 'Shears', image: 'https://a.test/x.png', nme: 'x' }] }, ['jsonld.property /data/0/nme']],
      [
        {
          data: [
            {
              '@type': 'Product',
              name: 'Shears',
              image: 'https://a.test/x.png',
              offers: { '@type': 'Offer', price: '12 EUR', priceCurrency: 'EUR' },
            },
          ],
        },
        ['jsonld.value /data/0/offers/price'],
      ],
      [{ data: [{ '@type': 'Spaceship' }] }, ['jsonld.type /data/0/@type']],
    ]
    for (const [change, expected] of cases) assert.deepEqual(codes(change), expected, JSON.stringify(change).slice(0, 200))
  })

  test('what we write ourselves is sound', () => {
    for (const object of jsonLdOf(page(), place)['@graph'] as JsonObject[]) assert.deepEqual(validateJsonLd(object, ''), [])
    assert.equal(plainOf('a **b** [c](https://d.test)\n\n- e').trim(), 'a b c e')
  })

  test('llms.txt, sitemap and robots name the pages', () => {
    const listed = [
      { page: page(), url: place.url },
      { page: page({ id: 'z', slug: 'extra', title: 'Extra [1]', section: 'Optional' }), url: 'https://go.test/pages/w/extra' },
    ]
    const text = llmsTxt('The Road Shop', listed)
    assert.match(
      text,
      /^# The Road Shop\n\n> [^\n]+\n\n## Pages\n\n- \[When to prune roses\]\(https:\/\/go\.test\/pages\/w\/when-to-prune-roses\.md\): Prune roses[^\n]+\n\n## Optional\n\n- \[Extra 1\]\(/,
    )
    assert.match(sitemap(listed), /<loc>https:\/\/go\.test\/pages\/w\/when-to-prune-roses<\/loc><lastmod>2026-03-01<\/lastmod>/)
    const robots = robotsPart('/pages/w/', 'https://go.test/pages/w/sitemap.xml')
    assert.match(robots, /User-agent: Claude-SearchBot[\s\S]*Allow: \/pages\/w\/[\s\S]*User-agent: GPTBot[\s\S]*Disallow: \/pages\/w\//)
  })
})
