import { z } from 'zod'
import { chance, digest } from '#lib/hash.ts'
import { canonical, type JsonObject } from '#lib/json.ts'

export const LiveName = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,30}$/, 'use lower-case letters, digits and _ (at most 31), beginning with a letter')
const VariantId = z.string().regex(/^[a-z0-9][a-z0-9-_]{0,63}$/, 'use lower-case letters, digits, - and _ (at most 64)')
/** Named pieces of Liquid: `{{ slots.hero.headline }}`. */
const Fields = z.record(LiveName, z.string().max(5_000)).default({})
/** MJML (in a template of MJML) or HTML that stands where `<slot name="…" />` does. */
const Body = z.string().max(50_000).optional()

export const SlotVariant = z.strictObject({
  id: VariantId,
  /** For whom: a condition on the person, asked when the message is decided. Left out: for everybody. */
  when: z.string().max(2_000).optional(),
  /** What its texts say of products: `lowStock: cart` is true as long as each product of `products.cart` is low in stock. Else it is not shown. */
  claim: z.strictObject({ lowStock: LiveName }).optional(),
  fields: Fields,
  body: Body,
})
export type SlotVariant = z.output<typeof SlotVariant>

/** What is shown when nothing else can be; `omit`: nothing; `skip`: then the message does not go out. */
const Otherwise = z.union([z.enum(['omit', 'skip']), z.strictObject({ fields: Fields, body: Body })]).default('omit')

/** `for-you`: what goes with all that the person had to do with; `next`: what people turn to after the last of it. Both are learned. */
export const LEARNED = ['for-you', 'next'] as const
export const STRATEGIES = [...LEARNED, 'recently-viewed', 'bought-together', 'same-category', 'trending', 'popular'] as const
export type Strategy = (typeof STRATEGIES)[number]
export type LearnedStrategy = (typeof LEARNED)[number]
export const isLearned = (strategy: Strategy): strategy is LearnedStrategy => (LEARNED as readonly Strategy[]).includes(strategy)

/** A place in a template that shows each person something of their own. */
export const Slot = z.discriminatedUnion('by', [
  /** The first variant whose condition holds. */
  z.strictObject({ by: z.literal('conditions'), variants: z.array(SlotVariant).min(1).max(20), otherwise: Otherwise }),
  /** A decision model chooses among the variants whose conditions hold; without one, or if it does not answer, each is as likely. */
  z.strictObject({
    by: z.literal('model'),
    model: VariantId.optional(),
    variants: z.array(SlotVariant).min(2).max(20),
    otherwise: Otherwise,
  }),
  /** Products of the catalogue, by rules in the order in which they are given: `{{ slots.hero.items }}`. */
  z.strictObject({
    by: z.literal('recommendation'),
    strategies: z.array(z.enum(STRATEGIES)).min(1).max(STRATEGIES.length),
    /** The recommendation model of `for-you` and `next`; left out: the first of the workspace. */
    model: VariantId.optional(),
    count: z.int().min(1).max(20).default(3),
    /** With fewer than these the slot is not shown. */
    least: z.int().min(1).max(20).default(1),
    category: z.string().max(200).optional(),
    inStock: z.boolean().default(true),
    /** Only products that are low in stock, asked again until the message leaves. */
    lowStock: z.boolean().default(false),
    notBought: z.boolean().default(true),
    fields: Fields,
    body: Body,
    otherwise: Otherwise,
  }),
])
export type Slot = z.output<typeof Slot>
export type Slots = Readonly<Record<string, Slot>>
export type RecommendationSlot = Extract<Slot, { by: 'recommendation' }>

/** `omit` and `skip`, or what is shown: its id in messages and facts. */
export const OTHERWISE = 'otherwise'
/** Of a recommendation that was made. */
export const PRODUCTS = 'products'

