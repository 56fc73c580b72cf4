import { randomInt } from 'node:crypto'
import type { Logger } from 'pino'
import type { Channel } from '#channels/channel.ts'
import { RETRY_LIMITS, type RetryLimits, type Verdict } from '#channels/policy.ts'
import { receipt } from '#channels/receipts.ts'
import type { JsonObject } from '#lib/json.ts'
import type { Outcome } from '#lib/problem.ts'
import type { Queryable } from '#platform/log.ts'
import { type Claimed, recover } from '#platform/outbox.ts'
import { assumeSent } from '#platform/outbox-view.ts'
import type { Exits } from './exits.ts'
import { Lane } from './lane.ts'
import type { Judge, PassageParts } from './passage.ts'
import type { Made } from './prepare.ts'
import { ProviderLane } from './provider-lane.ts'
import type { Opening } from './quiet-gate.ts'
import { appendRecords, type Keep, type SettlerParts, startSettler } from './settler.ts'

export interface DispatcherParts {
  readonly db: Queryable
  readonly transaction: <T>(work: (tx: Queryable) => Promise<T>) => Promise<T>
  readonly partitions: number
  readonly channels: readonly Channel[]
  /** The workspaces' own providers; left out: nobody has any. */
  readonly providers?: {
    readonly exits: Exits
    readonly wanted: (entry: Claimed) => Promise<string>
    readonly house: ReadonlyMap<string, Channel>
  }
  /** `prepare` of `app/prepare.ts`, with its parts. */
  readonly prepare: (entry: Claimed) => Promise<Outcome<Made>>
  /** Names this process among those that deliver. */
  readonly owner: string
  readonly permitted?: PassageParts['permitted']
  readonly addressHash?: PassageParts['addressHash']
  /** As `PassageParts.judge`; left out: everything may go. */
  readonly judge?: Judge | undefined
  /** As `PassageParts.afford`. */
  readonly afford?: PassageParts['afford']
  /** As `PassageParts.paused`. */
  readonly paused?: PassageParts['paused']
  /** As `PassageParts.keptHere`. */
  readonly keptHere?: PassageParts['keptHere']
  /** As `SettlerParts.keep`. */
  readonly keep?: Keep | undefined
  /** As `SettlerParts.noted`. */
  readonly noted?: SettlerParts['noted']
  /** What messages have shown, by effect id: for those that count as sent though nobody answered. */
  readonly shown?: (
    db: Queryable,
    rows: readonly { readonly ws: string; readonly id: string }[],
  ) => Promise<ReadonlyMap<string, JsonObject>>
  /** As `PassageParts.opening`; left out: no hour is quiet. */
  readonly opening?: Opening
  /** As `PassageParts.caughtUp`. */
  readonly caughtUp: (signal: AbortSignal) => Promise<void>
  /** All that are alive, this one included: what others left in `sending` becomes ready again. */
  readonly living: () => Promise<readonly string[]>
  /** Epoch ms by the clock that due times follow. */
  readonly now: () => number
  readonly logger: Logger
  /** Something was appended to the log: wake the engine. */
  readonly appended?: () => void
  readonly settings?: Partial<DispatcherSettings>
  readonly real?: () => number
  readonly dice?: () => number
  /** For metrics: how each attempt ended, and how long it took (ms). */
  readonly observe?: (channel: string, status: Verdict['status'], ms: number) => void
}

export interface DispatcherSettings {
  /** Messages in flight at once, for each channel. */
  readonly concurrency: number
  /** Messages handed over per second, by channel kind; asked again each time, because processes that share a rate come and go. */
  readonly perSecond: Readonly<Record<string, () => number>>
  readonly settleMs: number
  readonly limits: RetryLimits
}

export interface Dispatcher {
  /** Something was queued in this process. */
  wake(): void
  /** Messages that have been claimed and are not settled. */
  readonly inFlight: number
  /** Channel kind → state of its breaker. */
  readonly breakers: Readonly<Record<string, 'closed' | 'open' | 'probing'>>
  stop(): Promise<void>
}

