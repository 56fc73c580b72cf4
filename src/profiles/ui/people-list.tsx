import { Users } from 'lucide-react'
import { type FormEvent, type ReactNode, useState } from 'react'
import type { z } from 'zod'
import { usePages } from '#kit/api.ts'
import { Button, ButtonLink } from '#kit/button.tsx'
import { type Choice, Field, SearchField, Select } from '#kit/field.tsx'
import { count } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { Card, Page } from '#kit/page.tsx'
import { CONNECT, toNewSegment, toPerson } from '#kit/paths.ts'
import { Empty, ErrorView, NoResults, Skeleton } from '#kit/states.tsx'
import { type Column, More, ROW_LINK, Table } from '#kit/table.tsx'
import { Moment } from '#kit/time.tsx'
import { useWords } from '#kit/words.ts'
import { type ProfileSummary, SearchProfiles } from '../api.ts'
import { PROFILE_WORDS } from './profile-words.ts'

type Row = z.output<typeof ProfileSummary>

/** What an address says of the list. */
export interface PeopleFilter {
  readonly q?: string
  readonly segment?: string
  readonly when?: string
  /** Attributes, parted by commas. */
  readonly columns?: string
}

interface PeopleListProps {
  readonly filter: PeopleFilter
  readonly onFilter: (filter: PeopleFilter) => void
  /** Segments that one can choose. */
  readonly segments: readonly Choice[]
  /** How a condition is written; left out: as text. */
  readonly condition?: (label: string, when: string, onChange: (when: string) => void) => ReactNode
  /** What stands beside the title, such as a link to companies. */
  readonly actions?: ReactNode
}

const REFRESH = 10_000
const namesOf = (columns: string): string[] =>
  columns
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean)

function useColumns(extra: readonly string[]): readonly Column<Row>[] {
  const say = useWords(PROFILE_WORDS)
  return [
    {
      name: say.person,
      cell: (row) => (
        <>
          <Link plain href={toPerson(row.id)} className={ROW_LINK}>
            {row.name || say.unnamed}
          </Link>
          {row.email && row.email !== row.name && <span className="block truncate text-meta text-ink-3">{row.email}</span>}
        </>
      ),
    },
    ...extra.map((name): Column<Row> => ({ name, width: 'w-36', from: 'md', cell: (row) => <Value value={row.values[name]} /> })),
    {
      name: say.userId,
      width: 'w-44',
      from: extra.length > 2 ? 'lg' : 'md',
      cell: (row) =>
        row.userId ? <code className="block truncate">{row.userId}</code> : <span className="text-ink-3">{say.anonymous}</span>,
    },
    {
      name: say.inJourneys,
      width: 'w-24',
      right: true,
      from: 'sm',
      cell: (row) => (row.inJourneys === 0 ? <span className="text-ink-3">–</span> : count(row.inJourneys)),
    },
    { name: say.lastSeen, width: 'w-28 sm:w-32', right: true, cell: (row) => <Moment at={row.lastSeen} /> },
  ]
}

function Value({ value }: { value: unknown }) {
  if (value === undefined || value === null) return <span className="text-ink-3">–</span>
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return (
    <span className="block truncate" title={text}>
      {text}
    </span>
  )
}

/** Everybody, or those whom a text, a segment or a condition names, with columns of one's own. The address keeps all of it. */
export function PeopleList({ filter, onFilter, segments, condition, actions }: PeopleListProps) {
  const { q = '', segment = '', when = '', columns = '' } = filter
  const say = useWords(PROFILE_WORDS)
  const filtered = segment !== '' || when !== ''
  const asked = { q, columns, ...(segment !== '' && { segment }), ...(when !== '' && { when }) }
  const pages = usePages(SearchProfiles, asked, { every: q || filtered ? undefined : REFRESH })
  const rows = pages.data?.pages.flatMap((page) => page.people) ?? []
  const shownColumns = useColumns(namesOf(columns))
  const said = pages.data?.pages[0]?.sentence
  const clear = () => onFilter({ columns })
  return (
    <Page title={say.people} lead={said || say.lead} actions={actions}>
      <div className="mb-4 flex flex-col gap-3">
        <SearchField label={say.search} value={q} onSearch={(text) => onFilter({ columns, q: text })} />
        <Filter key={`${segment} ${when} ${columns}`} filter={filter} onFilter={onFilter} segments={segments} condition={condition} />
      </div>
      <Card flush>
        {pages.isError && rows.length === 0 ? (
          <ErrorView error={pages.error} retry={() => void pages.refetch()} />
        ) : pages.data === undefined ? (
          <Skeleton lines={8} />
        ) : rows.length > 0 ? (
          <>
            <Table label={say.people} columns={shownColumns} rows={rows} rowKey={(row) => row.id} />
            <More more={pages.hasNextPage} busy={pages.isFetchingNextPage} onMore={() => void pages.fetchNextPage()}>
              {say.shown(rows.length)}, {q ? say.byMatch : filtered ? say.byId : say.bySeen}
            </More>
          </>
        ) : q || filtered ? (
          <NoResults of={q ? `“${q}”` : say.thisFilter} clear={clear} />
        ) : (
          <Nobody />
        )}
      </Card>
    </Page>
  )
}

function Filter({ filter, onFilter, segments, condition }: Pick<PeopleListProps, 'filter' | 'onFilter' | 'segments' | 'condition'>) {
  const say = useWords(PROFILE_WORDS)
  const [segment, setSegment] = useState(filter.segment ?? '')
  const [when, setWhen] = useState(filter.when ?? '')
  const [columns, setColumns] = useState(filter.columns ?? '')
  const filtered = Boolean(filter.segment || filter.when)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onFilter({ columns, segment, when })
  }
  return (
    <details open={filtered || Boolean(filter.columns)} className="rounded-card border border-line bg-surface">
      <summary className="flex min-h-9 items-center px-4 font-medium">{say.filter}</summary>
      <form onSubmit={submit} className="flex flex-col gap-3 border-t border-line p-4">
        <Select label={say.segment} value={segment} onChange={setSegment} choices={[{ value: '', label: say.anySegment }, ...segments]} />
        {condition ? (
          condition(say.condition, when, setWhen)
        ) : (
          <Field
            label={say.condition}
            hint={say.conditionHint}
            value={when}
            spellCheck={false}
            onChange={(event) => setWhen(event.target.value)}
          />
        )}
        <Field
          label={say.columns}
          hint={say.columnsHint}
          value={columns}
          spellCheck={false}
          className="max-w-xl"
          onChange={(event) => setColumns(event.target.value)}
        />
        <div className="flex flex-wrap gap-2">
          <Button type="submit" look="primary">
            {say.apply}
          </Button>
          {filtered && <Button onClick={() => onFilter({ columns: filter.columns })}>{say.clear}</Button>}
          {filter.when && <ButtonLink href={toNewSegment(filter.when)}>{say.saveSegment}</ButtonLink>}
        </div>
      </form>
    </details>
  )
}

function Nobody() {
  const say = useWords(PROFILE_WORDS)
  return (
    <Empty
      icon={<Users size={20} aria-hidden="true" />}
      title={say.nobody}
      action={
        <ButtonLink look="primary" href={CONNECT}>
          {say.connect}
        </ButtonLink>
      }
    >
      {say.nobodyWhy}
    </Empty>
  )
}
