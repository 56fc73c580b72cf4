import type { Analytics } from '#platform/analytics/analytics.ts'
import { readable } from '#segments/condition/sql-text.ts'
import { type MetricEvents, profileEvents } from '../metrics/metrics-store.ts'
import { type Metric, withinOf } from '../metrics/schema.ts'
import { byPerson, byPersonKey, keyOf, NOBODYS_KEY } from '../people-store.ts'
import { exposedKeys, exposedPeople, paramsOf } from './exposures-store.ts'
import type { Source } from './sources.ts'
import type { Sums } from './sums.ts'

/** What people are told apart by beside their arm. */
export type Cut = { readonly by: 'segment'; readonly segment: string } | { readonly by: 'attribute'; readonly attribute: string }

export interface StatisticsAsked {
  readonly workspace: string
  readonly source: Source
  readonly metric: Metric
  /** Epoch ms: what happened later is not known yet. */
  readonly asOf: number
  /** Sums for each UTC day on which windows ended; else one for each arm. */
  readonly daily?: boolean
  readonly cut?: Cut
}

/** Sums over the people of one arm whose window has ended. `b`: below the line of a ratio, else 0; `p`: before their exposure. */
export interface SumsRow extends Sums {
  /** Epoch ms of the day; 0 where days were not asked. */
  readonly day: number
  /** '' where nobody was told apart. */
  readonly cut: string
}

/** The sums of one metric. */
export const sumsOf = async (analytics: Analytics, { metric, ...asked }: StatisticsAsked): Promise<SumsRow[]> =>
  (await sumsOfAll(analytics, { ...asked, metrics: [metric] }))[0]!

/** The sums of several metrics, in their order: people are found once for all metrics of one window, and events that two ask for are read once. */
export async function sumsOfAll<M extends Metric>(
  analytics: Analytics,
  { metrics, ...asked }: Omit<StatisticsAsked, 'metric'> & { readonly metrics: readonly M[] },
): Promise<SumsRow[][]> {
  const found = new Map<M, SumsRow[]>()
  const windows = [...Map.groupBy(metrics, withinOf)]
  const sums = ([within, together]: readonly [number, M[]]) => addedTogether(analytics, { ...asked, metrics: together, within })
  for (const [i, rows] of (await Promise.all(windows.map(sums))).entries())
    for (const [j, metric] of windows[i]![1].entries()) found.set(metric, rows[j]!)
  return metrics.map((metric) => found.get(metric)!)
}

type Together = Omit<StatisticsAsked, 'metric'> & { readonly metrics: readonly Metric[]; readonly within: number }

/** One query: the events of metrics meet the people of an experiment, each person is summed, and the sums of all come out. */
async function addedTogether(analytics: Analytics, { metrics, within, ...asked }: Together): Promise<SumsRow[][]> {
  const { workspace, source, asOf, daily = false, cut } = asked
  const day = daily ? `toFloat64(intDiv(t.ends, ${DAY})) * ${DAY}` : '0.0'
  const columns = metrics.flatMap((metric, i) => Object.entries(totals(metric, i)).map(([name, sql]) => `${sql} AS ${name}${i}`))
  const rows = await analytics.query<Readonly<Record<string, number>> & { readonly arm: string; readonly cut: string }>(
    `SELECT t.arm AS arm, ${day} AS day, t.cut AS cut, count() AS n, ${columns.join(', ')}
     FROM (${personsSql({ source, metrics, cut, by: KEYED })}) AS t GROUP BY arm, day, cut ORDER BY arm, day, cut`,
    { ...paramsOf(workspace, source), within, asOf: Math.floor(asOf), ...cutParams(cut) },
  )
  return metrics.map((metric, i) => rows.map((row) => sumsRow(metric, i, row)))
}

/** Whether a person did it at all is the sum of what they did, and of its square. */
const isYesOrNo = ({ measure }: Metric): boolean => measure === 'converted'

/** What is summed over people; what follows from another sum is not asked (`sumsRow`). */
function totals(metric: Metric, i: number): Readonly<Record<string, string>> {
  const [y, p, b] = [`t.y${i}`, `t.p${i}`, `t.b${i}`]
  const sum = (what: string): string => `sumKahan(${what})`
  const converted = `countIf(${y} != 0)`
  if (isYesOrNo(metric)) return { converted, p: `countIf(${p} != 0)`, yp: `countIf(${y} != 0 AND ${p} != 0)` }
  const own = { converted, y: sum(y), yy: sum(`${y} * ${y}`), p: sum(p), pp: sum(`${p} * ${p}`), yp: sum(`${y} * ${p}`) }
  return metric.measure === 'ratio' ? { ...own, b: sum(b), bb: sum(`${b} * ${b}`), yb: sum(`${y} * ${b}`), bp: sum(`${b} * ${p}`) } : own
}

