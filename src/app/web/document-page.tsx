import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { call, useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Chip } from '#kit/chip.tsx'
import { Code } from '#kit/copy.tsx'
import type { JsonSchema } from '#kit/form/json-schema.ts'
import type { FieldWords } from '#kit/form/labels.ts'
import { SchemaForm } from '#kit/form/schema-form.tsx'
import type { OwnFields } from '#kit/form/spot.ts'
import { blank } from '#kit/form/value.ts'
import { Link } from '#kit/link.tsx'
import { useMay } from '#kit/me.ts'
import { Card, Page, TabLinks } from '#kit/page.tsx'
import { hasScreen, toDocument, toDocuments, toPlainDocument } from '#kit/paths.ts'
import { ErrorView, Loaded, Skeleton } from '#kit/states.tsx'
import { Table } from '#kit/table.tsx'
import { Moment } from '#kit/time.tsx'
import { notify } from '#kit/toast.tsx'
import { useWords, type Words } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import type { Problem } from '#lib/problem.ts'
import { conditionField } from '#segments/ui/condition/field.tsx'
import { DiscardDraft, GetDocument, ListDocuments, SaveDraft } from '#workspaces/documents/api.ts'
import { ListUses, ReadKind } from '#workspaces/documents/form-api.ts'
import { type Body, PublishDocument } from './document-publish.tsx'
import { DOCUMENT_WORDS } from './document-words.ts'
import { KIND_FORMS } from './kind-forms.ts'
import { kindName } from './kind-words.ts'
import { unnamed } from './unnamed.ts'

export const DOCUMENT_TABS = ['form', 'yaml', 'history', 'use'] as const
export type DocumentTab = (typeof DOCUMENT_TABS)[number]
type Stored = OutputOf<typeof GetDocument>

const NO_WORDS: Words<FieldWords> = { en: {}, de: {} }

/** A document of any kind: as a form, unless it is written on a screen of its own; as YAML, with its versions and what names it. */
export function DocumentPage({ kind, id, tab: asked }: { kind: string; id: string; tab: DocumentTab }) {
  const say = useWords(DOCUMENT_WORDS)
  const elsewhere = hasScreen(kind)
  const tab = elsewhere && asked === 'form' ? 'yaml' : asked
  const labels = useQuery({
    queryKey: ['labels', kind],
    queryFn: async () => (await KIND_FORMS[kind]?.()) ?? NO_WORDS,
    staleTime: Infinity,
  })
  // One that is not there yet is begun here: it is not asked for.
  const all = useRead(ListDocuments, { kind })
  const fresh = all.data !== undefined && !all.data.documents.some((each) => each.id === id)
  const document = useRead(GetDocument, { kind, id }, { enabled: all.data !== undefined && !fresh })
  const schema = useRead(ReadKind, { kind })
  const body = (document.data?.draft?.body ?? document.data?.shown?.body) as Body | undefined
  const name = typeof body?.['name'] === 'string' ? body['name'] : id
  return (
    <Page
      title={name}
      up={{ label: kindName(kind), href: toDocuments(kind) }}
      facts={
        <>
          <Chip>{kindName(kind)}</Chip>
          {document.data?.live != null && <Chip tone="ok">{say.version(document.data.live)}</Chip>}
          {document.data?.draft && <Chip dashed>{say.draft}</Chip>}
          {elsewhere && <Link href={toDocument(kind, id)}>{say.screen}</Link>}
        </>
      }
    >
      <TabLinks
        label={say.tabs}
        className="mb-4"
        tabs={DOCUMENT_TABS.filter((each) => each !== 'form' || !elsewhere).map((each) => ({
          label: say[each],
          href: toPlainDocument(kind, id, each === 'form' ? undefined : each),
          current: each === tab,
        }))}
      />
      {schema.isError ? (
        <ErrorView error={schema.error} retry={() => void schema.refetch()} />
      ) : document.isError ? (
        <ErrorView error={document.error} retry={() => void document.refetch()} />
      ) : labels.isError ? (
        <ErrorView error={labels.error} retry={() => void labels.refetch()} />
      ) : schema.data && labels.data && (document.data || fresh) ? (
        <Tab kind={kind} id={id} tab={tab} stored={document.data} schema={schema.data.schema as JsonSchema} labels={labels.data} />
      ) : (
        <Skeleton lines={8} />
      )}
    </Page>
  )
}

interface TabProps {
  readonly kind: string
  readonly id: string
  readonly tab: DocumentTab
  readonly stored: Stored | undefined
  readonly schema: JsonSchema
  readonly labels: Words<FieldWords>
}

function Tab({ kind, id, tab, stored, schema, labels }: TabProps) {
  if (tab === 'history') return stored ? <History kind={kind} id={id} stored={stored} /> : null
  if (tab === 'use') return <Uses kind={kind} id={id} />
  const key = stored?.draft?.hash ?? stored?.shown?.hash ?? ''
  return <Editor key={key} kind={kind} id={id} tab={tab} stored={stored} schema={schema} labels={labels} />
}

/** A rule of law may ask a condition. */
const FIELDS: OwnFields = { 'rule.when': conditionField('segment') }
const ANY: JsonSchema = {}
/** A document of one of several types: the choice between them comes first. */
const isChoice = ({ oneOf, anyOf }: JsonSchema): boolean => oneOf !== undefined || anyOf !== undefined

