import { address as checked } from '#channels/address.ts'
import { mayContact } from '#consent/react.ts'
import { milliseconds } from '#lib/duration.ts'
import { isRefusal } from '#lib/problem.ts'
import { emailOf } from '#profiles/react.ts'
import type { Prepare } from '../node.ts'
import type { EmailStep, EmailWay } from '../steps.ts'
import { dataOf, messageNode, type Write } from './message.ts'

export const email: Prepare<EmailStep> = (step, place) => messageNode({ step, ways: [byEmail(step, milliseconds(step.within)!)] }, place)

/** Writes an e-mail that may be handed over for so long (ms). */
export const byEmail =
  (way: EmailWay, within: number): Write =>
  (at) => {
    const template = at.definitions.templates.get(way.template)
    if (!template) return { reason: 'template_missing' }
    const given = emailOf(at.profile)
    if (given === undefined) return { reason: 'no_address' }
    const valid = checked(given)
    if (isRefusal(valid)) return { reason: 'address_invalid' }
    const { address } = valid
    const topic = way.topic ?? template.topic ?? ''
    const { lane } = way
    const permission = mayContact(at.consent, { channel: 'email', topic, address, lane, mode: at.definitions.consent })
    if (!permission.ok) return { reason: permission.reason }
    return {
      message: {
        channel: 'email',
        address,
        topic,
        lane,
        contact: { channel: 'email' },
        expires: at.now + within,
        payload: {
          template: way.template,
          template_version: template.version,
          sender: way.sender ?? template.sender ?? '',
          data: dataOf(at),
        },
      },
    }
  }
