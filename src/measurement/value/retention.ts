import { z } from 'zod'
import { kaplanMeier, medianOf, type Span, type SurvivalStep } from '#decisions/propensity/survival.ts'
import { wilson, Z95 } from '#lib/numeric/proportions.ts'
import type { Chart } from '../reports/chart.ts'
import type { Definition, Doubt, Table, Told } from '../reports/told.ts'
import { EventFilter } from './filter.ts'
import { Grouping, groupsInWords } from './grouping.ts'
import { band, hazards, logRank, restrictedMean, shareAfter } from './survival.ts'
import { amount, percent, plural } from './words.ts'

const Name = z.string().min(1).max(200)
const At = z.coerce.number().int().nonnegative()
export const RetentionInput = z.strictObject({
  /** Event with which a contract begins, and the one with which it ends; conditions ask nothing but the event. */
  start: Name,
  startWhere: EventFilter.optional(),
  end: Name,
  endWhere: EventFilter.optional(),
  /** Property of both that says which contract it is; left out: a person has one. */
  contract: Name.optional(),
  by: Grouping.optional(),
  /** Contracts that began in this time (epoch ms, the end not included). */
  from: At.optional(),
  to: At.optional(),
  /** So many days are told. */
  within: z.coerce.number().int().min(7).max(3_660).default(365),
  /** Days of a period of the hazard. */
  period: z.coerce.number().int().min(1).max(366).default(30),
})
export type RetentionInput = z.output<typeof RetentionInput>

/** Contracts of a group that ran so many days, and whether they ended then. */
export interface Ran {
  readonly part: string
  readonly days: number
  readonly ended: 0 | 1
  readonly contracts: number
}

export const RETENTION_DEFINITIONS: readonly Definition[] = [
  {
    term: 'Stays',
    means:
      'Share of contracts that have not ended after so many days, with those that still run taken in as long as they were seen (Kaplan–Meier).',
  },
  {
    term: 'From, to',
    means:
      'Interval that holds the true share with 95 % for each day by itself, not for the whole curve at once (Greenwood, on ln(−ln S)).',
  },
  { term: 'Median', means: 'Days by which half have ended; a dash where more than half still stay as far as can be seen.' },
  { term: 'Mean within', means: 'Days that a contract runs on average, counting each up to the span that is told (restricted mean).' },
  { term: 'Hazard', means: 'Share of those who came so far that end in the period.' },
]

interface Group {
  readonly part: string
  readonly spans: readonly Span[]
  readonly steps: readonly SurvivalStep[]
  readonly contracts: number
  readonly ended: number
}

function groupsOf(rows: readonly Ran[]): Group[] {
  return [...Map.groupBy(rows, ({ part }) => part)]
    .map(([part, same]) => {
      const spans = same.map(({ days, ended, contracts }): Span => ({ time: days, ended: ended === 1, times: contracts }))
      const count = (which: readonly Ran[]): number => which.reduce((sum, { contracts }) => sum + contracts, 0)
      return { part, spans, steps: kaplanMeier(spans), contracts: count(same), ended: count(same.filter(({ ended }) => ended === 1)) }
    })
    .sort((a, b) => b.contracts - a.contracts || (a.part < b.part ? -1 : 1))
}

const lastSeen = ({ spans }: Group): number => spans.reduce((most, { time }) => Math.max(most, time), 0)
const MARKS = [30, 90, 180, 365, 730]

export function toldOfRetention(input: RetentionInput, rows: readonly Ran[], now: number): Told {
  const groups = groupsOf(rows)
  return {
    asOf: now,
    sentences: sentencesOf(groups, input),
    tables: [groupTable(groups, input), curveTable(groups, input), hazardTable(groups, input)],
    charts: [curves(groups, input)],
    doubts: doubtsOf(groups, input),
  }
}

/** The share after so many days with its interval; null beyond what was seen. */
function stays(group: Group, days: number): { share: number; low: number; high: number } | null {
  if (days > lastSeen(group)) return null
  const step = shareAfter(group.steps, days)
  return step ? { share: step.survival, ...band(step) } : { share: 1, low: 1, high: 1 }
}

function groupTable(groups: readonly Group[], { within }: RetentionInput): Table {
  const marks = MARKS.filter((days) => days <= within)
  return {
    id: 'groups',
    title: 'How long contracts run',
    columns: [
      { id: 'part', title: 'Group', type: 'text', codes: 'group' },
      { id: 'contracts', title: 'Contracts', type: 'count', behind: { list: 'contracts', where: {}, by: ['part'] } },
      { id: 'ended', title: 'Ended', type: 'count', behind: { list: 'contracts', where: { ended: '1' }, by: ['part'] } },
      { id: 'median', title: 'Median, days', type: 'number' },
      { id: 'mean', title: `Mean within ${within} days`, type: 'number' },
      { id: 'mean_low', title: 'From', type: 'number' },
      { id: 'mean_high', title: 'To', type: 'number' },
      ...marks.flatMap((days) => [
        { id: `stays_${days}`, title: `Stay after ${days} days`, type: 'share' as const },
        { id: `low_${days}`, title: 'From', type: 'share' as const },
        { id: `high_${days}`, title: 'To', type: 'share' as const },
      ]),
    ],
    rows: groups.map((group) => {
      const mean = restrictedMean(group.steps, Math.min(within, lastSeen(group)))
      const shares = marks.flatMap((days) => {
        const found = stays(group, days)
        return [
          [`stays_${days}`, found?.share ?? null],
          [`low_${days}`, found?.low ?? null],
          [`high_${days}`, found?.high ?? null],
        ] as const
      })
      const { part, contracts, ended, steps } = group
      return {
        part,
        contracts,
        ended,
        median: medianOf(steps),
        mean: mean.estimate,
        mean_low: mean.low,
        mean_high: mean.high,
        ...Object.fromEntries(shares),
      }
    }),
    cut: false,
  }
}

