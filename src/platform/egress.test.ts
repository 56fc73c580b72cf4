import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, suite, test } from 'node:test'
import { type Egress, type EgressAnswer, egress, isPublic, refusedUrl } from './egress.ts'

/** Spellings of places that a server must not be talked into asking. */
const PLACES = [
  'http://127.0.0.1/',
  'http://127.1/',
  'http://0.0.0.0/',
  'http://0/',
  'http://2130706433/',
  'http://0x7f000001/',
  'http://0x7f.1/',
  'http://0177.0.0.1/',
  'http://017700000001/',
  'http://127.0.0.1./',
  'http://[::1]/',
  'http://[::]/',
  'http://[::ffff:127.0.0.1]/',
  'http://[::ffff:7f00:1]/',
  'http://[0:0:0:0:0:ffff:7f00:1]/',
  'http://[::127.0.0.1]/',
  'http://[64:ff9b::7f00:1]/',
  'http://[2002:7f00:1::]/',
  'http://[2001::1]/',
  'http://[fe80::1]/',
  'http://[fc00::1]/',
  'http://[fd00:ec2::254]/',
  'http://[ff02::1]/',
  'http://169.254.169.254/latest/meta-data/',
  'http://0xa9fea9fe/',
  'http://[::ffff:a9fe:a9fe]/',
  'http://10.0.0.1/',
  'http://172.16.0.1/',
  'http://192.168.1.1/',
  'http://100.64.0.1/',
  'http://100.100.100.200/',
  'http://168.63.129.16/',
  'http://192.0.0.192/',
  'http://198.18.0.1/',
  'http://224.0.0.1/',
  'http://255.255.255.255/',
  'http://①②⑦.⓪.⓪.①/',
  'http://127。0。0。1/',
  'http://localhost/',
  'http://LOCALHOST/',
  'http://localhost./',
  'http://private.test/',
  'http://mixed.test/',
  'http://metadata.test/',
  'https://private.test/',
  'http://empty.test/',
]
const NAMES: Readonly<Record<string, readonly string[]>> = {
  localhost: ['127.0.0.1', '::1'],
  'localhost.': ['127.0.0.1'],
  'private.test': ['10.1.2.3'],
  'mixed.test': ['93.184.216.34', '127.0.0.1'],
  'metadata.test': ['169.254.169.254'],
  'empty.test': [],
}

