import { shown } from '#content/catalogue.ts'
import { productsById } from '#content/catalogue-store.ts'
import type { LiveKept, LivePlan } from '#content/live.ts'
import { replaceContent } from '#content/live-store.ts'
import { OTHERWISE, type Slot, type SlotChoice, type Slots } from '#content/slots.ts'
import type { JsonObject } from '#lib/json.ts'
import { type Outcome, refuse } from '#lib/problem.ts'
import type { Queryable } from '#platform/log.ts'

export const CLAIM_NOT_TRUE = {
  code: 'claim_not_true',
  status: 422,
  title: 'The message says of products that they are low in stock, and that is not true any more',
  hint: 'Give the slot another otherwise if the message can do without it.',
}

type Lists = Readonly<Record<string, readonly JsonObject[]>>

/** Whether all that a claim is about is low in stock; of nothing it cannot be said. */
function isTrue(claim: { readonly lowStock: string }, products: Lists): boolean {
  const about = products[claim.lowStock] ?? []
  return about.length > 0 && about.every((product) => product['low_stock'] === true)
}

/** The variants that may be shown, without those that would say what is not so. */
export function withoutFalse(
  eligible: Readonly<Record<string, readonly string[]>>,
  slots: Slots = {},
  products: Lists,
): Record<string, readonly string[]> {
  return Object.fromEntries(
    Object.entries(eligible).map(([name, ids]) => {
      const slot = slots[name]
      if (!slot || slot.by === 'recommendation') return [name, ids]
      const wrong = new Set(slot.variants.flatMap(({ id, claim }) => (claim && !isTrue(claim, products) ? [id] : [])))
      return [name, wrong.size === 0 ? ids : ids.filter((id) => !wrong.has(id))]
    }),
  )
}

interface Kept {
  readonly plan: LivePlan
  readonly kept: LiveKept
  readonly db: Queryable
}

/**
 * What an earlier attempt chose, asked again before the message leaves: products that are not low in stock any more are taken out where only
 * such ones are shown, and a text that says so gives way to the slot's otherwise. The very same where all still holds.
 */
export async function stillTrue(
  ask: { readonly ws: string; readonly effect: string },
  { plan, kept, db }: Kept,
): Promise<Outcome<LiveKept>> {
  const claimed = claimsOf(plan, kept)
  if (claimed.size === 0) return kept
  const ids = [...new Set([...claimed].flatMap((name) => (kept.products[name] ?? []).map(({ id }) => String(id))))]
  const fresh = new Map((await productsById(db, { ws: ask.ws, ids })).map((product) => [product.id, shown(product)]))
  const products: Record<string, readonly JsonObject[]> = { ...kept.products }
  for (const name of claimed)
    products[name] = (products[name] ?? []).map(({ id }) => fresh.get(String(id))).filter((each) => each !== undefined)
  for (const { as, lowStock, least, otherwise } of plan.products ?? []) {
    if (!lowStock) continue
    const left = products[as]!.filter((product) => product['low_stock'] === true)
    if (left.length < least && otherwise === 'skip') return refuse({ ...CLAIM_NOT_TRUE, detail: `products ${as}` })
    products[as] = left.length < least ? [] : left
  }
  const slots: Record<string, SlotChoice> = { ...kept.slots }
  let isOther = false
  for (const [name, slot] of Object.entries(plan.slots ?? {})) {
    if (!slots[name] || slots[name].variant === OTHERWISE || holds(name, slot, { choice: slots[name], products })) continue
    if (slot.otherwise === 'skip') return refuse({ ...CLAIM_NOT_TRUE, detail: `slot ${name}` })
    slots[name] = { variant: OTHERWISE, propensity: 1, by: CLAIM_NOT_TRUE.code }
    if (slot.by === 'recommendation') products[`slots.${name}`] = []
    isOther ||= slot.by === 'model'
  }
  // What a model chose and nobody gets to see is no decision that anything can be learned from.
  const after: LiveKept = { ...kept, slots, products, ...(isOther && { decisions: [] }) }
  await replaceContent(db, ask, after)
  return after
}

/** Names of the lists that something is claimed of. */
function claimsOf(plan: LivePlan, { slots }: LiveKept): ReadonlySet<string> {
  const names = new Set((plan.products ?? []).filter(({ lowStock }) => lowStock).map(({ as }) => as))
  for (const [name, slot] of Object.entries(plan.slots ?? {})) {
    if (slot.by === 'recommendation') {
      if (slot.lowStock) names.add(`slots.${name}`)
    } else {
      const claim = slot.variants.find(({ id }) => id === slots[name]?.variant)?.claim
      if (claim) names.add(claim.lowStock)
    }
  }
  return names
}

/** One that has been recommended because it is low stands for all: the list was chosen as a whole. */
function holds(name: string, slot: Slot, { choice, products }: { choice: SlotChoice; products: Lists }): boolean {
  if (slot.by === 'recommendation') return !slot.lowStock || isTrue({ lowStock: `slots.${name}` }, products)
  const claim = slot.variants.find(({ id }) => id === choice.variant)?.claim
  return claim === undefined || isTrue(claim, products)
}
