import { milliseconds } from '#lib/duration.ts'
import { chance } from '#lib/hash.ts'
import type { Json } from '#lib/json.ts'
import { draw, random } from '#lib/numeric/random.ts'
import type { Candidate, DecidedBy, DecisionRecord } from '../record.ts'
import { deciderOf } from '../rollout.ts'
import { type ModelOf, shareOf } from '../schema.ts'
import { askable, type ModelInForce, type ModelSilence, type Models, modelsOfType } from '../snapshot.ts'
import { readingsAt } from './hours.ts'
import type { Learned } from './learned.ts'
import { HOUR, type Hour, hoursBetween, PARTS } from './week.ts'
import { type Worth, worthOf } from './worth.ts'

/** At once, as without a choice of hours. */
export const NOW = 'now'

export interface HourQuestion {
  /** Of the decision, see `DecisionRecord.id`. */
  readonly id: string
  /** The person, for a model that is let act for a share of them. */
  readonly unit: string
  /** What waits for the hour: only of messages it is known what came of them. */
  readonly waits: 'message' | 'wait'
  /** Left out: the first send-time model by id. */
  readonly model?: string | undefined
  /** Epoch ms. */
  readonly now: number
  /** The last moment is before `now + within` (ms). */
  readonly within: number
  readonly zone: string
  /** The person's, in the form of ISO 3166; '' where it is not known. */
  readonly country: string
  /** `DecisionsSection.hours`. */
  readonly hours: Json | undefined
  /** The first moment in [from, to) that is allowed (epoch ms), or the reason code why there is none. */
  opening(from: number, to: number): number | string
}

export interface ChosenHour {
  /** When to go on, epoch ms; `now` where nothing better was found. */
  readonly at: number
  readonly record: DecisionRecord
}

/** Handing over takes time as well: nobody is put at the very end of an hour. */
const BEFORE_ITS_END = 0.95

/** An hour in which it may go. The moment in it is by hash, so that nine o'clock is no wall. */
interface Slot {
  readonly arm: string
  readonly hour: Hour
  /** The first allowed moment, epoch ms. */
  readonly first: number
  /** '' where it is allowed. */
  readonly excluded: string
}

/** The model that a step asks. */
const modelId = (models: Models, named: string | undefined): string => named ?? modelsOfType(models, 'send-time')[0]?.model.id ?? ''

/**
 * The hour at which a person most likely reads, among those allowed. A share of decisions goes at once, for comparison, a share at an allowed hour
 * by chance, so that the rates of hours can be learned; the rest at the best hour. Without an answer of the model: at once, and the record says why.
 */
export function chooseHour(models: Models, question: HourQuestion): ChosenHour {
  const id = modelId(models, question.model)
  const { decides, shadow } = deciderOf(models, id, question.unit)
  const slots = slotsOf(question)
  const chosen = decided(decides, question, slots)
  const record: DecisionRecord = { ...chosen.record, model: id }
  if (!shadow) return { at: chosen.at, record }
  const other = decided(shadow, question, slots).record
  const propensities = Object.fromEntries(other.candidates.map(({ arm, propensity }) => [arm, propensity]))
  return { at: chosen.at, record: { ...record, shadow: { model: id, snapshot: other.snapshot, chosen: other.chosen, propensities } } }
}

function slotsOf({ now, within, zone, opening }: HourQuestion): Slot[] {
  return hoursBetween(now, now + within, zone).map((hour, i) => {
    const arm = i === 0 ? NOW : hour.name
    const first = i === 0 ? opening(now, now + 1) : opening(hour.from, hour.to)
    return typeof first === 'string' ? { arm, hour, first: hour.from, excluded: first } : { arm, hour, first, excluded: '' }
  })
}

/** The moment in an hour; where it closes in between, the first that is allowed. */
function momentIn({ arm, hour, first }: Slot, { id, opening }: HourQuestion): number {
  if (arm === NOW) return first
  const at = first + Math.floor(chance('hour', id) * BEFORE_ITS_END * (hour.to - first))
  return at === first || opening(at, hour.to) === at ? at : first
}

