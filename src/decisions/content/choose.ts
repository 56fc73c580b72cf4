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

type Eligible = Readonly<Record<string, readonly string[]>>
type Layouts = Shares['layouts']

/** The chances of combinations: of those that the model gives a share, and of each other one. Null: a slot has no option. */
export function chancesOf(
  { slots, uniform, layouts }: Shares,
  eligible: Eligible,
): { readonly listed: Layouts; readonly other: number; readonly many: number; readonly cold: boolean } | null {
  const allowed = slots.map((slot) => eligible[slot] ?? [])
  if (allowed.some((options) => options.length === 0)) return null
  const many = allowed.reduce((product, { length }) => product * length, 1)
  const possible = layouts.filter(({ options, share }) => share > 0 && options.every((option, i) => allowed[i]!.includes(option)))
  const mass = possible.reduce((sum, { share }) => sum + share, 0)
  if (!(mass > 0)) return { listed: [], other: 1 / many, many, cold: true }
  const listed = possible.map(({ options, share }) => ({ options, share: uniform / many + ((1 - uniform) * share) / mass }))
  return { listed, other: uniform / many, many, cold: false }
}

/**
 * Draws the combination of one message among what the person may get: the uniform slice first, else by the model's shares, renewed where
 * eligibility leaves some out. Its propensity is exact. Null: a slot has no option. `seed`: the message's id.
 */
export function chooseLayout(shares: Shares, eligible: Eligible, seed: string): ChosenLayout | null {
  const chances = chancesOf(shares, eligible)
  if (!chances) return null
  const r = random(`content ${seed}`)
  const slice = r.uniform() < shares.uniform
  const possible = chances.listed.map(({ options, share }) => ({ options, share: share - chances.other }))
  const mass = possible.reduce((sum, { share }) => sum + share, 0)
  const even = (): readonly string[] =>
    shares.slots.map((slot) => {
      const options = eligible[slot]!
      return options[Math.floor(r.uniform() * options.length)]!
    })
  const chosen = slice || chances.cold || !(mass > 0) ? even() : drawn(possible, r.uniform() * mass)
  const own = chances.listed.find(({ options }) => options.every((option, i) => option === chosen[i]))
  return {
    options: Object.fromEntries(shares.slots.map((slot, i) => [slot, chosen[i]!])),
    propensity: Math.min(1, own?.share ?? chances.other),
    by: chances.cold ? 'cold_start' : slice ? 'uniform' : 'model',
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
