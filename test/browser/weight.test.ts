import assert from 'node:assert/strict'
import { access, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { webFolder } from '#app/web-assets.ts'
import type { ScreenParts } from '#app/web-pages.ts'
import { buildScreens } from '../fixtures/screens.ts'

const ROOT = join(import.meta.dirname, '../..')
before(buildScreens)

test('no screen weighs more than its budget', async () => {
  const parts = JSON.parse(await readFile(join(webFolder(ROOT), 'weights.json'), 'utf8')) as { what: string; size: number; limit: number }[]
  assert.ok(parts.length > 10, 'every screen that is loaded on its own is weighed')
  const over = parts.filter(({ size, limit }) => size > limit)
  assert.deepEqual(over, [], 'split the screen, or load the part when it is needed')
})

test('the page of every screen names the files that it is drawn by', async () => {
  const folder = join(ROOT, 'src/app/web/routes')
  const routes = await Promise.all((await readdir(folder)).map((file) => readFile(join(folder, file), 'utf8')))
  const screens = routes.join('').match(/component: lazyPart\(/g)?.length
  const parts = JSON.parse(await readFile(join(webFolder(ROOT), 'parts.json'), 'utf8')) as ScreenParts[]
  assert.equal(parts.filter(({ path }) => !path.includes('?')).length, screens, 'each route that shows a screen')
  for (const { path, scripts, styles } of parts) {
    assert.ok(scripts.length > 0, path)
    for (const file of [...scripts, ...styles]) await access(join(webFolder(ROOT), file))
  }
})
