import type { Journey } from '#journeys/schema.ts'
import { milliseconds } from '#lib/duration.ts'
import { isRefusal, type Outcome, refuse } from '#lib/problem.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { type Binding, bind } from '#platform/http/actions.ts'
import { badCursor, readCursor } from '../cursor.ts'
import { type ExperimentParts, readExperiment, shelfOf } from '../experiments/actions.ts'
import { metricIn } from '../metrics/check.ts'
import { type Metric, nameOf } from '../metrics/schema.ts'
import {
  type Contribution,
  type GoalLine,
  type GoalPeopleQuery,
  type GoalReport,
  ListGoalPeople,
  ListGoals,
  ListOutcomes,
  type OutcomeLine,
  ReadGoal,
} from './api.ts'
import { contributionOf, LEVEL_OF_INCREMENTS, togetherOf } from './contributions.ts'
import { type Counted, countDays, countMembers, countOnce, listPeople, type OnceRow, type PersonOfGoal, sumArms } from './goals-store.ts'
import { comparisonOf, OUTCOME_WORDS, outcomeOf } from './outcomes.ts'
import { baselineSpan, dayOf, daysBetween, plusDays, spanOf, startOf } from './period.ts'
import { type Asked, type GoalFacts, HISTORY } from './reckoning.ts'
import { aboutGoal, progressOf, recordOf, seriesOf } from './report.ts'
import type { Goal } from './schema.ts'
import { figure, percent } from './words.ts'

/** What is live in a workspace, parsed. */
export interface Library {
  get(kind: string, id: string): unknown
  ids(kind: string): readonly string[]
}

export interface GoalParts {
  readonly analytics: Analytics
  readonly library: (workspace: string) => Promise<Library>
  /** Epoch ms. */
  readonly now: () => number
}

/** Goals of the workspace: list, report, people. */
export const goalBindings = (parts: GoalParts): Binding[] => [
  bind(ListGoals, async (_input, { workspace }) => {
    const library = await parts.library(workspace)
    const asOf = parts.now()
    const goals: GoalLine[] = []
    // One after the other: each reads a year of facts.
    for (const id of library.ids('goal')) {
      const asked = await askedOf(parts, { workspace, library, id, asOf })
      if (!isRefusal(asked)) goals.push(lineOf(asked, library))
    }
    return { asOf, goals }
  }),
  bind(ReadGoal, async ({ id }, { workspace }): Promise<Outcome<GoalReport>> => {
    const library = await parts.library(workspace)
    const asked = await askedOf(parts, { workspace, library, id, asOf: parts.now() })
    return isRefusal(asked) ? asked : reportOf(parts, asked, { workspace, library })
  }),
  bind(ListGoalPeople, async (query, { workspace }) => peopleOf(parts, workspace, query)),
]

/** Outcomes of journeys and broadcasts, as experiments read them. */
export const outcomeBindings = (parts: ExperimentParts): Binding[] => [
  bind(ListOutcomes, async ({ journey: only }, { workspace }) => {
    const shelf = await shelfOf(parts, workspace)
    const { library } = shelf
    const outcomes: OutcomeLine[] = []
    for (const id of library.ids('journey').filter((each) => only === undefined || each === only)) {
      const journey = library.get('journey', id) as Journey
      const comparison = comparisonOf(journey, library)
      outcomes.push(outcomeOf(journey, library, comparison && (await readExperiment(parts, shelf, comparison))))
    }
    return { asOf: parts.now(), outcomes, definitions: OUTCOME_WORDS }
  }),
]

interface Place {
  readonly workspace: string
  readonly library: Library
}

const unknown = (id: string) =>
  refuse({ code: 'goal.unknown', status: 404, title: 'There is no such goal', detail: id, hint: 'Look at the list of goals for its id' })

function goalIn(library: Library, id: string): Outcome<{ readonly goal: Goal; readonly metric: Metric }> {
  const goal = library.get('goal', id) as Goal | undefined
  const metric = goal && metricIn(library, goal.metric)
  return goal && metric ? { goal, metric } : unknown(id)
}

const countedOf = (workspace: string, { goal, metric }: { goal: Goal; metric: Metric }): Counted => ({
  workspace,
  metric,
  segment: goal.scope?.segment ?? null,
  zone: goal.zone,
})

async function askedOf(
  { analytics }: GoalParts,
  { workspace, library, id, asOf }: Place & { id: string; asOf: number },
): Promise<Outcome<Asked>> {
  const found = goalIn(library, id)
  if (isRefusal(found)) return found
  return { ...found, asOf, facts: await factsOf(analytics, countedOf(workspace, found), { ...found, asOf }) }
}

/** All that the report of a goal needs; sums by day and by person, never single events. */
async function factsOf(analytics: Analytics, counted: Counted, { goal, metric, asOf }: Omit<Asked, 'facts'>): Promise<GoalFacts> {
  const { zone, per, period } = goal
  const span = spanOf(period, { zone, at: asOf })
  const base =
    typeof goal.baseline === 'object' && 'value' in goal.baseline ? null : baselineSpan(goal.baseline, { period, zone, at: asOf })
  const today = dayOf(asOf, zone).toString()
  const history = startOf(plusDays(today, -HISTORY), zone)
  const from = Math.min(history, span.from, base?.from ?? span.from)
  const known = { from, to: Math.min(Math.max(span.to, asOf + 1), Math.floor(asOf) + 1) }
  const isOnce = metric.measure === 'converted'
  const once = { ...known, period: span, baseline: base, history: dayOf(history, zone).toString(), today }
  const member = (at: number) => countMembers(analytics, { workspace: counted.workspace, segment: counted.segment!, at })
  const [days, people, inside, before] = await Promise.all([
    countDays(analytics, counted, known),
    isOnce ? countOnce(analytics, counted, once) : null,
    counted.segment === null ? null : member(span.from),
    per === 'person' && base ? member(base.from) : null,
  ])
  return {
    days,
    once: people && onceOf(people, days.find(({ day }) => startOf(day, zone) >= history)?.day),
    members: per === 'person' ? { period: inside!.people, baseline: before?.people ?? 0 } : null,
    segmentSince: inside?.since ?? null,
  }
}

