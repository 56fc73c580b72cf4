import { LRUCache } from 'lru-cache'
import type { Connect } from '#content/adapters/connected.ts'
import type { CompiledLive } from '#content/adapters/live.ts'
import type { Renderer } from '#content/adapters/worker.ts'
import { idsOf, type Known, presentable, shown } from '#content/catalogue.ts'
import { bestProducts, boughtTogether, productsById, type Touched } from '#content/catalogue-store.ts'
import { addressOf, CONNECTED_MISSING } from '#content/connected.ts'
import { codesOf, reserve } from '#content/coupons-store.ts'
import { type LiveKept, toldOf } from '#content/live.ts'
import { keepContent, keptContent } from '#content/live-store.ts'
import { recommend, rulesOf } from '#content/recommend.ts'
import type { Scope } from '#content/schema.ts'
import {
  byCondition,
  type Chooser,
  chosenTogether,
  hashOfVariant,
  isLearned,
  type LearnedStrategy,
  type OpenSlot,
  OTHERWISE,
  PRODUCTS,
  partOf,
  type RecommendationSlot,
  type Slot,
  type SlotChoice,
  type Strategy,
} from '#content/slots.ts'
import { type Learned, recommend as learnedProducts } from '#decisions/recommend/learned.ts'
import type { ModelSilence } from '#decisions/snapshot.ts'
import type { Json, JsonObject } from '#lib/json.ts'
import { isRefusal, type Outcome, refuse } from '#lib/problem.ts'
import type { Queryable } from '#platform/log.ts'
import { CLAIM_NOT_TRUE, stillTrue, withoutFalse } from './live-claims.ts'

/** What live content needs of the rest of the house. */
export interface LiveParts {
  readonly db: Queryable
  readonly renderer: Renderer
  readonly connect: Connect
  /** What a person has looked at and bought; null when nobody can say just now. */
  readonly touched: (workspace: string, profile: string) => Promise<Touched | null>
  /** What a recommendation model has learned, for a person, or why it does not answer; left out: there are no models. */
  readonly learned?: (ask: { ws: string; profile: string; model: string | undefined }) => Promise<Learned | ModelSilence>
  /** A decision model; left out: chance, by hash. */
  readonly chooser?: Chooser | undefined
  readonly now: () => number
}

/** The message that something is live in. */
export interface LiveAsk {
  readonly ws: string
  readonly effect: string
  readonly profile: string
  readonly template: string
  readonly version: number
  /** Variants that the person may get, by slot, as they were when the message was decided. */
  readonly eligible: Readonly<Record<string, readonly string[]>>
  /** From 1. */
  readonly attempt: number
  readonly scope: Scope
}

export interface Live {
  /** What the template can name beside the data of the person. */
  readonly scope: Pick<Scope, 'slots' | 'products' | 'coupons' | 'connected'>
  /** What the receipt says of it. */
  readonly told: JsonObject
}

/** The live content of a message: chosen at its first attempt, and the same ever after. */
export type LiveContent = (ask: LiveAsk, live: CompiledLive) => Promise<Outcome<Live>>

const NONE: LiveKept = { slots: {}, products: {}, connected: {} }

/** For handing over: chooses, fetches, reserves, and keeps it before anything leaves. */
export const liveContent =
  (parts: LiveParts): LiveContent =>
  async (ask, live) => {
    const { plan } = live
    const kept = plan.slots || plan.products || plan.connected ? await keptOrMade(ask, live, parts) : NONE
    if (isRefusal(kept)) return kept
    const coupons = await reserved(ask, live, parts)
    if (isRefusal(coupons)) return coupons
    return inTemplate(ask, live, { kept, coupons, parts })
  }

