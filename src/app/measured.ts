import { measurementActions } from '#measurement/actions.ts'
import { attributionActions } from '#measurement/attribution/actions.ts'
import { experimentActions, shelfOf } from '#measurement/experiments/actions.ts'
import { goalBindings, outcomeBindings } from '#measurement/goals/actions.ts'
import { reportBindings } from '#measurement/reports/actions.ts'
import { valueBindings } from '#measurement/value/actions.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import type { Binding } from '#platform/http/actions.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import { sameAs } from '#profiles/store.ts'
import type { DocumentsOptions } from '#workspaces/documents/actions.ts'
import { currencyOf } from '#workspaces/store.ts'
import { costActions } from './costs.ts'
import { KINDS } from './kinds.ts'
import { reportPorts } from './report-ports.ts'
import { savedReportBindings } from './saved-reports.ts'
import { peopleOf } from './segments-read.ts'

interface Options {
  /** For requests. */
  readonly pool: Pool
  /** Knows every workspace. */
  readonly work: Pool
  readonly analytics: Analytics
  /** Epoch ms. */
  readonly now: () => number
  readonly documents: DocumentsOptions
}

/** Everything that tells what came of what was done. */
export function measuredBindings({ pool, work, analytics, now, documents }: Options): Binding[] {
  const reading = { facts: analytics, ports: reportPorts({ pool, analytics, now }), now }
  const same = (workspace: string, id: string) => inWorkspace(pool, workspace, (tx) => sameAs(tx, workspace, id))
  const experiments = { analytics, pool, kinds: KINDS, currencyOf, now }
  return [
    ...attributionActions(experiments),
    ...costActions({ pool, analytics, now }),
    ...experimentActions(experiments),
    ...goalBindings({ analytics, now, library: async (ws) => (await shelfOf({ pool, kinds: KINDS, currencyOf }, ws)).library }),
    ...outcomeBindings(experiments),
    ...reportBindings(reading),
    ...savedReportBindings({ ...reading, pool, work, documents }),
    ...valueBindings({ pool, facts: analytics, now, sameAs: same }),
    ...measurementActions({
      analytics,
      now,
      sameAs: same,
      names: async (workspace, ids) => new Map((await peopleOf(pool, workspace, ids)).map(({ id, name }) => [id, name])),
    }),
  ]
}
