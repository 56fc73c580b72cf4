import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import { test } from 'node:test'
import { cadenza, copyOfShop, folderWith, ROOT, SHOP } from '../../../test/fixtures/command.ts'
import { KINDS } from '../kinds.ts'
import { folderOf } from './export.ts'
import { SCHEMAS } from './schema.ts'

const JOURNEY = `# What it is for
kind: journey
id: hello
goal: { event: Order Completed, within: 3d }
entry: { event: Signed Up, where: event.properties.plan = }
steps:
  - { kind: wait, id: pause, for: 1h }
  - { kind: email, id: mail, template: welcom, otherwise: [] }
  - kind: exit
    id: done
  - { kind: wait, id: never, for: 1h }
`
const FOOTER = '<mj-text>{{ sender.postal_address }} <a href="{{ unsubscribe_url }}">Leave</a></mj-text>'
const template = (line: string): string => `kind: template
id: welcome
subject: Hello
mjml: |
  <mjml><mj-body><mj-section><mj-column>
    ${line}
    ${FOOTER}
  </mj-column></mj-section></mj-body></mjml>
`

interface Found {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly code: string
  readonly title: string
}
const places = (problems: readonly Found[]): string[] => problems.map(({ file, line, column, code }) => `${file}:${line}:${column} ${code}`)

test('the examples are sound', async () => {
  const { code, json } = await cadenza(['validate', 'examples/shop', '--json'])
  assert.deepEqual([code, json.ok, json.problems], [0, true, []])
  assert.ok(json.documents >= 6)
})

test('what is wrong in a journey is told where it stands', async () => {
  const cwd = await folderWith({ 'journeys/hello.yaml': JOURNEY, 'templates/welcome.yaml': template('<mj-text>Hi</mj-text>') })
  const { code, json } = await cadenza(['validate', '--json'], { cwd })
  assert.equal(code, 1)
  assert.deepEqual(
    json.problems
      .filter(({ severity }: { severity: string }) => severity === 'error')
      .map(({ line, column }: Found) => `${line}:${column}`),
    ['5:35', '8:40', '11:5'],
  )
  const typo = json.problems.find(({ title }: Found) => title.includes('welcom'))
  assert.deepEqual([typo.file, typo.hint], ['journeys/hello.yaml', 'Did you mean “welcome”?'])
  const text = await cadenza(['validate'], { cwd })
  assert.match(text.out, /^journeys\/hello\.yaml:8:40 error .*welcom.*\n {2}Did you mean “welcome”\?$/m)
})

test('a fault in Liquid or MJML is told at its line in the file', async () => {
  const liquid = await folderWith({ 'a.yaml': template('<mj-text>{{ profile.name | shout }}</mj-text>') })
  assert.deepEqual(places((await cadenza(['validate', '--json'], { cwd: liquid })).json.problems), ['a.yaml:6:14 template.liquid'])
  const mjml = await folderWith({ 'a.yaml': template('<mj-txt>Hi</mj-txt>') })
  assert.deepEqual(places((await cadenza(['validate', '--json'], { cwd: mjml })).json.problems), ['a.yaml:6:3 template.mjml'])
  const deaf = await folderWith({
    'a.yaml': template('<mj-text>Hi</mj-text>').replace(FOOTER, '').replace('subject: Hello', 'subject: Hello\nsender: shop'),
  })
  assert.deepEqual(places((await cadenza(['validate', '--json'], { cwd: deaf })).json.problems), [
    'a.yaml:5:7 template.unsubscribe.missing',
    'a.yaml:5:7 template.postal_address.missing',
    'a.yaml:4:9 template.sender',
  ])
})

test('files that cannot be read, say nothing or say it twice are all told at once; hidden and installed ones are not looked at', async () => {
  const cwd = await folderWith({
    'bad.yaml': 'kind: journey\nid: [a\n',
    'nameless.yml': 'name: x\n',
    'two.yaml':
      'kind: sender\nid: a\nfrom: { name: A, address: a@shop.example }\npostalAddress: 1 Main Street\n---\nkind: sender\nid: a\nfrom: { name: A, adress: a@shop.example }\npostalAddress: 1 Main Street\n',
    'strange.yaml': 'kind: jurney\nid: x\n',
    '.hidden/x.yaml': ': : :',
    'node_modules/x/y.yaml': ': : :',
    'play.yaml': 'kind: scenario\nevents: []\n',
  })
  const { code, json } = await cadenza(['validate', '--json'], { cwd })
  assert.equal(code, 1)
  assert.deepEqual(places(json.problems), [
    'bad.yaml:3:1 yaml',
    'nameless.yml:1:1 document.name',
    'strange.yaml:1:1 document.kind',
    'two.yaml:7:5 document.twice',
    'two.yaml:8:7 input.invalid-type',
    'two.yaml:8:7 input.unrecognized-keys',
  ])
})

