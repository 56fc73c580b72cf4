// The walk through the app as somebody sees it who reads German: no word of it is English but what people wrote into the sample.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { KINDS } from '#app/kinds.ts'
import { hasScreen, toPlainDocument } from '#kit/paths.ts'
import { until } from './browser.ts'
import { house } from './house.ts'
import { arrived, follow, furnish, inside } from './stops.ts'

const at = house({ sample: 'shop', prepare: furnish })

/** Words that hardly an English sentence does without, and that German does not have. */
const ENGLISH =
  /\b(?:the|of|is|are|not|and|with|for|this|that|it|its|they|them|nobody|somebody|nothing|which|who|when|where|has|have|been|were|does|from|than|there|their|your|you|every|each|more|less|only|none|yet|by|to|on|at|if|or|but|until|sent|seen)\b/i

/** Mails as they were written, whole: those of the sample, whose authors wrote English. */
const LETTERS = /^\/mailbox/

/** What the house wrote that stands in no published document, and a letter to its approver, who reads English. */
const WRITTEN = ['Approver of the shop', 'Offers of the week', 'Approval asked for:']

/** A code in the column of reason codes. */
const CODES: ReadonlySet<string> = new Set(['sent'])

/** Every text and field of the sample's documents and products, piece by piece where something is filled in; the longest first. */
async function writings(): Promise<readonly string[]> {
  const found = new Set<string>(WRITTEN)
  const read = (value: unknown): void => {
    if (typeof value === 'string') for (const piece of value.split(/\n|\{[{%].*?[%}]\}|\*+|<[^>]*>/)) found.add(piece.trim())
    if (typeof value !== 'object' || value === null) return
    for (const [name, each] of Object.entries(value)) {
      found.add(name)
      read(each)
    }
  }
  read((await at.ask('GET /api/documents/export', { as: 'admin' })).documents)
  read((await at.ask('GET /api/products', { as: 'admin' })).products)
  return [...found].filter((text) => /[a-z]{2}/i.test(text)).toSorted((a, b) => b.length - a.length)
}

/** What is left of a text without names, addresses, identifiers, quotes and what people wrote. */
function ours(text: string, theirs: readonly string[]): string {
  const isName = /^\w+(?:[-_.@/:]\w+)+$/.test(text)
  if (isName || CODES.has(text) || theirs.some((each) => each.length > text.length && each.includes(text))) return ''
  let rest = text.replace(/[„“"][^“”"]*[“”"]/g, ' ')
  for (const each of theirs) if (each.length > 3 && rest.includes(each)) rest = rest.replaceAll(each, ' ')
  // Zones, identifiers, fields with their value, licences.
  return rest.replace(/\b[A-Z]\w+\/[A-Z]\w*(?: \w+)*|\w+(?:[-_.@/:]+\w+)+|\b\w+: \{[^}]*\}|\b[A-Z]\S+ OR [A-Z]\S+/g, ' ')
}

/** Texts of the page, drawn or said. Code, frames and parts marked as of a language of their own do not count, nor what nobody is told. */
const shownOn = (page: Page): Promise<string[]> =>
  page.evaluate(`(() => {
    const found = []
    for (const e of document.querySelectorAll('body *')) {
      if (e.closest('code, pre, kbd, samp, iframe, script, style, noscript, textarea, .cm-editor, [lang]:not(html), [id^="react-flow__"]')) continue
      for (const n of e.childNodes) if (n.nodeType === 3) found.push(n.data)
      if (e.closest('[aria-hidden="true"]')) continue
      for (const name of ['aria-label', 'title', 'placeholder', 'alt']) if (e.hasAttribute(name)) found.push(e.getAttribute(name))
    }
    return [...new Set(found.map((t) => t.trim()).filter((t) => t !== ''))]
  })()`) as Promise<string[]>

/** Every second stop each, side by side. */
test('nothing on any screen is English to whoever reads German, but what people wrote', async () => {
  const theirs = await writings()
  const stops = inside().flatMap(([path]) => (LETTERS.test(path) ? [] : [path]))
  const paths = [...stops, ...(await forms())]
  const found = await Promise.all(
    [0, 1].map((half) =>
      walk(
        paths.filter((_, i) => i % 2 === half),
        theirs,
      ),
    ),
  )
  assert.deepEqual(found.flat(), [])
})

/** The form of every kind of document that has no screen of its own: of one that there is, or of one that is begun. */
async function forms(): Promise<string[]> {
  const { documents } = await at.ask('GET /api/documents', { as: 'admin' })
  return [...KINDS.keys()].flatMap((kind) => {
    const one = documents.find((each: { kind: string }) => each.kind === kind)
    return hasScreen(kind) ? [] : [toPlainDocument(kind, one?.id ?? 'begun')]
  })
}

async function walk(paths: readonly string[], theirs: readonly string[]): Promise<string[]> {
  const { page } = await at.open('/', { context: { locale: 'de-DE' } })
  const found: string[] = []
  for (const path of paths) {
    await follow(page, path)
    await until(`${path} stands`, () => arrived(page))
    await until(`${path} has one heading`, async () => (await page.locator('h1').count()) === 1)
    // Reports are reckoned while somebody waits, several on one screen, and two screens at once here.
    await page.locator('[data-loading]').first().waitFor({ state: 'detached', timeout: 30_000 })
    assert.equal(await page.getAttribute('html', 'lang'), 'de', path)
    const english = (await shownOn(page)).filter((text) => ENGLISH.test(ours(text, theirs)))
    found.push(...english.map((text) => `${path}: ${text.slice(0, 200)}`))
  }
  await page.context().close()
  return found
}
