import { Quantiles } from '#lib/quantiles.ts'
import { backlog } from '#platform/leases.ts'
import type { Queryable } from '#platform/log.ts'
import type { Metrics } from '#platform/metrics.ts'
import type { Batch } from './ports.ts'

/** What the running system tells about itself, to Prometheus and to the demo. */
export interface Readings {
  /** Real milliseconds from the arrival of an event to the commit of what follows from it. */
  readonly latency: Quantiles
  committed(committed: { readonly batch: Batch; readonly events: readonly { readonly received: number }[] }): void
  verdict(verdict: { readonly accepted: number; readonly rejected: readonly { readonly code: string }[] }): void
}

interface Options {
  readonly metrics: Metrics
  readonly db: Queryable
  readonly now: () => number
  /** Milliseconds of the clock in a real one. */
  readonly rate: () => number
}

const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

export function readings({ metrics, db, now, rate }: Options): Readings {
  const latency = new Quantiles()
  const accepted = metrics.counter({ name: 'cadenza_events_accepted_total', help: 'Events that were stored' })
  const rejected = metrics.counter({
    name: 'cadenza_events_rejected_total',
    help: 'Events that were refused, by problem code',
    labels: ['code'],
  })
  const handled = metrics.counter({ name: 'cadenza_events_handled_total', help: 'Events that the engine has reacted to' })
  const effects = metrics.counter({ name: 'cadenza_effects_total', help: 'Messages that journeys decided on' })
  const dead = metrics.counter({
    name: 'cadenza_dead_letters_total',
    help: 'Records whose handling threw, and those that wait behind them',
  })
  const decision = metrics.histogram({
    name: 'cadenza_decision_seconds',
    help: 'From the arrival of an event to the commit of its decisions',
    buckets: BUCKETS,
  })
  metrics.gauge({
    name: 'cadenza_log_backlog',
    help: 'Records on the log that wait for the engine',
    collect: async (gauge) => gauge.set(await backlog(db)),
  })
  return {
    latency,
    committed({ batch, events }) {
      const at = now()
      const speed = rate()
      for (const { received } of events) {
        const ms = Math.max(0, at - received) / speed
        latency.add(ms)
        decision.observe(ms / 1_000)
      }
      handled.inc(events.length)
      effects.inc(batch.effects.length)
      dead.inc(batch.deadLetters.length)
    },
    verdict(verdict) {
      accepted.inc(verdict.accepted)
      for (const { code } of verdict.rejected) rejected.inc({ code })
    },
  }
}