test('the most messages are proved for a folder, with the way to it and the cap that holds them down', async () => {
  const saas = await cadenza(['validate', 'examples/saas', '--prove'])
  assert.equal(saas.code, 0)
  assert.match(saas.out, /6 e-mails in any 24h for one person at most/)
  assert.match(saas.out, /invite: One run sends at most 1 within that time/)
  const cwd = await copyOfShop()
  const policy = 'kind: contact-policy\nid: default\ncaps: [{ id: calm, channel: email, max: 2, per: 24h }]\n'
  writeFileSync(join(cwd, 'policy.yaml'), policy)
  const { code, json } = await cadenza(['validate', '--prove', '--json'], { cwd })
  assert.equal(code, 0, JSON.stringify(json.problems))
  const [day] = json.proof.together
  assert.deepEqual([day.channel, day.window, day.most, day.cap], ['email', '24h', 2, 'calm'])
  const { proof } = (await cadenza(['validate', 'examples/shop', '--prove', '--json'])).json
  assert.equal(proof.together[0].most, null)
  assert.match((await cadenza(['validate', 'examples/shop', '--prove'])).out, /Nothing limits how many e-mails one person can get in 24h/)
})

test('a journey is played in virtual time: who buys leaves, who has no address gets nothing, who clicks is heard', async () => {
  const cwd = await folderWith({
    'play.yaml': `start: 2026-01-05T09:00:00+01:00
people:
  ada: { email: ada@shop.example }
  ben: { email: ben@shop.example }
events:
  - { person: ada, event: Product Added, properties: { cart_id: a1, name: Tea, value: 12 } }
  - { person: ben, event: Product Added, properties: { cart_id: b1, name: Rice, value: 3 } }
  - { person: ben, event: Order Completed, at: 30m, properties: { cart_id: b1, total: 3 } }
  - { person: cyd, event: Product Added, properties: { cart_id: c1, name: Rice, value: 3 } }
  - { person: ada, event: message.clicked, of: nudge, at: 2h }
  - { person: cyd, event: message.clicked, of: nudge, at: 2h }
outages:
  - { step: last-call, result: dead, reason: smtp_451 }
`,
  })
  const args = ['simulate', join(SHOP, 'journeys/abandoned-cart.yaml'), '--events', 'play.yaml']
  const { code, json } = await cadenza([...args, '--json'], { cwd })
  assert.equal(code, 0)
  assert.deepEqual(json.messages, [
    {
      at: '2026-01-05T09:00:01.000Z',
      person: 'ada',
      channel: 'email',
      address: 'ada@shop.example',
      step: 'nudge',
      template: 'cart-reminder',
    },
  ])
  const told = (person: string, kind: string): string[] =>
    json.trace
      .filter((line: Record<string, string>) => line['person'] === person && line['kind'] === kind)
      .map((line: Record<string, string>) => line['reason'])
  assert.deepEqual(told('ben', 'exited'), ['exit_condition:bought'])
  assert.deepEqual(told('ben', 'converted'), ['goal'])
  assert.ok(told('ada', 'moved').includes('event'))
  assert.ok(told('cyd', 'moved').includes('no_address'))
  assert.equal(json.people.ada.attributes.last_interest, 'Tea')
  assert.deepEqual([json.vain.length, json.standing], [1, []])
  const text = await cadenza(args, { cwd })
  assert.match(text.out, /2026-01-05 08:30 \+30m +ben +exited +settle +An exit condition ended the run: bought\./)
  assert.match(text.out, /Nothing to answer: cyd: message\.clicked of nudge/)
  assert.equal((await cadenza(args, { cwd })).out, text.out, 'the same again, word for word')
})