/** What was chosen for one slot of one message; the same for every attempt. */
export interface SlotChoice {
  /** Variant id, `products`, or `otherwise`. */
  readonly variant: string
  /** In (0, 1]; of the whole combination where slots are chosen together. */
  readonly propensity: number
  /** `condition`, `recommendation:trending`, `model:<id>:<snapshot>`, `uniform:<id>:<snapshot>`, `chance`, `chance:<id>:<why>`, `otherwise`. */
  readonly by: string
  /** Of a slot that a model may fill: the variants that could have been shown, in the order of the template. */
  readonly among?: readonly string[]
  /** Ids of the products that are shown, each with the rule that brought it. */
  readonly shown?: readonly { readonly id: string; readonly by: string }[]
}

/** One slot that a model may fill. */
export interface OpenSlot {
  readonly slot: string
  /** As the slot names it; '' for none. */
  readonly model: string
  /** All of the slot's variants in their order, each with what it shows (by hash) and whether the person may get it. */
  readonly variants: readonly { readonly id: string; readonly hash: string; readonly eligible: boolean }[]
}

/** What a chooser is asked: which combination for this message, of all its slots at once, for they work together. */
export interface Question {
  readonly workspace: string
  readonly template: string
  readonly version: number
  /** The effect's id: the same question is answered in the same way. */
  readonly key: string
  readonly profile: string
  /** Each has a variant that the person may get. */
  readonly slots: readonly OpenSlot[]
}

/** Slots that are left out are drawn by chance. */
export interface Answer {
  readonly choices: Readonly<Record<string, Pick<SlotChoice, 'variant' | 'propensity' | 'by'>>>
  /** Records of what it rests on, as they are told with the receipt. */
  readonly decisions: readonly JsonObject[]
}

/** Whatever chooses: rules, chance, a model. Null when it has no answer in time. */
export type Chooser = (question: Question) => Promise<Answer | null>

/** Each candidate is as likely, by hash: a repeat gets the same. */
export function byChance({
  template,
  slot,
  key,
  candidates,
}: {
  template: string
  slot: string
  key: string
  candidates: readonly string[]
}): SlotChoice {
  const drawn = Math.floor(chance(`slot:${template}:${slot}`, key) * candidates.length)
  return { variant: candidates[drawn]!, propensity: 1 / candidates.length, by: 'chance' }
}

const NOTHING: SlotChoice = { variant: OTHERWISE, propensity: 1, by: OTHERWISE }

/** Of a slot by conditions: the first that holds. */
export const byCondition = ([first]: readonly string[]): SlotChoice =>
  first === undefined ? NOTHING : { variant: first, propensity: 1, by: 'condition' }

const eligibleOf = ({ variants }: OpenSlot): string[] => variants.flatMap(({ id, eligible }) => (eligible ? [id] : []))

/** The choices of all slots that a model may fill; a chooser that answers something impossible is not believed at all. */
export async function chosenTogether(
  question: Question,
  chooser: Chooser | undefined,
): Promise<{ readonly choices: Readonly<Record<string, SlotChoice>>; readonly decisions: readonly JsonObject[] }> {
  const open = question.slots.filter((each) => eligibleOf(each).length > 0)
  const told = open.length > 0 ? ((await chooser?.({ ...question, slots: open })) ?? null) : null
  const answer = told && open.every((each) => isPossible(each, told)) ? told : null
  const choices = question.slots.map((each) => {
    const candidates = eligibleOf(each)
    if (candidates.length === 0) return [each.slot, NOTHING] as const
    const chosen = answer && Object.hasOwn(answer.choices, each.slot) ? answer.choices[each.slot]! : undefined
    return [each.slot, { ...(chosen ?? byChance({ ...question, slot: each.slot, candidates })), among: candidates }] as const
  })
  return { choices: Object.fromEntries(choices), decisions: answer?.decisions ?? [] }
}

function isPossible(open: OpenSlot, { choices }: Answer): boolean {
  if (!Object.hasOwn(choices, open.slot)) return true
  const { variant, propensity } = choices[open.slot]!
  return eligibleOf(open).includes(variant) && propensity > 0 && propensity <= 1
}

