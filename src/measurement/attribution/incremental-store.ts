import type { Holdout } from '#decisions/experiments/schema.ts'
import type { Journey } from '#journeys/schema.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { countExposed } from '../experiments/exposures-store.ts'
import { type Described, describe, keyOf, type Library } from '../experiments/sources.ts'
import { sumsOf } from '../experiments/statistics-store.ts'
import { type ExposureCount, sharesByDesign, statisticsOf } from '../experiments/sums.ts'
import { cuped } from '../inference/cuped.ts'
import { tooEarly } from '../inference/doubts.ts'
import { sequence } from '../inference/sequential.ts'
import { sampleRatio } from '../inference/srm.ts'
import { type ArmStatistics, momentsOf, type QuantileStatistics } from '../inference/statistics.ts'
import { effectOf } from '../inference/welch.ts'
import type { Metric } from '../metrics/schema.ts'
import type { Estimated, Incremental } from './calibrate.ts'
import { isValued } from './report.ts'

export interface IncrementalAsked {
  readonly analytics: Analytics
  readonly workspace: string
  readonly library: Library
  readonly metric: Metric
  readonly by: 'channel' | 'journey'
  /** Keys that got credit: others need not be read. */
  readonly keys: readonly string[]
  /** Newest first. */
  readonly holdoutPeriods: (holdout: Holdout) => readonly string[]
  /** Epoch ms. */
  readonly asOf: number
}

const ALPHA = 0.05

/** What experiments that run say was caused: journeys against their own hold-out, or channels that a hold-out covers alone. */
export async function incrementals(asked: IncrementalAsked): Promise<Incremental[]> {
  const found: Incremental[] = []
  // One after the other: each reads the past of its people.
  for (const { key, described } of candidates(asked)) {
    if (found.some((each) => each.key === key)) continue
    const read = await readOne(asked, key, described)
    if (read) found.push(read)
  }
  return found
}

/** Periods of a hold-out that are looked at: the newest has often just begun. */
const NEWEST_PERIODS = 2

function candidates({ by, keys, library, holdoutPeriods }: IncrementalAsked): { key: string; described: Described }[] {
  const described = (key: string, source: Parameters<typeof describe>[0]) => {
    const one = describe(source, library)
    return one ? [{ key, described: one }] : []
  }
  if (by === 'journey')
    return keys.flatMap((key) =>
      (library.get('journey', key) as Journey | undefined) ? described(key, { kind: 'journey', journey: key }) : [],
    )
  return library.ids('holdout').flatMap((id) => {
    const holdout = library.get('holdout', id) as Holdout
    const { channels, topics } = holdout.covers
    const key = channels?.length === 1 && !topics ? channels[0]! : undefined
    if (key === undefined || !keys.includes(key)) return []
    const periods = holdoutPeriods(holdout).slice(0, NEWEST_PERIODS)
    return periods.flatMap((period) => described(key, { kind: 'holdout', id, period }))
  })
}

type Told = Exclude<ArmStatistics, QuantileStatistics>

async function readOne(asked: IncrementalAsked, key: string, { source, arms, shares: designed }: Described): Promise<Incremental | null> {
  const { analytics, workspace, metric, asOf, by } = asked
  const control = arms.find((arm) => arm.control)
  const treated = arms.find((arm) => !arm.control)
  const counts = await countExposed(analytics, workspace, source)
  if (!control || !treated || counts.length === 0 || (source.kind === 'journey' && changedShares(counts, control.id))) return null
  const people = (arm: string): number => counts.reduce((sum, each) => (each.arm === arm ? sum + each.people - each.crossed : sum), 0)
  const shares = sharesByDesign(counts, null) ?? designed
  // Groups that chance did not part as designed say nothing.
  const drawn = [control, treated].map(({ id }) => ({ arm: id, n: people(id), share: shares?.[id] ?? 0 }))
  if (drawn.some(({ n }) => n === 0) || (drawn.every(({ share }) => share > 0) && sampleRatio(drawn).alarm)) return null
  const total = async (measured: Metric): Promise<Estimated | null> => {
    const sums = await sumsOf(analytics, { workspace, source, metric: measured, asOf })
    const statistics = statisticsOf(measured, sums)
    return caused(statistics.get(treated.id), statistics.get(control.id), people(treated.id))
  }
  const { cap: _cap, per: _per, quantile: _quantile, ...plain } = metric
  const conversions = await total({ ...plain, measure: 'count' })
  if (!conversions) return null
  const value = isValued(metric) ? await total({ ...plain, measure: 'sum' }) : null
  const since = Math.min(...counts.map(({ first }) => first))
  return { by, key, conversions, value, level: 1 - ALPHA, since, experiment: keyOf(source) }
}

/** People of versions that held people out and of others that did not are no experiment together. */
function changedShares(counts: readonly ExposureCount[], control: string): boolean {
  const held = [...Map.groupBy(counts, ({ version }) => version).values()].map((of) => of.some(({ arm }) => arm === control))
  return held.some(Boolean) && held.some((each) => !each)
}

/** The difference per person, times everybody who was treated; its interval holds however often one looks. Null: too early. */
function caused(treated: Told | undefined, control: Told | undefined, people: number): Estimated | null {
  if (!treated || !control || tooEarly(control, treated)) return null
  const [a, b] = [momentsOf(control), momentsOf(treated)]
  if (!a || !b) return null
  const adjusted = cuped(a, b)
  // Always where there is a before, as in read-outs: one experiment tells one number.
  const effect = effectOf(adjusted?.control ?? a, adjusted?.treated ?? b, 'absolute')
  if (!effect) return null
  const { low, high } = sequence(effect, { alpha: ALPHA })
  return { estimate: effect.estimate * people, low: low * people, high: high * people }
}
