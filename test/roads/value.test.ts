import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { valuesTask } from '#app/values.ts'
import type { OutputOf } from '#lib/action.ts'
import { beta, gamma, random } from '#lib/numeric/random.ts'
import type { ReadBehind, RunReport } from '#measurement/reports/api.ts'
import type { ReadPersonValue } from '#measurement/value/api.ts'
import { logger } from '#platform/log-lines.ts'
import { until } from '../fixtures/delivery.ts'
import { type Refused, START, startWorld, type World } from './world.ts'

const DAY = 86_400_000
const WEEKS = 40
let world: World

/** Purchases of somebody drawn as BG/NBD has it; weeks since their first, which was up to 40 weeks ago. */
function bought(r: ReturnType<typeof random>): { readonly began: number; readonly weeks: number[]; readonly total: number } {
  const began = 10 + Math.floor(r.uniform() * (WEEKS - 10))
  const rate = gamma(r, 1) / 6
  const lost = beta(r, 1, 4)
  const weeks = [0]
  for (let t = -Math.log(1 - r.uniform()) / rate; t < began && weeks.length < 15; t += -Math.log(1 - r.uniform()) / rate) {
    weeks.push(t)
    if (r.uniform() < lost) break
  }
  return { began, weeks, total: 20 + Math.round(r.uniform() * 40) }
}

before(async () => {
  world = await startWorld()
  const r = random('the customers of the road shop')
  const people = Array.from({ length: 150 }, (_, i) => ({ id: `buyer-${i}`, ...bought(r) }))
  const batch = people.flatMap(({ id, began, weeks, total }) =>
    weeks.map((week) => ({
      type: 'track',
      userId: id,
      event: 'Order Completed',
      messageId: `${id} ${week}`,
      timestamp: new Date(START - (began - week) * 7 * DAY).toISOString(),
      properties: { total: total + (week % 1) * 10 },
    })),
  )
  for (let from = 0; from < batch.length; from += 200) await world.call('batch', { batch: batch.slice(from, from + 200) })
  await world.publish(
    { kind: 'metric', id: 'orders', event: 'Order Completed', measure: 'sum', value: 'total', margin: 0.5 },
    { kind: 'segment', id: 'best', name: 'Best customers', when: 'score("ltv") > 100' },
  )
  await world.settled()
  await world.app.reported()
})
after(() => world?.stop())

const learn = async (): Promise<void> => {
  const { work, analytics } = world.app.parts
  const { rows } = await work.query<{ count: number }>('select count(*)::int as count from log_heads')
  const told = { partitions: rows[0]!.count, now: () => world.clock.now(), appended: () => undefined, logger: logger({ level: 'silent' }) }
  await valuesTask({ work, analytics, ...told })({}, { attempt: 1, signal: undefined })
}
const valueOf = async (person: string): Promise<OutputOf<typeof ReadPersonValue>['values'][number]> =>
  (await world.api<OutputOf<typeof ReadPersonValue>>(`GET /api/people/${await world.profileId(person)}/value`)).values[0]!
const report = (params: object): Promise<OutputOf<typeof RunReport>> => world.api('POST /api/reports/value/run', { params })

test('what people are worth is learned from their orders, becomes a score that conditions ask, and is told with what it rests on', async () => {
  await world.publish({ kind: 'lifetime-value', id: 'ltv', name: 'Lifetime value', purchases: 'orders', horizon: '365d' })
  assert.match((await valueOf('buyer-1')).sentence, /Nothing has been learned yet/)
  await assert.rejects(
    report({ value: 'ltv' }),
    ({ body }: Refused) =>
      (body as { early?: boolean }).early === true && /Nothing has been learned/.test((body as { title: string }).title),
    'that it is too early is no failure: screens say what has to happen first',
  )
  await learn()
  await world.settled()
  await world.app.reported()
  const scored = async (): Promise<number> =>
    (await report({ value: 'ltv' })).tables.find(({ id }) => id === 'bands')!.rows.reduce((sum, { people }) => sum + Number(people), 0)
  await until('each buyer has a score', async () => {
    await world.settled()
    await world.app.reported()
    return (await scored()) === 150
  })
  const told = await report({ value: 'ltv' })
  assert.match(told.sentences[0]!, /^Within 365 days they are to bring about [\d,.]+ of margin, discounted; [\d.]+ each\./)
  const bands = told.tables.find(({ id }) => id === 'bands')!
  for (const { band, people } of bands.rows) {
    const list = await world.api<OutputOf<typeof ReadBehind>>('POST /api/reports/value/behind', {
      params: { value: 'ltv' },
      list: 'people',
      where: { band },
      limit: 500,
    })
    assert.equal(list.rows.length, people, `${band}`)
  }
  const best = bands.rows
    .filter(({ band }) => /^(?:100|300|1,000) /.test(String(band)))
    .reduce((sum, { people }) => sum + Number(people), 0)
  const members = await world.api<{ people: readonly unknown[] }>('GET /api/segments/best/members?limit=200')
  assert.ok(best > 0)
  assert.equal(members.people.length, best, 'whoever is worth more than 100 is in the segment')
})

test('somebody who buys again is worth more within the hour, and who is told the same is not told again', async () => {
  const before = await valueOf('buyer-3')
  await world.track('buyer-3', 'Order Completed', { total: 60 })
  await world.settled()
  await world.app.reported()
  const records = async (): Promise<number> =>
    Number((await world.app.parts.analytics.query<{ n: number }>("SELECT count() AS n FROM events WHERE name = 'score.set'"))[0]!.n)
  const said = await records()
  await learn()
  await world.settled()
  await world.app.reported()
  const afterwards = await valueOf('buyer-3')
  assert.ok(
    afterwards.alive! > before.alive! - 1e-9 && afterwards.lifetimeValue! > before.lifetimeValue!,
    `${before.sentence} ${afterwards.sentence}`,
  )
  assert.equal(afterwards.purchases, before.purchases + 1)
  const more = (await records()) - said
  assert.ok(more >= 1 && more <= 12, `${more} scores were said, for those who bought of late`)
  await learn()
  await world.settled()
  await world.app.reported()
  assert.equal((await records()) - said, more, 'nothing moved, so nothing is said')
})
