import { z } from 'zod'
import type { Json, JsonObject } from '#lib/json.ts'
import { ProductUse } from './catalogue.ts'
import { Connected } from './connected.ts'
import { CouponUses } from './coupons.ts'
import { LiveName, Slot, type SlotChoice, type Slots } from './slots.ts'

/** What of a template is different for each person and each moment, beside the data of the person. */
export const liveFields = {
  /** Places that show each person something of their own: `{{ slots.hero.headline }}`, `<slot name="hero" />`. */
  slots: z.record(LiveName, Slot).optional(),
  /** Products of the catalogue, as they are at hand-over: `{{ products.cart[0].price }}`. */
  products: z.array(ProductUse).max(10).optional(),
  /** Codes that are given to one person only: `{{ coupons.welcome.code }}`. */
  coupons: CouponUses.optional(),
  /** Answers of other services: `{{ connected.weather.temperature }}`. */
  connected: z.array(Connected).max(5).optional(),
}

/** The same fields of a template that was read. */
export interface LivePlan {
  readonly slots?: Slots | undefined
  readonly products?: readonly ProductUse[] | undefined
  readonly coupons?: CouponUses | undefined
  readonly connected?: readonly Connected[] | undefined
}

/** Undefined when nothing in the template is live. */
export function livePlan({ slots, products, coupons, connected }: LivePlan): LivePlan | undefined {
  return slots || products || coupons || connected ? { slots, products, coupons, connected } : undefined
}

/** What was chosen and fetched for one message at its first attempt. */
export interface LiveKept {
  readonly slots: Readonly<Record<string, SlotChoice>>
  /** By the name of their use, and `slots.<name>` for those that a slot recommends: as templates see them. */
  readonly products: Readonly<Record<string, readonly JsonObject[]>>
  readonly connected: Readonly<Record<string, Json>>
  /** What models decided for it; left out: nothing. */
  readonly decisions?: readonly JsonObject[]
}

/** One line of `exposures`: what a person was shown in a slot. */
export interface Exposure {
  readonly template: string
  readonly version: number
  readonly slot: string
  readonly variant: string
  /** Product id of a recommendation; else ''. */
  readonly item: string
  readonly propensity: number
  readonly by: string
  /** Variants that could have been shown, with commas; left out: nothing was drawn. */
  readonly among?: string
}

/** What a message that was handed over has shown. */
export function exposuresOf({ slots }: Pick<LiveKept, 'slots'>, { template, version }: Pick<Exposure, 'template' | 'version'>): Exposure[] {
  return Object.entries(slots).flatMap(([slot, { variant, propensity, by, shown, among }]) =>
    shown && shown.length > 0
      ? shown.map((item) => ({ template, version, slot, variant, item: item.id, propensity, by: item.by }))
      : [{ template, version, slot, variant, item: '', propensity, by, ...(among && { among: among.join(',') }) }],
  )
}

/** What the receipt of a message says of what it has shown, and of what was decided for it. */
export function toldOf(kept: LiveKept, of: Pick<Exposure, 'template' | 'version'>): JsonObject {
  const exposures = exposuresOf(kept, of).map((each): JsonObject => ({ ...each }))
  return { ...(exposures.length > 0 && { exposures }), ...(kept.decisions && { decisions: kept.decisions }) }
}
