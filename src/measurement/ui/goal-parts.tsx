import { Chip, type Tone } from '#kit/chip.tsx'
import type { GoalLine } from '../goals/api.ts'
import { figure } from '../goals/words.ts'
import { written } from '../reports/written.ts'

export const STANDINGS: Readonly<Record<GoalLine['standing'], { readonly word: string; readonly tone: Tone }>> = {
  reached: { word: 'Reached', tone: 'ok' },
  likely: { word: 'Likely', tone: 'ok' },
  open: { word: 'Open', tone: 'neutral' },
  unlikely: { word: 'Unlikely', tone: 'warn' },
  missed: { word: 'Missed', tone: 'bad' },
  unknown: { word: 'Not known', tone: 'neutral' },
}

export function Standing({ standing }: { standing: GoalLine['standing'] }) {
  const { word, tone } = STANDINGS[standing]
  return <Chip tone={tone}>{word}</Chip>
}

/** A goal's number as it is written. */
export const goalText = (value: number, unit: GoalLine['unit']): string => (unit === 'share' ? written(value, 'share') : figure(value))

const HEIGHT = 26

/** So far as a bar, the forecast's interval as a band, the target as a line; all in words too. */
export function Progress({ goal }: { goal: GoalLine }) {
  const { soFar, target, forecast, unit } = goal
  if (soFar === null) return null
  const most = Math.max(soFar, target?.value ?? 0, forecast?.high ?? 0, Number.EPSILON) * 1.04
  const x = (value: number): number => Math.max(0, Math.min(100, (value / most) * 100))
  const words = [
    `${goalText(soFar, unit)} so far`,
    forecast && `forecast ${goalText(forecast.low, unit)} to ${goalText(forecast.high, unit)}`,
    target && `${target.direction === 'at_least' ? 'target' : 'at most'} ${goalText(target.value, unit)}`,
  ].filter(Boolean)
  return (
    <div>
      <svg role="img" aria-label={words.join(', ')} viewBox={`0 0 100 ${HEIGHT}`} preserveAspectRatio="none" className="block h-6.5 w-full">
        <rect x={0} y={5} width={100} height={16} fill="var(--sunken)" />
        {forecast && (
          <rect
            x={x(forecast.low)}
            y={5}
            width={Math.max(0.4, x(forecast.high) - x(forecast.low))}
            height={16}
            fill="var(--chart-1)"
            fillOpacity={0.3}
          />
        )}
        <rect x={0} y={8} width={x(soFar)} height={10} fill="var(--chart-1)" />
        {target && <rect x={x(target.value) - 0.2} y={0} width={0.4} height={HEIGHT} fill="var(--ink)" />}
      </svg>
      <p className="mt-1 flex flex-wrap gap-x-4 text-meta text-ink-2 num">
        {words.map((each) => (
          <span key={String(each)}>{each}</span>
        ))}
        {forecast?.chance != null && <span>chance {written(Math.round(forecast.chance * 100) / 100, 'share')}</span>}
      </p>
    </div>
  )
}
