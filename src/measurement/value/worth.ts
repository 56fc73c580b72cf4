import { buyingOf } from './buying.ts'
import { type ValueFit, type ValueSettings, worthOfHistory } from './fit.ts'
import { spendOf } from './gamma-gamma.ts'
import { amount, duration, percent, plural } from './words.ts'

/** A person's purchases in days: repeats, first to last, first to now; mean of repeats and sum of all. */
export interface PersonBought {
  readonly x: number
  readonly tx: number
  readonly T: number
  readonly m: number
  readonly realised: number
}

export interface PersonWorth {
  /** Chance that they still buy. */
  readonly alive: number
  /** Purchases to be expected in the next `next` weeks. */
  readonly next: number
  /** What a purchase of theirs is to bring; null: it is not known. */
  readonly spend: number | null
  /** Margin that they are to bring within the horizon, discounted. */
  readonly value: number | null
  /** Margin that they have brought. */
  readonly realised: number
}

/** What a person is worth: reckoned from their history alone, in a few microseconds. */
export function worthOf(fit: ValueFit, settings: ValueSettings, person: PersonBought): PersonWorth {
  const history = { x: person.x, tx: person.tx / 7, T: person.T / 7 }
  const { alive, next, discounted } = worthOfHistory(buyingOf(fit.buying), history, settings)
  const spend = fit.spending && spendOf(fit.spending, person)
  const value = spend === null ? null : spend * settings.margin * discounted
  const sound = [alive, next, value ?? 0].every(Number.isFinite)
  if (!sound) throw new RangeError(`lifetime value of ${JSON.stringify(person)} is not finite`)
  return { alive, next, spend, value, realised: person.realised * settings.margin }
}

/** For people: what it is, and what it rests on. */
export function worthInWords(
  worth: PersonWorth,
  person: PersonBought,
  { settings, fit }: { settings: ValueSettings; fit: ValueFit },
): string {
  const bought = `Bought on ${plural(person.x + 1, 'day')}, the last time ${plural(person.T - person.tx, 'day')} ago`
  const there = fit.buying.identified
    ? person.x === 0
      ? 'whoever has bought once cannot be told lost from not lost yet'
      : `still buying with a chance of ${percent(worth.alive)}`
    : 'nobody is seen to be lost here'
  const next = `${amount(worth.next, 2)} purchases are to be expected in the next ${duration(settings.next)}`
  const value =
    worth.value === null
      ? 'what a purchase brings is not known well enough to say what they are worth'
      : `about ${amount(worth.value)} of margin in the next ${duration(settings.horizon)} (a forecast, discounted)`
  return `${bought}; ${there}. ${next}, ${value}.`
}
