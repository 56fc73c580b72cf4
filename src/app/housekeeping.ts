import { backtestTask } from './backtest-actions.ts'
import { broughtTask } from './brought-scores.ts'
import { priceBudgets } from './budget-prices.ts'
import type { DefinitionsRegistry } from './definitions.ts'
import { guardedWayOut, secretsFor } from './delivery.ts'
import { startKeeping } from './keeping.ts'
import { responsesTask } from './offer-responses.ts'
import { evaluationTask } from './policy-backtest-actions.ts'
import { announcement, type Roles } from './roles.ts'

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
  return startKeeping({
    url,
    pool,
    logger,
    now,
    backtest: backtestTask({ ...parts, registry, now }),
    evaluation: evaluationTask({ analytics, work: pool, now }),
    responses: responsesTask({ analytics, work: pool, partitions: config.partitions, now, appended }),
    budgets: async () => priceBudgets({ pool, now, announce: announcement(roles, now), appended, logger }),
    brought: broughtTask({ pool, partitions: config.partitions, now, logger }),
    live,
  })
}
