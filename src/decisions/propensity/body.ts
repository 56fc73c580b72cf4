import { z } from 'zod'
import { canonical } from '#lib/json.ts'
import type { Trees } from '#lib/numeric/gbdt.ts'
import type { Outcome } from '../schema.ts'
import type { FittedBgNbd } from './bg-nbd.ts'
import type { Calibration } from './calibration.ts'
import type { Champion, Comparison, Forest } from './challenge.ts'
import type { Spread } from './drift.ts'
import { type Encoding, encodingOf, MOST_COLUMNS } from './encoding.ts'
import { type Ftrl, packedSlots, unpackedSlots } from './ftrl.ts'
import { packedRecent, type Recent, unpackedRecent } from './recent.ts'
import type { SurvivalStep } from './survival.ts'

/** What a propensity model has learned. It is never changed: learning goes on on a copy. */
export interface PropensityBody {
  /** What it foretells, as text: with another outcome it begins anew. */
  readonly outcome: string
  readonly encoding: Encoding
  readonly linear: Ftrl
  /** Of the last challenge; null: none was held yet. */
  readonly trees: Forest | null
  readonly champion: Champion
  readonly calibration: { readonly linear: Calibration; readonly trees: Calibration | null }
  readonly recent: { readonly linear: Recent; readonly trees: Recent | null }
  readonly comparison: Comparison | null
  /** Epoch ms of the last challenge; 0: none. */
  readonly challengedAt: number
  /** How features and the score were spread where trees and linear model were compared. */
  readonly spreads: readonly Spread[]
  readonly scoreSpread: Spread | null
  /** Non-contractual churn: who is lost for good. */
  readonly buying: FittedBgNbd | null
  /** Contractual churn: the share that stays, by days. */
  readonly survival: readonly SurvivalStep[]
  readonly positives: number
  /** Outcomes that came in after their window had been closed without them. */
  readonly late: number
}

export const outcomeText = (outcome: Outcome): string => canonical(outcome)

const Num = z.number()
const Positive = z.number().positive()
const Count = z.number().nonnegative()
const SpreadOf = z.strictObject({ name: z.string(), edges: z.array(Num), shares: z.array(Count), n: Count })
const CalibrationOf = z
  .strictObject({
    x: z.array(Num),
    y: z.array(z.number().min(0).max(1)),
    trust: z.number().min(0).max(1),
    edge: z.number().positive().max(0.5),
  })
  .refine(({ x, y }) => x.length === y.length && isRising(x) && isRising(y), 'the curve of a calibration has to rise')
const isRising = (values: readonly number[]): boolean => values.every((value, i) => i === 0 || value >= values[i - 1]!)
const Node = z.array(z.int())
const TreeOf = z
  .strictObject({
    feature: Node,
    threshold: z.array(Num),
    missingLeft: Node,
    left: Node,
    right: Node,
    value: z.array(Num),
    cover: z.array(Count),
  })
  .refine(isTree, 'a tree that does not lead from its root to leaves')

/** Children come after their parent, so every way ends. */
function isTree({ feature, threshold, missingLeft, left, right, value, cover }: Trees['trees'][number]): boolean {
  const size = feature.length
  if (size === 0 || [threshold, missingLeft, left, right, value, cover].some((list) => list.length !== size)) return false
  return feature.every((by, node) => by < 0 || [left[node]!, right[node]!].every((child) => child > node && child < size))
}

const ForestOf = z
  .strictObject({ names: z.array(z.string()), trees: z.strictObject({ features: z.int(), base: Num, trees: z.array(TreeOf) }) })
  .refine(
    ({ names, trees }) => names.length === trees.features && trees.trees.every(({ feature }) => feature.every((by) => by < names.length)),
    'trees that ask for columns that there are not',
  )

const Packed = z.strictObject({
  format: z.literal(1),
  outcome: z.string(),
  scale: z.enum(['log', 'real']),
  seen: Count,
  columns: z.array(z.strictObject({ name: z.string(), count: Count, mean: Num, m2: Count, absent: Count })).max(MOST_COLUMNS),
  settings: z.strictObject({ alpha: Positive, beta: Count, l1: Count, l2: Count }),
  offset: Num,
  slots: z.base64(),
  trees: ForestOf.nullable(),
  champion: z.enum(['linear', 'trees']),
  calibration: z.strictObject({ linear: CalibrationOf, trees: CalibrationOf.nullable() }),
  recent: z.strictObject({ linear: z.base64(), trees: z.base64().nullable() }),
  comparison: z.strictObject({ difference: Num, interval: z.tuple([Num, Num]), n: Count, positives: Count }).nullable(),
  challengedAt: Count,
  spreads: z.array(SpreadOf),
  scoreSpread: SpreadOf.nullable(),
  buying: z
    .strictObject({
      r: Positive,
      alpha: Positive,
      a: Positive,
      b: Positive,
      logLikelihood: Num,
      buyers: Count,
      identified: z.boolean(),
      withoutLoss: z.strictObject({ r: Positive, alpha: Positive, logLikelihood: Num }).exactOptional(),
    })
    .nullable(),
  survival: z.array(z.strictObject({ time: Num, atRisk: Count, ended: Count, survival: Count, error: Count })),
  positives: Count,
  late: Count,
})

/** A snapshot's text. */
export function packedBody(body: PropensityBody): string {
  const { encoding, linear, recent, ...rest } = body
  const packed: z.output<typeof Packed> = {
    format: 1,
    ...(rest as Omit<z.output<typeof Packed>, 'format'>),
    scale: encoding.scale,
    seen: encoding.seen,
    columns: encoding.columns.map(({ name, count, mean, m2, absent }) => ({ name, count, mean, m2, absent })),
    settings: linear.settings,
    offset: linear.offset,
    slots: packedSlots(linear),
    recent: { linear: packedRecent(recent.linear), trees: recent.trees && packedRecent(recent.trees) },
  }
  return JSON.stringify(packed)
}

/** Reads a snapshot's text; throws with a sentence where it cannot be relied upon. */
export function decodePropensity(text: string): PropensityBody {
  const { format: _, scale, seen, columns, settings, offset, slots, recent, ...rest } = Packed.parse(JSON.parse(text))
  if (rest.champion === 'trees' && (!rest.trees || !rest.calibration.trees)) throw new Error('trees are to answer, and there are none')
  return {
    ...rest,
    encoding: encodingOf(scale, columns, seen),
    linear: unpackedSlots(slots, settings, offset),
    recent: { linear: unpackedRecent(recent.linear), trees: recent.trees === null ? null : unpackedRecent(recent.trees) },
  }
}
