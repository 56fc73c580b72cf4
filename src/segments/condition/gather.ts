import { murmur32 } from '#lib/hash.ts'
import type { Json } from '#lib/json.ts'
import { type Aggregate, MOST_AMOUNT, PARTS } from './aggregate.ts'
import { predicate } from './predicate.ts'
import { type Moment, momentScope } from './scope.ts'
import { pathIn } from './values.ts'

/** What one event is to one aggregate. */
export interface Gathered {
  /** Which of the steps it fits, one bit each; 0: it does not matter. */
  readonly mask: number
  /** The amount (in ten-thousandths for `sum`), or the hash of the value; 0 where the event itself is what counts. */
  readonly value: number
}
export type Gather = (event: Moment) => Gathered | null

const gathers = new WeakMap<Aggregate, Gather>()

/** Reads events for an aggregate; null: this one does not matter. Made once for each aggregate. */
export function gatherOf(aggregate: Aggregate): Gather {
  const known = gathers.get(aggregate)
  if (known) return known
  const made = gather(aggregate)
  gathers.set(aggregate, made)
  return made
}

function gather({ what, steps, property }: Aggregate): Gather {
  const fits = steps.map(({ event, where }) => ({ event, holds: where && predicate(where) }))
  const valueOf = property === null ? () => 0 : VALUES[what === 'sum' || what === 'distinct' ? what : 'min']
  const path = property ?? []
  return (event) => {
    let mask = 0
    for (const [i, { event: name, holds }] of fits.entries())
      if (name === event.name && (!holds || holds(momentScope(event)))) mask += 2 ** i
    if (mask === 0) return null
    const value = valueOf(path.length === 0 ? undefined : pathIn(event.properties, path))
    return value === undefined ? null : { mask, value }
  }
}

const VALUES = {
  sum: (value: Json | undefined) => {
    if (typeof value !== 'number' || Math.abs(value) > MOST_AMOUNT) return undefined
    return Math.floor(value * PARTS + 0.5) || 0
  },
  min: (value: Json | undefined) => (typeof value === 'number' ? value || 0 : undefined),
  distinct: hashOf,
} as const

/** 53 bits that name a number, text or boolean; undefined for all else, which is no value. SQL hashes alike (`sql-aggregate.ts`). */
export function hashOf(value: Json | undefined): number | undefined {
  if (typeof value === 'string') return wide(`s${value}`)
  if (typeof value === 'boolean') return wide(value ? 'b1' : 'b0')
  return typeof value === 'number' ? wide(`n${bitsOf(value || 0)}`) : undefined
}

// Two hashes side by side: 32 bits alone would meet among a thousand values once in ten thousand people.
const wide = (text: string): number => (murmur32(`+${text}`) % 2 ** 21) * 2 ** 32 + murmur32(text)

const buffer = new DataView(new ArrayBuffer(8))
/** IEEE 754 as an unsigned integer: numbers are spelled differently here and in ClickHouse, their bits are the same. */
function bitsOf(value: number): bigint {
  buffer.setFloat64(0, value)
  return buffer.getBigUint64(0)
}
