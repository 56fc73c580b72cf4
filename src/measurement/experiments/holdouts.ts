import type { Holdout } from '#decisions/experiments/schema.ts'
import { amount, between, levelOf } from '../inference/say.ts'
import type { Comparison } from '../inference/schema.ts'
import type { ExperimentReport, HoldoutLine } from './api.ts'

interface Asked {
  readonly holdout: Holdout
  readonly period: string
  readonly report: ExperimentReport
  /** Of the workspace. */
  readonly currency: string
}

/** A hold-out with what all marketing together has brought, and what it cost to find out: what the people who were held out would have brought. */
export function holdoutLine({ holdout, period, report, currency }: Asked): HoldoutLine {
  const { readout } = report.readouts[0]!
  const people = (arm: string): number => report.arms.find(({ id }) => id === arm)?.people ?? 0
  const counts = { heldOut: people('held_out'), treated: people('treated') }
  const shown = readout.comparisons.filter(({ role, absolute }) => role !== 'guardrail' && absolute?.always)
  return {
    id: holdout.id,
    name: holdout.name ?? holdout.id,
    period,
    key: report.key,
    share: holdout.share,
    people: counts,
    sentence: report.sentence,
    value: shown.length === 0 ? null : shown.map((comparison) => valued(comparison, { alpha: 1 - readout.level, currency })),
    doubts: [...report.doubts, ...readout.doubts, OVERLAP],
    drill: { action: 'experiments.people', query: { key: report.key, arm: 'held_out' } },
  }
}

function valued(
  { metric, name, unit, absolute, treated, control }: Comparison,
  { alpha, currency }: { alpha: number; currency: string },
): NonNullable<HoldoutLine['value']>[number] {
  const { estimate, always } = absolute!
  const times = (people: number) => ({ estimate: estimate * people, low: always!.low * people, high: always!.high * people })
  const [programme, forgone] = [times(treated.n), times(control.n)]
  // A sum of shares over people is a number of people.
  const of = { unit: unit === 'share' ? ('number' as const) : unit, currency }
  const certain = `${levelOf(alpha)}, valid however often you look`
  const sentence = `All marketing together brought ${amount(programme.estimate, of)} of “${name}” among the ${treated.n} people it could reach (${between(programme, of)}; ${certain}). Holding ${control.n} people out has cost ${amount(forgone.estimate, of)} (${between(forgone, of)}).`
  return { metric, name, currency: unit === 'money' ? currency : '', perPerson: { estimate, ...always! }, programme, forgone, sentence }
}

const OVERLAP = {
  code: 'programme_only',
  sentence:
    'This is all marketing that the hold-out covers, together. It says nothing of a single journey, and nothing of transactional messages.',
}

export const HOLDOUT_WORDS = [
  { term: 'Held out', means: 'People drawn by chance whom no covered marketing reaches for the period.' },
  {
    term: 'Brought',
    means: 'What people whom marketing could reach did beyond what people held out did in their first 30 days, times how many they are.',
  },
  { term: 'Cost of the hold-out', means: 'The same difference, times the people who were held out: what is paid for knowing.' },
] as const
