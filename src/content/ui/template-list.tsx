import { useQueryClient } from '@tanstack/react-query'
import { Archive, Copy, LayoutTemplate } from 'lucide-react'
import { useState } from 'react'
import { call, type Failure, Refused, useRead } from '#kit/api.ts'
import { Button, IconButton } from '#kit/button.tsx'
import { Chip, Dot } from '#kit/chip.tsx'
import { Dialog } from '#kit/dialog.tsx'
import { SearchField, Select } from '#kit/field.tsx'
import { Link } from '#kit/link.tsx'
import { useMay } from '#kit/me.ts'
import { Card } from '#kit/page.tsx'
import { toJourney, toTemplate } from '#kit/paths.ts'
import { Empty, Loaded, NoResults } from '#kit/states.tsx'
import { type Column, ROW_LINK, Table } from '#kit/table.tsx'
import { Moment } from '#kit/time.tsx'
import { notify } from '#kit/toast.tsx'
import { useWords } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import type { Json } from '#lib/json.ts'
import { ArchiveDocument, DiscardDraft, GetDocument } from '#workspaces/documents/api.ts'
import { ListTemplates } from '../list-api.ts'
import { ContentPage } from './content-page.tsx'
import { Gallery } from './gallery.tsx'
import { LIST_WORDS } from './list-words.ts'
import { useNewDocument } from './new-document.tsx'
import { Problems } from './problems.tsx'
import { CONTENT_READS } from './publish.tsx'

export interface TemplateFilter {
  readonly q?: string | undefined
  readonly channel?: Row['channel'] | undefined
  readonly status?: 'live' | 'draft' | 'unused' | undefined
  readonly make?: '1' | undefined
}
type Row = OutputOf<typeof ListTemplates>['templates'][number]

interface TemplateListProps {
  readonly filter: TemplateFilter
  readonly onFilter: (filter: TemplateFilter) => void
  readonly onOpen: (href: string) => void
}

const CHANNELS = ['email', 'sms', 'push', 'inapp', 'whatsapp', 'slack'] as const
const STATUSES = ['live', 'draft', 'unused'] as const

const fits = (row: Row, { q = '', channel, status }: TemplateFilter): boolean =>
  `${row.id} ${row.name} ${row.first}`.toLowerCase().includes(q.toLowerCase()) &&
  (channel === undefined || row.channel === channel) &&
  (status === undefined || (status === 'live' ? row.live !== null : status === 'draft' ? row.draft : row.usedBy.length === 0))

/** All templates with what uses them and what became of their messages. */
export function TemplateList({ filter, onFilter, onOpen }: TemplateListProps) {
  const say = useWords(LIST_WORDS)
  const mayWrite = useMay('documents:write')
  const query = useRead(ListTemplates, {})
  const columns = useColumns(mayWrite, onOpen, query.data?.templates ?? [])
  const begin = mayWrite && (
    <Button look="primary" onClick={() => onFilter({ ...filter, make: '1' })}>
      {say.newTemplate}
    </Button>
  )
  const isFiltered = Boolean(filter.q || filter.channel || filter.status)
  return (
    <ContentPage tab="templates" actions={begin}>
      <div className="mb-4 flex flex-wrap items-center gap-3">
        <SearchField label={say.search} value={filter.q ?? ''} onSearch={(q) => onFilter({ ...filter, q: q || undefined })} />
        <Select
          label={say.channel}
          value={filter.channel ?? ''}
          choices={[{ value: '', label: say.all }, ...CHANNELS.map((value) => ({ value, label: say.channels[value] }))]}
          onChange={(value) => onFilter({ ...filter, channel: CHANNELS.find((each) => each === value) })}
        />
        <Select
          label={say.status}
          value={filter.status ?? ''}
          choices={[{ value: '', label: say.all }, ...STATUSES.map((value) => ({ value, label: say.statuses[value] }))]}
          onChange={(value) => onFilter({ ...filter, status: STATUSES.find((each) => each === value) })}
        />
      </div>
      <Card flush>
        <Loaded query={query} lines={6}>
          {({ templates }) => {
            const shown = templates.filter((row) => fits(row, filter))
            if (templates.length === 0)
              return (
                <Empty icon={<LayoutTemplate size={20} aria-hidden="true" />} title={say.none} action={begin}>
                  {say.noneLead}
                </Empty>
              )
            if (shown.length === 0) return <NoResults of={filter.q ? say.matching(filter.q) : say.filter} clear={() => onFilter({})} />
            return <Table label={say.tabs.templates} columns={columns} rows={shown} rowKey={({ id }) => id} />
          }}
        </Loaded>
      </Card>
      {filter.make && mayWrite && !isFiltered && query.data && (
        <Gallery
          taken={new Set(query.data.templates.map(({ id }) => id))}
          onMade={(id) => onOpen(toTemplate(id))}
          onClose={() => onFilter({ ...filter, make: undefined })}
        />
      )}
    </ContentPage>
  )
}

