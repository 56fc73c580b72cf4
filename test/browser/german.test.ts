import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { until } from './browser.ts'
import { house } from './house.ts'

const at = house()
const SRC = join(import.meta.dirname, '../../src')

/** Texts of at least two words in one part of a catalogue. */
const textsIn = (part: string): string[] =>
  Array.from(part.matchAll(/'((?:[^'\\\n]|\\.)*)'/g), ([, text]) => text ?? '').filter((text) => /^[A-Z]\S* \S/.test(text))

/** What the catalogues say in English and in no German text: whoever reads German must never see one of them. */
function english(): ReadonlySet<string> {
  const of = { en: new Set<string>(), de: new Set<string>() }
  for (const entry of readdirSync(SRC, { recursive: true, withFileTypes: true })) {
    if (!/\.tsx?$/.test(entry.name) || /\.test\./.test(entry.name)) continue
    const text = readFileSync(join(entry.parentPath, entry.name), 'utf8')
    for (const piece of text.split(/\bwords\(\s*\{/).slice(1)) {
      const turn = piece.search(/\{\s*de: \{/)
      if (turn < 0) continue
      for (const each of textsIn(piece.slice(0, turn))) of.en.add(each)
      for (const each of textsIn(piece.slice(turn))) of.de.add(each)
    }
  }
  return of.en.difference(of.de)
}

/** Names that somebody wrote into the shop's documents. */
const NAMES: ReadonlySet<string> = new Set(['Best hour', 'The server', 'Win back'])

const SCREENS: readonly string[] = [
  '/',
  '/first-steps',
  '/journeys',
  '/journeys/new',
  '/journeys/abandoned-cart',
  '/campaigns',
  '/calendar',
  '/people',
  '/companies',
  '/segments',
  '/segments/new',
  '/lists',
  '/messages',
  '/mailbox',
  '/content',
  '/content/brands',
  '/content/snippets',
  '/content/products',
  '/content/coupons',
  '/content/pages',
  '/approvals',
  '/data',
  '/developers',
  '/documents',
  '/goals',
  '/experiments',
  '/holdouts',
  '/models',
  '/reports',
  '/settings',
  '/account',
]

test('no screen shows a text of the English catalogue to whoever reads German', async () => {
  const foreign = english()
  assert.ok(foreign.size > 500, `only ${foreign.size} English texts were found: the search for them is broken`)
  const { page } = await at.open('/', { context: { locale: 'de-DE' } })
  const met: string[] = []
  try {
    for (const path of SCREENS) {
      await page.goto(at.url + path)
      await page.locator('h1').first().waitFor()
      await until('nothing is loading', async () => (await page.locator('[data-loading]').count()) === 0)
      assert.equal(await page.getAttribute('html', 'lang'), 'de', path)
      const shown = (await page.evaluate(
        `[...document.querySelectorAll('body, body *')].flatMap((e) => [...[...e.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data), e.getAttribute('aria-label'), e.title, e.placeholder]).filter((t) => typeof t === 'string' && t.trim() !== '').map((t) => t.trim())`,
      )) as string[]
      met.push(...new Set(shown.filter((text) => foreign.has(text) && !NAMES.has(text)).map((text) => `${path}: ${text}`)))
    }
  } finally {
    await page.context().close()
  }
  assert.deepEqual(met, [])
})

test('refusals and reasons are told in German to whoever reads German, and in English to a client that says nothing', async () => {
  const german = await at.answer('GET /api/segments/no-such-segment', { as: 'admin', headers: { 'accept-language': 'de' } })
  const english = await at.answer('GET /api/segments/no-such-segment', { as: 'admin' })
  assert.equal(german.status, 404)
  assert.equal(german.body.code, english.body.code)
  const { sentences: told } = await at.ask('GET /api/journeys/abandoned-cart', { as: 'admin', headers: { 'accept-language': 'de' } })
  const { sentences } = await at.ask('GET /api/journeys/abandoned-cart', { as: 'admin' })
  assert.deepEqual(Object.keys(told), Object.keys(sentences))
  for (const text of Object.keys(sentences)) assert.notEqual(told[text], sentences[text], text)
})
