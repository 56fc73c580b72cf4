import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { parse } from 'yaml'
import { canonical } from '#lib/json.ts'
import { isRefusal } from '#lib/problem.ts'
import { commandOf, exampleSources, wish } from '../../../test/fixtures/edits.ts'
import { applyCommand } from './apply.ts'
import { type JourneyBody, ROOT, type StepBody } from './body.ts'
import type { Command } from './commands.ts'
import { rewrite } from './source.ts'
import { readSource } from './source-read.ts'

const sources = exampleSources()
const bodyOf = (text: string): JourneyBody => parse(text) as JourneyBody
const says = (text: string, body: JourneyBody): void => assert.equal(canonical(parse(text)), canonical(body))
/** Lines that are in one text and not in the other, each as often as it is there. */
function changed(before: string, after: string): { gone: string[]; come: string[] } {
  const count = (text: string) => Map.groupBy(text.split('\n'), (line) => line)
  const [a, b] = [count(before), count(after)]
  const rest = (from: typeof a, other: typeof a) => [...from].flatMap(([line, all]) => all.slice(other.get(line)?.length ?? 0))
  return { gone: rest(a, b), come: rest(b, a) }
}
const done = (text: string, command: Command): string => {
  const made = applyCommand(bodyOf(text), command)
  assert.ok(!isRefusal(made), JSON.stringify(made))
  const after = rewrite(text, made.journey)
  says(after, made.journey)
  return after
}

test('a text without an edit stays as it is, byte for byte', () => {
  for (const { text } of sources) assert.equal(rewrite(text, bodyOf(text)), text)
})

test('after any row of edits the text says the edited journey', () => {
  fc.assert(
    fc.property(fc.constantFrom(...sources), fc.array(wish, { maxLength: 6 }), ({ text }, wishes) => {
      let body = bodyOf(text)
      for (const each of wishes) {
        const command = commandOf(body, each)
        const made = command && applyCommand(body, command)
        if (made && !isRefusal(made)) body = made.journey
      }
      says(rewrite(text, body), body)
    }),
    { numRuns: 120 },
  )
})

test('one edit of a step touches its own lines only, in every example and for every step', () => {
  for (const { name, text } of sources) {
    const visit = (steps: readonly StepBody[]): void => {
      for (const step of steps) {
        const after = done(text, { kind: 'update', step: step.id, set: { name: 'Another name' } })
        const { gone, come } = changed(text, after)
        assert.ok(gone.length <= 1 && come.length <= 1, `${name} ${step.id}: ${JSON.stringify({ gone, come })}`)
      }
    }
    visit(bodyOf(text).steps)
  }
})

const TEXT = `# Why: see the wiki
kind: journey
id: welcome
name: "Welcome"      # as people see it
goal: { event: Bought, within: 30d }
entry: {event: Signed Up}

steps:
  # first of all
  - { kind: wait, id: first, for: 2d }   # two days
  - kind: branch
    id: fork
    branches:
      - id: yes
        label: 'Yes'
        when: profile.age > 1
        steps:
          # a mail
          - { kind: email, id: mail, template: hello, otherwise: [] }
    otherwise: []

  - kind: wait
    id: last
    for: 1d
`

test('values, fields and journey fields change in place, with their quotes and comments', () => {
  assert.equal(done(TEXT, { kind: 'update', step: 'first', set: { for: '3d' } }), TEXT.replace('for: 2d', 'for: 3d'))
  assert.equal(done(TEXT, { kind: 'setJourney', set: { name: 'Hello' } }), TEXT.replace('"Welcome"', '"Hello"'))
  assert.equal(done(TEXT, { kind: 'updateLanes', step: 'fork', lanes: { yes: { set: { label: 'Ja' } } } }), TEXT.replace("'Yes'", "'Ja'"))
  assert.equal(done(TEXT, { kind: 'setJourney', set: { entry: { event: 'Came' } } }), TEXT.replace('Signed Up', 'Came'))
  assert.equal(
    done(TEXT, { kind: 'update', step: 'last', set: { name: 'The end' } }),
    TEXT.replace('    for: 1d\n', '    for: 1d\n    name: The end\n'),
  )
  assert.equal(done(TEXT, { kind: 'setJourney', set: { holdout: '10%' } }), `${TEXT}holdout: 10%\n`)
  assert.equal(done(TEXT, { kind: 'setJourney', unset: ['name'] }), TEXT.replace('name: "Welcome"      # as people see it\n', ''))
})

test('steps come, go and move with their own words', () => {
  const added = done(TEXT, {
    kind: 'insert',
    at: { list: ROOT, index: 1 },
    steps: [{ kind: 'exit', id: 'x' } as StepBody].map(() => ({ kind: 'wait', id: 'new', for: '5d' }) as unknown as StepBody),
  })
  assert.equal(added, TEXT.replace('# two days\n', '# two days\n  - { kind: wait, id: new, for: 5d }\n'))
  assert.equal(done(TEXT, { kind: 'delete', step: 'last' }), TEXT.replace('\n  - kind: wait\n    id: last\n    for: 1d\n', ''))
  const up = done(TEXT, { kind: 'move', step: 'last', to: { list: { step: 'fork', lane: 'yes' }, index: 1 } })
  assert.match(up, /otherwise: \[\] \}\n\n {10}- kind: wait\n {12}id: last\n {12}for: 1d\n {4}otherwise: \[\]\n$/)
  const out = done(TEXT, { kind: 'delete', step: 'fork', keep: 'yes' })
  assert.match(out, /# two days\n {2}# a mail\n {2}- \{ kind: email, id: mail, template: hello, otherwise: \[\] \}\n/)
  const down = done(TEXT, { kind: 'move', step: 'first', to: { list: ROOT, index: 3 } })
  assert.match(down, /for: 1d\n {2}# first of all\n {2}- \{ kind: wait, id: first, for: 2d \} {3}# two days\n$/)
  assert.equal(
    done(TEXT, {
      kind: 'insert',
      at: { list: { step: 'fork', lane: 'otherwise' }, index: 0 },
      steps: [{ kind: 'wait', id: 'new', for: '5d' } as unknown as StepBody],
    }),
    TEXT.replace('    otherwise: []\n\n', '    otherwise:\n      - { kind: wait, id: new, for: 5d }\n\n'),
  )
})

test('a typed text is read, or every fault of it is told with line and column', () => {
  assert.deepEqual(readSource(TEXT, 'welcome'), { body: bodyOf(TEXT) })
  const at = (text: string): string[] => {
    const read = readSource(text, 'welcome')
    assert.ok('faults' in read)
    return read.faults.map(({ line, column, title }) => `${line}:${column} ${title}`)
  }
  assert.match(at(TEXT.replace('for: 2d', 'for: soon'))[0]!, /^10:35 write a duration/)
  assert.match(at(TEXT.replace('kind: branch', 'kind: [branch'))[0]!, /^1[12]:/)
  assert.match(at(TEXT.replace('id: welcome', 'id: other'))[0]!, /^3:5 /)
  assert.match(at(TEXT.replace('id: last', 'id: first'))[0]!, /Two steps are called/)
})
