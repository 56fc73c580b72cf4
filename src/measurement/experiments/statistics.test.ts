import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { chdbAnalytics } from '#platform/analytics/chdb.ts'
import { migrateAnalytics } from '#platform/analytics/migrate.ts'
import { MIGRATIONS } from '../../../test/fixtures/kept.ts'
import { Metric, withinOf } from '../metrics/schema.ts'
import { countExposed } from './exposures-store.ts'
import type { Source } from './sources.ts'
import { type Cut, clustersOf, listExposed, sumsOf, sumsOfAll } from './statistics-store.ts'
import { added, quantilesOf, type Sums } from './sums.ts'

const HOUR = 3_600_000
const NOW = Date.parse('2026-05-01T00:00:00Z')
let analytics: Analytics
let directory: string
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cadenza-experiments-'))
  analytics = await chdbAnalytics({ directory })
  await migrateAnalytics(analytics, join(MIGRATIONS, 'clickhouse'))
})
after(async () => {
  await analytics.close()
  await rm(directory, { recursive: true })
})

let blocks = 0
async function insert(table: string, workspace: string, rows: readonly object[]): Promise<void> {
  const seq = ++blocks
  const lines = rows.map((row, ix) => JSON.stringify({ partition: 0, seq, ix, workspace_id: workspace, ...row }))
  if (lines.length > 0) await analytics.insert(table, lines.join('\n'), `test:${seq}`)
}

interface Drawn {
  readonly profile: number
  readonly arm: 'a' | 'b'
  /** Hours before now. */
  readonly ago: number
}
interface Happened {
  readonly profile: number
  readonly name: 'bought' | 'seen'
  readonly ago: number
  readonly total: number | null
}
interface History {
  readonly drawn: readonly Drawn[]
  readonly happened: readonly Happened[]
  /** Profile i has become profile `into[i]`, where that is a smaller number; else it is itself. */
  readonly into: readonly number[]
  readonly members: readonly { readonly profile: number; readonly ago: number; readonly kind: 'entered' | 'left' }[]
}

const PROFILES = 12
const profile = fc.integer({ min: 0, max: PROFILES - 1 })
const ago = fc.integer({ min: 0, max: 60 })
const history: fc.Arbitrary<History> = fc.record({
  drawn: fc.array(fc.record({ profile, arm: fc.constantFrom('a' as const, 'b' as const), ago }), { maxLength: 16 }),
  happened: fc.array(
    fc.record({
      profile,
      name: fc.constantFrom('bought' as const, 'seen' as const),
      ago,
      total: fc.option(fc.integer({ min: -5, max: 40 }).map((n) => n / 4)),
    }),
    { maxLength: 40 },
  ),
  into: fc.tuple(...Array.from({ length: PROFILES }, (_, i) => fc.integer({ min: 0, max: 2 * PROFILES }).map((to) => Math.min(to, i)))),
  members: fc.uniqueArray(fc.record({ profile, ago, kind: fc.constantFrom('entered' as const, 'left' as const) }), {
    maxLength: 8,
    selector: ({ profile: p, ago: a }) => `${p} ${a}`,
  }),
})

const METRICS = [
  { measure: 'converted' },
  { measure: 'converted', where: 'event.properties.total > 2' },
  { measure: 'count' },
  { measure: 'sum', value: 'total' },
  { measure: 'sum', value: 'total', worth: 2.5 },
  { measure: 'sum', value: 'total', cap: 0.8 },
  { measure: 'ratio', value: 'total' },
  { measure: 'ratio', per: { event: 'seen' } },
  { measure: 'count', within: '5h' },
].map((rest) => Metric.parse({ kind: 'metric', id: 'm', event: 'bought', within: '12h', ...rest }))
const SOURCE: Source = { kind: 'split', journey: 'j', step: 's' }

/** Several workspaces at once: each insert waits for the disk. */
async function record(pasts: ReadonlyMap<string, History>): Promise<void> {
  const rows = [...pasts].map(([workspace, past]) => factsOf(workspace, past))
  const all = (table: keyof ReturnType<typeof factsOf>): Promise<void> =>
    insert(
      table,
      '',
      rows.flatMap((each): readonly object[] => each[table]),
    )
  for (const table of ['decisions', 'events', 'people', 'memberships'] as const) await all(table)
}

