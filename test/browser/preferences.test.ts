import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { confirmPages, preferencesPage } from '#app/preference-pages.ts'
import { LANGUAGES, type Language, WORDS } from '#app/preference-words.ts'
import { linkKeys } from '#channels/adapters/keys.ts'
import { startWorld, type World } from '../roads/world.ts'
import { launchBrowser, openPage, overflow, violations } from './browser.ts'

const SECRET = 'a secret of at least thirty-two characters'
let world: World
let browser: Browser
let link = ''
before(async () => {
  browser = await launchBrowser()
  world = await startWorld({ env: { SECRET_KEY: SECRET } })
  await world.publish(
    {
      kind: 'topic',
      id: 'offers',
      texts: { en: { name: 'Offers', description: 'What is on sale this week' }, ar: { name: 'عروض' } },
      channels: { email: 'consent', sms: 'consent' },
    },
    {
      kind: 'topic',
      id: 'arabic',
      texts: { ar: { name: 'نصائح', description: 'كل أسبوع' } },
      channels: { email: 'legitimate-interest' },
      default: 'on',
    },
  )
  await world.identify('ada')
  await world.settled()
  const profile = await world.profileId('ada')
  const token = linkKeys(SECRET).token({
    kind: 'preferences',
    ws: world.workspace,
    profile,
    effect: 'e:1',
    channel: 'email',
    address: 'ada@people.example',
  })
  link = `${world.url}/p/${token}`
})
after(async () => {
  await browser?.close()
  await world?.stop()
})

test('the preference centre is accessible (WCAG 2.2 AA) in both themes, in every language, on a phone, and works by keyboard alone', async () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page, wrong } = await openPage(browser, world.url, { colorScheme, viewport: { width: 360, height: 740 } })
    for (const language of Object.keys(LANGUAGES)) {
      await page.goto(`${link}?lang=${language}`)
      assert.equal(await page.locator('html').getAttribute('lang'), language)
      assert.deepEqual(await violations(page), [], `${colorScheme} ${language}`)
      assert.equal(await overflow(page), 0)
    }
    await page.goto(link)
    const box = page.getByRole('group', { name: 'Offers' }).getByRole('checkbox', { name: 'E-mail' })
    const was = await box.isChecked()
    await box.focus()
    await page.keyboard.press('Space')
    await page.getByRole('button', { name: 'Save' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('status').waitFor()
    assert.equal(await page.getByRole('group', { name: 'Offers' }).getByRole('checkbox', { name: 'E-mail' }).isChecked(), !was)
    assert.equal(await page.locator('legend[lang=ar]').getAttribute('dir'), 'auto')
    assert.deepEqual(await violations(page), [], `${colorScheme} after saving`)
    await page.getByRole('button', { name: 'Pause' }).click()
    await page
      .getByText(/^Paused until/)
      .first()
      .waitFor()
    assert.deepEqual(await violations(page), [], `${colorScheme} paused`)
    await page.getByRole('button', { name: 'End the break' }).click()
    await page.getByRole('status').waitFor()
    // The browser asks for an icon of the site by itself.
    assert.deepEqual(
      wrong.filter((each) => !each.includes('404')),
      [],
    )
    await page.context().close()
    await world.settled()
  }
})

test('the other pages are accessible too: a broken link, a question, its answer, its end', async () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page } = await openPage(browser, world.url, { colorScheme })
    await page.goto(`${world.url}/p/nonsense`)
    assert.deepEqual(await violations(page), [])
    for (const language of Object.keys(LANGUAGES) as Language[]) {
      const about = { language, address: 'ada@people.example', topic: 'Offers' }
      for (const text of [confirmPages.ask(about), confirmPages.done({ ...about, preferences: '/p/x' }), confirmPages.late(language)]) {
        await page.setContent(text)
        assert.deepEqual(await violations(page), [], `${colorScheme} ${language}`)
      }
    }
    await page.context().close()
  }
})

test('no language lacks a word or a place in it', () => {
  const places = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(([place]) => place).sort()
  for (const [language, words] of Object.entries(WORDS))
    for (const [name, text] of Object.entries(WORDS.en)) {
      if (typeof text !== 'string') continue
      const theirs = words[name as keyof typeof words] as string
      assert.ok(theirs.length > 0, `${language} ${name}`)
      assert.deepEqual(places(theirs), places(text), `${language} ${name}`)
    }
  const html = preferencesPage({
    language: 'en',
    address: '"><b>@x.example',
    topics: [{ id: 'a', lang: 'en" x="', name: '<i>', description: '&', channels: [{ channel: 'email', on: true, state: 'pending' }] }],
    blocked: true,
    pausedUntil: 0,
    zone: 'UTC',
    done: 'paused',
  })
  assert.doesNotMatch(html, /<i>|<b>|en" x=/, 'whatever the texts hold')
})
