import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { decodePressure } from '#decisions/pressure/body.ts'
import type { PressedMessage } from '#decisions/pressure/fit.ts'
import { type PressureData, pressureLearner } from '#decisions/pressure/learner.ts'
import type { TrainingTask } from '#decisions/trainer.ts'
import { random } from '#lib/numeric/random.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { chdbAnalytics } from '#platform/analytics/chdb.ts'
import { migrateAnalytics } from '#platform/analytics/migrate.ts'
import { pressureModel } from '../../../test/fixtures/pressure.ts'
import { gatherPressure } from './pressure-store.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const NOW = Date.UTC(2026, 5, 1, 12)
let analytics: Analytics
let directory: string

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cadenza-pressure-'))
  analytics = await chdbAnalytics({ directory })
  await migrateAnalytics(analytics, join(import.meta.dirname, '../../../migrations/clickhouse'))
})
after(async () => {
  await analytics.close()
  await rm(directory, { recursive: true })
})

const task = (parts: Record<string, unknown> = {}): TrainingTask<'pressure'> => ({
  workspace: 'shop',
  model: pressureModel(parts),
  version: 1,
  previous: null,
  now: NOW,
})
const gather = (parts: Record<string, unknown> = {}, workspace = 'shop') =>
  gatherPressure(
    { analytics, db: null as never, signal: new AbortController().signal },
    { ...task(parts), workspace },
  ) as Promise<PressureData | null>

let seq = 0
async function write(table: string, rows: readonly Record<string, unknown>[]): Promise<void> {
  seq++
  const placed = rows.map((row, ix) => ({ workspace_id: 'shop', partition: 0, seq, ix, ...row }))
  await analytics.insert(table, placed.map((row) => JSON.stringify(row)).join('\n'), `pressure:${seq}`)
}
const THEN = NOW - 20 * DAY
const place = (run: string) => ({ journey_id: 'news', version: 1, enrollment_id: run, step_id: 'mail' })
const decided = (person: string, run: string, { arm = 'cap:2', at = THEN, goes = 1, life = 72 } = {}) => ({
  ...place(run),
  profile_id: person,
  arm,
  propensity: 0.03,
  at,
  decision_id: `${run}:mail:cap`,
  kind: 'frequency',
  model: 'rest',
  decided_by: 'model',
  record: JSON.stringify({ features: { pressure: 1.5, wanted: 3, used: 1, cap: Number(arm.slice(4)) || 0, goes, half_life_hours: life } }),
})
const delivery = (person: string, run: string, { status = 'sent', at = THEN, suffix = '' } = {}) => ({
  ...place(run),
  profile_id: person,
  effect_id: `${run}:mail${suffix}`,
  channel: 'email',
  status,
  reason: '',
  at,
})
const click = (person: string, run: string, { at = THEN + HOUR, fetcher = 'person', suffix = '' } = {}) => ({
  profile_id: person,
  message_id: `click ${run} ${at}`,
  type: 'system',
  name: 'message.clicked',
  at,
  received: at,
  properties: JSON.stringify({ effect_id: `${run}:mail${suffix}`, fetcher }),
  verdict: 'accepted',
})

test('only messages that went under a cap drawn by lot are learned from, each with what came of it in time', async () => {
  await write('decisions', [
    decided('ada', 'r1'),
    decided('ada', 'r1'),
    decided('ada', 'r2', { at: THEN + DAY }),
    decided('bob', 'r3', { arm: 'cap:4' }),
    decided('cyd', 'r4', { arm: 'weighed' }),
    decided('cyd', 'r5', { arm: 'policy' }),
    decided('dan', 'r6', { goes: 0 }),
    decided('dan', 'r7', { life: 24 }),
    decided('eve', 'r8', { at: NOW - DAY }),
    decided('eve', 'r9'),
  ])
  await write('deliveries', [
    delivery('ada', 'r1', { suffix: ':w1' }),
    delivery('ada', 'r2', { at: THEN + DAY }),
    delivery('bob', 'r3'),
    delivery('bob', 'r3', { status: 'unsubscribed', at: THEN + 2 * HOUR }),
    ...['r4', 'r5', 'r6', 'r7'].map((run) => delivery('cyd', run)),
    delivery('eve', 'r8', { at: NOW - DAY }),
    delivery('eve', 'r9', { status: 'failed' }),
  ])
  await write('events', [
    click('ada', 'r1', { suffix: ':w1' }),
    click('ada', 'r2', { at: THEN + 10 * DAY }),
    click('bob', 'r3', { fetcher: 'machine' }),
  ])
  const data = (await gather())!
  assert.equal(data.newest, THEN + DAY)
  const told = data.messages.map(({ person, cap, responded, left }) => [person, cap, responded, left])
  assert.deepEqual(told.sort(), [
    ['ada', 2, false, false],
    ['ada', 2, true, false],
    ['bob', 4, false, true],
  ])
  assert.deepEqual([data.messages[0]!.pressure, data.messages[0]!.wanted], [1.5, 3])
  assert.equal(await gather({}, 'elsewhere'), null)
})

