import { people, spelled } from '#lib/counted.ts'
import type { ArmAsked, ByArm, MetricAsked } from '../inference/asked.ts'
import type { Prior } from '../inference/bayes.ts'
import { cuped } from '../inference/cuped.ts'
import { tooEarly } from '../inference/doubts.ts'
import { readout } from '../inference/readout.ts'
import type { Doubt, Readout } from '../inference/schema.ts'
import { sequence } from '../inference/sequential.ts'
import { type ArmStatistics, momentsOf } from '../inference/statistics.ts'
import { effectOf } from '../inference/welch.ts'
import { type Metric, meaningOf, nameOf, unitOf } from '../metrics/schema.ts'
import type { ExperimentReport, Series } from './api.ts'
import type { InRole } from './metrics.ts'
import type { ArmOf, Described, Source } from './sources.ts'
import { type Bins, byDay, type ExposureCount, quantilesOf, type Sums, sharesByDesign, statisticsOf } from './sums.ts'

export type DaySums = Sums & { readonly day: number }

/** A metric with what facts say of it. */
export interface Measured extends InRole {
  readonly rows: readonly DaySums[]
  /** Instead of sums, of a quantile. */
  readonly bins?: readonly Bins[]
}

export interface ReportAsked {
  readonly described: Described
  readonly counts: readonly ExposureCount[]
  readonly measured: readonly Measured[]
  /** Shares of each version where documents say them. */
  readonly designed: ((version: number) => Readonly<Record<string, number>> | null) | null
  readonly prior: Prior | null
  readonly currency: string
  /** Share of people whom live hold-outs keep all marketing from. */
  readonly outOfAll?: number
  /** Epoch ms. */
  readonly asOf: number
}

const DAY = 86_400_000

/** All that is shown of one experiment. */
export function reportOf(asked: ReportAsked): ExperimentReport {
  const { described, measured, asOf } = asked
  const arms = armsOf(asked)
  const baselines = baselinesOf(described, arms)
  const shares = sharesByDesign(asked.counts, asked.designed)
  const readouts = baselines.map((arm) => ({
    against: arm?.id ?? '',
    name: arm?.name ?? '',
    readout: readAgainst(asked, { arms, control: arm?.id ?? null, shares }),
  }))
  const first = readouts[0]!.readout
  const primary = measured.find(({ role }) => role === 'primary')
  return {
    key: described.key,
    kind: described.source.kind,
    title: described.title,
    asOf,
    sentence: first.blocked?.sentence ?? first.comparisons.find(({ role }) => role === 'primary')?.sentence ?? nothingYet(asked),
    readouts,
    series:
      primary && !first.blocked && !primary.bins ? seriesOf(primary, { arms, control: baselines[0]!.id, alpha: described.alpha }) : [],
    excluded: excludedOf(asked, primary),
    metrics: measured.map(({ metric }) => ({ id: metric.id, name: nameOf(metric), means: meaningOf(metric) })),
    arms: arms.map((arm) => ({
      ...arm,
      people: peopleOf(asked.counts, arm.id),
      drill: drill(described.key, { arm: arm.id }),
      converted: drill(described.key, { arm: arm.id, which: 'converted' }),
    })),
    doubts: [
      ...(shares ? [] : [NO_DESIGN]),
      ...diluted(described.source, asked.outOfAll ?? 0),
      ...(described.source.kind === 'slot' ? [EQUAL_ONLY] : []),
    ],
    definitions: DEFINITIONS,
  }
}

const nothingYet = ({ counts }: ReportAsked): string => (counts.some(({ people }) => people > 0) ? OPEN : NOBODY)
const NOBODY = 'Nobody has been drawn yet.'
const OPEN = 'Nothing can be said yet: of nobody who was drawn is the time over in which it counts what they do.'
const NO_DESIGN: Doubt = {
  code: 'no_design',
  sentence:
    'The shares that people should have been drawn with are not on record, so nobody can say whether the arms are split as designed.',
}
const EQUAL_ONLY: Doubt = {
  code: 'equal_draws_only',
  sentence:
    'Only messages whose variant was drawn with known chances, from the same variants, are compared; what a model chose says nothing here.',
}

/** A hold-out draws its people after the journey drew its own, so they are in all arms alike and cannot be left out of one only. */
function diluted({ kind }: Source, share: number): Doubt[] {
  if (share <= 0 || (kind !== 'journey' && kind !== 'split' && kind !== 'choose')) return []
  const [percent, factor] = [Math.round(share * 1000) / 10, Math.round(100 / (1 - share)) / 100]
  return [
    {
      code: 'held_out_of_all',
      sentence: `About ${percent} % of the people in every arm are held out of all marketing and get none of its marketing: among people who can be reached, a difference is up to ${factor} times as large.`,
    },
  ]
}

