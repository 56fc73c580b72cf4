import assert from 'node:assert/strict'
import { after, suite, test } from 'node:test'
import fc from 'fast-check'
import pino from 'pino'
import { linkKeys } from '#channels/adapters/keys.ts'
import type { Channel, Prepared } from '#channels/channel.ts'
import { keptFor, Retention } from '#channels/retention.ts'
import { templateLibrary } from '#content/adapters/library.ts'
import { Template } from '#content/schema.ts'
import { apply } from '#platform/documents.ts'
import { kindsOf } from '#platform/documents-plan.ts'
import { secretBox } from '#platform/secrets.ts'
import { subjectKeys } from '#platform/subject-keys.ts'
import { type DeliveryWorld, deliveryWorld, until } from '../../test/fixtures/delivery.ts'
import { archive, forgetSent } from './archive.ts'
import { archivedIn, pack, textOf, unpack } from './archive-pack.ts'
import { findArchived, listArchived } from './archive-store.ts'
import type { Made } from './prepare.ts'

const SECRET = 'a secret of at least thirty-two characters'
const DAY = 86_400_000

/** About 20 KB, as marketing mails are, with links to follow. */
const LONG = Template.parse({
  kind: 'template',
  id: 'long',
  subject: 'News for {{ profile.first_name }}',
  html: `<html><body><p>Dear {{ profile.first_name }}, your limit is {{ profile.limit }}.</p>${Array.from(
    { length: 75 },
    (_, i) =>
      `<table width="600"><tr><td style="padding:${i}px;font-family:Arial"><p>Paragraph ${i} tells of product ${(i * 7919) % 1000}, colour ${(i * 104_729) % 977}, ${i % 6 === 0 ? 'for {{ profile.city }}' : 'for everybody'}.</p>${
        i % 6 === 0 ? `<a href="https://shop.test/p/${i}?who={{ profile.ref }}">Look at ${i}</a>` : ''
      }</td></tr></table>`,
  ).join('\n')}<p>{{ sender.postal_address }} <a href="{{ unsubscribe_url }}">Unsubscribe</a></p></body></html>`,
})
const SENT: Channel = { kind: 'email', send: async () => ({ kind: 'sent', providerId: 'prov-1' }), close: async () => undefined }
const HOOK: Channel = { ...SENT, kind: 'webhook' }

async function withArchive(world: DeliveryWorld) {
  const parts = {
    ...world.parts,
    library: templateLibrary({ load: async (_ws, id) => (id === 'long' ? LONG : undefined) }),
  }
  const { pool } = world.database
  const keys = subjectKeys(secretBox(SECRET))
  const kept = archive({ db: pool, logger: pino({ level: 'silent' }), keys, secretKey: SECRET, render: parts })
  const { prepare } = await import('./prepare.ts')
  await world.dispatcher([SENT, HOOK], { prepare: (entry) => prepare(entry, parts), keep: kept.keep })
  return { kept, keys, pool, parts }
}

const payload = (profile: Record<string, string>, template = 'long') => ({
  journey_id: 'news',
  version: 3,
  enrollment_id: 'run',
  step_id: 'mail',
  template,
  template_version: 2,
  sender: '',
  category: 'credit-offer',
  data: { profile, entry: {}, event: {}, run: {} },
})
const settled = (world: DeliveryWorld, sent: number) => until(`${sent} sent`, async () => (await world.counts())['sent'] === sent)
const WORKSPACE = 'w1'

