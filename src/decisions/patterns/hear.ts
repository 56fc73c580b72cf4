import { z } from 'zod'
import { milliseconds } from '#lib/duration.ts'
import type { Json } from '#lib/json.ts'
import { askable, type ModelInForce, type ModelSilence } from '../snapshot.ts'
import type { PersonOfModel } from '../state.ts'
import { baselineLogit, calibrated, columnsFor, count, newTally, writeRow } from './baseline.ts'
import { step } from './gru.ts'
import { HORIZON_NAMES, surpriseOf, targetLogit } from './heads.ts'
import {
  codeAt,
  lastTime,
  lengthOf,
  NOW,
  nameCode,
  OTHER,
  type Sequence,
  STEP_FEATURES,
  secondOf,
  timeAt,
  writeFeatures,
} from './sequence.ts'
import { type PatternBody, packed, unpack } from './snapshot.ts'
import { smoothed } from './surprise.ts'
import { type Found, tellAnomaly, tellPattern } from './tell.ts'

/** What a pattern model keeps of a person beside the score. */
export const KeptPattern = z.strictObject({
  /** Serial of the snapshot that made it; with another one the last events are read again. */
  serial: z.number(),
  /** Hidden state: 32 float32 in base64. */
  hidden: z.string(),
  /** Events heard, all told (those that were read again included). */
  heard: z.number(),
  /** Running mean of surprise, nats. */
  mean: z.number().optional(),
  /** Events in a row above the mark. */
  over: z.number().optional(),
  /** The pattern was told and has not gone yet; the same of an anomaly. */
  told: z.literal(true).optional(),
  odd: z.literal(true).optional(),
  /** Log time until which no anomaly is told, epoch ms. */
  oddCooling: z.number().optional(),
})
export type KeptPattern = z.output<typeof KeptPattern>

export interface Heard {
  readonly of: PersonOfModel | undefined
  readonly found: readonly Found[]
  /** Probability of the target within the model's time; left out where the model is silent. */
  readonly score?: number
  readonly silence?: ModelSilence
}

export interface HeardEvent {
  readonly name: string
  /** Epoch ms. */
  readonly at: number
}

export interface Hearing {
  /** The version that decides for this person (see `deciderOf`). */
  readonly inForce: ModelInForce<'pattern'>
  /** What the person did before. */
  readonly before: Sequence | undefined
  /** Log time, epoch ms. */
  readonly now: number
}

/** What a pattern model makes of one more event of a person (A2): one step of the network, a score, and what there is to tell. */
export function hearEvent(of: PersonOfModel | undefined, event: HeardEvent, hearing: Hearing): Heard {
  const { inForce, before, now } = hearing
  const body = bodyOf(inForce, now)
  if (typeof body === 'string') return { of, found: [], silence: body }
  const kept = caughtUp(of, hearing, body)
  const z = inForce.model.anomaly?.z ?? DEFAULT_Z
  const known = before ?? { first: secondOf(event.at), events: '' }
  const second = Math.max(secondOf(event.at), lastTime(before) ?? 0)
  takeStep(body, kept, { code: nameCode(event.name), second, last: lastTime(before), first: known.first, z })
  const score = scoreNow(body, kept.hidden, { sequence: before, code: nameCode(event.name), second, first: known.first })
  return settled({ of, kept, score, hearing, body, surprised: true })
}

/** The clock asks: how likely is the target now that nothing has happened for so long? The hidden state stays what it was. */
export function lookAgain(of: PersonOfModel | undefined, hearing: Hearing): Heard {
  const { inForce, before, now } = hearing
  const last = lastTime(before)
  const body = bodyOf(inForce, now)
  if (typeof body === 'string') return { of, found: [], silence: body }
  if (!before || last === undefined) return { of, found: [] }
  const kept = caughtUp(of, hearing, body)
  const asked = kept.hidden.slice()
  const second = Math.max(secondOf(now), last)
  const x = new Float64Array(STEP_FEATURES)
  writeFeatures(x, 0, { gap: second - last, age: second - before.first, second })
  step(body.net, asked, { type: NOW, x })
  const score = scoreNow(body, asked, { sequence: before, second, first: before.first })
  return settled({ of, kept, score, hearing, body, surprised: false })
}

/** Days after the last event at which the clock asks: the longer nothing happens, the less often. */
const LOOKS = [1, 2, 4, 8, 16, 32] as const

/** When the clock asks next (epoch ms); undefined: not before the next event. */
export function nextLook(sequence: Sequence | undefined, now: number): number | undefined {
  const last = lastTime(sequence)
  if (last === undefined) return undefined
  return LOOKS.map((days) => (last + days * 86_400) * 1_000).find((at) => at > now)
}

/** What two people keep who turn out to be one: the events of both are read again, in order. */
export function unitedKept(a: PersonOfModel | undefined, b: PersonOfModel | undefined): PersonOfModel | undefined {
  const one = a ?? b
  if (!one?.kept) return one
  const cooling = Math.max(a?.cooling ?? 0, b?.cooling ?? 0)
  const kept = { ...(one.kept as unknown as KeptPattern), serial: 0 }
  return { ...one, kept: kept as unknown as Json, ...(cooling > 0 ? { cooling } : {}) }
}

