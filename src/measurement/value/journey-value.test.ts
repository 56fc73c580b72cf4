import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '#lib/numeric/random.ts'
import { holdsDrills, ReportFacts, tableOf, told } from '../../../test/fixtures/report-facts.ts'
import { Metric } from '../metrics/schema.ts'
import { learnValue } from './fit.ts'
import { readHistories, readSlice } from './histories-store.ts'
import { journeyValue } from './journey-value-store.ts'
import { LifetimeValue } from './schema.ts'
import { type StoredFit, settingsOf } from './stored.ts'
import { worthOf } from './worth.ts'

const facts = ReportFacts.forThisFile()
const DAY = 86_400_000
const NOW = Date.UTC(2026, 5, 17, 12)
const ENTERED = NOW - 60 * DAY
const orders = Metric.parse({ kind: 'metric', id: 'orders', event: 'Order Completed', measure: 'sum', value: 'total', margin: 0.4 })
const document = LifetimeValue.parse({ kind: 'lifetime-value', id: 'ltv', purchases: 'orders' })
facts.documents.set('metric orders', orders).set('lifetime-value ltv', document).set('journey care', { holdout: '50%' })
const settings = settingsOf(document, 0.4)

/** 1,600 people; those who are cared for buy three times as often from their entry on. */
async function customers(workspace: string, lift: number): Promise<void> {
  const r = random(`journey value ${workspace}`)
  const events: Parameters<typeof facts.events>[1][number][] = []
  const entries = Array.from({ length: 1_600 }, (_, i) => {
    const person = `p${i}`
    const arm = r.uniform() < 0.5 ? 'treated' : 'held_out'
    const rate = -Math.log(1 - r.uniform()) / 40
    const spends = 10 + 30 * r.uniform()
    let at = ENTERED - (20 + 120 * r.uniform()) * DAY
    for (;;) {
      if (at >= NOW) break
      events.push({ person, name: 'Order Completed', at: Math.round(at), properties: { total: spends * (0.5 + r.uniform()) } })
      const now = at >= ENTERED && arm === 'treated' ? rate * (1 + lift) : rate
      at += (-Math.log(1 - r.uniform()) / now) * DAY
      if (r.uniform() < 0.1) break
    }
    return {
      profile_id: person,
      journey_id: 'care',
      version: 1,
      enrollment_id: `run-${i}`,
      kind: 'entered',
      from_step: '',
      to_step: '',
      reason: '',
      arm,
      value: 0,
      at: ENTERED,
      cause: '',
    }
  })
  await facts.events(workspace, events)
  await facts.rows(workspace, 'transitions', entries)
  const asked = { workspace, metric: orders, zone: 'UTC', cut: NOW, until: NOW }
  const { groups, spenders, standing, unitDays } = await readHistories(facts.analytics, asked)
  const fit = learnValue({ groups, spenders, ...standing, unitDays, trial: null }, settings)
  facts.fits.set('ltv', { format: 1, at: NOW, asked: '', settings, fit } satisfies StoredFit)
}

test('what a journey caused of lifetime value: the sums by group are those of each person, and the interval finds it', async () => {
  await customers('care', 2)
  const parts = facts.parts('care', NOW)
  const input = { journey: 'care', value: 'ltv' }
  const answer = await told(journeyValue, parts, input)
  const rows = new Map(tableOf(answer, 'effects').rows.map((row) => [row['figure'], row as Record<string, number>]))
  const both = rows.get('Lifetime value')!
  assert.equal(both['treated_people']! + both['held_people']!, 1_600)
  assert.ok(both['low']! > 0 && both['effect']! > both['low']! && both['effect']! < both['high']!, JSON.stringify(both))
  assert.ok(Math.abs(both['effect']! - rows.get('Realised since')!['effect']! - rows.get('Predicted from now on')!['effect']!) < 1e-6)
  // The same by hand: each person with what they brought since, and what the model foretells of them.
  const asked = { workspace: 'care', metric: orders, zone: 'UTC', cut: NOW, until: NOW }
  const { fit } = facts.fits.get('ltv') as StoredFit
  const everybody = await readSlice(facts.analytics, asked, { score: 'ltv', slice: 0, slices: 1 })
  const predicted = new Map(everybody.map((person) => [person.person, worthOf(fit!, settings, person).value!]))
  const treated = await facts.analytics.query<{ person: string }>(
    "SELECT profile_id AS person FROM transitions WHERE workspace_id = 'care' AND arm = 'treated'",
  )
  const mean = treated.reduce((sum, { person }) => sum + predicted.get(person)!, 0) / treated.length
  assert.ok(Math.abs(rows.get('Predicted from now on')!['treated']! / mean - 1) < 1e-9)
  assert.ok(answer.doubts.some(({ code }) => code === 'journey_value.model'))
  await holdsDrills(journeyValue, { parts, input })
})

test('a journey that does nothing is shown to do nothing, and one without a hold-out says nothing of what it caused', async () => {
  await customers('idle', 0)
  const answer = await told(journeyValue, facts.parts('idle', NOW), { journey: 'care', value: 'ltv' })
  const both = tableOf(answer, 'effects').rows.find(({ figure }) => figure === 'Lifetime value') as Record<string, number>
  assert.ok(both['low']! <= 0 && both['high']! >= 0, JSON.stringify(both))
  facts.documents.set('journey alone', { holdout: '0%' })
  await facts.rows('idle', 'transitions', [
    {
      profile_id: 'p1',
      journey_id: 'alone',
      version: 1,
      enrollment_id: 'x',
      kind: 'entered',
      from_step: '',
      to_step: '',
      reason: '',
      arm: 'treated',
      value: 0,
      at: ENTERED,
      cause: '',
    },
  ])
  const alone = await told(journeyValue, facts.parts('idle', NOW), { journey: 'alone', value: 'ltv' })
  assert.deepEqual(tableOf(alone, 'effects').rows, [])
  assert.ok(!alone.sentences.slice(0, 1).some((sentence) => /more each|caused/.test(sentence)), alone.sentences.join(' '))
})
