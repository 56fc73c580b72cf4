import { z } from 'zod'
import { MetricId } from '#decisions/experiments/guardrail.ts'
import { isZone } from '#lib/zone.ts'

const Id = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'use lower-case letters, digits, - and _ (at most 64)')
const Day = z.iso.date('write a day such as 2026-03-31')
/** Days, both included. */
const Days = z.strictObject({ from: Day, to: Day }).refine(({ from, to }) => from <= to, 'it ends before it begins')

/** The one at hand (`quarter`), a certain one (`2026-Q1`, `2026-03`, `2026`), or days. */
export const GoalPeriod = z.union([
  z.enum(['week', 'month', 'quarter', 'year']),
  z.string().regex(/^\d{4}(-Q[1-4]|-(0[1-9]|1[0-2]))?$/, 'write quarter, 2026-Q1, 2026-03, 2026, or from: and to:'),
  Days,
])
export type GoalPeriod = z.output<typeof GoalPeriod>

/** What the period is held against: the one before, the same days a year before, certain days, or a number that is known. */
export const GoalBaseline = z.union([z.enum(['previous', 'year-before']), Days, z.strictObject({ value: z.number().nonnegative() })])
export type GoalBaseline = z.output<typeof GoalBaseline>

/** What the whole workspace is to reach within a period, whichever journeys serve it. */
export const Goal = z
  .strictObject({
    kind: z.literal('goal'),
    id: Id,
    name: z.string().min(1).max(200).optional(),
    description: z.string().max(2_000).optional(),
    /** Who answers for it. */
    owner: z.string().min(1).max(200).optional(),
    /** What is counted: a metric that counts people, times or a sum. */
    metric: MetricId,
    /** Only what people did who were in this segment just before. */
    scope: z.strictObject({ segment: Id }).optional(),
    /** `person`: divided by the people who are in the segment when the period begins, such as a share of customers who leave. */
    per: z.enum(['total', 'person']).default('total'),
    period: GoalPeriod,
    /** Where its days begin. */
    zone: z.string().refine(isZone, 'write a time zone such as Europe/Berlin').default('UTC'),
    baseline: GoalBaseline.default('previous'),
    /** Against the baseline, or a number. */
    target: z.union([
      z.strictObject({ change: z.string().regex(/^[+-]\d{1,4}(\.\d+)?%$/, 'write a change such as -5% or +20%') }),
      z.strictObject({ to: z.number().nonnegative() }),
    ]),
  })
  .superRefine(({ per, scope, target }, context) => {
    if (per === 'person' && !scope)
      context.addIssue({ code: 'custom', path: ['scope'], message: 'say of which segment: scope: { segment: … }' })
    if ('change' in target && Number.parseFloat(target.change) <= -100)
      context.addIssue({ code: 'custom', path: ['target', 'change'], message: 'nothing falls by 100 % or more: write to: 0' })
  })
export type Goal = z.output<typeof Goal>

export const goalName = ({ id, name }: Pick<Goal, 'id' | 'name'>): string => name ?? id
