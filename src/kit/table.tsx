import type { ReactNode } from 'react'
import { useWords, words } from './words.ts'

const WORDS = words({ loading: 'Loading…', more: 'Show more' }, { de: { loading: 'Wird geladen…', more: 'Mehr zeigen' } })

export interface Column<Row> {
  readonly name: string
  readonly cell: (row: Row) => ReactNode
  /** Numbers stand to the right. */
  readonly right?: boolean
  /** Shown from this width on; on a narrower screen the row still opens to all of it. */
  readonly from?: 'sm' | 'md' | 'lg' | 'xl'
  readonly width?: string
  /** The header is for screen readers only. */
  readonly hideName?: boolean
}

const FROM = { sm: 'max-sm:hidden', md: 'max-md:hidden', lg: 'max-lg:hidden', xl: 'max-xl:hidden' }

interface TableProps<Row> {
  readonly label: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly rowKey: (row: Row) => string
}

const align = <Row,>(column: Column<Row>): string => `${column.right ? 'text-right' : 'text-left'} ${column.from ? FROM[column.from] : ''}`

const WIDTHS = ['sm', 'md', 'lg', 'xl'] as const
const LAST_BELOW = { sm: 'max-sm:pr-4', md: 'max-md:pr-4', lg: 'max-lg:pr-4', xl: 'max-xl:pr-4' }

/** The outer padding of a column that is the last one while all after it are hidden. */
function edge<Row>(columns: readonly Column<Row>[], at: number): string {
  const after = columns.slice(at + 1)
  if (after.length === 0 || after.some((column) => column.from === undefined)) return ''
  const narrowest = WIDTHS.find((width) => after.some((column) => column.from === width))
  return narrowest ? LAST_BELOW[narrowest] : ''
}

/** A real table: headers, rows, one link per row that covers it. The first column names the row. */
export function Table<Row>({ label, columns, rows, rowKey }: TableProps<Row>) {
  return (
    <table aria-label={label} className="w-full table-fixed border-collapse text-dense">
      <thead>
        <tr className="border-b border-line text-meta text-ink-3">
          {columns.map((column, i) => (
            <th
              key={column.name}
              scope="col"
              className={`h-9 px-2 font-medium first:pl-4 last:pr-4 ${column.width ?? ''} ${align(column)} ${edge(columns, i)}`}
            >
              {column.hideName ? <span className="sr-only">{column.name}</span> : column.name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={rowKey(row)} className="relative border-b border-line last:border-0 hover:bg-sunken has-[a:focus-visible]:bg-sunken">
            {columns.map((column, i) =>
              i === 0 ? (
                <th
                  key={column.name}
                  scope="row"
                  className={`h-11 px-2 py-1.5 font-normal first:pl-4 last:pr-4 ${align(column)} ${edge(columns, i)}`}
                >
                  {column.cell(row)}
                </th>
              ) : (
                <td key={column.name} className={`h-11 px-2 py-1.5 first:pl-4 last:pr-4 ${align(column)} ${edge(columns, i)}`}>
                  {column.cell(row)}
                </td>
              ),
            )}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** The link of a row: its hit area is the whole row. */
export const ROW_LINK =
  'block truncate font-medium text-ink after:absolute after:inset-0 after:content-[""] hover:underline focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-focus'

/** The foot of a paged list. */
export function More({ more, busy, onMore, children }: { more: boolean; busy: boolean; onMore: () => void; children: ReactNode }) {
  const say = useWords(WORDS)
  return (
    <div className="flex flex-wrap items-center justify-between gap-2 border-t border-line px-4 py-2.5 text-dense text-ink-3">
      <span>{children}</span>
      {more && (
        <button
          type="button"
          onClick={onMore}
          aria-disabled={busy}
          className="hit rounded-button px-2 font-medium text-accent hover:underline"
        >
          {busy ? say.loading : say.more}
        </button>
      )}
    </div>
  )
}
