import { useRouter } from '@tanstack/react-router'
import { ArrowLeft, Plus, Scale } from 'lucide-react'
import { type FormEvent, type ReactNode, useMemo, useState } from 'react'
import type { z } from 'zod'
import { useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Chip } from '#kit/chip.tsx'
import { Dialog } from '#kit/dialog.tsx'
import { Field } from '#kit/field.tsx'
import type { FieldWords } from '#kit/form/labels.ts'
import { Link } from '#kit/link.tsx'
import { useMay } from '#kit/me.ts'
import { Card } from '#kit/page.tsx'
import { Empty, Loaded } from '#kit/states.tsx'
import { ROW_LINK, Table } from '#kit/table.tsx'
import { Moment } from '#kit/time.tsx'
import { useWords, type Words } from '#kit/words.ts'
import type { Permission } from '#lib/action.ts'
import { ListDocuments } from '#workspaces/documents/api.ts'
import { DocumentEditor } from './document-editor.tsx'
import { POLICY_WORDS } from './policies-words.ts'
import { useQueryText } from './use-view.ts'

interface OwnProps {
  readonly kind: string
  readonly schema: z.ZodObject
  readonly words: Words<FieldWords>
  readonly needs: Permission
  readonly blank: Readonly<Record<string, unknown>>
  /** Address of the list; one document is `edit` in it. */
  readonly path: string
  readonly text: { readonly add: string; readonly none: string; readonly more: string; readonly name?: string }
  readonly beside?: (body: Readonly<Record<string, unknown>>) => ReactNode
}

const ID = /^[a-z0-9][a-z0-9_-]{0,63}$/
const editing = (path: string, kind: string, id: string): string =>
  `${path}${path.includes('?') ? '&' : '?'}${new URLSearchParams({ kind, edit: id })}`

/** All documents of a kind, and one of them as a form. */
export function OwnDocuments({ kind, schema, words, needs, blank, path, text, beside }: OwnProps) {
  const say = useWords(POLICY_WORDS)
  const { edit, kind: edited } = useQueryText()
  const mayWrite = useMay('documents:write')
  const [naming, setNaming] = useState(false)
  const list = useRead(ListDocuments, { kind })
  const of = useMemo(() => ({ kind, id: edit ?? '' }), [kind, edit])
  if (edit !== undefined && edited === kind)
    return (
      <div className="flex flex-col gap-4">
        <Link plain href={path} className="hit flex w-fit items-center gap-1 text-dense text-ink-2 hover:underline">
          <ArrowLeft size={14} aria-hidden="true" />
          {say.back}
        </Link>
        <h2 className="text-h2">
          <code>{edit}</code>
        </h2>
        <DocumentEditor key={edit} of={of} schema={schema} words={words} needs={needs} blank={blank} {...(beside && { beside })} />
      </div>
    )
  const add = mayWrite && (
    <Button look="primary" onClick={() => setNaming(true)}>
      <Plus size={16} aria-hidden="true" />
      {text.add}
    </Button>
  )
  return (
    <>
      <Card flush>
        <Loaded query={list} lines={3}>
          {({ documents }) =>
            documents.length === 0 ? (
              text.none === '' ? (
                <div className="flex justify-end p-3">{add}</div>
              ) : (
                <Empty icon={<Scale size={20} aria-hidden="true" />} title={text.none} action={add}>
                  {text.more}
                </Empty>
              )
            ) : (
              <>
                <Table
                  label={text.add}
                  rows={documents}
                  rowKey={({ id }) => id}
                  columns={[
                    {
                      name: text.name ?? say.rule,
                      cell: ({ id, name }) => (
                        <>
                          <Link plain href={editing(path, kind, id)} className={ROW_LINK}>
                            {name || id}
                          </Link>
                          <code className="block truncate text-meta text-ink-3">{id}</code>
                        </>
                      ),
                    },
                    {
                      name: say.on,
                      width: 'w-28',
                      cell: ({ live }) => (live === null ? <Chip dashed>{say.draftOnly}</Chip> : <Chip tone="ok">{say.on}</Chip>),
                    },
                    { name: say.from, width: 'w-28', from: 'sm', cell: ({ at }) => <Moment at={at} /> },
                  ]}
                />
                {add && <div className="flex justify-end border-t border-line p-3">{add}</div>}
              </>
            )
          }
        </Loaded>
      </Card>
      {naming && <Naming title={text.add} to={(id) => editing(path, kind, id)} onClose={() => setNaming(false)} />}
    </>
  )
}

function Naming({ title, to, onClose }: { title: string; to: (id: string) => string; onClose: () => void }) {
  const say = useWords(POLICY_WORDS)
  const router = useRouter()
  const [wrong, setWrong] = useState(false)
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const id = String(new FormData(event.currentTarget).get('id'))
    setWrong(!ID.test(id))
    if (!ID.test(id)) return
    onClose()
    router.history.push(to(id))
  }
  return (
    <Dialog title={title} open onClose={onClose}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <Field label={say.idLabel} name="id" hint={say.idHint} required maxLength={64} {...(wrong && { error: say.idWrong })} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{say.cancel}</Button>
          <Button look="primary" type="submit">
            {say.begin}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
