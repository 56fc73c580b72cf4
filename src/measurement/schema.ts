import { z } from 'zod'
import { action } from '#lib/action.ts'
import { DELIVERY_STATUSES } from './delivery-status.ts'

const Id = z.string().min(1).max(200)
const Count = z.int().nonnegative()
/** Query values arrive as text. */
const Version = z.coerce.number().int().min(1).max(4_294_967_295)
const Limit = z.coerce.number().int().min(1).max(500).default(50)
/** Opaque: give back what `next` said. */
const Cursor = z.string().max(600)
/** Epoch milliseconds. */
const At = z.number()

/** A reason code and the sentence that explains it (`journeys/reasons.ts`). */
const Reason = { reason: z.string(), sentence: z.string() }

export const DeliveryStatus = z.enum(DELIVERY_STATUSES)
export const ArmName = z.enum(['treated', 'held_out'])

/** What came of the people of one arm within the goal's window. A person who entered several times counts once. */
export const ArmResult = z.object({
  people: Count,
  /** People who reached the goal at least once. */
  converted: Count,
  /** converted / people; 0 without people. */
  rate: z.number(),
  /** Sum over all conversions, in the workspace's currency. */
  value: z.number(),
  valuePerPerson: z.number(),
})
export type ArmResult = z.output<typeof ArmResult>

/** Treated minus held out, with an interval that holds however often one looks. */
export const Difference = z.object({ difference: z.number(), low: z.number(), high: z.number(), level: z.literal(0.95) })
export type Difference = z.output<typeof Difference>

export const Lift = z.object({
  /** Difference of the conversion rates: asymptotic confidence sequence; exact while there are few (`inference/`). */
  conversion: Difference,
  /** Difference of the value per person; null while it is too early. */
  valuePerPerson: Difference.nullable(),
  tooEarly: z.boolean(),
  /** Which rule says that it is too early, in words; null when it is not. */
  tooEarlyBecause: z.string().nullable(),
  /** What can be said, in words; the whole read-out is `experiments.report` of `journey:<id>`. */
  sentence: z.string(),
})
export type Lift = z.output<typeof Lift>

export const MessageCount = z.object({
  channel: z.string(),
  status: DeliveryStatus,
  ...Reason,
  /** Distinct messages: ten opens of one message count once. */
  messages: Count,
  people: Count,
})

export type MessageCount = z.output<typeof MessageCount>

/** `entered = waiting + left` always holds; the unit is the run (enrollment), which includes held-out runs. */
export const JourneyFigures = z.object({
  /** null: all versions together. */
  version: z.int().nullable(),
  entered: z.object({ all: Count, treated: Count, heldOut: Count }),
  refused: z.object({ all: Count, reasons: z.array(z.object({ ...Reason, times: Count })) }),
  waiting: z.object({ all: Count, steps: z.array(z.object({ step: z.string(), runs: Count })) }),
  left: z.object({ all: Count, reasons: z.array(z.object({ ...Reason, runs: Count })) }),
  messages: z.array(MessageCount),
  treated: ArmResult,
  heldOut: ArmResult,
  /** null when it cannot be known: see `noLiftBecause`. */
  lift: Lift.nullable(),
  /** `no_holdout`: nobody was held out. `several_versions`: versions may differ in share and audience, so compare within one. */
  noLiftBecause: z.enum(['no_holdout', 'several_versions']).nullable(),
})
export type JourneyFigures = z.output<typeof JourneyFigures>

export const JourneyReport = z.object({
  journeyId: z.string(),
  /** When the report was read. Facts reach reports a moment after they happen. */
  asOf: At,
  total: JourneyFigures,
  /** Newest version first; only versions that something happened in. */
  versions: z.array(JourneyFigures),
})
export type JourneyReport = z.output<typeof JourneyReport>

export const ReadJourneyReport = action({
  name: 'reports.journey',
  does: 'Counts what a journey did: who entered, waits, left and why, which messages went out, and treated against held-out people',
  may: 'reports:read',
  route: 'GET /api/reports/journeys/:id',
  input: z.object({ id: Id, version: Version.optional() }),
  output: JourneyReport,
})

export const StepCounts = z.object({
  step: z.string(),
  /** Runs that stand on the step now. */
  in: Count,
  /** Times that a run came to the step, moved on from it, or left the journey from it. */
  arrived: Count,
  passed: Count,
  left: Count,
  /** The same over the last 24 hours. */
  last24h: z.object({ arrived: Count, passed: Count, left: Count }),
})
export type StepCounts = z.output<typeof StepCounts>

