import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { isRefusal } from '#lib/problem.ts'
import { compiled, parts, problemsOf, rendered, scope, template } from '../../test/fixtures/templates.ts'
import { htmlOf } from './adapters/mjml.ts'
import { render } from './adapters/templates.ts'
import { Blocks } from './blocks.ts'
import { mjmlOfBlocks } from './blocks-mjml.ts'
import { HOUSE } from './brand.ts'
import { richHtml } from './rich-text.ts'
import { EmailTemplate, type Rendered } from './schema.ts'

/** Names of tags and attributes in order: what text and data must not be able to change. */
const shapeOf = (html: string): string[] =>
  [...html.replace(/<!--[\s\S]*?-->/g, '').matchAll(/<(\/?[a-z][a-z0-9-]*)((?:[^>"']|"[^"]*"|'[^']*')*)>/gi)].map(
    ([, name = '', attributes = '']) => `${name} ${[...attributes.replace(/"[^"]*"|'[^']*'/g, '').matchAll(/[a-z:-]+(?==)/gi)].join(' ')}`,
  )

suite('a mail of blocks', () => {
  test('has its words, its links, a footer with address and way out, and a text part', async () => {
    const mail = await rendered(
      template([
        { kind: 'heading', text: 'Hello {{ profile.first_name | default: "friend" }}' },
        { kind: 'text', text: 'It is **spring**, see [the garden](https://shop.test/garden?x=1&y=2).\n\n- roses\n- *tulips*' },
        { kind: 'button', text: 'Go & see', href: 'https://shop.test/go?id={{ profile.id | url_encode }}' },
        { kind: 'image', src: 'https://shop.test/a.png', alt: 'A "rose"', width: 300 },
        { kind: 'coupon', code: '{{ entry.code }}', label: 'Your code' },
      ]),
      scope({ first_name: 'Ada', id: 'a b' }, { entry: { code: 'SPRING-7' } }),
    )
    assert.match(mail.html, /Hello Ada/)
    assert.match(mail.html, /<strong>spring<\/strong>/)
    assert.match(mail.html, /<ul[^>]*><li>roses<\/li><li><em>tulips<\/em><\/li><\/ul>/)
    assert.match(mail.html, /alt="A &quot;rose&quot;"/)
    assert.deepEqual(mail.links, ['https://shop.test/garden?x=1&y=2', 'https://shop.test/go?id=a+b'])
    assert.match(mail.html, /SPRING-7/)
    assert.match(mail.html, /1 Main St, Town/)
    assert.match(mail.html, /href="https:\/\/go\.test\/u\/t"[^>]*>Unsubscribe/)
    assert.match(mail.text, /Hello Ada[\s\S]*Go & see \[https:\/\/shop\.test\/go\?id=a\+b\][\s\S]*SPRING-7[\s\S]*1 Main St/)
    assert.deepEqual(await problemsOf(template([{ kind: 'text', text: 'Hi' }])), [], 'the brand brings address and way out')
  })

  test('keeps the footer that its author wrote, and a transactional one asks nobody to leave', async () => {
    const own = { kind: 'text', text: '{{ sender.postal_address }} [leave]({{ unsubscribe_url }})' }
    const mail = await rendered(template([own]))
    assert.equal(mail.html.match(/1 Main St/g)?.length, 1)
    assert.equal(mail.html.match(/go\.test\/u\/t/g)?.length, 1)
    const receipt = await rendered(template([{ kind: 'text', text: 'Paid' }], { purpose: 'transactional' }))
    assert.doesNotMatch(receipt.html, /Unsubscribe/)
    assert.match(receipt.html, /1 Main St/)
  })

  test('shows the branch that holds, and the variant that the slot took', async () => {
    const of = template([
      {
        kind: 'conditional',
        when: 'profile.plan == "gold" and profile.age > 3',
        blocks: [{ kind: 'heading', text: 'Gold' }],
        otherwise: [{ kind: 'text', text: 'Basic' }],
      },
      {
        kind: 'columns',
        columns: [
          { blocks: [{ kind: 'conditional', when: 'profile.vip', blocks: [{ kind: 'text', text: 'Very important' }] }] },
          { width: 40, blocks: [{ kind: 'text', text: 'Right' }] },
        ],
      },
      {
        kind: 'slot',
        id: 'hero',
        variants: { sea: [{ kind: 'text', text: 'The sea' }], hills: [{ kind: 'text', text: 'The hills' }] },
        otherwise: [{ kind: 'text', text: 'The town' }],
      },
    ])
    const gold = await rendered(of, scope({ plan: 'gold', age: 40, vip: true }, { slots: { hero: { variant: 'hills' } } } as never))
    for (const said of [gold.html, gold.text]) {
      assert.match(said, /Gold[\s\S]*Very important[\s\S]*Right[\s\S]*The hills/)
      assert.doesNotMatch(said, /Basic|The sea|The town/)
    }
    const basic = await rendered(of, scope({ plan: 'basic' }))
    assert.match(basic.html, /Basic[\s\S]*Right[\s\S]*The town/)
    assert.doesNotMatch(basic.html, /Gold|Very important|The hills/)
  })

  test('lists products from the data, as a grid and as a list, and no more than there are', async () => {
    const items = ['Lamp', 'Chair', 'Desk'].map((title, i) => ({
      title,
      price: `${i}9.00`,
      url: `https://shop.test/${i}`,
      image: `https://shop.test/${i}.png`,
    }))
    const hostile = { title: '"><script>', price: '1', url: 'javascript:alert(1)', image: 'x' }
    for (const layout of ['grid', 'list']) {
      const of = template([{ kind: 'products', from: 'entry.items', layout, limit: 5, button: 'Buy' }])
      const mail = await rendered(of, scope({}, { entry: { items } }))
      assert.deepEqual(
        [...mail.html.matchAll(/<strong>(\w+)<\/strong>/g)].map(([, name]) => name),
        ['Lamp', 'Chair', 'Desk'],
      )
      assert.equal(mail.links.length, 9)
      assert.doesNotMatch((await rendered(of)).html, /Buy/)
      const bad = await rendered(of, scope({}, { entry: { items: [hostile] } }))
      assert.doesNotMatch(bad.html, /<script|javascript:/)
    }
  })

  test('wears its brand', async () => {
    const brand = {
      kind: 'brand',
      id: 'default',
      colours: { primary: '#7a0019' },
      fonts: { body: 'Georgia, serif' },
      logo: { src: 'https://shop.test/logo.png', alt: 'Shop' },
      button: 'outline',
      footer: { text: 'Shop Ltd, **Reg. 7**', social: [{ name: 'Mastodon', href: 'https://social.test/@shop' }] },
    }
    const { html } = await rendered(template([{ kind: 'button', text: 'Go', href: 'https://a.test' }]), scope(), parts([], brand))
    assert.match(html, /border:2px solid #7a0019/)
    assert.match(html, /Georgia, serif/)
    assert.match(html, /alt="Shop" src="https:\/\/shop\.test\/logo\.png"/)
    assert.match(html, /<strong>Reg\. 7<\/strong>[\s\S]*Mastodon/)
  })

  test('says where something is wrong', async () => {
    const at = async (blocks: unknown) => (await problemsOf(template(blocks))).map((problem) => `${problem.code} ${problem.at}`)
    assert.deepEqual(
      await at([
        { kind: 'text', text: 'ok' },
        { kind: 'columns', columns: [{ blocks: [] }, { blocks: [{ kind: 'heading', text: '{{ x | shout }}' }] }] },
      ]),
      ['template.liquid /blocks/1/columns/1/blocks/0/text:1:1'],
    )
    assert.deepEqual(
      await at([
        { kind: 'columns', columns: [{ blocks: [{ kind: 'columns', columns: [{ blocks: [] }, { blocks: [] }] }] }, { blocks: [] }] },
      ]),
      ['template.blocks /blocks/0/columns/0/blocks/0'],
    )
    assert.deepEqual(await at([{ kind: 'text', text: '{{ profile.x | raw }}' }]), ['template.block.liquid /blocks/0/text'])
    assert.deepEqual(await at([{ kind: 'text', text: '{% break %}' }]), ['template.block.liquid /blocks/0/text'])
    assert.deepEqual(await at([{ kind: 'text', text: '{% if profile.a %}\n\n- one\n- two{% endif %}' }]), [
      'template.liquid /blocks/0/text:1:1',
    ])
    assert.deepEqual(await at([{ kind: 'button', text: 'x', href: 'javascript:alert(1)' }]), ['template.link.target /blocks/0/href'])
    assert.deepEqual(
      await at([
        { kind: 'text', text: 'a' },
        { kind: 'text', text: 'Hi {{ first_name }}' },
      ]),
      ['template.variable.unknown /blocks/1'],
    )
    assert.deepEqual([...new Set(await at([{ kind: 'mjml', mjml: '<mj-nothing />' }]))], ['template.mjml /blocks'])
    const shape = EmailTemplate.safeParse({
      kind: 'template',
      id: 't',
      subject: 's',
      blocks: [{ kind: 'columns', columns: [{ blocks: [{ kind: 'heading' }] }, { blocks: [] }] }],
    })
    assert.deepEqual(
      shape.error?.issues.map(({ path }) => path.join('/')),
      ['blocks/0/columns/0/blocks/0/text'],
    )
  })

  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).map((some) => some.replace(/[{}]/g, '(') || 'x')
  const nasty = fc.oneof(
    text,
    fc.constantFrom(
      '"><script>alert(1)</script>',
      "' onload='x",
      '</td></table>',
      '<!-- ',
      '-->',
      '{ {',
      '}',
      '\uE0000\uE001',
      '&lt;b&gt;',
      '</mj-text></mj-column>',
      ']]>',
      '**[a](https://x.test)**',
      '\\*',
    ),
  )
  const address = fc.oneof(
    fc.webUrl(),
    nasty.map((path) => `https://x.test/${path}`),
  )
  const leaf = fc.oneof(
    fc.record({ kind: fc.constant('heading'), text: nasty, level: fc.constantFrom(1, 2, 3) }),
    fc.record({ kind: fc.constant('text'), text: nasty, size: fc.constantFrom('small', 'normal', 'large') }),
    fc.record({ kind: fc.constant('image'), src: address, alt: nasty, href: address }),
    fc.record({ kind: fc.constant('button'), text: nasty, href: address, style: fc.constantFrom('primary', 'secondary') }),
    fc.record({ kind: fc.constantFrom('divider', 'spacer') }),
    fc.record({
      kind: fc.constant('products'),
      from: fc.constant('entry.items'),
      layout: fc.constantFrom('grid', 'list'),
      limit: fc.integer({ min: 1, max: 5 }),
    }),
    fc.record({ kind: fc.constant('coupon'), code: nasty, note: nasty }),
  )
  const inner = fc.array(
    fc.oneof(
      leaf,
      fc.record({
        kind: fc.constant('conditional'),
        when: fc.constant('profile.a'),
        blocks: fc.array(leaf, { maxLength: 2 }),
        otherwise: fc.array(leaf, { maxLength: 1 }),
      }),
    ),
    { maxLength: 3 },
  )
  const tree = fc.array(
    fc.oneof(
      leaf,
      fc.record({ kind: fc.constant('columns'), columns: fc.array(fc.record({ blocks: inner }), { minLength: 2, maxLength: 4 }) }),
      fc.record({ kind: fc.constant('conditional'), when: fc.constant('profile.a'), blocks: inner, otherwise: inner }),
      fc.record({ kind: fc.constant('slot'), id: fc.constant('hero'), variants: fc.record({ a: inner, b: inner }), otherwise: inner }),
    ),
    { maxLength: 4 },
  )
  /** The same blocks with tame words. */
  const tamed = (value: unknown, field = ''): unknown => {
    if (typeof value === 'string')
      return ['text', 'alt', 'code', 'note'].includes(field) ? 'x' : ['src', 'href'].includes(field) ? 'https://x.test/' : value
    if (Array.isArray(value)) return value.map((each) => tamed(each))
    if (value === null || typeof value !== 'object') return value
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, tamed(each, name)]))
  }
  const STYLED = /^\/?(?:p|strong|em|a|ul|ol|li|br)\b/

  test('whatever its blocks and words, it is strict MJML, and words change nothing but words', async () => {
    await fc.assert(
      fc.asyncProperty(tree, async (given) => {
        const shapes: string[][] = []
        for (const blocks of [given, tamed(given)]) {
          const { mjml, tokens } = mjmlOfBlocks({ blocks: Blocks.parse(blocks), brand: HOUSE, locale: 'en', purpose: 'marketing' })
          const html = await htmlOf(mjml)
          assert.ok(typeof html === 'string', JSON.stringify(html))
          // Rich text makes paragraphs, marks, links and lists, and nothing else.
          shapes.push(shapeOf(tokens.restore(html).replace(/\{[{%][\s\S]*?[}%]\}/g, '')).filter((tag) => !STYLED.test(tag)))
        }
        assert.deepEqual(shapes[0], shapes[1])
      }),
      { numRuns: Number(process.env['RUNS'] ?? 60) },
    )
  })

  test('whatever the data, they stay in the element and the attribute where they are shown', async () => {
    const of = await compiled(
      template([
        { kind: 'heading', text: '{{ profile.x }}' },
        { kind: 'text', text: '**{{ profile.x }}** [{{ profile.x }}](https://x.test/{{ profile.x }})\n\n- {{ profile.x }}' },
        { kind: 'image', src: 'https://x.test/{{ profile.x }}', alt: '{{ profile.x }}', href: '{{ profile.x }}' },
        { kind: 'button', text: '{{ profile.x }}', href: 'https://x.test/?q={{ profile.x }}' },
        { kind: 'coupon', code: '{{ profile.x }}', note: '{{ profile.x }}' },
        { kind: 'products', from: 'entry.items', limit: 1 },
      ]),
    )
    const shown = (x: string): Rendered => {
      const outcome = render(of, scope({ x }, { entry: { items: [{ title: x, url: x, image: `${x}!`, price: x }] } }))
      assert.ok(!isRefusal(outcome))
      return outcome
    }
    const tame = shapeOf(shown('x').html)
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary', minLength: 1 }),
          fc.constantFrom('"><script>', "'>", '{{ workspace.name }}', '{% if x %}', '**b**', '[a](https://evil.test)', '\uE0001\uE001'),
        ),
        (x) => {
          const { html, links } = shown(x)
          assert.deepEqual(shapeOf(html), tame)
          assert.ok(links.every((link) => /^https?:\/\//.test(link)))
          if (/[*{]/.test(x)) assert.doesNotMatch(html, /<strong>b<\/strong>|>Shop</)
        },
      ),
      { numRuns: Number(process.env['RUNS'] ?? 200) },
    )
  })
})

suite('rich text', () => {
  const style = { link: (href: string, label: string) => `<a href="${href}">${label}</a>`, block: '' }
  test('knows paragraphs, marks, links and lists', () => {
    assert.equal(
      richHtml('a **b *c* d**\nline\n\n1. x\n2. y', style),
      '<p>a <strong>b <em>c</em> d</strong><br />line</p>\n<ol><li>x</li><li>y</li></ol>',
    )
    assert.equal(richHtml('5 * 3 * 2, \\*no\\*, [a](b c)', style), '<p>5 <em> 3 </em> 2, *no*, [a](b c)</p>')
  })

  test('is always well formed, quickly, whatever is written', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom('*', '**', '[', ']', '(', ')', 'a', ' ', '\n', '- ', '1. ', '<', '"', '\\', '&'),
          maxLength: 300,
        }),
        (source) => {
          const open: string[] = []
          for (const [, close, name = ''] of richHtml(source, style).matchAll(/<(\/?)([a-z]+)[^>]*?>/g)) {
            if (name === 'br') continue
            if (close) assert.equal(open.pop(), name)
            else open.push(name)
          }
          assert.deepEqual(open, [])
        },
      ),
      { numRuns: Number(process.env['RUNS'] ?? 300) },
    )
    const started = performance.now()
    for (const evil of ['*'.repeat(20_000), '[a]('.repeat(5_000), '**a*'.repeat(5_000), '**a*b'.repeat(4_000)]) richHtml(evil, style)
    assert.ok(performance.now() - started < 2_000)
  })
})
