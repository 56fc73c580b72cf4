// Forty ways of writing a script, as names of people and companies, in what colleagues write, in addresses and in what is exported: where the walk of `every-route-xss` does not come.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { launchBrowser } from '../browser/browser.ts'
import { buildScreens } from '../fixtures/screens.ts'
import { journey, template } from '../roads/world.ts'
import { hostileReceiver } from './hostile.ts'
import { PAYLOADS, RUN, walkIn } from './payloads.ts'
import { startTown, type Town } from './town.ts'

const every = (most: number): string => PAYLOADS.filter((each) => each.length <= most)[0]!

const receiver = await hostileReceiver()
after(() => receiver.server.close())

let town: Town
let browser: Browser
let person: string
let request: string
before(async () => {
  await buildScreens()
  town = await startTown({ ALLOW_PRIVATE_EGRESS: `127.0.0.1:${receiver.port}` })
  browser = await launchBrowser()
  await inhabit()
})
after(async () => {
  await browser?.close()
  await town?.stop()
})

async function inhabit(): Promise<void> {
  const { world } = town
  assert.equal(PAYLOADS.length, 40)
  await world.publish(template('hello', { subject: 'Hello', body: 'Hello' }))
  for (const [i, name] of PAYLOADS.entries()) {
    await world.call('identify', { userId: `p${i}`, traits: { name, note: name, email: `p${i}@people.example` } })
    await world.call('group', { userId: `p${i}`, groupId: `g${i}`, traits: { name, industry: name, [name.slice(0, 100)]: name } })
    await world.call('track', {
      userId: `p${i}`,
      event: name.slice(0, 190),
      properties: { note: name, url: `javascript:${RUN}` },
      context: { userAgent: name, library: { name: name.slice(0, 60), version: name.slice(0, 60) } },
    })
  }
  await world.call('track', {
    userId: 'p0',
    event: '=HYPERLINK("https://evil.test")',
    properties: { note: '=1+1', more: '@SUM(1)', minus: '-1+1' },
  })
  const draft = (kind: string, id: string, body: object) =>
    town.ask(`PUT /api/documents/${kind}/${id}/draft`, { cookie: town.cookies.marketer, body: { body: { kind, id, ...body } } })
  const words = every(90)
  for (const answer of [
    await draft('template', 'letter', {
      name: words,
      channel: 'email',
      subject: words,
      preheader: words,
      blocks: [{ kind: 'text', text: PAYLOADS.join('\n\n') }],
    }),
    await draft('snippet', 'terms', { name: words, blocks: [{ kind: 'text', text: words }] }),
    await draft('page', 'offers', { title: words, blocks: [{ kind: 'text', text: words }] }),
    await town.ask('POST /api/comments/template/letter', {
      cookie: town.cookies.marketer,
      body: { text: PAYLOADS.join(' ').slice(0, 1_900) },
    }),
  ])
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
  const policy = { kind: 'approval-policy', id: 'words', name: words, when: [{ kind: 'documents', kinds: ['template'] }], deadline: '2d' }
  const set = await town.ask('POST /api/documents/apply', {
    cookie: town.cookies.admin,
    body: { documents: [{ kind: policy.kind, id: policy.id, body: policy }] },
  })
  assert.equal(set.status, 200, JSON.stringify(set.body))
  const asked = await town.ask('POST /api/approvals', {
    cookie: town.cookies.marketer,
    body: {
      wanted: { kind: 'publish', drafts: [{ kind: 'template', id: 'letter' }] },
      title: words,
      note: PAYLOADS.join(' ').slice(0, 1_900),
    },
  })
  assert.equal(asked.status, 200, JSON.stringify(asked.body))
  request = (asked.body as { id: string }).id
  await world.pass({ minutes: 1 })
  await world.app.reported()
  person = await world.profileId('p0@people.example')
}

const walk = (paths: readonly string[]): Promise<string[]> => walkIn(town, browser, paths)

