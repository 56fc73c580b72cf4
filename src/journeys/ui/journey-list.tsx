import { Route, TriangleAlert } from 'lucide-react'
import type { z } from 'zod'
import { useRead } from '#kit/api.ts'
import { ButtonLink } from '#kit/button.tsx'
import { Chip } from '#kit/chip.tsx'
import { Code } from '#kit/copy.tsx'
import { count, percent } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { Card, Page } from '#kit/page.tsx'
import { REFERENCE, toJourney } from '#kit/paths.ts'
import { Empty, Loaded } from '#kit/states.tsx'
import { type Column, ROW_LINK, Table } from '#kit/table.tsx'
import { type JourneySummary, ListJourneys } from '../api.ts'
import { JourneyState } from './status.tsx'

type Row = z.output<typeof JourneySummary>

const REFRESH = 5_000

const COLUMNS: readonly Column<Row>[] = [
  {
    name: 'Name',
    cell: (row) => (
      <>
        <Link plain href={toJourney(row.id)} className={ROW_LINK}>
          {row.name}
        </Link>
        <span className="block truncate text-meta text-ink-3">{row.id}</span>
      </>
    ),
  },
  { name: 'Status', width: 'w-28 sm:w-32', cell: (row) => <JourneyState status={row.status} version={row.version} mode={row.mode} /> },
  { name: 'In now', width: 'w-18 sm:w-24', right: true, cell: (row) => count(row.inNow) },
  { name: 'Entered 7 d', width: 'w-28', right: true, from: 'sm', cell: (row) => count(row.entered7d) },
  { name: 'Goal rate', width: 'w-24', right: true, from: 'sm', cell: (row) => (row.goalRate === null ? '–' : percent(row.goalRate)) },
  {
    name: 'Issues',
    width: 'w-24',
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
]

export function JourneyTable({ rows }: { rows: readonly Row[] }) {
  return <Table label="Journeys" columns={COLUMNS} rows={rows} rowKey={(row) => row.id} />
}

export function JourneyList() {
  const journeys = useRead(ListJourneys, {}, { every: REFRESH })
  return (
    <Page title="Journeys" lead="What runs, who is in it now, and whether it reaches its goal.">
      <Card flush>
        <Loaded query={journeys} lines={5}>
          {(data) => (data.journeys.length === 0 ? <NoJourneys /> : <JourneyTable rows={data.journeys} />)}
        </Loaded>
      </Card>
    </Page>
  )
}

export function NoJourneys() {
  return (
    <Empty
      icon={<Route size={20} aria-hidden="true" />}
      title="No journeys yet"
      action={<ButtonLink href={REFERENCE}>API reference</ButtonLink>}
    >
      <p>
        A journey waits for an event of a person, then decides step by step what they get, and counts what came of it. Journeys are files in
        your repository. Publish the examples with
      </p>
      <div className="mt-3 text-left">
        <Code label="the command" text={'npx cadenza plan examples/shop\nnpx cadenza apply examples/shop'} />
      </div>
    </Empty>
  )
}
