import type { Language } from '#lib/language.ts'
import { type Lane, lanes, places } from './lanes.ts'
import { type Stage, walked } from './stages.ts'
import type { Step } from './steps.ts'

export interface Box {
  /** Step id; `@entry` for the trigger, `@end` for the end of the program. */
  readonly id: string
  readonly kind: 'entry' | 'step' | 'end'
  readonly step?: Step
  /** Steps that are folded away inside it; 0: it stands open. */
  readonly folded: number
  /** It stands for a folded stage of this name. */
  readonly stage?: string
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}
export interface Line {
  readonly id: string
  readonly from: string
  readonly to: string
  /** Label of the lane that it opens; '' otherwise. */
  readonly label: string
  /** Where the label stands. */
  readonly labelAt: Point
  /** It leads up again, to the repeat that begins its next round. */
  readonly back?: true
  /** Corners, top to bottom; every piece is horizontal or vertical. */
  readonly points: readonly Point[]
}
export interface Point {
  readonly x: number
  readonly y: number
}
/** A place between steps, where another one can be put: in which list of which step, and before the how manieth. */
export interface Spot {
  /** `<parent>/<lane>/<index>`. */
  readonly id: string
  /** Step whose lane it is in; '' at the top. */
  readonly parent: string
  /** Id of that lane; '' at the top. */
  readonly lane: string
  readonly index: number
  /** Its middle. */
  readonly x: number
  readonly y: number
}
/** What is drawn around the steps of an open stage. */
export interface Frame {
  /** Its first step. */
  readonly id: string
  readonly name: string
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}
export interface Picture {
  readonly stages: readonly Frame[]
  readonly boxes: readonly Box[]
  readonly lines: readonly Line[]
  readonly spots: readonly Spot[]
  readonly width: number
  readonly height: number
}

export const BOX_WIDTH = 240
export const BOX_HEIGHT = 68
const END_HEIGHT = 32
const LANE_GAP = 40
/** Room between a step and the next, with a place to put another in its middle; a lane's label needs more. */
const ROW_GAP = 56
const FORK_GAP = 92
/** Below lanes: where they meet again, and the place below that. */
const JOIN_GAP = 36
const MEET = 8
const EMPTY_LANE_WIDTH = 160
/** Room of the frame of a stage around its steps; its name stands above the first. */
const STAGE_TOP = 26
const STAGE_BOTTOM = 10
const STAGE_SIDE = 14
/** Room on each side of what is repeated, for the line that leads back. */
const BACK_GAP = 24

/** A loose end that waits for the next box below: where it comes from and through which corners. */
interface End {
  readonly from: string
  readonly label: string
  readonly labelAt?: Point
  readonly points: readonly Point[]
}
interface Drawing {
  readonly stages: Frame[]
  readonly boxes: Box[]
  readonly lines: Line[]
  readonly spots: Spot[]
}
/** A list of steps, by the step and the lane that hold it. */
interface List {
  readonly parent: string
  readonly lane: string
}

/** The steps whose lanes are not drawn. */
export type Folded = ReadonlySet<string>
const NONE: Folded = new Set()

/**
 * Places a structured program: lanes side by side in written order, each sequence centred over its lanes,
 * everything that comes after a branching step below all of its lanes. One pass for widths, one to place.
 */
export function layout(steps: readonly Step[], folded: Folded = NONE, language: Language = 'en'): Picture {
  const widths = new Map<Step, number>()
  const width = sequenceWidth(steps, { widths, folded, language })
  const drawing: Drawing = { stages: [], boxes: [], lines: [], spots: [] }
  const middle = width / 2
  drawing.boxes.push({ id: '@entry', kind: 'entry', folded: 0, x: middle - BOX_WIDTH / 2, y: 0, width: BOX_WIDTH, height: BOX_HEIGHT })
  const start: End = { from: '@entry', label: '', points: [{ x: middle, y: BOX_HEIGHT }] }
  const top = { middle, y: BOX_HEIGHT + ROW_GAP, spotY: BOX_HEIGHT + ROW_GAP / 2, ends: [start] }
  const placed = placeSequence(steps, top, { drawing, widths, folded, language, list: { parent: '', lane: '' } })
  if (placed.ends.length > 0) {
    join(placed.ends, { id: '@end', x: middle, y: placed.y, spotY: placed.spotY }, drawing)
    const x = middle - BOX_WIDTH / 2
    drawing.boxes.push({ id: '@end', kind: 'end', folded: 0, x, y: placed.y, width: BOX_WIDTH, height: END_HEIGHT })
  }
  return { ...drawing, width, height: Math.max(...drawing.boxes.map((box) => box.y + box.height)) }
}