function sumsRow(
  metric: Metric,
  i: number,
  row: Readonly<Record<string, number>> & { readonly arm: string; readonly cut: string },
): SumsRow {
  const at = (name: string): number => row[`${name}${i}`] ?? 0
  const shared = { arm: row.arm, day: row['day']!, cut: row.cut, n: row['n']!, converted: at('converted'), p: at('p'), yp: at('yp') }
  if (isYesOrNo(metric)) return { ...shared, y: shared.converted, yy: shared.converted, pp: shared.p, b: 0, bb: 0, yb: 0, bp: 0 }
  return { ...shared, y: at('y'), yy: at('yy'), pp: at('pp'), b: at('b'), bb: at('bb'), yb: at('yb'), bp: at('bp') }
}

const timesOf = ({ metric, asOf }: Pick<StatisticsAsked, 'metric' | 'asOf'>) => ({ within: withinOf(metric), asOf: Math.floor(asOf) })
const cutParams = (cut: Cut | undefined): Record<string, string> =>
  cut === undefined ? {} : cut.by === 'segment' ? { segment: cut.segment } : { attribute: cut.attribute }

const DAY = 86_400_000
const MS = (column: string): string => `toUnixTimestamp64Milli(${column})`

/** How people are named: by numbers where only sums come out, by their profiles where they are listed. */
interface Naming {
  readonly people: (source: Source) => string
  readonly resolved: typeof byPerson
  readonly of: (profile: string) => string
  readonly nobody: string
}
const KEYED: Naming = { people: exposedKeys, resolved: byPersonKey, of: keyOf, nobody: NOBODYS_KEY }
const NAMED: Naming = { people: exposedPeople, resolved: byPerson, of: (profile) => profile, nobody: "''" }

interface PersonsAsked {
  readonly source: Source
  readonly metrics: readonly Metric[]
  readonly cut: Cut | undefined
  readonly by: Naming
}

/** One row for each person who is in exactly one arm and whose window has ended: `person, arm, cut, first, ends`, and of each metric `y0, p0, b0, …`. */
function personsSql({ source, metrics, cut, by }: PersonsAsked): string {
  const { sources, sides } = readingsOf(metrics)
  const own = metrics.flatMap((metric, i) => {
    const [y, p] = [valueOf(metric, { window: AFTER, sides: sides[i]!, by }), valueOf(metric, { window: BEFORE, sides: sides[i]!, by })]
    return [`toFloat64(${y.above}) AS y${i}`, `toFloat64(${p.above}) AS p${i}`, `toFloat64(${y.below}) AS b${i}`]
  })
  const persons = `SELECT e.person AS person, any(e.arm) AS arm, any(e.cut) AS cut, any(e.first) AS first,
      any(e.first) + {within:Int64} AS ends, ${own.join(', ')}
    FROM (${eventsOf(sources, by)}) AS m RIGHT JOIN (${included(source, { cut, by })}) AS e ON m.person = e.person GROUP BY e.person`
  if (metrics.every(({ cap }) => cap === undefined)) return persons
  const columns = metrics.flatMap(({ cap }, i) => [
    `w.b${i} AS b${i}`,
    ...['y', 'p'].map((name) => `${cap === undefined ? `w.${name}${i}` : capped(`w.${name}${i}`, cap)} AS ${name}${i}`),
  ])
  return `SELECT w.person AS person, w.arm AS arm, w.cut AS cut, w.first AS first, w.ends AS ends, ${columns.join(', ')} FROM (${persons}) AS w`
}

/** Nobody's sum counts more than the quantile of those who have any, of all arms together (winsorising). */
const capped = (column: string, cap: number): string =>
  `least(${column}, if(countIf(${column} > 0) OVER () = 0, ${column}, quantileExactInclusiveIf(${cap})(${column}, ${column} > 0) OVER ()))`

/** Of which reading a metric's events are: above the line, and, of a ratio of two, below it. */
interface Sides {
  readonly above: number
  readonly below: number | null
}

