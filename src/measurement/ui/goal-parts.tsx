import { useRead } from '#kit/api.ts'
import { Chip, type Tone } from '#kit/chip.tsx'
import { Link } from '#kit/link.tsx'
import { useMay } from '#kit/me.ts'
import { Card } from '#kit/page.tsx'
import { toGoalSettings } from '#kit/paths.ts'
import { language, useLanguage, useWords } from '#kit/words.ts'
import { ListDocuments } from '#workspaces/documents/api.ts'
import type { GoalLine } from '../goals/api.ts'
import { figure } from '../goals/words.ts'
import { codeWord } from '../reports/cells.ts'
import { written } from '../reports/written.ts'
import { EXPERIMENT_WORDS } from './experiment-words.ts'

const TONES: Readonly<Record<GoalLine['standing'], Tone>> = {
  reached: 'ok',
  likely: 'ok',
  open: 'neutral',
  unlikely: 'warn',
  missed: 'bad',
  unknown: 'neutral',
}

export function Standing({ standing }: { standing: GoalLine['standing'] }) {
  return <Chip tone={TONES[standing]}>{codeWord('standing', standing, useLanguage())}</Chip>
}

/** A goal's number as it is written. */
export const goalText = (value: number, unit: GoalLine['unit']): string =>
  unit === 'share' ? written(value, 'share', language()) : figure(value, language())

const HEIGHT = 26

/** So far as a bar, the forecast's interval as a band, the target as a line; all in words too. */
export function Progress({ goal }: { goal: GoalLine }) {
  const say = useWords(EXPERIMENT_WORDS)
  const { soFar, target, forecast, unit } = goal
  if (soFar === null) return null
  const most = Math.max(soFar, target?.value ?? 0, forecast?.high ?? 0, Number.EPSILON) * 1.04
  const x = (value: number): number => Math.max(0, Math.min(100, (value / most) * 100))
  const words = [
    say.soFarOf(goalText(soFar, unit)),
    forecast && say.forecast(goalText(forecast.low, unit), goalText(forecast.high, unit)),
    target && (target.direction === 'at_least' ? say.target : say.atMost)(goalText(target.value, unit)),
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
        {forecast?.chance != null && <span>{say.chanceOf(written(Math.round(forecast.chance * 100) / 100, 'share', language()))}</span>}
      </p>
    </div>
  )
}

/** Goals that somebody writes and nobody has published. */
export function Drafts() {
  const say = useWords(EXPERIMENT_WORDS)
  const may = useMay('documents:read')
  const documents = useRead(ListDocuments, { kind: 'goal' }, { enabled: may })
  const drafts = documents.data?.documents.filter(({ live }) => live === null) ?? []
  if (drafts.length === 0) return null
  return (
    <Card title={say.drafts} flush className="mt-4">
      <ul>
        {drafts.map(({ id, name }) => (
          <li key={id} className="flex items-center justify-between gap-3 border-b border-line px-4 py-2.5 last:border-0">
            <Link href={toGoalSettings(id)}>{name || id}</Link>
            <Chip dashed>{say.draft}</Chip>
          </li>
        ))}
      </ul>
    </Card>
  )
}
