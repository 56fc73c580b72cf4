import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from './browser.ts'
import { house } from './house.ts'
import { tour } from './tour.ts'

const at = house({ sample: 'shop' })

test('home tells in one answer, and quickly, what runs and what waits', async () => {
  const home = await at.ask('GET /api/home?days=28')
  assert.deepEqual(home.journeys.map(({ id }: { id: string }) => id).sort(), [
    'abandoned-cart',
    'kitchen-letter',
    'thank-you',
    'welcome',
    'win-back',
  ])
  for (const { entered, spark } of home.journeys) {
    assert.equal(spark.length, 28)
    assert.equal(
      entered,
      spark.reduce((sum: number, each: number) => sum + each, 0),
    )
  }
  assert.ok(home.messages.now.sent > 300)
  assert.ok(home.messages.now.opened <= home.messages.now.sent)
  assert.equal(home.fresh, false)
  const took: number[] = []
  for (let i = 0; i < 7; i++) {
    const began = performance.now()
    await at.ask('GET /api/home')
    took.push(performance.now() - began)
  }
  // 100 ms on a quiet machine; others test at the same time.
  assert.ok(took.sort((a, b) => a - b)[1]! < 400, took.join(' '))
})

test('the first steps can be put away, and come back', async () => {
  const { page } = await at.open('/')
  await page.getByRole('button', { name: 'Hide the first steps' }).click()
  await until('they are gone', async () => (await page.getByRole('region', { name: /First steps/ }).count()) === 0)
  await page.reload()
  await page.getByText('Live journeys').waitFor()
  assert.equal(await page.getByRole('region', { name: /First steps/ }).count(), 0)
  await page.goto(`${at.url}/first-steps`)
  await page.getByText('Publish a journey').waitFor()
  await page.context().close()
})

test('the steps that are done are ticked, and the others lead to where they are done', async () => {
  const { page } = await at.open('/')
  const list = page.getByRole('region', { name: /First steps/ })
  await list.getByText('Publish a journey').waitFor()
  assert.match((await list.getByRole('listitem').filter({ hasText: 'Publish a journey' }).textContent())!, /, done/)
  assert.equal(await list.getByRole('link', { name: 'Publish a journey' }).count(), 0)
  await list.getByRole('link', { name: 'Invite a colleague' }).click()
  await page.waitForURL(/\/settings\/people/)
  await at.ask('POST /api/invitations', { body: { email: 'new@shop.example', role: 'viewer' } })
  await page.goBack()
  await until('the step ticks itself', async () => (await page.getByRole('link', { name: 'Invite a colleague' }).count()) === 0)
  await page.context().close()
})

test('by keyboard alone: the range is changed, kept in the address, and back undoes it', async () => {
  const { page } = await at.open('/')
  const range = page.getByLabel('Range')
  await range.waitFor()
  await range.focus()
  await page.keyboard.press('ArrowDown')
  await page.waitForURL(/days=28/)
  await until('a month of days', async () => (await page.getByText('Entries by day, 28 days').count()) > 0)
  await page.goBack()
  await until('a week of days', async () => (await page.getByText('Entries by day, 7 days').count()) > 0)
  await page.context().close()
})

// With a colleague all steps are done: these come last.
tour(at, {
  'home-month': ['/?days=28', 'Win back'],
  'home-analyst': ['/', 'Win back', 'analyst'],
})
