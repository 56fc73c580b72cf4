import { grouped } from '#lib/grouped.ts'
import { amount, percent } from '../inference/say.ts'
import type { Doubt } from '../inference/schema.ts'
import { type Metric, meaningOf, nameOf, unitOf } from '../metrics/schema.ts'
import type { AttributionReport, Calibrated, Counted, Model, Row } from './api.ts'
import type { PathCounts, Won } from './counts.ts'
import { type Credited, creditAll, type HazardRead, type Longer, touched } from './credit.ts'
import { keyName, modelName } from './names.ts'
import { tellingsOf } from './tellings.ts'
import type { Touchpoints, Windows } from './touchpoints.ts'

export interface Asked {
  readonly metric: Metric
  readonly by: AttributionReport['by']
  readonly model: Model
  readonly currency: string
  /** Epoch ms. */
  readonly from: number
  readonly to: number
  readonly asOf: number
  readonly touchpoints: Touchpoints
  readonly windows: Windows
  /** Said again by every drill. */
  readonly query: Readonly<Record<string, string>>
}

export interface Read {
  readonly all: PathCounts
  readonly clicksOnly: PathCounts
  readonly longer: (Longer & { readonly covered: number }) | null
  readonly hazard: HazardRead | null
  readonly calibrated: readonly Calibrated[]
  /** Experiments that say more, but were not reckoned. */
  readonly uncalibrated: number
}

/** What the metric's events are worth; conversions alone have no value. */
export const isValued = (metric: Metric): boolean => metric.value !== undefined || metric.worth !== undefined

/** The report from what was counted. */
export function attributionReport(asked: Asked, read: Read): AttributionReport {
  const { metric, by, model, currency, from, to, asOf, touchpoints, windows } = asked
  const credited = creditAll(read.all, read)
  const all = countedOf(asked, { counts: read.all, credited, views: 'counted' })
  const ofModel = credited.credits.get(model) ?? new Map<string, Won>()
  return {
    asOf,
    from,
    to,
    metric: { id: metric.id, name: nameOf(metric), means: meaningOf(metric) },
    by,
    model,
    currency,
    label: 'credit, not cause',
    sentence: sentenceOf(asked, read.all, ofModel),
    windows,
    touchpoints: touchpoints.id,
    all,
    clicksOnly: countedOf(asked, { counts: read.clicksOnly, credited: creditAll(read.clicksOnly), views: 'left_out' }),
    calibrated: [...read.calibrated],
    tellings: tellingsOf({
      by: asked.by,
      conversions: all.conversions,
      rows: all.rows.map(({ key, claimed }) => ({
        key,
        claimed: claimed.conversions,
        attributed: ofModel.get(key) ?? { conversions: 0, value: 0 },
      })),
      calibrated: read.calibrated,
      model,
    }),
    hazard: read.hazard && {
      ways: read.hazard.ways,
      organic: { conversions: read.hazard.organic * touched(read.all).conversions, share: read.hazard.organic },
      effects: [...read.hazard.effects],
    },
    doubts: doubtsOf(asked, read),
    definitions: definitionsOf(asked),
  }
}

interface Side {
  readonly counts: PathCounts
  readonly credited: Credited
  readonly views: 'counted' | 'left_out'
}

function countedOf(asked: Asked, { counts, credited, views }: Side): Counted {
  const { totals } = counts
  const valued = (value: number): number | null => (isValued(asked.metric) ? value : null)
  const base = touched(counts)
  const query = { ...asked.query, views }
  const removals = new Map(credited.chain?.removals.map(({ key, effect }) => [key, effect]))
  const rows = counts.keys.map(({ key, met, nulls }): Row => {
    const credit = [...credited.credits].map(([model, by]) => {
      const { conversions, value } = by.get(key) ?? { conversions: 0, value: 0 }
      const share = base.conversions > 0 ? conversions / base.conversions : 0
      return [model, { conversions: tidy(conversions), value: valued(tidy(value)), share }]
    })
    return {
      key,
      credit: Object.fromEntries(credit) as Row['credit'],
      claimed: { conversions: met.conversions, value: valued(tidy(met.value)) },
      nulls,
      removal: removals.get(key) ?? null,
      people: { action: 'attribution.people', query: { ...query, key } },
      paths: { action: 'attribution.paths', query: { ...query, key } },
    }
  })
  return {
    conversions: totals.conversions,
    value: valued(tidy(totals.value)),
    untouched: {
      conversions: totals.untouched.conversions,
      value: valued(tidy(totals.untouched.value)),
      people: { action: 'attribution.people', query: { ...query, untouched: 'true' } },
    },
    nulls: totals.nulls,
    open: totals.open,
    touchesPerConversion: base.conversions > 0 ? totals.touches / base.conversions : null,
    daysToConvert: base.conversions > 0 ? totals.days / base.conversions : null,
    rate: credited.chain?.rate ?? null,
    rows: rows.sort((a, b) => creditOf(b, asked.model) - creditOf(a, asked.model) || (a.key < b.key ? -1 : 1)),
  }
}

const creditOf = ({ credit }: Row, model: Model): number => credit[model]?.conversions ?? credit.linear?.conversions ?? 0
/** Sums of parts in binary: what is less than a billionth of one is noise, and nothing is below 0 by it. */
const tidy = (value: number): number => Math.round(value * 1e9) / 1e9 + 0

