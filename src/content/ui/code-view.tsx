import { Suspense, useEffect, useMemo, useState } from 'react'
import { type Block, Blocks } from '#content/blocks.ts'
import { mjmlOfBlocks } from '#content/blocks-mjml.ts'
import type { Brand } from '#content/brand.ts'
import { FILTERS, TAGS } from '#content/language.ts'
import { membersOf, type NameOption } from '#content/liquid-names.ts'
import { Button } from '#kit/button.tsx'
import { Dialog } from '#kit/dialog.tsx'
import { lazyPart } from '#kit/lazy-part.tsx'
import { Skeleton } from '#kit/states.tsx'
import { useWords } from '#kit/words.ts'
import type { Json } from '#lib/json.ts'
import { useChecks } from './checks.tsx'
import type { CodeProblem, KnownLiquid } from './code-editor.tsx'
import type { Draft } from './draft.ts'
import { FRAME_WORDS } from './frame-words.ts'
import { type Body, textOf } from './message-fields.tsx'

const CodeEditor = lazyPart(() => import('./code-editor.tsx'), 'CodeEditor')

interface CodeViewProps {
  readonly draft: Draft
  readonly body: Body
  readonly words: Body
  readonly under: string
  readonly brand: Brand
  readonly names: readonly NameOption[]
  readonly mayEdit: boolean
}

/** The source: MJML or HTML of a body that is code; else the whole template as JSON, which is the blocks in another form. */
export function CodeView(props: CodeViewProps) {
  const { words } = props
  const form = words['mjml'] !== undefined ? 'mjml' : words['html'] !== undefined ? 'html' : undefined
  return form ? <Source {...props} form={form} /> : <Whole {...props} />
}

const useKnown = (names: readonly NameOption[]): KnownLiquid =>
  useMemo(() => ({ tags: TAGS, filters: FILTERS, members: (path) => membersOf(names, path) }), [names])

function Source({ draft, words, under, names, mayEdit, body, form }: CodeViewProps & { form: 'mjml' | 'html' }) {
  const say = useWords(FRAME_WORDS)
  const at = `${under}/${form}`
  const known = useKnown(names)
  const { query } = useChecks(body)
  const problems = (query.data?.findings ?? []).flatMap((each): CodeProblem[] => {
    const [path, line] = (each.at ?? '').split(':')
    return path === at && line !== undefined
      ? [{ line: Number(line), severity: each.severity, message: [each.title, each.detail, each.hint].filter(Boolean).join('. ') }]
      : []
  })
  return (
    <div className="flex flex-col gap-3 p-4">
      <p className="text-ink-2">{form === 'mjml' ? say.codeMjml : say.codeHtml}</p>
      <Suspense fallback={<Skeleton lines={10} />}>
        <CodeEditor
          label={say.codeOf[form]}
          language="liquid"
          value={textOf(words[form])}
          known={known}
          problems={problems}
          readOnly={!mayEdit}
          onChange={(text) => draft.edit([{ kind: 'set', at, value: text }], `type:${at}`)}
        />
      </Suspense>
    </div>
  )
}

const NONE: readonly CodeProblem[] = []

function Whole({ draft, body, words, under, brand, names, mayEdit }: CodeViewProps) {
  const say = useWords(FRAME_WORDS)
  const stored = JSON.stringify(body, null, 2)
  const known = useKnown(names)
  const [text, setText] = useState(stored)
  const [fault, setFault] = useState<string>()
  const [asking, setAsking] = useState(false)
  // Undo changes it from outside; while what is written says the same, the writer's spaces stay.
  useEffect(() => {
    setText((now) => (sameJson(now, stored) ? now : stored))
  }, [stored])
  const change = (next: string) => {
    setText(next)
    const read = readObject(next)
    setFault('fault' in read ? read.fault : undefined)
    if ('value' in read) draft.edit([{ kind: 'set', at: '', value: read.value }], 'type:')
  }
  const blocks = Blocks.safeParse(words['blocks'])
  const toMjml = () => {
    if (!blocks.success) return
    const { mjml, tokens } = mjmlOfBlocks({ blocks: blocks.data as Block[], brand, locale: undefined, purpose: purposeOf(body) })
    draft.edit([
      { kind: 'set', at: `${under}/blocks`, value: undefined },
      { kind: 'set', at: `${under}/mjml`, value: tokens.restore(mjml) },
    ])
    setAsking(false)
  }
  return (
    <div className="flex flex-col gap-3 p-4">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p className="min-w-0 flex-1 text-ink-2">{say.codeBlocks}</p>
        {mayEdit && blocks.success && <Button onClick={() => setAsking(true)}>{say.toMjml}</Button>}
      </div>
      <Suspense fallback={<Skeleton lines={10} />}>
        <CodeEditor
          label={say.codeOf.json}
          language="json"
          value={text}
          known={known}
          problems={NONE}
          readOnly={!mayEdit}
          onChange={change}
        />
      </Suspense>
      {fault && (
        <p role="status" className="text-bad">
          {say.codeBad(fault)}
        </p>
      )}
      <Dialog title={say.toMjml} open={asking} onClose={() => setAsking(false)}>
        <div className="flex flex-col gap-4">
          <p>{say.toMjmlAsk}</p>
          <div className="flex gap-2">
            <Button look="primary" onClick={toMjml}>
              {say.toMjml}
            </Button>
            <Button onClick={() => setAsking(false)}>{say.cancel}</Button>
          </div>
        </div>
      </Dialog>
    </div>
  )
}

const purposeOf = (body: Body): 'marketing' | 'transactional' => (body['purpose'] === 'transactional' ? 'transactional' : 'marketing')

function readObject(text: string): { readonly value: Json } | { readonly fault: string } {
  try {
    const value = JSON.parse(text) as Json
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { value } : { fault: '{ }' }
  } catch (error) {
    if (error instanceof SyntaxError) return { fault: error.message }
    throw error
  }
}

const sameJson = (one: string, other: string): boolean => {
  const read = readObject(one)
  return 'value' in read && JSON.stringify(read.value) === JSON.stringify(JSON.parse(other))
}
