import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { CheckPage, CheckTemplate, ListTemplateParts, TestTemplate } from '#content/check-api.ts'
import type { PreviewTemplate } from '#content/schema.ts'
import type { OutputOf } from '#lib/action.ts'
import { until } from '../fixtures/delivery.ts'
import { Refused, startWorld, type World } from './world.ts'

type Checked = OutputOf<typeof CheckTemplate>

const terms = (text: string) => ({ kind: 'snippet', id: 'terms', text })
const foot = { kind: 'snippet', id: 'foot', blocks: [{ kind: 'divider' }, { kind: 'snippet', id: 'terms' }] }
const spring = (more: object = {}) => ({
  kind: 'template',
  id: 'spring',
  locale: 'en',
  subject: 'Spring, {{ profile.first_name }}',
  preheader: 'Roses are back',
  blocks: [
    { kind: 'heading', text: 'Hello {{ profile.first_name | default: "friend" }}' },
    { kind: 'button', text: 'See the roses', href: 'https://shop.example/roses' },
    { kind: 'snippet', id: 'foot' },
  ],
  locales: {
    de: {
      subject: 'Frühling, {{ profile.first_name }}',
      blocks: [
        { kind: 'heading', text: 'Hallo' },
        { kind: 'snippet', id: 'terms' },
      ],
    },
  },
  ...more,
})
const journey = {
  kind: 'journey',
  id: 'spring-news',
  goal: { event: 'Order Completed', within: '7d' },
  entry: { event: 'Asked', reentry: { after: '1m' } },
  steps: [{ kind: 'email', id: 'mail', template: 'spring', otherwise: [] }],
}

