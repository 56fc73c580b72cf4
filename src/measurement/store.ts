import { explain } from '#journeys/reasons.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { type PageEnd, type Placed, type Standing, whyDecided } from './life.ts'
import type { ArmCount, Counts, MoveCount, StatusCount } from './report.ts'
import type { PeopleQuery, PersonBehind, TimelineItem, TimelineKind } from './schema.ts'

/** A journey of a workspace; version 0: all. */
export interface JourneyScope {
  readonly workspace: string
  readonly journey: string
  readonly version: number
}

const HERE = 'workspace_id = {workspace:String} AND journey_id = {journey:String} AND ({version:UInt32} = 0 OR version = {version:UInt32})'
const MS = 'toUnixTimestamp64Milli(at)'

/** All that the report of a journey needs. `recentFrom` is epoch ms. */
export async function countJourney(analytics: Analytics, scope: JourneyScope, recentFrom: number): Promise<Counts> {
  const [moves, arms, messages] = await Promise.all([
    countMoves(analytics, scope, recentFrom),
    countArms(analytics, scope),
    countMessages(analytics, scope),
  ])
  return { moves, arms, messages }
}

export function countMoves(analytics: Analytics, scope: JourneyScope, recentFrom: number): Promise<MoveCount[]> {
  return analytics.query(
    `SELECT version, kind, arm, reason, from_step AS from, to_step AS to, count() AS times, countIf(${MS} >= {recentFrom:Int64}) AS recent
     FROM transitions WHERE ${HERE} AND kind != 'converted' GROUP BY ALL`,
    { ...scope, recentFrom },
  )
}

/** Each run with the person whose entry was put into an arm; that profile may have become part of another since. */
const RUNS = `SELECT version, enrollment_id, anyIf(profile_id, kind = 'entered') AS person, anyIf(arm, kind = 'entered') AS side,
    countIf(kind = 'converted') AS conversions, sumIf(value, kind = 'converted') AS worth,
    countIf(kind = 'entered') AS entries, maxIf(${MS}, kind = 'entered') AS entered_at, maxIf(${MS}, kind = 'converted') AS converted_at
  FROM transitions WHERE ${HERE} AND kind IN ('entered', 'converted') GROUP BY version, enrollment_id HAVING entries > 0`

async function countArms(analytics: Analytics, scope: JourneyScope): Promise<ArmCount[]> {
  // Nobody is named here: numbers stand for runs and people. Each run counts for its version and for all.
  return analytics.query(
    `SELECT nullIf(v, 0) AS version, side AS arm, count() AS people, countIf(times > 0) AS converted,
       sumKahan(spent) AS value, if(count() < 2, NULL, varSampStable(spent)) AS variance
     FROM (SELECT arrayJoin([version, toUInt32(0)]) AS v, side, person, sum(conversions) AS times, sumKahan(worth) AS spent
       FROM (SELECT version, sipHash64(enrollment_id) AS run, anyIf(sipHash64(profile_id), kind = 'entered') AS person, anyIf(arm, kind = 'entered') AS side,
           countIf(kind = 'converted') AS conversions, sumIf(value, kind = 'converted') AS worth
         FROM transitions WHERE ${HERE} AND kind IN ('entered', 'converted') GROUP BY version, run HAVING countIf(kind = 'entered') > 0)
       GROUP BY v, side, person)
     GROUP BY v, side`,
    { ...scope },
  )
}

async function countMessages(analytics: Analytics, scope: JourneyScope): Promise<StatusCount[]> {
  const rows = await analytics.query<Omit<StatusCount, 'version'> & { all: number; one: number }>(
    `SELECT grouping(version) AS all, version AS one, channel, status, reason, uniqExactMerge(their_messages) AS messages, uniqExactMerge(their_people) AS people
     FROM (SELECT version, channel, status, reason, uniqExactState(sipHash64(effect_id)) AS their_messages, uniqExactState(sipHash64(profile_id)) AS their_people
       FROM deliveries WHERE ${HERE} GROUP BY version, channel, status, reason)
     GROUP BY GROUPING SETS ((version, channel, status, reason), (channel, status, reason))
     ORDER BY channel, status, messages DESC, reason`,
    { ...scope },
  )
  return rows.map(({ all, one, ...count }) => ({ ...count, version: all === 1 ? null : one }))
}

/** A row of a people list, with what orders rows of one millisecond. */
interface PersonRow extends Omit<PersonBehind, 'sentence'> {
  readonly key: string
}
export interface PeopleAfter {
  readonly at: number
  readonly key: string
}

