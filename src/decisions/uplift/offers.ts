import { type ChoiceCase, rewardedOf } from '../evaluation/choice.ts'
import { loggedOf } from '../evaluation/logged.ts'
import type { ChoiceRule } from '../record.ts'
import { NO_OFFER, type OfferDecision } from './response.ts'

/** What choices say of offers: an option's `offer`, and none where it has none. */
export interface Offers {
  readonly log: readonly OfferDecision[]
  /** Of the features that most decisions have. */
  readonly names: readonly string[]
}

/** People for each feature, so that a response does not follow chance; and features at most. */
const PEOPLE_PER_FEATURE = 20
const MOST_FEATURES = 30

/** Only decisions that were drawn, between an offer and none. Options of one offer count together. */
export function offersOf(cases: readonly ChoiceCase[], rule: ChoiceRule): Offers {
  const valued = cases.some(({ converted, value }) => converted && value > 0)
  const drawn = cases.filter((each) => {
    const found = loggedOf(each.record, { unit: each.unit, at: each.at, reward: 0 })
    return typeof found !== 'string' && found.arms.length > 1
  })
  const names = namesOf(drawn)
  const log = drawn.map((each): OfferDecision => {
    const { record, unit } = each
    const offers = new Map(record.candidates.map(({ arm, about }) => [arm, about?.offer ?? NO_OFFER]))
    const propensities: Record<string, number> = {}
    for (const { arm, propensity } of record.candidates) {
      const offer = offers.get(arm)!
      propensities[offer] = (propensities[offer] ?? 0) + propensity
    }
    const z = names.map((name) => record.features[name] ?? Number.NaN)
    return { unit, arm: offers.get(record.chosen)!, propensities, outcome: rewardedOf(each, { rule, valued }), z }
  })
  return { log, names }
}

function namesOf(cases: readonly ChoiceCase[]): string[] {
  const counts = new Map<string, number>()
  for (const { record } of cases) for (const name of Object.keys(record.features)) counts.set(name, (counts.get(name) ?? 0) + 1)
  const people = new Set(cases.map(({ unit }) => unit)).size
  return [...counts]
    .filter(([, count]) => count > cases.length / 2)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, Math.min(MOST_FEATURES, Math.floor(people / PEOPLE_PER_FEATURE)))
    .map(([name]) => name)
    .sort()
}
