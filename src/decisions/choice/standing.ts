import { normalCdf, normalPdf } from '#lib/numeric/distributions.ts'
import { halfWidth, tuning } from '#lib/numeric/sequential.ts'
import type { DecisionRecord } from '../record.ts'
import { FALLBACK, NOTHING } from './decide.ts'

/** A choice with what has come of it: drawn by chance, or in the comparison group. */
export interface Came {
  readonly record: DecisionRecord
  /** Profile id. */
  readonly unit: string
  readonly reward: number
  readonly converted: boolean
}

/** A mean with its standard error; `n` decisions, worth `effective` alike ones. */
export interface Told {
  readonly n: number
  readonly effective: number
  readonly mean: number
  readonly error: number
}

export interface ArmStanding {
  readonly arm: string
  /** Decisions in which it could be chosen, and in which it was. */
  readonly possible: number
  readonly exposed: number
  readonly conversions: number
  /** What it brings each time, had everybody got it who could; null: it was never chosen. */
  readonly reward: Told | null
  /** What the comparison group brought where it was possible; null: nobody. */
  readonly control: Told | null
  /** With the interval that may be looked at any day; null: too few here or there. */
  readonly lift: { readonly estimate: number; readonly low: number; readonly high: number } | null
  /** Chance that it brings most, among those of which enough is known; null: too little is. */
  readonly best: number | null
}

/** So many before an interval is shown. */
export const LEAST = 100
/** Before a belief is drawn: with fewer its shape would be made up. */
export const LEAST_BELIEF = 30

interface Weighted {
  readonly unit: string
  readonly weight: number
  readonly reward: number
}

/** Weighted mean (Hájek 1971) with its error over people: many decisions of one person make nothing certain. */
export function toldOf(all: readonly Weighted[]): Told | null {
  const mass = all.reduce((sum, { weight }) => sum + weight, 0)
  if (!(mass > 0)) return null
  const mean = all.reduce((sum, { weight, reward }) => sum + weight * reward, 0) / mass
  const squares = all.reduce((sum, { weight }) => sum + weight * weight, 0)
  const off = new Map<string, number>()
  for (const { unit, weight, reward } of all) off.set(unit, (off.get(unit) ?? 0) + weight * (reward - mean))
  const people = off.size
  // One person alone says nothing about the next one.
  const more = people > 1 ? people / (people - 1) : 0
  const error = Math.sqrt([...off.values()].reduce((sum, each) => sum + each * each, 0) * more) / mass
  return { n: all.length, effective: (mass * mass) / squares, mean, error }
}

const possibleIn = ({ record }: Came, arm: string): boolean => record.candidates.some((each) => each.arm === arm && each.excluded === '')

/** How each option does against the comparison group, weighed by the chances that drew it: what suits few is not held against it. */
export function armStandings(all: readonly Came[]): ArmStanding[] {
  const drawn = all.filter(({ record: { by } }) => by === 'model' || by === 'cold_start')
  const control = all.filter(({ record: { by } }) => by === 'control')
  const names = new Set(all.flatMap(({ record }) => record.candidates.map(({ arm }) => arm)))
  const arms = [...names].filter((arm) => arm !== FALLBACK && arm !== NOTHING).sort()
  const standings = arms.map((arm) => standingOf(arm, { drawn, control }))
  const chances = bestChances(standings.map(({ reward }) => (believed(reward) ? reward : null)))
  return standings.map((each, i) => ({ ...each, best: chances[i]! }))
}

/** Whether enough is known for a belief. */
export const believed = (told: Told | null): told is Told => told !== null && told.n >= LEAST_BELIEF && told.error > 0

function standingOf(arm: string, { drawn, control }: Readonly<Record<'drawn' | 'control', readonly Came[]>>): Omit<ArmStanding, 'best'> {
  const chosen = drawn.filter(({ record }) => record.chosen === arm)
  const beside = control.filter((each) => possibleIn(each, arm))
  const reward = toldOf(chosen.map(({ unit, reward, record }) => ({ unit, reward, weight: 1 / record.propensity })))
  const against = toldOf(beside.map(({ unit, reward }) => ({ unit, reward, weight: 1 })))
  return {
    arm,
    possible: drawn.filter((each) => possibleIn(each, arm)).length,
    exposed: chosen.length,
    conversions: chosen.filter(({ converted }) => converted).length,
    reward,
    control: against,
    lift: liftOf(reward, against),
  }
}

function liftOf(a: Told | null, b: Told | null): ArmStanding['lift'] {
  if (!a || !b || a.n < LEAST || b.n < LEAST) return null
  const n = a.n + b.n
  const estimate = a.mean - b.mean
  const half = halfWidth(n, (a.error ** 2 + b.error ** 2) * n, { alpha: 0.05, rho: tuning(0.05, 5_000) })
  return { estimate, low: estimate - half, high: estimate + half }
}

const STEPS = 400
const FAR = 6

/** Chance of each mean to be the largest, where each is normal and by itself; null where one is not believed, and where fewer than two are. */
export function bestChances(beliefs: readonly (Pick<Told, 'mean' | 'error'> | null)[]): (number | null)[] {
  const known = beliefs.filter((each) => each !== null)
  if (known.length < 2) return beliefs.map(() => null)
  const raw = beliefs.map(
    (each) =>
      each &&
      chanceToLead(
        each,
        known.filter((other) => other !== each),
      ),
  )
  const sum = raw.reduce<number>((total, each) => total + (each ?? 0), 0)
  return raw.map((each) => (each === null ? null : each / sum))
}

/** ∫ of its density times the chance that all others lie below. */
function chanceToLead({ mean, error }: Pick<Told, 'mean' | 'error'>, others: readonly Pick<Told, 'mean' | 'error'>[]): number {
  const step = (2 * FAR) / STEPS
  let sum = 0
  for (let i = 0; i < STEPS; i++) {
    const z = -FAR + (i + 0.5) * step
    const x = mean + error * z
    sum += others.reduce((product, other) => product * normalCdf((x - other.mean) / other.error), normalPdf(z)) * step
  }
  return sum
}
