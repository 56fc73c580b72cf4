import type { Prepare } from '../node.ts'
import type { NotifyStep } from '../steps.ts'
import { fill } from './fill.ts'
import { dataOf } from './message.ts'

/** Colleagues are told for this long (ms); after that it is no news. */
const WITHIN = 86_400_000

export const notify: Prepare<NotifyStep> = (step, { next }) => ({
  step,
  next,
  arrive(at) {
    const data = dataOf(at)
    const text = fill(step.text, data)
    const subject = fill(step.subject ?? step.name ?? `${at.run.journey}: ${step.id}`, data)
    const notes = (step.to ?? []).map((address) => ({
      channel: 'email' as const,
      address: address.toLowerCase(),
      topic: '',
      lane: 'transactional' as const,
      expires: at.now + WITHIN,
      payload: { note: true, subject, text },
    }))
    return { kind: 'go', to: next, reason: 'noted', remark: text, notes }
  },
})
