import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Sequences } from '#decisions/patterns/lessons.ts'
import { decodePattern } from '#decisions/patterns/snapshot.ts'
import { Model, type ModelOf } from '#decisions/schema.ts'
import type { TrainingTask } from '#decisions/trainer.ts'
import { random } from '#lib/numeric/random.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { chdbAnalytics } from '#platform/analytics/chdb.ts'
import { migrateAnalytics } from '#platform/analytics/migrate.ts'
import { TEACHING } from './learning.ts'
import { gatherSequences } from './pattern-store.ts'
import { trainingThreads } from './threads.ts'

const NOW = 1_800_000_000_000
const MINUTE = 60_000
let analytics: Analytics
let directory: string

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cadenza-patterns-'))
  analytics = await chdbAnalytics({ directory })
  await migrateAnalytics(analytics, join(import.meta.dirname, '../../../migrations/clickhouse'))
})
after(async () => {
  await analytics.close()
  await rm(directory, { recursive: true })
})

const task = (workspace: string, event = 'Order Completed'): TrainingTask<'pattern'> => ({
  workspace,
  model: Model.parse({ kind: 'model', id: 'ready', type: 'pattern', target: { event } }) as ModelOf<'pattern'>,
  version: 1,
  previous: null,
  now: NOW,
})
const gather = (of: TrainingTask<'pattern'>, signal = new AbortController().signal) =>
  gatherSequences({ analytics, db: undefined as never, signal }, of) as Promise<Sequences | null>

let written = 0
/** Events as `[person, name, minutes before now]`. */
async function told(workspace: string, events: readonly (readonly [string, string, number, string?])[]): Promise<void> {
  const seq = ++written
  const rows = events.map(([profile_id, name, minutes, verdict = 'accepted'], ix) => {
    const at = NOW - minutes * MINUTE
    return {
      workspace_id: workspace,
      profile_id,
      message_id: `${seq}:${ix}`,
      type: 'track',
      name,
      at,
      received: at,
      properties: '{}',
      verdict,
      partition: 0,
      seq,
      ix,
    }
  })
  await analytics.insert('events', rows.map((row) => JSON.stringify(row)).join('\n'), `patterns:${seq}`)
}

/** One person's events by name and minutes before now. */
function eventsOf({ vocabulary, offsets, types, times }: Sequences, person: number): [string, number][] {
  return [...types.subarray(offsets[person], offsets[person + 1])].map((type, i) => [
    vocabulary[type]!,
    (NOW / 1_000 - times[offsets[person]! + i]!) / 60,
  ])
}

test('the events of a workspace become sequences: oldest first, by the most frequent names, without what the engine says itself', async () => {
  await told('shop', [
    ['ada', 'Order Completed', 10],
    ['ada', 'Page Viewed', 30],
    ['ada', 'pattern.found:ready', 9],
    ['ada', 'message.delivered', 8],
    ['ada', 'message.clicked', 7],
    ['ada', 'Page Viewed', 20],
    ['ada', 'Page Viewed', 19, 'duplicate'],
    ['bea', 'Page Viewed', 50],
    ['bea', 'Page Viewed', 45],
    ['cy', 'Page Viewed', 40],
  ])
  await told('elsewhere', [['ada', 'Secret Event', 5]])
  const sequences = (await gather(task('shop')))!
  assert.deepEqual(sequences.vocabulary, ['', '*', 'Page Viewed', 'Order Completed', 'message.clicked'])
  assert.equal(sequences.until, NOW / 1_000)
  assert.equal(sequences.offsets.length, 3, 'one event alone teaches nothing')
  const people = [eventsOf(sequences, 0), eventsOf(sequences, 1)].toSorted((a, b) => b.length - a.length)
  assert.deepEqual(people, [
    [
      ['Page Viewed', 30],
      ['Page Viewed', 20],
      ['Order Completed', 10],
      ['message.clicked', 7],
    ],
    [
      ['Page Viewed', 50],
      ['Page Viewed', 45],
    ],
  ])
})

test('of each person the last fifty, of names sixty-two with the target always among them', async () => {
  const many = Array.from({ length: 70 }, (_, i) => [`Event ${String(i).padStart(2, '0')}`, i] as const)
  await told('large', [
    ...many.flatMap(
      ([name, i]) =>
        [
          ['ada', name, 1_000 - 2 * i],
          ['ada', name, 999 - 2 * i],
        ] as [string, string, number][],
    ),
    ['ada', 'Order Completed', 5],
  ])
  const sequences = (await gather(task('large')))!
  assert.equal(sequences.vocabulary.length, 64)
  assert.equal(sequences.vocabulary.at(-1), 'Order Completed')
  assert.equal(sequences.types.length, 50)
  assert.equal(sequences.first[0], NOW / 1_000 - 60_000)
  assert.deepEqual(eventsOf(sequences, 0).at(-1), ['Order Completed', 5])
  assert.equal(eventsOf(sequences, 0).at(-2)![0], '*', 'a name that is too rare is another one')
})

test('where the target never came there is nothing to learn from, and a training that was given up stops', async () => {
  assert.equal(await gather(task('shop', 'Moon Landed')), null)
  assert.equal(await gather(task('empty')), null)
  await assert.rejects(gather(task('shop'), AbortSignal.abort()))
})

test('what was gathered is learned in a thread of its own, and the snapshot can be read', async () => {
  const dice = random('thread')
  const lives = Array.from({ length: 120 }, (_, i) => {
    const events: [string, string, number][] = []
    for (let minutes = 40 * 1_440 - Math.floor(dice.uniform() * 5_000); minutes > 0; minutes -= 720 + Math.floor(dice.uniform() * 5_000)) {
      events.push([`p${i}`, dice.uniform() < 0.2 ? 'Order Completed' : dice.uniform() < 0.5 ? 'Page Viewed' : 'Search Made', minutes])
    }
    return events
  })
  await told('thread', lives.flat())
  const { previous: _previous, ...job } = task('thread')
  const threads = trainingThreads({ learners: TEACHING.module })
  try {
    const data = await gather(task('thread'))
    const fitted = await threads.fit({ type: 'pattern', task: job, before: null, data }, { longest: 60_000, megabytes: 512 })
    assert.equal(fitted.kind, 'trained', JSON.stringify(fitted))
    assert.ok(fitted.kind === 'trained')
    const body = decodePattern(fitted.trained.body)
    assert.deepEqual([...body.vocabulary].sort(), ['', '*', 'Order Completed', 'Page Viewed', 'Search Made'])
    assert.equal(fitted.trained.report['serves'], body.serves)
    assert.equal(fitted.trained.trainedTo, NOW)
  } finally {
    await threads.close()
  }
})
