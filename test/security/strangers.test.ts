// What somebody reaches who knows the names of things that are not theirs.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer, type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { ACTIONS } from '#app/actions.ts'
import { ROLE_PERMISSIONS } from '#workspaces/schema.ts'
import { cadenza, folderWith } from '../fixtures/command.ts'
import { journey, template } from '../roads/world.ts'
import { startTown, type Town } from './town.ts'

/** Stands in everything that the shop has, and in no name of it. */
const CANARY = 'Canarywharf'
/** What template and configuration languages would replace. */
const REFERENCES = `%env(HOME)% \${HOME} $HOME {{env.HOME}} {{ workspace.secret }} <%= process.env.HOME %> #{HOME}`

let town: Town
let owner: string
before(async () => {
  town = await startTown()
  owner = await town.key(ROLE_PERMISSIONS.admin)
  const { world } = town
  await world.publish(
    template('hello', { subject: `${CANARY} {{ profile.name }}`, body: `${CANARY} {{ profile.note }}` }),
    { kind: 'list', id: 'guests', name: CANARY },
    { kind: 'segment', id: 'everybody', name: CANARY, when: 'profile.country == "NO"' },
    { kind: 'coupon-pool', id: 'spring', name: CANARY },
    journey('welcome', 'Signed Up', { name: CANARY, steps: [{ kind: 'email', id: 'hello', template: 'hello' }] }),
    journey('ask', 'Asked', {
      name: `${CANARY} too`,
      steps: [{ kind: 'hold', id: 'ask', for: 'approvals:decide', upTo: '3d', note: CANARY }],
    }),
  )
  await world.identify('ada', { name: CANARY, country: 'NO', note: REFERENCES })
  await world.track('ada', 'Signed Up', { note: CANARY })
  await world.track('ada', 'Asked', { note: CANARY })
  await world.pass({ minutes: 5 })
  await world.app.reported()
  await world.api('PUT /api/secrets/of-the-shop', { value: `${CANARY}-secret` })
  await world.api('POST /api/keys', { kind: 'write', name: CANARY })
  await world.api('POST /api/invitations', { email: 'new@canarywharf.example', role: 'viewer' })
  await world.api('POST /api/products/import', { products: [product('lamp'), product('chair')] })
  await world.api('POST /api/coupons/spring/import', { codes: [`${CANARY}-0001`, `${CANARY}-0002`] })
  await world.api('POST /api/suppressions', { address: 'gone@canarywharf.example', note: CANARY })
  await world.api('PUT /api/documents/template/unfinished/draft', { body: template('unfinished', { subject: CANARY }) })
})
after(() => town.stop())

const product = (id: string) => ({ id, title: CANARY, url: `https://shop.example/${id}`, price: 5, currency: 'EUR' })

/** Answers of all lists, as the shop reads them; without what reading itself changes: the audit log, and when a key was last used. */
async function everything(key = owner): Promise<string> {
  const lists = ACTIONS.filter(
    ({ name, route, streams, downloads, audited }) =>
      /^GET [^:]+$/.test(route) && !streams && !downloads && !audited && !name.startsWith('audit.'),
  )
  const texts: string[] = []
  for (const { route } of lists) {
    const { status, body } = await town.ask(route, { key })
    if (status === 200) texts.push(`${route} ${JSON.stringify(body, (key, value) => (key === 'usedAt' ? undefined : value))}`)
  }
  return texts.join('\n')
}

/** Names of things in an answer. */
function namesIn(text: string): string[] {
  const named = text.matchAll(/"(?:id|profile|enrollment|pool|messageId)":"([^"\\]{2,100})"/g)
  return [...new Set([...named].map(([, name = '']) => name))]
}

/** Whatever a route may ask for, all of it with this name. */
const asking = (name: string, names: readonly string[]) => ({
  profile: name,
  enrollment: name,
  step: 'ask',
  verdict: 'released',
  comment: '',
  person: { profile: name },
  people: names.slice(0, 50),
  ids: names.slice(0, 50),
  scores: [{ person: name, score: 'x', value: 1 }],
  drafts: [{ kind: 'template', id: 'unfinished' }],
  wanted: { kind: 'run', journey: 'ask', step: 'ask' },
  draft: { kind: 'template', id: name },
  template: name,
  journey: name,
  hash: 'a'.repeat(64),
  role: 'admin',
  mode: 'paused',
  to: ['ada@people.example'],
  channel: 'email',
  address: 'gone@canarywharf.example',
  note: 'not mine',
})

