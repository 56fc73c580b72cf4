import type { z } from 'zod'
import { GetJourney } from '#journeys/api.ts'
import { usePages, useRead } from '#kit/api.ts'
import { DELIVERY_WORDS } from '#kit/delivery-words.ts'
import { words } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { Card, Page } from '#kit/page.tsx'
import { JOURNEYS, toJourney, toMessage, toPerson } from '#kit/paths.ts'
import { Empty, ErrorView, Loaded, Skeleton } from '#kit/states.tsx'
import { type Column, More, ROW_LINK, Table } from '#kit/table.tsx'
import { Moment } from '#kit/time.tsx'
import { useWords, wordsNow } from '#kit/words.ts'
import { type PeopleBehind as Of, type PersonBehind, ReadPeople } from '../schema.ts'
import { FIGURES_WORDS } from './figures-words.ts'
import { JourneyNames, useJourneyNames } from './journey-names.tsx'
import { Standing } from './standing.tsx'

export interface BehindQuery {
  readonly of: z.output<typeof Of>
  readonly version?: number
  readonly step?: string
  readonly reason?: string
  readonly arm?: 'treated' | 'held_out'
  readonly status?: z.input<typeof ReadPeople.input>['status']
  readonly channel?: string
}

/** `step`: how the step that is asked for is called. */
function headOf(query: BehindQuery, step = query.step): string {
  const say = wordsNow(FIGURES_WORDS)
  const parts = [
    say.heads[query.of],
    query.arm === 'treated' ? say.ofTreated : query.arm === 'held_out' ? say.ofHeldOut : '',
    query.status ? wordsNow(DELIVERY_WORDS)[query.status] : '',
    step ? say.atStep(step) : '',
    query.reason ? say.because(words(query.reason)) : '',
    query.version ? say.inVersion(query.version) : '',
  ]
  return parts.filter(Boolean).join(', ')
}

/** The people behind one number of a journey, as a page. */
export function PeopleBehind({ journey, query }: { journey: string; query: BehindQuery }) {
  const say = useWords(FIGURES_WORDS)
  // Facts of what is not there are none: only the journey itself tells that from a number that is 0.
  const known = useRead(GetJourney, { id: journey })
  return (
    <Loaded query={known} up={{ label: say.journeys, href: JOURNEYS }} lines={8}>
      {({ name }) => (
        <JourneyNames of={[journey]}>
          <Behind journey={journey} name={name} query={query} />
        </JourneyNames>
      )}
    </Loaded>
  )
}

function Behind({ journey, name, query }: { journey: string; name: string; query: BehindQuery }) {
  const { step } = useJourneyNames()
  const title = headOf(query, query.step && step(journey, query.step))
  return (
    <Page title={title} up={{ label: name, href: toJourney(journey, { tab: 'report', version: query.version }) }}>
      {query.of === 'waiting' && query.step !== undefined && <Standing journey={journey} step={query.step} />}
      <Card flush>
        <Rows journey={journey} query={query} />
      </Card>
    </Page>
  )
}

/** The rows behind one number: as many as the number says. */
export const PeopleRows = ({ journey, query }: { journey: string; query: BehindQuery }) => (
  <JourneyNames of={[journey]}>
    <Rows journey={journey} query={query} />
  </JourneyNames>
)

function Rows({ journey, query }: { journey: string; query: BehindQuery }) {
  const say = useWords(FIGURES_WORDS)
  const { step } = useJourneyNames()
  const pages = usePages(ReadPeople, { id: journey, ...query })
  const rows = pages.data?.pages.flatMap((page) => page.people) ?? []
  const columns: readonly Column<PersonBehind>[] = [
    {
      name: say.person,
      cell: (row) => (
        <Link plain href={toPerson(row.profileId, { why: journey })} className={ROW_LINK}>
          {row.name || <code>{row.profileId}</code>}
        </Link>
      ),
    },
    { name: say.step, width: 'w-40', from: 'md', cell: (row) => (row.step ? step(journey, row.step) : '–') },
    {
      name: say.why,
      width: 'w-[36%]',
      from: 'sm',
      cell: (row) => <span className="block wrap-anywhere">{row.sentence || row.reason || '–'}</span>,
    },
    ...(query.of === 'message'
      ? [
          {
            name: say.message,
            width: 'w-24',
            from: 'md',
            cell: (row: PersonBehind) => (
              <Link href={toMessage(row.of)} className="relative z-10">
                {say.open}
              </Link>
            ),
          } satisfies Column<PersonBehind>,
        ]
      : []),
    { name: say.when, width: 'w-28', right: true, cell: (row) => <Moment at={row.at} /> },
  ]
  return pages.isError && rows.length === 0 ? (
    <ErrorView error={pages.error} retry={() => void pages.refetch()} />
  ) : pages.data === undefined ? (
    <Skeleton lines={8} />
  ) : rows.length === 0 ? (
    <Empty title={say.nobody}>{say.isZero}</Empty>
  ) : (
    <>
      <Table label={headOf(query)} columns={columns} rows={rows} rowKey={(row) => `${row.profileId}${row.of}${row.at}${row.step}`} />
      <More more={pages.hasNextPage} busy={pages.isFetchingNextPage} onMore={() => void pages.fetchNextPage()}>
        {say.shown(rows.length, pages.hasNextPage)}
      </More>
    </>
  )
}
