import type { DecisionRecord } from '#decisions/record.ts'
import type { JsonObject } from '#lib/json.ts'
import { differenceSequence, NO_SAMPLE, type Sequence, sampled } from '#lib/numeric/sequential.ts'
import { doneBy, Intelligence, type Settings } from './intelligence.ts'
import { bestPath, type Path } from './paths.ts'
import { quarter, type Told } from './quarter.ts'
import { type Cart, expected, leaves, type Scenario } from './truth.ts'

export interface TrialOptions extends Partial<Omit<Settings, 'deterministic'>> {
  readonly seed: string
  readonly scenario: Scenario
  readonly customers: number
  readonly path?: Path
}

/** A quarter of half the people under the model and half on the best deterministic path, beside the truth. */
export interface Trial {
  readonly path: Path
  readonly told: readonly Told[]
  readonly intelligence: Intelligence
  /** Margin of a cart, model against path, as anybody could see it. */
  readonly seen: Sequence | null
  /** The same in exact expectation of what was done. */
  readonly truth: number
  /** Expected unsubscribes of a cart. */
  readonly leaving: { readonly model: number; readonly path: number }
}

const CARTS = 4

export function trial({ seed, scenario, customers, path = bestPath(scenario), ...settings }: TrialOptions): Trial {
  const intelligence = new Intelligence({ control: 0.5, deterministic: path.arm, ...settings })
  const told = quarter(intelligence, { seed, scenario, customers, carts: CARTS, matures: 3 })
  const of = (group: Told['group']) => told.filter((each) => each.group === group)
  const mean = (list: readonly Told[], f: (each: Told) => number): number => list.reduce((sum, each) => sum + f(each), 0) / list.length
  const [model, control] = [of('model'), of('control')]
  const paid = ({ arm, cart }: Told): number => expected(arm, cart, scenario)
  const left = ({ arm, cart }: Told): number => leaves(arm, cart)
  const sample = (list: readonly Told[]) => list.reduce((all, { outcome }) => sampled(all, outcome.reward), NO_SAMPLE)
  return {
    path,
    told,
    intelligence,
    seen: differenceSequence(sample(control), sample(model), { narrowestAt: told.length }),
    truth: mean(model, paid) - mean(control, paid),
    leaving: { model: mean(model, left), path: mean(control, left) },
  }
}

/** What the model's policy is worth beyond the path, in exact expectation over all carts, whoever got them. Needs `alsoAsk`. */
export function trueLift({ intelligence, told, path }: Trial, scenario: Scenario): number {
  const gain = (record: DecisionRecord, cart: Cart): number =>
    record.candidates.reduce(
      (sum, { arm, propensity }) => {
        const done = arm === 'fallback' ? path.arm(cart) : doneBy(arm)
        return propensity > 0 ? sum + propensity * expected(done, cart, scenario) : sum
      },
      -expected(path.arm(cart), cart, scenario),
    )
  return intelligence.policy.reduce((sum, record, i) => sum + gain(record, told[i]!.cart), 0) / told.length
}

/** What the model's own report says of its lift; null: nothing yet. */
export const reportedLift = ({
  intelligence: { report },
}: Trial): { readonly reward: number; readonly low: number; readonly high: number } | null =>
  (report['lift'] ?? null) as (JsonObject & { reward: number; low: number; high: number }) | null
