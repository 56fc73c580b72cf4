// Every text that a stranger or a marketer may choose, on every screen, in a real browser.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { launchBrowser } from '../browser/browser.ts'
import { until } from '../fixtures/delivery.ts'
import { buildScreens } from '../fixtures/screens.ts'
import { journey, template } from '../roads/world.ts'
import { startTown, type Town } from './town.ts'

/** Leaves an element behind, or opens a dialog, where it is taken for HTML; each text says where it came from. */
const hostile = (where: string): string =>
  `${where} "'><img src=x data-harm="1" onerror="alert('${where}')"><svg data-harm="1" onload="alert(2)"></svg></script></title></textarea><script data-harm="1">alert(3)</script><a data-harm="1" href="javascript:alert(4)">x</a>{{constructor.constructor('alert(5)')()}}`
const ATTACK = /onerror|data-harm/

let town: Town
let browser: Browser
let profile: string
let message: string
let mail: string
before(async () => {
  await buildScreens()
  town = await startTown()
  browser = await launchBrowser()
  await inhabit()
})
after(async () => {
  await browser?.close()
  await town?.stop()
})

/** What strangers send to the public address, and what a marketer writes. */
async function inhabit(): Promise<void> {
  const { world } = town
  await world.api('PUT /api/workspace', { name: hostile('workspace').slice(0, 120), postalAddress: hostile('postal') })
  await world.publish(
    template('hello', { subject: `Hello {{ profile.name }}`, body: '{{ profile.note }} {{ event.note }}' }),
    { kind: 'list', id: 'guests', name: hostile('list').slice(0, 200), description: hostile('list-description') },
    { kind: 'segment', id: 'everybody', name: hostile('segment').slice(0, 200), when: 'profile.country == "NO"' },
    journey('welcome', hostile('entry').slice(0, 190), {
      name: hostile('journey').slice(0, 120),
      entry: { event: hostile('event').slice(0, 190), reentry: 'always' },
      steps: [
        { kind: 'email', id: 'hello', template: 'hello', name: hostile('step').slice(0, 100) },
        { kind: 'hold', id: 'ask', for: 'approvals:decide', upTo: '3d', note: hostile('note').slice(0, 200) },
      ],
    }),
  )
  const context = {
    userAgent: hostile('agent'),
    locale: hostile('locale'),
    page: { url: `javascript:alert(6)//${hostile('page')}`, referrer: hostile('referrer'), title: hostile('title') },
    campaign: { source: hostile('utm'), name: 'javascript:alert(7)' },
  }
  const person = { userId: 'ada', context }
  await world.call('identify', {
    ...person,
    traits: {
      email: 'ada@people.example',
      country: 'NO',
      name: hostile('name'),
      note: hostile('trait'),
      [hostile('trait-name').slice(0, 200)]: 'x',
    },
  })
  await world.call('identify', { userId: hostile('user').slice(0, 300), traits: { name: hostile('second'), country: 'NO' }, context })
  await world.call('track', {
    ...person,
    event: hostile('event').slice(0, 190),
    properties: { note: hostile('property'), [hostile('key').slice(0, 200)]: 1 },
  })
  await world.call('page', {
    ...person,
    name: hostile('page-name').slice(0, 190),
    properties: { url: 'javascript:alert(8)', path: hostile('path') },
  })
  await world.pass({ minutes: 5 })
  await world.app.reported()
  await world.api('POST /api/keys', { kind: 'write', name: hostile('key-name').slice(0, 100) })
  profile = await world.profileId('ada@people.example')
  message = (await world.messages('ada@people.example'))[0]!.id
  mail = (await world.api<{ mail: { id: string }[] }>('GET /api/mailbox')).mail[0]!.id
}

interface Looked {
  readonly page: Page
  readonly dialogs: string[]
  /** What the browser said of the content security policy, and errors of scripts. */
  readonly said: string[]
}

async function look(path: string, cookie: string): Promise<Looked> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 1200 }, reducedMotion: 'reduce' })
  const [name = '', value = ''] = cookie.split(';')[0]!.split(/=(.*)/s)
  await context.addCookies([{ name, value, url: town.world.url }])
  const page = await context.newPage()
  const [dialogs, said]: [string[], string[]] = [[], []]
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message())
    void dialog.dismiss()
  })
  page.on('pageerror', (error) => said.push(`thrown: ${error.message}`))
  page.on('console', (line) => {
    if (/Content Security Policy|Refused to|Blocked script/i.test(line.text())) said.push(line.text())
  })
  await page.goto(town.world.url + path)
  return { page, dialogs, said }
}

const harmed = async (page: Page): Promise<number> => {
  const counts = await Promise.all(page.frames().map((frame) => frame.locator('[data-harm]').count()))
  return counts.reduce((sum, each) => sum + each, 0)
}

