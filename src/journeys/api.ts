import { z } from 'zod'
import { action } from '#lib/action.ts'
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

export const JourneySummary = z.object({
  id: Slug,
  name: z.string(),
  /** Live version; of a draft its own. */
  version: Version,
  status: JourneyStatus,
  /** Runs that stand in it at this moment, on any version. */
  inNow: Count,
  /** Runs that began within the last seven days, held-out ones included. */
  entered7d: Count,
  /** Share of treated runs that reached the goal within its window; null while nobody has been treated. */
  goalRate: z.number().min(0).max(1).nullable(),
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

export const SimulateJourney = action({
  name: 'journeys.simulate',
  does: 'Runs a journey for one person on given events in virtual time; nothing is sent and nothing is stored.',
  may: 'journeys:read',
  route: 'POST /api/journeys/:id/simulate',
  input: z.object({
    id: Slug,
    version: z.int().positive().optional(),
    attributes: z.record(z.string(), z.json()).default({}),
    events: z
      .array(z.object({ name: z.string().min(1), at: Time, properties: z.record(z.string(), z.json()).default({}) }))
      .min(1)
      .max(200),
    until: Time,
  }),
  output: z.object({
    trace: z.array(
      z.object({
        at: Time,
        kind: z.enum(['entered', 'refused', 'moved', 'exited', 'converted', 'message']),
        step: z.string(),
        reason: z.string(),
        sentence: z.string(),
      }),
    ),
  }),
})

/** A run that stands on a `hold` step. */
export const HeldRun = z.object({
  profile: z.string(),
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
