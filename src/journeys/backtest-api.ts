import { z } from 'zod'
import { action } from '#lib/action.ts'
import { Journey } from './schema.ts'
import { Slug } from './words.ts'

/** Epoch milliseconds. */
const Time = z.int().nonnegative()
const Count = z.int().nonnegative()
const Id = z.string().regex(/^[0-9a-f-]{36}$/)

const Line = z.object({
  at: Time,
  kind: z.enum(['entered', 'refused', 'moved', 'exited', 'converted', 'message']),
  step: z.string(),
  reason: z.string(),
  sentence: z.string(),
})

const Counts = z.record(z.string(), Count)

/** What a journey would have done, and what did happen at that time in the journey of the same id. */
export const BacktestResult = z.object({
  from: Time,
  to: Time,
  /** People whose past was gone through, and events of theirs. */
  people: Count,
  events: Count,
  entered: z.object({ treated: Count, heldOut: Count, people: Count }),
  /** By reason code. */
  notLetIn: Counts,
  exits: Counts,
  /** Runs that would still be in the journey at the end. */
  standing: Count,
  converted: z.object({ treated: Count, heldOut: Count }),
  /** Times that a run would have come to each step. */
  steps: Counts,
  messages: z.array(z.object({ step: z.string(), channel: z.string(), sent: Count, failed: Count, happened: Count })),
  /** Messages for each channel and day (UTC). */
  days: z.array(z.object({ day: z.string(), channel: z.string(), messages: Count })),
  mostForOne: z.object({ profileId: z.string(), messages: Count }).nullable(),
  /** Runs by the event that began them: in both, only then, only now. */
  runs: z.object({ both: Count, onlyThen: Count, onlyNow: Count }),
  happened: z.object({ entered: Count, messages: Count }),
  /** Opens and clicks of messages that would not have been sent, so that nobody could have answered them. */
  unanswered: Count,
  samples: z.array(
    z.object({
      profileId: z.string(),
      why: z.enum(['only_now', 'only_then', 'other_messages', 'same']),
      now: z.array(Line),
      then: z.array(Line),
    }),
  ),
  /** What is not exactly as it would have been. */
  approximations: z.array(z.string()),
})
export type BacktestResult = z.output<typeof BacktestResult>

const Backtest = z.object({
  id: Id,
  journeyId: Slug,
  status: z.enum(['waiting', 'running', 'done', 'failed', 'cancelled']),
  /** People gone through, of how many. */
  done: Count,
  total: Count,
  error: z.string(),
  result: BacktestResult.nullable(),
})

export const StartBacktest = action({
  name: 'journeys.backtest',
  does: 'Tries a journey on what has happened in a stretch of the past; nothing is sent and nobody enters anything.',
  may: 'reports:read',
  route: 'POST /api/backtests',
  input: z.object({ definition: Journey, from: Time, to: Time }),
  output: z.object({ id: Id }),
})

export const GetBacktest = action({
  name: 'journeys.backtestResult',
  does: 'Tells how far a backtest is, and what came out.',
  may: 'reports:read',
  route: 'GET /api/backtests/:id',
  input: z.object({ id: Id }),
  output: Backtest,
})

export const CancelBacktest = action({
  name: 'journeys.cancelBacktest',
  does: 'Ends a backtest before it is done.',
  may: 'reports:read',
  route: 'POST /api/backtests/:id/cancel',
  input: z.object({ id: Id }),
  output: z.object({ cancelled: z.boolean() }),
})

const Proved = z.object({
  channel: z.string(),
  window: z.enum(['24h', '7d']),
  /** null: no limit follows from the journeys. */
  most: Count.nullable(),
  /** A simulated person got exactly so many; else nobody gets more, and perhaps nobody so many. */
  exact: z.boolean(),
  /** The cap of the contact policy that holds it down. */
  cap: z.string().nullable(),
  journeys: z.array(
    z.object({
      journey: z.string(),
      most: Count.nullable(),
      why: z.enum(['never', 'steps', 'reentry', 'limit', 'keys', 'always']),
      sentence: z.string(),
    }),
  ),
  timeline: z.array(z.object({ at: z.number(), journey: z.string(), step: z.string(), kind: z.string(), sentence: z.string() })),
})

export const ProveJourneys = action({
  name: 'journeys.prove',
  does: 'Proves the most messages that one person can get in a day and in a week, from one journey or from all live ones, with the way to it.',
  may: 'journeys:read',
  route: 'POST /api/journeys/prove',
  input: z.object({
    /** A draft that is not saved; it takes the place of the live version of its id. */
    definition: Journey.optional(),
    /** A live journey; with neither: all live ones together. */
    id: Slug.optional(),
  }),
  output: z.object({
    /** Of the one journey; empty when all were asked about. */
    alone: z.array(Proved),
    /** Of all live journeys together, the draft among them. */
    together: z.array(Proved),
    /** Journeys that start each other. */
    cycles: z.array(z.array(z.string())),
  }),
})
