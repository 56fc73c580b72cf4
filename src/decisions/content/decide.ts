import { milliseconds } from '#lib/duration.ts'
import type { Candidate, DecidedBy, DecisionRecord } from '../record.ts'
import { askable, type ModelInForce, type ModelSilence, type Snapshot } from '../snapshot.ts'
import { type ContentBody, learnedOf, type SlotOptions, sharesFor } from './body.ts'
import { chancesOf, chooseLayout, type Shares } from './choose.ts'

/** A slot of a message with all its variants; those that are not eligible have a condition that did not hold. */
export interface AskedSlot {
  readonly slot: string
  readonly variants: readonly { readonly id: string; readonly hash: string; readonly eligible: boolean }[]
}

/** All that the choice of a combination hangs on. */
export interface ContentQuestion {
  /** Of the decision; the seed as well. */
  readonly id: string
  readonly template: string
  readonly version: number
  /** Each with something eligible. */
  readonly slots: readonly AskedSlot[]
  readonly model: string
  readonly inForce: ModelInForce<'content'> | undefined
  /** A version that is only asked what it would have done. */
  readonly shadow: ModelInForce<'content'> | undefined
  /** Epoch ms. */
  readonly now: number
}

export interface ContentDecision {
  readonly record: DecisionRecord
  /** By slot. */
  readonly options: Readonly<Record<string, string>>
}

/** Combinations that a record lists one by one; the others are added up. */
const LISTED = 24
/** What those others are called: no combination has this name. */
export const OTHERS = 'others'

/** `hero:a foot:x`. */
export const layoutName = (slots: readonly string[], options: readonly string[]): string =>
  slots.map((slot, i) => `${slot}:${options[i]}`).join(' ')

/** Chooses one combination for all slots; pure, so that the same question has the same answer anywhere, at any time. */
export function decideContent(question: ContentQuestion): ContentDecision {
  const { id, template, version, model, inForce, shadow, now } = question
  const eligible = question.slots.map(({ slot, variants }) => ({ slot, options: variants.filter((each) => each.eligible) }))
  const found = asked(inForce, { template, eligible, now })
  const given: Given = {
    id,
    model,
    modelVersion: inForce?.version ?? 0,
    content: { template, version, slots: eligible.map(({ slot, options }) => ({ slot, options: options.map((each) => each.id) })) },
    excluded: question.slots.flatMap(({ slot, variants }) => variants.flatMap((each) => (each.eligible ? [] : [`${slot}:${each.id}`]))),
    ...(typeof found === 'string' ? { silence: found, snapshot: null } : { snapshot: found }),
  }
  const beside = shadow && asked(shadow, { template, eligible, now })
  if (beside === undefined || typeof beside === 'string') return answered(given)
  const would = answered({ ...given, snapshot: beside })
  const decision = answered(given)
  const { chosen, candidates } = would.record
  const propensities = Object.fromEntries(candidates.map(({ arm, propensity }) => [arm, propensity]))
  return { ...decision, record: { ...decision.record, shadow: { model, snapshot: beside.serial, chosen, propensities } } }
}

/** The same record again from itself and the snapshot that it names (null for 0): bit for bit, or something has been changed. */
export function recomputeContent(record: DecisionRecord, snapshot: Snapshot | null): DecisionRecord {
  const { id, model, modelVersion, content, silence, shadow, candidates } = record
  if (!content) throw new Error('The record does not say what its slots could show.')
  const excluded = candidates.flatMap((each) => (each.excluded === '' ? [] : [each.arm]))
  const given = { id, model, modelVersion, content, excluded, snapshot: snapshot as Snapshot<ContentBody> | null }
  const again = answered({ ...given, ...(silence && { silence: silence as ModelSilence }) }).record
  return { ...again, ...(shadow && { shadow }) }
}

