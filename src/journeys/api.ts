import { z } from 'zod'
import { action } from '#lib/action.ts'
import { InFlight } from '#workspaces/documents/in-flight.ts'
import { Scope } from '#workspaces/schema.ts'
import { Journey } from './schema.ts'
import { Slug } from './words.ts'

const Version = z.int().positive()
/** Epoch milliseconds. */
const Time = z.int().nonnegative()
const Count = z.int().nonnegative()

/** `live` takes people in; `draft` was never published; `archived` takes nobody in any more, runs go on to their end. */
export const JourneyStatus = z.enum(['draft', 'live', 'archived'])

/** One problem that `check` found in a definition; `at` is a JSON pointer into it. */
export const JourneyProblem = z.object({
  severity: z.enum(['error', 'warning']),
  code: z.string(),
  title: z.string(),
  detail: z.string().optional(),
  hint: z.string().optional(),
  at: z.string().optional(),
})

/** `pause` lets nobody in and nobody go on; `drain` lets nobody in; `stop` has ended every run. */
export const JourneyMode = z.enum(['run', 'pause', 'drain', 'stop'])

export const JourneySummary = z.object({
  id: Slug,
  name: z.string(),
  /** Live version; of a draft its own. */
  version: Version,
  status: JourneyStatus,
  mode: JourneyMode,
  /** Runs that stand in it at this moment, on any version. */
  inNow: Count,
  /** Runs that began within the last seven days, held-out ones included. */
  entered7d: Count,
  /** Share of treated runs that reached the goal within its window; null while nobody has been treated. */
  goalRate: z.number().min(0).max(1).nullable(),
  /** 95 % interval of that share; null with it. */
  goalBetween: z.tuple([z.number(), z.number()]).nullable(),
  /** Share that enters and gets nothing, as it is written: `10%`. */
  holdout: z.string(),
  /** A draft that is not what is live. */
  draft: z.boolean(),
  /** Request for approval that waits; null: none. */
  waiting: z.string().nullable(),
  /** Channels that it can send by. */
  channels: z.array(z.string()),
  /** '' where nobody is named. */
  owner: z.string(),
  tags: z.array(z.string()),
  /** When and by whom it was last written. */
  updatedAt: Time,
  updatedBy: z.string(),
  /** Problems of the definition, and messages of the last seven days that failed. */
  issues: Count,
  publishedAt: Time.nullable(),
})

export const ListJourneys = action({
  name: 'journeys.list',
  does: 'Lists the journeys of the workspace with their live counts.',
  may: 'journeys:read',
  route: 'GET /api/journeys',
  input: z.object({}),
  output: z.object({ journeys: z.array(JourneySummary) }),
})

export const JourneyVersion = z.object({ version: Version, status: JourneyStatus, at: Time, by: z.string() })

export const GetJourney = action({
  name: 'journeys.get',
  does: 'Shows one version of a journey: its definition, its text, its problems and its other versions.',
  may: 'journeys:read',
  route: 'GET /api/journeys/:id',
  input: z.object({ id: Slug, version: z.coerce.number().int().positive().optional() }),
  output: z.object({
    id: Slug,
    name: z.string(),
    version: Version,
    status: JourneyStatus,
    mode: JourneyMode,
    /** When the mode was changed last, and by whom; null: never. */
    modeAt: Time.nullable(),
    modeBy: z.string(),
    /** Hash of the draft, if there is one that differs from what is live. */
    draft: z.string().nullable(),
    definition: Journey,
    /** The definition as it is written as code. */
    yaml: z.string(),
    problems: z.array(JourneyProblem),
    /** Newest first. */
    versions: z.array(JourneyVersion),
    /** One sentence per condition text that the definition uses, for people. */
    sentences: z.record(z.string(), z.string()),
  }),
})

/** One frame of the stream of live counts: all counts are totals of this journey over all versions. */
export const LiveCounts = z.object({
  at: Time,
  /** Runs that stand on the step now; times that a run came to it; times that a run moved on from it. */
  steps: z.record(z.string(), z.object({ in: Count, arrived: Count, passed: Count })),
  entered: Count,
  exited: Count,
  converted: Count,
})