test('every route with the name of something of another workspace: not one word of it, and nothing of it changes', async () => {
  // Segments are built in the background, and counts come from reports: all of it has to have come to rest.
  await town.world.app.built()
  await town.world.settled()
  await town.world.app.reported()
  const before = await everything()
  const found = namesIn(before)
  const given = ['hello', 'welcome', 'ask', 'unfinished', 'guests', 'everybody', 'lamp', 'chair', 'spring']
  for (const wanted of given) assert.ok(found.includes(wanted), `${wanted} is known`)
  // What strangers find in a workspace of their own as well is everybody's: reports, kinds, ready-made journeys. The shop has given some of these names too.
  const everybodys = new Set(namesIn(await everything(town.stranger.key)))
  const names = found.filter((name) => given.includes(name) || !everybodys.has(name))
  assert.ok(names.length > 15, `${names.length} names`)
  // Of each kind of name two: more find nothing more, and take a minute.
  const some = [
    ...Map.groupBy(names, (name) => name.replace(/[^:_.-]+$/, '').slice(0, 4) || (/[A-Z]/.test(name) ? 'A' : name)).values(),
  ].flatMap((alike) => alike.slice(0, 2))
  const calls = ACTIONS.filter(({ may, name }) => may !== 'public' && !name.startsWith('keys.') && name !== 'workspace.update').flatMap(
    ({ route }) =>
      (route.includes(':') ? some : some.slice(0, 2)).flatMap((name) =>
        (route.includes(':kind') ? ['template', 'journey'] : ['']).map((kind) => ({
          path: route.replace(':kind', kind).replace(/:\w+/g, encodeURIComponent(name)),
          name,
        })),
      ),
  )
  const work = [...new Map(calls.map((call) => [call.path + call.name, call])).values()]
  const answered = new Map<number, number>()
  const worker = async (): Promise<void> => {
    for (let call = work.pop(); call; call = work.pop()) {
      const { path, name } = call
      const { status, body } = await town.ask(path, {
        key: town.stranger.key,
        ...(/^(?:POST|PUT)/.test(path) && { body: asking(name, names) }),
      })
      const text = typeof body === 'string' ? body : JSON.stringify(body)
      assert.ok(!text.includes(CANARY), `${path} says ${text.slice(0, 300)}`)
      assert.ok(status < 500, `${path} answers ${status} ${text.slice(0, 300)}`)
      answered.set(status, (answered.get(status) ?? 0) + 1)
    }
  }
  const number = work.length
  await Promise.all([worker(), worker(), worker(), worker()])
  assert.ok(number > 300 && (answered.get(404) ?? 0) > 150, `${number} calls: ${JSON.stringify([...answered])}`)
  await town.world.settled()
  await town.world.app.reported()
  const [was, is] = [before, await everything()].map((text) => text.split('\n'))
  for (const [i, line] of was!.entries()) assert.equal(is![i], line)
})

test('one foreign name among one’s own: the whole call is refused, and what is the same by name is another thing', async () => {
  const { key } = town.stranger
  const as = { key }
  await town.ask('PUT /api/documents/template/own/draft', { ...as, body: { body: template('own') } })
  const drafts = [
    { kind: 'template', id: 'own' },
    { kind: 'template', id: 'unfinished' },
  ]
  const asked = await town.ask('POST /api/approvals', {
    ...as,
    body: { wanted: { kind: 'publish', drafts }, operation: { kind: 'publish', drafts } },
  })
  assert.ok(asked.status === 404 || asked.status === 422, `${asked.status} ${JSON.stringify(asked.body)}`)
  assert.equal((await town.ask('GET /api/approvals', as)).body.approvals.length, 0, 'nothing was begun')

  await town.ask('POST /api/products/import', { ...as, body: { products: [{ ...product('lamp'), title: 'A lamp of strangers' }] } })
  assert.equal((await town.ask('POST /api/products/remove', { ...as, body: { ids: ['lamp', 'chair'] } })).status, 200)
  const { products } = (await town.ask('GET /api/products', { key: owner })).body as { products: { id: string }[] }
  assert.deepEqual(products.map(({ id }) => id).sort(), ['chair', 'lamp'], 'those of the shop are still there')
})

test('the code of a test address is read at that address and nowhere else', async () => {
  const as = { key: await town.key(['messages:test', 'messages:read']) }
  const asked = await town.ask('POST /api/test-addresses', { ...as, body: { channel: 'email', address: 'somebody@people.example' } })
  assert.equal(asked.status, 200, JSON.stringify(asked.body))
  await town.world.settled()
  const [mail] = await town.world.mailTo('somebody')
  const code = /\b\d{6}\b/.exec(mail!.text)![0]
  const { status, body } = await town.ask('GET /api/messages', as)
  assert.equal(status, 200, JSON.stringify(body))
  const sent = body.messages.find(({ to }: { to: string }) => to === 'somebody@people.example')
  const shown = await town.ask(`GET /api/messages/${sent.id}`, as)
  const page = await town.ask(`GET /view/messages/${sent.id}`, as)
  assert.deepEqual([shown.status, page.status], [200, 200])
  for (const text of [JSON.stringify(body), JSON.stringify(shown.body), String(page.body)]) assert.ok(!text.includes(code), text)
})

