import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { OutputOf } from '#lib/action.ts'
import type {
  ListExperiments,
  ListHoldouts,
  ReadExperiment,
  ReadExperimentCut,
  ReadExperimentPeople,
} from '#measurement/experiments/api.ts'
import type { SearchProfiles } from '#profiles/api.ts'
import { until } from '../fixtures/delivery.ts'
import { addressOf, journey, startWorld, template, type World } from './world.ts'

let world: World
before(async () => {
  world = await startWorld()
})
after(() => world.stop())

const REFUNDS = { kind: 'metric', id: 'refunds', name: 'Refunded', event: 'Order Refunded', better: 'less', within: '7d' }
const CALLS = { kind: 'metric', id: 'calls', name: 'Called in anger', event: 'Called', better: 'less', within: '7d' }
const PEOPLE = 76
const GUARDED = { guardrails: [{ metric: 'refunds' }] }
const WELCOME = journey('welcome', 'Signed Up', {
  ...GUARDED,
  goal: { event: 'Order Completed', within: '7d', value: 'total' },
  holdout: '50%',
  steps: [{ kind: 'email', id: 'hello', template: 'hello' }],
})
/** One that pushes too hard, tried on half of the people. */
const PUSHY = journey('pushy', 'Signed Up', { steps: [{ kind: 'email', id: 'hurry', template: 'hurry' }] })
const TRIAL = {
  kind: 'experiment',
  id: 'push-trial',
  hypothesis: 'People who are pushed buy more',
  on: 'journeys',
  journeys: ['pushy'],
  primary: 'goal:pushy',
  guardrails: ['calls'],
  arms: [
    { id: 'calm', share: '50%', control: true, enters: [] },
    { id: 'pushed', share: '50%', enters: ['pushy'] },
  ],
}
const HOLDOUT = { kind: 'holdout', id: 'all', share: '50%', rotate: 'never' }

