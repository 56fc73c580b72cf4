import { GENERAL } from '#consent/policies/schema.ts'
import { milliseconds } from '#lib/duration.ts'
import type { Message, Prepare } from '../node.ts'
import { permissionOf } from '../permits.ts'
import type { TemplatedChannel } from '../sends.ts'
import { eligibleVariants } from '../slots.ts'
import type { TemplatedStep, TemplatedWay } from '../steps.ts'
import { dataOf, messageNode, type Write } from './message.ts'
import { reach } from './reach.ts'

export const templated: Prepare<TemplatedStep> = (step, place) =>
  messageNode({ step, best: step.timing?.best, ways: [byTemplate(step.kind, step, milliseconds(step.within)!)] }, place)

/** Of the general kind nothing is said. */
const categorised = (category: string | undefined) => (category === undefined || category === GENERAL ? {} : { category })

/** Writes a message from a template that may be handed over for so long (ms). */
export const byTemplate =
  (channel: TemplatedChannel, way: TemplatedWay, within: number): Write =>
  (at) => {
    const template = at.definitions.templates.get(way.template)
    if (!template || (template.channel ?? 'email') !== channel) return { reason: 'template_missing' }
    const reached = reach(channel, at.profile)
    if ('reason' in reached) return reached
    const { address, payload } = reached
    const topic = way.topic ?? template.topic ?? ''
    const { lane } = way
    const permission = permissionOf(at, { channel, topic, address, lane })
    const message: Message = {
      channel,
      address,
      topic,
      lane,
      contact: { channel },
      ...categorised(way.category ?? template.category),
      expires: at.now + within,
      payload: {
        template: way.template,
        template_version: template.version,
        sender: way.sender ?? template.sender ?? '',
        data: dataOf(at),
        ...(template.slots && { slots: eligibleVariants(template.slots, at) }),
        ...payload,
      },
    }
    return permission.ok ? { message } : { reason: permission.reason, unsaid: message }
  }
