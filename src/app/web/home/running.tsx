import { actorName } from '#kit/actor.ts'
import { ButtonLink } from '#kit/button.tsx'
import { Chip } from '#kit/chip.tsx'
import { count, percent } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { useMay } from '#kit/me.ts'
import { Card } from '#kit/page.tsx'
import { JOURNEYS, NEW_JOURNEY, toDocument, toJourney, toPeopleBehind } from '#kit/paths.ts'
import { Empty } from '#kit/states.tsx'
import { type Column, Table } from '#kit/table.tsx'
import { Moment } from '#kit/time.tsx'
import { useWords } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import type { GetHome } from '#workspaces/home-api.ts'
import { kindName } from '../kind-words.ts'
import { sparkOf } from './order.ts'
import { HOME_WORDS } from './words.ts'

type Home = OutputOf<typeof GetHome>
type Row = NonNullable<Home['journeys']>[number]

/** What runs, with the people behind each number. */
export function Running({ journeys, days }: { journeys: readonly Row[]; days: number }) {
  const say = useWords(HOME_WORDS)
  const writes = useMay('documents:write')
  const columns = useColumns(days)
  return (
    <Card
      title={say.running}
      flush
      aside={
        <Link href={JOURNEYS} className="text-dense">
          {say.allJourneys}
        </Link>
      }
    >
      {journeys.length === 0 ? (
        <Empty title={say.noJourneys} action={writes && <ButtonLink href={NEW_JOURNEY}>{say.newJourney}</ButtonLink>}>
          {say.noJourneysWhy}
        </Empty>
      ) : (
        <Table label={say.running} columns={columns} rows={journeys} rowKey={({ id }) => id} />
      )}
    </Card>
  )
}

const isStopped = (mode: string): mode is 'pause' | 'drain' | 'stop' => mode === 'pause' || mode === 'drain' || mode === 'stop'

function useColumns(days: number): readonly Column<Row>[] {
  const say = useWords(HOME_WORDS)
  return [
    {
      name: say.journey,
      cell: ({ id, name, mode }) => (
        <span className="flex flex-wrap items-center gap-2">
          <Link href={toJourney(id)} className="font-medium">
            {name}
          </Link>
          {isStopped(mode) && <Chip tone="warn">{say.stoppedMode[mode]}</Chip>}
        </span>
      ),
    },
    {
      name: say.byDay(days),
      from: 'md',
      width: 'w-44',
      cell: ({ spark, name }) => <Spark values={spark} label={`${name}: ${say.byDay(days)}`} />,
    },
    {
      name: say.entered,
      right: true,
      cell: ({ id, entered }) => <Link href={toPeopleBehind(id, { of: 'entered' })}>{count(entered)}</Link>,
    },
    {
      name: say.now,
      right: true,
      from: 'sm',
      cell: ({ id, inNow }) => <Link href={toPeopleBehind(id, { of: 'waiting' })}>{count(inNow)}</Link>,
    },
    {
      name: say.goal,
      right: true,
      from: 'sm',
      cell: ({ goalRate }) => <span className="num">{goalRate === null ? '–' : percent(goalRate)}</span>,
    },
    {
      name: say.issues,
      right: true,
      from: 'lg',
      cell: ({ id, issues }) =>
        issues > 0 ? (
          <Link href={toJourney(id, { tab: 'report' })}>{say.issuesOf(issues)}</Link>
        ) : (
          <span className="text-ink-3">{say.noIssues}</span>
        ),
    },
  ]
}

const BOX = { width: 96, height: 22 }

function Spark({ values, label }: { values: readonly number[]; label: string }) {
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`-1 -1 ${BOX.width + 2} ${BOX.height + 2}`}
      width={BOX.width}
      height={BOX.height + 2}
      className="block"
    >
      <path d={sparkOf(values, BOX)} fill="none" stroke="var(--ink-2)" strokeWidth={1.5} strokeLinejoin="round" />
    </svg>
  )
}

/** What was published last, and by whom. */
export function Changes({ changes }: { changes: Home['changes'] }) {
  const say = useWords(HOME_WORDS)
  return (
    <Card title={say.changes} flush>
      {changes.length === 0 ? (
        <p className="px-4 py-3 text-ink-2">{say.noChanges}</p>
      ) : (
        <ul>
          {changes.map(({ at, by, kind, id, name, version }) => (
            <li
              key={`${kind} ${id} ${version}`}
              className="flex items-baseline gap-3 border-b border-line px-4 py-2 text-dense last:border-0"
            >
              <span className="min-w-0 flex-1 wrap-anywhere">
                <span className="font-medium">{actorName(by)}</span>{' '}
                <Link href={toDocument(kind, id)}>{say.changed(kindName(kind), name, version)}</Link>
              </span>
              <span className="shrink-0 text-meta text-ink-3">
                <Moment at={at} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}
