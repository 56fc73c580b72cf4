import { z } from 'zod'
import { type Action, action } from '#lib/action.ts'
import {
  AuditCheck,
  AuditLine,
  Currency,
  Email,
  Invitation,
  Key,
  Member,
  Password,
  PersonName,
  Role,
  Scope,
  Time,
  TimeZone,
  Workspace,
} from './schema.ts'

const nothing = z.object({})
const done = z.object({ done: z.literal(true) })
const byId = z.object({ id: z.string().min(1) })

export const SetupStatus = action({
  name: 'setup.status',
  does: 'Tells whether the first workspace still has to be made.',
  may: 'public',
  route: 'GET /api/setup',
  input: nothing,
  output: z.object({ needed: z.boolean() }),
})

export const CreateSetup = action({
  name: 'setup.create',
  does: 'Makes the first workspace with its administrator and keys, and signs the administrator in. Needs the one-time token that the server printed at its start.',
  may: 'public',
  route: 'POST /api/setup',
  input: z.object({
    token: z.string().min(1).max(200),
    workspace: z.object({ name: PersonName, timezone: TimeZone.default('UTC'), currency: Currency.default('EUR') }),
    admin: z.object({ name: PersonName, email: Email, password: Password }),
  }),
  output: z.object({
    workspace: Workspace,
    /** Public: goes into web pages and apps. */
    writeKey: z.string(),
    /** Shown this once. */
    secretKey: z.string(),
  }),
})

export const GetSession = action({
  name: 'session.get',
  does: 'Tells who is signed in, where, and what they may do.',
  may: 'self',
  route: 'GET /api/session',
  input: nothing,
  output: z.object({
    /** Null for a secret key. */
    person: z.object({ id: z.string(), name: z.string(), email: z.string() }).nullable(),
    workspace: z.object({ id: z.string(), name: z.string(), sample: Workspace.shape.sample }).nullable(),
    role: Role.nullable(),
    permissions: z.array(Scope),
    /** All workspaces of the person; choose one with the header `Cadenza-Workspace`. */
    workspaces: z.array(z.object({ id: z.string(), name: z.string(), role: Role })),
    /** Why the workspace is closed to this session for now: a second factor is asked for, or the provider's way in. */
    closed: z.object({ code: z.string(), title: z.string(), hint: z.string() }).nullable(),
    /** Workspace whose provider vouched for the session; it opens no other. */
    via: z.string().nullable(),
  }),
})

export const GetWorkspace = action({
  name: 'workspace.get',
  does: 'Shows the settings of the workspace.',
  may: 'signed-in',
  route: 'GET /api/workspace',
  input: nothing,
  output: Workspace,
})

export const UpdateWorkspace = action({
  name: 'workspace.update',
  does: 'Changes settings of the workspace; what is left out stays.',
  may: 'workspace:admin',
  route: 'PUT /api/workspace',
  input: Workspace.omit({ id: true, createdAt: true, sample: true }).partial(),
  output: Workspace,
  audited: true,
})

export const ListMembers = action({
  name: 'members.list',
  does: 'Lists who works in the workspace, and who was invited.',
  may: 'workspace:admin',
  route: 'GET /api/members',
  input: nothing,
  output: z.object({ members: z.array(Member), invitations: z.array(Invitation) }),
})

export const InviteMember = action({
  name: 'members.invite',
  does: 'Invites somebody: the answer holds a link, valid for three days, with which they choose a password. It goes to them by mail where the workspace has a sender and a mail server.',
  may: 'workspace:admin',
  route: 'POST /api/invitations',
  input: z.object({ email: Email, role: Role }),
  output: z.object({
    invitation: Invitation,
    link: z.string(),
    /** Whether the link was handed over as a mail too. */ mailed: z.boolean(),
  }),
  audited: true,
})

export const RevokeInvitation = action({
  name: 'members.uninvite',
  does: 'Takes an invitation back.',
  may: 'workspace:admin',
  route: 'DELETE /api/invitations/:id',
  input: byId,
  output: done,
  audited: true,
})

export const AcceptInvitation = action({
  name: 'invitations.accept',
  does: 'Accepts an invitation with its token: makes the account and the membership. Sign in afterwards.',
  may: 'public',
  route: 'POST /api/invitations/accept',
  input: z.object({
    token: z.string().min(1).max(200),
    /** For a new account; who has one keeps name and password. */
    name: PersonName.optional(),
    password: Password.optional(),
  }),
  output: z.object({ email: z.string() }),
})

