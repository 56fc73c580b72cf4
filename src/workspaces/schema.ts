import { z } from 'zod'
import type { Permission } from '#lib/action.ts'

/** Epoch milliseconds. */
export const Time = z.int().nonnegative()

/** What a person is in a workspace, least first. */
export const Role = z.enum(['viewer', 'marketer', 'approver', 'compliance', 'analyst', 'developer', 'admin'])
export type Role = z.output<typeof Role>

/** Permissions that roles and secret keys can hold; `public`, `self` and `signed-in` need no grant. */
const GRANTABLE = {
  'workspace:admin': true,
  'documents:read': true,
  'documents:write': true,
  'journeys:read': true,
  publish: true,
  send: true,
  'people:read': true,
  'people:write': true,
  'messages:read': true,
  'messages:replay': true,
  'reports:read': true,
  'reports:save': true,
  'approvals:decide': true,
  'messages:test': true,
  'consent:read': true,
  'consent:write': true,
  'people:erase': true,
  'people:export': true,
  'policies:publish': true,
  'audit:read': true,
  'models:read': true,
  'models:write': true,
  'data:read': true,
  'data:write': true,
  'keys:write': true,
} as const satisfies Record<Exclude<Permission, 'public' | 'self' | 'signed-in'>, true>
export type Scope = keyof typeof GRANTABLE
export const Scope = z.enum(Object.keys(GRANTABLE) as [Scope, ...Scope[]])

const reader = ['documents:read', 'journeys:read', 'reports:read', 'models:read'] as const
/**
 * Who may do what; `docs/roles.md` is written from it. A marketer edits but does not publish; an approver publishes and sends but does not
 * edit; compliance drafts policies and makes them hold, and only they and admins change people's records; an analyst sees numbers, not
 * people, and keeps reports; a developer connects and debugs.
 */
export const ROLE_PERMISSIONS: Readonly<Record<Role, readonly Scope[]>> = {
  viewer: reader,
  marketer: [
    ...reader,
    'reports:save',
    'documents:write',
    'models:write',
    'people:read',
    'messages:read',
    'messages:test',
    'consent:read',
    'data:read',
  ],
  approver: [
    ...reader,
    'reports:save',
    'publish',
    'send',
    'people:read',
    'messages:read',
    'messages:replay',
    'messages:test',
    'consent:read',
    'approvals:decide',
    'data:read',
  ],
  compliance: [
    ...reader,
    'reports:save',
    'documents:write',
    'people:read',
    'people:write',
    'people:erase',
    'people:export',
    'messages:read',
    'consent:read',
    'consent:write',
    'policies:publish',
    'audit:read',
    'data:read',
  ],
  analyst: [...reader, 'reports:save', 'models:write', 'data:read'],
  developer: [
    ...reader,
    'reports:save',
    'documents:write',
    'people:read',
    'messages:read',
    'messages:test',
    'consent:read',
    'data:read',
    'data:write',
    'keys:write',
  ],
  admin: Scope.options,
}

export const TimeZone = z.string().refine(isTimeZone, 'use an IANA time zone such as Europe/Oslo')
/** ISO 4217. */
export const Currency = z.string().regex(/^[A-Z]{3}$/, 'use three capital letters such as EUR')
export const Email = z.email().max(254).toLowerCase()
/** ASVS 6.2: length is what counts; anything may be in it. */
export const Password = z.string().min(8, 'use at least 8 characters; 15 are better').max(128, 'use at most 128 characters')
export const PersonName = z.string().trim().min(1).max(120)

export const Workspace = z.object({
  id: z.string(),
  name: z.string().trim().min(1).max(120),
  timezone: TimeZone,
  currency: Currency,
  /** `opt-in`: marketing needs a recorded grant; `opt-out`: it needs that nobody withdrew. */
  consentMode: z.enum(['opt-in', 'opt-out']),
  /** Goes below every marketing e-mail (CAN-SPAM, 15 U.S.C. 7704). */
  postalAddress: z.string().max(500),
  createdAt: Time,
  /** Its people are made up, of this industry, and nothing leaves it; null or left out: it is a real one. */
  sample: z.enum(['shop', 'saas', 'bank']).nullish(),
})
export type Workspace = z.output<typeof Workspace>

export const Member = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  role: Role,
  addedAt: Time,
  /** Whether they have one. */
  secondFactor: z.boolean(),
  /** To the last request of a session that is still there; null: none is. */
  seenAt: Time.nullable(),
})
export type Member = z.output<typeof Member>

export const Invitation = z.object({ id: z.string(), email: z.string(), role: Role, expiresAt: Time, invitedBy: z.string() })
export type Invitation = z.output<typeof Invitation>

export const Key = z.object({
  id: z.string(),
  kind: z.enum(['write', 'secret']),
  /** Of a write key: the source that its events come from. */
  name: z.string(),
  lastFour: z.string(),
  scopes: z.array(Scope),
  createdAt: Time,
  createdBy: z.string(),
  expiresAt: Time.nullable(),
  revokedAt: Time.nullable(),
  /** To the hour. */
  usedAt: Time.nullable(),
})
export type Key = z.output<typeof Key>

export const AuditLine = z.object({
  seq: z.int().positive(),
  at: Time,
  actor: z.string(),
  action: z.string(),
  object: z.string(),
  beforeHash: z.string(),
  afterHash: z.string(),
  requestId: z.string(),
  previous: z.string(),
  hash: z.string(),
})
export type AuditLine = z.output<typeof AuditLine>

/** What is wrong with the chain, first place first. */
export const AuditFault = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('edit'), seq: z.int() }),
  z.object({ kind: z.literal('delete'), seq: z.int(), /** Last line that is missing there. */ upTo: z.int() }),
  z.object({ kind: z.literal('swap'), seq: z.int(), with: z.int() }),
  z.object({ kind: z.literal('truncation'), seq: z.int(), upTo: z.int() }),
  z.object({ kind: z.literal('rehash'), seq: z.int(), upTo: z.int() }),
])
export type AuditFault = z.output<typeof AuditFault>

/** What is wrong with the anchors themselves: a line of their file, counted from 1. */
export const AnchorFault = z.object({ line: z.int().positive(), kind: z.enum(['unreadable', 'signature', 'key', 'order']) })
export type AnchorFault = z.output<typeof AnchorFault>

export const AuditCheck = z.object({
  lines: z.int(),
  /** Hash of the last line; '' of an empty log. */
  head: z.string(),
  fault: AuditFault.nullable(),
  /** The fault in one sentence; '' when all fits. */
  sentence: z.string(),
  /** Last line that an anchor outside the database vouches for; 0 for none. */
  anchored: z.int(),
  anchorFaults: z.array(AnchorFault),
  /** Lines after the last anchor: whoever writes to the database as its owner could have written these anew. */
  unanchored: z.int(),
})
export type AuditCheck = z.output<typeof AuditCheck>

/** A point of a chain, signed and kept outside the database. */
export const AuditAnchor = z.object({
  workspace: z.string(),
  /** Lines that it vouches for: from the one after the anchor before it up to its head. */
  from: z.int().positive(),
  seq: z.int().positive(),
  head: z.string(),
  at: Time,
  /** First four octets of each line's hash, base64url. */
  lines: z.string(),
  /** SHA-256 of the workspace's anchor before this one, as its line in the file; '' for the first. */
  previous: z.string(),
  /** Ed25519 public key, 32 octets in base64url (RFC 8032). */
  key: z.string(),
  signature: z.string(),
})
export type AuditAnchor = z.output<typeof AuditAnchor>

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}
