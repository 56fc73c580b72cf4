import { z } from 'zod'
import { wilson, Z95 } from '#lib/numeric/proportions.ts'
import { isZone } from '#lib/zone.ts'
import type { Chart } from '../reports/chart.ts'
import type { Cell } from '../reports/column.ts'
import type { Definition, Doubt, Table, Told } from '../reports/told.ts'
import { Grouping, groupsInWords } from './grouping.ts'
import { amount, percent, plural, whole } from './words.ts'

const Name = z.string().min(1).max(200)
export const CohortsInput = z.strictObject({
  /** Metric that says whether somebody came back, and what that brought. */
  metric: Name,
  /** Event that begins it; left out: the first time of the metric. */
  since: Name.optional(),
  per: z.enum(['week', 'month']).default('month'),
  /** So many cohorts, the newest. */
  cohorts: z.coerce.number().int().min(1).max(60).default(12),
  by: Grouping.optional(),
  zone: z
    .string()
    .refine((zone) => /^[A-Za-z]/.test(zone) && isZone(zone), 'write a time zone such as Europe/Berlin')
    .default('UTC'),
})
export type CohortsInput = z.output<typeof CohortsInput>

/** People who began in a period, and those of them who did it `later` periods after. */
export interface CohortSize {
  readonly cohort: string
  readonly part: string
  readonly people: number
}
export interface CohortCell {
  readonly cohort: string
  readonly part: string
  readonly later: number
  readonly active: number
  readonly revenue: number
}

const MANY = { week: 'weeks', month: 'months' } as const
const LATER = { week: 'Weeks later', month: 'Months later' } as const

export const cohortMeans = ({ since, per, by }: CohortsInput): Definition[] => [
  {
    term: 'Cohort',
    means: `People whose ${since === undefined ? 'first time' : `first “${since}”`} was in that ${per}; merged people are one.`,
  },
  { term: 'Later', means: `Whole ${MANY[per]} of the calendar after the one in which they began; 0 is that one itself.` },
  { term: 'Retention', means: `Share of the cohort who did it in that ${per}, whether or not in the ones between.` },
  { term: 'Open', means: `The ${per} is not over: its number still grows, and it is left out of averages.` },
  { term: 'Brought so far', means: 'Sum of the values up to that moment for each member of the cohort, also those who did nothing.' },
  { term: 'Groups', means: groupsInWords(by) },
]

export interface CohortData {
  readonly input: CohortsInput
  readonly sizes: readonly CohortSize[]
  readonly cells: readonly CohortCell[]
  readonly now: number
}

/** A cell with everything that can be said of it. */
interface Line extends CohortCell {
  readonly people: number
  readonly open: boolean
  readonly brought: number
}

const step = (per: CohortsInput['per'], periods: number): Temporal.Duration =>
  Temporal.Duration.from(per === 'week' ? { weeks: periods } : { months: periods })

/** Every cell from the cohort's own period to the one of now: zeros too, because nobody is a number as well. */
export function cohortLines({ input: { per, zone }, sizes, cells, now }: CohortData): Line[] {
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone).toPlainDate()
  const found = new Map(cells.map((cell) => [`${cell.cohort} ${cell.part} ${cell.later}`, cell]))
  return sizes.flatMap(({ cohort, part, people }) => {
    const began = Temporal.PlainDate.from(cohort)
    const lines: Line[] = []
    let brought = 0
    for (let later = 0; Temporal.PlainDate.compare(began.add(step(per, later)), today) <= 0; later++) {
      const { active = 0, revenue = 0 } = found.get(`${cohort} ${part} ${later}`) ?? {}
      brought += revenue
      const open = Temporal.PlainDate.compare(began.add(step(per, later + 1)), today) > 0
      lines.push({ cohort, part, later, active, revenue, people, open, brought })
    }
    return lines
  })
}

