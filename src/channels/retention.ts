import { z } from 'zod'
import { milliseconds } from '#lib/duration.ts'

const Span = z.string().regex(/^[1-9]\d*[dw]$/, 'write days or weeks, such as 1096d')
const Name = z.string().min(1).max(64)

/** How long what was sent is kept. The policy called `default` is in force; without one everything is kept for two years. */
export const Retention = z.strictObject({
  kind: z.literal('retention'),
  id: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'use lower-case letters, digits, - and _ (at most 64)'),
  name: z.string().max(200).optional(),
  /** For whatever no rule names. */
  otherwise: Span.default('730d'),
  /** A rule without `category`, `topic` or `lane` holds for all of these. Of several that fit, the longest time counts. */
  rules: z
    .array(
      z.strictObject({
        category: Name.optional(),
        topic: Name.optional(),
        lane: z.enum(['marketing', 'transactional']).optional(),
        keep: Span,
        /** The rule of law that asks for it, such as `15 U.S.C. 1681m(d)(3)`. */
        citation: z.string().max(300).optional(),
      }),
    )
    .max(100)
    .default([]),
})
export type Retention = z.output<typeof Retention>

export interface Kept {
  readonly category: string
  readonly topic: string
  readonly lane: string
}

const DEFAULT = Retention.parse({ kind: 'retention', id: 'default' })

/** Milliseconds that a message of this kind is kept at least. */
export function keptFor({ category, topic, lane }: Kept, policy: Retention = DEFAULT): number {
  const fits = (wanted: string | undefined, is: string): boolean => wanted === undefined || wanted === is
  const fitting = policy.rules.filter((rule) => fits(rule.category, category) && fits(rule.topic, topic) && fits(rule.lane, lane))
  const spans = fitting.length > 0 ? fitting.map(({ keep }) => keep) : [policy.otherwise]
  return Math.max(...spans.map((span) => milliseconds(span)!))
}
