import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type App, startApp } from '#app/start.ts'
import type { Person } from '#journeys/person.ts'
import { systemClock } from '#platform/clock.ts'
import { readConfig, withSecretKey } from '#platform/config.ts'
import { loadStates, writeStates } from '#platform/keyed-state.ts'
import { partitionOf } from '#platform/log.ts'
import { logger } from '#platform/log-lines.ts'
import { transaction } from '#platform/postgres/pool.ts'
import { child } from './child.ts'
import { cpuSeconds } from './processes.ts'
import { HTML, post, setUp } from './set-up.ts'
import type { Taken } from './taken.ts'

export interface CurvesOptions {
  /** People who wait for tomorrow while nothing happens. */
  readonly waiting: number
  /** People whose timers are all due at the same moment. */
  readonly timers: number
  /** Messages a second that the provider takes. */
  readonly rate: number
}

const PARTITIONS = 8
const say = (line: string): void => void process.stderr.write(`${line}\n`)
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const round = (value: number, digits = 0): number => Number(value.toFixed(digits))
/** The value that this share of all is not above. */
const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(values.length * share) - 1)] ?? 0

/** What a crowd that waits costs, and what happens when all of it is due at once: the provider's pace, and receipts that pass by. */
export async function curves(options: CurvesOptions): Promise<object> {
  const dataDir = await mkdtemp(join(tmpdir(), 'cadenza-curves-'))
  await chmod(dataDir, 0o711)
  const sink = child('sink.ts', [])
  const { port } = await sink.told<{ port: number }>()
  const config = await withSecretKey(
    readConfig({
      DATA_DIR: dataDir,
      SMTP_URL: `smtp://127.0.0.1:${port}`,
      PORT: '0',
      PARTITIONS: String(PARTITIONS),
      MAIL_RATE: String(options.rate),
      LOG_LEVEL: 'error',
      ROLES: 'ingest,engine,delivery,jobs',
    }),
  )
  const start = (): Promise<App> => startApp({ config, clock: systemClock(), logger: logger({ level: 'error' }) })
  let app = await start()
  // The engine learns of timers when it takes its partitions: a crowd that is written behind its back comes with a restart.
  const restart = async (): Promise<App> => {
    await app.stop()
    app = await start()
    await app.settled()
    return app
  }
  try {
    const keys = await setUp(app.listening, app.setupToken)
    await publishReceipts(app, keys.secretKey)
    const model = await oneWhoWaits(app, keys.writeKey)
    const waiting = await idle({ app: () => app, restart, model }, options.waiting)
    const drained = await drain({ app: () => app, restart, sink, model, writeKey: keys.writeKey }, options)
    return { waiting, timers: drained }
  } finally {
    await app.stop()
    await sink.end()
    await rm(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 })
  }
}

/** A transactional mail whose subject says when its event was sent: the sink reckons how long it took. */
async function publishReceipts(app: App, key: string): Promise<void> {
  const receipt = { kind: 'template', id: 'receipt', purpose: 'transactional', subject: 'Receipt {{ entry.properties.sent }}', html: HTML }
  const journey = {
    kind: 'journey',
    id: 'receipts',
    goal: { event: 'Order Completed', within: '3d' },
    entry: { event: 'Paid', key: 'properties.sent', reentry: 'always' },
    steps: [{ kind: 'email', id: 'receipt', template: 'receipt', lane: 'transactional', otherwise: [] }],
  }
  const documents = [receipt, journey].map((body) => ({ kind: body.kind, id: body.id, body }))
  await post(`${app.listening}/api/documents/apply`, { documents }, { key })
}

interface Model {
  readonly ws: string
  readonly person: Person
}