/** Over all cohorts of a group for which the period is over: the share who came back, with its interval. */
export interface CurvePoint {
  readonly part: string
  readonly later: number
  readonly people: number
  readonly active: number
  readonly low: number
  readonly high: number
  /** Brought so far by each of them. */
  readonly brought: number
}

export function retentionCurve(lines: readonly Line[]): CurvePoint[] {
  const closed = Map.groupBy(
    lines.filter(({ open }) => !open),
    ({ part, later }) => `${later} ${part}`,
  )
  return [...closed.values()]
    .map((same) => {
      const sum = (of: 'people' | 'active' | 'brought'): number => same.reduce((total, line) => total + line[of], 0)
      const [people, active] = [sum('people'), sum('active')]
      const [low, high] = wilson({ x: active, n: people }, Z95)
      return { part: same[0]!.part, later: same[0]!.later, people, active, low, high, brought: people === 0 ? 0 : sum('brought') / people }
    })
    .sort((a, b) => a.later - b.later || (a.part < b.part ? -1 : 1))
}

export function toldOfCohorts(data: CohortData): Told {
  const lines = cohortLines(data)
  const curve = retentionCurve(lines)
  const several = new Set(data.sizes.map(({ part }) => part)).size > 1
  return {
    asOf: data.now,
    sentences: sentencesOf(data, curve),
    tables: [triangle(lines, data.input), curveTable(curve, data.input)],
    charts: chartsOf(lines, curve, { per: data.input.per, several }),
    doubts: doubtsOf(data, curve),
  }
}

const MOST = 2_000
const shareOf = (x: number, n: number): number | null => (n > 0 ? x / n : null)

function triangle(lines: readonly Line[], { per }: CohortsInput): Table {
  const row = ({ cohort, part, later, people, active, revenue, brought, open }: Line): Record<string, Cell> => ({
    cohort,
    part,
    later,
    people,
    active,
    retention: shareOf(active, people),
    revenue,
    brought: shareOf(brought, people),
    open: open ? 'open' : 'over',
  })
  return {
    id: 'cohorts',
    title: `Cohorts by ${per}`,
    columns: [
      { id: 'cohort', title: 'Cohort', type: 'text' },
      { id: 'part', title: 'Group', type: 'text', codes: 'group' },
      { id: 'later', title: LATER[per], type: 'count' },
      { id: 'people', title: 'People', type: 'count', behind: { list: 'members', where: {}, by: ['cohort', 'part'] } },
      { id: 'active', title: 'Did it', type: 'count', behind: { list: 'active', where: {}, by: ['cohort', 'part', 'later'] } },
      { id: 'retention', title: 'Retention', type: 'share' },
      { id: 'revenue', title: 'Value', type: 'money' },
      { id: 'brought', title: 'Brought so far, each', type: 'money' },
      { id: 'open', title: 'Period', type: 'text', codes: 'period' },
    ],
    rows: lines.slice(0, MOST).map(row),
    cut: lines.length > MOST,
  }
}

function curveTable(curve: readonly CurvePoint[], { per }: CohortsInput): Table {
  return {
    id: 'curve',
    title: `Retention over all cohorts, ${MANY[per]} that are over`,
    columns: [
      { id: 'part', title: 'Group', type: 'text', codes: 'group' },
      { id: 'later', title: 'Later', type: 'count' },
      { id: 'people', title: 'People', type: 'count' },
      { id: 'active', title: 'Did it', type: 'count' },
      { id: 'retention', title: 'Retention', type: 'share' },
      { id: 'low', title: 'From', type: 'share' },
      { id: 'high', title: 'To', type: 'share' },
      { id: 'brought', title: 'Brought so far, each', type: 'money' },
    ],
    rows: curve.map(({ part, later, people, active, low, high, brought }) => ({
      part,
      later,
      people,
      active,
      retention: shareOf(active, people),
      low,
      high,
      brought,
    })),
    cut: false,
  }
}

