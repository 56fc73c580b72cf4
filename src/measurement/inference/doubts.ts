import { people } from '#lib/counted.ts'
import type { Circumstances, MetricAsked } from './asked.ts'
import { difference, percent } from './say.ts'
import type { Comparison, Doubt } from './schema.ts'
import type { ArmStatistics } from './statistics.ts'
import { convertedOf, momentsOf } from './statistics.ts'
import { effectOf } from './welch.ts'

/**
 * In each arm, before an asymptotic interval is to be trusted. Twenty conversions in both arms together are not enough: with one of twenty
 * held out and a rate of 2 % such intervals hold the truth in 84 of 100 runs instead of 95 (`coverage.test.ts` holds them to it).
 */
export const LEAST_UNITS = 100
export const LEAST_CONVERSIONS = 20

/** Why it is too early for an asymptotic interval, in words; null when it is not. */
export function tooEarly(control: ArmStatistics, treated: ArmStatistics): Doubt | null {
  const smaller = Math.min(control.n, treated.n)
  if (smaller < LEAST_UNITS) {
    return {
      code: 'too_early',
      sentence: `Too early: one side has ${people(smaller)}, and each needs ${LEAST_UNITS} before its figures hold.`,
    }
  }
  const [seen, not] = [control, treated].reduce(
    ([did, left], arm) => [Math.min(did, convertedOf(arm) ?? did), arm.kind === 'proportion' ? Math.min(left, arm.n - arm.sum) : left],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
  )
  if (Math.min(seen!, not!) >= LEAST_CONVERSIONS) return null
  const has = (count: number): string => `${people(count)} ${count === 1 ? 'has' : 'have'}`
  const what = seen! <= not! ? `${has(seen!)} done it` : `${has(not!)} not done it`
  const sentence = `Too early: on one side ${what} so far, and ${LEAST_CONVERSIONS} are needed on each before the figures hold.`
  return { code: 'few_conversions', sentence }
}

/** Of z-values; 1 in 100 experiments shows one by chance. */
const CHANGED = 2.576

/** The effect on people who came first and on those who came later, where they differ by more than chance. */
export function changesOverTime({ halves, unit, currency }: MetricAsked, control: string, treated: string): Doubt | null {
  if (!halves) return null
  const [early, late] = [halves.early, halves.late].map((half) => {
    const [a, b] = [half[control], half[treated]]
    if (!a || !b || a.kind === 'quantile' || b.kind === 'quantile' || tooEarly(a, b)) return null
    const [from, to] = [momentsOf(a), momentsOf(b)]
    return from && to && effectOf(from, to, 'absolute')
  })
  if (!early || !late) return null
  const z = (late.estimate - early.estimate) / Math.hypot(early.se, late.se)
  if (!(Math.abs(z) > CHANGED)) return null
  const [first, then] = [early, late].map(({ estimate }) => difference(estimate, { unit, ...(currency !== undefined && { currency }) }))
  const sentence = `The effect is not the same over time: ${first} for the first half of the people, ${then} for the second. It may be wearing off, or still growing.`
  return { code: 'changes_over_time', sentence }
}

/** Below so many people that count, one large value can turn the result. */
const FEW_DECIDE = 30

/** How many people of equal value would make the same sums (Kish 1965): few, where a sum hangs on a few large ones. */
export function fewDecide({ name }: Pick<MetricAsked, 'name'>, arms: readonly ArmStatistics[]): Doubt | null {
  const counts = arms.map((arm) => (arm.kind === 'mean' && arm.sum > 0 && arm.sumSquares > 0 ? arm.sum ** 2 / arm.sumSquares : Infinity))
  const least = Math.min(...counts)
  if (!(least < FEW_DECIDE)) return null
  const sentence = `“${name}” of one side hangs on about ${people(Math.max(1, Math.round(least)))} with large values; one more such person can turn it. A capped metric holds better.`
  return { code: 'few_decide', sentence }
}

/** Those that several comparisons, winning and unsteady bases bring. */
export function doubtsOf(
  found: Pick<Comparison, 'p' | 'adjustedP' | 'verdict' | 'relative' | 'absolute' | 'shrunk'>,
  { alpha, comparisons, hasPrior }: { alpha: number; comparisons: number; hasPrior: boolean },
): Doubt[] {
  const doubts: Doubt[] = []
  if (found.p !== null && found.adjustedP !== null && found.p <= alpha && found.adjustedP > alpha) {
    const sentence = `By itself this looks shown, but ${comparisons} comparisons were made, and among so many one often looks so by chance.`
    doubts.push({ code: 'several_comparisons', sentence })
  }
  if (found.verdict === 'better' || found.verdict === 'worse') doubts.push(winnersCurse(found, hasPrior))
  if (found.absolute?.always && !found.relative) {
    const sentence = 'Control is so near 0 that a difference in percent of it says nothing; read the absolute one.'
    doubts.push({ code: 'relative_unsteady', sentence })
  }
  return doubts
}

function winnersCurse({ relative, shrunk }: Pick<Comparison, 'relative' | 'shrunk'>, hasPrior: boolean): Doubt {
  const code = 'winners_curse'
  if (shrunk && relative) {
    const sentence = `What has been shown tends to look larger than it is: after what tests showed here before, expect about ${percent(shrunk.estimate)} rather than ${percent(relative.estimate)}.`
    return { code, sentence }
  }
  const why = hasPrior ? 'there is no relative figure to correct' : 'too few tests have ended here to say by how much'
  return { code, sentence: `What has been shown tends to look larger than it is, and ${why}.` }
}

const WEEK = 7

/** Of the experiment as a whole. */
export function surroundings({ days, versions, windowsOpen, crossed }: Circumstances): Doubt[] {
  const doubts: Doubt[] = []
  const say = (code: string, sentence: string) => doubts.push({ code, sentence })
  if (days < WEEK) say('short', 'It has not run a whole week yet, and weekends may answer differently.')
  if (versions > 1)
    say('several_versions', `People met ${versions} versions of what is compared; the figures mix them, so compare within one version too.`)
  if (windowsOpen > 0)
    say('windows_open', `The window of ${people(windowsOpen)} is not over; what they still do will change the figures, for both sides.`)
  if (crossed > 0) say('crossed', `${people(crossed)} met more than one arm and ${crossed === 1 ? 'is' : 'are'} left out.`)
  return doubts
}
