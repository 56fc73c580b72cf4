import assert from 'node:assert/strict'
import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { after, test } from 'node:test'
import fc from 'fast-check'
import pino from 'pino'
import { z } from 'zod'
import { action } from '#lib/action.ts'
import { bind, bindAudited } from '#platform/http/actions.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import { ask, SECRET, testApi } from '../../test/fixtures/api.ts'
import { anchorsIn } from './adapters/anchor-file.ts'
import { signer } from './adapters/anchor-keys.ts'
import { type Anchoring, startAnchoring } from './adapters/anchoring.ts'
import { tellAbandoned } from './adapters/audit-trail.ts'
import { type Anchored, CHAIN_START, chained, concluded, PREFIX, personalIn, UNANCHORED, verifyChain } from './audit.ts'
import { appendAudit, sha256 } from './audit-store.ts'
import type { AuditLine } from './schema.ts'

// The pure chain

function chainOf(length: number): AuditLine[] {
  const lines: AuditLine[] = []
  for (let seq = 1; seq <= length; seq++) lines.push(lineAfter(lines.at(-1), { object: `thing:${seq}` }))
  return lines
}

const lineAfter = (last: AuditLine | undefined, more: Partial<AuditLine>): AuditLine => {
  const { hash: _, ...rest } = { hash: '', ...more }
  const base = { at: 1_000, actor: 'person:1', action: 'things.change', object: '', beforeHash: '', afterHash: '', requestId: 'r' }
  return chained({ ...base, ...rest, seq: (last?.seq ?? 0) + 1, previous: last?.hash ?? '' }, sha256)
}

/** What somebody can do who owns the database: the lines from `seq` on are hashed anew. */
function rehashed(lines: readonly AuditLine[], seq: number): AuditLine[] {
  const out = lines.slice(0, seq - 1)
  for (const line of lines.slice(seq - 1)) out.push(lineAfter(out.at(-1), line))
  return out
}

const anchoredBy = (lines: readonly AuditLine[]): Anchored => ({
  upTo: lines.length,
  prefix: (seq) => lines[seq - 1]?.hash.slice(0, PREFIX),
  head: (seq) => (seq === lines.length ? lines[seq - 1]?.hash : undefined),
})

const verdict = (lines: readonly AuditLine[], anchored: Anchored = UNANCHORED) =>
  concluded(verifyChain(CHAIN_START, lines, { sha256, anchored }), anchored).fault

const changed = (lines: readonly AuditLine[], seq: number): AuditLine[] =>
  lines.map((line) => (line.seq === seq ? { ...line, actor: 'person:nobody' } : line))

test('whatever is done to one place of a chain is named with its kind and its first line', () => {
  const whole = chainOf(40)
  assert.equal(verdict(whole, anchoredBy(whole)), null)
  const place = fc.integer({ min: 2, max: 38 })
  fc.assert(
    fc.property(place, fc.integer({ min: 1, max: 12 }), (seq, far) => {
      const other = Math.min(40, seq + far)
      assert.deepEqual(verdict(changed(whole, seq)), { kind: 'edit', seq })
      const ownHash = whole.map((line) => (line.seq === seq ? lineAfter(whole[seq - 2], { ...line, actor: 'person:nobody' }) : line))
      assert.deepEqual(
        [verdict(ownHash), verdict(ownHash, anchoredBy(whole))],
        [
          { kind: 'edit', seq },
          { kind: 'edit', seq },
        ],
      )
      assert.deepEqual(verdict(whole.filter((line) => line.seq < seq || line.seq >= other)), { kind: 'delete', seq, upTo: other - 1 })
      const closed = whole.filter((line) => line.seq < seq || line.seq >= other).map((line, i) => ({ ...line, seq: i + 1 }))
      assert.deepEqual(verdict(closed), { kind: 'delete', seq, upTo: other - 1 })
      const swapped = [...whole]
      swapped[seq - 1] = { ...whole[other - 1]!, seq }
      swapped[other - 1] = { ...whole[seq - 1]!, seq: other }
      assert.deepEqual(verdict(swapped), { kind: 'swap', seq, with: other })
      assert.deepEqual(verdict(whole.slice(0, seq), anchoredBy(whole)), { kind: 'truncation', seq: seq + 1, upTo: 40 })
      const anew = rehashed(changed(whole, seq), seq)
      assert.equal(verdict(anew), null, 'without an anchor outside nobody can tell')
      assert.deepEqual(verdict(anew, anchoredBy(whole)), { kind: 'rehash', seq, upTo: 40 })
    }),
  )
})

