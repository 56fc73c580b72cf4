import { z } from 'zod'
import { wilson, Z95 } from '#lib/numeric/proportions.ts'
import type { Column, Definition, Doubt, Table, Told } from '../reports/told.ts'
import { chancesToWin, forecastOf, type StageMove, velocityOf, winRates } from './pipeline-chances.ts'
import type { Pipeline } from './schema.ts'
import { type Fate, wonBy } from './survival.ts'
import { amount, between, percent, plural, whole } from './words.ts'

const At = z.coerce.number().int().nonnegative()
export const PipelineInput = z.strictObject({
  pipeline: z.string().min(1).max(64),
  /** Deals that ended in this time, and those that are open; epoch ms, the end not included. */
  days: z.coerce.number().int().min(1).max(3_660).default(365),
  from: At.optional(),
  to: At.optional(),
})
export type PipelineInput = z.output<typeof PipelineInput>

/** Deals of one segment with one outcome, in sums: amounts and days of those that were won. */
export interface DealCount {
  readonly segment: string
  readonly outcome: 'won' | 'lost' | 'open'
  readonly deals: number
  readonly accounts: number
  readonly amount: number
  readonly amountSquares: number
  readonly days: number
  readonly daysSquares: number
  readonly cross: number
  readonly early: number
}
export interface StageCount {
  readonly stage: string
  readonly open: number
  readonly reached: number
}
export interface PipelineData {
  readonly pipeline: Pipeline
  readonly counts: readonly DealCount[]
  readonly stages: readonly StageCount[]
  readonly moves: readonly StageMove[]
  readonly fates: readonly Fate[]
  /** Exact median of the days of won deals; null: none. */
  readonly median: number | null
  /** Deals that began in the period. */
  readonly leads: number
  readonly accounts: { readonly won: number; readonly open: number }
  readonly period: { readonly from: number; readonly to: number }
  readonly now: number
}

export const PIPELINE_DEFINITIONS: readonly Definition[] = [
  { term: 'Revenue', means: 'What deals that were won in the period brought, by the amount of the winning event.' },
  { term: 'Lead', means: 'A deal that began in the period, whatever became of it.' },
  {
    term: 'Win rate',
    means: 'Won ÷ (won + lost) of deals that ended in the period; where no event says that a deal is lost, won ÷ all deals in view.',
  },
  {
    term: 'Win rate, drawn together',
    means:
      'The rate of a segment, drawn towards that of all the more, the fewer deals it has (empirical Bayes); with a 95 % credible interval.',
  },
  {
    term: 'Cycle',
    means:
      'Days from a deal’s first stage to the win, of those won: mean and median. Young deals that will be won later are missing, so it is told too short.',
  },
  {
    term: 'Won by day',
    means:
      'Share of all deals won within so many days, with open ones taken in as long as they were seen, and lost ones lost (Aalen–Johansen).',
  },
  { term: 'Velocity', means: 'Open deals × win rate × average deal ÷ average cycle: money per day, if deals go on as they did.' },
  {
    term: 'Chance of a stage',
    means: 'Chance to be won in the end from there, by how deals moved on (Markov chain): credit to a place, no cause.',
  },
]

/** Sums over the counts of an outcome. */
function summed(counts: readonly DealCount[], outcome: DealCount['outcome']) {
  const zero = { deals: 0, amount: 0, amountSquares: 0, days: 0, daysSquares: 0, cross: 0, early: 0 }
  return counts
    .filter((count) => count.outcome === outcome)
    .reduce(
      (sum, each) => ({
        deals: sum.deals + each.deals,
        amount: sum.amount + each.amount,
        amountSquares: sum.amountSquares + each.amountSquares,
        days: sum.days + each.days,
        daysSquares: sum.daysSquares + each.daysSquares,
        cross: sum.cross + each.cross,
        early: sum.early + each.early,
      }),
      zero,
    )
}

