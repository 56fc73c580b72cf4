import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { systemClock } from '#platform/clock.ts'
import { readConfig, withSecretKey } from '#platform/config.ts'
import { logger } from '#platform/log-lines.ts'
import { cadenza as command, copyOfShop, folderWith, type Ran } from '../../../test/fixtures/command.ts'
import { testDatabase } from '../../../test/fixtures/database.ts'
import { startApp } from '../start.ts'
import type { World } from './program.ts'

const database = await testDatabase()
const config = readConfig({
  DATA_DIR: await folderWith({}),
  DATABASE_URL: database.url,
  SECRET_KEY: randomBytes(32).toString('hex'),
  PORT: '0',
  ROLES: 'web,jobs',
})
const app = await startApp({ config: await withSecretKey(config), clock: systemClock(), logger: logger({ level: 'silent' }) })
after(async () => {
  await app.stop()
  await database.stop()
})
const env = { CADENZA_URL: app.url, CADENZA_KEY: await firstKey() }
const cadenza = (args: readonly string[], world: Partial<World> = {}): Promise<Ran> => command(args, { env, ...world })

async function firstKey(): Promise<string> {
  const response = await fetch(`${app.url}/api/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      token: app.setupToken,
      workspace: { name: 'Shop' },
      admin: { name: 'Ada', email: 'ada@shop.example', password: 'a long enough password' },
    }),
  })
  return ((await response.json()) as { secretKey: string }).secretKey
}

const change = (folder: string, file: string, [from, to]: readonly [string, string]): void => {
  const path = join(folder, file)
  const before = readFileSync(path, 'utf8')
  assert.ok(before.includes(from), `${file} holds ${from}`)
  writeFileSync(path, before.replace(from, to))
}
const textsOf = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => [join(entry.parentPath, entry.name), readFileSync(join(entry.parentPath, entry.name), 'utf8')]),
  )

const CART = 'journeys/abandoned-cart.yaml'

test('plan, apply, apply again, export: the round changes what it says, once', async () => {
  const cwd = await copyOfShop()
  const files = Object.keys(textsOf(cwd)).length
  const first = await cadenza(['plan', '--json'], { cwd })
  assert.deepEqual([first.code, first.json.ok, first.json.changes.length], [2, true, files])
  assert.ok(first.json.changes.every(({ action }: { action: string }) => action === 'create'))

  const shy = await cadenza(['apply'], { cwd })
  assert.equal(shy.code, 2)
  assert.match(shy.out, /Nothing was applied: add --yes/)
  assert.equal((await cadenza(['plan', '--json'], { cwd })).json.changes[0].action, 'create', 'without a yes nothing happened')
  assert.equal((await cadenza(['apply'], { cwd, confirm: async () => false })).code, 2)
  assert.equal((await cadenza(['plan', '--json'], { cwd })).json.changes[0].action, 'create', 'nor after a no')

  const questions: string[] = []
  const done = await cadenza(['apply'], { cwd, confirm: async (question) => questions.push(question) > 0 })
  assert.deepEqual([done.code, questions.length], [0, 1])
  assert.match(done.out, /\+ journey abandoned-cart[\s\S]*published journey abandoned-cart, version 1/)

  const again = await cadenza(['apply', '--yes', '--json'], { cwd })
  assert.deepEqual([again.code, again.json.applied], [0, false], 'applying again changes nothing')
  assert.deepEqual(
    [(await cadenza(['plan'], { cwd })).code, (await cadenza(['plan'], { cwd })).out],
    [0, `0 to create, 0 to change, 0 to archive, ${files} unchanged.\n`],
  )

  const before = textsOf(cwd)
  const same = await cadenza(['export', '--json'], { cwd })
  assert.deepEqual([same.code, same.json.written, same.json.same.length], [0, [], files])
  assert.deepEqual(textsOf(cwd), before, 'files that say the same are not touched, comments and all')

  const fresh = await folderWith({})
  const written = await cadenza(['export', 'shop', '--json'], { cwd: fresh })
  assert.deepEqual([written.code, written.json.written.length], [0, files])
  assert.ok(existsSync(join(fresh, 'shop/.schema/journey.json')))
  assert.match(
    readFileSync(join(fresh, 'shop', CART), 'utf8'),
    /^# yaml-language-server: \$schema=\.\.\/\.schema\/journey\.json\nkind: journey\nid: abandoned-cart\n/,
  )
  const round = await cadenza(['plan', 'shop', '--prune', '--json'], { cwd: fresh })
  assert.deepEqual(
    [round.code, new Set(round.json.changes.map(({ action }: { action: string }) => action))],
    [0, new Set(['unchanged'])],
    'what was exported is what is live',
  )
  assert.equal((await cadenza(['validate', 'shop'], { cwd: fresh })).code, 0)
})

test('a change is shown as a diff, applied as the plan that was shown, and refused when that plan is out of date', async () => {
  const cwd = await copyOfShop()
  await cadenza(['apply', '--yes'], { cwd })
  change(cwd, CART, ['for: 1h', 'for: 2h'])
  const plan = await cadenza(['plan'], { cwd })
  assert.equal(plan.code, 2)
  assert.match(
    plan.out,
    /~ journey abandoned-cart {2}version \d+ {2}journeys\/abandoned-cart\.yaml\n[\s\S]*- {4}for: 1h\n[\s\S]*\+ {4}for: 2h/,
  )
  const { token } = (await cadenza(['plan', '--json'], { cwd })).json

  const other = await copyOfShop()
  change(other, CART, ['for: 1h', 'for: 3h'])
  assert.equal((await cadenza(['apply', '--yes'], { cwd: other })).code, 0)
  const stale = await cadenza(['apply', '--yes', '--token', token, '--json'], { cwd })
  assert.deepEqual([stale.code, stale.json.problem.code], [1, 'plan.stale'])
  const current = (await cadenza(['plan', '--json'], { cwd })).json.token
  assert.equal((await cadenza(['apply', '--yes', '--token', current], { cwd })).code, 0)
})

test('an export keeps what differs, or with --overwrite changes only that: comments and other documents of the file stay', async () => {
  const cwd = await copyOfShop()
  await cadenza(['apply', '--yes'], { cwd })
  const sender = readFileSync(join(cwd, 'senders/shop.yaml'), 'utf8')
  const mine = await folderWith({
    'all.yaml': `${readFileSync(join(cwd, CART), 'utf8').replace('holdout: 10%\n', 'holdout: 20% # too much?\nnote: x\n')}---\n# who speaks\n${sender}`,
    'draft.yaml': 'kind: sender\nid: new-one\nfrom: { name: New, address: new@shop.example }\npostalAddress: 12 Market Street\n',
  })
  const before = textsOf(mine)
  const kept = await cadenza(['export', '--json'], { cwd: mine })
  assert.deepEqual([kept.code, kept.json.kept, kept.json.only], [2, ['all.yaml'], ['draft.yaml']])
  assert.equal(readFileSync(join(mine, 'all.yaml'), 'utf8'), before[join(mine, 'all.yaml')])
  const changed = await cadenza(['export', '--overwrite', '--json'], { cwd: mine })
  assert.deepEqual([changed.code, changed.json.changed], [0, ['all.yaml']])
  const text = readFileSync(join(mine, 'all.yaml'), 'utf8')
  for (const part of ['holdout: 10% # too much?', '# One run for each cart.', '# One in ten gets nothing', '---\n# who speaks\n'])
    assert.ok(text.includes(part), part)
  assert.ok(!text.includes('note: x'))
  const plan = await cadenza(['plan', '--json'], { cwd: mine })
  assert.deepEqual(
    plan.json.changes.filter(({ action }: { action: string }) => action !== 'unchanged').map(({ id }: { id: string }) => id),
    ['new-one'],
  )
})

