import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { parquetReadObjects } from 'hyparquet'
import { chdbAnalytics } from '#platform/analytics/chdb.ts'
import { parquet } from './adapters/parquet.ts'
import { pdf } from './adapters/pdf.ts'
import { png } from './adapters/picture.ts'
import { Chart } from './chart.ts'
import { csv } from './csv.ts'
import { draw, SCREEN } from './draw.ts'
import { dayTicks, ticks } from './scale.ts'
import type { Table, Told } from './told.ts'
import { written } from './written.ts'

const table: Table = {
  id: 'channels',
  title: 'By channel',
  columns: [
    { id: 'channel', title: 'Channel', type: 'text' },
    { id: 'sent', title: 'Sent', type: 'count' },
    { id: 'clicked', title: 'Clicked', type: 'share' },
    { id: 'last', title: 'Last sent', type: 'time' },
  ],
  rows: [
    { channel: 'email', sent: 1_204, clicked: 0.1234, last: Date.UTC(2026, 4, 1, 9, 30) },
    { channel: '=HYPERLINK("x"), "ö"', sent: 3, clicked: null, last: null },
  ],
  cut: false,
}

test('a table is a CSV that spreadsheets read as it is, and no cell is a formula', () => {
  assert.equal(
    csv(table),
    '\uFEFFChannel,Sent,Clicked,Last sent\r\nemail,1204,0.1234,2026-05-01T09:30:00.000Z\r\n"\'=HYPERLINK(""x""), ""ö""",3,,\r\n',
  )
})

test('a table is a Parquet file that ClickHouse and others read with its types', async () => {
  const bytes = parquet(table)
  assert.deepEqual(await parquetReadObjects({ file: bytes.slice().buffer }), [
    { channel: 'email', sent: 1_204n, clicked: 0.1234, last: new Date(Date.UTC(2026, 4, 1, 9, 30)) },
    { channel: '=HYPERLINK("x"), "ö"', sent: 3n, clicked: null, last: null },
  ])
  const directory = await mkdtemp(join(tmpdir(), 'cadenza-parquet-'))
  const path = join(directory, 'channels.parquet')
  await writeFile(path, bytes)
  const analytics = await chdbAnalytics({ directory: join(directory, 'facts') })
  try {
    const rows = await analytics.query<object>(
      `SELECT channel, sent, clicked, toUnixTimestamp64Milli(last) AS last FROM file('${path}', Parquet)`,
    )
    assert.deepEqual(rows, table.rows)
  } finally {
    await analytics.close()
    await rm(directory, { recursive: true })
  }
})

const CHARTS: Chart[] = [
  { kind: 'bars', title: 'Lift <by> option', format: 'points', bars: [{ label: 'Discount', value: 0.012, low: -0.002, high: 0.026 }] },
  {
    kind: 'lines',
    title: 'Orders',
    format: 'count',
    x: 'time',
    xLabel: 'Day',
    mark: { label: 'Target', y: 12 },
    series: [{ name: 'so far', points: [0, 1, 2].map((i) => ({ x: Date.UTC(2026, 4, 1 + i), y: 10 + i, low: 9, high: 14 })) }],
  },
  {
    kind: 'heat',
    title: 'Back',
    format: 'share',
    rows: ['May', 'June'],
    columns: ['0', '1'],
    cells: [
      [1, 0.4],
      [1, null],
    ],
  },
]

