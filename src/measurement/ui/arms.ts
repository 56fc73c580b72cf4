import { language, wordsNow } from '#kit/words.ts'
import type { ExperimentReport } from '../experiments/api.ts'
import type { Comparison } from '../inference/schema.ts'
import { codeWord } from '../reports/cells.ts'
import { written } from '../reports/written.ts'
import { EXPERIMENT_WORDS } from './experiment-words.ts'

type Unit = Comparison['unit']

/** A mean of a metric as it is written. */
export const meanText = (mean: number | null, unit: Unit): string => written(mean, unit, language())
/** A difference of two: shares are told apart by points. */
export function differenceText(value: number, unit: Unit): string {
  const text = written(value, unit === 'share' ? 'points' : unit, language())
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

type Tone = 'neutral' | 'ok' | 'warn' | 'bad'
const TONES: Readonly<Record<Comparison['verdict'], Tone>> = {
  none: 'neutral',
  too_early: 'warn',
  open: 'neutral',
  better: 'ok',
  worse: 'bad',
  harm: 'bad',
  no_harm: 'ok',
}

/** What a read-out says in a word: of a comparison, or, in the list, that there is none (`blocked`, `sample_ratio`, `no_control`). */
export function verdictOf(verdict: string): { readonly word: string; readonly tone: Tone } {
  if (verdict === 'blocked' || verdict === 'sample_ratio') return { word: codeWord('measured', 'blocked', language()), tone: 'bad' }
  if (verdict === 'no_control') return { word: wordsNow(EXPERIMENT_WORDS).withoutControl, tone: 'warn' }
  if (!Object.hasOwn(TONES, verdict)) return { word: verdict, tone: 'neutral' }
  return { word: codeWord('verdict', verdict, language()), tone: TONES[verdict as Comparison['verdict']] }
}
