import type { Quantiles } from '#lib/quantiles.ts'
import { type Binding, bind } from '#platform/http/actions.ts'
import { backlog } from '#platform/leases.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import { buildsOf } from '#segments/store.ts'
import { GetHealth } from '#workspaces/health-api.ts'
import { aboutBindings } from './about.ts'
import { livingRoles, queuesOf } from './health-store.ts'
import type { Parts } from './open-parts.ts'
import type { Readings } from './readings.ts'
import { VERSION } from './version.ts'

interface Options {
  readonly pool: Pool
  readonly work: Pool
  readonly now: () => number
  readonly state: () => Promise<Readonly<Record<string, 'ok' | 'slow' | 'failed'>>>
  readonly latency: Pick<Quantiles, 'total' | 'at'>
  readonly version: string
}

/** How it goes: what an operator would read from `/readyz` and `/metrics`, for those who have only the screens. */
export const healthBindings = ({ pool, work, now, state, latency, version }: Options): Binding[] => {
  const since = now()
  return [
    bind(GetHealth, async (_input, { workspace }) => {
      const at = now()
      const [parts, processes, waiting, own] = await Promise.all([
        state(),
        livingRoles(work),
        backlog(work),
        inWorkspace(pool, workspace, async (tx) => ({
          queues: await queuesOf(tx, workspace, at),
          builds: await buildsOf(tx, workspace, 5),
        })),
      ])
      return {
        at,
        version,
        since,
        parts: Object.entries({ server: 'ok' as const, ...parts }).map(([part, is]) => ({ part, state: is })),
        processes,
        decisions: latency.total === 0 ? null : { count: latency.total, p50: latency.at(0.5), p99: latency.at(0.99) },
        backlog: waiting,
        queues: own.queues,
        builds: own.builds.map(({ status, error, beganAt }) => ({ status, error, beganAt })),
      }
    }),
  ]
}

interface StatusOptions {
  readonly parts: Pick<Parts, 'pool' | 'work'>
  readonly now: () => number
  readonly readings: Pick<Readings, 'latency'>
}

/** How the server is, and what it is made of. */
export const statusBindings = (state: Options['state'], { parts: { pool, work }, now, readings }: StatusOptions): Binding[] => [
  ...healthBindings({ pool, work, now, state, latency: readings.latency, version: VERSION }),
  ...aboutBindings(VERSION),
]
