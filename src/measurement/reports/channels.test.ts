import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PersonFact } from '#events/reaction.ts'
import { isRefusal } from '#lib/problem.ts'
import { DAY, FactWorld, NOW, someRun, told } from '../../../test/fixtures/facts.ts'
import { sending } from '../../../test/fixtures/messages.ts'
import { askReports, behind, callReports, numbersOf, type ReportDesk, runReport, tableIn } from '../../../test/fixtures/reports.ts'
import { ListReports, ReadBehind, RunReport } from './api.ts'

const world = FactWorld.forThisFile()
const desk = (workspace: string): ReportDesk => ({ facts: world.analytics, now: NOW, workspace })
const HOUR = 3_600_000
const became = (workspace: string, from: string, into: string): PersonFact => ({
  workspace_id: workspace,
  profile_id: from,
  attributes: '{}',
  permits: '{}',
  lists: '{}',
  scores: '{}',
  merged_into: into,
  at: NOW - DAY,
})

test('programs that open and click are no readers; a click counts as an opening; a person who was two counts once', async () => {
  const mails = [
    sending('readers', {
      person: 'ada',
      fates: [
        ['delivered', 5],
        ['opened', HOUR, { fetcher: 'person' }],
        ['opened', 2 * HOUR, { fetcher: 'person' }],
      ],
    }),
    sending('readers', { person: 'ada-too', fates: [['clicked', HOUR, { fetcher: 'person' }]] }),
    sending('readers', {
      person: 'bob',
      fates: [
        ['opened', 1, { fetcher: 'machine' }],
        ['clicked', 1, { fetcher: 'suspect' }],
      ],
    }),
    sending('readers', { person: 'eve', fates: [['bounced', 60, { reason: 'dsn_5.1.1' }]] }),
    sending('readers', { person: 'dan', fates: [['skipped', 0, { reason: 'consent_withdrawn' }]] }),
    sending('readers', { person: 'a-colleague', more: { channel: 'note' } }),
  ]
  await world.record({ deliveries: mails.flat(), people: [became('readers', 'ada-too', 'ada')] } as never)
  const read = await runReport(desk('readers'), 'channels', {})
  const [row] = tableIn(read, 'channels').rows
  const { channel, messages, people, sent, skipped, bounced, arrived, opened, machine_opened, clicked, confirmed, open_rate, bounce_rate } =
    row!
  assert.deepEqual(
    { channel, messages, people, sent, skipped, bounced, arrived, opened, machine_opened, clicked, confirmed },
    {
      channel: 'email',
      messages: 5,
      people: 4,
      sent: 4,
      skipped: 1,
      bounced: 1,
      arrived: 3,
      opened: 2,
      machine_opened: 1,
      clicked: 1,
      confirmed: 1,
    },
  )
  assert.deepEqual([open_rate, bounce_rate], [2 / 3, 1 / 4])
  assert.match(read.sentences[0]!, /Of 5 messages 4 were sent and 3 were not returned\. 33\.3 % of those were clicked by people \(95 %: /)
  assert.ok(read.doubts.some(({ code }) => code === 'machines'))
  assert.ok(read.definitions.some(({ term }) => term === 'Opened'))
})

test('what came of a message counts in the period in which it was handed over, however late it comes', async () => {
  const at = NOW - 20 * DAY
  const told_ = (fates: Parameters<typeof sending>[1]['fates']) => sending('late', { person: 'ada', id: 'm1', at, fates: fates ?? [] })
  await world.record({ deliveries: told_([]) })
  const period = { from: NOW - 21 * DAY, to: NOW - 19 * DAY }
  const before = await runReport(desk('late'), 'channels', period)
  await world.record({ deliveries: told_([['clicked', 18 * DAY, { fetcher: 'person' }]]).slice(-1) })
  const after = await runReport(desk('late'), 'channels', period)
  assert.deepEqual(
    [before, after].map((read) => tableIn(read, 'channels').rows[0]!['clicked']),
    [0, 1],
  )
  const now = await runReport(desk('late'), 'channels', { days: 5 })
  assert.deepEqual(tableIn(now, 'channels').rows, [], 'it was not handed over then')
})

test('the goal that came before a message does not follow from it', async () => {
  const runs = [
    told('goals', someRun({ person: 'ada', worth: 10, at: NOW - 9 * DAY }), 1),
    told('goals', someRun({ person: 'bob', worth: 10, at: NOW - 12 * DAY }), 2),
  ].flat()
  const mails = [1, 2].flatMap((n) =>
    sending('goals', { person: n === 1 ? 'ada' : 'bob', more: { enrollment_id: `run-${n}`, journey_id: 'abandoned-cart' } }),
  )
  await world.record({ transitions: runs, deliveries: mails })
  const read = await runReport(desk('goals'), 'channels', { by: 'journey' })
  assert.equal(tableIn(read, 'channels').rows[0]!['followed'], 1)
  assert.ok(read.doubts.some(({ code }) => code === 'not_caused'))
})

test('whoever is erased leaves no row behind a number, and the number goes with them', async () => {
  await world.record({ deliveries: ['ada', 'bob'].flatMap((person) => sending('erased', { person })) })
  const numbers = async () => {
    const read = await runReport(desk('erased'), 'channels', { by: 'topic' })
    const number = numbersOf(read.tables).find(({ column }) => column.id === 'messages')!
    return {
      value: number.value,
      rows: (await behind(desk('erased'), { report: 'channels', params: { by: 'topic' } }, number))
        .map(({ profileId }) => profileId)
        .toSorted(),
    }
  }
  assert.deepEqual(await numbers(), { value: 2, rows: ['ada', 'bob'] })
  await world.analytics.purge('deliveries', "workspace_id = 'erased' AND profile_id = 'ada'")
  assert.deepEqual(await numbers(), { value: 1, rows: ['bob'] })
})

test('money of several currencies is not added up', async () => {
  const paid = (currency: string) =>
    sending('money', { person: 'ada' }).map((row) => (row.status === 'sent' ? { ...row, cost: 0.01, currency } : row))
  await world.record({ deliveries: [...paid('EUR'), ...paid('EUR')] })
  const one = await runReport(desk('money'), 'channels', {})
  assert.deepEqual([tableIn(one, 'channels').rows[0]!['cost'], tableIn(one, 'channels').rows[0]!['cost_per_thousand']], [0.02, 10])
  await world.record({ deliveries: paid('USD') })
  const two = await runReport(desk('money'), 'channels', {})
  assert.equal(tableIn(two, 'channels').rows[0]!['cost'], null)
  assert.ok(two.doubts.some(({ code }) => code === 'currencies'))
})

test('every report says its question, its words and what it can be asked with; what cannot be asked is refused with the way to mend it', async () => {
  const { reports } = await callReports(desk('none'), ListReports, {})
  assert.equal(new Set(reports.map(({ id }) => id)).size, reports.length)
  for (const { id, question, definitions, parameters } of reports) {
    assert.match(question, /\?$/, id)
    assert.ok(definitions.length > 0 && definitions.every(({ means }) => means.endsWith('.')), id)
    assert.equal(parameters['type'], 'object', id)
  }
  const refusals = [
    await askReports(desk('none'), RunReport, { report: 'nothing', params: {} }),
    await askReports(desk('none'), RunReport, { report: 'channels', params: { by: 'moon' } }),
    await askReports(desk('none'), RunReport, { report: 'channels', params: { typo: 1 } }),
    await askReports(desk('none'), ReadBehind, { report: 'channels', list: 'nobody' }),
    await askReports(desk('none'), ReadBehind, { report: 'channels', list: 'messages', where: { '1=1) OR (1': '1' } }),
    await askReports(desk('none'), ReadBehind, { report: 'channels', list: 'messages', cursor: 'here' }),
  ]
  assert.deepEqual(
    refusals.map((each) => (isRefusal(each) ? each.refused.code : 'answered')),
    ['report.unknown', 'report.parameters', 'report.parameters', 'report.list', 'report.dim', 'cursor.unknown'],
  )
})

test('workspaces do not meet: neither in numbers nor behind them', async () => {
  await world.record({ deliveries: sending('one', { person: 'ada' }) })
  const read = await runReport(desk('two'), 'channels', {})
  assert.deepEqual(tableIn(read, 'channels').rows, [])
  const page = await callReports(desk('two'), ReadBehind, { report: 'channels', list: 'messages' })
  assert.deepEqual(page.rows, [])
})
