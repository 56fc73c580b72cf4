import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { previewOf } from '#app/segment-preview.ts'
import { type App, startApp } from '#app/start.ts'
import { newPerson } from '#journeys/merge.ts'
import { isRefusal } from '#lib/problem.ts'
import { systemClock } from '#platform/clock.ts'
import { readConfig, withSecretKey } from '#platform/config.ts'
import { partitionOf } from '#platform/log.ts'
import { logger } from '#platform/log-lines.ts'
import { compileCondition } from '#segments/catalogue.ts'
import { segmentCurve } from './segment-curve.ts'
import { setUp } from './set-up.ts'

export interface W3Options {
  readonly people: number
  readonly events: number
}

const WHEN = 'count("Order Completed" within 30d) >= 3 and profile.country == "DE"'
const DAY = 86_400_000
const PREVIEW_PEOPLE = 1_000_000
const say = (line: string): void => void process.stderr.write(`${line}\n`)
const round = (value: number, digits = 2): number => Math.round(value * 10 ** digits) / 10 ** digits

/** W3: people with a past, then a segment over it: built, built again, counted while it is written, and what it costs an event. */
export async function w3({ people, events }: W3Options): Promise<object> {
  say('the pure engine: what segments add to an event …')
  const curve = segmentCurve()
  const dataDir = await mkdtemp(join(tmpdir(), 'cadenza-w3-'))
  await chmod(dataDir, 0o711)
  const config = await withSecretKey(
    readConfig({ DATA_DIR: dataDir, PORT: '0', MAILBOX: 'local', ROLES: 'ingest,engine,delivery,jobs', LOG_LEVEL: 'error' }),
  )
  const app = await startApp({ config, clock: systemClock(), logger: logger({ level: 'error' }) })
  try {
    const { secretKey } = await setUp(app.listening, app.setupToken)
    const workspace = (await app.parts.pool.query<{ id: string }>('select workspace_id as id from workspaces')).rows[0]!.id
    say(`${people} people with ${events} events …`)
    await seed(app, { workspace, people, events, states: config.partitions })
    const bareMs = await bareQuery(app, workspace)
    const upsert = await bareUpserts(app, people)
    const first = await timed(app, () => publish(app, secretKey))
    say(`  built in ${round(first / 1_000)} s`)
    const again = await timed(app, () => ask({ app, key: secretKey }, 'POST /api/segments/regular/rebuild', {}))
    const { rows } = await app.parts.pool.query<{ reviews: number }>('select reviews from segment_builds order by since')
    const { count } = (await ask({ app, key: secretKey }, 'GET /api/segments/regular')) as { count: number }
    say(`  built again in ${round(again / 1_000)} s; ${count} people are in it`)
    await seed(app, { workspace: 'w_preview', people: PREVIEW_PEOPLE, events, states: 0 })
    const previews: number[] = []
    let found = 0
    for (let i = 0; i < 5; i++) {
      const begun = performance.now()
      found = await preview(app)
      previews.push(performance.now() - begun)
    }
    return {
      people,
      events,
      members: count,
      firstBuildSeconds: round(first / 1_000),
      rebuildSeconds: round(again / 1_000),
      reviews: rows.map(({ reviews }) => reviews),
      reviewsPerSecond: round(rows[0]!.reviews / (first / 1_000), 0),
      bareQueryMs: round(bareMs, 0),
      bareUpsertsPerSecond: round(upsert, 0),
      ratioToBareUpserts: round(rows[0]!.reviews / (first / 1_000) / upsert),
      previewOf: PREVIEW_PEOPLE,
      previewFound: found,
      previewMs: { first: round(previews[0]!, 0), best: round(Math.min(...previews), 0) },
      ...curve,
    }
  } finally {
    await app.stop()
    await rm(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 })
  }
}