/** What has to be read for these metrics: one that asks for no value takes the events of one that does. */
function readingsOf(metrics: readonly Metric[]): { readonly sources: readonly MetricEvents[]; readonly sides: readonly Sides[] } {
  const sources: MetricEvents[] = []
  const isSame = (a: MetricEvents, b: MetricEvents): boolean =>
    a.event === b.event && a.where === b.where && a.conversionsOf === b.conversionsOf
  const reading = (asked: MetricEvents, asksValue: boolean): number => {
    const known = sources.findIndex(
      (each) => isSame(each, asked) && (!asksValue || (each.value === asked.value && each.worth === asked.worth)),
    )
    return known >= 0 ? known : sources.push(asked) - 1
  }
  const { plain = [], valued = [] } = Object.groupBy(metrics, (metric) => (asksValue(metric) ? 'valued' : 'plain'))
  const sides = new Map<Metric, Sides>()
  for (const metric of [...valued, ...plain]) {
    const { event, where, value, worth, conversionsOf, per } = metric as Metric & MetricEvents
    const isValued = asksValue(metric)
    const above = reading({ event, where, conversionsOf, ...(isValued && { value, worth }) }, isValued)
    sides.set(metric, { above, below: per ? reading({ event: per.event, where: per.where }, false) : null })
  }
  return { sources, sides: metrics.map((metric) => sides.get(metric)!) }
}

const asksValue = ({ measure }: Metric): boolean => measure === 'sum' || measure === 'ratio' || measure === 'quantile'

/** `part`: of which source. */
function eventsOf(sources: readonly MetricEvents[], { resolved }: Pick<Naming, 'resolved'>): string {
  const known = `${MS('at')} <= {asOf:Int64}`
  const all = sources.map(
    (each, i) => `SELECT profile_id, ${MS('at')} AS t, value, toUInt8(${i}) AS part FROM (${profileEvents(each, known)})`,
  )
  return resolved(['t', 'value', 'part'], all.join(' UNION ALL '))
}

const AFTER = 'm.t >= e.first AND m.t < e.first + {within:Int64}'
const BEFORE = 'm.t < e.first AND m.t >= e.first - {within:Int64}'

interface ValueAsked {
  readonly window: string
  readonly sides: Sides
  readonly by: Naming
}

/** What a person's events in a window come to. Who has none comes out of the join with a row of nobody, at 1970. */
function valueOf(metric: Metric, { window, sides, by }: ValueAsked): { above: string; below: string } {
  const of = (part: number): string => `m.person != ${by.nobody} AND m.part = ${part} AND ${window}`
  const theirs = of(sides.above)
  switch (metric.measure) {
    case 'converted':
      return { above: `countIf(${theirs}) > 0`, below: '0' }
    case 'count':
      return { above: `countIf(${theirs})`, below: '0' }
    case 'sum':
      return { above: `sumKahanIf(ifNotFinite(m.value, 0), ${theirs})`, below: '0' }
    case 'ratio':
      // Without `per` an event that does not say its value is on neither side of the line.
      return {
        above: metric.value === undefined ? `countIf(${theirs})` : `sumKahanIf(ifNotFinite(m.value, 0), ${theirs})`,
        below: sides.below === null ? `countIf(${theirs} AND isFinite(m.value))` : `countIf(${of(sides.below)})`,
      }
    case 'quantile':
      throw new Error('quantiles are gathered by clustersOf')
  }
}

/** Who is in exactly one arm and has had their whole window; `first` in epoch ms, because moments are slow to reckon with. */
function included(source: Source, { cut, by }: { readonly cut?: Cut | undefined; readonly by: Naming }): string {
  const people = `SELECT person, arm, ${MS('e.first')} AS first FROM (${by.people(source)}) AS e WHERE NOT crossed AND first + {within:Int64} <= {asOf:Int64}`
  if (!cut) return `SELECT person, arm, first, '' AS cut FROM (${people})`
  if (cut.by === 'attribute')
    return `SELECT x.person AS person, x.arm AS arm, x.first AS first, if(a.said IN ('', 'null'), '–', a.said) AS cut FROM (${people}) AS x
      LEFT JOIN (SELECT ${by.of('profile_id')} AS who, trim(BOTH '"' FROM JSONExtractRaw(${readable('attributes')}, {attribute:String})) AS said
        FROM people FINAL WHERE workspace_id = {workspace:String}) AS a ON a.who = x.person`
  // Membership at the moment of the exposure: what came after may come of it.
  return `SELECT x.person AS person, any(x.arm) AS arm, any(x.first) AS first,
      if(argMaxIf(s.kind, (s.at, s.seq, s.ix), s.who != ${by.nobody} AND ${MS('s.at')} <= x.first) = 'entered', 'in', 'out') AS cut
    FROM (${people}) AS x LEFT JOIN (SELECT ${by.of('profile_id')} AS who, kind, at, seq, ix FROM memberships
      WHERE workspace_id = {workspace:String} AND segment_id = {segment:String}) AS s ON s.who = x.person GROUP BY x.person`
}

