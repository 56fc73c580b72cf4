import { TriangleAlert } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { Link } from '#kit/link.tsx'
import { Card } from '#kit/page.tsx'
import { Scroll } from '#kit/scroll.tsx'
import { Moment } from '#kit/time.tsx'
import type { Column, Table } from '../reports/told.ts'
import { written } from '../reports/written.ts'

/** The answer: its first sentence large, the others below it. */
export function Answer({ sentences, asOf, children }: { sentences: readonly string[]; asOf: number; children?: ReactNode }) {
  const [first, ...others] = sentences
  return (
    <Card
      title="What it says"
      aside={
        <span className="text-meta text-ink-3">
          Facts as of <Moment at={asOf} exact />
        </span>
      }
    >
      <p className="max-w-[80ch] text-h3 text-pretty">{first ?? 'There is nothing to tell yet.'}</p>
      <Sentences of={others} />
      {children}
    </Card>
  )
}

const AT_ONCE = 8

function Sentences({ of }: { of: readonly string[] }) {
  const [all, setAll] = useState(false)
  if (of.length === 0) return null
  const shown = all ? of : of.slice(0, AT_ONCE)
  return (
    <>
      <ul className="mt-3 flex max-w-[90ch] list-disc flex-col gap-1.5 pl-5 text-ink-2">
        {shown.map((sentence) => (
          <li key={sentence} className="text-pretty wrap-anywhere">
            {sentence}
          </li>
        ))}
      </ul>
      {of.length > shown.length && (
        <button type="button" onClick={() => setAll(true)} className="hit mt-2 font-medium text-accent hover:underline">
          {of.length - shown.length} more
        </button>
      )}
    </>
  )
}

/** Why the numbers may be wrong. Said beside them, not in a footnote. */
export function Doubts({ doubts }: { doubts: readonly { readonly code: string; readonly sentence: string }[] }) {
  if (doubts.length === 0) return null
  return (
    <Card title="What could be wrong">
      <ul className="flex max-w-[90ch] flex-col gap-2">
        {doubts.map(({ code, sentence }) => (
          <li key={`${code}${sentence}`} className="flex gap-2">
            <TriangleAlert size={15} aria-hidden="true" className="mt-0.5 shrink-0 text-warn" />
            <span className="text-pretty">{sentence}</span>
          </li>
        ))}
      </ul>
    </Card>
  )
}

export function Definitions({ definitions }: { definitions: readonly { readonly term: string; readonly means: string }[] }) {
  if (definitions.length === 0) return null
  return (
    <Card title="What the words mean">
      <dl className="grid gap-x-8 gap-y-3 text-dense md:grid-cols-2">
        {definitions.map(({ term, means }) => (
          <div key={term}>
            <dt className="font-medium">{term}</dt>
            <dd className="text-pretty text-ink-2">{means}</dd>
          </div>
        ))}
      </dl>
    </Card>
  )
}

type Row = Table['rows'][number]

interface TableProps {
  readonly table: Table
  /** Where the things behind a cell are listed; undefined: the number has no list. */
  readonly to?: (column: Column, row: Row) => string | undefined
  readonly actions?: ReactNode
}

const FEW = 25
const isWords = ({ type, id }: Column): boolean => type === 'text' && id === 'sentence'

/** A table of a report: numbers to the right, those that count something open it; it scrolls by itself where it is wide. */
export function ReportTable({ table, to, actions }: TableProps) {
  const [all, setAll] = useState(false)
  const rows = all ? table.rows : table.rows.slice(0, FEW)
  return (
    <Card title={table.title} flush aside={actions}>
      {rows.length === 0 ? (
        <p className="p-4 text-ink-2">There is nothing to count here yet.</p>
      ) : (
        <Scroll label={`${table.title}, table`} className="overflow-x-auto">
          <table aria-label={table.title} className="w-full border-collapse text-dense">
            <thead>
              <tr className="border-b border-line text-meta text-ink-3">
                {table.columns.map((column) => (
                  <th
                    key={column.id}
                    scope="col"
                    className={`h-9 px-3 font-medium whitespace-nowrap first:pl-4 last:pr-4 ${column.type === 'text' ? 'text-left' : 'text-right'}`}
                  >
                    {column.title}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row, i) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: two rows can be alike in everything, and their order is the answer's
                <tr key={i} className="border-b border-line last:border-0 hover:bg-sunken">
                  {table.columns.map((column, at) => (
                    <Cell key={column.id} column={column} row={row} first={at === 0} to={to} />
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      {(table.rows.length > rows.length || table.cut) && (
        <p className="flex flex-wrap items-center justify-between gap-2 border-t border-line px-4 py-2.5 text-dense text-ink-3">
          {table.cut
            ? `Only the first ${table.rows.length} rows are told; narrow the report down to see others.`
            : `${rows.length} of ${table.rows.length} rows`}
          {table.rows.length > rows.length && (
            <button type="button" onClick={() => setAll(true)} className="hit rounded-button px-2 font-medium text-accent hover:underline">
              Show all {table.rows.length}
            </button>
          )}
        </p>
      )}
    </Card>
  )
}

function Cell({ column, row, first, to }: { column: Column; row: Row; first: boolean; to: TableProps['to'] }) {
  const value = row[column.id] ?? null
  const words = written(value, column.type)
  const href = value === null || value === 0 ? undefined : to?.(column, row)
  const inside = href ? (
    <Link href={href} className="inline-flex min-h-6 items-center num">
      {words}
    </Link>
  ) : (
    words
  )
  const look = `h-10 px-3 py-1.5 first:pl-4 last:pr-4 ${column.type === 'text' ? 'text-left wrap-anywhere' : 'text-right whitespace-nowrap num'} ${isWords(column) ? 'min-w-[40ch]' : column.type === 'text' ? 'min-w-24' : ''}`
  return first ? (
    <th scope="row" className={`${look} font-normal`}>
      {inside}
    </th>
  ) : (
    <td className={look}>{inside}</td>
  )
}
