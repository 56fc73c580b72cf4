import type { Logger } from 'pino'
import type { Inbound, ProviderReceipt, Received } from '#channels/provider.ts'
import { keepEarly, takeEarly } from '#channels/provider-store.ts'
import { receipt } from '#channels/receipts.ts'
import { type Blocked, consequenceOf, EARLY_MS, inboundRecord } from '#channels/reception.ts'
import type { EventRecord } from '#events/schema.ts'
import type { Json } from '#lib/json.ts'
import type { Queryable } from '#platform/log.ts'
import { confirmSent, lastWrittenTo, type OutboxRow, outboxOfProvider } from '#platform/outbox-view.ts'
import { cancelFor, suppress } from '#platform/suppressions.ts'
import { owners } from '#profiles/store.ts'
import { appendRecords } from './settler.ts'

/** A message from a person, with whom it is from; null: nobody known. */
export interface Heard extends Inbound {
  readonly ws: string
  readonly provider: string
  readonly profile: string | null
}

/** Told of each message from a person, in the transaction that puts it on the log: STOP words and answers. What it returns goes on the log too. */
export type OnInbound = (tx: Queryable, heard: Heard, now: number) => Promise<readonly EventRecord[]>

export type Weigh = (
  tx: Queryable,
  told: { readonly row: OutboxRow; readonly said: ProviderReceipt; readonly now: number },
) => Promise<ProviderReceipt>

export interface ReceptionParts {
  readonly transaction: <T>(work: (tx: Queryable) => Promise<T>) => Promise<T>
  readonly partitions: number
  readonly now: () => number
  /** Something was appended to the log. */
  readonly appended: () => void
  readonly onInbound?: OnInbound | undefined
  /** Counts what is said of a message, in the transaction that puts it on the log, and may make more of it; left out: it stands as it was said. */
  readonly weigh?: Weigh | undefined
  readonly logger: Logger
  /** For metrics: how many receipts were taken, came early, or spoke of nothing known. */
  readonly observe?: (outcome: 'taken' | 'early' | 'unknown', count: number) => void
}

interface From {
  readonly ws: string
  readonly id: string
}

/** Receipts that have waited since `at`. */
interface Said {
  readonly receipt: ProviderReceipt
  readonly at: number
}

const SWEEP_MS = 2_000
const EARLY_AT_ONCE = 1_000

/** What providers say, whichever way it comes: put on the log with all that follows from it, in one transaction. */
export class Reception {
  readonly #parts: ReceptionParts
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> = Promise.resolve()

  constructor(parts: ReceptionParts) {
    this.#parts = parts
  }

