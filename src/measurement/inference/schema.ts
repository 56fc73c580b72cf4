import { z } from 'zod'

const Count = z.int().nonnegative()

/** Why a number may be wrong, in a word for programs and in one for people. */
export const Doubt = z.object({ code: z.string(), sentence: z.string() })
export type Doubt = z.output<typeof Doubt>

/** What a word beside a number means. */
export const Definition = z.object({ term: z.string(), means: z.string() })

export const Bounds = z.object({ low: z.number(), high: z.number() })
export type Bounds = z.output<typeof Bounds>

/** Treated minus control; in the metric's unit, or as a share of control's mean. */
export const EffectFigure = z.object({
  estimate: z.number(),
  se: z.number(),
  /** Holds at all looks together. Null: too early. */
  always: Bounds.extend({ p: z.number() }).nullable(),
  /** Holds for one look that was planned before. */
  fixed: Bounds.extend({ p: z.number() }),
})
export type EffectFigure = z.output<typeof EffectFigure>

export const Role = z.enum(['primary', 'secondary', 'guardrail'])
export type Role = z.output<typeof Role>

/**
 * `none`: an arm has no figures; `too_early`; `open`: nothing is shown yet; `better`, `worse`: shown, in the direction that the metric names.
 * Guardrails: `harm`: shown to be worse (the arm should stop); `no_harm`: shown not to be worse by more than was tolerated.
 */
export const Verdict = z.enum(['none', 'too_early', 'open', 'better', 'worse', 'harm', 'no_harm'])
export type Verdict = z.output<typeof Verdict>

const ArmFigure = z.object({ arm: z.string(), n: Count, mean: z.number().nullable() })

export const Comparison = z.object({
  metric: z.string(),
  name: z.string(),
  role: Role,
  better: z.enum(['more', 'less']),
  /** How to write the numbers: shares, the workspace's currency, or plain. */
  unit: z.enum(['share', 'money', 'number']),
  control: ArmFigure,
  treated: ArmFigure,
  /** Adjusted by what was before, where there is a pre-period. */
  absolute: EffectFigure.nullable(),
  /** Null also where control's mean is not clearly apart from 0. */
  relative: EffectFigure.nullable(),
  /** 0.95: of the intervals of this comparison. */
  level: z.number(),
  method: z.string(),
  /**
   * How much worse than control, in the metric's unit: at least `low`, at most `high`, each by itself at this level and at all looks.
   * Null: no guardrail, or nothing is known yet.
   */
  harm: Bounds.extend({ level: z.number(), tolerated: z.number().nullable() }).nullable(),
  /** CUPED: what of the noise is gone, and the figure without. */
  adjustment: z.object({ theta: z.number(), removed: z.number(), unadjusted: EffectFigure.nullable() }).nullable(),
  bayes: z
    .object({
      /** That treated is better, in the metric's direction. */
      chanceBetter: z.number(),
      expected: z.number(),
      low: z.number(),
      high: z.number(),
      /** Mean loss by staying with control and by going over, in the metric's unit. */
      risk: z.object({ stay: z.number(), change: z.number() }),
    })
    .nullable(),
  /** Relative, drawn to how large effects usually are here. */
  shrunk: z.object({ estimate: z.number(), low: z.number(), high: z.number() }).nullable(),
  /** Always valid; adjusted over the comparisons of the same role (Holm, Benjamini and Hochberg). */
  p: z.number().nullable(),
  adjustedP: z.number().nullable(),
  adjustedBy: z.enum(['holm', 'benjamini-hochberg', 'none']),
  verdict: Verdict,
  sentence: z.string(),
  doubts: z.array(Doubt),
})
export type Comparison = z.output<typeof Comparison>

/** One experiment, read once. */
export const Readout = z.object({
  level: z.number(),
  control: z.string().nullable(),
  arms: z.array(
    z.object({
      arm: z.string(),
      name: z.string(),
      people: Count,
      /** Of all people: as designed, and as seen. */
      wanted: z.number(),
      seen: z.number(),
    }),
  ),
  sampleRatio: z.object({ p: z.number(), evidence: z.number(), alarm: z.boolean(), sentence: z.string() }),
  /** Why no figures are shown. */
  blocked: z.object({ code: z.enum(['sample_ratio', 'no_control']), sentence: z.string() }).nullable(),
  /** Empty when blocked. */
  comparisons: z.array(Comparison),
  /** Arms that a guardrail says to stop; told also when figures are blocked. */
  stop: z.array(z.object({ arm: z.string(), metric: z.string(), sentence: z.string() })),
  doubts: z.array(Doubt),
  definitions: z.array(Definition),
})
export type Readout = z.output<typeof Readout>
