import { isRefusal, type Outcome } from '#lib/problem.ts'
import { quote } from '#segments/condition/sql-text.ts'
import { eventsWith } from '../metrics/metrics-store.ts'
import { byPerson } from '../people-store.ts'
import { periodOf } from '../reports/input.ts'
import { type Listing, type ReportParts, reportKind } from '../reports/kind.ts'
import { counted } from '../reports/list-store.ts'
import { pipelineNamed } from './named.ts'
import { type DealCount, PIPELINE_DEFINITIONS, PipelineInput, type StageCount, toldOfPipeline } from './pipeline.ts'
import type { StageMove } from './pipeline-chances.ts'
import type { Pipeline } from './schema.ts'
import type { Fate } from './survival.ts'

const DAY = 86_400_000
const ms = (column: string): string => `toUnixTimestamp64Milli(${column})`

/** Everything that is said of deals: `person, at, value, what, place` and texts; `place` orders what happens at one moment. */
function said({ deal, account, segment, stages, won, lost, worth }: Pipeline): string {
  const texts = Object.entries({ deal, account, segment }).flatMap(([name, property]) =>
    property === undefined ? [] : [[name, property] as const],
  )
  const missing = ['deal', 'account', 'segment'].filter((name) => !texts.some(([known]) => known === name))
  const rows = (
    on: { event: string; where?: string | undefined; value?: string | undefined; worth?: number | undefined },
    what: string,
    place: number,
  ): string =>
    `SELECT *${missing.map((name) => `, '' AS ${name}`).join('')}, ${quote(what)} AS what, ${place} AS place FROM (${eventsWith(on, Object.fromEntries(texts))})`
  const all = [
    ...stages.map(({ id, event, where }, i) => rows({ event, where }, id, i)),
    rows({ event: won.event, where: won.where, value: won.amount, worth }, 'won', stages.length),
    ...(lost ? [rows(lost, 'lost', stages.length + 1)] : []),
  ]
  const columns = ['profile_id', 'at', 'value', 'what', 'place', 'deal', 'account', 'segment']
  return byPerson(columns.slice(1), all.map((each) => `SELECT ${columns.join(', ')} FROM (${each})`).join(' UNION ALL '))
}

/** One row per deal in view: those that ended in the period, and the open ones (where nothing says that deals are lost: that began in it). */
function deals({ workspace, now }: ReportParts, input: PipelineInput, pipeline: Pipeline): Listing {
  const { from, to } = periodOf(input, now)
  const id = pipeline.deal === undefined ? 'person' : 'deal'
  const each = `SELECT ${id} AS id, argMax(person, at) AS who, argMinIf(account, at, account != '') AS company, argMinIf(segment, at, segment != '') AS part,
      countIf(what NOT IN ('won', 'lost')) AS staged, if(staged > 0, minIf(at, what NOT IN ('won', 'lost')), min(at)) AS began,
      countIf(what = 'won') AS wins, countIf(what = 'lost') AS losses, minIf(at, what = 'won') AS won_at, minIf(at, what = 'lost') AS lost_at,
      multiIf(wins > 0 AND (losses = 0 OR won_at <= lost_at), 'won', losses > 0, 'lost', 'open') AS outcome,
      multiIf(outcome = 'won', won_at, outcome = 'lost', lost_at, fromUnixTimestamp64Milli({now:Int64}, 'UTC')) AS until,
      argMinIf(value, at, what = 'won') AS brought, arraySort(groupArrayIf((at, place, what), what NOT IN ('won', 'lost'))) AS visits,
      arrayFilter(visit -> visit.1 <= until, visits) AS before, arrayCompact(arrayMap(visit -> visit.3, if(empty(before), visits, before))) AS path
    FROM (${said(pipeline)}) WHERE ${id} != '' AND at <= fromUnixTimestamp64Milli({now:Int64}, 'UTC') GROUP BY id`
  const inView = pipeline.lost
    ? "outcome = 'open' OR"
    : `(outcome = 'open' AND ${ms('began')} >= {from:Int64} AND ${ms('began')} < {to:Int64}) OR`
  return {
    params: { workspace, now, from, to },
    sql: `SELECT who AS profile_id, id AS of, ${ms('until')} AS at, if(empty(path), '', path[-1]) AS step, '' AS reason, id AS key, outcome, path, step AS stage,
        company AS account, if(part = '', 'not known', part) AS segment, if(outcome = 'won' AND isFinite(brought), brought, 0) AS amount,
        (${ms('until')} - ${ms('began')}) / ${DAY} AS days, ${ms('began')} AS began_at
      FROM (${each}) WHERE ${inView} (outcome != 'open' AND ${ms('until')} >= {from:Int64} AND ${ms('until')} < {to:Int64})`,
  }
}

