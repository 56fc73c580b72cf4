import { currencyOf } from '#workspaces/store.ts'
import { backtestTask } from './backtest-actions.ts'
import { broughtTask } from './brought-scores.ts'
import { priceBudgets } from './budget-prices.ts'
import type { DefinitionsRegistry } from './definitions.ts'
import { guardedWayOut, secretsFor } from './delivery.ts'
import { noteExperiments, watchGuardrails } from './guardrail-stops.ts'
import { startKeeping } from './keeping.ts'
import { KINDS } from './kinds.ts'
import { responsesTask } from './offer-responses.ts'
import { evaluationTask } from './policy-backtest-actions.ts'
import { reportPorts } from './report-ports.ts'
import { type ReportRunParts, reportsTask } from './report-runs.ts'
import { announcement, type Roles } from './roles.ts'
import { readReport } from './saved-reports.ts'
import { valuesTask } from './values.ts'
import { emptyDeleted } from './workspace-end.ts'

interface Told {
  readonly registry: DefinitionsRegistry
  readonly now: () => number
  readonly appended: () => void
}

/** Housekeeping, long reckonings, and what has to be looked after for live content. */
export function keepHouse(roles: Roles, { registry, now, appended }: Told): Promise<() => Promise<void>> {
  const { parts, config, logger } = roles
  const { url, work: pool, analytics } = parts
  const live = { pool, analytics, now, logger, egress: guardedWayOut(config), secret: secretsFor(roles) }
  const guards = { pool, work: pool, analytics, kinds: KINDS, currencyOf, now, announce: announcement(roles, now), appended, logger }
  return startKeeping({
    url,
    pool,
    logger,
    now,
    backtest: backtestTask({ ...parts, registry, now }),
    evaluation: evaluationTask({ analytics, work: pool, now }),
    responses: responsesTask({ analytics, work: pool, partitions: config.partitions, now, appended }),
    budgets: async () => priceBudgets({ pool, now, announce: announcement(roles, now), appended, logger }),
    values: valuesTask({ analytics, work: pool, partitions: config.partitions, now, appended, logger }),
    brought: broughtTask({ pool, partitions: config.partitions, now, logger }),
    guardrails: () => watchGuardrails(guards),
    experiments: () => noteExperiments(guards),
    reports: reportsTask(reportRunParts(roles, { now, appended })),
    ended: async () => void (await emptyDeleted({ work: pool, analytics, now })),
    live,
  })
}

/** Reads reports as those who ask for one do, and takes them where saved ones are to go. */
function reportRunParts(roles: Roles, { now, appended }: Omit<Told, 'registry'>): ReportRunParts {
  const { parts, config, logger } = roles
  const reading = { facts: parts.analytics, ports: reportPorts({ pool: parts.pool, analytics: parts.analytics, now }), now }
  return {
    work: parts.work,
    now,
    egress: guardedWayOut(config),
    secret: secretsFor(roles),
    reportsDir: config.reportsDir,
    read: (workspace, report, params) => readReport(reading, workspace, { report, params }),
    queued: appended,
    logger,
  }
}
