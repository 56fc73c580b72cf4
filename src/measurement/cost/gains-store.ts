import { periodOf } from '#decisions/budgets/period.ts'
import { Holdout } from '#decisions/experiments/schema.ts'
import { Journey } from '#journeys/schema.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import type { Live } from '#platform/documents-plan.ts'
import { countExposed } from '../experiments/exposures-store.ts'
import { metricNamed } from '../experiments/metrics.ts'
import { type Described, describe, keyOf, type Library, type Source } from '../experiments/sources.ts'
import { sumsOfAll } from '../experiments/statistics-store.ts'
import { type ExposureCount, sharesByDesign, statisticsOf } from '../experiments/sums.ts'
import { valueMetric } from '../metrics/check.ts'
import { Metric } from '../metrics/schema.ts'
import { type ArmTold, type GainTold, gainOf, NO_CONTROL, unknown } from './incremental.ts'

/** What something brought, with what its value is called and since when people were in it. */
export interface GainRead {
  readonly gain: GainTold
  /** Share of the value that is margin; null: nobody said. */
  readonly margin: number | null
  /** Value of what treated people did within their window; null: it has none. */
  readonly credited: number | null
  /** Epoch ms of the first exposure; null: nobody yet. */
  readonly since: number | null
  /** Key of the experiment; null: there is none. */
  readonly experiment: string | null
}

export interface GainAsked {
  readonly analytics: Analytics
  readonly workspace: string
  readonly live: readonly Live[]
  /** Epoch ms. */
  readonly now: number
}

const NOTHING: GainRead = { gain: NO_CONTROL, margin: null, credited: null, since: null, experiment: null }

/** Live documents as experiments see them. */
function libraryOf(live: readonly Live[]): Library {
  const parse = { journey: (body: unknown) => Journey.parse(body), holdout: (body: unknown) => Holdout.parse(body) } as Record<
    string,
    (body: unknown) => unknown
  >
  return {
    get: (kind, id) => {
      const found = live.find((each) => each.kind === kind && each.id === id)
      return found && (parse[kind]?.(found.body) ?? found.body)
    },
    ids: (kind) => live.filter((each) => each.kind === kind).map(({ id }) => id),
  }
}

/** A journey against its own hold-out. */
export async function journeyGain(asked: GainAsked, id: string): Promise<GainRead> {
  const library = libraryOf(asked.live)
  const journey = library.get('journey', id) as Journey | undefined
  if (!journey) return { ...NOTHING, gain: unknown('no_control', 'Return unknown: the journey is not live any more.') }
  const described = describe({ kind: 'journey', journey: id }, library)!
  // Where the goal hangs on what each run came in with, its events are the conversions that the engine told.
  const goal = metricNamed(`goal:${id}`, library)!
  return read(asked, described, { outcome: goal, value: valueMetric(goal), margin: journey.goal.margin ?? null })
}

/** All marketing, or a channel, against the people who are held out of it; its newest period that says something. */
export async function holdoutGain(
  asked: GainAsked,
  { channel, metric: wanted }: { channel?: string; metric?: string | undefined },
): Promise<GainRead> {
  const library = libraryOf(asked.live)
  const holdout = library
    .ids('holdout')
    .map((id) => library.get('holdout', id) as Holdout)
    .find(
      ({ covers: { channels, topics } }) =>
        !topics && (channel === undefined ? !channels : channels?.length === 1 && channels[0] === channel),
    )
  if (!holdout) return NOTHING
  const metric = metricAmong(asked.live, wanted)
  if (typeof metric === 'string') return { ...NOTHING, gain: unknown('no_outcome', metric) }
  const outcome: Metric = { ...metric, id: `${metric.id}-people`, measure: 'converted' }
  const about = { outcome, value: metric.measure === 'sum' ? metric : null, margin: metric.margin ?? null }
  let last: GainRead | undefined
  for (const period of periodsOf(holdout, asked.now)) {
    const found = await read(asked, describe({ kind: 'holdout', id: holdout.id, period }, library)!, about)
    if (found.gain.kind === 'known') return found
    last ??= found
  }
  return last!
}

/** This period and the one before, the newest first. */
function periodsOf({ rotate, zone }: Holdout, now: number): string[] {
  if (rotate === 'never') return ['']
  const timed = { per: rotate, zone, from: undefined, until: undefined }
  const current = periodOf(timed, now)
  return [current.id, periodOf(timed, current.from - 1).id]
}

/** The metric that was asked for; else the only one that holds money. A text says why there is none. */
function metricAmong(live: readonly Live[], wanted: string | undefined): Metric | string {
  const metrics = live.filter(({ kind }) => kind === 'metric').map(({ body }) => Metric.parse(body))
  if (wanted !== undefined) return metrics.find(({ id }) => id === wanted) ?? `Return unknown: there is no metric called “${wanted}”.`
  const money = metrics.filter(({ measure }) => measure === 'sum')
  return money.length === 1 ? money[0]! : 'Return unknown: say by which metric it is to be judged.'
}

interface About {
  readonly outcome: Metric
  readonly value: Metric | null
  readonly margin: number | null
}

async function read({ analytics, workspace, now }: GainAsked, described: Described, { outcome, value, margin }: About): Promise<GainRead> {
  const { source } = described
  const counts = await countExposed(analytics, workspace, source)
  const since = counts.length === 0 ? null : Math.min(...counts.map(({ first }) => first))
  const metrics = value ? [outcome, value] : [outcome]
  const [reached = [], worth = []] = await sumsOfAll(analytics, { workspace, source, metrics, asOf: now })
  const statistics = { outcome: statisticsOf(outcome, reached), value: value ? statisticsOf(value, worth) : null }
  const shares = sharesByDesign(counts, null) ?? described.shares
  const arms = described.arms.map((arm) => ({ ...arm, told: armOf(arm.id, { counts, statistics, shares }) }))
  const [treated, control] = [arms.find((arm) => !arm.control)!.told, arms.find((arm) => arm.control)!.told]
  return {
    gain: sharesChanged(source, counts) ?? gainOf(treated, control),
    margin,
    credited: statistics.value === null ? null : (statistics.value.get(treated.id)?.sum ?? 0),
    since,
    experiment: control.people > 0 ? keyOf(source) : null,
  }
}

interface Told {
  readonly counts: readonly ExposureCount[]
  readonly statistics: { readonly outcome: ReturnType<typeof statisticsOf>; readonly value: ReturnType<typeof statisticsOf> | null }
  readonly shares: Readonly<Record<string, number>> | null
}

function armOf(id: string, { counts, statistics, shares }: Told): ArmTold {
  const own = counts.filter(({ arm }) => arm === id)
  const people = own.reduce((sum, each) => sum + each.people - each.crossed, 0)
  const outcome = statistics.outcome.get(id)
  const value = statistics.value?.get(id)
  return { id, people, share: shares?.[id] ?? null, ...(outcome && { outcome }), ...(value && { value }) }
}

/** People of versions with other shares may be other people: together they are no experiment. */
function sharesChanged({ kind }: Source, counts: readonly ExposureCount[]): GainTold | null {
  if (kind !== 'journey') return null
  const held = [...Map.groupBy(counts, ({ version }) => version).values()].map((of) => of.some(({ arm }) => arm === 'held_out'))
  return held.some(Boolean) && held.some((each) => !each)
    ? unknown(
        'several_shares',
        'Return unknown: some versions of the journey held people out and others did not, so their people cannot be put together.',
      )
    : null
}
