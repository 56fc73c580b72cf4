import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Child, child } from './child.ts'
import { measureLimits } from './limits.ts'
import type { Load, Loaded } from './load.ts'
import { cpuSeconds, watchMemory } from './processes.ts'
import type { Ask, Reading } from './server.ts'
import type { Taken } from './taken.ts'

export interface W1Options {
  readonly people: number
  /** Write CPU profiles of the server into this folder. */
  readonly profile: string | undefined
}

/** The five-minute wait passes in 20 s, so that the load is over before the first mail is due. */
const RATE = 15
const BUY_EVERY = 5
/** The load at which latency is measured, while mails go out. */
const LATENCY_AT = 5_000
const HALF_SECONDS = 15
const say = (line: string): void => void process.stderr.write(`${line}\n`)

/** W1: people identify, look, fill a cart; one in five buys at once; the others are mailed after five minutes. */
export async function w1({ people, profile }: W1Options): Promise<object> {
  const load = { people, prefix: 'u', connections: 8, eventsPerRequest: 33, perSecond: 0, buyEvery: BUY_EVERY }
  say('limits: bare HTTP accept + COPY, bulk upsert …')
  const limits = await measureLimits(load)
  say(`  accept ${round(limits.accept)} events/s, upsert ${round(limits.upsert)} rows/s`)
  const dataDir = await mkdtemp(join(tmpdir(), 'cadenza-bench-'))
  await chmod(dataDir, 0o711)
  const sink = child('sink.ts', [])
  const { port } = await sink.told<{ port: number }>()
  const nodeArgs = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]
  const server = child('server.ts', [dataDir, `smtp://127.0.0.1:${port}`, String(RATE)], nodeArgs)
  const at = await server.told<{ url: string; writeKey: string }>()
  const client = child('load.ts', [])
  const memory = watchMemory([server.pid])
  try {
    const full = await fullLoad({ server, sink, client }, { ...load, ...at })
    const half = await halfLoad({ server, client }, { load: { ...load, ...at }, perSecond: LATENCY_AT })
    const peakMiB = memory.stop()
    const mails = await allMails(sink, full.mails + half.mails)
    const { facts, outbox } = await server.ask<{ facts: number; outbox: unknown }>('stop' satisfies Ask)
    say(`  outbox: ${JSON.stringify(outbox)}`)
    await server.end()
    return {
      eventsPerSecond: round(full.handledPerSecond),
      limitPerSecond: round(limits.accept),
      ratio: round(full.handledPerSecond / limits.accept, 2),
      p50Ms: round(half.p50, 1),
      p99Ms: round(half.p99, 1),
      cpuSecondsPer1000: round(full.cpu.all, 3),
      peakMiB: round(peakMiB),
      lost: full.events + half.events - facts + (full.mails + half.mails - mails.distinct),
      duplicated: mails.duplicated,
      acceptedPerSecond: round(full.acceptedPerSecond),
      messagesPerSecond: round(full.messagesPerSecond),
      fullLoadMs: { p50: round(full.p50, 1), p95: round(full.p95, 1), p99: round(full.p99, 1) },
      halfLoad: { perSecond: round(half.perSecond), p95Ms: round(half.p95, 1) },
      cpuSecondsPer1000By: full.cpu,
      upsertLimitPerSecond: round(limits.upsert),
      events: full.events + half.events,
      messages: mails.messages,
    }
  } finally {
    await Promise.all([client.end(), sink.end()])
    await rm(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 })
  }
}

interface Players {
  readonly server: Child
  readonly sink: Child
  readonly client: Child
}

/** As fast as the server takes them; then the mails. CPU counts both, over all processes. */
async function fullLoad({ server, sink, client }: Players, load: Load) {
  await server.ask<Reading>('reset' satisfies Ask)
  const before = [server, sink, client].map(({ pid }) => cpuSeconds(pid))
  const begun = performance.now()
  const loaded = await client.ask<Loaded>(load)
  if (loaded.refused > 0) throw new Error(`${loaded.refused} events were refused`)
  const reading = await handledAll(server, loaded.events)
  const seconds = (performance.now() - begun) / 1_000
  say(`  ${round(loaded.events / seconds)} events/s handled, ${round(loaded.events / loaded.seconds)} accepted`)
  const mails = load.people - Math.ceil(load.people / load.buyEvery)
  const taken = await allMails(sink, mails)
  const after = [server, sink, client].map(({ pid }) => cpuSeconds(pid))
  const per1000 = (seconds: number): number => round((seconds / loaded.events) * 1_000, 4)
  const spent = after.map(({ own, children }, i) => ({
    own: per1000(own - before[i]!.own),
    children: per1000(children - before[i]!.children),
  }))
  const by = { server: spent[0]!.own, postgres: spent[0]!.children, sink: spent[1]!.own, client: spent[2]!.own }
  return {
    ...reading,
    events: loaded.events,
    mails,
    acceptedPerSecond: loaded.events / loaded.seconds,
    handledPerSecond: loaded.events / seconds,
    messagesPerSecond: taken.messages / ((taken.last - taken.first) / 1_000),
    cpu: { ...by, all: by.server + by.postgres + by.sink + by.client },
  }
}

/** Paced: the latency that people live with. Mails of this part leave while it runs. */
async function halfLoad({ server, client }: Pick<Players, 'server' | 'client'>, { load, perSecond }: { load: Load; perSecond: number }) {
  await server.ask<Reading>('reset' satisfies Ask)
  const people = Math.ceil((perSecond * HALF_SECONDS) / 4.2)
  const loaded = await client.ask<Loaded>({ ...load, people, prefix: 'h', perSecond })
  const reading = await handledAll(server, loaded.events)
  say(`  half load: ${round(loaded.events / loaded.seconds)} events/s, p50 ${round(reading.p50, 1)} ms, p99 ${round(reading.p99, 1)} ms`)
  return { ...reading, events: loaded.events, perSecond: loaded.events / loaded.seconds, mails: people - Math.ceil(people / load.buyEvery) }
}

async function handledAll(server: Child, atLeast: number): Promise<Reading> {
  for (;;) {
    const reading = await server.ask<Reading>('read' satisfies Ask)
    if (reading.backlog === 0 && reading.handled >= atLeast) return reading
    await pause(5)
  }
}

/** Waits until all have come; when none comes for 30 s, what is there counts. */
async function allMails(sink: Child, wanted: number): Promise<Taken> {
  let taken = await sink.ask<Taken>({ kind: 'report' })
  let since = performance.now()
  while (taken.messages < wanted && performance.now() - since < 30_000) {
    await pause(100)
    const now = await sink.ask<Taken>({ kind: 'report' })
    if (now.messages > taken.messages) since = performance.now()
    taken = now
  }
  return taken
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const round = (value: number, digits = 0): number => Math.round(value * 10 ** digits) / 10 ** digits
