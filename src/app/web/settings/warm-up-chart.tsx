import { allowance, dayOf, WarmUp } from '#channels/warm-up.ts'
import { shortDay } from '#kit/format.ts'
import { useWords } from '#kit/words.ts'
import { CHANNEL_WORDS } from './channel-words.ts'

const DAY = 86_400_000
const MOST = 60

/** Messages that each day may have, until there is no limit. */
export function WarmUpChart({ plan }: { plan: unknown }) {
  const say = useWords(CHANNEL_WORDS)
  const parsed = WarmUp.safeParse(plan)
  if (!parsed.success) return null
  const first = dayOf(Date.parse(parsed.data.from))
  const days: { readonly day: number; readonly most: number }[] = []
  for (let day = first; day < first + MOST; day++) {
    const most = allowance(parsed.data, day)
    if (most === null) break
    days.push({ day, most })
  }
  const top = Math.max(1, ...days.map(({ most }) => most))
  return (
    <figure className="rounded-card border border-line p-3">
      <figcaption className="mb-2 text-meta text-ink-3">
        {say.chart}. {days.length < MOST && say.chartEnd(days.length)}
      </figcaption>
      <ul className="flex h-24 items-end gap-0.5">
        {days.map(({ day, most }) => (
          <li key={day} className="flex h-full min-w-0 flex-1 items-end" title={say.chartDay(shortDay(day * DAY), most)}>
            <span className="block min-h-px w-full rounded-t-[2px] bg-accent" style={{ height: `${(most / top) * 100}%` }} />
            <span className="sr-only">{say.chartDay(shortDay(day * DAY), most)}</span>
          </li>
        ))}
      </ul>
    </figure>
  )
}
