import { useState } from 'react'
import type { z } from 'zod'
import { usePages, useRead } from '#kit/api.ts'
import { Select } from '#kit/field.tsx'
import { count } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { Card } from '#kit/page.tsx'
import { toDocument, toPerson } from '#kit/paths.ts'
import { Empty, ErrorView, Loaded, Skeleton } from '#kit/states.tsx'
import { type Column, More, ROW_LINK, Table } from '#kit/table.tsx'
import { Moment } from '#kit/time.tsx'
import { useWords } from '#kit/words.ts'
import { ListMembers, ListSegments, type ReadSegment } from '../api.ts'
import { CountConditions } from '../suggest-api.ts'
import { SEGMENT_WORDS } from './segment-words.ts'

type Shown = z.output<typeof ReadSegment.output>
type Member = z.output<typeof ListMembers.output>['people'][number]

export function Members({ id, total }: { id: string; total: number }) {
  const say = useWords(SEGMENT_WORDS)
  const pages = usePages(ListMembers, { id })
  const rows = pages.data?.pages.flatMap((page) => page.people) ?? []
  const columns: readonly Column<Member>[] = [
    {
      name: say.people,
      cell: (row) => (
        <>
          <Link plain href={toPerson(row.id)} className={ROW_LINK}>
            {row.name || row.email || say.unnamed}
          </Link>
          {row.email && row.email !== row.name && <span className="block truncate text-meta text-ink-3">{row.email}</span>}
        </>
      ),
    },
    { name: say.since, width: 'w-32', right: true, cell: (row) => <Moment at={row.since} /> },
  ]
  if (pages.isError && rows.length === 0) return <ErrorView error={pages.error} retry={() => void pages.refetch()} />
  return (
    <Card title={say.people} flush>
      {pages.data === undefined ? (
        <Skeleton lines={4} />
      ) : rows.length === 0 ? (
        <Empty title={say.nobody}>{say.nobodyYet}</Empty>
      ) : (
        <>
          <Table label={say.people} columns={columns} rows={rows} rowKey={(row) => row.id} />
          <More more={pages.hasNextPage} busy={pages.isFetchingNextPage} onMore={() => void pages.fetchNextPage()}>
            {say.shown(count(rows.length), Math.max(total, rows.length))}
          </More>
        </>
      )}
    </Card>
  )
}

/** The days with the size at the end of each, the newest first, counted back from now. */
export function sizes(days: Shown['growth'], now: number): readonly { day: string; entered: number; left: number; size: number }[] {
  let size = now
  return days.toReversed().map((day) => {
    const here = { ...day, size }
    size = Math.max(0, size - day.entered + day.left)
    return here
  })
}

export function Growth({ days, now }: { days: Shown['growth']; now: number }) {
  const say = useWords(SEGMENT_WORDS)
  const rows = sizes(days, now)
  const most = Math.max(1, ...rows.map(({ size }) => size))
  if (rows.length === 0) return <Empty title={say.noHistory} />
  return (
    <Card title={say.size} flush>
      <Table
        label={say.size}
        columns={[
          { name: say.day, cell: (row) => row.day },
          {
            name: say.sizeThen,
            cell: (row) => (
              <span className="flex items-center gap-2">
                <span
                  aria-hidden="true"
                  className="h-2 rounded-pill bg-accent"
                  style={{ width: `${Math.max(2, (row.size / most) * 60)}%` }}
                />
                <span className="num">{count(row.size)}</span>
              </span>
            ),
          },
          { name: say.came, width: 'w-20', right: true, cell: (row) => count(row.entered) },
          { name: say.left, width: 'w-20', right: true, cell: (row) => count(row.left) },
        ]}
        rows={rows}
        rowKey={(row) => row.day}
      />
    </Card>
  )
}

export function UsedBy({ users }: { users: Shown['usedBy'] }) {
  const say = useWords(SEGMENT_WORDS)
  return (
    <Card title={say.usedBy}>
      {users.length === 0 ? (
        <p className="text-dense text-ink-2">{say.notUsed}</p>
      ) : (
        <ul className="flex flex-col gap-1 text-dense">
          {users.map((user) => (
            <li key={`${user.kind} ${user.id}`}>
              <Link href={toDocument(user.kind, user.id)}>{user.name}</Link> <span className="text-ink-3">{user.kind}</span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}

/** How many are in this one, in the other, and in both. */
export function Overlap({ id, when }: { id: string; when: string }) {
  const say = useWords(SEGMENT_WORDS)
  const [other, setOther] = useState('')
  const all = useRead(ListSegments, {})
  const choices = (all.data?.segments ?? []).filter((each) => each.id !== id && each.status !== 'draft' && each.status !== 'archived')
  const there = `segment(${JSON.stringify(other)})`
  const counts = useRead(
    CountConditions,
    { conditions: [`(${when}) and ${there}`, `(${when}) and not ${there}`, `not (${when}) and ${there}`] },
    { enabled: other !== '' && when !== '' },
  )
  return (
    <Card title={say.overlap}>
      <Select
        label={say.other}
        value={other}
        choices={[{ value: '', label: '–' }, ...choices.map((each) => ({ value: each.id, label: each.name }))]}
        onChange={setOther}
      />
      {other !== '' && (
        <Loaded query={counts} lines={2}>
          {({ counts: [both = 0, here = 0, only = 0] }) => (
            <ul aria-live="polite" className="mt-3 flex flex-col gap-1 text-dense num">
              <li className="font-medium">{say.both(count(both))}</li>
              <li>{say.onlyHere(count(here))}</li>
              <li>{say.onlyThere(count(only))}</li>
            </ul>
          )}
        </Loaded>
      )}
    </Card>
  )
}
