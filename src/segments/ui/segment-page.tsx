import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { z } from 'zod'
import { call, usePages, useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Field } from '#kit/field.tsx'
import { count, percent, plural } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { Card, Facts, Page } from '#kit/page.tsx'
import { SEGMENTS, toJourney, toPerson, toSegment } from '#kit/paths.ts'
import { Empty, ErrorView, Loaded, Skeleton } from '#kit/states.tsx'
import { type Column, More, ROW_LINK, Table } from '#kit/table.tsx'
import { Moment } from '#kit/time.tsx'
import { GetDocument, PublishDraft, SaveDraft } from '#workspaces/documents/api.ts'
import { ListMembers, ListSegments, ReadSegment, RebuildSegment } from '../api.ts'
import { ConditionEditor } from './condition-editor.tsx'
import { SegmentState } from './status.tsx'

type Shown = z.output<typeof ReadSegment.output>
type Member = z.output<typeof ListMembers.output>['people'][number]

const UP = { label: 'Segments', href: SEGMENTS }
const REFRESH = 2_000

export function SegmentPage({ id }: { id: string }) {
  const segment = useRead(ReadSegment, { id }, { every: REFRESH })
  const { data } = segment
  return (
    <Page
      title={data?.name ?? id}
      up={UP}
      facts={data && <SegmentState status={data.status} />}
      lead={data?.description}
      actions={data && data.status === 'built' && <Rebuild id={id} />}
    >
      <Loaded query={segment} lines={8}>
        {(shown) => (
          <div className="grid gap-4 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
            <div className="flex min-w-0 flex-col gap-4">
              {shown.build && <BuildProgress build={shown.build} />}
              <Card title="Who is in it">
                <Edit id={id} shown={shown} />
              </Card>
              <Members id={id} total={shown.count} />
            </div>
            <div className="flex min-w-0 flex-col gap-4">
              <Card title="Now">
                <Facts
                  rows={[
                    ['People', count(shown.count)],
                    ['Came in 7 days', count(shown.entered7d)],
                    ['Left in 7 days', count(shown.left7d)],
                  ]}
                />
              </Card>
              <Growth days={shown.growth} />
              <UsedBy users={shown.usedBy} />
            </div>
          </div>
        )}
      </Loaded>
    </Page>
  )
}

function BuildProgress({ build }: { build: NonNullable<Shown['build']> }) {
  return (
    <Card title="Building">
      <progress aria-label="How far the build has come" value={build.done} max={1} className="h-2 w-full" />
      <p className="mt-2 text-dense text-ink-2">
        {percent(build.done, 0)}: {plural(build.reviews, 'person', 'people')} looked at. New events count already; who is in it is told as
        soon as their past is known.
      </p>
      {build.error && <p className="mt-1 text-dense text-bad">{build.error}</p>}
    </Card>
  )
}

function Rebuild({ id }: { id: string }) {
  const client = useQueryClient()
  const work = useMutation({
    mutationFn: () => call(RebuildSegment, { id }),
    onSuccess: () => client.invalidateQueries({ queryKey: [ReadSegment.name] }),
  })
  return (
    <Button busy={work.isPending} onClick={() => work.mutate()}>
      Build again
    </Button>
  )
}

/** Saves the draft and makes exactly it live. */
function usePublish(id: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (body: Record<string, string>) => {
      const { draft } = await call(SaveDraft, { kind: 'segment', id, body })
      return call(PublishDraft, { kind: 'segment', id, hash: draft.hash })
    },
    onSuccess: () => client.invalidateQueries({ predicate: ({ queryKey }) => NAMES.has(String(queryKey[0])) }),
  })
}
const NAMES: ReadonlySet<string> = new Set([ListSegments.name, ReadSegment.name, ListMembers.name, GetDocument.name])

function Edit({ id, shown }: { id: string; shown: Shown }) {
  const [text, setText] = useState(shown.when)
  const publish = usePublish(id)
  const changed = text.trim() !== shown.when.trim()
  const send = (event: FormEvent) => {
    event.preventDefault()
    const about: Record<string, string> = shown.description === '' ? {} : { description: shown.description }
    publish.mutate({ kind: 'segment', id, name: shown.name, ...about, when: text.trim() })
  }
  return (
    <form onSubmit={send} className="flex flex-col gap-4">
      <ConditionEditor value={text} onChange={setText} />
      {publish.isError && <ErrorView error={publish.error} />}
      {changed && (
        <div className="flex gap-2">
          <Button look="primary" type="submit" busy={publish.isPending}>
            Publish
          </Button>
          <Button onClick={() => setText(shown.when)}>Undo</Button>
        </div>
      )}
    </form>
  )
}