test('an export does not act as if a file that it cannot read were not there', async () => {
  const cwd = await copyOfShop()
  await cadenza(['apply', '--yes'], { cwd })
  change(cwd, CART, ['for: 1h }', 'for: 1h # }'])
  const before = textsOf(cwd)
  const { code, json } = await cadenza(['export', '--overwrite', '--json'], { cwd })
  assert.deepEqual([code, json.problem.code, textsOf(cwd)], [1, 'cli.unread', before])
  assert.equal((await cadenza(['apply', '--yes', '--prune', '--json'], { cwd })).json.problem.code, 'cli.unread')
})

test('what the server finds wrong is told at its place in the files, and nothing of it is applied', async () => {
  const cwd = await copyOfShop()
  await cadenza(['apply', '--yes'], { cwd })
  change(cwd, CART, ['template: cart-reminder', 'template: cart-remainder'])
  change(cwd, 'templates/thank-you.yaml', ['round: 2', 'rnd: 2'])
  change(cwd, 'senders/shop.yaml', ['The corner shop', 'The other shop'])
  const { code, json } = await cadenza(['apply', '--yes', '--json'], { cwd })
  assert.equal(code, 1)
  const lineOf = (file: string, part: string): number =>
    readFileSync(join(cwd, file), 'utf8')
      .split('\n')
      .findIndex((line) => line.includes(part)) + 1
  assert.deepEqual(
    json.plan.problems.map(({ file, line, code: what }: Record<string, unknown>) => [file, line, what]),
    [
      [CART, lineOf(CART, 'cart-remainder'), 'journey.template'],
      ['templates/thank-you.yaml', lineOf('templates/thank-you.yaml', 'rnd: 2'), 'template.liquid'],
    ],
  )
  const fresh = await folderWith({})
  await cadenza(['export'], { cwd: fresh })
  assert.match(readFileSync(join(fresh, 'senders/shop.yaml'), 'utf8'), /The corner shop/)
})

