import { isRefusal, type Outcome } from '#lib/problem.ts'
import { quote } from '#segments/condition/sql-text.ts'
import { eventsWith } from '../metrics/metrics-store.ts'
import { byPerson } from '../people-store.ts'
import { periodOf } from '../reports/input.ts'
import { type Listing, type ReportParts, reportKind } from '../reports/kind.ts'
import { pipelineNamed } from './named.ts'
import { type DealCount, PIPELINE_DEFINITIONS, PipelineInput, type StageCount, toldOfPipeline } from './pipeline.ts'
import type { StageMove } from './pipeline-chances.ts'
import type { Pipeline } from './schema.ts'
import type { Fate } from './survival.ts'

const DAY = 86_400_000

const TEXTS = ['deal', 'account', 'segment'] as const
type Text = (typeof TEXTS)[number]

/** Everything that is said of deals: `person, t (ms), value, place` and the texts that the pipeline names; stages have the places 0 … n − 1, won n, lost n + 1. */
function said(pipeline: Pipeline): string {
  const { stages, won, lost, worth } = pipeline
  const texts = Object.fromEntries(TEXTS.flatMap((name) => (pipeline[name] === undefined ? [] : [[name, pipeline[name]] as const])))
  const rows = (on: Parameters<typeof eventsWith>[0], place: number): string =>
    `SELECT profile_id, toUnixTimestamp64Milli(at) AS t, value, toUInt8(${place}) AS place${Object.keys(texts)
      .map((name) => `, ${name}`)
      .join('')} FROM (${eventsWith(on, texts)})`
  const all = [
    ...stages.map(({ event, where }, i) => rows({ event, where }, i)),
    rows({ event: won.event, where: won.where, value: won.amount, worth }, stages.length),
    ...(lost ? [rows(lost, stages.length + 1)] : []),
  ]
  return byPerson(['t', 'value', 'place', ...Object.keys(texts)], all.join(' UNION ALL '))
}

/**
 * One row per deal in view: those that ended in the period, and the open ones (where nothing says that deals are lost: that began in it). Visits of
 * stages are packed into numbers while they are gathered: time × 256 + place, so that what happens at one moment stands in the order of the stages.
 */
function deals({ workspace, now }: ReportParts, input: PipelineInput, pipeline: Pipeline): Listing {
  const { from, to } = periodOf(input, now)
  const n = pipeline.stages.length
  const id = pipeline.deal === undefined ? 'person' : 'deal'
  const first = (text: Text): string => (pipeline[text] === undefined ? "''" : `argMinIf(${text}, t, ${text} != '')`)
  const each = `SELECT ${id} AS id, ${id === 'person' ? 'id' : 'argMax(person, t)'} AS who, ${first('account')} AS company, ${first('segment')} AS part,
      countIf(place < ${n}) AS staged, if(staged > 0, minIf(t, place < ${n}), min(t)) AS began,
      countIf(place = ${n}) AS wins, countIf(place = ${n + 1}) AS losses, minIf(t, place = ${n}) AS won_at, minIf(t, place = ${n + 1}) AS lost_at,
      multiIf(wins > 0 AND (losses = 0 OR won_at <= lost_at), 'won', losses > 0, 'lost', 'open') AS outcome,
      multiIf(outcome = 'won', won_at, outcome = 'lost', lost_at, {now:Int64}) AS until,
      argMinIf(value, t, place = ${n}) AS brought, arraySort(groupArrayIf(t * 256 + place, place < ${n})) AS visits,
      arrayFilter(visit -> visit <= until * 256 + 255, visits) AS before,
      arrayCompact(arrayMap(visit -> toUInt8(bitAnd(visit, 255)), if(empty(before), visits, before))) AS path
    FROM (${said(pipeline)}) WHERE ${id} != '' AND t <= {now:Int64} GROUP BY id`
  const inView = pipeline.lost ? "outcome = 'open' OR" : `(outcome = 'open' AND began >= {from:Int64} AND began < {to:Int64}) OR`
  const names = pipeline.stages.map((stage) => quote(stage.id)).join(', ')
  return {
    params: { workspace, now, from, to },
    sql: `SELECT who AS profile_id, id AS of, until AS at, if(empty(path), '', [${names}][path[-1] + 1]) AS step, '' AS reason, id AS key, outcome, path, step AS stage,
        company AS account, if(part = '', 'not known', part) AS segment, if(outcome = 'won' AND isFinite(brought), brought, 0) AS amount,
        (until - began) / ${DAY} AS days, began AS began_at
      FROM (${each}) WHERE ${inView} (outcome != 'open' AND until >= {from:Int64} AND until < {to:Int64})`,
  }
}

const listing = async (parts: ReportParts, input: PipelineInput): Promise<Outcome<Listing>> => {
  const pipeline = await pipelineNamed(parts, input.pipeline)
  return isRefusal(pipeline) ? pipeline : deals(parts, input, pipeline)
}

/** Rows of the one reading: which of its sets they belong to (`set`), and of the set of paths what they count (`told`). */
interface CountedRow extends DealCount, Whole {
  readonly set: number
  /** Days, to a tenth. */
  readonly time: number
  /** 0: the row as it is; 1: a move from stage `a` to `b` (places; n: won, n + 1: lost, n + 2: open); 2: stage `a` was reached, `deals` by and `here` of them stand there. */
  readonly told: 0 | 1 | 2
  readonly a: number
  readonly b: number
  readonly here: number
}
interface Whole {
  readonly median: number | null
  readonly leads: number
  readonly companiesWon: number
  readonly companiesOpen: number
}
const [BY_SEGMENT, BY_TIME, BY_PATH, ALL] = [3, 5, 6, 7]

