import { Handle, type NodeProps, Position, useStore } from '@xyflow/react'
import { Ellipsis, Layers } from 'lucide-react'
import { type MouseEvent, memo, type PointerEvent } from 'react'
import { count, percent } from '#kit/format.ts'
import { Badges } from '../badges.tsx'
import { InNow, leftAt, useCount } from '../counts.tsx'
import { useMark } from '../marks.ts'
import { StepIcon, stripe } from '../step-icon.tsx'
import { useStudioWords } from '../studio-words.ts'
import { useActs, useHeat } from './acts.ts'
import { type BoxNode, detailAt } from './picture.ts'

/** A box with the points that React Flow insists on before it draws a line. */
export const BoxWithPoints = memo(function BoxWithPoints({ data }: NodeProps<BoxNode>) {
  return (
    <>
      <Handle type="target" position={Position.Top} isConnectable={false} className="invisible" />
      {data.box.kind === 'end' ? <End data={data} /> : <BoxView data={data} />}
      <Handle type="source" position={Position.Bottom} isConnectable={false} className="invisible" />
    </>
  )
})

const CHANGES = {
  '': 'border-line',
  added: 'border-ok border-2',
  removed: 'border-bad border-2 opacity-70',
  changed: 'border-warn border-2',
} as const
function End({ data: { box, dashed } }: Pick<NodeProps<BoxNode>, 'data'>) {
  const say = useStudioWords()
  const { current } = useMark(box.id)
  return (
    <div
      className={`mx-auto flex h-8 w-32 items-center justify-center rounded-pill border bg-surface text-meta font-medium text-ink-2 ${dashed ? 'border-dashed border-line-strong' : 'border-line'} ${current ? 'outline-2 outline-offset-2 outline-focus' : ''}`}
    >
      {say.end}
    </div>
  )
}

function BoxView({ data }: Pick<NodeProps<BoxNode>, 'data'>) {
  const { box, dashed, editable, head } = data
  const mark = useMark(box.id)
  const shown = useStore(detailAt)
  const acts = useActs()
  const heat = useHeat()
  const kind = box.step ? box.step.kind : 'entry'
  const single = box.step && box.stage === undefined
  const press = (event: PointerEvent) => single && box.step && editable && acts.press(event, { kind: 'move', ids: [box.step.id] }, head)
  const ring = mark.current ? 'outline-2 outline-offset-2 outline-focus' : mark.selected ? 'outline-2 outline-offset-1 outline-accent' : ''
  return (
    <div
      data-step={box.id}
      onPointerDown={press}
      className={`group relative flex h-[68px] w-[240px] cursor-pointer overflow-hidden rounded-card border bg-surface contain-strict hover:border-line-strong ${editable ? 'nopan' : ''} ${mark.lit ? 'border-2 border-accent' : dashed && !mark.change ? 'border-dashed border-line-strong' : CHANGES[mark.change]} ${ring}`}
    >
      <Stripe step={box.id} className={stripe(kind)} heat={heat && box.step !== undefined} />
      {shown === 0 ? (
        <span className={`flex-1 ${stripe(kind)} opacity-40`} />
      ) : shown === 1 ? (
        <span className="flex min-w-0 flex-1 items-center px-2 text-h1 leading-none font-medium">
          <span className="truncate">{head}</span>
        </span>
      ) : (
        <Inside data={data} whole={shown === 3} />
      )}
      {heat && single && box.step && <Heat step={box.id} />}
    </div>
  )
}

function Inside({ data: { box, editable, head, line }, whole }: Pick<NodeProps<BoxNode>, 'data'> & { whole: boolean }) {
  const say = useStudioWords()
  const acts = useActs()
  const menu = (event: MouseEvent) => {
    event.stopPropagation()
    acts.menu(box.id, event.currentTarget)
  }
  return (
    <span className="flex min-w-0 flex-1 flex-col justify-center gap-1 pr-1 pl-3">
      <span className="flex items-center gap-2">
        {box.stage === undefined ? (
          <StepIcon kind={box.step?.kind ?? 'entry'} />
        ) : (
          <Layers size={16} aria-hidden="true" className="shrink-0 text-ink-2" />
        )}
        <span className="min-w-0 flex-1 truncate font-medium" title={head}>
          {head}
        </span>
        {box.step && box.stage === undefined && <InNow step={box.step.id} />}
        {editable && box.step && box.stage === undefined && whole && (
          <button
            type="button"
            tabIndex={-1}
            aria-label={say.menuOf(head)}
            title={say.menuOf(head)}
            onClick={menu}
            onPointerDown={(event) => event.stopPropagation()}
            className="inline-flex size-6 shrink-0 items-center justify-center rounded-input text-ink-3 hover:bg-sunken hover:text-ink"
          >
            <Ellipsis size={16} aria-hidden="true" />
          </button>
        )}
      </span>
      {whole && (
        <span className="flex items-center gap-2 pr-2 text-meta text-ink-3">
          <span className="min-w-0 flex-1 truncate" title={line}>
            {box.kind === 'entry' ? `${say.entry} · ${line}` : line}
          </span>
          {box.folded > 0 && (
            <span className="shrink-0 rounded-pill bg-sunken px-1.5 font-medium text-ink-2 num">{say.foldedChip(box.folded)}</span>
          )}
          <Badges id={box.id} />
        </span>
      )}
    </span>
  )
}

/** As wide as the share of people who came by, when losses are shown. */
function Stripe({ step, className, heat }: { step: string; className: string; heat: boolean }) {
  const counts = useCount(step)
  const width = !heat || !counts ? 4 : 4 + Math.min(12, Math.round(Math.log10(1 + counts.arrived) * 3))
  return <span className={`shrink-0 ${className}`} style={{ width }} />
}

/** How many of those who came left from here, as a bar and a number. */
function Heat({ step }: { step: string }) {
  const counts = useCount(step)
  const left = counts ? leftAt(counts) : 0
  if (!counts || left === 0) return null
  const share = Math.min(1, left / Math.max(1, counts.arrived))
  return (
    <span className="absolute inset-x-0 bottom-0 flex h-4 items-center bg-bad-soft text-meta leading-none font-medium text-bad num">
      <span aria-hidden="true" className="absolute inset-y-0 left-0 bg-bad opacity-20" style={{ width: `${share * 100}%` }} />
      <span className="relative w-full truncate pr-2 text-right">
        −{count(left)} · {percent(share)}
      </span>
    </span>
  )
}
