import type { Logger } from 'pino'
import { clearInbox } from '#channels/inbox-store.ts'
import { forgetTroubles } from '#channels/reputation-store.ts'
import { forgetAttempts } from '#channels/webhook-store.ts'
import { forgetHeld } from '#events/held-store.ts'
import { startJobs, type Task } from '#platform/jobs.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { forgetOld } from '#workspaces/store.ts'
import { forgetSent } from './archive.ts'
import { forgetWork } from './costs.ts'
import { LIVE_SCHEDULE, type LiveKeeping, liveTasks } from './live-keeping.ts'

interface Options {
  /** Tries journeys on the past. */
  readonly backtest: Task
  /** Values policies of choices on the log. */
  readonly evaluation: Task
  /** Reckons what offers do to people. */
  readonly responses: Task
  /** Scores people with the models that workspaces brought. */
  readonly brought: Task
  /** Stops what surely crosses its guardrails. */
  readonly guardrails: Task
  /** Notes what experiments have shown. */
  readonly experiments: Task
  /** Learns what people are worth. */
  readonly values: Task
  /** Reckons what the money of budgets is worth. */
  readonly budgets: Task
  /** Makes saved reports and takes them where they are to go. */
  readonly reports: Task
  /** Takes away what deleted workspaces still hold. */
  readonly ended: Task
  readonly url: string
  readonly pool: Pool
  readonly logger: Logger
  readonly now: () => number
  readonly live: LiveKeeping
}

const DAY = 86_400_000
/** Longer than soft bounces and rates are looked back on. */
const TROUBLES_MS = 40 * DAY
/** Events that did not get onto the log, and calls of webhooks, are kept so long; counts of sources longer. */
const HELD_MS = 30 * DAY
const COUNTS_MS = 90 * DAY

/** Housekeeping in the background. Resolves with its end. */
export async function startKeeping({
  url,
  pool,
  logger,
  now,
  backtest,
  evaluation,
  responses,
  brought,
  values,
  budgets,
  reports,
  ended,
  guardrails,
  experiments,
  live,
}: Options): Promise<() => Promise<void>> {
  const jobs = await startJobs({
    url,
    tasks: {
      backtest,
      'evaluate-policy': evaluation,
      'learn-responses': responses,
      'brought-scores': brought,
      'learn-values': values,
      'price-budgets': budgets,
      'send-reports': reports,
      'empty-workspaces': ended,
      'watch-guardrails': guardrails,
      'note-experiments': experiments,
      ...liveTasks(live),
      'forget-sent': async () => void (await forgetSent(pool, now())),
      'forget-work': () => forgetWork({ pool, now }),
      'forget-answers': async () => forgetOld(pool, { now: now(), answersBefore: now() - DAY }),
      'forget-troubles': async () => forgetTroubles(pool, now() - TROUBLES_MS),
      'forget-held': async () => {
        await forgetHeld(pool, { held: now() - HELD_MS, hours: now() - COUNTS_MS })
        await forgetAttempts(pool, now() - HELD_MS)
      },
      'clear-inbox': async () => {
        while ((await clearInbox(pool, now())) > 0);
      },
    },
    schedule: [
      ...LIVE_SCHEDULE,
      { task: 'price-budgets', cron: '* * * * *' },
      { task: 'send-reports', cron: '* * * * *' },
      { task: 'empty-workspaces', cron: '* * * * *' },
      { task: 'watch-guardrails', cron: '*/10 * * * *' },
      { task: 'note-experiments', cron: '*/10 * * * *' },
      { task: 'brought-scores', cron: '13 2 * * *' },
      { task: 'learn-values', cron: '43 * * * *' },
      { task: 'learn-responses', cron: '7 2 * * *' },
      { task: 'forget-sent', cron: '23 3 * * *' },
      { task: 'forget-held', cron: '37 3 * * *' },
      { task: 'forget-answers', cron: '17 * * * *' },
      { task: 'forget-work', cron: '29 3 * * *' },
      { task: 'forget-troubles', cron: '37 4 * * *' },
      { task: 'clear-inbox', cron: '47 * * * *' },
    ],
    log: (level, message) => logger[level === 'warning' ? 'warn' : level]({ part: 'jobs' }, message),
  })
  return () => jobs.stop()
}
