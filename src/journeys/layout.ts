import { type Lane, lanes } from './lanes.ts'
import type { Step } from './steps.ts'

export interface Box {
  /** Step id; `@entry` for the trigger, `@end` for the end of the program. */
  readonly id: string
  readonly kind: 'entry' | 'step' | 'end'
  readonly step?: Step
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
export interface Picture {
  readonly boxes: readonly Box[]
  readonly lines: readonly Line[]
  readonly width: number
  readonly height: number
}

export const BOX_WIDTH = 240
export const BOX_HEIGHT = 68
const END_HEIGHT = 32
const LANE_GAP = 40
/** Room between a step and the next; a lane's label needs more. */
const ROW_GAP = 48
const FORK_GAP = 76
const EMPTY_LANE_WIDTH = 140
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
  readonly boxes: Box[]
  readonly lines: Line[]
}

/**
 * Places a structured program: lanes side by side in written order, each sequence centred over its lanes,
 * everything that comes after a branching step below all of its lanes. One pass for widths, one to place.
 */
export function layout(steps: readonly Step[]): Picture {
  const widths = new Map<Step, number>()
  const width = sequenceWidth(steps, widths)
  const drawing: Drawing = { boxes: [], lines: [] }
  const middle = width / 2
  drawing.boxes.push({ id: '@entry', kind: 'entry', x: middle - BOX_WIDTH / 2, y: 0, width: BOX_WIDTH, height: BOX_HEIGHT })
  const start: End = { from: '@entry', label: '', points: [{ x: middle, y: BOX_HEIGHT }] }
  const placed = placeSequence(steps, { middle, y: BOX_HEIGHT + ROW_GAP, ends: [start] }, { drawing, widths })
  if (placed.ends.length === 0) return { ...drawing, width, height: placed.y - ROW_GAP }
  join(placed.ends, { id: '@end', x: middle, y: placed.y }, drawing)
  drawing.boxes.push({ id: '@end', kind: 'end', x: middle - BOX_WIDTH / 2, y: placed.y, width: BOX_WIDTH, height: END_HEIGHT })
  return { ...drawing, width, height: placed.y + END_HEIGHT }
}

function sequenceWidth(steps: readonly Step[], widths: Map<Step, number>): number {
  let widest = BOX_WIDTH
  for (const step of steps) {
    const ways = lanes(step)
    const lines = Math.max(0, ways.length - 1) * LANE_GAP + (step.kind === 'repeat' ? 2 * BACK_GAP : 0)
    const width = ways.reduce((sum, lane) => sum + laneWidth(lane, widths), 0) + lines
    widths.set(step, width)
    widest = Math.max(widest, width)
  }
  return widest
}

const laneWidth = (lane: Lane, widths: Map<Step, number>): number =>
  lane.steps.length === 0 ? EMPTY_LANE_WIDTH : sequenceWidth(lane.steps, widths)

interface Cursor {
  readonly middle: number
  readonly y: number
  readonly ends: readonly End[]
}
interface Room {
  readonly drawing: Drawing
  readonly widths: Map<Step, number>
}

function placeSequence(steps: readonly Step[], from: Cursor, room: Room): Cursor {
  let cursor = from
  for (const step of steps) {
    const { middle, y } = cursor
    join(cursor.ends, { id: step.id, x: middle, y }, room.drawing)
    room.drawing.boxes.push({ id: step.id, kind: 'step', step, x: middle - BOX_WIDTH / 2, y, width: BOX_WIDTH, height: BOX_HEIGHT })
    const ways = lanes(step)
    if (step.kind === 'exit') cursor = { middle, y: y + BOX_HEIGHT + ROW_GAP, ends: [] }
    else if (ways.length === 0) {
      cursor = { middle, y: y + BOX_HEIGHT + ROW_GAP, ends: [{ from: step.id, label: '', points: [{ x: middle, y: y + BOX_HEIGHT }] }] }
    } else cursor = placeLanes(step, ways, { middle, y: y + BOX_HEIGHT, room })
  }
  return cursor
}

function placeLanes(step: Step, ways: readonly Lane[], at: { middle: number; y: number; room: Room }): Cursor {
  const forkY = at.y + FORK_GAP / 4
  const laneY = at.y + FORK_GAP
  let left = at.middle - (at.room.widths.get(step) ?? 0) / 2 + (step.kind === 'repeat' ? BACK_GAP : 0)
  let bottom = laneY
  const ends: End[] = []
  for (const lane of ways) {
    const width = laneWidthPlaced(lane, at.room.widths)
    const x = left + width / 2
    const points =
      x === at.middle
        ? [{ x, y: at.y }]
        : [
            { x: at.middle, y: at.y },
            { x: at.middle, y: forkY },
            { x, y: forkY },
          ]
    const opening: End = { from: step.id, label: lane.label, labelAt: { x, y: at.y + FORK_GAP / 2 + 6 }, points }
    const inside = placeSequence(lane.steps, { middle: x, y: laneY, ends: [opening] }, at.room)
    const turns = step.kind === 'repeat' && lane.steps.length > 0 && inside.ends.length > 0
    if (turns) leadBack(step, { x, left, ...at, bottom: inside.y }, at.room.drawing)
    ends.push(...(turns ? inside.ends.map((end) => led(end, { x, y: inside.y - ROW_GAP / 3 })) : inside.ends))
    bottom = Math.max(bottom, lane.steps.length > 0 ? inside.y : laneY)
    left += width + LANE_GAP
  }
  return { middle: at.middle, y: bottom, ends }
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
  { x, left, middle, y, bottom }: { x: number; left: number; middle: number; y: number; bottom: number },
  drawing: Drawing,
): void {
  const [meets, side, beside] = [bottom - ROW_GAP / 3, left - BACK_GAP / 2, y - BOX_HEIGHT / 2]
  drawing.lines.push({
    id: `${step.id}<${step.id}`,
    from: step.id,
    to: step.id,
    label: '',
    back: true,
    labelAt: { x: side, y: (meets + beside) / 2 },
    points: [
      { x, y: meets },
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

function join(ends: readonly End[], to: { id: string; x: number; y: number }, drawing: Drawing): void {
  const mergeY = to.y - ROW_GAP / 3
  for (const end of ends) {
    const last = end.points[end.points.length - 1]!
    const tail =
      last.x === to.x
        ? [{ x: to.x, y: to.y }]
        : [
            { x: last.x, y: mergeY },
            { x: to.x, y: mergeY },
            { x: to.x, y: to.y },
          ]
    drawing.lines.push({
      id: `${end.from}>${to.id}>${end.label}`,
      from: end.from,
      to: to.id,
      label: end.label,
      labelAt: end.labelAt ?? { x: last.x, y: last.y + ROW_GAP / 2 },
      points: [...end.points, ...tail],
    })
  }
}
