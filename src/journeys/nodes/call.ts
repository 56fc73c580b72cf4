import { milliseconds } from '#lib/duration.ts'
import type { Prepare } from '../node.ts'
import type { CallStep } from '../steps.ts'
import { messageNode } from './message.ts'
import { byWebhook } from './webhook.ts'

export const call: Prepare<CallStep> = (step, place) => {
  const patience = milliseconds(step.timeout)!
  return messageNode(
    {
      step,
      patience,
      ways: [byWebhook(step, { within: patience, answer: true })],
      take(record) {
        const answer = record.props['answer']
        // Nobody knows what was answered when only the hand-over is known.
        return answer === undefined ? { reason: 'no_answer' } : { save: { name: step.save, value: answer } }
      },
    },
    place,
  )
}
