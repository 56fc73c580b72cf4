import type { z } from 'zod'
import { Chip, type Tone } from '#kit/chip.tsx'
import { useWords } from '#kit/words.ts'
import type { FreshnessSeen, LiveEvent } from '../api.ts'
import { DATA_WORDS } from './data-words.ts'

/** Small bars by hour; a screen reader hears the sum. */
export function Spark({ hours }: { hours: readonly number[] }) {
  const say = useWords(DATA_WORDS)
  const most = Math.max(1, ...hours)
  const total = hours.reduce((sum, each) => sum + each, 0)
  const wide = 96 / Math.max(1, hours.length)
  return (
    <svg role="img" aria-label={say.hourly(total)} viewBox="0 0 96 24" className="h-6 w-24 text-ink-3" preserveAspectRatio="none">
      {hours.map((each, i) => {
        const high = each === 0 ? 0.5 : Math.max(1.5, (each / most) * 22)
        // biome-ignore lint/suspicious/noArrayIndexKey: an hour is known by its place
        return <rect key={i} x={i * wide} y={24 - high} width={Math.max(0.6, wide - 0.5)} height={high} fill="currentColor" />
      })}
    </svg>
  )
}

const TONES: Readonly<Record<LiveEvent['outcome'], Tone>> = {
  accepted: 'ok',
  violating: 'warn',
  quarantined: 'warn',
  blocked: 'bad',
  rejected: 'bad',
}

export function Outcome({ of }: { of: LiveEvent['outcome'] }) {
  const say = useWords(DATA_WORDS)
  return <Chip tone={TONES[of]}>{say.outcome[of]}</Chip>
}

/** Said only where something is unusual. */
export function FreshChip({ of }: { of: z.output<typeof FreshnessSeen> }) {
  const say = useWords(DATA_WORDS)
  if (of.kind === 'silent')
    return (
      <Chip tone="bad">
        <span title={say.fresh.silent(of.hours, of.expected)}>{say.silent}</span>
      </Chip>
    )
  if (of.kind === 'low')
    return (
      <Chip tone="warn">
        <span title={say.fresh.low(of.got, of.expected, of.hours)}>{say.low}</span>
      </Chip>
    )
  return null
}

export function useFreshness(of: z.output<typeof FreshnessSeen>): string {
  const { fresh } = useWords(DATA_WORDS)
  if (of.kind === 'silent') return fresh.silent(of.hours, of.expected)
  if (of.kind === 'low') return fresh.low(of.got, of.expected, of.hours)
  return fresh[of.kind]
}

export function Score({ of }: { of: number | null }) {
  const say = useWords(DATA_WORDS)
  if (of === null) return <span className="text-ink-3">–</span>
  return (
    <span title={say.scoreOf(of)} className={`num ${of >= 90 ? 'text-ok' : of >= 60 ? 'text-warn' : 'text-bad'}`}>
      {of}
    </span>
  )
}