/** `start`: the first day of the history on which anybody did it. */
function onceOf(rows: readonly OnceRow[], start: string | undefined): GoalFacts['once'] {
  const of = (kind: OnceRow['kind']) => rows.filter((row) => row.kind === kind)
  return {
    firsts: of('period').sort((a, b) => (a.day < b.day ? -1 : 1)),
    baseline: of('baseline').reduce((sum, { people }) => sum + people, 0),
    gaps: [
      ...of('first').map(({ day, people }) => ({ days: daysBetween(start!, day), again: false, times: people })),
      ...of('again').map(({ days, people }) => ({ days, again: true, times: people })),
    ],
  }
}

const serving = (library: Library, goal: string): Journey[] =>
  library
    .ids('journey')
    .map((id) => library.get('journey', id) as Journey)
    .filter(({ serves = [] }) => serves.includes(goal))

const UNITS = { converted: 'people', count: 'times', sum: 'sum' } as const

function lineOf(asked: Asked, library: Library): GoalLine {
  const { goal, metric, asOf } = asked
  const { period, doubts: _doubts, definitions: _definitions, soFar, ...progress } = progressOf(asked)
  const measure = metric.measure as keyof typeof UNITS
  return {
    ...aboutGoal(goal),
    asOf,
    metric: { id: metric.id, name: nameOf(metric), better: metric.better },
    unit: goal.per === 'total' ? UNITS[measure] : measure === 'converted' ? 'share' : 'per_person',
    segment: goal.scope?.segment ?? null,
    period: { first: period.first, last: period.last, days: period.days, gone: period.gone },
    ...progress,
    soFar: Number.isFinite(soFar) ? soFar : null,
    journeys: serving(library, goal.id).map(({ id }) => id),
  }
}

async function reportOf({ analytics }: GoalParts, asked: Asked, { workspace, library }: Place): Promise<GoalReport> {
  const { goal, metric, asOf } = asked
  const { doubts, definitions } = progressOf(asked)
  const span = spanOf(goal.period, { zone: goal.zone, at: asOf })
  const contributions: Contribution[] = []
  for (const journey of serving(library, goal.id)) {
    const arms = await sumArms(analytics, countedOf(workspace, asked), {
      journey: journey.id,
      within: milliseconds(journey.goal.within)!,
      from: span.from,
      to: Math.min(span.to, Math.floor(asOf) + 1),
    })
    contributions.push(contributionOf(journey, arms, nameOf(metric)))
  }
  const known = contributions.flatMap(({ increment }) => increment ?? [])
  const together = togetherOf(known)
  const record = recordOf(asked)
  return {
    ...lineOf(asked, library),
    ...seriesOf(asked),
    record: record && {
      ...record,
      sentence: `Of ${record.forecasts} forecasts of ${record.days} days that could have been made before, ${record.held} held what came.`,
    },
    contributions,
    together: together && {
      ...together,
      level: LEVEL_OF_INCREMENTS,
      sentence: `Together ${figure(together.estimate)} (${percent(LEVEL_OF_INCREMENTS)} interval ${figure(together.low)} to ${figure(together.high)}), as far as people were held out.`,
    },
    doubts: [...doubts, ...(known.length > 1 ? [OVERLAP] : []), ...(known.length < contributions.length ? [UNKNOWN_PARTS] : [])],
    definitions: [...definitions, INCREMENT],
    drill: { action: 'goals.people', query: { id: goal.id } },
  }
}

const OVERLAP = {
  code: 'overlap',
  sentence: 'Somebody may be in several of these journeys: the parts are added as if they did not act on one another.',
}
const UNKNOWN_PARTS = {
  code: 'unmeasured',
  sentence: 'Of some journeys that serve it nobody knows what they add, because they hold out nobody, or too few so far.',
}
const INCREMENT = {
  term: 'Added by a journey',
  means:
    'what people who came into it in the period did for the goal, within the journey’s window, beyond what its held-out people say they would have done anyway; never what is merely credited to it',
}

async function peopleOf({ analytics, library, now }: GoalParts, workspace: string, { id, day = '', cursor, limit }: GoalPeopleQuery) {
  const after = cursor === undefined ? undefined : readCursor(cursor)
  if (cursor !== undefined && !after) return badCursor(cursor)
  const found = goalIn(await library(workspace), id)
  if (isRefusal(found)) return found
  const span = spanOf(found.goal.period, { zone: found.goal.zone, at: now() })
  const rows = await listPeople(analytics, countedOf(workspace, found), {
    from: span.from,
    to: Math.min(span.to, Math.floor(now()) + 1),
    day,
    after,
    limit: limit + 1,
  })
  return pageOf(rows, limit)
}

function pageOf(rows: readonly PersonOfGoal[], limit: number) {
  const shown = rows.slice(0, limit)
  const last = rows.length > limit ? shown.at(-1) : undefined
  return { people: shown.map(({ key: _, ...row }) => row), next: last ? `${last.at}.${last.key}` : null }
}
