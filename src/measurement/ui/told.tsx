import { ArrowDown, ArrowUp, ChevronsUpDown, TriangleAlert } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { Link } from '#kit/link.tsx'
import { Card } from '#kit/page.tsx'
import { Scroll } from '#kit/scroll.tsx'
import { Moment } from '#kit/time.tsx'
import { useLanguage, useWords } from '#kit/words.ts'
import { cellText } from '../reports/cells.ts'
import type { Column, Table } from '../reports/told.ts'
import { written } from '../reports/written.ts'
import { changeOf } from './compare.ts'
import { REPORT_WORDS } from './report-words.ts'
import { inOrder, pressed, type Sorting } from './sorting.ts'

/** The answer: its first sentence large, the others below it. */
export function Answer({ sentences, asOf, children }: { sentences: readonly string[]; asOf: number; children?: ReactNode }) {
  const say = useWords(REPORT_WORDS)
  const [first, ...others] = sentences
  return (
    <Card
      title={say.says}
      aside={
        <span className="text-meta text-ink-3">
          {say.asOf} <Moment at={asOf} exact />
        </span>
      }
    >
      <p className="max-w-[80ch] text-h3 text-pretty">{first ?? say.nothingToTell}</p>
      <Sentences of={others} />
      {children}
    </Card>
  )
}

const AT_ONCE = 8

function Sentences({ of }: { of: readonly string[] }) {
  const say = useWords(REPORT_WORDS)
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
          {say.more(of.length - shown.length)}
        </button>
      )}
    </>
  )
}

/** Why the numbers may be wrong. Said beside them, not in a footnote. */
export function Doubts({ doubts }: { doubts: readonly { readonly code: string; readonly sentence: string }[] }) {
  const say = useWords(REPORT_WORDS)
  if (doubts.length === 0) return null
  return (
    <Card title={say.wrong}>
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
  const say = useWords(REPORT_WORDS)
  if (definitions.length === 0) return null
  return (
    <Card title={say.means}>
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
  readonly sorting?: Sorting | undefined
  /** Left out: it stands as it is told. */
  readonly onSort?: (sorting: Sorting | undefined) => void
  /** The same row of the stretch before. */
  readonly before?: (row: Row) => Row | undefined
  readonly definitions?: readonly { readonly term: string; readonly means: string }[]
}

const FEW = 25
const isWords = ({ type, id }: Column): boolean => type === 'text' && id === 'sentence'

/** A table of a report: numbers to the right, those that count something open it; it scrolls by itself where it is wide. */
export function ReportTable({ table, to, actions, sorting, onSort, before, definitions = [] }: TableProps) {
  const say = useWords(REPORT_WORDS)
  const [all, setAll] = useState(false)
  const own = sorting?.table === table.id ? sorting : undefined
  const ordered = own ? inOrder(table.rows, own) : table.rows
  const rows = all ? ordered : ordered.slice(0, FEW)
  return (
    <Card title={table.title} flush aside={actions}>
      {rows.length === 0 ? (
        <p className="p-4 text-ink-2">{say.nothingToCount}</p>
      ) : (
        <Scroll label={say.table(table.title)} className="overflow-x-auto">
          <table aria-label={table.title} className="w-full border-collapse text-dense">
            <thead>
              <tr className="border-b border-line text-meta text-ink-3">
                {table.columns.map((column) => (
                  <th
                    key={column.id}
                    scope="col"
                    aria-sort={own?.column === column.id ? (own.to === 'up' ? 'ascending' : 'descending') : undefined}
                    className={`h-9 px-3 font-medium whitespace-nowrap first:pl-4 last:pr-4 ${column.type === 'text' ? 'text-left' : 'text-right'}`}
                  >
                    <Head
                      column={column}
                      means={meaning(definitions, column)}
                      own={own}
                      onPress={onSort && (() => onSort(pressed(sorting, table.id, column)))}
                    />
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row, i) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: two rows can be alike in everything, and their order is the answer's
                <tr key={i} className="border-b border-line last:border-0 hover:bg-sunken">
                  {table.columns.map((column, at) => (
                    <Cell key={column.id} column={column} row={row} was={before?.(row)} first={at === 0} to={to} />
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      {(table.rows.length > rows.length || table.cut) && (
        <p className="flex flex-wrap items-center justify-between gap-2 border-t border-line px-4 py-2.5 text-dense text-ink-3">
          {table.cut ? say.cut(table.rows.length) : say.rows(rows.length, table.rows.length)}
          {table.rows.length > rows.length && (
            <button type="button" onClick={() => setAll(true)} className="hit rounded-button px-2 font-medium text-accent hover:underline">
              {say.showAll(table.rows.length)}
            </button>
          )}
        </p>
      )}
    </Card>
  )
}

/** What a column's word means, where the report says it. */
const meaning = (definitions: NonNullable<TableProps['definitions']>, { title }: Column): string | undefined =>
  definitions.find(({ term }) => term.toLowerCase().split(', ').includes(title.toLowerCase()))?.means

/** The head of a column; where it can be pressed, it orders the rows. */
function Head({
  column,
  means,
  own,
  onPress,
}: {
  column: Column
  means: string | undefined
  own: Sorting | undefined
  onPress: (() => void) | undefined
}) {
  if (!onPress) return <span title={means}>{column.title}</span>
  const on = own?.column === column.id
  const Arrow = on ? (own.to === 'up' ? ArrowUp : ArrowDown) : ChevronsUpDown
  return (
    <button
      type="button"
      title={means}
      onClick={onPress}
      className={`inline-flex min-h-6 items-center gap-1 rounded-input hover:text-ink ${on ? 'font-semibold text-ink' : ''}`}
    >
      {column.title}
      <Arrow size={12} aria-hidden="true" className={on ? '' : 'opacity-40'} />
    </button>
  )
}

function Cell({ column, row, was, first, to }: { column: Column; row: Row; was: Row | undefined; first: boolean; to: TableProps['to'] }) {
  const language = useLanguage()
  const value = row[column.id] ?? null
  const words = cellText(value, column, language)
  const href = value === null || value === 0 ? undefined : to?.(column, row)
  const inside = (
    <>
      {href ? (
        <Link href={href} className="inline-flex min-h-6 items-center num">
          {words}
        </Link>
      ) : (
        words
      )}
      {column.type !== 'text' && <Before column={column} now={value} was={was?.[column.id]} />}
    </>
  )
  const look = `h-10 px-3 py-1.5 first:pl-4 last:pr-4 ${column.type === 'text' ? 'text-left wrap-anywhere' : 'text-right whitespace-nowrap num'} ${isWords(column) ? 'min-w-[40ch]' : column.type === 'text' ? 'min-w-24' : ''}`
  // A row without a name has no head.
  return first && words !== '' ? (
    <th scope="row" className={`${look} font-normal`}>
      {inside}
    </th>
  ) : (
    <td className={look}>{inside}</td>
  )
}

/** What stood here in the stretch before. */
function Before({ column, now, was }: { column: Column; now: Row[string] | undefined; was: Row[string] | undefined }) {
  const say = useWords(REPORT_WORDS)
  const language = useLanguage()
  if (typeof now !== 'number' || typeof was !== 'number') return null
  return <span className="block text-meta text-ink-3">{say.was(written(was, column.type, language), changeOf(now, was, column.type))}</span>
}
