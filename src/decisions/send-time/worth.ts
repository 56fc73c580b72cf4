import { ENOUGH, type Learned } from './learned.ts'
import { rhythmOf } from './rhythm.ts'
import { BINS, coarse, PARTS, type PartOfDay, partOf } from './week.ts'

/** What the rhythm counts for beside what came of messages at an hour by chance, in messages of that hour. */
const PRIOR = 30

/** What one person's hours of the week are worth to a message. */
export interface Worth {
  /** By hour of the week in which it would leave. */
  readonly of: Float64Array
  /** `share`: of their reading that follows; `reads`: chance that it is read, from messages that went at an hour by chance. */
  readonly unit: 'share' | 'reads'
  /** When people like this read. */
  readonly part: PartOfDay
}

/**
 * V(t) = a(t) · Σ θ(t+j) · delay(j): how likely the person reads in the hours that follow, weighed by how soon messages are read. Behaviour alone
 * leans to the hours at which one has always sent; where enough messages went at an hour by chance, their rate of reading corrects it (Beta-binomial).
 */
export function worthOf(learned: Learned, { readings, country }: { readings: Float64Array; country: string }): Worth {
  const population = learned.countries.get(country) ?? learned.everybody
  const rhythm = rhythmOf(readings, population, learned.strength)
  const of = afterwards(rhythm, learned.delay)
  const part = partOfDay(rhythm, learned.everybody)
  const tried = learned.tried.get(part)
  if (!tried || tried.total < ENOUGH) return { of, unit: 'share', part }
  const rate = (total(tried.reads) + 0.5) / (tried.total + 1)
  const mean = of.reduce((sum, each) => sum + each, 0) / BINS
  const corrected = of.map((worth, bin) => {
    const at = coarse(bin)
    const expected = Math.min(0.99, (rate * worth) / mean)
    return (tried.reads[at]! + PRIOR * expected) / (tried.sends[at]! + PRIOR)
  })
  return { of: corrected, unit: 'reads', part }
}

const total = (all: readonly number[]): number => all.reduce((sum, each) => sum + each, 0)

/** Of what leaves in each hour: the share of reading that follows, hour by hour of the delay. */
export function afterwards(rhythm: Float64Array, delay: Float64Array): Float64Array {
  return Float64Array.from({ length: BINS }, (_, bin) => {
    let sum = 0
    for (let j = 0; j < delay.length; j++) sum += rhythm[(bin + j) % BINS]! * delay[j]!
    return sum
  })
}

/** The part of the day in which they read more than others do. */
export function partOfDay(rhythm: Float64Array, population: Float64Array): PartOfDay {
  const own = new Map<PartOfDay, { theirs: number; all: number }>(PARTS.map((part) => [part, { theirs: 0, all: 0 }]))
  for (let bin = 0; bin < BINS; bin++) {
    const here = own.get(partOf(bin))!
    here.theirs += rhythm[bin]!
    here.all += population[bin]!
  }
  return PARTS.reduce((best, part) => (lead(own.get(part)!) > lead(own.get(best)!) + 1e-12 ? part : best), 'morning' as PartOfDay)
}

const lead = ({ theirs, all }: { theirs: number; all: number }): number => theirs - all
