import { money } from '#decisions/budgets/schema.ts'
import { grouped } from '#lib/grouped.ts'
import { delta, type Estimate, fieller, type RatioSet } from './fieller.ts'
import type { Doubt, GainTold } from './incremental.ts'
import { by, type CostLine, GROWS, sumOf } from './lines.ts'

export interface Asked {
  readonly currency: string
  /** Everything that was spent for it, in that currency. */
  readonly lines: readonly CostLine[]
  /** Cost in currencies without a rate: then the whole is not known. */
  readonly strange: readonly CostLine[]
  readonly gain: GainTold
  /** Share of the value that is margin; null: nobody said. */
  readonly margin: number | null
  /** Value of what treated people did, whether or not it would have happened anyway; null: it has none. */
  readonly credited: number | null
}

interface Ratio {
  readonly estimate: number | null
  readonly interval: RatioSet
}

export interface Return {
  readonly cost: {
    readonly amount: number
    readonly measured: number
    readonly estimated: number
    readonly se: number
    /** What grows with each person: messages, incentives, tokens. */
    readonly growing: number
  }
  /** Margin that would not be there otherwise. */
  readonly margin: (Estimate & { readonly low: number; readonly high: number; readonly share: number }) | null
  readonly return: (Ratio & { readonly delta: { readonly low: number; readonly high: number } | null }) | null
  /** Margin − cost. */
  readonly net: { readonly estimate: number; readonly low: number; readonly high: number } | null
  readonly perOutcome: Ratio | null
  /** Margin ÷ what grows: what one more person like these returns. */
  readonly marginal: Ratio | null
  /** Credit, not cause: what treated people did ÷ cost. */
  readonly credited: { readonly value: number; readonly perCost: number | null } | null
  readonly treated: number
  readonly control: number
  readonly method: string
  readonly unknownBecause: string | null
  readonly sentence: string
  readonly doubts: readonly Doubt[]
}

/** Incremental margin ÷ all cost. Without a control there is no return, whatever was credited. */
export function returnOf(asked: Asked): Return {
  const { lines, gain, currency } = asked
  const sum = sumOf(lines)
  const growing = sumOf(lines.filter(({ kind }) => GROWS[kind]))
  const cost = {
    amount: money(sum.amount),
    measured: money(sum.measured),
    estimated: money(sum.estimated),
    se: money(sum.se),
    growing: money(growing.amount),
  }
  const credited =
    asked.credited === null ? null : { value: asked.credited, perCost: cost.amount > 0 ? asked.credited / cost.amount : null }
  const nothing = { margin: null, return: null, net: null, perOutcome: null, marginal: null }
  const unknown = unknownIn(asked)
  if (gain.kind === 'unknown' || unknown) {
    const { because, sentence } = unknown ?? (gain as Extract<GainTold, { kind: 'unknown' }>)
    const people = gain.kind === 'known' ? { treated: gain.treated, control: gain.control, method: gain.method } : NOBODY
    return {
      cost,
      ...nothing,
      credited,
      ...people,
      unknownBecause: because,
      sentence: `${costWords(cost.amount, currency)} ${sentence}`,
      doubts: doubtsOf(asked),
    }
  }
  const figures = known(asked, {
    gain,
    cost: { estimate: cost.amount, se: cost.se },
    growing: { estimate: cost.growing, se: money(growing.se) },
  })
  const { treated, control, method } = gain
  return {
    cost,
    ...figures,
    credited,
    treated,
    control,
    method,
    unknownBecause: figures.return === null ? 'no_value' : null,
    sentence: sentenceOf(figures, { cost: cost.amount, currency }),
    doubts: doubtsOf(asked),
  }
}

const NOBODY = { treated: 0, control: 0, method: '' }

interface Known {
  readonly gain: Extract<GainTold, { kind: 'known' }>
  readonly cost: Estimate
  readonly growing: Estimate
}
type Figures = Pick<Return, 'margin' | 'return' | 'net' | 'perOutcome' | 'marginal'>

function known({ margin: share }: Asked, { gain, cost, growing }: Known): Figures {
  const { quantile, outcomes } = gain
  const perOutcome = outcomes && ratio(cost, outcomes, quantile)
  if (!gain.value) return { margin: null, return: null, net: null, perOutcome, marginal: null }
  const margin = { estimate: gain.value.estimate * (share ?? 1), se: gain.value.se * (share ?? 1) }
  const net = { estimate: margin.estimate - cost.estimate, se: Math.hypot(margin.se, cost.se) }
  const main = ratio(margin, cost, quantile)
  const approximate = main && delta({ over: margin, under: cost, quantile })
  return {
    margin: { ...margin, ...ends(margin, quantile), share: share ?? 1 },
    return: main && { ...main, delta: approximate && { low: approximate.low, high: approximate.high } },
    net: { estimate: net.estimate, ...ends(net, quantile) },
    perOutcome,
    marginal: ratio(margin, growing, quantile),
  }
}

const ends = ({ estimate, se }: Estimate, quantile: number) => ({ low: estimate - quantile * se, high: estimate + quantile * se })

/** Null: nothing was spent, so there is nothing to divide by. */
function ratio(over: Estimate, under: Estimate, quantile: number): Ratio | null {
  const interval = fieller({ over, under, quantile })
  if (!interval) return null
  const estimate = over.estimate / under.estimate
  return { estimate: Number.isFinite(estimate) ? estimate : null, interval }
}

