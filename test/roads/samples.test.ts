import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fetchFeeds } from '#app/live-keeping.ts'
import { factTables, tablesOfWorkspaces } from '#app/workspace-end-store.ts'
import type { Egress } from '#platform/egress.ts'
import { logger } from '#platform/log-lines.ts'
import { newKey } from '#workspaces/adapters/new-key.ts'
import { ROLE_PERMISSIONS } from '#workspaces/schema.ts'
import { insertKey } from '#workspaces/store.ts'
import { ask } from '../fixtures/api.ts'
import { cadenza } from '../fixtures/command.ts'
import { until } from '../fixtures/delivery.ts'
import { type SmtpSink, smtpSink } from '../fixtures/smtp-sink.ts'
import { type HookServer, hookServer } from './hook-server.ts'
import { type Document, journey, startWorld, type World } from './world.ts'

/** A server with a way out for everything: real mail, real addresses on the net, a real folder for reports. */
let world: World
let sink: SmtpSink
let hooks: HookServer
let folder: string
before(async () => {
  sink = await smtpSink()
  hooks = await hookServer()
  folder = await mkdtemp(join(tmpdir(), 'cadenza-samples-'))
  const open = `${hooks.host},127.0.0.1:${sink.port}`
  world = await startWorld({ env: { SMTP_URL: sink.url, ALLOW_PRIVATE_EGRESS: open, REPORTS_DIR: folder } })
  hooks.now = () => world.clock.now()
})
after(async () => {
  await world?.stop()
  await sink?.stop()
  await hooks?.stop()
  await rm(folder, { recursive: true, force: true })
})

/** The command, as somebody at a terminal calls it. */
const command = (...args: readonly string[]) =>
  cadenza(['sample', ...args, '--json'], { env: { CADENZA_URL: world.url, CADENZA_KEY: world.secretKey } })

/** A key of the sample; its people are reached by it as those of any workspace. */
async function keyTo(workspace: string): Promise<{ secret: string; write: string }> {
  const about = { name: 'test', by: 'test', at: world.clock.now(), expiresAt: null }
  const secret = newKey({ ...about, kind: 'secret', scopes: ROLE_PERMISSIONS.admin })
  const write = newKey({ ...about, kind: 'write', scopes: [] })
  for (const each of [secret, write]) await insertKey(world.app.parts.work, workspace, { ...each.key, hash: each.hash })
  return { secret: secret.value, write: write.value }
}

/** Everything by which something of a workspace could leave. */
const ways = (): Document[] => [
  { kind: 'sender', id: 'probe', from: { name: 'Probe', address: 'probe@shop.example' }, postalAddress: 'Probe, 1 Main Street, Town' },
  {
    kind: 'provider',
    id: 'ours',
    channel: 'email',
    type: 'smtp',
    default: true,
    settings: { host: '127.0.0.1', port: sink.port, security: 'none' },
  },
  {
    kind: 'template',
    id: 'probe',
    subject: 'Probe',
    sender: 'probe',
    mjml: `<mjml><mj-body><mj-section><mj-column><mj-text>{{ connected.weather.sky }} {{ sender.postal_address }} <a href="{{ unsubscribe_url }}">Unsubscribe</a></mj-text></mj-column></mj-section></mj-body></mjml>`,
    connected: [{ as: 'weather', url: `http://${hooks.host}/weather/{{ profile.city }}`, otherwise: { value: { sky: 'grey' } } }],
  },
  journey('probe', 'Probe Asked', {
    steps: [
      {
        kind: 'call',
        id: 'told',
        save: 'told',
        url: `http://${hooks.host}/told`,
        body: { who: '{{ profile.email }}' },
        timeout: '1m',
        otherwise: [],
      },
      { kind: 'email', id: 'mail', template: 'probe', lane: 'transactional', otherwise: [] },
    ],
  }),
  { kind: 'product-feed', id: 'goods', url: `http://${hooks.host}/goods.json` },
  { kind: 'report', id: 'probe', report: 'channels', range: { last: '7d' }, deliver: [{ to: 'folder', folder: 'out', as: 'csv' }] },
]

async function publish(key: string): Promise<void> {
  const documents = ways().map((body) => ({ kind: body.kind, id: body.id, body }))
  const done = await ask(world.url, 'POST /api/documents/apply', { key, body: { documents } })
  assert.equal(done.status, 200, JSON.stringify(done.body))
}

async function happen(write: string): Promise<void> {
  for (const [call, body] of [
    ['identify', { traits: { email: 'ida@people.example', city: 'Oslo' } }],
    ['track', { event: 'Probe Asked' }],
  ] as const) {
    const answer = await fetch(`${world.url}/v1/${call}`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${write}:`)}`, 'content-type': 'application/json' },
      body: JSON.stringify({ userId: 'ida', ...body }),
    })
    assert.equal(answer.status, 200)
  }
  await world.pass({ minutes: 10 })
}

/** Fetches the feeds that are due, as the server does each minute. */
async function feed(): Promise<void> {
  const asked: string[] = []
  const send = async ({ url }: { url: string }) => {
    asked.push(url)
    return { kind: 'answer', status: 200, headers: {}, body: '[]' }
  }
  const { work: pool, analytics } = world.app.parts
  const log = logger({ level: 'silent' })
  await fetchFeeds({
    pool,
    analytics,
    now: () => world.clock.now(),
    logger: log,
    egress: { send } as unknown as Egress,
    secret: async () => undefined,
  })
  assert.deepEqual(asked, [`http://${hooks.host}/goods.json`], 'only the feed of the ordinary workspace')
}

