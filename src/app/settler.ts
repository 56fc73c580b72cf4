import type { Logger } from 'pino'
import type { Verdict } from '#channels/policy.ts'
import { type Booked, countDay } from '#channels/provider-store.ts'
import { receipt } from '#channels/receipts.ts'
import { dayOf } from '#channels/warm-up.ts'
import type { EventRecord } from '#events/schema.ts'
import type { JsonObject } from '#lib/json.ts'
import { append, type Queryable } from '#platform/log.ts'
import { type Claimed, settle } from '#platform/outbox.ts'
import { suppress } from '#platform/suppressions.ts'
import type { Made } from './prepare.ts'
import { isAmongUs } from './test-message.ts'

/** How one attempt ended, on its way to the database. */
export interface Ending {
  readonly entry: Claimed
  readonly verdict: Verdict
  readonly providerId: string
  readonly hash: string
  /** By which of the workspace's providers it was tried; left out: none of them. */
  readonly through?: Through
  /** What was handed over, however that ended; left out when nothing was. */
  readonly made?: Made
}

/** What one attempt means for the books of a provider. */
export interface Through {
  readonly provider: string
  readonly sandbox: boolean
  readonly units: number
  /** Millionths of the currency. */
  readonly cost: number
  readonly currency: string
}

/** Keeps what was handed over, in the transaction that settles it. */
export type Keep = (tx: Queryable, handedOver: readonly (Ending & { readonly made: Made })[], now: number) => Promise<void>

export interface SettlerParts {
  readonly transaction: <T>(work: (tx: Queryable) => Promise<T>) => Promise<T>
  readonly partitions: number
  readonly owner: string
  readonly now: () => number
  readonly logger: Logger
  /** Endings wait at most this long (ms, real) for others to share a transaction. */
  readonly settleMs: number
  /** Something was appended to the log. */
  readonly appended: () => void
  readonly keep?: Keep | undefined
  /** Told of every attempt that counts, in the transaction that settles it; what it returns goes on the log too. */
  readonly noted?: ((tx: Queryable, ended: readonly Ending[], now: number) => Promise<readonly EventRecord[]>) | undefined
}

export interface Settler {
  /** Resolves when it is durable. */
  settle(ending: Ending): Promise<void>
  /** Resolves when nothing waits any more. */
  drained(): Promise<void>
}

const MOST = 500
const RETRY_MS = 500

/**
 * Writes endings in groups: outbox, receipts and blocked addresses in one transaction. While the database does not answer they are kept
 * and tried again: the entries stay `sending` and ours, so nothing is sent twice because a mark could not be written.
 */
export function startSettler(parts: SettlerParts): Settler {
  let waiting: { ending: Ending; done: () => void }[] = []
  let running: Promise<void> | undefined
  const work = async (): Promise<void> => {
    await pause(parts.settleMs)
    while (waiting.length > 0) {
      const group = waiting.slice(0, MOST)
      try {
        await write(
          parts,
          group.map(({ ending }) => ending),
        )
      } catch (error) {
        parts.logger.error({ err: error, count: group.length }, 'endings of messages could not be written; trying again')
        await pause(RETRY_MS)
        continue
      }
      waiting = waiting.slice(group.length)
      for (const { done } of group) done()
    }
    running = undefined
  }
  return {
    settle(ending) {
      const { promise, resolve } = Promise.withResolvers<void>()
      waiting.push({ ending, done: resolve })
      running ??= work()
      return promise
    },
    async drained() {
      while (running) await running
    },
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

async function write(parts: SettlerParts, endings: readonly Ending[]): Promise<void> {
  const now = parts.now()
  const settlements = endings.map(({ entry, verdict, providerId, hash }) => ({
    ws: entry.ws,
    id: entry.id,
    attempt: entry.attempt,
    status: verdict.status,
    due: verdict.due,
    reason: verdict.reason,
    providerId,
    contentHash: hash,
    ...(verdict.route === undefined ? {} : { route: verdict.route }),
    ...(verdict.untried && { untried: verdict.untried }),
  }))
  const said = await parts.transaction(async (tx) => {
    const counted = new Set((await settle(tx, settlements, { owner: parts.owner, now })).map(nameOf))
    const ended = endings.filter(({ entry }) => counted.has(nameOf(entry)))
    await suppress(tx, ended.flatMap(blockedBy), now)
    await countDay(tx, ended.flatMap(bookedOf), dayOf(now))
    const handedOver = parts.keep ? ended.filter(wasHandedOver) : []
    if (handedOver.length > 0) await parts.keep?.(tx, handedOver, now)
    const noted = (await parts.noted?.(tx, ended, now)) ?? []
    const records = [...ended.flatMap((ending) => receiptsOf(ending, now)), ...noted]
    await appendRecords(tx, records, { partitions: parts.partitions, now })
    return records.length
  })
  if (said > 0) parts.appended()
}

const wasHandedOver = (ending: Ending): ending is Ending & { readonly made: Made } => ending.made !== undefined

const nameOf = ({ ws, id, attempt }: Pick<Claimed, 'ws' | 'id' | 'attempt'>): string => `${ws} ${id} ${attempt}`

const bookedOf = ({ entry, verdict, through }: Ending): Booked[] =>
  through === undefined
    ? []
    : [{ ws: entry.ws, ...through, outcome: verdict.status === 'sent' ? 'sent' : 'failed', reason: verdict.reason }]

const blockedBy = ({ entry, verdict }: Ending) =>
  verdict.bounced ? [{ ws: entry.ws, address: entry.address, topic: '', reason: 'bounced' as const }] : []

/** Puts events of ours on the log, in the caller's transaction. Of tests nothing is said. */
export const appendRecords = (
  tx: Queryable,
  records: readonly EventRecord[],
  options: { partitions: number; now: number },
): Promise<void> =>
  append(
    tx,
    records
      .filter(({ props }) => !isAmongUs(String(props['effect_id'] ?? '')))
      .map((record) => ({ workspace: record.ws, key: record.key, text: JSON.stringify(record) })),
    options,
  )

/** What one ending says on the log. */
export function receiptsOf({ entry, verdict, providerId, made }: Ending, now: number): EventRecord[] {
  if (verdict.receipt === null) return []
  const props: JsonObject = {
    ...made?.said,
    ...verdict.props,
    reason: verdict.reason,
    attempt: entry.attempt,
    ...(providerId === '' ? {} : { provider_id: providerId }),
    ...(verdict.answer === undefined ? {} : { answer: verdict.answer }),
  }
  // A message may be put off several times, each to another moment.
  const once = verdict.receipt === 'message.deferred' ? { once: String(verdict.due) } : {}
  const said = receipt(entry, { name: verdict.receipt, at: now, props, ...once })
  if (!verdict.bounced) return [said]
  return [
    said,
    receipt(entry, { name: 'message.bounced', at: now, props: { reason: verdict.reason, address: entry.address, permanent: true } }),
  ]
}
