import { useState } from 'react'
import { Refused, useRead } from '#kit/api.ts'
import { Code } from '#kit/copy.tsx'
import { SchemaForm } from '#kit/form/schema-form.tsx'
import type { OwnFields } from '#kit/form/spot.ts'
import { Card } from '#kit/page.tsx'
import { toContent } from '#kit/paths.ts'
import { Loaded } from '#kit/states.tsx'
import { useWords } from '#kit/words.ts'
import type { Json } from '#lib/json.ts'
import { CheckPage } from '../check-api.ts'
import { type Page, Page as Schema } from '../pages.ts'
import { beyondSchema } from './draft.ts'
import { DraftPage, type Writing } from './draft-page.tsx'
import { FormOrText, type View } from './form-or-text.tsx'
import { LIST_WORDS } from './list-words.ts'
import { JsonField } from './live-fields.tsx'
import type { Body } from './message-fields.tsx'
import { PAGE_FIELD_WORDS } from './page-field-words.ts'
import { Unreadable } from './preview.tsx'
import { Problems } from './problems.tsx'
import { useSettled } from './use-settled.ts'

/** A page as a form or as its text, with what keeps it from being quoted and how machines read it. */
export function PageEditor({ id }: { id: string }) {
  const say = useWords(LIST_WORDS)
  return (
    <DraftPage
      kind="page"
      id={id}
      up={{ label: say.tabs.pages, href: toContent('pages') }}
      impact={() => <p className="text-ink-2">{say.pages.impact}</p>}
    >
      {(writing) => (
        <div className="grid items-start gap-5 lg:grid-cols-2">
          <Written {...writing} />
          <Looked body={writing.body} />
        </div>
      )}
    </DraftPage>
  )
}

/** Its kind and its id are its address. */
const FIELDS: OwnFields = { kind: null, id: null }

function Written({ draft, state, mayEdit }: Writing) {
  const say = useWords(LIST_WORDS)
  const [view, setView] = useState<View>('form')
  const write = (value: unknown) => {
    if (typeof value === 'object' && value !== null) draft.edit([{ kind: 'set', at: '', value: value as Json }], 'type:')
  }
  return (
    <fieldset disabled={!mayEdit} className="flex min-w-0 flex-col gap-4">
      <div>
        <FormOrText view={view} onView={setView} />
      </div>
      {view === 'form' ? (
        <SchemaForm
          schema={Schema}
          value={state.doc}
          onChange={write}
          problems={beyondSchema(state.problems)}
          words={PAGE_FIELD_WORDS}
          fields={FIELDS}
          readOnly={!mayEdit}
        />
      ) : (
        <JsonField label={say.pages.code} place="/" value={state.doc} onChange={write} />
      )}
    </fieldset>
  )
}

function Looked({ body }: { body: Body }) {
  const say = useWords(LIST_WORDS)
  const draft = useSettled(body, 800) as unknown as Page
  const query = useRead(CheckPage, { draft }, { keep: true })
  if (query.error instanceof Refused && query.error.failure.status === 422)
    return <Unreadable failure={query.error.failure} onJump={() => undefined} />
  return (
    <Loaded query={query}>
      {({ findings, markdown, url }) => (
        <div className="flex min-w-0 flex-col gap-5">
          <Card title={say.pages.findings}>
            {findings.length === 0 ? <p className="text-ok">{say.pages.nothing}</p> : <Problems problems={findings} />}
          </Card>
          <Card title={say.pages.markdown}>
            <p className="mb-2 text-dense text-ink-3">
              {say.pages.address}: <code className="wrap-anywhere">{url}</code>
            </p>
            <Code label={say.pages.markdown} text={markdown} />
          </Card>
        </div>
      )}
    </Loaded>
  )
}
