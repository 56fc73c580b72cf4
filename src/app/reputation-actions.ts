import { ListSending, ResumeSending } from '#channels/api.ts'
import { firstHour, hourOf, WINDOWS } from '#channels/reputation.ts'
import { endPause, identitiesOf, tallySince } from '#channels/reputation-store.ts'
import { refuse } from '#lib/problem.ts'
import { type Binding, bind } from '#platform/http/actions.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import { releasePaused } from './reputation-store.ts'

interface Options {
  readonly pool: Pool
  readonly now: () => number
  /** Messages may leave now. */
  readonly released: () => void
}

/** What has waited for a paused domain leaves over this long (ms), so that it does not begin with a burst. */
const SPREAD_MS = 600_000

export const reputationBindings = ({ pool, now, released }: Options): Binding[] => [
  bind(ListSending, async (_input, { workspace }) => {
    const at = now()
    const domains = await inWorkspace(pool, workspace, async (tx) => {
      const week = WINDOWS[1]
      const known = await identitiesOf(tx, workspace, hourOf(at - week))
      const lines = []
      for (const { domain, state, cause, rate, since, countedFrom } of known) {
        const hour = firstHour(week, { now: at, countedFrom })
        lines.push({
          domain,
          state,
          cause,
          rate,
          since: since === 0 ? null : since,
          week: await tallySince(tx, { ws: workspace, domain, hour }),
        })
      }
      return lines
    })
    return { domains }
  }),
  bind(ResumeSending, async ({ domain, reason }, { workspace }, call) => {
    const at = now()
    call.note({ object: `sending:${domain}`, before: 'paused', after: reason })
    const waiting = await inWorkspace(pool, workspace, async (tx) => {
      if (!(await endPause(tx, { ws: workspace, domain, now: at }))) return null
      return releasePaused(tx, { ws: workspace, now: at, spread: SPREAD_MS })
    })
    if (waiting === null) return refuse({ code: 'sending.not_paused', status: 409, title: 'This domain is not paused', detail: domain })
    released()
    return { waiting }
  }),
]