const ask = async ({ app, key }: { app: App; key: string }, route: string, body?: object): Promise<unknown> => {
  const [method, path] = route.split(' ') as [string, string]
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const response = await fetch(`${app.listening}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) })
  if (!response.ok) throw new Error(`${route} answered ${response.status}: ${await response.text()}`)
  return response.json()
}

const publish = (app: App, key: string): Promise<unknown> =>
  ask({ app, key }, 'POST /api/documents/apply', {
    documents: [{ kind: 'segment', id: 'regular', body: { kind: 'segment', id: 'regular', when: WHEN } }],
  })

/** Until everybody who belongs to it is in it, and the reports know. */
async function timed(app: App, begin: () => Promise<unknown>): Promise<number> {
  const begun = performance.now()
  await begin()
  await app.built()
  await app.settled()
  await app.reported()
  return performance.now() - begun
}

interface Seed {
  readonly workspace: string
  readonly people: number
  readonly events: number
  /** Partitions of the log; 0: no states, only facts. */
  readonly states: number
}

/** A third is from Germany; orders are spread over 60 days. Put in place as if all had been handled before. */
async function seed(app: App, { workspace, people, events, states }: Seed): Promise<void> {
  const { analytics, work } = app.parts
  const now = Date.now()
  await analytics.command(
    `INSERT INTO people SELECT '${workspace}', concat('p_', leftPad(toString(number), 24, '0')), concat('{"email":"p', toString(number), '@shop.example","first_name":"Person ', toString(number), '","plan":"basic","timezone":"Europe/Berlin","country":"', if(number % 3 = 0, 'DE', 'FR'), '","points":', toString(number % 100), '}'), '{}', '{}', '{}', '', fromUnixTimestamp64Milli(${now}), 0, 0, 0 FROM numbers(${people})`,
  )
  await analytics.command(
    `INSERT INTO events SELECT '${workspace}', concat('p_', leftPad(toString(cityHash64(number) % ${people}), 24, '0')), concat('m', toString(number)), 'track', ['Order Completed', 'Page Viewed', 'Product Viewed'][1 + number % 3], fromUnixTimestamp64Milli(toInt64(${now} - (cityHash64(number, 1) % ${60 * DAY}))), fromUnixTimestamp64Milli(${now}), '{"total":20,"currency":"EUR"}', 'accepted', 0, 0, 0 FROM numbers(${events})`,
  )
  if (states === 0) return
  for (let from = 0; from < people; from += 5_000) {
    const ids = Array.from({ length: Math.min(5_000, people - from) }, (_, i) => `p_${String(from + i).padStart(24, '0')}`)
    const rows = ids.map((id, i) => {
      const blank = newPerson(id, now - 60 * DAY)
      const attributes = {
        email: [`p${from + i}@shop.example`, 1],
        country: [(from + i) % 3 === 0 ? 'DE' : 'FR', 1],
        plan: ['basic', 1],
        points: [(from + i) % 100, 1],
      }
      return JSON.stringify({ ...blank, profile: { ...blank.profile, attributes } })
    })
    await work.query(
      `insert into keyed_state (workspace_id, kind, id, partition, state, version) select $1, 'profile', id, partition, state, 1 from unnest($2::text[], $3::smallint[], $4::text[]) s(id, partition, state)`,
      [workspace, ids, ids.map((id) => partitionOf(id, states)), rows],
    )
  }
}

/** The least that any build has to do: one pass over the events that the condition mentions. */
async function bareQuery(app: App, workspace: string): Promise<number> {
  const begun = performance.now()
  await app.parts.analytics.query(
    `SELECT count() AS people FROM (SELECT profile_id FROM events WHERE workspace_id = {workspace:String} AND name = 'Order Completed' AND at > now() - INTERVAL 30 DAY GROUP BY profile_id HAVING count() >= 3)`,
    { workspace },
  )
  return performance.now() - begun
}

/** And the least that keeping it costs: an upsert of a row of the size of a state for each person, in thousands. */
async function bareUpserts(app: App, people: number): Promise<number> {
  const { work } = app.parts
  const state = JSON.stringify(newPerson('p_0', 0))
  await work.query('create table bare (id text primary key, state text not null, version bigint not null)')
  const rounds = Math.min(20, Math.ceil(people / 1_000))
  const ids = (n: number): string[] => Array.from({ length: 1_000 }, (_, i) => `p_${n * 1_000 + i}`)
  const upsert = (n: number) =>
    work.query(
      `insert into bare select id, $2, 1 from unnest($1::text[]) id on conflict (id) do update set state = excluded.state, version = bare.version + 1`,
      [ids(n), state],
    )
  for (let n = 0; n < rounds; n++) await upsert(n)
  const begun = performance.now()
  for (let n = 0; n < rounds; n++) await upsert(n)
  return (rounds * 1_000) / ((performance.now() - begun) / 1_000)
}

async function preview(app: App): Promise<number> {
  const condition = compileCondition(WHEN)
  if (isRefusal(condition)) throw new Error(condition.refused.title)
  const found = await previewOf(app.parts.analytics, { workspace: 'w_preview', condition, segments: [], now: Date.now(), sample: 10 })
  if (isRefusal(found)) throw new Error(found.refused.title)
  return found.count
}
