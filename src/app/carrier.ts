import type { Pool } from 'pg'
import type { Logger } from 'pino'
import type { AcceptedEvent } from '#events/accept.ts'
import { ID_KINDS } from '#events/schema.ts'
import { murmur32 } from '#lib/hash.ts'
import type { Confirmations } from '#platform/carrier/confirmations.ts'
import { type Nats, openNats } from '#platform/carrier/connection.ts'
import { positions, prepareShards } from '#platform/carrier/positions.ts'
import { Publisher, StreamFull } from '#platform/carrier/publisher.ts'
import { type CarrierParts, ShardCarrier } from '#platform/carrier/shard-carrier.ts'
import { ensureStream, replicasOf } from '#platform/carrier/streams.ts'
import type { NatsConfig } from '#platform/config.ts'
import { acquireShards, giveLeases, releaseLeases, renewLeases, SHARDS } from '#platform/leases.ts'
import type { Queryable } from '#platform/log.ts'
import type { Metrics } from '#platform/metrics.ts'
import { type Ingest, type Intake, Overloaded } from './ingest.ts'

/** Events of one request, as they travel: of one workspace and one shard. */
interface Parcel {
  readonly ws: string
  readonly events: readonly AcceptedEvent[]
}

/** Takes events into the stream: a quorum of NATS servers has them when `submit` resolves, and the database need not be there. */
export class StreamIntake implements Intake {
  readonly #publisher: Publisher
  readonly #shards: number
  readonly #confirmations: Confirmations | null

  /** With confirmations `submit` also waits for the log, as long as the database answers. */
  constructor(publisher: Publisher, { shards, confirmations }: { shards: number; confirmations: Confirmations | null }) {
    this.#publisher = publisher
    this.#shards = shards
    this.#confirmations = confirmations
  }

  get waiting(): number {
    return this.#publisher.waiting
  }

