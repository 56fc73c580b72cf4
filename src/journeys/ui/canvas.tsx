import '@xyflow/react/dist/base.css'
import './canvas.css'
import {
  BaseEdge,
  type Edge,
  EdgeLabelRenderer,
  type EdgeProps,
  Handle,
  type Node,
  type NodeProps,
  Position,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  useStore,
  useStoreApi,
} from '@xyflow/react'
import { Maximize, Minus, Plus } from 'lucide-react'
import { type KeyboardEvent, memo, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { IconButton } from '#kit/button.tsx'
import { count } from '#kit/format.ts'
import { entryRules, entryTitle } from '../entries/words.ts'
import { detail, kindWord, title } from '../lanes.ts'
import { BOX_HEIGHT, BOX_WIDTH, type Box, type Line, layout, type Picture } from '../layout.ts'
import type { Journey } from '../schema.ts'
import { InNow, useCount } from './counts.tsx'
import { Minimap } from './minimap.tsx'
import { neighbours, spoken } from './roving.ts'
import { StepIcon, stripe } from './step-icon.tsx'

interface BoxData extends Record<string, unknown> {
  readonly box: Box
  readonly journey: Journey
  readonly current: boolean
  readonly dashed: boolean
}
interface LineData extends Record<string, unknown> {
  readonly line: Line
  /** The step whose arrivals this line carries alone; '' where lines meet. */
  readonly counted: string
}
type BoxNode = Node<BoxData, 'box'>
type LineEdge = Edge<LineData, 'line'>

interface CanvasProps {
  readonly journey: Journey
  /** Drawn with dashed outlines: nobody walks here. */
  readonly dashed: boolean
  /** The step that is open; '' for none. */
  readonly step: string
  readonly onOpen: (id: string) => void
}

const MINIMAP_FROM = 25
const nodeTypes = { box: memo(Joined) }
const edgeTypes = { line: memo(LineView) }
const FAR = 0.45
const isFar = (state: { transform: [number, number, number] }) => state.transform[2] < FAR

export function Canvas(props: CanvasProps) {
  return (
    <ReactFlowProvider>
      <Drawing {...props} />
    </ReactFlowProvider>
  )
}

function Drawing({ journey, dashed, step, onOpen }: CanvasProps) {
  // Where the arrow keys stand. It follows the open step, but walking on opens nothing.
  const [at, setAt] = useState(step)
  useEffect(() => setAt(step), [step])
  const picture = useMemo(() => layout(journey.steps), [journey])
  const nodes = useMemo(() => boxNodes(picture, { journey, dashed, step: at }), [picture, journey, dashed, at])
  const edges = useMemo(() => lineEdges(picture), [picture])
  const { onKeyDown, announcement } = useKeys({ journey, picture, at, setAt, onOpen })
  useStart(picture, step)
  return (
    <div className="absolute inset-0">
      <ReactFlow
        tabIndex={0}
        aria-label={`Canvas of ${journey.name ?? journey.id}. Arrow keys walk the steps, Enter opens one, plus, minus and 0 zoom. The Outline tab shows the same as a tree.`}
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        disableKeyboardA11y
        deleteKeyCode={null}
        onlyRenderVisibleElements
        minZoom={0.1}
        maxZoom={1.5}
        panOnScroll
        zoomOnDoubleClick={false}
        proOptions={{ hideAttribution: true }}
        onNodeClick={(_event, node) => onOpen(node.id)}
        onKeyDown={onKeyDown}
      />
      <Controls picture={picture} />
      {picture.boxes.length >= MINIMAP_FROM && <Minimap picture={picture} />}
      <p role="status" className="sr-only">
        {announcement}
      </p>
    </div>
  )
}

function boxNodes(picture: Picture, { journey, dashed, step }: { journey: Journey; dashed: boolean; step: string }): BoxNode[] {
  return picture.boxes.map((box) => ({
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
    data: { box, journey, dashed, current: box.id === step },
  }))
}

function lineEdges(picture: Picture): LineEdge[] {
  const into = new Map<string, number>()
  for (const line of picture.lines) into.set(line.to, (into.get(line.to) ?? 0) + 1)
  return picture.lines.map((line) => ({
    id: line.id,
    type: 'line',
    source: line.from,
    target: line.to,
    // Lines say nothing that steps and lanes do not say in words.
    ariaRole: 'presentation',
    domAttributes: { 'aria-hidden': true, 'aria-label': undefined, 'aria-roledescription': undefined },
    data: { line, counted: into.get(line.to) === 1 && line.to !== '@end' ? line.to : '' },
  }))
}

/** A box with the points that React Flow insists on before it draws a line. */
function Joined(props: NodeProps<BoxNode>) {
  return (
    <>
      <Handle type="target" position={Position.Top} isConnectable={false} className="invisible" />
      <BoxView {...props} />
      <Handle type="source" position={Position.Bottom} isConnectable={false} className="invisible" />
    </>
  )
}

function BoxView({ data }: NodeProps<BoxNode>) {
  const { box, journey, current, dashed } = data
  const far = useStore(isFar)
  const edge = `${dashed ? 'border-dashed border-line-strong' : 'border-line'} ${current ? 'outline-2 outline-offset-2 outline-focus' : ''}`
  if (box.kind === 'end') {
    return (
      <div
        className={`mx-auto flex h-8 w-32 items-center justify-center rounded-pill border bg-surface text-meta font-medium text-ink-2 ${edge}`}
      >
        End
      </div>
    )
  }
  const kind = box.step ? box.step.kind : 'entry'
  const head = box.step ? title(box.step) : entryTitle(journey)
  const line = box.step
    ? [box.step.name || box.step.kind === 'branch' ? kindWord(box.step.kind) : '', detail(box.step)].filter(Boolean).join(' · ') ||
      kindWord(box.step.kind)
    : `Entry · ${entryRules(journey)}`
  return (
    <div
      className={`flex h-[68px] w-[240px] cursor-pointer overflow-hidden rounded-card border bg-surface contain-strict hover:border-line-strong ${edge}`}
    >
      <span className={`w-1 shrink-0 ${stripe(kind)}`} />
      {far ? (
        <span className="flex min-w-0 flex-1 items-center px-2 text-h1 leading-none font-medium">
          <span className="truncate">{head}</span>
        </span>
      ) : (
        <span className="flex min-w-0 flex-1 flex-col justify-center gap-1 px-3">
          <span className="flex items-center gap-2">
            <StepIcon kind={kind} />
            <span className="min-w-0 flex-1 truncate font-medium" title={head}>
              {head}
            </span>
            {box.step && <InNow step={box.step.id} />}
          </span>
          <span className="truncate text-meta text-ink-3" title={line}>
            {line}
          </span>
        </span>
      )}
    </div>
  )
}

const CORNER = 8

/** The corners of a line as a path with rounded turns. */
function pathOf(points: Line['points']): string {
  let path = `M${points[0]!.x},${points[0]!.y}`
  for (let i = 1; i < points.length - 1; i++) {
    const [before, here, after] = [points[i - 1]!, points[i]!, points[i + 1]!]
    const near = (to: { x: number; y: number }) => {
      const distance = Math.abs(to.x - here.x) + Math.abs(to.y - here.y)
      const part = distance === 0 ? 0 : Math.min(CORNER, distance / 2) / distance
      return `${here.x + (to.x - here.x) * part},${here.y + (to.y - here.y) * part}`
    }
    path += `L${near(before)}Q${here.x},${here.y} ${near(after)}`
  }
  const last = points[points.length - 1]!
  return `${path}L${last.x},${last.y}`
}

function LineView({ data }: EdgeProps<LineEdge>) {
  const far = useStore(isFar)
  if (!data) return null
  const { line, counted } = data
  return (
    <>
      <BaseEdge path={pathOf(line.points)} {...(line.back && { style: { strokeDasharray: '4 4' } })} />
      {!far && (line.label || counted) && (
        <EdgeLabelRenderer>
          <div
            className="pointer-events-none absolute flex max-w-[180px] flex-col items-center gap-0.5 text-meta"
            style={{ transform: `translate(-50%, -50%) translate(${line.labelAt.x}px, ${line.labelAt.y}px)` }}
          >
            {line.label && (
              <span className="max-w-full truncate rounded-input bg-canvas px-1 font-medium text-ink-2" title={line.label}>
                {line.label}
              </span>
            )}
            {counted && <Arrivals step={counted} />}
          </div>
        </EdgeLabelRenderer>
      )}
    </>
  )
}

/** How many came this way. */
function Arrivals({ step }: { step: string }) {
  const counts = useCount(step)
  if (!counts) return null
  return <span className="rounded-pill border border-line bg-surface px-2 font-medium text-ink-2 num">{count(counts.arrived)}</span>
}

/** Starts at the top, as wide as the window allows, never smaller than can be read. */
function useStart(picture: Picture, step: string): void {
  const flow = useReactFlow()
  const width = useStore((state) => state.width)
  const done = useRef<Picture>(undefined)
  useEffect(() => {
    if (width === 0 || done.current === picture) return
    done.current = picture
    const zoom = Math.min(1, Math.max(0.6, (width - 64) / picture.width))
    const box = picture.boxes.find((each) => each.id === step)
    if (box) void flow.setCenter(box.x + BOX_WIDTH / 2, box.y + BOX_HEIGHT / 2, { zoom })
    else void flow.setViewport({ zoom, x: (width - picture.width * zoom) / 2, y: 28 })
  }, [flow, picture, width, step])
}

interface KeysProps extends Pick<CanvasProps, 'journey' | 'onOpen'> {
  readonly picture: Picture
  readonly at: string
  readonly setAt: (id: string) => void
}

function useKeys({ journey, picture, at, setAt, onOpen }: KeysProps) {
  const flow = useReactFlow()
  const store = useStoreApi()
  const around = useMemo(() => neighbours(journey.steps), [journey])
  const show = useCallback(
    (id: string) => {
      const box = picture.boxes.find((each) => each.id === id)
      if (!box) return
      const { width, height, transform } = store.getState()
      const [x, y, zoom] = transform
      const left = box.x * zoom + x
      const top = box.y * zoom + y
      const inside = left > 16 && top > 16 && left + box.width * zoom < width - 16 && top + box.height * zoom < height - 16
      if (!inside) void flow.setCenter(box.x + BOX_WIDTH / 2, box.y + BOX_HEIGHT / 2, { zoom })
    },
    [flow, picture, store],
  )
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.metaKey || event.ctrlKey || event.altKey) return
    const go = (id: string) => {
      setAt(id)
      show(id)
    }
    const here = around.get(at || '@entry')
    const keys: Record<string, () => void> = {
      ArrowDown: () => go(at ? (here?.down ?? '@entry') : '@entry'),
      ArrowUp: () => go(here?.up ?? '@entry'),
      ArrowLeft: () => go(here?.left ?? '@entry'),
      ArrowRight: () => go(here?.right ?? '@entry'),
      Home: () => go('@entry'),
      End: () => go('@end'),
      Enter: () => at && at !== '@end' && onOpen(at),
      '+': () => void flow.zoomIn(),
      '-': () => void flow.zoomOut(),
      '0': () => void flow.fitView({ padding: 0.1 }),
    }
    const act = keys[event.key]
    if (!act) return
    event.preventDefault()
    act()
  }
  const found = picture.boxes.find((box) => box.id === at)
  const announcement = at ? spoken(journey.steps, at, found?.step ? title(found.step) : entryTitle(journey)) : ''
  return { onKeyDown, announcement }
}

function Controls({ picture }: { picture: Picture }) {
  const flow = useReactFlow()
  return (
    <div className="absolute bottom-3 left-3 flex flex-col rounded-button border border-line bg-surface">
      <IconButton label="Zoom in" onClick={() => void flow.zoomIn()}>
        <Plus size={16} aria-hidden="true" />
      </IconButton>
      <IconButton label="Zoom out" onClick={() => void flow.zoomOut()}>
        <Minus size={16} aria-hidden="true" />
      </IconButton>
      <IconButton label={`Show all ${picture.boxes.length} boxes`} onClick={() => void flow.fitView({ padding: 0.1 })}>
        <Maximize size={16} aria-hidden="true" />
      </IconButton>
    </div>
  )
}