/** One row for each unit of the number that is asked about, newest first. */
export async function listPeople(analytics: Analytics, scope: JourneyScope, { query, after }: { query: PeopleQuery; after?: PeopleAfter }) {
  const { step = '', reason, arm = '', status = '', channel = '', limit } = query
  const rows = await analytics.query<PersonRow>(
    `SELECT profileId, of, place AS step, why AS reason, time AS at, key FROM (${UNITS[query.of]})
     ${after ? 'WHERE (time, key) < ({afterAt:Int64}, {afterKey:String})' : ''} ORDER BY time DESC, key DESC LIMIT {most:UInt32}`,
    {
      ...scope,
      step,
      reason: reason ?? '',
      anyReason: reason === undefined,
      arm,
      status,
      channel,
      most: limit + 1,
      ...(after && { afterAt: after.at, afterKey: after.key }),
    },
  )
  const people = rows
    .slice(0, limit)
    .map(({ key: _, ...row }): PersonBehind => ({ ...row, sentence: row.reason === '' ? '' : explain(row.reason) }))
  const last = rows.length > limit ? rows[limit - 1] : undefined
  return { people, next: last ? `${last.at}.${last.key}` : null }
}

const STEP = (column: string) => `({step:String} = '' OR ${column} = {step:String})`
const REASON = '({anyReason:Bool} OR reason = {reason:String})'
const ARM = (column: string) => `({arm:String} = '' OR ${column} = {arm:String})`
// Aliases are no column names: ClickHouse would put them in the columns' place.
const moved = (kind: string, step: string) =>
  `SELECT profile_id AS profileId, enrollment_id AS of, ${step} AS place, reason AS why, ${MS} AS time,
     concat(enrollment_id, '/', profile_id, '/', toString(partition), '/', toString(seq), '/', toString(ix)) AS key
   FROM transitions WHERE ${HERE} AND kind = '${kind}' AND ${STEP(step)} AND ${REASON} AND ${ARM('arm')}`
const persons = (when: string, which: string) =>
  `SELECT person AS profileId, '' AS of, '' AS place, '' AS why, max(${when}) AS time, concat(person, '/', side) AS key
   FROM (${RUNS}) WHERE ${ARM('side')} GROUP BY person, side HAVING ${which}`

const UNITS: Readonly<Record<PeopleQuery['of'], string>> = {
  entered: moved('entered', 'to_step'),
  refused: moved('refused', 'from_step'),
  left: moved('exited', 'from_step'),
  // A run stands where it arrived once more than it went on from.
  waiting: `SELECT argMax(profile_id, (at, seq, ix)) AS profileId, enrollment_id AS of, '' AS why, max(${MS}) AS time, enrollment_id AS key,
      sumMap([to_step, from_step], [toInt32(1), toInt32(-1)]) AS net, arrayFilter((name, n) -> n > 0 AND name != '', net.1, net.2)[1] AS place
    FROM transitions WHERE ${HERE} AND kind IN ('entered', 'moved', 'migrated', 'exited') GROUP BY enrollment_id
    HAVING countIf(kind = 'entered' OR (kind = 'migrated' AND to_step != '')) > countIf(kind = 'exited' OR (kind = 'migrated' AND from_step != '')) AND ${STEP('place')}`,
  in_arm: persons('entered_at', '1'),
  converted: persons('converted_at', 'sum(conversions) > 0'),
  message: `SELECT any(profile_id) AS profileId, effect_id AS of, any(step_id) AS place, argMax(reason, (at, seq, ix)) AS why, max(${MS}) AS time, effect_id AS key
    FROM deliveries WHERE ${HERE} AND ({status:String} = '' OR status = {status:String}) AND ({channel:String} = '' OR channel = {channel:String})
      AND ${STEP('step_id')} AND ${REASON} GROUP BY effect_id`,
}

interface Columns {
  readonly table: string
  /** SQL expressions by the names of the item's fields. */
  readonly fields: Readonly<Record<string, string>>
}
const RUN = { journeyId: 'journey_id', version: 'version', enrollmentId: 'enrollment_id' }
const ITEMS: Readonly<Record<TimelineKind, Columns>> = {
  event: { table: 'events', fields: { type: 'type', name: 'name', messageId: 'message_id', properties: 'properties', verdict: 'verdict' } },
  transition: {
    table: 'transitions',
    fields: {
      ...RUN,
      move: 'kind',
      fromStep: 'from_step',
      toStep: 'to_step',
      arm: 'arm',
      value: 'value',
      cause: 'cause',
      reason: 'reason',
    },
  },
  delivery: {
    table: 'deliveries',
    fields: { ...RUN, effectId: 'effect_id', step: 'step_id', channel: 'channel', status: 'status', reason: 'reason' },
  },
  decision: {
    table: 'decisions',
    fields: { ...RUN, step: 'step_id', arm: 'arm', propensity: 'propensity', record: 'record', decision: 'decision_id' },
  },
}

