import { type Credit, Credits, type Path } from './path.ts'

/** Rules that share a conversion out by where a touch stands, without looking at people who did not convert. */
export const RULES = ['first', 'last', 'last-non-direct', 'linear', 'position', 'time-decay'] as const
export type Rule = (typeof RULES)[number]

/** Shares of the first and of the last touch of three or more (`position`); what is left goes to those between. */
export const ENDS = 0.4
/** Days after which a touch counts half (`time-decay`). */
export const HALF_LIFE_DAYS = 7
/** What came without saying from where: `last-non-direct` passes it over while there is anything else. */
export const DIRECT = 'direct'

export interface Told {
  /** Of each step, before the conversion, in the unit of the half-life; left out: how many steps come after it. */
  readonly ages?: readonly number[]
  readonly halfLife?: number
}

/** The share of each step in one conversion; they are 0 or more and sum to 1. */
export function shares(rule: Rule, steps: readonly string[], { ages, halfLife = HALF_LIFE_DAYS }: Told = {}): number[] {
  const n = steps.length
  if (n === 0) throw new RangeError('a path without steps has nothing to share out to')
  const only = (at: number): number[] => steps.map((_, i) => (i === at ? 1 : 0))
  switch (rule) {
    case 'first':
      return only(0)
    case 'last':
      return only(n - 1)
    case 'last-non-direct': {
      const known = steps.findLastIndex((step) => step !== DIRECT)
      return only(known < 0 ? n - 1 : known)
    }
    case 'linear':
      return steps.map(() => 1 / n)
    case 'position':
      if (n <= 2) return steps.map(() => 1 / n)
      return steps.map((_, i) => (i === 0 || i === n - 1 ? ENDS : (1 - 2 * ENDS) / (n - 2)))
    case 'time-decay': {
      const old = ages ?? steps.map((_, i) => n - 1 - i)
      // Measured from the youngest, so that a path of very old touches does not vanish.
      const youngest = Math.min(...old)
      const weights = old.map((age) => 2 ** (-(age - youngest) / halfLife))
      const sum = weights.reduce((all, each) => all + each, 0)
      return weights.map((each) => each / sum)
    }
  }
}

/** What a rule credits; `time-decay` counts in steps here, because paths that were added up have no ages. */
export function creditByRule(paths: readonly Path[], rule: Rule, options: Pick<Told, 'halfLife'> = {}): Credit[] {
  const credits = new Credits()
  for (const { steps, conversions, value } of paths) {
    const each = shares(rule, steps, options)
    steps.forEach((step, i) => {
      credits.add(step, conversions * each[i]!, value * each[i]!)
    })
  }
  return credits.all()
}
