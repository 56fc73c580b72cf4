import { z } from 'zod'
import { action } from '#lib/action.ts'
import { Definition, Doubt } from '../inference/schema.ts'

const Count = z.int().nonnegative()
/** Epoch milliseconds. */
const Time = z.number()
const Day = z.string()
const Id = z.string().min(1).max(64)
/** The action that lists the people behind a number, and what it is asked. */
export const Drill = z.object({ action: z.string(), query: z.record(z.string(), z.string()) })

/**
 * `reached`, `missed`: it is over, or can change no more; `likely`, `open`, `unlikely`: by the chance (0.8 and 0.2 are the marks);
 * `unknown`: there is nothing to hold it against, or nothing can be foretold.
 */
export const GoalStanding = z.enum(['reached', 'missed', 'likely', 'open', 'unlikely', 'unknown'])

const Aim = z.object({ value: z.number(), direction: z.enum(['at_least', 'at_most']) })
const Foretold = z.object({
  estimate: z.number(),
  low: z.number(),
  high: z.number(),
  /** 0.8: of such intervals four of five hold what comes. */
  level: z.number(),
  /** Of reaching the target; null without one. */
  chance: z.number().nullable(),
  method: z.string(),
})

const line = {
  id: z.string(),
  name: z.string(),
  description: z.string(),
  owner: z.string(),
  asOf: Time,
  metric: z.object({ id: z.string(), name: z.string(), better: z.enum(['more', 'less']) }),
  /** What the numbers are: `people` (each once), `times`, `sum`; `share` of people, and `per_person`, where they are divided by people. */
  unit: z.enum(['people', 'times', 'sum', 'share', 'per_person']),
  /** Only of people in it; null: everybody. */
  segment: z.string().nullable(),
  period: z.object({ first: Day, last: Day, days: Count, gone: Count }),
  /** As for a period of this length; null: see `noBaseline`. */
  baseline: z.object({ first: Day.nullable(), last: Day.nullable(), value: z.number() }).nullable(),
  noBaseline: z.string(),
  target: Aim.nullable(),
  soFar: z.number().nullable(),
  forecast: Foretold.nullable(),
  noForecast: z.string(),
  standing: GoalStanding,
  sentence: z.string(),
  /** What would have to happen; '' when it is decided. */
  needs: z.string(),
  /** Journeys that say that they serve it. */
  journeys: z.array(z.string()),
}
export const GoalLine = z.object(line)
export type GoalLine = z.output<typeof GoalLine>

/** What one journey has done for the goal, by its hold-out. */
export const Contribution = z.object({
  journey: z.string(),
  name: z.string(),
  /** In what the goal counts (not divided by people); null: see `because`. */
  increment: z
    .object({
      estimate: z.number(),
      low: z.number(),
      high: z.number(),
      /** 0.95, however often it is looked at. */
      level: z.number(),
      treated: Count,
      heldOut: Count,
    })
    .nullable(),
  /** Why nobody knows; '' when it is known. */
  because: z.string(),
  sentence: z.string(),
  drill: Drill,
})
export type Contribution = z.output<typeof Contribution>

export const GoalReport = GoalLine.extend({
  series: z.array(z.object({ day: Day, value: z.number(), cumulative: z.number() })),
  /** Where the sum may stand at the end of each day to come. */
  fan: z.array(z.object({ day: Day, mid: z.number(), low: z.number(), high: z.number() })),
  /** Forecasts of so many days that could have been made in the past, and how many held what came; null: too little history. */
  record: z.object({ forecasts: Count, held: Count, days: Count, sentence: z.string() }).nullable(),
  contributions: z.array(Contribution),
  /** What is known, added as if journeys did not act on one another; null: nothing is known. */
  together: z.object({ estimate: z.number(), low: z.number(), high: z.number(), level: z.number(), sentence: z.string() }).nullable(),
  doubts: z.array(Doubt),
  definitions: z.array(Definition),
  drill: Drill,
})
export type GoalReport = z.output<typeof GoalReport>

export const ListGoals = action({
  name: 'goals.list',
  does: 'Lists the goals of the workspace: how far each is, where it is going, how likely it is reached, and what it would take',
  may: 'reports:read',
  route: 'GET /api/goals',
  input: z.object({}),
  output: z.object({ asOf: Time, goals: z.array(GoalLine) }),
})

export const ReadGoal = action({
  name: 'goals.report',
  does: 'Shows one goal by day with its forecast, how such forecasts have done, and what each journey that serves it has added by its hold-out',
  may: 'reports:read',
  route: 'GET /api/goals/:id',
  input: z.object({ id: Id }),
  output: GoalReport,
})

export const ListGoalPeople = action({
  name: 'goals.people',
  does: 'Lists who stands behind the number of a goal, or behind one of its days; as many rows as the number says',
  may: 'people:read',
  route: 'GET /api/goals/:id/people',
  input: z.object({
    id: Id,
    /** A day of the period; left out: all up to now. */
    day: z.iso.date().optional(),
    /** Opaque: give back what `next` said. */
    cursor: z.string().max(600).optional(),
    limit: z.coerce.number().int().min(1).max(500).default(50),
  }),
  output: z.object({
    people: z.array(z.object({ profileId: z.string(), at: Time, value: z.number() })),
    next: z.string().nullable(),
  }),
})
export type GoalPeopleQuery = z.output<typeof ListGoalPeople.input>

/** What a journey is for, and whether anybody will know that it worked. */
export const OutcomeLine = z.object({
  journey: z.string(),
  name: z.string(),
  /** `broadcast`: it goes out to many at once. */
  kind: z.enum(['journey', 'broadcast']),
  event: z.string(),
  where: z.string(),
  within: z.string(),
  /** Property of the event that holds its worth; '' for none. */
  value: z.string(),
  /** Of one, where the event does not say. */
  worth: z.number().nullable(),
  margin: z.number().nullable(),
  /** In words. */
  outcome: z.string(),
  holdout: z.string(),
  guardrails: z.array(z.object({ metric: z.string(), sentence: z.string() })),
  serves: z.array(z.object({ id: z.string(), name: z.string() })),
  /** `measured`: there is an interval; `early`: people are held out, and it takes more of them; `blocked`: the arms are not split as designed; `not`: nobody will know. */
  measured: z.enum(['measured', 'early', 'blocked', 'not']),
  /** Treated minus held out, of people who reach the goal; null unless measured as a share. */
  difference: z
    .object({
      estimate: z.number(),
      low: z.number(),
      high: z.number(),
      level: z.number(),
      treated: Count,
      heldOut: Count,
      method: z.string(),
    })
    .nullable(),
  /** The same of what it is worth, for each person in the workspace's currency, before margin; null unless measured and told. */
  perPerson: z.object({ estimate: z.number(), low: z.number(), high: z.number(), level: z.number() }).nullable(),
  /** What was found, or why nothing is known and what to do. */
  sentence: z.string(),
  doubts: z.array(Doubt),
  drill: Drill,
})
export type OutcomeLine = z.output<typeof OutcomeLine>

export const ListOutcomes = action({
  name: 'outcomes.list',
  does: 'Lists what every journey and broadcast is for: its outcome, worth, window, guardrails and goals, and whether it is known to work',
  may: 'reports:read',
  route: 'GET /api/outcomes',
  /** `journey`: only what this one is for, so that no other experiment is read. */
  input: z.object({ journey: z.string().max(200).optional() }),
  output: z.object({ asOf: Time, outcomes: z.array(OutcomeLine), definitions: z.array(Definition) }),
})