const DEFAULT_Z = 4

function bodyOf(inForce: ModelInForce<'pattern'>, now: number): PatternBody | ModelSilence {
  const snapshot = askable(inForce as unknown as ModelInForce, now, milliseconds(inForce.model.freshFor)!)
  return typeof snapshot === 'string' ? snapshot : (snapshot.body as PatternBody)
}

/** The kept state while it is worked on. */
interface Working extends Omit<KeptPattern, 'hidden'> {
  hidden: Float64Array
  heard: number
  mean?: number | undefined
}

/** What was kept, or (where another snapshot made it) what the last events are to this one. */
function caughtUp(of: PersonOfModel | undefined, { before, inForce }: Hearing, body: PatternBody): Working {
  const kept = of?.kept as unknown as KeptPattern | undefined
  const hidden = new Float64Array(body.net.shape.units)
  const serial = inForce.snapshot!.serial
  if (kept?.serial === serial) {
    unpack(kept.hidden, hidden)
    return { ...kept, hidden }
  }
  const working: Working = { ...kept, serial, hidden, heard: 0, mean: undefined, over: undefined }
  const z = inForce.model.anomaly?.z ?? DEFAULT_Z
  for (let i = 0; i < lengthOf(before); i++) {
    const last = i === 0 ? undefined : timeAt(before!, i - 1)
    takeStep(body, working, { code: codeAt(before!, i), second: timeAt(before!, i), last, first: before!.first, z })
  }
  return working
}

interface Step {
  readonly code: number
  readonly second: number
  readonly last: number | undefined
  readonly first: number
  readonly z: number
}

function takeStep(body: PatternBody, working: Working, { code, second, last, first, z }: Step): void {
  const type = body.typeByCode.get(code) ?? OTHER
  const gap = last === undefined ? 0 : second - last
  if (body.surprise && last !== undefined) {
    const surprise = surpriseOf(body.net, working.hidden, { type, hours: gap / 3_600 })
    working.mean = smoothed(working.mean ?? body.surprise.median, surprise, { scale: body.surprise, z })
  }
  const x = new Float64Array(STEP_FEATURES)
  writeFeatures(x, 0, { gap, age: second - first, second })
  step(body.net, working.hidden, { type, x })
  working.heard++
}

interface Moment {
  readonly sequence: Sequence | undefined
  /** Of the event that has just come; left out where the clock asks. */
  readonly code?: number
  readonly second: number
  readonly first: number
}

function scoreNow(body: PatternBody, hidden: Float64Array, moment: Moment): number {
  if (body.serves === 'network') return calibrated(targetLogit(body.net, hidden, HORIZON_NAMES.indexOf(body.horizon)), body.calibration)
  return calibrated(baselineLogit(body.baseline.weights, rowOf(body, moment)), body.baseline.calibration)
}

/** The row of the baseline: counts of the last events. */
function rowOf(body: PatternBody, { sequence, code, second, first }: Moment): Float64Array {
  const tally = newTally(body.net.shape.types)
  const { target } = body
  for (let i = 0; i < lengthOf(sequence); i++) {
    count(tally, body.typeByCode.get(codeAt(sequence!, i)) ?? OTHER, { second: timeAt(sequence!, i), target })
  }
  if (code !== undefined) count(tally, body.typeByCode.get(code) ?? OTHER, { second, target })
  const features = new Float64Array(STEP_FEATURES)
  const last = lastTime(sequence)
  writeFeatures(features, 0, { gap: last === undefined ? 0 : second - last, age: second - first, second })
  const row = new Float64Array(columnsFor(body.net.shape.types))
  writeRow(row, 0, { tally, second, features })
  return row
}

interface Answer {
  readonly of: PersonOfModel | undefined
  readonly kept: Working
  readonly score: number
  readonly hearing: Hearing
  readonly body: PatternBody
  /** Whether an event came: only then there was something to be surprised by. */
  readonly surprised: boolean
}

/** What is told now, and what is kept. */
function settled({ of, kept, score, hearing, body, surprised }: Answer): Heard {
  if (!Number.isFinite(score) || !kept.hidden.every(Number.isFinite)) return { of, found: [], silence: 'model_not_finite' }
  const { model } = hearing.inForce
  const { now } = hearing
  const pattern = tellPattern({ model, body, serial: kept.serial, now }, { score, told: kept.told, cooling: of?.cooling })
  const anomaly = surprised ? tellAnomaly({ model, body, serial: kept.serial, now }, kept) : { ...kept, found: [] }
  const next: KeptPattern = {
    serial: kept.serial,
    hidden: packed(kept.hidden),
    heard: kept.heard,
    ...(kept.mean === undefined ? {} : { mean: kept.mean }),
    ...(anomaly.over ? { over: anomaly.over } : {}),
    ...(pattern.told ? { told: true as const } : {}),
    ...(anomaly.odd ? { odd: true as const } : {}),
    ...(anomaly.oddCooling === undefined ? {} : { oddCooling: anomaly.oddCooling }),
  }
  const cooling = pattern.cooling === undefined ? {} : { cooling: pattern.cooling }
  return { of: { ...of, score, at: now, kept: next as unknown as Json, ...cooling }, found: [...pattern.found, ...anomaly.found], score }
}
