import type { ProviderType } from '../provider.ts'
import { mailgun } from './mailgun.ts'
import { postmark } from './postmark.ts'
import { push } from './push.ts'
import { resend } from './resend.ts'
import { sendgrid } from './sendgrid.ts'
import { ses } from './ses.ts'
import { slack } from './slack.ts'
import { smpp } from './smpp.ts'
import { smtp } from './smtp-provider.ts'
import { twilio } from './twilio.ts'
import { whatsapp } from './whatsapp.ts'

/** Every kind of provider, one line each. */
const ALL = [smtp, ses, sendgrid, postmark, mailgun, resend, twilio, smpp, whatsapp, slack, push] as unknown as readonly ProviderType[]

export const PROVIDERS: ReadonlyMap<string, ProviderType> = new Map(ALL.map((each) => [each.type, each]))