function unknownIn({ strange }: Asked): (Doubt & { readonly because: string }) | null {
  if (strange.length === 0) return null
  const currencies = [...new Set(strange.map(({ currency }) => currency))].sort().join(', ')
  const sentence = `Return unknown: some cost is in ${currencies}, and no \`cost-rate\` says what that is worth.`
  return { code: 'currency', because: 'currency', sentence }
}

function doubtsOf({ margin, gain, lines, credited }: Asked): Doubt[] {
  const { amount, estimated } = sumOf(lines)
  const share = amount > 0 ? Math.round((100 * estimated) / amount) : 0
  return [
    ...(gain.kind === 'known' ? gain.doubts : []),
    ...(gain.kind === 'known' && gain.value && margin === null
      ? [
          {
            code: 'no_margin',
            sentence: 'Nobody has said which share of the value is margin, so all of it counts: the true return is lower.',
          },
        ]
      : []),
    ...(share >= 25
      ? [{ code: 'estimated', sentence: `${share} % of the cost is estimated from prices and shares that somebody stated.` }]
      : []),
    ...(!lines.some(({ kind }) => kind === 'people' || kind === 'platform')
      ? [
          {
            code: 'cost_incomplete',
            sentence: 'No cost of the platform or of people’s work is stated (`cost-rate`), so the true cost is higher.',
          },
        ]
      : []),
    ...(gain.kind === 'unknown' && credited !== null
      ? [
          {
            code: 'credit',
            sentence: 'Credited value is what people did who were treated. Many of them would have done it anyway; it is no return.',
          },
        ]
      : []),
  ]
}

// Words

const plain = (value: number): string => grouped(value.toFixed(2))
export const inWords = (value: number, currency: string): string => `${plain(value)} ${currency}`

const costWords = (amount: number, currency: string): string =>
  amount === 0 ? 'No cost is known.' : `It cost ${inWords(amount, currency)}.`

function sentenceOf({ return: main, net, perOutcome }: Figures, { cost, currency }: { cost: number; currency: string }): string {
  if (!main || !net) {
    const each = perOutcome ? ` ${outcomeWords(perOutcome, currency)}` : ''
    return `${costWords(cost, currency)}${each}`
  }
  const range = rangeWords(main.interval)
  const verdict =
    main.interval.kind !== 'between'
      ? 'What was spent is itself so unsure that the return has no bounds.'
      : main.interval.low > 1
        ? 'It earned more than it cost.'
        : main.interval.high < 1
          ? 'It cost more than it earned.'
          : 'Whether it earned more than it cost cannot be said yet.'
  const head = main.estimate === null ? 'The return' : `Each ${currency} spent brought back ${plain(main.estimate)} of margin`
  const after = `after its cost ${inWords(net.estimate, currency)} (between ${inWords(net.low, currency)} and ${inWords(net.high, currency)})`
  return `${head} (${range}; 95 %, however often you look); ${after}. ${verdict}`
}

export function rangeWords(set: RatioSet): string {
  switch (set.kind) {
    case 'between':
      return `between ${plain(set.low)} and ${plain(set.high)}`
    case 'outside':
      return `below ${plain(set.below)} or above ${plain(set.above)}`
    case 'from':
      return `at least ${plain(set.low)}`
    case 'upTo':
      return `at most ${plain(set.high)}`
    case 'anything':
      return 'it could be anything'
  }
}

/** What one more conversion cost; where perhaps nothing was gained there is no upper end. */
export function outcomeWords({ estimate, interval }: Ratio, currency: string): string {
  switch (interval.kind) {
    case 'between':
      return interval.low < 0
        ? 'There were fewer conversions than without it.'
        : `Each additional conversion cost ${estimate === null ? '' : `${inWords(estimate, currency)} `}(between ${inWords(interval.low, currency)} and ${inWords(interval.high, currency)}).`
    case 'outside':
      return `Each additional conversion cost at least ${inWords(interval.above, currency)}; perhaps there were none at all.`
    case 'from':
      return `Each additional conversion cost at least ${inWords(interval.low, currency)}.`
    case 'upTo':
      return 'There were hardly more conversions than without it.'
    case 'anything':
      return 'What an additional conversion cost cannot be said.'
  }
}

/** Dearest things first, in words, for the first sentence of a report of costs. */
export function costSentence(lines: readonly CostLine[], { currency, days }: { currency: string; days: number }): string {
  const { amount, measured } = sumOf(lines)
  if (lines.length === 0) return 'No cost is known in these days.'
  const kinds = by(lines, 'kind')
    .slice(0, 3)
    .map(({ key, sum }) => `${KIND_WORDS[key]} ${inWords(money(sum.amount), currency)}`)
  const share = amount === 0 ? 0 : Math.round((100 * measured) / amount)
  return `${inWords(money(amount), currency)} in ${days === 1 ? '1 day' : `${days} days`}: ${kinds.join(', ')}. ${share} % of it was measured, the rest estimated.`
}

export const KIND_WORDS: Readonly<Record<CostLine['kind'], string>> = {
  provider: 'providers',
  incentive: 'incentives',
  tokens: 'tokens of models',
  platform: 'platform',
  data: 'data',
  people: 'people’s work',
  other: 'other',
}
