import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands'
import { yaml } from '@codemirror/lang-yaml'
import { bracketMatching, foldGutter, HighlightStyle, indentOnInput, syntaxHighlighting } from '@codemirror/language'
import { type Diagnostic, lintGutter, setDiagnostics } from '@codemirror/lint'
import { search, searchKeymap } from '@codemirror/search'
import { EditorState } from '@codemirror/state'
import { EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view'
import { tags } from '@lezer/highlight'
import { useEffect, useRef, useState } from 'react'
import { readTyped, type Typed } from '#journeys/ui/typed-yaml.ts'
import { Button } from '#kit/button.tsx'
import { plural } from '#kit/format.ts'
import { Skeleton } from '#kit/states.tsx'
import { useWords, words } from '#kit/words.ts'
import type { Ready } from './studio.tsx'

const WORDS = words(
  {
    label: 'The journey as YAML',
    lead: 'Typed changes are checked at once and stand on the canvas as soon as they can be read.',
    fine: 'It can be read; the canvas shows it.',
    wrong: (n: number) => `${plural(n, 'problem')}: the canvas shows the last text that could be read`,
    from: 'Changed elsewhere meanwhile.',
    take: 'Show what is there now',
  },
  {
    de: {
      label: 'Die Journey als YAML',
      lead: 'Was Sie schreiben, wird sofort geprüft und steht in der Zeichnung, sobald es lesbar ist.',
      fine: 'Lesbar; die Zeichnung zeigt es.',
      wrong: (n) => `${plural(n, 'Problem', 'Probleme')}: die Zeichnung zeigt den letzten lesbaren Text`,
      from: 'Inzwischen anderswo geändert.',
      take: 'Den jetzigen Stand zeigen',
    },
  },
)

const SETTLED_MS = 400

const look = EditorView.theme({
  '&': { backgroundColor: 'var(--surface)', color: 'var(--ink)', fontSize: '13px', height: '100%' },
  '.cm-content': { fontFamily: 'var(--font-mono)', caretColor: 'var(--ink)', paddingBlock: '8px' },
  '.cm-gutters': { backgroundColor: 'var(--surface)', color: 'var(--ink-3)', border: 'none' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'var(--sunken)' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': { backgroundColor: 'var(--accent-soft) !important' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '.cm-tooltip, .cm-panels': { backgroundColor: 'var(--surface)', color: 'var(--ink)', borderColor: 'var(--line)' },
  '.cm-textfield': { backgroundColor: 'var(--surface)', borderColor: 'var(--line-strong)' },
  '.cm-button': { backgroundImage: 'none', backgroundColor: 'var(--sunken)', borderColor: 'var(--line-strong)' },
})
const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--cat-message)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--cat-exit)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--cat-decision)' },
  { tag: [tags.comment, tags.meta], color: 'var(--ink-3)', fontStyle: 'italic' },
])

/** The draft as text: what can be read stands on the canvas at once, what cannot says where it is wrong. */
export function CodeEditor({ studio }: { studio: Ready }) {
  const say = useWords(WORDS)
  const place = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(null)
  const shown = useRef<unknown>(null)
  const now = useRef(studio)
  now.current = studio
  const [typed, setTyped] = useState<Typed>()
  const [behind, setBehind] = useState(false)
  const { body, text, readOnly } = studio

  // biome-ignore lint/correctness/useExhaustiveDependencies: the editor is made once; its text follows below
  useEffect(() => {
    let gone = false
    let timer: ReturnType<typeof setTimeout> | undefined
    const read = async () => {
      const source = view.current?.state.doc.toString() ?? ''
      const result = await readTyped(source)
      if (gone || !view.current) return
      setTyped(result)
      view.current.dispatch(setDiagnostics(view.current.state, diagnosticsOf(result, source.length)))
      if (result.body === undefined) return
      shown.current = result.body
      const refused = now.current.write(source, result.body)
      if (refused) setTyped({ problems: [{ from: 0, to: 0, text: refused.refused.title }] })
    }
    const changed = EditorView.updateListener.of((update) => {
      if (!update.docChanged || update.transactions.some((each) => each.isUserEvent('studio'))) return
      clearTimeout(timer)
      timer = setTimeout(() => void read(), SETTLED_MS)
    })
    void text().then((source) => {
      if (gone || !place.current) return
      // In a shadow tree its styles are sheets, not elements, which the page's policy would refuse.
      const root = place.current.shadowRoot ?? place.current.attachShadow({ mode: 'open' })
      shown.current = now.current.body
      const state = EditorState.create({
        doc: source,
        extensions: [
          lineNumbers(),
          foldGutter(),
          history(),
          bracketMatching(),
          indentOnInput(),
          highlightActiveLine(),
          search({ top: true }),
          keymap.of([...defaultKeymap, ...historyKeymap, ...searchKeymap, indentWithTab]),
          yaml(),
          syntaxHighlighting(colours),
          lintGutter(),
          look,
          changed,
          EditorView.contentAttributes.of({ 'aria-label': say.label, tabindex: '0' }),
          EditorState.readOnly.of(readOnly),
        ],
      })
      view.current = new EditorView({ state, parent: root, root })
      setTyped({ body: now.current.body, problems: [] })
    })
    return () => {
      gone = true
      clearTimeout(timer)
      view.current?.destroy()
    }
  }, [])

  const take = async () => {
    const source = await text()
    const editor = view.current
    if (!editor) return
    shown.current = now.current.body
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: source }, userEvent: 'studio' })
    editor.dispatch(setDiagnostics(editor.state, []))
    setTyped({ body: now.current.body, problems: [] })
    setBehind(false)
  }
  // Somebody else, an undo, or the canvas changed it: the text follows, unless what is typed here is not finished.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only another body is news
  useEffect(() => {
    if (!view.current || shown.current === null || body === shown.current) return
    if (typed && typed.problems.length > 0) setBehind(true)
    else void take()
  }, [body])

  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <p role="status" className="flex min-h-10 flex-wrap items-center gap-3 px-4 py-1.5 text-dense text-ink-2 sm:px-6 lg:px-8">
        {!typed ? say.lead : typed.problems.length > 0 ? <span className="text-bad">{say.wrong(typed.problems.length)}</span> : say.fine}
        {behind && (
          <>
            <span className="text-warn">{say.from}</span>
            <Button onClick={() => void take()}>{say.take}</Button>
          </>
        )}
      </p>
      {!typed && <Skeleton lines={10} />}
      <div ref={place} className="min-h-[320px] flex-1 overflow-auto border-t border-line" />
    </div>
  )
}

const diagnosticsOf = ({ problems }: Typed, length: number): Diagnostic[] =>
  problems.map(({ from, to, text }) => ({
    from: Math.min(from, length),
    to: Math.min(Math.max(to, from), length),
    severity: 'error',
    message: text,
  }))