/** The snapshot that answers for these options, or why none does: of options that were rewritten since, nothing is known yet. */
function asked(
  inForce: ModelInForce<'content'> | undefined,
  { template, eligible, now }: { template: string; eligible: readonly SlotOptions[]; now: number },
): Snapshot<ContentBody> | ModelSilence {
  const found = askable(inForce, now, inForce ? milliseconds(inForce.model.freshFor)! : 0)
  if (typeof found === 'string') return found
  const snapshot = found as Snapshot<ContentBody>
  return learnedOf(snapshot.body, template, eligible) ? snapshot : 'model_cold'
}

interface Given {
  readonly id: string
  readonly model: string
  readonly modelVersion: number
  readonly content: NonNullable<DecisionRecord['content']>
  /** Variants whose condition did not hold, as `slot:variant`. */
  readonly excluded: readonly string[]
  /** Null: there is no answer. */
  readonly snapshot: Snapshot<ContentBody> | null
  readonly silence?: ModelSilence
}

function answered({ id, model, modelVersion, content, excluded, snapshot, silence }: Given): ContentDecision {
  const { slots } = content
  const learned = snapshot && snapshot.body.templates[content.template]!
  const shares: Shares = learned ? sharesFor(learned, slots) : { slots: slots.map(({ slot }) => slot), uniform: 0, layouts: [] }
  const eligible = Object.fromEntries(slots.map(({ slot, options }) => [slot, options]))
  const drawn = chooseLayout(shares, eligible, id)
  if (!drawn) throw new Error('A slot without a variant was asked for.')
  const chosen = shares.slots.map((slot) => drawn.options[slot]!)
  const shown = candidatesOf(shares, { eligible, chosen })
  const record: DecisionRecord = {
    id,
    kind: 'content',
    model,
    modelVersion,
    snapshot: snapshot?.serial ?? 0,
    by: decidedBy(drawn.by, silence),
    ...(silence && { silence }),
    candidates: [...shown, ...excluded.map((arm) => ({ arm, excluded: 'condition', propensity: 0 }))],
    chosen: layoutName(shares.slots, chosen),
    propensity: drawn.propensity,
    seed: id,
    features: { uniform: drawn.by === 'model' ? 0 : 1 },
    content,
  }
  return { record, options: drawn.options }
}

/** What has learned nothing yet, or too long ago, explores; whatever else keeps a model silent is told as that. */
const decidedBy = (by: 'model' | 'uniform' | 'cold_start', silence: ModelSilence | undefined): DecidedBy =>
  silence !== undefined && silence !== 'model_cold' && silence !== 'model_stale' ? 'fallback' : by === 'cold_start' ? 'cold_start' : 'model'

/** The likeliest combinations, the chosen one, and all others in one; their chances sum to 1. */
function candidatesOf(
  shares: Shares,
  { eligible, chosen }: { eligible: Readonly<Record<string, readonly string[]>>; chosen: readonly string[] },
): Candidate[] {
  const chances = chancesOf(shares, eligible)!
  const { slots } = shares
  const known = new Map(chances.listed.map(({ options, share }) => [layoutName(slots, options), share]))
  const named = [...known].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).map(([arm]) => arm)
  const mine = layoutName(slots, chosen)
  const arms =
    chances.many <= LISTED ? [...new Set([...named, ...product(slots, eligible)])] : [...new Set([mine, ...named.slice(0, LISTED)])]
  const listed = arms.map((arm): Candidate => ({ arm, excluded: '', propensity: known.get(arm) ?? chances.other }))
  if (arms.length >= chances.many) return listed
  const sum = listed.reduce((total, { propensity }) => total + propensity, 0)
  return [...listed, { arm: OTHERS, excluded: '', propensity: Math.max(0, 1 - sum) }]
}

/** Every combination, in order. */
const product = (slots: readonly string[], eligible: Readonly<Record<string, readonly string[]>>): string[] =>
  slots
    .reduce<string[][]>((all, slot) => all.flatMap((head) => eligible[slot]!.map((option) => [...head, option])), [[]])
    .map((options) => layoutName(slots, options))
