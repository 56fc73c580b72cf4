import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { isRefusal } from '#lib/problem.ts'
import { commandOf, exampleBodies, longJourney, wish } from '../../../test/fixtures/edits.ts'
import { check } from '../check.ts'
import { Journey } from '../schema.ts'
import { applyCommand } from './apply.ts'
import { type JourneyBody, ROOT, type StepBody, standingOf, standings } from './body.ts'
import type { Command } from './commands.ts'
import { readBody, readJourney } from './parse.ts'
import { placeAfter, placesToInsert, unreached, whatMayGoHere } from './places.ts'
import { blankJourney, blankStep } from './starters.ts'

const bodies = exampleBodies()
const NO_LIBRARY = { ids: () => [] }
const done = (body: JourneyBody, command: Command): JourneyBody => {
  const made = applyCommand(body, command)
  assert.ok(!isRefusal(made), JSON.stringify(made))
  return made.journey
}
const refused = (body: JourneyBody, command: Command): string => {
  const made = applyCommand(body, command)
  assert.ok(isRefusal(made), 'it was done')
  assert.ok(made.refused.hint ?? made.refused.problems, 'a refusal says what can be done')
  return made.refused.code
}
const outline = (body: JourneyBody): string =>
  standings(body)
    .map(({ step, list }) => `${list.step === null ? '' : `${list.step}.${list.lane}/`}${step.id}`)
    .join(' ')
const step = (id: string, more: object = {}): StepBody => ({ kind: 'wait', id, for: '1d', ...more }) as unknown as StepBody
const small = (...steps: StepBody[]): JourneyBody => ({ ...blankJourney('Small', []), steps }) as JourneyBody
const branch = (id: string, yes: StepBody[], no: StepBody[] = []): StepBody =>
  step(id, { kind: 'branch', for: undefined, branches: [{ id: 'yes', when: 'profile.age > 1', steps: yes }], otherwise: no })
const clean = (body: JourneyBody): JourneyBody => JSON.parse(JSON.stringify(body)) as JourneyBody

test('any row of commands leaves a journey that fits the schema, with each id once; each command and its inverse give what was before', () => {
  fc.assert(
    fc.property(fc.constantFrom(...bodies), fc.array(wish, { maxLength: 25 }), (start, wishes) => {
      let body = start
      for (const each of wishes) {
        const command = commandOf(body, each)
        if (!command) continue
        const before = JSON.stringify(body)
        const made = applyCommand(body, command)
        assert.equal(JSON.stringify(body), before, 'what was given is not touched')
        if (isRefusal(made)) continue
        const read = readBody(made.journey as never)
        assert.ok(!isRefusal(read), `${JSON.stringify(command)} ${JSON.stringify(read)}`)
        const back = applyCommand(made.journey, made.inverse)
        assert.ok(!isRefusal(back) && back.journey === body)
        body = made.journey
      }
    }),
    { numRuns: 150 },
  )
})

test('read step by step, a journey is what the schema makes of the whole', () => {
  for (const body of [...bodies, longJourney(40)]) assert.deepEqual(readJourney(body), Journey.parse(body))
})

test('only what changed is another object afterwards', () => {
  const body = longJourney(100)
  const before = readJourney(body) as Journey
  const after = readJourney(done(body, { kind: 'update', step: 'wait-0', set: { for: '2d' } })) as Journey
  assert.notEqual(after.steps[0], before.steps[0])
  for (const [i, each] of after.steps.entries()) if (i > 0) assert.equal(each, before.steps[i])
})

