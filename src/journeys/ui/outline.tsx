import { Ellipsis, Layers, Plus } from 'lucide-react'
import { type KeyboardEvent, type MouseEvent, type PointerEvent, useEffect, useMemo, useRef, useState } from 'react'
import { shortcutsAreOff } from '#kit/shortcuts.ts'
import { notify } from '#kit/toast.tsx'
import { language } from '#kit/words.ts'
import type { JourneyBody } from '../edit/body.ts'
import type { Place } from '../edit/places.ts'
import { entryRules, entryTitle } from '../entries/words.ts'
import { detail, kindWord, lanes, places, title } from '../lanes.ts'
import type { Folded } from '../layout.ts'
import type { Journey } from '../schema.ts'
import { isStageKey } from '../stages.ts'
import { Badges } from './badges.tsx'
import { StepNumber } from './counts.tsx'
import type { Deeds } from './deeds.ts'
import { foldedMarks } from './folded-marks.ts'
import { type Marks, MarksProvider, useMark, useMarks } from './marks.ts'
import { keysOf, onMoveKey, startingWith } from './outline-keys.ts'
import { type Row, rowsOf, withPlaces } from './outline-rows.ts'
import { nameIn, placeWords } from './place-words.ts'
import { StepIcon } from './step-icon.tsx'
import { pick, StepMenu } from './step-menu.tsx'
import { type StudioKey, studioKey } from './studio-keys.ts'
import { useStudioWords } from './studio-words.ts'

export interface OutlineProps {
  readonly journey: Journey
  /** The draft; left out where nothing can be changed. */
  readonly body?: JourneyBody | undefined
  readonly deeds?: Deeds | undefined
  /** The step that is open. */
  readonly step: string
  readonly at: string
  readonly selected: ReadonlySet<string>
  readonly onSelect: (at: string, selected: ReadonlySet<string>) => void
  readonly folded: Folded
  readonly onFold: (id: string, shut: boolean) => void
  readonly onOpen: (id: string) => void
  readonly marks: Marks
  readonly onKey: (key: StudioKey) => void
}

/** The journey as a tree: everything that the canvas shows and lets one do, for keyboard and screen reader first. */
export function Outline(props: OutlineProps) {
  const { journey, at, selected, folded } = props
  const say = useStudioWords()
  const marks = useMemo(() => foldedMarks(props.marks, journey.steps, folded), [props.marks, journey.steps, folded])
  const store = useMarks(marks, at, selected)
  const tree = useTree(props)
  return (
    <MarksProvider value={store}>
      <div className="rounded-card border border-line bg-surface">
        <div aria-hidden="true" className="flex h-9 items-center border-b border-line pr-4 pl-4 text-meta font-medium text-ink-3">
          <span className="flex-1">{say.stepColumn}</span>
          <span className="w-16 text-right">{say.inNow}</span>
          <span className="w-24 text-right max-sm:hidden">{say.arrived}</span>
          <span className="w-28 text-right max-sm:hidden">{say.passed}</span>
          {props.deeds && <span className="w-16 pointer-coarse:w-21" />}
        </div>
        <div
          ref={tree.ref}
          role="tree"
          aria-label={say.outline(journey.name ?? journey.id)}
          aria-multiselectable={props.deeds ? true : undefined}
          onKeyDown={tree.onKeyDown}
        >
          {tree.all.map((row) =>
            row.place ? (
              <PlaceRow
                key={row.id}
                row={row}
                label={placeWords(say, journey, row.place)}
                tab={tree.here === row.id}
                over={tree.over === row.id}
                onPut={() => tree.put(row.place!)}
              />
            ) : (
              <RowView key={row.id} row={row} tree={tree} props={props} />
            ),
          )}
        </div>
        <p role="status" className="sr-only">
          {tree.moving ? say.movingHint : ''}
        </p>
      </div>
      {tree.menu && props.deeds && <RowMenu id={tree.menu} tree={tree} props={props} deeds={props.deeds} />}
    </MarksProvider>
  )
}

/** A lane or a stage: a row that is no step. */
const isRowOnly = (id: string): boolean => id.includes('/') || isStageKey(id)

type Tree = ReturnType<typeof useTree>

