import assert from 'node:assert/strict'
import { test } from 'node:test'
import { places } from '#journeys/lanes.ts'
import { Journey } from '#journeys/schema.ts'
import { SimulateJourney } from '#journeys/try-api.ts'
import { readGallery } from './gallery.ts'
import { testRun } from './test-run.ts'

const START = Date.parse('2026-01-05T09:00:00Z')
const DAY = 86_400_000
const published = { workspace: 'w', revision: 1, consent: 'opt-out', journeys: [], templates: [] } as const
const journey = (steps: readonly object[]): Journey =>
  Journey.parse({
    kind: 'journey',
    id: 'tried',
    goal: { event: 'Bought', within: '60d' },
    entry: { event: 'Begun' },
    holdout: '100%',
    steps,
  })
const run = (steps: readonly object[], more: object = {}) =>
  testRun({
    journey: journey(steps),
    published,
    person: undefined,
    input: SimulateJourney.input.parse({
      id: 'tried',
      attributes: { email: 'ada@shop.example', plan: 'free' },
      events: [{ name: 'Begun', at: START }],
      until: START + 60 * DAY,
      treated: true,
      ...more,
    }),
  })
const mail = { kind: 'email', id: 'mail', template: 'hello', otherwise: [] }

test('a decision tells what was known; waits are skipped in virtual time; nobody is held out', () => {
  const branch = { kind: 'branch', id: 'pro', branches: [{ id: 'yes', when: 'profile.plan == "pro"', steps: [] }], otherwise: [mail] }
  const { trace, messages } = run([{ kind: 'wait', id: 'pause', for: '2d' }, branch])
  const lines = trace.map(({ kind, step }) => `${kind} ${step}`)
  assert.equal(lines[0], 'entered pause')
  assert.ok(lines.indexOf('moved pause') < lines.indexOf('moved pro') && lines.indexOf('moved pro') < lines.indexOf('message mail'))
  assert.equal(lines.at(-1)?.startsWith('exited'), true)
  assert.deepEqual(trace.find(({ step, kind }) => step === 'pro' && kind === 'moved')?.known, { plan: 'free' })
  assert.equal(messages[0]?.status, 'sent')
  assert.ok(messages[0]!.at >= START + 2 * DAY)
})

test('chosen receipts, verdicts, answers and outages steer the run', () => {
  const steps = [
    mail,
    {
      kind: 'waitFor',
      id: 'clicked',
      event: 'message.clicked',
      of: 'mail',
      upTo: '5d',
      then: [{ kind: 'update', id: 'yes', set: { clicked: true } }],
      otherwise: [],
    },
    { kind: 'hold', id: 'ask', upTo: '5d', then: [{ kind: 'update', id: 'let', set: { released: true } }], otherwise: [] },
  ]
  const receipts = [
    { step: 'mail', event: 'message.clicked', after: 3_600_000 },
    { step: 'ask', event: 'released', after: 60_000 },
  ]
  assert.deepEqual({ ...run(steps, { receipts }).attributes }, { email: 'ada@shop.example', plan: 'free', clicked: true, released: true })
  assert.deepEqual({ ...run(steps).attributes }, { email: 'ada@shop.example', plan: 'free' })
  const failed = run(steps, { receipts, outages: [{ step: 'mail', result: 'failed', reason: 'hard_bounce' }] })
  assert.equal(failed.messages[0]?.status, 'failed')
  assert.equal('clicked' in failed.attributes, false)
})

test('every template of the gallery that an event begins can be run, and no step of it is left out silently', () => {
  for (const { journey: given } of readGallery()) {
    const entry = given.entry
    if (!('event' in entry)) continue
    const { trace, standing } = testRun({
      journey: given,
      published,
      person: undefined,
      input: SimulateJourney.input.parse({
        id: given.id,
        attributes: { email: 'ada@shop.example', seats: 5 },
        events: Array.from({ length: 3 }, (_, i) => ({
          name: entry.event,
          at: START + i * 1_000,
          properties: { cart_id: 'c', order_id: 'o', product_id: 'p', application_id: 'a', value: 80, share: 0.9, product: 'savings' },
        })),
        until: START + 200 * DAY,
        treated: true,
      }),
    })
    assert.equal(trace[0]?.kind === 'entered' || trace.some(({ kind }) => kind === 'entered'), true, given.id)
    const steps = new Set(places(given.steps).map(({ step }) => step.id))
    for (const { step } of standing) assert.ok(steps.has(step))
    assert.ok(
      trace.some(({ kind }) => kind === 'exited' || kind === 'converted'),
      `${given.id} comes to an end`,
    )
  }
})
