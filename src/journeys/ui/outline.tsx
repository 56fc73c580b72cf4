import { type KeyboardEvent, useMemo, useRef, useState } from 'react'
import { entryRules, entryTitle } from '../entries/words.ts'
import { detail, kindWord, lanes, title } from '../lanes.ts'
import type { Journey } from '../schema.ts'
import type { Step } from '../steps.ts'
import { StepNumber } from './counts.tsx'
import { StepIcon } from './step-icon.tsx'

/** One row of the tree: a step, or a lane that opens below a branching step. */
interface Row {
  readonly id: string
  readonly parent: string
  readonly depth: number
  readonly label: string
  readonly open: boolean | undefined
  readonly step?: Step
}

/** Steps and their lanes as rows, closed ones folded away. */
function rowsOf(steps: readonly Step[], closed: ReadonlySet<string>, at = { parent: '', depth: 1 }): readonly Row[] {
  return steps.flatMap((step) => {
    const ways = lanes(step)
    const open = ways.length > 0 ? !closed.has(step.id) : undefined
    const row: Row = { id: step.id, parent: at.parent, depth: at.depth, label: title(step), open, step }
    if (!open) return [row]
    return [
      row,
      ...ways.flatMap((lane): readonly Row[] => {
        const id = `${step.id}/${lane.id}`
        const laneOpen = lane.steps.length > 0 ? !closed.has(id) : undefined
        const head: Row = { id, parent: step.id, depth: at.depth + 1, label: lane.label, open: laneOpen }
        return laneOpen ? [head, ...rowsOf(lane.steps, closed, { parent: id, depth: at.depth + 2 })] : [head]
      }),
    ]
  })
}

interface OutlineProps {
  readonly journey: Journey
  readonly step: string
  readonly onOpen: (id: string) => void
}

/** The journey as a tree: everything that the canvas shows, for keyboard and screen reader first. */
export function Outline({ journey, step, onOpen }: OutlineProps) {
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set())
  const [focus, setFocus] = useState(step || '@entry')
  const tree = useRef<HTMLDivElement>(null)
  const entry: Row = { id: '@entry', parent: '', depth: 1, label: entryTitle(journey), open: undefined }
  const rows = useMemo(() => rowsOf(journey.steps, closed), [journey, closed])
  const all = [entry, ...rows]
  const here = all.some((row) => row.id === focus) ? focus : '@entry'
  const go = (id: string | undefined) => {
    if (id === undefined) return
    setFocus(id)
    tree.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(id)}"]`)?.focus()
  }
  const fold = (id: string, shut: boolean) =>
    setClosed((now) => (shut ? new Set([...now, id]) : new Set([...now].filter((each) => each !== id))))
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.metaKey || event.ctrlKey || event.altKey) return
    const at = all.findIndex((row) => row.id === here)
    const row = all[at]
    if (!row) return
    const keys: Record<string, () => void> = {
      ArrowDown: () => go(all[at + 1]?.id),
      ArrowUp: () => go(all[at - 1]?.id),
      Home: () => go(all[0]?.id),
      End: () => go(all.at(-1)?.id),
      ArrowRight: () => (row.open === false ? fold(row.id, false) : row.open && go(all[at + 1]?.id)),
      ArrowLeft: () => (row.open ? fold(row.id, true) : go(row.parent || undefined)),
      Enter: () => (row.step || row.id === '@entry' ? onOpen(row.id) : fold(row.id, row.open === true)),
      ' ': () => row.open !== undefined && fold(row.id, row.open),
    }
    const act = keys[event.key] ?? (/^\S$/.test(event.key) ? () => go(startingWith(all, event.key, at)) : undefined)
    if (!act) return
    event.preventDefault()
    event.stopPropagation()
    act()
  }
  return (
    <div className="rounded-card border border-line bg-surface">
      <div aria-hidden="true" className="flex h-9 items-center border-b border-line pr-4 pl-4 text-meta font-medium text-ink-3">
        <span className="flex-1">Step</span>
        <span className="w-16 text-right">In now</span>
        <span className="w-20 text-right max-sm:hidden">Arrived</span>
        <span className="w-20 text-right max-sm:hidden">Moved on</span>
      </div>
      <div ref={tree} role="tree" aria-label={`Outline of ${journey.name ?? journey.id}`} onKeyDown={onKeyDown}>
        {all.map((row) => (
          <RowView
            key={row.id}
            row={row}
            among={all.filter((other) => other.parent === row.parent && other.depth === row.depth)}
            tab={row.id === here}
            current={row.id === step}
            line={
              row.id === '@entry'
                ? `Entry · ${entryRules(journey)}`
                : row.step
                  ? [kindWord(row.step.kind), detail(row.step)].filter(Boolean).join(' · ')
                  : ''
            }
            onFocus={() => setFocus(row.id)}
            onPress={() => {
              if (row.step || row.id === '@entry') onOpen(row.id)
              else fold(row.id, row.open === true)
            }}
          />
        ))}
      </div>
    </div>
  )
}

