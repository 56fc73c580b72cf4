import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { linkKeys } from '#channels/adapters/keys.ts'
import { until } from '../fixtures/delivery.ts'
import { type SmtpSink, smtpSink } from '../fixtures/smtp-sink.ts'
import { addressOf, BROWSER, journey, startWorld, template, type World } from './world.ts'

const SECRET = 'a secret of at least thirty-two characters'
const PEOPLE = 3_000
const LEAVING = 500
const RATE = 300

let world: World
let sink: SmtpSink
before(async () => {
  sink = await smtpSink()
  world = await startWorld({ env: { SMTP_URL: sink.url, SECRET_KEY: SECRET, MAIL_RATE: String(RATE) } })
  await world.publish(
    { kind: 'topic', id: 'deals', texts: { en: { name: 'Deals' } }, channels: { email: 'legitimate-interest' }, default: 'on' },
    template('blast', { topic: 'deals' }),
    journey('blast', 'Blast Wanted', { steps: [{ kind: 'email', id: 'send', template: 'blast' }] }),
  )
})
after(async () => {
  await world?.stop()
  await sink?.stop()
})

const rows = async <Row extends object>(sql: string): Promise<Row[]> => (await world.app.parts.work.query<Row>(sql)).rows
const one = async (sql: string): Promise<number> => Number((await rows<{ n: string }>(`select (${sql})::text as n`))[0]!.n)
const ONE_CLICK = {
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: 'List-Unsubscribe=One-Click',
  redirect: 'error' as const,
}

test('300 messages a second, and 500 random people leave by one click while theirs wait: none of these is handed over', async () => {
  for (let from = 0; from < PEOPLE; from += 500) {
    const people = Array.from({ length: 500 }, (_, i) => `load-${from + i}`)
    await world.call('batch', {
      batch: people.flatMap((userId) => [
        { type: 'identify', userId, traits: { email: addressOf(userId) } },
        { type: 'track', userId, event: 'Blast Wanted' },
      ]),
    })
  }
  await until('the blast is under way', () => sink.taken.length > 100, 60_000)
  await until('all of it is queued', async () => (await one(`select count(*) from outbox`)) >= PEOPLE, 60_000)
  const keys = linkKeys(SECRET)
  const waiting = await rows<{ id: string; profile: string; address: string }>(
    `select id, profile_id as profile, address from outbox where status = 'ready' order by md5(id) limit ${LEAVING}`,
  )
  const links = new Map(
    waiting.map(({ id, profile, address }) => {
      const token = keys.token({ kind: 'unsubscribe', ws: world.workspace, profile, effect: id, topic: 'deals', address })
      return [address, `${world.url}/u/${token}`]
    }),
  )

  // Mail gateways look first, at every link, with GET and HEAD.
  const looked = [...links.values()].slice(0, 60)
  await Promise.all(
    looked.flatMap((url) => ['GET', 'HEAD'].map(async (method) => assert.equal((await fetch(url, { method })).status, 200))),
  )
  assert.equal(await one('select count(*) from suppressions'), 0)
  assert.equal(await one(`select count(*) from outbox where status = 'cancelled'`), 0)

  const answered = new Map<string, number>()
  const queue = [...links]
  const leave = async (): Promise<void> => {
    for (let next = queue.pop(); next; next = queue.pop()) {
      const [address, url] = next
      const answer = await fetch(url, ONE_CLICK)
      assert.equal(answer.status, 200)
      await answer.text()
      answered.set(address, performance.now())
    }
  }
  await Promise.all(Array.from({ length: 12 }, leave))
  assert.equal(answered.size, links.size)
  await until(
    'the blast is over',
    async () => (await one(`select count(*) from outbox where status in ('ready', 'sending')`)) === 0,
    120_000,
  )

  const late = sink.taken.filter(({ to, at }) => (answered.get(to) ?? Number.POSITIVE_INFINITY) < at)
  assert.deepEqual(
    late.map(({ to }) => to),
    [],
  )
  const got = new Set(sink.taken.map(({ to }) => to))
  const stopped = [...answered.keys()].filter((address) => !got.has(address))
  assert.ok(stopped.length > LEAVING / 2, `only ${stopped.length} were stopped: the blast was too quick to show anything`)
  assert.equal(got.size, PEOPLE - stopped.length, 'and everybody else got theirs')
})

test('the pages lead nowhere else, take no other link’s word, and do nothing for a site that only guesses', async () => {
  const keys = linkKeys(SECRET)
  const [row] = await rows<{ id: string; profile: string; address: string }>(
    `select id, profile_id as profile, address from outbox where status = 'sent' order by id limit 1`,
  )
  const { id: effect, profile, address } = row!
  const who = { ws: world.workspace, profile, effect }
  const leave = keys.token({ kind: 'unsubscribe', ...who, topic: 'deals', address })
  const choose = keys.token({ kind: 'preferences', ...who, channel: 'email', address })
  const confirm = keys.token({ kind: 'confirm', ...who, channel: 'email', topic: 'deals', address, at: 0 })
  const stored = async (): Promise<string> =>
    JSON.stringify(
      await rows(`select (select count(*) from suppressions) as list, (select coalesce(sum(length(records)), 0) from log) as log`),
    )
  const before = await stored()
  const post = (path: string, body: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${world.url}${path}`, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'user-agent': BROWSER, ...headers },
      body,
    })
  // One kind of link is not taken for another, nor one that was changed, nor one of another installation.
  const foreign = linkKeys('another secret of at least thirty-two chars').token({ kind: 'preferences', ...who, channel: 'email', address })
  for (const path of [
    `/p/${leave}`,
    `/p/${confirm}`,
    `/u/${choose}`,
    `/y/${choose}`,
    `/y/${leave}`,
    `/p/${foreign}`,
    `/p/${choose}x`,
    '/p/',
    '/p/..%2f',
    `/p/${choose.toLowerCase()}`,
  ]) {
    const answer = await post(path, 'do=none')
    assert.equal(answer.status, 404, path)
    assert.equal(answer.headers.get('location'), null)
  }
  // Nobody asked for this: a question that was never put cannot be answered.
  assert.equal((await post(`/y/${confirm}`, '')).status, 410)
  // A form that asks for nothing that there is, and one that names what is not offered, change nothing.
  for (const body of [
    '',
    'do=everything',
    'do=pause&days=99999',
    'do=pause',
    '<xml/>',
    'do=save',
    'do=save&shown=sms:deals&on=sms:deals&on=email:secret&shown=email:secret',
  ])
    assert.equal((await post(`/p/${choose}`, body)).status, 200, body)
  for (const method of ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'PATCH'])
    for (const path of [`/p/${choose}`, `/y/${confirm}`, `/u/${leave}`])
      await (await fetch(`${world.url}${path}?do=none&on=x`, { method })).text()
  assert.equal(await stored(), before)

  const answer = await post(`/p/${choose}?lang=de&next=https://evil.example`, 'do=none&returnUrl=//evil.example', {
    host: 'evil.example',
    referer: 'https://evil.example',
  })
  assert.equal(answer.status, 200)
  const text = await answer.text()
  assert.doesNotMatch(text, /evil\.example|https?:\/\//)
  assert.equal(answer.headers.get('location'), null)
  assert.equal(answer.headers.get('set-cookie'), null)
  assert.equal(answer.headers.get('referrer-policy'), 'no-referrer')
  assert.equal(answer.headers.get('cache-control'), 'no-store')
  assert.match(String(answer.headers.get('content-security-policy')), /form-action 'self'.*frame-ancestors 'none'/)
  assert.notEqual(await stored(), before, 'and whoever holds the link can leave')
})