const MOST_POINTS = 120
function pointsOf(group: Group, within: number) {
  const steps = group.steps.filter(({ time }) => time <= within)
  const every = Math.max(1, Math.ceil(steps.length / MOST_POINTS))
  return steps.filter((_, i) => i % every === every - 1 || i === steps.length - 1).map((step) => ({ ...step, ...band(step) }))
}

function curveTable(groups: readonly Group[], { within }: RetentionInput): Table {
  return {
    id: 'curve',
    title: 'Share that stays',
    columns: [
      { id: 'part', title: 'Group', type: 'text', codes: 'group' },
      { id: 'days', title: 'Days', type: 'number' },
      { id: 'at_risk', title: 'Seen so long', type: 'count' },
      { id: 'share', title: 'Stay', type: 'share' },
      { id: 'low', title: 'From', type: 'share' },
      { id: 'high', title: 'To', type: 'share' },
    ],
    rows: groups.flatMap((group) =>
      pointsOf(group, within).map(({ time, atRisk, survival, low, high }) => ({
        part: group.part,
        days: time,
        at_risk: atRisk,
        share: survival,
        low,
        high,
      })),
    ),
    cut: groups.some(({ steps }) => steps.length > MOST_POINTS),
  }
}

function hazardTable(groups: readonly Group[], { within, period }: RetentionInput): Table {
  return {
    id: 'hazard',
    title: `Ends in each ${period} days, of those who came so far`,
    columns: [
      { id: 'part', title: 'Group', type: 'text', codes: 'group' },
      { id: 'from_day', title: 'From day', type: 'count' },
      { id: 'at_risk', title: 'Contracts', type: 'count' },
      { id: 'ended', title: 'Ended', type: 'count' },
      { id: 'hazard', title: 'Hazard', type: 'share' },
      { id: 'low', title: 'From', type: 'share' },
      { id: 'high', title: 'To', type: 'share' },
    ],
    rows: groups.flatMap(({ part, spans }) =>
      hazards(spans, period)
        .slice(0, Math.ceil(within / period))
        .map(({ period: i, atRisk, ended }) => {
          const [low, high] = wilson({ x: ended, n: atRisk }, Z95)
          return { part, from_day: i * period, at_risk: atRisk, ended, hazard: atRisk === 0 ? null : ended / atRisk, low, high }
        }),
    ),
    cut: false,
  }
}

function curves(groups: readonly Group[], { within }: RetentionInput): Chart {
  const series = groups.map((group) => ({
    name: group.part,
    points: [{ x: 0, y: 1 }, ...pointsOf(group, within).map(({ time, survival, low, high }) => ({ x: time, y: survival, low, high }))],
  }))
  return { kind: 'lines', title: 'Share that stays', format: 'share', x: 'number', xLabel: 'Days', series }
}

function sentencesOf(groups: readonly Group[], { within }: RetentionInput): string[] {
  const all = groups.reduce((sum, { contracts }) => sum + contracts, 0)
  if (all === 0) return ['No contract began in this time.']
  const told = groups.map((group) => {
    const days = Math.min(within, lastSeen(group))
    const found = stays(group, days)!
    const median = medianOf(group.steps)
    const half = median === null ? 'more than half stay as far as can be seen' : `half have ended after ${plural(median, 'day')}`
    return `Of “${group.part}”, ${percent(found.share)} stay for ${plural(days, 'day')} (95 %: ${percent(found.low)} to ${percent(found.high)}); ${half}.`
  })
  const test = logRank(groups.map(({ spans }) => spans))
  const differ = test
    ? [
        test.p < 0.05
          ? `The groups do not stay alike: chance alone would part them so with p ${test.p < 0.001 ? '< 0.001' : `= ${amount(test.p, 3)}`} (log-rank test). Why they differ, it does not say.`
          : `The groups may stay alike: chance alone parts them so with p = ${amount(test.p, 2)} (log-rank test).`,
      ]
    : []
  return [...told, ...differ]
}

function doubtsOf(groups: readonly Group[], { by, within, contract }: RetentionInput): Doubt[] {
  const doubts: Doubt[] = [
    {
      code: 'retention.censoring',
      sentence:
        'Contracts that still run are taken to end like those seen longer: if newer ones are other people or other prices, the curve tells of the older ones.',
    },
  ]
  if (by)
    doubts.push({
      code: 'retention.not_caused',
      sentence: `Groups are not drawn by chance, so a difference between them is no effect of what parts them. ${groupsInWords(by)}`,
    })
  if (contract === undefined)
    doubts.push({ code: 'retention.once', sentence: 'Each person counts with the first contract; coming back after an end is not told.' })
  const short = groups.filter((group) => lastSeen(group) < within)
  if (short.length > 0)
    doubts.push({
      code: 'retention.short',
      sentence: `${short.map(({ part }) => `“${part}”`).join(', ')}: seen for less than ${within} days, so nothing is said beyond.`,
    })
  if (groups.some(({ ended }) => ended < 10))
    doubts.push({ code: 'retention.few', sentence: 'In some groups fewer than ten contracts have ended: their curves are rough.' })
  return doubts
}