function sentenceOf({ model, metric, currency, by }: Asked, counts: PathCounts, credits: ReadonlyMap<string, Won>): string {
  const { conversions, untouched, value } = counts.totals
  if (conversions === 0) return `Nobody did “${nameOf(metric)}” in this time, so there is nothing to credit.`
  const [best] = [...credits].sort(([, a], [, b]) => b.conversions - a.conversions)
  const money =
    isValued(metric) && unitOf({ ...metric, measure: 'sum' }) === 'money' ? ` worth ${amount(value, { unit: 'money', currency })}` : ''
  const none = untouched.conversions > 0 ? ` No touch led to ${whole(untouched.conversions)} of them.` : ''
  const head =
    best && best[1].conversions > 0
      ? ` By “${modelName(model)}” the ${by} “${keyName(best[0], by)}” gets the most credit: ${amount(best[1].conversions, { unit: 'number' })} (${percent(best[1].conversions / conversions)}).`
      : ''
  return `${whole(conversions)} conversions${money}.${head}${none} This is credit, not cause.`
}

const whole = (count: number): string => grouped(String(Math.round(count)))

/** Fewer conversions than this are shared out by luck. */
const FEW = 100

function doubtsOf({ to, asOf, windows, touchpoints, model }: Asked, { all, longer, hazard, calibrated, uncalibrated }: Read): Doubt[] {
  const { totals, keys } = all
  const doubt = (when: boolean, code: string, sentence: string): Doubt[] => (when ? [{ code, sentence }] : [])
  return [
    {
      code: 'credit_not_cause',
      sentence: 'People who buy anyway are met by marketing too. Credit says where they were met, not what made them buy.',
    },
    ...doubt(
      calibrated.length === 0,
      'not_calibrated',
      'No hold-out or experiment covers what is credited here, so nobody can say how much of it was caused.',
    ),
    ...doubt(
      uncalibrated > 0,
      'calibrations_cut',
      `${uncalibrated} more have an experiment; only those with the most credit are calibrated here.`,
    ),
    ...doubt(
      totals.conversions > 0 && totals.conversions < FEW,
      'few_conversions',
      `Only ${whole(totals.conversions)} conversions: a handful of people more or less would change the order.`,
    ),
    ...doubt(
      totals.conversions > 0 && totals.untouched.conversions > totals.conversions / 2,
      'mostly_untouched',
      `No touch led to ${percent(totals.untouched.conversions / totals.conversions)} of the conversions: either they came by themselves, or touches are not told to Cadenza.`,
    ),
    ...doubt(
      to + windows.click > asOf && totals.open > 0,
      'windows_open',
      `${whole(totals.open)} paths may still convert; they count neither as converted nor as lost yet.`,
    ),
    ...doubt(
      touchpoints.messages.opened,
      'openings',
      'Openings by known machines are left out, but some programs open mail like people do; look at “clicks only” beside it.',
    ),
    ...doubt(
      keys.some(({ key }) => key === '(other)'),
      'others',
      'There are more than are told apart; the rarest stand together as “(other)”.',
    ),
    ...doubt(
      longer !== null && longer.covered < 0.999,
      'paths_cut',
      `The chain that remembers more was made of the most frequent paths: ${percent(longer?.covered ?? 1)} of all.`,
    ),
    ...doubt(hazard !== null && !hazard.converged, 'not_settled', 'The hazard model had not come to rest; its figures may still move.'),
    ...doubt(model === 'hazard' && hazard === null, 'no_hazard', 'There are too few paths for the hazard model to say anything.'),
  ]
}

const days = (ms: number): string => {
  const hours = ms / 3_600_000
  return hours >= 24
    ? `${Number((hours / 24).toFixed(1))} days`
    : hours >= 1
      ? `${Number(hours.toFixed(1))} hours`
      : `${Math.round(ms / 60_000)} minutes`
}

function definitionsOf({ windows, metric }: Asked): AttributionReport['definitions'] {
  return [
    { term: 'Conversion', means: `One “${metric.event}” in the period, by when it happened, not by when it came in.` },
    {
      term: 'Touch',
      means: `A click counts for ${days(windows.click)}, a view for ${days(windows.view)}. Touches of one channel less than ${days(windows.session)} apart are one, and a click beats a view. What bots and machines did, and what could not be seen, is left out.`,
    },
    { term: 'Untouched', means: 'Conversions before which no touch lies within its window. No model credits them to anything.' },
    { term: 'Led nowhere', means: `Paths after whose last touch ${days(windows.click)} passed without a conversion.` },
    {
      term: 'Claimed',
      means: 'Conversions whose path met it at all: what its own platform would report. Added up they are more than there were.',
    },
    {
      term: 'First, last',
      means: 'All credit to the first or to the last touch; “last-non-direct” passes over visits that came from nowhere.',
    },
    { term: 'Linear, position', means: 'The same to each touch; or 40 % to the first, 40 % to the last and the rest to those between.' },
    { term: 'Time decay', means: 'Each touch counts half as much as one that is 7 days younger.' },
    {
      term: 'Markov',
      means: 'How many conversions would be missing if everybody who came to it were lost there, with paths that led nowhere counted too.',
    },
    { term: 'Shapley', means: 'Each conversion shared equally among the different ones that its path met.' },
    {
      term: 'Hazard',
      means: 'What each touch adds to the chance of converting, and how fast that fades; what would have come anyway stays organic.',
    },
    { term: 'Calibrated', means: 'Credit times what a hold-out or an experiment says that was caused per credited conversion.' },
  ]
}
