import { refuse } from '#lib/problem.ts'
import { MERGED } from '../people-store.ts'
import {
  type Cut,
  FUNNEL_MEANS,
  type FunnelCounts,
  type FunnelGoals,
  FunnelInput,
  type FunnelMessage,
  type FunnelMove,
  toldOfFunnel,
} from './funnel.ts'
import { periodOf } from './input.ts'
import { type Bound, type Listing, type ListKind, type ReportParts, reportKind } from './kind.ts'
import { counted } from './list-store.ts'
import { type MessagesAsked, messages } from './messages-store.ts'

const MS = 'toUnixTimestamp64Milli(at)'
const FIRST = '(at, seq, ix)'
const HERE = 'workspace_id = {workspace:String} AND journey_id = {journey:String} AND ({version:UInt32} = 0 OR version = {version:UInt32})'
interface Scope {
  readonly params: Readonly<Record<string, Bound>>
  /** Of rows of runs; '' where every run counts. */
  readonly cohort: string
}

function scopeOf({ workspace, now }: ReportParts, { journey, version = 0, days, from, to }: FunnelInput): Scope {
  const params = { workspace, journey, version }
  if (days === undefined && from === undefined && to === undefined) return { params, cohort: '' }
  const period = days === undefined ? { from: from ?? 0, to: to ?? now + 1 } : periodOf({ days, from, to }, now)
  const within = `${MS} >= {from:Int64} AND ${MS} < {to:Int64}`
  // Whoever was not let in has no run, and counts when that was.
  const cohort = ` AND if(enrollment_id = '', ${within}, sipHash64(enrollment_id) IN (SELECT sipHash64(enrollment_id) FROM transitions
    WHERE workspace_id = {workspace:String} AND journey_id = {journey:String} AND kind = 'entered' AND ${within}))`
  return { params: { ...params, ...period }, cohort }
}

const NOW = (profile: string): string => `if(merge.now != '', merge.now, ${profile})`

/** The part of each run, as a subquery `(run, part)`; null: it stands in the row itself, by this expression. */
function partsOf(
  cut: Cut | undefined,
): { readonly row: string } | { readonly sql: string; readonly without: string; readonly params: Record<string, Bound> } {
  const entries = `SELECT enrollment_id AS run, argMin(profile_id, ${FIRST}) AS who, min(transitions.at) AS entered FROM transitions
    WHERE workspace_id = {workspace:String} AND journey_id = {journey:String} AND kind = 'entered' AND enrollment_id != '' GROUP BY run`
  switch (cut?.by) {
    case undefined:
      return { row: "''" }
    case 'version':
      return { row: 'toString(version)' }
    case 'arm':
      return { row: 'toString(arm)' }
    case 'choice':
      return {
        without: 'not reached',
        params: { cut_step: cut.step },
        sql: `SELECT enrollment_id AS run, toString(argMin(arm, ${FIRST})) AS part FROM decisions
          WHERE workspace_id = {workspace:String} AND journey_id = {journey:String} AND step_id = {cut_step:String} AND kind IN ('split', 'choose') GROUP BY run`,
      }
    case 'segment': {
      // Of several words at one moment the last holds.
      const said = `SELECT who, moment, max(is_in) AS inside FROM (SELECT ${cut.when === 'now' ? NOW('m.profile_id') : 'm.profile_id'} AS who, m.at AS moment,
          tuple(m.seq, m.ix, m.kind = 'entered') AS is_in FROM (SELECT * FROM memberships WHERE workspace_id = {workspace:String} AND segment_id = {cut_segment:String}) AS m
          LEFT JOIN ${MERGED} AS merge ON merge.old = m.profile_id) GROUP BY who, moment`
      const runs =
        cut.when === 'now'
          ? `SELECT e.run AS run, ${NOW('e.who')} AS who, now64(3) + INTERVAL 100 YEAR AS entered FROM (${entries}) AS e LEFT JOIN ${MERGED} AS merge ON merge.old = e.who`
          : entries
      return {
        without: '',
        params: { cut_segment: cut.segment },
        sql: `SELECT r.run AS run, if(s.inside.3 = 1, 'in the segment', 'not in it') AS part FROM (${runs}) AS r ASOF LEFT JOIN (${said}) AS s ON s.who = r.who AND s.moment <= r.entered`,
      }
    }
    case 'attribute':
      return {
        without: '',
        params: { cut_attribute: cut.attribute },
        sql: `SELECT r.run AS run, if(p.value = '', 'not known', p.value) AS part FROM (SELECT e.run AS run, ${NOW('e.who')} AS who FROM (${entries}) AS e LEFT JOIN ${MERGED} AS merge ON merge.old = e.who) AS r
          LEFT JOIN (SELECT profile_id AS who, replaceRegexpAll(JSONExtractRaw(argMax(attributes, seq), {cut_attribute:String}), '^"|"$', '') AS value
            FROM people WHERE workspace_id = {workspace:String} GROUP BY who) AS p ON p.who = r.who`,
      }
  }
}