export const ShowInvitation = action({
  name: 'invitations.show',
  does: 'Shows what an invitation is to, and whether the address has an account already.',
  may: 'public',
  route: 'POST /api/invitations/show',
  input: z.object({ token: z.string().min(1).max(200) }),
  output: z.object({ email: z.string(), workspace: z.string(), role: Role, expiresAt: Time, known: z.boolean() }),
})

export const SetMemberRole = action({
  name: 'members.setRole',
  does: "Changes a member's role; their sessions end.",
  may: 'workspace:admin',
  route: 'PUT /api/members/:id',
  input: byId.extend({ role: Role }),
  output: Member,
  audited: true,
})

export const RemoveMember = action({
  name: 'members.remove',
  does: 'Removes a member from the workspace; their sessions end.',
  may: 'workspace:admin',
  route: 'DELETE /api/members/:id',
  input: byId,
  output: done,
  audited: true,
})

export const ListKeys = action({
  name: 'keys.list',
  does: 'Lists write keys and secret keys, without their values.',
  may: 'keys:write',
  route: 'GET /api/keys',
  input: nothing,
  output: z.object({ keys: z.array(Key) }),
})

export const CreateKey = action({
  name: 'keys.create',
  does: 'Makes a key. Its value is shown in this answer only.',
  may: 'keys:write',
  route: 'POST /api/keys',
  input: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('write'), name: PersonName }),
    z.object({ kind: z.literal('secret'), name: PersonName, scopes: z.array(Scope).min(1), expiresAt: Time.nullable().default(null) }),
  ]),
  output: z.object({ key: Key, value: z.string() }),
  audited: true,
})

export const RevokeKey = action({
  name: 'keys.revoke',
  does: 'Revokes a key for good. Other processes of the server notice within ten seconds.',
  may: 'keys:write',
  route: 'DELETE /api/keys/:id',
  input: byId,
  output: done,
  audited: true,
})

export const RotateKey = action({
  name: 'keys.rotate',
  does: 'Makes a new key of the same kind, name and scopes; the one before goes on working for some hours. The value is shown in this answer only.',
  may: 'keys:write',
  route: 'POST /api/keys/:id/rotate',
  input: byId.extend({ /** How long both work. */ overlapHours: z.int().min(0).max(720).default(24) }),
  output: z.object({ key: Key, value: z.string() }),
  audited: true,
})

export const ListAudit = action({
  name: 'audit.list',
  does: 'Lists who did what, newest first; only what an actor did, what was done in an area or by an action, to an object, or in a time.',
  may: 'audit:read',
  route: 'GET /api/audit',
  input: z.object({
    before: z.coerce.number().int().positive().optional(),
    limit: z.coerce.number().int().min(1).max(500).default(100),
    /** `person:…`, `key:…`, `system:…`, or the beginning of it. */
    actor: z.string().max(200).optional(),
    /** `documents.publish`, or the beginning of it: `documents.`. */
    action: z.string().max(100).optional(),
    /** A part of what it was done to, such as `journey:welcome`. */
    object: z.string().max(200).optional(),
    /** Epoch ms: from this moment, and up to but without that one. */
    from: z.coerce.number().int().nonnegative().optional(),
    to: z.coerce.number().int().nonnegative().optional(),
  }),
  output: z.object({
    lines: z.array(AuditLine),
    next: z.int().nullable(),
    /** Names of the members among the actors, by `person:…`. */
    names: z.record(z.string(), z.string()),
  }),
})

export const VerifyAudit = action({
  name: 'audit.verify',
  does: 'Recomputes the chain of the audit log and holds it against the signed anchors outside the database: names the first line that was changed, deleted, moved, cut off or written anew.',
  may: 'audit:read',
  route: 'GET /api/audit/verify',
  input: nothing,
  output: AuditCheck,
})

export const ExportAudit = action({
  name: 'audit.export',
  does: 'Gives the whole audit log as JSON lines, oldest first; `cadenza audit verify` checks such a file anywhere.',
  may: 'audit:read',
  route: 'GET /api/audit/export',
  input: nothing,
  output: nothing,
  downloads: 'application/x-ndjson',
})

export const WORKSPACE_ACTIONS: readonly Action[] = [
  SetupStatus,
  CreateSetup,
  GetSession,
  GetWorkspace,
  UpdateWorkspace,
  ListMembers,
  InviteMember,
  RevokeInvitation,
  AcceptInvitation,
  ShowInvitation,
  SetMemberRole,
  RemoveMember,
  ListKeys,
  CreateKey,
  RevokeKey,
  RotateKey,
  ListAudit,
  VerifyAudit,
  ExportAudit,
]