suite('the archive', async () => {
  const world = await deliveryWorld()
  after(() => world.stop())
  const { kept, keys, pool } = await withArchive(world)

  test('shows a mail byte for byte as it was handed over, with why, by which versions and through whom', async () => {
    const profile = { first_name: 'Ada <script>', city: 'Zürich', limit: '9000', ref: 'a&b' }
    await world.queue([{ id: 'a:mail', key: 'p-ada', address: 'Ada.Lovelace@x.test', payload: payload(profile) }])
    await settled(world, 1)
    const row = (await findArchived(pool, WORKSPACE, 'a:mail'))!
    const { rows } = await pool.query<{ hash: string }>(`select content_hash as hash from outbox where id = 'a:mail'`)
    assert.deepEqual(
      [row.profile, row.journey, row.category, row.status, row.contentHash],
      ['p-ada', 'news', 'credit-offer', 'sent', rows[0]!.hash],
    )
    const { about } = row
    assert.deepEqual(
      [about['version'], about['step_id'], about['template'], about['template_version'], about['provider_id']],
      [3, 'mail', 'long', 2, 'prov-1'],
    )
    const message = (await kept.open(pool, row))!
    assert.equal(message.hash, row.contentHash)
    assert.equal(message.to, 'Ada.Lovelace@x.test')
    assert.match(message.html, /Dear Ada &lt;script&gt;, your limit is 9000/)
    assert.match(message.html, /https:\/\/go\.shop\.test\/c\/[\w-]{60,}/)
    assert.deepEqual(message.data['profile'], profile)
    assert.match(message.eml, /^From: .*\r\nTo: /)
  })

  test('a mail of 20 KB needs less than 1.5 KB, and neither its row nor what messages have in common says who somebody is', async () => {
    const { rows } = await pool.query<{ size: number; row: string }>(
      `select octet_length(sealed) + octet_length(about::text) + 300 as size, row_to_json(archive)::text || encode(sealed, 'escape') as row from archive where effect_id = 'a:mail'`,
    )
    const message = (await kept.open(pool, (await findArchived(pool, WORKSPACE, 'a:mail'))!))!
    assert.ok(message.eml.length > 18_000, `${message.eml.length}`)
    assert.ok(rows[0]!.size < 1_500, `${rows[0]!.size} octets of ${message.eml.length}`)
    const skeletons = await pool.query<{ body: Buffer }>('select body from archive_skeletons')
    const all = [rows[0]!.row, ...skeletons.rows.map(({ body }) => unpack(body, null))].join('\n').toLowerCase()
    for (const said of ['lovelace', 'zürich', '9000', 'x.test']) assert.ok(!all.includes(said), said)
  })

  test('other channels and every person share one statement and one skeleton for each template', async () => {
    const people = Array.from({ length: 40 }, (_, i) => ({
      id: `m${i}:mail`,
      key: `p-${i}`,
      address: `n${i}@x.test`,
      payload: payload({ first_name: `N${i}`, city: 'Oslo', limit: `${i}`, ref: `${i}` }),
    }))
    const call = {
      ...payload({ first_name: 'Ada' }),
      template: undefined,
      url: 'https://crm.test/in',
      method: 'POST',
      body: { name: '{{ profile.first_name }}' },
    }
    const texts = [{ id: 's:hook', key: 'p-ada', channel: 'webhook', address: 'https://crm.test/in', payload: call }]
    await world.queue([...people, ...texts])
    await settled(world, 42)
    const rows = await listArchived(pool, WORKSPACE, { journey: 'news', limit: 100 })
    assert.equal(rows.length, 42)
    const messages = await kept.openAll(pool, rows)
    assert.deepEqual(
      messages.filter((message, i) => message?.hash !== rows[i]!.contentHash),
      [],
    )
    const hook = messages[rows.findIndex(({ effect }) => effect === 's:hook')]!
    assert.deepEqual([hook.eml, (JSON.parse(hook.body) as Prepared & { body: string }).body], ['', '{"name":"Ada"}'])
    assert.equal(new Set(rows.map(({ skeleton }) => skeleton)).size, 2)
  })

  test('whose key is destroyed can be read by nobody; that something was sent, when and why stays', async () => {
    await keys.destroy(pool, WORKSPACE, ['p-ada'])
    const row = (await findArchived(pool, WORKSPACE, 'a:mail'))!
    assert.equal(await kept.open(pool, row), null)
    assert.deepEqual([row.journey, row.about['template'], row.contentHash.length], ['news', 'long', 64])
    await pool.query(`update archive set sealed = ''::bytea where effect_id = 'a:mail'`)
    assert.equal(await kept.open(pool, (await findArchived(pool, WORKSPACE, 'a:mail'))!), null)
  })

  test('is kept for as long as the policy asks for its category, never shorter, and then deleted', async () => {
    await world.queue([{ id: 'x:mail', key: 'p-x', address: 'x@x.test', payload: { ...payload({}), category: 'news' } }])
    await settled(world, 43)
    const count = async () => (await pool.query<{ n: number }>('select count(*)::int as n from archive')).rows[0]!.n
    const before = await count()
    assert.equal(await forgetSent(pool, world.now + 729 * DAY), 0, 'two years without a policy')
    const kinds = kindsOf([{ kind: 'retention', schema: Retention }] as never)
    const body = {
      kind: 'retention',
      id: 'default',
      otherwise: '30d',
      rules: [{ category: 'credit-offer', keep: '1096d', citation: '15 U.S.C. 1681m(d)(3)' }],
    }
    const { withWorkspace } = await import('#platform/postgres/tenancy.ts')
    const { transaction } = await import('#platform/postgres/pool.ts')
    await transaction(pool, async (tx) => {
      await withWorkspace(tx, WORKSPACE)
      const done = await apply(tx, { workspace: WORKSPACE, actor: 'person:1', at: 1 }, {
        documents: [{ kind: 'retention', id: 'default', body }],
        prune: false,
        kinds,
        announce: async () => undefined,
        token: undefined,
      } as never)
      assert.ok(!('refused' in done), JSON.stringify(done))
    })
    assert.equal(await forgetSent(pool, world.now + 31 * DAY), 1)
    assert.equal(await forgetSent(pool, world.now + 1_095 * DAY), 0)
    assert.equal(await forgetSent(pool, world.now + 1_097 * DAY), before - 1)
    assert.equal(await count(), 0)
  })
})

