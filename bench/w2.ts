import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Child, child } from './child.ts'
import { cpuSeconds, watchMemory } from './processes.ts'
import type { Ask, Reading } from './server.ts'
import type { Taken } from './taken.ts'

export interface W2Options {
  readonly people: number
  /** Write CPU profiles of the server into this folder. */
  readonly profile: string | undefined
}

interface At {
  readonly url: string
  readonly writeKey: string
  readonly secretKey: string
}

const READY_MADE = 20_000
const PER_REQUEST = 500
/** How long (s) a receipt a second is sent before the broadcast, for comparison. */
const QUIET_SECONDS = 10
const say = (line: string): void => void process.stderr.write(`${line}\n`)
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const round = (value: number, digits = 0): number => Math.round(value * 10 ** digits) / 10 ** digits

/** W2: a journey goes out to everyone, personalised, by SMTP to a sink; a receipt a second must not wait for it. */
export async function w2({ people, profile }: W2Options): Promise<object> {
  const dataDir = await mkdtemp(join(tmpdir(), 'cadenza-bench-'))
  await chmod(dataDir, 0o711)
  const readyMade = await limit()
  say(`the client alone, with ready-made messages: ${round(readyMade)} messages/s`)
  const sink = child('sink.ts', [])
  const { port } = await sink.told<{ port: number }>()
  const nodeArgs = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]
  const server = child('server.ts', [dataDir, `smtp://127.0.0.1:${port}`, '1'], nodeArgs)
  const at = await server.told<At>()
  const memory = watchMemory([server.pid])
  try {
    await identify(at, people)
    await handled(server, people)
    say(`${people} people are there`)
    const begins = await publish(at)
    const orders = receiptEverySecond(at)
    await pause(Math.max(0, begins - QUIET_SECONDS * 1_000 - Date.now()))
    const quiet = (await report(sink)).receipts.length
    await pause(Math.max(0, begins - Date.now()))
    const before = { receipts: await report(sink).then(({ receipts }) => receipts.length), cpu: cpuSeconds(server.pid) }
    const taken = await allMails(sink, people)
    const cpu = cpuSeconds(server.pid)
    const sent = await orders.stop()
    const { receipts } = await allReceipts(sink, sent)
    const peakMiB = memory.stop()
    const fanOut = await fanOutSeconds(at)
    const seconds = (taken.last - taken.first) / 1_000
    await server.ask('stop' satisfies Ask)
    await server.end()
    return {
      messagesPerSecond: round(taken.messages / seconds),
      readyMadePerSecond: round(readyMade),
      ratio: round(taken.messages / seconds / readyMade, 2),
      fanOutSeconds: round(fanOut, 1),
      secondsFromDueToLast: round((taken.last - begins) / 1_000, 1),
      receiptsMeanwhile: summary(receipts.slice(before.receipts)),
      receiptsBefore: summary(receipts.slice(quiet, before.receipts)),
      lost: { messages: people - taken.distinct, receipts: sent - receipts.length },
      duplicated: taken.duplicated,
      cpuSecondsPer1000: {
        server: round(((cpu.own - before.cpu.own) / people) * 1_000, 3),
        postgres: round(((cpu.children - before.cpu.children) / people) * 1_000, 3),
      },
      peakMiB: round(peakMiB),
      people,
    }
  } finally {
    await sink.end()
    await rm(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 })
  }
}

/** Messages a second of the client alone, into a sink of its own. */
async function limit(): Promise<number> {
  const sink = child('sink.ts', [])
  const { port } = await sink.told<{ port: number }>()
  const client = child('ready-made.ts', [String(port), String(READY_MADE), '2700'])
  const { perSecond } = await client.told<{ perSecond: number }>()
  await client.end()
  await sink.end()
  return perSecond
}

