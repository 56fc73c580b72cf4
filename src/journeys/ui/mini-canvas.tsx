import { useMemo } from 'react'
import { lanes } from '../lanes.ts'
import { type Box, layout } from '../layout.ts'
import type { Journey } from '../schema.ts'
import { sends } from '../sends.ts'

const look = ({ step }: Box): string => {
  if (!step) return 'fill-ok'
  if (sends(step)) return 'fill-accent'
  if (step.kind === 'wait' || step.kind === 'exit') return 'fill-ink-3'
  return lanes(step).length > 0 ? 'fill-warn' : 'fill-agent'
}

/** The shape of a journey, small: the picture of the canvas without its words. */
export function MiniCanvas({ journey, label }: { journey: Journey; label: string }) {
  const picture = useMemo(() => layout(journey.steps), [journey.steps])
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`-8 -8 ${picture.width + 16} ${picture.height + 16}`}
      className="h-full w-full"
      preserveAspectRatio="xMidYMin meet"
    >
      {picture.lines.map((line) => (
        <polyline
          key={line.id}
          points={line.points.map(({ x, y }) => `${x},${y}`).join(' ')}
          className="fill-none stroke-line-strong"
          strokeWidth={5}
        />
      ))}
      {picture.boxes.map((box) => (
        <g key={box.id}>
          <rect
            x={box.kind === 'end' ? box.x + 70 : box.x}
            y={box.y}
            width={box.kind === 'end' ? box.width - 140 : box.width}
            height={box.height}
            rx={14}
            className="fill-surface stroke-line-strong"
            strokeWidth={4}
          />
          {box.kind !== 'end' && (
            <>
              <rect x={box.x + 14} y={box.y + 16} width={36} height={36} rx={8} className={look(box)} />
              <rect x={box.x + 64} y={box.y + 26} width={150} height={14} rx={7} className="fill-line-strong" />
            </>
          )}
        </g>
      ))}
    </svg>
  )
}