suite('the way out over HTTP', () => {
  let server: Server
  let port: number
  let asked = 0
  let out: Egress
  const open: Egress[] = []
  const guarded = (options: Parameters<typeof egress>[0]): Egress => {
    const one = egress(options)
    open.push(one)
    return one
  }
  const get = (url: string, from = out): Promise<EgressAnswer> => from.send({ url, method: 'GET' })
  before(async () => {
    server = createServer((request, response) => {
      asked += 1
      if (request.url === '/redirect') return response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()
      if (request.url === '/large') return response.end('x'.repeat(1_000_000))
      if (request.url === '/slow') return
      const hops = /^\/hop\/(\d)$/.exec(request.url ?? '')?.[1]
      if (hops !== undefined && hops !== '0') return response.writeHead(302, { location: `/hop/${Number(hops) - 1}` }).end()
      if (hops === '0') return response.end(`hello ${request.headers.authorization ?? '-'}`)
      const away = new URL(request.url ?? '/', 'http://x').searchParams.get('to')
      if (away !== null) return response.writeHead(307, { location: away }).end()
      if (request.url === '/drip') {
        const dripping = setInterval(() => response.write('.'), 50)
        return response.on('close', () => clearInterval(dripping))
      }
      if (request.url === '/cut') return response.writeHead(200, { 'content-length': '100' }).write('x', () => response.destroy())
      response.end(request.headers.host?.startsWith('a.test') ? `hello ${request.headers.authorization ?? '-'}` : 'hello')
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    port = (server.address() as AddressInfo).port
    out = guarded({ resolve: async (name) => NAMES[name] ?? [] })
  })
  after(async () => {
    await Promise.all(open.map((one) => one.close()))
    server.closeAllConnections()
    server.close()
  })

  for (const url of PLACES) test(`does not ask ${url}`, async () => assert.equal((await get(url)).kind, 'blocked'))
  for (const url of [
    'file:///etc/passwd',
    'ftp://x.test/',
    'gopher://x.test/',
    'data:text/html,x',
    'http://user:pass@x.test/',
    'http://x.test:22/',
    'http://x.test:6379/',
    'http://',
    'x',
    '//x.test/',
    'unix:/tmp/s',
  ])
    test(`refuses ${url}`, async () => assert.equal((await get(url)).kind, 'blocked'))

  test('nobody was asked', () => assert.equal(asked, 0))

  test('with no port check and no name check the address itself is still judged', async () => {
    // Names of the private server on an allowed port number, answered by a resolver that lies at the second look.
    let looks = 0
    const rebinding = guarded({ resolve: async () => (looks++ === 0 ? ['127.0.0.1'] : ['93.184.216.34']) })
    assert.deepEqual(await get('http://rebind.test:8080/', rebinding), { kind: 'blocked', reason: 'the address is not public' })
    assert.equal(looks, 1, 'looked up once: the address that was judged is the one that is connected to')
  })

  test('an operator can open one private host and port, and only that', async () => {
    const opened = guarded({ allowPrivate: [`127.0.0.1:${port}`, `hook.test:${port}`], resolve: async () => ['127.0.0.1'] })
    assert.deepEqual(
      await get(`http://127.0.0.1:${port}/`, opened).then((answer) => answer.kind === 'answer' && [answer.status, answer.body]),
      [200, 'hello'],
    )
    assert.equal((await get(`http://hook.test:${port}/`, opened)).kind, 'answer')
    for (const url of [
      `http://127.0.0.1:${port === 8080 ? 8443 : 8080}/`,
      `http://other.test:${port}/`,
      'http://hook.test/',
      `http://[::1]:${port}/`,
    ])
      assert.equal((await get(url, opened)).kind, 'blocked', url)
  })

  test('redirects are answers, long answers are cut, broken and slow ones are lost', async () => {
    const opened = guarded({ allowPrivate: [`127.0.0.1:${port}`], totalMs: 400 })
    const at = (path: string) => get(`http://127.0.0.1:${port}${path}`, opened)
    const redirect = await at('/redirect')
    assert.ok(redirect.kind === 'answer' && redirect.status === 302)
    const large = await at('/large')
    assert.ok(large.kind === 'answer' && large.body.length === 65_536)
    assert.equal((await at('/slow')).kind, 'lost')
    assert.equal((await at('/cut')).kind, 'lost')
    assert.equal((await get('http://127.0.0.1:1/', guarded({ allowPrivate: ['127.0.0.1:1'] }))).kind, 'lost')
  })

  test('a redirect is followed only where that was asked for, and each hop is judged like a new address (Postiz CVE-2026-40168)', async () => {
    const opened = guarded({ allowPrivate: [`127.0.0.1:${port}`, `a.test:${port}`], resolve: async () => ['127.0.0.1'] })
    const ask = (path: string, follow: number) =>
      opened.send({ url: `http://127.0.0.1:${port}${path}`, method: 'GET', headers: { authorization: 'Bearer x' }, follow })
    const told = async (path: string, follow: number) => {
      const answer = await ask(path, follow)
      return answer.kind === 'answer' ? `${answer.status} ${answer.body}` : answer.kind
    }
    assert.equal(await told('/hop/2', 0), '302 ')
    assert.equal(await told('/hop/2', 1), '302 ')
    assert.equal(await told('/hop/2', 2), '200 hello Bearer x')
    assert.equal(await told(`/away?to=http://a.test:${port}/`, 1), '200 hello -', 'another origin does not get the headers')
    for (const to of [
      'http://127.0.0.1:1/',
      'http://[::ffff:127.0.0.1]/',
      'http://169.254.169.254/latest/',
      'file:///etc/passwd',
      'http://x:y@b.test/',
    ])
      assert.equal(await told(`/away?to=${encodeURIComponent(to)}`, 3), 'blocked', to)
  })

  test('our own databases and brokers are never reached, whatever is allowed', async () => {
    const own = [`127.0.0.1:${port}`, 'db.internal:5432']
    const resolve = async (name: string) => (name === 'db.internal' ? ['93.184.216.34'] : ['127.0.0.1'])
    const opened = guarded({ allowPrivate: [`127.0.0.1:${port}`, `alias.test:${port}`, 'x.test:5432'], own, resolve })
    for (const url of [`http://127.0.0.1:${port}/`, `http://alias.test:${port}/`, `http://[::ffff:127.0.0.1]:${port}/`])
      assert.equal((await get(url, opened)).kind, 'blocked', url)
    assert.ok('refused' in (await opened.vetted('db.internal', 5432)))
    assert.ok('refused' in (await opened.vetted('93.184.216.34', 5432)), 'by its address too')
    assert.ok(!('refused' in (await opened.vetted('93.184.216.34', 5433))))
  })

  test('hosts of other protocols are judged by the same rules, and the judged address is given', async () => {
    const resolve = async (name: string) => NAMES[name] ?? (name === 'mail.test' ? ['93.184.216.34'] : [])
    const judging = guarded({ resolve })
    assert.deepEqual(await judging.vetted('mail.test', 587), { address: '93.184.216.34', port: 587 })
    for (const [host, port] of [
      ['localhost', 587],
      ['private.test', 2775],
      ['mixed.test', 465],
      ['metadata.test', 2525],
      ['::ffff:10.0.0.1', 587],
      ['2130706433', 587],
      ['empty.test', 587],
      ['mail.test', 22],
      ['mail.test', 53],
    ] as const)
      assert.ok('refused' in (await judging.vetted(host, port)), `${host}:${port}`)
    const opened = guarded({ allowPrivate: ['127.0.0.1:25'] })
    assert.deepEqual(await opened.vetted('127.0.0.1', 25), { address: '127.0.0.1', port: 25 })
  })

  test('it is known whether a lost request may have arrived', async () => {
    const opened = guarded({ allowPrivate: [`127.0.0.1:${port}`, '127.0.0.1:1'], totalMs: 400 })
    const sent = async (url: string): Promise<boolean | string> => {
      const answer = await opened.send({ url, method: 'POST', body: new Uint8Array([1, 2, 3]) })
      return answer.kind === 'lost' ? answer.sent : answer.kind
    }
    assert.equal(await sent('http://127.0.0.1:1/'), false, 'nobody listened')
    assert.equal(await sent(`http://127.0.0.1:${port}/slow`), true)
    assert.equal(await sent(`http://127.0.0.1:${port}/cut`), true)
  })

  test('an answer that drips for ever is given up', async () => {
    const opened = guarded({ allowPrivate: [`127.0.0.1:${port}`], totalMs: 400 })
    const began = performance.now()
    assert.equal((await get(`http://127.0.0.1:${port}/drip`, opened)).kind, 'lost')
    assert.ok(performance.now() - began < 5_000)
  })

  test('public unicast is public', () => {
    for (const address of ['93.184.216.34', '8.8.8.8', '2606:4700::1111', '::ffff:8.8.8.8']) assert.ok(isPublic(address), address)
    for (const address of ['', 'x', '127.0.0.1', 'fe80::1%eth0', '1.2.3']) assert.ok(!isPublic(address), address)
    assert.equal(refusedUrl('https://hooks.example.com/x'), undefined)
  })
})
