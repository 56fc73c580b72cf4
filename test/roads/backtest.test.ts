import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { GetBacktest, ProveJourneys } from '#journeys/backtest-api.ts'
import type { OutputOf } from '#lib/action.ts'
import { cadenza, folderWith } from '../fixtures/command.ts'
import { BROWSER, type Document, journey, START, startWorld, template, type World } from './world.ts'

let world: World
before(async () => {
  world = await startWorld()
})
after(() => world?.stop())

type Told = OutputOf<typeof GetBacktest>

const reminder = (settle: string, more: object = {}): Document =>
  journey('reminder', 'Product Added', {
    entry: { event: 'Product Added', where: 'event.price >= 10', reentry: { after: '2d' } },
    exit: [{ event: 'Order Completed', reason: 'bought' }],
    holdout: '20%',
    steps: [
      { kind: 'wait', id: 'settle', for: settle },
      { kind: 'email', id: 'nudge', template: 'nudge', otherwise: [] },
      {
        kind: 'waitFor',
        id: 'look',
        event: 'message.clicked',
        of: 'nudge',
        upTo: '1d',
        then: [{ kind: 'update', id: 'keen', set: { keen: true } }],
        otherwise: [
          { kind: 'wait', id: 'morning', until: { time: '09:00' } },
          { kind: 'email', id: 'last', template: 'last', otherwise: [] },
        ],
      },
    ],
    ...more,
  })