const runsOf = async (key: string) => (await ask(world.url, 'GET /api/report-runs?report=probe', { key })).body.runs

let sample = ''
let keys: { secret: string; write: string }

test('the command makes a sample that is filled as a shop is: people, goods, codes, topics, caps', async () => {
  assert.notEqual((await command('create', 'circus')).code, 0)
  const made = await command('create', 'shop')
  assert.equal(made.code, 0, made.error)
  assert.equal(made.json.status, 'ready')
  sample = made.json.id
  assert.deepEqual(
    (await command('list')).json.samples.map(({ id }: { id: string }) => id),
    [sample],
  )
  const again = await command('create', 'shop')
  assert.notEqual(again.code, 0)
  assert.match(again.out + again.error, /sample workspace of this industry already/)
  keys = await keyTo(sample)
  await world.settled()
  const read = async (route: string) => (await ask(world.url, route, { key: keys.secret })).body
  assert.ok((await read('GET /api/products')).total >= 14)
  assert.ok((await read('GET /api/coupons')).pools.find(({ pool }: { pool: string }) => pool === 'friends').free >= 240)
  const kinds = (await read('GET /api/documents')).documents.map(({ kind }: { kind: string }) => kind)
  for (const kind of ['topic', 'contact-policy', 'journey', 'template', 'segment', 'experiment']) assert.ok(kinds.includes(kind), kind)
})

test('nothing leaves it, whatever is published, sent, called, fetched or delivered; of an ordinary workspace all of it does', async () => {
  await publish(keys.secret)
  await happen(keys.write)
  const { body } = await ask(world.url, 'GET /api/messages?limit=100', { key: keys.secret })
  const mine = body.messages.filter((each: { journey: { id: string } | string }) => JSON.stringify(each).includes('"probe"'))
  assert.ok(mine.length > 0 && mine.every(({ status }: { status: string }) => status === 'sent'), JSON.stringify(mine))
  const { mail } = (await ask(world.url, 'GET /api/mailbox?q=ida%40people.example', { key: keys.secret })).body
  assert.deepEqual(
    mail.map(({ subject }: { subject: string }) => subject),
    ['Probe'],
    'it can be read in the built-in mailbox',
  )

  const hook = await ask(world.url, 'POST /api/webhooks/test', { key: keys.secret, body: { url: `http://${hooks.host}/test` } })
  assert.deepEqual([hook.status, hook.body.code], [409, 'sample.stays'])
  const tried = await ask(world.url, 'POST /api/providers/ours/test', { key: keys.secret, body: { to: 'me@shop.example' } })
  assert.equal(tried.body.outcome, 'sandbox', JSON.stringify(tried.body))
  const sent = await ask(world.url, 'POST /api/saved-reports/probe/send', { key: keys.secret, body: {} })
  assert.equal(sent.status, 200, JSON.stringify(sent.body))
  await until('the report has ended', async () => (await runsOf(keys.secret))[0]?.state === 'failed')
  assert.match(JSON.stringify((await runsOf(keys.secret))[0]), /nothing of it leaves/)

  assert.deepEqual([sink.tries.length, hooks.received.length, await readdir(folder)], [0, 0, []])

  // The same in an ordinary workspace goes out by every one of these ways.
  await publish(world.secretKey)
  await happen(world.writeKey)
  assert.deepEqual(
    sink.taken.map(({ to }) => to),
    ['ida@people.example'],
  )
  assert.deepEqual(hooks.received.map(({ path }) => path).sort(), ['/told', '/weather/Oslo'])
  await feed()
  await ask(world.url, 'POST /api/saved-reports/probe/send', { key: world.secretKey, body: {} })
  await until('the report is taken to its folder', async () => (await runsOf(world.secretKey))[0]?.state === 'done')
  assert.equal((await readdir(folder)).length, 1)
})

test('deleting it takes away all that it held, in both databases and on the disk; its neighbour keeps what it has', async () => {
  const { work, analytics } = world.app.parts
  await world.app.reported()
  const [tables, facts] = [await tablesOfWorkspaces(work), await factTables(analytics)]
  const held = async (): Promise<string[]> => {
    const found: string[] = []
    for (const table of tables) {
      const { rows } = await work.query(`select 1 from "${table}" where workspace_id = $1 limit 1`, [sample])
      if (rows.length > 0) found.push(table)
    }
    for (const table of facts) {
      const rows = await analytics.query<{ n: number }>(`SELECT count() AS n FROM ${table} WHERE workspace_id = '${sample}'`)
      if (Number(rows[0]!.n) > 0) found.push(table)
    }
    return found
  }
  const before = await held()
  for (const table of ['products', 'coupon_codes', 'keyed_state', 'documents', 'samples', 'events', 'deliveries', 'transitions'])
    assert.ok(before.includes(table), `${table} was filled`)
  assert.equal((await command('delete', 'ws_nobody')).code === 0, false)
  const gone = await command('delete', sample)
  assert.equal(gone.code, 0, gone.error)
  await until(
    'it is empty',
    async () =>
      (await work.query('select 1 from workspaces where workspace_id = $1 and emptied_at is not null', [sample])).rows.length === 1,
    60_000,
  )
  assert.deepEqual(await held(), [])
  assert.deepEqual((await command('list')).json.samples, [])
  assert.equal((await ask(world.url, 'GET /api/products', { key: keys.secret })).status, 401)
  const files = await readdir(world.dataDir, { recursive: true })
  assert.deepEqual(
    files.filter((name) => name.includes(sample)),
    [],
  )
  assert.equal((await world.messages('ida')).length > 0, true)
})
