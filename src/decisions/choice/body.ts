import { z } from 'zod'

const Weight = z.number()
const Count = z.number().nonnegative()

/** Gaussian beliefs on the weights [1, features…] of one part of the regression: means and variances. */
const Block = z.strictObject({ w: z.array(Weight), v: z.array(z.number().positive()) })
export type Block = z.output<typeof Block>

/** Count, mean and sum of squared deviations of rewards (Welford 1962). */
const Sums = z.strictObject({ n: Count, mean: Weight, m2: Count })
export type Sums = z.output<typeof Sums>

/** What has come of those who got one arm. */
const ArmSums = z.strictObject({
  /** All told, undiscounted. */
  reward: Sums,
  conversions: Count,
  unsubscribes: Count,
  complaints: Count,
  /** Sums of 1/propensity, of its square, and of it over conversions; discounted. */
  weight: Count,
  squares: Count,
  converted: Count,
  /** Worth of conversions, and what messages cost, discounted with their counts. */
  worth: Count,
  worths: Count,
  cost: Count,
  costs: Count,
  /** Unsubscribes and complaints, discounted, of `costs` decisions. */
  losses: Count,
  /** Mean propensity with which it was chosen. */
  propensity: Count,
})
export type ArmSums = z.output<typeof ArmSums>

/** A regression of the conversion's logit, with how far its predictions were to be trusted. */
const Regression = z.strictObject({
  /** By `` (of everybody), `channel:…`, `offer:…`, `arm:…`: the parts of a candidate's logit add up. */
  blocks: z.record(z.string(), Block),
  /** Progressive predictions in bins of the logit: count, sum of logits, conversions; discounted. */
  bins: z.array(z.tuple([Count, Weight, Count])),
  /** Logit of what is told = intercept + slope × logit of the regression. */
  calibration: z.strictObject({ intercept: Weight, slope: z.number().positive() }),
  /** Variance of a slope of a channel, an offer, an arm before anything is known: how much people are thought to differ in what moves them. */
  spread: z.number().positive(),
})
export type Regression = z.output<typeof Regression>

/** What a model of type `choice` has learned. */
export const ChoiceBody = z
  .strictObject({
    v: z.literal(1),
    /** Features in order, each with the mean and scale that it is standardised by. */
    names: z.array(z.string()).max(256),
    means: z.array(Weight),
    scales: z.array(z.number().positive()),
    regression: Regression,
    /** Mean of the standardised features of people as they come: the person that stands for all. */
    centre: z.array(Weight),
    arms: z.record(z.string(), ArmSums),
    control: ArmSums,
    treated: ArmSums,
    /** What choosing for each person would have brought beyond the arm that is best for all, estimated before each example was learned. */
    gain: Sums,
    /** By how much telling people apart predicts conversions better (log-loss), before each example was learned. */
    sharper: Sums,
    /** Whether it is shown that telling people apart brings more. */
    personal: z.enum(['undecided', 'shown', 'refuted']),
    /** Share of the draws that follow what is believed of the person; the others follow what is best for all, so that the two can be told apart. */
    share: z.number().min(0).max(1),
    /** Arms that are not chosen any more, with the metric that was worse than control. */
    paused: z.record(z.string(), z.enum(['unsubscribes', 'complaints'])),
    /** Discounted number of examples, and the time (epoch ms) that it is discounted to. */
    n: Count,
    at: Count,
    /** Examples, all told, at the last fit of everything at once. */
    refitted: Count,
    /** Whether conversions carry a worth; else each counts as 1. */
    valued: z.boolean(),
  })
  .refine(
    ({ names, means, scales, centre, regression }) =>
      means.length === names.length &&
      scales.length === names.length &&
      centre.length === names.length &&
      Object.values(regression.blocks).every(({ w, v }) => w.length === names.length + 1 && v.length === names.length + 1),
    'weights and features do not fit together',
  )
export type ChoiceBody = z.output<typeof ChoiceBody>

export const NO_SUMS: ArmSums = {
  reward: { n: 0, mean: 0, m2: 0 },
  conversions: 0,
  unsubscribes: 0,
  complaints: 0,
  weight: 0,
  squares: 0,
  converted: 0,
  worth: 0,
  worths: 0,
  cost: 0,
  costs: 0,
  losses: 0,
  propensity: 0,
}

export const emptyBody = (at: number): ChoiceBody => ({
  v: 1,
  names: [],
  means: [],
  scales: [],
  regression: { blocks: {}, bins: [], calibration: { intercept: 0, slope: 1 }, spread: 1 / 200 },
  centre: [],
  arms: {},
  control: NO_SUMS,
  treated: NO_SUMS,
  gain: { n: 0, mean: 0, m2: 0 },
  sharper: { n: 0, mean: 0, m2: 0 },
  personal: 'undecided',
  share: 0.9,
  paused: {},
  n: 0,
  refitted: 0,
  at,
  valued: false,
})

/** Reads the body of a snapshot; throws with a sentence. */
export function decodeChoice(text: string): ChoiceBody {
  const read = ChoiceBody.safeParse(JSON.parse(text))
  if (!read.success)
    throw new Error(`This is no snapshot of a choice: ${read.error.issues[0]?.path.join('.')} ${read.error.issues[0]?.message}`)
  return read.data
}
