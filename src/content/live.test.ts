import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import type { z } from 'zod'
import type { Json } from '#lib/json.ts'
import { isRefusal } from '#lib/problem.ts'
import { previewTemplate } from './actions.ts'
import { compileEmail, render } from './adapters/templates.ts'
import { idsOf, type Known, Product, presentable, productOf } from './catalogue.ts'
import { addressOf, addressPattern, answerOf } from './connected.ts'
import { CODE_SIGNS, codeOf } from './coupons.ts'
import { exposuresOf } from './live.ts'
import { recommend } from './recommend.ts'
import { EmailTemplate, type Scope } from './schema.ts'
import { byChance, byCondition, chosenTogether, hashOfVariant, type OpenSlot, Slot } from './slots.ts'

const scope = (more: object): Scope => ({
  profile: { first_name: 'Ada' },
  entry: {},
  event: {},
  message: { id: 'e1', at: '2026-11-22T10:00:00.000Z', topic: '', unsubscribe_url: 'https://go.test/u' },
  workspace: {},
  sender: { name: 'S', address: 's@s.test', postal_address: '1 Main St' },
  unsubscribe_url: 'https://go.test/u',
  ...more,
})
const slot = (given: object) => Slot.parse(given)
const variants = [{ id: 'gold', when: 'profile.plan == "gold"' }, { id: 'young', when: 'profile.age < 30' }, { id: 'all' }]
const open = (name: string, eligible: readonly string[]): OpenSlot => ({
  slot: name,
  model: '',
  variants: variants.map(({ id }) => ({ id, hash: '', eligible: eligible.includes(id) })),
})
const question = (slots: readonly OpenSlot[], key = 'e1') => ({ workspace: 'w', template: 't', version: 1, profile: 'p', key, slots })
const lone = (candidates: string[], key = 'e1') => ({ template: 't', slot: 'hero', key, candidates })

