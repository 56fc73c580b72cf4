import { z } from 'zod'
import { DurationText, Slug } from '#journeys/words.ts'
import { milliseconds } from '#lib/duration.ts'

/** A moment: how long after the start (`2h`), or an instant with its zone (`2026-01-05T09:00:00+01:00`). */
const Moment = z.union([DurationText, z.iso.datetime({ offset: true })])
const Person = z.string().min(1).max(200)

const Happening = z.strictObject({
  person: Person,
  event: z.string().min(1),
  at: Moment.default('0s'),
  /** When it happened, if it arrives late. */
  happened: Moment.optional(),
  /** Message id: two events with the same one are one. */
  id: z.string().min(1).optional(),
  /** Of a receipt such as `message.clicked`: the step whose message it is about. */
  of: Slug.optional(),
  properties: z.record(z.string(), z.json()).default({}),
})

const Outage = z.strictObject({
  /** Messages of this step, or of every one. */
  step: Slug.optional(),
  person: Person.optional(),
  result: z.enum(['failed', 'skipped', 'dead']),
  reason: z.string().max(200).default(''),
})

/** What happens in a simulation: people, and what they do at which moment of virtual time. */
export const Scenario = z.strictObject({
  kind: z.literal('scenario').optional(),
  name: z.string().optional(),
  description: z.string().optional(),
  start: z.iso.datetime({ offset: true }).default('2026-01-05T09:00:00Z'),
  /** How long the simulation runs on; until nothing waits any more, but 90 days at most, if left out. */
  until: Moment.optional(),
  consent: z.enum(['opt-in', 'opt-out']).default('opt-out'),
  /** Attributes by person, such as `{ ada: { email: ada@shop.example, timezone: Europe/Oslo } }`. */
  people: z.record(Person, z.record(z.string(), z.json())).default({}),
  events: z.array(Happening).min(1),
  /** Messages that do not get through; all others are sent. */
  outages: z.array(Outage).default([]),
  /** What calls are answered with; an empty object where nothing is said. */
  answers: z.array(z.strictObject({ step: Slug, person: Person.optional(), answer: z.json() })).default([]),
  /** Files of the journeys, from here: for traces that are kept. */
  journeys: z.array(z.string().min(1)).default([]),
})
export type Scenario = z.output<typeof Scenario>

/** Epoch ms of a moment. */
export const momentOf = (text: string, start: number): number => {
  const span = milliseconds(text)
  return span === undefined ? Date.parse(text) : start + span
}
