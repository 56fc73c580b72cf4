import { isRefusal, type Outcome, type Refusal, refuse } from '#lib/problem.ts'
import { ListExperiments, ListHoldouts, ReadExperiment, ReadExperimentPeople } from '#measurement/experiments/api.ts'
import { ListGoalPeople, ListGoals, ListOutcomes, ReadGoal } from '#measurement/goals/api.ts'
import { ListReports, ReadBehind, RunReport } from '#measurement/reports/api.ts'
import { askedOf, found, lineOf } from '#measurement/reports/ask.ts'
import { toldOfChannels } from '#measurement/reports/channels.ts'
import { csv } from '#measurement/reports/csv.ts'
import { toldOfExperiment } from '#measurement/reports/experiment.ts'
import { toldOfGoal } from '#measurement/reports/goals.ts'
import type { AnyReport } from '#measurement/reports/kind.ts'
import { REPORTS } from '#measurement/reports/registry-store.ts'
import { ExportReport } from '#measurement/reports/saved-api.ts'
import type { Told } from '#measurement/reports/told.ts'
import { type Binding, bind, bindDownload } from '#platform/http/actions.ts'
import { ListDocuments } from '#workspaces/documents/api.ts'
import { experimentLines, experimentReport, holdoutLines } from './sample-experiments.ts'
import { GOAL, outcomeLines } from './sample-goals.ts'
import { DAY, started } from './sample-shop.ts'

const channel = (about: string, messages: number, clicked: number) => ({
  about,
  messages,
  people: Math.round(messages * 0.71),
  tried: messages - 40,
  sent: messages - 52,
  refused: 4,
  ambiguous: 0,
  failed: 8,
  skipped: 40,
  cancelled: 0,
  waiting: 0,
  confirmed: messages - 60,
  bounced: 9,
  arrived: messages - 61,
  opened: about === 'email' ? Math.round(messages * 0.38) : 0,
  machine_opened: about === 'email' ? Math.round(messages * 0.12) : 0,
  clicked,
  unsubscribed: 11,
  complained: 1,
  followed: Math.round(clicked * 0.3),
  cost: messages * 0.004,
  currency: 'EUR',
})

const MONTHS = ['2026-06', '2026-07', '2026-08', '2026-09', '2026-10', '2026-11']

/** One of each kind of chart, and a wide table: what reports that are not told one by one look like. */
const any = ({ title, question }: AnyReport): Told => ({
  asOf: started,
  sentences: [`${title}: of the 4,210 people who began in October, 31.2 % came back in the month after (29.8 to 32.6; 95 %).`, question],
  tables: [
    {
      id: 'cohorts',
      title: 'By month',
      columns: [
        { id: 'cohort', title: 'Began', type: 'text' },
        { id: 'people', title: 'People', type: 'count' },
        { id: 'back', title: 'Came back', type: 'share' },
        { id: 'value', title: 'Value', type: 'money' },
        { id: 'last', title: 'Last', type: 'time' },
        { id: 'sentence', title: 'In words', type: 'text' },
      ],
      rows: MONTHS.map((cohort, i) => ({
        cohort,
        people: 3_100 + i * 222,
        back: i === 5 ? null : 0.31 - i * 0.01,
        value: 18_204.5 + i * 1_050,
        last: started - i * DAY,
        sentence: `Of those who began in ${cohort}, fewer than a third came back; the month after is ${i === 5 ? 'not over' : 'over'}.`,
      })),
      cut: false,
    },
  ],
  charts: [
    {
      kind: 'heat',
      title: 'Share who came back, by months after',
      format: 'share',
      rows: MONTHS,
      columns: ['0', '1', '2', '3', '4', '5'],
      cells: MONTHS.map((_, r) => MONTHS.map((_month, c) => (c > 5 - r ? null : c === 0 ? 1 : 0.34 - c * 0.04 + r * 0.01))),
    },
    {
      kind: 'lines',
      title: 'Came back in the month after',
      format: 'share',
      x: 'time',
      xLabel: 'Month',
      mark: { label: 'A year ago', y: 0.3 },
      series: ['Search', 'Newsletter', 'Shop in the harbour'].map((name, s) => ({
        name,
        points: MONTHS.map((_, i) => {
          const y = 0.28 + 0.02 * s + 0.01 * Math.sin(i + s)
          return { x: started - (6 - i) * 30 * DAY, y, low: y - 0.02, high: y + 0.02 }
        }),
      })),
    },
    {
      kind: 'bars',
      title: 'Value of a person in their first year, by where they came from',
      format: 'money',
      bars: ['Search', 'Newsletter', 'Shop in the harbour', 'A name that is a good deal longer than its chart'].map((label, i) => ({
        label,
        value: 61.5 - i * 9,
        low: 55 - i * 9,
        high: 69 - i * 9,
      })),
    },
  ],
  doubts: [{ code: 'open', sentence: 'The newest month is not over: its people have had less time.' }],
  more: [{ title: 'People behind the goal', action: 'goals.people', query: { id: GOAL.id } }],
})

