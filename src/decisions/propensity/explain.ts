import { contributions } from '#lib/numeric/gbdt-contributions.ts'
import { logit } from '#lib/numeric/sums.ts'
import { sayFeature, sayMissing } from '../features/schema.ts'
import type { ModelInForce, ModelSilence } from '../snapshot.ts'
import { alive } from './bg-nbd.ts'
import type { PropensityBody } from './body.ts'
import { encode, type Features, placedIn, rowOf } from './encoding.ts'
import { logitOf, weightOf } from './ftrl.ts'
import { buyerOf, type Scored, score } from './score.ts'

export interface Contribution {
  /** A declared feature. */
  readonly name: string
  /** Its value; null: it is missing. */
  readonly value: number | null
  /** What it adds to the logit. */
  readonly adds: number
  /** `42 days since the last order: +0.8` */
  readonly says: string
}

export interface Explained extends Scored {
  /** Logit of somebody of whom nothing is known; with all contributions it is the logit before calibration. */
  readonly base: number
  /** Of all features that are left out of `top`. */
  readonly rest: number
  /** The strongest first. */
  readonly top: readonly Contribution[]
}

type Added = readonly (readonly [name: string, adds: number])[]

/** Why a score is as it is: what each feature adds to its logit, the strongest `most` in words. */
export function explain(
  inForce: ModelInForce<'propensity'> | undefined,
  { features, now }: { readonly features: Features; readonly now: number },
  most = 5,
): Explained | ModelSilence {
  const scored = score(inForce, features, now)
  if (typeof scored === 'string') return scored
  const { base, added } = partsOf(inForce!.snapshot!.body as PropensityBody, { features, scored })
  const sorted = [...added].filter(([, adds]) => adds !== 0).sort(([a, x], [b, y]) => Math.abs(y) - Math.abs(x) || (a < b ? -1 : 1))
  const top = sorted.slice(0, most).map(([name, adds]) => contributionOf(name, adds, features[name]))
  return { ...scored, base, rest: sorted.slice(most).reduce((sum, [, adds]) => sum + adds, 0), top }
}

function contributionOf(name: string, adds: number, value: number | undefined): Contribution {
  const amount = `${adds < 0 ? '−' : '+'}${Math.abs(adds).toFixed(Math.abs(adds) < 0.1 ? 2 : 1)}`
  const words = value === undefined ? sayMissing(name) : sayFeature(name, value)
  return { name, value: value ?? null, adds, says: `${words}: ${amount}` }
}

function partsOf(body: PropensityBody, { features, scored }: { features: Features; scored: Scored }): { base: number; added: Added } {
  switch (scored.by) {
    case 'linear':
      return linearParts(body, features)
    case 'trees': {
      const { names, trees } = body.trees!
      const { base, values } = contributions(trees, rowOf(names, features))
      return { base, added: names.map((name, i) => [name, values[i]!] as const) }
    }
    case 'buying':
      return buyingParts(body, features, scored.p)
  }
}

/** Weight times value by feature; the slot of a missing value belongs to its feature. What no feature adds is the base. */
function linearParts({ encoding, linear }: PropensityBody, features: Features): { base: number; added: Added } {
  const added = encoding.columns.flatMap((column): Added => {
    const placed = placedIn(column, features[column.name], encoding.scale)
    return placed ? [[column.name, weightOf(linear, placed.slot.slot) * placed.slot.sign * placed.value]] : []
  })
  return { base: logitOf(linear, encode(encoding, {})) - missingParts(encoding, linear), added }
}

const missingParts = (encoding: PropensityBody['encoding'], linear: PropensityBody['linear']): number =>
  encoding.columns.reduce((sum, column) => {
    const placed = placedIn(column, undefined, encoding.scale)
    return sum + (placed ? weightOf(linear, placed.slot.slot) * placed.slot.sign * placed.value : 0)
  }, 0)

/** Who buys often and has not for long is lost more likely: beginning with somebody who has just bought, the time since adds the rest. */
function buyingParts({ buying }: PropensityBody, features: Features, p: number): { base: number; added: Added } {
  const buyer = buyerOf(features)!
  const held = (each: number): number => logit(Math.min(1 - 1e-9, Math.max(1e-9, each)))
  const fresh = held(1 - alive(buying!, { ...buyer, T: buyer.tx }))
  const base = held(1 - alive(buying!, { x: 1, tx: 0, T: 0 }))
  return {
    base,
    added: [
      ['orders.count', fresh - base],
      ['recency.order', held(p) - fresh],
    ],
  }
}
