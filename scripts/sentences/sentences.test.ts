import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { GERMAN_PROBLEMS } from '#lib/problem-words-german.ts'
import { GERMAN_CONDITIONS } from '#lib/said/conditions-german.ts'
import { GERMAN_EDITING, GERMAN_EDITING_PROBLEMS } from '#lib/said/editing-german.ts'
import { GERMAN_SCHEMAS } from '#lib/said/schemas-german.ts'
import { GERMAN_SAYINGS, saidIn } from '#lib/said.ts'
import { gather, type Sentence, sentencesIn } from './gather.ts'

const all = gather(join(import.meta.dirname, '../..'))

function isTold({ text, problem }: Sentence): boolean {
  const byCode = problem && Object.hasOwn(GERMAN_PROBLEMS, problem.code) ? GERMAN_PROBLEMS[problem.code] : undefined
  if (byCode && problem?.part !== 'detail' && byCode[problem?.part === 'hint' ? 1 : 0] !== undefined) return true
  return Object.hasOwn(GERMAN_SAYINGS, text) || (!text.includes('{') && saidIn(text, 'de') !== undefined)
}
const untold = all.filter((sentence) => !isTold(sentence))

test('every sentence of the server that is read on a screen has its German', () => {
  assert.deepEqual(
    untold.map(({ file, line, text }) => `${file}:${line} ${text}`),
    [],
    'give each a line in src/lib/said/, or a code in src/lib/problem-words-german.ts',
  )
})

/** What screens find wrong by themselves: only these modules' sentences travel to the browser. */
const IN_THE_WINDOW = /^src\/(?:segments\/condition\/|journeys\/edit\/|lib\/invalid\.ts|consent\/check-policy\.ts)/

test('what screens find wrong by themselves is told by the small catalogue that they fetch', () => {
  const kept = all.filter(({ file, problem, schema }) => schema || (IN_THE_WINDOW.test(file) && problem?.part !== 'detail'))
  assert.ok(kept.length > 100)
  const english = kept.filter(({ text, problem }) => {
    if (Object.hasOwn({ ...GERMAN_CONDITIONS, ...GERMAN_EDITING, ...GERMAN_SCHEMAS }, text)) return false
    return GERMAN_EDITING_PROBLEMS[problem?.code ?? '']?.[problem?.part === 'hint' ? 1 : 0] === undefined
  })
  assert.deepEqual(
    english.map(({ file, line, text }) => `${file}:${line} ${text}`),
    [],
    'move their lines to src/lib/said/editing-german.ts, or to schemas-german.ts',
  )
})

test('what the catalogue translates is what the code says: no line has outlived its sentence', () => {
  const made = new Set(all.map(({ text }) => text))
  assert.deepEqual(
    Object.keys(GERMAN_SAYINGS).filter((code) => !made.has(code)),
    [],
  )
})

test('German fills in what English fills in, but for articles', () => {
  const places = (text: string): Set<string> => new Set(Array.from(text.matchAll(/\{(\d)/g), ([, digit]) => digit!))
  for (const [code, german] of Object.entries(GERMAN_SAYINGS)) {
    const [own, given] = [places(german), places(code)]
    assert.deepEqual([...own.difference(given)], [], code)
    if (code !== 'Publishing {1} {2} needs the permission {3}.') assert.equal(own.size, given.size, code)
  }
})

test('sentences are found wherever the code makes them, and nothing else is taken for one', () => {
  const source = `
    const a = definition('Sent', 'A provider has taken it.')
    const b = n === 1 ? 'One is enough.' : \`There are \${n} of them.\`
    const c = refuse({ code: 'x.unknown', status: 404, title: 'There is no such x', hint: \`There are: \${names}.\` })
    const f = z.string().regex(/x/, 'write an x').refine(even, { message: 'an x is even' }); say('it is not told')
    const d = action({ does: 'Shows an x to people.' }); throw new Error('This is a bug of ours.')
    const e = words({ en: { it: 'It is told twice.' }, de: { it: 'Es ist zweimal gesagt.' } }); db.query('SELECT a FROM b.')
  `
  assert.deepEqual(
    sentencesIn('x.ts', source).map(({ text, problem }) => [text, problem?.code ?? '']),
    [
      ['Sent', ''],
      ['A provider has taken it.', ''],
      ['One is enough.', ''],
      ['There are {1} of them.', ''],
      ['There is no such x', 'x.unknown'],
      ['There are: {1}.', 'x.unknown'],
      ['an x is even', ''],
      ['write an x', ''],
    ],
  )
})