/** Address → whether texts of others stand on it. */
const screens = (): readonly (readonly [path: string, shows: boolean])[] => [
  ['/', true],
  ['/journeys', true],
  ['/journeys/welcome', true],
  ['/journeys/welcome?step=hello', true],
  ['/journeys/welcome?step=ask', true],
  ['/journeys/welcome?tab=outline', true],
  ['/journeys/welcome?tab=report', true],
  ['/journeys/welcome?tab=code', true],
  ['/journeys/welcome/people?of=inside', true],
  ['/people', true],
  [`/people?q=${encodeURIComponent(hostile('search'))}`, false],
  [`/people/${profile}`, true],
  [`/people/${profile}?why=welcome`, true],
  [`/people/${encodeURIComponent(hostile('id'))}`, false],
  ['/segments', true],
  ['/segments/everybody', true],
  ['/segments/new', false],
  ['/messages', true],
  [`/messages/${message}`, true],
  [`/messages?status=${encodeURIComponent(hostile('status'))}`, false],
  ['/mailbox', true],
  [`/mailbox/${mail}`, true],
  ['/settings/keys', true],
  ['/settings/connect', false],
  [`/settings/${encodeURIComponent(hostile('part'))}`, false],
  [`/${encodeURIComponent(hostile('nowhere'))}`, false],
]

test('what strangers and marketers write is text on every screen: no dialog, no element of theirs, no word of the policy (Mautic CVE-2020-35124)', async () => {
  const unseen: string[] = []
  for (const [path, shows] of screens()) {
    const { page, dialogs, said } = await look(path, town.cookies.admin)
    try {
      await page.waitForLoadState('networkidle')
      if (shows)
        await until(`${path} shows what they wrote`, async () => ATTACK.test((await allText(page)) ?? ''), 40_000).catch(
          () => void unseen.push(path),
        )
      assert.deepEqual([dialogs, said, await harmed(page)], [[], [], 0], path)
    } finally {
      await page.context().close()
    }
  }
  assert.deepEqual(unseen, [], 'screens on which nothing hostile stood: they show nothing about these')
})

/** Text of the page and its frames, with the attributes that people see. */
async function allText(page: Page): Promise<string> {
  const texts = await Promise.all(page.frames().map(async (frame) => `${await frame.locator('body').textContent()} ${await frame.title()}`))
  const titles = await page
    .locator('[title], [aria-label], input, textarea')
    .evaluateAll((found) =>
      found.map((each) => `${each.getAttribute('title')} ${each.getAttribute('aria-label')} ${(each as { value?: string }).value ?? ''}`),
    )
  return [...texts, ...titles].join(' ')
}

test('a marketer’s own HTML runs nothing, neither in the app nor opened by itself, and knows no cookie (listmonk CVE-2026-21483)', async () => {
  const { world } = town
  const html = `<!doctype html><html><head><title>x</title></head><body><p>Marketers' words {{ sender.postal_address }} <a href="{{ unsubscribe_url }}">out</a></p><script>alert(document.cookie)</script><img src="x" alt="" onerror="alert(1)"><iframe src="javascript:alert(2)"></iframe><form action="/api/keys" method="post"><button>Win</button></form><a href="javascript:alert(3)">x</a></body></html>`
  const saved = await town.ask('PUT /api/documents/template/own/draft', {
    cookie: town.cookies.marketer,
    body: { body: { kind: 'template', id: 'own', purpose: 'transactional', subject: 'Own', html } },
  })
  assert.equal(saved.status, 200)
  await world.publish({ kind: 'template', id: 'own', purpose: 'transactional', subject: 'Own', html })
  await world.publish(journey('own', 'Own Asked', { steps: [{ kind: 'email', id: 'own', template: 'own', lane: 'transactional' }] }))
  await world.track('ada', 'Own Asked')
  await world.pass({ minutes: 1 })
  const sent = (await world.messages('ada@people.example')).at(-1)!
  const received = (await world.api<{ mail: { id: string; subject: string }[] }>('GET /api/mailbox')).mail.find(
    ({ subject }) => subject === 'Own',
  )!
  for (const path of [
    `/messages/${sent.id}`,
    `/mailbox/${received.id}`,
    `/view/messages/${sent.id}`,
    `/view/mailbox/${received.id}?images=1`,
  ]) {
    const { page, dialogs } = await look(path, town.cookies.admin)
    try {
      // The mail's own frames are none of ours: what counts is the frame that it stands in.
      const words = path.startsWith('/view/') ? page.locator('body') : page.frameLocator('iframe').first().locator('body')
      await words.getByText("Marketers' words").first().waitFor({ timeout: 10_000 })
      assert.deepEqual(dialogs, [], path)
    } finally {
      await page.context().close()
    }
  }
})

test('after sign-in nobody is led elsewhere, however the address is written (Mautic CVE-2025-5256)', async () => {
  for (const to of [
    '//evil.test',
    '\\\\evil.test',
    '/\\evil.test',
    'https:evil.test',
    'https://evil.test',
    '/\t/evil.test',
    'javascript:alert(1)',
    ' //evil.test',
    '/%2f/evil.test',
    '///evil.test',
  ]) {
    const { page, dialogs } = await look(`/sign-in?to=${encodeURIComponent(to)}`, 'none=1')
    try {
      await town.world.app.parts.work.query('delete from auth_rate_limits')
      await page.getByLabel('E-mail').fill('town-viewer@town.example')
      await page.getByLabel('Password').fill('a long and good password')
      await page.keyboard.press('Enter')
      await page.waitForURL((url) => url.pathname !== '/sign-in')
      await page.waitForLoadState('networkidle')
      assert.deepEqual([new URL(page.url()).origin, dialogs], [town.world.url, []], to)
    } finally {
      await page.context().close()
    }
  }
})
