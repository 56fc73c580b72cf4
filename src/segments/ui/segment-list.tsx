import { Plus, UsersRound } from 'lucide-react'
import type { z } from 'zod'
import { useRead } from '#kit/api.ts'
import { ButtonLink } from '#kit/button.tsx'
import { count } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { useMay } from '#kit/me.ts'
import { Card, Page, TabLinks } from '#kit/page.tsx'
import { LISTS, NEW_SEGMENT, SEGMENTS, toSegment, toStarter } from '#kit/paths.ts'
import { Empty, Loaded } from '#kit/states.tsx'
import { type Column, ROW_LINK, Table } from '#kit/table.tsx'
import { useWords } from '#kit/words.ts'
import { ListSegments, type SegmentLine } from '../api.ts'
import { useKnown } from './condition/vocabulary.ts'
import { SEGMENT_WORDS } from './segment-words.ts'
import { startersFor } from './starters.ts'
import { SegmentState } from './status.tsx'

type Row = z.output<typeof SegmentLine>
const REFRESH = 3_000

/** Segments, and the lists beside them. */
export function SegmentTabs({ current }: { current: 'segments' | 'lists' }) {
  const say = useWords(SEGMENT_WORDS)
  return (
    <TabLinks
      label={say.tabs}
      className="mb-4"
      tabs={[
        { label: say.segments, href: SEGMENTS, current: current === 'segments' },
        { label: say.lists, href: LISTS, current: current === 'lists' },
      ]}
    />
  )
}

function useColumns(): readonly Column<Row>[] {
  const say = useWords(SEGMENT_WORDS)
  return [
    {
      name: say.name,
      cell: (row) => (
        <>
          <Link plain href={toSegment(row.id)} className={ROW_LINK}>
            {row.name}
          </Link>
          <span className="block truncate text-meta text-ink-3">{row.sentence || row.id}</span>
        </>
      ),
    },
    { name: say.status, width: 'w-28 sm:w-32', cell: (row) => <SegmentState status={row.status} /> },
    { name: say.people, width: 'w-20 sm:w-28', right: true, cell: (row) => count(row.count) },
    { name: say.came7, width: 'w-28', right: true, from: 'sm', cell: (row) => count(row.entered7d) },
    { name: say.left7, width: 'w-24', right: true, from: 'md', cell: (row) => count(row.left7d) },
  ]
}

export function SegmentList() {
  const say = useWords(SEGMENT_WORDS)
  const may = useMay('documents:write')
  const segments = useRead(ListSegments, {}, { every: REFRESH })
  const columns = useColumns()
  const make = may && (
    <ButtonLink look="primary" href={NEW_SEGMENT}>
      <Plus size={16} aria-hidden="true" />
      {say.newSegment}
    </ButtonLink>
  )
  return (
    <Page title={say.segments} lead={say.lead} actions={make}>
      <SegmentTabs current="segments" />
      <Card flush>
        <Loaded query={segments} lines={5}>
          {(data) =>
            data.segments.length === 0 ? (
              <Empty icon={<UsersRound size={20} aria-hidden="true" />} title={say.noneTitle} action={make}>
                {say.none}
              </Empty>
            ) : (
              <Table label={say.segments} columns={columns} rows={data.segments} rowKey={(row) => row.id} />
            )
          }
        </Loaded>
      </Card>
      {may && <Starters />}
    </Page>
  )
}

/** Nothing while it is not known what happens here: cards that come and go would be missed by the pointer. */
function Starters() {
  const say = useWords(SEGMENT_WORDS)
  const { answer } = useKnown()
  if (!answer) return null
  return (
    <section aria-label={say.fromTemplate} className="mt-6">
      <h2 className="mb-2 text-h3">{say.fromTemplate}</h2>
      <ul className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
        {startersFor(answer.events.map(({ name }) => name)).map((name) => (
          <li key={name} className="relative rounded-card border border-line bg-surface p-3 hover:bg-sunken">
            <Link plain href={toStarter(name)} className={ROW_LINK}>
              {say.starters[name]}
            </Link>
            <span className="text-dense text-ink-2">{say.starters[`${name}Says`]}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}
