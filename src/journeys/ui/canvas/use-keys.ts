import { useReactFlow, useStoreApi } from '@xyflow/react'
import { type KeyboardEvent, type RefObject, useCallback, useEffect, useMemo, useState } from 'react'
import { shortcutsAreOff } from '#kit/shortcuts.ts'
import { notify } from '#kit/toast.tsx'
import { language } from '#kit/words.ts'
import { entryTitle } from '../../entries/words.ts'
import { places, title } from '../../lanes.ts'
import { BOX_HEIGHT, BOX_WIDTH, type Picture, type Spot } from '../../layout.ts'
import { foldedAt } from '../../stages.ts'
import type { CanvasProps } from '../canvas.tsx'
import { useCount } from '../counts.tsx'
import { placeWords } from '../place-words.ts'
import { neighbours, spoken } from '../roving.ts'
import { type StudioKey, studioKey } from '../studio-keys.ts'
import { useStudioWords } from '../studio-words.ts'
import type { Dragging } from './drag.ts'
import { placeOf } from './spot.tsx'
import { put, reasons } from './use-drag.ts'

interface KeysProps extends CanvasProps {
  readonly picture: Picture
  readonly dragging: Dragging
  readonly around: RefObject<HTMLDivElement | null>
  readonly openMenu: (id: string, anchor: Element) => void
}

interface Moving {
  readonly ids: readonly string[]
  /** Places where they may be put, in written order. */
  readonly spots: readonly Spot[]
  readonly at: number
}

/** The canvas by keyboard: one tab stop, arrows walk the program, everything that a pointer can do has a key. */
export function useKeys(props: KeysProps) {
  const { journey, picture, at, selected, deeds } = props
  const say = useStudioWords()
  const show = useShow(picture)
  const mover = useMover(props, show)
  const { goTo = '' } = props
  useEffect(() => {
    if (goTo) show(goTo)
  }, [goTo, show])
  const ids = selected.size > 0 ? [...selected] : at && !at.startsWith('@') ? [at] : []
  const go = (id: string, select: ReadonlySet<string> = new Set()) => {
    props.onSelect(id, select)
    show(id)
  }
  const does = useDoes(props, { ids, go, mover })
  const onKeyDown = (event: KeyboardEvent) => {
    const onButton = event.target instanceof HTMLElement && event.target.tagName === 'BUTTON'
    if (onButton && (event.key === 'Enter' || event.key === ' ')) return
    if (mover.moving) return mover.onKey(event)
    const means = studioKey({ ...pressedOf(event) }, !shortcutsAreOff())
    if (!means) return
    // What is not for this canvas goes on to the page: letters that nothing can be done with, copying of marked text.
    if (!deeds && EDITS.has(means)) return
    event.preventDefault()
    event.stopPropagation()
    does[means]()
  }
  const counts = useCount(at)
  const mark = props.marks[at]
  const found = picture.boxes.find((box) => box.id === at)
  const told = { people: counts?.in ?? 0, problems: (mark?.errors ?? 0) + (mark?.warnings ?? 0), selected: selected.size }
  const standing = at
    ? spoken(
        say,
        { steps: journey.steps, id: at, name: found?.step ? title(found.step, language()) : entryTitle(journey, language()) },
        told,
      )
    : ''
  return { onKeyDown, announcement: mover.announcement || standing, moving: mover.moving !== undefined, beginMove: mover.begin }
}

interface Walk {
  /** What a deed is about: the selected steps, else the one that has the focus. */
  readonly ids: readonly string[]
  readonly go: (id: string, select?: ReadonlySet<string>) => void
  readonly mover: { readonly begin: (ids: readonly string[]) => void }
}

