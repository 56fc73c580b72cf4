import { z } from 'zod'
import { action } from '#lib/action.ts'
import { ModelId } from './schema.ts'

/** Epoch milliseconds. */
const Time = z.int().nonnegative()
const Count = z.int().nonnegative()

const Activity = z.object({
  model: z.string(),
  /** Of the last seven days: all, those of the comparison group, those that fell back, those that were explored without knowledge. */
  decisions: Count,
  control: Count,
  fallback: Count,
  cold: Count,
  last: Time.nullable(),
  /** Of the newest snapshot; null: it says nothing that could be held against anything. */
  quality: z
    .object({ kind: z.enum(['auc', 'lift', 'hits']), value: z.number(), low: z.number().nullable(), high: z.number().nullable() })
    .nullable(),
  /** Documents that name it. */
  uses: z.array(z.object({ kind: z.string(), id: z.string(), name: z.string() })),
})

export const ReadModelActivity = action({
  name: 'models.activity',
  does: 'Tells for each model what names it, and how much it decided in the last seven days, the comparison group beside it.',
  may: 'models:read',
  route: 'GET /api/model-activity',
  input: z.object({}),
  output: z.object({ models: z.array(Activity) }),
})

const Told = z.object({ n: Count, effective: z.number(), mean: z.number(), error: z.number() })
const Arm = z.object({
  arm: z.string(),
  possible: Count,
  exposed: Count,
  conversions: Count,
  /** In the workspace's currency, or conversions where the goal has no value; weighed by the chances that drew it. */
  reward: Told.nullable(),
  /** The comparison group where this option was possible. */
  control: Told.nullable(),
  /** Less the comparison group; the 95 % interval may be looked at any day. Null: too few. */
  lift: z.object({ estimate: z.number(), low: z.number(), high: z.number() }).nullable(),
  /** Chance that it brings most; null: too little is known. */
  best: z.number().min(0).max(1).nullable(),
})

export const ReadModelArms = action({
  name: 'models.arms',
  does: 'Tells how a model divides people among its options from day to day, what each option brings against the comparison group, and how sure that is.',
  may: 'models:read',
  route: 'GET /api/models/:id/arms',
  input: z.object({ id: ModelId, days: z.coerce.number().int().min(1).max(365).default(90) }),
  output: z.object({
    /** Of what was drawn, by day (epoch ms, UTC midnight), with the numbers of each option in the order of `names`. */
    names: z.array(z.string()),
    days: z.array(z.object({ day: Time, counts: z.array(Count) })),
    /** Every option that may be chosen keeps at least this chance; null: of a model without such a floor. */
    floor: z.number().nullable(),
    /** Empty for models that choose no options of a journey. */
    arms: z.array(Arm),
    /** Currency of the rewards; '' where a conversion counts as 1. */
    unit: z.string(),
    /** Decisions whose outcomes are all in, and how many of them were read: the newest. */
    matured: Count,
    read: Count,
  }),
})

const Contributed = z.object({
  name: z.string(),
  value: z.number().nullable(),
  /** To the logit of a conversion by what was chosen; how much of it is for that rather than for its rival. */
  adds: z.number(),
  favours: z.number(),
  says: z.string(),
})
const WouldBe = z.object({
  /** Another value of a feature, or an option that was not possible. */
  kind: z.enum(['feature', 'possible']),
  name: z.string(),
  was: z.string(),
  had: z.string(),
  likeliest: z.string(),
  chance: z.number(),
  before: z.number(),
  drawn: z.string(),
})

export const ExplainDecision = action({
  name: 'decisions.explain',
  does: 'Explains one decision: what each feature did to it, what would have been had one thing been another way, and whether it comes out again bit for bit.',
  may: 'people:read',
  route: 'GET /api/decisions/:id/explanation',
  input: z.object({ id: z.string().min(1).max(300) }),
  output: z.object({
    /** `same`: bit for bit; `passed`: of a kind that is not reckoned again; else why it is not the same. */
    replay: z.object({ state: z.enum(['same', 'passed', 'differs', 'no_snapshot', 'broken', 'failed']), detail: z.string() }),
    rival: z.string(),
    features: z.array(Contributed),
    would: z.array(WouldBe),
  }),
})
