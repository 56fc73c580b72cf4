import type { Logger } from 'pino'
import type { Queryable } from '../log.ts'
import { isConnectionLost } from '../postgres/pool.ts'
import { isFromJetStream, type Nats } from './connection.ts'
import {
  carriedAmong,
  forgetCarried,
  movePosition,
  noteCarried,
  type Position,
  readPosition,
  rejectMessage,
  restartPosition,
} from './positions.ts'
import { type Arrived, ShardReader } from './shard-reader.ts'
import { ensureStream, messageIdAt, streamInfo, streamOf } from './streams.ts'

export interface CarrierParts {
  readonly nats: Nats
  readonly db: Queryable
  readonly replicas: number
  readonly bufferBytes: number
  /** Appends what the messages hold, and calls `within` in the same transaction. Throws when nothing of it happened, or when that is unknown. */
  readonly store: (bodies: readonly string[], within: (tx: Queryable) => Promise<void>) => Promise<void>
  readonly logger: Logger
  /** Messages that were acknowledged and then gone, and messages set aside. */
  readonly onLost: (count: number) => void
  readonly onRejected: () => void
}

/** Another worker carries this shard now. */
class Superseded extends Error {
  override readonly name = 'Superseded'
}

/** The position is not where it was thought to be, after a commit whose end nobody knows: look again. */
class Moved extends Error {
  override readonly name = 'Moved'
}

/** The stream contradicts what is known of it. */
class Doubt extends Error {
  override readonly name = 'Doubt'
}

/** So long (ms) it must go on contradicting before it is believed: a server of NATS that stood still notices within seconds that it leads no more. */
const DOUBT_MS = 5_000
const GROUP_CHARACTERS = 1_000_000
const IDLE_MS = 1_000
/** How often (ms) it is made sure that the stream is still the one that it was. */
const VERIFY_MS = 5_000
/** Carried messages stay for so long (ms): a database that was set back to a moment ago gets them again. */
const KEEP_MS = 60_000
const RETRY_MS = [50, 100, 250, 500, 1_000, 2_000]
/** So many failures of one message while the database works, and it is set aside. */
const MOST_FAILURES = 5

/** Carries one shard: what the stream holds goes onto the log exactly once, because the position moves in the same transaction. */
export class ShardCarrier {
  readonly #parts: CarrierParts
  readonly #shard: number
  readonly #epoch: number
  #ending = false
  #superseded = false
  /** Since when (monotonic ms) the stream contradicts what is known of it, by what contradicts. */
  readonly #doubts = new Map<'stream' | 'gap', number>()
  #reader: ShardReader | null = null
  #running: Promise<void>
  #failing = { seq: 0, times: 0 }
  /** Places carried, and when (monotonic ms), to know what may go. */
  readonly #carried: { seq: number; at: number }[] = []

  constructor(parts: CarrierParts, { shard, epoch }: { shard: number; epoch: number }) {
    this.#parts = parts
    this.#shard = shard
    this.#epoch = epoch
    this.#running = this.#run()
  }

  /** Another worker has this shard, so nothing is carried here any more. */
  get superseded(): boolean {
    return this.#superseded
  }

  /** Resolves when the commit that runs has ended; nothing is carried after that. */
  async stop(): Promise<void> {
    this.#ending = true
    this.#reader?.wake()
    await this.#running
  }

