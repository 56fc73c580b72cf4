import type { EventRecord } from '#events/schema.ts'
import { milliseconds } from '#lib/duration.ts'
import type { Json } from '#lib/json.ts'
import { own, put } from '#lib/record.ts'
import { DAY, type Decayed, sumAt, united } from '../features/decay.ts'
import { type Models, modelsOfType } from '../snapshot.ts'
import { type Pressure, pressed, pressureAt, together } from './pressure.ts'

/** How often caps are drawn anew (ms): 13 weeks. */
export const QUARTER = 91 * DAY
/** The quarter in which a moment lies, counted from 1970. */
export const quarterOf = (now: number): number => Math.floor(now / QUARTER)

/** What is wanted of a person is averaged over about eight weeks. */
const WANTED_LIFE = 28 * DAY
const WEEK = 7 * DAY

/** What pressure models keep of a person. */
export interface PressureState {
  readonly v: 1
  /** By half-life (ms): versions that differ in it have pressures of their own. */
  readonly of: Readonly<Record<string, Pressure>>
  /** Marketing messages that the contact policy had room for, sent or not, with decay; and when the first of them was. */
  readonly wanted?: Decayed
  readonly first?: number
  /** Messages a week that were wanted before this quarter began: what the lot of the quarter has not touched. */
  readonly before?: readonly [quarter: number, perWeek: number]
}

const NOTHING: PressureState = { v: 1, of: {} }

/** A state as it is kept; one of another shape is none. */
export function storedPressure(kept: Json | undefined): PressureState {
  const state = kept as unknown as Partial<PressureState> | null | undefined
  return state?.v === 1 ? (state as PressureState) : NOTHING
}

const known = new WeakMap<Models, readonly number[]>()

/** The half-lives (ms) of all pressure models, ascending; reckoned once for each set of models. */
function livesOf(models: Models): readonly number[] {
  const found = known.get(models)
  if (found) return found
  const all = modelsOfType(models, 'pressure').flatMap(({ model, candidate }) => [model, ...(candidate ? [candidate.model] : [])])
  const lives = [...new Set(all.map(({ halfLife }) => milliseconds(halfLife)!))].sort((a, b) => a - b)
  known.set(models, lives)
  return lives
}

/** Of channels that reach a person. */
const REACHING: ReadonlySet<string> = new Set(['email', 'sms', 'push', 'inapp', 'whatsapp'])

/** A marketing message that was handed over presses; the very same where the event is none. */
export function hearPressure(kept: Json | undefined, { type, name, at, received, props }: EventRecord, models: Models): Json | undefined {
  if (type !== 'system' || name !== 'message.sent' || !models.byType.has('pressure')) return kept
  const contact = props['contact'] as { readonly lane?: unknown; readonly channel?: unknown } | undefined
  const channel = contact?.channel ?? props['channel']
  if (contact?.lane === 'transactional' || typeof channel !== 'string' || !REACHING.has(channel)) return kept
  const state = storedPressure(kept)
  const of: Record<string, Pressure> = {}
  for (const life of livesOf(models)) put(of, String(life), pressed(own(state.of, String(life)), Math.min(at, received), life))
  return { ...state, of } as unknown as Json
}

/** Of two people that turned out to be one. */
export function mergePressure(a: Json | undefined, b: Json | undefined): Json | undefined {
  if (a === undefined || b === undefined) return a ?? b
  const [ours, theirs] = [storedPressure(a), storedPressure(b)]
  const of: Record<string, Pressure> = {}
  for (const life of [...new Set([...Object.keys(ours.of), ...Object.keys(theirs.of)])].sort())
    put(of, life, together(own(ours.of, life), own(theirs.of, life), Number(life))!)
  const first = Math.min(ours.first ?? Infinity, theirs.first ?? Infinity)
  const before = beforeBoth(ours.before, theirs.before)
  return {
    v: 1,
    of,
    ...((ours.wanted || theirs.wanted) && { wanted: united(ours.wanted, theirs.wanted, [WANTED_LIFE]) }),
    ...(first < Infinity && { first }),
    ...(before && { before }),
  } as unknown as Json
}

type Before = NonNullable<PressureState['before']>
function beforeBoth(a: Before | undefined, b: Before | undefined): Before | undefined {
  if (!a || !b) return a ?? b
  if (a[0] !== b[0]) return a[0] > b[0] ? a : b
  return [a[0], a[1] + b[1]]
}

/** Messages a week, as of a moment; of somebody known for a short time over that time, at least a week. */
function rateAt({ wanted, first = 0 }: PressureState, at: number): number {
  if (!wanted || first > at) return 0
  const span = Math.max(WEEK, at - first)
  const weight = (WANTED_LIFE / WEEK / Math.LN2) * (1 - 2 ** (-span / WANTED_LIFE))
  return sumAt(wanted, 0, { halfLife: WANTED_LIFE, now: at }) / weight
}

/** Messages a week that were wanted of a person before the quarter of `now` began. */
export function wantedBefore(state: PressureState, now: number): number {
  const quarter = quarterOf(now)
  return state.before?.[0] === quarter ? state.before[1] : rateAt(state, quarter * QUARTER)
}

/** One more message was wanted, whatever became of it. */
export function wantedOnce(kept: Json | undefined, now: number): Json {
  const state = storedPressure(kept)
  const once: Decayed = [now, 1]
  return {
    ...state,
    wanted: united(state.wanted, once, [WANTED_LIFE]),
    first: Math.min(state.first ?? now, now),
    before: [quarterOf(now), wantedBefore(state, now)],
  } as unknown as Json
}

/** Pressure at a moment, with what is on its way (as if it had just been handed over). */
export const pressureOf = (
  state: PressureState,
  { now, halfLife, onItsWay }: { now: number; halfLife: number; onItsWay: number },
): number => pressureAt(own(state.of, String(halfLife)), now, halfLife) + onItsWay