/** The same with the entry's middle at 0, so that what grows on one side leaves everything else where it is. */
export function centred(picture: Picture): Picture {
  const by = picture.width / 2
  const to = <T extends Point>(point: T): T => ({ ...point, x: point.x - by })
  return {
    ...picture,
    stages: picture.stages.map(to),
    boxes: picture.boxes.map(to),
    spots: picture.spots.map(to),
    lines: picture.lines.map((line) => ({ ...line, labelAt: to(line.labelAt), points: line.points.map(to) })),
  }
}

/** The ways on that are drawn. */
const drawn = (step: Step, { folded, language }: Widths): readonly Lane[] => (folded.has(step.id) ? [] : lanes(step, language))

interface Widths {
  readonly widths: Map<Step, number>
  readonly folded: Folded
  readonly language: Language
}

function sequenceWidth(steps: readonly Step[], known: Widths): number {
  let widest = BOX_WIDTH
  for (const { step, shut } of walked(steps, known.folded)) {
    const ways = shut ? [] : drawn(step, known)
    const lines = ways.reduce((sum, lane) => sum + laneWidth(lane, known), Math.max(0, ways.length - 1) * LANE_GAP)
    const width = step.kind === 'repeat' && ways.length > 0 ? Math.max(lines, BOX_WIDTH) + 2 * BACK_GAP : lines
    known.widths.set(step, width)
    widest = Math.max(widest, width)
  }
  return widest
}

const laneWidth = (lane: Lane, known: Widths): number => (lane.steps.length === 0 ? EMPTY_LANE_WIDTH : sequenceWidth(lane.steps, known))

interface Cursor {
  readonly middle: number
  readonly y: number
  /** Middle of the place before what comes next. */
  readonly spotY: number
  readonly ends: readonly End[]
}
interface Room extends Widths {
  readonly drawing: Drawing
  readonly list: List
}

function placeSequence(steps: readonly Step[], from: Cursor, room: Room): Cursor {
  let cursor = from
  let begun: { stage: Stage; top: number } | undefined
  for (const { step, index, begins, shut, ends: last } of walked(steps, room.folded)) {
    const { middle, y } = cursor
    if (begins) begun = { stage: begins, top: y - STAGE_TOP }
    place(index, cursor, room)
    join(cursor.ends, { id: step.id, x: middle, y, spotY: cursor.spotY }, room.drawing)
    const folded = shut ? places(shut.steps).length : room.folded.has(step.id) ? inside(step) : 0
    const x = middle - BOX_WIDTH / 2
    const named = shut && { stage: shut.name }
    room.drawing.boxes.push({ id: step.id, kind: 'step', step, folded, ...named, x, y, width: BOX_WIDTH, height: BOX_HEIGHT })
    const ways = shut ? [] : drawn(step, room)
    if (ways.length > 0) cursor = placeLanes(step, ways, { middle, y: y + BOX_HEIGHT, room })
    else {
      const bottom = y + BOX_HEIGHT
      const ends = (shut?.steps ?? [step]).every(goesOn) ? [{ from: step.id, label: '', points: [{ x: middle, y: bottom }] }] : []
      cursor = { middle, y: bottom + ROW_GAP, spotY: bottom + ROW_GAP / 2, ends }
    }
    if (last && begun) {
      frame(begun, { middle, bottom: cursor.y - (ways.length > 0 ? JOIN_GAP : ROW_GAP) }, room)
      begun = undefined
    }
  }
  place(steps.length, cursor, room)
  return cursor
}

/** Around the steps of a stage, as wide as the widest of them. */
function frame(
  { stage, top }: { readonly stage: Stage; readonly top: number },
  { middle, bottom }: { readonly middle: number; readonly bottom: number },
  { widths, drawing }: Room,
): void {
  const widest = stage.steps.reduce((most, step) => Math.max(most, widths.get(step) ?? 0), BOX_WIDTH)
  const width = widest + 2 * STAGE_SIDE
  drawing.stages.push({
    id: stage.first,
    name: stage.name,
    x: middle - width / 2,
    y: top,
    width,
    height: bottom + STAGE_BOTTOM - top,
  })
}

/** Nothing can be put where nobody comes by. */
function place(index: number, { ends, middle, spotY }: Cursor, { drawing, list }: Room): void {
  if (ends.length > 0) drawing.spots.push({ id: `${list.parent}/${list.lane}/${index}`, ...list, index, x: middle, y: spotY })
}