function factsOf(workspace_id: string, { drawn, happened, into, members }: History) {
  const at = (hours: number): number => NOW - hours * HOUR
  return {
    decisions: drawn.map((each) => ({
      workspace_id,
      profile_id: `p${each.profile}`,
      journey_id: 'j',
      version: 1,
      enrollment_id: 'r',
      step_id: 's',
      kind: 'split',
      arm: each.arm,
      propensity: 0.5,
      at: at(each.ago),
    })),
    events: happened.map(({ profile: p, name, ago: a, total }, i) => ({
      workspace_id,
      profile_id: `p${p}`,
      message_id: `${i}`,
      type: 'track',
      name,
      at: at(a),
      received: at(a),
      properties: JSON.stringify(total === null ? {} : { total }),
      verdict: i % 7 === 6 ? 'duplicate' : 'accepted',
    })),
    people: into.map((to, from) => ({
      workspace_id,
      profile_id: `p${from}`,
      attributes: JSON.stringify({ odd: from % 2 === 1 }),
      permits: '{}',
      lists: '{}',
      scores: '{}',
      at: NOW,
      merged_into: to === from ? '' : `p${to}`,
    })),
    memberships: members.map(({ profile: p, ago: a, kind }) => ({
      workspace_id,
      profile_id: `p${p}`,
      segment_id: 'vips',
      kind,
      reason: '',
      cause: '',
      at: at(a),
    })),
  }
}

/** What each person comes to, counted one by one. */
function naive(metric: Metric, { drawn, happened, into, members }: History) {
  // Four steps, as SQL follows them.
  const survivor = (p: number): number => [0, 1, 2, 3].reduce((here) => into[here]!, p)
  const people = Map.groupBy(drawn, ({ profile: p }) => survivor(p))
  const hours = withinOf(metric) / HOUR
  const rows = [...people].flatMap(([person, of]) => {
    const [first] = of.toSorted((a, b) => b.ago - a.ago || (a.arm < b.arm ? -1 : 1))
    const isCrossed = new Set(of.map(({ arm }) => arm)).size > 1
    if (isCrossed || first!.ago < hours) return []
    const mine = happened.filter(({ profile: p }, i) => survivor(p) === person && i % 7 !== 6)
    const after = (each: Happened): boolean => each.ago <= first!.ago && each.ago > first!.ago - hours
    const before = (each: Happened): boolean => each.ago > first!.ago && each.ago <= first!.ago + hours
    const bought = (each: Happened): boolean => each.name === 'bought' && (metric.where === undefined || (each.total ?? -1) > 2)
    const sum = (when: (each: Happened) => boolean): number =>
      mine.filter((each) => bought(each) && when(each)).reduce((total, each) => total + (each.total ?? metric.worth ?? 0), 0)
    const count = (when: (each: Happened) => boolean): number => mine.filter((each) => bought(each) && when(each)).length
    const above = (when: (each: Happened) => boolean): number =>
      metric.measure === 'converted'
        ? Math.min(1, count(when))
        : metric.measure === 'count' || (metric.measure === 'ratio' && metric.per)
          ? count(when)
          : sum(when)
    const below =
      metric.measure !== 'ratio'
        ? 0
        : mine.filter((each) => after(each) && (metric.per ? each.name === 'seen' : bought(each) && each.total !== null)).length
    const [last] = members.filter(({ profile: p, ago: a }) => p === person && a >= first!.ago).toSorted((a, b) => a.ago - b.ago)
    return [
      {
        person,
        arm: first!.arm,
        y: above(after),
        p: above(before),
        b: below,
        vip: last?.kind === 'entered' ? 'in' : 'out',
        odd: String(person % 2 === 1),
      },
    ]
  })
  if (metric.cap === undefined) return rows
  const cut = (of: 'y' | 'p') => {
    const any = rows
      .map((row) => row[of])
      .filter((value) => value > 0)
      .sort((a, b) => a - b)
    const place = (any.length - 1) * metric.cap!
    const [low, high] = [any[Math.floor(place)], any[Math.ceil(place)]]
    return any.length === 0 ? Number.POSITIVE_INFINITY : low! + (high! - low!) * (place - Math.floor(place))
  }
  const [y, p] = [cut('y'), cut('p')]
  return rows.map((row) => ({ ...row, y: Math.min(row.y, y), p: Math.min(row.p, p) }))
}

