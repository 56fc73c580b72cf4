import { z } from 'zod'
import { isZone } from '#lib/zone.ts'
import { shareOf } from '../schema.ts'

const Id = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'use lower-case letters, digits, - and _ (at most 64)')
const Share = z.string().regex(/^(100|\d{1,2})(\.\d+)?%$/, 'write a share such as 5%')
const Ids = z.array(Id).min(1).max(100)

/** People whom no marketing reaches for a time, so that all of marketing can be held against nothing. Transactional messages always go. */
export const Holdout = z.strictObject({
  kind: z.literal('holdout'),
  id: Id,
  name: z.string().max(200).optional(),
  description: z.string().max(2_000).optional(),
  /** Of all people; 2 to 5 % are usual. */
  share: Share.default('3%'),
  /** When others are drawn. `never`: the same people for good. */
  rotate: z.enum(['month', 'quarter', 'never']).default('quarter'),
  /** Where months and quarters begin. */
  zone: z.string().refine(isZone, 'write a time zone such as Europe/Berlin').default('UTC'),
  /** Which marketing is kept back; left out: all. A message is covered when both its channel and its topic are. */
  covers: z.strictObject({ channels: z.array(z.string().min(1)).min(1).max(20).optional(), topics: Ids.optional() }).prefault({}),
})
export type Holdout = z.output<typeof Holdout>

/** A metric document, or the goal of a journey: `goal:winback`. */
const Metric = z.string().regex(/^(goal:)?[a-z0-9][a-z0-9_-]{0,63}$/, 'name a metric, or the goal of a journey such as goal:winback')

/** How many places a layer has. */
export const LAYER_PLACES = 10_000

/** Experiments of one layer never meet in a person; those of different layers are drawn independently. */
const Layer = z
  .strictObject({
    id: Id,
    /** Places of the layer that this experiment takes, both included. */
    from: z
      .int()
      .min(0)
      .max(LAYER_PLACES - 1)
      .default(0),
    to: z
      .int()
      .min(0)
      .max(LAYER_PLACES - 1)
      .default(LAYER_PLACES - 1),
  })
  .refine(({ from, to }) => from <= to, 'from is after to')

const common = {
  kind: z.literal('experiment'),
  id: Id,
  name: z.string().max(200).optional(),
  description: z.string().max(2_000).optional(),
  /** What is believed, before anybody has looked: “A reminder brings back 2 % more of those who …”. */
  hypothesis: z.string().min(1).max(2_000),
  /** Nobody is drawn before the start and after the end; left out: from publishing until archiving. */
  start: z.iso.datetime({ offset: true }).optional(),
  end: z.iso.datetime({ offset: true }).optional(),
  /** What decides. */
  primary: Metric,
  secondary: z.array(Metric).max(20).default([]),
  /** What must not get worse. */
  guardrails: z.array(Metric).max(20).default([]),
  /** Chance of calling a difference that is none, for the primary metric. */
  alpha: z.number().min(0.001).max(0.2).default(0.05),
  /** Whether it is stopped when a guardrail is surely worse than allowed. */
  stop: z.strictObject({ harm: z.boolean().default(true) }).prefault({}),
}
const drawn = { ...common, layer: Layer.optional() }
const arm = {
  id: Id,
  name: z.string().max(200).optional(),
  share: Share,
  /** The arm that the others are held against: exactly one. */
  control: z.boolean().default(false),
}

/** Whole journeys: each arm says which of them it lets people into. */
const OfJourneys = z.strictObject({
  ...drawn,
  on: z.literal('journeys'),
  journeys: Ids,
  arms: z
    .array(z.strictObject({ ...arm, enters: z.array(Id).max(100) }))
    .min(2)
    .max(10),
})

/** All marketing to the people of a segment, against none. */
const OfSegment = z.strictObject({
  ...drawn,
  on: z.literal('segment'),
  segment: Id,
  arms: z
    .array(z.strictObject({ ...arm, contact: z.boolean() }))
    .min(2)
    .max(10),
})

/** Slots of a template: each arm says which of their variants it may show. */
const OfSlots = z.strictObject({
  ...drawn,
  on: z.literal('slots'),
  template: Id,
  arms: z
    .array(z.strictObject({ ...arm, shows: z.record(z.string().min(1), Ids) }))
    .min(2)
    .max(10),
})

/** The hour of a message step that has a best hour: by the model, or at once. */
const OfSendTime = z.strictObject({
  ...drawn,
  on: z.literal('send-time'),
  journey: Id,
  step: Id,
  arms: z
    .array(z.strictObject({ ...arm, hour: z.enum(['best', 'now']) }))
    .min(2)
    .max(10),
})

/** A split or a choice that draws by itself: the document says what is held against what, and the step has the arms. */
const OfStep = z.strictObject({ ...common, on: z.literal('step'), journey: Id, step: Id })

/** A question put to chance. */
export const Experiment = z
  .discriminatedUnion('on', [OfJourneys, OfSegment, OfSlots, OfSendTime, OfStep])
  .superRefine((experiment, context) => {
    const { start, end } = experiment
    const wrong = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message })
    if (start !== undefined && end !== undefined && Date.parse(start) >= Date.parse(end)) wrong('end', 'it ends before it begins')
    if (experiment.on === 'step') return
    const { arms } = experiment
    const sum = arms.reduce((total, { share }) => total + shareOf(share), 0)
    if (Math.abs(sum - 1) > 1e-9) wrong('arms', `the shares come to ${Math.round(sum * 10_000) / 100}%, not to 100%`)
    if (arms.some(({ share }) => shareOf(share) === 0)) wrong('arms', 'an arm with a share of 0% is none')
    if (new Set(arms.map(({ id }) => id)).size !== arms.length) wrong('arms', 'name each arm once')
    if (arms.filter(({ control }) => control).length !== 1) wrong('arms', 'say of exactly one arm that it is the control')
  })
export type Experiment = z.output<typeof Experiment>
/** Those that draw arms themselves. */
export type Drawing = Exclude<Experiment, { on: 'step' }>
export type DrawingOn<On extends Drawing['on']> = Extract<Drawing, { on: On }>
export type Arm<On extends Drawing['on'] = Drawing['on']> = DrawingOn<On>['arms'][number]