test('what is live and not in the folder stays, unless it is asked to go; and it cannot go while something needs it', async () => {
  const cwd = await copyOfShop()
  const extra = await folderWith({
    'x.yaml': 'kind: sender\nid: extra\nfrom: { name: X, address: x@shop.example }\npostalAddress: 12 Market Street\n',
  })
  await cadenza(['apply', '--yes'], { cwd })
  await cadenza(['apply', '--yes'], { cwd: extra })
  assert.equal((await cadenza(['plan'], { cwd })).code, 0)
  const pruned = await cadenza(['apply', '--yes', '--prune', '--json'], { cwd })
  assert.deepEqual([pruned.code, pruned.json.archived], [0, [{ kind: 'sender', id: 'extra' }]])
  const empty = await folderWith({ 'x.yaml': readFileSync(join(cwd, CART), 'utf8') })
  const refused = await cadenza(['plan', '--prune', '--json'], { cwd: empty })
  assert.deepEqual([refused.code, refused.json.ok], [1, false])
})

test('a folder of megabytes goes in one request', async () => {
  const body = `<p>${'x'.repeat(130_000)}</p><p>{{ sender.postal_address }} {{ unsubscribe_url }}</p>`
  const cwd = await folderWith(
    Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`t${i}.yaml`, `kind: template\nid: large-${i}\nsubject: x\nhtml: ${body}\n`])),
  )
  const { code, json } = await cadenza(['plan', '--json'], { cwd })
  assert.deepEqual([code, json.ok, json.changes.length], [2, true, 12])
})

test('a server that is not there, a wrong key and a stranger are each told', async () => {
  const cwd = await copyOfShop()
  const away = await cadenza(['plan', '--url', 'http://127.0.0.1:9', '--json'], { cwd })
  assert.deepEqual([away.code, away.json.problem.code], [1, 'cli.unreachable'])
  const wrong = await cadenza(['plan', '--json'], { cwd, env: { ...env, CADENZA_KEY: 'sk_nobody_has_this_key' } })
  assert.deepEqual([wrong.code, wrong.json.problem.status], [1, 401])
  const elsewhere = await cadenza(['plan', '--url', `${app.url}/nowhere`, '--json'], { cwd })
  assert.deepEqual([elsewhere.code, elsewhere.json.problem.status], [1, 404])
})

test('the doctor looks at a running server, its clock and the key', async () => {
  const world = { env: { ...env, DATABASE_URL: database.url, SECRET_KEY: 'k'.repeat(48), DATA_DIR: config.dataDir, MAILBOX: 'local' } }
  const { json } = await cadenza(['doctor', '--json'], world)
  const status = Object.fromEntries(json.findings.map((finding: Record<string, string>) => [finding['what'], finding['status']]))
  assert.deepEqual(
    [status['Database'], status['Clock of the database'], status['Server'], status['Clock of the server'], status['Key']],
    ['ok', 'ok', 'ok', 'ok', 'ok'],
  )
  const wrong = await cadenza(['doctor', '--json'], { env: { ...world.env, CADENZA_KEY: 'sk_nobody_has_this_key' } })
  assert.deepEqual([wrong.code, wrong.json.findings.at(-1).status], [1, 'failed'])
  assert.match((await cadenza(['doctor', '--settings'], world)).out, /DATABASE_URL=postgres:/)
})
