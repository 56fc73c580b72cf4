import { type Budgets, priceOfMessage } from '#decisions/budgets/in-force.ts'
import { own } from '#lib/record.ts'
import type { CompiledJourney } from './compile.ts'
import type { Enrollment } from './enrollment.ts'
import type { Person } from './person.ts'

export type Ranked = Pick<CompiledJourney, 'priority' | 'value'>

/** More than 0: the first comes before the other, by priority, then by the value of a message. Equals are served as they come. */
export const rank = (a: Ranked, b: Ranked): number => a.priority - b.priority || a.value - b.value

type Whose = Pick<Person, 'segments'>

/**
 * What a message of a journey is worth with one person: by the last choice in its run, else by the score that the journey names, else as the
 * journey says of everybody. A score that is not there yet counts as nothing said.
 */
export function worthOf({ segments }: Whose, { value, valueBy }: CompiledJourney, run?: Pick<Enrollment, 'worth'>): number {
  if (run?.worth !== undefined) return run.worth
  const score = valueBy && own(segments.scores, valueBy.score)?.[0]
  return valueBy && score !== undefined && Number.isFinite(score) ? score * valueBy.margin : value
}

interface Asking {
  readonly journey: CompiledJourney
  readonly run?: Pick<Enrollment, 'worth'>
  readonly channel: string
}

/** v − Σ λ c: the same less what its message takes of budgets, at their prices. What a choice reckoned has its price in it. */
export function rankedFor(person: Whose, { budgets }: { readonly budgets: Budgets }, { journey, run, channel }: Asking): Ranked {
  const worth = worthOf(person, journey, run)
  const price = run?.worth === undefined ? priceOfMessage(budgets, { journey: journey.id, channel }) : 0
  return { priority: journey.priority, value: worth - price }
}

/** Whether a message of a run could come before another, whatever channel it goes by: prices only take away. */
export const mayPrecede = (person: Whose, { journey, run }: Omit<Asking, 'channel'>, mine: Ranked): boolean =>
  rank({ priority: journey.priority, value: worthOf(person, journey, run) }, mine) > 0
