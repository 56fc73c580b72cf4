import { z } from 'zod'
import { action } from '#lib/action.ts'
import { Authored } from '#workspaces/documents/api.ts'
import { InFlight } from '#workspaces/documents/in-flight.ts'
import { CAUSES, GRADES } from './grade.ts'
import { ApprovalPolicy, Evidence, Manifest, Need, Operation, State, Verdict, Vote } from './schema.ts'

const Time = z.int().nonnegative()
const Name = z.object({ kind: z.string().min(1).max(40), id: z.string().min(1).max(64) })
const Slug = z.string().min(1).max(64)

/** What somebody wants to happen. */
export const Wanted = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('publish'),
    documents: z.array(Authored).max(2_000).default([]),
    /** Drafts, as they stand now. */
    drafts: z.array(Name).max(2_000).default([]),
    archive: z.array(Name).max(2_000).default([]),
    /** Archive what is live and is not given. */
    prune: z.boolean().default(false),
    /** By journey: how people inside are treated. */
    inFlight: z.record(z.string(), InFlight).default({}),
  }),
  /** A paused, draining or stopped journey runs again. */
  z.object({ kind: z.literal('resume'), journey: Slug }),
  /** A broadcast that was held back goes out. */
  z.object({ kind: z.literal('broadcast'), journey: Slug }),
  /** All runs that wait on a hold step now, together: at most 500. */
  z.object({ kind: z.literal('run'), journey: Slug, step: Slug }),
])
export type Wanted = z.output<typeof Wanted>

export const Assessment = z.object({
  /** Whether anything asks for people. */
  needed: z.boolean(),
  needs: z.array(Need),
  evidence: Evidence,
  manifest: Manifest,
  /** Of the manifest: what an approval is of. */
  hash: z.string(),
  /** People whose work it is: they may not decide where that is forbidden. */
  authors: z.array(z.string()),
  /** For each need, in the same order: people who could decide. */
  deciders: z.array(z.array(z.string())),
  /** Of everybody who is mentioned, by id or by actor. */
  names: z.record(z.string(), z.string()),
  grade: z.enum(GRADES),
  because: z.array(z.enum(CAUSES)),
  /** A request of exactly this that waits already. */
  waiting: z.string().nullable(),
  /** A request about the same that ended without it: this one would follow it. */
  follows: z.string().nullable(),
})
export type Assessment = z.output<typeof Assessment>

export const RequestApproval = action({
  name: 'approvals.request',
  does: 'Asks for approval of exactly this: what would be published, resumed, sent out or released. A dry run says who would be needed and why, and asks nobody.',
  may: 'signed-in',
  route: 'POST /api/approvals',
  input: z.object({
    wanted: Wanted,
    title: z.string().max(200).default(''),
    /** To those who decide: why, and of a second request what is different now. */
    note: z.string().max(2_000).default(''),
    dryRun: z.boolean().default(false),
  }),
  output: Assessment.extend({ id: z.string().nullable() }),
  largestBody: 32 * 1_048_576,
  audited: true,
})

export const ApprovalLine = z.object({
  id: z.string(),
  operation: Operation,
  state: State,
  title: z.string(),
  requestedBy: z.string(),
  /** The name of whoever asked, as far as it is known. */
  requester: z.string(),
  requestedAt: Time,
  due: Time.nullable(),
  otherwise: z.enum(['hold', 'reject', 'deterministic']),
  people: z.int(),
  /** Of journeys; 0 where nothing is sent. */
  journeys: z.int(),
  reasons: z.array(z.string()),
  /** Why it is over; '' while it is not. */
  reason: z.string(),
  closedAt: Time.nullable(),
  /** How much a mistake would matter, and why: it orders the inbox. */
  grade: z.enum(GRADES),
  because: z.array(z.enum(CAUSES)),
  /** What an approval is of. */
  hash: z.string(),
  /** Whoever asks here may be one of the deciders; whether it is their own work shows when they look. */
  forMe: z.boolean(),
  /** Whoever asks here asked for it. */
  mine: z.boolean(),
})
export type ApprovalLine = z.output<typeof ApprovalLine>

export const ListApprovals = action({
  name: 'approvals.list',
  does: 'Lists requests for approval, those that are due first; without a state those that wait or may be carried out, with `over` those that ended, the last first.',
  may: 'documents:read',
  route: 'GET /api/approvals',
  input: z.object({
    state: State.optional(),
    over: z.stringbool().default(false),
    limit: z.coerce.number().int().min(1).max(500).default(100),
  }),
  output: z.object({ approvals: z.array(ApprovalLine) }),
})

const Change = z.object({
  /** Names from the outside in. */
  at: z.array(z.string()),
  what: z.enum(['added', 'removed', 'changed', 'moved']),
  before: z.string(),
  after: z.string(),
})
/** Against what was live when it was asked for: as hunks of YAML, and thing by thing. */
const Diff = Name.extend({ action: z.enum(['create', 'change', 'archive']), diff: z.string(), changes: z.array(Change) })
export type ApprovalDiff = z.output<typeof Diff>

