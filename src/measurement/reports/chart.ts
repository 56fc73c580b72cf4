import { z } from 'zod'
import { Codes, ColumnType } from './column.ts'

const Bar = z.object({
  label: z.string(),
  value: z.number(),
  low: z.number().optional(),
  high: z.number().optional(),
  /** Where it begins: in a waterfall each begins where the one before ended; left out: at 0. */
  from: z.number().optional(),
})
const Stack = z.object({ label: z.string(), parts: z.array(z.number().nonnegative()) })
const Point = z.object({ x: z.number(), y: z.number(), low: z.number().optional(), high: z.number().optional() })
const said = {
  title: z.string(),
  format: ColumnType,
  /** The names of its bars or series are the report's own words, not names that people gave. */
  ours: z.literal(true).optional(),
  /** What its bars, or the parts of them, are called are codes of ours: they are put into words where it is drawn. */
  codes: Codes.optional(),
}

/** A picture of a report's numbers. `low` and `high` are the ends of an interval and are drawn wherever they are known. */
export const Chart = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('bars'), ...said, bars: z.array(Bar) }),
  z.object({
    kind: z.literal('lines'),
    ...said,
    /** `time`: x is epoch ms. */
    x: z.enum(['time', 'number']),
    xLabel: z.string(),
    series: z.array(z.object({ name: z.string(), points: z.array(Point) })),
    /** A line to be reached or not to be crossed. */
    mark: z.object({ label: z.string(), y: z.number() }).optional(),
    /** What happened meanwhile, such as a version that went live. */
    notes: z.array(z.object({ x: z.number(), label: z.string() })).optional(),
  }),
  /** Bars of the same parts, one behind the other. */
  z.object({ kind: z.literal('stacks'), ...said, parts: z.array(z.string()), bars: z.array(Stack) }),
  /** null: nothing is known there, which is not zero. */
  z.object({
    kind: z.literal('heat'),
    ...said,
    rows: z.array(z.string()),
    columns: z.array(z.string()),
    cells: z.array(z.array(z.number().nullable())),
  }),
])
export type Chart = z.output<typeof Chart>
export type ChartOf<Kind extends Chart['kind']> = Extract<Chart, { kind: Kind }>