/** Means, variances and covariance of won deals from their sums. */
export function wonDeals(counts: readonly DealCount[]) {
  const { deals: n, amount: total, amountSquares, days, daysSquares, cross } = summed(counts, 'won')
  const centred = (xy: number, x: number, y: number): number => (n < 2 ? 0 : (xy - (x * y) / n) / (n - 1))
  return {
    n,
    amount: n === 0 ? 0 : total / n,
    amountVariance: Math.max(0, centred(amountSquares, total, total)),
    days: n === 0 ? 0 : days / n,
    daysVariance: Math.max(0, centred(daysSquares, days, days)),
    covariance: centred(cross, total, days),
  }
}

/** Won and decided deals of each segment. */
function tallies({ pipeline, counts }: PipelineData) {
  return [...Map.groupBy(counts, ({ segment }) => segment)].map(([segment, same]) => {
    const deals = (outcome: DealCount['outcome']): number => summed(same, outcome).deals
    const k = deals('won')
    return { segment, k, n: k + (pipeline.lost ? deals('lost') : deals('open')) }
  })
}

export function toldOfPipeline(data: PipelineData): Told {
  const { pipeline, counts, stages, moves, now } = data
  const won = wonDeals(counts)
  const all = tallies(data).reduce((sum, { n, k }) => ({ n: sum.n + n, k: sum.k + k }), { n: 0, k: 0 })
  const open = pipeline.stages.map(({ id }) => stages.find(({ stage }) => stage === id)?.open ?? 0)
  const openDeals = summed(counts, 'open').deals
  const names = pipeline.stages.map(({ id }) => id)
  const knowsLost = pipeline.lost !== undefined
  const velocity = velocityOf({ open: openDeals, won: all.k, decided: all.n, deals: won })
  const deal = { mean: won.amount, error: won.n === 0 ? 0 : Math.sqrt(won.amountVariance / won.n) }
  const forecast = won.n === 0 ? null : forecastOf({ stages: names, moves, knowsLost, open, deal, seed: pipeline.id })
  const chances = chancesToWin(names, moves, knowsLost)
  const figures = { won, all, openDeals, velocity, forecast }
  return {
    asOf: now,
    sentences: sentencesOf(data, figures),
    tables: [headTable(data, figures), stageTable(data, chances), segmentTable(data), cycleTable(data.fates)],
    charts: [
      {
        kind: 'bars',
        title: 'Open deals by stage',
        format: 'count',
        bars: pipeline.stages.map(({ id, name = id }, i) => ({ label: name, value: open[i]! })),
      },
    ],
    doubts: doubtsOf(data, figures),
  }
}

type Figures = {
  readonly won: ReturnType<typeof wonDeals>
  readonly all: { readonly n: number; readonly k: number }
  readonly openDeals: number
  readonly velocity: ReturnType<typeof velocityOf>
  readonly forecast: ReturnType<typeof forecastOf>
}

/** Revenue stands first; leads stand under it. */
function headTable(
  { leads, median, accounts, counts, pipeline }: PipelineData,
  { won, all, openDeals, velocity, forecast }: Figures,
): Table {
  const [rateLow, rateHigh] = wilson({ x: all.k, n: all.n }, Z95)
  const line = (figure: string, value: number | null, range?: { readonly low: number; readonly high: number } | null) => ({
    figure,
    value,
    low: range?.low ?? null,
    high: range?.high ?? null,
  })
  const mean = (value: number, variance: number) => {
    const reach = won.n < 2 ? 0 : Z95 * Math.sqrt(variance / won.n)
    return won.n < 2 ? null : { low: value - reach, high: value + reach }
  }
  return {
    id: 'head',
    title: 'Revenue and what leads to it',
    columns: [
      { id: 'figure', title: 'Figure', type: 'text' },
      { id: 'value', title: 'Value', type: 'number' },
      { id: 'low', title: 'From (95 %)', type: 'number' },
      { id: 'high', title: 'To', type: 'number' },
    ],
    rows: [
      line('Revenue won', summed(counts, 'won').amount),
      line('Expected of open deals', forecast?.estimate ?? null, forecast),
      line('Velocity, money per day', velocity?.estimate ?? null, velocity),
      line('Open deals', openDeals),
      line('Win rate', all.n === 0 ? null : all.k / all.n, all.n === 0 ? null : { low: rateLow, high: rateHigh }),
      line('Average deal', won.n === 0 ? null : won.amount, mean(won.amount, won.amountVariance)),
      line('Cycle, mean days', won.n === 0 ? null : won.days, mean(won.days, won.daysVariance)),
      line('Cycle, median days', median),
      line('Deals won', won.n),
      ...(pipeline.account === undefined ? [] : [line('Companies won', accounts.won), line('Companies with open deals', accounts.open)]),
      line('Leads', leads),
    ],
    cut: false,
  }
}

