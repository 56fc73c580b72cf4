import { z } from 'zod'
import { action } from '#lib/action.ts'
import { ON_VIOLATION, PII, PlannedEvent, PROPERTY_TYPES } from './plan.ts'

/** Epoch milliseconds. */
const Time = z.int().nonnegative()
const Count = z.int().nonnegative()
const nothing = z.object({})
const Said = z.object({
  code: z.string(),
  title: z.string(),
  detail: z.string().optional(),
  hint: z.string().optional(),
  at: z.string().optional(),
})

export const FreshnessSeen = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('young') }),
  z.object({ kind: z.literal('usual') }),
  z.object({ kind: z.literal('silent'), hours: Count, expected: Count }),
  z.object({ kind: z.literal('low'), hours: Count, got: Count, expected: Count }),
])

export const EventLine = z.object({
  /** As sources send it. */
  event: z.string(),
  /** Document of the plan; null: not planned. */
  planned: z
    .object({ id: z.string(), version: Count, owner: z.string(), onViolation: z.enum(ON_VIOLATION), blocked: z.boolean() })
    .nullable(),
  day: Count,
  week: Count,
  /** By hour of the last 48, the oldest first; the last one still runs. */
  hours: z.array(Count),
  first: Time.nullable(),
  last: Time.nullable(),
  /** Events of the last week that broke the plan. */
  violating: Count,
  /** Waiting in quarantine, or refused and kept. */
  quarantined: Count,
  refused: Count,
  score: Count.nullable(),
  freshness: FreshnessSeen,
  /** A planned event whose name differs by few letters. */
  similar: z.string().nullable(),
  /** Documents that stand on it. */
  feeds: z.array(z.object({ kind: z.string(), id: z.string() })),
})
export type EventLine = z.output<typeof EventLine>

export const ListEvents = action({
  name: 'data.events',
  does: 'Lists the events that sources send and those that are planned: volume, violations, freshness, score, and what stands on them.',
  may: 'data:read',
  route: 'GET /api/data/events',
  input: nothing,
  output: z.object({ asOf: Time, unplanned: z.enum(['allow', 'report', 'quarantine', 'block']), events: z.array(EventLine) }),
})

const Use = z.object({ kind: z.string(), id: z.string(), name: z.string() })

export const GetEvent = action({
  name: 'data.event',
  does: 'Shows one event: its plan, its properties as they were seen, its violations with samples, and what stands on each property.',
  may: 'data:read',
  route: 'GET /api/data/events/:event',
  input: z.object({ event: z.string().min(1).max(200) }),
  output: z.object({
    asOf: Time,
    line: EventLine,
    plan: PlannedEvent.nullable(),
    /** A plan made of what was seen, for one that is not planned. */
    proposal: PlannedEvent,
    /** How many of the newest events were looked at. */
    sampled: Count,
    properties: z.array(
      z.object({
        name: z.string(),
        planned: z.object({ type: z.enum(PROPERTY_TYPES), required: z.boolean(), pii: z.enum(PII), description: z.string() }).nullable(),
        types: z.array(z.object({ type: z.enum(PROPERTY_TYPES), share: z.number() })),
        present: z.number(),
        different: Count,
        /** Empty where it is personal, or where the reader may not read people. */
        top: z.array(z.object({ value: z.string(), share: z.number() })),
        uses: z.array(Use),
      }),
    ),
    violations: z.array(z.object({ kind: z.string(), property: z.string(), says: z.string(), day: Count, week: Count, last: Time })),
    samples: z.array(
      z.object({
        messageId: z.string(),
        profile: z.string(),
        received: Time,
        kind: z.string(),
        property: z.string(),
        says: z.string(),
        source: z.string(),
      }),
    ),
    uses: z.array(Use),
    /** People who did it in the last 30 days. */
    people: Count,
    sources: z.array(z.object({ id: z.string(), events: Count })),
  }),
})

export const SourceLine = z.object({
  /** Id of its write key. */
  id: z.string(),
  name: z.string(),
  lastFour: z.string(),
  createdAt: Time,
  revokedAt: Time.nullable(),
  /** In the last 24 hours and 7 days. */
  day: Count,
  week: Count,
  last: Time.nullable(),
  /** By hour of the last 48, the oldest first. */
  hours: z.array(Count),
  violating: Count,
  quarantined: Count,
  refused: Count,
  /** Codes of what was refused in the last week. */
  codes: z.array(z.object({ code: z.string(), events: Count })),
  libraries: z.array(z.object({ library: z.string(), events: Count, last: Time })),
  score: Count.nullable(),
  freshness: FreshnessSeen,
})
export type SourceLine = z.output<typeof SourceLine>

export const ListSources = action({
  name: 'data.sources',
  does: 'Lists the sources of events (one for each write key): volume, the last event, clients and versions, refusals, and how much keeps to the plan.',
  may: 'data:read',
  route: 'GET /api/data/sources',
  input: nothing,
  output: z.object({ asOf: Time, sources: z.array(SourceLine) }),
})

export const LiveEvent = z.object({
  /** Unique within the stream. */
  key: z.string(),
  outcome: z.enum(['accepted', 'violating', 'quarantined', 'blocked', 'rejected']),
  event: z.string(),
  type: z.string(),
  messageId: z.string(),
  received: Time,
  at: Time,
  source: z.string(),
  /** Profile id; '' for what did not get onto the log, or where the reader may not read people. */
  person: z.string(),
  faults: z.array(z.object({ kind: z.string(), at: z.string(), says: z.string() })),
  /** As it came, with what is secret or sensitive hidden; null where the reader may not read people. */
  payload: z.json().nullable(),
})
export type LiveEvent = z.output<typeof LiveEvent>

