import { type ReactNode, useMemo, useState } from 'react'
import type { z } from 'zod'
import { RequestApproval } from '#approvals/ui/request.tsx'
import { Button } from '#kit/button.tsx'
import { Chip } from '#kit/chip.tsx'
import { jsonSchemaOf, problemsOf } from '#kit/form/from-zod.ts'
import type { FieldWords } from '#kit/form/labels.ts'
import { SchemaForm } from '#kit/form/schema-form.tsx'
import type { OwnFields } from '#kit/form/spot.ts'
import { useMay } from '#kit/me.ts'
import { ErrorView, Loaded } from '#kit/states.tsx'
import { notify } from '#kit/toast.tsx'
import { useTold } from '#kit/told.ts'
import { useWords, type Words, words } from '#kit/words.ts'
import type { Permission } from '#lib/action.ts'
import type { Problem } from '#lib/problem.ts'
import { unnamed } from '../unnamed.ts'
import { type Name, type SaveLive, type Stored, useStored, useWriting } from './use-document.ts'

const WORDS = words(
  {
    live: (version: number) => `Live, version ${version}`,
    draft: 'Draft',
    none: 'Not set up yet',
    save: 'Save as draft',
    publish: 'Publish',
    keep: 'Save',
    ask: 'Request approval',
    saved: 'The draft is saved',
    published: 'It holds from now on',
    undo: 'Undo changes',
    readOnly: (permission: string) => `You may read this. Changing it needs the permission ${permission}.`,
    unsound: (n: number) => (n === 1 ? 'One thing has to be mended first.' : `${n} things have to be mended first.`),
    mayNotPublish: (permission: string) =>
      `Making it hold needs the permission ${permission}. Save it as a draft and request approval, or ask somebody who may.`,
  },
  {
    de: {
      live: (version) => `Gilt, Version ${version}`,
      draft: 'Entwurf',
      none: 'Noch nicht eingerichtet',
      save: 'Als Entwurf speichern',
      publish: 'In Kraft setzen',
      keep: 'Speichern',
      ask: 'Freigabe anfragen',
      saved: 'Der Entwurf ist gespeichert',
      published: 'Es gilt ab jetzt',
      undo: 'Änderungen verwerfen',
      readOnly: (permission) => `Sie dürfen dies lesen. Zum Ändern ist das Recht ${permission} nötig.`,
      unsound: (n) => (n === 1 ? 'Vorher ist noch eine Sache zu beheben.' : `Vorher sind noch ${n} Dinge zu beheben.`),
      mayNotPublish: (permission) =>
        `Um es in Kraft zu setzen, ist das Recht ${permission} nötig. Speichern Sie einen Entwurf und fragen Sie die Freigabe an.`,
    },
  },
)

interface EditorProps {
  readonly of: Name
  readonly schema: z.ZodType
  readonly words: Words<FieldWords>
  /** Parts with fields of their own, and parts that are not shown. */
  readonly fields?: OwnFields
  /** Of the choice between ways, where the schema itself is one. */
  readonly label?: string
  /** What publishing needs. */
  readonly needs: Permission
  /** What stands in the form while there is no document. */
  readonly blank: Readonly<Record<string, unknown>>
  /** What is wrong beyond the schema. */
  readonly check?: (body: Readonly<Record<string, unknown>>) => readonly Problem[]
  /** Beside the form: what it means, as it stands in the form. */
  readonly beside?: (body: Readonly<Record<string, unknown>>) => ReactNode
  readonly onDone?: () => void
  /** Makes it live at once, for a kind without drafts; `needs` is all that it takes. */
  readonly saveLive?: SaveLive
}

/** A document as a form: saved as a draft, published, or sent to those who have to agree. */
export function DocumentEditor(props: EditorProps) {
  const stored = useStored(props.of)
  return (
    <Loaded query={stored} lines={8}>
      {(data) => <Editing key={`${props.of.id} ${data.live} ${data.isDraft}`} stored={data} {...props} />}
    </Loaded>
  )
}

