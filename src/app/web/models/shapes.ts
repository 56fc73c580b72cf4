import { normalPdf } from '#lib/numeric/distributions.ts'
import type { ChartOf } from '#measurement/reports/chart.ts'

/** Pictures of models as data: what is drawn is decided here, and tested. */
export type Report = Readonly<Record<string, unknown>>

/** What stands in a report under a path, if anything does. */
export function inReport(report: unknown, path: readonly string[]): unknown {
  let value: unknown = report
  for (const name of path) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, name)) return undefined
    value = (value as Report)[name]
  }
  return value
}
export const numberIn = (report: unknown, ...path: readonly string[]): number | null => {
  const value = inReport(report, path)
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}
export const textsIn = (report: unknown, ...path: readonly string[]): readonly string[] => {
  const value = inReport(report, path)
  if (typeof value === 'string') return [value]
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : []
}

/** Sentences that a snapshot says of itself, whatever its type calls them. */
export const sentencesIn = (report: unknown): readonly string[] => [
  ...new Set([...textsIn(report, 'sentences'), ...textsIn(report, 'words'), ...textsIn(report, 'says')]),
]

export interface CurvePoint {
  readonly told: number
  readonly observed: number
  readonly low: number
  readonly high: number
  readonly n: number
}

/** Points of a calibration curve, the lowest first; a report that was written before there were any has none. */
export function curveIn(report: unknown): readonly CurvePoint[] {
  const all = inReport(report, ['curve'])
  if (!Array.isArray(all)) return []
  return all
    .flatMap((each): CurvePoint[] => {
      const [told, observed, low, high, n] = ['told', 'observed', 'low', 'high', 'n'].map((name) => numberIn(each, name))
      return told == null || observed == null || low == null || high == null || n == null ? [] : [{ told, observed, low, high, n }]
    })
    .sort((a, b) => a.told - b.told)
}

interface CurveWords {
  readonly title: string
  readonly came: string
  readonly perfect: string
  readonly told: string
}

/** What came against what was told, beside the line on which both are alike. */
export function curveChart(points: readonly CurvePoint[], say: CurveWords): ChartOf<'lines'> {
  const ends = points.length === 0 ? [] : [points[0]!.told, points.at(-1)!.told]
  return {
    kind: 'lines',
    title: say.title,
    format: 'share',
    x: 'number',
    xLabel: say.told,
    series: [
      { name: say.came, points: points.map(({ told, observed, low, high }) => ({ x: told, y: observed, low, high })) },
      { name: say.perfect, points: ends.map((each) => ({ x: each, y: each })) },
    ],
  }
}

/** Population stability index that tells another population. */
export const ALARM = 0.25

interface SnapshotLike {
  readonly serial: number
  readonly kind: string
  readonly madeAt: number
  readonly report: Report
}

export interface DriftLine {
  readonly name: string
  readonly points: readonly { readonly at: number; readonly psi: number; readonly state: string }[]
}

const SHOWN = 5

/** How features and the score moved from snapshot to snapshot: the score first, then the features that lie furthest now. */
export function driftLines(snapshots: readonly SnapshotLike[], score: string): readonly DriftLine[] {
  const lines = new Map<string, { at: number; psi: number; state: string }[]>()
  const note = (name: string, at: number, drift: unknown): void => {
    const psi = numberIn(drift, 'psi')
    if (psi === null) return
    const [state = ''] = textsIn(drift, 'state')
    lines.set(name, [...(lines.get(name) ?? []), { at, psi, state }])
  }
  for (const { madeAt, report } of sinceReset(snapshots)) {
    note(score, madeAt, inReport(report, ['drift', 'score']))
    const features = inReport(report, ['drift', 'features'])
    for (const each of Array.isArray(features) ? features : []) note(textsIn(each, 'name')[0] ?? '', madeAt, each)
  }
  const found = [...lines].map(([name, points]) => ({ name, points }))
  const last = ({ points }: DriftLine): number => points.at(-1)?.psi ?? 0
  const features = found.filter(({ name }) => name !== score).sort((a, b) => last(b) - last(a) || (a.name < b.name ? -1 : 1))
  return [...found.filter(({ name }) => name === score), ...features.slice(0, SHOWN)]
}

/** Oldest first, from the last time that everything was forgotten. */
function sinceReset<T extends SnapshotLike>(snapshots: readonly T[]): readonly T[] {
  const newestFirst = [...snapshots].sort((a, b) => b.serial - a.serial)
  const reset = newestFirst.findIndex(({ kind }) => kind === 'reset')
  return (reset < 0 ? newestFirst : newestFirst.slice(0, reset)).reverse()
}

/** A figure from snapshot to snapshot. */
export const figureOverTime = (snapshots: readonly SnapshotLike[], path: readonly string[]): readonly { x: number; y: number }[] =>
  sinceReset(snapshots).flatMap(({ madeAt, report }) => {
    const y = numberIn(report, ...path)
    return y === null ? [] : [{ x: madeAt, y }]
  })

/** One day of an allocation: where each option's band begins and ends, as shares that sum to 1. */
export interface Band {
  readonly at: number
  readonly from: number
  readonly to: number
}

/** Bands of a 100 % area, one list for each option. */
export function bandsOf(
  days: readonly { readonly day: number; readonly counts: readonly number[] }[],
  options: number,
): readonly (readonly Band[])[] {
  const bands: Band[][] = Array.from({ length: options }, () => [])
  for (const { day, counts } of days) {
    const all = counts.reduce((sum, each) => sum + each, 0)
    if (all === 0) continue
    let below = 0
    counts.forEach((each, i) => {
      bands[i]!.push({ at: day, from: below / all, to: (below + each) / all })
      below += each
    })
  }
  return bands
}

interface Belief {
  readonly mean: number
  readonly error: number
}

const STEPS = 80
const REACH = 3.5

/** Where all beliefs lie. */
export function spanOf(beliefs: readonly Belief[]): readonly [low: number, high: number] {
  if (beliefs.length === 0) return [0, 1]
  return [
    Math.min(...beliefs.map(({ mean, error }) => mean - REACH * error)),
    Math.max(...beliefs.map(({ mean, error }) => mean + REACH * error)),
  ]
}

/** Density of a belief over a span, highest 1. */
export const densityOf = ({ mean, error }: Belief, [low, high]: readonly [number, number]): readonly { x: number; y: number }[] =>
  Array.from({ length: STEPS + 1 }, (_, i) => {
    const x = low + ((high - low) * i) / STEPS
    return { x, y: normalPdf((x - mean) / error) / normalPdf(0) }
  })

/** How sure it is that an option is best. */
export type Sureness = 'surely' | 'likely' | 'open' | 'unlikely' | 'hardly'
export const surenessOf = (chance: number): Sureness =>
  chance >= 0.975 ? 'surely' : chance >= 0.8 ? 'likely' : chance > 0.2 ? 'open' : chance > 0.025 ? 'unlikely' : 'hardly'
