import { useReactFlow, useStoreApi } from '@xyflow/react'
import { type PointerEvent as Pressed, type RefObject, useCallback, useRef } from 'react'
import { notify } from '#kit/toast.tsx'
import type { Picture, Spot } from '../../layout.ts'
import type { Deeds, Dragged } from '../deeds.ts'
import type { Say } from '../studio-words.ts'
import type { Dragging } from './drag.ts'
import { placeOf } from './spot.tsx'

const FROM = 6
/** How near to a place, in pixels of the screen, something must be let go. */
const NEAR = 56
const EDGE = 48
const PAN = 14

/** For every place whether something may be put there. */
export function reasons(deeds: Deeds, what: Dragged, spots: readonly Spot[]): Map<string, string> {
  const why = new Map<string, string>()
  for (const spot of spots) {
    const no = deeds.whyNot(what, placeOf(spot))
    if (no !== undefined) why.set(spot.id, no)
  }
  return why
}

export function put(deeds: Deeds, what: Dragged, spot: Spot): void {
  if (what.kind === 'new') deeds.insert(what.step, placeOf(spot))
  else deeds.move(what.ids, placeOf(spot))
}

interface Around {
  readonly frame: RefObject<HTMLDivElement | null>
  readonly ghost: RefObject<HTMLDivElement | null>
  readonly dragging: Dragging
  readonly now: RefObject<{
    readonly picture: Picture
    readonly deeds: Deeds | undefined
    readonly selected: ReadonlySet<string>
    readonly say: Say
  }>
}

/** One drag, from the press of the pointer to its end. */
class Drag {
  readonly #what: Dragged
  readonly #deeds: Deeds
  readonly #tools: Tools
  readonly #label: string
  readonly #start: Point
  #at: Point
  #frame = 0
  /** It comes from the palette: the edge that it passes on its way in moves nothing. */
  #inside = false
  began = false

  constructor(tools: Tools, { what, deeds, label, start }: { what: Dragged; deeds: Deeds; label: string; start: Point }) {
    this.#tools = tools
    this.#what = what
    this.#deeds = deeds
    this.#label = label
    this.#start = start
    this.#at = start
    addEventListener('pointermove', this.#move)
    addEventListener('pointerup', this.#up)
    addEventListener('pointercancel', this.#cancel)
    addEventListener('keydown', this.#escape, true)
  }

  #move = (event: PointerEvent): void => {
    this.#at = { x: event.clientX, y: event.clientY }
    if (!this.began && Math.hypot(this.#at.x - this.#start.x, this.#at.y - this.#start.y) < FROM) return
    const { dragging, ghost, now } = this.#tools
    if (!this.began) {
      this.began = true
      dragging.begin(this.#what, reasons(this.#deeds, this.#what, now.current.picture.spots))
      if (ghost.current) ghost.current.textContent = this.#label
      this.#frame = requestAnimationFrame(this.#pan)
    }
    event.preventDefault()
    if (ghost.current) ghost.current.style.transform = `translate(${this.#at.x + 12}px, ${this.#at.y + 12}px)`
    dragging.hover(this.#tools.nearest(this.#at))
  }

  /** At the edge the canvas comes along. */
  #pan = (): void => {
    const box = this.#tools.frame.current?.getBoundingClientRect()
    if (!box) return
    const { x, y } = this.#at
    this.#inside ||= x > box.left + EDGE && x < box.right - EDGE && y > box.top + EDGE && y < box.bottom - EDGE
    const dx = x < box.left + EDGE && x > box.left ? PAN : x > box.right - EDGE ? -PAN : 0
    const dy = y < box.top + EDGE ? PAN : y > box.bottom - EDGE ? -PAN : 0
    if (this.#inside && (dx || dy)) this.#tools.panBy(dx, dy)
    this.#frame = requestAnimationFrame(this.#pan)
  }

  #up = (): void => this.#end(true)
  #cancel = (): void => this.#end(false)
  #escape = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return
    event.stopPropagation()
    this.#end(false)
  }

  #end(drop: boolean): void {
    removeEventListener('pointermove', this.#move)
    removeEventListener('pointerup', this.#up)
    removeEventListener('pointercancel', this.#cancel)
    removeEventListener('keydown', this.#escape, true)
    cancelAnimationFrame(this.#frame)
    if (!this.began) return
    const { dragging, now, onEnd } = this.#tools
    onEnd()
    const { say, picture } = now.current
    const spot = picture.spots.find(({ id }) => id === dragging.over)
    const why = spot ? dragging.why(spot.id) : ''
    dragging.end()
    if (!drop) return
    if (!spot) notify(say.droppedNowhere)
    else if (why) notify(say.notHere(why))
    else put(this.#deeds, this.#what, spot)
  }
}

interface Point {
  readonly x: number
  readonly y: number
}
interface Tools extends Around {
  readonly nearest: (at: Point) => string
  readonly panBy: (dx: number, dy: number) => void
  readonly onEnd: () => void
}

/** Dragging with a pointer, from the palette and on the canvas. Nothing stands where it is dropped but at a place, so only those count. */
export function useDrag({ frame, ghost, dragging, now }: Around) {
  const flow = useReactFlow()
  const store = useStoreApi()
  const dragged = useRef(false)
  const nearest = useCallback(
    (pointer: Point): string => {
      const at = flow.screenToFlowPosition(pointer)
      let [best, found] = [NEAR / flow.getZoom(), '']
      for (const spot of now.current.picture.spots) {
        const distance = Math.hypot(spot.x - at.x, spot.y - at.y)
        if (distance < best) [best, found] = [distance, spot.id]
      }
      return found
    },
    [flow, now],
  )
  const press = useCallback(
    (event: Pressed, pressed: Dragged, label: string) => {
      if (event.button !== 0 || event.pointerType === 'touch') return
      const { deeds, selected, say } = now.current
      if (!deeds) return
      const many = pressed.kind === 'move' && selected.size > 1 && selected.has(pressed.ids[0] ?? '')
      const panBy = (dx: number, dy: number) => {
        const [x, y, zoom] = store.getState().transform
        void flow.setViewport({ x: x + dx, y: y + dy, zoom })
      }
      const onEnd = () => {
        dragged.current = true
        setTimeout(() => {
          dragged.current = false
        })
      }
      const tools = { frame, ghost, dragging, now, nearest, panBy, onEnd }
      const what = many ? ({ kind: 'move', ids: [...selected] } as const) : pressed
      new Drag(tools, { what, deeds, label: many ? say.selected(selected.size) : label, start: { x: event.clientX, y: event.clientY } })
    },
    [flow, store, dragging, frame, ghost, now, nearest],
  )
  /** A click that ends a drag opens nothing. */
  const justDragged = useCallback(() => dragged.current, [])
  return { press, justDragged }
}