test('a chain is checked alike in any pages', () => {
  const lines = changed(chainOf(30), 17)
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 6 }), (cuts) => {
      const places = [0, ...cuts.toSorted((a, b) => a - b), 30]
      const parts = places.slice(1).map((end, i) => lines.slice(places[i]!, end))
      const state = parts.reduce((now, part) => verifyChain(now, part, { sha256, anchored: UNANCHORED }), CHAIN_START)
      assert.deepEqual([state.fault, state.lines], [{ kind: 'edit', seq: 17 }, 30])
    }),
  )
})

test('a line may name a document with its version, and no person by address or number', () => {
  assert.equal(personalIn(['journey:welcome@3 template:hi@12', 'person:0b1c', 'enrollment:abc:mail']), undefined)
  assert.equal(personalIn(['x', 'profile:ada@shop.test']), 'profile:ada@shop.test')
  assert.equal(personalIn(['consent +4791234567']), 'consent +4791234567')
})

// The real thing: PostgreSQL, and somebody who owns it

const Explode = action({
  name: 'test.explode',
  does: 'Changes something and meets a bug.',
  may: 'documents:write',
  route: 'POST /api/test/explode',
  input: z.object({}),
  output: z.object({ done: z.literal(true) }),
  audited: true,
})
const Break = action({ ...Explode, name: 'test.break', route: 'POST /api/test/break' })
let brokenAt = ''

const api = await testApi({
  actions: [Explode, Break],
  bindings: [
    bind(Explode, async () => {
      throw new Error('the process dies here')
    }),
    bindAudited(Break, (_input, { workspace }, call) =>
      inWorkspace(api.database.pool, workspace, async (tx) => {
        await tx.query('update workspaces set name = $2 where workspace_id = $1', [workspace, 'changed'])
        if (brokenAt === 'before the line') throw new Error('crash')
        await call.audit(tx, { object: 'workspace:x' })
        if (brokenAt === 'after the line') throw new Error('crash')
        return { done: true as const }
      }),
    ),
  ],
})
after(() => api.stop())
const { pool } = api.database

const anchoring = (): Anchoring => {
  const parts = { pool, path: api.anchors, copies: [], signer: signer(SECRET, 'audit anchors') }
  return startAnchoring({ ...parts, now: () => 5_000, logger: pino({ level: 'silent' }), everyMs: 3_600_000 })
}
const anchorNow = async (): Promise<void> => {
  const once = anchoring()
  await once.anchor()
  await once.stop()
}

async function shopWith(lines: number): Promise<{ id: string; key: string; verify: () => Promise<Record<string, unknown>> }> {
  const shop = await api.workspace()
  await inWorkspace(pool, shop.id, async (tx) => {
    for (let i = 1; i <= lines; i++)
      await appendAudit(tx, { workspace: shop.id, actor: 'person:1', action: 'a', object: `o:${i}`, requestId: '' }, i)
  })
  return { ...shop, verify: async () => (await api.ask('GET /api/audit/verify', { key: shop.key })).body }
}

/** The owner of the table takes the trigger away first. */
const asOwner = async (sql: string): Promise<void> => {
  await pool.query(`begin; alter table audit_lines disable trigger user; ${sql}; alter table audit_lines enable trigger user; commit`)
}

