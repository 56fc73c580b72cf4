import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FactWorld } from '../../../test/fixtures/facts.ts'
import { histories, rowsOf } from '../../../test/fixtures/histories.ts'
import { behind, numbersOf, type Read, type ReportDesk, runReport, tableIn } from '../../../test/fixtures/reports.ts'

const world = FactWorld.forThisFile()
let workspaces = 0

type Asked = readonly [report: string, params: object]
const FUNNELS: readonly object[] = [
  {},
  { version: 1 },
  { cut: { by: 'version' } },
  { cut: { by: 'arm' } },
  { cut: { by: 'choice', step: 's1' } },
  { cut: { by: 'attribute', attribute: 'plan' } },
  { cut: { by: 'segment', segment: 'vip', when: 'entry' } },
  { cut: { by: 'segment', segment: 'vip', when: 'now' } },
]
const CHANNELS = ['channel', 'provider', 'mail_domain', 'topic', 'lane', 'journey', 'step', 'template', 'day']
const MAPS: readonly object[] = [{}, { detail: 'steps' }, { arm: 'treated', version: 1 }]
const QUESTIONS: readonly Asked[] = [
  ...FUNNELS.map((more): Asked => ['journey-funnel', { journey: 'j', ...more }]),
  ...MAPS.map((more): Asked => ['journey-map', { journey: 'j', ...more }]),
  ['send-time', { days: 400 }],
  ['pressure', { days: 400 }],
  ['deliverability', { days: 400 }],
  ...CHANNELS.map((by): Asked => ['channels', { by, days: 400 }]),
]
const asked = fc.constantFrom(...QUESTIONS)

test('under random histories funnels add up, and behind each number of each report stand as many rows as it says', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(histories, fc.array(asked, { minLength: 2, maxLength: 3 }), fc.nat(1_000), async (history, questions, spin) => {
      const workspace = `random-${workspaces++}`
      await world.record(rowsOf(history, workspace) as never)
      // The journey is live; in some histories nobody has come into it.
      const document = async (_workspace: string, kind: string): Promise<unknown> => (kind === 'journey' ? {} : undefined)
      const desk: ReportDesk = { facts: world.analytics, now: history.now + 40 * 86_400_000, workspace, ports: { document } }
      for (const [report, params] of questions) {
        const read = await runReport(desk, report, params)
        if (report === 'journey-funnel') addsUp(read)
        if (report === 'journey-map') goesOn(read)
        const numbers = numbersOf(read.tables)
        for (let i = 0; i < Math.min(6, numbers.length); i++) {
          const number = numbers[(spin + i * 7) % numbers.length]!
          const rows = await behind(desk, { report, params }, number)
          assert.equal(
            rows.length,
            number.value,
            `${report} ${JSON.stringify(params)} ${number.table}.${number.column.id} of ${JSON.stringify(number.row)}`,
          )
        }
      }
    }),
    // Shrinking a whole history would take minutes: the message says what did not add up.
    { numRuns: 8, endOnFailure: true },
  )
})

const n = (row: Read['tables'][number]['rows'][number], name: string): number => Number(row[name])

/** Everybody who ever came in is somewhere, and so is everybody who came to a step. */
function addsUp(read: Read): void {
  const steps = tableIn(read, 'steps').rows
  const ways = tableIn(read, 'ways').rows
  for (const total of tableIn(read, 'totals').rows) {
    const own = steps.filter(({ cut }) => cut === total['cut'])
    const sum = (name: string): number => own.reduce((all, row) => all + n(row, name), 0)
    assert.equal(n(total, 'entered') + n(total, 'cameOver'), n(total, 'standing') + n(total, 'left') + n(total, 'wentOver'))
    assert.equal(sum('standing'), n(total, 'standing'), 'whoever is inside stands on a step')
    for (const row of own) {
      assert.equal(
        n(row, 'arrived') + n(row, 'cameOver'),
        n(row, 'passed') + n(row, 'left') + n(row, 'wentOver') + n(row, 'standing'),
        JSON.stringify(row),
      )
      assert.ok(n(row, 'standing') >= 0)
    }
    const reasons = (kind: string): number =>
      ways.filter((way) => way['cut'] === total['cut'] && way['kind'] === kind).reduce((all, way) => all + n(way, 'times'), 0)
    assert.equal(reasons('exited'), n(total, 'left'), 'every way out has its reason')
    assert.equal(reasons('entered'), n(total, 'entered'))
    assert.equal(reasons('refused'), n(total, 'refused'))
  }
  assert.ok(
    ways.every(({ reason, sentence }) => reason !== '' && /^[A-Z]/.test(String(sentence))),
    'no move is without a reason',
  )
}

/** Whatever came went on or was the last, and each arrow ends where something came. */
function goesOn(read: Read): void {
  const edges = tableIn(read, 'edges').rows
  const orders = tableIn(read, 'orders').rows
  const touches = tableIn(read, 'touches').rows
  for (const row of touches) {
    const sum = (name: string): number =>
      edges.filter((edge) => edge[name] === row['touch']).reduce((all, edge) => all + n(edge, 'times'), 0)
    assert.equal(sum('touch'), n(row, 'on'))
    assert.equal(n(row, 'on') + n(row, 'last'), n(row, 'times'))
    assert.ok(sum('next') <= n(row, 'times'))
  }
  const all = (rows: typeof touches, name: string): number => rows.reduce((total, row) => total + n(row, name), 0)
  if (orders.length < 50) assert.equal(all(touches, 'last'), all(orders, 'runs'), 'each run ends somewhere once')
  assert.ok(edges.every((edge) => 0 <= n(edge, 'soon') && n(edge, 'soon') <= n(edge, 'median') && n(edge, 'median') <= n(edge, 'late')))
}
