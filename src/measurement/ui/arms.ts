import type { ExperimentReport } from '../experiments/api.ts'
import type { Comparison } from '../inference/schema.ts'
import { written } from '../reports/written.ts'

type Unit = Comparison['unit']

/** A mean of a metric as it is written. */
export const meanText = (mean: number | null, unit: Unit): string => written(mean, unit)
/** A difference of two: shares are told apart by points. */
export function differenceText(value: number, unit: Unit): string {
  const text = written(value, unit === 'share' ? 'points' : unit)
  return value > 0 && !text.startsWith('+') ? `+${text}` : text
}

export interface ArmRow {
  readonly id: string
  readonly name: string
  readonly control: boolean
  readonly people: number
  readonly mean: number | null
  readonly drill: ExperimentReport['arms'][number]['drill']
  readonly converted: ExperimentReport['arms'][number]['converted']
  /** Against each baseline in the order of the read-outs; null: it is the baseline, or nothing is compared. */
  readonly against: readonly (Comparison | null)[]
}

/** The metric that an experiment is decided by, as its comparisons tell it; null: nothing is compared. */
export function decidedBy({ readouts }: Pick<ExperimentReport, 'readouts'>): Comparison | null {
  const all = readouts.flatMap(({ readout }) => readout.comparisons)
  return all.find(({ role }) => role === 'primary') ?? null
}

/** Every arm beside the baselines: what is tried first, then the control, then people who got nothing. */
export function armRows(report: ExperimentReport): ArmRow[] {
  const metric = decidedBy(report)?.metric
  const ofMetric = report.readouts.map(({ readout }) => readout.comparisons.filter((each) => each.metric === metric))
  const meanOf = (arm: string): number | null =>
    ofMetric
      .flat()
      .flatMap(({ treated, control }) => [treated, control])
      .find((side) => side.arm === arm)?.mean ?? null
  const baselines = report.readouts.map(({ against }) => against)
  const place = (id: string): number => baselines.indexOf(id)
  return report.arms
    .toSorted((a, b) => place(a.id) - place(b.id))
    .map(({ id, name, control, people, drill, converted }) => ({
      id,
      name,
      control,
      people,
      drill,
      converted,
      mean: meanOf(id),
      against: ofMetric.map((comparisons) => comparisons.find(({ treated }) => treated.arm === id) ?? null),
    }))
}

/** What a comparison says in a word. */
export const VERDICTS: Readonly<
  Record<Comparison['verdict'], { readonly word: string; readonly tone: 'neutral' | 'ok' | 'warn' | 'bad' }>
> = {
  none: { word: 'No figures', tone: 'neutral' },
  too_early: { word: 'Too early', tone: 'warn' },
  open: { word: 'Not decided', tone: 'neutral' },
  better: { word: 'Better', tone: 'ok' },
  worse: { word: 'Worse', tone: 'bad' },
  harm: { word: 'Does harm', tone: 'bad' },
  no_harm: { word: 'No harm', tone: 'ok' },
}

/** Of the list, where verdicts are words of any read-out: `blocked` too. */
export function verdictOf(verdict: string): { readonly word: string; readonly tone: 'neutral' | 'ok' | 'warn' | 'bad' } {
  if (verdict === 'blocked' || verdict === 'sample_ratio') return { word: 'Split is wrong', tone: 'bad' }
  if (verdict === 'no_control') return { word: 'No control', tone: 'warn' }
  return Object.hasOwn(VERDICTS, verdict) ? VERDICTS[verdict as Comparison['verdict']] : { word: verdict, tone: 'neutral' }
}

export const KINDS: Readonly<Record<ExperimentReport['kind'], string>> = {
  journey: 'Journey against hold-out',
  split: 'Split of a journey',
  choose: 'Choice of a model',
  'send-time': 'Best hour',
  slot: 'Slot of a template',
  experiment: 'Experiment',
  holdout: 'Hold-out from all marketing',
}
