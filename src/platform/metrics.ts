import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export interface MetricWords<Label extends string = string> {
  /** Snake case with unit, e.g. `cadenza_events_accepted_total`. */
  readonly name: string
  readonly help: string
  readonly labels?: readonly Label[]
}

/** One process's metrics, served at `/metrics` in the Prometheus text format. */
export interface Metrics {
  readonly registry: Registry
  counter<Label extends string = never>(words: MetricWords<Label>): Counter<Label>
  /** With `collect`, the value is asked for at each scrape. */
  gauge<Label extends string = never>(
    words: MetricWords<Label> & { readonly collect?: (gauge: Gauge<Label>) => void | Promise<void> },
  ): Gauge<Label>
  /** Buckets are upper bounds in the metric's unit. */
  histogram<Label extends string = never>(words: MetricWords<Label> & { readonly buckets?: readonly number[] }): Histogram<Label>
}

/** A registry of its own, so that two servers in one process do not meet. `processMetrics` adds memory, CPU and event-loop lag. */
export function createMetrics({ processMetrics = true }: { readonly processMetrics?: boolean } = {}): Metrics {
  const registry = new Registry()
  if (processMetrics) collectDefaultMetrics({ register: registry })
  const common = <Label extends string>(words: MetricWords<Label>) => ({
    name: words.name,
    help: words.help,
    labelNames: words.labels ?? [],
    registers: [registry],
  })
  return {
    registry,
    counter: (words) => new Counter(common(words)),
    gauge: ({ collect, ...words }) =>
      new Gauge({
        ...common(words),
        ...(collect && {
          collect() {
            return collect(this)
          },
        }),
      }),
    histogram: ({ buckets, ...words }) => new Histogram({ ...common(words), ...(buckets && { buckets: [...buckets] }) }),
  }
}
