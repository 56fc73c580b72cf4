import { z } from 'zod'
import { action } from '#lib/action.ts'

/** Epoch milliseconds. */
const Time = z.int().nonnegative()
const Count = z.int().nonnegative()
const Id = z.string().min(1).max(512)

export const AccountLine = z.object({
  id: z.string(),
  /** Trait `name`, else the id. */
  name: z.string(),
  people: Count,
  /** People of it who did something in the last 30 days, and what they did, in events. */
  active30d: Count,
  events30d: Count,
  lastSeen: Time,
})

export const ListAccounts = action({
  name: 'accounts.list',
  does: 'Lists companies (by `group` calls) with how many of their people are known and active, the most active first.',
  may: 'people:read',
  route: 'GET /api/accounts',
  input: z.object({
    q: z.string().max(200).default(''),
    cursor: z
      .string()
      .regex(/^\d{1,9}$/)
      .optional(),
  }),
  output: z.object({ accounts: z.array(AccountLine), next: z.string().nullable() }),
})

export const GetAccount = action({
  name: 'accounts.get',
  does: 'Shows one company: what is known of it, how active its people are week by week, and what several of them did lately.',
  may: 'people:read',
  route: 'GET /api/accounts/:id',
  input: z.object({ id: Id }),
  output: AccountLine.extend({
    traits: z.array(z.object({ name: z.string(), value: z.json(), at: Time })),
    /** The last 12 weeks, oldest first: people who did something, and events. */
    weeks: z.array(z.object({ from: Time, people: Count, events: Count })),
    /** What its people did in the last 7 days: by how many of them in 48 hours and in 7 days. */
    together: z.array(z.object({ event: z.string(), people48h: Count, people7d: Count, last: Time })),
  }),
})

export const ListAccountPeople = action({
  name: 'accounts.people',
  does: 'Lists the people of a company, those seen last first; with an event only those who did it since a time.',
  may: 'people:read',
  route: 'GET /api/accounts/:id/people',
  input: z.object({
    id: Id,
    event: z.string().max(200).optional(),
    /** Hours back; with an event. */
    hours: z.coerce.number().int().min(1).max(8_760).optional(),
    cursor: z
      .string()
      .regex(/^\d{1,9}$/)
      .optional(),
  }),
  output: z.object({
    people: z.array(z.object({ id: z.string(), name: z.string(), email: z.string().nullable(), events30d: Count, lastSeen: Time })),
    next: z.string().nullable(),
  }),
})
