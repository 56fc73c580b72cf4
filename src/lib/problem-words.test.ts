import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { problemIn } from './problem-words.ts'
import { GERMAN_PROBLEMS } from './problem-words-german.ts'

const SOURCES = join(import.meta.dirname, '..')
const sources = (): string =>
  readdirSync(SOURCES, { recursive: true, withFileTypes: true })
    .filter(({ name }) => /\.ts$/.test(name) && !name.endsWith('.test.ts') && !name.endsWith('-german.ts'))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .join('\n')

test('a known problem is told in German, with the names of the English title', () => {
  const english = { code: 'segment.unknown', status: 422, title: 'There is no segment "vip".', hint: 'Publish it first.' }
  assert.deepEqual(problemIn(english, 'de'), { ...english, title: 'Es gibt kein Segment „vip“.', hint: 'Veröffentlichen Sie es zuerst.' })
  assert.equal(problemIn(english, 'en'), english)
})

test('what is not in the list, or says other names, stays as it is; its parts are told', () => {
  const part = { code: 'sender.unknown', status: 422, title: 'There is no sender of this name', hint: 'Publish it first.' }
  const whole = { code: 'of.tomorrow', status: 422, title: 'New.', problems: [part] }
  assert.equal(problemIn(whole, 'de').title, 'New.')
  assert.equal(problemIn(whole, 'de').problems?.[0]?.title, 'Einen Absender mit diesem Namen gibt es nicht')
  const nameless = { code: 'segment.unknown', status: 404, title: 'The segment is unknown to the catalogue' }
  assert.deepEqual(problemIn(nameless, 'de'), nameless)
})

test('every code of the list is one that the sources still use', () => {
  const all = sources()
  const gone = Object.keys(GERMAN_PROBLEMS).filter((code) => !all.includes(`'${code}'`))
  assert.deepEqual(gone, [])
})

test('no German problem holds English words', () => {
  const ENGLISH = /\b(the|is|not|there|no|such|cannot|first|publish|give|this|with|people)\b/i
  const bare = (text: string) => text.replaceAll(/„[^“]*“|\b\w+: .*/g, '')
  for (const [code, [title, hint = '']] of Object.entries(GERMAN_PROBLEMS)) {
    assert.doesNotMatch(bare(title), ENGLISH, code)
    assert.doesNotMatch(bare(hint), ENGLISH, code)
  }
})
