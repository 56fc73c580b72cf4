import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isRefusal } from '#lib/problem.ts'
import { applyCommand } from './apply.ts'
import { commandBetween } from './between.ts'
import { type JourneyBody, type StepBody, standingOf } from './body.ts'

const exit = (id: string) => ({ kind: 'exit', id })
const SPLIT = {
  kind: 'split',
  id: 'draw',
  arms: [
    { id: 'a', weight: 1, steps: [exit('x')] },
    { id: 'b', weight: 1, steps: [] },
    { id: 'c', weight: 2, steps: [] },
  ],
} as unknown as StepBody
type Lane = Record<string, unknown>
const arms = (change: (all: readonly Lane[]) => readonly Lane[] = (all) => all): StepBody =>
  ({ ...SPLIT, arms: change(SPLIT['arms'] as unknown as readonly Lane[]) }) as unknown as StepBody
const WAIT = { kind: 'wait', id: 'settle', for: '5m', name: 'Settle' } as unknown as StepBody

const CASES: readonly (readonly [what: string, before: StepBody, after: StepBody, kind: string])[] = [
  ['a field is written', WAIT, { ...WAIT, for: '1h' } as StepBody, 'update'],
  ['a field is left out', WAIT, { kind: 'wait', id: 'settle', for: '5m' } as unknown as StepBody, 'update'],
  ['a step is renamed', WAIT, { ...WAIT, id: 'pause' } as StepBody, 'rename'],
  ['a share is changed', SPLIT, arms((all) => all.with(1, { ...all[1], weight: 5 })), 'updateLanes'],
  ['an arm is taken away', SPLIT, arms((all) => all.toSpliced(1, 1)), 'removeLane'],
  ['an arm is moved', SPLIT, arms((all) => [all[1]!, all[0]!, all[2]!]), 'moveLane'],
  ['an arm is renamed', SPLIT, arms((all) => all.with(2, { ...all[2], id: 'last' })), 'renameLane'],
  ['all at once', SPLIT, { ...arms((all) => all.toSpliced(1, 1)), cohort: 'x' } as unknown as StepBody, 'replace'],
]
for (const [what, before, after, kind] of CASES)
  test(`${what}: the command ${kind} leads to exactly that`, () => {
    const command = commandBetween(before, after)
    assert.equal(command?.kind, kind)
    const journey = {
      kind: 'journey',
      id: 'j',
      goal: { event: 'E', within: '1d' },
      entry: { event: 'E' },
      steps: [before],
    } as unknown as JourneyBody
    const done = applyCommand(journey, command!)
    assert.ok(!isRefusal(done), JSON.stringify(done))
    assert.deepEqual(standingOf(done.journey, after.id)?.step, after)
  })

test('an arm that is added gets an id of its own and its share; nothing changed is no command', () => {
  const command = commandBetween(
    SPLIT,
    arms((all) => [...all, { id: '', steps: [] }]),
  )
  assert.deepEqual(command, { kind: 'addLane', step: 'draw', lane: { steps: [] }, index: 3 })
  assert.equal(commandBetween(SPLIT, arms()), null)
})