suite('content on the whole road', () => {
  let world: World
  before(async () => {
    world = await startWorld()
    await world.publish(
      terms('Terms of spring'),
      foot,
      { kind: 'brand', id: 'default', colours: { primary: '#7a0019' } },
      spring(),
      journey,
    )
  })
  after(() => world.stop())

  const refusal = async (work: Promise<unknown>): Promise<string> => {
    try {
      await work
    } catch (error) {
      if (error instanceof Refused) return JSON.stringify(error.body)
      throw error
    }
    return ''
  }

  test('a journey sends blocks in the brand, in the language of the person', async () => {
    await world.identify('ada', { first_name: 'Ada' })
    await world.identify('bert', { first_name: 'Bert', locale: 'de-AT' })
    for (const person of ['ada', 'bert']) await world.track(person, 'Asked')
    await world.pass({ minutes: 1 })
    const [ada] = await world.mailTo('ada')
    assert.equal(ada?.subject, 'Spring, Ada')
    assert.match(ada.html, /lang="en"[\s\S]*Hello Ada[\s\S]*background:#7a0019[\s\S]*Terms of spring[\s\S]*1 Main Street/)
    assert.match(ada.link.click, /\/c\//)
    assert.match(ada.text, /Hello Ada/)
    const [bert] = await world.mailTo('bert')
    assert.equal(bert?.subject, 'Frühling, Bert')
    assert.match(bert.html, /lang="de"[\s\S]*Hallo[\s\S]*Terms of spring[\s\S]*Abmelden/)
    assert.match(await (await fetch(bert.link.unsubscribe)).text(), /<form/)
  })

  test('what was published is what is sent: a newer snippet waits for the next edition', async () => {
    await world.publish(terms('New terms'))
    const pinned = await world.api<OutputOf<typeof ListTemplateParts>>('GET /api/templates/spring/parts')
    assert.deepEqual(pinned.parts, [
      { kind: 'brand', id: 'default', version: 1, live: 1 },
      { kind: 'snippet', id: 'foot', version: 1, live: 1 },
      { kind: 'snippet', id: 'terms', version: 1, live: 2 },
    ])
    await world.track('ada', 'Asked')
    await world.pass({ minutes: 2 })
    assert.match((await world.mailTo('ada'))[1]!.html, /Terms of spring/)
    await world.publish(spring({ edition: 2 }))
    await world.track('ada', 'Asked')
    await world.pass({ minutes: 2 })
    assert.match((await world.mailTo('ada'))[2]!.html, /New terms/)
  })

  test('a snippet that templates stand on cannot be taken away, and a circle is refused', async () => {
    assert.match(await refusal(world.api('POST /api/documents/snippet/terms/archive', {})), /snippet\.unknown/)
    const circle = await refusal(
      world.publish(
        { kind: 'snippet', id: 'a', blocks: [{ kind: 'snippet', id: 'b' }] },
        { kind: 'snippet', id: 'b', blocks: [{ kind: 'snippet', id: 'a' }] },
      ),
    )
    assert.match(circle, /a → b → a/)
    assert.match(await refusal(world.publish(spring({ id: 'x', brand: 'nowhere' }))), /brand\.unknown/)
    assert.match(await refusal(world.publish({ kind: 'snippet', id: 'bad', mjml: '<mj-nothing />' })), /template\.mjml/)
    assert.match(await refusal(world.publish({ kind: 'brand', id: 'pale', colours: { text: '#aaaaaa' } })), /brand\.contrast/)
  })

  test('the check says who would read a gap, in which language, and asks the pages that are linked', async () => {
    await world.identify('cleo', { locale: 'fr-CA' })
    await world.pass({ seconds: 1 })
    const checked = await world.api<Checked>('POST /api/templates/check', { id: 'spring', links: true })
    const said = checked.findings.map(({ code, title, at, share }) => ({
      code,
      title,
      at,
      share: share === undefined ? undefined : Math.round(share * 100),
    }))
    assert.equal(checked.people, 3)
    assert.deepEqual(
      said.filter(({ code }) => code === 'variable.gap' || code === 'locale.missing'),
      [
        { code: 'variable.gap', title: '1 of 3 people have no profile.first_name', at: '/subject', share: 33 },
        { code: 'locale.missing', title: '1 of 3 people read “fr” and would get en', at: '/locales', share: 33 },
      ],
    )
    // Nobody answers for a reserved name: that is no proof that the page is gone, and none that it is there.
    assert.deepEqual(
      checked.links.map(({ url, state }) => [url, state]),
      [['https://shop.example/roses', 'unchecked']],
    )
    assert.ok(checked.sizes['']!.bytes > 1_000 && checked.sizes['de']!.bytes > 1_000)
    assert.equal(checked.findings.filter(({ severity }) => severity === 'error').length, 0)
    await world.publish({
      kind: 'provider',
      id: 'texting',
      channel: 'sms',
      type: 'twilio',
      settings: { accountSid: `AC${'0'.repeat(32)}`, from: '+15005550006' },
      secrets: { authToken: 'twilio-token' },
      cost: { currency: 'EUR', perUnit: 0.07 },
    })
    const sms = await world.api<Checked>('POST /api/templates/check', {
      draft: { kind: 'template', id: 's', channel: 'sms', text: `${'x'.repeat(200)} {{ snippets.terms }}` },
      people: 0,
    })
    assert.deepEqual(sms.sizes[''], { bytes: 0, segments: 2, cost: { amount: 0.14, currency: 'EUR' } })
    assert.deepEqual(
      sms.findings.map(({ code }) => code),
      ['sms.segments', 'sms.opt-out'],
    )
    const broken = await world.api<Checked>('POST /api/templates/check', {
      draft: { ...spring(), blocks: [{ kind: 'text', text: '{{ x | y }}' }] },
    })
    assert.deepEqual(
      broken.findings.map(({ code, at }) => `${code} ${at}`),
      ['template.liquid /blocks/0/text:1:1'],
    )
  })

  test('the preview speaks the language of the person, or the one that is asked for', async () => {
    const shown = (body: object) => world.api<OutputOf<typeof PreviewTemplate>>('POST /api/templates/preview', { id: 'spring', ...body })
    const bert = await shown({ profileId: await world.profileId('bert') })
    assert.equal(bert.rendered?.subject, 'Frühling, Bert')
    assert.equal(bert.locale, 'de')
    const asked = await shown({ profileId: await world.profileId('ada'), locale: 'de' })
    assert.equal(asked.rendered?.subject, 'Frühling, Ada')
    assert.equal((await shown({})).locale, 'en')
    assert.match((await shown({})).rendered!.html, /New terms/)
  })

  test('a test goes to colleagues only, is marked, and counts nowhere', async () => {
    const { total } = await world.report('spring-news')
    const people = async () => (await world.api<{ people: unknown[] }>('GET /api/profiles?q=')).people.length
    const known = await people()
    const sent = await world.api<OutputOf<typeof TestTemplate>>('POST /api/templates/test', {
      id: 'spring',
      to: ['Grace@shop.example'],
      locale: 'de',
      data: { profile: { first_name: 'Grace' } },
    })
    await world.pass({ minutes: 1 })
    assert.equal(sent.messages.length, 1)
    const [mail, ...others] = await world.mailTo('grace@shop.example')
    assert.equal(others.length, 0)
    assert.equal(mail?.subject, '[Test] Frühling, Grace')
    assert.equal(mail.link.click, '', 'its links lead straight to the pages')
    assert.match(mail.link.unsubscribe, /\/u\/test$/)
    assert.deepEqual((await world.report('spring-news')).total, total)
    assert.equal(await people(), known)
    assert.match(await refusal(world.api('POST /api/templates/test', { id: 'spring', to: ['stranger@people.example'] })), /test\.address/)
    assert.match(
      await refusal(world.api('POST /api/templates/test', { id: 'spring', to: Array.from({ length: 6 }, () => 'grace@shop.example') })),
      /Too big|at most|5/,
    )
  })

  test('a draft can be tested at an address that gave its code back', async () => {
    const to = 'qa@agency.example'
    await world.api('POST /api/test-addresses', { channel: 'email', address: to })
    await world.pass({ minutes: 1 })
    assert.match(
      await refusal(world.api('POST /api/test-addresses', { channel: 'email', address: to })),
      /^$/,
      'a minute later it may be asked again',
    )
    await world.pass({ minutes: 1 })
    const mails = await world.mailTo(to)
    const code = /code: (\d{6})/.exec(mails.at(-1)!.subject)![1]!
    const draft = { ...spring(), subject: 'Draft' }
    assert.match(await refusal(world.api('POST /api/templates/test', { draft, to: [to] })), /test\.address/)
    const wrong = code === '000000' ? '000001' : '000000'
    assert.match(
      await refusal(world.api('POST /api/test-addresses/confirm', { channel: 'email', address: to, code: wrong })),
      /test_address\.code/,
    )
    await world.api('POST /api/test-addresses/confirm', { channel: 'email', address: to, code })
    await world.api('POST /api/templates/test', { draft, to: [to] })
    await world.pass({ minutes: 1 })
    assert.equal((await world.mailTo(to)).at(-1)!.subject, '[Test] Draft')
    await world.api('POST /api/test-addresses/remove', { channel: 'email', address: to })
    assert.match(await refusal(world.api('POST /api/templates/test', { draft, to: [to] })), /test\.address/)
  })

  test('a page is served to readers and machines, without cookies, and may not run anything', async () => {
    const page = {
      kind: 'page',
      id: 'roses',
      slug: 'when-to-prune-roses',
      title: 'When to prune roses',
      summary: 'In early spring.',
      author: { name: 'Grace Green' },
      publisher: { name: 'The Road Shop' },
      published: '2026-02-01',
      modified: '2026-03-01',
    }
    const home = `${world.url}/pages/${world.workspace}`
    assert.equal((await fetch(`${home}/llms.txt`)).status, 404)
    const checked = await world.api<OutputOf<typeof CheckPage>>('POST /api/pages/check', { draft: page })
    assert.ok(checked.findings.some(({ code }) => code === 'geo.answer'))
    await world.publish(page)
    await until('the page is there', async () => (await fetch(`${home}/when-to-prune-roses`)).status === 200)
    const answer = await fetch(`${home}/when-to-prune-roses`)
    assert.equal(await answer.text(), checked.html)
    assert.match(
      answer.headers.get('content-security-policy')!,
      /^default-src 'none'; img-src https:; style-src 'sha256-[^']+'; base-uri 'none'/,
    )
    assert.equal(answer.headers.get('set-cookie'), null)
    const again = await fetch(`${home}/when-to-prune-roses`, { headers: { 'if-none-match': answer.headers.get('etag')! } })
    assert.equal(again.status, 304)
    assert.match(await (await fetch(`${home}/when-to-prune-roses.md`)).text(), /^# When to prune roses/)
    assert.match(await (await fetch(`${home}/llms.txt`)).text(), /when-to-prune-roses\.md/)
    assert.match(await (await fetch(`${home}/sitemap.xml`)).text(), /<lastmod>2026-03-01/)
    assert.match(await (await fetch(`${home}/robots.txt`)).text(), /Sitemap: /)
    assert.equal((await fetch(`${home}/nothing`)).status, 404)
    assert.equal((await fetch(`${world.url}/pages/..%2f/x`)).status, 404)
    assert.match(await refusal(world.publish({ ...page, data: [{ '@type': 'Product' }] })), /jsonld\.required/)
  })
})
