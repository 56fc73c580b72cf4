import { useQueryClient } from '@tanstack/react-query'
import { List as ListIcon, Plus } from 'lucide-react'
import { useState } from 'react'
import { call, useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Chip } from '#kit/chip.tsx'
import { Field } from '#kit/field.tsx'
import { count } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { useMay } from '#kit/me.ts'
import { Card, Page } from '#kit/page.tsx'
import { LISTS, toList } from '#kit/paths.ts'
import { Empty, ErrorView, Loaded } from '#kit/states.tsx'
import { ROW_LINK, Table } from '#kit/table.tsx'
import { Moment } from '#kit/time.tsx'
import { notify } from '#kit/toast.tsx'
import { upload } from '#kit/upload.ts'
import { useWords } from '#kit/words.ts'
import { PublishDraft, SaveDraft } from '#workspaces/documents/api.ts'
import { ListImports, ListLists } from '../api.ts'
import { SegmentTabs } from './segment-list.tsx'
import { slugOf } from './segment-page.tsx'
import { SEGMENT_WORDS } from './segment-words.ts'

/** People that somebody put together by hand. */
export function Lists() {
  const say = useWords(SEGMENT_WORDS)
  const may = useMay('documents:write')
  const lists = useRead(ListLists, {})
  const [making, setMaking] = useState(false)
  const make = may && !making && (
    <Button look="primary" onClick={() => setMaking(true)}>
      <Plus size={16} aria-hidden="true" />
      {say.newList}
    </Button>
  )
  return (
    <Page title={say.lists} lead={say.listsLead} actions={make}>
      <SegmentTabs current="lists" />
      {making && <MakeList onDone={() => setMaking(false)} />}
      <Card flush>
        <Loaded query={lists} lines={4}>
          {(data) =>
            data.lists.length === 0 ? (
              <Empty icon={<ListIcon size={20} aria-hidden="true" />} title={say.noLists} action={make}>
                {say.noListsSays}
              </Empty>
            ) : (
              <Table
                label={say.lists}
                columns={[
                  {
                    name: say.name,
                    cell: (row) => (
                      <Link plain href={toList(row.id)} className={ROW_LINK}>
                        {row.name}
                      </Link>
                    ),
                  },
                  { name: say.onIt, width: 'w-32', right: true, cell: (row) => count(row.count) },
                ]}
                rows={data.lists}
                rowKey={(row) => row.id}
              />
            )
          }
        </Loaded>
      </Card>
    </Page>
  )
}

function MakeList({ onDone }: { onDone: () => void }) {
  const say = useWords(SEGMENT_WORDS)
  const client = useQueryClient()
  const [name, setName] = useState('')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const id = slugOf(name)
  const make = async () => {
    if (id === '') return
    setBusy(true)
    try {
      const { draft } = await call(SaveDraft, { kind: 'list', id, body: { kind: 'list', id, name: name.trim() } })
      await call(PublishDraft, { kind: 'list', id, hash: draft.hash })
      await client.invalidateQueries({ queryKey: [ListLists.name] })
      onDone()
    } catch (failure) {
      setError(failure)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Card title={say.newList} className="mb-4">
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          void make()
        }}
      >
        <Field label={say.name} value={name} onChange={(event) => setName(event.target.value)} hint={id ? say.known(id) : undefined} />
        {error !== undefined && <ErrorView error={error} />}
        <div className="flex gap-2">
          <Button look="primary" type="submit" busy={busy}>
            {say.make}
          </Button>
          <Button onClick={onDone}>{say.cancel}</Button>
        </div>
      </form>
    </Card>
  )
}

/** One list: how many are on it, and the files that were read into it. */
export function OneList({ id }: { id: string }) {
  const say = useWords(SEGMENT_WORDS)
  const may = useMay('people:write')
  const lists = useRead(ListLists, {}, { every: 3_000 })
  const imports = useRead(ListImports, { id }, { every: 2_000 })
  const list = lists.data?.lists.find((each) => each.id === id)
  if (lists.data && !list)
    return (
      <Page title={id} up={{ label: say.lists, href: LISTS }}>
        <Empty title={say.noSuchList} />
      </Page>
    )
  return (
    <Page
      title={list?.name ?? id}
      up={{ label: say.lists, href: LISTS }}
      lead={list?.description}
      facts={list && <Chip>{`${say.onIt}: ${count(list.count)}`}</Chip>}
    >
      <div className="flex flex-col gap-4">
        {may && <ImportFile id={id} />}
        <Card title={say.imports} flush>
          <Loaded query={imports} lines={3}>
            {(data) => (data.imports.length === 0 ? <Empty title={say.noImports} /> : <Files rows={data.imports} />)}
          </Loaded>
        </Card>
      </div>
    </Page>
  )
}

