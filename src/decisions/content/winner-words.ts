import { grouped } from '#lib/grouped.ts'
import type { Tally } from './prior.ts'
import type { Success } from './results.ts'
import { type Verdict, WORTH } from './verdict.ts'
import { layoutWords } from './words.ts'

/** `5.1 %`, also of small ones. */
const percent = (share: number): string => `${Number((share * 100).toPrecision(Math.abs(share) >= 0.1 ? 3 : 2))} %`
const points = (share: number): string => `${Number((share * 100).toPrecision(2))}`
/** `4,000`: two places are as much as anybody knows. */
const about = (n: number): string => grouped(String(Number(n.toPrecision(2))))

interface Named {
  readonly slot: string
  readonly leader: string
  readonly rival: string
  readonly success: Success
  /** Chance of each of being the best; rates where nothing was learned. */
  readonly shares: readonly number[]
  /** Of messages drawn evenly. */
  readonly rates: readonly Tally[]
  readonly learned: boolean
}

/** Which option is better, or that it is not known yet: only from what was drawn evenly. */
export function verdictWords({ state, leader: at, rival, difference, more }: Verdict, named: Named): string {
  const { slot, success, rates, learned } = named
  const [best, second] = [`“${named.leader}”`, `“${named.rival}”`]
  const lead = learned ? ` ${best} leads: it is the best with a chance of ${percent(named.shares[at]!)}.` : ''
  const interval = difference
    ? `95 % interval of the difference ${points(difference.low)} to ${points(difference.high)} percentage points`
    : ''
  const wait = more === null ? '' : ` To confirm it takes about ${about(more)} more messages, if it is as it looks.`
  switch (state) {
    case 'confirmed':
      return `In ${slot}, ${best} is better: ${success} by ${share(rates[at]!)} against ${share(rates[rival]!)} of the next best, ${second} (${interval}). Confirmed on messages that were drawn evenly.`
    case 'settled':
      return rival < 0
        ? `In ${slot} there is nothing to choose.`
        : `In ${slot}, trying the others any longer would bring less than ${WORTH * 100} % more.${lead} That it is better than ${second} is not confirmed${interval === '' ? '' : ` (${interval})`}.`
    case 'open':
      return `In ${slot} it is not decided yet.${lead} Against ${second}: ${interval}, on messages that were drawn evenly.${wait}`
    case 'waiting':
      return `In ${slot} it is not decided yet: too few messages were drawn evenly.${lead}${wait}`
  }
}

const share = ({ n, k }: Tally): string => percent(n > 0 ? k / n : 0)

/** Whether going on to look is worth it (Scott 2010: value remaining). */
export function remainingWords(
  best: { readonly layout: string; readonly share: number; readonly rate: number },
  { remaining, success, slots }: { remaining: number; success: Success; slots: number },
): string {
  const what =
    slots > 1
      ? `The likeliest best combination is ${layoutWords(best.layout)} (chance ${percent(best.share)}, ${success} by about ${percent(best.rate)}). `
      : ''
  return remaining < WORTH
    ? `${what}Whatever is found out from here on brings less than 1 % more, with a certainty of 95 %: there is nothing left to look for.`
    : `${what}Up to ${percent(remaining)} more might still be gained, so the others are tried on.`
}

export function liftWords({ estimate, low, high }: { estimate: number; low: number; high: number }, success: Success): string {
  const interval = `95 % interval ${points(low)} to ${points(high)}`
  if (low > 0)
    return `What the model chooses is ${success} by ${points(estimate)} percentage points more than what is drawn evenly beside it (${interval}).`
  if (high < 0)
    return `What the model chooses is ${success} by ${points(-estimate)} percentage points less than what is drawn evenly beside it (${interval}).`
  return `That what the model chooses is ${success} more than what is drawn evenly beside it is not shown yet (${interval} percentage points).`
}