/** Server-sent events: a `LiveCounts` as data at once, then at most one a second while they change. */
export const WatchJourney = action({
  name: 'journeys.live',
  does: 'Streams the live counts of a journey as server-sent events.',
  may: 'journeys:read',
  route: 'GET /api/journeys/:id/live',
  input: z.object({ id: Slug }),
  output: LiveCounts,
  streams: true,
})

/** A run that stands on a `hold` step. */
export const HeldRun = z.object({
  profile: z.string(),
  /** The best name that is known of the person; '' when there is none. */
  name: z.string(),
  enrollment: z.string(),
  journey: Slug,
  journeyName: z.string(),
  version: Version,
  step: Slug,
  stepName: z.string(),
  /** What is to be decided. */
  note: z.string(),
  /** The permission that deciding needs. */
  for: Scope,
  since: Time,
  /** When it goes on without a decision. */
  until: Time.nullable(),
})

export const ListHeld = action({
  name: 'journeys.held',
  does: 'Lists the runs that wait for a person’s decision, the longest waiting first (at most 500).',
  may: 'journeys:read',
  route: 'GET /api/held',
  input: z.object({ journey: Slug.optional() }),
  output: z.object({ runs: z.array(HeldRun) }),
})

export const ReleaseRun = action({
  name: 'journeys.release',
  does: 'Decides on a run that waits at a hold step: released, it goes on; rejected, it goes the other way.',
  may: 'approvals:decide',
  route: 'POST /api/held/release',
  audited: true,
  input: z.object({
    profile: z.string().min(1).max(100),
    enrollment: z.string().min(1).max(100),
    step: Slug,
    verdict: z.enum(['released', 'rejected']),
    comment: z.string().max(500).default(''),
  }),
  output: z.object({ run: HeldRun, verdict: z.enum(['released', 'rejected']) }),
})

export const MoveRuns = action({
  name: 'journeys.moveRuns',
  does: 'Moves people who stand on a step on to the next, or takes them out of the journey: those named, or all of them, at most 500 at once.',
  may: 'publish',
  route: 'POST /api/journeys/:id/runs/move',
  audited: true,
  input: z.object({
    id: Slug,
    step: Slug,
    to: z.enum(['on', 'out']),
    /** Left out: all who stand there. */
    profiles: z.array(z.string().min(1).max(100)).min(1).max(500).optional(),
    comment: z.string().max(500).default(''),
  }),
  output: z.object({
    moved: z.int().nonnegative(),
    /** More stand there: ask again. */
    more: z.boolean(),
  }),
})

/** A journey going out to many people at once. */
export const BroadcastLine = z.object({
  /** Local time of a schedule, `existing:<segment>`, or `dates:<version>`. */
  occurrence: z.string(),
  kind: z.enum(['scheduled', 'existing', 'dates']),
  version: Version,
  /** `missed`: nothing ran when it was due, and it was too late afterwards. */
  status: z.enum(['running', 'paused', 'done', 'cancelled', 'missed']),
  due: Time,
  beganAt: Time,
  endedAt: Time.nullable(),
  /** People there were when it began, people looked at, people it was for. */
  people: Count,
  looked: Count,
  reached: Count,
  reason: z.string(),
})

export const ListBroadcasts = action({
  name: 'journeys.broadcasts',
  does: 'Lists when a journey went out to many people, newest first, how far it has come, and when it goes out next.',
  may: 'journeys:read',
  route: 'GET /api/journeys/:id/broadcasts',
  input: z.object({ id: Slug }),
  output: z.object({
    broadcasts: z.array(BroadcastLine),
    next: z.object({ local: z.string(), begins: Time }).nullable(),
  }),
})

export const ChangeBroadcast = action({
  name: 'journeys.broadcast.change',
  does: 'Pauses, resumes or cancels a broadcast that is on its way. Whoever has entered goes on; a cancelled one never comes again.',
  may: 'send',
  route: 'POST /api/journeys/:id/broadcasts/change',
  audited: true,
  input: z.object({ id: Slug, occurrence: z.string().min(1).max(200), to: z.enum(['pause', 'resume', 'cancel']) }),
  output: z.object({ broadcast: BroadcastLine }),
})