const drill = (key: string, query: Readonly<Record<string, string>>) => ({ action: 'experiments.people', query: { key, ...query } })

/** Arms of the document, and after them those that only facts know: a version before this one had them. */
function armsOf({ described, counts }: ReportAsked): ArmOf[] {
  const known = new Set(described.arms.map(({ id }) => id))
  const others = [...new Set(counts.map(({ arm }) => arm))].filter((arm) => !known.has(arm)).sort()
  return [...described.arms, ...others.map((id) => ({ id, name: id, control: false }))]
}

/** The control; of a choice also people who got nothing, where there are any. Undefined: nothing to hold against. */
function baselinesOf({ source }: Described, arms: readonly ArmOf[]): [ArmOf | undefined, ...ArmOf[]] {
  const control = arms.find((arm) => arm.control)
  const nothing = source.kind === 'choose' ? arms.find(({ id }) => id === 'held_out') : undefined
  return nothing ? [control, nothing] : [control]
}

const peopleOf = (counts: readonly ExposureCount[], arm: string): number =>
  counts.reduce((sum, count) => (count.arm === arm ? sum + count.people - count.crossed : sum), 0)

interface Against {
  readonly arms: readonly ArmOf[]
  readonly control: string | null
  readonly shares: Readonly<Record<string, number>> | null
}

function readAgainst({ described, counts, measured, prior, currency, asOf }: ReportAsked, { arms, control, shares }: Against): Readout {
  const primary = measured.find(({ role }) => role === 'primary')
  const first = Math.min(asOf, ...counts.map((count) => count.first))
  return readout({
    arms: arms.map((arm): ArmAsked => {
      const n = peopleOf(counts, arm.id)
      const people = peopleIn(described.source, arm)
      // Without a design there is nothing that the split could be held against.
      return {
        arm: arm.id,
        name: arm.name,
        share: shares ? (shares[arm.id] ?? 0) : Math.max(n, 1e-9),
        n,
        ...(people !== undefined && { people }),
      }
    }),
    control: control !== null && peopleOf(counts, control) > 0 ? control : null,
    metrics: measured.map((each) => metricAsked(each, { currency, control })),
    alpha: described.alpha,
    prior,
    seed: described.key,
    circumstances: {
      days: counts.length > 0 ? (asOf - first) / DAY : 0,
      versions: new Set(counts.map(({ version }) => version)).size,
      windowsOpen: primary ? open(counts, primary) : 0,
      crossed: counts.reduce((sum, count) => sum + count.crossed, 0),
    },
  })
}

/** How a sentence about them begins. */
function peopleIn({ kind }: Source, { id, name }: ArmOf): string | undefined {
  if (kind === 'journey' || kind === 'holdout')
    return id === 'held_out'
      ? 'People who were held out'
      : kind === 'journey'
        ? 'People in the journey'
        : 'People whom marketing could reach'
  if (kind === 'choose')
    return { model: 'People for whom the model chose', control: 'People who got the fallback', held_out: 'People who got nothing' }[id]
  if (kind === 'send-time')
    return {
      model: 'People who were written to at their best hour',
      explored: 'People who were written to at an hour by chance',
      control: 'People who were written to at once',
    }[id]
  return kind === 'slot' ? `People who were shown “${name}”` : undefined
}

const DID: Readonly<Record<string, string>> = {
  unsubscribes: 'unsubscribed',
  complaints: 'complained',
  bounces: 'bounced',
  clicks: 'clicked',
}

function didOf(metric: Metric): string | undefined {
  if (metric.id.startsWith('goal:')) return metric.measure === 'converted' ? 'reached the goal' : 'brought'
  return DID[metric.id]
}

function metricAsked(measured: Measured, { currency, control }: { currency: string; control: string | null }): MetricAsked {
  const { metric, role, guard } = measured
  const did = didOf(metric)
  const arms = statistics(measured)
  const base = control === null ? undefined : arms[control]
  const mean = base && base.kind !== 'quantile' ? momentsOf(base)?.mean : undefined
  const unit = unitOf(metric)
  return {
    id: metric.id,
    name: nameOf(metric),
    role,
    better: metric.better,
    unit,
    ...(unit === 'money' && { currency }),
    ...(did !== undefined && { did }),
    arms,
    ...(measured.bins === undefined && { halves: halvesOf(measured) }),
    ...(guard && guard.tolerate > 0 && mean !== undefined && mean !== 0 && { tolerated: guard.tolerate / Math.abs(mean) }),
  }
}