function chartsOf(
  lines: readonly Line[],
  curve: readonly CurvePoint[],
  { per, several }: { per: CohortsInput['per']; several: boolean },
): Chart[] {
  const cohorts = [...new Set(lines.map(({ cohort, part }) => (several ? `${cohort} ${part}` : cohort)))]
  const most = Math.max(0, ...lines.map(({ later }) => later))
  const at = new Map(lines.map((line) => [`${several ? `${line.cohort} ${line.part}` : line.cohort} ${line.later}`, line]))
  const cells = cohorts.map((cohort) =>
    Array.from({ length: most + 1 }, (_, later) => {
      const line = at.get(`${cohort} ${later}`)
      return line ? shareOf(line.active, line.people) : null
    }),
  )
  const series = [...Map.groupBy(curve, ({ part }) => part)].map(([name, points]) => ({
    name,
    points: points.map(({ later, active, people, low, high }) => ({ x: later, y: people === 0 ? 0 : active / people, low, high })),
  }))
  return [
    {
      kind: 'heat',
      title: 'Retention of each cohort',
      format: 'share',
      rows: cohorts,
      columns: Array.from({ length: most + 1 }, (_, later) => String(later)),
      cells,
    },
    { kind: 'lines', title: 'Retention over all cohorts', format: 'share', ours: true, x: 'number', xLabel: LATER[per], series },
    broughtByCohort(lines, { per, several }),
  ]
}

/** What each person of a cohort has brought so far: the newest cohorts, as many as colours tell apart. */
function broughtByCohort(lines: readonly Line[], { per, several }: { per: CohortsInput['per']; several: boolean }): Chart {
  const named = Map.groupBy(lines, ({ cohort, part }) => (several ? `${cohort} ${part}` : cohort))
  const series = [...named].slice(-6).map(([name, of]) => ({
    name,
    points: of.filter(({ people }) => people > 0).map(({ later, brought, people }) => ({ x: later, y: brought / people })),
  }))
  return { kind: 'lines', title: 'Value by cohort: brought so far, each', format: 'money', x: 'number', xLabel: LATER[per], series }
}

function sentencesOf({ input: { per }, sizes }: CohortData, curve: readonly CurvePoint[]): string[] {
  const people = sizes.reduce((sum, each) => sum + each.people, 0)
  if (people === 0) return ['Nobody began in this time.']
  const first = curve.filter(({ later }) => later === 1)
  const told = first.map(({ part, active, people: of, low, high, brought }) => {
    const share = first.length > 1 ? `${percent(active / of)} of “${part}”` : percent(active / of)
    return `${share} came back in the next ${per} (95 %: ${percent(low)} to ${percent(high)}); by then each had brought ${amount(brought)}.`
  })
  return [`${plural(people, 'person', 'people')} in ${plural(new Set(sizes.map(({ cohort }) => cohort)).size, 'cohort')}.`, ...told]
}

function doubtsOf({ sizes, input: { by, per } }: CohortData, curve: readonly CurvePoint[]): Doubt[] {
  const doubts: Doubt[] = [
    { code: 'cohorts.open', sentence: `The last ${per} of each cohort is open: its number still grows, and it is in no average.` },
    {
      code: 'cohorts.mixed',
      sentence: `Later ${MANY[per]} rest on the older cohorts only, so the end of a curve is about other people than its beginning.`,
    },
  ]
  const small = sizes.filter(({ people }) => people < 30).length
  if (small > 0)
    doubts.push({
      code: 'cohorts.small',
      sentence: `${whole(small)} of ${whole(sizes.length)} cohorts have fewer than 30 people: single cells say little.`,
    })
  if (by?.by === 'segment' || by?.by === 'attribute') doubts.push({ code: 'cohorts.now', sentence: groupsInWords(by) })
  if (curve.every(({ later }) => later === 0)) doubts.push({ code: 'cohorts.young', sentence: `No cohort is a whole ${per} old yet.` })
  return doubts
}
