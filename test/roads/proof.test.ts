import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { anchorPath } from '#workspaces/adapters/anchoring.ts'
import type { AuditLine } from '#workspaces/schema.ts'
import { cadenza as command, type Ran } from '../fixtures/command.ts'
import { journey, startWorld, template, type World } from './world.ts'

const HOSTILE = `<script>alert("x")</script>=cmd|' /C calc'!A0`
let world: World
let out: string
const cadenza = (...args: string[]): Promise<Ran> =>
  command(args, { env: { CADENZA_URL: world.url, CADENZA_KEY: world.secretKey, DATA_DIR: world.dataDir } })

before(async () => {
  world = await startWorld()
  out = await mkdtemp(join(tmpdir(), 'cadenza-proof-'))
  const steps = [
    { kind: 'email', id: 'first', template: 'hello' },
    { kind: 'wait', id: 'pause', for: '1d' },
    { kind: 'email', id: 'second', template: 'again' },
  ]
  await world.publish(
    template('hello', { subject: 'Hello {{ profile.name }}', body: 'Dear {{ profile.name }}' }),
    template('again', { subject: 'Again' }),
    journey('welcome', 'Signed Up', { steps }),
  )
  for (const name of ['ada', 'bob']) {
    await world.identify(name, { name: name === 'ada' ? HOSTILE : 'Bob' })
    await world.track(name, 'Signed Up')
  }
  await world.pass({ hours: 1 })
  await world.track('ada', 'Consent Withdrawn', { channel: 'email' })
  await world.pass({ days: 2 })
  await world.app.reported()
})
after(async () => {
  await world.stop()
  await rm(out, { recursive: true, force: true })
})

const read = (folder: string, file: string): string => readFileSync(join(out, folder, file), 'utf8')
const json = <T>(folder: string, file: string): T => JSON.parse(read(folder, file)) as T

test('the pack of a person shows what was sent byte for byte, what was not and why, and nothing in it runs', async () => {
  const ran = await cadenza('proof', '--person', 'ada@people.example', '--out', join(out, 'ada'))
  assert.equal(ran.code, 0, ran.error)
  const [mail] = await world.mailTo('ada')
  const sent = json<{ files: string[]; exact: string; status: string }[]>('ada', 'sent.json')
  assert.deepEqual(
    sent.map(({ exact, status }) => [exact, status]),
    [['yes', 'sent']],
  )
  const eml = sent[0]!.files.find((file) => file.endsWith('.eml'))!
  assert.ok(mail!.source.includes(read('ada', eml).trim().split('\r\n\r\n').slice(1).join('\r\n\r\n')), 'the body is the one that arrived')
  const { stopped } = json<{ stopped: { step: string; reason: string }[] }>('ada', 'not-sent.json')
  const path = json<{ from: string; reason: string; sentence: string }[]>('ada', 'path.json')
  const withdrawn = [...stopped.map(({ reason }) => reason), ...path.map(({ reason }) => reason)].join(' ')
  assert.match(withdrawn, /consent_withdrawn|unsubscribed/)
  assert.ok(path.every(({ reason, sentence }) => reason === '' || sentence !== ''))
  const consents = json<{ channel: string; status: string }[]>('ada', 'consents.json')
  assert.deepEqual(consents.map(({ channel, status }) => [channel, status]).at(-1), ['email', 'withdrawn'])
  for (const document of ['documents/journey/welcome-1.json', 'documents/template/hello-1.json'])
    assert.ok(existsSync(join(out, 'ada', document)), document)
  const index = read('ada', 'index.html')
  assert.doesNotMatch(index, /<script/i)
  assert.ok(index.includes('&lt;script&gt;alert(&quot;x&quot;)') && index.includes('ada@people.example'))
  assert.doesNotMatch(index, /people\.example\/bob|bob@people/, 'nobody else is in it')
  const html = read('ada', eml.replace('.eml', '.html'))
  assert.match(html, /^<!doctype html><meta http-equiv="Content-Security-Policy" content="default-src 'none'/)
})

test('the pack of a campaign holds everybody, the audit lines behind it with their places, and that it was made is on the log', async () => {
  const ran = await cadenza('proof', '--journey', 'welcome', '--out', join(out, 'welcome'))
  assert.equal(ran.code, 0, ran.error)
  assert.equal(json<unknown[]>('welcome', 'sent.json').length, 3)
  const lines = json<AuditLine[]>('welcome', 'audit-lines.json')
  assert.ok(lines.some(({ action, object, seq }) => action === 'documents.apply' && object.includes('journey:welcome@1') && seq > 0))
  assert.equal(json<{ fault: null }>('welcome', 'audit/check.json').fault, null)
  const { lines: log } = await world.api<{ lines: AuditLine[] }>('GET /api/audit')
  assert.deepEqual(
    log.filter(({ action }) => action === 'proof.pack').map(({ object }) => object.split(':')[0]),
    ['journey', 'profile'],
  )
  assert.equal(
    (await cadenza('proof', '--journey', 'welcome', '--out', join(out, 'welcome'))).code,
    1,
    'a folder with something in it is left alone',
  )
  assert.equal((await cadenza('proof', '--person', 'nobody@x.test', '--out', join(out, 'none'))).code, 1)
})

test('a message is shown from the archive, exactly, also after its sender was changed', async () => {
  await world.publish({
    kind: 'sender',
    id: 'shop',
    from: { name: 'Another Name', address: 'other@shop.example' },
    postalAddress: 'Elsewhere 2',
  })
  await world.pass({ minutes: 1 })
  const [first] = await world.messages('bob')
  const shown = await world.message(first!.id)
  assert.deepEqual([shown.exact, shown.archived?.erased, shown.archived?.about['template']], [true, false, 'hello'])
  assert.ok(shown.headers.some(([name, value]) => name === 'From' && value.includes('hello@shop.example')))
})

test('the command checks the log against the anchors, and names what somebody did to it', async () => {
  const anchors = anchorPath(world.dataDir)
  await world.end()
  await world.begin()
  const sound = await cadenza('audit', 'verify')
  assert.deepEqual(
    [sound.code, /each fits the one before/.test(sound.out), /Held against anchors up to line \d+/.test(sound.out)],
    [0, true, true],
    sound.out + sound.error,
  )
  const file = join(out, 'audit.jsonl')
  const answer = await fetch(`${world.url}/api/audit/export`, { headers: { authorization: `Bearer ${world.secretKey}` } })
  const lines = (await answer.text()).trimEnd().split('\n')
  const check = async (changed: readonly string[]) => {
    await writeFile(file, `${changed.join('\n')}\n`)
    return cadenza('audit', 'verify', '--file', file, '--anchors', anchors)
  }
  assert.equal((await check(lines)).code, 0)
  const cut = await check(lines.slice(0, 2))
  assert.deepEqual([cut.code, /cut off: line 3/.test(cut.out)], [1, true], cut.out)
  const edited = await check(lines.map((line, i) => (i === 1 ? line.replace(/"actor":"[^"]*"/, '"actor":"person:x"') : line)))
  assert.match(edited.out, /Line 2 was changed/)
  const copy = join(out, 'anchors.jsonl')
  await writeFile(copy, (await readFile(anchors, 'utf8')).replace(/"at":\d+/, '"at":1'))
  await appendFile(copy, '')
  assert.match((await cadenza('audit', 'verify', '--anchors', copy)).out, /its signature does not fit/)
  assert.ok(readdirSync(out).length > 0)
})
