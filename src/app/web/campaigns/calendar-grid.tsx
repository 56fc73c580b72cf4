import { ArrowLeftRight } from 'lucide-react'
import { useState } from 'react'
import type { PlannedItem } from '#journeys/campaign-api.ts'
import { periodOf } from '#journeys/campaigns/plan.ts'
import { count } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { toJourney } from '#kit/paths.ts'
import { useLanguage, useWords } from '#kit/words.ts'
import { CALENDAR_WORDS } from './calendar-words.ts'

export interface ShownProps {
  readonly items: readonly PlannedItem[]
  readonly days: readonly string[]
  readonly zone: string
  readonly today: string
  readonly may: boolean
  readonly onMove: (item: PlannedItem) => void
}

interface GridProps extends ShownProps {
  readonly planned: { readonly holidays: readonly { readonly day: string; readonly calendar: string }[] }
  readonly onDrop: (item: PlannedItem, day: string) => void
}

/** By the clocks of a zone. */
export const clock = (at: number, zone: string): string =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainTime().toString().slice(0, 5)

/** The day on which it stands: its own on its clock where it goes by everyone's own time, else that of the reader. */
const dayOf = ({ local, zone: own, begins }: PlannedItem, zone: string): string =>
  own === 'profile' && local !== '' ? local.slice(0, 10) : periodOf(begins, 'day', zone)

/** Days in rows of weeks; on a narrow screen one under another, those without anything left out. */
export function CalendarGrid({ items, days, zone, today, may, onMove, planned, onDrop }: GridProps) {
  const language = useLanguage()
  const say = useWords(CALENDAR_WORDS)
  const [over, setOver] = useState<string>()
  const byDay = Map.groupBy(items, (item) => dayOf(item, zone))
  const weekday = new Intl.DateTimeFormat(language, { weekday: 'short', timeZone: 'UTC' })
  const long = new Intl.DateTimeFormat(language, { weekday: 'long', day: 'numeric', month: 'long', timeZone: 'UTC' })
  const at = (day: string) => new Date(`${day}T12:00:00Z`)
  return (
    <ul className="mb-6 grid grid-cols-1 gap-px overflow-hidden rounded-card border border-line bg-line md:grid-cols-7">
      {days.map((day) => {
        const here = byDay.get(day) ?? []
        const holidays = planned.holidays.filter((each) => each.day === day).map(({ calendar }) => calendar)
        return (
          <li
            key={day}
            data-day={day}
            aria-current={day === today ? 'date' : undefined}
            onDragOver={(event) => {
              if (!event.dataTransfer.types.includes('text/plain')) return
              event.preventDefault()
              setOver(day)
            }}
            onDragLeave={() => setOver((before) => (before === day ? undefined : before))}
            onDrop={(event) => {
              event.preventDefault()
              setOver(undefined)
              const item = items.find(({ key, movable }) => movable && key === event.dataTransfer.getData('text/plain'))
              if (item && may) onDrop(item, day)
            }}
            className={`flex min-w-0 flex-col gap-1 p-2 md:min-h-28 ${over === day ? 'bg-accent-soft' : day === today ? 'bg-sunken' : 'bg-surface'} ${here.length === 0 && day !== today ? 'max-md:hidden' : ''}`}
          >
            <h3 className="flex items-baseline justify-between gap-1 text-meta text-ink-2">
              <span className="sr-only">
                {long.format(at(day))}, {say.dayLabel(here.length)}
              </span>
              <span aria-hidden="true">{weekday.format(at(day))}</span>
              <span aria-hidden="true" className={`num ${day === today ? 'font-semibold text-accent' : ''}`}>
                {Number(day.slice(8))}
              </span>
            </h3>
            {holidays.length > 0 && <p className="text-meta text-warn wrap-anywhere">{say.holiday(holidays.join(', '))}</p>}
            {here.length > 0 && (
              <ul className="flex flex-col gap-1">
                {here.map((item) => (
                  <Entry key={item.key} item={item} zone={zone} may={may} onMove={onMove} />
                ))}
              </ul>
            )}
          </li>
        )
      })}
    </ul>
  )
}

const LOOKS: Readonly<Record<PlannedItem['kind'], string>> = {
  sent: 'bg-sunken',
  once: 'bg-accent-soft',
  again: 'bg-accent-soft',
  date: 'border border-dashed border-line-strong',
  wait: 'border border-dashed border-line-strong',
}

function Entry({ item, zone, may, onMove }: { item: PlannedItem; zone: string; may: boolean; onMove: (item: PlannedItem) => void }) {
  const say = useWords(CALENDAR_WORDS)
  const movable = may && item.movable
  const own = item.zone === 'profile'
  return (
    <li
      draggable={movable}
      onDragStart={(event) => event.dataTransfer.setData('text/plain', item.key)}
      className={`flex min-w-0 flex-col rounded-input px-1.5 py-1 text-meta ${LOOKS[item.kind]} ${movable ? 'cursor-grab' : ''}`}
    >
      <span className="flex items-start justify-between gap-1">
        <Link plain href={toJourney(item.journey)} className="min-w-0 flex-1 py-0.5 font-medium wrap-anywhere text-ink hover:underline">
          {item.name}
        </Link>
        {movable && (
          <button
            type="button"
            aria-label={say.moveNamed(item.name)}
            title={say.move}
            onClick={() => onMove(item)}
            className="inline-flex size-6 shrink-0 items-center justify-center rounded-button text-ink-2 hover:text-ink pointer-coarse:size-11"
          >
            <ArrowLeftRight size={14} aria-hidden="true" />
          </button>
        )}
      </span>
      <span className="text-ink-2 num">
        {item.local === '' ? say.kinds[item.kind] : own ? `${item.local.slice(11)}, ${say.ownTime}` : clock(item.begins, zone)}
        {' · '}
        {item.people === null ? say.unknown : `${item.exact.people ? '' : '≈ '}${count(item.people)}`}
      </span>
      {item.status !== 'planned' && item.status !== 'done' && <span className="text-warn">{say.status[item.status]}</span>}
    </li>
  )
}
