import { milliseconds } from '#lib/duration.ts'
import type { Prepare } from '../node.ts'
import { byChannel } from '../sends.ts'
import type { MessageStep } from '../steps.ts'
import { messageNode } from './message.ts'
import { byTemplate } from './templated.ts'
import { byWebhook } from './webhook.ts'

/** A message that tries its ways one after the other. */
export const ways: Prepare<MessageStep> = (step, place) => {
  const within = milliseconds(step.within)!
  return messageNode(
    {
      step,
      best: step.timing?.best,
      numbered: true,
      ways: step.ways
        .map(byChannel)
        .map((each) => (each.channel === 'webhook' ? byWebhook(each.way, { within }) : byTemplate(each.channel, each.way, within))),
    },
    place,
  )
}
