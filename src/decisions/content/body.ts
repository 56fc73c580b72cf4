import { z } from 'zod'
import { own } from '#lib/record.ts'
import type { Shares } from './choose.ts'

const Option = z.strictObject({
  id: z.string(),
  /** Of what it shows: a variant that was rewritten is another one. */
  hash: z.string(),
})
const LearnedSlot = z.strictObject({ slot: z.string(), options: z.array(Option).min(1).max(20) })

/** Those who may get the same: the shares among that, likeliest first. */
const Audience = z.strictObject({
  /** Of `audienceOf`; the first audience is that of everything. */
  among: z.string(),
  /** Of the model alone, the uniform slice not counted in; they sum to 1, or are cut off where they are small. */
  layouts: z
    .array(z.strictObject({ options: z.array(z.int().nonnegative()), share: z.number().min(0).max(1), rate: z.number().min(0).max(1) }))
    .min(1)
    .max(200),
  /** Share of the leader's rate that might still be gained, with 5 % probability of more. */
  remaining: z.number().nonnegative(),
})

const LearnedTemplate = z.strictObject({
  /** Version of the document whose slots these are. */
  version: z.int().positive(),
  slots: z.array(LearnedSlot).min(1),
  uniform: z.number().min(0).max(1),
  audiences: z.array(Audience).min(1).max(20),
})
export type LearnedTemplate = z.output<typeof LearnedTemplate>

/** What a model of type `content` has learned, by template. */
export const ContentBody = z.strictObject({ v: z.literal(1), templates: z.record(z.string(), LearnedTemplate) })
export type ContentBody = z.output<typeof ContentBody>

/** Throws with a sentence. */
export function decodeContent(text: string): ContentBody {
  const body = ContentBody.parse(JSON.parse(text))
  for (const [name, { slots, audiences }] of Object.entries(body.templates))
    for (const { options } of audiences.flatMap(({ layouts }) => layouts))
      if (options.length !== slots.length || options.some((option, i) => option >= slots[i]!.options.length))
        throw new Error(`A combination of ${name} names an option that it does not have.`)
  return body
}

/** A slot with what can be shown in it. */
export interface SlotOptions {
  readonly slot: string
  readonly options: readonly { readonly id: string; readonly hash: string }[]
}

/** The name of those who may get just these options: `hero:a,b foot:x,y`. */
export const audienceOf = (slots: readonly { readonly slot: string; readonly options: readonly string[] }[]): string =>
  slots.map(({ slot, options }) => `${slot}:${options.join(',')}`).join(' ')

/** What was learned of a template, if every option that is asked for is the one that it was learned of. */
export function learnedOf(body: ContentBody, template: string, asked: readonly SlotOptions[]): LearnedTemplate | undefined {
  const learned = own(body.templates, template)
  const isKnown = ({ slot, options }: SlotOptions): boolean => {
    const known = learned?.slots.find((each) => each.slot === slot)
    return known !== undefined && options.every(({ id, hash }) => known.options.some((each) => each.id === id && each.hash === hash))
  }
  return asked.every(isKnown) ? learned : undefined
}

/** The shares of those who may get just these options; where nobody has learned of them apart, those of everybody. */
export function sharesFor(
  learned: LearnedTemplate,
  asked: readonly { readonly slot: string; readonly options: readonly string[] }[],
): Shares {
  const whole = learned.slots.map(({ slot, options }) => ({
    slot,
    options: asked.find((each) => each.slot === slot)?.options ?? options.map(({ id }) => id),
  }))
  const among = audienceOf(whole)
  const { layouts } = learned.audiences.find((each) => each.among === among) ?? learned.audiences[0]!
  const places = asked.map(({ slot }) => learned.slots.findIndex((each) => each.slot === slot))
  const summed = new Map<string, { options: string[]; share: number }>()
  for (const { options, share } of layouts) {
    const named = places.map((at) => learned.slots[at]!.options[options[at]!]!.id)
    const key = named.join(' ')
    const known = summed.get(key)
    if (known) known.share += share
    else summed.set(key, { options: named, share })
  }
  return { slots: asked.map(({ slot }) => slot), uniform: learned.uniform, layouts: [...summed.values()] }
}