const listing = async (parts: ReportParts, input: PipelineInput): Promise<Outcome<Listing>> => {
  const pipeline = await pipelineNamed(parts, input.pipeline)
  return isRefusal(pipeline) ? pipeline : deals(parts, input, pipeline)
}

const MOST = 20_000

const dealCounts = ({ facts }: ReportParts, list: Listing): Promise<DealCount[]> =>
  counted<DealCount>(facts, list, {
    by: { segment: 'list.segment', outcome: 'list.outcome' },
    measures: {
      deals: 'count()',
      accounts: "uniqExactIf(list.account, list.account != '')",
      amount: 'sum(list.amount)',
      amountSquares: 'sum(list.amount * list.amount)',
      days: "sumIf(list.days, list.outcome = 'won')",
      daysSquares: "sumIf(list.days * list.days, list.outcome = 'won')",
      cross: 'sum(list.amount * list.days)',
      early: "countIf(list.outcome = 'won' AND list.days < 0)",
    },
    most: MOST,
  })

const moved = ({ facts }: ReportParts, { sql, params }: Listing): Promise<StageMove[]> =>
  facts.query<StageMove>(
    `SELECT move.1 AS from, move.2 AS to, toFloat64(count()) AS deals
     FROM (SELECT arrayJoin(arrayZip(path, arrayPushBack(arrayPopFront(path), outcome))) AS move FROM (${sql}) WHERE notEmpty(path)) GROUP BY from, to ORDER BY from, to`,
    params,
  )

const staged = ({ facts }: ReportParts, { sql, params }: Listing): Promise<StageCount[]> =>
  facts.query<StageCount>(
    `SELECT stage, toFloat64(countIf(here)) AS open, toFloat64(count()) AS reached
     FROM (SELECT arrayJoin(arrayDistinct(path)) AS stage, outcome = 'open' AND stage = path[-1] AS here FROM (SELECT path, outcome FROM (${sql}))) GROUP BY stage`,
    params,
  )

/** To a tenth of a day. */
const fated = ({ facts }: ReportParts, { sql, params }: Listing): Promise<Fate[]> =>
  facts.query<Fate>(
    `SELECT greatest(0, round(days, 1)) AS time, outcome AS to, toFloat64(count()) AS times FROM (${sql}) GROUP BY time, to ORDER BY time, to`,
    params,
  )

interface Whole {
  readonly median: number | null
  readonly leads: number
  readonly companiesWon: number
  readonly companiesOpen: number
}
const whole = async ({ facts }: ReportParts, { sql, params }: Listing): Promise<Whole> =>
  (
    await facts.query<Whole>(
      `SELECT if(countIf(outcome = 'won') = 0, NULL, quantileExactInclusiveIf(0.5)(days, outcome = 'won')) AS median,
         toFloat64(countIf(began_at >= {from:Int64} AND began_at < {to:Int64})) AS leads,
         toFloat64(uniqExactIf(account, outcome = 'won' AND account != '')) AS companiesWon, toFloat64(uniqExactIf(account, outcome = 'open' AND account != '')) AS companiesOpen
       FROM (${sql})`,
      params,
    )
  )[0]!

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
    const list = deals(parts, input, named)
    const [counts, moves, stages, fates, { median, leads, companiesWon, companiesOpen }] = await Promise.all([
      dealCounts(parts, list),
      moved(parts, list),
      staged(parts, list),
      fated(parts, list),
      whole(parts, list),
    ])
    const period = periodOf(input, parts.now)
    const accounts = { won: companiesWon, open: companiesOpen }
    return toldOfPipeline({ pipeline: named, counts, moves, stages, fates, median, leads, accounts, period, now: parts.now })
  },
})