function told(report: AnyReport, params: unknown, empty: boolean): Outcome<Told> {
  const asked = askedOf(report, params)
  if (isRefusal(asked)) return asked
  if (empty) return { asOf: started, sentences: [], tables: [], doubts: [] }
  const { by = 'channel', key = '' } = asked.input as { by?: string; key?: string }
  switch (report.id) {
    case 'channels':
      return toldOfChannels(
        { by: by as 'channel' },
        [channel('email', 18_240, 1_104), channel('sms', 2_206, 214), channel('webhook', 310, 0)],
        started,
      )
    case 'experiment': {
      const experiment = experimentReport(key)
      return experiment ? toldOfExperiment(experiment) : UNKNOWN
    }
    case 'goal':
      return toldOfGoal(GOAL)
    default:
      return any(report)
  }
}

const UNKNOWN: Refusal = refuse({ code: 'unknown', status: 404, title: 'There is no such thing.' })

const people = Array.from({ length: 6 }, (_, i) => ({ profileId: `p_${i + 1}`, at: started - i * 90_000, value: i % 2 }))

/** Reports, experiments, goals and outcomes: read by the product's own code from sample sums. */
export function measurementBindings(mood: () => string): Binding[] {
  const empty = (): boolean => mood() === 'empty' || mood() === 'new'
  const some = <T>(list: readonly T[]): T[] => (empty() ? [] : [...list])
  const lines = REPORTS.map(lineOf)
  return [
    bind(ListReports, async () => ({ reports: lines })),
    bind(RunReport, async ({ report: id, params }) => {
      if (mood() === 'failing')
        return refuse({ code: 'reports.unavailable', status: 503, title: 'The reports cannot be read now.', hint: 'Sending goes on.' })
      const report = found(REPORTS, id)
      if (isRefusal(report)) return report
      const answer = told(report, params, empty())
      const { title, question, definitions } = report
      return isRefusal(answer) ? answer : { ...answer, report: id, title, question, definitions: [...definitions] }
    }),
    bind(ReadBehind, async ({ where }) => ({
      unit: 'messages' as const,
      rows: people.map(({ profileId, at }, i) => ({
        profileId,
        at,
        of: `enr${i}:warm-mail`,
        step: 'warm-mail',
        reason: '',
        sentence: Object.values(where).join(', '),
      })),
      next: null,
    })),
    bindDownload(ExportReport, async ({ report: id, params, as, part }) => {
      const report = found(REPORTS, id)
      if (isRefusal(report)) return report
      const answer = told(report, params, false)
      if (isRefusal(answer)) return answer
      const table = answer.tables.find((each) => each.id === part)
      if (as !== 'csv' || !table) return refuse({ code: 'report.part', status: 422, title: 'The report has no such table or chart.' })
      return { filename: `${id}.csv`, body: once(csv(table)) }
    }),
    bind(ListExperiments, async () => ({ asOf: started, experiments: some(experimentLines()) })),
    bind(ReadExperiment, async ({ key }) => experimentReport(key) ?? UNKNOWN),
    bind(ReadExperimentPeople, async ({ arm }) => ({ people: people.map((person) => ({ ...person, arm })), next: null })),
    bind(ListHoldouts, async () => ({ asOf: started, holdouts: some(holdoutLines()), definitions: [] })),
    bind(ListGoals, async () => ({ asOf: started, goals: some([GOAL]) })),
    bind(ReadGoal, async ({ id }) => (id === GOAL.id ? GOAL : UNKNOWN)),
    bind(ListGoalPeople, async () => ({ people, next: null })),
    bind(ListOutcomes, async () => ({ asOf: started, outcomes: some(outcomeLines()), definitions: [] })),
    bind(ListDocuments, async ({ kind }) => ({
      documents: some(kind === 'metric' ? [{ kind, id: 'orders', name: 'Orders', live: 1, draft: false, at: started, by: 'Ada' }] : []),
    })),
  ]
}

async function* once(text: string): AsyncIterable<string> {
  yield text
}
