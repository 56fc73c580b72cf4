import { z } from 'zod'
import { action } from '#lib/action.ts'
import { Definition, Doubt } from './schema.ts'

const Share = z.number().gt(0).lt(1)
const Days = z.int().nonnegative()

export const Plan = z.object({
  outcome: z.discriminatedUnion('kind', [
    /** Share of people who do it without the treatment. */
    z.strictObject({ kind: z.literal('rate'), rate: Share }),
    /** Mean per person without the treatment, and how much people differ (standard deviation). */
    z.strictObject({ kind: z.literal('mean'), mean: z.number().positive(), deviation: z.number().positive() }),
  ]),
  /** The smallest effect that is worth finding: as a share of control (0.05: 5 %), or in the outcome's own unit (0.01: a percentage point). */
  effect: z.strictObject({
    as: z.enum(['relative', 'absolute']),
    size: z.number().refine((size) => size !== 0, 'an effect of 0 cannot be shown'),
  }),
  /** Chance to show it if it is as large. */
  power: z.number().min(0.5).max(0.99).default(0.8),
  alpha: z.number().min(0.001).max(0.2).default(0.05),
  /** Share of the people who are in control. */
  control: z.number().min(0.01).max(0.99).default(0.5),
  /** Treated arms; they share the rest evenly. */
  arms: z.int().min(1).max(20).default(1),
  /** Primary metrics that all are to be decided. */
  metrics: z.int().min(1).max(20).default(1),
  /** Different people who come into the experiment each day. Left out: no days are told. */
  peopleADay: z.number().positive().max(1e9).optional(),
  /** How long after exposure the outcome counts. */
  windowDays: z.int().min(0).max(365).default(7),
  /** Correlation of the outcome with the same number before (CUPED); 0: none is known. */
  correlation: z.number().min(0).max(0.99).default(0),
  /** What one conversion, or one unit of the mean, earns in margin, in the workspace's currency: to tell what the control group costs. */
  worth: z.number().nonnegative().optional(),
})
export type Plan = z.output<typeof Plan>

const Need = z.object({
  /** Of all arms. */
  people: z.int(),
  control: z.int(),
  /** Of each treated arm. */
  treated: z.int(),
  /** With the window of those who come last. Null: nobody said how many come. */
  days: Days.nullable(),
  /** What control does not bring in meanwhile, if the effect is as large; null: nobody said what one is worth. */
  controlCosts: z.number().nullable(),
})
export type Need = z.output<typeof Need>

export const Planned = z.object({
  effect: z.object({ absolute: z.number(), relative: z.number() }),
  level: z.number(),
  power: z.number(),
  /** One look at the end, fixed before. */
  once: Need,
  /** Looked at as often as one likes, decided at the end at the latest. */
  always: Need,
  /** What could be shown after so many days of people coming in, looked at always. Empty: nobody said how many come. */
  reach: z.array(z.object({ days: Days, people: z.int(), absolute: z.number(), relative: z.number() })),
  sentence: z.string(),
  doubts: z.array(Doubt),
  definitions: z.array(Definition),
})
export type Planned = z.output<typeof Planned>

export const PlanExperiment = action({
  name: 'experiments.plan',
  does: 'Says how many people and days an experiment needs to show an effect, looked at once or always, and what its control group costs',
  may: 'reports:read',
  route: 'POST /api/experiments/plan',
  input: Plan,
  output: Planned,
})
