import { milliseconds } from '#lib/duration.ts'
import type { Prepare } from '../node.ts'
import type { WebhookStep } from '../steps.ts'
import { dataOf, messageNode } from './message.ts'

export const webhook: Prepare<WebhookStep> = (step, place) => {
  const within = milliseconds(step.within)!
  const { url, method, headers, body } = step
  return messageNode(step, place, (at) => ({
    message: {
      channel: 'webhook',
      address: '',
      topic: '',
      lane: 'transactional',
      expires: at.now + within,
      payload: { url, method, headers, body, data: dataOf(at) },
    },
  }))
}