function useTree(props: OutlineProps) {
  const say = useStudioWords()
  const { journey, body, deeds, folded, selected, onSelect, onOpen, onFold } = props
  const [moving, setMoving] = useState<readonly string[]>()
  const [over, setOver] = useState('')
  const [placeAt, setPlaceAt] = useState('')
  const [menu, setMenu] = useState('')
  const ref = useRef<HTMLDivElement>(null)
  const anchor = useRef<Element>(null)
  const entry: Row = { id: '@entry', parent: '', depth: 1, label: entryTitle(journey, language()), open: undefined }
  const rows = useMemo(() => rowsOf(journey.steps, folded), [journey.steps, folded])
  const shown = useMemo(
    () =>
      moving && body && deeds ? withPlaces(rows, body, (place) => deeds.whyNot({ kind: 'move', ids: moving }, place) === undefined) : rows,
    [rows, moving, body, deeds],
  )
  const all = [entry, ...shown]
  const wanted = moving ? placeAt : props.at
  const here = all.some((row) => row.id === wanted) ? wanted : moving ? (all.find((row) => row.place)?.id ?? '@entry') : '@entry'
  const focus = (id: string) => ref.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(id)}"]`)?.focus()
  const go = (id: string | undefined, select: ReadonlySet<string> = new Set()) => {
    if (id === undefined) return
    onSelect(id, select)
    focus(id)
  }
  const begin = (ids: readonly string[]) => {
    if (!deeds || ids.length === 0) return
    setMoving(ids)
    // The places are rows only after this has been drawn.
    requestAnimationFrame(() => {
      const first =
        ref.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(ids[0] ?? '')}"] ~ [data-place]`) ??
        ref.current?.querySelector<HTMLElement>('[data-place]')
      first?.focus()
      setPlaceAt(first?.dataset['row'] ?? '')
    })
  }
  const goToPlace = (id: string) => {
    setPlaceAt(id)
    focus(id)
  }
  const stop = () => {
    setMoving(undefined)
    setOver('')
    if (props.at) requestAnimationFrame(() => focus(props.at))
  }
  const put = (place: Place) => {
    const ids = moving
    stop()
    if (ids && deeds) deeds.move(ids, place)
  }
  useEffect(() => {
    const dropped = () => {
      setMoving(undefined)
      setOver('')
      notify(say.droppedNowhere)
    }
    addEventListener(DROPPED, dropped)
    return () => removeEventListener(DROPPED, dropped)
  }, [say])
  const openMenu = (id: string, element: Element) => {
    anchor.current = element
    setMenu(id)
  }
  const ids = selected.size > 0 ? [...selected] : props.at && !props.at.startsWith('@') && !isRowOnly(props.at) ? [props.at] : []
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target instanceof HTMLElement && event.target.tagName === 'BUTTON') return
    if (moving) return onMoveKey(event, { all, here, go: goToPlace, put, stop })
    const row = all.find((each) => each.id === here)
    if (!row) return
    const does = keysOf({ all, row, props, ids, go, begin, openMenu, ref })
    const means = studioKey(event, deeds !== undefined && !shortcutsAreOff())
    const act = means ? does[means] : undefined
    if (act) {
      event.preventDefault()
      event.stopPropagation()
      return act()
    }
    if (event.key === ' ' && row.open !== undefined) {
      event.preventDefault()
      onFold(row.id, row.open)
    } else if (/^\S$/.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.stopPropagation()
      go(startingWith(all, event.key, all.indexOf(row)))
    }
  }
  return { ref, all, here, moving, over, setOver, menu, setMenu, anchor, onKeyDown, begin, put, stop, openMenu, go, onOpen, ids }
}

/** The indent is drawn in steps of 20 px, as far as a narrow screen can bear it. */
const INDENTS = ['pl-4', 'pl-9', 'pl-14', 'pl-19', 'pl-24', 'pl-29', 'pl-34', 'pl-39']
const indent = (depth: number): string => INDENTS[Math.min(depth, INDENTS.length) - 1] ?? 'pl-4'