test('of several rules of retention that fit, the longest counts', () => {
  const policy = Retention.parse({
    kind: 'retention',
    id: 'default',
    otherwise: '10d',
    rules: [
      { lane: 'marketing', keep: '20d' },
      { topic: 'loans', keep: '5w' },
    ],
  })
  const days = (kept: { category?: string; topic?: string; lane: string }) => keptFor({ category: '', topic: '', ...kept }, policy) / DAY
  assert.deepEqual(
    [days({ lane: 'transactional' }), days({ lane: 'marketing' }), days({ lane: 'marketing', topic: 'loans' })],
    [10, 20, 35],
  )
})

test('whatever a message says is read back as it was, also what looks like our own marks', () => {
  const links = linkKeys(SECRET)
  const token = (effect: string) => links.token({ kind: 'click', ws: 'w', profile: 'p', effect, index: 3, url: 'https://a.test/?q=1' })
  const piece = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constant(token('e')),
    fc.constant(token('another')),
    fc.constant('\u00021 ["c"] 1234567890123456789012\u0003'),
    fc.constant('\u0004x'),
  )
  const text = fc.array(piece, { maxLength: 6 }).map((parts) => parts.join(' ').replaceAll('\u0000', '').toWellFormed())
  fc.assert(
    fc.property(text, text, text, (subject, html, plain) => {
      const made = {
        prepared: { kind: 'email' },
        headers: [['Subject', 'x']],
        rendered: { subject, html, text: plain, links: [] },
      } as unknown as Made
      const whose = { ws: 'w', profile: 'p', effect: 'e' }
      const skeleton = Buffer.from('a skeleton with some words')
      const read = archivedIn(unpack(pack(textOf(made, { whose, to: 'a@b.test', data: {} }), skeleton), skeleton), whose)
      assert.deepEqual([read.subject, read.html, read.text, read.to], [subject, html, plain, 'a@b.test'])
    }),
  )
})