function sumsBy(rows: ReturnType<typeof naive>, key: (row: ReturnType<typeof naive>[number]) => string): Map<string, Sums> {
  const one = ({ arm, y, p, b }: ReturnType<typeof naive>[number]): Sums => ({
    arm,
    n: 1,
    converted: y === 0 ? 0 : 1,
    y,
    yy: y * y,
    p,
    pp: p * p,
    yp: y * p,
    b,
    bb: b * b,
    yb: y * b,
    bp: b * p,
  })
  return new Map([...Map.groupBy(rows, key)].map(([name, of]) => [name, added(of.map(one))]))
}

function same(found: Map<string, Sums>, wanted: Map<string, Sums>): void {
  assert.deepEqual([...found.keys()].sort(), [...wanted.keys()].sort())
  for (const [key, sums] of wanted)
    for (const [field, value] of Object.entries(found.get(key)!))
      if (typeof value === 'number' && field in sums) {
        const known = sums[field as 'y']
        assert.ok(Math.abs(value - known) <= 1e-9 * (1 + Math.abs(known)), `${key} ${field}: ${value}, not ${known}`)
      }
}

const byArm = (rows: readonly Sums[]) => new Map([...Map.groupBy(rows, ({ arm }) => arm)].map(([arm, of]) => [arm, added(of)]))

/** All metrics together by day, one of them by parts, and the people behind it, are what counting one by one gives. */
async function agree(workspace: string, past: History, listed: Metric): Promise<void> {
  const asked = { workspace, source: SOURCE, asOf: NOW }
  const known = METRICS.map((metric) => naive(metric, past))
  for (const [i, rows] of (await sumsOfAll(analytics, { ...asked, metrics: METRICS, daily: true })).entries())
    same(
      byArm(rows),
      sumsBy(known[i]!, ({ arm }) => arm),
    )
  for (const cut of [
    { by: 'segment', segment: 'vips' },
    { by: 'attribute', attribute: 'odd' },
  ] as const satisfies Cut[]) {
    const parts = await sumsOf(analytics, { ...asked, metric: listed, cut })
    const of = cut.by === 'segment' ? 'vip' : 'odd'
    same(
      new Map(parts.map((row) => [`${row.arm} ${row.cut}`, row])),
      sumsBy(naive(listed, past), (row) => `${row.arm} ${row[of]}`),
    )
  }
  await agreeOnPeople(workspace, listed, naive(listed, past))
}

async function agreeOnPeople(workspace: string, metric: Metric, known: ReturnType<typeof naive>): Promise<void> {
  const listed = async (which: 'converted' | 'not_converted' | 'crossed' | 'open') =>
    (await listExposed(analytics, { workspace, source: SOURCE, metric, asOf: NOW, arm: '', which, limit: 100 }))
      .map(({ profileId }) => profileId)
      .sort()
  const named = (rows: ReturnType<typeof naive>) => rows.map(({ person }) => `p${person}`).sort()
  assert.deepEqual(await listed('converted'), named(known.filter(({ y }) => y !== 0)))
  assert.deepEqual(await listed('not_converted'), named(known.filter(({ y }) => y === 0)))
  const counts = await countExposed(analytics, workspace, SOURCE)
  const total = (of: 'people' | 'crossed'): number => counts.reduce((sum, row) => sum + row[of], 0)
  // Everybody who was ever drawn is somewhere.
  assert.equal((await listed('crossed')).length, total('crossed'))
  assert.equal(total('people'), total('crossed') + (await listed('open')).length + known.length)
}

test('what SQL sums is what counting people one by one gives: merged, crossed, windows, values, parts', async () => {
  const worlds = fc.array(fc.tuple(history, fc.constantFrom(...METRICS)), { minLength: 4, maxLength: 4 })
  let turn = 0
  await fc.assert(
    fc.asyncProperty(worlds, async (drawn) => {
      const named = drawn.map(([past, metric]) => ({ workspace: `w${++turn}`, past, metric }))
      await record(new Map(named.map(({ workspace, past }) => [workspace, past])))
      for (const { workspace, past, metric } of named) await agree(workspace, past, metric)
    }),
    // One run of several worlds: what takes time is writing. Making a failure smaller would write again.
    { numRuns: 1, endOnFailure: true },
  )
})

