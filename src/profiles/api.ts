import { z } from 'zod'
import { action } from '#lib/action.ts'

/** Epoch milliseconds. */
const Time = z.int().nonnegative()
const Count = z.int().nonnegative()

export const ProfileSummary = z.object({
  id: z.string(),
  /** The best name that is known: attribute `name`, first and last name, e-mail address, user id, else ''. */
  name: z.string(),
  email: z.string().nullable(),
  userId: z.string().nullable(),
  firstSeen: Time,
  lastSeen: Time,
  /** Journeys that the person stands in at this moment. */
  inJourneys: Count,
  /** The attributes that were asked for by `columns`; those that the person has. */
  values: z.record(z.string(), z.json()),
})

export const SearchProfiles = action({
  name: 'profiles.search',
  does: 'Finds people by the start of an identifier (e-mail address, user id, phone, anonymous id) or a profile id, by segment, or by any condition; without any of these, those seen last.',
  may: 'people:read',
  route: 'GET /api/profiles',
  input: z.object({
    q: z.string().max(320).default(''),
    /** Only who is in this segment now. */
    segment: z.string().max(64).optional(),
    /** Only for whom this condition holds, e.g. `plan == "gold"`. */
    when: z.string().max(4_096).optional(),
    /** Attributes to show beside each, parted by commas; ten at most. */
    columns: z.string().max(1_000).default(''),
    cursor: z.string().optional(),
  }),
  output: z.object({
    people: z.array(ProfileSummary),
    next: z.string().nullable(),
    /** What `when` says, as a sentence; '' without one. */
    sentence: z.string(),
  }),
})

export const AttributeSources = action({
  name: 'profiles.sources',
  does: 'Tells where the values of a person’s attributes came from: the source and the time of the identify call that said them last.',
  may: 'people:read',
  route: 'GET /api/profiles/:id/sources',
  input: z.object({ id: z.string().min(1) }),
  output: z.object({
    attributes: z.array(z.object({ name: z.string(), /** '' when it is not known. */ source: z.string(), at: Time, times: Count })),
    /** Profiles that became this one, newest first. */
    merges: z.array(z.object({ from: z.string(), at: Time })),
  }),
})

/** What this person allowed or withdrew: `topic` '' means the whole channel. */
const PermitView = z.object({
  channel: z.string(),
  topic: z.string(),
  status: z.enum(['granted', 'withdrawn', 'pending', 'expired']),
  at: Time,
  source: z.string(),
})

/** One run that goes on now: where it stands, since when, and when it wakes (null: only an event or a receipt moves it). */
const StandingRun = z.object({
  journey: z.string(),
  journeyName: z.string(),
  version: z.int().positive(),
  enrollment: z.string(),
  key: z.string(),
  step: z.string(),
  stepName: z.string(),
  enteredAt: Time,
  since: Time,
  due: Time.nullable(),
})

export const GetProfile = action({
  name: 'profiles.get',
  does: 'Shows one person: identifiers, attributes, consent, and where the person stands in which journey.',
  may: 'people:read',
  route: 'GET /api/profiles/:id',
  input: z.object({ id: z.string().min(1) }),
  output: z.object({
    id: z.string(),
    name: z.string(),
    /** Set when this profile turned out to be the same person as another: read that one. */
    mergedInto: z.string().nullable(),
    ids: z.record(z.string(), z.array(z.string())),
    attributes: z.array(z.object({ name: z.string(), value: z.json(), at: Time })),
    activity: z.array(z.object({ name: z.string(), count: Count, first: Time, last: Time })),
    consent: z.object({
      permits: z.array(PermitView),
      blocked: z.array(z.object({ address: z.string(), reason: z.enum(['bounced', 'complained', 'manual', 'imported', 'erased']) })),
    }),
    journeys: z.array(StandingRun),
    firstSeen: Time,
    lastSeen: Time,
  }),
})

export const ListParked = action({
  name: 'profiles.parked',
  does: 'Lists people whose events stand still because one of them could not be handled; everybody else goes on.',
  may: 'people:read',
  route: 'GET /api/parked',
  input: z.object({}),
  output: z.object({
    people: z.array(
      z.object({
        id: z.string(),
        /** What went wrong, for developers. */
        error: z.string(),
        /** The record that could not be handled, as JSON text. */
        record: z.string(),
        waiting: Count,
        since: Time,
      }),
    ),
  }),
})

export const ReplayParked = action({
  name: 'profiles.replay',
  does: 'Handles again what stands still for a person, in its order. Nothing that was handled before happens twice.',
  may: 'people:write',
  route: 'POST /api/parked/:id/replay',
  input: z.object({ id: z.string().min(1) }),
  output: z.object({ records: Count }),
  audited: true,
})