/** For looking at a message: what was kept of it, and nothing else. */
export const shownContent =
  (parts: Pick<LiveParts, 'db' | 'renderer'>): LiveContent =>
  async (ask, live) => {
    const kept = (await keptContent(parts.db, ask)) ?? NONE
    const given = live.plan.coupons ? await codesOf(parts.db, ask) : new Map<string, string>()
    const coupons = Object.entries(live.plan.coupons ?? {}).map(([name, { pool, otherwise }]) => [
      name,
      { code: given.get(pool) ?? otherwise ?? '' },
    ])
    return inTemplate(ask, live, { kept, coupons: Object.fromEntries(coupons), parts })
  }

async function keptOrMade(ask: LiveAsk, live: CompiledLive, parts: LiveParts): Promise<Outcome<LiveKept>> {
  const known = await keptContent(parts.db, ask)
  if (known) return stillTrue(ask, { plan: live.plan, kept: known, db: parts.db })
  const connected = await connectedData(ask, live, parts)
  if (isRefusal(connected)) return connected
  const products = await productLists(ask, live, { ...parts, connected })
  if (isRefusal(products)) return products
  const slots = await slotChoices(ask, live, { ...parts, products })
  if (isRefusal(slots)) return slots
  const { choices, decisions } = slots
  const content: LiveKept = {
    connected,
    slots: choices,
    products: { ...products, ...slots.products },
    ...(decisions.length > 0 && { decisions }),
  }
  return keepContent(parts.db, { ...ask, now: parts.now() }, content)
}

async function connectedData(ask: LiveAsk, { plan, addresses }: CompiledLive, parts: LiveParts): Promise<Outcome<Record<string, Json>>> {
  const found: Record<string, Json> = {}
  for (const of of plan.connected ?? []) {
    const { pattern, outputs } = addresses[of.as]!
    const values = await parts.renderer.render(outputs, ask.scope)
    if (isRefusal(values)) return values
    const url = addressOf(
      pattern,
      Object.keys(outputs.sources).map((field) => values[field]!),
    )
    const answer = isRefusal(url) ? undefined : await parts.connect({ ws: ask.ws, url, of })
    if (answer) found[of.as] = answer.value
    else if (of.otherwise === 'skip') return refuse({ ...CONNECTED_MISSING, detail: of.as })
    else found[of.as] = of.otherwise.value
  }
  return found
}

async function productLists(
  { ws, scope }: LiveAsk,
  { plan }: CompiledLive,
  { db, now, connected }: LiveParts & { readonly connected: JsonObject },
): Promise<Outcome<Record<string, JsonObject[]>>> {
  const lists: Record<string, JsonObject[]> = {}
  for (const use of plan.products ?? []) {
    const data = { profile: scope.profile, entry: scope.entry, event: scope.event, run: scope.run, connected }
    const products = presentable(await productsById(db, { ws, ids: idsOf(use, data) }), use, now())
    const enough = products.length >= use.least
    if (!enough && use.otherwise === 'skip') return refuse({ ...NOTHING_TO_SHOW, detail: `products ${use.as}` })
    lists[use.as] = enough ? products.map(shown) : []
  }
  return lists
}

const NOTHING_TO_SHOW = {
  code: 'slot_empty',
  status: 422,
  title: 'There is nothing to show in a place that the message needs',
  hint: 'Give the slot another otherwise if the message can do without.',
}

interface SlotsMade {
  readonly choices: Record<string, SlotChoice>
  readonly products: Record<string, JsonObject[]>
  readonly decisions: readonly JsonObject[]
}

