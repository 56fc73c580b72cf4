import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lineOf } from '../reports/ask.ts'
import { REPORTS } from '../reports/registry-store.ts'
import { dayIn, dayOut, fieldsOf, frozen, missing, paramsOf, type Search, shownFields } from './asking.ts'

const fieldsOfReport = (id: string) => fieldsOf(id, lineOf(REPORTS.find((report) => report.id === id)!).parameters)

test('every report has a form for all that it can be asked with', () => {
  for (const report of REPORTS) {
    const line = lineOf(report)
    const names = Object.keys((line.parameters['properties'] ?? {}) as object)
    assert.deepEqual(
      fieldsOf(line.id, line.parameters).map(({ name }) => name),
      names,
      line.id,
    )
  }
})

test('whatever its form says, the report takes', () => {
  for (const report of REPORTS) {
    const fields = fieldsOfReport(report.id)
    const ways = fields.flatMap((field) => (field.kind === 'ways' ? field.ways.map(({ value }) => [field.by, value] as const) : []))
    for (const way of ways.length === 0 ? [[]] : ways.map((each) => [each])) {
      const chosen: Search = Object.fromEntries(way)
      const search = Object.fromEntries(
        shownFields(fields, chosen).flatMap((field): [string, string][] => {
          if (field.kind === 'ways') return chosen[field.by] ? [[field.by, chosen[field.by]!]] : []
          if (field.kind === 'choice') return [[field.name, field.choices[0]!]]
          if (field.name === 'zone') return [[field.name, 'Europe/Oslo']]
          if (field.name === 'click') return [[field.name, '7d']]
          if (field.name.endsWith('Where')) return [[field.name, 'event.properties.total > 20']]
          if (field.kind === 'number') return [[field.name, String(Math.min(field.high, Math.max(field.low, 7)))]]
          return [[field.name, field.kind === 'day' ? dayOut('2026-05-01', field.as) : 'abc']]
        }),
      )
      assert.deepEqual(missing(fields, search), [], report.id)
      const read = report.input.safeParse(paramsOf(fields, search))
      assert.ok(read.success, `${report.id}: ${read.error?.message}`)
    }
  }
})

test('a funnel parted by a segment is asked with a whole cut; what is missing is named', () => {
  const fields = fieldsOfReport('journey-funnel')
  const search = { journey: 'winback', days: '30', 'cut.by': 'segment', 'cut.segment': '' }
  assert.deepEqual(missing(fields, search), ['Segment'])
  assert.deepEqual(paramsOf(fields, { ...search, 'cut.segment': 'vip' }), {
    journey: 'winback',
    days: 30,
    cut: { by: 'segment', segment: 'vip' },
  })
  assert.deepEqual(missing(fields, {}), ['Journey'])
})

test('lists end where the report did, whether the days were said or usual', () => {
  const fields = fieldsOfReport('channels')
  assert.deepEqual(frozen(fields, {}, 999), { to: '1000' })
  assert.deepEqual(frozen(fields, { days: '7', to: '500' }, 999), { days: '7', to: '500' })
  assert.deepEqual(frozen(fieldsOfReport('journey-map'), { journey: 'a' }, 999), { journey: 'a' }, 'all time has no end to keep')
})

test('a day goes into the address and comes back', () => {
  assert.equal(dayIn(dayOut('2026-05-01', 'time')), '2026-05-01')
  assert.equal(dayIn(dayOut('2026-05-01', 'date')), '2026-05-01')
  assert.equal(dayIn('nonsense'), '')
})