test('new steps get readable ids of their own, and what refers among pasted steps follows', () => {
  const body = small(
    step('mail', { kind: 'email', for: undefined, template: 'welcome' }),
    step('look', { kind: 'waitFor', for: undefined, event: 'message.opened', of: 'mail', upTo: '1d' }),
  )
  const pasted = done(clean(body), { kind: 'paste', at: { list: ROOT, index: 2 }, steps: clean(body).steps })
  assert.deepEqual(outline(pasted), 'mail look mail_2 look_2')
  assert.equal(standingOf(pasted, 'look_2')!.step['of'], 'mail_2')
  const library = { ids: (kind: string) => (kind === 'template' ? ['welcome'] : []) }
  const inserted = done(pasted, {
    kind: 'insert',
    at: { list: ROOT, index: 0 },
    steps: [blankStep('email', library), blankStep('email', library)],
  })
  assert.equal(outline(inserted), 'email_welcome email_welcome_2 mail look mail_2 look_2')
  const renamed = done(inserted, { kind: 'rename', step: 'mail', to: 'first' })
  assert.equal(standingOf(renamed, 'look')!.step['of'], 'first')
  assert.equal(refused(renamed, { kind: 'rename', step: 'first', to: 'look' }), 'edit.taken')
  assert.equal(refused(renamed, { kind: 'rename', step: 'first', to: 'No Slug' }), 'edit.schema')
})

test('every kind can begin with something that fits', () => {
  for (const { kind } of whatMayGoHere(small(), { list: ROOT, index: 0 })) {
    const made = done(small(), { kind: 'insert', at: { list: ROOT, index: 0 }, steps: [blankStep(kind, NO_LIBRARY)] })
    assert.equal(made.steps[0]!.kind, kind)
    assert.ok(!isRefusal(readBody(made as never)), kind)
  }
})

test('nothing is put where nobody comes, and nothing cuts others off: it says why and what can be done', () => {
  const leave = step('leave', { kind: 'exit', for: undefined })
  const body = clean(small(step('a'), branch('b', [leave], [step('c')]), step('d'), step('e')))
  assert.equal(refused(body, { kind: 'insert', at: { list: ROOT, index: 1 }, steps: [blankStep('exit', NO_LIBRARY)] }), 'edit.cuts-off')
  assert.equal(
    refused(body, { kind: 'insert', at: { list: { step: 'b', lane: 'otherwise' }, index: 1 }, steps: [blankStep('exit', NO_LIBRARY)] }),
    'edit.cuts-off',
  )
  assert.equal(refused(body, { kind: 'insert', at: { list: { step: 'b', lane: 'yes' }, index: 1 }, steps: [step('x')] }), 'edit.dead')
  const choices = whatMayGoHere(body, { list: ROOT, index: 1 })
  assert.deepEqual(
    choices.filter(({ why }) => why).map(({ kind }) => kind),
    ['exit'],
  )
  for (const place of placesToInsert(body)) done(body, { kind: 'insert', at: place, steps: [step('new')] })
  assert.deepEqual([...unreached(clean(small(leave, step('z'))))], ['z'])
})

test('a step moves with its branches or without, never into itself; which branch stays is asked', () => {
  const body = clean(small(step('a'), branch('b', [step('c'), step('d')], [step('e')]), step('f')))
  assert.equal(outline(done(body, { kind: 'move', step: 'b', to: { list: ROOT, index: 3 } })), 'a f b b.yes/c b.yes/d b.otherwise/e')
  assert.equal(outline(done(body, { kind: 'move', step: 'b', to: { list: ROOT, index: 3 }, leave: 'yes' })), 'a c d f b b.otherwise/e')
  assert.equal(outline(done(body, { kind: 'move', step: 'a', to: placeAfter(body, 'c')! })), 'b b.yes/c b.yes/a b.yes/d b.otherwise/e f')
  assert.equal(refused(body, { kind: 'move', step: 'b', to: { list: { step: 'b', lane: 'yes' }, index: 0 } }), 'edit.inside')
  assert.equal(refused(body, { kind: 'delete', step: 'b' }), 'edit.keep')
  assert.equal(outline(done(body, { kind: 'delete', step: 'b', keep: 'yes' })), 'a c d f')
  assert.equal(outline(done(body, { kind: 'delete', step: 'b', keep: null })), 'a f')
  assert.equal(
    outline(done(body, { kind: 'wrap', steps: ['c', 'd'], into: blankStep('repeat', NO_LIBRARY), lane: 'steps' })),
    'a b b.yes/repeat repeat.steps/c repeat.steps/d b.otherwise/e f',
  )
  assert.equal(refused(body, { kind: 'wrap', steps: ['a', 'f'], into: blankStep('branch', NO_LIBRARY), lane: 'yes' }), 'edit.row')
})

