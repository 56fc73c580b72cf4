import type { JsonObject } from '#lib/json.ts'
import type { LearnedTemplate } from './body.ts'
import { layoutName } from './decide.ts'
import type { Tally } from './prior.ts'
import { type CurrentTemplate, optionTallies, type PlacedRow } from './tallies.ts'
import { rateOf, sequenceOf, type Verdict, verdictOf } from './verdict.ts'
import { liftWords, remainingWords, verdictWords } from './winner-words.ts'

type Rate = { readonly rate: number; readonly low: number; readonly high: number } | null

export interface OptionResult {
  readonly option: string
  /** Of all messages: the model showed more of what did well, so these rates are not to be compared. */
  readonly adaptive: { readonly shown: number; readonly successes: number; readonly rate: number | null }
  /** Of messages drawn evenly: these are. Each person counts once. */
  readonly even: { readonly shown: number; readonly successes: number; readonly rate: Rate }
  /** Share of messages that show it now, where everything is possible. */
  readonly share: number
}

export interface SlotResult {
  readonly slot: string
  readonly state: Verdict['state']
  /** '' before anything leads. */
  readonly leader: string
  readonly options: readonly OptionResult[]
  readonly difference: { readonly against: string; readonly estimate: number; readonly low: number; readonly high: number } | null
  readonly more: number | null
  readonly sentence: string
}

export interface TemplateResult {
  readonly template: string
  readonly version: number
  readonly slots: readonly SlotResult[]
  /** The likeliest combinations, with the share of the model and the rate that is expected. */
  readonly best: readonly { readonly layout: string; readonly share: number; readonly rate: number }[]
  /** Share of the leader's rate that might still be gained; null: nothing was learned. */
  readonly remaining: number | null
  /** What choosing brings against drawing evenly at the same time; null: too few messages. */
  readonly lift: { readonly estimate: number; readonly low: number; readonly high: number } | null
  readonly sentences: readonly string[]
}

/** Verdicts say “clicked by 5 %”. */
export type Success = 'opened' | 'clicked' | 'converted'

/** How the options of a template do, in numbers and in words. `learned` null: each is shown as often. */
export function resultsOf(
  current: CurrentTemplate,
  rows: readonly PlacedRow[],
  { learned, success, uniform }: { learned: LearnedTemplate | null; success: Success; uniform: number },
): TemplateResult {
  const everybody = learned?.audiences[0]
  const remaining = everybody?.remaining ?? null
  const slots = current.slots.map(({ slot, options }, at): SlotResult => {
    const count = options.length
    const shares = marginals(everybody?.layouts, { at, count })
    const led = everybody ? shares : evenRates(rows, { at, count })
    const verdict = verdictOf(rows, { at, count, shares: led, remaining: remaining ?? 1, uniform: learned ? uniform : 1 })
    const all = optionTallies(rows, { at, count })
    const even = evenTallies(rows, { at, count })
    const share = (i: number): number => (learned ? uniform / count + (1 - uniform) * shares[i]! : 1 / count)
    const told = options.map(({ id }, i) => ({
      option: id,
      adaptive: { shown: all[i]!.n, successes: all[i]!.k, rate: all[i]!.n > 0 ? all[i]!.k / all[i]!.n : null },
      even: { shown: even[i]!.n, successes: even[i]!.k, rate: rateOf(even[i]!) },
      share: share(i),
    }))
    const { state, leader, rival, difference, more } = verdict
    const names = { slot, leader: options[leader]?.id ?? '', rival: options[rival]?.id ?? '' }
    return {
      slot,
      state,
      leader: names.leader,
      options: told,
      difference: difference && { against: names.rival, estimate: difference.estimate, low: difference.low, high: difference.high },
      more,
      sentence: verdictWords(verdict, { ...names, success, shares: led, rates: even, learned: learned !== null }),
    }
  })
  const lift = liftOf(rows)
  const best = (everybody?.layouts ?? [])
    .slice(0, 10)
    .map(({ options, share, rate }) => ({ layout: nameOf(current, options), share, rate }))
  const sentences = [
    ...slots.map(({ sentence }) => sentence),
    ...(best[0] && remaining !== null ? [remainingWords(best[0], { remaining, success, slots: slots.length })] : []),
    ...(lift ? [liftWords(lift, success)] : []),
  ]
  return { template: current.template, version: current.version, slots, best, remaining, lift, sentences }
}

const nameOf = ({ slots }: CurrentTemplate, layout: readonly number[]): string =>
  layoutName(
    slots.map(({ slot }) => slot),
    layout.map((option, i) => slots[i]!.options[option]!.id),
  )

interface At {
  readonly at: number
  readonly count: number
}

function marginals(layouts: LearnedTemplate['audiences'][number]['layouts'] | undefined, { at, count }: At): number[] {
  const sums = new Array<number>(count).fill(0)
  for (const { options, share } of layouts ?? []) sums[options[at]!]! += share
  const total = sums.reduce((sum, each) => sum + each, 0)
  return total > 0 ? sums.map((each) => each / total) : sums.fill(1 / count)
}

function evenTallies(rows: readonly PlacedRow[], { at, count }: At): Tally[] {
  const drawn = rows.filter(({ way }) => way !== 'model').map((row) => ({ ...row, ...row.first }))
  return optionTallies(drawn, { at, count })
}

const evenRates = (rows: readonly PlacedRow[], place: At): number[] => evenTallies(rows, place).map(({ n, k }) => (n > 0 ? k / n : 0))

/** Chosen against drawn evenly, among messages of the time in which there was a model; people once in each. */
function liftOf(rows: readonly PlacedRow[]): TemplateResult['lift'] {
  const of = (wanted: PlacedRow['way']): Tally =>
    rows.filter(({ way }) => way === wanted).reduce((sum, { first }) => ({ n: sum.n + first.n, k: sum.k + first.k }), { n: 0, k: 0 })
  const sequence = sequenceOf({ mine: of('model'), theirs: of('uniform') })
  return sequence && { estimate: sequence.estimate, low: sequence.low, high: sequence.high }
}

/** For the report of a snapshot. */
export const resultJson = (result: TemplateResult): JsonObject => JSON.parse(JSON.stringify(result)) as JsonObject
