import type { Problem } from '#lib/problem.ts'
import type { Budget } from './schema.ts'

/** All documents as they would be live together. */
interface Library {
  get(kind: string, id: string): unknown
  ids(kind: string): readonly string[]
}

interface Priced {
  readonly channel: string
  readonly cost?: { readonly currency: string }
}

/** Prices that a budget cannot add up, and journeys that it names and nobody has. */
export function checkBudget({ currency, covers: { costs, channels, journeys = [] } }: Budget, library: Library): Problem[] {
  const strangers = costs
    ? library.ids('provider').filter((id) => isStranger(library.get('provider', id) as Priced, { currency, channels }))
    : []
  const missing = journeys.filter((id) => library.get('journey', id) === undefined)
  return [
    ...strangers.map((id) => ({
      code: 'budget.currency',
      status: 422,
      title: `Provider "${id}" is paid in another currency than ${currency}.`,
      at: '/currency',
      hint: 'Make a budget for each currency, and let each cover only channels that are paid in it.',
    })),
    ...missing.map((id) => ({
      code: 'budget.journey',
      status: 422,
      title: `There is no journey called "${id}".`,
      at: '/covers/journeys',
      hint: 'Publish it too.',
    })),
  ]
}

const isStranger = (provider: Priced, { currency, channels }: { currency: string; channels: readonly string[] | undefined }): boolean =>
  provider.cost !== undefined && provider.cost.currency !== currency && (channels?.includes(provider.channel) ?? true)