const track = async (app: App, writeKey: string, batch: readonly object[]): Promise<void> => {
  const response = await fetch(`${app.listening}/v1/batch`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Basic ${btoa(`${writeKey}:`)}` },
    body: JSON.stringify({ batch }),
  })
  if (!response.ok) throw new Error(`The batch was answered ${response.status}: ${await response.text()}`)
}

/** Sends one person on their way through the front door, and reads what the engine made of them. */
async function oneWhoWaits(app: App, writeKey: string): Promise<Model> {
  await track(app, writeKey, [
    { type: 'identify', userId: 'model', traits: { email: 'model@people.example', first_name: 'Model', plan: 'basic' } },
    { type: 'track', userId: 'model', event: 'Product Added', properties: { cart_id: 'model', name: 'Lamp', price: 30 } },
  ])
  await app.settled()
  const { rows } = await app.parts.work.query<{ ws: string; id: string }>('select workspace_id as ws, id from keyed_state limit 1')
  const [row] = await loadStates<Person>(app.parts.work, 'profile', [rows[0]!])
  if (!row?.state.journeys.enrollments[0]?.due) throw new Error('The model does not wait')
  return { ws: row.ws, person: row.state }
}

/** Copies of the model under names of their own, all due at one moment. */
async function crowd(app: App, model: Model, { count, prefix, due }: { count: number; prefix: string; due: number }): Promise<void> {
  const text = JSON.stringify(model.person)
  const { id } = model.person.profile
  const run = model.person.journeys.enrollments[0]!
  for (let from = 0; from < count; from += 5_000) {
    const rows = Array.from({ length: Math.min(5_000, count - from) }, (_, i) => {
      const name = `${prefix}${from + i}`
      const person = JSON.parse(text.replaceAll(id, `p_${name}`).replaceAll(run.id, `r${name}`).replaceAll('model', name)) as Person
      const enrollments = person.journeys.enrollments.map((each) => ({ ...each, due }))
      const state = { ...person, journeys: { ...person.journeys, enrollments } }
      return { ws: model.ws, id: `p_${name}`, state, version: 1, partition: partitionOf(`p_${name}`, PARTITIONS), nextDue: due }
    })
    if (!(await transaction(app.parts.work, (tx) => writeStates(tx, 'profile', rows)))) throw new Error('The crowd was there already')
  }
}

const IDLE_SECONDS = 20

interface Crowded {
  app(): App
  restart(): Promise<App>
  readonly model: Model
}

/** Processor time of everything while a crowd waits and nothing happens, beside the same without the crowd. */
async function idle({ app, restart, model }: Crowded, count: number): Promise<object> {
  const rest = async (): Promise<number> => {
    await pause(2_000)
    const before = cpuSeconds(process.pid)
    await pause(IDLE_SECONDS * 1_000)
    const after = cpuSeconds(process.pid)
    return ((after.own + after.children - before.own - before.children) / IDLE_SECONDS) * 100
  }
  await restart()
  const without = await rest()
  say(`waiting: ${count} people are put to sleep …`)
  await crowd(app(), model, { count, prefix: 'w', due: Date.now() + 86_400_000 })
  // The database tidies up after so many rows; that is the price of writing them, not of their waiting.
  await app().parts.work.query('vacuum (analyze) keyed_state')
  await restart()
  const withCrowd = await rest()
  say(`  ${round(withCrowd, 2)} % of a core, ${round(without, 2)} % without them`)
  return {
    people: count,
    percentOfACore: round(withCrowd, 2),
    withoutThem: round(without, 2),
    costOfWaiting: round(withCrowd - without, 2),
  }
}

interface Drain extends Crowded {
  readonly sink: ReturnType<typeof child>
  readonly writeKey: string
}

async function drain({ app: now, restart, sink, model, writeKey }: Drain, { timers, rate }: CurvesOptions): Promise<object> {
  say(`timers: ${timers} people are due at the same moment, the provider takes ${rate} messages a second …`)
  const begin = await sink.ask<Taken>({ kind: 'report' })
  const due = Date.now() + Math.max(10_000, timers / 3)
  await crowd(now(), model, { count: timers, prefix: 't', due })
  const app = await restart()
  if (Date.now() > due) throw new Error('The crowd was not there in time: this machine is too slow for the bench')
  await pause(due - Date.now())
  let [decided, receipts] = [0, 0]
  const perSecond: number[] = []
  let before = begin.messages
  for (let second = 1; ; second++) {
    for (let i = 0; i < 4; i++) {
      await track(app, writeKey, [
        { type: 'identify', userId: `buyer${receipts}`, traits: { email: `buyer${receipts}@people.example` } },
        { type: 'track', userId: `buyer${receipts++}`, event: 'Paid', properties: { sent: Date.now() } },
      ])
      await pause(Math.max(1, due + second * 1_000 - 750 + i * 250 - Date.now()))
    }
    const { messages } = await sink.ask<Taken>({ kind: 'report' })
    perSecond.push(messages - before)
    before = messages
    if (decided === 0 && (await stillDue(app, due)) === 0) decided = (Date.now() - due) / 1_000
    if (messages - begin.messages >= timers) break
    if (second > 60 + (timers / rate) * 3) throw new Error(`Only ${messages - begin.messages} of ${timers} messages came`)
  }
  const end = await sink.ask<Taken>({ kind: 'report' })
  const took = end.receipts.slice(begin.receipts.length)
  const p99 = quantile(took, 0.99)
  say(`  all decided after ${round(decided, 1)} s, all sent after ${round((end.last - due) / 1_000, 1)} s, receipts p99 ${p99} ms`)
  return {
    people: timers,
    decidedSeconds: round(decided, 1),
    sentSeconds: round((end.last - due) / 1_000, 1),
    providerSeconds: round(timers / rate, 1),
    mostInASecond: Math.max(...perSecond),
    rate,
    duplicated: end.duplicated - begin.duplicated,
    receipts: took.length,
    receiptP50Ms: quantile(took, 0.5),
    receiptP99Ms: p99,
  }
}

async function stillDue(app: App, due: number): Promise<number> {
  const { rows } = await app.parts.work.query<{ count: number }>('select count(*)::int as count from keyed_state where next_due <= $1', [
    due,
  ])
  return rows[0]!.count
}
