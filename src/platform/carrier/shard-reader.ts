import { AckPolicy, type ConsumerMessages, DeliverPolicy, type JsMsg } from '@nats-io/jetstream'
import type { Nats } from './connection.ts'
import { MESSAGE_ID, streamOf } from './streams.ts'

/** One message of the stream. */
export interface Arrived {
  readonly seq: number
  readonly id: string
  readonly body: string
}

/** Bytes asked for ahead of need, and how often (ms) the server says that it still listens. */
const AHEAD_BYTES = 4_000_000
const EXPIRES_MS = 10_000
const HEARTBEAT_MS = 1_000
/** The server forgets a consumer that nobody pulls from (ns). */
const FORGOTTEN_NS = 30_000_000_000

/** What of a consumer's messages says that it has to be made anew. */
const BROKEN = new Set(['heartbeats_missed', 'consumer_not_found', 'consumer_deleted', 'stream_not_found', 'no_responders'])

/**
 * The messages of a shard from a place on, as they come. It keeps no position on the server: that is the database's, so there is
 * nothing to acknowledge, and a reader that is lost is made anew at the place that the database says.
 */
export class ShardReader {
  readonly #arrived: Arrived[] = []
  readonly #messages: ConsumerMessages
  readonly #close: () => Promise<void>
  #wake = Promise.withResolvers<void>()
  #ended: Error | null = null

  private constructor(messages: ConsumerMessages, close: () => Promise<void>) {
    this.#messages = messages
    this.#close = close
    void this.#read()
    void this.#watch()
  }

  static async open(nats: Nats, shard: number, from: number): Promise<ShardReader> {
    const stream = streamOf(shard)
    const { name } = await nats.streams.consumers.add(stream, {
      ack_policy: AckPolicy.None,
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: from,
      inactive_threshold: FORGOTTEN_NS,
      mem_storage: true,
      num_replicas: 1,
    })
    const consumer = await nats.publisher.consumers.get(stream, name)
    const messages = await consumer.consume({ max_bytes: AHEAD_BYTES, expires: EXPIRES_MS, idle_heartbeat: HEARTBEAT_MS })
    return new ShardReader(messages, async () => {
      await messages.close()
      // The server forgets it by itself; when it cannot be reached there is nothing else to do.
      await consumer.delete().catch(() => false)
    })
  }

  /** Takes what has come, up to so many characters (at least one message); waits up to `ms` for the first. Throws when the reader is broken. */
  async take(characters: number, ms: number): Promise<Arrived[]> {
    if (this.#arrived.length === 0 && !this.#ended) await this.#rest(ms)
    if (this.#ended && this.#arrived.length === 0) throw this.#ended
    let count = 0
    for (let size = 0; count < this.#arrived.length; count++) {
      size += this.#arrived[count]!.body.length
      if (count > 0 && size > characters) break
    }
    return this.#arrived.splice(0, count)
  }

  /** Whoever waits in `take` looks again. */
  wake(): void {
    this.#wake.resolve()
  }

  close(): Promise<void> {
    return this.#close()
  }

  async #read(): Promise<void> {
    try {
      for await (const message of this.#messages) {
        this.#arrived.push(arrived(message))
        this.#wake.resolve()
      }
      this.#end(new Error('the reading of the stream ended'))
    } catch (error) {
      this.#end(error as Error)
    }
  }

  async #watch(): Promise<void> {
    for await (const notice of this.#messages.status()) {
      if (!BROKEN.has(notice.type) || (notice.type === 'heartbeats_missed' && notice.count < 2)) continue
      this.#end(new Error(`the reading of the stream broke: ${notice.type}`))
      return
    }
  }

  #end(error: Error): void {
    this.#ended ??= error
    this.#wake.resolve()
  }

  async #rest(ms: number): Promise<void> {
    const timer = setTimeout(() => this.#wake.resolve(), ms)
    await this.#wake.promise
    clearTimeout(timer)
    this.#wake = Promise.withResolvers<void>()
  }
}

const arrived = (message: JsMsg): Arrived => ({ seq: message.seq, id: message.headers?.get(MESSAGE_ID) ?? '', body: message.string() })
