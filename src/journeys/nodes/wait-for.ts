import { milliseconds } from '#lib/duration.ts'
import { condition } from '../conditions.ts'
import type { Enrollment } from '../enrollment.ts'
import type { Prepare } from '../node.ts'
import type { WaitForStep } from '../steps.ts'

const RECEIPT = 'message.'

export const waitFor: Prepare<WaitForStep> = (step, { next, into }) => {
  const limit = milliseconds(step.upTo)!
  const where = step.where === undefined ? undefined : condition(step.where)
  const happened = { kind: 'go', to: into(step.then), reason: 'event' } as const
  const timeout = { kind: 'go', to: into(step.otherwise), reason: 'timeout' } as const
  return {
    step,
    next,
    arrive({ run, now }) {
      // A receipt that came during an earlier wait counts; its properties are gone, so a condition on them cannot.
      if (!where && step.of !== undefined && hasHeard(run, step.of, step.event)) return happened
      return limit <= 0 ? timeout : { kind: 'stay', due: now + limit }
    },
    wake: () => timeout,
    hear(at, record) {
      if (record.name !== step.event || record.at < at.run.entry.at) return null
      if (step.of !== undefined && !isOurs(at.run, step.of, record.props['effect_id'])) return null
      return where && !where(at.scope(record)) ? null : happened
    },
  }
}

const messagesOf = (run: Enrollment, step: string) => (Object.hasOwn(run.messages, step) ? run.messages[step]! : [])

const isOurs = (run: Enrollment, step: string, effect: unknown): boolean => messagesOf(run, step).some(({ id }) => id === effect)

const hasHeard = (run: Enrollment, step: string, event: string): boolean =>
  event.startsWith(RECEIPT) && messagesOf(run, step).some(({ heard }) => heard.includes(event.slice(RECEIPT.length)))
