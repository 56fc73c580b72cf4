import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type SendTimeData, sendTimeLearner } from '#decisions/send-time/learn.ts'
import { HOUR } from '#decisions/send-time/week.ts'
import type { TrainingTask } from '#decisions/trainer.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { chdbAnalytics } from '#platform/analytics/chdb.ts'
import { migrateAnalytics } from '#platform/analytics/migrate.ts'
import { hoursModel } from '../../../test/fixtures/send-time.ts'
import { gatherSendTimes } from './send-time-store.ts'

const NOW = Date.UTC(2026, 5, 1, 12)
let analytics: Analytics
let directory: string

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cadenza-hours-'))
  analytics = await chdbAnalytics({ directory })
  await migrateAnalytics(analytics, join(import.meta.dirname, '../../../migrations/clickhouse'))
})
after(async () => {
  await analytics.close()
  await rm(directory, { recursive: true })
})

const task: TrainingTask<'send-time'> = { workspace: 'shop', model: hoursModel(), version: 1, previous: null, now: NOW }
/** No contact policy is published. */
const db = { query: async () => ({ rows: [], rowCount: 0 }) } as never
const gather = (workspace: string) =>
  gatherSendTimes({ analytics, db, signal: new AbortController().signal }, { ...task, workspace }) as Promise<SendTimeData | null>

let seq = 0
async function write(table: string, rows: readonly Record<string, unknown>[]): Promise<void> {
  seq++
  const placed = rows.map((row, ix) => ({ workspace_id: 'shop', partition: 0, seq, ix, ...row }))
  await analytics.insert(table, placed.map((row) => JSON.stringify(row)).join('\n'), `hours:${seq}`)
}
const event = (profile_id: string, name: string, { at, ...properties }: { at: number; [property: string]: unknown }) => ({
  profile_id,
  message_id: `${name} ${at} ${JSON.stringify(properties)}`,
  type: name.startsWith('message.') ? 'system' : 'track',
  name,
  at,
  received: at,
  properties: JSON.stringify(properties),
  verdict: 'accepted',
})
const decided = (profile_id: string, id: string, { at = NOW - 20 * 24 * HOUR, by = 'model', explored = 0, message = 1 } = {}) => ({
  profile_id,
  journey_id: 'news',
  version: 1,
  enrollment_id: id,
  step_id: 'mail',
  arm: 'now',
  propensity: 0.1,
  at,
  decision_id: `${id}:mail`,
  kind: 'send_time',
  model: 'hours',
  decided_by: by,
  record: JSON.stringify({ features: { explored, message, bin: 20, part: 4, worth: 1.5, within_hours: 24 } }),
})
const sent = (profile_id: string, effect_id: string, at: number) => ({
  profile_id,
  effect_id,
  journey_id: 'news',
  version: 1,
  enrollment_id: effect_id.split(':')[0],
  step_id: 'mail',
  channel: 'email',
  status: 'sent',
  reason: '',
  at,
})

test('readings, delays and outcomes are gathered as people made them, not programs', async () => {
  const then = NOW - 20 * 24 * HOUR
  await write('people', [
    {
      profile_id: 'ada',
      attributes: JSON.stringify({ timezone: 'Europe/Oslo', country: ' no ' }),
      permits: '{}',
      lists: '{}',
      scores: '{}',
      merged_into: '',
      at: then,
    },
  ])
  await write('events', [
    event('ada', 'Page Viewed', { at: then }),
    event('ada', 'Page Viewed', { at: then + 60_000 }),
    event('ada', 'Page Viewed', { at: then + 2 * HOUR }),
    event('ada', 'Page Viewed', { at: NOW - 400 * 24 * HOUR }),
    event('bob', 'message.clicked', { at: then + 5 * HOUR, effect_id: 'r1:mail:w1', fetcher: 'person' }),
    event('bob', 'message.clicked', { at: then + HOUR, effect_id: 'r1:mail:w1', fetcher: 'suspect' }),
    event('eve', 'message.opened', { at: then + HOUR, effect_id: 'r2:mail', fetcher: 'machine' }),
    event('eve', 'Something Else', { at: then }),
    event('dan', 'message.opened', { at: then + 100 * HOUR, effect_id: 'r3:mail', fetcher: 'person' }),
  ])
  await write('deliveries', [sent('bob', 'r1:mail:w1', then + 2 * HOUR), sent('eve', 'r2:mail', then), sent('dan', 'r3:mail', then)])
  await write('decisions', [
    decided('bob', 'r1', { explored: 1 }),
    decided('bob', 'r1', { explored: 1 }),
    decided('eve', 'r2', { by: 'control' }),
    decided('dan', 'r3'),
    decided('fay', 'r4'),
    decided('fay', 'r5', { message: 0 }),
    decided('fay', 'r6', { at: NOW - 2 * 24 * HOUR }),
    decided('fay', 'r7', { by: 'fallback' }),
  ])
  const data = (await gather('shop'))!
  assert.deepEqual(data.readers, [
    { zone: 'Europe/Oslo', country: 'NO', quarters: [(then + 2 * HOUR) / (HOUR / 4), then / (HOUR / 4)] },
    { zone: '', country: '', quarters: [(then + 5 * HOUR) / (HOUR / 4)] },
  ])
  assert.equal(data.newest, then + 5 * HOUR)
  assert.equal(data.fallbackZone, 'UTC')
  assert.deepEqual(
    data.delays.flatMap((times, hour) => (times > 0 ? [[hour, times]] : [])),
    [[3, 1]],
  )
  assert.deepEqual(
    data.outcomes.map(({ person, by, explored, read }) => [person, by, explored, read]),
    [
      ['bob', 'model', true, true],
      ['eve', 'control', false, false],
      ['dan', 'model', false, false],
      ['fay', 'model', false, false],
    ],
  )
  assert.deepEqual(data.outcomes[0], { person: 'bob', by: 'model', explored: true, bin: 20, part: 4, worth: 1.5, read: true })
  assert.equal(sendTimeLearner.fit(task, data), null, 'three readings are too few')
})

test('where nobody has read anything there is nothing to learn', async () => {
  assert.equal(await gather('elsewhere'), null)
})
