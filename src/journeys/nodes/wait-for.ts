import type { EventRecord } from '#events/schema.ts'
import { milliseconds } from '#lib/duration.ts'
import { own } from '#lib/record.ts'
import { type Awaited, awaitedBy } from '../awaited.ts'
import { condition } from '../conditions.ts'
import type { Dispatch, Enrollment } from '../enrollment.ts'
import type { Move, Place, Prepare, Standing } from '../node.ts'
import { isCurrent } from '../rounds.ts'
import type { WaitForStep } from '../steps.ts'
import { CLOCK_DOUBT } from '../turn.ts'

const RECEIPT = 'message.'

export const waitFor: Prepare<WaitForStep> = (step, place) => {
  const limit = milliseconds(step.upTo)!
  const several = step.on !== undefined
  const events = awaitedBy(step).map((each) => awaited(each, several, place))
  const timeout = place.instead(step.otherwise, 'timeout')
  const ranked = step.mode === 'ranked'
  return {
    step,
    next: place.next,
    arrive({ run, now }) {
      const heard = events.findIndex((each) => each.wasHeard(run))
      if (limit <= 0) return events[heard]?.happened ?? timeout
      if (heard < 0) return { kind: 'stay', due: now + limit }
      return ranked ? { kind: 'stay', due: now + limit, memo: heard } : events[heard]!.happened
    },
    wake: ({ run }) => (ranked && run.memo !== undefined && events[run.memo]?.happened) || timeout,
    hear(at, record) {
      if (record.at < at.run.entry.at - CLOCK_DOUBT) return null
      const { memo = events.length, due } = at.run
      // Of a ranked list only what stands higher than what has come changes anything.
      const heard = events.findIndex((each, i) => (!ranked || i < memo) && each.isMet(at, record))
      if (heard < 0) return null
      return ranked ? { kind: 'stay', due, memo: heard } : events[heard]!.happened
    },
  }
}

interface Event {
  readonly happened: Move
  isMet(at: Standing, record: EventRecord): boolean
  /** A receipt that came before the step was reached counts; its properties are gone, so a condition on them cannot. */
  wasHeard(run: Enrollment): boolean
}

function awaited({ id, event, where, of, steps }: Awaited, several: boolean, { into }: Place): Event {
  const holds = where === undefined ? undefined : condition(where)
  return {
    happened: { kind: 'go', to: into(steps), reason: several ? `event:${id}` : 'event' },
    isMet(at, record) {
      if (record.name !== event) return false
      if (of !== undefined && !messagesOf(at.run, of).some((mark) => mark.id === record.props['effect_id'])) return false
      return !holds || holds(at.scope(record))
    },
    wasHeard(run) {
      if (holds || of === undefined || !event.startsWith(RECEIPT)) return false
      return messagesOf(run, of).some(({ heard }) => heard.includes(event.slice(RECEIPT.length)))
    },
  }
}

const messagesOf = (run: Enrollment, step: string): readonly Dispatch[] =>
  (own(run.messages, step) ?? []).filter((mark) => isCurrent(mark, run))
