import { usePages, useRead } from '#kit/api.ts'
import { ButtonLink } from '#kit/button.tsx'
import { count, shortDay } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { Card, Facts, Page } from '#kit/page.tsx'
import { COMPANIES, toCompany, toPerson } from '#kit/paths.ts'
import { Empty, ErrorView, Loaded, Skeleton } from '#kit/states.tsx'
import { More, ROW_LINK, Table } from '#kit/table.tsx'
import { Moment } from '#kit/time.tsx'
import { useWords } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import { GetAccount, ListAccountPeople } from '../api.ts'
import { ACCOUNT_WORDS } from './account-words.ts'

type Account = OutputOf<typeof GetAccount>

interface AccountProps {
  readonly id: string
  /** Only people who did this event in so many hours. */
  readonly event?: string
  readonly hours?: number
}

/** One company: its people, what several of them did lately, and what is known of it. */
export function AccountPage({ id, event, hours }: AccountProps) {
  const account = useRead(GetAccount, { id })
  const say = useWords(ACCOUNT_WORDS)
  return (
    <Loaded up={{ label: say.companies, href: COMPANIES }} query={account} lines={8}>
      {(data) => (
        <Page title={data.name} up={{ label: say.companies, href: COMPANIES }} lead={say.of(count(data.active30d), count(data.people))}>
          <div className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_340px]">
            <div className="flex min-w-0 flex-col gap-4">
              <Together account={data} />
              <People id={id} event={event} hours={hours} />
            </div>
            <div className="flex min-w-0 flex-col gap-4">
              <Card title={say.traits}>
                {data.traits.length === 0 ? (
                  <p className="text-ink-2">{say.noTraits}</p>
                ) : (
                  <Facts rows={data.traits.map(({ name, value }) => [name, typeof value === 'string' ? value : JSON.stringify(value)])} />
                )}
              </Card>
              <Weeks weeks={data.weeks} />
            </div>
          </div>
        </Page>
      )}
    </Loaded>
  )
}

function Together({ account }: { account: Account }) {
  const say = useWords(ACCOUNT_WORDS)
  const behind = (event: string, hours: number, people: number) =>
    people === 0 ? <span className="text-ink-3">–</span> : <Link href={toCompany(account.id, { event, hours })}>{count(people)}</Link>
  return (
    <Card title={say.together} flush>
      <p className="px-4 py-2.5 text-dense text-ink-2">{say.togetherWhy}</p>
      {account.together.length === 0 ? (
        <p className="border-t border-line p-4 text-ink-2">{say.quiet}</p>
      ) : (
        <Table
          label={say.together}
          rows={account.together}
          rowKey={(row) => row.event}
          columns={[
            { name: say.event, cell: (row) => <span className="block truncate">{row.event}</span> },
            { name: say.in48h, width: 'w-28', right: true, cell: (row) => behind(row.event, 48, row.people48h) },
            { name: say.in7d, width: 'w-28', right: true, from: 'sm', cell: (row) => behind(row.event, 168, row.people7d) },
            { name: say.last, width: 'w-32', right: true, from: 'sm', cell: (row) => <Moment at={row.last} /> },
          ]}
        />
      )}
    </Card>
  )
}

function People({ id, event, hours = 48 }: AccountProps) {
  const say = useWords(ACCOUNT_WORDS)
  const pages = usePages(ListAccountPeople, { id, ...(event !== undefined && { event, hours }) })
  const rows = pages.data?.pages.flatMap((page) => page.people) ?? []
  const all = event !== undefined && <ButtonLink href={toCompany(id)}>{say.everybody}</ButtonLink>
  return (
    <Card title={say.people} flush aside={all}>
      {event !== undefined && <p className="px-4 py-2.5 text-dense text-ink-2">{say.onlyWho(event, hours)}</p>}
      {pages.isError && rows.length === 0 ? (
        <ErrorView error={pages.error} retry={() => void pages.refetch()} />
      ) : pages.data === undefined ? (
        <Skeleton lines={5} />
      ) : rows.length === 0 ? (
        <Empty title={say.nobody} />
      ) : (
        <>
          <Table
            label={say.people}
            rows={rows}
            rowKey={(row) => row.id}
            columns={[
              {
                name: say.people,
                cell: (row) => (
                  <>
                    <Link plain href={toPerson(row.id)} className={ROW_LINK}>
                      {row.name || say.unnamed}
                    </Link>
                    {row.email && row.email !== row.name && <span className="block truncate text-meta text-ink-3">{row.email}</span>}
                  </>
                ),
              },
              { name: say.events, width: 'w-28', right: true, from: 'sm', cell: (row) => count(row.events30d) },
              { name: say.lastSeen, width: 'w-32', right: true, cell: (row) => <Moment at={row.lastSeen} /> },
            ]}
          />
          <More more={pages.hasNextPage} busy={pages.isFetchingNextPage} onMore={() => void pages.fetchNextPage()}>
            {say.peopleShown(rows.length)}
          </More>
        </>
      )}
    </Card>
  )
}

/** Twelve weeks as a table: the figures are few, and so each can be read. */
function Weeks({ weeks }: { weeks: Account['weeks'] }) {
  const say = useWords(ACCOUNT_WORDS)
  const most = Math.max(1, ...weeks.map((week) => week.events))
  return (
    <Card title={say.weeks} flush>
      <Table
        label={say.weeks}
        rows={weeks.toReversed()}
        rowKey={(week) => String(week.from)}
        columns={[
          { name: say.week, cell: (week) => shortDay(week.from) },
          { name: say.activePeople, width: 'w-24', right: true, cell: (week) => count(week.people) },
          {
            name: say.eventCount,
            width: 'w-28',
            right: true,
            cell: (week) => (
              <span className="block">
                {count(week.events)}
                <span
                  aria-hidden="true"
                  className="mt-0.5 ml-auto block h-1 rounded-pill bg-accent"
                  style={{ width: `${(week.events / most) * 100}%` }}
                />
              </span>
            ),
          },
        ]}
      />
    </Card>
  )
}
