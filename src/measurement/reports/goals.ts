import { z } from 'zod'
import { counted } from '#lib/counted.ts'
import { isRefusal } from '#lib/problem.ts'
import { type GoalReport, ListGoals, ListOutcomes, ReadGoal } from '../goals/api.ts'
import { goalCharts } from './goal-charts.ts'
import { reportKind } from './kind.ts'
import { coded, column, type Row, tableOf } from './tables.ts'
import type { Column, Told } from './told.ts'
import { definition } from './words.ts'

const FORECAST = definition(
  'Forecast',
  'Where the number will stand at the end of the period if things go on as they have; four of five such intervals hold what comes.',
)

const GOALS: readonly Column[] = [
  column('name', 'Goal'),
  coded('standing', 'Standing', 'standing'),
  column('so_far', 'So far', 'number'),
  column('target', 'Target', 'number'),
  column('forecast', 'Forecast', 'number'),
  column('low', 'From', 'number'),
  column('high', 'To', 'number'),
  column('chance', 'Chance to reach it', 'share'),
  column('sentence', 'In words'),
]

export const goals = reportKind({
  id: 'goals',
  title: 'Goals',
  question: 'Will we reach our goals?',
  input: z.strictObject({}),
  definitions: [FORECAST],
  lists: {},
  async run({ ports, workspace }): Promise<Told> {
    const read = await ports.ask(workspace, ListGoals, {})
    // It has nothing to refuse: there are goals, or there are none.
    if (isRefusal(read)) throw new Error(read.refused.title)
    const rows = read.goals.map(
      ({ name, standing, soFar, target, forecast, sentence }): Row => ({
        name,
        standing,
        so_far: soFar,
        target: target?.value ?? null,
        forecast: forecast?.estimate ?? null,
        low: forecast?.low ?? null,
        high: forecast?.high ?? null,
        chance: forecast?.chance ?? null,
        sentence,
      }),
    )
    return {
      asOf: read.asOf,
      sentences:
        rows.length === 0
          ? ['The workspace has no goal.']
          : read.goals.map(({ name, sentence }) => `“${name}”${sentence.startsWith('“') ? ', ' : ': '}${sentence}`),
      tables: [tableOf({ id: 'goals', title: 'Goals', columns: GOALS }, rows)],
      doubts: [],
    }
  },
})

const CONTRIBUTIONS: readonly Column[] = [
  column('name', 'Journey'),
  column('increment', 'Added, by its hold-out', 'number'),
  column('low', 'From (95 %)', 'number'),
  column('high', 'To (95 %)', 'number'),
  column('treated', 'Treated', 'count'),
  column('held_out', 'Held out', 'count'),
  column('sentence', 'In words'),
]
const DAYS: readonly Column[] = [column('day', 'Day'), column('value', 'On the day', 'number'), column('cumulative', 'So far', 'number')]

export const goal = reportKind({
  id: 'goal',
  title: 'Goal',
  question: 'How far is this goal, where is it going, and what has each journey added?',
  input: z.strictObject({ id: z.string().min(1).max(64) }),
  definitions: [
    FORECAST,
    definition('Added', 'What the journey’s treated people did beyond those held out: incremental. Without a hold-out nobody knows.'),
  ],
  lists: {},
  async run({ ports, workspace }, input) {
    const report = await ports.ask(workspace, ReadGoal, input)
    return isRefusal(report) ? report : toldOfGoal(report)
  },
})

export function toldOfGoal(report: GoalReport): Told {
  const { asOf, sentence, needs, series, contributions, together, record, doubts, drill } = report
  const rows = contributions.map(
    ({ name, increment, sentence: says }): Row => ({
      name,
      increment: increment?.estimate ?? null,
      low: increment?.low ?? null,
      high: increment?.high ?? null,
      treated: increment?.treated ?? null,
      held_out: increment?.heldOut ?? null,
      sentence: says,
    }),
  )
  return {
    asOf,
    sentences: [sentence, needs, together?.sentence ?? '', record?.sentence ?? ''].filter((each) => each !== ''),
    tables: [
      tableOf({ id: 'contributions', title: 'What journeys have added', columns: CONTRIBUTIONS }, rows),
      tableOf({ id: 'days', title: 'By day', columns: DAYS }, series),
    ],
    charts: goalCharts(report),
    doubts,
    more: [
      { title: 'People behind it', ...drill },
      ...contributions.map((each) => ({ title: `The hold-out of “${each.name}”`, ...each.drill })),
    ],
  }
}

const OUTCOMES: readonly Column[] = [
  column('name', 'Journey'),
  column('outcome', 'Outcome'),
  coded('measured', 'Known to work', 'measured'),
  column('difference', 'Treated less held out', 'points'),
  column('low', 'From', 'points'),
  column('high', 'To', 'points'),
  column('treated', 'Treated', 'count'),
  column('held_out', 'Held out', 'count'),
]

export const outcomes = reportKind({
  id: 'outcomes',
  title: 'Outcomes',
  question: 'What is each journey for, and is it known to work?',
  input: z.strictObject({}),
  definitions: [
    definition(
      'Treated less held out',
      'Difference of the shares of people who reach the goal. Empty where nobody is held out: then nobody will know.',
    ),
  ],
  lists: {},
  async run({ ports, workspace }): Promise<Told> {
    const read = await ports.ask(workspace, ListOutcomes, {})
    if (isRefusal(read)) throw new Error(read.refused.title)
    const rows = read.outcomes.map(
      ({ name, outcome, measured, difference }): Row => ({
        name,
        outcome,
        measured,
        difference: difference?.estimate ?? null,
        low: difference?.low ?? null,
        high: difference?.high ?? null,
        treated: difference?.treated ?? null,
        held_out: difference?.heldOut ?? null,
      }),
    )
    const unknown = rows.filter(({ measured }) => measured === 'not').length
    return {
      asOf: read.asOf,
      sentences: [
        rows.length === 0
          ? 'There are no journeys.'
          : `Of ${counted(rows.length, 'journey')}, ${rows.length - unknown} can be told from chance: people are held out of them, or an experiment compares.${unknown === 0 ? '' : ` Of ${unknown} nobody will know whether they work.`}`,
      ],
      tables: [tableOf({ id: 'outcomes', title: 'Outcomes', columns: OUTCOMES }, rows)],
      doubts: [],
    }
  },
})
