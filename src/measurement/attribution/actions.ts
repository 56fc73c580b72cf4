import { milliseconds } from '#lib/duration.ts'
import { isRefusal, type Outcome, type Refusal, refuse } from '#lib/problem.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { type Binding, bind } from '#platform/http/actions.ts'
import { badCursor } from '../cursor.ts'
import { type ExperimentParts, type Shelf, shelfOf } from '../experiments/actions.ts'
import { holdoutPeriods } from '../experiments/exposures-store.ts'
import { metricNamed } from '../experiments/metrics.ts'
import { type AttributionReport, type Model, ReadAttribution, ReadAttributionPaths, ReadAttributionPeople } from './api.ts'
import { type Calibration, calibrate, type Incremental } from './calibrate.ts'
import { creditAll, hazardOf, type Longer, touched } from './credit.ts'
import { incrementals } from './incremental-store.ts'
import { countPaths, listConverted, listPaths, type PathQuery, timedPaths } from './paths-store.ts'
import { attributionReport, isValued } from './report.ts'
import { DEFAULT_TOUCHPOINTS, defaultTouchpoints, type Touchpoints, windowsOf } from './touchpoints.ts'

/** Credit by several models, the paths and the people behind it. */
export const attributionActions = (parts: ExperimentParts): Binding[] => [
  bind(ReadAttribution, async (input, { workspace }): Promise<Outcome<AttributionReport>> => {
    const shelf = await shelfOf(parts, workspace)
    const query = queryOf(shelf, input, parts.now())
    if (isRefusal(query)) return query
    const incremental = (keys: readonly string[]) => incrementalOf(parts.analytics, shelf, { query, keys })
    return readAttribution(parts.analytics, {
      ...query,
      ...input,
      metric: query.metric,
      touchpoints: query.touchpoints,
      from: query.from,
      to: query.to,
      currency: shelf.currency,
      incremental,
    })
  }),
  bind(ReadAttributionPaths, async (input, { workspace }) => {
    const query = queryOf(await shelfOf(parts, workspace), input, parts.now())
    if (isRefusal(query)) return query
    const rows = await listPaths(parts.analytics, query, { clicksOnly: input.views === 'left_out', key: input.key, most: input.limit })
    return {
      asOf: query.asOf,
      paths: rows.map(({ value, ...row }) => ({
        ...row,
        value: isValued(query.metric) ? value : null,
        rate: row.conversions + row.nulls > 0 ? row.conversions / (row.conversions + row.nulls) : null,
      })),
      definitions: PATH_WORDS,
    }
  }),
  bind(ReadAttributionPeople, async (input, { workspace }) => {
    const query = queryOf(await shelfOf(parts, workspace), input, parts.now())
    if (isRefusal(query)) return query
    const after = input.cursor === undefined ? undefined : readPlace(input.cursor)
    if (input.cursor !== undefined && !after) return badCursor(input.cursor)
    return peopleOf(parts.analytics, query, { ...input, after })
  }),
]

const PATH_WORDS = [
  { term: 'Path', means: 'What somebody met before one conversion, in order; or before nothing.' },
  { term: 'Rate', means: 'Conversions ÷ (conversions + led nowhere). It says who goes this way, not what the way does to them.' },
]

interface ScopeInput {
  readonly metric: string
  readonly by: PathQuery['by']
  readonly days: number
  readonly from?: number | undefined
  readonly to?: number | undefined
  readonly touchpoints?: string | undefined
  readonly click?: string | undefined
}

const DAY = 86_400_000

function queryOf({ workspace, library }: Shelf, input: ScopeInput, now: number): Outcome<PathQuery> {
  const metric = metricNamed(input.metric, library)
  if (!metric) return unknown('metric', input.metric, 'Name a live metric, or the goal of a live journey as `goal:<journey>`.')
  if (metric.conversionsOf !== undefined)
    return refuse({
      code: 'attribution.metric',
      status: 422,
      title: 'What counts as this goal hangs on what each run came in with, so its conversions cannot be found among events.',
      detail: input.metric,
      hint: 'Publish a metric for the event and use that.',
    })
  const touchpoints = touchpointsOf(library, input)
  if (isRefusal(touchpoints)) return touchpoints
  const to = Math.min(input.to ?? now + 1, now + 1)
  const from = input.from ?? Math.max(0, to - input.days * DAY)
  if (from >= to)
    return refuse({
      code: 'attribution.period',
      status: 422,
      title: 'The period ends before it begins.',
      at: '/from',
      hint: 'Let from lie before to, and before now.',
    })
  return { workspace, metric, touchpoints, by: input.by, from, to, asOf: now }
}

function touchpointsOf(library: Shelf['library'], { touchpoints: wanted, click }: ScopeInput): Outcome<Touchpoints> {
  const found = library.get('touchpoints', wanted ?? DEFAULT_TOUCHPOINTS) as Touchpoints | undefined
  if (!found && wanted !== undefined && wanted !== DEFAULT_TOUCHPOINTS)
    return unknown('touchpoints', wanted, 'Publish a document of kind touchpoints, or leave it out.')
  const document = found ?? defaultTouchpoints()
  if (click === undefined) return document
  const view = milliseconds(document.windows.view)! > milliseconds(click)! ? click : document.windows.view
  return { ...document, windows: { ...document.windows, click, view } }
}

const unknown = (what: string, id: string, hint: string): Refusal =>
  refuse({ code: `${what}.unknown`, status: 404, title: `There is no ${what} "${id}".`, at: `/${what}`, hint })