const inside = (step: Step): number => lanes(step).reduce((sum, lane) => sum + places(lane.steps).length, 0)

/** Whether somebody who comes to the step can go on below it. */
function goesOn(step: Step): boolean {
  if (step.kind === 'exit') return false
  const ways = lanes(step)
  return ways.length === 0 || ways.some((lane) => lane.steps.length === 0 || goesOn(lane.steps[lane.steps.length - 1]!))
}

function placeLanes(step: Step, ways: readonly Lane[], at: { middle: number; y: number; room: Room }): Cursor {
  const { room } = at
  const forkY = at.y + FORK_GAP / 5
  const laneY = at.y + FORK_GAP
  const outer = at.middle - (room.widths.get(step) ?? 0) / 2
  let left = step.kind === 'repeat' ? at.middle - laneWidthPlaced(ways[0]!, room.widths) / 2 : outer
  let bottom = laneY
  const ends: End[] = []
  for (const lane of ways) {
    const width = laneWidthPlaced(lane, room.widths)
    const x = left + width / 2
    const fork = [
      { x: at.middle, y: at.y },
      { x: at.middle, y: forkY },
      { x, y: forkY },
    ]
    const points = x === at.middle ? [{ x, y: at.y }] : fork
    const opening: End = { from: step.id, label: lane.label, labelAt: { x, y: at.y + FORK_GAP * 0.43 }, points }
    const begin = { middle: x, y: laneY, spotY: laneY - 20, ends: [opening] }
    const list = { parent: step.id, lane: lane.id }
    // A way that only leads on has no list to put a step in: below the step is the same place.
    const below = lane.through ? { ...begin, y: laneY } : placeSequence(lane.steps, begin, { ...room, list })
    ends.push(...below.ends)
    bottom = Math.max(bottom, lane.steps.length > 0 ? below.y : laneY)
    left += width + LANE_GAP
  }
  const meets = bottom - MEET
  if (step.kind === 'repeat' && ends.length > 0) leadBack(step, { middle: at.middle, y: at.y, left: outer, meets }, room.drawing)
  const gathered = ends.map((end) => led(end, { x: at.middle, y: meets }))
  return { middle: at.middle, y: bottom + JOIN_GAP, spotY: bottom + JOIN_GAP / 2 - 4, ends: gathered }
}

/** A loose end led sideways to a point below it. */
function led(end: End, { x, y }: Point): End {
  const last = end.points[end.points.length - 1]!
  return last.x === x
    ? end
    : {
        ...end,
        points: [...end.points, { x: last.x, y }, { x, y }],
      }
}

/** From where the ends of a round meet, along its left side, up to the step that begins the next. */
function leadBack(
  step: Step,
  { left, middle, y, meets }: { left: number; middle: number; y: number; meets: number },
  drawing: Drawing,
): void {
  const [side, beside] = [left + BACK_GAP / 2, y - BOX_HEIGHT / 2]
  drawing.lines.push({
    id: `${step.id}<${step.id}`,
    from: step.id,
    to: step.id,
    label: '',
    back: true,
    labelAt: { x: side, y: (meets + beside) / 2 },
    points: [
      { x: middle, y: meets },
      { x: side, y: meets },
      { x: side, y: beside },
      { x: middle - BOX_WIDTH / 2 - 2, y: beside },
    ],
  })
}

/** Widths of inner sequences are known by now: the widest step, or one box. */
function laneWidthPlaced(lane: Lane, widths: Map<Step, number>): number {
  if (lane.steps.length === 0) return EMPTY_LANE_WIDTH
  return lane.steps.reduce((widest, step) => Math.max(widest, widths.get(step) ?? 0), BOX_WIDTH)
}

/** The corners from a loose end down to the box that takes it up. */
function down(points: readonly Point[], to: Point): readonly Point[] {
  const last = points[points.length - 1]!
  if (last.x === to.x) return [...points, to]
  const turn = to.y - ROW_GAP / 3
  return [...points, { x: last.x, y: turn }, { x: to.x, y: turn }, to]
}

function join(ends: readonly End[], to: { id: string; x: number; y: number; spotY: number }, drawing: Drawing): void {
  for (const end of ends) {
    drawing.lines.push({
      id: `${end.from}>${to.id}>${end.label}`,
      from: end.from,
      to: to.id,
      label: end.label,
      labelAt: end.labelAt ?? { x: to.x, y: to.spotY },
      points: down(end.points, { x: to.x, y: to.y }),
    })
  }
}