async function backtested(definition: Document, span: { from: number; to: number }): Promise<NonNullable<Told['result']>> {
  await world.app.reported()
  const { id } = await world.api<{ id: string }>('POST /api/backtests', { definition, ...span })
  for (let i = 0; i < 600; i++) {
    const told = await world.api<Told>(`GET /api/backtests/${id}`)
    assert.notEqual(told.status, 'failed', told.error)
    assert.equal(told.error, '')
    if (told.status === 'done') return told.result!
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('the backtest does not end')
}

const people = Array.from({ length: 24 }, (_, i) => `p${i}`)

test('a journey that is tried on its own past does what it did, to the millisecond', async () => {
  await world.publish(template('nudge'), template('last'), reminder('1h'))
  await live()
  const span = { from: START, to: world.clock.now() }
  const report = await world.report('reminder')
  const result = await backtested(reminder('1h'), span)
  assert.deepEqual([result.runs.onlyThen, result.runs.onlyNow], [0, 0])
  assert.ok(result.runs.both >= 30, `${result.runs.both} runs`)
  assert.equal(result.happened.entered, result.runs.both)
  assert.deepEqual(
    result.messages.map(({ step, sent, happened }) => [step, sent === happened, sent > 0]),
    [
      ['nudge', true, true],
      ['last', true, true],
    ],
  )
  assert.equal(result.entered.treated + result.entered.heldOut, report.total.entered.all)
  assert.equal(result.entered.heldOut, report.total.entered.heldOut)
  assert.equal(result.unanswered, 0)
  assert.ok(result.samples.length > 0 && result.samples.every(({ why }) => why === 'same'))
  for (const { now, then } of result.samples) {
    const told = (lines: typeof now) =>
      lines.filter(({ kind }) => kind !== 'message').map(({ at, kind, step, reason }) => [at, kind, step, reason])
    assert.deepEqual(told(now), told(then))
  }
})

test('another draft is held against what happened: who would be left out, who would get more', async () => {
  const span = { from: START, to: world.clock.now() }
  const patient = await backtested(reminder('30h'), span)
  const sent = (result: typeof patient, step: string) => result.messages.find((each) => each.step === step)
  assert.ok(sent(patient, 'nudge')!.sent < sent(patient, 'nudge')!.happened, 'those who bought on the next day are spared')
  assert.ok(patient.unanswered > 0, 'clicks on mails that would not have been sent yet')
  assert.ok(patient.samples.some(({ why }) => why === 'other_messages'))

  const cheap = await backtested(reminder('1h', { entry: { event: 'Product Added', reentry: { after: '2d' } } }), span)
  assert.ok(cheap.runs.onlyNow > 0 && cheap.samples.some(({ why }) => why === 'only_now'))

  const other = await backtested({ ...reminder('1h'), id: 'never-live' }, span)
  assert.deepEqual([other.happened.entered, other.runs.both, other.runs.onlyThen], [0, 0, 0])
  assert.ok(other.entered.treated > 0)
})

test('what people did before the beginning makes their state, and starts nothing', async () => {
  const from = START + 86_400_000 * 3
  const definition = reminder('1h', { entry: { event: 'Product Added', where: 'count("Product Added") >= 2', reentry: 'always' } })
  const result = await backtested(definition, { from, to: world.clock.now() })
  assert.ok(result.entered.people > 0)
  assert.ok(result.samples.flatMap(({ now }) => now).every(({ at }) => at >= from))
})

test('nothing is sent and nothing is stored by a backtest', async () => {
  const before = await world.report('reminder')
  await backtested(reminder('1h'), { from: START, to: world.clock.now() })
  assert.deepEqual((await world.report('reminder')).asOf, before.asOf)
  const { messages } = await world.api<{ messages: unknown[] }>('GET /api/messages?limit=500')
  await backtested(reminder('2h'), { from: START, to: world.clock.now() })
  assert.deepEqual((await world.api<{ messages: unknown[] }>('GET /api/messages?limit=500')).messages, messages)
})

test('the command tries a draft on the server’s past and prints both sides', async () => {
  const folder = await folderWith({ 'reminder.json': JSON.stringify(reminder('30h')) })
  const file = join(folder, 'reminder.json')
  const env = { CADENZA_URL: world.url, CADENZA_KEY: world.secretKey }
  const span = ['--from', new Date(START).toISOString(), '--to', new Date(world.clock.now()).toISOString()]
  const { code, out } = await cadenza(['backtest', file, ...span], { env })
  assert.equal(code, 0, out)
  assert.match(out, /would have +did/)
  assert.match(out, /gets other messages/)
  assert.equal((await cadenza(['backtest', file, ...span, '--json'], { env })).json.notLetIn.already_in > 0, true)
  const both = await cadenza(['backtest', file, '--last', '30d', '--from', new Date(START).toISOString()], { env })
  assert.match(both.error, /exclude each other/)
})

test('the most messages are proved for the live journeys and for a draft among them', async () => {
  const proof = await world.api<OutputOf<typeof ProveJourneys>>('POST /api/journeys/prove', { id: 'reminder' })
  const week = proof.alone.find(({ channel, window }) => channel === 'email' && window === '7d')!
  assert.ok(week.most !== null && week.most >= 6 && week.timeline.length > 0)
  const draft = reminder('1h', { entry: { event: 'Product Added', key: 'properties.cart' } })
  const open = await world.api<OutputOf<typeof ProveJourneys>>('POST /api/journeys/prove', { definition: draft })
  assert.equal(open.together.find(({ channel, window }) => channel === 'email' && window === '7d')!.most, null)
  assert.match(open.alone[0]!.journeys[0]!.sentence, /key/)
})

/** Six days of a shop: some look, some click, some buy, one leaves for good. */
async function live(): Promise<void> {
  for (const [i, person] of people.entries()) await world.identify(person, i % 3 === 0 ? { timezone: 'America/New_York' } : {})
  for (let day = 0; day < 6; day++) {
    for (const [i, person] of people.entries()) {
      if ((i + day) % 3 === 0) await world.track(person, 'Product Added', { price: i % 4 === 0 ? 5 : 20 })
    }
    await world.pass({ hours: 3 })
    for (const [i, person] of people.entries()) {
      const mail = (await world.mailTo(person)).at(-1)
      if (mail && i % 5 === day % 5) await fetch(mail.link.click, { headers: { 'user-agent': BROWSER }, redirect: 'manual' })
      if (mail && i === 7 && day === 3) await fetch(mail.link.unsubscribe, { method: 'POST', body: 'List-Unsubscribe=One-Click' })
    }
    await world.pass({ hours: 15 })
    for (const [i, person] of people.entries()) if (i % 6 === day) await world.track(person, 'Order Completed', { total: 30 })
    await world.pass({ hours: 6 })
  }
}