const behind = (where: Readonly<Record<string, string>>, by: string[]): NonNullable<Column['behind']> => ({
  list: 'deals',
  where: { ...where },
  by,
})

function stageTable({ pipeline, stages, moves }: PipelineData, chances: readonly number[] | null): Table {
  const left = (from: string, to: string): number =>
    moves.reduce((sum, move) => sum + (move.from === from && move.to === to ? move.deals : 0), 0)
  return {
    id: 'stages',
    title: 'Stages',
    columns: [
      { id: 'stage', title: 'Stage', type: 'text' },
      { id: 'reached', title: 'Deals that came here', type: 'count' },
      { id: 'open', title: 'Open here', type: 'count', behind: behind({ outcome: 'open' }, ['stage']) },
      { id: 'on', title: 'Went on to a stage', type: 'count' },
      { id: 'won', title: 'Won from here', type: 'count', behind: behind({ outcome: 'won' }, ['stage']) },
      { id: 'lost', title: 'Lost from here', type: 'count', behind: behind({ outcome: 'lost' }, ['stage']) },
      { id: 'chance', title: 'Chance to be won', type: 'share' },
    ],
    rows: pipeline.stages.map(({ id }, i) => ({
      stage: id,
      reached: stages.find(({ stage }) => stage === id)?.reached ?? 0,
      open: stages.find(({ stage }) => stage === id)?.open ?? 0,
      on: pipeline.stages.reduce((sum, to) => sum + left(id, to.id), 0),
      won: left(id, 'won'),
      lost: left(id, 'lost'),
      chance: chances?.[i] ?? null,
    })),
    cut: false,
  }
}

function segmentTable(data: PipelineData): Table {
  const { rates } = winRates(tallies(data))
  const money = new Map(
    [...Map.groupBy(data.counts, ({ segment }) => segment)].map(([segment, same]) => [segment, summed(same, 'won').amount]),
  )
  return {
    id: 'segments',
    title: `Win rate by ${data.pipeline.segment ?? 'segment'}`,
    columns: [
      { id: 'segment', title: 'Segment', type: 'text' },
      { id: 'revenue', title: 'Revenue won', type: 'money' },
      { id: 'decided', title: 'Deals', type: 'count' },
      { id: 'won', title: 'Won', type: 'count', behind: behind({ outcome: 'won' }, ['segment']) },
      { id: 'plain', title: 'Win rate as counted', type: 'share' },
      { id: 'rate', title: 'Win rate, drawn together', type: 'share' },
      { id: 'low', title: 'From', type: 'share' },
      { id: 'high', title: 'To', type: 'share' },
    ],
    rows: rates
      .toSorted((a, b) => (money.get(b.segment) ?? 0) - (money.get(a.segment) ?? 0) || b.n - a.n)
      .map(({ segment, n, k, plain, estimate, low, high }) => ({
        segment,
        revenue: money.get(segment) ?? 0,
        decided: n,
        won: k,
        plain,
        rate: estimate,
        low,
        high,
      })),
    cut: false,
  }
}

const MARKS = [7, 14, 30, 60, 90, 180, 365]