type Report = OutputOf<typeof ReadExperiment>
const report = async (key: string): Promise<Report> => {
  await world.app.reported()
  return world.api(`GET /api/experiments/${encodeURIComponent(key)}`)
}
async function peopleOf(key: string, query: string): Promise<string[]> {
  const people: string[] = []
  for (let cursor = ''; ; ) {
    const path = `/api/experiments/${encodeURIComponent(key)}/people?limit=40&${query}${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`
    const page = await world.api<OutputOf<typeof ReadExperimentPeople>>(`GET ${path}`)
    people.push(...page.people.map(({ profileId }) => profileId))
    if (page.next === null) return people
    cursor = page.next
  }
}
/** Everybody whom the story calls by a name. */
async function userIds(): Promise<[profile: string, userId: string][]> {
  const found: [string, string][] = []
  for (let cursor = ''; ; ) {
    const page = await world.api<OutputOf<typeof SearchProfiles>>(
      `GET /api/profiles?q=person${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
    )
    found.push(...page.people.flatMap(({ id, userId }): [string, string][] => (userId ? [[id, userId]] : [])))
    if (page.next === null) return [...new Map(found)]
    cursor = page.next
  }
}
const run = (task: string) => world.app.parts.work.query('select graphile_worker.add_job($1)', [task])
const listed = async (key: string) => {
  const { experiments } = await world.api<OutputOf<typeof ListExperiments>>('GET /api/experiments')
  return experiments.find((each) => each.key === key)!
}

test('an experiment is read from what happened, its people are found, and what harms them is stopped and told', async () => {
  await world.publish(REFUNDS, CALLS, template('hello'), template('hurry'), WELCOME, PUSHY, TRIAL)
  await world.settled()
  const people = Array.from({ length: PEOPLE }, (_, i) => `person${i}`)
  await world.call('batch', {
    batch: people.flatMap((userId, i) => [
      { type: 'identify', userId, traits: { email: addressOf(userId), country: i % 2 ? 'DE' : 'FR' } },
      { type: 'track', userId, event: 'Signed Up' },
    ]),
  })
  await world.settled()
  await world.app.reported()

  const treated = new Set(await peopleOf('journey:welcome', 'arm=treated'))
  const pushed = new Set(await peopleOf('experiment:push-trial', 'arm=pushed'))
  assert.ok(Math.min(treated.size, PEOPLE - treated.size, pushed.size, PEOPLE - pushed.size) >= 15, `${treated.size} and ${pushed.size}`)
  await world.pass({ hours: 1 })
  await world.call('batch', {
    batch: (await userIds()).flatMap(([id, userId]) => [
      ...(treated.has(id) ? [{ type: 'track', userId, event: 'Order Completed', properties: { total: 20 } }] : []),
      ...(treated.has(id) ? [{ type: 'track', userId, event: 'Order Refunded' }] : []),
      ...(pushed.has(id) ? [{ type: 'track', userId, event: 'Called' }] : []),
    ]),
  })
  await world.settled()

  // Nobody's time is over yet, so nobody counts, and everybody is somewhere.
  const early = await report('journey:welcome')
  assert.deepEqual(
    early.excluded.map(({ code, people: n }) => [code, n]),
    [['window_open', PEOPLE]],
  )
  assert.equal((await peopleOf('journey:welcome', 'which=open&metric=goal%3Awelcome')).length, PEOPLE)

  await world.pass({ days: 8 })
  const late = await report('journey:welcome')
  assert.deepEqual(
    late.arms.map(({ id, people: n }) => [id, n]),
    [
      ['treated', treated.size],
      ['held_out', PEOPLE - treated.size],
    ],
  )
  assert.equal(late.excluded.length, 0)
  const { comparisons, stop, blocked } = late.readouts[0]!.readout
  assert.deepEqual(
    stop.map(({ arm, metric }) => [arm, metric]),
    [['treated', 'refunds']],
  )
  if (!blocked) {
    const [goal] = comparisons
    assert.deepEqual([goal?.metric, goal?.treated.mean, goal?.control.mean], ['goal:welcome', 1, 0])
    assert.match(late.sentence, /\S/)
    assert.equal(comparisons.find(({ metric }) => metric === 'goal:welcome-value')?.treated.mean, 20)
  }
  assert.equal((await peopleOf('journey:welcome', 'arm=treated&which=converted')).length, treated.size)
  assert.equal((await peopleOf('journey:welcome', 'which=not_converted')).length, PEOPLE - treated.size)

  const cut = await world.api<OutputOf<typeof ReadExperimentCut>>('GET /api/experiments/journey%3Awelcome/cut?attribute=country')
  assert.deepEqual(cut.lines.map(({ value, people: n }) => [value, n]).sort(), [
    ['DE', PEOPLE / 2],
    ['FR', PEOPLE / 2],
  ])

  // The guardrails are looked at: the journey is paused, the arm gets what control gets, and Grace is told.
  await run('watch-guardrails')
  await until('the look has been noted', async () => (await listed('experiment:push-trial')).crossings.length > 0)
  await until('the look has been noted', async () => (await listed('journey:welcome')).crossings.length > 0)
  assert.deepEqual(
    (await listed('journey:welcome')).crossings.map(({ arm, metric, did }) => [arm, metric, did]),
    [['treated', 'refunds', 'paused']],
  )
  const { shown } = await world.api<{ shown: { body: typeof TRIAL } }>('GET /api/documents/experiment/push-trial')
  assert.deepEqual(
    shown.body.arms.map(({ enters }) => enters),
    [[], []],
  )
  await world.settled()
  await world.pass({ minutes: 1 })
  const { mail } = await world.api<{ mail: { subject: string; to: string }[] }>('GET /api/mailbox?q=grace%40shop.example')
  assert.deepEqual(mail.map(({ subject }) => subject).sort(), ['Guardrail crossed: “push-trial”', 'Guardrail crossed: “welcome”'])

  // Somebody new gets nothing of either any more; the same look again stops nothing twice.
  await world.identify('late')
  await world.track('late', 'Signed Up')
  await world.pass({ hours: 1 })
  assert.deepEqual(await world.mailTo('late'), [])
  await run('watch-guardrails')
  assert.equal((await listed('journey:welcome')).last, null, 'a list reads nothing by itself')
  await run('note-experiments')
  await until('the look has been noted', async () => (await listed('journey:welcome')).last !== null)
  const { last } = await listed('journey:welcome')
  assert.equal(last!.sentence, (await report('journey:welcome')).sentence)
  await world.pass({ days: 1 })
  await run('note-experiments')
  await until('another day has been noted', async () => (await listed('journey:welcome')).last!.asOf > last!.asOf)
  assert.equal((await listed('experiment:push-trial')).crossings.length, 1)
})

test('a hold-out from all marketing says how many people are out, and what it cost to know', async () => {
  await world.publish(HOLDOUT, journey('spring', 'Visited', { steps: [{ kind: 'email', id: 'sale', template: 'hello' }] }))
  await world.settled()
  await world.call('batch', { batch: Array.from({ length: 20 }, (_, i) => ({ type: 'track', userId: `person${i}`, event: 'Visited' })) })
  await world.settled()
  await world.app.reported()
  const { holdouts } = await world.api<OutputOf<typeof ListHoldouts>>('GET /api/holdouts')
  assert.equal(holdouts.length, 1)
  const [all] = holdouts
  assert.equal(all!.people.heldOut + all!.people.treated, 20)
  assert.equal((await peopleOf('holdout:all', 'arm=held_out')).length, all!.people.heldOut)
  assert.equal(all!.value, null, 'nothing is claimed before anything is shown')
})
