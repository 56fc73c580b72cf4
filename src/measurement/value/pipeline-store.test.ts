import assert from 'node:assert/strict'
import { test } from 'node:test'
import { holdsDrills, ReportFacts, tableOf, told } from '../../../test/fixtures/report-facts.ts'
import { pipeline } from './pipeline-store.ts'
import { Pipeline } from './schema.ts'

const facts = ReportFacts.forThisFile()
const DAY = 86_400_000
const NOW = Date.UTC(2026, 5, 17, 12)

test('whoever bought without a stage is won, and went no way', async () => {
  const did = (person: string, name: string, day: number) => ({ person, name, at: NOW - day * DAY, properties: { total: 10 } })
  await facts.events('direct', [
    ...['a', 'b', 'c'].map((person) => did(person, 'Bought', 3)),
    did('d', 'Seen', 9),
    did('d', 'Bought', 4),
    did('e', 'Seen', 5),
    // After the end nothing is a way to it; before 1970 time goes on as everywhere.
    did('d', 'Seen', 1),
    did('f', 'Seen', 30_000),
    did('f', 'Bought', 2),
  ])
  const document = { kind: 'pipeline', id: 'shop', stages: [{ id: 'seen', event: 'Seen' }], won: { event: 'Bought', amount: 'total' } }
  facts.documents.set('pipeline shop', Pipeline.parse(document))
  const parts = facts.parts('direct', NOW)
  const answer = await told(pipeline, parts, { pipeline: 'shop' })
  assert.deepEqual(
    tableOf(answer, 'stages').rows.map(({ stage, reached, open, won }) => [stage, reached, open, won]),
    [['seen', 3, 1, 2]],
  )
  assert.equal(tableOf(answer, 'head').rows.find(({ figure }) => figure === 'Revenue won')!['value'], 50)
  await holdsDrills(pipeline, { parts, input: { pipeline: 'shop' } })
})
