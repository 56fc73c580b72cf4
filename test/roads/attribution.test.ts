import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { OutputOf } from '#lib/action.ts'
import type { ReadAttribution, ReadAttributionPaths, ReadAttributionPeople } from '#measurement/attribution/api.ts'
import { journey, startWorld, template, type World } from './world.ts'

let world: World
before(async () => {
  world = await startWorld()
})
after(() => world.stop())

type Report = OutputOf<typeof ReadAttribution>
type People = OutputOf<typeof ReadAttributionPeople>
const SALES = { kind: 'metric', id: 'sales', name: 'Sales', event: 'Order Completed', measure: 'sum', value: 'total' }
const WELCOME = journey('welcome', 'Signed Up', { holdout: '50%', steps: [{ kind: 'email', id: 'hello', template: 'hello' }] })
const BROWSER = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' }

const ask = <T>(path: string): Promise<T> => world.api<T>(`GET /api/attribution/${path}`)
async function report(query: string): Promise<Report> {
  await world.app.reported()
  return ask(`sales?${query}`)
}
/** Everybody behind a number, page by page. */
async function behind(query: Readonly<Record<string, string>>): Promise<People['conversions']> {
  const { metric, ...rest } = query
  const found: People['conversions'] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: People = await ask(`${metric}/people?${new URLSearchParams({ ...rest, limit: '40', ...(cursor && { cursor }) })}`)
    found.push(...page.conversions)
    cursor = page.next
  }
  return found
}
async function click(person: string): Promise<boolean> {
  const [mail] = await world.mailTo(person)
  if (!mail) return false
  assert.equal((await fetch(mail.link.click, { headers: BROWSER, redirect: 'manual' })).status, 302)
  return true
}

test('conversions are credited to where people were met, from the landing page and the mail to the order', async () => {
  await world.publish(SALES, template('hello'), WELCOME)
  await world.settled()
  const people = Array.from({ length: 48 }, (_, i) => `person${i}`)
  for (const person of people) {
    await world.identify(person)
    await world.track(person, 'Signed Up')
  }
  await world.settled()
  // Some came by an advertisement.
  for (const person of people.slice(0, 16))
    await world.call('page', {
      userId: person,
      properties: {
        url: 'https://shop.example/?utm_source=google&utm_medium=cpc&utm_campaign=autumn',
        referrer: 'https://www.google.com/',
      },
    })
  await world.pass({ hours: 2 })
  // Every other one clicks, where there is a mail; who clicks buys, and one in four buys anyway.
  const clicked = new Set<string>()
  for (const [i, person] of people.entries()) if (i % 2 === 0 && (await click(person))) clicked.add(person)
  await world.pass({ hours: 3 })
  const buyers = people.filter((person, i) => clicked.has(person) || i % 4 === 1)
  for (const person of buyers) await world.track(person, 'Order Completed', { total: 20 })
  await world.pass({ days: 8 })

  const { all, sentence, doubts, definitions, model } = await report('by=channel&model=last')
  assert.equal(model, 'last')
  assert.equal(all.conversions, buyers.length)
  assert.equal(all.value, buyers.length * 20)
  const row = (key: string) => all.rows.find((each) => each.key === key)!
  assert.equal(row('email').credit.last!.conversions, clicked.size)
  const advertised = buyers.filter((person) => people.indexOf(person) < 16)
  assert.equal(row('paid search').claimed.conversions, advertised.length)
  assert.equal(row('paid search').credit.last!.conversions, advertised.filter((person) => !clicked.has(person)).length)
  assert.match(sentence, /credit, not cause/)
  assert.ok(doubts.some(({ code }) => code === 'credit_not_cause') && definitions.length > 5)

  // Every number leads to just as many people.
  for (const { people: drill, claimed } of all.rows) assert.equal((await behind(drill.query)).length, claimed.conversions)
  const untouched = await behind(all.untouched.people.query)
  assert.equal(untouched.length, all.untouched.conversions)
  assert.ok(untouched.length > 0 && untouched.every(({ touches }) => touches.length === 0))
  const { paths } = await ask<OutputOf<typeof ReadAttributionPaths>>('sales/paths?key=email')
  assert.equal(
    paths.reduce((sum, path) => sum + path.conversions, 0),
    clicked.size,
  )
  assert.ok(paths.some((path) => path.steps.join(' > ') === 'paid search > email'))

  // By journey the mails are one; two dozen people are too few for its hold-out to say what was caused.
  const { calibrated, tellings } = await report('by=journey&model=last')
  assert.deepEqual(calibrated, [])
  const told = tellings.rows.find(({ key }) => key === 'welcome')!
  assert.deepEqual([told.attributed, told.incremental], [clicked.size, null])
  assert.match(tellings.sentences.at(-1)!, /hold some people out/)

  // A person is named where the caller may see people; and what is not there is said so.
  await assert.rejects(ask('nothing'), /404/)
  await assert.rejects(ask('sales?touchpoints=nowhere'), /404/)
  const hazard = await report('model=hazard')
  assert.ok(hazard.hazard && hazard.hazard.organic.share >= 0)
  assert.equal((await report('order=2')).all.rows.length, all.rows.length)
})
