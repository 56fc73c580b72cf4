import { counted } from '#lib/counted.ts'
import type { Doubt } from '../reports/told.ts'
import type { Trial, ValueFit, ValueSettings } from './fit.ts'
import type { Interval } from './uncertainty.ts'

const written = (value: number, digits: number): string =>
  new Intl.NumberFormat('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value)

/** `1,234.50`; large ones without cents. */
export const amount = (value: number, digits = Math.abs(value) < 1_000 ? 2 : 0): string => written(value, digits)
export const whole = (value: number): string => written(value, 0)
export const percent = (share: number): string => `${written(share * 100, share > 0 && share < 0.1 ? 1 : 0)} %`
export const plural = counted
/** Weeks as people say them. */
export const duration = (weeks: number): string => plural(Math.round(weeks * 7), 'day')
export const between = ({ low, high }: Pick<Interval, 'low' | 'high'>, say: (value: number) => string = whole): string =>
  `${say(low)} to ${say(high)}`

/** The words of a fit, the most important first. */
export function valueSentences(fit: ValueFit, settings: ValueSettings): string[] {
  const { next, value, trial, alive, people } = fit
  const purchases = `In the next ${duration(next.weeks)} ${whole(next.purchases.estimate)} purchases are to be expected of the ${plural(people, 'person', 'people')} who have bought (95 %: ${between(next.purchases)}).`
  const worth =
    value === null
      ? 'What they are worth cannot be said: too few have bought again, or the values of purchases are missing.'
      : `Within ${duration(settings.horizon)} they are to bring about ${amount(value)} of margin, discounted; ${amount(value / people)} each.`
  const there = fit.buying.identified
    ? `About ${whole(alive)} of them still buy.`
    : 'The purchases do not show that anybody stops for good: no dropout is identified, so nobody is called lost.'
  return [`${worth} ${there}`, purchases, ...(trial ? [trialSentence(trial)] : [])]
}

const trialSentence = ({ weeks, predicted, actual }: Trial): string =>
  `Learned without the last ${duration(weeks)} it would have foretold ${whole(predicted.estimate)} purchases for them (95 %: ${between(predicted)}); ${whole(actual)} came, ${percent(Math.abs(actual / Math.max(predicted.estimate, 1e-9) - 1))} ${actual >= predicted.estimate ? 'more' : 'fewer'}.`

/** What could be wrong with it. */
export function valueDoubts(fit: ValueFit): Doubt[] {
  const doubts: Doubt[] = []
  const doubt = (code: string, sentence: string): void => void doubts.push({ code, sentence })
  const { trial, correlation, buying, repeaters, people, spending, unitDays, errors } = fit
  if (!buying.identified)
    doubt('value.no_dropout', 'No dropout is identified: the likelihood is flat, and purchases are foretold as if nobody left.')
  else if (!errors) doubt('value.flat', 'The likelihood is flat in some direction: the parameters, and so single forecasts, are uncertain.')
  if (!trial) doubt('value.untried', 'There is too little past to try the forecast on; believe it less.')
  else if (trial.actual < trial.predicted.low || trial.actual > trial.predicted.high)
    doubt(
      'value.trial_missed',
      `Tried on the past the forecast missed: ${whole(trial.actual)} purchases came, outside of ${between(trial.predicted)}. Expect errors of that size again.`,
    )
  const independent = correlationInterval(correlation, repeaters)
  if (
    correlation !== null &&
    independent &&
    Math.min(Math.abs(independent.low), Math.abs(independent.high)) > 0.1 &&
    independent.low * independent.high > 0
  )
    doubt(
      'value.spend_depends',
      `People who buy more often spend ${correlation > 0 ? 'more' : 'less'} each time (correlation ${amount(correlation, 2)}, 95 %: ${between(independent, (each) => amount(each, 2))}): the model takes the two for independent, so the value of frequent buyers is told too ${correlation > 0 ? 'low' : 'high'}.`,
    )
  if (!spending) doubt('value.no_spending', 'Too few people bought again with a value to learn what purchases bring.')
  else if (spending.q <= 1) doubt('value.no_mean', 'What purchases bring varies so much between people that it has no mean.')
  if (repeaters < people / 2)
    doubt(
      'value.once',
      `${whole(people - repeaters)} of ${whole(people)} have bought once only: all of them are given what people spend on average.`,
    )
  if (unitDays > 1) doubt('value.rounded', 'Histories are rounded to whole weeks, because there are many.')
  doubt(
    'value.steady',
    'The model knows no seasons, prices or campaigns: it takes everybody to buy at a steady rate until they stop. It foretells, and says nothing about causes.',
  )
  return doubts
}

/** Fisher's z interval of a correlation at 95 %; null below four pairs. */
export function correlationInterval(r: number | null, n: number): { readonly low: number; readonly high: number } | null {
  if (r === null || n < 4 || Math.abs(r) >= 1) return null
  const reach = 1.959963984540054 / Math.sqrt(n - 3)
  return { low: Math.tanh(Math.atanh(r) - reach), high: Math.tanh(Math.atanh(r) + reach) }
}

export const VALUE_DEFINITIONS = [
  { term: 'Purchase', means: 'A day on which a person did the metric’s event; several on one day are one, with their values added.' },
  {
    term: 'Still buys',
    means: 'P(alive): the chance that a person has not stopped for good, by how often and how recently they bought (BG/NBD).',
  },
  { term: 'Expected purchases', means: 'Days with a purchase to come, on average, of people with the same history.' },
  {
    term: 'Lifetime value',
    means:
      'Margin of expected purchases within the horizon, later money worth less by the discount; what was brought already is told apart.',
  },
  {
    term: 'Tried on the past',
    means: 'The model is learned without the last weeks, and what it foretells for them is compared with what came.',
  },
] as const
