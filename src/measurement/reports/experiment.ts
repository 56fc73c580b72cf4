import { z } from 'zod'
import type { Language } from '#lib/language.ts'
import { isRefusal } from '#lib/problem.ts'
import { type ExperimentReport, ReadExperiment } from '../experiments/api.ts'
import type { Chart } from './chart.ts'
import { CHART_WORDS } from './chart-words.ts'
import { reportKind } from './kind.ts'
import { coded, column, type Row, tableOf } from './tables.ts'
import type { Column, Told } from './told.ts'
import { definition } from './words.ts'

export const experiment = reportKind({
  id: 'experiment',
  title: 'Experiment',
  question: 'What did each arm do against the control, and how sure is that?',
  /** As `experiments.list` names it: `journey:winback`, `choose:winback:nudge`, `holdout:all:2026q4`, … */
  input: z.strictObject({ key: z.string().min(1).max(300) }),
  definitions: [
    definition(
      'Difference',
      'Treated minus control, per person. Its interval holds however often one looks; while it is too early there is none.',
    ),
    definition('Control', 'People whom chance kept out of what is tried. Without them nobody can say what it caused.'),
  ],
  lists: {},
  async run({ ports, workspace }, input) {
    const report = await ports.ask(workspace, ReadExperiment, input)
    return isRefusal(report) ? report : toldOfExperiment(report)
  },
})

const COMPARISONS: readonly Column[] = [
  coded('against', 'Against', 'arm'),
  column('name', 'Metric'),
  coded('role', 'Role', 'role'),
  coded('treated', 'Arm', 'arm'),
  column('treated_mean', 'Arm, per person', 'number'),
  column('control_mean', 'Control, per person', 'number'),
  column('difference', 'Difference', 'number'),
  column('low', 'From', 'number'),
  column('high', 'To', 'number'),
  column('relative', 'Of the control', 'share'),
  column('p', 'p, adjusted', 'number'),
  coded('verdict', 'Verdict', 'verdict'),
  column('sentence', 'In words'),
]
const ARMS: readonly Column[] = [column('name', 'Arm'), column('people', 'People', 'count'), coded('control', 'Control', 'arm')]

export function toldOfExperiment(report: ExperimentReport): Told {
  const { asOf, sentence, readouts, arms, excluded, doubts } = report
  const comparisons = readouts.flatMap(({ against, readout }) => readout.comparisons.map((each) => ({ against, ...each })))
  const rows = comparisons.map(
    ({ against, name, role, treated, control, absolute, relative, adjustedP, verdict, sentence: says }): Row => ({
      against,
      name,
      role,
      treated: treated.arm,
      treated_mean: treated.mean,
      control_mean: control.mean,
      difference: absolute?.estimate ?? null,
      low: absolute?.always?.low ?? null,
      high: absolute?.always?.high ?? null,
      relative: relative?.estimate ?? null,
      p: adjustedP,
      verdict,
      sentence: says,
    }),
  )
  return {
    asOf,
    sentences: [
      ...new Set([
        sentence,
        ...readouts.flatMap(({ readout }) => readout.stop.map((each) => each.sentence)),
        ...excluded.map((each) => each.sentence),
      ]),
    ],
    tables: [
      tableOf({ id: 'comparisons', title: 'Against the control', columns: COMPARISONS }, rows),
      tableOf(
        { id: 'arms', title: 'Arms', columns: ARMS },
        arms.map(({ name, people, control }): Row => ({ name, people, control: control ? 'yes' : '' })),
      ),
    ],
    charts: chartsOf(report),
    doubts: [...doubts, ...readouts.flatMap(({ readout }) => readout.doubts)].filter(
      ({ code }, i, all) => all.findIndex((each) => each.code === code) === i,
    ),
    more: arms.map(({ name, drill }) => ({ title: `People of “${name}”`, ...drill })),
  }
}

/** The differences as one saw them day by day. */
export function chartsOf(
  { series, metrics, arms, readouts }: Pick<ExperimentReport, 'series' | 'metrics' | 'arms' | 'readouts'>,
  language: Language = 'en',
): Chart[] {
  const say = CHART_WORDS[language]
  const unitOf = (metric: string) =>
    readouts.flatMap(({ readout }) => readout.comparisons).find((each) => each.metric === metric)?.unit ?? 'number'
  const named = (all: readonly { readonly id: string; readonly name: string }[], id: string): string =>
    all.find((each) => each.id === id)?.name ?? id
  return series
    .filter(({ points }) => points.length > 1)
    .map(({ metric, arm, control, points }) => ({
      kind: 'lines',
      title: say.less(named(metrics, metric), named(arms, arm), named(arms, control)),
      format: unitOf(metric) === 'share' ? 'points' : unitOf(metric),
      x: 'time',
      xLabel: say.day,
      series: [
        {
          name: named(arms, arm),
          points: points.map(({ day, estimate, low, high }) => ({
            x: day,
            y: estimate,
            ...(low !== null && high !== null && { low, high }),
          })),
        },
      ],
      mark: { label: say.noDifference, y: 0 },
    }))
}
