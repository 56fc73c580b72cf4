import { useMemo, useState } from 'react'
import type { Block } from '#content/blocks.ts'
import { placeIn } from '#content/check-groups.ts'
import { NO_NAMES, nameOptions } from '#content/liquid-names.ts'
import { useRead } from '#kit/api.ts'
import { Chip } from '#kit/chip.tsx'
import { Link } from '#kit/link.tsx'
import { Card } from '#kit/page.tsx'
import { toContent, toSnippet, toTemplate } from '#kit/paths.ts'
import { useWords } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import { ListSnippets, ReadContentNames } from '../list-api.ts'
import { BlockCanvas } from './block-canvas.tsx'
import { CanvasProvider } from './canvas-context.ts'
import type { Draft } from './draft.ts'
import { DraftPage } from './draft-page.tsx'
import { Area, Line } from './fields.tsx'
import { HistoryCard } from './history.tsx'
import { InsertName } from './insert-name.tsx'
import { LIST_WORDS } from './list-words.ts'
import { type Body, textOf } from './message-fields.tsx'
import { Problems } from './problems.tsx'
import { useBrand } from './use-brand.ts'
import { useCanvasParts } from './use-canvas-parts.ts'

/** A snippet being written, with everything that uses it. */
export function SnippetPage({ id }: { id: string }) {
  const say = useWords(LIST_WORDS)
  const [selected, select] = useState<string>()
  const used = useRead(ListSnippets, {}).data?.snippets.find((each) => each.id === id)?.usedBy ?? []
  return (
    <DraftPage
      kind="snippet"
      id={id}
      up={{ label: say.tabs.snippets, href: toContent('snippets') }}
      affected={used.map((each) => ({ label: each.name, href: hrefOf(each) }))}
      onJump={(at) => select(placeIn(at).block)}
    >
      {({ draft, state, stored, body, name, mayEdit }) => (
        <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_320px]">
          <div className="flex min-w-0 flex-col gap-4">
            <fieldset disabled={!mayEdit}>
              <Line
                label={say.snippets.name}
                value={name}
                onChange={(value) => draft.edit([{ kind: 'set', at: '/name', value: value || undefined }], 'type:/name')}
              />
            </fieldset>
            <Words draft={draft} body={body} mayEdit={mayEdit} selected={selected} select={select} />
            {state.problems.length > 0 && <Problems problems={state.problems} onJump={(at) => select(placeIn(at).block)} />}
          </div>
          <div className="flex min-w-0 flex-col gap-5">
            <UsedBy used={used} />
            <HistoryCard stored={stored} draft={draft} mayEdit={mayEdit} />
          </div>
        </div>
      )}
    </DraftPage>
  )
}

type User = OutputOf<typeof ListSnippets>['snippets'][number]['usedBy'][number]
const hrefOf = (each: Pick<User, 'kind' | 'id'>): string => (each.kind === 'template' ? toTemplate(each.id) : toSnippet(each.id))

function UsedBy({ used }: { used: readonly User[] }) {
  const say = useWords(LIST_WORDS)
  return (
    <Card title={say.snippets.usedTitle}>
      <p className="mb-2 text-dense text-ink-2">{used.length === 0 ? say.snippets.usedNone : say.snippets.usedLead}</p>
      <ul className="flex flex-col gap-1">
        {used.map((each) => (
          <li key={`${each.kind} ${each.id}`} className="flex flex-wrap items-center gap-2">
            <Link href={hrefOf(each)}>{each.name}</Link>
            {each.behind && <Chip tone="warn">{say.snippets.isBehind}</Chip>}
          </li>
        ))}
      </ul>
    </Card>
  )
}

interface WordsProps {
  readonly draft: Draft
  readonly body: Body
  readonly mayEdit: boolean
  readonly selected: string | undefined
  readonly select: (at: string | undefined) => void
}

/** Blocks on a canvas, words or MJML in a field. */
function Words({ draft, body, mayEdit, selected, select }: WordsProps) {
  const say = useWords(LIST_WORDS)
  const known = useRead(ReadContentNames, {}).data
  const names = useMemo(() => nameOptions(known ?? NO_NAMES, {}), [known])
  const brand = useBrand('default')
  const parts = useCanvasParts({ draft, root: '/blocks', brand, names, known, slotNames: [], mayEdit, selected, select })
  const form = body['text'] !== undefined ? 'text' : body['mjml'] !== undefined ? 'mjml' : undefined
  if (form === undefined)
    return (
      <div className="overflow-hidden rounded-card border border-line">
        <CanvasProvider value={parts}>
          <BlockCanvas blocks={(body['blocks'] ?? []) as unknown as Block[]} />
        </CanvasProvider>
      </div>
    )
  const change = (text: string) => draft.edit([{ kind: 'set', at: `/${form}`, value: text }], `type:/${form}`)
  return (
    <fieldset disabled={!mayEdit}>
      <Area
        label={form === 'text' ? say.snippets.words : say.snippets.forms.mjml}
        mono={form === 'mjml'}
        rows={6}
        value={textOf(body[form])}
        aside={form === 'text' && <InsertName names={names} onInsert={(text) => change(textOf(body['text']) + text)} />}
        onChange={change}
      />
    </fieldset>
  )
}
