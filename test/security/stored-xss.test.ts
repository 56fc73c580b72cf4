// HTML that a marketer writes, and where sign-in leads; texts of others on every screen are in `every-route-xss`.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { launchBrowser } from '../browser/browser.ts'
import { buildScreens } from '../fixtures/screens.ts'
import { journey } from '../roads/world.ts'
import { startTown, type Town } from './town.ts'

let town: Town
let browser: Browser
before(async () => {
  await buildScreens()
  town = await startTown()
  browser = await launchBrowser()
})
after(async () => {
  await browser?.close()
  await town?.stop()
})

interface Looked {
  readonly page: Page
  readonly dialogs: string[]
}

async function look(path: string, cookie: string): Promise<Looked> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 1200 }, reducedMotion: 'reduce' })
  const [name = '', value = ''] = cookie.split(';')[0]!.split(/=(.*)/s)
  await context.addCookies([{ name, value, url: town.world.url }])
  const page = await context.newPage()
  const dialogs: string[] = []
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message())
    void dialog.dismiss()
  })
  await page.goto(town.world.url + path)
  return { page, dialogs }
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
  await world.identify('ada')
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
  for (const [i, to] of [
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
  ].entries()) {
    // Ten times a minute nobody may sign in.
    const role = i % 2 === 0 ? 'viewer' : 'marketer'
    const { page, dialogs } = await look(`/sign-in?to=${encodeURIComponent(to)}`, 'none=1')
    try {
      await town.world.app.parts.work.query('delete from auth_rate_limits')
      await page.getByLabel('E-mail').fill(`town-${role}@town.example`)
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