function PlaceRow({ row, label, tab, over, onPut }: { row: Row; label: string; tab: boolean; over: boolean; onPut: () => void }) {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree handles the keys of all its rows
    <div
      role="treeitem"
      aria-level={row.depth}
      aria-selected={over}
      data-row={row.id}
      data-place={row.id}
      tabIndex={tab ? 0 : -1}
      onClick={onPut}
      className={`flex min-h-7 cursor-pointer items-center border-b border-line py-0.5 pr-4 -outline-offset-2 ${indent(row.depth)} ${over ? 'bg-accent text-surface' : 'bg-accent-soft text-accent'}`}
    >
      <span className="text-meta font-medium">→ {label}</span>
    </div>
  )
}

function RowView({ row, tree, props }: { row: Row; tree: Tree; props: OutlineProps }) {
  const { journey, deeds } = props
  const say = useStudioWords()
  const mark = useMark(row.id)
  const among = tree.all.filter((other) => other.parent === row.parent && other.depth === row.depth && !other.place)
  const line = lineOf(row, journey, say.entry)
  const onClick = (event: MouseEvent) => {
    if (row.step && deeds && (event.ctrlKey || event.metaKey || event.shiftKey)) {
      const next = new Set(props.selected.size > 0 || !props.at || isRowOnly(props.at) ? props.selected : [props.at])
      if (next.has(row.id)) next.delete(row.id)
      else next.add(row.id)
      return props.onSelect(row.id, next)
    }
    if (row.step || row.id === '@entry') props.onOpen(row.id)
    else props.onFold(row.id, row.open === true)
  }
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree handles the keys of all its rows
    <div
      role="treeitem"
      data-row={row.id}
      aria-level={row.depth}
      aria-setsize={among.length}
      aria-posinset={among.indexOf(row) + 1}
      aria-expanded={row.open}
      aria-selected={row.id === props.step || mark.selected}
      tabIndex={!tree.moving && row.id === tree.here ? 0 : -1}
      onFocus={(event) =>
        event.target === event.currentTarget && !tree.moving && row.id !== props.at && props.onSelect(row.id, props.selected)
      }
      onClick={onClick}
      onPointerDown={(event) => deeds && row.step && dragRow(event, row.id, tree)}
      className={`flex min-h-11 cursor-pointer items-center gap-2 border-b border-line py-1.5 pr-4 -outline-offset-2 last:border-0 hover:bg-sunken aria-selected:bg-accent-soft ${indent(row.depth)}`}
    >
      <span
        aria-hidden="true"
        className={`w-3 shrink-0 text-center text-meta text-ink-3 transition-transform ${row.open ? 'rotate-90' : ''}`}
      >
        {row.open === undefined ? '' : '›'}
      </span>
      {row.stage ? (
        <span className="flex min-w-0 flex-1 items-center gap-2 font-medium">
          <Layers size={16} aria-hidden="true" className="shrink-0 text-ink-2" />
          <span className="truncate">{say.stage(row.label, row.stage.steps)}</span>
          {!row.open && (
            <span className="flex items-center gap-2 text-meta">
              <Badges id={row.id} />
            </span>
          )}
        </span>
      ) : row.step || row.id === '@entry' ? (
        <>
          <StepIcon kind={row.step?.kind ?? 'entry'} />
          <span className="min-w-0 flex-1">
            <span className="block truncate font-medium">{row.label}</span>
            <span className="flex items-center gap-2 text-meta text-ink-3">
              <span className="min-w-0 truncate">{line}</span>
              <Badges id={row.id} />
            </span>
          </span>
        </>
      ) : (
        <span className="min-w-0 flex-1 text-dense font-medium wrap-anywhere text-ink-2">
          {row.label}
          {row.open === undefined && <span className="font-normal text-ink-3"> – {say.goesOn}</span>}
        </span>
      )}
      {row.step && <Numbers step={row.step.id} />}
      {deeds && <RowButtons row={row} tree={tree} deeds={deeds} title={row.step ? title(row.step, language()) : row.label} />}
    </div>
  )
}

function lineOf(row: Row, journey: Journey, entry: string): string {
  if (row.id === '@entry') return `${entry} · ${entryRules(journey, language())}`
  return row.step ? [kindWord(row.step.kind, language()), detail(row.step, language())].filter(Boolean).join(' · ') : ''
}

