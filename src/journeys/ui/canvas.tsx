import { language, useLanguage } from '#kit/words.ts'
import '@xyflow/react/dist/base.css'
import './canvas.css'
import { ReactFlow, ReactFlowProvider, useReactFlow, useStore } from '@xyflow/react'
import { Maximize, Minus, Plus } from 'lucide-react'
import { type MouseEvent, memo, type RefObject, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { IconButton } from '#kit/button.tsx'
import { places, title } from '../lanes.ts'
import { BOX_HEIGHT, BOX_WIDTH, centred, type Folded, layout, type Picture } from '../layout.ts'
import type { Journey } from '../schema.ts'
import { foldedAt, isStageKey, stageKey } from '../stages.ts'
import { type Acts, ActsProvider, HeatProvider } from './canvas/acts.ts'
import { BoxWithPoints } from './canvas/box.tsx'
import { Dragging, DraggingProvider } from './canvas/drag.ts'
import { LineView } from './canvas/line.tsx'
import { Palette } from './canvas/palette.tsx'
import { Canvasses } from './canvas/picture.ts'
import { SpotView } from './canvas/spot.tsx'
import { StageView } from './canvas/stage.tsx'
import { useDrag } from './canvas/use-drag.ts'
import { useKeys } from './canvas/use-keys.ts'
import type { Deeds } from './deeds.ts'
import { foldedMarks } from './folded-marks.ts'
import { type Marks, MarksProvider, useMarks } from './marks.ts'
import { Minimap } from './minimap.tsx'
import { pick, StepMenu } from './step-menu.tsx'
import type { StudioKey } from './studio-keys.ts'
import { useStudioWords } from './studio-words.ts'

/** What the frame says about what is shown. */
export type Frame = 'build' | 'test' | 'live' | 'compare' | 'proposal'

export interface CanvasProps {
  readonly journey: Journey
  /** Drawn with dashed outlines: nobody walks here. */
  readonly dashed: boolean
  readonly frame?: Frame
  /** Where the arrow keys stand; '' for nowhere. */
  readonly at: string
  readonly selected: ReadonlySet<string>
  readonly onSelect: (at: string, selected: ReadonlySet<string>) => void
  readonly folded: Folded
  readonly onFold: (id: string) => void
  readonly onOpen: (id: string) => void
  readonly marks: Marks
  /** Left out: the journey is only looked at. */
  readonly deeds?: Deeds | undefined
  /** Keys that are not about the drawing: find, problems, outline, test. */
  readonly onKey: (key: StudioKey) => void
  /** A step that is to be brought into the window, such as one that was found. */
  readonly goTo?: string
  /** Losses are shown on the steps. */
  readonly heat?: boolean
}

const MINIMAP_FROM = 25
const nodeTypes = { box: BoxWithPoints, spot: SpotView, stage: StageView }
const edgeTypes = { line: LineView }
const FRAMES: Readonly<Record<Frame, string>> = {
  build: '',
  test: 'outline-2 -outline-offset-2 outline-dashed outline-accent',
  live: 'border-t-2 border-ok',
  compare: 'border-t-2 border-warn',
  proposal: 'outline-2 -outline-offset-2 outline-dotted outline-agent',
}

export const Canvas = memo(function Canvas(props: CanvasProps) {
  return (
    <ReactFlowProvider>
      <Drawing {...props} />
    </ReactFlowProvider>
  )
})

function Drawing(props: CanvasProps) {
  const { journey, dashed, at, selected, folded, deeds, marks, heat = false, frame: mode = 'build' } = props
  const say = useStudioWords()
  const spoken = useLanguage()
  const picture = useMemo(() => centred(layout(journey.steps, folded, spoken)), [journey.steps, folded, spoken])
  const [canvasses] = useState(() => new Canvasses())
  const editable = deeds !== undefined
  const nodes = useMemo(() => canvasses.nodes(picture, { journey, dashed, editable }), [canvasses, picture, journey, dashed, editable])
  const edges = useMemo(() => canvasses.edges(picture, editable), [canvasses, picture, editable])
  const shown = useMemo(() => foldedMarks(marks, journey.steps, folded), [marks, journey.steps, folded])
  const store = useMarks(shown, at, selected)
  const [dragging] = useState(() => new Dragging())
  const frame = useRef<HTMLDivElement>(null)
  const ghost = useRef<HTMLDivElement>(null)
  const now = useRef({ picture, deeds, selected, say, journey, fold: props.onFold })
  now.current = { picture, deeds, selected, say, journey, fold: props.onFold }
  const { press, justDragged } = useDrag({ frame, ghost, dragging, now })
  const [menu, setMenu] = useState('')
  const anchor = useRef<Element>(null)
  const openMenu = useCallback((id: string, element: Element) => {
    anchor.current = element
    setMenu(id)
  }, [])
  const acts = useMemo(
    (): Acts => ({
      deeds: () => now.current.deeds,
      journey: () => now.current.journey,
      press,
      menu: openMenu,
      fold: (id) => now.current.fold(id),
    }),
    [press, openMenu],
  )
  const keys = useKeys({ ...props, picture, dragging, around: frame, openMenu })
  useStart(picture, at)
  const onClick = (event: MouseEvent, id: string) => {
    if (id.startsWith('+') || isStageKey(id) || justDragged()) return
    if (picture.boxes.some((box) => box.id === id && box.stage !== undefined)) return props.onFold(stageKey(id))
    if (!(event.ctrlKey || event.metaKey || event.shiftKey)) return props.onOpen(id)
    const next = new Set(selected.size > 0 || !at ? selected : [at])
    if (next.has(id)) next.delete(id)
    else next.add(id)
    props.onSelect(id, next)
  }
  return (
    <MarksProvider value={store}>
      <ActsProvider value={acts}>
        <DraggingProvider value={dragging}>
          <HeatProvider value={heat}>
            <div className="absolute inset-0 flex">
              {deeds && <Palette at={at} />}
              <div ref={frame} className={`relative min-w-0 flex-1 ${FRAMES[mode]}`}>
                <ReactFlow
                  tabIndex={0}
                  aria-label={say.canvas(journey.name ?? journey.id, editable)}
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
                  selectionKeyCode={null}
                  multiSelectionKeyCode={null}
                  onlyRenderVisibleElements
                  minZoom={0.1}
                  maxZoom={1.5}
                  panOnScroll
                  zoomOnDoubleClick={false}
                  proOptions={{ hideAttribution: true }}
                  onNodeClick={(event, node) => onClick(event, node.id)}
                  onPaneClick={() => props.onSelect(at, new Set())}
                  onKeyDown={keys.onKeyDown}
                />
                <Controls picture={picture} />
                {picture.boxes.length >= MINIMAP_FROM && <Minimap picture={picture} />}
                {keys.moving && (
                  <p className="absolute inset-x-0 top-3 mx-auto w-fit max-w-[92%] rounded-card border border-accent bg-surface px-3 py-1.5 text-dense shadow-float">
                    {say.movingHint}
                  </p>
                )}
                <p role="status" className="sr-only">
                  {keys.announcement}
                </p>
              </div>
              <Ghost refTo={ghost} dragging={dragging} />
            </div>
            {menu && deeds && (
              <OpenMenu id={menu} anchor={anchor} props={props} deeds={deeds} onMove={keys.beginMove} onClose={() => setMenu('')} />
            )}
          </HeatProvider>
        </DraggingProvider>
      </ActsProvider>
    </MarksProvider>
  )
}

interface OpenMenuProps {
  readonly id: string
  readonly anchor: RefObject<Element | null>
  readonly props: CanvasProps
  readonly deeds: Deeds
  readonly onMove: (ids: readonly string[]) => void
  readonly onClose: () => void
}

function OpenMenu({ id, anchor, props, deeds, onMove, onClose }: OpenMenuProps) {
  const step = places(props.journey.steps).find((place) => place.step.id === id)?.step
  if (!step) return null
  const key = foldedAt(props.journey.steps, id, props.folded)
  const folds = key === undefined ? undefined : props.folded.has(key) ? 'unfold' : 'fold'
  return (
    <StepMenu
      title={title(step, language())}
      anchor={anchor}
      folds={folds}
      onClose={onClose}
      onPick={(item) =>
        pick(item, id, {
          deeds,
          open: () => props.onOpen(id),
          fold: () => key !== undefined && props.onFold(key),
          move: () => onMove([id]),
        })
      }
    />
  )
}

/** What is being dragged, beside the pointer. */
function Ghost({ refTo, dragging }: { refTo: RefObject<HTMLDivElement | null>; dragging: Dragging }) {
  const [shown, setShown] = useState(false)
  useEffect(() => dragging.listen(() => setShown(dragging.what !== undefined && dragging.byPointer)), [dragging])
  return (
    <div
      ref={refTo}
      aria-hidden="true"
      className={`pointer-events-none fixed top-0 left-0 z-50 max-w-60 truncate rounded-card border border-accent bg-surface px-3 py-1.5 font-medium shadow-float ${shown ? '' : 'invisible'}`}
    />
  )
}

/** Starts at the top, as wide as the window allows, never smaller than can be read; later pictures leave the view where it is. */
function useStart(picture: Picture, step: string): void {
  const flow = useReactFlow()
  const width = useStore((state) => state.width)
  const before = useRef(0)
  useEffect(() => {
    if (width === 0 || before.current === width) return
    const was = before.current
    before.current = width
    if (was > 0) {
      // A panel opens, a window is made narrower: what stood in the middle stays there.
      const { x, y, zoom } = flow.getViewport()
      void flow.setViewport({ x: x + (width - was) / 2, y, zoom })
      return
    }
    const zoom = Math.min(1, Math.max(0.7, (width - 64) / picture.width))
    const box = picture.boxes.find((each) => each.id === step)
    if (box && box.kind === 'step') void flow.setCenter(box.x + BOX_WIDTH / 2, box.y + BOX_HEIGHT / 2, { zoom })
    else void flow.setViewport({ zoom, x: width / 2, y: 28 })
  }, [flow, picture, width, step])
}

function Controls({ picture }: { picture: Picture }) {
  const say = useStudioWords()
  const flow = useReactFlow()
  return (
    <div className="absolute bottom-3 left-3 flex flex-col rounded-button border border-line bg-surface">
      <IconButton label={say.zoomIn} onClick={() => void flow.zoomIn()}>
        <Plus size={16} aria-hidden="true" />
      </IconButton>
      <IconButton label={say.zoomOut} onClick={() => void flow.zoomOut()}>
        <Minus size={16} aria-hidden="true" />
      </IconButton>
      <IconButton label={say.fit(picture.boxes.length)} onClick={() => void flow.fitView({ padding: 0.1 })}>
        <Maximize size={16} aria-hidden="true" />
      </IconButton>
    </div>
  )
}
