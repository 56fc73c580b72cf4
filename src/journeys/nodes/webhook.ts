import { milliseconds } from '#lib/duration.ts'
import type { Prepare } from '../node.ts'
import type { CallStep, WebhookStep, WebhookWay } from '../steps.ts'
import { dataOf, messageNode, type Write } from './message.ts'

export const webhook: Prepare<WebhookStep> = (step, place) =>
  messageNode({ step, ways: [byWebhook(step, { within: milliseconds(step.within)! })] }, place)

/** Writes a request that may be made for so long (ms). `answer`: what comes back is wanted. */
export const byWebhook =
  (
    { url, method, headers, body }: Pick<WebhookWay, 'url' | 'headers' | 'body'> & Pick<CallStep, 'method'>,
    { within, answer }: { within: number; answer?: true },
  ): Write =>
  (at) => ({
    message: {
      channel: 'webhook',
      address: '',
      topic: '',
      lane: 'transactional',
      expires: at.now + within,
      payload: { url, method, headers, body, data: dataOf(at), ...(answer ? { answer } : {}) },
    },
  })