test('people are still told where they stand when time is cut short', async () => {
  const cwd = await folderWith({
    'play.json': JSON.stringify({ until: '30m', events: [{ person: 'ada', event: 'Product Added', properties: { cart_id: 'a1' } }] }),
  })
  const { out } = await cadenza(['simulate', join(SHOP, 'journeys/abandoned-cart.yaml'), '--events', 'play.json'], { cwd })
  assert.match(out, /ada is still in abandoned-cart at settle, until 2026-01-05T10:00:00\.000Z\./)
})

test('a scenario that does not fit is told at its place, and so is a journey', async () => {
  const cwd = await folderWith({
    'play.yaml': 'events:\n  - person: ada\n    evnt: Product Added\n',
    'list.yaml': '- { person: ada, event: X, at: soon }\n',
    'hello.yaml': JOURNEY,
  })
  const shop = join(SHOP, 'journeys/abandoned-cart.yaml')
  const { code, error } = await cadenza(['simulate', shop, '--events', 'play.yaml'], { cwd })
  assert.equal(code, 1)
  assert.match(error, /play\.yaml:2:5/)
  assert.match((await cadenza(['simulate', shop, '--events', 'list.yaml'], { cwd })).error, /list\.yaml:1:32/)
  assert.match((await cadenza(['simulate', 'hello.yaml', '--events', 'play.yaml'], { cwd })).error, /hello\.yaml:5:35/)
})

test('misuse is told with the way to help, as text and as JSON', async () => {
  const unknown = await cadenza(['vaildate', '--json'])
  assert.deepEqual([unknown.code, unknown.json.problem.code], [1, 'cli.command'])
  assert.equal((await cadenza(['apply', '--nonsense', '--json'])).json.problem.code, 'cli.usage')
  assert.equal((await cadenza(['validate', 'a', 'b', '--json'])).json.problem.code, 'cli.usage')
  assert.equal((await cadenza(['validate', 'nowhere', '--json'])).json.problem.code, 'cli.folder')
  assert.equal((await cadenza(['plan', 'examples/shop', '--json'])).json.problem.code, 'cli.key')
  assert.equal((await cadenza(['plan', 'examples/shop', '--url', 'ftp://x', '--json'])).json.problem.code, 'cli.url')
  const help = await cadenza(['--help'])
  assert.equal(help.code, 0)
  for (const name of ['validate', 'plan', 'apply', 'export', 'simulate', 'doctor', 'schema']) {
    assert.match(help.out, new RegExp(`^ {2}${name} `, 'm'))
    const own = await cadenza([name, '--help'])
    assert.deepEqual([own.code, own.out.startsWith(`cadenza ${name}`)], [0, true])
    assert.match(own.out, /--json/)
  }
})

test('colours are for terminals, and NO_COLOR turns them off; what documents say cannot steer a terminal', async () => {
  const ESC = '\u001b'
  assert.ok((await cadenza(['validate', 'examples/shop'], { terminal: true })).out.includes(ESC))
  assert.ok(!(await cadenza(['validate', 'examples/shop'], { terminal: true, env: { NO_COLOR: '1' } })).out.includes(ESC))
  const cwd = await folderWith({ 'a.yaml': 'kind: "\\e[2Jx"\nid: y\n' })
  assert.ok(!(await cadenza(['validate'], { cwd })).out.includes(ESC))
})

test('an export files each kind under a word that is one', () => {
  const folders = ['journey', 'policy', 'contact-policy', 'touchpoints', 'list'].map(folderOf)
  assert.deepEqual(folders, ['journeys', 'policies', 'contact-policies', 'touchpoints', 'lists'])
})

test('the published schemas are those of the code, one for each kind of document, and every example names one', async () => {
  assert.deepEqual([...SCHEMAS.keys()].sort(), [...KINDS.keys(), 'scenario'].sort())
  for (const [kind, schema] of SCHEMAS) {
    assert.deepEqual(JSON.parse(readFileSync(join(ROOT, 'docs/schema', `${kind}.json`), 'utf8')), schema, `run: npm run schema (${kind})`)
  }
  for (const part of ['journeys', 'templates', 'senders']) {
    for (const name of readdirSync(join(SHOP, part))) {
      const named = /^# yaml-language-server: \$schema=(\S+)\n/.exec(readFileSync(join(SHOP, part, name), 'utf8'))?.[1]
      assert.ok(named && existsSync(resolve(dirname(join(SHOP, part, name)), named)), `${part}/${name} names its schema`)
    }
  }
  const folder = await folderWith({})
  assert.deepEqual((await cadenza(['schema', 'out', '--json'], { cwd: folder })).json.written.length, SCHEMAS.size)
  assert.deepEqual(JSON.parse(readFileSync(join(folder, 'out/sender.json'), 'utf8')), SCHEMAS.get('sender'))
})

