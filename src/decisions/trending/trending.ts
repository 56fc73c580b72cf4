import { negativeBinomialSf } from '#lib/numeric/distributions.ts'

const HOUR = 3_600_000
const WEEK = 168
/** Half-life of what counts as usual, the span that is looked at for news, and how far back one looks; hours. */
const [HALF_LIFE, WINDOW, PAST] = [7 * 24, 24, 35 * 24]
/** Fewer than these in the window are no trend. */
const LEAST = 5
/** Share of false ones among those that are called trends (Benjamini & Hochberg 1995). */
const FALSE_SHARE = 0.05
/** However long a product has been watched, its days differ by about so much more than chance: a shape beyond this claims to know better. */
const MOST_SHAPE = 30
/** What is thought of a product before it is seen: the mean of all, with the weight of half a count. */
const PRIOR = 0.5
/** The week's rhythm is that of all products together, and even until this many counts (for each hour of the week) say otherwise. */
const EVEN = 2
/** Products that have to be watched before it is known how the whole shop does in the window. */
const LEAST_WATCHED = 5
/** −log10 of the least chance that is told. */
const MOST_SCORE = 300

/** What was counted of a product in one hour. */
export interface HourCount {
  /** Hours since 1970, UTC. */
  readonly hour: number
  readonly views: number
  /** Units. */
  readonly purchases: number
}
export type Hours = ReadonlyMap<string, readonly HourCount[]>

/** The hour in which a moment (epoch ms) lies. */
export const hourOf = (at: number): number => Math.floor(at / HOUR)
const binOf = (hour: number): number => ((hour % WEEK) + WEEK) % WEEK

type What = 'views' | 'purchases'

/**
 * Products of which the last day holds more views or purchases than their own past, the rhythm of the week and the shop's day explain:
 * −log10 of the chance of so many under Gamma–Poisson. Those that are no trend are left out.
 */
export function trending(products: Hours, now: number): ReadonlyMap<string, number> {
  const end = hourOf(now)
  const chances = new Map<string, number>()
  const kinds: readonly What[] = ['views', 'purchases']
  for (const what of kinds) {
    for (const [id, p] of chancesOf(products, { end, what })) {
      // Either of two tests may call it.
      chances.set(id, Math.min(chances.get(id) ?? 1, 2 * p))
    }
  }
  return called(chances)
}

interface Look {
  /** The window ends before this hour. */
  readonly end: number
  readonly what: What
}

/** For each product the chance of at least so many in the window; 1 for too few. */
function chancesOf(products: Hours, { end, what }: Look): Map<string, number> {
  const from = end - WINDOW
  const rhythm = rhythmOf(products, { end, what })
  const span = { from, end, rhythm }
  const past = exposure(from - PAST, from, (hour) => weight(hour, from) * rhythm[binOf(hour)]!)
  const window = exposure(from, end, (hour) => rhythm[binOf(hour)]!)
  const counted = [...products].map(([id, hours]) => ({ id, ...sums(hours, { ...span, what }) }))
  const mean = counted.reduce((sum, each) => sum + each.past, 0) / Math.max(1e-9, past * counted.length)
  const prior = { shape: PRIOR, time: PRIOR / Math.max(mean, 1e-6) }
  const level = levelOf(counted.map((each) => ({ now: each.now, expected: ((prior.shape + each.past) / (prior.time + past)) * window })))
  return new Map(
    counted.map(({ id, past: seen, now }) => {
      if (now < LEAST) return [id, 1]
      const [shape, time] = [prior.shape + seen, prior.time + past]
      const scale = Math.min(1, MOST_SHAPE / shape)
      // A sale lifts everything: what is a trend rises above the others.
      const chance = negativeBinomialSf(now - 1, shape * scale, (time * scale) / (time * scale + window * level))
      return [id, Number.isFinite(chance) ? Math.max(0, Math.min(1, chance)) : 1]
    }),
  )
}

/** How the shop does in the window, against ever: the median product says it, so that a few that surge do not. */
function levelOf(products: readonly { readonly now: number; readonly expected: number }[]): number {
  const ratios = products.filter(({ expected }) => expected >= LEAST).map(({ now, expected }) => now / expected)
  if (ratios.length < LEAST_WATCHED) return 1
  ratios.sort((a, b) => a - b)
  return Math.max(0.1, (ratios[(ratios.length - 1) >> 1]! + ratios[ratios.length >> 1]!) / 2)
}

const weight = (hour: number, from: number): number => 2 ** (-(from - hour) / HALF_LIFE)

function exposure(from: number, to: number, of: (hour: number) => number): number {
  let sum = 0
  for (let hour = from; hour < to; hour++) sum += of(hour)
  return sum
}

function sums(hours: readonly HourCount[], { from, end, what }: { from: number; end: number; what: What }): { past: number; now: number } {
  let [past, now] = [0, 0]
  for (const each of hours) {
    if (each.hour >= from && each.hour < end) now += each[what]
    else if (each.hour < from && each.hour >= from - PAST) past += weight(each.hour, from) * each[what]
  }
  return { past, now }
}

/** How busy each hour of the week (UTC) is before the window; 1 is the mean. */
function rhythmOf(products: Hours, { end, what }: Look): Float64Array {
  const from = end - WINDOW
  const counts = new Float64Array(WEEK).fill(EVEN)
  // Whole weeks only: else some hours would have had more chances than others.
  for (const hours of products.values())
    for (const each of hours) if (each.hour < from && each.hour >= from - 4 * WEEK) counts[binOf(each.hour)]! += each[what]
  const mean = counts.reduce((sum, each) => sum + each, 0) / WEEK
  return counts.map((each) => each / mean)
}

/** Those that hold with a share of false ones of at most `FALSE_SHARE`, with −log10 of their chance. */
function called(chances: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const sorted = [...chances].sort(([a, p], [b, q]) => p - q || (a < b ? -1 : 1))
  const last = sorted.findLastIndex(([, p], i) => p <= (FALSE_SHARE * (i + 1)) / sorted.length)
  return new Map(sorted.slice(0, last + 1).map(([id, p]) => [id, p <= 0 ? MOST_SCORE : Math.min(MOST_SCORE, -Math.log10(p))]))
}

const DEMAND_LIFE = 14 * 24

/** Purchases as if seen, with decay, over days as if watched: the Gamma of a product's daily demand. Left out where nothing was bought. */
export function demands(products: Hours, now: number): ReadonlyMap<string, { readonly units: number; readonly days: number }> {
  const end = hourOf(now)
  const fades = (hour: number): number => 2 ** (-(end - hour) / DEMAND_LIFE)
  const hours = exposure(end - PAST, end, fades)
  const found = new Map<string, { units: number; days: number }>()
  for (const [id, counts] of products) {
    const units = counts.reduce(
      (sum, each) => sum + (each.hour < end && each.hour >= end - PAST ? fades(each.hour) * each.purchases : 0),
      0,
    )
    if (units <= 0) continue
    const scale = Math.min(1, MOST_SHAPE / units)
    found.set(id, { units: units * scale, days: (hours / 24) * scale })
  }
  return found
}
