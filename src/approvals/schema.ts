import { z } from 'zod'
import { milliseconds } from '#lib/duration.ts'
import { Role, Scope } from '#workspaces/schema.ts'

const Slug = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'use lower-case letters, digits, - and _ (at most 64)')
const Count = z.int().min(1)
const DurationText = z
  .string()
  .regex(/^(?:\d+(?:ms|[wdhms]))+$/, 'write a duration such as 24h or 3d')
  .refine((text) => milliseconds(text) !== undefined, 'this duration is too long')

/** What may need a person: making documents live, letting a journey run again, a journey going out to many, a held run going on. */
export const Operation = z.enum(['publish', 'resume', 'broadcast', 'run'])
export type Operation = z.output<typeof Operation>

const Always = z.strictObject({ kind: z.literal('always') })
/** So many people, or more, can be reached. Who can trigger an event may be anybody: then all people count. */
const Reach = z.strictObject({ kind: z.literal('reach'), people: Count })
/** Messages times what their providers charge, and what incentives are worth: this much or more, in the workspace's currency. */
const Spend = z.strictObject({ kind: z.literal('spend'), amount: z.number().nonnegative() })
/** The largest discount that any text or option names is this deep or deeper. */
const Discount = z
  .strictObject({
    kind: z.literal('discount'),
    percent: z.number().positive().max(100).optional(),
    amount: z.number().positive().optional(),
  })
  .refine(({ percent, amount }) => percent !== undefined || amount !== undefined, 'say percent, amount, or both')
/** A template or journey of one of these categories, such as `credit-offer`. */
const Category = z.strictObject({ kind: z.literal('category'), any: z.array(Slug).min(1).max(50) })
/** People there can get it. Who restricts to no place can reach every place. */
const Jurisdiction = z.strictObject({
  kind: z.literal('jurisdiction'),
  any: z
    .array(z.string().regex(/^(EEA|[A-Z]{2}(-[A-Z0-9]{1,3})?)$/, 'write EEA, a country such as US, or a state such as US-TX'))
    .min(1)
    .max(100),
})
/** The texts score this high or higher (0 to 100): words of the brand's banned list, claims, shouting. */
const BrandVoice = z.strictObject({ kind: z.literal('brandVoice'), score: z.int().min(1).max(100) })
/** Something is sent as somebody, or by a provider, that no live journey uses yet. */
const FirstSend = z.strictObject({
  kind: z.literal('firstSend'),
  of: z
    .array(z.enum(['sender', 'provider']))
    .min(1)
    .default(['sender', 'provider']),
})
/** One of those who wrote, asked or would publish is no person at a screen: a key, an agent, a model. */
const Autonomy = z.strictObject({
  kind: z.literal('autonomy'),
  actors: z
    .array(z.enum(['key', 'agent', 'model']))
    .min(1)
    .default(['key', 'agent', 'model']),
})
/** Documents of these kinds are touched. */
const Documents = z.strictObject({
  kind: z.literal('documents'),
  kinds: z.array(Slug).min(1).max(50),
  actions: z
    .array(z.enum(['create', 'change', 'archive']))
    .min(1)
    .optional(),
})
/** People who are inside are taken along to a new version. */
const InFlight = z.strictObject({ kind: z.literal('inFlight') })

export const Condition = z.discriminatedUnion('kind', [
  Always,
  Reach,
  Spend,
  Discount,
  Category,
  Jurisdiction,
  BrandVoice,
  FirstSend,
  Autonomy,
  Documents,
  InFlight,
])
export type Condition = z.output<typeof Condition>

/** Who may decide: whoever holds the permission, and is of one of the roles, and is named, as far as those are given. */
export const Deciders = z.strictObject({
  permission: Scope.default('approvals:decide'),
  roles: z.array(Role).min(1).optional(),
  /** Ids of people. */
  people: z.array(z.string().min(1).max(100)).min(1).max(100).optional(),
  /** Whether a secret key may speak for the person who made it. Left out: a person has to sign in. */
  keys: z.boolean().default(false),
})
export type Deciders = z.output<typeof Deciders>

/** `hold`: goes on waiting. `reject`: it is rejected. `deterministic`: what is live stays as it is; a held run takes its other way. */
export const Otherwise = z.enum(['hold', 'reject', 'deterministic'])
export type Otherwise = z.output<typeof Otherwise>

/** What may not happen without people, and without how many. */
export const ApprovalPolicy = z.strictObject({
  kind: z.literal('approval-policy'),
  id: Slug,
  name: z.string().max(200).optional(),
  description: z.string().max(2_000).optional(),
  /** One of these is enough. */
  when: z.array(Condition).min(1).max(30),
  for: z.array(Operation).min(1).default(['publish', 'resume', 'broadcast', 'run']),
  /** Different people. */
  quorum: z.int().min(1).max(10).default(1),
  deciders: Deciders.default({ permission: 'approvals:decide', keys: false }),
  /** Whether whoever wrote it, asked for it, or made the key that did may decide on it. */
  ownWork: z.enum(['forbidden', 'allowed']).default('forbidden'),
  deadline: DurationText.optional(),
  otherwise: Otherwise.default('hold'),
  /** Rendered examples that an approver is shown; of held runs, how many stand for their batch. */
  sample: z.int().min(1).max(50).default(5),
})
export type ApprovalPolicy = z.output<typeof ApprovalPolicy>

