import type { Problem } from '#lib/problem.ts'
import { metricIn, metricProblems } from '../metrics/check.ts'
import type { LifetimeValue } from './schema.ts'

interface Documents {
  get(kind: string, id: string): unknown
  ids(kind: string): readonly string[]
}

/** What is wrong with it beside its shape: a metric that is not there, or has no value. */
export function checkLifetimeValue(document: LifetimeValue, library: Documents): Problem[] {
  const missing = metricProblems(library, document.purchases, '/purchases')
  if (missing.length > 0) return missing
  const metric = metricIn(library, document.purchases)!
  if (metric.value !== undefined || metric.worth !== undefined) return []
  return [
    {
      code: 'lifetime_value.worthless',
      status: 422,
      title: `The metric "${metric.id}" does not say what a purchase is worth.`,
      at: '/purchases',
      hint: 'Name the property of the event that holds its value (`value`), or what one is worth (`worth`).',
    },
  ]
}
