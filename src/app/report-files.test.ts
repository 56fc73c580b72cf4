import assert from 'node:assert/strict'
import { test } from 'node:test'
import { REPORTS } from '#measurement/reports/registry-store.ts'
import type { Told } from '#measurement/reports/told.ts'
import { reportFiles, spokenIn } from './report-files.ts'

const TOLD: Told = {
  asOf: Date.UTC(2026, 4, 1),
  sentences: ['Of 1,204 messages 1,100 were sent.'],
  tables: [
    {
      id: 'channels',
      title: 'By channel',
      columns: [
        { id: 'channel', title: 'Channel', type: 'text', codes: 'channel' },
        { id: 'sent', title: 'Sent', type: 'count' },
      ],
      rows: [{ channel: 'email', sent: 1_204 }],
      cut: false,
    },
  ],
  charts: [{ kind: 'bars', title: 'Sent', format: 'count', bars: [{ label: 'email', value: 1_204 }] }],
  doubts: [],
}
const channels = REPORTS.find(({ id }) => id === 'channels')!

test('every report says its name, its question and what its words mean in German', () => {
  for (const report of REPORTS) {
    const german = spokenIn('de', { report, told: TOLD })
    assert.notEqual(german.question, report.question, report.id)
    for (const [i, { term, means }] of report.definitions.entries()) assert.notEqual(german.definitions[i]!.means, means, term)
  }
})

test('a PDF is told whole in the language of its reader', async () => {
  const [german, english] = await Promise.all(
    (['de', 'en'] as const).map((language) => reportFiles({ report: channels, told: TOLD }, { format: 'pdf', language, name: 'channels' })),
  )
  const read = ([file]: Awaited<ReturnType<typeof reportFiles>>): string => Buffer.from(file!.bytes).toString('latin1')
  assert.match(read(german!), /\/Lang \(de\)/)
  assert.match(read(english!), /\/Lang \(en\)/)
  assert.ok(read(english!).includes(`(${channels.question})`))
  assert.ok(!read(german!).includes(`(${channels.question})`))
  const { title, told } = spokenIn('de', { report: channels, told: TOLD })
  const [table] = told.tables
  assert.deepEqual(
    [title, told.charts![0]!.title, table!.title, ...table!.columns.map((column) => column.title)],
    ['Kanäle', 'Gesendet', 'Nach Kanal', 'Kanal', 'Gesendet'],
  )
})

test('a table as CSV or Parquet is the same to the byte whoever asks: programs read it', async () => {
  for (const format of ['csv', 'parquet'] as const) {
    const [german, english] = await Promise.all(
      (['de', 'en'] as const).map((language) => reportFiles({ report: channels, told: TOLD }, { format, language, name: 'channels' })),
    )
    assert.deepEqual(german, english)
  }
  const [file] = await reportFiles({ report: channels, told: TOLD }, { format: 'csv', language: 'de', name: 'channels' })
  assert.equal(Buffer.from(file!.bytes).toString(), '\uFEFFChannel,Sent\r\nemail,1204\r\n')
})