test('a report is a PDF with its words, pictures, tables and doubts', async () => {
  const told: Told = {
    asOf: Date.UTC(2026, 5, 1),
    sentences: ['Treated people ordered 0.7 points more often (0.5 to 0.9; 95 %) — “größer”, Łódź, Ελλάδα.'],
    tables: [
      table,
      { ...table, id: 'long', rows: Array.from({ length: 260 }, (_, i) => ({ channel: `c${i}`, sent: i, clicked: 0.5, last: 0 })) },
    ],
    doubts: [{ code: 'early', sentence: 'It is early.' }],
    charts: CHARTS,
  }
  const file = await pdf({
    title: 'Channels',
    question: 'Which channel works?',
    definitions: [{ term: 'Sent', means: 'Handed over.' }],
    told,
    language: 'en',
  })
  const text = Buffer.from(file).toString('latin1')
  assert.ok(text.startsWith('%PDF-1.'))
  assert.ok((text.match(/\/Type \/Page\b/g) ?? []).length > 3, 'the long table goes over several pages')
  assert.equal((text.match(/\/SMask \d+ 0 R/g) ?? []).length, 3, 'each chart is a picture with its mask')
  const again = await pdf({
    title: 'Channels',
    question: 'Which channel works?',
    definitions: [{ term: 'Sent', means: 'Handed over.' }],
    told,
    language: 'en',
  })
  assert.equal(again.length, file.length)
})

test('a chart is a PNG of the size that was asked for', () => {
  const file = Buffer.from(png(CHARTS[0]!, { width: 600, height: 300 }))
  assert.equal(file.toString('latin1', 1, 4), 'PNG')
  assert.deepEqual([file.readUInt32BE(16), file.readUInt32BE(20)], [1_200, 600])
})

const number = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 })
const chart: fc.Arbitrary<Chart> = fc.oneof(
  fc.record({
    kind: fc.constant('bars' as const),
    title: fc.string(),
    format: fc.constantFrom('share' as const, 'money' as const),
    bars: fc.array(fc.record({ label: fc.string(), value: number })),
  }),
  fc.record({
    kind: fc.constant('lines' as const),
    title: fc.string(),
    format: fc.constant('number' as const),
    x: fc.constantFrom('time' as const, 'number' as const),
    xLabel: fc.string(),
    series: fc.array(fc.record({ name: fc.string(), points: fc.array(fc.record({ x: number, y: number })) })),
  }),
)

test('whatever the numbers and names are, a chart is sound SVG without a place that is not a number', () => {
  fc.assert(
    fc.property(chart, (any) => {
      const svg = draw(Chart.parse(any), { width: 640, height: 320 })
      assert.doesNotMatch(svg.replaceAll(/>[^<]*</g, '><').replaceAll(/aria-label="[^"]*"/g, ''), /NaN|Infinity|undefined/)
      assert.equal(svg.split('<').length, svg.split('>').length)
    }),
  )
})

test('on a page a chart takes its colours from the theme, and fits a telephone', () => {
  fc.assert(
    fc.property(chart, fc.integer({ min: 240, max: 420 }), (any, width) => {
      const drawn = draw(Chart.parse(any), { width, height: 320 }, SCREEN)
        .replaceAll(/>[^<]*</g, '><')
        .replaceAll(/aria-label="[^"]*"/g, '')
      assert.doesNotMatch(drawn, /NaN|Infinity|undefined|#[0-9a-f]{3}|width="-/)
    }),
  )
})

test('an axis has round numbers that hold all there is to show', () => {
  assert.deepEqual(ticks(0, 0.92), [0, 0.2, 0.4, 0.6, 0.8, 1])
  assert.deepEqual(ticks(3, 3), [3])
  assert.equal(dayTicks(Date.UTC(2026, 0, 1, 5), Date.UTC(2026, 0, 11)).length, 5)
  fc.assert(
    fc.property(number, fc.double({ min: 1e-3, max: 1e9, noNaN: true }), (low, span) => {
      const marks = ticks(low, low + span)
      assert.ok(marks[0]! <= low + span * 1e-6 && marks.at(-1)! >= low + span * (1 - 1e-6) && marks.length <= 12)
    }),
  )
})

test('numbers are written as people read them', () => {
  assert.deepEqual(
    [
      written(0.1234, 'share'),
      written(0.007, 'points'),
      written(1_204, 'count'),
      written(3.5, 'money'),
      written(5_400_000, 'duration'),
      written(null, 'share'),
    ],
    ['12.34 %', '+0.7 points', '1,204', '3.50', '1.5 h', '–'],
  )
})
