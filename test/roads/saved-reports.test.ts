import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { parquetReadObjects } from 'hyparquet'
import { simpleParser } from 'mailparser'
import type { OutputOf } from '#lib/action.ts'
import type { ListReportRuns, SendReportNow } from '#measurement/reports/saved-api.ts'
import { ask, cookieOf } from '../fixtures/api.ts'
import { until } from '../fixtures/delivery.ts'
import { objectStore } from '../stand-ins/s3.ts'
import { journey, type Refused, startWorld, template, type World } from './world.ts'

let world: World
let store: Awaited<ReturnType<typeof objectStore>>
let folder: string
before(async () => {
  store = await objectStore({ accessKeyId: 'AKIDEXAMPLE', secret: 'right', region: 'us-east-1' })
  folder = await mkdtemp(join(tmpdir(), 'cadenza-saved-'))
  world = await startWorld({ env: { ALLOW_PRIVATE_EGRESS: `127.0.0.1:${store.port}`, REPORTS_DIR: folder } })
  await world.publish(template('hello'), journey('welcome', 'Signed Up', { steps: [{ kind: 'email', id: 'mail', template: 'hello' }] }))
  await world.identify('ada', { email: 'ada@people.example' })
  await world.track('ada', 'Signed Up')
  await world.pass({ minutes: 5 })
  await world.app.reported()
})
after(async () => {
  await world?.stop()
  await store?.stop()
  await rm(folder, { recursive: true, force: true })
})

const weekly = (more: object = {}) => ({
  kind: 'report',
  id: 'channels-weekly',
  name: 'What the channels did',
  report: 'channels',
  range: { last: '7d' },
  schedule: { every: 'week', on: 'monday', at: '07:30', zone: 'Europe/Berlin' },
  deliver: [
    { to: 'email', people: ['grace@shop.example', 'stranger@elsewhere.example'] },
    { to: 'folder', folder: 'finance', as: 'parquet' },
    { to: 's3', endpoint: store.url, bucket: 'reports', prefix: 'weekly', accessKeyId: 'AKIDEXAMPLE', secretKey: 'store-key', as: 'csv' },
  ],
  ...more,
})
type Runs = OutputOf<typeof ListReportRuns>['runs']
const runs = async (): Promise<Runs> => (await world.api<{ runs: Runs }>('GET /api/report-runs?report=channels-weekly')).runs
const ended = async (id: string): Promise<Runs[number]> => {
  await until('the run ends', async () => (await runs()).find((run) => run.id === id)?.state !== 'open')
  return (await runs()).find((run) => run.id === id)!
}
const reports = async (name = 'What the channels did') =>
  Promise.all(
    (await world.api<{ mail: { id: string; subject: string }[] }>('GET /api/mailbox')).mail
      .filter(({ subject }) => subject === name)
      .map(async ({ id }) => simpleParser((await world.api<{ source: string }>(`GET /api/mailbox/${id}`)).source)),
  )

test('a saved report goes to members by mail as PDF, and as files to a folder and a store; a place that fails is tried again', async () => {
  await world.publish(weekly() as never)
  const { run } = await world.api<OutputOf<typeof SendReportNow>>('POST /api/saved-reports/channels-weekly/send')
  await until('two places have it', async () => (await runs())[0]?.deliveries.filter(({ state }) => state === 'done').length === 2)
  const [half] = await runs()
  assert.equal(half!.state, 'open')
  assert.match(half!.deliveries[0]!.detail, /stranger@elsewhere.example: no member/)
  assert.match(half!.deliveries[2]!.detail, /secret access key/)
  await until('the mail is there', async () => (await reports()).length === 1)
  const [mail] = await reports()
  assert.match(mail!.text ?? '', /Of 1 message 1 was sent/)
  assert.deepEqual(
    mail!.attachments.map(({ filename, contentType }) => [filename, contentType]),
    [['channels-weekly-2026-03-07.pdf', 'application/pdf']],
  )
  assert.equal(mail!.attachments[0]!.content.subarray(0, 5).toString(), '%PDF-')
  const place = join(folder, world.workspace, 'finance')
  const [file] = await readdir(place)
  const rows = await parquetReadObjects({ file: (await readFile(join(place, file!))).buffer.slice(0) as ArrayBuffer })
  assert.equal(rows.length, 1)
  await world.api('PUT /api/secrets/store-key', { value: 'right' })
  await world.pass({ minutes: 2 })
  await world.api('POST /api/saved-reports/channels-weekly/send')
  assert.equal((await ended(run)).state, 'done')
  assert.ok([...store.objects.keys()].every((key) => key.startsWith('reports/weekly/channels-weekly-2026-03-07')))
  await until('the second, asked for anew, is there', async () => (await reports()).length === 2)
})

