import { BaseEdge, EdgeLabelRenderer, type EdgeProps, useStore } from '@xyflow/react'
import { memo } from 'react'
import type { Line } from '../../layout.ts'
import { useArrivals } from '../counts.tsx'
import { isFar, type LineEdge } from './picture.ts'

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

export const LineView = memo(function LineView({ data }: EdgeProps<LineEdge>) {
  const far = useStore(isFar)
  if (!data) return null
  const { line, counted, aside } = data
  return (
    <>
      <BaseEdge path={pathOf(line.points)} {...(line.back && { style: { strokeDasharray: '4 4' } })} />
      {!far && (line.label || counted) && (
        <EdgeLabelRenderer>
          <Label line={line} counted={counted} aside={aside} />
        </EdgeLabelRenderer>
      )}
    </>
  )
})

/** The lane's name, and how many came this way; beside a place to put a step when there is one. */
function Label({ line, counted, aside }: { line: Line; counted: string; aside: boolean }) {
  const { x, y } = line.labelAt
  const shifted =
    aside && !line.label ? `translate(18px, -50%) translate(${x}px, ${y}px)` : `translate(-50%, -50%) translate(${x}px, ${y}px)`
  return (
    <div className="pointer-events-none absolute flex max-w-[236px] items-center gap-1.5 text-meta" style={{ transform: shifted }}>
      {line.label && (
        <span className="max-w-[156px] truncate rounded-input bg-canvas px-1 font-medium text-ink-2" title={line.label}>
          {line.label}
        </span>
      )}
      {counted && <Arrivals step={counted} />}
    </div>
  )
}

/** How many came this way. */
function Arrivals({ step }: { step: string }) {
  const text = useArrivals(step)
  if (text === '') return null
  return <span className="rounded-pill border border-line bg-surface px-2 font-medium whitespace-nowrap text-ink-2 num">{text}</span>
}
