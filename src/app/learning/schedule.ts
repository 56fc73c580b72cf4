import { LONGEST_WAIT } from '#decisions/training-store.ts'
import { chance } from '#lib/hash.ts'

export const DAY = 86_400_000
/** What learns once a day learns between two and five at night, where the workspace is. */
const NIGHT = { begins: 2, minutes: 180 } as const

export interface Turn {
  /** ms between two runs. */
  readonly every: number
  readonly failures: number
  /** Epoch ms. */
  readonly now: number
  readonly name: string
  /** Of the workspace; asked only of what is due once a day or more rarely. */
  readonly timezone?: string
}

/**
 * When a task is due again (epoch ms): after its time, give or take a tenth so that tasks begun together do not stay together; after
 * failures later and later, up to six hours. The same task and moment give the same answer.
 */
export function dueAfter({ every, failures, now, name, timezone = 'UTC' }: Turn): number {
  const share = chance(`training ${now}`, name)
  if (failures === 0 && every >= DAY) return nightAfter(now + every - DAY / 2, timezone, share)
  const base = failures === 0 ? every : Math.min(Math.max(LONGEST_WAIT, every), every * 2 ** Math.min(failures, 12))
  return Math.round(now + base * (0.9 + 0.2 * share))
}

/** The first such moment of a night that is not before `from`. */
function nightAfter(from: number, timezone: string, share: number): number {
  const today = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(timezone).toPlainDate()
  const minutes = NIGHT.begins * 60 + Math.floor(NIGHT.minutes * share)
  const at = (days: number): number =>
    today
      .add({ days })
      .toPlainDateTime({ hour: Math.floor(minutes / 60), minute: minutes % 60 })
      .toZonedDateTime(timezone).epochMilliseconds
  const tonight = at(0)
  return tonight >= from ? tonight : at(1)
}
