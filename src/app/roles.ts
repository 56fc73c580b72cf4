import type { Logger } from 'pino'
import type { Clock } from '#platform/clock.ts'
import type { Config } from '#platform/config.ts'
import { appendToPartitions, type Queryable } from '#platform/log.ts'
import type { Metrics } from '#platform/metrics.ts'
import { beyondWorkspace } from '#platform/postgres/tenancy.ts'
import type { Stream } from './carrier.ts'
import type { Teaching } from './learning/learning.ts'
import type { Parts } from './open-parts.ts'
import type { Presence } from './presence.ts'
import type { Readings } from './readings.ts'
import { noteWatches } from './watches.ts'
import { notePlaces } from './watches-store.ts'

export interface StartOptions {
  readonly config: Config & { readonly secretKey: string }
  readonly clock: Clock
  /** Milliseconds of the clock in a real one: 1, unless the clock is scaled. */
  readonly rate?: () => number
  readonly logger: Logger
  /** How models learn; only tests bring their own. */
  readonly teaching?: Teaching | undefined
  /** A part that everything needs is lost: the process should end. */
  readonly onFatal?: (error: Error) => void
}

/** What every part of a running server is given. */
export interface Roles extends Required<Omit<StartOptions, 'onFatal' | 'teaching'>>, Pick<StartOptions, 'teaching'> {
  readonly parts: Parts
  readonly metrics: Metrics
  readonly readings: Readings
  readonly address: { readonly url: string }
  readonly closing: (() => Promise<void>)[]
  readonly presence: Presence
  /** Null without NATS, and where nothing is taken or delivered. */
  readonly stream: Stream | null
}

/** A new revision goes onto every partition, in the transaction that makes it; requests have stepped down to a role that may not. */
export const announcement =
  ({ config }: Roles, now: () => number) =>
  async (tx: Queryable, revision: number): Promise<void> => {
    await beyondWorkspace(tx)
    const partitions = Array.from({ length: config.partitions }, (_, i) => i)
    const began = await noteWatches(tx, { revision, at: now() })
    await appendToPartitions(tx, JSON.stringify({ kind: 'definitions', revision }), { partitions, now: now() })
    if (began) await notePlaces(tx, revision)
  }