test('a draft cannot be read by guessing: what is not published is at no public address', async () => {
  const page = {
    kind: 'page',
    id: 'care',
    slug: 'lamp-care',
    title: 'How to care for a lamp',
    summary: 'Dust it once a month with a dry cloth, and unplug it first.',
    author: { name: 'Ada Lind' },
    published: '2026-03-01',
    blocks: [{ kind: 'text', text: 'Dust it once a month.' }],
  }
  const saved = await town.ask('PUT /api/documents/page/care/draft', { key: owner, body: { body: page } })
  assert.equal(saved.status, 200, JSON.stringify(saved.body))
  const at = `/pages/${town.world.workspace}`
  for (const path of ['lamp-care', 'care', 'lamp-care.md', '1', 'lamp-care?draft=true', 'lamp-care?version=1', 'sitemap.xml', 'llms.txt']) {
    const { status, body } = await town.ask(`GET ${at}/${path}`)
    assert.deepEqual([status, String(body).includes('Dust')], [404, false], path)
  }
})

test('what looks like a reference to the environment is shown as it was written (Mautic CVE-2021-27908)', async () => {
  const changed = await town.ask('PUT /api/workspace', { key: owner, body: { name: REFERENCES.slice(0, 120), postalAddress: REFERENCES } })
  assert.equal(changed.status, 200, JSON.stringify(changed.body))
  const { body } = await town.ask('GET /api/workspace', { key: owner })
  assert.deepEqual([body.name, body.postalAddress], [REFERENCES.slice(0, 120), REFERENCES])
  await town.world.publish({ kind: 'list', id: 'named', name: REFERENCES })
  const { documents } = (await town.ask('GET /api/documents/export?kind=list', { key: owner })).body
  assert.equal(documents.find(({ id }: { id: string }) => id === 'named').body.name, REFERENCES)
  const [mail] = await town.world.mailTo('ada')
  assert.ok(mail!.text.includes(REFERENCES), mail!.text)
})

test('no address leads to a file that is none of the screens (Mautic CVE-2024-47051, n8n CVE-2026-21877)', async () => {
  const ups = ['..%2f', '%2e%2e/', '%2e%2e%2f', '..%5c', '..%252f', '....//', '..;/', '%c0%ae%c0%ae/', '../']
  const places = ['/', '/assets/', '/api/docs/', '/sdk/', `/pages/${town.world.workspace}/`, '/view/messages/', '/hooks/', '/.well-known/']
  for (const place of places)
    for (const up of ups)
      for (const file of ['package.json', 'etc/passwd', 'src/app/main.ts', '.git/config']) {
        const { status, text } = await raw(`${place}${up.repeat(6)}${file}`)
        assert.ok(status >= 400 && status < 500, `${place}${up}${file} answers ${status}`)
        assert.doesNotMatch(text, /"name": "cadenza"|root:x|import \{|\[core\]/, `${place}${up}${file}`)
      }
  for (const path of ['/package.json', '/src/app/main.ts', '/.env', '/.git/config', '/index.html%00.js', '//etc/passwd']) {
    const { text } = await raw(path)
    assert.doesNotMatch(text, /"name": "cadenza"|root:x|import \{|\[core\]/, path)
  }
})

test('an export writes below its folder only, whatever the server calls a document (n8n CVE-2026-21877)', async () => {
  for (const [kind, id] of [
    ['journey', '../../../out'],
    ['../x', 'out'],
    ['journey', '/tmp/out'],
    ['journey', '..'],
    ['journey', 'a\\..\\out'],
    ['.git', 'config'],
  ]) {
    const server = createServer((_request, response) =>
      response
        .setHeader('content-type', 'application/json')
        .end(JSON.stringify({ documents: [{ kind, id, body: {}, version: 1, yaml: 'harm: true\n' }] })),
    )
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const cwd = await folderWith({ 'a/b/c/.keep': '' })
    const env = { CADENZA_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, CADENZA_KEY: 'sk_x' }
    const ran = await cadenza(['export', 'a/b/c', '--json'], { cwd, env })
    server.close()
    assert.equal(ran.code, 1, ran.out)
    assert.match(ran.out, /cli\.export\.name/)
    assert.ok(!existsSync(join(cwd, 'out.yaml')) && !existsSync(join(cwd, 'a/b/c/journeys')), 'nothing was written')
  }
})

/** A request whose path nobody tidies up on its way. */
async function raw(path: string): Promise<{ readonly status: number; readonly text: string }> {
  const { hostname, port } = new URL(town.world.url)
  const asked = request({ hostname, port, path, headers: { accept: '*/*' } })
  asked.end()
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  let text = ''
  for await (const piece of answer.setEncoding('latin1')) text += piece
  return { status: answer.statusCode!, text }
}
