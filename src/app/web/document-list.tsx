import { useRouter } from '@tanstack/react-router'
import { useState } from 'react'
import { useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Chip } from '#kit/chip.tsx'
import { Field, Select } from '#kit/field.tsx'
import { Link } from '#kit/link.tsx'
import { useMay } from '#kit/me.ts'
import { Card, Page } from '#kit/page.tsx'
import { toDocument, toDocuments } from '#kit/paths.ts'
import { Empty, Loaded } from '#kit/states.tsx'
import { ROW_LINK, Table } from '#kit/table.tsx'
import { Moment } from '#kit/time.tsx'
import { useWords } from '#kit/words.ts'
import { ListDocuments } from '#workspaces/documents/api.ts'
import { ListKinds } from '#workspaces/documents/form-api.ts'
import { DOCUMENT_WORDS } from './document-words.ts'
import { KIND_LEADS } from './kind-leads.ts'
import { kindName } from './kind-words.ts'

/** All documents, or those of one kind. */
export function DocumentList({ kind }: { kind: string }) {
  const say = useWords(DOCUMENT_WORDS)
  const router = useRouter()
  const may = useMay('documents:write')
  const kinds = useRead(ListKinds, {})
  const documents = useRead(ListDocuments, kind === '' ? {} : { kind })
  const leads: Readonly<Record<string, string>> = useWords(KIND_LEADS)
  const begin = kind !== '' && may && <Begin kind={kind} onBegin={(id) => router.history.push(toDocument(kind, id))} />
  const choices = [
    { value: '', label: say.all },
    ...(kinds.data?.kinds ?? []).map((each) => ({ value: each.kind, label: kindName(each.kind) })),
  ]
  return (
    <Page title={kind === '' ? say.documents : kindName(kind)} lead={say.lead}>
      <div className="mb-4 flex flex-wrap items-end gap-4">
        <Select label={say.kind} value={kind} choices={choices} onChange={(to) => router.history.push(toDocuments(to || undefined))} />
        {begin}
      </div>
      <Card flush>
        <Loaded query={documents} lines={6}>
          {(data) =>
            data.documents.length === 0 ? (
              <Empty title={say.none}>{leads[kind] ?? say.noneSays}</Empty>
            ) : (
              <Table
                label={say.documents}
                columns={[
                  {
                    name: say.name,
                    cell: (row) => (
                      <>
                        <Link plain href={toDocument(row.kind, row.id)} className={ROW_LINK}>
                          {row.name || row.id}
                        </Link>
                        <span className="block truncate text-meta text-ink-3">
                          {kindName(row.kind)} · {row.id}
                        </span>
                      </>
                    ),
                  },
                  {
                    name: say.live,
                    width: 'w-36 sm:w-52',
                    cell: (row) => (
                      <span className="flex flex-wrap gap-1">
                        {row.live !== null ? <Chip tone="ok">{say.version(row.live)}</Chip> : <Chip dashed>{say.never}</Chip>}
                        {row.live !== null && row.draft && <Chip dashed>{say.draft}</Chip>}
                      </span>
                    ),
                  },
                  { name: say.changed, width: 'w-28', right: true, from: 'sm', cell: (row) => <Moment at={row.at} /> },
                ]}
                rows={data.documents}
                rowKey={(row) => `${row.kind}/${row.id}`}
              />
            )
          }
        </Loaded>
      </Card>
    </Page>
  )
}

function Begin({ kind, onBegin }: { kind: string; onBegin: (id: string) => void }) {
  const say = useWords(DOCUMENT_WORDS)
  const [id, setId] = useState<string>()
  if (id === undefined) return <Button onClick={() => setId('')}>{say.make(kindName(kind))}</Button>
  const sound = /^[a-z0-9][a-z0-9_-]{0,63}$/.test(id)
  return (
    <form
      className="flex flex-wrap items-end gap-2"
      onSubmit={(event) => {
        event.preventDefault()
        if (sound) onBegin(id)
      }}
    >
      <Field label={say.newId} hint={say.newIdHint} value={id} onChange={(event) => setId(event.target.value)} />
      <Button look="primary" type="submit" aria-disabled={!sound || undefined}>
        {say.begin}
      </Button>
    </form>
  )
}