function decided(inForce: ModelInForce | undefined, question: HourQuestion, slots: readonly Slot[]): ChosenHour {
  const found = asked(inForce, question)
  const about = { modelVersion: inForce?.version ?? 0, snapshot: inForce?.snapshot?.serial ?? 0 }
  if (typeof found === 'string') return atOnce(question, { silence: found, slots, about })
  const { control, explore } = sharesOf(found.model)
  const open = slots.flatMap(({ excluded }, i) => (excluded === '' ? [i] : []))
  if (open.length === 0) return atOnce(question, { silence: 'no_candidate', slots, about })
  const worths = slots.map(({ hour }) => found.worth.at(hour.bin))
  if (!worths.every(Number.isFinite)) return atOnce(question, { silence: 'model_not_finite', slots, about })
  const best = open.reduce((most, i) => (worths[i]! > worths[most]! ? i : most))
  const propensity = (i: number): number =>
    (i === 0 ? control : 0) + (slots[i]!.excluded === '' ? explore / open.length : 0) + (i === best ? 1 - control - explore : 0)
  const { group, index } = drawn(question.id, { control, explore, open, best })
  const candidates = slots.map((slot, i): Candidate => {
    const p = propensity(i)
    // At once is always possible: what closes the hour holds the message as it would without a choice.
    const excluded = p > 0 ? '' : slot.excluded
    return { arm: slot.arm, excluded, predicted: rounded(worths[i]!), propensity: p }
  })
  return {
    at: momentIn(slots[index]!, question),
    record: {
      id: question.id,
      kind: 'send_time',
      model: '',
      ...about,
      by: group === 'control' ? 'control' : 'model',
      candidates,
      chosen: slots[index]!.arm,
      propensity: propensity(index),
      seed: question.id,
      features: {
        explored: group === 'explore' ? 1 : 0,
        message: question.waits === 'message' ? 1 : 0,
        bin: slots[index]!.hour.bin,
        part: PARTS.indexOf(found.worth.part),
        worth: rounded(found.worth.relative(slots[index]!.hour.bin)),
        readings: rounded(found.readings),
        within_hours: rounded(question.within / HOUR),
      },
      unit: found.worth.unit,
    },
  }
}

const rounded = (value: number): number => Math.round(value * 1e6) / 1e6

interface Groups {
  readonly control: number
  readonly explore: number
  readonly open: readonly number[]
  readonly best: number
}

/** Which group the decision is in, by chance from its own id, and which slot that means. */
function drawn(seed: string, { control, explore, open, best }: Groups): { group: 'control' | 'explore' | 'best'; index: number } {
  const r = random(seed)
  const group = (['control', 'explore', 'best'] as const)[draw(r, [control, explore, 1 - control - explore])]!
  if (group === 'control') return { group, index: 0 }
  return group === 'best' ? { group, index: best } : { group, index: open[Math.floor(r.uniform() * open.length)]! }
}

function sharesOf(model: ModelOf<'send-time'>): { control: number; explore: number } {
  const control = shareOf(model.control)
  return { control, explore: Math.min(shareOf(model.explore), 1 - control) }
}

interface Answer {
  readonly model: ModelOf<'send-time'>
  readonly worth: Worth
  readonly readings: number
}

/** What the model says of each hour, or why it says nothing. */
function asked(inForce: ModelInForce | undefined, { now, hours, country }: HourQuestion): Answer | ModelSilence {
  if (inForce?.model.type !== 'send-time') return 'model_missing'
  const { model } = inForce
  const snapshot = askable(inForce, now, milliseconds(model.freshFor)!)
  if (typeof snapshot === 'string') return snapshot
  const readings = readingsAt(hours, model.id, { now, halfLife: milliseconds(model.halfLife)! })
  const worth = worthOf(snapshot.body as Learned, { readings, country })
  return { model, worth, readings: readings.reduce((sum, each) => sum + each, 0) }
}

interface Silent {
  readonly silence: NonNullable<DecisionRecord['silence']>
  readonly slots: readonly Slot[]
  readonly about: Pick<DecisionRecord, 'modelVersion' | 'snapshot'>
}

const FALLBACK: DecidedBy = 'fallback'
function atOnce({ id, now, within }: HourQuestion, { silence, slots, about }: Silent): ChosenHour {
  const later = silence === 'no_candidate' ? slots.slice(1) : []
  return {
    at: now,
    record: {
      id,
      kind: 'send_time',
      model: '',
      ...about,
      by: FALLBACK,
      silence,
      candidates: [
        { arm: NOW, excluded: '', propensity: 1 },
        ...later.map(({ arm, excluded }): Candidate => ({ arm, excluded, propensity: 0 })),
      ],
      chosen: NOW,
      propensity: 1,
      seed: id,
      features: { within_hours: rounded(within / HOUR) },
    },
  }
}