/** Clusters of people that a quantile is drawn again by, and how finely its values are told apart. */
const CLUSTERS = 100
const FINENESS = Math.log(1.01)

export interface BinRow {
  readonly arm: string
  readonly cluster: number
  readonly n: number
  /** Middles of bins that are one hundredth wide, and how often a value fell into each. */
  readonly values: readonly number[]
  readonly counts: readonly number[]
}

/** For quantiles: values of single events in bins, by arm and by cluster of people. */
export const clustersOf = (analytics: Analytics, asked: Omit<StatisticsAsked, 'cut' | 'daily'>): Promise<BinRow[]> =>
  analytics.query<BinRow>(
    `SELECT arm, cluster, toFloat64(uniqExact(person)) AS n, sumMapIf([middle], [1.0], middle != 0 OR zero) AS found, found.1 AS values, found.2 AS counts
     FROM (SELECT e.person AS person, e.arm AS arm, sipHash64(e.person) % ${CLUSTERS} AS cluster,
         m.person != '' AND ${AFTER} AND isFinite(m.value) AS counts, counts AND m.value = 0 AS zero,
         if(counts AND m.value != 0, sign(m.value) * exp((floor(log(abs(m.value)) / ${FINENESS}) + 0.5) * ${FINENESS}), 0.0) AS middle
       FROM (${eventsOf(readingsOf([asked.metric]).sources, NAMED)}) AS m RIGHT JOIN (${included(asked.source, { by: NAMED })}) AS e ON m.person = e.person)
     GROUP BY arm, cluster ORDER BY arm, cluster`,
    { ...paramsOf(asked.workspace, asked.source), ...timesOf(asked) },
  )

export interface PeopleAsked {
  readonly workspace: string
  readonly source: Source
  /** Undefined: whoever is in the arm, their window over or not. */
  readonly metric?: Metric
  readonly asOf: number
  /** '': any. */
  readonly arm: string
  readonly which: 'all' | 'converted' | 'not_converted' | 'crossed' | 'open'
  readonly after?: { readonly at: number; readonly person: string }
  readonly limit: number
}

export interface PersonInArm {
  readonly profileId: string
  readonly arm: string
  /** Epoch ms of the exposure. */
  readonly at: number
  /** What the metric comes to for them; 0 where it was not asked. */
  readonly value: number
}

/** The people behind a number, newest exposure first. */
export function listExposed(
  analytics: Analytics,
  { workspace, source, metric, asOf, arm, which, after, limit }: PeopleAsked,
): Promise<PersonInArm[]> {
  const window = metric ? '{within:Int64}' : '0'
  const whole = which === 'converted' || which === 'not_converted'
  const people =
    whole && metric
      ? `SELECT person, arm, p.first AS first, y0 AS y FROM (${personsSql({ source, metrics: [metric], cut: undefined, by: NAMED })}) AS p WHERE ${which === 'converted' ? 'y != 0' : 'y = 0'}`
      : `SELECT person, arm, ${MS('p.first')} AS first, 0.0 AS y FROM (${exposedPeople(source)}) AS p WHERE ${
          which === 'crossed' ? 'crossed' : which === 'open' ? `NOT crossed AND first + ${window} > {asOf:Int64}` : 'NOT crossed'
        }`
  return analytics.query<PersonInArm>(
    `SELECT person AS profileId, arm, toFloat64(first) AS at, y AS value FROM (${people})
     WHERE ({arm:String} = '' OR arm = {arm:String}) ${after ? 'AND (first, person) < ({afterAt:Int64}, {afterPerson:String})' : ''}
     ORDER BY first DESC, person DESC LIMIT {limit:UInt32}`,
    {
      ...paramsOf(workspace, source),
      ...(metric ? timesOf({ metric, asOf }) : { asOf: Math.floor(asOf) }),
      arm,
      limit,
      ...(after && { afterAt: after.at, afterPerson: after.person }),
    },
  )
}