test('what the schedule missed while nothing ran is made up for once, and says so; the moment is not made twice', async () => {
  await world.pass({ days: 23 })
  const { run } = await world.api<OutputOf<typeof SendReportNow>>('POST /api/saved-reports/channels-weekly/send')
  await ended(run)
  await until('the scheduled one ends', async () => (await runs()).some(({ by, state }) => by === '' && state !== 'open'))
  const scheduled = (await runs()).filter(({ by }) => by === '')
  assert.deepEqual(
    scheduled.map(({ due }) => new Date(due).toISOString()),
    ['2026-03-30T05:30:00.000Z'],
    'half past seven of Berlin’s summer',
  )
})

test('whoever reads German gets the mail and its PDF in German; a folder gets the language of the report', async () => {
  const body = { email: 'grace@shop.example', password: 'a long and good password' }
  const headers = { origin: world.url, 'accept-language': 'de' }
  const signedIn = await ask(world.url, 'POST /api/auth/sign-in/email', { headers, body })
  await ask(world.url, 'GET /api/session', { headers, cookie: cookieOf(signedIn) })
  const { report, range } = weekly()
  const deliver = [
    { to: 'email', people: ['grace@shop.example'] },
    { to: 'folder', folder: 'both', as: 'pdf' },
  ]
  await world.publish({ kind: 'report', id: 'channels-german', report, range, deliver } as never)
  await world.api('POST /api/saved-reports/channels-german/send')
  await until('the mail is there', async () => (await reports('Kanäle')).length === 1)
  const [mail] = await reports('Kanäle')
  assert.match(mail!.text ?? '', /^In diesem Zeitraum .*Achtung: /s)
  assert.deepEqual(
    mail!.attachments.map(({ filename }) => filename),
    ['channels-german-2026-03-30-de.pdf'],
  )
  assert.match(mail!.attachments[0]!.content.toString('latin1'), /\/Lang \(de\)/)
  const ran = (await world.api<{ runs: Runs }>('GET /api/report-runs?report=channels-german')).runs
  assert.deepEqual(ran[0]!.files.map(({ name }) => name).toSorted(), [
    'channels-german-2026-03-30-de.pdf',
    'channels-german-2026-03-30.pdf',
  ])
  assert.deepEqual(await readdir(join(folder, world.workspace, 'both')), ['channels-german-2026-03-30.pdf'])
})

test('a file can be had again, and a report at once as a file; a wrong one is told how to mend it', async () => {
  const headers = { authorization: `Bearer ${world.secretKey}`, 'content-type': 'application/json' }
  const [run] = await runs()
  const pdf = run!.files.find(({ name }) => name.endsWith('.pdf'))!
  const again = await fetch(`${world.url}/api/report-files/${pdf.id}`, { headers: { authorization: headers.authorization } })
  assert.equal((await again.arrayBuffer()).byteLength, pdf.bytes)
  const now = await fetch(`${world.url}/api/reports/channels/export`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ as: 'csv', params: { days: 60 } }),
  })
  assert.match(await now.text(), /^Channel,.*\r\nemail,1,/)
  const refused = async (document: object): Promise<string> => {
    try {
      await world.publish(document as never)
    } catch (error) {
      return JSON.stringify((error as Refused).body)
    }
    return ''
  }
  assert.match(await refused(weekly({ id: 'wrong', report: 'nonsense' })), /There is no such report.*There are: /)
  assert.match(await refused(weekly({ id: 'wrong', params: { days: -3 } })), /params\/days/)
  assert.match(await refused(weekly({ id: 'wrong', deliver: [] })), /is taken nowhere/)
})