const DEFAULTS: DispatcherSettings = { concurrency: 160, perSecond: {}, settleMs: 10, limits: RETRY_LIMITS }
const UNLIMITED = 100_000
const SWEEP_MS = 1_000
const RECOVER_EVERY = 15

/**
 * Hands over what the outbox holds: claim (committed before anything leaves), gate again, render, send, settle with a receipt on the log.
 * At least once, with the same id on every attempt.
 */
export async function startDispatcher(parts: DispatcherParts): Promise<Dispatcher> {
  const settings = { ...DEFAULTS, ...parts.settings }
  const appended = parts.appended ?? (() => undefined)
  const settler = startSettler({ ...parts, settleMs: settings.settleMs, appended })
  const passage = {
    ...parts,
    ...settings,
    settler,
    opening: parts.opening ?? (async (_entry: unknown, now: number) => now),
    real: parts.real ?? (() => performance.now()),
    dice: parts.dice ?? (() => randomInt(2 ** 32) / 2 ** 32),
    observe: parts.observe ?? (() => undefined),
  }
  const own = parts.channels.map((channel) => {
    const perSecond = settings.perSecond[channel.kind] ?? (() => UNLIMITED)
    const elsewhere = async ({ ws }: Claimed): Promise<boolean> => parts.providers?.exits.has(ws, channel.kind) ?? false
    return new Lane({ ...passage, channel, perSecond, breaks: channel.kind === 'email', elsewhere })
  })
  const lanes = [...own, ...(parts.providers ? [new ProviderLane({ ...passage, ...parts.providers })] : [])]
  await recoverDead(parts)
  for (const lane of lanes) lane.start()
  const sweeper = startSweeper(parts, appended)
  return {
    wake() {
      for (const lane of lanes) lane.wake()
    },
    get inFlight() {
      return lanes.reduce((sum, lane) => sum + lane.flying, 0)
    },
    get breakers() {
      return Object.fromEntries(parts.channels.map((channel, i) => [channel.kind, own[i]!.breaker]))
    },
    async stop() {
      await sweeper.stop()
      await Promise.all(lanes.map((lane) => lane.stop()))
      await settler.drained()
    },
  }
}

async function recoverDead(parts: DispatcherParts): Promise<void> {
  // Who asks is alive, even if it stood still for so long that nobody believes it: it still holds what it has claimed.
  const living = [...(await parts.living()), parts.owner]
  const count = await recover(parts.db, { living, now: parts.now() })
  if (count > 0) parts.logger.warn({ count }, 'messages that a dead process left on their way are ready again, under the same ids')
}

/** Ends the wait of messages that never got an answer, and takes over from processes that died. */
function startSweeper(parts: DispatcherParts, appended: () => void): { stop(): Promise<void> } {
  let stopping = false
  let wake = Promise.withResolvers<void>()
  const run = async (): Promise<void> => {
    for (let round = 1; !stopping; round++) {
      const timer = setTimeout(() => wake.resolve(), SWEEP_MS)
      await wake.promise
      clearTimeout(timer)
      wake = Promise.withResolvers<void>()
      if (stopping) return
      try {
        if (await settleAssumed(parts)) appended()
        if (round % RECOVER_EVERY === 0) await recoverDead(parts)
      } catch (error) {
        parts.logger.error({ err: error }, 'the sweep of the outbox failed; trying again')
      }
    }
  }
  const running = run()
  return {
    async stop() {
      stopping = true
      wake.resolve()
      await running
    },
  }
}

async function settleAssumed({ transaction, partitions, now, shown }: DispatcherParts): Promise<boolean> {
  const at = now()
  return transaction(async (tx) => {
    const rows = await assumeSent(tx, { now: at, limit: 500 })
    const said = (await shown?.(tx, rows)) ?? new Map<string, JsonObject>()
    const records = rows.map((row) =>
      receipt(row, { name: 'message.sent', at, props: { ...said.get(`${row.ws} ${row.id}`), reason: 'assumed_sent' } }),
    )
    await appendRecords(tx, records, { partitions, now: at })
    return rows.length > 0
  })
}
