import { bernoulliInterval } from '../inference/exact.ts'
import { figuresOf, harmOf } from '../inference/figures.ts'
import { amount, difference, levelOf } from '../inference/say.ts'
import { oneSided } from '../inference/sequential.ts'
import { type ArmStatistics, momentsOf } from '../inference/statistics.ts'
import { nameOf, unitOf } from '../metrics/schema.ts'
import { type Measured, statistics } from './report.ts'
import type { Described, Guard } from './sources.ts'

/** A guardrail that is surely crossed. */
export interface Crossed {
  readonly arm: string
  readonly metric: string
  readonly guard: Guard
  readonly sentence: string
}

export interface GuardsAsked {
  readonly described: Pick<Described, 'key' | 'arms' | 'alpha'>
  /** Guardrails with what facts say of them. */
  readonly measured: readonly Measured[]
  readonly currency: string
}

const NARROWEST = 5_000

/**
 * Guardrails that people who are treated surely cross: against control by more than is tolerated, or (`atMost`) by themselves. Bounds are one-sided and
 * hold at all looks together; over all guardrails and arms a stop without harm has a chance of at most alpha.
 */
export function crossedGuards({ described, measured, currency }: GuardsAsked): Crossed[] {
  const control = described.arms.find((arm) => arm.control)
  const treated = described.arms.filter((arm) => arm !== control)
  const alpha = described.alpha / Math.max(1, measured.length * treated.length * 2)
  return measured.flatMap((each) => {
    const { metric, guard } = each
    if (!guard) return []
    const arms = statistics(each)
    const unit = { unit: unitOf(metric), ...(unitOf(metric) === 'money' && { currency }) }
    return treated.flatMap(({ id: arm, name }): Crossed[] => {
      const [mine, base] = [arms[arm], control && arms[control.id]]
      if (!mine) return []
      const found = (sentence: string): Crossed => ({ arm, metric: metric.id, guard, sentence })
      const certain = `${levelOf(alpha)}, valid however often you look`
      const worse = control && base ? worseBy({ each, mine, base, names: { control: control.id, treated: arm }, alpha }) : null
      if (worse !== null && worse > guard.tolerate)
        return [
          found(
            `“${nameOf(metric)}” of “${name}” is worse than in control by at least ${difference(worse, unit)}, and ${difference(guard.tolerate, unit)} were tolerated (${certain}).`,
          ),
        ]
      const least = guard.atMost === undefined ? null : atLeast(mine, alpha)
      if (least === null || !(least > guard.atMost!)) return []
      return [
        found(
          `“${nameOf(metric)}” of “${name}” is at least ${amount(least, unit)}, and must be at most ${amount(guard.atMost!, unit)} (${certain}).`,
        ),
      ]
    })
  })
}

interface SidesAsked {
  readonly each: Measured
  readonly mine: ArmStatistics
  readonly base: ArmStatistics
  readonly names: { readonly control: string; readonly treated: string }
  readonly alpha: number
}

/** By how much it is worse at least, counted upwards; null: nobody can say yet. */
function worseBy({ each: { metric, role }, mine, base, names, alpha }: SidesAsked): number | null {
  const asked = { id: metric.id, name: nameOf(metric), role, better: metric.better, unit: unitOf(metric), arms: {} }
  const sides = { control: base, treated: mine, names }
  const figures = figuresOf(asked, sides, { alpha, prior: null, narrowestAt: NARROWEST, seed: `${metric.id}/${names.treated}` })
  return harmOf(asked, { control: base, treated: mine }, { figures, alpha, narrowestAt: NARROWEST })?.low ?? null
}

const LEAST = 100

/** The least that the mean can be; of rates exact, so it holds from the first person on. */
function atLeast(arm: ArmStatistics, alpha: number): number | null {
  if (arm.kind === 'quantile') return null
  if (arm.kind === 'proportion') return arm.n === 0 ? null : bernoulliInterval({ x: arm.sum, n: arm.n }, { alpha: 2 * alpha, at: 500 })[0]
  const moments = arm.n < LEAST ? null : momentsOf(arm)
  if (!moments) return null
  return oneSided(
    { estimate: moments.mean, se: Math.sqrt(moments.variance / moments.n), n: moments.n, df: moments.n - 1 },
    { alpha, narrowestAt: NARROWEST },
  ).low
}

/** The experiment with the arm given what control gets: its people keep their arm, and nothing is tried on them any more. */
export function tamed(experiment: Readonly<Record<string, unknown>>, arm: string): Readonly<Record<string, unknown>> {
  const arms = experiment['arms'] as readonly Readonly<Record<string, unknown>>[]
  const control = arms.find((each) => each['control'] === true)
  if (!control) throw new Error('an experiment without a control is live')
  const treatment = Object.fromEntries(TREATMENTS.filter((name) => name in control).map((name) => [name, control[name]]))
  return { ...experiment, arms: arms.map((each) => (each['id'] === arm ? { ...each, ...treatment } : each)) }
}
const TREATMENTS = ['enters', 'contact', 'shows', 'hour']
