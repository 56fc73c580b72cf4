import { Plus, Route, TriangleAlert } from 'lucide-react'
import { type RefObject, useEffect, useRef, useState } from 'react'
import type { z } from 'zod'
import { channelNamed } from '#channels/words.ts'
import { useRead } from '#kit/api.ts'
import { ButtonLink } from '#kit/button.tsx'
import { Chip } from '#kit/chip.tsx'
import { SearchField, Select } from '#kit/field.tsx'
import { count, percent } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { useMay } from '#kit/me.ts'
import { Card, Page } from '#kit/page.tsx'
import { NEW_JOURNEY, toApproval, toJourney } from '#kit/paths.ts'
import { Empty, Loaded, NoResults } from '#kit/states.tsx'
import { type Column, ROW_LINK, Table } from '#kit/table.tsx'
import { Moment } from '#kit/time.tsx'
import { useLanguage } from '#kit/words.ts'
import { type JourneySummary, ListJourneys } from '../api.ts'
import { chosenJourneys, type JourneyFilter, ownerOf, STANDINGS, windowOf } from '../list-filter.ts'
import { useListWords } from './list-words.ts'
import { SelectedJourneys } from './selected-journeys.tsx'
import { JourneyState } from './status.tsx'

export type JourneyRow = z.output<typeof JourneySummary>

const REFRESH = 5_000
/** Above so many rows only those in the window are drawn. */
const WINDOWED_FROM = 200
const ROW_HEIGHT = 56

/** Keys have no name that says anything in a list. */
const ownerWord = (owner: string, key: string): string => (owner.startsWith('key:') ? key : owner)

interface JourneyListProps {
  readonly filter: JourneyFilter
  readonly onFilter: (filter: JourneyFilter) => void
}

export function JourneyList({ filter, onFilter }: JourneyListProps) {
  const say = useListWords()
  const journeys = useRead(ListJourneys, {}, { every: REFRESH })
  const writes = useMay('documents:write')
  return (
    <Page
      title={say.title}
      lead={say.lead}
      actions={
        writes && (
          <ButtonLink look="primary" href={NEW_JOURNEY}>
            <Plus size={16} aria-hidden="true" />
            {say.create}
          </ButtonLink>
        )
      }
    >
      <Loaded query={journeys} lines={5}>
        {(data) =>
          data.journeys.length === 0 ? (
            <Card flush>
              <NoJourneys writes={writes} />
            </Card>
          ) : (
            <Listed rows={data.journeys} filter={filter} onFilter={onFilter} />
          )
        }
      </Loaded>
    </Page>
  )
}

function Listed({ rows, filter, onFilter }: JourneyListProps & { rows: readonly JourneyRow[] }) {
  const say = useListWords()
  const language = useLanguage()
  const shown = chosenJourneys(rows, filter)
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const selected = rows.filter((row) => chosen.has(row.id))
  const change = (id: string, on: boolean) => {
    const next = new Set(chosen)
    if (on) next.add(id)
    else next.delete(id)
    setChosen(next)
  }
  const put = (part: JourneyFilter) => onFilter({ ...filter, ...part })
  const some = (values: readonly string[], label = (value: string) => value) => [
    { value: '', label: say.any },
    ...[...new Set(values)].sort().map((value) => ({ value, label: label(value) })),
  ]
  return (
    <>
      <fieldset className="mb-4 flex flex-wrap items-center gap-x-4 gap-y-2">
        <legend className="sr-only">{say.filters}</legend>
        <div className="w-full max-w-80">
          <SearchField label={say.search} value={filter.q ?? ''} onSearch={(q) => put({ q: q || undefined })} />
        </div>
        <Select
          label={say.status}
          value={filter.status ?? ''}
          onChange={(value) => put({ status: STANDINGS.find((each) => each === value) })}
          choices={[{ value: '', label: say.any }, ...STANDINGS.map((value) => ({ value, label: say.standing[value] }))]}
        />
        <Select
          label={say.channel}
          value={filter.channel ?? ''}
          onChange={(value) => put({ channel: value || undefined })}
          choices={some(
            rows.flatMap((row) => row.channels),
            (value) => channelNamed(value, language),
          )}
        />
        <Select
          label={say.owner}
          value={filter.owner ?? ''}
          onChange={(value) => put({ owner: value || undefined })}
          choices={some(rows.map(ownerOf), (value) => ownerWord(value, say.key))}
        />
        {rows.some((row) => row.tags.length > 0) && (
          <Select
            label={say.tag}
            value={filter.tag ?? ''}
            onChange={(value) => put({ tag: value || undefined })}
            choices={some(rows.flatMap((row) => row.tags))}
          />
        )}
      </fieldset>
      {selected.length > 0 && <SelectedJourneys rows={selected} onDone={() => setChosen(new Set())} />}
      <Card flush>
        {shown.length === 0 ? (
          <NoResults of={filter.q ? `“${filter.q}”` : say.theseMatch} clear={() => onFilter({})} />
        ) : (
          <JourneyTable rows={shown} chosen={chosen} onChoose={change} />
        )}
      </Card>
      <p role="status" className="mt-2 px-1 text-meta text-ink-3">
        {say.count(shown.length)}
      </p>
    </>
  )
}

interface JourneyTableProps {
  readonly rows: readonly JourneyRow[]
  readonly chosen: ReadonlySet<string>
  readonly onChoose: (id: string, on: boolean) => void
}

