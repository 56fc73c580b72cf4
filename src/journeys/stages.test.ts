import assert from 'node:assert/strict'
import { test } from 'node:test'
import { journey } from '../../test/fixtures/journeys.ts'
import { layout } from './layout.ts'
import { foldedAt, stageKey, stageNames, stagesOf, walked } from './stages.ts'

const wait = (id: string, stage?: string) => ({ kind: 'wait', id, for: '1d', ...(stage && { stage }) })
const { steps } = journey({
  steps: [
    wait('a'),
    wait('b', 'Welcome'),
    {
      kind: 'branch',
      id: 'c',
      stage: 'Welcome',
      branches: [{ id: 'yes', when: 'profile.plan == "pro"', steps: [wait('in', 'Pro'), wait('in2', 'Pro')] }],
      otherwise: [],
    },
    wait('d', 'Welcome'),
    wait('e', 'Sell'),
    wait('f'),
    wait('g', 'Welcome'),
  ],
})

test('steps in a row under one name are a stage; the same name elsewhere is another', () => {
  assert.deepEqual(
    stagesOf(steps).map(({ name, steps }) => `${name}: ${steps.map(({ id }) => id)}`),
    ['Welcome: b,c,d', 'Sell: e', 'Welcome: g'],
  )
  assert.deepEqual(stageNames(steps), ['Welcome', 'Pro', 'Sell'])
})

test('a folded stage is shown by its first step', () => {
  assert.deepEqual(
    walked(steps, new Set([stageKey('b')])).map(({ step, index, shut }) => `${step.id} ${index} ${shut?.name ?? ''}`),
    ['a 0 ', 'b 1 Welcome', 'e 4 ', 'f 5 ', 'g 6 '],
  )
})

test('the drawing frames an open stage and draws a folded one as one box', () => {
  const open = layout(steps)
  assert.deepEqual(open.stages.map(({ name }) => name).sort(), ['Pro', 'Sell', 'Welcome', 'Welcome'])
  const frame = open.stages.find(({ id }) => id === 'b')!
  for (const id of ['b', 'c', 'in', 'in2', 'd']) {
    const box = open.boxes.find((each) => each.id === id)!
    assert.ok(box.x >= frame.x && box.x + box.width <= frame.x + frame.width, `${id} stands in it`)
    assert.ok(box.y >= frame.y && box.y + box.height <= frame.y + frame.height, `${id} stands in it`)
  }
  for (const id of ['a', 'e']) {
    const box = open.boxes.find((each) => each.id === id)!
    assert.ok(box.y + box.height <= frame.y || box.y >= frame.y + frame.height, `${id} stands outside`)
  }
  const shut = layout(steps, new Set([stageKey('b')]))
  assert.deepEqual(
    shut.boxes.map(({ id, folded, stage }) => `${id} ${folded} ${stage ?? ''}`),
    ['@entry 0 ', 'a 0 ', 'b 5 Welcome', 'e 0 ', 'f 0 ', 'g 0 ', '@end 0 '],
  )
  assert.ok(shut.lines.some(({ from, to }) => from === 'b' && to === 'e'))
  assert.ok(shut.height < open.height)
  assert.deepEqual(
    shut.spots.map(({ id }) => id),
    ['//0', '//1', '//4', '//5', '//6', '//7'],
  )
})

test('F folds the branches of a step, else its stage, and opens a folded stage', () => {
  assert.equal(foldedAt(steps, 'c', new Set()), 'c')
  assert.equal(foldedAt(steps, 'd', new Set()), stageKey('b'))
  assert.equal(foldedAt(steps, 'in2', new Set()), stageKey('in'))
  assert.equal(foldedAt(steps, 'b', new Set([stageKey('b')])), stageKey('b'))
  assert.equal(foldedAt(steps, 'a', new Set()), undefined)
})
