import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DAY, FactWorld, NOW } from '../../../test/fixtures/facts.ts'
import { sending } from '../../../test/fixtures/messages.ts'
import { behind, numbersOf, type ReportDesk, runReport, tableIn } from '../../../test/fixtures/reports.ts'

const world = FactWorld.forThisFile()
const desk = (workspace: string, more: Partial<ReportDesk> = {}): ReportDesk => ({ facts: world.analytics, now: NOW, workspace, ...more })

test('why mail came back, by the status that servers gave; what was refused at once was never sent, and counts', async () => {
  const to = (mail_domain: string) => ({ mail_domain })
  const bounce = (reason: string) => [['bounced', 500, { reason }] as const]
  const deliveries = [
    sending('bounces', { person: 'a', more: to('a.example'), fates: bounce('dsn_5.1.1') }),
    sending('bounces', { person: 'b', more: to('a.example'), fates: bounce('dsn_5.7.1') }),
    sending('bounces', { person: 'c', more: to('b.example'), fates: bounce('smtp_550_5_2_2') }),
    sending('bounces', { person: 'd', more: to('b.example'), fates: bounce('rejected') }),
    sending('bounces', {
      person: 'e',
      more: to('b.example'),
      fates: [
        ['failed', 0, { reason: 'smtp_550_5.1.1' }],
        ['bounced', 0, { reason: 'smtp_550_5.1.1' }],
      ],
    }),
    sending('bounces', { person: 'f', more: to('b.example') }).map((row) => (row.status === 'sent' ? { ...row, tries: 3 } : row)),
    sending('bounces', { person: 'g', more: { channel: 'sms' } }),
  ].flat()
  await world.record({ deliveries })
  const read = await runReport(desk('bounces'), 'deliverability', {})
  assert.deepEqual(
    tableIn(read, 'bounces')
      .rows.map(({ mail_domain, status, words: kind, messages }) => [mail_domain, status, kind, messages])
      .toSorted(),
    [
      ['a.example', '5.1.1', 'The address does not exist', 1],
      ['a.example', '5.7.1', 'They do not want it (policy, authentication)', 1],
      ['b.example', '', 'The server did not say', 1],
      ['b.example', '5.1.1', 'The address does not exist', 1],
      ['b.example', '5.2.2', 'The mailbox does not take it now', 1],
    ],
  )
  assert.deepEqual(
    tableIn(read, 'domains').rows.map(({ mail_domain, tried, retried, refused, bounced, arrived }) => [
      mail_domain,
      tried,
      retried,
      refused,
      bounced,
      arrived,
    ]),
    [
      ['b.example', 4, 1, 1, 3, 1],
      ['a.example', 2, 0, 0, 2, 0],
    ],
  )
  const number = numbersOf(read.tables).find(({ table, row }) => table === 'bounces' && row['status'] === '5.7.1')!
  assert.deepEqual(
    (await behind(desk('bounces'), { report: 'deliverability', params: {} }, number)).map(({ profileId }) => profileId),
    ['b'],
  )
})

test('one complaint of ten is no verdict; five of a thousand are over the limit of the mailbox providers', async () => {
  const mails = (domain: string, count: number, complaints: number) =>
    Array.from({ length: count }, (_, i) =>
      sending('complaints', {
        person: `${domain}-${i}`,
        at: NOW - 3 * DAY + i,
        more: { mail_domain: domain },
        fates: i < complaints ? [['complained', 60_000]] : [],
      }),
    ).flat()
  await world.record({ deliveries: [...mails('few.example', 10, 1), ...mails('gmail.com', 1_200, 6), ...mails('good.example', 50, 0)] })
  const read = await runReport(desk('complaints'), 'deliverability', {})
  assert.deepEqual(
    Object.fromEntries(tableIn(read, 'domains').rows.map(({ mail_domain, complaint_says }) => [mail_domain, complaint_says])),
    {
      'gmail.com': 'over 0.30 %',
      'few.example': 'over 0.10 %, but too few mails to be sure',
      'good.example': 'below',
    },
  )
  assert.ok(read.sentences.some((sentence) => sentence === 'At gmail.com the complaint rate is over 0.30 %: 0.50 %.'))
  assert.ok(read.doubts.some(({ code, sentence }) => code === 'complaints_told' && sentence.includes('Postmaster')))
})

test('sending domains and warm-ups stand beside, and a paused one is said first', async () => {
  await world.record({ deliveries: sending('paused', { person: 'ada' }) })
  const sendingDomains = async () => [
    { domain: 'news.shop.example', state: 'paused' as const, cause: 'complaints', sent: 2_000, complaints: 8, bounces: 10, refusals: 0 },
  ]
  const read = await runReport(
    desk('paused', { ports: { sending: sendingDomains, warmUps: async () => [{ provider: 'ses', allowance: 200, sentToday: 20 }] } }),
    'deliverability',
    {},
  )
  assert.equal(read.sentences[1], 'news.shop.example is paused: its marketing waits because of complaints.')
  assert.equal(tableIn(read, 'sending').rows[0]!['complaint_rate'], 0.004)
  assert.deepEqual(tableIn(read, 'warm-ups').rows, [{ provider: 'ses', allowance: 200, sentToday: 20 }])
})
