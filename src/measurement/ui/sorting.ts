import type { Cell } from '../reports/column.ts'
import type { Column, Table } from '../reports/told.ts'

/** By which column a table stands in order, as the address says it: `channels:messages:down`. */
export interface Sorting {
  readonly table: string
  readonly column: string
  readonly to: 'up' | 'down'
}

export function sortingIn(text: string | undefined): Sorting | undefined {
  const found = /^([^:]+):([^:]+):(up|down)$/.exec(text ?? '')
  return found ? { table: found[1]!, column: found[2]!, to: found[3] as 'up' | 'down' } : undefined
}
export const sortingOut = ({ table, column, to }: Sorting): string => `${table}:${column}:${to}`

/** The next press on a column: its own order first (numbers fall, words rise), then the other way, then as the report tells it. */
export function pressed(now: Sorting | undefined, table: string, { id, type }: Pick<Column, 'id' | 'type'>): Sorting | undefined {
  const first = type === 'text' ? 'up' : 'down'
  if (now?.table !== table || now.column !== id) return { table, column: id, to: first }
  return now.to === first ? { table, column: id, to: first === 'up' ? 'down' : 'up' } : undefined
}

type Row = Table['rows'][number]

/** Rows in order; what cannot be told stands last either way, equal ones keep their places. */
export function inOrder(rows: readonly Row[], by: Pick<Sorting, 'column' | 'to'>): Row[] {
  const sign = by.to === 'up' ? 1 : -1
  const known = (cell: Cell | undefined): boolean => cell !== null && cell !== undefined && cell !== ''
  return rows.toSorted((a, b) => {
    const [left, right] = [a[by.column], b[by.column]]
    if (!known(left) || !known(right)) return Number(known(right)) - Number(known(left))
    if (typeof left === 'number' && typeof right === 'number') return sign * (left - right)
    return sign * String(left).localeCompare(String(right), undefined, { numeric: true })
  })
}