async function slotChoices(
  whole: LiveAsk,
  { plan }: CompiledLive,
  { products: about, ...parts }: LiveParts & { readonly products: LiveKept['products'] },
): Promise<Outcome<SlotsMade>> {
  const ask = { ...whole, eligible: withoutFalse(whole.eligible, plan.slots, about) }
  const { ws: workspace, template, version, profile, effect: key } = ask
  const slots = Object.entries(plan.slots ?? {})
  const question = { workspace, template, version, profile, key, slots: openSlots(ask, slots) }
  const together = await chosenTogether(question, parts.chooser)
  const choices: Record<string, SlotChoice> = {}
  const products: Record<string, JsonObject[]> = {}
  for (const [name, slot] of slots) {
    if (slot.by === 'recommendation') {
      const { choice, list } = await recommended(ask, slot, parts)
      choices[name] = choice
      products[`slots.${name}`] = list
    } else choices[name] = slot.by === 'model' ? together.choices[name]! : byCondition(ask.eligible[name] ?? [])
    if (choices[name]!.variant === OTHERWISE && slot.otherwise === 'skip')
      return refuse({ ...(whole.eligible[name]?.length ? CLAIM_NOT_TRUE : NOTHING_TO_SHOW), detail: `slot ${name}` })
  }
  return { choices, products, decisions: together.decisions }
}

const openSlots = ({ eligible }: LiveAsk, slots: readonly (readonly [string, Slot])[]): OpenSlot[] =>
  slots.flatMap(([name, slot]) =>
    slot.by === 'model'
      ? [
          {
            slot: name,
            model: slot.model ?? '',
            variants: slot.variants.map((variant) => ({
              id: variant.id,
              hash: hashOfVariant(variant),
              eligible: (eligible[name] ?? []).includes(variant.id),
            })),
          },
        ]
      : [],
  )

async function recommended(ask: LiveAsk, slot: RecommendationSlot, parts: LiveParts): Promise<{ choice: SlotChoice; list: JsonObject[] }> {
  const { silence, ...found } = await candidates(ask, slot, parts)
  const all = recommend(slot, found)
  const list = all.map(({ product }) => shown(product))
  if (all.length === 0) return { choice: { variant: OTHERWISE, propensity: 1, by: OTHERWISE }, list }
  // What stands in for a model that was silent says so.
  const why = silence === undefined ? '' : `:${silence}`
  const items = all.map(({ product, by }) => ({ id: product.id, by: `recommendation:${by}${why}` }))
  return { choice: { variant: PRODUCTS, propensity: 1, by: 'recommendation', shown: items }, list }
}

/** Candidates of a list that fit are looked for among so many. */
const LOOKED_AT = 100

async function candidates(ask: LiveAsk, slot: RecommendationSlot, parts: LiveParts) {
  const { db } = parts
  const { ws } = ask
  const rules = rulesOf(slot)
  const personal = slot.notBought || rules.some((each) => each !== 'trending' && each !== 'popular')
  const touched = (personal ? await parts.touched(ws, ask.profile) : null) ?? { viewed: [], bought: [] }
  const here = idsOf({ from: 'entry.properties.products' }, { entry: ask.scope.entry })
  const own = idsOf({ from: 'entry.properties.product_id' }, { entry: ask.scope.entry })
  const near = [...new Set([...own, ...here, ...touched.bought.slice(0, 20)])]
  const lists: Partial<Record<Strategy, Known[]>> = {}
  const learned = rules.some(isLearned) ? await learnedFor(ask, slot, parts) : undefined
  const recent = [...own, ...here, ...(touched.recent ?? [...touched.bought, ...touched.viewed])]
  for (const by of rules) {
    if (isLearned(by)) lists[by] = await productsById(db, { ws, ids: idsBy(by, learned, recent) })
    else if (by === 'recently-viewed') lists[by] = await productsById(db, { ws, ids: touched.viewed })
    else if (by === 'bought-together') lists[by] = near.length === 0 ? [] : await boughtTogether(db, { ws, ids: near, limit: LOOKED_AT })
    else if (by === 'same-category') lists[by] = await inSameCategory(ask, [...near, ...touched.viewed.slice(0, 1)], parts)
    else lists[by] = await best(db, { ws, by, category: slot.category ?? '' })
  }
  const silence = typeof learned === 'string' ? learned : undefined
  return { lists, bought: new Set([...touched.bought, ...own, ...here]), silence }
}