export const EnterJourney = action({
  name: 'journeys.enter',
  does: 'Asks for one person to enter a journey that has an API entry. Its rules decide; the same message id enters once.',
  may: 'people:write',
  route: 'POST /api/journeys/:id/enter',
  audited: true,
  status: 202,
  input: z.object({
    id: Slug,
    /** A profile id, or identifiers; of somebody unknown a profile is made. */
    person: z
      .strictObject({
        profile: z.string().min(1).max(100).optional(),
        userId: z.string().min(1).max(512).optional(),
        anonymousId: z.string().min(1).max(512).optional(),
        email: z.email().max(254).toLowerCase().optional(),
      })
      .refine((person) => Object.values(person).some((value) => value !== undefined), 'say who: profile, userId, anonymousId or email'),
    /** Names the run, e.g. an order: one run for each. */
    key: z.string().min(1).max(200).optional(),
    /** What the journey gets as `entry.properties`. */
    data: z.record(z.string(), z.json()).default({}),
    messageId: z.string().min(1).max(200).optional(),
  }),
  output: z.object({
    messageId: z.string(),
    /** Where it shows what became of it. */
    look: z.string(),
  }),
})

const Consequence = z.object({
  /** `stays` on the old version, `follows` with nothing else changed, `waits` until another moment, `goes_on` to a step, `gets` a message, `leaves`, or `finishes` at once. */
  kind: z.enum(['stays', 'follows', 'waits', 'goes_on', 'gets', 'leaves', 'finishes']),
  people: Count,
  /** Step that they come to; '' where there is none. */
  to: z.string(),
  /** Message that they get. */
  what: z.string(),
  /** Of those who wait: the earliest and the latest moment. */
  from: Time.nullable(),
  until: Time.nullable(),
})

export const JourneyImpact = action({
  name: 'journeys.impact',
  does: 'Shows what publishing a journey would do to the people inside: how many stand on each step of each version, and what each of them would get at that moment.',
  may: 'journeys:read',
  route: 'POST /api/journeys/:id/impact',
  input: z.object({
    id: Slug,
    inFlight: InFlight,
    /** What is to be published; the draft if left out. */
    body: z.record(z.string(), z.json()).optional(),
    /** Templates that are published with it, so that a message with one of them counts. */
    templates: z.array(Slug).max(2_000).default([]),
  }),
  output: z.object({
    /** Publishing with people taken along needs it, for 15 minutes. */
    token: z.string(),
    hash: z.string(),
    live: Version.nullable(),
    next: Version,
    at: Time,
    people: Count,
    groups: z.array(
      z.object({
        version: Version,
        step: z.string(),
        title: z.string(),
        people: Count,
        /** Step of the new version that they stand on afterwards; null: they leave or stay on their version. */
        target: z.string().nullable(),
        /** How many of them were looked at; the consequences are scaled up from these. */
        looked: Count,
        consequences: z.array(Consequence),
      }),
    ),
    /** New steps that nobody who is inside will come by. */
    outOfReach: z.array(z.string()),
    /** Why people could not be taken along like this. */
    problems: z.array(
      z.object({ code: z.string(), status: z.int(), title: z.string(), detail: z.string().optional(), hint: z.string().optional() }),
    ),
    /** Steps on which people stand, or may stand, that the new version does not have. */
    unmapped: z.array(z.string()),
    /** Steps of the new version on which somebody can stand, to choose from. */
    places: z.array(z.object({ step: z.string(), title: z.string() })),
  }),
  largestBody: 4 * 1_048_576,
})

export const ChangeJourneyMode = action({
  name: 'journeys.mode',
  does: 'Pauses a journey, lets it run again, lets nobody in any more (drain), or ends every run at once (stop).',
  may: 'publish',
  route: 'POST /api/journeys/:id/mode',
  input: z.object({
    id: Slug,
    mode: JourneyMode,
    /** When a pause ends: timers that came due meanwhile fire within a minute (`run`), all timers move by the pause (`shift`), or who missed theirs leaves (`exit`). */
    timers: z.enum(['run', 'shift', 'exit']).optional(),
  }),
  output: z.object({ mode: JourneyMode, revision: z.int() }),
  audited: true,
})

export const DuplicateJourney = action({
  name: 'journeys.duplicate',
  does: 'Writes a draft of a new journey with the steps of another one. Nobody enters it before it is published.',
  may: 'documents:write',
  route: 'POST /api/journeys/:id/duplicate',
  input: z.object({ id: Slug, to: Slug, name: z.string().max(200).optional() }),
  output: z.object({ id: Slug }),
  audited: true,
})
