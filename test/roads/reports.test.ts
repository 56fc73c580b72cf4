import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { OutputOf } from '#lib/action.ts'
import { ListReports, ReadBehind, RunReport } from '#measurement/reports/api.ts'
import type { GetErasure } from '#profiles/privacy-api.ts'
import { until } from '../fixtures/delivery.ts'
import { numbersOf } from '../fixtures/reports.ts'
import { BROWSER, journey, Refused, startWorld, template, type World } from './world.ts'

const PEOPLE = ['ada', 'bob', 'eve', 'dan', 'gus', 'hal']
let world: World
before(async () => {
  world = await startWorld()
  await world.publish(
    { kind: 'metric', id: 'orders', event: 'Order Completed' },
    { kind: 'goal', id: 'sales', name: 'Orders', metric: 'orders', period: 'month', target: { to: 100 } },
    template('hello', { topic: 'news' }),
    journey('welcome', 'Signed Up', {
      holdout: '10%',
      steps: [
        { kind: 'email', id: 'mail', template: 'hello' },
        { kind: 'wait', id: 'rest', for: '2d' },
      ],
    }),
  )
  for (const person of PEOPLE) {
    await world.identify(person, { plan: person < 'e' ? 'paid' : 'free' })
    await world.track(person, 'Signed Up')
  }
  await world.pass({ hours: 1 })
})
after(() => world?.stop())

type Told = OutputOf<typeof RunReport>
const read = async (report: string, params: object = {}): Promise<Told> => {
  await world.app.reported()
  return RunReport.output.parse(await world.api(`POST /api/reports/${report}/run`, { params }))
}
const rowsOf = (told: Told, table: string) => told.tables.find(({ id }) => id === table)!.rows
async function listed(report: string, params: object, { column, row }: ReturnType<typeof numbersOf>[number]): Promise<string[]> {
  const { list, where, by } = column.behind!
  const asked = { params, list, where: { ...where, ...Object.fromEntries(by.map((name) => [name, String(row[name])])) }, limit: 500 }
  return ReadBehind.output.parse(await world.api(`POST /api/reports/${report}/behind`, asked)).rows.map(({ profileId }) => profileId)
}
const open = (url: string, agent: string) => fetch(url, { redirect: 'manual', headers: { 'user-agent': agent } })

test('from a click of a person and one of a scanner to numbers and to the people behind them', async () => {
  const reached = (await Promise.all(PEOPLE.map(async (person) => ({ person, mails: await world.mailTo(person) })))).filter(
    ({ mails }) => mails.length === 1,
  )
  assert.ok(reached.length >= 3, 'chance holds a tenth out')
  const [clicker, scanned, leaver] = reached
  await world.pass({ minutes: 10 })
  await open(clicker!.mails[0]!.link.click, BROWSER)
  await open(scanned!.mails[0]!.link.click, 'curl/8.0')
  await fetch(leaver!.mails[0]!.link.unsubscribe, { method: 'POST', body: 'List-Unsubscribe=One-Click' })
  await world.track(clicker!.person, 'Order Completed', { total: 40 })
  await world.settled()

  const told = await read('channels', { by: 'topic' })
  const [row] = rowsOf(told, 'channels')
  const { topic, messages, sent, opened, clicked, unsubscribed, followed } = row!
  assert.deepEqual(
    { topic, messages, sent, opened, clicked, unsubscribed, followed },
    {
      topic: 'news',
      messages: reached.length,
      sent: reached.length,
      opened: 1,
      clicked: 1,
      unsubscribed: 1,
      followed: 1,
    },
  )
  const number = numbersOf(told.tables).find(({ column }) => column.id === 'clicked')!
  assert.deepEqual(await listed('channels', { by: 'topic' }, number), [await world.profileId(clicker!.person)])
  assert.equal(rowsOf(await read('deliverability'), 'domains')[0]!['mail_domain'], 'people.example')
  const map = await read('journey-map', { journey: 'welcome' })
  assert.ok(rowsOf(map, 'edges').some(({ touch, next }) => touch === 'sent:mail' && next === 'clicked:mail'))
})

test('the funnel of the real engine adds up, and every number of it lists as many as it says', async () => {
  const params = { journey: 'welcome', cut: { by: 'attribute', attribute: 'plan' } }
  const told = await read('journey-funnel', params)
  const totals = rowsOf(told, 'totals')
  assert.equal(
    totals.reduce((sum, row) => sum + Number(row['entered']), 0),
    PEOPLE.length,
  )
  for (const row of totals) assert.equal(Number(row['entered']), Number(row['standing']) + Number(row['left']))
  for (const number of numbersOf(told.tables).filter((_, i) => i % 3 === 0))
    assert.equal((await listed('journey-funnel', params, number)).length, number.value, `${number.table}.${number.column.id}`)
})

/** What a report needs to be asked with here; left out: nothing. Null: it has to be learned first. */
const NEEDS: Readonly<Record<string, object | null>> = {
  'journey-funnel': { journey: 'welcome' },
  'journey-map': { journey: 'welcome' },
  experiment: { key: 'journey:welcome' },
  attribution: { metric: 'orders' },
  goal: { id: 'sales' },
}

test('every report can be read by its name as the list says, or says how to mend what is missing', async () => {
  const { reports } = ListReports.output.parse(await world.api('GET /api/reports'))
  assert.ok(reports.length >= 11)
  for (const { id, title } of reports) {
    try {
      const told = await read(id, NEEDS[id] ?? {})
      assert.equal(told.title, title)
      assert.ok(told.sentences.length > 0 && told.sentences.every((sentence) => sentence !== ''), id)
      for (const { columns, rows } of told.tables)
        for (const row of rows)
          assert.ok(
            columns.every((column) => column.id in row),
            `${id}: a cell for each column`,
          )
    } catch (error) {
      // A report that needs a document of its own says so, as a problem with a code.
      if (!(error instanceof Refused) || id in NEEDS) throw error
      assert.ok([404, 409, 422].includes(error.status), `${id}: ${error.message}`)
      assert.match(JSON.stringify(error.body), /"code":"[a-z_]+\.[a-z_]+"/, id)
    }
  }
})

test('whoever is erased is in no list any more, and numbers count who is there', async () => {
  const gone = await world.profileId('hal')
  const entered = async () => {
    const told = await read('journey-funnel', { journey: 'welcome' })
    const number = numbersOf(told.tables).find(({ table, column }) => table === 'totals' && column.id === 'entered')!
    return { value: number.value, people: await listed('journey-funnel', { journey: 'welcome' }, number) }
  }
  assert.ok((await entered()).people.includes(gone))
  const { erasure } = await world.api<{ erasure: string }>(`POST /api/profiles/${gone}/erase`, {})
  await until(
    'the erasure is done',
    async () => (await world.api<OutputOf<typeof GetErasure>>(`GET /api/erasures/${erasure}`)).status === 'done',
    30_000,
  )
  const after = await entered()
  assert.equal(after.people.includes(gone), false)
  assert.equal(after.value, after.people.length)
})
