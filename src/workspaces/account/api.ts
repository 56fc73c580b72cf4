import { z } from 'zod'
import { action } from '#lib/action.ts'
import { Password, PersonName, Time } from '../schema.ts'

const nothing = z.object({})
const done = z.object({ done: z.literal(true) })
const Code = z.string().trim().min(6).max(20)

export const SessionLine = z.object({
  id: z.string(),
  /** The one that asks. */
  current: z.boolean(),
  at: Time,
  seenAt: Time,
  ip: z.string(),
  /** What the browser called itself. */
  agent: z.string(),
  /** Workspace whose provider of identities vouched for it; null: a password. */
  via: z.string().nullable(),
})
export type SessionLine = z.output<typeof SessionLine>

export const GetAccount = action({
  name: 'account.get',
  does: 'Shows one’s own account: name, second factor and sessions.',
  may: 'self',
  route: 'GET /api/account',
  input: nothing,
  output: z.object({
    person: z.object({ id: z.string(), name: z.string(), email: z.string() }),
    hasPassword: z.boolean(),
    secondFactor: z.object({ since: Time, recoveryLeft: z.int() }).nullable(),
    /** The session came by a provider: password and second factor are looked after there. */
    byProvider: z.boolean(),
    sessions: z.array(SessionLine),
  }),
})

export const RenameAccount = action({
  name: 'account.rename',
  does: 'Changes one’s own name.',
  may: 'self',
  route: 'PUT /api/account',
  input: z.object({ name: PersonName }),
  output: done,
})

export const BeginSecondFactor = action({
  name: 'account.factor.begin',
  does: 'Makes the secret for an authenticator app. It counts once a code from the app has confirmed it.',
  may: 'self',
  route: 'POST /api/account/second-factor',
  input: z.object({ password: z.string().min(1).max(128) }),
  output: z.object({
    /** Base32, to be typed where no camera is. */
    secret: z.string(),
    uri: z.string(),
    /** The address as a QR code: dark squares as one SVG path on a grid of `size`. */
    qr: z.object({ size: z.int(), path: z.string() }),
  }),
})

export const ConfirmSecondFactor = action({
  name: 'account.factor.confirm',
  does: 'Confirms the authenticator app with a code from it; other sessions end. The recovery codes are shown in this answer only.',
  may: 'self',
  route: 'POST /api/account/second-factor/confirm',
  input: z.object({ code: Code }),
  output: z.object({ recoveryCodes: z.array(z.string()) }),
})

export const RenewRecoveryCodes = action({
  name: 'account.factor.recovery',
  does: 'Makes new recovery codes; those before count no more.',
  may: 'self',
  route: 'POST /api/account/second-factor/recovery',
  input: z.object({ code: Code }),
  output: z.object({ recoveryCodes: z.array(z.string()) }),
})

export const RemoveSecondFactor = action({
  name: 'account.factor.remove',
  does: 'Takes the second factor away; needs a code of it.',
  may: 'self',
  route: 'POST /api/account/second-factor/remove',
  input: z.object({ code: Code }),
  output: done,
})

export const EndSession = action({
  name: 'account.session.end',
  does: 'Ends one of one’s own sessions.',
  may: 'self',
  route: 'DELETE /api/account/sessions/:id',
  input: z.object({ id: z.string().min(1) }),
  output: done,
})

export const EndOtherSessions = action({
  name: 'account.sessions.end_others',
  does: 'Ends all of one’s own sessions but this one.',
  may: 'self',
  route: 'POST /api/account/sessions/end-others',
  input: nothing,
  output: z.object({ ended: z.int() }),
})

export const EnterCode = action({
  name: 'sign_in.code',
  does: 'The second step of signing in: a code from the authenticator app, or a recovery code.',
  may: 'public',
  route: 'POST /api/sign-in/code',
  input: z.object({ code: Code }),
  output: z.object({ done: z.literal(true), recoveryLeft: z.int().nullable() }),
})

export const MakeResetLink = action({
  name: 'members.reset_link',
  does: 'Makes a link, valid for a day, with which a member chooses a new password. Only for people who work in no workspace of somebody else.',
  may: 'workspace:admin',
  route: 'POST /api/members/:id/reset',
  input: z.object({ id: z.string().min(1) }),
  output: z.object({ link: z.string(), expiresAt: Time, /** Whether the link was handed over as a mail too. */ mailed: z.boolean() }),
  audited: true,
})

export const DropMemberFactor = action({
  name: 'members.drop_factor',
  does: 'Takes a member’s second factor away who lost both app and recovery codes; their sessions end.',
  may: 'workspace:admin',
  route: 'DELETE /api/members/:id/second-factor',
  input: z.object({ id: z.string().min(1) }),
  output: done,
  audited: true,
})

export const ResetPassword = action({
  name: 'sign_in.reset',
  does: 'Chooses a new password with the token of a link; all sessions end. The second factor stays.',
  may: 'public',
  route: 'POST /api/sign-in/reset',
  input: z.object({ token: z.string().min(1).max(200), password: Password }),
  output: z.object({ email: z.string() }),
})