  /** Resolves when it is durable. */
  async told(from: From, { receipts, inbound }: Received): Promise<void> {
    if (receipts.length === 0 && inbound.length === 0) return
    const now = this.#parts.now()
    await this.#parts.transaction(async (tx) => {
      const records = await this.#receipts(tx, from, { said: receipts.map((each) => ({ receipt: each, at: now })), now })
      for (const each of inbound) records.push(...(await this.#heard(tx, from, { inbound: each, now })))
      await appendRecords(tx, records, { partitions: this.#parts.partitions, now })
    })
    this.#parts.appended()
  }

  /** Tries receipts again that came before their message was settled. */
  async sweep(): Promise<number> {
    const now = this.#parts.now()
    const count = await this.#parts.transaction(async (tx) => {
      const early = await takeEarly(tx, EARLY_AT_ONCE)
      const records: EventRecord[] = []
      for (const list of Map.groupBy(early, ({ ws, provider }) => `${ws} ${provider}`).values()) {
        const { ws, provider: id } = list[0]!
        const said = list.map((each) => ({ receipt: each.receipt as unknown as ProviderReceipt, at: each.at }))
        records.push(...(await this.#receipts(tx, { ws, id }, { said, now })))
      }
      await appendRecords(tx, records, { partitions: this.#parts.partitions, now })
      return records.length
    })
    if (count > 0) this.#parts.appended()
    return count
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#running = this.#running
        .then(() => this.sweep())
        .then(
          () => undefined,
          (err: unknown) => this.#parts.logger.warn({ err }, 'early receipts could not be tried again'),
        )
    }, SWEEP_MS)
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#running
  }

  async #receipts(tx: Queryable, from: From, { said, now }: { said: readonly Said[]; now: number }): Promise<EventRecord[]> {
    if (said.length === 0) return []
    const rows = await outboxOfProvider(tx, {
      ws: from.ws,
      provider: from.id,
      ids: said.flatMap(({ receipt: { effect } }) => effect ?? []),
      providerIds: said.flatMap(({ receipt: { providerId } }) => providerId ?? []),
    })
    const byEffect = new Map(rows.map((row) => [row.id, row]))
    const byProvider = new Map(rows.filter((row) => row.providerId !== '').map((row) => [row.providerId, row]))
    const records: EventRecord[] = []
    const early: Said[] = []
    for (const each of said) {
      const row = byEffect.get(each.receipt.effect ?? '') ?? byProvider.get(each.receipt.providerId ?? '')
      // On its way: what became of it comes after that it was handed over.
      if (!row || row.status === 'sending') early.push(each)
      else records.push(...(await this.#one(tx, { row, said: each.receipt, provider: from.id, now })))
    }
    await this.#keepWaiting(tx, from, { early, now })
    this.#parts.observe?.('taken', said.length - early.length)
    return records
  }

  async #keepWaiting(tx: Queryable, from: From, { early, now }: { early: readonly Said[]; now: number }): Promise<void> {
    const waiting = early.filter(({ at }) => now - at < EARLY_MS)
    this.#parts.observe?.('early', waiting.length)
    const unknown = early.length - waiting.length
    this.#parts.observe?.('unknown', unknown)
    if (unknown > 0)
      this.#parts.logger.warn({ provider: from.id, ws: from.ws, count: unknown }, 'receipts speak of messages that nobody knows')
    await keepEarly(
      tx,
      waiting.map(({ receipt: each, at }) => ({ ws: from.ws, provider: from.id, receipt: each as unknown as Json, at })),
    )
  }

  async #one(
    tx: Queryable,
    { row, said, provider, now }: { row: OutboxRow; said: ProviderReceipt; provider: string; now: number },
  ): Promise<EventRecord[]> {
    const weighed = (await this.#parts.weigh?.(tx, { row, said, now })) ?? said
    const { record, blocked, arrived } = consequenceOf(weighed, row, { provider, now })
    const sent = row.status === 'ambiguous' && arrived ? await confirmSent(tx, { ws: row.ws, id: row.id, now, reason: 'seen' }) : undefined
    const seen = sent ? [receipt(sent, { name: 'message.sent', at: now, props: { reason: 'seen', provider } })] : []
    return [...seen, record, ...(blocked ? await blockAddress(tx, blocked, now) : [])]
  }

  async #heard(tx: Queryable, from: From, { inbound, now }: { inbound: Inbound; now: number }): Promise<readonly EventRecord[]> {
    const profile = await profileAt(tx, from.ws, inbound)
    const about = { ws: from.ws, provider: from.id }
    const more = (await this.#parts.onInbound?.(tx, { ...inbound, ...about, profile }, now)) ?? []
    return profile === null ? more : [inboundRecord(inbound, { ...about, key: profile, now }), ...more]
  }
}

/** Remembers, and takes back what is queued to the address. */
async function blockAddress(tx: Queryable, blocked: Blocked, now: number): Promise<EventRecord[]> {
  await suppress(tx, [blocked], now)
  const reason = blocked.reason === 'unsubscribed' ? 'consent_withdrawn' : 'address_blocked'
  const cancelled = await cancelFor(tx, blocked, { now, reason })
  return cancelled.map((row) => receipt({ ...row, ws: blocked.ws }, { name: 'message.cancelled', at: now, props: { reason } }))
}

const KINDS: Readonly<Record<string, string>> = { sms: 'phone', whatsapp: 'phone', email: 'email' }

/** Whose identifier it is; else whom we last wrote to there. */
async function profileAt(tx: Queryable, ws: string, { channel, from }: Inbound): Promise<string | null> {
  const kind = KINDS[channel]
  const [owner] =
    kind === undefined ? [] : await owners(tx, [{ ws, kind: kind as 'phone', value: kind === 'email' ? from.toLowerCase() : from }])
  return owner?.profile ?? (await lastWrittenTo(tx, ws, from)) ?? null
}