/** Rows of transitions with the part that each belongs to: `cut` and the columns asked for. */
function parted(parts: ReportParts, input: FunnelInput, { columns, where }: { columns: readonly string[]; where: string }): Listing {
  const { params, cohort } = scopeOf(parts, input)
  const cut = partsOf(input.cut)
  const plain = `SELECT *${'row' in cut ? `, ${cut.row} AS cut` : ''} FROM transitions WHERE ${HERE} AND ${where}${cohort}`
  if ('row' in cut) return { params, sql: `SELECT ${['t.cut AS cut', ...columns].join(', ')} FROM (${plain}) AS t` }
  const named = `if(c.part != '', c.part, if(t.enrollment_id = '', 'not let in', '${cut.without}'))`
  return {
    params: { ...params, ...cut.params },
    sql: `SELECT ${[`${named} AS cut`, ...columns].join(', ')} FROM (${plain}) AS t LEFT JOIN (${cut.sql}) AS c ON c.run = t.enrollment_id`,
  }
}

const COLUMNS = [
  't.profile_id AS profile_id',
  't.enrollment_id AS of',
  'toUnixTimestamp64Milli(t.at) AS at',
  "toString(if(t.from_step != '', t.from_step, t.to_step)) AS step_of",
  'toString(t.reason) AS reason',
  'toString(t.kind) AS kind',
  'toString(t.from_step) AS from',
  'toString(t.to_step) AS to',
  `concat(toString(t.partition), '/', toString(t.seq), '/', toString(t.ix)) AS key`,
  't.seq AS seq',
  't.ix AS ix',
  't.version AS version',
  't.value AS value',
]
const MOVES = "kind IN ('entered', 'refused', 'moved', 'migrated', 'exited')"

const lists = {
  moves: {
    unit: 'moves',
    dims: () => ['cut', 'kind', 'from', 'to', 'reason', 'arrives', 'came', 'step'],
    listing(parts, input) {
      const { sql, params } = parted(parts, input, { columns: COLUMNS, where: MOVES })
      return {
        params,
        sql: `SELECT *, if(came = 1, to, step_of) AS step, toUInt8(to != '') AS arrives, toUInt8(to != '' AND kind IN ('entered', 'moved')) AS came FROM (${sql})`,
      }
    },
  },
  standing: {
    unit: 'runs',
    dims: () => ['cut', 'step'],
    listing(parts, input) {
      const { sql, params } = parted(parts, input, { columns: COLUMNS, where: "kind IN ('entered', 'moved', 'migrated', 'exited')" })
      // A run stands where it arrived once more than it went on from.
      return {
        params,
        sql: `SELECT cut, of, place AS step, who AS profile_id, moment AS at, '' AS reason, concat(of, '/', cut) AS key FROM (
            SELECT m.cut AS cut, m.of AS of, argMax(m.profile_id, (m.at, m.seq, m.ix)) AS who, max(m.at) AS moment,
              sumMap([m.to, m.from], [toInt32(1), toInt32(-1)]) AS net, arrayFilter((name, n) -> n > 0 AND name != '', net.1, net.2)[1] AS place,
              countIf(m.kind = 'entered' OR (m.kind = 'migrated' AND m.to != '')) - countIf(m.kind = 'exited' OR (m.kind = 'migrated' AND m.from != '')) AS inside
            FROM (${sql}) AS m GROUP BY cut, of) WHERE inside > 0`,
      }
    },
  },
  goals: {
    unit: 'runs',
    dims: () => ['cut'],
    listing(parts, input) {
      const { sql, params } = parted(parts, input, { columns: COLUMNS, where: "kind = 'converted' AND enrollment_id != ''" })
      return {
        params,
        sql: `SELECT g.cut AS cut, g.of AS of, argMax(g.profile_id, (g.at, g.seq, g.ix)) AS profile_id, max(g.at) AS at, '' AS step, 'goal' AS reason,
            sumKahan(g.value) AS worth, concat(g.of, '/', g.cut) AS key FROM (${sql}) AS g GROUP BY cut, of`,
      }
    },
  },
  messages: {
    unit: 'messages',
    dims: () => ['cut', 'step', 'channel', 'outcome', 'reason'],
    listing: (parts, input) => messagesOf(parts, input),
  },
} as const satisfies Record<string, ListKind<FunnelInput>>

