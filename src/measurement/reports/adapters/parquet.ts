import { parquetWriteBuffer } from 'hyparquet-writer'
import type { Cell, ColumnType } from '../column.ts'
import type { Table } from '../told.ts'

/** One table as a Parquet file: texts as UTF8, times as TIMESTAMP(ms), counts as INT64, other numbers as DOUBLE; every column may be null. */
export const parquet = ({ columns, rows }: Pick<Table, 'columns' | 'rows'>): Uint8Array =>
  new Uint8Array(
    parquetWriteBuffer({
      columnData: columns.map(({ id, type }) => ({
        name: id,
        ...columnOf(
          type,
          rows.map((row) => row[id] ?? null),
        ),
      })),
    }),
  )

function columnOf(type: ColumnType, cells: readonly Cell[]) {
  const numbers = <T>(made: (value: number) => T): (T | null)[] => cells.map((cell) => (typeof cell === 'number' ? made(cell) : null))
  switch (type) {
    case 'text':
      return { type: 'STRING' as const, data: cells.map((cell) => (cell === null ? null : String(cell))) }
    case 'time':
      return { type: 'TIMESTAMP' as const, data: numbers((value) => new Date(value)) }
    case 'count':
      return { type: 'INT64' as const, data: numbers((value) => BigInt(Math.round(value))) }
    case 'number':
    case 'share':
    case 'points':
    case 'money':
    case 'duration':
      return { type: 'DOUBLE' as const, data: numbers((value) => value) }
  }
}
