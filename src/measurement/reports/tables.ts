import type { Cell, Codes, ColumnType } from './column.ts'
import { MOST_ROWS } from './input.ts'
import type { Behind, Column, Table } from './told.ts'

/** Cells by column id; cells without a column are what `behind.by` takes. */
export type Row = Readonly<Record<string, Cell>>

/** The first rows of a table, which says whether there were more. */
export const tableOf = (about: Pick<Table, 'id' | 'title'> & { readonly columns: readonly Column[] }, rows: readonly Row[]): Table => ({
  ...about,
  columns: [...about.columns],
  rows: rows.slice(0, MOST_ROWS).map((row) => ({ ...row })),
  cut: rows.length > MOST_ROWS,
})

export const column = (id: string, title: string, type: ColumnType = 'text'): Column => ({ id, title, type })

/** A column whose cells are codes of ours. */
export const coded = (id: string, title: string, codes: Codes): Column => ({ id, title, type: 'text', codes })

/** A number that the rows of a list stand behind. */
export const count = (
  id: string,
  title: string,
  { list, where = {}, by }: { list: string; where?: Behind['where']; by: readonly string[] },
): Column => ({
  id,
  title,
  type: 'count',
  behind: { list, where, by: [...by] },
})