test('as people call it: the output stands alone, and the exit code comes through', async () => {
  const bin = join(ROOT, 'bin/cadenza.js')
  const fine = spawnSync(process.execPath, [bin, 'validate', 'examples/shop', '--json'], { cwd: ROOT, encoding: 'utf8' })
  assert.deepEqual([fine.status, JSON.parse(fine.stdout).ok, fine.stderr], [0, true, ''])
  const folder = await copyOfShop()
  const broken = spawnSync(process.execPath, [bin, 'validate', join(folder, 'journeys')], { encoding: 'utf8' })
  assert.equal(broken.status, 1)
  assert.match(broken.stdout, /There is no template/)
})

test('the doctor says what fails and how to mend it', async () => {
  const dataDir = await folderWith({})
  const closed = await closedPort()
  const env = {
    DATA_DIR: dataDir,
    DATABASE_URL: `postgres://cadenza:hush@127.0.0.1:${closed}/cadenza`,
    CLICKHOUSE_URL: `http://127.0.0.1:${closed}`,
    SMTP_URL: `smtp://127.0.0.1:${closed}`,
    SECRET_KEY: 'k'.repeat(48),
    CADENZA_URL: `http://127.0.0.1:${closed}`,
  }
  const { code, json } = await cadenza(['doctor', '--json'], { env })
  assert.equal(code, 1)
  const of = (what: string) => json.findings.find((finding: { what: string }) => finding.what === what)
  for (const [what, fix] of [
    ['Database', /Start PostgreSQL, or correct host and port in DATABASE_URL/],
    ['Reports', /CLICKHOUSE_URL/],
    ['Mail', /SMTP_URL/],
    ['Server', /npm start/],
  ] as const) {
    assert.equal(of(what).status, 'failed', what)
    assert.match(of(what).fix, fix)
  }
  assert.deepEqual([of('Node').status, of('Data directory').status, of('Settings').status], ['ok', 'ok', 'ok'])
  assert.ok(!JSON.stringify(json).includes('hush'), 'no password is shown')
  const wrong = await cadenza(['doctor'], { env: { PORT: 'eighty', MAILBOX: 'yes' } })
  assert.equal(wrong.code, 1)
  assert.match(wrong.out, /MAILBOX[\s\S]*PORT/)
})

test('the doctor finds the built-in parts in order', async () => {
  const { code, json } = await cadenza(['doctor', '--json'], {
    env: { DATA_DIR: await folderWith({}), MAILBOX: 'local', PORT: String(await closedPort()) },
  })
  assert.deepEqual([code, json.ok], [0, true])
  assert.deepEqual(
    json.findings.map(({ what, status }: Record<string, string>) => `${what} ${status}`),
    ['Node ok', 'Clock ok', 'Settings ok', 'Data directory ok', 'Database ok', 'Reports ok', 'Mail ok', 'Server skipped'],
  )
})

/** A port on which nothing listens. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

test('the models of an industry are written as files, sound as they are; what is there already is left alone', async () => {
  const cwd = await folderWith({ 'models/churn.yaml': 'kind: model\nid: churn\ntype: pattern\ntarget: { event: Gone }\n' })
  const { code, json } = await cadenza(['models', 'preset', 'saas', '--to', '.', '--json'], { cwd })
  assert.equal(code, 0)
  assert.ok(json.written.length >= 5 && json.written.includes('models/subscribe.yaml'), JSON.stringify(json))
  assert.deepEqual(json.left, ['models/churn.yaml'])
  assert.match(readFileSync(join(cwd, 'models/churn.yaml'), 'utf8'), /Gone/)
  assert.equal((await cadenza(['validate'], { cwd })).code, 0)
  const none = await cadenza(['models', 'preset', 'casino', '--to', '.', '--json'], { cwd })
  assert.equal(none.code, 1)
  assert.match(none.json.problem.title, /only shop, saas, bank/)
})