test('shares of arms come to 100 however arms come and go', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(5), { maxLength: 20 }), (moves) => {
      let body = done(small(), { kind: 'insert', at: { list: ROOT, index: 0 }, steps: [blankStep('split', NO_LIBRARY)] })
      for (const move of moves) {
        const arms = body.steps[0]!['arms'] as unknown as readonly { id: string; percent: number }[]
        const command: Command =
          move < 3 || arms.length < 3
            ? { kind: 'addLane', step: 'split', lane: {} }
            : { kind: 'removeLane', step: 'split', lane: arms[move % arms.length]!.id }
        body = done(body, command)
        const now = body.steps[0]!['arms'] as unknown as readonly { percent: number }[]
        assert.equal(Math.round(now.reduce((sum, { percent }) => sum + percent * 100, 0)), 10_000)
      }
    }),
    { numRuns: 60 },
  )
})

test('what is wrong is told with its field, and nothing changes', () => {
  const body = clean(small(step('a'), branch('b', [])))
  assert.equal(refused(body, { kind: 'update', step: 'a', set: { for: 'soon' } }), 'edit.schema')
  assert.equal(refused(body, { kind: 'update', step: 'b', set: { branches: [] } }), 'edit.field')
  assert.equal(refused(body, { kind: 'setJourney', unset: ['goal'] }), 'edit.schema')
  assert.equal(refused(body, { kind: 'removeLane', step: 'b', lane: 'yes' }), 'edit.lane.last')
  assert.equal(refused(body, { kind: 'update', step: 'gone', set: {} }), 'edit.gone')
})

test('a command on 300 steps takes some milliseconds, and so does the check', () => {
  let body = longJourney(300)
  for (let n = 0; n < 20; n++) body = done(body, { kind: 'update', step: 'wait-150', set: { for: `${n + 1}d` } })
  const began = performance.now()
  const rounds = 50
  for (let n = 0; n < rounds; n++) {
    body = done(body, { kind: 'update', step: 'wait-150', set: { for: `${n + 30}h` } })
    readJourney(body)
  }
  const each = (performance.now() - began) / rounds
  // Five milliseconds on a machine of its own; here others work too.
  assert.ok(each < 25, `${each} ms for one command`)
  const journey = readJourney(body) as Journey
  check(journey, NO_LIBRARY)
  const checking = performance.now()
  check(journey, NO_LIBRARY)
  assert.ok(performance.now() - checking < 400, `${performance.now() - checking} ms for a check`)
  process.stderr.write(`command ${each.toFixed(2)} ms, check ${(performance.now() - checking).toFixed(1)} ms\n`)
})

test('steps are put under one name, and taken out again, as one line of the history', () => {
  const body = clean(small(step('a'), branch('b', [step('c')]), step('d')))
  const named = done(body, { kind: 'stage', steps: ['a', 'b'], stage: 'Welcome' })
  assert.deepEqual(
    named.steps.map(({ id, stage }) => [id, stage]),
    [
      ['a', 'Welcome'],
      ['b', 'Welcome'],
      ['d', undefined],
    ],
  )
  assert.deepEqual(clean(done(named, { kind: 'stage', steps: ['a', 'b'], stage: '' })), clean(body))
  assert.equal(refused(body, { kind: 'stage', steps: ['a', 'nobody'], stage: 'Welcome' }), 'edit.gone')
  assert.equal(refused(body, { kind: 'stage', steps: ['a'], stage: 'x'.repeat(61) }), 'edit.schema')
})