function cycleTable(fates: readonly Fate[]): Table {
  const steps = wonBy(fates)
  const seen = fates.reduce((most, { time }) => Math.max(most, time), 0)
  return {
    id: 'cycle',
    title: 'Won by day, of all deals',
    columns: [
      { id: 'days', title: 'Days', type: 'count' },
      { id: 'share', title: 'Won', type: 'share' },
      { id: 'low', title: 'From', type: 'share' },
      { id: 'high', title: 'To', type: 'share' },
    ],
    rows: MARKS.filter((days) => days <= seen).map((days) => {
      const { won, error } = steps.findLast(({ time }) => time <= days) ?? { won: 0, error: 0 }
      return { days, share: won, low: Math.max(0, won - Z95 * error), high: Math.min(1, won + Z95 * error) }
    }),
    cut: false,
  }
}

function sentencesOf({ counts, leads, median, period }: PipelineData, { won, all, openDeals, velocity, forecast }: Figures): string[] {
  const days = Math.round((period.to - period.from) / 86_400_000)
  const revenue = `${amount(summed(counts, 'won').amount)} was won in ${plural(days, 'day')}, by ${plural(won.n, 'deal')}${won.n === 0 ? '' : ` of ${amount(won.amount)} on average`}.`
  const expected = forecast
    ? `The ${plural(openDeals, 'open deal')} may bring ${amount(forecast.estimate)} (95 %: ${between(forecast, (each) => amount(each))}) if they go on as others did.`
    : `${plural(openDeals, 'deal')} ${openDeals === 1 ? 'is' : 'are'} open; nothing was won that says what they may bring.`
  const speed = velocity ? `That is ${amount(velocity.estimate)} a day (95 %: ${between(velocity, (each) => amount(each))}).` : ''
  const [low, high] = wilson({ x: all.k, n: all.n }, Z95)
  const rate = all.n === 0 ? '' : `${percent(all.k / all.n)} of ${whole(all.n)} were won (95 %: ${percent(low)} to ${percent(high)}).`
  const cycle =
    median === null
      ? ''
      : `Half of the won deals took ${amount(median, 1)} days or less; the mean is ${amount(won.days, 1)}, because some take long.`
  return [revenue, `${expected} ${speed}`.trim(), rate, cycle, `${plural(leads, 'lead')} began in this time.`].filter(
    (sentence) => sentence !== '',
  )
}

function doubtsOf({ pipeline, counts, fates }: PipelineData, { won, velocity }: Figures): Doubt[] {
  const doubts: Doubt[] = [
    {
      code: 'pipeline.young',
      sentence:
        'Deals that are still open are missing from the cycle, and they are the slow ones: it is told too short. “Won by day” takes them in.',
    },
    {
      code: 'pipeline.not_caused',
      sentence: 'Segments and stages are not drawn by chance: that one wins more often does not say that more of it would win more.',
    },
  ]
  if (!pipeline.lost)
    doubts.push({
      code: 'pipeline.no_lost',
      sentence:
        'No event says that a deal is lost, so open ones count as not won: the win rate is told too low while young deals may still be won.',
    })
  else if (won.n > 0 && summed(counts, 'lost').deals === 0)
    doubts.push({
      code: 'pipeline.none_lost',
      sentence: `No deal was lost: does the event “${pipeline.lost.event}” arrive? Until it does, every open deal is foretold to be won.`,
    })
  const early = summed(counts, 'won').early
  if (early > 0)
    doubts.push({
      code: 'pipeline.early',
      sentence: `${plural(early, 'deal')} ${early === 1 ? 'was' : 'were'} won before the first stage: look at how these events are sent.`,
    })
  if (won.n < 20)
    doubts.push({
      code: 'pipeline.few',
      sentence: `Only ${plural(won.n, 'deal')} ${won.n === 1 ? 'was' : 'were'} won: averages, and what rests on them, are rough.`,
    })
  if (!velocity)
    doubts.push({
      code: 'pipeline.no_velocity',
      sentence: 'Velocity needs open deals, at least two that were won, and time between first stage and win.',
    })
  if (fates.length === 0)
    doubts.push({ code: 'pipeline.empty', sentence: 'No deal is on the record in this time: do the events of the pipeline arrive?' })
  return doubts
}