async function call<T>({ url, secretKey }: At, path: string, body: unknown): Promise<T> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${secretKey}` }
  const response = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
  return (await response.json()) as T
}

async function track({ url, writeKey }: At, batch: readonly object[]): Promise<void> {
  const headers = { 'content-type': 'application/json', authorization: `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}` }
  for (;;) {
    const response = await fetch(`${url}/v1/batch`, { method: 'POST', headers, body: JSON.stringify({ batch }) })
    await response.arrayBuffer()
    if (response.status === 200) return
    if (response.status !== 429) throw new Error(`/v1/batch answered ${response.status}`)
    await pause(200)
  }
}

async function identify(at: At, people: number): Promise<void> {
  let next = 0
  const connection = async (): Promise<void> => {
    for (let from = next; from < people; from = next) {
      next += PER_REQUEST
      const batch = Array.from({ length: Math.min(PER_REQUEST, people - from) }, (_, i) => {
        const userId = `u${from + i}`
        const traits = { email: `${userId}@shop.example`, first_name: `Person ${from + i}`, newsletter: true, timezone: 'Europe/Berlin' }
        return { type: 'identify', userId, messageId: `${userId}-1`, traits }
      })
      await track(at, batch)
    }
  }
  await Promise.all([connection(), connection(), connection(), connection()])
}

async function handled(server: Child, atLeast: number): Promise<void> {
  for (;;) {
    const reading = await server.ask<Reading>('read' satisfies Ask)
    if (reading.backlog === 0 && reading.handled >= atLeast) return
    await pause(50)
  }
}

/** A mail of about 2.7 kB. */
const PROMOTION = `<!doctype html><html><head><title>Spring</title><style>body{font-family:sans-serif;color:#171b17}.b{background:#1b211c;color:#fff;padding:12px 20px;border-radius:6px;text-decoration:none}</style></head><body>
<h1>Hello {{ profile.first_name }}</h1><p>Spring has come to the shop.</p>
<table role="presentation"><tr><td>${'Everything that grows is a little cheaper until Sunday, and the rest can wait. '.repeat(13)}</td></tr></table>
<p><a class="b" href="https://shop.example/spring">Look</a></p>
<p>{{ sender.postal_address }} · <a href="{{ unsubscribe_url }}">Unsubscribe</a></p></body></html>`

/** Publishes both journeys; answers when the broadcast begins (epoch ms): with the next minute that leaves time for the quiet part. */
async function publish(at: At): Promise<number> {
  const begins = Math.ceil((Date.now() + (QUIET_SECONDS + 5) * 1_000) / 60_000) * 60_000
  const schedule = { at: new Date(begins).toISOString().slice(0, 16), zone: 'UTC' }
  const goal = { event: 'Spring Order', within: '3d' }
  const documents = [
    { kind: 'template', id: 'promotion', subject: 'Spring, {{ profile.first_name }}', html: PROMOTION },
    {
      kind: 'template',
      id: 'receipt',
      purpose: 'transactional',
      subject: 'Receipt {{ entry.properties.sent_at }}',
      html: '<p>Thank you.</p>',
    },
    {
      kind: 'journey',
      id: 'promotion',
      goal,
      entry: { schedule, audience: 'profile.newsletter == true' },
      steps: [{ kind: 'email', id: 'mail', template: 'promotion', otherwise: [] }],
    },
    {
      kind: 'journey',
      id: 'receipt',
      goal,
      entry: { event: 'Paid', key: 'properties.sent_at', reentry: 'always' },
      steps: [{ kind: 'email', id: 'mail', template: 'receipt', lane: 'transactional', otherwise: [] }],
    },
  ]
  await call(at, '/api/documents/apply', { documents: documents.map((body) => ({ kind: body.kind, id: body.id, body })) })
  return begins
}

/** How long it took to put everybody on the log: as fast as the engine takes them. */
async function fanOutSeconds({ url, secretKey }: At): Promise<number> {
  const response = await fetch(`${url}/api/journeys/promotion/broadcasts`, { headers: { authorization: `Bearer ${secretKey}` } })
  if (!response.ok) throw new Error(`The broadcasts were answered ${response.status}`)
  const { broadcasts } = (await response.json()) as { broadcasts: { beganAt: number; endedAt: number | null }[] }
  const [one] = broadcasts
  return one?.endedAt == null ? Number.NaN : (one.endedAt - one.beganAt) / 1_000
}

/** Somebody pays every second; answers at the end how many did. */
function receiptEverySecond(at: At): { stop(): Promise<number> } {
  const asked: Promise<void>[] = []
  let failure: unknown
  const timer = setInterval(() => {
    const properties = { sent_at: Date.now() }
    const order = { type: 'track', event: 'Paid', userId: `u${asked.length}`, properties }
    asked.push(
      track(at, [order]).catch((error: unknown) => {
        failure = error
        clearInterval(timer)
      }),
    )
  }, 1_000)
  return {
    async stop() {
      clearInterval(timer)
      await Promise.all(asked)
      if (failure) throw failure
      return asked.length
    },
  }
}

const report = (sink: Child): Promise<Taken> => sink.ask<Taken>({ kind: 'report' })

/** Waits until all have come; when none comes for a minute, what is there counts. */
async function allMails(sink: Child, wanted: number): Promise<Taken> {
  let taken = await report(sink)
  let since = performance.now()
  while (taken.messages < wanted && performance.now() - since < 60_000) {
    await pause(100)
    const now = await report(sink)
    if (now.messages > taken.messages) since = performance.now()
    taken = now
  }
  return taken
}

async function allReceipts(sink: Child, wanted: number): Promise<Taken> {
  const begun = performance.now()
  let taken = await report(sink)
  while (taken.receipts.length < wanted && performance.now() - begun < 30_000) {
    await pause(100)
    taken = await report(sink)
  }
  return taken
}

/** Milliseconds from the event to the hand-over. */
function summary(times: readonly number[]): object {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
  return { count: sorted.length, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: sorted.at(-1) ?? 0 }
}
