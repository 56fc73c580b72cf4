import { z } from 'zod'
import { Chart } from './chart.ts'
import { Cell, Codes, ColumnType } from './column.ts'

/** What lists the things that the numbers of a column count: `reports.behind` with the report, its parameters and this. */
export const Behind = z.object({
  /** A list of the report. */
  list: z.string(),
  /** Fixed for the column. */
  where: z.record(z.string(), z.string()),
  /** Dims taken from the row: its cell of the same name. */
  by: z.array(z.string()),
})
export type Behind = z.output<typeof Behind>

export const Column = z.object({
  id: z.string(),
  title: z.string(),
  type: ColumnType,
  /** Left out: it says what its rows are about, or is reckoned from other columns. */
  behind: Behind.optional(),
  /** Its cells are codes of ours: screens put them into words. */
  codes: Codes.optional(),
})
export type Column = z.output<typeof Column>

export const Table = z.object({
  id: z.string(),
  title: z.string(),
  columns: z.array(Column),
  /** Cells by column id; null: it cannot be said. */
  rows: z.array(z.record(z.string(), Cell)),
  /** True when there were more rows than are shown. */
  cut: z.boolean(),
})
export type Table = z.output<typeof Table>

export const Definition = z.object({ term: z.string(), means: z.string() })
export type Definition = z.output<typeof Definition>

/** What could be wrong with what is told. */
export const Doubt = z.object({ code: z.string(), sentence: z.string() })
export type Doubt = z.output<typeof Doubt>

/** What a report tells. */
export const Told = z.object({
  /** Epoch ms. */
  asOf: z.number(),
  /** The answer in words, the most important first; each estimate with its interval. */
  sentences: z.array(z.string()),
  tables: z.array(Table),
  /** Pictures of the numbers, for the screen and for files; the tables say all that they show. */
  charts: z.array(Chart).optional(),
  doubts: z.array(Doubt),
  /** Where to go on: an action, and what to ask it. */
  more: z.array(z.object({ title: z.string(), action: z.string(), query: z.record(z.string(), z.string()) })).optional(),
})
export type Told = z.output<typeof Told>