  async #run(): Promise<void> {
    for (let failures = 0; !this.#ending; ) {
      try {
        await this.#session(() => (failures = 0))
      } catch (error) {
        if (error instanceof Superseded) {
          this.#superseded = true
          return
        }
        const level = failures % 10 === 9 ? 'error' : 'warn'
        this.#parts.logger[level]({ err: error, shard: this.#shard }, 'events wait in NATS: they could not be carried into the database')
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS[Math.min(failures++, RETRY_MS.length - 1)]))
      }
    }
  }

  /** From a look at the stream until something breaks. */
  async #session(onCarried: () => void): Promise<void> {
    let position = await this.#reconcile()
    let verified = performance.now()
    this.#reader = await ShardReader.open(this.#parts.nats, this.#shard, position.seq + 1)
    try {
      while (!this.#ending) {
        const group = await this.#reader.take(this.#failing.times > 0 ? 0 : GROUP_CHARACTERS, IDLE_MS)
        if (group.length > 0 && !this.#ending) {
          // A connection that broke may have swallowed messages in the middle of what came: only what follows without a gap is carried.
          const gap = group.findIndex(({ seq }, i) => seq !== position.seq + 1 + i)
          const whole = gap < 0 ? group : group.slice(0, gap)
          if (whole.length > 0) {
            this.#doubts.delete('gap')
            position = await this.#carry(position, whole)
          }
          if (gap >= 0) await this.#doubtGap(position, group[gap]!)
          onCarried()
        }
        if (performance.now() - verified < VERIFY_MS) continue
        const now = await this.#reconcile()
        if (now.seq !== position.seq || now.incarnation !== position.incarnation) return
        await this.#tidy()
        verified = performance.now()
      }
    } finally {
      await this.#reader.close().catch((error: unknown) => this.#parts.logger.debug({ err: error }, 'a reader of the stream'))
      this.#reader = null
    }
  }

  /** The position of the database, which begins anew where the stream is not what it was: lost and made again, or set back. */
  async #reconcile(): Promise<Position> {
    const { nats, db, logger, onLost } = this.#parts
    const [shard, epoch] = [this.#shard, this.#epoch]
    const info = (await streamInfo(nats.streams, shard)) ?? (await ensureStream(nats.streams, shard, this.#parts))
    const position = await readPosition(db, { shard, epoch })
    if (!position) throw new Superseded()
    const { last_seq: last } = info.state
    const first = Math.max(1, info.state.first_seq)
    const same = position.incarnation === info.created && position.seq <= last && (await this.#isSameMessage(position, first))
    const gone = same ? Math.max(0, first - 1 - position.seq) : 0
    if (same && gone === 0) {
      this.#doubts.delete('stream')
      return position
    }
    if (position.incarnation !== '')
      this.#doubt(
        'stream',
        `the stream has messages ${first} to ${last} of ${info.created}, and ${position.seq} of ${position.incarnation} were carried`,
      )
    // What is in the stream is carried from its start; messages that were carried before are known by their ids.
    const begin = { shard, epoch, incarnation: info.created, seq: first - 1, lost: gone }
    if (!(await restartPosition(db, begin))) throw new Superseded()
    if (position.incarnation !== '') {
      logger.error(
        { shard, was: position, stream: streamOf(shard), created: info.created, first, last, gone },
        'the stream is not what it was: NATS has lost events, or somebody has deleted them',
      )
      onLost(Math.max(1, gone))
    }
    this.#doubts.clear()
    this.#carried.length = 0
    return { shard, incarnation: info.created, seq: first - 1, message: '' }
  }

  /** A server that was left behind gives old answers until it notices. Nothing is carried while in doubt; what is still so after a while is so. */
  #doubt(what: 'stream' | 'gap', why: string): void {
    const since = this.#doubts.getOrInsert(what, performance.now())
    if (performance.now() - since < DOUBT_MS) throw new Doubt(`${why}: looking again`)
  }

  async #isSameMessage({ seq, message }: Position, first: number): Promise<boolean> {
    if (message === '' || seq < first) return true
    return (await messageIdAt(this.#parts.nats.streams, this.#shard, seq)) === message
  }

  /** Places follow each other without a gap; where there is one, the stream itself is asked, for a while, before it is believed. Throws. */
  async #doubtGap(position: Position, { seq }: Arrived): Promise<never> {
    const { nats, db, logger, onLost } = this.#parts
    const [shard, epoch] = [this.#shard, this.#epoch]
    const missing = seq - position.seq - 1
    if (missing > 0 && (await messageIdAt(nats.streams, shard, position.seq + 1)) === undefined) {
      this.#doubt('gap', `message ${seq} came after ${position.seq}`)
      if (!(await restartPosition(db, { shard, epoch, incarnation: position.incarnation, seq: seq - 1, lost: missing })))
        throw new Superseded()
      logger.error({ shard, from: position.seq + 1, missing }, 'events are gone from the stream before they were carried')
      onLost(missing)
    }
    throw new Doubt(`message ${seq} came after ${position.seq}`)
  }

  async #carry(position: Position, group: readonly Arrived[]): Promise<Position> {
    const { store, db } = this.#parts
    const { seq, id } = group.at(-1)!
    const ids = group.flatMap((each) => each.id || [])
    const carried = await carriedAmong(db, this.#shard, ids)
    const move = async (tx: Queryable): Promise<void> => {
      await noteCarried(tx, this.#shard, ids)
      if (!(await movePosition(tx, position, { epoch: this.#epoch, seq, message: id })))
        throw new Moved('This shard was carried further by somebody else, or by an earlier try')
    }
    try {
      await store(
        group.filter((each) => !carried.has(each.id)).map(({ body }) => body),
        move,
      )
    } catch (error) {
      if (error instanceof Moved || isConnectionLost(error) || isFromJetStream(error)) throw error
      await this.#blame(group, error as Error, move)
    }
    this.#failing = { seq: 0, times: 0 }
    this.#carried.push({ seq, at: performance.now() })
    return { ...position, seq, message: id }
  }

  /** Tried again one by one; what fails again and again alone is set aside, so that it does not hold up all that comes after it. */
  async #blame(group: readonly Arrived[], error: Error, move: (tx: Queryable) => Promise<void>): Promise<void> {
    const { seq, body } = group[0]!
    this.#failing = { seq, times: this.#failing.seq === seq ? this.#failing.times + 1 : 1 }
    if (group.length > 1 || this.#failing.times < MOST_FAILURES) throw error
    const { store, logger, onRejected } = this.#parts
    await store([], async (tx) => {
      await move(tx)
      await rejectMessage(tx, { shard: this.#shard, seq, body, error: error.message })
    })
    logger.error({ err: error, shard: this.#shard, seq }, 'events were set aside in carrier_rejects')
    onRejected()
  }

  /** Lets go of what was carried a while ago; all of it when the stream is half full. The last message stays: by it the stream is known again. */
  async #tidy(): Promise<void> {
    const { nats } = this.#parts
    const info = await streamInfo(nats.streams, this.#shard)
    const old = info && info.state.bytes > info.config.max_bytes / 2 ? Infinity : performance.now() - KEEP_MS
    await forgetCarried(this.#parts.db, this.#shard)
    const index = this.#carried.findLastIndex(({ at }) => at <= old)
    if (index < 0) return
    const [last] = this.#carried.splice(0, index + 1).slice(-1)
    await nats.streams.streams.purge(streamOf(this.#shard), { seq: last!.seq })
  }
}