/** Messages of the runs that are counted, each in the part of its run. */
function messagesOf(parts: ReportParts, input: FunnelInput, without: MessagesAsked['without'] = ['goals']): Listing {
  const runs = parted(parts, input, {
    columns: ['sipHash64(t.enrollment_id) AS of', 't.version AS version'],
    where: "kind IN ('entered', 'migrated')",
  })
  const sent = messages({
    workspace: parts.workspace,
    from: 0,
    to: parts.now + 1,
    scope: { journey: input.journey, version: input.version },
    without,
  })
  const byVersion = input.cut?.by === 'version'
  // A run counts in each version that it was in; its message in the one that sent it.
  const runParts = `SELECT of, ${byVersion ? 'toString(version)' : 'any(cut)'} AS cut FROM (${runs.sql}) GROUP BY of${byVersion ? ', version' : ''}`
  return {
    params: { ...sent.params, ...runs.params, from: 0, to: parts.now + 1, ...cohortParams(runs) },
    sql: `SELECT s.profile_id AS profile_id, s.of AS of, s.at AS at, toString(s.step) AS step, toString(s.reason) AS reason, s.key AS key, r.cut AS cut,
        toString(s.channel) AS channel, s.outcome AS outcome
      FROM (${sent.sql}) AS s INNER JOIN (${renamed(runParts)}) AS r ON r.of = s.run_hash ${byVersion ? 'AND r.cut = toString(s.version)' : ''}`,
  }
}

/** The runs' stretch of entry beside the messages' own, which is all time. */
const renamed = (sql: string): string =>
  sql.replaceAll('{from:Int64}', '{entered_from:Int64}').replaceAll('{to:Int64}', '{entered_to:Int64}')
const cohortParams = ({ params }: Listing): Record<string, Bound> => ({ entered_from: params['from'] ?? 0, entered_to: params['to'] ?? 0 })

async function countsOf(parts: ReportParts, input: FunnelInput): Promise<FunnelCounts> {
  const [moves, goals, sent] = await Promise.all([
    counted<FunnelMove>(parts.facts, lists.moves.listing(parts, input), {
      by: { cut: 'list.cut', kind: 'list.kind', from: 'list.from', to: 'list.to', reason: 'list.reason' },
      measures: { times: 'count()', first: 'min(list.at)' },
      most: 20_000,
    }),
    counted<FunnelGoals>(parts.facts, lists.goals.listing(parts, input), {
      by: { cut: 'list.cut' },
      measures: { runs: 'count()', value: 'sumKahan(list.worth)' },
      most: 20_000,
    }),
    counted<FunnelMessage>(parts.facts, messagesOf(parts, input, ['people', 'goals']), {
      by: { cut: 'list.cut', step: 'list.step', channel: 'list.channel', outcome: 'list.outcome', reason: 'list.reason' },
      measures: { messages: 'count()' },
    }),
  ])
  return { moves, goals, messages: sent }
}

export const funnel = reportKind({
  id: 'journey-funnel',
  title: 'Journey funnel',
  question: 'Where in the journey is everybody, and why did they leave?',
  input: FunnelInput,
  definitions: FUNNEL_MEANS,
  lists,
  async run(parts, input) {
    const counts = await countsOf(parts, input)
    // One that was archived still has its moves.
    const isUnknown = counts.moves.length === 0 && (await parts.ports.document(parts.workspace, 'journey', input.journey)) === undefined
    return isUnknown ? noJourney(input.journey) : toldOfFunnel(input, counts, parts.now)
  },
})

const noJourney = (id: string) =>
  refuse({
    code: 'journey.unknown',
    status: 404,
    title: 'Nothing is known of such a journey',
    detail: id,
    hint: 'Publish it, or look at the list of journeys for its id.',
    at: '/params/journey',
  })
