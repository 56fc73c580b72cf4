import type { OutputOf } from '#lib/action.ts'
import { tooEarly } from '../inference/doubts.ts'
import { holm } from '../inference/multiplicity.ts'
import { amount, between, difference, levelOf } from '../inference/say.ts'
import { sequence } from '../inference/sequential.ts'
import { momentsOf } from '../inference/statistics.ts'
import { effectOf } from '../inference/welch.ts'
import { type Metric, nameOf, unitOf } from '../metrics/schema.ts'
import type { ReadExperimentCut } from './api.ts'
import type { Described } from './sources.ts'
import { type Sums, statisticsOf } from './sums.ts'

export interface CutAsked {
  readonly described: Described
  readonly metric: Metric
  readonly rows: readonly (Sums & { readonly cut: string })[]
  readonly cut: { readonly by: 'segment' | 'attribute' }
  readonly currency: string
  /** Epoch ms. */
  readonly asOf: number
}

type Answer = OutputOf<typeof ReadExperimentCut>
type Line = Answer['lines'][number]

/** Values that are shown; the rest is told together. */
const MOST = 12
const OTHERS = 'others'

/** The primary metric for parts of the people, each arm against control. All lines together are wrong anywhere with a chance of at most alpha (Holm). */
export function cutOf(asked: CutAsked): Answer {
  const { described, metric, asOf } = asked
  const control = described.arms.find((arm) => arm.control)?.id ?? ''
  const parts = [...Map.groupBy(gathered(asked.rows), ({ cut }) => cut)].sort(([, a], [, b]) => peopleIn(b) - peopleIn(a))
  const found = parts.flatMap(([value, rows]) => linesOf(asked, { value, rows, control }))
  const adjusted = holm(found.map(({ p }) => p ?? 1))
  return {
    key: described.key,
    asOf,
    metric: metric.id,
    control,
    level: 1 - described.alpha,
    lines: found.map((line, i) => ({ ...line, p: line.p === null ? null : adjusted[i]! })),
    doubts: [SEARCHED, ...(asked.cut.by === 'attribute' ? [LATER] : [])],
    definitions: [{ term: 'Adjusted', means: 'For looking at several parts at once: Holm (1979) over all lines.' }],
  }
}

const SEARCHED = {
  code: 'searched',
  sentence: 'Who looks at many parts finds one that stands out by chance. Take what is found here as a question for the next experiment.',
}
const LATER = {
  code: 'attribute_now',
  sentence: 'Attributes are those that people have now; one that the treatment itself may have changed tells nothing here.',
}

const peopleIn = (rows: readonly Sums[]): number => rows.reduce((sum, { n }) => sum + n, 0)

/** Only the largest parts by their own name. */
function gathered(rows: CutAsked['rows']): CutAsked['rows'] {
  const sizes = [...Map.groupBy(rows, ({ cut }) => cut)].map(([cut, of]) => [cut, peopleIn(of)] as const).sort((a, b) => b[1] - a[1])
  const named = new Set(sizes.slice(0, MOST).map(([cut]) => cut))
  return rows.map((row) => (named.has(row.cut) ? row : { ...row, cut: OTHERS }))
}

function linesOf(
  { described, metric, currency }: CutAsked,
  { value, rows, control }: { value: string; rows: readonly Sums[]; control: string },
): Line[] {
  const arms = statisticsOf(metric, rows)
  const base = arms.get(control)
  const unit = { unit: unitOf(metric), currency }
  return described.arms
    .filter(({ id }) => id !== control)
    .map(({ id: arm, name }): Line => {
      const treated = arms.get(arm)
      const people = (base?.n ?? 0) + (treated?.n ?? 0)
      const none = { value, arm, people, estimate: null, interval: null, p: null }
      if (!base || !treated) return { ...none, sentence: `Nobody of “${value}” is in both arms.` }
      const early = tooEarly(base, treated)
      if (early) return { ...none, sentence: early.sentence }
      const [a, b] = [momentsOf(base), momentsOf(treated)]
      const effect = a && b && effectOf(a, b, 'absolute')
      if (!effect) return { ...none, sentence: 'There are no figures yet.' }
      const { low, high, p } = sequence(effect, { alpha: described.alpha })
      const seen = `${amount(b.mean, unit)} against ${amount(a.mean, unit)}`
      const sentence = `“${value}”: “${nameOf(metric)}” of “${name}” differs by ${difference(effect.estimate, unit)} (${seen}; ${between({ low, high }, unit)}; ${levelOf(described.alpha)}, valid however often you look).`
      return { value, arm, people, estimate: effect.estimate, interval: { low, high }, p, sentence }
    })
}
