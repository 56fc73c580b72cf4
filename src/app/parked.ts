import { refuse } from '#lib/problem.ts'
import { type Binding, bind, bindAudited } from '#platform/http/actions.ts'
import { listParked, takeLetters } from '#platform/keyed-state.ts'
import { append } from '#platform/log.ts'
import { type Pool, transaction } from '#platform/postgres/pool.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import { ListParked, ReplayParked } from '#profiles/api.ts'

interface Options {
  readonly pool: Pool
  readonly partitions: number
  readonly now: () => number
  /** Something was appended to the log. */
  readonly appended: () => void
}

const MOST = 500

/** People whose events stand still, and how they go on. */
export const parkedBindings = ({ pool, partitions, now, appended }: Options): Binding[] => [
  bind(ListParked, async (_input, { workspace }) => {
    const parked = await inWorkspace(pool, workspace, (tx) => listParked(tx, 'profile', { workspace, limit: MOST }))
    return { people: parked.map(({ key, ...rest }) => ({ id: key, ...rest })) }
  }),
  bindAudited(ReplayParked, async ({ id }, { workspace }, call) => {
    const records = await transaction(pool, async (tx) => {
      const waiting = await takeLetters(tx, 'profile', { workspace, key: id })
      if (waiting.length === 0) return 0
      const release = JSON.stringify({ kind: 'wake', ws: workspace, key: id, replay: true })
      await append(
        tx,
        [release, ...waiting].map((text) => ({ workspace, key: id, text })),
        { partitions, now: now() },
      )
      await call.audit(tx, { object: `profile:${id}` })
      return waiting.length
    })
    if (records === 0) return refuse({ code: 'profile.not_parked', status: 404, title: 'Nothing stands still for this person', detail: id })
    appended()
    return { records }
  }),
]