const learnedFor = async (
  { ws, profile }: LiveAsk,
  { model }: RecommendationSlot,
  { learned }: LiveParts,
): Promise<Learned | ModelSilence> => (learned ? learned({ ws, profile, model }) : 'model_missing')

const WAYS = { 'for-you': 'related', next: 'next' } as const

function idsBy(by: LearnedStrategy, learned: Learned | ModelSilence | undefined, recent: readonly string[]): string[] {
  if (learned === undefined || typeof learned === 'string') return []
  return learnedProducts(learned, recent, { way: WAYS[by], count: LOOKED_AT }).map(({ id }) => id)
}

async function inSameCategory({ ws }: LiveAsk, near: readonly string[], { db }: LiveParts): Promise<Known[]> {
  const [first] = await productsById(db, { ws, ids: near.slice(0, 5) })
  const category = first?.categories.at(-1)
  return category === undefined ? [] : best(db, { ws, by: 'popular', category })
}

/** The best lists are the same for everybody; they are counted anew every ten minutes, and asked for once a minute. */
const bests = new WeakMap<Queryable, LRUCache<string, Promise<Known[]>>>()

function best(db: Queryable, { ws, by, category }: { ws: string; by: 'popular' | 'trending'; category: string }): Promise<Known[]> {
  const cache = bests.get(db) ?? new LRUCache<string, Promise<Known[]>>({ max: 2_000, ttl: 60_000 })
  bests.set(db, cache)
  const key = JSON.stringify([ws, by, category])
  const known = cache.get(key)
  if (known) return known
  const asked = bestProducts(db, { ws, by, category, limit: LOOKED_AT })
  cache.set(key, asked)
  asked.catch(() => cache.delete(key))
  return asked
}

/** A code for each use; the same for every attempt of the message. */
async function reserved(ask: LiveAsk, { plan }: CompiledLive, { db, now }: LiveParts): Promise<Outcome<Record<string, { code: string }>>> {
  const codes: Record<string, { code: string }> = {}
  for (const [name, { pool, otherwise }] of Object.entries(plan.coupons ?? {})) {
    const code = (await reserve(db, { ...ask, pool, now: now() })) ?? otherwise
    if (code === undefined) {
      return refuse({
        code: 'coupon_empty',
        status: 422,
        title: 'There is no code left for the message',
        detail: pool,
        hint: 'Add codes to the pool, or give the template a code for everybody as otherwise.',
      })
    }
    codes[name] = { code }
  }
  return codes
}

/** What the template sees; the texts of the chosen variants are rendered with everything else that is live. */
async function inTemplate(
  ask: LiveAsk,
  live: CompiledLive,
  { kept, coupons, parts }: { kept: LiveKept; coupons: Record<string, { code: string }>; parts: Pick<LiveParts, 'renderer'> },
): Promise<Outcome<Live>> {
  const lists = Object.entries(kept.products)
  const products = Object.fromEntries(lists.filter(([name]) => !name.startsWith('slots.')))
  const around = { products, coupons, connected: kept.connected }
  const slots: Record<string, JsonObject> = {}
  for (const [name, slot] of Object.entries(live.plan.slots ?? {})) {
    const choice = kept.slots[name] ?? { variant: OTHERWISE }
    const part = partOf(slot, choice)
    const items = kept.products[`slots.${name}`] ?? []
    const texts = part ? live.fields[`/slots/${name}/${choice.variant}`] : undefined
    const scope = { ...ask.scope, ...around, slots: { [name]: { items } } }
    const fields = texts ? await parts.renderer.render(texts, scope) : {}
    if (isRefusal(fields)) return fields
    const named = Object.entries(fields).map(([field, text]) => [field, text.trim()])
    slots[name] = { ...Object.fromEntries(named), variant: part ? choice.variant : '', items: [...items] }
  }
  return { scope: { slots, ...around }, told: toldOf(kept, ask) }
}