function Numbers({ step }: { step: string }) {
  const say = useStudioWords()
  return (
    <span className="flex shrink-0 text-dense num">
      <span className="w-16 text-right">
        <StepNumber step={step} of="in" />
        <span className="sr-only"> {say.inNow}, </span>
      </span>
      <span className="w-24 text-right text-ink-2 max-sm:hidden">
        <StepNumber step={step} of="arrived" />
        <span className="sr-only"> {say.arrived}, </span>
      </span>
      <span className="w-28 text-right text-ink-2 max-sm:hidden">
        <StepNumber step={step} of="passed" />
        <span className="sr-only"> {say.passed}</span>
      </span>
    </span>
  )
}

const SMALL =
  'inline-flex size-6 shrink-0 items-center justify-center rounded-input text-ink-3 hover:bg-sunken hover:text-ink pointer-coarse:size-9'

/** For a pointer; keys and the menu do the same. */
function RowButtons({ row, tree, deeds, title }: { row: Row; tree: Tree; deeds: Deeds; title: string }) {
  const say = useStudioWords()
  const at = row.lane ? { list: { step: row.lane.step, lane: row.lane.lane }, index: 0 } : undefined
  const add = (event: MouseEvent) => {
    event.stopPropagation()
    deeds.add(row.lane ? '' : row.id, at)
  }
  const label = row.lane
    ? say.addAt(say.places.inLane(row.label, row.lane.step))
    : row.id === '@entry'
      ? say.addAt(say.places.first)
      : say.addAt(say.places.below(title))
  return (
    <span className="flex w-14 shrink-0 justify-end gap-1 pointer-coarse:w-19" onPointerDown={(event) => event.stopPropagation()}>
      {(row.step || row.lane || row.id === '@entry') && row.step?.kind !== 'exit' && (
        <button type="button" tabIndex={-1} aria-label={label} title={label} onClick={add} className={SMALL}>
          <Plus size={15} aria-hidden="true" />
        </button>
      )}
      {row.step && (
        <button
          type="button"
          tabIndex={-1}
          aria-label={say.menuOf(title)}
          title={say.menuOf(title)}
          onClick={(event) => {
            event.stopPropagation()
            tree.openMenu(row.id, event.currentTarget)
          }}
          className={SMALL}
        >
          <Ellipsis size={15} aria-hidden="true" />
        </button>
      )}
    </span>
  )
}

/** A row was let go beside every place: the tree stops moving. */
const DROPPED = 'outline-dropped'

/** Dragging a row shows the places; it is put on the one over which it is let go. */
function dragRow(event: PointerEvent, id: string, tree: Tree): void {
  if (event.button !== 0 || event.pointerType === 'touch' || tree.moving) return
  const start = { x: event.clientX, y: event.clientY }
  let began = false
  const placeUnder = (moved: globalThis.PointerEvent) =>
    document.elementFromPoint(moved.clientX, moved.clientY)?.closest<HTMLElement>('[data-place]')
  const move = (moved: globalThis.PointerEvent) => {
    if (!began && Math.hypot(moved.clientX - start.x, moved.clientY - start.y) < 8) return
    if (!began) tree.begin(tree.ids.includes(id) ? tree.ids : [id])
    began = true
    tree.setOver(placeUnder(moved)?.dataset['place'] ?? '')
  }
  const end = (moved: globalThis.PointerEvent) => {
    removeEventListener('pointermove', move)
    removeEventListener('pointerup', end)
    if (!began) return
    const found = placeUnder(moved)
    // The row of the place knows how to put it there; without one everything stays.
    if (found) found.click()
    else dispatchEvent(new Event(DROPPED))
  }
  addEventListener('pointermove', move)
  addEventListener('pointerup', end)
}

function RowMenu({ id, tree, props, deeds }: { id: string; tree: Tree; props: OutlineProps; deeds: Deeds }) {
  const step = places(props.journey.steps).find((place) => place.step.id === id)?.step
  if (!step) return null
  return (
    <StepMenu
      title={nameIn(props.journey, id)}
      anchor={tree.anchor}
      folds={lanes(step).length === 0 ? undefined : props.folded.has(id) ? 'unfold' : 'fold'}
      onClose={() => tree.setMenu('')}
      onPick={(item) =>
        pick(item, id, {
          deeds,
          open: () => props.onOpen(id),
          fold: () => props.onFold(id, !props.folded.has(id)),
          move: () => tree.begin([id]),
        })
      }
    />
  )
}
