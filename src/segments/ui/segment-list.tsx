import { Plus, UsersRound } from 'lucide-react'
import type { z } from 'zod'
import { useRead } from '#kit/api.ts'
import { ButtonLink } from '#kit/button.tsx'
import { count } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { Card, Page } from '#kit/page.tsx'
import { NEW_SEGMENT, toSegment } from '#kit/paths.ts'
import { Empty, Loaded } from '#kit/states.tsx'
import { type Column, ROW_LINK, Table } from '#kit/table.tsx'
import { ListSegments, type SegmentLine } from '../api.ts'
import { SegmentState } from './status.tsx'

type Row = z.output<typeof SegmentLine>

const REFRESH = 3_000

const COLUMNS: readonly Column<Row>[] = [
  {
    name: 'Name',
    cell: (row) => (
      <>
        <Link plain href={toSegment(row.id)} className={ROW_LINK}>
          {row.name}
        </Link>
        <span className="block truncate text-meta text-ink-3">{row.sentence || row.id}</span>
      </>
    ),
  },
  { name: 'Status', width: 'w-28 sm:w-32', cell: (row) => <SegmentState status={row.status} /> },
  { name: 'People', width: 'w-20 sm:w-28', right: true, cell: (row) => count(row.count) },
  { name: 'Came in 7 d', width: 'w-28', right: true, from: 'sm', cell: (row) => count(row.entered7d) },
  { name: 'Left 7 d', width: 'w-24', right: true, from: 'md', cell: (row) => count(row.left7d) },
]

const newSegment = (
  <ButtonLink look="primary" href={NEW_SEGMENT}>
    <Plus size={16} aria-hidden="true" />
    New segment
  </ButtonLink>
)

export function SegmentList() {
  const segments = useRead(ListSegments, {}, { every: REFRESH })
  return (
    <Page title="Segments" lead="Who belongs together: kept up to date with every event." actions={newSegment}>
      <Card flush>
        <Loaded query={segments} lines={5}>
          {(data) =>
            data.segments.length === 0 ? (
              <Empty icon={<UsersRound size={20} aria-hidden="true" />} title="No segments yet" action={newSegment}>
                A segment is a condition, such as everybody who ordered three times in 30 days. People come in and leave by themselves, and
                journeys can begin when they do.
              </Empty>
            ) : (
              <Table label="Segments" columns={COLUMNS} rows={data.segments} rowKey={(row) => row.id} />
            )
          }
        </Loaded>
      </Card>
    </Page>
  )
}