/** What each key does here. */
function useDoes(props: KeysProps, { ids, go, mover }: Walk): Readonly<Record<StudioKey, () => void>> {
  const { journey, picture, at, selected, folded, deeds } = props
  const around = useMemo(() => neighbours(journey.steps, folded), [journey.steps, folded])
  const zoom = useZoom(picture, selected, at)
  const extend = (id: string) =>
    go(id, new Set([...selected, ...(at && !at.startsWith('@') ? [at] : []), ...(id.startsWith('@') ? [] : [id])]))
  const here = around.get(at || '@entry')
  const edit = (run: (now: NonNullable<typeof deeds>) => void) => deeds && run(deeds)
  const onOne = (run: (now: NonNullable<typeof deeds>, id: string) => void) => edit((now) => ids[0] !== undefined && run(now, ids[0]))
  return {
    down: () => go(at ? (here?.down ?? '@entry') : '@entry'),
    up: () => go(here?.up ?? '@entry'),
    left: () => go(here?.left ?? '@entry'),
    right: () => go(here?.right ?? '@entry'),
    first: () => go('@entry'),
    last: () => go('@end'),
    extendDown: () => extend(here?.down ?? '@entry'),
    extendUp: () => extend(here?.up ?? '@entry'),
    all: () => props.onSelect(at, new Set(places(journey.steps).map(({ step }) => step.id))),
    open: () => at && at !== '@end' && props.onOpen(at),
    back: () => (selected.size > 0 ? props.onSelect(at, new Set()) : props.onKey('back')),
    menu: () => {
      const box = props.around.current?.querySelector(`[data-step="${CSS.escape(at)}"]`)
      if (box && !at.startsWith('@')) props.openMenu(at, box)
    },
    add: () => edit((now) => now.add(at)),
    move: () => mover.begin(ids),
    delete: () => edit((now) => ids.length > 0 && now.remove(ids)),
    rename: () => onOne((now, id) => now.rename(id)),
    duplicate: () => edit((now) => ids.length > 0 && now.duplicate(ids)),
    copy: () => edit((now) => ids.length > 0 && now.copy(ids)),
    cut: () => edit((now) => ids.length > 0 && now.cut(ids)),
    paste: () => edit((now) => now.paste(at)),
    undo: () => edit((now) => now.undo()),
    redo: () => edit((now) => now.redo()),
    wrap: () => edit((now) => ids.length > 0 && now.wrap(ids)),
    stage: () => edit((now) => ids.length > 0 && now.stage(ids)),
    note: () => onOne((now, id) => now.note(id)),
    comment: () => onOne((now, id) => now.comment(id)),
    fold: () => {
      const id = foldedAt(journey.steps, at, folded)
      if (id !== undefined) props.onFold(id)
    },
    test: () => props.onKey('test'),
    problems: () => props.onKey('problems'),
    find: () => props.onKey('find'),
    outline: () => props.onKey('outline'),
    ...zoom,
  }
}

const EDITS: ReadonlySet<StudioKey> = new Set([
  'add',
  'move',
  'delete',
  'rename',
  'duplicate',
  'copy',
  'cut',
  'paste',
  'undo',
  'redo',
  'wrap',
  'stage',
  'note',
  'comment',
  'menu',
])

const pressedOf = ({ key, code, ctrlKey, metaKey, shiftKey, altKey }: KeyboardEvent) => ({ key, code, ctrlKey, metaKey, shiftKey, altKey })

/** Brings a box into the window when it is not. */
function useShow(picture: Picture): (id: string) => void {
  const flow = useReactFlow()
  const store = useStoreApi()
  return useCallback(
    (id: string) => {
      const box = picture.boxes.find((each) => each.id === id) ?? spotBox(picture, id)
      if (!box) return
      const { width, height, transform } = store.getState()
      const [x, y, zoom] = transform
      const left = box.x * zoom + x
      const top = box.y * zoom + y
      const inside = left > 16 && top > 16 && left + box.width * zoom < width - 16 && top + box.height * zoom < height - 16
      if (!inside) void flow.setCenter(box.x + box.width / 2, box.y + box.height / 2, { zoom })
    },
    [flow, picture, store],
  )
}

