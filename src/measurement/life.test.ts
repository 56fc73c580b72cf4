import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { DecisionFact, DeliveryFact, EventFact, TransitionFact } from '#events/reaction.ts'
import type { OutputOf } from '#lib/action.ts'
import { isRefusal } from '#lib/problem.ts'
import { FactWorld, JOURNEY, NOW, someRun, told } from '../../test/fixtures/facts.ts'
import { ReadPeople, ReadTimeline, ReadWhy } from './schema.ts'

const world = FactWorld.forThisFile()

test('why a person did not get it: from the entry to the reason, also under the profile that it was before', async () => {
  world.merged.set('ada', ['anonymous-1'])
  const base = someRun({ person: 'anonymous-1', version: 2, path: ['settle', 'nudge'] })
  const [entered, movedOn] = told('why', base, 1) as [TransitionFact, TransitionFact]
  const later: TransitionFact = {
    ...movedOn,
    profile_id: 'ada',
    kind: 'exited',
    from_step: 'nudge',
    to_step: '',
    reason: 'completed:consent_missing',
    at: NOW - 500,
  }
  const decision: DecisionFact = {
    workspace_id: 'why',
    profile_id: 'anonymous-1',
    journey_id: JOURNEY,
    version: 2,
    enrollment_id: 'run-1',
    step_id: 'settle',
    arm: 'a',
    propensity: 0.5,
    at: NOW - 1_000,
  }
  await world.record({ transitions: [entered, movedOn], decisions: [decision] })
  const during = await world.call(ReadWhy, 'why', { id: JOURNEY, profileId: 'ada' })
  assert.equal(during.standing, 'in')
  assert.match(during.sentence, /at step “nudge”/)
  assert.equal(during.step, 'nudge')
  await world.record({ transitions: [later] })
  const why = await world.call(ReadWhy, 'why', { id: JOURNEY, profileId: 'ada' })
  assert.deepEqual([why.standing, why.step], ['left', ''])
  assert.match(why.sentence, /They have left the journey\. They reached the end of the journey\. They have not given permission/)
  assert.deepEqual(
    why.items.map((item) => (item.kind === 'transition' ? item.move : item.kind)),
    ['entered', 'decision', 'moved', 'exited'],
  )
  const stranger = await world.call(ReadWhy, 'why', { id: JOURNEY, profileId: 'nobody' })
  assert.deepEqual([stranger.standing, stranger.items], ['never', []])
  const neighbour = await world.call(ReadWhy, 'another workspace', { id: JOURNEY, profileId: 'ada' })
  assert.equal(neighbour.standing, 'never')
})

type Item = OutputOf<typeof ReadTimeline>['items'][number]
/** What the item at place `i` of a made-up life is called. */
const NAMES = { event: (i: number) => `m${i}`, transition: (i: number) => `run-${i}`, delivery: (i: number) => `e${i}` }

function nameOf(item: Item): string {
  switch (item.kind) {
    case 'event':
      return item.messageId
    case 'delivery':
      return item.effectId
    case 'transition':
    case 'decision':
      return item.enrollmentId
  }
}

type Life = readonly (readonly [kind: keyof typeof NAMES, at: number])[]

function factsOf(workspace: string, life: Life) {
  const mine = { workspace_id: workspace, profile_id: 'ada' }
  const events: EventFact[] = []
  const transitions: TransitionFact[] = []
  const deliveries: DeliveryFact[] = []
  for (const [i, [kind, at]] of life.entries()) {
    if (kind === 'event')
      events.push({
        ...mine,
        message_id: NAMES.event(i),
        type: 'track',
        name: 'Seen',
        at,
        received: at,
        properties: '{}',
        verdict: 'accepted',
      })
    else if (kind === 'transition') transitions.push(told(workspace, someRun({ at }), i)[0]!)
    else {
      const place = { journey_id: JOURNEY, version: 1, enrollment_id: 'run', step_id: 'nudge', channel: 'email' }
      deliveries.push({ ...mine, ...place, effect_id: NAMES.delivery(i), status: 'sent', reason: '', at })
    }
  }
  return { events, transitions, deliveries }
}

test('a timeline is walked page by page: newest first, each item once, also many in one millisecond', async () => {
  const moment = fc.tuple(fc.constantFrom<(keyof typeof NAMES)[]>('event', 'transition', 'delivery'), fc.integer({ min: -3, max: 3 }))
  let turn = 0
  await fc.assert(
    fc.asyncProperty(fc.array(moment, { maxLength: 40 }), fc.integer({ min: 1, max: 9 }), async (life, limit) => {
      const workspace = `life-${++turn}`
      await world.record(factsOf(workspace, life))
      const walk = async (kinds?: string): Promise<Item[]> => {
        const items: Item[] = []
        for (let cursor: string | undefined; ; ) {
          const answer = await world.call(ReadTimeline, workspace, { id: 'ada', limit, cursor, kinds })
          items.push(...answer.items)
          if (answer.next === null) return items
          assert.equal(answer.items.length, limit)
          cursor = answer.next
        }
      }
      const items = await walk()
      const names = items.map(nameOf)
      assert.deepEqual(names.toSorted(), life.map(([kind], i) => NAMES[kind](i)).toSorted())
      assert.deepEqual(
        items.map(({ at }) => at),
        life.map(([, at]) => at).sort((a, b) => b - a),
      )
      assert.equal((await walk('event,delivery')).length, life.filter(([kind]) => kind !== 'transition').length)
    }),
    { numRuns: 15 },
  )
})

test('a cursor that was not given out is refused', async () => {
  for (const [action, input] of [
    [ReadTimeline, { id: 'ada' }],
    [ReadPeople, { id: JOURNEY, of: 'left' }],
  ] as const) {
    const answer = await world.ask(action, 'shop', { ...input, cursor: "1'; DROP" })
    assert.ok(isRefusal(answer))
    assert.equal(answer.refused.status, 400)
  }
})
