import type { JourneysSection } from '../enrollment.ts'
import type { Turn } from '../turn.ts'
import type { Appointments, Closed, Remembered, Settling } from './state.ts'

/** What entries keep of a person; a part that is empty is left out, so that most states know nothing of it. */
interface Kept {
  readonly appointments: Readonly<Record<string, Appointments>>
  readonly settling: readonly Settling[]
  readonly recent: readonly Remembered[]
  readonly closed: Closed
}

export function keep(turn: Turn, kept: Partial<Kept>): void {
  const journeys: Record<string, unknown> = { ...turn.person.journeys }
  for (const [name, value] of Object.entries(kept)) {
    if (Object.keys(value).length > 0) journeys[name] = value
    else delete journeys[name]
  }
  turn.person = { ...turn.person, journeys: journeys as unknown as JourneysSection }
}
