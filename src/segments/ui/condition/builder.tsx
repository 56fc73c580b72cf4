import { Undo2 } from 'lucide-react'
import { type ReactNode, useEffect, useMemo, useState } from 'react'
import { Button } from '#kit/button.tsx'
import { useTold } from '#kit/told.ts'
import { useWords } from '#kit/words.ts'
import { isRefusal, type Problem } from '#lib/problem.ts'
import { PLACES } from '../../condition/available.ts'
import { parse } from '../../condition/parse.ts'
import { print } from '../../condition/print.ts'
import { read } from '../../condition/read.ts'
import { type Group, rootOf, treeOf, unfinished } from '../../condition/rows.ts'
import { type Look, LookProvider } from './controls.tsx'
import { nextKey } from './keys.ts'
import { GroupLines } from './lines.tsx'
import type { PlaceName } from './subjects.ts'
import { TextView } from './text-view.tsx'
import { KnownProvider, useKnown } from './vocabulary.ts'
import { CONDITION_WORDS } from './words.ts'

export type View = 'sentence' | 'tree' | 'text'
const VIEWS = ['sentence', 'tree', 'text'] as const

export interface BuilderProps {
  readonly label?: string
  /** The condition as a text of the language; empty: none. */
  readonly value: string
  readonly onChange: (text: string) => void
  /** Where it stands, and so what it can ask. */
  readonly place?: PlaceName
  /** What the server found, beside what is found here at once. */
  readonly problems?: readonly Problem[]
  readonly readOnly?: boolean
  /** Told while a line is not finished: the value is then still the one before it. */
  readonly onUnfinished?: (unfinished: boolean) => void
  /** What stands behind each line of the first level. */
  readonly beside?: (key: number, root: Group) => ReactNode
  readonly view?: View
}

const remembered = (): View => (VIEWS.find((view) => view === localStorage.getItem('condition-view')) ?? 'tree') as View

/** One condition in three equal views: a sentence, rows, and the text of the language. Each shows what another wrote. */
export function ConditionBuilder({
  label,
  value,
  onChange,
  place = 'segment',
  problems = [],
  readOnly = false,
  onUnfinished,
  beside,
  view: first,
}: BuilderProps) {
  const say = useWords(CONDITION_WORDS)
  const known = useKnown()
  const name = label ?? say.condition
  const [view, setView] = useState<View>(first ?? remembered)
  const [past, setPast] = useState<readonly string[]>([])
  const { root, broken, set } = useLines(value, onChange, {
    onUnfinished,
    onPast: (text) => setPast((before) => [...before.slice(-49), text]),
  })
  const here = useMemo(() => faults(value, place), [value, place])
  const shown = broken ? 'text' : view
  const choose = (to: View) => {
    localStorage.setItem('condition-view', to)
    setView(to)
  }
  const undo = () => {
    const before = past.at(-1)
    if (before === undefined) return
    setPast(past.slice(0, -1))
    onChange(before)
  }
  return (
    <KnownProvider value={known}>
      {/* biome-ignore lint/a11y/useSemanticElements: the label of a fieldset would be shown twice */}
      <div role="group" aria-label={name} className="@container flex min-w-0 flex-col gap-3">
        <div className="flex flex-wrap items-center gap-2">
          <Views view={shown} broken={broken} onChoose={choose} />
          {past.length > 0 && !readOnly && (
            <Button look="quiet" className="!h-8" onClick={undo}>
              <Undo2 size={15} aria-hidden="true" />
              {say.undo}
            </Button>
          )}
        </div>
        {broken && view !== 'text' && <p className="text-dense text-warn">{say.textOnly}</p>}
        {shown === 'text' ? (
          <TextView label={name} text={value} problems={here.length > 0 ? here : problems} readOnly={readOnly} onChange={onChange} />
        ) : (
          <>
            <LookProvider value={(shown === 'sentence' ? 'prose' : 'rows') as Look}>
              {root.parts.length === 0 && <p className="text-ink-2">{say.empty}</p>}
              <fieldset
                disabled={readOnly}
                className={`min-w-0 ${shown === 'sentence' ? 'leading-8 [&>div]:flex-row [&>div]:flex-wrap [&>div]:items-center' : ''}`}
              >
                <legend className="sr-only">{name}</legend>
                <GroupLines label={name} root={root} place={PLACES[place]} onChange={set} beside={beside && ((key) => beside(key, root))} />
              </fieldset>
            </LookProvider>
            <Told problems={here.length > 0 ? here : problems} />
          </>
        )}
      </div>
    </KnownProvider>
  )
}

function faults(text: string, place: PlaceName): readonly Problem[] {
  if (text.trim() === '') return []
  const tree = read(text, PLACES[place])
  if (!isRefusal(tree)) return []
  const { problems, ...first } = tree.refused
  return problems ?? [first]
}

interface Heard {
  readonly onUnfinished: ((unfinished: boolean) => void) | undefined
  readonly onPast: (text: string) => void
}

/** The lines of a text; while a line is not finished they are kept here, and the text stays as it was. */
function useLines(value: string, onChange: (text: string) => void, { onUnfinished, onPast }: Heard) {
  const [held, setHeld] = useState<{ root: Group; text: string; broken: boolean }>(() => linesOf(value))
  const now = held.text === value ? held : linesOf(value)
  if (now !== held) setHeld(now)
  const missing = unfinished(now.root).length > 0 && now.root.parts.length > 0
  useEffect(() => onUnfinished?.(missing), [missing, onUnfinished])
  const set = (root: Group) => {
    const tree = treeOf(root)
    const text = tree ? print(tree) : root.parts.length === 0 ? '' : value
    setHeld({ root, text, broken: false })
    if (text === value) return
    onPast(value)
    onChange(text)
  }
  return { root: now.root, broken: now.broken, set }
}

function linesOf(text: string): { root: Group; text: string; broken: boolean } {
  if (text.trim() === '') return { root: rootOf(undefined, nextKey), text, broken: false }
  const tree = parse(text)
  return isRefusal(tree) ? { root: rootOf(undefined, nextKey), text, broken: true } : { root: rootOf(tree, nextKey), text, broken: false }
}

function Views({ view, broken, onChoose }: { view: View; broken: boolean; onChoose: (view: View) => void }) {
  const say = useWords(CONDITION_WORDS)
  return (
    // biome-ignore lint/a11y/useSemanticElements: three buttons in a row, one of which is pressed
    <div role="group" aria-label={say.views} className="inline-flex rounded-button border border-line p-0.5">
      {VIEWS.map((each) => (
        <button
          key={each}
          type="button"
          aria-pressed={view === each}
          aria-disabled={(broken && each !== 'text') || undefined}
          onClick={() => (!broken || each === 'text') && onChoose(each)}
          className="h-7 rounded-input px-2.5 text-dense font-medium text-ink-2 aria-disabled:opacity-50 aria-pressed:bg-sunken aria-pressed:text-ink pointer-coarse:h-10"
        >
          {say[each]}
        </button>
      ))}
    </div>
  )
}

function Told({ problems }: { problems: readonly Problem[] }) {
  const told = useTold(problems)
  return (
    <div aria-live="polite" className="flex flex-col gap-1 text-dense text-bad">
      {told.slice(0, 3).map((problem) => (
        <p key={`${problem.at} ${problem.title}`}>
          {problem.title}
          {problem.hint && <span className="text-ink-2"> {problem.hint}</span>}
        </p>
      ))}
    </div>
  )
}
