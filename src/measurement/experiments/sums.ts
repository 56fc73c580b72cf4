import type { ArmStatistics, PrePeriod, QuantileStatistics } from '../inference/statistics.ts'
import type { Metric } from '../metrics/schema.ts'

/** Sums over the people of an arm, as SQL gives them (`statistics-store.ts` says what each is). */
export interface Sums {
  readonly arm: string
  readonly n: number
  readonly converted: number
  readonly y: number
  readonly yy: number
  readonly p: number
  readonly pp: number
  readonly yp: number
  readonly b: number
  readonly bb: number
  readonly yb: number
  readonly bp: number
}

const FIELDS = ['n', 'converted', 'y', 'yy', 'p', 'pp', 'yp', 'b', 'bb', 'yb', 'bp'] as const

/** Sums of different people are added up. */
export function added(rows: readonly Sums[]): Sums {
  const total: Record<(typeof FIELDS)[number], number> = { n: 0, converted: 0, y: 0, yy: 0, p: 0, pp: 0, yp: 0, b: 0, bb: 0, yb: 0, bp: 0 }
  for (const row of rows) for (const field of FIELDS) total[field] += row[field]
  return { arm: rows[0]?.arm ?? '', ...total }
}

/** What the tests read, by arm; rows of one arm are added up. People who did nothing before carry no pre-period. */
export function statisticsOf(metric: Metric, rows: readonly Sums[]): Map<string, Exclude<ArmStatistics, QuantileStatistics>> {
  const before = rows.some(({ p }) => p !== 0)
  return new Map([...Map.groupBy(rows, ({ arm }) => arm)].map(([arm, of]) => [arm, statistics(metric, added(of), before)]))
}

function statistics({ measure }: Metric, sums: Sums, before: boolean): Exclude<ArmStatistics, QuantileStatistics> {
  const { n, converted, y, yy, p, pp, yp, b, bb, yb, bp } = sums
  const pre: PrePeriod = { sum: p, sumSquares: pp, cross: yp }
  switch (measure) {
    case 'converted':
      return { kind: 'proportion', n, sum: y, ...(before && { pre }) }
    case 'ratio': {
      const denominator = { sum: b, sumSquares: bb, cross: yb }
      return { kind: 'ratio', n, sum: y, sumSquares: yy, denominator, converted, ...(before && { pre: { ...pre, crossDenominator: bp } }) }
    }
    case 'count':
    case 'sum':
      return { kind: 'mean', n, sum: y, sumSquares: yy, converted, ...(before && { pre }) }
    case 'quantile':
      throw new Error('a quantile has no sums')
  }
}

/** Bins of one cluster of people of one arm. */
export interface Bins {
  readonly arm: string
  readonly cluster: number
  readonly n: number
  readonly values: readonly number[]
  readonly counts: readonly number[]
}

/** The same bins for all arms, in order. */
export function quantilesOf(metric: Metric, rows: readonly Bins[]): Map<string, QuantileStatistics> {
  const q = metric.quantile
  if (q === undefined) throw new Error(`${metric.id} is no quantile`)
  const values = [...new Set(rows.flatMap((row) => row.values))].sort((a, b) => a - b)
  const place = new Map(values.map((value, i) => [value, i]))
  return new Map(
    [...Map.groupBy(rows, ({ arm }) => arm)].map(([arm, of]) => {
      const clusters = of.map((row) => {
        const counts = new Array<number>(values.length).fill(0)
        for (const [i, value] of row.values.entries()) counts[place.get(value)!] = row.counts[i]!
        return counts
      })
      return [arm, { kind: 'quantile', n: of.reduce((sum, row) => sum + row.n, 0), q, values, clusters }]
    }),
  )
}

/** Sums that grow from day to day: what was known at the end of each day on which a window ended, oldest first. */
export function byDay<Row extends Sums & { readonly day: number }>(
  rows: readonly Row[],
): { readonly day: number; readonly rows: readonly Sums[] }[] {
  const days = [...new Set(rows.map(({ day }) => day))].sort((a, b) => a - b)
  const so: Map<string, Sums> = new Map()
  const at = Map.groupBy(rows, ({ day }) => day)
  return days.map((day) => {
    for (const row of at.get(day)!) {
      const before = so.get(row.arm)
      so.set(row.arm, before ? added([before, row]) : added([row]))
    }
    return { day, rows: [...so.values()] }
  })
}

/** Share of each arm that its people should have: each version's people by its own design. Null where some version's design is not known. */
export function sharesByDesign(
  counts: readonly { readonly arm: string; readonly version: number; readonly people: number; readonly share: number }[],
  designed: ((version: number) => Readonly<Record<string, number>> | null) | null,
): Record<string, number> | null {
  const wanted: Record<string, number> = {}
  let people = 0
  for (const [version, of] of Map.groupBy(counts, (count) => count.version)) {
    const said = of.every(({ share }) => share > 0) ? Object.fromEntries(of.map(({ arm, share }) => [arm, share])) : null
    // Facts know best; shares of arms that nobody came into are what is left.
    const shares = designed?.(version) ?? said
    if (!shares) return null
    const here = of.reduce((sum, count) => sum + count.people, 0)
    people += here
    for (const [arm, share] of Object.entries(shares)) wanted[arm] = (wanted[arm] ?? 0) + here * share
  }
  return people === 0 ? null : Object.fromEntries(Object.entries(wanted).map(([arm, n]) => [arm, n / people]))
}

/** People of one arm and version. Times are epoch ms. */
export interface ExposureCount {
  readonly arm: string
  readonly version: number
  /** By design, as the facts say it; 0: they do not. */
  readonly share: number
  readonly people: number
  /** Of these, in two arms: they became one person since. */
  readonly crossed: number
  readonly first: number
  readonly last: number
}