suite('a slot', () => {
  const hero = {
    by: 'conditions',
    variants: [
      { id: 'gold', body: '<mj-section><mj-column><mj-text>Golden {{ profile.first_name }}</mj-text></mj-column></mj-section>' },
      { id: 'plain', body: '<mj-section><mj-column><mj-text>Plain {{ slots.hero.line }}</mj-text></mj-column></mj-section>' },
    ],
    otherwise: { body: '<mj-section><mj-column><mj-text>Nothing else</mj-text></mj-column></mj-section>' },
  }
  const mail = (more: object = {}) =>
    EmailTemplate.parse({
      kind: 'template',
      id: 't',
      subject: 'Hi',
      purpose: 'transactional',
      mjml: '<mjml><mj-body><mj-section><mj-column><mj-text>Top</mj-text></mj-column></mj-section><slot name="hero" /></mj-body></mjml>',
      slots: { hero },
      ...more,
    })

  test('shows the body of the variant that was chosen, in HTML and in text, and its data stay text', async () => {
    const compiled = await compileEmail(mail(), 1)
    assert.ok(!isRefusal(compiled), isRefusal(compiled) ? JSON.stringify(compiled.refused) : '')
    const shown = (variant: string) => {
      const letter = render(compiled, scope({ slots: { hero: { variant, line: '<b>{{ x }}' } } }))
      assert.ok(!isRefusal(letter))
      return letter
    }
    assert.match(shown('gold').html, /Golden Ada/)
    assert.doesNotMatch(shown('gold').html, /Plain|Nothing else/)
    assert.match(shown('plain').html, /Plain &lt;b&gt;\{\{ x \}\}/)
    assert.match(shown('plain').text, /Plain <b>/)
    assert.match(shown('otherwise').html, /Nothing else/)
    assert.doesNotMatch(shown('').html, /Golden|Plain|Nothing else/, 'omitted')
  })

  test('is checked: places without a slot, conditions that cannot be read, variants that nobody gets', async () => {
    const codes = async (more: object) => {
      const compiled = await compileEmail(mail(more), 1)
      assert.ok(!isRefusal(compiled))
      return compiled.problems.map(({ code, severity }) => `${severity} ${code}`)
    }
    assert.deepEqual(await codes({}), ['warning template.slot'], 'the first is for everybody')
    assert.ok((await codes({ slots: undefined })).includes('error template.slot.unknown'))
    const broken = slot({ by: 'conditions', variants: [{ id: 'a', when: 'profile.plan ==' }, { id: 'b' }] })
    assert.ok((await codes({ slots: { hero: broken } })).some((code) => code.startsWith('error')))
  })

  test('is shown in a preview by its first variant, or by the one that the data name', async () => {
    const parts = {
      template: async () => undefined,
      sender: async () => undefined,
      attributes: async () => undefined,
      workspace: async () => ({}),
      now: () => 0,
    }
    const seen = async (data: Record<string, Record<string, z.core.util.JSONType>>) => {
      const preview = await previewTemplate({ draft: mail(), data }, 'w', parts)
      assert.ok(!isRefusal(preview) && preview.rendered)
      return preview.rendered.html
    }
    assert.match(await seen({ profile: { first_name: 'Bo' } }), /Golden Bo/)
    assert.match(await seen({ slots: { hero: { variant: 'plain', line: 'now' } } }), /Plain now/)
  })

  test('by conditions takes the first that holds, and otherwise when none does', () => {
    assert.deepEqual(byCondition(['young', 'all']), { variant: 'young', propensity: 1, by: 'condition' })
    assert.equal(byCondition([]).variant, 'otherwise')
  })

  test('by model believes a chooser only what is possible, and draws by hash without one: evenly, and always the same', async () => {
    const slots = [open('hero', ['gold', 'all']), open('foot', ['all']), open('none', [])]
    const said = async (variant: string, propensity: number) => {
      const hero = { variant, propensity, by: 'model:m:1' }
      return chosenTogether(question(slots), async () => ({ choices: { hero }, decisions: [{ id: 'd' }] }))
    }
    const believed = await said('all', 0.3)
    assert.deepEqual(believed.choices['hero'], { variant: 'all', propensity: 0.3, by: 'model:m:1', among: ['gold', 'all'] })
    assert.deepEqual(believed.choices['foot'], { variant: 'all', propensity: 1, by: 'chance', among: ['all'] })
    assert.equal(believed.choices['none']!.variant, 'otherwise')
    assert.equal(believed.decisions.length, 1)
    for (const [variant, propensity] of [
      ['young', 0.9],
      ['all', 0],
      ['all', 1.1],
    ] as const) {
      const { choices, decisions } = await said(variant, propensity)
      assert.equal(choices['hero']!.by, 'chance')
      assert.deepEqual(decisions, [])
    }
    const counts = { gold: 0, all: 0 }
    for (let i = 0; i < 2_000; i++) {
      const drawn = byChance(lone(['gold', 'all'], `e${i}`))
      assert.deepEqual(drawn, byChance(lone(['gold', 'all'], `e${i}`)))
      assert.equal(drawn.propensity, 0.5)
      counts[drawn.variant as 'gold' | 'all']++
    }
    assert.ok(Math.abs(counts.gold - 1_000) < 150, JSON.stringify(counts))
  })

  test('a chooser is asked once for all slots of a message, and never about what nobody may get', async () => {
    let asked = 0
    await chosenTogether(question([open('hero', ['gold']), open('foot', ['all', 'young']), open('none', [])]), async ({ slots }) => {
      asked++
      assert.deepEqual(
        slots.map(({ slot: name }) => name),
        ['hero', 'foot'],
      )
      return null
    })
    assert.equal(asked, 1)
  })

  test('a variant is another one when it shows something else, not when other people may get it', () => {
    const written = { fields: { who: 'you' }, body: '<p>a</p>' }
    assert.equal(hashOfVariant(written), hashOfVariant({ ...written }))
    assert.notEqual(hashOfVariant(written), hashOfVariant({ ...written, body: '<p>b</p>' }))
    assert.notEqual(hashOfVariant(written), hashOfVariant({ ...written, fields: { who: 'me' } }))
  })

  test('is told as what was shown: one line for a variant, one for each product', () => {
    const slots = {
      hero: { variant: 'gold', propensity: 1, by: 'condition' },
      more: {
        variant: 'products',
        propensity: 1,
        by: 'recommendation',
        shown: [
          { id: 'p1', by: 'recommendation:trending' },
          { id: 'p2', by: 'recommendation:popular' },
        ],
      },
    }
    assert.deepEqual(
      exposuresOf({ slots }, { template: 't', version: 2 }).map(({ slot, variant, item, by }) => [slot, variant, item, by]),
      [
        ['hero', 'gold', '', 'condition'],
        ['more', 'products', 'p1', 'recommendation:trending'],
        ['more', 'products', 'p2', 'recommendation:popular'],
      ],
    )
  })
})

const product = (id: string, more: Partial<Known> = {}): Known => ({
  ...Product.parse({ id, title: id, url: `https://s.test/${id}`, price: 10, currency: 'EUR' }),
  updatedAt: 1_000_000,
  trend: 0,
  demand: { units: 0, days: 0 },
  ...more,
})

suite('recommending', () => {
  const rules = {
    strategies: ['recently-viewed', 'popular'] as const,
    count: 3,
    least: 2,
    inStock: true,
    lowStock: false,
    notBought: true,
    category: undefined,
  }
  const lists = {
    'recently-viewed': [product('a'), product('b', { stock: 0 })],
    popular: [product('a'), product('c'), product('d'), product('e')],
  }

  test('goes through the rules in order, once each, without what is sold out or bought', () => {
    const found = recommend({ ...rules, strategies: [...rules.strategies] }, { lists, bought: new Set(['c']) })
    assert.deepEqual(
      found.map(({ product: { id }, by }) => `${id} ${by}`),
      ['a recently-viewed', 'd popular', 'e popular'],
    )
    assert.deepEqual(recommend({ ...rules, strategies: ['recently-viewed'] }, { lists, bought: new Set() }), [], 'fewer than least')
  })
})

