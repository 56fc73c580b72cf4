import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { httpAnalytics } from '#platform/analytics/http.ts'
import { createPool, type Pool } from '#platform/postgres/pool.ts'
import { until } from '../fixtures/delivery.ts'
import { check } from './check.ts'
import { build, type Site } from './cluster.ts'
import { startLoad } from './load.ts'
import { readRunning } from './read-back.ts'
import { atRest } from './run.ts'
import { setUp } from './shop.ts'

/** Each role in a process of its own, the engine in two. */
const ROLES = ['ingest', 'engine', 'engine', 'delivery', 'jobs']
const [INGEST, ENGINE, OTHER_ENGINE] = [0, 1, 2]

interface Spread {
  /** Processes that own partitions, by how many. */
  readonly shares: readonly number[]
  /** Partitions that nobody works on. */
  readonly free: number
}

async function spread(pool: Pool): Promise<Spread> {
  const { rows } = await pool.query<{ owner: string | null; n: number }>(
    'select case when until > now() then owner end as owner, count(*)::int as n from leases group by 1 order by 2',
  )
  return { shares: rows.filter(({ owner }) => owner !== null).map(({ n }) => n), free: rows.find(({ owner }) => owner === null)?.n ?? 0 }
}

async function inSite(work: (site: Site, pool: Pool) => Promise<void>, roles = ROLES): Promise<void> {
  const closing: (() => Promise<unknown>)[] = []
  try {
    const site = await build({ roles, nats: false, onLine: () => undefined }, closing)
    const pool = createPool({ url: site.database.url, name: 'test', max: 2 })
    closing.push(() => pool.end())
    await work(site, pool)
  } finally {
    for (const end of closing.reverse()) await end()
  }
}

const evenly = (pool: Pool) => async (): Promise<boolean> => (await spread(pool)).shares.join() === '8,8'

/** The bucket of `cadenza_decision_seconds` that holds this share of the events, over both engines. */
async function decisionSeconds({ workers }: Site, share: number): Promise<number> {
  const counts = new Map<number, number>()
  for (const worker of [workers[ENGINE]!, workers[OTHER_ENGINE]!]) {
    const text = await (await fetch(`${worker.url}/metrics`)).text()
    for (const [, le, count] of text.matchAll(/^cadenza_decision_seconds_bucket\{le="([^"]+)"\} (\d+)$/gm)) {
      const bound = le === '+Inf' ? Infinity : Number(le)
      counts.set(bound, (counts.get(bound) ?? 0) + Number(count))
    }
  }
  const total = counts.get(Infinity)!
  return [...counts].sort(([a], [b]) => a - b).find(([, count]) => count >= total * share)![0]
}

test('every process of a cluster is restarted in turn under load, one engine dies: no transition is lost or made twice, and its partitions are taken over within ten seconds', {
  timeout: 240_000,
}, async (t) => {
  await inSite(async (site, pool) => {
    const { workers, mail, web } = site
    const keys = await setUp(workers[INGEST]!, web.port)
    await until('both engines have their half', evenly(pool))
    const load = startLoad({ urls: [workers[INGEST]!.url], writeKey: keys.writeKey, seed: 'rolling', people: 12 })
    await pause(4_000)
    t.diagnostic(
      `event to decision, over processes: half within ${await decisionSeconds(site, 0.5)} s, 99 of 100 within ${await decisionSeconds(site, 0.99)} s`,
    )
    for (const worker of workers) {
      await worker.stop()
      worker.start()
      await worker.ready()
    }
    await until('both engines have their half again', evenly(pool))
    const killed = performance.now()
    await workers[ENGINE]!.kill('server')
    await until('the other engine has everything', async () => (await spread(pool)).shares.join() === '16')
    const tookOver = performance.now() - killed
    t.diagnostic(`taken over after ${Math.round(tookOver)} ms`)
    assert.ok(tookOver < 10_000, `${tookOver} ms`)
    workers[ENGINE]!.start()
    await workers[ENGINE]!.ready()
    await load.finish()
    await atRest(site.database.url)
    for (const worker of workers) await worker.stop()
    assert.deepEqual(await spread(pool), { shares: [], free: 16 }, 'a clean stop hands everything over')
    const left = await readRunning(site.database.url, httpAnalytics({ url: site.facts.url }))
    const foundInFlight = workers.reduce((sum, worker) => sum + worker.foundInFlight, 0)
    const { violations, figures } = check({
      memory: load.memory,
      mails: mail.taken,
      webhooks: web.taken,
      foundInFlight,
      left,
      stoodStill: true,
    })
    t.diagnostic(JSON.stringify(figures))
    assert.deepEqual(violations, [])
    assert.ok(figures['mails']! > 10 && figures['orderedPairs']! > 10)
  })
})

test('when a newer version says that older ones may not write any more, they are fenced off at once and end', {
  timeout: 120_000,
}, async () => {
  await inSite(
    async ({ workers }, pool) => {
      await until('both engines have their half', evenly(pool))
      await pool.query('select contract_schema(9999)')
      await until('all have ended', () => workers.every((worker) => !worker.alive), 15_000)
      const { rows } = await pool.query<{ written: number }>(
        'select coalesce(sum(done_seq), 0)::int as written from leases where owner is not null',
      )
      assert.equal(rows[0]!.written, 0)
      workers[0]!.start()
      await assert.rejects(workers[0]!.ready({ limitMs: 20_000 }), /newer Cadenza has taken over/)
    },
    ['engine', 'engine'],
  )
})