function startingWith(rows: readonly Row[], letter: string, after: number): string | undefined {
  const wanted = letter.toLowerCase()
  return [...rows.slice(after + 1), ...rows.slice(0, after)].find((row) => row.label.toLowerCase().startsWith(wanted))?.id
}

interface RowProps {
  readonly row: Row
  readonly among: readonly Row[]
  readonly tab: boolean
  readonly current: boolean
  readonly line: string
  readonly onFocus: () => void
  readonly onPress: () => void
}

/** The indent is drawn in steps of 20 px, as far as a narrow screen can bear it. */
const INDENTS = ['pl-4', 'pl-9', 'pl-14', 'pl-19', 'pl-24', 'pl-29', 'pl-34', 'pl-39']

function RowView({ row, among, tab, current, line, onFocus, onPress }: RowProps) {
  const lane = !row.step && row.id !== '@entry'
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree handles the keys of all its rows
    <div
      role="treeitem"
      data-row={row.id}
      aria-level={row.depth}
      aria-setsize={among.length}
      aria-posinset={among.indexOf(row) + 1}
      aria-expanded={row.open}
      aria-selected={current}
      tabIndex={tab ? 0 : -1}
      onFocus={onFocus}
      onClick={onPress}
      className={`flex min-h-11 cursor-pointer items-center gap-2 border-b border-line py-1.5 pr-4 -outline-offset-2 last:border-0 hover:bg-sunken aria-selected:bg-accent-soft ${INDENTS[Math.min(row.depth, INDENTS.length) - 1]}`}
    >
      <span
        aria-hidden="true"
        className={`w-3 shrink-0 text-center text-meta text-ink-3 transition-transform ${row.open ? 'rotate-90' : ''}`}
      >
        {row.open === undefined ? '' : '›'}
      </span>
      {lane ? (
        <span className="min-w-0 flex-1 text-dense font-medium wrap-anywhere text-ink-2">
          {row.label}
          {row.open === undefined && <span className="font-normal text-ink-3"> – goes straight on</span>}
        </span>
      ) : (
        <>
          <StepIcon kind={row.step?.kind ?? 'entry'} />
          <span className="min-w-0 flex-1">
            <span className="block truncate font-medium">{row.label}</span>
            <span className="block truncate text-meta text-ink-3">{line}</span>
          </span>
        </>
      )}
      {row.step && (
        <span className="flex shrink-0 text-dense num">
          <span className="w-16 text-right">
            <StepNumber step={row.step.id} of="in" />
            <span className="sr-only"> in now, </span>
          </span>
          <span className="w-20 text-right text-ink-2 max-sm:hidden">
            <StepNumber step={row.step.id} of="arrived" />
            <span className="sr-only"> arrived, </span>
          </span>
          <span className="w-20 text-right text-ink-2 max-sm:hidden">
            <StepNumber step={row.step.id} of="passed" />
            <span className="sr-only"> moved on</span>
          </span>
        </span>
      )}
    </div>
  )
}
