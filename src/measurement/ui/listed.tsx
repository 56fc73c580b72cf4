import type { ReactNode } from 'react'
import { usePages } from '#kit/api.ts'
import { amount } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { Card, Page } from '#kit/page.tsx'
import { REPORTS, toExperiment, toGoal, toMessage, toPerson } from '#kit/paths.ts'
import { Empty, ErrorView, Skeleton } from '#kit/states.tsx'
import { type Column, More, ROW_LINK, Table } from '#kit/table.tsx'
import { Moment } from '#kit/time.tsx'
import { useWords, wordsNow } from '#kit/words.ts'
import { ReadAttributionPeople } from '../attribution/api.ts'
import { ListCostMessages } from '../cost/api.ts'
import { ReadExperimentPeople } from '../experiments/api.ts'
import { ListGoalPeople } from '../goals/api.ts'
import type { Search } from './asking.ts'
import { isListed, type Listed } from './drills.ts'
import { FIGURES_WORDS } from './figures-words.ts'
import { REPORT_WORDS } from './report-words.ts'

/** Rows of the different lists, as one looks at them. */
interface Row {
  readonly key: string
  readonly profileId: string
  readonly at: number
  readonly note: ReactNode
  readonly value: number | null
}

interface Pages {
  readonly data: { readonly pages: readonly unknown[] } | undefined
  readonly isError: boolean
  readonly error: unknown
  readonly hasNextPage: boolean
  readonly isFetchingNextPage: boolean
  readonly refetch: () => unknown
  readonly fetchNextPage: () => unknown
}

/** The people or messages that a declared action lists, for numbers that say how to reach them. */
export function ListedPage({ action, search }: { action: string; search: Search }) {
  const say = useWords(REPORT_WORDS)
  if (!isListed(action))
    return (
      <Page title={say.behind} up={{ label: say.reports, href: REPORTS }}>
        <Empty title={say.noList} />
      </Page>
    )
  return <List key={action} action={action} search={search} />
}

function upOf(action: Listed, { key = '', id = '' }: Search): { label: string; href: string } {
  if (action === 'experiments.people') return { label: key, href: toExperiment(key) }
  return action === 'goals.people' ? { label: id, href: toGoal(id) } : { label: wordsNow(REPORT_WORDS).reports, href: REPORTS }
}

function List({ action, search }: { action: Listed; search: Search }) {
  const say = useWords(REPORT_WORDS)
  const title = [say.listTitles[action], search['arm'], say.which[search['which'] ?? ''], search['day'], search['channel']]
    .filter(Boolean)
    .join(', ')
  const frame = (pages: Pages, rows: readonly Row[]) => (
    <Page title={title} up={upOf(action, search)}>
      <Shown title={title} pages={pages} rows={rows} />
    </Page>
  )
  switch (action) {
    case 'experiments.people':
      return <OfExperiment search={search} frame={frame} />
    case 'goals.people':
      return <OfGoal search={search} frame={frame} />
    case 'attribution.people':
      return <OfAttribution search={search} frame={frame} />
    case 'costs.messages':
      return <OfCosts search={search} frame={frame} />
  }
}

interface OfProps {
  readonly search: Search
  readonly frame: (pages: Pages, rows: readonly Row[]) => ReactNode
}

function OfExperiment({ search, frame }: OfProps) {
  const pages = usePages(ReadExperimentPeople, search as { key: string })
  const people = pages.data?.pages.flatMap((page) => page.people) ?? []
  return frame(
    pages,
    people.map(({ profileId, arm, at, value }) => ({ key: `${profileId}${arm}`, profileId, at, note: arm, value })),
  )
}

function OfGoal({ search, frame }: OfProps) {
  const pages = usePages(ListGoalPeople, search as { id: string })
  const people = pages.data?.pages.flatMap((page) => page.people) ?? []
  return frame(
    pages,
    people.map(({ profileId, at, value }, i) => ({ key: `${profileId}${at}${i}`, profileId, at, note: '', value })),
  )
}

function OfAttribution({ search, frame }: OfProps) {
  const pages = usePages(ReadAttributionPeople, search as { metric: string })
  const conversions = pages.data?.pages.flatMap((page) => page.conversions) ?? []
  return frame(
    pages,
    conversions.map(({ profileId, at, value, touches }, i) => ({
      key: `${profileId}${at}${i}`,
      profileId,
      at,
      note: touches.map(({ key }) => key).join(' → '),
      value,
    })),
  )
}

function OfCosts({ search, frame }: OfProps) {
  const pages = usePages(ListCostMessages, search)
  const messages = pages.data?.pages.flatMap((page) => page.messages) ?? []
  return frame(
    pages,
    messages.map(({ effectId, profileId, journey, step, provider, cost, at }) => ({
      key: effectId,
      profileId,
      at,
      note: (
        <Link href={toMessage(effectId)} className="relative z-10">
          {journey} · {step} · {provider}
        </Link>
      ),
      value: cost,
    })),
  )
}

function useColumns(): readonly Column<Row>[] {
  const say = useWords(REPORT_WORDS)
  const figures = useWords(FIGURES_WORDS)
  return [
    {
      name: figures.person,
      cell: ({ profileId }) => (
        <Link plain href={toPerson(profileId)} className={ROW_LINK}>
          <code>{profileId}</code>
        </Link>
      ),
    },
    { name: say.about, from: 'sm', cell: ({ note }) => <span className="block wrap-anywhere">{note || '–'}</span> },
    { name: say.value, width: 'w-28', right: true, cell: ({ value }) => (value === null ? '–' : amount(value)) },
    { name: figures.when, width: 'w-28', right: true, cell: ({ at }) => <Moment at={at} /> },
  ]
}

function Shown({ title, pages, rows }: { title: string; pages: Pages; rows: readonly Row[] }) {
  const say = useWords(FIGURES_WORDS)
  const columns = useColumns()
  return (
    <Card flush>
      {pages.isError && rows.length === 0 ? (
        <ErrorView error={pages.error} retry={() => void pages.refetch()} />
      ) : pages.data === undefined ? (
        <Skeleton lines={8} />
      ) : rows.length === 0 ? (
        <Empty title={say.nobody}>{say.isZero}</Empty>
      ) : (
        <>
          <Table label={title} columns={columns} rows={rows} rowKey={({ key }) => key} />
          <More more={pages.hasNextPage} busy={pages.isFetchingNextPage} onMore={() => void pages.fetchNextPage()}>
            {say.shown(rows.length, pages.hasNextPage)}
          </More>
        </>
      )}
    </Card>
  )
}
