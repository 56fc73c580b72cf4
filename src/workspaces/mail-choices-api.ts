import { z } from 'zod'
import { action } from '#lib/action.ts'

/** Mails that the programme sends to members by itself. */
export const MAIL_KINDS = ['approval-asked', 'approval-decided', 'report'] as const
export const MailKind = z.enum(MAIL_KINDS)
export type MailKind = z.output<typeof MailKind>

const choices = z.object({
  choices: z.array(z.object({ kind: MailKind, wanted: z.boolean() })),
  /** Whether the workspace has somebody to send as: without a sender nobody gets mail. */
  possible: z.boolean(),
})

export const GetMailChoices = action({
  name: 'mail_choices.get',
  does: 'Tells which mails of the programme I get in this workspace.',
  may: 'signed-in',
  route: 'GET /api/account/mail-choices',
  input: z.object({}),
  output: choices,
})

export const PutMailChoice = action({
  name: 'mail_choices.put',
  does: 'Says whether I want mails of a kind in this workspace. Notices in the app stay.',
  may: 'signed-in',
  route: 'PUT /api/account/mail-choices',
  input: z.object({ kind: MailKind, wanted: z.boolean() }),
  output: choices,
})
