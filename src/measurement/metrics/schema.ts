import { z } from 'zod'
import { spelled } from '#lib/counted.ts'
import { milliseconds } from '#lib/duration.ts'

const MetricId = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'use lower-case letters, digits, - and _ (at most 64)')
const Within = z
  .string()
  .regex(/^(?:\d+(?:ms|[wdhms]))+$/, 'write a duration such as 5m, 1d or 2h30m')
  .refine((text) => milliseconds(text) !== undefined, 'this duration is too long')
const EventName = z.string().min(1).max(200)
/** A condition that asks nothing but the event: `event.properties.total > 20`. */
const Filter = z.string().min(1).max(4_000)
/** `total`, or `properties.total`. */
const Property = z.string().min(1).max(200)

/**
 * What a person's events come to: `converted` did it at least once; `count` how often; `sum` of a value; `ratio` the sum of the values
 * (or the number of events) for each event of `per`; `quantile` of the values of single events.
 */
export const Measure = z.enum(['converted', 'count', 'sum', 'ratio', 'quantile'])
export type Measure = z.output<typeof Measure>

/** A number that experiments, goals and reports are told by. The unit is the person. */
export const Metric = z
  .strictObject({
    kind: z.literal('metric'),
    id: MetricId,
    name: z.string().min(1).max(200).optional(),
    description: z.string().max(2_000).optional(),
    event: EventName,
    where: Filter.optional(),
    measure: Measure.default('converted'),
    /** Property of the event that holds its worth, in the workspace's currency where it is money. */
    value: Property.optional(),
    /** What one is worth where the event does not say, in the workspace's currency. */
    worth: z.number().positive().optional(),
    /** Share of the value that is margin: reports of return reckon with it. */
    margin: z.number().positive().max(1).optional(),
    better: z.enum(['more', 'less']).default('more'),
    /** How long after its exposure a person's events count. */
    within: Within.default('7d'),
    /** A person's sum counts at most as much as that of this share of people who have any (winsorising): 0.99. */
    cap: z.number().gt(0.5).lt(1).optional(),
    /** How its numbers are written; left out: money where a value is summed. */
    unit: z.enum(['money', 'number']).optional(),
    /** Of `quantile`: 0.5 is the median. */
    quantile: z.number().gt(0).lt(1).optional(),
    /** Of `ratio`: the events below the line. Left out: the metric's own events, so the ratio is the mean value of an event. */
    per: z.strictObject({ event: EventName, where: Filter.optional() }).optional(),
  })
  .superRefine((metric, context) => {
    const issue = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message })
    const needsValue = metric.measure === 'sum' || metric.measure === 'quantile' || (metric.measure === 'ratio' && !metric.per)
    if (needsValue && metric.value === undefined && metric.worth === undefined)
      issue('value', `${metric.measure} needs the property that holds the value`)
    if ((metric.measure === 'quantile') !== (metric.quantile !== undefined)) issue('quantile', 'quantile goes with `measure: quantile`')
    if (metric.per && metric.measure !== 'ratio') issue('per', 'per goes with `measure: ratio`')
    if (metric.cap !== undefined && metric.measure !== 'sum' && metric.measure !== 'count') issue('cap', 'only a sum or a count is capped')
  })
export type Metric = z.output<typeof Metric>

export const withinOf = ({ within }: Pick<Metric, 'within'>): number => milliseconds(within)!

export const nameOf = (metric: Pick<Metric, 'id' | 'name'>): string => metric.name ?? metric.id

/** A receipt of a message as a metric that less is better of. Nobody has to write these. */
const receipt = (id: string, name: string, event: string): Metric =>
  Metric.parse({ kind: 'metric', id, name, event, measure: 'converted', better: 'less', within: '7d' })

/** `share`: of people. Ratios and quantiles of values are in the unit of the value. */
export const unitOf = ({ measure, unit, value, worth }: Metric): 'share' | 'money' | 'number' =>
  measure === 'converted' ? 'share' : (unit ?? (measure !== 'count' && (value ?? worth) !== undefined ? 'money' : 'number'))

/** Always there, under these ids. */
export const BUILT_IN: ReadonlyMap<string, Metric> = new Map(
  [
    receipt('unsubscribes', 'Unsubscribed', 'message.unsubscribed'),
    receipt('complaints', 'Complained', 'message.complained'),
    receipt('bounces', 'Bounced', 'message.bounced'),
    Metric.parse({
      kind: 'metric',
      id: 'clicks',
      name: 'Clicked',
      event: 'message.clicked',
      // Programs that follow links ahead of people do not count.
      where: 'not (event.properties.fetcher in ["machine", "suspect"])',
      within: '7d',
    }),
  ].map((metric) => [metric.id, metric]),
)

/** What reports write beside the number. */
export function meaningOf(metric: Metric): string {
  const { measure, event, where, value, within, per, quantile, cap } = metric
  const what = where === undefined ? `“${event}”` : `“${event}” where “${where}”`
  const whole = {
    converted: 'People who did',
    count: 'Times per person of',
    sum: `Sum of “${value}” per person over`,
    ratio: '',
    quantile: '',
  }
  const head =
    measure === 'ratio'
      ? `${value === undefined ? 'Number' : `Sum of “${value}”`} of ${what} for each ${per ? `“${per.event}”` : 'of these events'}`
      : measure === 'quantile'
        ? `The value of “${value}” that ${Math.round(quantile! * 100)} % of ${what} stay below`
        : `${whole[measure]} ${what}`
  const capped =
    cap === undefined ? '' : `; a person counts at most with the ${Math.round(cap * 1000) / 10} % quantile of those who have any`
  return `${head}, within ${spelled(within)} after the exposure${capped}. ${metric.better === 'more' ? 'More' : 'Less'} is better.`
}
