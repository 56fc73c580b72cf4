import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import Fastify, { type FastifyInstance } from 'fastify'
import type { Channel } from '#channels/channel.ts'
import type { LinkClaim } from '#channels/token.ts'
import { type DeliveryWorld, deliveryWorld, PARTITIONS, until } from '../../test/fixtures/delivery.ts'
import { directionOf } from './link-pages.ts'
import { registerLinks } from './links.ts'

const SECRET = 'a secret of at least thirty-two characters'
const BROWSER = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/130 Safari/537.36' }
const FORM = { ...BROWSER, 'content-type': 'application/x-www-form-urlencoded' }

suite('the links of a message', () => {
  let world: DeliveryWorld
  let server: FastifyInstance
  before(async () => {
    world = await deliveryWorld()
    server = Fastify()
    const options = {
      config: { secretKey: SECRET, publicUrl: 'https://go.shop.test', partitions: PARTITIONS },
      parts: { pool: world.database.pool },
      now: () => world.now,
      appended: () => undefined,
    }
    await registerLinks(server, options as unknown as Parameters<typeof registerLinks>[1])
  })
  after(async () => {
    await server.close()
    await world.stop()
  })
  const token = (claim: LinkClaim): string => world.parts.links.token(claim)
  const leave = (effect: string, { topic = '', address = 'ok@x.test' } = {}): string =>
    `/u/${token({ kind: 'unsubscribe', ws: 'w1', profile: 'p1', effect, topic, address })}`
  const click = (url: string): string => `/c/${token({ kind: 'click', ws: 'w1', profile: 'p1', effect: 'e:1', index: 0, url })}`
  const named = async (name: string) => (await world.events()).filter((event) => event.name === name)
  const everything = async (): Promise<string> => {
    const { rows } = await world.database.pool.query(
      `select (select count(*) from log) as log, (select count(*) from suppressions) as out, (select string_agg(id || status, ',' order by id) from outbox) as outbox`,
    )
    return JSON.stringify(rows)
  }

  test('an opening shows a pixel, and is one event a minute with who fetched it', async () => {
    await world.queue([{ id: 'o:1', key: 'p1' }])
    const url = `/o/${token({ kind: 'open', ws: 'w1', profile: 'p1', effect: 'o:1' })}.gif`
    const answer = await server.inject({ url, headers: BROWSER })
    assert.equal(answer.headers['content-type'], 'image/gif')
    assert.equal(answer.headers['cache-control'], 'no-store')
    await server.inject({ url, headers: { 'user-agent': 'curl/8' } })
    const [first, second] = await named('message.opened')
    assert.equal(first!.id, second!.id, 'the engine drops the repeat')
    assert.deepEqual([first!.props['fetcher'], second!.props['fetcher']], ['person', 'machine'])
    assert.deepEqual([first!.key, first!.props['effect_id'], first!.props['journey_id']], ['p1', 'o:1', 'abandoned-cart'])
  })

  test('a click leads to exactly the signed target', async () => {
    const answer = await server.inject({ url: click('https://shop.test/a?b=1&c=ü'), headers: BROWSER })
    assert.equal(answer.statusCode, 302)
    assert.equal(answer.headers['location'], 'https://shop.test/a?b=1&c=%C3%BC')
    assert.equal(answer.headers['referrer-policy'], 'no-referrer')
    assert.equal((await named('message.clicked')).at(-1)!.props['url'], 'https://shop.test/a?b=1&c=ü')
  })

  test('nothing but a signed web address is ever a redirect', async () => {
    const good = click('https://shop.test/').slice(3)
    const tries = [
      '/c/',
      '/c/x',
      '/c/https://evil.test',
      '/c//evil.test',
      '/c/%2f%2fevil.test',
      '/c/\\evil.test',
      '/c/?url=https://evil.test',
      `/c/${good}x`,
      `/c/${good.slice(0, -2)}`,
      `/c/${good}/https://evil.test`,
      `/c/${'A'.repeat(300)}`,
      `/c/${good.toUpperCase()}`,
      click('javascript:alert(1)'),
      click('//evil.test'),
      click('data:text/html,x'),
      click('/\\evil.test'),
      click('https:evil.test'),
      click('ftp://x.test'),
      click('https://user:pass@evil.test'),
      `/c/${token({ kind: 'open', ws: 'w1', profile: 'p1', effect: 'e' })}`,
      `/c/${leave('e').slice(3)}`,
      `/u/${good}`,
      `/c/${good}%00`,
      `/c/${good}%0d%0aLocation:%20https://evil.test`,
    ]
    for (const url of tries) {
      const answer = await server.inject({ url, headers: BROWSER })
      assert.ok([400, 404, 414].includes(answer.statusCode), `${url}: ${answer.statusCode}`)
      assert.equal(answer.headers['location'], undefined, url)
    }
    const query = await server.inject({
      url: `${click('https://shop.test/')}?url=https://evil.test&returnUrl=//evil.test`,
      headers: { ...BROWSER, host: 'evil.test' },
    })
    assert.equal(query.headers['location'], 'https://shop.test/')
  })

  test('a scanner that follows the unsubscribe link changes nothing', async () => {
    await world.queue([{ id: 'g:1', address: 'scanned@x.test', due: world.now + 1e9 }])
    const url = leave('g:1', { address: 'scanned@x.test' })
    const before = await everything()
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'] as const)
      await server.inject({ method, url, headers: { 'user-agent': 'Barracuda' } })
    const page = await server.inject({ url, headers: BROWSER })
    assert.equal(await everything(), before)
    assert.equal(page.statusCode, 200)
    assert.match(page.body, /<form method="post">/)
    assert.doesNotMatch(page.body, /scanned@x\.test/, 'the address is not shown in full')
    assert.doesNotMatch(page.body, /<script|https?:\/\/|src=/)
    assert.match(String(page.headers['content-security-policy']), /default-src 'none'/)
  })

  test('one click (RFC 8058): 2xx, no redirect, no cookie, effective at once for what is queued', async () => {
    await world.queue([
      { id: 'u:1', address: 'out@x.test', due: world.now + 1e9 },
      { id: 'u:2', address: 'out@x.test', topic: 'news', due: world.now + 1e9 },
      { id: 'u:3', address: 'out@x.test', lane: 'transactional', due: world.now + 1e9 },
      { id: 'u:4', address: 'other@x.test', due: world.now + 1e9 },
    ])
    const answer = await server.inject({
      method: 'POST',
      url: leave('u:1', { address: 'out@x.test' }),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: 'List-Unsubscribe=One-Click',
    })
    assert.equal(answer.statusCode, 200)
    assert.equal(answer.headers['set-cookie'], undefined)
    const { rows } = await world.database.pool.query<{ id: string; status: string }>(
      `select id, status from outbox where id like 'u:%' order by id`,
    )
    assert.deepEqual(
      rows.map(({ id, status }) => `${id} ${status}`),
      ['u:1 cancelled', 'u:2 cancelled', 'u:3 ready', 'u:4 ready'],
    )
    const said = (await named('message.unsubscribed')).at(-1)!
    assert.deepEqual(
      [said.props['source'], said.props['address'], said.props['topic'], said.props['enrollment_id']],
      ['one-click', 'out@x.test', '', 'u'],
    )
    assert.deepEqual(
      (await named('message.cancelled')).map(({ props }) => props['effect_id']).toSorted(),
      ['u:1', 'u:2'],
      'the runs that wait for a receipt get one',
    )
    const multipart = await server.inject({
      method: 'POST',
      url: leave('u:4', { address: 'other@x.test' }),
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
      payload: '--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n',
    })
    assert.equal(multipart.statusCode, 200)
    assert.equal((await named('message.unsubscribed')).at(-1)!.props['source'], 'one-click')
    const empty = await server.inject({ method: 'POST', url: leave('u:4', { address: 'other@x.test' }) })
    assert.equal(empty.statusCode, 200)
    const forged = await server.inject({ method: 'POST', url: '/u/AAAA', headers: FORM, payload: 'List-Unsubscribe=One-Click' })
    assert.equal(forged.statusCode, 404)
  })

  test('a topic alone, everything, and back again', async () => {
    const { pool } = world.database
    const of = async () =>
      (await pool.query<{ topic: string }>(`select topic from suppressions where address = 'topic@x.test' order by topic`)).rows.map(
        ({ topic }) => topic,
      )
    const url = leave('t:1', { topic: 'news', address: 'topic@x.test' })
    assert.match((await server.inject({ url })).body, /value="all"/)
    await server.inject({ method: 'POST', url, headers: FORM, payload: '' })
    assert.deepEqual(await of(), ['news'])
    await server.inject({ method: 'POST', url, headers: FORM, payload: 'do=all' })
    assert.deepEqual(await of(), ['', 'news'])
    const back = await server.inject({ method: 'POST', url, headers: FORM, payload: 'do=return' })
    assert.equal(back.statusCode, 200)
    assert.deepEqual(await of(), [])
    assert.equal((await named('message.resubscribed')).length, 1)
  })

  test('an address that bounced is not opened again by subscribing', async () => {
    const { pool } = world.database
    await pool.query(`insert into suppressions values ('w1', 'gone@x.test', '', 'bounced', 0)`)
    await server.inject({ method: 'POST', url: leave('b:1', { address: 'gone@x.test' }), headers: FORM, payload: 'do=return' })
    const { rows } = await pool.query(`select reason from suppressions where address = 'gone@x.test'`)
    assert.deepEqual(rows, [{ reason: 'bounced' }])
  })

  test('an opening ends the wait of a message that never got an answer', async () => {
    await world.queue([{ id: 'amb:1', due: world.now + 1e9 }])
    await world.database.pool.query(`update outbox set status = 'ambiguous' where id = 'amb:1'`)
    await server.inject({ url: `/o/${token({ kind: 'open', ws: 'w1', profile: 'p1', effect: 'amb:1' })}.gif`, headers: BROWSER })
    const about = (await world.events()).filter(({ props }) => props['effect_id'] === 'amb:1').map(({ name }) => name)
    assert.deepEqual(about, ['message.sent', 'message.opened'])
  })

  test('the unsubscribe pages speak the reader’s language: their own, else the browser’s', async () => {
    const url = leave('l:1', { topic: 'weekly-news', address: 'reader@x.test' })
    const speaking = (accept: string) => ({ ...FORM, 'accept-language': accept })
    for (const [accept, lang, title] of [
      ['de-AT,de;q=0.9', 'de', 'Abmelden'],
      ['fr', 'fr', 'Se désabonner'],
      ['es-MX', 'es', 'Darse de baja'],
      ['ja', 'en', 'Unsubscribe'],
    ] as const) {
      const { body } = await server.inject({ url, headers: speaking(accept) })
      assert.match(body, new RegExp(`<html lang="${lang}" dir="ltr">`))
      assert.match(body, new RegExp(`<h1>${title}</h1>`))
      assert.match(body, /<bdi>weekly news<\/bdi>/)
      assert.match(body, /<bdi>r••@x\.test<\/bdi>/)
    }
    await world.database.pool.query(
      `insert into keyed_state (workspace_id, kind, id, partition, state, version) values ('w1', 'profile', 'p1', 0, $1, 1)`,
      [
        JSON.stringify({
          profile: { id: 'p1', ids: {}, attributes: { locale: ['de-DE', 1] }, activity: {}, seen: {}, firstSeen: 1, lastSeen: 1 },
          consent: { permits: {}, blocked: {} },
        }),
      ],
    )
    const gone = await server.inject({ method: 'POST', url, headers: speaking('fr'), payload: '' })
    assert.match(gone.body, /<html lang="de"/)
    assert.match(gone.body, /Sie sind abgemeldet/)
    const back = await server.inject({ method: 'POST', url, headers: speaking('fr'), payload: 'do=return' })
    assert.match(back.body, /Sie sind wieder angemeldet/)
    const lost = await server.inject({ url: '/u/AAAA', headers: speaking('es') })
    assert.match(lost.body, /<html lang="es"/)
    assert.deepEqual(['ar', 'he-IL', 'fa', 'de'].map(directionOf), ['rtl', 'rtl', 'rtl', 'ltr'])
    await world.database.pool.query(`delete from keyed_state where id = 'p1'`)
  })

  test('after an opt-out was answered no message to that address begins, in the middle of a blast', async () => {
    const begun = new Map<string, number>()
    const channel: Channel = {
      kind: 'email',
      async send(prepared) {
        if (prepared.kind === 'email') begun.set(prepared.envelope.to, performance.now())
        await new Promise((resolve) => setTimeout(resolve, 5 + (begun.size % 30)))
        return { kind: 'sent', providerId: '' }
      },
      close: async () => undefined,
    }
    const people = Array.from({ length: 4_000 }, (_, i) => `blast-${i}@x.test`)
    await world.queue(people.map((address, i) => ({ id: `blast${i}:m`, address })))
    // A provider that takes a few at once: most still wait when their people leave.
    const dispatcher = await world.dispatcher([channel], { settings: { concurrency: 16 } })
    await until('it has begun', () => begun.size > 100)
    const answered = new Map<string, number>()
    await Promise.all(
      Array.from({ length: 8 }, async (_, lane) => {
        for (let i = lane; i < 4_000; i += 40) {
          const address = people[i]!
          const answer = await server.inject({
            method: 'POST',
            url: leave(`blast${i}:m`, { address }),
            headers: FORM,
            payload: 'List-Unsubscribe=One-Click',
          })
          assert.equal(answer.statusCode, 200)
          answered.set(address, performance.now())
        }
      }),
    )
    await until(
      'the blast is over',
      async () =>
        !(await world.database.pool.query(`select 1 from outbox where status in ('ready', 'sending') and id like 'blast%' limit 1`))
          .rowCount,
      60_000,
    )
    await dispatcher.stop()
    const late = [...answered].filter(([address, at]) => (begun.get(address) ?? 0) > at)
    assert.deepEqual(late, [])
    assert.ok(
      [...answered.keys()].some((address) => !begun.has(address)),
      'some were stopped',
    )
    assert.equal(answered.size, 800)
    assert.ok(begun.size > 3_000)
  })
})
