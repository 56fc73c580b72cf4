import type { Analytics } from '#platform/analytics/analytics.ts'

/** Where a fact stands: unique within its table. */
export interface Place {
  readonly partition: number
  readonly seq: number
  readonly ix: number
  readonly profile_id: string
}

export const placeText = ({ partition, seq, ix, profile_id }: Place): string => `${partition} ${seq} ${ix} ${profile_id}`

/** The rows of a table that stand in the stretches of the log around these places. */
export async function factsAround(analytics: Analytics, table: string, places: readonly Place[]): Promise<Place[]> {
  const ranges = [...Map.groupBy(places, ({ partition }) => partition)].map(([partition, list]) => {
    const seqs = list.map(({ seq }) => seq)
    return `partition = ${partition} AND seq BETWEEN ${Math.min(...seqs)} AND ${Math.max(...seqs)}`
  })
  if (ranges.length === 0) return []
  return analytics.query<Place>(`SELECT partition, seq, ix, profile_id FROM ${table} WHERE ${ranges.join(' OR ')}`)
}
