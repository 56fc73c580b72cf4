import { askTraining } from '#decisions/training-store.ts'
import { auditTrail } from '#workspaces/adapters/audit-trail.ts'
import { type Learning, startLearning } from './learning/learning.ts'
import { ModelShelf, type ShelfOptions } from './learning/shelf.ts'
import { announcement, type Roles } from './roles.ts'

/** Reads what models have learned, and says when it cannot be read. */
export function shelfOf({ parts, logger, metrics, teaching }: Roles): ModelShelf {
  const broken = metrics.counter({
    name: 'cadenza_models_broken_total',
    help: 'Snapshots of models that could not be read',
    labels: ['type'],
  })
  const onBroken: ShelfOptions['onBroken'] = ({ ws, model, type }) => {
    broken.inc({ type })
    // Whoever trains it again mends it; until then it is asked by nobody.
    askTraining(parts.work, ws, model).catch((error: unknown) =>
      logger.warn({ err: error, ws, model }, 'a broken model waits until it is due'),
    )
  }
  return new ModelShelf({ db: parts.work, logger, learners: teaching?.learners, onBroken })
}

/** Models learn in threads, from what ClickHouse knows. */
export function startLearningRole(roles: Roles, told: { now: () => number; appended: () => void }): Learning {
  const { parts, config, logger, metrics, closing, teaching } = roles
  const learning = startLearning({
    pool: parts.work,
    analytics: parts.analytics,
    announce: announcement(roles, told.now),
    trail: auditTrail({ pool: parts.pool, now: told.now }),
    owner: parts.owner,
    threads: config.learningThreads,
    keep: config.snapshotDays * 86_400_000,
    logger,
    metrics,
    teaching,
    rate: roles.rate,
    ...told,
  })
  closing.push(() => learning.stop())
  return learning
}
