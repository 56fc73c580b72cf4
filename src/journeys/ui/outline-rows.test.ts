import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isRefusal } from '#lib/problem.ts'
import { placeKey } from '../edit/around.ts'
import type { JourneyBody } from '../edit/body.ts'
import { readJourney } from '../edit/parse.ts'
import { placesToInsert } from '../edit/places.ts'
import { rowsOf, withPlaces } from './outline-rows.ts'

const wait = (id: string) => ({ kind: 'wait', id, for: '1d' })
const body = {
  kind: 'journey',
  id: 'j',
  goal: { event: 'Bought', within: '7d' },
  entry: { event: 'Seen' },
  steps: [
    wait('first'),
    {
      kind: 'branch',
      id: 'fork',
      branches: [
        {
          id: 'yes',
          when: 'profile.a',
          steps: [
            wait('in'),
            {
              kind: 'split',
              id: 'deep',
              arms: [
                { id: 'a', weight: 1, steps: [wait('x')] },
                { id: 'b', weight: 1, steps: [] },
              ],
            },
          ],
        },
      ],
      otherwise: [],
    },
    wait('last'),
  ],
} as unknown as JourneyBody
const read = readJourney(body)
const journey = isRefusal(read) ? assert.fail() : read

test('while something is moved every place of the journey is a row, in written order', () => {
  const rows = withPlaces(rowsOf(journey.steps, new Set()), body, () => true)
  const shown = rows.flatMap(({ place }) => (place ? [placeKey(place)] : []))
  const drawn = placesToInsert(body).filter(({ list }) => list.step === null || list.step === 'fork' || list.step === 'deep')
  assert.deepEqual(shown, drawn.map(placeKey))
})

test('places of lanes that are folded away are not shown, nor those where it may not stand', () => {
  const rows = withPlaces(rowsOf(journey.steps, new Set(['fork'])), body, ({ index }) => index > 0)
  assert.deepEqual(
    rows.map(({ id }) => id),
    ['first', '+//1', 'fork', '+//2', 'last', '+//3'],
  )
})

test('a stage is a row above its steps; folded it hides them, and the places beyond it stay right', () => {
  const staged = { ...body, steps: body.steps.map((step, i) => (i < 2 ? { ...step, stage: 'Welcome' } : step)) } as unknown as JourneyBody
  const read = readJourney(staged)
  const { steps } = isRefusal(read) ? assert.fail() : read
  assert.deepEqual(
    rowsOf(steps, new Set(['fork'])).map(({ id, stage }) => `${id} ${stage?.steps ?? ''}`),
    ['stage:first 5', 'first ', 'fork ', 'last '],
  )
  assert.deepEqual(
    rowsOf(steps, new Set(['fork'])).map(({ id, parent, depth }) => `${depth} ${parent} ${id}`),
    ['1  stage:first', '2 stage:first first', '2 stage:first fork', '1  last'],
    'its steps stand below it',
  )
  const open = withPlaces(rowsOf(steps, new Set()), staged, () => true).flatMap(({ place }) => (place ? [placeKey(place)] : []))
  assert.deepEqual(
    open,
    withPlaces(rowsOf(journey.steps, new Set()), body, () => true).flatMap(({ place }) => (place ? [placeKey(place)] : [])),
  )
  const folded = rowsOf(steps, new Set(['stage:first']))
  assert.deepEqual(
    withPlaces(folded, staged, () => true).map(({ id }) => id),
    ['+//0', 'stage:first', '+//2', 'last', '+//3'],
  )
})