/** Makes a segment: its id follows from its name. */
export function NewSegment({ onMade }: { onMade: (href: string) => void }) {
  const [name, setName] = useState('')
  const [text, setText] = useState('')
  const id = slugOf(name)
  const publish = usePublish(id)
  const send = (event: FormEvent) => {
    event.preventDefault()
    if (id === '' || text.trim() === '') return
    publish.mutate({ kind: 'segment', id, name: name.trim(), when: text.trim() }, { onSuccess: () => onMade(toSegment(id)) })
  }
  return (
    <Page title="New segment" up={UP} lead="Write who belongs to it; the count follows as you type.">
      <Card>
        <form onSubmit={send} className="flex flex-col gap-4">
          <Field
            label="Name"
            value={name}
            onChange={(event) => setName(event.target.value)}
            hint={id ? `Known to journeys as ${id}` : undefined}
          />
          <ConditionEditor value={text} onChange={setText} />
          {publish.isError && <ErrorView error={publish.error} />}
          <div>
            <Button look="primary" type="submit" busy={publish.isPending}>
              Publish
            </Button>
          </div>
        </form>
      </Card>
    </Page>
  )
}

const slugOf = (name: string): string =>
  name
    .toLowerCase()
    .normalize('NFKD')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 64)

const COLUMNS: readonly Column<Member>[] = [
  {
    name: 'Person',
    cell: (row) => (
      <>
        <Link plain href={toPerson(row.id)} className={ROW_LINK}>
          {row.name || row.email || 'Not named yet'}
        </Link>
        {row.email && row.email !== row.name && <span className="block truncate text-meta text-ink-3">{row.email}</span>}
      </>
    ),
  },
  { name: 'In since', width: 'w-32', right: true, cell: (row) => <Moment at={row.since} /> },
]

function Members({ id, total }: { id: string; total: number }) {
  const pages = usePages(ListMembers, { id })
  const rows = pages.data?.pages.flatMap((page) => page.people) ?? []
  return (
    <Card title="People" flush>
      {pages.isError && rows.length === 0 ? (
        <ErrorView error={pages.error} retry={() => void pages.refetch()} />
      ) : pages.data === undefined ? (
        <Skeleton lines={4} />
      ) : rows.length === 0 ? (
        <Empty title="Nobody is in it now">People come in as soon as the condition holds for them.</Empty>
      ) : (
        <>
          <Table label="People in this segment" columns={COLUMNS} rows={rows} rowKey={(row) => row.id} />
          <More more={pages.hasNextPage} busy={pages.isFetchingNextPage} onMore={() => void pages.fetchNextPage()}>
            {count(rows.length)} of {plural(Math.max(total, rows.length), 'person', 'people')} shown
          </More>
        </>
      )}
    </Card>
  )
}

function Growth({ days }: { days: Shown['growth'] }) {
  if (days.length === 0) return null
  return (
    <Card title="By day" flush>
      <Table
        label="Coming and going by day"
        columns={[
          { name: 'Day', cell: (row) => row.day },
          { name: 'Came', width: 'w-20', right: true, cell: (row) => count(row.entered) },
          { name: 'Left', width: 'w-20', right: true, cell: (row) => count(row.left) },
        ]}
        rows={days.toReversed().slice(0, 10)}
        rowKey={(row) => row.day}
      />
    </Card>
  )
}

function UsedBy({ users }: { users: Shown['usedBy'] }) {
  return (
    <Card title="Used by">
      {users.length === 0 ? (
        <p className="text-dense text-ink-2">
          Nothing yet. A journey can begin when somebody comes in: segment.entered and the segment’s id.
        </p>
      ) : (
        <ul className="flex flex-col gap-1 text-dense">
          {users.map((user) => (
            <li key={`${user.kind} ${user.id}`}>
              <Link href={user.kind === 'journey' ? toJourney(user.id) : toSegment(user.id)}>{user.name}</Link>{' '}
              <span className="text-ink-3">{user.kind}</span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}
