import type { Cell } from './column.ts'
import type { Table } from './told.ts'

/** Numbers as they are (not as people read them), times as ISO 8601, null as nothing; RFC 4180 with a byte-order mark, so that spreadsheets read UTF-8. */
export function csv({ columns, rows }: Pick<Table, 'columns' | 'rows'>): string {
  const lines = [
    columns.map(({ title }) => field(title)),
    ...rows.map((row) => columns.map(({ id, type }) => field(plain(row[id] ?? null, type === 'time')))),
  ]
  return `\uFEFF${lines.map((line) => line.join(',')).join('\r\n')}\r\n`
}

const plain = (cell: Cell, isTime: boolean): string | number =>
  cell === null ? '' : isTime && typeof cell === 'number' ? new Date(cell).toISOString() : cell

/** A text that a spreadsheet would take for a formula is kept from it with an apostrophe: names and campaigns come from outside (OWASP, CSV injection). */
function field(value: string | number): string {
  if (typeof value === 'number') return String(value)
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
