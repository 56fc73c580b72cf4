import type { SlotConditions } from '#content/slots.ts'
import { isRefusal } from '#lib/problem.ts'
import { type CompiledCondition, compileCondition } from '#segments/catalogue.ts'
import type { Aggregate } from '#segments/condition/aggregate.ts'
import type { Standing } from './node.ts'

/** By slot: its variants with what is asked of a person; null: for everybody. A condition that cannot be read holds for nobody. */
export type AskedSlots = Readonly<Record<string, readonly { readonly id: string; readonly when: CompiledCondition | 'broken' | null }[]>>

export const askedSlots = (slots: SlotConditions): AskedSlots =>
  Object.fromEntries(
    Object.entries(slots).map(([name, variants]) => [
      name,
      variants.map(({ id, when }) => {
        const condition = when === undefined ? null : compileCondition(when)
        return { id, when: isRefusal(condition) ? ('broken' as const) : condition }
      }),
    ]),
  )

/** What the conditions gather of people's events. */
export const aggregatesOfSlots = (slots: AskedSlots): readonly Aggregate[] =>
  Object.values(slots).flatMap((variants) => variants.flatMap(({ when }) => (when === null || when === 'broken' ? [] : when.aggregates)))

/** By slot: the variants that this person may get now, in their order. While the past that a condition asks for is being counted it holds for nobody. */
export function eligibleVariants(slots: AskedSlots, at: Standing): Record<string, string[]> {
  const scope = at.scope()
  const { catalogue } = at.definitions
  const holds = (when: CompiledCondition | 'broken' | null): boolean =>
    when === null || (when !== 'broken' && catalogue.isComplete(when.aggregates) && when.holds(scope))
  return Object.fromEntries(
    Object.entries(slots).map(([name, variants]) => [name, variants.filter(({ when }) => holds(when)).map(({ id }) => id)]),
  )
}