export const ReadStepCounts = action({
  name: 'reports.steps',
  does: 'Counts for each step of a journey who stands on it, who passed it, and the last 24 hours',
  may: 'reports:read',
  route: 'GET /api/reports/journeys/:id/steps',
  input: z.object({ id: Id, version: Version.optional() }),
  output: z.object({ journeyId: z.string(), asOf: At, steps: z.array(StepCounts) }),
})

/** Which number is asked about. Narrow it by step, reason, arm, status, channel. */
export const PeopleBehind = z.enum(['entered', 'refused', 'waiting', 'left', 'in_arm', 'converted', 'message'])
export const PersonBehind = z.object({
  profileId: z.string(),
  /** The best name that is known; '' for none. */
  name: z.string(),
  /** What was counted: the run, the message, or '' where the person is the unit. */
  of: z.string(),
  step: z.string(),
  ...Reason,
  at: At,
})
export type PersonBehind = z.output<typeof PersonBehind>

export const ReadPeople = action({
  name: 'reports.people',
  does: 'Lists the people behind a number of a journey report; as many rows as the number says',
  may: 'people:read',
  route: 'GET /api/reports/journeys/:id/people',
  input: z.object({
    id: Id,
    of: PeopleBehind,
    version: Version.optional(),
    step: z.string().max(64).optional(),
    reason: z.string().max(120).optional(),
    arm: ArmName.optional(),
    status: DeliveryStatus.optional(),
    channel: z.string().max(40).optional(),
    cursor: Cursor.optional(),
    limit: Limit,
  }),
  output: z.object({ people: z.array(PersonBehind), next: z.string().nullable() }),
})
export type PeopleQuery = z.output<typeof ReadPeople.input>

const inJourney = { journeyId: z.string(), version: z.int(), enrollmentId: z.string() }
/** One line of a life, newest first in a timeline and oldest first in a why. */
export const TimelineItem = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('event'),
    at: At,
    type: z.string(),
    name: z.string(),
    messageId: z.string(),
    /** JSON text as it was recorded. */
    properties: z.string(),
    verdict: z.string(),
  }),
  z.object({
    kind: z.literal('transition'),
    at: At,
    ...inJourney,
    move: z.enum(['entered', 'refused', 'moved', 'migrated', 'exited', 'converted']),
    fromStep: z.string(),
    toStep: z.string(),
    arm: ArmName,
    value: z.number(),
    cause: z.string(),
    ...Reason,
  }),
  z.object({
    kind: z.literal('delivery'),
    at: At,
    ...inJourney,
    effectId: z.string(),
    step: z.string(),
    channel: z.string(),
    status: DeliveryStatus,
    ...Reason,
  }),
  z.object({
    kind: z.literal('decision'),
    at: At,
    ...inJourney,
    step: z.string(),
    arm: z.string(),
    propensity: z.number(),
    /** Why this, where a model chose; '' elsewhere. */
    sentence: z.string(),
    /** Id of the decision, which explains it; '' of a split, which has none. */
    decision: z.string(),
  }),
])
export type TimelineItem = z.output<typeof TimelineItem>

export const ReadWhy = action({
  name: 'profiles.why',
  does: 'Explains step by step why a person did or did not get something from a journey',
  may: 'people:read',
  route: 'GET /api/journeys/:id/why/:profileId',
  input: z.object({ id: Id, profileId: Id }),
  output: z.object({
    journeyId: z.string(),
    profileId: z.string(),
    /** `never`: nothing of this journey ever touched the person. */
    standing: z.enum(['never', 'refused', 'in', 'left']),
    /** Id of the step where they stand; '' where they are not in it. */
    step: z.string(),
    /** The answer in one sentence. */
    sentence: z.string(),
    items: z.array(TimelineItem),
    /** True when only the newest 1,000 items are shown. */
    cut: z.boolean(),
  }),
})

export const TimelineKind = z.enum(['event', 'transition', 'delivery', 'decision'])
export type TimelineKind = z.output<typeof TimelineKind>
export const ReadTimeline = action({
  name: 'profiles.timeline',
  does: 'Lists what a person did and what was done for them, newest first',
  may: 'people:read',
  route: 'GET /api/profiles/:id/timeline',
  input: z.object({
    id: Id,
    /** Comma-separated; all kinds if left out. */
    kinds: z
      .string()
      .transform((text) => text.split(','))
      .pipe(z.array(TimelineKind).min(1))
      .optional(),
    cursor: Cursor.optional(),
    limit: Limit,
  }),
  output: z.object({ items: z.array(TimelineItem), next: z.string().nullable() }),
})
