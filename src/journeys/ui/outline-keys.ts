import type { KeyboardEvent, RefObject } from 'react'
import type { Place } from '../edit/places.ts'
import { places } from '../lanes.ts'
import { foldedAt } from '../stages.ts'
import type { OutlineProps } from './outline.tsx'
import type { Row } from './outline-rows.ts'
import type { StudioKey } from './studio-keys.ts'

/** Keys while something is moved: they walk the places. */
export function onMoveKey(
  event: KeyboardEvent,
  {
    all,
    here,
    go,
    put,
    stop,
  }: { all: readonly Row[]; here: string; go: (id: string) => void; put: (place: Place) => void; stop: () => void },
): void {
  const spots = all.filter((row) => row.place)
  const at = spots.findIndex((row) => row.id === here)
  const does: Record<string, () => void> = {
    ArrowDown: () => go((spots[at + 1] ?? spots.at(-1))?.id ?? ''),
    ArrowUp: () => go((spots[at - 1] ?? spots[0])?.id ?? ''),
    Home: () => go(spots[0]?.id ?? ''),
    End: () => go(spots.at(-1)?.id ?? ''),
    Enter: () => spots[at]?.place && put(spots[at].place),
    Escape: stop,
  }
  const act = does[event.key]
  if (!act) return
  event.preventDefault()
  event.stopPropagation()
  act()
}

interface KeyAround {
  readonly all: readonly Row[]
  readonly row: Row
  readonly props: OutlineProps
  readonly ids: readonly string[]
  readonly go: (id: string | undefined, select?: ReadonlySet<string>) => void
  readonly begin: (ids: readonly string[]) => void
  readonly openMenu: (id: string, anchor: Element) => void
  readonly ref: RefObject<HTMLDivElement | null>
}

/** What the keys do in the tree; what is left out is for the page, or for the search by first letter. */
export function keysOf({ all, row, props, ids, go, begin, openMenu, ref }: KeyAround): Partial<Record<StudioKey, () => void>> {
  const { deeds, folded, onFold, onOpen, onSelect, selected, journey, onKey } = props
  const at = all.indexOf(row)
  const near = row.lane?.step ?? row.id
  const walk: Partial<Record<StudioKey, () => void>> = {
    down: () => go(all[at + 1]?.id),
    up: () => go(all[at - 1]?.id),
    first: () => go(all[0]?.id),
    last: () => go(all.at(-1)?.id),
    right: () => (row.open === false ? onFold(row.id, false) : row.open && go(all[at + 1]?.id)),
    left: () => (row.open ? onFold(row.id, true) : go(row.parent || undefined)),
    open: () => (row.step || row.id === '@entry' ? onOpen(row.id) : onFold(row.id, row.open === true)),
    find: () => onKey('find'),
    problems: () => onKey('problems'),
  }
  if (!deeds) return walk
  const extend = (to: Row | undefined) => to && go(to.id, new Set([...selected, ...ids, ...(to.step ? [to.id] : [])]))
  const some = (run: (ids: readonly string[]) => void) => () => ids.length > 0 && run(ids)
  const one = (run: (id: string) => void) => () => ids[0] !== undefined && run(ids[0])
  return {
    ...walk,
    back: () => (selected.size > 0 ? onSelect(row.id, new Set()) : onKey('back')),
    extendDown: () => extend(all[at + 1]),
    extendUp: () => extend(all[at - 1]),
    all: () => onSelect(row.id, new Set(places(journey.steps).map(({ step }) => step.id))),
    menu: () => {
      const element = ref.current?.querySelector(`[data-row="${CSS.escape(row.id)}"]`)
      if (row.step && element) openMenu(row.id, element)
    },
    add: () => (row.lane ? deeds.add('', { list: { step: row.lane.step, lane: row.lane.lane }, index: 0 }) : deeds.add(near)),
    move: () => begin(ids),
    delete: some(deeds.remove),
    rename: one(deeds.rename),
    duplicate: some(deeds.duplicate),
    copy: some(deeds.copy),
    cut: some(deeds.cut),
    paste: () => deeds.paste(near),
    undo: deeds.undo,
    redo: deeds.redo,
    wrap: some(deeds.wrap),
    stage: some(deeds.stage),
    note: one(deeds.note),
    comment: one(deeds.comment),
    fold: () => {
      const id = row.step ? foldedAt(journey.steps, row.id, folded) : row.open === undefined ? undefined : row.id
      if (id !== undefined) onFold(id, !folded.has(id))
    },
    test: () => onKey('test'),
    outline: () => onKey('outline'),
  }
}

/** The next row whose label begins with a letter. */
export function startingWith(rows: readonly Row[], letter: string, after: number): string | undefined {
  const wanted = letter.toLowerCase()
  return [...rows.slice(after + 1), ...rows.slice(0, after)].find((row) => row.label.toLowerCase().startsWith(wanted))?.id
}
