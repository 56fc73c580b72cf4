import { z } from 'zod'
import { action } from '#lib/action.ts'
import { BroadcastLine } from './api.ts'
import { Schedule } from './entries/schema.ts'
import { Slug } from './words.ts'

const Time = z.int()
const Count = z.int().nonnegative()
const LocalText = z.string().regex(/^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d$/, 'write a local date and time such as 2026-03-31T09:00')
const Moment = z.object({ local: z.string(), begins: Time, ends: Time })

/** `over`: it was taken out of use; `held`: the journey stands still. */
export const CampaignStatus = z.enum(['draft', 'planned', 'running', 'paused', 'held', 'done', 'stopped', 'missed', 'over'])

export const CampaignLine = z.object({
  id: Slug,
  name: z.string(),
  status: CampaignStatus,
  /** It goes out again and again. */
  recurring: z.boolean(),
  schedule: Schedule,
  audience: z.object({ segment: z.string().nullable(), sentence: z.string() }),
  channels: z.array(z.string()),
  /** A share such as `10%`. */
  holdout: z.string(),
  goal: z.string(),
  next: Moment.nullable(),
  last: BroadcastLine.nullable(),
  /** Of all times together. Openings and clicks by machines are left out. */
  results: z.object({ entered: Count, heldOut: Count, sent: Count, delivered: Count, opened: Count, clicked: Count, converted: Count }),
})
export type CampaignLine = z.output<typeof CampaignLine>

export const ListCampaigns = action({
  name: 'campaigns.list',
  does: 'Lists the campaigns: journeys that go out to many people by a schedule, with how far each has come and what it did.',
  may: 'journeys:read',
  route: 'GET /api/campaigns',
  input: z.object({}),
  output: z.object({ campaigns: z.array(CampaignLine) }),
})

export const CampaignReach = action({
  name: 'campaigns.reach',
  does: 'Counts whom a campaign is for, to how many of them it may write as things stand, and why not to the others. Nothing is stored.',
  may: 'people:read',
  route: 'POST /api/campaigns/reach',
  input: z.object({ body: z.record(z.string(), z.json()) }),
  output: z.object({
    /** People of the workspace; those whom the audience holds for; those of them who may be written to. */
    of: Count,
    audience: Count,
    allowed: Count,
    /** How many were asked; fewer than the audience: the numbers behind it are scaled up from these. */
    looked: Count,
    reasons: z.array(z.object({ reason: z.string(), sentence: z.string(), people: Count, some: z.array(z.string()) })),
    /** Some who may be written to. */
    some: z.array(z.string()),
  }),
})

export const MoveCampaign = action({
  name: 'campaigns.move',
  does: 'Moves a campaign that goes out once, and has not begun, to another time. It can then not go out at the old one.',
  may: 'send',
  route: 'POST /api/campaigns/:id/move',
  audited: true,
  input: z.object({ id: Slug, from: LocalText, to: LocalText }),
  output: z.object({ next: Moment }),
})

export const TakeBackCampaign = action({
  name: 'campaigns.takeBack',
  does: 'Takes a campaign back that has not begun to go out at its next time: it becomes a draft again.',
  may: 'send',
  route: 'POST /api/campaigns/:id/take-back',
  audited: true,
  input: z.object({ id: Slug }),
  output: z.object({ hash: z.string() }),
})

export const PlannedItem = z.object({
  key: z.string(),
  journey: Slug,
  name: z.string(),
  /** `sent`: it has begun; `once` and `again`: a schedule; `date` and `wait`: people's own times, day by day. */
  kind: z.enum(['sent', 'once', 'again', 'date', 'wait']),
  begins: Time,
  ends: Time,
  /** Wall-clock time of the schedule; '' for people's own times. */
  local: z.string(),
  /** `profile`: everyone's own. */
  zone: z.string(),
  channels: z.array(z.string()),
  audience: z.object({ key: z.string(), segment: z.string().nullable(), sentence: z.string() }),
  /** Null: not known. */
  people: Count.nullable(),
  /** Whether the time is settled, and whether the number of people is. */
  exact: z.object({ time: z.boolean(), people: z.boolean() }),
  status: z.enum(['planned', 'held', 'running', 'paused', 'done', 'cancelled', 'missed']),
  /** It goes out once and has not begun. */
  movable: z.boolean(),
})
export type PlannedItem = z.output<typeof PlannedItem>

export const ContactsPlanned = action({
  name: 'contacts.planned',
  does: 'Shows what is to go out when, to whom and by which channel, what meets within a day, and how near audiences come to the caps. What is estimated says so.',
  may: 'journeys:read',
  route: 'GET /api/contacts/planned',
  input: z
    .object({ from: z.coerce.number().int().nonnegative(), to: z.coerce.number().int().nonnegative() })
    .refine(({ from, to }) => to > from && to - from <= 93 * 86_400_000, 'ask for at most 93 days'),
  output: z.object({
    items: z.array(PlannedItem),
    /** Marketing for the same people less than a day apart; `people` are in both. */
    collisions: z.array(z.object({ first: z.string(), second: z.string(), apart: Time, people: Count })),
    pressure: z.array(
      z.object({
        audience: z.string(),
        cap: z.string(),
        per: z.string(),
        max: Count,
        planned: Count,
        from: Time,
        keys: z.array(z.string()),
      }),
    ),
    quiet: z.array(z.object({ channel: z.string().nullable(), days: z.array(z.string()).nullable(), from: z.string(), to: z.string() })),
    holidays: z.array(z.object({ day: z.string(), calendar: z.string() })),
    /** People whose own times were looked at, and how many have one until then. */
    waiting: z.object({ looked: Count, people: Count }),
    zone: z.string(),
  }),
})