test('a response may be a conversion of the run', async () => {
  const conversion = { ...place('r3'), profile_id: 'bob', kind: 'converted', from: '', to: '', reason: 'goal', at: THEN + DAY, value: 9 }
  await write('transitions', [conversion])
  const data = (await gather({ success: 'converted' }))!
  assert.deepEqual(
    data.messages.filter(({ responded }) => responded).map(({ person }) => person),
    ['bob'],
  )
})

/** Messages of people whose caps were drawn; pressure is what such a cap comes to, and a little more or less. */
function lots(people: number, { k }: { k: number }): PressedMessage[] {
  const r = random(`lots ${k}`)
  return Array.from({ length: people }, (_, i) => {
    const cap = i % 2 === 0 ? 2 : 8
    return Array.from({ length: 20 }, () => {
      const pressure = cap / 2 + r.uniform()
      const responded = r.uniform() < 0.12 * Math.exp(-0.1 * pressure)
      return { person: `${i}`, cap, pressure, wanted: 8, responded, left: r.uniform() < 0.004 * Math.exp(k * pressure) }
    })
  }).flat()
}

test('what was learned is told in words; messages are held back only where leaving surely rises with pressure', () => {
  const learned = pressureLearner.fit(task(), { messages: lots(800, { k: 0.4 }), newest: THEN })!
  const words = learned.report['words'] as string[]
  assert.match(words[0]!, /lowers the chance of a response by \d/)
  assert.match(words[1]!, /^It raises the chance that somebody leaves by \d/)
  assert.match(words[2]!, /^They would bring most at about \d+ messages? a week/)
  assert.ok(decodePressure(learned.body).fit)
  assert.equal(
    pressureLearner.fit(
      { ...task(), previous: { serial: 1, trainedTo: THEN, examples: learned.examples, body: {}, report: {} } },
      { messages: lots(800, { k: 0.4 }), newest: THEN },
    ),
    null,
  )
  const flat = pressureLearner.fit(task(), { messages: lots(800, { k: 0 }), newest: THEN })!
  assert.equal(decodePressure(flat.body).fit, null)
  assert.match((flat.report['words'] as string[])[2]!, /^So no message is kept back/)
})

test('without caps drawn by lot, or with too little, it says what is missing and that the policy goes on alone', () => {
  const one = lots(400, { k: 0.4 }).filter(({ cap }) => cap === 2)
  for (const [messages, what] of [
    [one, /drawn by lot/],
    [lots(400, { k: 0.4 }).map((each) => ({ ...each, wanted: 0 })), /nobody who has drawn a cap was written to before/],
    [lots(10, { k: 0.4 }), /messages went under the cap with the fewest/],
    [lots(800, { k: 0.4 }).map((each) => ({ ...each, left: false })), /people left after one/],
    [lots(800, { k: 0.4 }).map((each) => ({ ...each, responded: false })), /were responded to/],
  ] as const) {
    const learned = pressureLearner.fit(task(), { messages, newest: THEN })!
    const [says] = learned.report['words'] as string[]
    assert.match(says!, what)
    assert.match(says!, /Until then only the contact policy limits messages\.$/)
    assert.equal(decodePressure(learned.body).fit, null)
  }
})
