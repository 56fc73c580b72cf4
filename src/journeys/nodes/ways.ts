import { milliseconds } from '#lib/duration.ts'
import type { Prepare } from '../node.ts'
import type { MessageStep } from '../steps.ts'
import { byEmail } from './email.ts'
import { messageNode } from './message.ts'
import { byWebhook } from './webhook.ts'

/** A message that tries its ways one after the other. */
export const ways: Prepare<MessageStep> = (step, place) => {
  const within = milliseconds(step.within)!
  return messageNode(
    {
      step,
      numbered: true,
      ways: step.ways.map((way) => ('email' in way ? byEmail(way.email, within) : byWebhook(way.webhook, { within }))),
    },
    place,
  )
}
