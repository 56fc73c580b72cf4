import type { SlotOptions } from './body.ts'
import type { LayoutTally } from './layouts.ts'
import { fittedPrior, PUBLISHED_PRIOR, type RatePrior, type Tally } from './prior.ts'

/** Messages that have shown the same to those who could get the same, and what came of them; all are so old that it is known. */
export interface ShownRow extends Tally {
  readonly template: string
  readonly version: number
  readonly slots: readonly { readonly slot: string; readonly variant: string; readonly among: readonly string[] }[]
  /** `uniform`: drawn evenly beside a model; `chance`: drawn evenly because there was no answer. */
  readonly way: 'model' | 'uniform' | 'chance'
  /** Of each person only the first message of this way: people who get several count once. */
  readonly first: Tally
}

/** A template as it is live, with those of its slots that the model fills. */
export interface CurrentTemplate {
  readonly template: string
  readonly version: number
  readonly slots: readonly SlotOptions[]
}

export interface ContentData {
  readonly templates: readonly CurrentTemplate[]
  /** What the slots of each version could show, by `template version`. */
  readonly versions: Readonly<Record<string, readonly SlotOptions[]>>
  readonly shown: readonly ShownRow[]
  /** Time of the newest message in it, epoch ms. */
  readonly newest: number
}

/** A row in the numbers of the live version; −1: what was shown is not in it any more, or shows something else now. */
export interface PlacedRow extends ShownRow {
  readonly layout: readonly number[]
  /** By slot: options of the live version that could have been shown, ascending. */
  readonly could: readonly (readonly number[])[]
  readonly stratum: number
}

/** Strata with a level of their own; the smaller ones share the last. */
const MOST_STRATA = 30

/**
 * What was shown of a template, as far as it can be compared with what is live: a variant counts on if slot, id and what it shows are
 * the same. Versions, and people who could get other things, are strata: between them nothing is compared.
 */
export function placedRows(current: CurrentTemplate, { shown, versions }: Pick<ContentData, 'shown' | 'versions'>): PlacedRow[] {
  const placed = shown
    .filter(({ template }) => template === current.template)
    .map((row) => ({ ...row, ...placeOf(current, row, versions[`${row.template} ${row.version}`] ?? []) }))
    .filter(({ layout }) => layout.some((option) => option >= 0))
  const keyOf = ({ version, could }: (typeof placed)[number]): string => `${version} ${JSON.stringify(could)}`
  const sizes = new Map<string, number>()
  for (const row of placed) sizes.set(keyOf(row), (sizes.get(keyOf(row)) ?? 0) + row.n)
  const order = [...sizes].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).map(([key]) => key)
  const stratum = new Map(order.map((key, i) => [key, Math.min(i, MOST_STRATA - 1)]))
  return placed.map((row) => ({ ...row, stratum: stratum.get(keyOf(row))! }))
}

function placeOf(
  { slots }: CurrentTemplate,
  row: ShownRow,
  then: readonly SlotOptions[],
): { layout: readonly number[]; could: readonly (readonly number[])[] } {
  const found = slots.map(({ slot, options }) => {
    const mine = row.slots.find((each) => each.slot === slot)
    const before = then.find((each) => each.slot === slot)?.options ?? []
    const at = (variant: string): number =>
      options.findIndex(({ id, hash }) => id === variant && before.some((each) => each.id === id && each.hash === hash))
    const could = mine ? mine.among.map(at).filter((option) => option >= 0) : options.map((_, i) => i)
    return { option: mine ? at(mine.variant) : -1, could: could.sort((a, b) => a - b) }
  })
  return { layout: found.map(({ option }) => option), could: found.map(({ could }) => could) }
}

/** What the fit is told. */
export const layoutTallies = (rows: readonly PlacedRow[]): LayoutTally[] =>
  rows.map(({ layout, stratum, n, k }) => ({ layout, stratum, n, k }))

/** Sums by option of one slot. */
export function optionTallies(rows: readonly PlacedRow[], { at, count }: { at: number; count: number }): Tally[] {
  const sums = Array.from({ length: count }, () => ({ n: 0, k: 0 }))
  for (const { layout, n, k } of rows) {
    const sum = sums[layout[at]!]
    if (!sum) continue
    sum.n += n
    sum.k += k
  }
  return sums
}

/** A prior of too much or too little weight would never, or at once, believe what is seen; in messages. */
const [LIGHTEST, HEAVIEST] = [10, 5_000]
const OWN = 20

/**
 * Rates before a variant was shown: fitted to the workspace's own variants where there are enough, else as clicks on published headlines,
 * and for other successes as spread about the rate that was seen.
 */
export function priorOf(shown: readonly ShownRow[], success: 'opened' | 'clicked' | 'converted'): RatePrior {
  const sums = new Map<string, { n: number; k: number }>()
  let [all, hits] = [0, 0]
  for (const { template, slots, n, k } of shown) {
    all += n
    hits += k
    for (const { slot, variant } of slots) {
      const key = `${template} ${slot} ${variant}`
      const sum = sums.get(key) ?? { n: 0, k: 0 }
      sums.set(key, { n: sum.n + n, k: sum.k + k })
    }
  }
  if (sums.size >= OWN && hits > 0) return bounded(fittedPrior([...sums.values()]))
  if (success === 'clicked' || all === 0) return PUBLISHED_PRIOR
  const mean = Math.min(0.9, Math.max(0.001, (hits + 0.5) / (all + 1)))
  return bounded({ a: PUBLISHED_PRIOR.a, b: (PUBLISHED_PRIOR.a * (1 - mean)) / mean })
}

function bounded({ a, b }: RatePrior): RatePrior {
  const weight = Math.min(HEAVIEST, Math.max(LIGHTEST, a + b))
  return { a: (a * weight) / (a + b), b: (b * weight) / (a + b) }
}