/** Paths that a chain with a memory is made of, the most frequent, and ways that the hazard is fitted to. */
const [MOST_PATHS, MOST_WAYS] = [50_000, 20_000]
/** Experiments whose own time is read beside the report. */
const MOST_CALIBRATED = 6

export interface AttributionAsked extends PathQuery {
  readonly model: Model
  readonly order: number
  readonly currency: string
  /** What experiments say of these keys; left out: nothing. */
  readonly incremental?: (keys: readonly string[]) => Promise<readonly Incremental[]>
}

/** The whole report on an Analytics, without documents or actions around it. */
export async function readAttribution(analytics: Analytics, asked: AttributionAsked): Promise<AttributionReport> {
  const { metric, model, order, by, from, to, asOf, touchpoints, currency } = asked
  const { all, clicksOnly } = await countPaths(analytics, asked)
  const ended = touched(all).conversions + all.totals.nulls
  const longer = order > 1 ? await longerOf(analytics, asked, ended) : null
  const ways = ended + all.totals.open
  const timed =
    model === 'hazard' ? await timedPaths(analytics, asked, { share: Math.min(1, MOST_WAYS / Math.max(1, ways)), most: MOST_WAYS }) : null
  const hazard = timed && hazardOf(timed)
  const credited = creditAll(all, { longer, hazard }).credits.get(model)
  const nothing = { conversions: 0, value: 0 }
  const creditOf = (key: string) => credited?.get(key) ?? nothing
  const incremental = ((await asked.incremental?.(all.keys.map(({ key }) => key))) ?? []).toSorted(
    (a, b) => creditOf(b.key).conversions - creditOf(a.key).conversions,
  )
  const calibrations: Calibration[] = []
  // Each asks for the credit over its own time: one after the other.
  for (const each of incremental.slice(0, MOST_CALIBRATED)) {
    const then = await creditSince(analytics, asked, each)
    calibrations.push({ incremental: each, then: then ?? nothing, now: creditOf(each.key), currency })
  }
  return attributionReport(
    {
      metric,
      by,
      model,
      currency,
      from,
      to,
      asOf,
      touchpoints,
      windows: windowsOf(touchpoints),
      query: {
        metric: metric.id,
        by,
        from: String(from),
        to: String(to),
        click: touchpoints.windows.click,
        ...(touchpoints.id !== DEFAULT_TOUCHPOINTS && { touchpoints: touchpoints.id }),
      },
    },
    {
      all,
      clicksOnly,
      longer,
      hazard,
      calibrated: calibrations.flatMap((each) => calibrate(each) ?? []),
      uncalibrated: Math.max(0, incremental.length - MOST_CALIBRATED),
    },
  )
}

async function longerOf(analytics: Analytics, asked: AttributionAsked, ended: number): Promise<Longer & { covered: number }> {
  const paths = await listPaths(analytics, asked, { clicksOnly: false, most: MOST_PATHS })
  const read = paths.reduce((sum, { conversions, nulls }) => sum + conversions + nulls, 0)
  return { order: asked.order, paths, covered: ended > 0 ? read / ended : 1 }
}

/** Credit of a key over the time of the experiment, by the same model; a chain with a memory and the hazard are held to the plain chain there. */
async function creditSince(analytics: Analytics, asked: AttributionAsked, { key, since }: Incremental) {
  const { all } = await countPaths(analytics, { ...asked, from: since, to: asked.asOf + 1 })
  const { credits } = creditAll(all)
  return (credits.get(asked.model) ?? credits.get('markov'))!.get(key)
}

async function incrementalOf(
  analytics: Analytics,
  { workspace, library }: Shelf,
  { query: { metric, by, asOf }, keys }: { readonly query: PathQuery; readonly keys: readonly string[] },
): Promise<readonly Incremental[]> {
  if (by !== 'channel' && by !== 'journey') return []
  const periods = await holdoutPeriods(analytics, workspace)
  return incrementals({ analytics, workspace, library, metric, by, keys, asOf, holdoutPeriods: ({ id }) => periods.get(id) ?? [] })
}

interface PeopleAsked {
  readonly views: 'counted' | 'left_out'
  readonly key?: string | undefined
  readonly untouched: boolean
  readonly limit: number
  readonly after: ReturnType<typeof readPlace>
}

async function peopleOf(analytics: Analytics, query: PathQuery, { views, key, untouched, limit, after }: PeopleAsked) {
  const list = { clicksOnly: views === 'left_out', key: untouched ? null : key, most: limit + 1, ...(after && { after }) }
  const rows = await listConverted(analytics, query, list)
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  const same = last ? page.filter((row) => row.at === last.at && row.profileId === last.profileId).length : 0
  const goesOn = last && after?.at === last.at && after.profileId === last.profileId ? after.skip : 0
  return {
    asOf: query.asOf,
    conversions: page.map(({ profileId, at, value, steps, ages }) => ({
      profileId,
      at,
      value: isValued(query.metric) ? value : null,
      touches: steps.map((step, i) => ({ key: step, at: Math.round(at - ages[i]! * DAY) })),
      profile: { action: 'profiles.timeline', query: { id: profileId } },
    })),
    next: rows.length > limit && last ? `${last.at}.${same + goesOn}.${last.profileId}` : null,
  }
}

function readPlace(text: string): { at: number; skip: number; profileId: string } | undefined {
  const parts = /^(\d{1,16})\.(\d{1,6})\.(.+)$/s.exec(text)
  return parts ? { at: Number(parts[1]), skip: Number(parts[2]), profileId: parts[3]! } : undefined
}
