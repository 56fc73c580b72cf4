import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pagesOf } from './web-pages.ts'

const HTML = '<html><head><title>Cadenza</title></head><body></body></html>'
const screen = (path: string, name: string) => ({ path, scripts: [`assets/${name}.js`], styles: [`assets/${name}.css`] })
const page = pagesOf(HTML, [
  screen('/journeys/$id', 'canvas'),
  screen('/journeys/$id?tab', 'journey'),
  screen('/journeys/new', 'gallery'),
  screen('/', 'home'),
])
const named = (path: string) => [...page(path).matchAll(/href="\/assets\/(\w+)\.js"/g)].map(([, name]) => name)

test('a page names the files of its screen, and no other', () => {
  assert.deepEqual(named('/journeys/win-back?view=draft'), ['canvas'])
  assert.deepEqual(named('/journeys/win-back?view=draft&tab=outline'), ['journey'])
  assert.deepEqual(named('/'), ['home'])
  assert.match(page('/'), /<link rel="modulepreload" crossorigin href="\/assets\/home\.js"><\/head>/)
  assert.match(page('/'), /<link rel="preload" as="style" crossorigin href="\/assets\/home\.css">/)
})

test('an address that is written out goes before one that stands for many', () => {
  assert.deepEqual(named('/journeys/new'), ['gallery'])
})

test('an address of no screen gets the page as it was built', () => {
  for (const path of ['/journeys', '/journeys/', '/journeys/a/b', '/nothing']) assert.equal(page(path), HTML)
})
