import { sigmoid } from '#lib/numeric/sums.ts'
import { ENOUGH, type Learned } from './learned.ts'
import { rhythmOf } from './rhythm.ts'
import { BINS, coarse, PARTS, type PartOfDay, partOf } from './week.ts'

/** What the rhythm counts for beside what came of messages at an hour by chance, in messages of that hour. */
const PRIOR = 30
/** Hours worth less than this (1 is the mean) count as this. */
export const LEAST = 0.01

/** What one person's hours of the week are worth to a message that leaves in them. */
export interface Worth {
  at(bin: number): number
  /** The share of their reading that follows, 1 in the mean of all hours. */
  relative(bin: number): number
  /** `share`: as `relative`; `reads`: chance that it is read, from messages that went at an hour by chance. */
  readonly unit: 'share' | 'reads'
  /** When people like this read. */
  readonly part: PartOfDay
}

/**
 * V(t) = a(t) · Σ θ(t+j) · delay(j): how likely the person reads in the hours that follow, weighed by how soon messages are read. Behaviour alone
 * leans to the hours at which one has always sent; where enough messages went at an hour by chance, what came of them says how much it tells
 * (a logistic slope), and corrects it hour by hour (Beta-binomial).
 */
export function worthOf(learned: Learned, { readings, country }: { readings: Float64Array; country: string }): Worth {
  const population = learned.countries.get(country) ?? learned.everybody
  const rhythm = rhythmOf(readings, population, learned.strength)
  const part = partOfDay(rhythm, learned.everybody)
  const relative = (bin: number): number => BINS * afterwards(rhythm, learned.delay, bin)
  const tried = learned.tried.get(part)
  const { response } = learned
  if (!response || !tried || tried.total < ENOUGH) return { at: relative, relative, unit: 'share', part }
  const at = (bin: number): number => {
    const here = coarse(bin)
    const expected = sigmoid(response.intercept + response.slope * Math.log(Math.max(LEAST, relative(bin))))
    return (tried.reads[here]! + PRIOR * expected) / (tried.sends[here]! + PRIOR)
  }
  return { at, relative, unit: 'reads', part }
}

/** What leaves in this hour of the week: the share of reading that follows, hour by hour of the delay. */
export function afterwards(rhythm: Float64Array, delay: Float64Array, bin: number): number {
  let sum = 0
  for (let j = 0; j < delay.length; j++) sum += rhythm[(bin + j) % BINS]! * delay[j]!
  return sum
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
