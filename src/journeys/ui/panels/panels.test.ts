import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { jsonSchemaOf } from '#kit/form/from-zod.ts'
import { shapeOf } from '#kit/form/shape.ts'
import type { Json } from '#lib/json.ts'
import { isRefusal } from '#lib/problem.ts'
import { exampleBodies } from '../../../../test/fixtures/edits.ts'
import { applyCommand } from '../../edit/apply.ts'
import { commandBetween, fieldsBetween } from '../../edit/between.ts'
import { itemsOf, type JourneyBody, type StepBody, type StepKind, standingOf, standings, shapeOf as stepShape } from '../../edit/body.ts'
import { stepFault } from '../../edit/parse.ts'
import { STEP_KINDS } from '../../edit/places.ts'
import { blankJourney, blankStep } from '../../edit/starters.ts'
import { SETTINGS_SCHEMA, STEP_SCHEMAS } from './schemas.ts'

/** Every step that the examples hold, and a new one of each kind. */
const bodies = exampleBodies()
const all: readonly StepBody[] = [
  ...bodies.flatMap((body) => standings(body).map(({ step }) => step)),
  ...STEP_KINDS.map((kind) => ({ ...blankStep(kind, { ids: () => [] }), id: `new_${kind.toLowerCase()}` }) as StepBody),
]
const ofKind = (kind: StepKind) => all.filter((step) => step.kind === kind)
/** A step as the panel leaves it: what stands inside is drawn, so its lists stay those that were there. */
function typed(before: StepBody, other: StepBody, note: string): StepBody {
  const { items } = stepShape(other)
  const left: Record<string, Json> = { ...other, id: before.id, ...(note !== '' && { note }) }
  for (const list of new Set([...stepShape(other).lists, ...stepShape(before).lists])) delete left[list]
  for (const list of stepShape(before).lists) if (before[list] !== undefined) left[list] = before[list]
  if (items !== undefined) {
    const old = new Map(itemsOf(before).map((item) => [item.id, item['steps']]))
    left[items] = itemsOf(other).map(({ steps, ...item }) => ({
      ...item,
      ...(steps !== undefined && { steps: old.get(item.id) ?? [] }),
    })) as Json
  }
  return left as StepBody
}
const alone = (step: StepBody): JourneyBody => ({ ...blankJourney('Alone', []), steps: [step] }) as JourneyBody

for (const kind of STEP_KINDS) {
  test(`the panel of ${kind} knows every field of its schema`, () => {
    const schema = jsonSchemaOf(STEP_SCHEMAS[kind])
    const shape = shapeOf(schema, schema, kind)
    assert.ok(shape.kind === 'object')
    const written = new Set(Object.keys(schema.properties ?? {}))
    assert.ok(written.size > 2)
    assert.deepEqual(new Set(shape.fields.map(({ name }) => name)), written)
    // Nothing that the examples write is unknown to it.
    for (const step of ofKind(kind)) for (const name of Object.keys(step)) assert.ok(written.has(name), `${kind}.${name}`)
  })

  test(`what is typed in the panel of ${kind} is what is kept, and undone it is what it was`, () => {
    const steps = ofKind(kind)
    fc.assert(
      fc.property(fc.constantFrom(...steps), fc.constantFrom(...steps), fc.string({ maxLength: 20 }), (before, other, note) => {
        const after = typed(before, other, note)
        const body = alone(before)
        if (stepFault([after])) return
        const command = commandBetween(before, after)
        if (command === null) return assert.deepEqual(after, before)
        const done = applyCommand(body, command)
        assert.ok(!isRefusal(done), JSON.stringify(done))
        assert.deepEqual(standingOf(done.journey, before.id)?.step, after)
        const back = applyCommand(done.journey, done.inverse)
        assert.ok(!isRefusal(back))
        assert.deepEqual(back.journey, body)
      }),
      { numRuns: 60 },
    )
  })
}

test('opening a panel and touching nothing changes nothing', () => {
  for (const step of all) assert.equal(commandBetween(step, structuredClone(step) as StepBody), null)
  for (const body of bodies) assert.equal(fieldsBetween(body, structuredClone(body) as JourneyBody, new Set(['steps'])), undefined)
})

test('the settings know every field of a journey, and write what is typed', () => {
  const schema = jsonSchemaOf(SETTINGS_SCHEMA)
  const shape = shapeOf(schema, schema)
  assert.ok(shape.kind === 'object')
  const known = new Set(shape.fields.map(({ name }) => name))
  for (const body of bodies) for (const name of Object.keys(body)) assert.ok(name === 'steps' || known.has(name), `${body.id}.${name}`)
  fc.assert(
    fc.property(fc.constantFrom(...bodies), fc.constantFrom(...bodies), (before, other) => {
      const { steps: _steps, ...rest } = other
      const after = { ...rest, id: before.id, steps: before.steps } as JourneyBody
      const fields = fieldsBetween(before, after, new Set(['kind', 'id', 'steps']))
      if (!fields) return
      const done = applyCommand(before, { kind: 'setJourney', ...fields })
      if (isRefusal(done)) return assert.fail(JSON.stringify(done))
      assert.deepEqual(done.journey, after)
    }),
  )
})
