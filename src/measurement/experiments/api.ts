import { z } from 'zod'
import { action } from '#lib/action.ts'
import { Bounds, Definition, Doubt, Readout } from '../inference/schema.ts'

const Count = z.int().nonnegative()
/** Epoch ms. */
const At = z.number()
/** `journey:winback`, `choose:winback:nudge`, `split:…`, `send-time:…`, `slot:letter:hero`, `experiment:…`, `holdout:all:2026q4`. */
const Key = z.string().min(1).max(300)
const Limit = z.coerce.number().int().min(1).max(500).default(50)
const Cursor = z.string().max(600)

/** How to reach the people behind a number: an action of ours, and what to ask it. */
const Drill = z.object({ action: z.string(), query: z.record(z.string(), z.string()) })

const SourceKind = z.enum(['journey', 'split', 'choose', 'send-time', 'slot', 'experiment', 'holdout'])

const ArmView = z.object({ id: z.string(), name: z.string(), control: z.boolean() })

export const ExperimentLine = z.object({
  key: z.string(),
  kind: SourceKind,
  title: z.string(),
  arms: z.array(ArmView),
  primary: z.string().nullable(),
  /** What was read last, once a day or when it ended; null: nothing yet. */
  last: z.object({ asOf: At, verdict: z.string(), sentence: z.string(), ended: z.boolean() }).nullable(),
  /** Guardrails that were crossed, newest first. */
  crossings: z.array(z.object({ at: At, arm: z.string(), metric: z.string(), did: z.string(), sentence: z.string() })),
  drill: Drill,
})
export type ExperimentLine = z.output<typeof ExperimentLine>

export const ListExperiments = action({
  name: 'experiments.list',
  does: 'Lists all that chance compares: journeys against hold-out, splits, choices of models, best hours, slots, experiments, hold-outs',
  may: 'reports:read',
  route: 'GET /api/experiments',
  input: z.object({}),
  output: z.object({ asOf: At, experiments: z.array(ExperimentLine) }),
})

/** What one look on one day would have said; `low` and `high` hold at all of them together, and are null while it is too early. */
const SeriesPoint = z.object({ day: At, people: Count, estimate: z.number(), low: z.number().nullable(), high: z.number().nullable() })
export const Series = z.object({ metric: z.string(), arm: z.string(), control: z.string(), points: z.array(SeriesPoint) })
export type Series = z.output<typeof Series>

export const Excluded = z.object({ code: z.enum(['crossed', 'window_open']), people: Count, sentence: z.string(), drill: Drill })

export const ExperimentReport = z.object({
  key: z.string(),
  kind: SourceKind,
  title: z.string(),
  asOf: At,
  /** The answer in one sentence: the first comparison of the first read-out, or why there is none. */
  sentence: z.string(),
  /** The first is against the control; others (against people who got nothing) follow it. */
  readouts: z.array(z.object({ against: z.string(), name: z.string(), readout: Readout })),
  /** Of the primary metric, by days on which windows ended. */
  series: z.array(Series),
  excluded: z.array(Excluded),
  metrics: z.array(z.object({ id: z.string(), name: z.string(), means: z.string() })),
  arms: z.array(ArmView.extend({ people: Count, drill: Drill, converted: Drill })),
  doubts: z.array(Doubt),
  definitions: z.array(Definition),
})
export type ExperimentReport = z.output<typeof ExperimentReport>

export const ReadExperiment = action({
  name: 'experiments.report',
  does: 'Reads an experiment: what each arm did against control, with intervals that hold however often one looks, and what could be wrong',
  may: 'reports:read',
  route: 'GET /api/experiments/:key',
  input: z.object({ key: Key }),
  output: ExperimentReport,
})

const CutLine = z.object({
  value: z.string(),
  arm: z.string(),
  people: Count,
  estimate: z.number().nullable(),
  interval: Bounds.nullable(),
  /** Adjusted over all lines (Holm). */
  p: z.number().nullable(),
  sentence: z.string(),
})
export const ReadExperimentCut = action({
  name: 'experiments.cut',
  does: 'Reads the primary metric of an experiment for parts of its people: by segment or attribute, corrected for looking at several',
  may: 'reports:read',
  route: 'GET /api/experiments/:key/cut',
  input: z
    .object({ key: Key, segment: z.string().max(64).optional(), attribute: z.string().min(1).max(100).optional() })
    .refine(({ segment, attribute }) => (segment === undefined) !== (attribute === undefined), 'give either segment or attribute'),
  output: z.object({
    key: z.string(),
    asOf: At,
    metric: z.string(),
    control: z.string(),
    level: z.number(),
    lines: z.array(CutLine),
    doubts: z.array(Doubt),
    definitions: z.array(Definition),
  }),
})

export const ReadExperimentPeople = action({
  name: 'experiments.people',
  does: 'Lists the people behind a number of an experiment: of an arm, who did it or not, who is left out and why',
  may: 'people:read',
  route: 'GET /api/experiments/:key/people',
  input: z.object({
    key: Key,
    arm: z.string().max(100).default(''),
    which: z.enum(['all', 'converted', 'not_converted', 'crossed', 'open']).default('all'),
    /** Left out: the primary one. */
    metric: z.string().max(100).optional(),
    cursor: Cursor.optional(),
    limit: Limit,
  }),
  output: z.object({
    people: z.array(z.object({ profileId: z.string(), arm: z.string(), at: At, value: z.number() })),
    next: z.string().nullable(),
  }),
})

export const HoldoutLine = z.object({
  id: z.string(),
  name: z.string(),
  period: z.string(),
  key: z.string(),
  share: z.string(),
  people: z.object({ heldOut: Count, treated: Count }),
  sentence: z.string(),
  /** What all marketing together has brought in the metric, and what was forgone by holding people out. Null: not shown yet. */
  value: z
    .array(
      z.object({
        metric: z.string(),
        name: z.string(),
        /** Of the numbers: the workspace's currency; '' where they are no money. */
        currency: z.string(),
        perPerson: Bounds.extend({ estimate: z.number() }),
        programme: Bounds.extend({ estimate: z.number() }),
        forgone: Bounds.extend({ estimate: z.number() }),
        sentence: z.string(),
      }),
    )
    .nullable(),
  doubts: z.array(Doubt),
  drill: Drill,
})
export type HoldoutLine = z.output<typeof HoldoutLine>

export const ListHoldouts = action({
  name: 'holdouts.list',
  does: 'Lists hold-outs from all marketing by period: how many people are out, what marketing as a whole has brought, and what the hold-out cost',
  may: 'reports:read',
  route: 'GET /api/holdouts',
  input: z.object({}),
  output: z.object({ asOf: At, holdouts: z.array(HoldoutLine), definitions: z.array(Definition) }),
})