test('a goal that asks its run counts what the engine told of the journey, and no other event of its name', async () => {
  const move = (profile_id: string, kind: string, rest: object) => ({
    profile_id,
    journey_id: 'cart',
    version: 1,
    enrollment_id: profile_id,
    kind,
    ...rest,
  })
  const drawn = [0, 1, 2, 3].map((i) => move(`p${i}`, 'entered', { arm: i < 2 ? 'treated' : 'held_out', at: NOW - 40 * HOUR }))
  // p3 reached it after its window.
  const reached = [0, 2, 3].map((i) => move(`p${i}`, 'converted', { arm: '', value: 10 + i, at: NOW - (i === 3 ? 20 : 39) * HOUR }))
  await insert('transitions', 'asks', [...drawn, ...reached, { ...reached[0], profile_id: 'p1', journey_id: 'other' }])
  await insert(
    'events',
    'asks',
    [0, 1, 2, 3].map((i) => ({
      profile_id: `p${i}`,
      message_id: `${i}`,
      type: 'track',
      name: 'bought',
      at: NOW - 39 * HOUR,
      verdict: 'accepted',
      properties: '{}',
    })),
  )
  const goal = { ...Metric.parse({ kind: 'metric', id: 'goal', event: 'bought', within: '12h' }), conversionsOf: 'cart' }
  const worth: typeof goal = { ...goal, id: 'worth', measure: 'sum', value: 'total' }
  const [people, money] = await sumsOfAll(analytics, {
    workspace: 'asks',
    source: { kind: 'journey', journey: 'cart' },
    metrics: [goal, worth],
    asOf: NOW,
  })
  const told = (rows: readonly Sums[] | undefined) => rows!.map(({ arm, n, converted, y }) => [arm, n, converted, y])
  assert.deepEqual(told(people), [
    ['held_out', 2, 1, 1],
    ['treated', 2, 1, 1],
  ])
  assert.deepEqual(told(money), [
    ['held_out', 2, 1, 12],
    ['treated', 2, 1, 10],
  ])
})

test('a quantile is gathered by clusters of people, in bins of a hundredth', async () => {
  const metric = Metric.parse({
    kind: 'metric',
    id: 'basket',
    event: 'bought',
    measure: 'quantile',
    quantile: 0.5,
    value: 'total',
    within: '12h',
  })
  const people = Array.from({ length: 400 }, (_, i) => i)
  await insert(
    'decisions',
    'baskets',
    people.map((i) => ({
      profile_id: `p${i}`,
      journey_id: 'j',
      version: 1,
      enrollment_id: 'r',
      step_id: 's',
      kind: 'split',
      arm: i % 2 ? 'a' : 'b',
      propensity: 0.5,
      at: NOW - 40 * HOUR,
    })),
  )
  await insert(
    'events',
    'baskets',
    people.slice(0, 300).map((i) => ({
      profile_id: `p${i}`,
      message_id: `${i}`,
      type: 'track',
      name: 'bought',
      at: NOW - 39 * HOUR,
      received: NOW,
      properties: JSON.stringify({ total: i === 7 ? 0 : 20 + i }),
      verdict: 'accepted',
    })),
  )
  const rows = await clustersOf(analytics, { workspace: 'baskets', source: SOURCE, metric, asOf: NOW })
  const found = quantilesOf(metric, rows)
  for (const arm of ['a', 'b']) {
    const { n, values, clusters } = found.get(arm)!
    assert.equal(n, 200, 'also those who bought nothing')
    const counts = values.map((_, i) => clusters.reduce((sum, cluster) => sum + cluster[i]!, 0))
    assert.equal(
      counts.reduce((sum, count) => sum + count, 0),
      150,
    )
    assert.equal(counts[values.indexOf(0)] ?? 0, arm === 'a' ? 1 : 0)
    const truth = people
      .slice(0, 300)
      .filter((i) => (i % 2 ? 'a' : 'b') === arm)
      .map((i) => (i === 7 ? 0 : 20 + i))
      .sort((x, y) => x - y)
    const upTo = (i: number): number => counts.slice(0, i + 1).reduce((sum, count) => sum + count, 0)
    const median = values.find((_, i) => upTo(i) >= 75)!
    assert.ok(Math.abs(median / truth[74]! - 1) < 0.011, `${median} is not ${truth[74]}`)
  }
})