test('requests can add audit lines and read them, and neither they nor the owner can change them by mistake', async () => {
  const shop = await shopWith(3)
  for (const sql of [`update audit_lines set actor = 'x'`, 'delete from audit_lines'])
    await assert.rejects(
      inWorkspace(pool, shop.id, (tx) => tx.query(sql)),
      /permission denied/,
    )
  await assert.rejects(pool.query('truncate audit_lines'), /append-only/)
})

const anew = (shop: string, from: number) => `
  do $$ declare r record; p text; begin
    for r in select * from audit_lines where workspace_id = '${shop}' and seq >= ${from} order by seq loop
      select hash into p from audit_lines where workspace_id = '${shop}' and seq = r.seq - 1;
      update audit_lines set previous = p, hash = encode(sha256(convert_to(
        '{"action":"' || r.action || '","actor":"' || r.actor || '","afterHash":"","at":' || r.at || ',"beforeHash":"","object":"' || r.object
        || '","previous":"' || p || '","requestId":"","seq":' || r.seq || '}', 'utf8')), 'hex')
      where workspace_id = '${shop}' and seq = r.seq;
    end loop; end $$`

test('each attack on the table itself is found by its kind and first line, also one that hashes everything anew', async () => {
  const attacks: [string, (id: string) => string, object][] = [
    ['edit', (id) => `update audit_lines set actor = 'person:2' where workspace_id = '${id}' and seq = 7`, { kind: 'edit', seq: 7 }],
    ['delete', (id) => `delete from audit_lines where workspace_id = '${id}' and seq in (4, 5)`, { kind: 'delete', seq: 4, upTo: 5 }],
    [
      'swap',
      (id) =>
        [
          [3, -3],
          [9, 3],
          [-3, 9],
        ]
          .map(([a, b]) => `update audit_lines set seq = ${b} where workspace_id = '${id}' and seq = ${a}`)
          .join(';'),
      { kind: 'swap', seq: 3, with: 9 },
    ],
    ['truncation', (id) => `delete from audit_lines where workspace_id = '${id}' and seq > 8`, { kind: 'truncation', seq: 9, upTo: 12 }],
    [
      're-hash',
      (id) => `update audit_lines set actor = 'person:2' where workspace_id = '${id}' and seq = 6;${anew(id, 6)}`,
      { kind: 'rehash', seq: 6, upTo: 12 },
    ],
  ]
  for (const [what, sql, fault] of attacks) {
    const shop = await shopWith(12)
    await anchorNow()
    assert.deepEqual([(await shop.verify()).fault, (await shop.verify()).anchored], [null, 12], what)
    await asOwner(sql(shop.id))
    assert.deepEqual((await shop.verify()).fault, fault, what)
  }
})

test('it is honest about the lines after the last anchor: what is hashed anew there does not show until the next one', async () => {
  const shop = await shopWith(5)
  await anchorNow()
  await inWorkspace(pool, shop.id, async (tx) => {
    for (const i of [6, 7])
      await appendAudit(tx, { workspace: shop.id, actor: 'person:1', action: 'a', object: `o:${i}`, requestId: '' }, i)
  })
  await asOwner(`update audit_lines set actor = 'person:2' where workspace_id = '${shop.id}' and seq = 6;${anew(shop.id, 6)}`)
  const check = await shop.verify()
  assert.deepEqual([check.fault, check.unanchored, check.lines], [null, 2, 7])
})

test('an anchor is signed: one that was changed, that another key signed, or that was taken out of the middle is told', async () => {
  const shop = await shopWith(2)
  for (let i = 3; i <= 5; i++) {
    await anchorNow()
    await inWorkspace(pool, shop.id, (tx) =>
      appendAudit(tx, { workspace: shop.id, actor: 'p', action: 'a', object: 'o', requestId: '' }, i),
    )
  }
  const text = await readFile(api.anchors, 'utf8')
  const mine = text.split('\n').filter((line) => line.includes(shop.id))
  const trusted = [signer(SECRET, 'audit anchors').key]
  const faults = (lines: readonly string[], keys = trusted) =>
    anchorsIn(lines.join('\n'), { workspace: shop.id, trusted: keys }).faults.map(({ kind }) => kind)
  assert.equal(mine.length, 3)
  assert.deepEqual(faults(mine), [])
  assert.deepEqual(faults([mine[0]!, mine[2]!]), ['order'])
  assert.deepEqual(faults([mine[0]!.replace(/"at":\d+/, '"at":1'), mine[1]!]), ['signature'])
  assert.deepEqual(faults(mine, [signer('another secret of thirty-two chars', 'audit anchors').key]), ['key', 'key', 'key'])
  assert.deepEqual(faults([...mine, '{"workspace":']), ['unreadable'])
})