/** All that the report counts in one reading of deals: by segment, by time, by path, and all together. */
function countsSql({ sql }: Listing, { stages, account }: Pipeline): string {
  const n = stages.length
  const companies = (where: string): string =>
    account === undefined ? '0' : `toFloat64(uniqExactIf(list.account, ${where} AND list.account != ''))`
  const sums = ['amount', 'amountSquares', 'days', 'daysSquares', 'cross', 'early', 'accounts', 'leads', 'companiesWon', 'companiesOpen']
  const measured = `SELECT grouping(segment, time, path) AS set, segment, outcome, time, path, toFloat64(count()) AS deals, ${companies('1')} AS accounts,
      sum(list.amount) AS amount, sum(list.amount * list.amount) AS amountSquares, sumIf(list.days, outcome = 'won') AS days, sumIf(list.days * list.days, outcome = 'won') AS daysSquares,
      sum(list.amount * list.days) AS cross, toFloat64(countIf(outcome = 'won' AND list.days < 0)) AS early, toFloat64(countIf(began_at >= {from:Int64} AND began_at < {to:Int64})) AS leads,
      ${companies("outcome = 'won'")} AS companiesWon, ${companies("outcome = 'open'")} AS companiesOpen,
      if(countIf(outcome = 'won') = 0, NULL, quantileExactInclusiveIf(0.5)(list.days, outcome = 'won')) AS median
    FROM (SELECT *, greatest(0, round(days, 1)) AS time FROM (${sql})) AS list
    GROUP BY GROUPING SETS ((segment, outcome), (time, outcome), (path, outcome), ())`
  const nothing = '(toUInt8(0), toUInt8(0), toUInt8(0), toUInt8(0))'
  const moves = `arrayMap((a, b) -> (toUInt8(1), a, b, toUInt8(0)), path, arraySlice(arrayPushBack(path, toUInt8(multiIf(outcome = 'won', ${n}, outcome = 'lost', ${n + 1}, ${n + 2}))), 2))`
  const reached = `arrayMap(a -> (toUInt8(2), a, toUInt8(0), toUInt8(outcome = 'open' AND a = path[-1])), arrayDistinct(path))`
  return `SELECT set, segment, if(set = ${BY_PATH}, '', outcome) AS outcome, time, each.1 AS told, each.2 AS a, each.3 AS b, sum(counted.deals) AS deals, sum(counted.deals * each.4) AS here,
      ${sums.map((name) => `sum(counted.${name}) AS ${name}`).join(', ')}, max(counted.median) AS median
    FROM (SELECT *, arrayJoin(if(set = ${BY_PATH}, arrayConcat(${moves}, ${reached}), [${nothing}])) AS each FROM (${measured})) AS counted
    GROUP BY set, segment, outcome, time, told, a, b ORDER BY set, time, outcome, segment, a, b`
}

/** Of texts that differ. */
const before = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

async function counted({ facts }: ReportParts, list: Listing, pipeline: Pipeline) {
  const rows = await facts.query<CountedRow>(countsSql(list, pipeline), list.params)
  const names = [...pipeline.stages.map(({ id }) => id), 'won', 'lost', 'open']
  const of = (set: number, told = 0): CountedRow[] => rows.filter((row) => row.set === set && row.told === told)
  const whole: Whole = of(ALL)[0] ?? { median: null, leads: 0, companiesWon: 0, companiesOpen: 0 }
  return {
    counts: of(BY_SEGMENT).sort((a, b) => b.deals - a.deals || before(a.segment, b.segment) || before(a.outcome, b.outcome)),
    moves: of(BY_PATH, 1)
      .map(({ a, b, deals: times }): StageMove => ({ from: names[a]!, to: names[b]!, deals: times }))
      .sort((a, b) => before(a.from, b.from) || before(a.to, b.to)),
    stages: of(BY_PATH, 2).map(({ a, deals: reached, here }): StageCount => ({ stage: names[a]!, open: here, reached })),
    fates: of(BY_TIME).map(({ time, outcome, deals: times }): Fate => ({ time, to: outcome, times })),
    whole,
  }
}

export const pipeline = reportKind({
  id: 'pipeline',
  title: 'Pipeline',
  question: 'What was won, what may open deals bring, how fast, and where do deals stop?',
  input: PipelineInput,
  definitions: PIPELINE_DEFINITIONS,
  lists: { deals: { unit: 'people', dims: () => ['outcome', 'stage', 'segment', 'account'], listing } },
  async run(parts, input) {
    const named = await pipelineNamed(parts, input.pipeline)
    if (isRefusal(named)) return named
    const { whole, ...told } = await counted(parts, deals(parts, input, named), named)
    const period = periodOf(input, parts.now)
    const accounts = { won: whole.companiesWon, open: whole.companiesOpen }
    return toldOfPipeline({ pipeline: named, ...told, median: whole.median, leads: whole.leads, accounts, period, now: parts.now })
  },
})