/** By what it shows, whoever may get it: a variant that was rewritten is another one. */
export function hashOfVariant(variant: Pick<SlotVariant, 'fields' | 'body'>): string {
  const known = HASHES.get(variant)
  if (known !== undefined) return known
  const made = digest(canonical({ fields: variant.fields, body: variant.body ?? '' })).slice(0, 16)
  HASHES.set(variant, made)
  return made
}
const HASHES = new WeakMap<object, string>()

/** What a slot shows with this choice; null: nothing. */
export function partOf(slot: Slot, { variant }: Pick<SlotChoice, 'variant'>): Pick<SlotVariant, 'fields' | 'body'> | null {
  if (variant === OTHERWISE) return typeof slot.otherwise === 'string' ? null : slot.otherwise
  if (slot.by === 'recommendation') return slot
  return slot.variants.find(({ id }) => id === variant) ?? null
}

/** The texts of everything that slots can show: `/slots/<slot>/<variant>`, then by field. */
export const fieldsOf = (slots: Slots = {}): Record<string, Readonly<Record<string, string>>> =>
  Object.fromEntries(
    Object.entries(slots).flatMap(([name, slot]) => variantsOf(slot).map(({ id, fields }) => [`/slots/${name}/${id}`, fields] as const)),
  )

/** Everything that a slot can show, with what it is called. */
function variantsOf(slot: Slot): readonly Pick<SlotVariant, 'id' | 'fields' | 'body'>[] {
  const last = typeof slot.otherwise === 'string' ? [] : [{ id: OTHERWISE, ...slot.otherwise }]
  return slot.by === 'recommendation' ? [{ id: PRODUCTS, fields: slot.fields, body: slot.body }, ...last] : [...slot.variants, ...last]
}

const PLACE = /<slot\s+name=(?:"([a-z0-9_]{1,31})"|'([a-z0-9_]{1,31})')\s*(?:\/>|>\s*<\/slot>)/g

/** Writes the bodies of the variants where `<slot name="…" />` stands, each behind the question which was chosen. */
export function placeSlots(source: string, slots: Slots = {}, kind: 'mjml' | 'html' = 'html'): string {
  // In MJML, Liquid between tags is let through only inside of mj-raw.
  const raw = (liquid: string): string => (kind === 'mjml' ? `<mj-raw>${liquid}</mj-raw>` : liquid)
  return source.replace(PLACE, (_whole: string, double: string | undefined, single: string | undefined) => {
    const name = (double ?? single)!
    const slot = Object.hasOwn(slots, name) ? slots[name]! : undefined
    // `unfilledPlaces` tells of it.
    if (!slot) return ''
    const bodies = variantsOf(slot).filter(({ body }) => body !== undefined)
    if (bodies.length === 0) return ''
    const cases = bodies.map(({ id, body }, i) => `${raw(`${i === 0 ? `{% case slots.${name}.variant %}` : ''}{% when "${id}" %}`)}${body}`)
    return `${cases.join('')}${raw('{% endcase %}')}`
  })
}

/** Names of `<slot>` places that no slot fills. */
export const unfilledPlaces = (source: string, slots: Slots | undefined): string[] =>
  [...source.matchAll(PLACE)].map(([, double, single]) => (double ?? single)!).filter((name) => !slots || !Object.hasOwn(slots, name))

/** The conditions of a template's slots: what has to be asked of the person when the message is decided. */
export type SlotConditions = Readonly<Record<string, readonly { readonly id: string; readonly when: string | undefined }[]>>

/** Undefined when no slot has variants. */
export function slotConditions(slots: Slots | undefined): SlotConditions | undefined {
  const asked = Object.entries(slots ?? {}).flatMap(([name, slot]) =>
    slot.by === 'recommendation' ? [] : [[name, slot.variants.map(({ id, when }) => ({ id, when }))] as const],
  )
  return asked.length === 0 ? undefined : Object.fromEntries(asked)
}