/** What the tests read of a metric, by arm. */
export const statistics = ({ metric, rows, bins }: Pick<Measured, 'metric' | 'rows' | 'bins'>): ByArm =>
  Object.fromEntries<ArmStatistics>(bins ? quantilesOf(metric, bins) : statisticsOf(metric, rows))

/** By the day on which windows ended, which is the order in which people came in. */
function halvesOf({ metric, rows }: Measured): { early: ByArm; late: ByArm } {
  const all = rows.reduce((sum, { n }) => sum + n, 0)
  let before = 0
  const early = new Set<number>()
  for (const [day, of] of [...Map.groupBy(rows, (row) => row.day)].sort(([a], [b]) => a - b)) {
    if (before * 2 >= all) break
    early.add(day)
    before += of.reduce((sum, { n }) => sum + n, 0)
  }
  const half = (is: boolean): ByArm =>
    Object.fromEntries(
      statisticsOf(
        metric,
        rows.filter(({ day }) => early.has(day) === is),
      ),
    )
  return { early: half(true), late: half(false) }
}

interface SeriesAsked {
  readonly arms: readonly ArmOf[]
  readonly control: string
  readonly alpha: number
}

/** What each day's look would have said, so that people see how the interval narrows, and that looking costs nothing. */
function seriesOf({ metric, rows }: Measured, { arms, control, alpha }: SeriesAsked): Series[] {
  const days = byDay(rows).map(({ day, rows: known }) => ({ day, arms: statisticsOf(metric, known) }))
  return arms
    .filter(({ id }) => id !== control)
    .map(({ id: arm }) => ({
      metric: metric.id,
      arm,
      control,
      points: days.flatMap(({ day, arms: known }) => pointOf({ day, control: known.get(control), treated: known.get(arm) }, alpha)),
    }))
}

type Sides = { readonly day: number; readonly control: Known | undefined; readonly treated: Known | undefined }
type Known = Exclude<ArmStatistics, { kind: 'quantile' }>

function pointOf({ day, control, treated }: Sides, alpha: number): Series['points'] {
  const [a, b] = [control && momentsOf(control), treated && momentsOf(treated)]
  if (!a || !b) return []
  const adjusted = cuped(a, b)
  const effect = effectOf(adjusted?.control ?? a, adjusted?.treated ?? b, 'absolute')
  if (!effect) return []
  const bounds = tooEarly(control!, treated!) ? null : sequence(effect, { alpha })
  return [{ day, people: a.n + b.n, estimate: effect.estimate, low: bounds?.low ?? null, high: bounds?.high ?? null }]
}

const measuredPeople = ({ rows, bins }: Measured): number => (bins ?? rows).reduce((sum, { n }) => sum + n, 0)
const open = (counts: readonly ExposureCount[], primary: Measured): number =>
  counts.reduce((sum, count) => sum + count.people - count.crossed, 0) - measuredPeople(primary)

function excludedOf({ described: { key }, counts }: ReportAsked, primary: Measured | undefined): ExperimentReport['excluded'] {
  const crossed = counts.reduce((sum, count) => sum + count.crossed, 0)
  const excluded: ExperimentReport['excluded'] = []
  if (crossed > 0) {
    const sentence = `${people(crossed)} ${crossed === 1 ? 'was' : 'were'} met in more than one arm (profiles that became one) and ${crossed === 1 ? 'belongs' : 'belong'} to none.`
    excluded.push({ code: 'crossed', people: crossed, sentence, drill: drill(key, { which: 'crossed' }) })
  }
  const waiting = primary ? open(counts, primary) : 0
  if (primary && waiting > 0) {
    const sentence = `${people(waiting)} came in less than ${spelled(primary.metric.within)} ago: their time is not over, and they do not count yet.`
    excluded.push({ code: 'window_open', people: waiting, sentence, drill: drill(key, { which: 'open', metric: primary.metric.id }) })
  }
  return excluded
}

const DEFINITIONS = [
  { term: 'Exposure', means: 'The moment at which chance put somebody into an arm. Only what comes after it counts.' },
  { term: 'Window', means: 'The time after the exposure in which what a person does counts. Who has not had all of it is left out.' },
  { term: 'By intention', means: 'People count in the arm that they were drawn for, whatever then reached them.' },
]
