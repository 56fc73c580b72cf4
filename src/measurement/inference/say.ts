import { grouped } from '#lib/grouped.ts'
import type { ArmAsked, MetricAsked } from './asked.ts'
import type { Bounds } from './schema.ts'
import type { ArmStatistics } from './statistics.ts'

type Unit = Pick<MetricAsked, 'unit' | 'currency'>

/** Enough digits that something other than 0 is seen, and no more than two that matter. */
function digits(size: number): number {
  if (!(size > 0) || !Number.isFinite(size)) return 2
  // Of 0.09999999999999998 the reader expects what 0.1 gets.
  return Math.min(8, Math.max(0, 1 - Math.floor(Math.log10(size) + 1e-9)))
}

const written = (value: number, places: number): string => grouped(value.toFixed(places))

/** Decimals that fit all these numbers: by the largest of them. */
function places(unit: Unit, values: readonly number[]): number {
  const largest = Math.max(...values.map(Math.abs)) * (unit.unit === 'share' ? 100 : 1)
  return unit.unit === 'number' ? digits(largest) : Math.max(2, Math.min(digits(largest), 6))
}

/** 18.28 %, 1.42 EUR, 3.4. */
export function amount(value: number, unit: Unit): string {
  if (unit.unit === 'share') return `${written(value * 100, places(unit, [value]))} %`
  const text = written(value, places(unit, [value]))
  return unit.unit === 'money' && unit.currency !== undefined ? `${text} ${unit.currency}` : text
}

/** A difference: of shares in percentage points. */
export function difference(value: number, unit: Unit): string {
  return unit.unit === 'share' ? `${written(value * 100, places(unit, [value]))} percentage points` : amount(value, unit)
}

/** between 6.40 and 8.92: in the unit of the difference, which stands before it. */
export function between({ low, high }: Bounds, unit: Unit): string {
  const by = unit.unit === 'share' ? 100 : 1
  const shown = places(unit, [low, high])
  return `between ${written(low * by, shown)} and ${written(high * by, shown)}`
}

export const percent = (share: number): string => `${written(share * 100, digits(Math.abs(share) * 100) > 1 ? 1 : 0)} %`
export const levelOf = (alpha: number): string => `${Number(((1 - alpha) * 100).toFixed(2))} %`

/** `p` of a chance: never 0. */
export const chanceOf = (p: number): string => (p < 0.0001 ? 'less than 1 in 10,000' : p < 0.01 ? p.toPrecision(1) : p.toFixed(2))

export const peopleIn = (arm: Pick<ArmAsked, 'name' | 'people'>): string => arm.people ?? `People in “${arm.name}”`
const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)

export interface Said {
  readonly metric: Pick<MetricAsked, 'name' | 'did' | 'unit' | 'currency'>
  readonly kind: ArmStatistics['kind']
  readonly people: string
}

/** What the estimate says, without its interval: `People in “Mens” ordered 0.68 percentage points more often`. */
export function happened({ metric, kind, people }: Said, estimate: number): string {
  const more = estimate < 0 ? 'less' : 'more'
  const size = difference(Math.abs(estimate), metric)
  switch (kind) {
    case 'proportion':
      return `${people} ${metric.did ?? `did “${metric.name}”`} ${size} ${more} often`
    case 'mean':
      return metric.unit === 'money'
        ? `${people} ${metric.did ?? `had “${metric.name}” of`} ${size} ${more} each`
        : `${people} ${metric.did ?? `had “${metric.name}”`} ${size} times ${more} each`
    case 'ratio':
    case 'quantile':
      return `“${metric.name}” was ${size} ${estimate < 0 ? 'lower' : 'higher'} for ${lower(people)}`
  }
}