/** `open` waits; `approved` may be carried out, once; all others are over. */
export const State = z.enum(['open', 'approved', 'executed', 'rejected', 'changes', 'cancelled', 'void', 'lapsed'])
export type State = z.output<typeof State>
export const Verdict = z.enum(['approve', 'reject', 'change'])
export type Verdict = z.output<typeof Verdict>

/** A document of the closure, by the hash of its body. */
export const Bound = z.object({ kind: z.string(), id: z.string(), hash: z.string() })
export type Bound = z.output<typeof Bound>
export const Touched = z.object({
  kind: z.string(),
  id: z.string(),
  action: z.enum(['create', 'change', 'archive']),
  before: z.string().nullable(),
  after: z.string().nullable(),
})
export type Touched = z.output<typeof Touched>

/** Everything that an approval binds; its hash is what is approved. The audience is held apart, because it may move by a tenth. */
export const Manifest = z.object({
  operation: Operation,
  touched: z.array(Touched),
  /** How people inside are treated, by journey. */
  inFlight: z.record(z.string(), z.json()),
  /** Live journeys that would send something else than before, or would send again. */
  journeys: z.array(z.string()),
  documents: z.array(Bound),
  /** Words of the workspace that messages and gates use. */
  workspace: z.record(z.string(), z.json()),
  /** Of held runs: which ones. */
  runs: z.array(z.string()),
})
export type Manifest = z.output<typeof Manifest>

/** One policy that asks for people, with why. */
export const Need = z.object({
  policy: z.string(),
  name: z.string(),
  reasons: z.array(z.string()),
  quorum: z.int(),
  deciders: Deciders,
  ownWork: z.enum(['forbidden', 'allowed']),
  deadline: z.string().nullable(),
  otherwise: Otherwise,
  sample: z.int(),
})
export type Need = z.output<typeof Need>

/** What somebody said, with the hash that they saw. */
export const Vote = z.object({
  actor: z.string(),
  /** Person behind the actor; '' when nobody is. */
  person: z.string(),
  verdict: Verdict,
  comment: z.string(),
  hash: z.string(),
  at: z.int(),
})
export type Vote = z.output<typeof Vote>

/**
 * How many each channel that a journey writes on would find by address, permission and suppressions, as of the look; counted on `looked` of
 * `of` people who may come in, and scaled. Caps, quiet hours and rules of law are not asked.
 */
export const ChannelReach = z.object({
  looked: z.int(),
  of: z.int(),
  channels: z.array(z.object({ channel: z.string(), people: z.int() })),
})
export type ChannelReach = z.output<typeof ChannelReach>

/** How many people a journey can reach; `exact`: an audience that is counted, so that it may not drift. */
export const JourneyReach = z.object({
  journey: z.string(),
  people: z.int(),
  exact: z.boolean(),
  /** Left out where nobody was looked at, or many journeys change at once. */
  byChannel: ChannelReach.optional(),
})
export type JourneyReach = z.output<typeof JourneyReach>

export const Finding = z.object({ code: z.string(), at: z.string(), says: z.string(), points: z.int() })
export type Finding = z.output<typeof Finding>

/** What was found about a proposal, as approvers see it. */
const Stage = z.enum(['shadow', 'share', 'full'])
/** One model of a proposal, with its evaluation on the log as it is on record. */
const ModelEvidence = z.object({
  model: z.string(),
  type: z.string(),
  /** null: it is new, or learns something else than what is live. */
  from: Stage.nullable(),
  to: Stage,
  share: z.string(),
  /** The evaluation's words; '' when there is none. */
  readOut: z.string(),
  verdict: z.enum(['better', 'worse', 'not_shown', 'refused', 'none']),
  /** Epoch ms; null when there is none. */
  evaluatedAt: z.number().nullable(),
  /** Why it is let act although too little is known; '' when no reason is given. */
  force: z.string(),
  warnings: z.array(z.string()),
})
export type ModelEvidence = z.output<typeof ModelEvidence>

/** One budget of a proposal, in its currency. */
const BudgetEvidence = z.object({
  budget: z.string(),
  currency: z.string(),
  per: z.string(),
  /** null: it is new; null: it would be gone. */
  from: z.number().nullable(),
  to: z.number().nullable(),
})
export type BudgetEvidence = z.output<typeof BudgetEvidence>

export const Evidence = z.object({
  reach: z.array(JourneyReach),
  people: z.int(),
  messages: z.int(),
  /** In the workspace's currency. `unpriced`: channels whose provider does not say what it charges. */
  cost: z.object({ currency: z.string(), messages: z.number(), incentives: z.number(), total: z.number(), unpriced: z.array(z.string()) }),
  discount: z.object({ percent: z.number(), amount: z.number(), at: z.string() }),
  categories: z.array(z.string()),
  /** Empty: nothing restricts it to a place. */
  jurisdictions: z.array(z.string()),
  voice: z.object({ score: z.int(), findings: z.array(Finding) }),
  firstSends: z.array(z.object({ kind: z.enum(['sender', 'provider']), id: z.string() })),
  actors: z.array(z.string()),
  inFlight: z.boolean(),
  /** Models that learn: which stage they would have, and what is known of them. Left out where none is touched. */
  models: z.array(ModelEvidence).optional(),
  /** Budgets that are made, changed or withdrawn. Left out where none is touched. */
  budgets: z.array(BudgetEvidence).optional(),
})
export type Evidence = z.output<typeof Evidence>
