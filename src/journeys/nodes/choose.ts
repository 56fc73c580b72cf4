import { pricesOf, withTakes } from '#decisions/budgets/in-force.ts'
import { decide, FALLBACK, type Group, NOTHING, type Offered } from '#decisions/choice/decide.ts'
import { featuresOf } from '#decisions/features/read.ts'
import type { About, DecisionRecord } from '#decisions/record.ts'
import { deciderOf } from '#decisions/rollout.ts'
import { shareOf } from '#decisions/schema.ts'
import type { ModelInForce } from '#decisions/snapshot.ts'
import { milliseconds } from '#lib/duration.ts'
import { chance } from '#lib/hash.ts'
import { own } from '#lib/record.ts'
import type { Scope } from '#segments/condition/scope.ts'
import { condition } from '../conditions.ts'
import { deedId } from '../deeds.ts'
import type { Enrollment } from '../enrollment.ts'
import type { Move, Prepare, Standing } from '../node.ts'
import type { Reason } from '../reasons.ts'
import { roundOf } from '../rounds.ts'
import { byChannel } from '../sends.ts'
import type { ChooseStep, Step } from '../steps.ts'
import { standingOf } from '../turn.ts'

interface Option {
  readonly arm: string
  readonly about: About
  readonly holds: ((scope: Scope) => boolean) | null
  /** The message that it leads to without anything that decides between; null: none that is known beforehand. */
  readonly message: string | null
  readonly to: string | null
}

/** A model chooses among what is possible for this person now. */
export const choose: Prepare<ChooseStep> = (step, { next, into }) => {
  const options = step.options.map(({ id, when, steps, offer, cost, gives, value, takes }): Option => {
    const message = firstMessage(steps)
    const about: About = {
      ...(message && { channel: message.channel }),
      ...(offer !== undefined && { offer }),
      ...(cost !== undefined && { cost }),
      ...(gives !== undefined && { gives }),
      ...(value !== undefined && { worth: value }),
      ...(takes && { takes }),
    }
    return { arm: id, about, holds: when === undefined ? null : condition(when), message: message?.id ?? null, to: into(steps) }
  })
  const ways = new Map<string, string | null>([
    ...options.map(({ arm, to }) => [arm, to] as const),
    [FALLBACK, into(step.fallback)],
    [NOTHING, next],
  ])
  return {
    step,
    next,
    arrive(at): Move {
      const key = [step.id, roundOf(at.run.loops)].filter(Boolean).join(':')
      const before = own(at.run.chosen ?? {}, key)
      // Somebody whom an edit leads here again gets what they got, as long as it is there.
      if (before !== undefined && ways.has(before)) return { kind: 'go', to: ways.get(before)!, reason: reasonAgain(before) }
      const record = decided(step, at, options)
      const { chosen, propensity } = record
      return {
        kind: 'go',
        to: ways.get(chosen)!,
        reason: reasonOf(record),
        decision: { arm: chosen, propensity, record },
        chosen: { key, arm: chosen, ...worthIn(record) },
      }
    },
  }
}

/** What the model expects of what was chosen, net of costs and prices. */
function worthIn({ by, candidates, chosen, unit }: DecisionRecord): { worth?: number } {
  const predicted = by === 'model' && unit === undefined ? candidates.find(({ arm }) => arm === chosen)?.predicted : undefined
  return predicted === undefined ? {} : { worth: predicted }
}

function decided(step: ChooseStep, at: Standing, options: readonly Option[]): DecisionRecord {
  const { run, person, definitions, now } = at
  const { model, budget } = step.by
  const { decides, shadow } = deciderOf(definitions.models, model, run.unit)
  const id = run.chosen && Object.hasOwn(run.chosen, step.id) ? `${deedId(run)}:v${run.version}` : deedId(run)
  const question = {
    id,
    group: groupOf(step, run),
    offered: options.map((option) => offered(option, at)),
    features: featuresOf(person, { now, entry: run.entry.properties }),
    model,
    now,
    budget: milliseconds(budget)!,
    prices: pricesOf(definitions.budgets),
  }
  const record = decide({ ...question, inForce: choosing(decides) })
  const beside = choosing(shadow ?? (decides?.inShadow ? decides.candidate : undefined))
  if (!beside) return record
  // What it would have done for somebody of no group: that is what it is to be judged by.
  const other = decide({ ...question, group: 'treated', inForce: beside })
  const propensities = Object.fromEntries(other.candidates.map(({ arm, propensity }) => [arm, propensity]))
  return { ...record, shadow: { model: `${model}@${beside.version}`, snapshot: other.snapshot, chosen: other.chosen, propensities } }
}

const choosing = (inForce: ModelInForce | undefined): ModelInForce<'choice'> | undefined =>
  inForce?.model.type === 'choice' ? (inForce as unknown as ModelInForce<'choice'>) : undefined

/** By hashes of their own, so that nobody's group hangs on a split, on the journey's hold-out or on each other. */
function groupOf({ id, by }: ChooseStep, { journey, unit }: Enrollment): Group {
  if (chance(`choose ${journey}:${id} holdout`, unit) < shareOf(by.holdout)) return 'held_out'
  return chance(`choose ${journey}:${id} control`, unit) < shareOf(by.control) ? 'control' : 'treated'
}

function offered({ arm, about: said, holds, message }: Option, at: Standing): Offered {
  const about = withTakes(said, at.definitions.budgets, at.run.journey)
  if (holds && !holds(at.scope())) return { arm, about, excluded: 'condition' }
  if (message === null) return { arm, about, excluded: '' }
  const { run, person, definitions, now } = at
  const node = definitions.version(run.journey, run.version)?.nodes.get(message)
  const there = standingOf(person, definitions, { run: { ...run, step: message, since: now }, now })
  return { arm, about, excluded: node?.able?.(there) ?? '' }
}

/** The first message of a list to which nothing but time and deeds lead. */
export function firstMessage(steps: readonly Step[]): { readonly id: string; readonly channel: string } | null {
  for (const step of steps) {
    switch (step.kind) {
      case 'email':
      case 'sms':
      case 'push':
      case 'inapp':
      case 'whatsapp':
      case 'slack':
        return { id: step.id, channel: step.kind }
      case 'message':
        return { id: step.id, channel: byChannel(step.ways[0]!).channel }
      case 'webhook':
        return { id: step.id, channel: step.contact?.channel ?? 'webhook' }
      case 'update':
      case 'notify':
      case 'start':
      case 'stop':
      case 'wait':
        continue
      default:
        return null
    }
  }
  return null
}

function reasonOf({ by, chosen, silence }: DecisionRecord): Reason {
  switch (by) {
    case 'model':
      return `chosen:${chosen}`
    case 'cold_start':
      return `explored:${chosen}`
    case 'control':
      return 'control'
    case 'held_out':
      return 'held_out'
    case 'fallback':
      return silence === undefined ? 'fallback' : `fallback:${silence}`
  }
}

const reasonAgain = (arm: string): Reason => (arm === FALLBACK ? 'fallback' : arm === NOTHING ? 'held_out' : `chosen:${arm}`)
