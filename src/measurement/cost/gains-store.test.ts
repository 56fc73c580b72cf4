import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { chdbAnalytics } from '#platform/analytics/chdb.ts'
import { migrateAnalytics } from '#platform/analytics/migrate.ts'
import type { Live } from '#platform/documents-plan.ts'
import { MIGRATIONS } from '../../../test/fixtures/database.ts'
import { holdoutGain, journeyGain } from './gains-store.ts'

let analytics: Analytics
let directory: string
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cadenza-gains-'))
  analytics = await chdbAnalytics({ directory })
  await migrateAnalytics(analytics, join(MIGRATIONS, '../clickhouse'))
})
after(async () => {
  await analytics?.close()
  await rm(directory, { recursive: true, force: true })
})

const DAY = 86_400_000
/** In the fourth quarter; the third is over. */
const NOW = Date.parse('2026-11-20T12:00:00Z')
const OCTOBER = Date.parse('2026-10-02T12:00:00Z')
const AUGUST = Date.parse('2026-08-02T12:00:00Z')
const WS = 'gains'
const live = (...bodies: { kind: string; id: string }[]): Live[] =>
  bodies.map((body) => ({ kind: body.kind, id: body.id, version: 1, body: body as never, hash: '' }))
const metric = { kind: 'metric', id: 'revenue', event: 'Order Completed', measure: 'sum', value: 'total', margin: 0.5, within: '7d' }
let written = 0
async function record(table: string, rows: readonly object[]): Promise<void> {
  const seq = ++written
  await analytics.insert(
    table,
    rows.map((row, ix) => JSON.stringify({ workspace_id: WS, partition: 0, seq, ix, ...row })).join('\n'),
    `gains:${seq}`,
  )
}
const people = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${prefix}${i}`)
const assigned = (experiment: string, arm: string, { period, at, names }: { period: string; at: number; names: string[] }) =>
  record(
    'assignments',
    names.map((profile_id) => ({
      profile_id,
      kind: 'holdout',
      experiment,
      version: 1,
      period,
      unit: profile_id,
      arm,
      is_control: arm === 'held_out' ? 1 : 0,
      share: 0.5,
      crossed: 0,
      cause: '',
      at,
    })),
  )
const ordered = (names: readonly string[], { at, total }: { at: number; total: number }) =>
  record(
    'events',
    names.map((profile_id) => ({
      profile_id,
      message_id: `${profile_id} ${at}`,
      type: 'track',
      name: 'Order Completed',
      at,
      received: at,
      properties: JSON.stringify({ total }),
      verdict: 'accepted',
    })),
  )
const asked = (documents: Live[]) => ({ analytics, workspace: WS, live: documents, now: NOW })

test('all of marketing is valued against the people whom none of it reaches, in the newest period that says something', async () => {
  const [treated, held] = [people('t', 300), people('h', 300)]
  await assigned('all', 'treated', { period: '2026q3', at: AUGUST, names: treated })
  await assigned('all', 'held_out', { period: '2026q3', at: AUGUST, names: held })
  // This quarter's people are too few as yet.
  await assigned('all', 'treated', { period: '2026q4', at: OCTOBER, names: people('u', 10) })
  await assigned('all', 'held_out', { period: '2026q4', at: OCTOBER, names: people('v', 10) })
  await ordered(treated.slice(0, 90), { at: AUGUST + DAY, total: 40 })
  await ordered(held.slice(0, 45), { at: AUGUST + DAY, total: 40 })
  // After the metric's time: it counts no more.
  await ordered(treated.slice(90, 200), { at: AUGUST + 20 * DAY, total: 40 })
  const documents = live({ kind: 'holdout', id: 'all', share: '50%' } as never, metric)
  const { gain, margin, credited, since, experiment } = await holdoutGain(asked(documents), {})
  assert.ok(gain.kind === 'known', JSON.stringify(gain))
  assert.ok(Math.abs(gain.value!.estimate - 45 * 40) < 1e-6, 'forty-five orders of forty that would not have been')
  assert.ok(Math.abs(gain.outcomes!.estimate - 45) < 1e-6)
  assert.deepEqual([gain.treated, gain.control, margin, credited, since, experiment], [300, 300, 0.5, 3_600, AUGUST, 'holdout:all:2026q3'])
  const error = 300 * 40 * Math.sqrt((0.3 * 0.7 + 0.15 * 0.85) / 299)
  assert.ok(Math.abs(gain.value!.se / error - 1) < 1e-9, 'Welch, of the sample')
  const other = await holdoutGain(asked(documents), { channel: 'sms' })
  assert.ok(other.gain.kind === 'unknown' && other.gain.because === 'no_control', 'nobody was held out of text messages alone')
})

test('a hold-out of one channel values that channel; by which metric has to be clear', async () => {
  const [treated, held] = [people('st', 200), people('sh', 200)]
  await assigned('texts', 'treated', { period: '', at: AUGUST, names: treated })
  await assigned('texts', 'held_out', { period: '', at: AUGUST, names: held })
  await ordered(treated.slice(0, 40), { at: AUGUST + DAY, total: 10 })
  await ordered(held.slice(0, 40), { at: AUGUST + DAY, total: 10 })
  const texts = { kind: 'holdout', id: 'texts', share: '50%', rotate: 'never', covers: { channels: ['sms'] } }
  const documents = live(texts as never, metric, { ...metric, id: 'profit' } as never)
  const unclear = await holdoutGain(asked(documents), { channel: 'sms' })
  assert.ok(unclear.gain.kind === 'unknown' && unclear.gain.because === 'no_outcome')
  const { gain } = await holdoutGain(asked(documents), { channel: 'sms', metric: 'revenue' })
  assert.ok(gain.kind === 'known' && Math.abs(gain.value!.estimate) < 1e-9)
  assert.equal((await holdoutGain(asked(documents), {})).gain.kind, 'unknown', 'it is no hold-out of everything')
})

/** A row for each person and journey: they came in, or reached what the journey is for. */
const moved = (
  kind: 'entered' | 'converted',
  { journey, version = 1, arm, names, value = 0 }: { journey: string; version?: number; arm: string; names: string[]; value?: number },
) =>
  record(
    'transitions',
    names.map((profile_id) => ({
      profile_id,
      journey_id: journey,
      version,
      enrollment_id: `${journey} ${profile_id}`,
      kind,
      from_step: '',
      to_step: kind === 'entered' ? 's' : '',
      reason: kind === 'entered' ? 'entered' : 'goal',
      arm,
      value,
      at: kind === 'entered' ? AUGUST : AUGUST + DAY,
      cause: '',
    })),
  )

test('versions of a journey with and without a hold-out are not put together', async () => {
  const journey = (id: string) => ({
    kind: 'journey',
    id,
    goal: { event: 'Order Completed', within: '7d', value: 'total', margin: 0.4 },
    entry: { event: 'Came' },
    holdout: '50%',
    default: { otherwise: 'continue' },
    steps: [{ kind: 'wait', id: 's', for: '1d' }],
  })
  await moved('entered', { journey: 'mixed', version: 1, arm: 'treated', names: people('m', 500) })
  await moved('entered', { journey: 'mixed', version: 2, arm: 'treated', names: people('n', 200) })
  await moved('entered', { journey: 'mixed', version: 2, arm: 'held_out', names: people('o', 200) })
  await moved('entered', { journey: 'held', version: 1, arm: 'treated', names: people('n', 200) })
  await moved('entered', { journey: 'held', version: 1, arm: 'held_out', names: people('o', 200) })
  await ordered(people('n', 60), { at: AUGUST + 2 * DAY, total: 30 })
  await ordered(people('o', 20), { at: AUGUST + 2 * DAY, total: 30 })
  const documents = live(journey('mixed'), journey('held'))
  const mixed = await journeyGain(asked(documents), 'mixed')
  assert.ok(mixed.gain.kind === 'unknown' && mixed.gain.because === 'several_shares')
  const { gain, margin } = await journeyGain(asked(documents), 'held')
  assert.ok(gain.kind === 'known' && Math.abs(gain.value!.estimate - 40 * 30) < 1e-6 && margin === 0.4, JSON.stringify(gain))
  assert.equal((await journeyGain(asked(documents), 'gone')).gain.kind, 'unknown')
})

test('a goal that hangs on what each run came in with is valued by the conversions that the engine told', async () => {
  const [treated, held] = [people('kt', 200), people('kh', 200)]
  await moved('entered', { journey: 'keyed', arm: 'treated', names: treated })
  await moved('entered', { journey: 'keyed', arm: 'held_out', names: held })
  await moved('converted', { journey: 'keyed', arm: 'treated', names: treated.slice(0, 80), value: 25 })
  await moved('converted', { journey: 'keyed', arm: 'held_out', names: held.slice(0, 50), value: 25 })
  // Orders of other carts are none of its business.
  await ordered(held, { at: AUGUST + DAY, total: 1_000 })
  const documents = live({
    kind: 'journey',
    id: 'keyed',
    goal: { event: 'Order Completed', where: 'event.properties.cart_id == entry.key', within: '7d', value: 'total', margin: 0.3 },
    entry: { event: 'Product Added', key: 'properties.cart_id' },
    holdout: '50%',
    default: { otherwise: 'continue' },
    steps: [{ kind: 'wait', id: 's', for: '1d' }],
  } as never)
  const { gain, margin, credited } = await journeyGain(asked(documents), 'keyed')
  assert.ok(gain.kind === 'known' && Math.abs(gain.value!.estimate - 30 * 25) < 1e-6, JSON.stringify(gain))
  assert.deepEqual([margin, credited], [0.3, 80 * 25])
})
