import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { Sender } from '#content/schema.ts'
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

test('what the guides show as YAML is sound', () => {
  const blocks = guides.flatMap(({ text }) => [...text.matchAll(/```yaml\n(.*?)```/gs)].map(([, block = '']) => block))
  const documents = blocks.flatMap((block) => (parse(block) as { kind?: string } | null) ?? [])
  const journeys = documents.filter(({ kind }) => kind === 'journey').map((body) => Journey.parse(body) as Journey)
  assert.ok(journeys.length > 0)
  for (const journey of journeys) {
    const errors = check(journey, { ids: () => ['cart-reminder'] }).filter(({ severity }) => severity === 'error')
    assert.deepEqual(errors, [])
  }
  const senders = documents.filter(({ kind }) => kind === 'sender')
  assert.ok(senders.length > 0)
  for (const sender of senders) Sender.parse(sender)
})