test('a chain that is not the one that was anchored is never anchored over, and a torn last line of the file does no harm', async () => {
  const shop = await shopWith(6)
  await anchorNow()
  const before = await readFile(api.anchors, 'utf8')
  await appendFile(api.anchors, '{"workspace":"torn')
  await asOwner(`delete from audit_lines where workspace_id = '${shop.id}' and seq > 4`)
  await inWorkspace(pool, shop.id, async (tx) => {
    for (const i of [5, 6, 7]) await appendAudit(tx, { workspace: shop.id, actor: 'p', action: 'b', object: `o:${i}`, requestId: '' }, i)
  })
  const other = await shopWith(1)
  await anchorNow()
  const text = await readFile(api.anchors, 'utf8')
  assert.ok(text.startsWith(before) && !text.includes('torn'))
  assert.equal(text.split('\n').filter((line) => line.includes(shop.id)).length, 1)
  assert.equal(text.split('\n').filter((line) => line.includes(other.id)).length, 1)
  assert.deepEqual((await shop.verify()).fault, { kind: 'rehash', seq: 5, upTo: 6 })
  await writeFile(api.anchors, before)
})

test('a change and its audit line are there both or neither, wherever it breaks', async () => {
  const shop = await api.workspace()
  const nameAndLines = async () => {
    const { rows } = await pool.query<{ name: string; lines: number }>(
      `select name, (select count(*)::int from audit_lines a where a.workspace_id = w.workspace_id) as lines from workspaces w where workspace_id = $1`,
      [shop.id],
    )
    return [rows[0]!.name, rows[0]!.lines]
  }
  for (const where of ['before the line', 'after the line']) {
    brokenAt = where
    assert.equal((await api.ask('POST /api/test/break', { key: shop.key, body: {} })).status, 500)
    assert.deepEqual(await nameAndLines(), [shop.id, 0], where)
  }
  brokenAt = ''
  assert.equal((await api.ask('POST /api/test/break', { key: shop.key, body: {} })).status, 200)
  assert.deepEqual(await nameAndLines(), ['changed', 1])
})

test('an action whose process dies in the middle is told of afterwards, once', async () => {
  const shop = await api.workspace()
  assert.equal((await api.ask('POST /api/test/explode', { key: shop.key, body: {} })).status, 500)
  const lines = async () => (await api.ask('GET /api/audit', { key: shop.key })).body.lines
  assert.deepEqual(await lines(), [], 'a request may still be running')
  await tellAbandoned({ pool, now: Date.now }, 0)
  await tellAbandoned({ pool, now: Date.now }, 0)
  const told = (await lines()).filter((line: AuditLine) => line.action === 'test.explode')
  assert.deepEqual(
    told.map(({ action: name, object }: AuditLine) => [name, object]),
    [['test.explode', 'interrupted: it may have happened']],
  )
})

test('the log is exported as JSON lines to those who may read it', async () => {
  const shop = await shopWith(3)
  const { status, headers, body } = await api.ask('GET /api/audit/export', { key: shop.key })
  assert.deepEqual([status, headers.get('content-type')], [200, 'application/x-ndjson'])
  const lines = (body as string)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as AuditLine)
  assert.deepEqual([lines.length, verdict(lines)], [3, null])
  const reader = await api.person(shop.id, 'viewer')
  assert.equal((await ask(api.url, 'GET /api/audit/export', { cookie: reader.cookie })).status, 403)
})
