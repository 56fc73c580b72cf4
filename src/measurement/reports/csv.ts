import { BYTE_ORDER_MARK, csvLine } from '#lib/csv.ts'
import type { Cell } from './column.ts'
import type { Table } from './told.ts'

/** A report's table: numbers as they are (not as people read them), times as ISO 8601, null as nothing. */
export const csv = ({ columns, rows }: Pick<Table, 'columns' | 'rows'>): string =>
  BYTE_ORDER_MARK +
  [
    csvLine(columns.map(({ title }) => title)),
    ...rows.map((row) => csvLine(columns.map(({ id, type }) => plain(row[id] ?? null, type === 'time')))),
  ].join('')

const plain = (cell: Cell, isTime: boolean): Cell => (isTime && typeof cell === 'number' ? new Date(cell).toISOString() : cell)