function useColumns(mayWrite: boolean, onOpen: (href: string) => void, rows: readonly Row[]): readonly Column<Row>[] {
  const say = useWords(LIST_WORDS)
  const columns: Column<Row>[] = [
    {
      name: say.columns.name,
      cell: (row) => (
        <>
          <Link plain href={toTemplate(row.id)} className={ROW_LINK}>
            {row.name || row.id}
          </Link>
          <span className="block truncate text-meta text-ink-3">
            {say.channels[row.channel]} · {row.first}
          </span>
        </>
      ),
    },
    { name: say.columns.status, width: 'w-32', cell: (row) => <Status row={row} /> },
    { name: say.columns.usedBy, width: 'w-40', from: 'lg', cell: (row) => <UsedBy row={row} /> },
    { name: say.columns.sent, width: 'w-52', right: true, from: 'md', cell: (row) => <Results row={row} /> },
  ]
  if (!mayWrite) return columns
  return [
    ...columns,
    {
      name: say.columns.more,
      width: 'w-24',
      right: true,
      hideName: true,
      cell: (row) => <RowTools row={row} rows={rows} onOpen={onOpen} />,
    },
  ]
}

export function Status({ row: { live, draft } }: { row: Pick<Row, 'live' | 'draft'> }) {
  const say = useWords(LIST_WORDS)
  return (
    <span className="flex flex-wrap gap-1">
      {live !== null && (
        <Chip tone="ok">
          <Dot />
          {say.live(live)}
        </Chip>
      )}
      {draft && <Chip dashed>{say.draft}</Chip>}
    </span>
  )
}

function UsedBy({ row: { usedBy } }: { row: Row }) {
  const say = useWords(LIST_WORDS)
  const [first, ...rest] = usedBy
  if (!first) return <span className="text-ink-3">{say.nobody}</span>
  return (
    <span className="relative z-1 block min-w-0">
      {first.kind === 'journey' ? <Link href={toJourney(first.id)}>{first.name}</Link> : first.name}
      {rest.length > 0 && <span className="block text-meta text-ink-3">{say.andMore(rest.length)}</span>}
    </span>
  )
}

/** What became of its messages. */
function Results({ row: { sent, opened, clicked, lastSent } }: { row: Row }) {
  const say = useWords(LIST_WORDS)
  if (sent === 0) return <span className="text-ink-3">{say.never}</span>
  return (
    <>
      <span className="block num">
        {say.sentSo(sent)}
        {lastSent !== null && (
          <span className="text-meta text-ink-3">
            {' · '}
            <Moment at={lastSent} />
          </span>
        )}
      </span>
      <span className="block text-meta text-ink-3 num">{say.results(opened, clicked)}</span>
    </>
  )
}

/** Duplicate and archive, above the link that covers the row. */
function RowTools({ row, rows, onOpen }: { row: Row; rows: readonly Row[]; onOpen: (href: string) => void }) {
  const say = useWords(LIST_WORDS)
  const [asking, setAsking] = useState(false)
  const { create } = useNewDocument('template')
  const name = row.name || row.id
  const duplicate = async () => {
    const { draft, shown } = await call(GetDocument, { kind: 'template', id: row.id })
    const body = (draft ?? shown)?.body as Readonly<Record<string, Json>> | undefined
    const id = body && (await create(say.copyOf(name), body, new Set(rows.map((each) => each.id))))
    if (id) onOpen(toTemplate(id))
  }
  return (
    <span className="relative z-1 inline-flex">
      <IconButton label={say.duplicate(name)} onClick={() => void duplicate()}>
        <Copy size={16} aria-hidden="true" />
      </IconButton>
      <IconButton label={row.live === null ? say.discard(name) : say.archive(name)} onClick={() => setAsking(true)}>
        <Archive size={16} aria-hidden="true" />
      </IconButton>
      {asking && <AskArchive kind="template" row={{ ...row, name, used: row.usedBy.length }} onClose={() => setAsking(false)} />}
    </span>
  )
}

interface AskArchiveProps {
  readonly kind: string
  readonly row: { readonly id: string; readonly name: string; readonly live: number | null; readonly used: number }
  readonly onClose: () => void
}

/** Says what archiving does and to what, before it is done. A draft that was never live is thrown away instead. */
export function AskArchive({ kind, row: { id, name, live, used }, onClose }: AskArchiveProps) {
  const say = useWords(LIST_WORDS)
  const client = useQueryClient()
  const [failure, setFailure] = useState<Failure>()
  const isLive = live !== null
  const run = async () => {
    try {
      if (isLive) await call(ArchiveDocument, { kind, id })
      else await call(DiscardDraft, { kind, id })
      for (const read of CONTENT_READS) void client.invalidateQueries({ queryKey: [read] })
      notify(isLive ? say.archived(name) : say.discarded(name))
      onClose()
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      setFailure(error.failure)
    }
  }
  return (
    <Dialog title={isLive ? say.archive(name) : say.discard(name)} open onClose={onClose}>
      <div className="flex flex-col gap-4">
        <p>{!isLive ? say.discardFree : used > 0 ? say.archiveUsed(used) : say.archiveFree}</p>
        {failure && <Problems problems={failure.problems ?? [failure]} />}
        <div className="flex gap-2">
          <Button look="bad" onClick={() => void run()}>
            {isLive ? say.archiveNow : say.discardNow}
          </Button>
          <Button onClick={onClose}>{say.cancel}</Button>
        </div>
      </div>
    </Dialog>
  )
}