/** What a rule of law, or of the house, says of a template before it goes out. `at-send`: it is asked of each person when the message leaves. */
const RuleWord = z.object({
  document: z.string(),
  policy: z.string(),
  version: z.int(),
  name: z.string(),
  gate: z.string(),
  jurisdiction: z.string(),
  citation: z.string(),
  verdict: z.enum(['pass', 'refuse', 'at-send']),
  reason: z.string(),
})

/** An earlier request about the same. */
const Earlier = z.object({
  id: z.string(),
  state: State,
  requestedBy: z.string(),
  requestedAt: Time,
  note: z.string(),
  reason: z.string(),
  closedAt: Time.nullable(),
  votes: z.array(Vote),
})
/** A message as one real person would get it. `rendered` is null when it cannot be made, or the person is gone. */
const ShownExample = z.object({
  profile: z.string(),
  template: z.string(),
  why: z.enum(['longest', 'rarest-locale', 'worst', 'spread']),
  rendered: z.object({ subject: z.string(), html: z.string(), text: z.string() }).nullable(),
  problems: z.array(z.string()),
})
const LintLine = z.object({
  severity: z.enum(['error', 'warning']),
  document: z.string(),
  code: z.string(),
  title: z.string(),
  detail: z.string(),
})

export const GetApproval = action({
  name: 'approvals.get',
  does: 'Shows a request for approval: the difference to what is live, why it needs people, reach, cost, risk, rendered examples of real people, and who has said what.',
  may: 'documents:read',
  route: 'GET /api/approvals/:id',
  input: z.object({ id: z.string().min(1).max(64) }),
  output: ApprovalLine.extend({
    hash: z.string(),
    needs: z.array(Need),
    evidence: Evidence,
    manifest: Manifest,
    diffs: z.array(Diff),
    /** What the checks say of the documents as they would be live. */
    lint: z.array(LintLine),
    examples: z.array(ShownExample),
    /** Why there are no examples; '' when there are some. */
    withoutExamples: z.string(),
    votes: z.array(Vote),
    standing: z.array(z.object({ policy: z.string(), quorum: z.int(), people: z.array(z.string()), met: z.boolean() })),
    authors: z.array(z.string()),
    /** Whether whoever asks may decide; the reason when not. */
    mayDecide: z.boolean(),
    why: z.string(),
    /** Revision that carried it out; null while none has. */
    revision: z.int().nullable(),
    note: z.string(),
    /** For each need, in the same order: people who could decide now. */
    deciders: z.array(z.array(z.string())),
    /** Of everybody who is mentioned, by id or by actor. */
    names: z.record(z.string(), z.string()),
    /** What is not as it was asked for any more, one sentence each: a word on it would void it. */
    drift: z.array(z.string()),
    rules: z.array(RuleWord),
    /** Earlier requests about the same, the latest first. */
    earlier: z.array(Earlier),
    /** What is different from the request before; null where there was none. */
    since: z.object({ id: z.string(), diffs: z.array(Diff) }).nullable(),
    /** Whether whoever asks may carry it out once it is approved, and why not. */
    carry: z.object({ may: z.boolean(), why: z.string() }),
    /** Whether whoever asks may take it back. */
    mayCancel: z.boolean(),
  }),
})

export const DecideApproval = action({
  name: 'approvals.decide',
  does: 'Approves, rejects, or asks for a change. The hash says what was looked at; anything else is refused.',
  may: 'signed-in',
  route: 'POST /api/approvals/:id/decide',
  input: z
    .object({ id: z.string().min(1).max(64), verdict: Verdict, hash: z.string().length(64), comment: z.string().max(2_000).default('') })
    .refine(({ verdict, comment }) => verdict === 'approve' || comment.trim() !== '', { message: 'say why', path: ['comment'] }),
  output: z.object({
    state: State,
    standing: z.array(z.object({ policy: z.string(), quorum: z.int(), people: z.array(z.string()), met: z.boolean() })),
  }),
  audited: true,
})

export const CarryOutApproval = action({
  name: 'approvals.carry-out',
  does: 'Publishes exactly what was approved. It needs what publishing these documents needs; who approved may do it too.',
  may: 'signed-in',
  route: 'POST /api/approvals/:id/carry-out',
  input: z.object({ id: z.string().min(1).max(64), hash: z.string().length(64) }),
  output: z.object({ revision: z.int().nullable() }),
  audited: true,
})

export const CancelApproval = action({
  name: 'approvals.cancel',
  does: 'Takes a request for approval back.',
  may: 'signed-in',
  route: 'POST /api/approvals/:id/cancel',
  input: z.object({ id: z.string().min(1).max(64) }),
  output: z.object({ state: State }),
  audited: true,
})

export const ListStarters = action({
  name: 'approvals.starters',
  does: 'Gives sets of approval policies to begin with. Without any policy nothing needs approval.',
  may: 'documents:read',
  route: 'GET /api/approval-starters',
  input: z.object({}),
  output: z.object({ starters: z.array(z.object({ id: z.string(), policies: z.array(ApprovalPolicy) })) }),
})