interface ItemQuery {
  readonly where: string
  readonly params: Readonly<Record<string, string | number | readonly string[]>>
  readonly most: number
}

/** The newest rows of a kind; oldest rows are the ones left out. */
async function items(analytics: Analytics, kind: TimelineKind, { where, params, most }: ItemQuery): Promise<Placed[]> {
  const { table, fields } = ITEMS[kind]
  const columns = Object.entries(fields).map(([name, column]) => `f.${column} AS \`${name}\``)
  // Aliases must not hide the columns that the condition names, so the condition stands inside.
  const rows = await analytics.query<{ time: number; seq: number; ix: number } & Record<string, string | number>>(
    `SELECT toUnixTimestamp64Milli(f.at) AS time, f.seq AS seq, f.ix AS ix, ${columns.join(', ')}
     FROM (SELECT * FROM ${table} WHERE ${where} ORDER BY at DESC, seq DESC, ix DESC LIMIT {most:UInt32}) AS f
     ORDER BY time DESC, seq DESC, ix DESC`,
    { ...params, most },
  )
  return rows.map(({ time, seq, ix, record = '', ...row }) => {
    if (kind === 'decision') return { seq, ix, item: { kind, at: time, ...row, sentence: whyDecided(String(record)) } as TimelineItem }
    const reason = typeof row['reason'] === 'string' ? { sentence: row['reason'] === '' ? '' : explain(row['reason']) } : {}
    return { seq, ix, item: { kind, at: time, ...row, ...reason } as TimelineItem }
  })
}

/** What a person did and what was done for them, under any of their profile ids; the newest up to `after`. */
export async function readLife(analytics: Analytics, { workspace, profiles, kinds, after, most }: LifeQuery): Promise<Placed[]> {
  const until = after ? `AND at <= fromUnixTimestamp64Milli({until:Int64})` : ''
  const where = `workspace_id = {workspace:String} AND profile_id IN {profiles:Array(String)} ${until}`
  const params = { workspace, profiles, ...(after && { until: after.at }) }
  return (await Promise.all(kinds.map((kind) => items(analytics, kind, { where, params, most })))).flat()
}
export interface LifeQuery {
  readonly workspace: string
  readonly profiles: readonly string[]
  readonly kinds: readonly TimelineKind[]
  readonly after: PageEnd | undefined
  /** Rows of each kind. */
  readonly most: number
}

export interface WhyQuery {
  readonly workspace: string
  readonly journey: string
  readonly profiles: readonly string[]
}

const THEIRS = 'workspace_id = {workspace:String} AND journey_id = {journey:String}'
/** Runs that were theirs at any time: before a merge a run stands under another profile id. */
const MINE = `(profile_id IN {profiles:Array(String)} OR enrollment_id IN (
  SELECT enrollment_id FROM transitions WHERE ${THEIRS} AND profile_id IN {profiles:Array(String)} AND enrollment_id != ''))`

/** Everything of one journey that concerns a person, the newest `most` of each kind. */
export async function readRuns(analytics: Analytics, { workspace, journey, profiles }: WhyQuery, most: number): Promise<Placed[]> {
  const query = { where: `${THEIRS} AND ${MINE}`, params: { workspace, journey, profiles }, most }
  return (await Promise.all((['transition', 'delivery', 'decision'] as const).map((kind) => items(analytics, kind, query)))).flat()
}

export async function readStanding(analytics: Analytics, { workspace, journey, profiles }: WhyQuery): Promise<Standing> {
  const [row] = await analytics.query<Standing>(
    `SELECT countIf(kind = 'entered') AS entered, countIf(kind = 'exited') AS exited, countIf(kind = 'refused') AS refused,
       argMaxIf(reason, (at, seq, ix), kind = 'exited') AS exitReason, argMaxIf(reason, (at, seq, ix), kind = 'refused') AS refusalReason,
       sumMapIf([to_step, from_step], [toInt32(1), toInt32(-1)], kind IN ('entered', 'moved', 'migrated', 'exited')) AS net,
       arrayFilter((name, n) -> n > 0 AND name != '', net.1, net.2)[1] AS step
     FROM transitions WHERE ${THEIRS} AND ${MINE}`,
    { workspace, journey, profiles },
  )
  return row!
}