  async submit(ws: string, events: readonly AcceptedEvent[]): Promise<void> {
    if (events.length === 0) return
    if (this.#publisher.isFull) throw new Overloaded()
    const parcels = Map.groupBy(events, (event) => shardOf(ws, event, this.#shards))
    const sent = [...parcels].flatMap(([shard, list]) => chunks(list).map((part) => this.#send(shard, { ws, events: part })))
    const failed = (await Promise.allSettled(sent)).find((outcome) => outcome.status === 'rejected')
    if (failed) throw failed.reason instanceof StreamFull ? new Overloaded() : failed.reason
  }

  idle(): Promise<void> {
    return this.#publisher.idle()
  }

  async #send(shard: number, parcel: Parcel): Promise<void> {
    const place = await this.#publisher.publish(shard, JSON.stringify(parcel))
    await this.#confirmations?.stored(place)
  }
}

/** The events that share their strongest identifier travel in one line, so they keep their order. */
export function shardOf(ws: string, { ids }: Pick<AcceptedEvent, 'ids'>, shards: number): number {
  const rank = (kind: string): number => (ID_KINDS as readonly string[]).indexOf(kind) >>> 0
  const strongest = ids.reduce((best, id) => (rank(id.kind) < rank(best.kind) ? id : best))
  return murmur32(`${ws} ${strongest.kind} ${strongest.value}`) % shards
}

/** A message of NATS has at most a megabyte: ten events of the greatest size go together for sure. */
const EVENTS_PER_PARCEL = 10
const SMALL_PARCEL = 200_000

function chunks(events: readonly AcceptedEvent[]): (readonly AcceptedEvent[])[] {
  if (events.length <= EVENTS_PER_PARCEL || JSON.stringify(events).length < SMALL_PARCEL) return [events]
  return Array.from({ length: Math.ceil(events.length / EVENTS_PER_PARCEL) }, (_, i) =>
    events.slice(i * EVENTS_PER_PARCEL, (i + 1) * EVENTS_PER_PARCEL),
  )
}

interface Options {
  readonly nats: Nats
  readonly config: NatsConfig
  readonly pool: Pool
  readonly ingest: Ingest
  readonly owner: string
  readonly leaseSeconds: number
  readonly logger: Logger
  readonly metrics: Metrics
  /** Told before the shards are handed over for good. */
  readonly leaving: () => Promise<void>
}

/** The stream in front of the database, as this process uses it. */
export interface Stream {
  readonly nats: Nats
  readonly publisher: Publisher
  /** Resolves when all that was acknowledged before the call is on the log. */
  readonly barrier: (signal: AbortSignal) => Promise<void>
}

/** A cluster may be choosing a leader just when this process starts: it is asked for so long (ms). */
const START_MS = 30_000

/** Connects, and makes the streams of the shards unless they are there. Throws a SetupError when that does not work for half a minute. */
export async function openStream(config: NatsConfig, parts: { pool: Pool; logger: Logger }): Promise<Stream> {
  for (const since = performance.now(); ; ) {
    try {
      return await tryToOpen(config, parts)
    } catch (error) {
      if (performance.now() - since > START_MS) throw error
      parts.logger.warn({ err: error }, 'NATS is not ready yet; trying again')
      await new Promise((resolve) => setTimeout(resolve, 500))
    }
  }
}

async function tryToOpen(config: NatsConfig, { pool, logger }: { pool: Pool; logger: Logger }): Promise<Stream> {
  const nats = await openNats(config, { onStatus: (status) => logger.warn({ status }, 'the connection to NATS') })
  try {
    const publisher = await openPublisher({ nats, config, pool })
    return { nats, publisher, barrier: streamBarrier({ nats, publisher }, { pool, logger }) }
  } catch (error) {
    await nats.close()
    throw error
  }
}

export interface Carriers {
  readonly works: boolean
  stop(): Promise<void>
}

const LOOK_MS = 1_000

async function openPublisher({ nats, config, pool }: Pick<Options, 'nats' | 'config' | 'pool'>): Promise<Publisher> {
  const shape = { replicas: replicasOf(nats, config.replicas), bufferBytes: config.bufferBytes }
  await prepareShards(pool, config.shards)
  for (let shard = 0; shard < config.shards; shard++) await ensureStream(nats.streams, shard, shape)
  return new Publisher({ nats, ...shape, maxWaiting: 20_000 })
}

/** Carries this process's share of the shards from the stream into the log. */
export function startCarriers(options: Options): Carriers {
  const { nats, config, pool, ingest, owner, leaseSeconds, logger, metrics } = options
  const lost = metrics.counter({
    name: 'cadenza_carrier_lost_total',
    help: 'Acknowledged messages that NATS no longer had (1 when the number is not known)',
  })
  const rejected = metrics.counter({ name: 'cadenza_carrier_rejected_total', help: 'Messages set aside in carrier_rejects' })
  const parts: CarrierParts = {
    nats,
    db: pool,
    replicas: replicasOf(nats, config.replicas),
    bufferBytes: config.bufferBytes,
    store: (bodies, within) =>
      ingest.carry(
        bodies.flatMap((body) => JSON.parse(body) as Parcel[]),
        within,
      ),
    logger,
    onLost: (count) => lost.inc(count),
    onRejected: () => rejected.inc(),
  }
  const running = new Map<number, ShardCarrier>()
  const state = { stopping: false, failures: 0, wake: Promise.withResolvers<void>() }
  const end = async (shards: readonly number[]): Promise<void> => {
    await Promise.all(shards.map((shard) => running.get(shard)?.stop()))
    for (const shard of shards) running.delete(shard)
  }
  const look = async (): Promise<void> => {
    const { kept, share, free } = await renewLeases(pool, { owner, seconds: leaseSeconds, of: SHARDS })
    await end([...running].filter(([shard, carrier]) => carrier.superseded || !kept.includes(shard)).map(([shard]) => shard))
    const surplus = kept.slice(share)
    await end(surplus)
    if (surplus.length > 0) await giveLeases(pool, { owner, keys: surplus, of: SHARDS })
    const idle = kept.slice(0, share).some((shard) => !running.has(shard))
    if (!idle && (free === 0 || kept.length >= share)) return
    await end([...running.keys()])
    for (const lease of await acquireShards(pool, owner, leaseSeconds)) running.set(lease.shard, new ShardCarrier(parts, lease))
  }
  const run = async (): Promise<void> => {
    while (!state.stopping) {
      try {
        await look()
        state.failures = 0
      } catch (error) {
        if (state.failures++ % 10 === 0) logger.warn({ err: error }, 'the shards of the stream could not be shared out')
      }
      const timer = setTimeout(() => state.wake.resolve(), LOOK_MS)
      await state.wake.promise
      clearTimeout(timer)
      state.wake = Promise.withResolvers<void>()
    }
  }
  const loop = run()
  return {
    get works() {
      return state.failures < 4
    },
    async stop() {
      state.stopping = true
      state.wake.resolve()
      await loop
      await end([...running.keys()])
      await options.leaving()
      await releaseLeases(pool, owner, SHARDS)
    },
  }
}

const LOOK_AGAIN_MS = 5
/** A mark that has not come through in this time (ms) is set anew, in case the stream was lost meanwhile. */
const PATIENCE_MS = 30_000
const AGAIN_MS = 300

/**
 * Resolves when all that the stream had acknowledged at the call is on the log. A mark goes through the same quorum as the events, so a
 * server that has been left behind cannot give a wrong answer. While NATS or the database does not answer it waits: nobody knows what
 * was accepted, and a message that has to wait costs less than one that should not have been sent.
 */
export function streamBarrier(
  { nats, publisher }: Pick<Stream, 'nats' | 'publisher'>,
  { pool, logger }: { pool: Queryable; logger: Logger },
): Stream['barrier'] {
  const passes = coalesced(async () => {
    for (let failures = 0; ; failures++) {
      try {
        return await pass(publisher, pool)
      } catch (error) {
        if (nats.connection.isClosed()) throw error
        if (failures % 20 === 0) logger.warn({ err: error }, 'what NATS has taken is not in the database yet; messages wait for it')
        await pause(AGAIN_MS)
      }
    }
  })
  return async (signal) => {
    signal.throwIfAborted()
    const aborted = Promise.withResolvers<never>()
    const abort = (): void => aborted.reject(signal.reason as Error)
    signal.addEventListener('abort', abort, { once: true })
    try {
      await Promise.race([passes(), aborted.promise])
    } finally {
      signal.removeEventListener('abort', abort)
    }
  }
}

/** Sets a mark on each shard, and waits until all are on the log. */
async function pass(publisher: Publisher, db: Queryable): Promise<void> {
  const before = await positions(db)
  const marks = await Promise.all([...before.keys()].map(async (shard) => ({ shard, seq: await publisher.mark(shard) })))
  const back = marks.find(({ shard, seq }) => seq <= before.get(shard)!)
  if (back) throw new Error(`the stream of shard ${back.shard} was set back and has not been carried anew yet`)
  for (const since = performance.now(); performance.now() - since < PATIENCE_MS; ) {
    const now = await positions(db)
    if (marks.every(({ shard, seq }) => now.get(shard)! >= seq)) return
    await pause(LOOK_AGAIN_MS)
  }
  throw new Error(`what NATS has taken was not carried into the database within ${PATIENCE_MS} ms`)
}

/** Runs one at a time. Who asks while one runs is answered by the next one, because the running one may have begun too early for it. */
function coalesced(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null
  let next: Promise<void> | null = null
  const begin = (): Promise<void> => {
    const mine = work()
    const over = (): void => {
      if (running === mine) running = null
    }
    running = mine
    mine.then(over, over)
    return mine
  }
  const follow = (): Promise<void> => {
    next = null
    return begin()
  }
  return () => {
    if (!running) return begin()
    next ??= running.then(follow, follow)
    return next
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