type Import = ReturnType<typeof ListImports.output.parse>['imports'][number]
function Files({ rows }: { rows: readonly Import[] }) {
  const say = useWords(SEGMENT_WORDS)
  return (
    <Table
      label={say.imports}
      columns={[
        {
          name: say.file,
          cell: (row) => (
            <>
              {row.file}
              <span className="block text-meta text-ink-3">
                {say.importSays(count(row.taken), count(row.refused))}
                {row.faults[0] && ` · ${say.rowFault(row.faults[0].row, row.faults[0].title)}`}
              </span>
            </>
          ),
        },
        { name: say.status, width: 'w-28', cell: (row) => say[row.status] },
        { name: say.day, width: 'w-28', right: true, cell: (row) => <Moment at={row.beganAt} /> },
      ]}
      rows={rows}
      rowKey={(row) => row.id}
    />
  )
}

interface Trial {
  readonly columns: readonly ({ readonly name: string } & (
    | { readonly kind: 'identifier'; readonly of: string }
    | { readonly kind: 'attribute'; readonly name: string; readonly type: string }
    | { readonly kind: 'skip' }
  ))[]
  readonly rows: number
  readonly taken: number
  readonly refused: number
  readonly faults: readonly { readonly row: number; readonly title: string }[]
}

/** A CSV file is sent as it is (see `list-import.ts`): first to look, then in earnest. */
async function sendFile(id: string, file: File, dryRun: boolean): Promise<Trial> {
  const query = new URLSearchParams({ file: file.name, ...(dryRun && { dryRun: 'true' }) })
  return (await upload(`/api/lists/${encodeURIComponent(id)}/import?${query}`, file, 'text/csv')) as Trial
}

function ImportFile({ id }: { id: string }) {
  const say = useWords(SEGMENT_WORDS)
  const client = useQueryClient()
  const [file, setFile] = useState<File>()
  const [trial, setTrial] = useState<Trial>()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const send = async (dryRun: boolean) => {
    if (!file) return
    setBusy(true)
    setError(undefined)
    try {
      const answer = await sendFile(id, file, dryRun)
      setTrial(dryRun ? answer : undefined)
      if (dryRun) return
      notify(say.importing)
      await client.invalidateQueries({ queryKey: [ListImports.name] })
    } catch (failure) {
      setError(failure)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Card title={say.importFile}>
      <div className="flex flex-col gap-3">
        <Field
          label={say.file}
          hint={say.fileHint}
          type="file"
          accept=".csv,text/csv"
          onChange={(event) => {
            setFile(event.target.files?.[0])
            setTrial(undefined)
          }}
        />
        {error !== undefined && <ErrorView error={error} />}
        {trial && <Tried trial={trial} />}
        <div className="flex gap-2">
          <Button busy={busy} aria-disabled={!file || undefined} onClick={() => void send(true)}>
            {say.look}
          </Button>
          {trial && trial.taken > 0 && (
            <Button look="primary" busy={busy} onClick={() => void send(false)}>
              {say.import}
            </Button>
          )}
        </div>
      </div>
    </Card>
  )
}

function Tried({ trial }: { trial: Trial }) {
  const say = useWords(SEGMENT_WORDS)
  return (
    <div aria-live="polite" className="flex flex-col gap-2 text-dense">
      <p className="font-medium">{say.takes(count(trial.taken), count(trial.rows))}</p>
      <Table
        label={say.column}
        columns={[
          { name: say.column, cell: (row) => row.name },
          {
            name: say.becomes,
            cell: (row) =>
              row.kind === 'identifier'
                ? say.identifier(row.of)
                : row.kind === 'attribute'
                  ? say.attribute(row.name, row.type)
                  : say.skipped,
          },
        ]}
        rows={trial.columns}
        rowKey={(row) => row.name}
      />
      {trial.refused > 0 && (
        <>
          <p>{say.refusedRows(count(trial.refused))}</p>
          <ul className="list-disc pl-5 text-ink-2">
            {trial.faults.slice(0, 10).map((fault) => (
              <li key={fault.row}>{say.rowFault(fault.row, fault.title)}</li>
            ))}
          </ul>
        </>
      )}
    </div>
  )
}