function Editing({
  of,
  stored,
  schema,
  words: fieldWords,
  fields: own,
  label,
  needs,
  blank,
  check,
  beside,
  onDone,
  saveLive,
}: EditorProps & { stored: Stored }) {
  const say = useWords(WORDS)
  const mayPublish = useMay(needs)
  const mayWrite = useMay(saveLive ? needs : 'documents:write')
  const before = useMemo(() => ({ ...(stored.body ?? blank), ...of }), [stored.body, blank, of])
  const [body, setBody] = useState<Readonly<Record<string, unknown>>>(before)
  const [told, setTold] = useState<readonly Problem[]>([])
  const [asking, setAsking] = useState(false)
  const writing = useWriting(of, saveLive)
  // Kind and id are settled: the form is of everything else.
  const fields = useMemo(() => unnamed(jsonSchemaOf(schema)), [schema])
  const { kind: _kind, id: _id, ...rest } = body
  const local = useMemo(() => [...problemsOf(schema, body), ...(check?.(body) ?? [])], [schema, body, check])
  const problems = local.length > 0 ? local : told
  const isChanged = JSON.stringify(body) !== JSON.stringify(before)
  const wanted = useMemo(
    () =>
      saveLive
        ? { kind: 'publish' as const, documents: [{ kind: of.kind, id: of.id, body: { ...body, ...of } as never }] }
        : { kind: 'publish' as const, drafts: [{ kind: of.kind, id: of.id }] },
    [of, body, saveLive],
  )
  const write = (live: boolean, then?: () => void) =>
    writing.mutate(
      { body, live },
      {
        onSuccess: (done) => {
          if (done.kind === 'unsound') setTold(done.problems)
          else if (done.kind === 'needs-approval') setAsking(true)
          else {
            notify(done.kind === 'live' ? say.published : say.saved)
            if (done.kind === 'live') onDone?.()
            then?.()
          }
        },
      },
    )
  return (
    <div className={beside ? 'grid grid-cols-[minmax(0,1fr)] items-start gap-6 xl:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]' : ''}>
      {/* What has the focus is scrolled to above the bar of buttons. */}
      <div className="flex min-w-0 flex-col gap-5 md:**:scroll-mb-20">
        <p className="flex flex-wrap gap-2">
          {stored.live !== null && <Chip tone="ok">{say.live(stored.live)}</Chip>}
          {(stored.isDraft || isChanged) && <Chip dashed>{say.draft}</Chip>}
          {stored.live === null && !stored.isDraft && !isChanged && <Chip>{say.none}</Chip>}
        </p>
        {!mayWrite && <p className="text-dense text-ink-2">{say.readOnly(saveLive ? needs : 'documents:write')}</p>}
        <SchemaForm
          schema={fields}
          value={rest}
          onChange={(value) => {
            setTold([])
            setBody({ ...(value as object), ...of })
          }}
          problems={problems}
          words={fieldWords}
          {...(label !== undefined && { label })}
          {...(own && { fields: own })}
          readOnly={!mayWrite}
        />
        <Problems problems={problems} />
        {writing.isError && <ErrorView error={writing.error} />}
        {mayWrite && (
          <div className="flex flex-wrap items-center gap-2 border-t border-line bg-bg py-3 md:sticky md:bottom-0">
            {mayPublish ? (
              <Button look="primary" busy={writing.isPending} onClick={() => problems.length === 0 && write(true)}>
                {saveLive ? say.keep : say.publish}
              </Button>
            ) : (
              <Button look="primary" busy={writing.isPending} onClick={() => problems.length === 0 && write(false, () => setAsking(true))}>
                {say.ask}
              </Button>
            )}
            {!saveLive && (
              <Button busy={writing.isPending} onClick={() => write(false)}>
                {say.save}
              </Button>
            )}
            {isChanged && (
              <Button look="quiet" onClick={() => setBody(before)}>
                {say.undo}
              </Button>
            )}
            {!mayPublish && <p className="basis-full text-meta text-ink-3">{say.mayNotPublish(needs)}</p>}
          </div>
        )}
        {asking && <RequestApproval wanted={wanted} onClose={() => setAsking(false)} />}
      </div>
      {beside?.(body)}
    </div>
  )
}

/** What is wrong, where no field shows it as well. */
function Problems({ problems }: { problems: readonly Problem[] }) {
  const say = useWords(WORDS)
  const told = useTold(problems)
  if (problems.length === 0) return null
  return (
    <div role="status" className="rounded-input bg-warn-soft px-3 py-2 text-dense text-warn">
      <p className="font-medium">{say.unsound(problems.length)}</p>
      <ul>
        {told.slice(0, 10).map(({ title, hint, at }, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two problems can be alike in everything
          <li key={i} className="wrap-anywhere">
            {at !== undefined && <code className="text-meta">{at}</code>} {title} {hint}
          </li>
        ))}
      </ul>
    </div>
  )
}