export const WatchEvents = action({
  name: 'data.live',
  does: 'Streams events as they come, as server-sent events: at most fifty in a frame, the rest as a number.',
  may: 'data:read',
  route: 'GET /api/data/live',
  streams: true,
  input: z.object({
    event: z.string().max(200).optional(),
    source: z.string().max(100).optional(),
    /** A profile id. */
    person: z.string().max(200).optional(),
  }),
  output: z.object({ at: Time, events: z.array(LiveEvent), more: Count }),
})

const HeldKind = z.enum(['quarantined', 'blocked', 'rejected'])
const HeldFilter = {
  kind: HeldKind.optional(),
  source: z.string().max(100).optional(),
  event: z.string().max(200).optional(),
  code: z.string().max(100).optional(),
}

export const HeldLine = z.object({
  id: Count,
  kind: HeldKind,
  source: z.string(),
  event: z.string(),
  messageId: z.string(),
  received: Time,
  problem: Said.extend({ problems: z.array(Said).optional() }),
  /** As it came, with secrets hidden; null where the reader may not read people. */
  payload: z.json().nullable(),
})
export type HeldLine = z.output<typeof HeldLine>

export const ListHeld = action({
  name: 'data.held',
  does: 'Lists events that did not get onto the log (in quarantine, blocked by the plan, or rejected), newest first, with the reason and how to mend it.',
  may: 'data:read',
  route: 'GET /api/data/held',
  input: z.object({ ...HeldFilter, cursor: z.coerce.number().int().positive().optional() }),
  output: z.object({ events: z.array(HeldLine), total: Count, next: z.string().nullable() }),
})

export const CountHeld = action({
  name: 'data.heldCounts',
  does: 'Counts what waits for somebody: events in quarantine, blocked and rejected ones, people whose events stand still, messages that were given up.',
  may: 'data:read',
  route: 'GET /api/data/held/counts',
  input: nothing,
  output: z.object({
    quarantined: Count,
    blocked: Count,
    rejected: Count,
    parked: Count,
    dead: Count,
    deadWebhooks: Count,
    reasons: z.array(z.object({ kind: HeldKind, code: z.string(), event: z.string(), events: Count })),
  }),
})

export const ReplayHeld = action({
  name: 'data.replay',
  does: 'Sends held events on their way again, oldest first: those that keep to the plan now are accepted with the time at which they came; the others stay, with their reason of today.',
  may: 'data:write',
  route: 'POST /api/data/held/replay',
  audited: true,
  input: z.object({
    ...HeldFilter,
    ids: z.array(Count).min(1).max(500).optional(),
    /** Go on behind this row: the `last` of the answer before. */
    after: Count.default(0),
    /** Whether the plan is asked again; `false` lets what breaks it through, as a violation. */
    check: z.boolean().default(true),
  }),
  output: z.object({
    replayed: Count,
    still: Count,
    /** The last row that was looked at, and how many of the same kind come after it. */
    last: Count,
    left: Count,
    /** Why some stay, each reason once. */
    reasons: z.array(z.object({ title: z.string(), events: Count })),
  }),
})

export const DiscardHeld = action({
  name: 'data.discard',
  does: 'Throws held events away for good.',
  may: 'data:write',
  route: 'POST /api/data/held/discard',
  audited: true,
  input: z.object({ ...HeldFilter, ids: z.array(Count).min(1).max(500).optional() }),
  output: z.object({ discarded: Count }),
})

export const SendTestEvent = action({
  name: 'data.testEvent',
  does: 'Sends one event as a source would, by the id of its write key. It is a real event: journeys hear it.',
  may: 'data:write',
  route: 'POST /api/data/test-event',
  audited: true,
  input: z.object({
    source: z.string().min(1).max(100),
    /** A call as the API of events takes it: `{ "type": "track", "event": …, "userId": … }`. */
    event: z.record(z.string(), z.json()),
  }),
  output: z.object({
    messageId: z.string(),
    outcome: z.enum(['accepted', 'violating', 'quarantined', 'blocked', 'rejected']),
    problem: Said.nullable(),
  }),
})

export const TraceEvent = action({
  name: 'data.trace',
  does: 'Follows one event by its message id: accepted, whose it is, which segments changed, which journeys let the person in or why not, and what was sent.',
  may: 'people:read',
  route: 'GET /api/data/trace/:messageId',
  input: z.object({ messageId: z.string().min(1).max(200) }),
  output: z.object({
    /** `unknown`: not seen so far. */
    state: z.enum(['unknown', 'held', 'handled']),
    held: HeldLine.nullable(),
    event: z
      .object({
        event: z.string(),
        person: z.string(),
        personName: z.string(),
        at: Time,
        received: Time,
        source: z.string(),
        duplicate: z.boolean(),
      })
      .nullable(),
    steps: z.array(
      z.object({
        of: z.enum(['segment', 'journey', 'message', 'violation']),
        id: z.string(),
        version: Count,
        /** What happened: `entered`, `refused`, `sent`, `missing`, … */
        what: z.string(),
        step: z.string(),
        reason: z.string(),
        /** The reason as a sentence. */
        sentence: z.string(),
        at: Time,
        /** Of a message: its id. */
        message: z.string(),
      }),
    ),
  }),
})
