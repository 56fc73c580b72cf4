import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, createServer as createSocketServer, type Server as SocketServer } from 'node:net'
import type { House } from '../browser/house.ts'
import { PAYLOADS, RUN } from './payloads.ts'

type Body = Readonly<Record<string, unknown>>

/** Fields of documents that hold whatever their author writes. */
const FREE =
  /^(name|title|description|note|notes|hypothesis|label|subject|preheader|text|heading|help|caption|why|question|owner|alt|body)$/

/** One payload after another, each once before one comes again. */
export class Hostile {
  #next = 0
  /** No longer than that; without the ones that a language of templates would refuse. */
  word(most: number, plain = true): string {
    for (;;) {
      const each = PAYLOADS[this.#next++ % PAYLOADS.length]!
      if (each.length <= most && !(plain && /\{\{|\$\{/.test(each))) return each
    }
  }

  /** A body with payloads in place of what its author wrote. */
  body(body: unknown, most = 90, field = ''): unknown {
    if (typeof body === 'string') return FREE.test(field) ? this.word(most) : body
    if (Array.isArray(body)) return body.map((each) => this.body(each, most))
    if (body === null || typeof body !== 'object') return body
    return Object.fromEntries(Object.entries(body).map(([key, value]) => [key, this.body(value, most, key)]))
  }
}

/** Answers whatever it is asked with payloads, in its status line, in headers and in its body. */
export async function hostileReceiver(): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer((request, response) => {
    request.resume()
    response.writeHead(422, PAYLOADS[1], { 'content-type': 'text/html', 'x-why': PAYLOADS[10]! })
    response.end(PAYLOADS.join('\n'))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, port: (server.address() as AddressInfo).port }
}

/** A mail server whose every word is a payload: it takes mail, but refuses `gone…` for good and `later…` for now. */
export async function hostileMail(): Promise<{ readonly server: SocketServer; readonly port: number }> {
  let next = 0
  const word = (): string => PAYLOADS[next++ % PAYLOADS.length]!.replace(/\s+/g, ' ')
  const server = createSocketServer((socket) => {
    let [text, inMail] = ['', false]
    const say = (code: string): void => void socket.write(`${code} ${word()}\r\n`)
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      for (let end = text.indexOf('\r\n'); end >= 0; end = text.indexOf('\r\n')) {
        const line = text.slice(0, end)
        text = text.slice(end + 2)
        if (inMail && line !== '.') continue
        if (inMail) say('250 2.0.0')
        else if (/^data/i.test(line)) say('354')
        else if (/^rcpt to:<gone/i.test(line)) say('550 5.1.1')
        else if (/^rcpt to:<later/i.test(line)) say('451 4.3.0')
        else say(/^quit/i.test(line) ? '221' : '250')
        inMail = !inMail && /^data/i.test(line)
      }
    })
    say('220')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, port: (server.address() as AddressInfo).port }
}

interface Written {
  readonly kinds: readonly string[]
  readonly documents: number
  /** Those that stay as they were, with what would have been wrong. */
  readonly left: readonly string[]
}
interface Plan {
  readonly changes: readonly { kind: string; id: string; problems: readonly { title: string; detail?: string; at?: string }[] }[]
}

/** Writes payloads over every live document of the workspace, as far as each may say what its author likes. */
export async function rewrite(at: House, hostile: Hostile): Promise<Written> {
  const all = ((await at.ask('GET /api/documents/export')) as { documents: { kind: string; id: string; body: Body }[] }).documents
  const named = (body: Body) => Object.fromEntries(Object.entries(body).filter(([key]) => /^(name|title|description)$/.test(key)))
  // All of it, else less long, else only what it is called, else nothing.
  const less: readonly ((body: Body) => unknown)[] = [
    (body) => hostile.body(body),
    (body) => hostile.body(body, 60),
    (body) => ({ ...body, ...(hostile.body(named(body), 60) as Body) }),
    (body) => body,
  ]
  let tried = all.map((each) => ({ ...each, level: 0, why: '', now: less[0]!(each.body) }))
  for (let round = 1; round < less.length; round++) {
    const { changes } = (await at.ask('POST /api/documents/plan', { body: { documents: asGiven(tried) } })) as Plan
    const problems = new Map(changes.map((each) => [`${each.kind}:${each.id}`, each.problems]))
    tried = tried.map((each) => {
      const [first] = problems.get(`${each.kind}:${each.id}`) ?? []
      return first
        ? { ...each, level: round, why: `${each.kind} ${each.id}: ${JSON.stringify(first)}`, now: less[round]!(each.body) }
        : each
    })
  }
  await at.ask('POST /api/documents/apply', { body: { documents: asGiven(tried) } })
  const done = tried.filter(({ level, body, now }) => level < 3 && JSON.stringify(now) !== JSON.stringify(body))
  return {
    kinds: [...new Set(done.map(({ kind }) => kind))],
    documents: done.length,
    left: tried.filter(({ level }) => level === 3).map(({ why }) => why),
  }
}
const asGiven = (tried: readonly { kind: string; id: string; now: unknown }[]) =>
  tried.map(({ kind, id, now }) => ({ kind, id, body: now }))

/** What strangers send to the public address as this person, and as somebody who is called by a payload. */
export async function strangersWrite(at: House, hostile: Hostile, userId: string): Promise<void> {
  const word = (most = 200) => hostile.word(most, false)
  const context = () => ({
    userAgent: word(),
    locale: word(),
    timezone: word(),
    library: { name: word(60), version: word(60) },
    device: { model: word(), manufacturer: word() },
    page: { url: `javascript:${RUN}`, referrer: `javascript:${RUN}`, title: word(), path: word(), search: word() },
    campaign: { source: word(), medium: word(), name: `javascript:${RUN}`, term: word(), content: word() },
  })
  const traits = Object.fromEntries(PAYLOADS.map((each, i) => [i % 2 === 0 ? `about_${i}` : each.slice(0, 100), each]))
  await at.call('identify', { userId, traits: { ...traits, name: word(), country: word(), plan: word() }, context: context() })
  await at.call('identify', { userId: word(), traits: { name: word(), email: 'other@people.example' }, context: context() })
  await at.call('group', { userId, groupId: 'northwind', traits: { ...traits, name: word(), plan: word(), industry: word() } })
  await at.call('group', { userId, groupId: word(100), traits: { name: word() } })
  await at.call('page', {
    userId,
    name: word(190),
    properties: { url: `javascript:${RUN}`, path: word(), title: word() },
    context: context(),
  })
  for (const each of PAYLOADS)
    await at.call('track', {
      userId,
      event: each.slice(0, 190),
      properties: { note: each, [each.slice(0, 100)]: each, url: `javascript:${RUN}` },
      context: context(),
    })
  await at.call('track', {
    userId,
    event: 'Product Viewed',
    properties: { product_id: word(), name: word(), price: word(), url: `javascript:${RUN}` },
    context: context(),
  })
  // Refused at the door, and remembered as such.
  await fetch(`${at.url}/v1/batch`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${at.writeKey}:`)}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      batch: [
        { type: word(), userId: word(), event: word() },
        { type: 'track', userId, event: { no: word() } },
      ],
    }),
  })
}

/** What colleagues write outside of documents. */
export async function colleaguesWrite(at: House, hostile: Hostile): Promise<void> {
  const word = (most = 90) => hostile.word(most, false)
  const did: [route: string, body: object][] = [
    ['POST /api/keys', { kind: 'write', name: word() }],
    ['POST /api/suppressions', { address: 'gone@people.example', note: word() }],
    ['POST /api/suppressions/import', { csv: `address,note\ns@people.example,"${word().replaceAll('"', '""')}"`, note: word() }],
    ['POST /api/comments/journey/win-back', { text: PAYLOADS.join(' ').slice(0, 1_900) }],
    ['POST /api/comments/template/cart-reminder', { text: PAYLOADS.join(' ').slice(0, 1_900) }],
    [
      'POST /api/products/import',
      { products: PAYLOADS.map((title, i) => ({ id: `p${i}`, title, url: `https://shop.example/${i}`, price: 5, currency: 'EUR' })) },
    ],
    ['PUT /api/workspace', { name: word(), postalAddress: word() }],
  ]
  for (const [route, body] of did) await at.ask(route, { body })
  await fetch(`${at.url}/api/lists/guests/import?${new URLSearchParams({ file: `${word()}.csv` })}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${at.secretKey}`, 'content-type': 'text/csv' },
    body: [
      'email,name,note',
      ...PAYLOADS.map((each, i) => `i${i}@people.example,"${each.replaceAll('"', '""')}",x`),
      '"<svg onload=1>",x,x',
    ].join('\n'),
  })
}
