// The list of what chance compares asks for no report: each is read in the background, or when somebody wants to see it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dress, overflow, violations } from './browser.ts'
import { house } from './house.ts'

const at = house()

test('a list of experiments reads none of them; one that no night has read yet is read when it is asked for', async () => {
  const { experiments } = await at.ask('GET /api/experiments')
  assert.ok(experiments.length > 0)
  const { page, wrong } = await at.open('/')
  const read: string[] = []
  page.on('request', (request) => {
    const { pathname } = new URL(request.url())
    if (pathname.startsWith('/api/experiments/')) read.push(decodeURIComponent(pathname.slice('/api/experiments/'.length)))
  })
  await page.goto(`${at.url}/experiments`)
  const list = page.getByRole('table', { name: 'Experiments' })
  await list.getByText('Not read yet').first().waitFor()
  assert.deepEqual(read, [])
  for (const [theme, width] of [
    ['light', 1440],
    ['dark', 390],
  ] as const) {
    await dress(page, theme, width)
    assert.deepEqual(await violations(page), [])
    assert.ok((await overflow(page)) <= 0)
  }
  await dress(page, 'light', 1440)
  const [first] = experiments
  const line = list.getByRole('row').filter({ hasText: first.title }).first()
  await line.getByRole('button', { name: `Read now: ${first.title}`, exact: true }).click()
  await line.getByText('Not read yet').waitFor({ state: 'detached' })
  assert.deepEqual([...new Set(read)], [first.key])
  assert.deepEqual(wrong, [])
  if (process.env['PICTURES']) await page.screenshot({ path: `${process.env['PICTURES']}/experiments.png` })
  await page.context().close()
})
