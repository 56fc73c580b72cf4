import { useRead } from '#kit/api.ts'
import { count } from '#kit/format.ts'
import { Card, Page } from '#kit/page.tsx'
import { Loaded } from '#kit/states.tsx'
import { type Column, Table } from '#kit/table.tsx'
import { Moment } from '#kit/time.tsx'
import { ListModels } from '../api.ts'
import { type ModelLine, ModelState, TYPE_WORDS } from './model-state.tsx'
import { Presets } from './presets.tsx'

const REFRESH = 5_000

/** The last look at what there was to learn from, whatever came of it. */
const lastOf = ({ versions }: ModelLine): number | null => versions[0]?.training?.endedAt ?? null

function words(row: ModelLine): string {
  return [row.sentence, row.waits?.sentence ?? row.todo].filter(Boolean).join(' ')
}

const COLUMNS: readonly Column<ModelLine>[] = [
  {
    name: 'Model',
    width: 'w-40 sm:w-56',
    cell: (row) => (
      <>
        <span className="block font-medium wrap-anywhere">{row.name || row.id}</span>
        <span className="block text-meta text-ink-3">
          {TYPE_WORDS[row.type] ?? row.type} · <code>{row.id}</code>
        </span>
      </>
    ),
  },
  { name: 'State', width: 'w-32', cell: (row) => <ModelState state={row.state} /> },
  {
    name: 'How it is',
    from: 'md',
    cell: (row) => (
      <>
        <span className="block text-pretty">{words(row)}</span>
        <span className="block text-meta text-ink-3">{row.does}</span>
      </>
    ),
  },
  {
    name: 'Examples',
    width: 'w-28',
    right: true,
    from: 'sm',
    cell: (row) =>
      row.waits === null ? count(row.versions[0]?.examples ?? 0) : `${count(row.waits.examples)} of ${count(row.waits.wanted)}`,
  },
  {
    name: 'Last looked',
    width: 'w-32',
    right: true,
    from: 'lg',
    cell: (row) => {
      const at = lastOf(row)
      return at === null ? 'not yet' : <Moment at={at} />
    },
  },
]

/** What learns here, how it is, and what it waits for. */
export function ModelList() {
  const models = useRead(ListModels, {}, { every: REFRESH })
  return (
    <Page title="Models" lead="What Cadenza learns from your events, how sure it is, and what happens where it does not know yet.">
      <Loaded query={models} lines={5}>
        {(data) => (
          <div className="flex flex-col gap-6">
            {data.models.length > 0 && (
              <Card flush>
                <Table label="Models" columns={COLUMNS} rows={data.models} rowKey={(row) => row.id} />
              </Card>
            )}
            <Presets first={data.models.length === 0} />
          </div>
        )}
      </Loaded>
    </Page>
  )
}
