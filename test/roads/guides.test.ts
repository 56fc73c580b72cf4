import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { z } from 'zod'
import { Scenario } from '#app/cli/scenario.ts'
import { KINDS } from '#app/kinds.ts'
import { PROVIDERS } from '#channels/adapters/providers.ts'
import { check } from '#journeys/check.ts'
import { Journey } from '#journeys/schema.ts'
import { SETTINGS } from '#platform/settings.ts'

const ROOT = join(import.meta.dirname, '../..')
const GUIDES = join(ROOT, 'docs/guides')
const guides = [...readdirSync(GUIDES), '../scaling.md', '../measurement.md'].map((name) => ({
  name,
  text: readFileSync(join(GUIDES, name), 'utf8'),
}))
const guide = (name: string): string => guides.find((each) => each.name === name)!.text

/** `“name” and “name” in `file``: what a guide says is shown by a test. */
const CITED = /((?:“(?:[^“”]|“[^”]*”)+”(?: and |, )?)+) in `((?:src|test)\/[^`]+\.test\.ts)`/g

test('every test that a guide names is there', () => {
  let cited = 0
  for (const { name, text } of guides) {
    for (const [, names = '', file = ''] of text.matchAll(CITED)) {
      const source = readFileSync(join(ROOT, file), 'utf8')
      for (const [, title = ''] of names.matchAll(/“((?:[^“”]|“[^”]*”)+)”/g)) {
        cited++
        assert.ok(source.includes(title), `${name} names “${title}”, which is not in ${file}`)
      }
    }
  }
  assert.ok(cited > 50, `${cited} tests are named`)
})

test('every setting is in the guide for operators, as the program explains it', () => {
  const text = guide('operate.md')
  for (const [name, { does, default: standard, allowed }] of Object.entries(SETTINGS)) {
    const line = `| \`${name}\` | ${does} | ${allowed} | ${standard === '' ? 'none' : `\`${standard}\``} |`
    assert.ok(text.includes(line), `operate.md needs this line:\n${line}`)
  }
})

test('the guide to channels says of each type of provider what it needs', () => {
  const text = guide('channels.md')
  for (const [type, { settings, secrets }] of PROVIDERS) {
    const line = text.split('\n').find((each) => each.startsWith(`| \`${type}\` |`)) ?? ''
    const { properties = {}, required = [] } = z.toJSONSchema(settings, { io: 'input', unrepresentable: 'any' })
    for (const name of [...Object.keys(properties), ...Object.keys(secrets)].filter((each) => each !== 'host'))
      assert.ok(line.includes(`\`${name}\``), `${type} takes ${name}`)
    for (const name of required) assert.ok(line.includes(`**\`${name}\`**`), `${type} needs ${name}`)
  }
})

const README = readFileSync(join(ROOT, 'README.md'), 'utf8')
const shown = [...guides.map(({ name, text }) => ({ name, text })), { name: 'README.md', text: README }].flatMap(({ name, text }) =>
  [...text.matchAll(/```yaml\n(.*?)```/gs)].flatMap(([, block = '']) => {
    // `<the file in base64>` stands for what a reader puts there.
    const body = parse(block.replace(/<[^>\n]+>$/gm, 'AAAA')) as { readonly kind?: string; readonly id?: string } | null
    return body?.kind === undefined || Array.isArray(body) ? [] : [{ name, kind: body.kind, id: body.id ?? '', body }]
  }),
)

test('what the guides show as YAML is sound: each document fits its kind, each journey passes the check', () => {
  const wrong = shown.flatMap(({ name, kind, id, body }) => {
    const schema = kind === 'scenario' ? Scenario : KINDS.get(kind)?.schema
    const issues =
      schema === undefined
        ? ['there is no such kind']
        : (schema.safeParse(body).error?.issues ?? []).map(({ path, message }) => `${path.join('/')}: ${message}`)
    return issues.map((issue) => `${name}, ${kind} ${id}: ${issue}`)
  })
  assert.deepEqual(wrong, [])
  const journeys = shown.filter(({ kind }) => kind === 'journey').map(({ body }) => Journey.parse(body) as Journey)
  assert.ok(journeys.length > 0 && shown.length > 30, `${journeys.length} journeys, ${shown.length} documents`)
  for (const journey of journeys) {
    const errors = check(journey, { ids: () => ['cart-reminder'] }).filter(({ severity }) => severity === 'error')
    assert.deepEqual(errors, [])
  }
})

const DOCS = ['README.md', 'CONTRIBUTING.md', ...markdownIn('docs'), ...markdownIn('docs/guides'), ...markdownIn('docs/decisions')]
function markdownIn(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name}`)
}
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
const withoutCode = (text: string): string => text.replace(/```.*?```/gs, '')
/** What a heading is called in a link, as GitHub makes it. */
const anchorOf = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')
const anchorsOf = (path: string): readonly string[] =>
  [...withoutCode(read(path)).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => anchorOf(heading))

test('every link of the documentation leads to a file and a heading that are there', () => {
  for (const path of DOCS) {
    for (const [, link = ''] of withoutCode(read(path)).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(link)) continue
      const [file = '', anchor] = link.split('#', 2)
      const target = file === '' ? path : join(dirname(path), file)
      assert.ok(existsSync(join(ROOT, target)), `${path} leads to ${link}`)
      if (anchor !== undefined) assert.ok(anchorsOf(target).includes(anchor), `${path} leads to ${link}`)
    }
  }
})

test('every decision is listed among the decisions', () => {
  const list = read('docs/decisions/README.md')
  for (const path of markdownIn('docs/decisions').filter((each) => /\/\d{4}-/.test(each)))
    assert.ok(list.includes(`](${path.slice('docs/decisions/'.length)})`), `list ${path} in docs/decisions/README.md`)
})

test('every guide is found from the index by reader', () => {
  const index = read('docs/README.md')
  for (const path of markdownIn('docs/guides')) assert.ok(index.includes(`](${path.slice('docs/'.length)}`), path)
})

test('the map of the screens has every line of the menu with its keys, and every part of the settings', () => {
  const map = guide('screens.md')
  const places = read('src/app/web/places.ts')
  const names = new Map([...places.matchAll(/^ {4}(\w+): '([^']+)',$/gm)].map(([, name = '', label = '']) => [name, label]))
  const lines = [...places.matchAll(/name: '(\w+)', href: \w+, keys: '([^']+)'/g)]
  assert.equal(lines.length, names.size)
  for (const [, name = '', keys = ''] of lines) assert.ok(map.includes(`| ${names.get(name)} | \`${keys}\` |`), `${name}: ${keys}`)
  const parts = [
    ...read('src/app/web/settings-parts.ts').matchAll(/^ {6}\{ name: '([^']+)'|^ {8}name: '([A-Z][^']+)',\n {8}about: '[A-Z]/gm),
  ]
  assert.ok(parts.length >= 15)
  for (const [, one, other] of parts) {
    const name = one ?? other ?? ''
    assert.ok(name !== '' && map.includes(name), name)
  }
})