function JourneyTable({ rows, chosen, onChoose }: JourneyTableProps) {
  const say = useListWords()
  const columns = useColumns(chosen, onChoose)
  const around = useRef<HTMLDivElement>(null)
  const seen = useSeen(around, rows.length)
  const { from, to, above, below } = seen
    ? windowOf({ rows: rows.length, height: ROW_HEIGHT, ...seen })
    : { from: 0, to: rows.length, above: 0, below: 0 }
  return (
    <div ref={around} style={{ paddingTop: above, paddingBottom: below }}>
      <Table label={say.title} columns={columns} rows={rows.slice(from, to)} rowKey={(row) => row.id} />
    </div>
  )
}

/** Of a long list, what part of it is in the window; undefined: all of it is drawn. */
function useSeen(around: RefObject<HTMLElement | null>, rows: number): { top: number; view: number } | undefined {
  const [seen, setSeen] = useState({ top: 0, view: 1_000 })
  const long = rows > WINDOWED_FROM
  useEffect(() => {
    if (!long) return
    const look = () => {
      const top = Math.max(0, -(around.current?.getBoundingClientRect().top ?? 0))
      // By whole steps: a scroll of some pixels draws nothing anew.
      setSeen((now) => (Math.abs(now.top - top) < ROW_HEIGHT && now.view === innerHeight ? now : { top, view: innerHeight }))
    }
    look()
    addEventListener('scroll', look, { capture: true, passive: true })
    addEventListener('resize', look)
    return () => {
      removeEventListener('scroll', look, { capture: true })
      removeEventListener('resize', look)
    }
  }, [long, around])
  return long ? seen : undefined
}

function useColumns(chosen: ReadonlySet<string>, onChoose: (id: string, on: boolean) => void): readonly Column<JourneyRow>[] {
  const say = useListWords()
  const publishes = useMay('publish')
  const writes = useMay('documents:write')
  return [
    {
      name: say.name,
      cell: (row) => (
        <span className="flex items-start gap-3">
          {(publishes || writes) && (
            <label className="relative z-10 -m-1 flex size-6 shrink-0 items-center justify-center self-center">
              <input
                type="checkbox"
                aria-label={say.select(row.name)}
                checked={chosen.has(row.id)}
                onChange={(event) => onChoose(row.id, event.target.checked)}
                className="size-4"
              />
            </label>
          )}
          <span className="min-w-0">
            <Link plain href={toJourney(row.id)} className={ROW_LINK}>
              {row.name}
            </Link>
            <span className="block truncate text-meta text-ink-3">{[row.id, ...row.tags.map((tag) => `#${tag}`)].join(' · ')}</span>
          </span>
        </span>
      ),
    },
    { name: say.status, width: 'w-32 sm:w-44', cell: (row) => <Standing row={row} /> },
    { name: say.inNow, width: 'w-18', right: true, cell: (row) => count(row.inNow) },
    { name: say.entered, width: 'w-24', right: true, from: 'md', cell: (row) => count(row.entered7d) },
    {
      name: say.goal,
      width: 'w-34',
      right: true,
      from: 'sm',
      cell: ({ goalRate, goalBetween }) =>
        goalRate === null || goalBetween === null ? (
          '–'
        ) : (
          <span title={say.between(percent(goalBetween[0]), percent(goalBetween[1]))} className="whitespace-nowrap num">
            {percent(goalRate)} <span className="text-meta text-ink-3">±{percent((goalBetween[1] - goalBetween[0]) / 2)}</span>
          </span>
        ),
    },
    { name: say.held, width: 'w-26', right: true, from: 'xl', cell: (row) => (row.holdout === '0%' ? '–' : row.holdout) },
    {
      name: say.issues,
      width: 'w-20',
      right: true,
      from: 'md',
      cell: (row) =>
        row.issues === 0 ? (
          <span className="text-ink-3">–</span>
        ) : (
          <Chip tone="warn">
            <TriangleAlert size={13} aria-hidden="true" />
            {count(row.issues)}
          </Chip>
        ),
    },
    {
      name: say.owner,
      width: 'w-28',
      from: 'xl',
      cell: (row) => <span className="block truncate">{ownerWord(ownerOf(row), say.key) || '–'}</span>,
    },
    { name: say.updated, width: 'w-28', from: 'xl', cell: (row) => <Moment at={row.updatedAt} /> },
  ]
}

/** What runs, and beside it what is on its way: a draft, a request that waits. */
function Standing({ row }: { row: JourneyRow }) {
  const say = useListWords()
  return (
    <span className="flex flex-wrap items-center gap-1">
      <JourneyState status={row.status} version={row.version} mode={row.mode} />
      {row.status === 'live' && row.draft && <Chip dashed>{say.draft(row.version + 1)}</Chip>}
      {row.waiting !== null && (
        <Link plain href={toApproval(row.waiting)} className="relative z-10">
          <Chip tone="accent">{say.approval}</Chip>
        </Link>
      )}
    </span>
  )
}

function NoJourneys({ writes }: { writes: boolean }) {
  const say = useListWords()
  return (
    <Empty
      icon={<Route size={20} aria-hidden="true" />}
      title={say.emptyTitle}
      action={
        writes && (
          <ButtonLink look="primary" href={NEW_JOURNEY}>
            {say.emptyAction}
          </ButtonLink>
        )
      }
    >
      {say.emptyText}
    </Empty>
  )
}
