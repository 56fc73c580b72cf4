import { autocompletion, type Completion, closeBrackets, completionKeymap } from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { html } from '@codemirror/lang-html'
import { json } from '@codemirror/lang-json'
import { closePercentBrace, liquid } from '@codemirror/lang-liquid'
import { bracketMatching, HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint'
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search'
import { EditorState, type Extension } from '@codemirror/state'
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view'
import { tags } from '@lezer/highlight'
import { useEffect, useRef } from 'react'

export interface CodeProblem {
  /** From 1. */
  readonly line: number
  readonly severity: 'error' | 'warning'
  readonly message: string
}

/** What completion offers. Given, not imported: this part is loaded on its own. */
export interface KnownLiquid {
  readonly tags: readonly string[]
  readonly filters: readonly string[]
  /** Names below a path; the roots for an empty one. */
  readonly members: (path: readonly string[]) => readonly string[]
}

interface CodeEditorProps {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly language: 'liquid' | 'json'
  readonly known: KnownLiquid
  readonly problems: readonly CodeProblem[]
  readonly readOnly: boolean
}

const LOOK = EditorView.theme({
  '&': { color: 'var(--ink)', backgroundColor: 'var(--surface)', fontSize: '13px', minHeight: '420px' },
  '&.cm-focused': { outline: '2px solid var(--focus)', outlineOffset: '-2px' },
  '.cm-content': {
    fontFamily: "'JetBrains Mono Variable', ui-monospace, monospace",
    caretColor: 'var(--ink)',
    fontVariantLigatures: 'none',
  },
  '.cm-gutters': { backgroundColor: 'var(--sunken)', color: 'var(--ink-3)', border: 'none' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'color-mix(in srgb, var(--accent) 8%, transparent)' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': { backgroundColor: 'var(--accent-soft)' },
  '.cm-tooltip': { backgroundColor: 'var(--surface)', color: 'var(--ink)', border: '1px solid var(--line)' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: 'var(--accent)', color: 'var(--surface)' },
  '.cm-panels': { backgroundColor: 'var(--sunken)', color: 'var(--ink)' },
})
const COLOURS = HighlightStyle.define([
  { tag: [tags.tagName, tags.keyword, tags.controlKeyword], color: 'var(--accent)' },
  { tag: [tags.attributeName, tags.propertyName], color: 'var(--cat-logic)' },
  { tag: [tags.string, tags.attributeValue], color: 'var(--ok)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--warn)' },
  { tag: [tags.comment], color: 'var(--ink-3)', fontStyle: 'italic' },
  { tag: [tags.variableName, tags.special(tags.variableName)], color: 'var(--agent)' },
])

const asCompletions = (names: readonly string[], type: string): Completion[] => names.map((label) => ({ label, type }))

/** Liquid with the names that this workspace has: attributes of people, properties of events, live parts, snippets, our filters. */
function liquidOf({ tags: known, filters, members }: KnownLiquid): Extension {
  return [
    liquid({
      base: html(),
      tags: asCompletions(known, 'keyword'),
      filters: asCompletions(filters, 'function'),
      variables: asCompletions(members([]), 'variable'),
      properties: (path) => asCompletions(members(path), 'property'),
    }),
    closePercentBrace,
  ]
}

/** Code with completion from the workspace's own schema. It lives in a shadow tree: its styles are sheets, not elements that the page's policy refuses. */
export function CodeEditor({ label, value, onChange, language, known, problems, readOnly }: CodeEditorProps) {
  const box = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(undefined)
  const changed = useRef(onChange)
  changed.current = onChange
  // biome-ignore lint/correctness/useExhaustiveDependencies: the editor is made once for a language and its names; its text is kept in step below
  useEffect(() => {
    const host = box.current
    if (!host) return undefined
    const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' })
    const parent = document.createElement('div')
    root.replaceChildren(parent)
    const made = new EditorView({
      parent,
      root,
      state: EditorState.create({
        doc: value,
        extensions: [
          lineNumbers(),
          history(),
          drawSelection(),
          bracketMatching(),
          closeBrackets(),
          autocompletion(),
          highlightActiveLine(),
          highlightSelectionMatches(),
          lintGutter(),
          language === 'json' ? json() : liquidOf(known),
          syntaxHighlighting(COLOURS),
          LOOK,
          EditorView.lineWrapping,
          EditorState.readOnly.of(readOnly),
          EditorView.contentAttributes.of({ 'aria-label': label }),
          // Tab leaves the editor: nobody is caught in it (WCAG 2.1.2).
          keymap.of([...completionKeymap, ...searchKeymap, ...historyKeymap, ...lintKeymap, ...defaultKeymap]),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) changed.current(update.state.doc.toString())
          }),
        ],
      }),
    })
    view.current = made
    return () => made.destroy()
  }, [language, known, readOnly, label])
  useEffect(() => {
    const now = view.current
    if (!now || now.state.doc.toString() === value) return
    now.dispatch({ changes: { from: 0, to: now.state.doc.length, insert: value } })
  }, [value])
  useEffect(() => {
    const now = view.current
    if (!now) return
    const lines = now.state.doc.lines
    const found = problems.map(({ line, severity, message }) => {
      const at = now.state.doc.line(Math.min(Math.max(1, line), lines))
      return { from: at.from, to: at.to, severity, message }
    })
    now.dispatch(setDiagnostics(now.state, found))
  }, [problems])
  return <div ref={box} className="min-h-[420px] overflow-hidden rounded-card border border-line" />
}