function spotBox(picture: Picture, id: string) {
  const spot = picture.spots.find((each) => each.id === id)
  return spot && { x: spot.x - BOX_WIDTH / 4, y: spot.y - BOX_HEIGHT / 2, width: BOX_WIDTH / 2, height: BOX_HEIGHT }
}

function useZoom(picture: Picture, selected: ReadonlySet<string>, at: string) {
  const flow = useReactFlow()
  return {
    zoomIn: () => void flow.zoomIn(),
    zoomOut: () => void flow.zoomOut(),
    fit: () => void flow.fitView({ padding: 0.1 }),
    toSelection: () => {
      const boxes = picture.boxes.filter(({ id }) => (selected.size > 0 ? selected.has(id) : id === at))
      if (boxes.length === 0) return
      const [left, top] = [Math.min(...boxes.map(({ x }) => x)), Math.min(...boxes.map(({ y }) => y))]
      const [right, bottom] = [Math.max(...boxes.map((box) => box.x + box.width)), Math.max(...boxes.map((box) => box.y + box.height))]
      void flow.fitBounds({ x: left, y: top, width: right - left, height: bottom - top }, { padding: 0.4 })
    },
  }
}

/** Moving by keyboard: the arrow keys walk the places where it may be put. */
function useMover({ journey, picture, deeds, dragging, at }: KeysProps, show: (id: string) => void) {
  const say = useStudioWords()
  const [moving, setMoving] = useState<Moving>()
  const stand = (next: Moving) => {
    const spot = next.spots[next.at]!
    dragging.hover(spot.id)
    show(spot.id)
    setMoving(next)
  }
  const stop = () => {
    dragging.end()
    setMoving(undefined)
  }
  const begin = (ids: readonly string[]) => {
    if (!deeds || ids.length === 0) return
    const what = { kind: 'move', ids } as const
    const why = reasons(deeds, what, picture.spots)
    const spots = picture.spots.filter(({ id }) => !why.has(id))
    if (spots.length === 0) return notify(say.moveNowhere)
    dragging.begin(what, why, false)
    const box = picture.boxes.find(({ id }) => id === at)
    const next = spots.findIndex(({ y }) => y > (box?.y ?? 0))
    stand({ ids, spots, at: next < 0 ? spots.length - 1 : next })
  }
  const beside = (now: Moving, sign: 1 | -1): number => {
    const from = now.spots[now.at]!
    const others = now.spots
      .map((spot, i) => ({ i, dx: (spot.x - from.x) * sign, dy: Math.abs(spot.y - from.y) }))
      .filter(({ dx }) => dx > 1)
    return others.sort((a, b) => a.dx + 2 * a.dy - (b.dx + 2 * b.dy))[0]?.i ?? now.at
  }
  const onKey = (event: KeyboardEvent) => {
    if (!moving || !deeds) return
    const last = moving.spots.length - 1
    const to: Record<string, () => void> = {
      ArrowDown: () => stand({ ...moving, at: Math.min(last, moving.at + 1) }),
      ArrowUp: () => stand({ ...moving, at: Math.max(0, moving.at - 1) }),
      ArrowRight: () => stand({ ...moving, at: beside(moving, 1) }),
      ArrowLeft: () => stand({ ...moving, at: beside(moving, -1) }),
      Home: () => stand({ ...moving, at: 0 }),
      End: () => stand({ ...moving, at: last }),
      Escape: stop,
      Enter: () => {
        stop()
        put(deeds, { kind: 'move', ids: moving.ids }, moving.spots[moving.at]!)
      },
    }
    const act = to[event.key]
    if (!act) return
    event.preventDefault()
    event.stopPropagation()
    act()
  }
  const name = moving
    ? moving.ids
        .map((id) => places(journey.steps).find((place) => place.step.id === id)?.step)
        .map((step) => (step ? title(step, language()) : ''))
        .join(', ')
    : ''
  const announcement = moving
    ? say.moving(name, placeWords(say, journey, placeOf(moving.spots[moving.at]!)), { n: moving.at + 1, all: moving.spots.length })
    : ''
  return { moving, begin, onKey, announcement }
}