function Editor({ kind, id, tab, stored, schema, labels }: TabProps) {
  const say = useWords(DOCUMENT_WORDS)
  const words = useWords(labels) as FieldWords
  const may = useMay('documents:write')
  const client = useQueryClient()
  const before = (stored?.draft?.body ?? stored?.shown?.body) as Body | undefined
  const [body, setBody] = useState<Body>(() => before ?? { ...(blank(schema, schema) as Body), kind, id })
  const [problems, setProblems] = useState<readonly Problem[]>([])
  const [error, setError] = useState<unknown>()
  const [publishing, setPublishing] = useState(false)
  // Kind and id are its address: the form is of everything else.
  const fields = useMemo(() => unnamed(schema), [schema])
  const { kind: _kind, id: _id, ...rest } = body
  const changed = JSON.stringify(body) !== JSON.stringify(before)
  const refresh = () =>
    client.invalidateQueries({ predicate: ({ queryKey }) => [GetDocument.name, ListDocuments.name].includes(String(queryKey[0])) })
  const save = async (next: Body) => {
    try {
      const answer = await call(SaveDraft, { kind, id, body: next as never })
      setProblems(answer.problems)
      setError(undefined)
      if (answer.problems.length === 0) {
        await refresh()
        notify(say.saved)
      }
    } catch (failure) {
      setError(failure)
    }
  }
  const discard = async () => {
    await call(DiscardDraft, { kind, id })
    await refresh()
    notify(say.discarded, { label: say.undo, run: () => void save(body) })
  }
  return (
    <Card>
      <div className="flex max-w-[720px] flex-col gap-5">
        {!may && <p className="text-dense text-ink-3">{say.readOnly}</p>}
        <SchemaForm
          schema={tab === 'yaml' ? ANY : fields}
          value={tab === 'yaml' ? body : rest}
          onChange={(next) => setBody(tab === 'yaml' ? ((next ?? {}) as Body) : { kind, id, ...(next as Body) })}
          problems={problems}
          words={labels}
          label={tab === 'yaml' ? kindName(kind) : isChoice(schema) ? (words['type'] ?? kindName(kind)) : ''}
          fields={tab === 'yaml' ? {} : FIELDS}
          readOnly={!may}
        />
        {problems.length > 0 && (
          <div role="alert" className="rounded-card bg-bad-soft p-3 text-dense">
            <p className="font-medium text-bad">{say.problems(problems.length)}</p>
            <ul>
              {problems.map((problem) => (
                <li key={`${problem.at} ${problem.title}`}>
                  {problem.at && <code>{problem.at}</code>} {problem.title} {problem.hint}
                </li>
              ))}
            </ul>
          </div>
        )}
        {error !== undefined && <ErrorView error={error} />}
        {may && (
          <div className="flex flex-wrap gap-2">
            <Button look="primary" onClick={() => setPublishing(true)}>
              {say.publish}
            </Button>
            {changed && <Button onClick={() => void save(body)}>{say.save}</Button>}
            {stored?.draft && (
              <Button look="quiet" onClick={() => void discard()}>
                {say.discard}
              </Button>
            )}
          </div>
        )}
      </div>
      <PublishDocument
        kind={kind}
        id={id}
        body={body}
        open={publishing}
        onClose={() => setPublishing(false)}
        onDone={() => {
          setPublishing(false)
          void refresh()
        }}
      />
    </Card>
  )
}

function History({ kind, id, stored }: { kind: string; id: string; stored: Stored }) {
  const say = useWords(DOCUMENT_WORDS)
  const [version, setVersion] = useState(stored.live ?? stored.versions[0]?.version)
  const shown = useRead(GetDocument, { kind, id, version }, { enabled: version !== undefined })
  return (
    <div className="grid gap-4 lg:grid-cols-[320px_minmax(0,1fr)]">
      <Card title={say.history} flush>
        <Table
          label={say.history}
          columns={[
            {
              name: say.live,
              cell: (row) => (
                <button
                  type="button"
                  aria-pressed={row.version === version}
                  onClick={() => setVersion(row.version)}
                  className="hit text-left text-accent hover:underline aria-pressed:font-semibold"
                >
                  {say.version(row.version)}
                  <span className="block text-meta text-ink-3">{row.by}</span>
                </button>
              ),
            },
            { name: say.changed, width: 'w-28', right: true, cell: (row) => <Moment at={row.at} /> },
          ]}
          rows={stored.versions.toReversed()}
          rowKey={(row) => String(row.version)}
        />
      </Card>
      {version !== undefined && (
        <Loaded query={shown} lines={5}>
          {(data) => (
            <div className="flex min-w-0 flex-col gap-4">
              {data.shown?.diff && (
                <Card title={say.compare}>
                  <Code label={say.compare} text={data.shown.diff} />
                </Card>
              )}
              <Card title={say.yaml}>
                <Code label={say.yaml} text={data.shown?.yaml ?? ''} />
              </Card>
            </div>
          )}
        </Loaded>
      )}
    </div>
  )
}

function Uses({ kind, id }: { kind: string; id: string }) {
  const say = useWords(DOCUMENT_WORDS)
  const uses = useRead(ListUses, { kind, id })
  return (
    <Card title={say.use}>
      <Loaded query={uses} lines={3}>
        {(data) =>
          data.uses.length === 0 ? (
            <p className="text-ink-2">{say.notUsed}</p>
          ) : (
            <ul className="flex flex-col gap-1">
              {data.uses.map((use) => (
                <li key={`${use.kind} ${use.id}`}>
                  <Link href={toDocument(use.kind, use.id)}>{use.name}</Link> <span className="text-ink-3">{kindName(use.kind)}</span>{' '}
                  <code className="text-meta text-ink-3">{use.at.join(', ')}</code>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Card>
  )
}
