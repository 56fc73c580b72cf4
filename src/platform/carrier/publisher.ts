import { randomUUID } from 'node:crypto'
import type { Nats } from './connection.ts'
import { codeOf } from './connection.ts'
import type { Placed } from './positions.ts'
import { ensureStream, subjectOf } from './streams.ts'

interface Options {
  readonly nats: Nats
  readonly replicas: number
  readonly bufferBytes: number
  /** Texts that may wait for their acknowledgement before senders are told to slow down. */
  readonly maxWaiting: number
}

/** The stream of a shard is full: the database has not taken events for long. */
export class StreamFull extends Error {
  override readonly name = 'StreamFull'
}

interface Waiting {
  readonly text: string
  readonly done: (place: Placed) => void
  readonly failed: (error: unknown) => void
}

/** JetStream's error codes. */
const FULL = new Set([10_047, 10_077, 10_122])
const STREAM_NOT_FOUND = 10_059
/** A message holds at most so many characters, well below the megabyte that a server takes; more than one text only up to here. */
const GROUP_CHARACTERS = 256_000
/** Messages of one shard on their way at once. */
const IN_FLIGHT = 4
const ACK_MS = 2_500
const TRIES = 2

/** Publishes texts in groups: what arrives while others are on their way goes together into the next message. */
export class Publisher {
  readonly #options: Options
  readonly #waiting = new Map<number, Waiting[]>()
  readonly #flying = new Map<number, number>()
  #count = 0
  #idle = Promise.withResolvers<void>()

  constructor(options: Options) {
    this.#options = options
    this.#idle.resolve()
  }

  /** Texts that are not acknowledged yet. */
  get waiting(): number {
    return this.#count
  }

  get isFull(): boolean {
    return this.#count >= this.#options.maxWaiting
  }

  /** Resolves with its message when a quorum of the stream's servers has the text. Rejects with `StreamFull`, or with what NATS says: then it may be there or not. */
  publish(shard: number, text: string): Promise<Placed> {
    if (this.#count++ === 0) this.#idle = Promise.withResolvers()
    return new Promise<Placed>((done, failed) => {
      const queue = this.#waiting.get(shard) ?? []
      this.#waiting.set(shard, queue)
      queue.push({ text, done, failed })
      // One turn of the event loop, so that what arrived together travels together.
      if (queue.length === 1) setImmediate(() => this.#flush(shard))
    }).finally(() => {
      if (--this.#count === 0) this.#idle.resolve()
    })
  }

  /** A message of its own without events; resolves with its place, which is behind all that was acknowledged before the call. */
  async mark(shard: number): Promise<number> {
    return (await this.#send(shard, '[]')).seq
  }

  /** Resolves when nothing waits any more. */
  idle(): Promise<void> {
    return this.#idle.promise
  }

  #flush(shard: number): void {
    const queue = this.#waiting.get(shard)!
    while (queue.length > 0 && (this.#flying.get(shard) ?? 0) < IN_FLIGHT) void this.#group(shard, take(queue))
  }

  async #group(shard: number, group: readonly Waiting[]): Promise<void> {
    this.#flying.set(shard, (this.#flying.get(shard) ?? 0) + 1)
    try {
      const { message } = await this.#send(shard, `[${group.map(({ text }) => text).join(',')}]`)
      for (const { done } of group) done({ shard, message })
    } catch (error) {
      for (const { failed } of group) failed(error)
    } finally {
      this.#flying.set(shard, this.#flying.get(shard)! - 1)
      this.#flush(shard)
    }
  }

  /** The same id at each try: what arrived although nobody said so is not kept twice. */
  async #send(shard: number, body: string): Promise<{ seq: number; message: string }> {
    const { nats, replicas, bufferBytes } = this.#options
    const msgID = randomUUID()
    for (let tries = 1; ; tries++) {
      try {
        const { seq } = await nats.publisher.publish(subjectOf(shard), body, { msgID, timeout: ACK_MS })
        return { seq, message: msgID }
      } catch (error) {
        if (FULL.has(codeOf(error) ?? 0)) throw new StreamFull(`The stream of shard ${shard} is full`, { cause: error })
        if (tries === TRIES) throw error
        if (isNotThere(error)) await ensureStream(nats.streams, shard, { replicas, bufferBytes })
      }
    }
  }
}

function take(queue: Waiting[]): Waiting[] {
  let count = 1
  for (let size = queue[0]!.text.length; count < queue.length; count++) {
    size += queue[count]!.text.length + 1
    if (size > GROUP_CHARACTERS) break
  }
  return queue.splice(0, count)
}

/** Nobody listens on the subject: the stream is gone. (The library takes that for JetStream being off.) */
const isNotThere = (error: unknown): boolean =>
  (error as Error).name === 'JetStreamNotEnabled' ||
  codeOf(error) === STREAM_NOT_FOUND ||
  /no responders/i.test(String((error as Error).message))
