import { milliseconds } from '#lib/duration.ts'
import type { Prepare } from '../node.ts'
import { permissionOf } from '../permits.ts'
import type { CallStep, WebhookStep, WebhookWay } from '../steps.ts'
import { dataOf, messageNode, type Write } from './message.ts'

export const webhook: Prepare<WebhookStep> = (step, place) =>
  messageNode({ step, best: step.timing?.best, ways: [byWebhook(step, { within: milliseconds(step.within)! })] }, place)

/** Writes a request that may be made for so long (ms). `answer`: what comes back is wanted. */
export const byWebhook =
  (
    {
      url,
      method,
      headers,
      body,
      contact,
    }: Pick<WebhookWay, 'url' | 'headers' | 'body'> & Partial<Pick<WebhookWay, 'contact'>> & Pick<CallStep, 'method'>,
    { within, answer }: { within: number; answer?: true },
  ): Write =>
  (at) => {
    const { channel, topic = '', category, lane } = contact ?? NO_CONTACT
    if (contact) {
      const permission = permissionOf(at, { channel, topic, address: '', lane })
      if (!permission.ok) return { reason: permission.reason }
    }
    return {
      message: {
        channel: 'webhook',
        address: '',
        topic,
        lane,
        ...(contact ? { contact: { channel } } : {}),
        ...(category === undefined ? {} : { category }),
        expires: at.now + within,
        payload: { url, method, headers, body, data: dataOf(at), ...(answer ? { answer } : {}) },
      },
    }
  }

/** A request from system to system. */
const NO_CONTACT = { channel: '', topic: '', category: undefined, lane: 'transactional' } as const