suite('rows of a catalogue', () => {
  test('are read as shops write them, and what is wrong is said', () => {
    const read = (row: object) => productOf(row as Record<string, unknown>, 'USD')
    const made = read({
      'g:id': 7,
      Title: 'Tea',
      link: 'https://s.test/t',
      'g:price': '12,50 EUR',
      sale_price: '9.00',
      availability: 'out of stock',
      product_type: 'Home > Tea',
      colour: 'green',
    })
    assert.ok(typeof made !== 'string', String(made))
    assert.deepEqual(
      [made.id, made.price, made.sale_price, made.currency, made.stock, made.categories, made.attributes],
      ['7', 12.5, 9, 'EUR', 0, ['Home', 'Tea'], { colour: 'green' }],
    )
    assert.match(String(read({ id: 'x', title: 'T', url: 'javascript:alert(1)', price: 1 })), /^url: /)
    assert.match(String(read({ id: 'x', title: 'T', url: 'https://s.test', price: 'cheap' })), /^price: /)
    assert.match(String(read({ title: 'T' })), /^id: /)
  })

  test('ids are found where events carry them, and stale or sold out products are left out', () => {
    const entry: Json = {
      properties: { products: [{ product_id: 'a' }, { product_id: 7 }, { product_id: 'a' }, {} as Json, 'c'], product_id: 'z' },
    }
    assert.deepEqual(idsOf({ from: 'entry.properties.products' }, { entry }), ['a', '7', 'c'])
    assert.deepEqual(idsOf({ from: 'entry.properties.product_id' }, { entry }), ['z'])
    assert.deepEqual(idsOf({ from: 'entry.nowhere.products' }, { entry }), [])
    const all = [product('new'), product('old', { updatedAt: 0 }), product('gone', { stock: 0 })]
    const ids = (use: object) =>
      presentable(all, { inStock: false, max: 10, fresherThan: undefined, ...use }, 1_000_000 + 60_000).map(({ id }) => id)
    assert.deepEqual(ids({}), ['new', 'old', 'gone'])
    assert.deepEqual(ids({ inStock: true, fresherThan: '5m' }), ['new'])
    assert.deepEqual(ids({ max: 1 }), ['new'])
  })
})

suite('a coupon code', () => {
  test('has only signs that nobody mistakes, each as likely as another', () => {
    assert.doesNotMatch(CODE_SIGNS, /[0O1IL2Z5S8BUV]/)
    const counts = new Map<string, number>()
    for (let i = 0; i < 256; i++) {
      const code = codeOf(new Uint8Array(1).fill(i), { prefix: '', length: 1 })
      if (code !== undefined) counts.set(code, (counts.get(code) ?? 0) + 1)
    }
    assert.equal(counts.size, CODE_SIGNS.length)
    assert.equal(new Set(counts.values()).size, 1, 'no sign is favoured')
    assert.match(
      codeOf(
        new Uint8Array(40).map((_, i) => i),
        { prefix: 'TEA', length: 12 },
      )!,
      /^TEA-\w{4}-\w{4}-\w{4}$/,
    )
  })
})

suite('the address of connected data', () => {
  test('stays with its host and below its path, whatever the values', () => {
    const pattern = addressPattern('https://api.test/v1/{{ profile.city }}/now?for={{ profile.name }}')
    assert.ok(!isRefusal(pattern))
    const value = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('..', '.', '%2e%2e', '../../admin', '@evil.test', '//evil.test', '?a=b', '#x', '\\..\\', '\ud800'),
    )
    fc.assert(
      fc.property(value, value, (city, name) => {
        const made = addressOf(pattern, [city, name])
        if (isRefusal(made)) {
          assert.ok(city === '.' || city === '..', JSON.stringify(city))
          return
        }
        const url = new URL(made)
        assert.equal(url.origin, 'https://api.test')
        assert.match(url.pathname, /^\/v1\/[^/]*\/now$/)
        assert.deepEqual([...url.searchParams.keys()], ['for'])
        assert.equal(url.searchParams.get('for'), name.toWellFormed())
        assert.equal(url.hash, '')
      }),
    )
  })

  test('has its host written out, and nothing of Liquid but outputs', () => {
    for (const url of [
      '{{ profile.url }}',
      'https://{{ profile.host }}/x',
      'https://api.test{{ profile.x }}',
      'https://u:p@api.test/',
      'ftp://api.test/',
      'https://api.test/{% if x %}',
      'https://api.test/#{{ x }}',
      'https://api.test:99999/',
    ])
      assert.ok(isRefusal(addressPattern(url)), url)
  })

  test('answers are JSON of at most 64 KB', () => {
    assert.deepEqual(answerOf('{"a":1}'), { value: { a: 1 } })
    assert.equal(answerOf('<html>'), undefined)
    assert.equal(answerOf(`"${'x'.repeat(70_000)}"`), undefined)
  })
})
