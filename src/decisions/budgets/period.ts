import type { Budget } from './schema.ts'

/** A stretch of time for which a budget has its amount; epoch ms, the end not included. */
export interface Period {
  readonly id: string
  readonly from: number
  readonly until: number
  /** False: a campaign that has not begun or is over: there is no money. */
  readonly open: boolean
}

type Timed = Pick<Budget, 'per' | 'from' | 'until' | 'zone'>

/** The period of a budget at a moment (epoch ms). */
export function periodOf(budget: Timed, now: number): Period {
  const { per, zone } = budget
  if (per === 'campaign') return campaign(budget, now)
  const day = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone).toPlainDate()
  switch (per) {
    case 'week': {
      const first = day.subtract({ days: day.dayOfWeek - 1 })
      return span(`${first}w`, { first, next: first.add({ weeks: 1 }), zone })
    }
    case 'month': {
      const first = day.with({ day: 1 })
      return span(first.toString().slice(0, 7), { first, next: first.add({ months: 1 }), zone })
    }
    case 'quarter': {
      const first = day.with({ day: 1, month: day.month - ((day.month - 1) % 3) })
      return span(`${first.year}q${(first.month + 2) / 3}`, { first, next: first.add({ months: 3 }), zone })
    }
  }
}

const startOf = (day: Temporal.PlainDate, zone: string): number => day.toZonedDateTime(zone).epochMilliseconds

const span = (id: string, { first, next, zone }: { first: Temporal.PlainDate; next: Temporal.PlainDate; zone: string }): Period => ({
  id,
  from: startOf(first, zone),
  until: startOf(next, zone),
  open: true,
})

function campaign({ from, until, zone }: Timed, now: number): Period {
  const first = Temporal.PlainDate.from(from!)
  const next = Temporal.PlainDate.from(until!).add({ days: 1 })
  const whole = span(`${from}..${until}`, { first, next, zone })
  return { ...whole, open: now >= whole.from && now < whole.until }
}

/** The share of a period that is over, in [0, 1]. */
export const elapsedShare = ({ from, until }: Period, now: number): number => Math.min(1, Math.max(0, (now - from) / (until - from)))