test('forty payloads on the screens of people, companies, data, content and approvals: text, nothing else', async () => {
  assert.deepEqual(
    await walk([
      '/people',
      '/companies',
      '/data/events',
      '/content/templates/letter?panel=checks',
      '/documents/template/letter?tab=yaml',
      `/approvals?open=${request}`,
      `/approvals?open=${request}&tab=messages`,
      `/approvals?open=${request}&tab=changes`,
      '/segments/new?from=cart',
      '/settings/policies?view=approvals',
    ]),
    [],
  )
})

test('what others’ servers answer is text: in the log of webhooks, at the message, in the life of the person', async () => {
  const { world } = town
  const url = `http://127.0.0.1:${receiver.port}/hook`
  const tried = await town.ask('POST /api/webhooks/test', { cookie: town.cookies.admin, body: { url, body: { note: PAYLOADS[0] } } })
  assert.equal(tried.status, 200, JSON.stringify(tried.body))
  await world.publish(journey('calls', 'Called', { steps: [{ kind: 'webhook', id: 'call', url }] }))
  await world.call('track', { userId: 'p0', event: 'Called' })
  await world.pass({ minutes: 1 })
  await world.app.reported()
  const { messages } = (await town.ask('GET /api/messages?journey=calls', { cookie: town.cookies.admin })).body as {
    messages: { id: string; sentence: string }[]
  }
  assert.equal(messages.length, 1)
  assert.deepEqual(
    await walk([
      '/developers/webhooks',
      `/developers/webhooks?url=${encodeURIComponent(url)}`,
      '/messages',
      `/messages/${messages[0]!.id}`,
      `/people/${person}`,
      '/data/held',
    ]),
    [],
  )
})

test('forty payloads in addresses: parameters, ids, tabs', async () => {
  // Five in each address.
  const some = (i: number): string => encodeURIComponent(PAYLOADS.slice((i % 8) * 5, (i % 8) * 5 + 5).join(' '))
  const places = [
    (text: string) => `/people?q=${text}`,
    (text: string) => `/content?q=${text}&channel=${text}`,
    (text: string) => `/data/live?event=${text}&person=${text}`,
    (text: string) => `/developers/debugger?message=${text}`,
    (text: string) => `/segments/new?when=${text}`,
    (text: string) => `/documents/template/${text}`,
    (text: string) => `/reports/channels?by=${text}`,
    (text: string) => `/journeys/x?fresh=${text}`,
    (text: string) => `/people/${text}`,
    (text: string) => `/messages?status=${text}`,
    (text: string) => `/settings/${text}`,
    (text: string) => `/${text}`,
  ]
  assert.deepEqual(await walk(places.map((place, i) => place(some(i)))), [])
})

test('public pages give back nothing of an address as markup, and are sent with a policy', async () => {
  for (const payload of PAYLOADS)
    for (const path of ['/u/', '/p/', '/w/', '/c/', '/status/']) {
      const response = await fetch(`${town.world.url}${path}${encodeURIComponent(payload)}?q=${encodeURIComponent(payload)}`, {
        headers: { accept: 'text/html' },
        redirect: 'manual',
      })
      const text = await response.text()
      assert.ok(response.status < 500, `${path} answered ${response.status}`)
      if (/html/.test(response.headers.get('content-type') ?? '')) {
        assert.ok(!text.includes(RUN), `${path} gives ${payload} back: ${text.slice(0, 300)}`)
        assert.match(response.headers.get('content-security-policy') ?? '', /default-src|script-src/, path)
      }
    }
})

test('what is exported for spreadsheets holds no formula', async () => {
  const response = await fetch(`${town.world.url}/api/profiles/${person}/events.csv`, { headers: { cookie: town.cookies.admin } })
  const csv = await response.text()
  assert.equal(response.status, 200, csv)
  assert.match(csv, /HYPERLINK/)
  assert.doesNotMatch(csv, /(^|,)"?[=+@-](?!\d+(\.\d+)?"?(,|$))/m)
})
