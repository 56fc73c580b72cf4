import { random } from '#lib/numeric/random.ts'

/** How often each combination of options is to be shown. */
export interface Shares {
  /** Slots, in their order. */
  readonly slots: readonly string[]
  /** Share of messages that stays uniform. */
  readonly uniform: number
  /** Combinations with the share that the model gives them; those that are left out have none. They sum to 1. */
  readonly layouts: readonly { readonly options: readonly string[]; readonly share: number }[]
}

export interface ChosenLayout {
  /** By slot. */
  readonly options: Readonly<Record<string, string>>
  /** Of the whole combination, in (0, 1]. */
  readonly propensity: number
  readonly by: 'model' | 'uniform' | 'cold_start'
}

/** More combinations than these are not listed: then a slot is drawn by itself. */
const MOST_LAYOUTS = 4_096

/**
 * Draws the combination of one message among what the person may get: the uniform slice first, else by the model's shares, renewed where
 * eligibility leaves some out. Its propensity is exact. Null: a slot has no option. `seed`: the message's id.
 */
export function chooseLayout(shares: Shares, eligible: Readonly<Record<string, readonly string[]>>, seed: string): ChosenLayout | null {
  const allowed = shares.slots.map((slot) => eligible[slot] ?? [])
  if (allowed.some((options) => options.length === 0)) return null
  const many = allowed.reduce((product, { length }) => product * length, 1)
  const r = random(`content ${seed}`)
  const slice = r.uniform() < shares.uniform
  const possible = shares.layouts.filter(({ options, share }) => share > 0 && options.every((option, i) => allowed[i]!.includes(option)))
  const mass = possible.reduce((sum, { share }) => sum + share, 0)
  const cold = mass <= 0 || many > MOST_LAYOUTS
  const chosen =
    slice || cold ? allowed.map((options) => options[Math.floor(r.uniform() * options.length)]!) : drawn(possible, r.uniform() * mass)
  const own = possible.find(({ options }) => options.every((option, i) => option === chosen[i]))?.share ?? 0
  const propensity = cold ? 1 / many : shares.uniform / many + (1 - shares.uniform) * (own / mass)
  return {
    options: Object.fromEntries(shares.slots.map((slot, i) => [slot, chosen[i]!])),
    propensity,
    by: slice ? 'uniform' : cold ? 'cold_start' : 'model',
  }
}

function drawn(possible: Shares['layouts'], at: number): readonly string[] {
  let sum = 0
  for (const { options, share } of possible) {
    sum += share
    if (at < sum) return options
  }
  return possible.at(-1)!.options
}
