import type { Edge, Node } from '@xyflow/react'
import { Position } from '@xyflow/react'
import { language } from '#kit/words.ts'
import { entryRules, entryTitle } from '../../entries/words.ts'
import { detail, kindWord, title } from '../../lanes.ts'
import type { Box, Frame, Line, Picture, Spot } from '../../layout.ts'
import type { Journey } from '../../schema.ts'
import { stageKey } from '../../stages.ts'

export interface BoxData extends Record<string, unknown> {
  readonly box: Box
  readonly dashed: boolean
  readonly editable: boolean
  readonly head: string
  readonly line: string
}
export interface SpotData extends Record<string, unknown> {
  readonly spot: Spot
}
export interface LineData extends Record<string, unknown> {
  readonly line: Line
  /** The step whose arrivals this line carries alone; '' where lines meet. */
  readonly counted: string
  /** Beside a place to put a step the number stands at its right. */
  readonly aside: boolean
}
export interface StageData extends Record<string, unknown> {
  readonly frame: Frame
}
export type StageNode = Node<StageData, 'stage'>
export type BoxNode = Node<BoxData, 'box'>
export type SpotNode = Node<SpotData, 'spot'>
export type LineEdge = Edge<LineData, 'line'>

const SPOT = 24

interface KnownNode {
  readonly key: string
  readonly of: unknown
  readonly node: BoxNode | SpotNode | StageNode
}
interface KnownEdge {
  readonly key: string
  readonly edge: LineEdge
}
interface Drawn {
  readonly journey: Journey
  readonly dashed: boolean
  readonly editable: boolean
}

/** Turns pictures into what React Flow draws. What did not change stays the same object, so that a command draws only what it changed. */
export class Canvasses {
  #nodes = new Map<string, KnownNode>()
  #edges = new Map<string, KnownEdge>()

  nodes(picture: Picture, drawn: Drawn): (BoxNode | SpotNode | StageNode)[] {
    const next = new Map<string, KnownNode>()
    for (const frame of picture.stages) {
      const id = stageKey(frame.id)
      const key = `${frame.x} ${frame.y} ${frame.width} ${frame.height} ${frame.name}`
      const known = this.#nodes.get(id)
      next.set(id, known?.key === key ? known : { key, of: undefined, node: stageNode(id, frame) })
    }
    for (const box of picture.boxes) {
      const entry = box.kind === 'entry' ? `${entryTitle(drawn.journey, language())}\n${entryRules(drawn.journey, language())}` : ''
      const key = `${box.x} ${box.y} ${box.folded} ${box.stage ?? ''} ${drawn.dashed} ${drawn.editable} ${entry}`
      const known = this.#nodes.get(box.id)
      next.set(box.id, known?.key === key && known.of === box.step ? known : { key, of: box.step, node: boxNode(box, drawn) })
    }
    if (drawn.editable)
      for (const spot of picture.spots) {
        const id = `+${spot.id}`
        const key = `${spot.x} ${spot.y}`
        const known = this.#nodes.get(id)
        next.set(id, known?.key === key ? known : { key, of: undefined, node: spotNode(id, spot) })
      }
    this.#nodes = next
    return [...next.values()].map(({ node }) => node)
  }

  edges(picture: Picture, editable: boolean): LineEdge[] {
    const into = new Map<string, number>()
    for (const line of picture.lines) into.set(line.to, (into.get(line.to) ?? 0) + (line.back ? 0 : 1))
    const next = new Map<string, KnownEdge>()
    for (const line of picture.lines) {
      const counted = into.get(line.to) === 1 && line.to !== '@end' && !line.back ? line.to : ''
      const key = `${line.label} ${counted} ${editable} ${line.points.map(({ x, y }) => `${x},${y}`).join(' ')}`
      const known = this.#edges.get(line.id)
      next.set(line.id, known?.key === key ? known : { key, edge: lineEdge(line, counted, editable) })
    }
    this.#edges = next
    return [...next.values()].map(({ edge }) => edge)
  }
}

function boxNode(box: Box, { journey, dashed, editable }: Drawn): BoxNode {
  const { step } = box
  const head = box.stage ?? (step ? title(step, language()) : entryTitle(journey, language()))
  const line = box.stage
    ? ''
    : step
      ? [step.name || step.kind === 'branch' ? kindWord(step.kind, language()) : '', detail(step, language())]
          .filter(Boolean)
          .join(' · ') || kindWord(step.kind, language())
      : entryRules(journey, language())
  return {
    id: box.id,
    type: 'box',
    position: { x: box.x, y: box.y },
    width: box.width,
    height: box.height,
    // React Flow hides what it has not measured; our sizes are known.
    measured: { width: box.width, height: box.height },
    // Where lines begin and end, also of boxes that are outside of the window and so not in the page.
    handles: [
      { type: 'target', position: Position.Top, x: box.width / 2, y: 0, width: 1, height: 1 },
      { type: 'source', position: Position.Bottom, x: box.width / 2, y: box.height, width: 1, height: 1 },
    ],
    data: { box, dashed, editable, head, line },
  }
}

/** Behind the steps and their lines; only its name can be pressed. */
const stageNode = (id: string, frame: Frame): StageNode => ({
  id,
  type: 'stage',
  position: { x: frame.x, y: frame.y },
  width: frame.width,
  height: frame.height,
  measured: { width: frame.width, height: frame.height },
  zIndex: -1,
  className: 'pointer-events-none',
  data: { frame },
})

const spotNode = (id: string, spot: Spot): SpotNode => ({
  id,
  type: 'spot',
  position: { x: spot.x - SPOT / 2, y: spot.y - SPOT / 2 },
  width: SPOT,
  height: SPOT,
  measured: { width: SPOT, height: SPOT },
  zIndex: 1,
  data: { spot },
})

const lineEdge = (line: Line, counted: string, aside: boolean): LineEdge => ({
  id: line.id,
  type: 'line',
  source: line.from,
  target: line.to,
  // Lines say nothing that steps and lanes do not say in words.
  ariaRole: 'presentation',
  domAttributes: { 'aria-hidden': true, 'aria-roledescription': undefined },
  ariaLabel: '',
  data: { line, counted, aside },
})

/** How much of a step can be read at this size: 3 all, 2 its title, 1 its title in large letters, 0 a bar. */
export const detailAt = (state: { readonly transform: readonly [number, number, number] }): 0 | 1 | 2 | 3 => {
  const zoom = state.transform[2]
  return zoom >= 0.7 ? 3 : zoom >= 0.45 ? 2 : zoom >= 0.2 ? 1 : 0
}
export const isFar = (state: { readonly transform: readonly [number, number, number] }): boolean => state.transform[2] < 0.45
