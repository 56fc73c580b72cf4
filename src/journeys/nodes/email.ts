import { address as checked } from '#channels/address.ts'
import { mayContact } from '#consent/react.ts'
import { milliseconds } from '#lib/duration.ts'
import { isRefusal } from '#lib/problem.ts'
import { emailOf } from '#profiles/react.ts'
import type { Prepare, Standing } from '../node.ts'
import type { EmailStep } from '../steps.ts'
import { dataOf, messageNode, type Written } from './message.ts'

export const email: Prepare<EmailStep> = (step, place) => {
  const within = milliseconds(step.within)!
  return messageNode(step, place, (at) => write(step, within, at))
}

function write(step: EmailStep, within: number, at: Standing): Written {
  const template = at.definitions.templates.get(step.template)
  if (!template) return { reason: 'template_missing' }
  const given = emailOf(at.profile)
  if (given === undefined) return { reason: 'no_address' }
  const valid = checked(given)
  if (isRefusal(valid)) return { reason: 'address_invalid' }
  const { address } = valid
  const topic = step.topic ?? template.topic ?? ''
  const { lane } = step
  const permission = mayContact(at.consent, { channel: 'email', topic, address, lane, mode: at.definitions.consent })
  if (!permission.ok) return { reason: permission.reason }
  return {
    message: {
      channel: 'email',
      address,
      topic,
      lane,
      expires: at.now + within,
      payload: {
        template: step.template,
        template_version: template.version,
        sender: step.sender ?? template.sender ?? '',
        data: dataOf(at),
      },
    },
  }
}
