import { type ReactNode, useEffect, useRef, useState } from 'react'
import { MODEL_WORDS } from '#decisions/ui/model-words.ts'
import { count, decimal, percent, shortDay } from '#kit/format.ts'
import { useWords } from '#kit/words.ts'
import { SCREEN } from '#measurement/reports/draw.ts'
import { dayTicks, linear, ticks } from '#measurement/reports/scale.ts'
import { type Band, densityOf, spanOf } from './shapes.ts'

const colourOf = (i: number): string => SCREEN.series[i % SCREEN.series.length]!
const round = (value: number): number => Math.round(value * 10) / 10

/** The width that a picture has. */
function useWidth() {
  const box = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(0)
  useEffect(() => {
    const element = box.current
    if (!element) return
    const observer = new ResizeObserver(() => setWidth(Math.floor(element.clientWidth)))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return { box, width }
}

/** The numbers of a picture, for whoever reads rather than looks. */
export function Twin({ children }: { children: ReactNode }) {
  const say = useWords(MODEL_WORDS)
  return (
    <details className="mt-2">
      <summary className="w-fit cursor-pointer text-dense text-ink-2">{say.table}</summary>
      <div className="mt-2 rounded-card border border-line">{children}</div>
    </details>
  )
}

/** Names of the series with their colours. */
export function Legend({ names }: { names: readonly string[] }) {
  return (
    <ul className="mt-2 flex flex-wrap gap-x-4 gap-y-1 text-dense text-ink-2">
      {names.map((name, i) => (
        <li key={name} className="flex items-center gap-1.5">
          <svg width="10" height="10" aria-hidden="true">
            <rect width="10" height="10" rx="2" fill={colourOf(i)} />
          </svg>
          {name}
        </li>
      ))}
    </ul>
  )
}

interface AllocationProps {
  readonly label: string
  readonly bands: readonly (readonly Band[])[]
  readonly names: readonly string[]
  /** Least share of each; null: none. */
  readonly floor: number | null
}

const SHEET = { height: 240, left: 44, right: 12, top: 10, bottom: 26 } as const
const HALF_DAY = 43_200_000

/** Shares of each day as a 100 % area, with the floor of exploration as a dashed line. */
export function AllocationChart({ label, bands, names, floor }: AllocationProps) {
  const { box, width } = useWidth()
  const days = [...new Set(bands.flat().map(({ at }) => at))].sort((a, b) => a - b)
  const [first = 0, last = 0] = [days[0], days.at(-1)]
  // A single day is as wide as the picture.
  const alone = first === last
  const x = linear([alone ? first - HALF_DAY : first, alone ? last + HALF_DAY : last], [SHEET.left, Math.max(240, width) - SHEET.right])
  const y = linear([0, 1], [SHEET.height - SHEET.bottom, SHEET.top])
  const widened = (band: readonly Band[]): readonly Band[] =>
    alone
      ? band.flatMap((each) => [
          { ...each, at: each.at - HALF_DAY },
          { ...each, at: each.at + HALF_DAY },
        ])
      : band
  const path = (band: readonly Band[]): string => {
    const up = band.map(({ at, to }) => `${round(x(at))} ${round(y(to))}`)
    const down = band.toReversed().map(({ at, from }) => `${round(x(at))} ${round(y(from))}`)
    return `M${[...up, ...down].join('L')}Z`
  }
  const marks = alone ? [first] : dayTicks(first, last)
  return (
    <div ref={box} className="min-h-60 min-w-0 overflow-hidden">
      {width > 0 && (
        <svg role="img" aria-label={label} width={Math.max(240, width)} height={SHEET.height} fontFamily="inherit">
          {[0, 0.25, 0.5, 0.75, 1].map((share) => (
            <text key={share} x={SHEET.left - 6} y={y(share) + 4} fontSize="11" textAnchor="end" fill={SCREEN.soft}>
              {percent(share, 0)}
            </text>
          ))}
          {bands.map((band, i) => (
            <path key={names[i]} d={path(widened(band))} fill={colourOf(i)} fillOpacity="0.85" stroke="var(--surface)" strokeWidth="1" />
          ))}
          {floor !== null && (
            <line
              x1={SHEET.left}
              x2={Math.max(240, width) - SHEET.right}
              y1={y(floor)}
              y2={y(floor)}
              stroke={SCREEN.ink}
              strokeDasharray="4 3"
            />
          )}
          {marks.map((at) => (
            <text key={at} x={x(at)} y={SHEET.height - 8} fontSize="11" textAnchor="middle" fill={SCREEN.soft}>
              {shortDay(at)}
            </text>
          ))}
        </svg>
      )}
    </div>
  )
}

export interface NamedBelief {
  readonly name: string
  readonly mean: number
  readonly error: number
}

const ROW = 46

/** What is believed of each option: a density with a tick at its median, on one axis. */
export function BeliefChart({ label, beliefs }: { label: string; beliefs: readonly NamedBelief[] }) {
  const { box, width } = useWidth()
  const span = spanOf(beliefs)
  const left = Math.min(150, Math.max(70, width * 0.24))
  const right = Math.max(240, width) - 16
  const x = linear(span, [left, right])
  const height = beliefs.length * ROW + 34
  const bottom = height - 26
  const marks = ticks(span[0], span[1], width < 420 ? 3 : 6).filter((each) => each >= span[0] && each <= span[1])
  return (
    <div ref={box} className="min-w-0 overflow-hidden">
      {width > 0 && (
        <svg role="img" aria-label={label} width={Math.max(240, width)} height={height} fontFamily="inherit">
          {marks.map((mark) => (
            <g key={mark}>
              <line x1={x(mark)} x2={x(mark)} y1="4" y2={bottom} stroke={mark === 0 ? SCREEN.soft : SCREEN.line} />
              <text x={x(mark)} y={height - 8} fontSize="11" textAnchor="middle" fill={SCREEN.soft}>
                {Number(mark.toPrecision(6))}
              </text>
            </g>
          ))}
          {beliefs.map((belief, i) => {
            const base = (i + 1) * ROW - 4
            const points = densityOf(belief, span).map((point) => `${round(x(point.x))} ${round(base - point.y * (ROW - 12))}`)
            return (
              <g key={belief.name}>
                <text x={left - 8} y={base - 6} fontSize="12" textAnchor="end" fill={SCREEN.ink}>
                  {belief.name.length > 18 ? `${belief.name.slice(0, 17)}…` : belief.name}
                </text>
                <path
                  d={`M${round(left)} ${base}L${points.join('L')}L${round(right)} ${base}Z`}
                  fill={colourOf(i)}
                  fillOpacity="0.3"
                  stroke={colourOf(i)}
                />
                <line x1={x(belief.mean)} x2={x(belief.mean)} y1={base} y2={base - ROW + 10} stroke={SCREEN.ink} strokeWidth="2" />
              </g>
            )
          })}
        </svg>
      )}
    </div>
  )
}

/** Money or conversions of one decision: more digits where there is little. */
export const small = (value: number): string =>
  value === 0 ? '0' : Math.abs(value) >= 100 ? count(value) : decimal(value, Math.abs(value) < 0.1 ? 4 : 2).replace('-', '−')
export const signedSmall = (value: number): string => (value > 0 ? `+${small(value)}` : small(value))
