import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { Agent, buildConnector, type Dispatcher, errors, request } from 'undici'
import { type Outcome, refuse } from '#lib/problem.ts'

/** A request to somewhere else. */
export interface EgressRequest {
  readonly url: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** Over HTTP/2 where the other side speaks it. */
  readonly http2?: true
  /** How many redirects are followed, each judged like a new address; left out: none. */
  readonly follow?: number
  /** Bytes of the answer that are kept; left out: 64 KB. */
  readonly most?: number
  readonly signal?: AbortSignal
}

/** `blocked`: not asked, because the target is not public. `lost`: no (whole) answer came; `sent`: the request may have arrived. */
export type EgressAnswer =
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly headers: Readonly<Record<string, string | string[] | undefined>>
      readonly body: string
    }
  | { readonly kind: 'blocked'; readonly reason: string }
  | { readonly kind: 'lost'; readonly reason: string; readonly sent: boolean }

/** The one way out for everything that people configure (webhooks, providers, fetched addresses). */
export interface Egress {
  send(request: EgressRequest): Promise<EgressAnswer>
  /** Judges a host and port for what is not HTTP (SMTP, SMPP): connect to this very address, and no name is looked up again. */
  vetted(host: string, port: number): Promise<Outcome<{ readonly address: string; readonly port: number }>>
  close(): Promise<void>
}

export interface EgressOptions {
  /** `host:port` that may be reached although private or on another port; said by the operator (ALLOW_PRIVATE_EGRESS). */
  readonly allowPrivate?: readonly string[]
  /** Where our own databases and brokers are (`host:port`): never reached from here, whatever is allowed. */
  readonly own?: readonly string[]
  /** All addresses of a name. */
  readonly resolve?: (hostname: string) => Promise<readonly string[]>
  readonly connectMs?: number
  readonly totalMs?: number
  /** Certificates (PEM) that are trusted instead of the system's. */
  readonly ca?: string
}

const PORTS = new Set(['80', '443', '8080', '8443'])
/** Kept of an answer; the rest is not read. */
const KEPT = 65_536
/** Addresses that are formally public and yet belong to the platform below: Azure's and Alibaba's metadata, Oracle's. */
const PLATFORM = new Set(['168.63.129.16', '100.100.100.200', '192.0.0.192'])

class Blocked extends Error {
  override readonly name = 'Blocked'
}

const resolveAll = async (hostname: string): Promise<string[]> =>
  (await lookup(hostname, { all: true, verbatim: true })).map((answer) => answer.address)

/**
 * Public unicast only, after IPv4-mapped forms are undone; translated and tunnelled ranges are not unicast to ipaddr.js.
 * Of IPv6 only 2000::/3 is given out as global unicast (RFC 4291 §2.4, IANA): `::127.0.0.1` and its like are not.
 */
export function isPublic(address: string): boolean {
  const bare = address.replace(/^\[|\]$/g, '')
  if (isIP(bare) === 0 || !ipaddr.isValid(bare)) return false
  const parsed = ipaddr.process(bare)
  if (parsed instanceof ipaddr.IPv6 && (parsed.parts[0]! & 0xe000) !== 0x2000) return false
  return parsed.range() === 'unicast' && !PLATFORM.has(parsed.toString())
}

/** Nothing is retried, and the vetted address is the one that is connected to. */
export function egress({
  allowPrivate = [],
  own = [],
  resolve = resolveAll,
  connectMs = 5_000,
  totalMs = 15_000,
  ca,
}: EgressOptions = {}): Egress {
  const judging: Judging = { allowed: new Set(allowPrivate.map((entry) => entry.toLowerCase())), own: own.map(placeOf), resolve }
  /** Faults before there was a connection: nothing of the request has left. */
  const unsent = new WeakSet<Error>()
  const agentFor = (http2: boolean): Agent => {
    const connector = buildConnector({ timeout: connectMs, allowH2: http2, ...(ca === undefined ? {} : { ca }) })
    const connect: buildConnector.connector = (options, callback) => {
      const done: buildConnector.Callback = (...[error, socket]) => {
        if (error) unsent.add(error)
        if (error) callback(error, null)
        else callback(null, socket!)
      }
      judged(options, judging).then(
        (address) => connector({ ...options, hostname: address, servername: nameFor(options) } as buildConnector.Options, done),
        (error: Error) => done(error, null),
      )
    }
    return new Agent({
      connect,
      allowH2: http2,
      headersTimeout: totalMs,
      bodyTimeout: totalMs,
      pipelining: 1,
      keepAliveTimeout: 4_000,
    })
  }
  const agents = { one: agentFor(false), two: agentFor(true) }
  return {
    send: (asked) => follow(asked, { agent: asked.http2 ? agents.two : agents.one, allowed: judging.allowed, totalMs, unsent }),
    vetted: (host, port) => vettedPlace(host, port, judging),
    close: async () => void (await Promise.all([agents.one.close(), agents.two.close()])),
  }
}

interface Judging {
  readonly allowed: ReadonlySet<string>
  readonly own: readonly { readonly host: string; readonly port: string }[]
  readonly resolve: NonNullable<EgressOptions['resolve']>
}

const bareOf = (host: string): string => host.replace(/^\[|\]$/g, '')

function placeOf(text: string): { host: string; port: string } {
  const cut = text.lastIndexOf(':')
  return { host: bareOf(text.slice(0, cut)).toLowerCase(), port: text.slice(cut + 1) }
}

const nameFor = ({ servername, hostname }: buildConnector.Options): string | undefined =>
  servername || (isIP(hostname) ? undefined : hostname)

const addressesOf = async (host: string, resolve: Judging['resolve']): Promise<readonly string[]> => (isIP(host) ? [host] : resolve(host))

/** The address to connect to: a literal is judged itself, a name by every one of its addresses. Throws `Blocked`. */
async function judged(
  { hostname, port }: Pick<buildConnector.Options, 'hostname' | 'port'>,
  { allowed, own, resolve }: Judging,
): Promise<string> {
  const bare = bareOf(hostname)
  const addresses = await addressesOf(bare, resolve)
  if (addresses.length === 0) throw new Blocked('the name has no address')
  if (await isOwn(addresses, { bare, port, own, resolve })) throw new Blocked('this is one of our own servers')
  if (!allowed.has(`${hostname}:${port}`.toLowerCase()) && !addresses.every(isPublic)) throw new Blocked('the address is not public')
  return addresses[0]!
}

async function isOwn(
  addresses: readonly string[],
  { bare, port, own, resolve }: Pick<Judging, 'own' | 'resolve'> & { readonly bare: string; readonly port: string },
): Promise<boolean> {
  for (const each of own) {
    if (each.port !== String(port)) continue
    if (each.host === bare.toLowerCase()) return true
    // A name of ours that cannot be looked up cannot be compared: it is compared by name alone.
    const ours = await addressesOf(each.host, resolve).catch(() => [])
    if (ours.some((address) => addresses.some((other) => sameAddress(address, other)))) return true
  }
  return false
}

const sameAddress = (a: string, b: string): boolean =>
  ipaddr.isValid(a) && ipaddr.isValid(b) && ipaddr.process(a).toString() === ipaddr.process(b).toString()

/** Of those below 1024 only what mail is handed over by. */
const MAIL_PORTS = new Set([25, 465, 587])

async function vettedPlace(host: string, port: number, judging: Judging): Promise<Outcome<{ address: string; port: number }>> {
  const refused = (detail: string) =>
    refuse({
      code: 'egress.blocked',
      status: 422,
      title: 'This server may not be reached',
      detail,
      hint: 'An operator can allow it: ALLOW_PRIVATE_EGRESS.',
    })
  const allowed = judging.allowed.has(`${host}:${port}`.toLowerCase())
  if (!allowed && port < 1_024 && !MAIL_PORTS.has(port)) return refused(`port ${port}`)
  try {
    return { address: await judged({ hostname: host, port: String(port) }, judging), port }
  } catch (error) {
    const cause = causeOf(error)
    if (cause instanceof Blocked || isNetworkFault(cause))
      return refused(cause instanceof Blocked ? cause.message : 'the name has no address')
    throw error
  }
}

/** What is wrong with an address before anything is looked up; undefined when nothing is. */
export function refusedUrl(text: string, allowed: ReadonlySet<string> = new Set()): string | undefined {
  if (!URL.canParse(text)) return 'the address cannot be read'
  const url = new URL(text)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'only http and https'
  if (url.username !== '' || url.password !== '') return 'no user and password in the address'
  const port = url.port || (url.protocol === 'https:' ? '443' : '80')
  if (allowed.has(`${url.hostname}:${port}`)) return undefined
  if (!PORTS.has(port)) return `port ${port} is not one of ${[...PORTS].join(', ')}`
  const bare = url.hostname.replace(/^\[|\]$/g, '')
  return isIP(bare) && !isPublic(bare) ? 'the address is not public' : undefined
}

interface Out {
  readonly agent: Agent
  readonly allowed: ReadonlySet<string>
  readonly totalMs: number
  readonly unsent: WeakSet<Error>
}

/** Follows redirects only as far as was asked, and never from https to http; each hop is judged as if it had been asked for first. */
async function follow(asked: EgressRequest, out: Out): Promise<EgressAnswer> {
  const limit = AbortSignal.timeout(out.totalMs)
  const signal = asked.signal ? AbortSignal.any([asked.signal, limit]) : limit
  let next: EgressRequest = { ...asked, signal }
  for (let left = asked.follow ?? 0; ; left--) {
    const answer = await send(next, out)
    if (answer.kind !== 'answer' || left === 0 || ![301, 302, 303, 307, 308].includes(answer.status)) return answer
    const hop = hopOf(next, answer)
    if (hop === undefined) return answer
    if (next.url.startsWith('https:') && !hop.url.startsWith('https:')) return { kind: 'blocked', reason: 'a redirect leaves https' }
    next = hop
  }
}

/** RFC 9110 §15.4: 303, and a POST that is moved, goes on as GET. Another origin gets none of the headers. */
function hopOf(from: EgressRequest, { status, headers }: Extract<EgressAnswer, { kind: 'answer' }>): EgressRequest | undefined {
  const location = headers['location']
  if (typeof location !== 'string' || !URL.canParse(location, from.url)) return undefined
  const url = new URL(location, from.url)
  const same = url.origin === new URL(from.url).origin
  const reads = status === 303 || ((status === 301 || status === 302) && from.method === 'POST')
  const { body, headers: sent, ...rest } = from
  return {
    ...rest,
    url: url.href,
    ...(reads ? { method: 'GET' } : body === undefined ? {} : { body }),
    ...(same && sent ? { headers: sent } : {}),
  }
}

async function send(asked: EgressRequest, { agent, allowed, unsent }: Out): Promise<EgressAnswer> {
  const refused = refusedUrl(asked.url, allowed)
  if (refused !== undefined) return { kind: 'blocked', reason: refused }
  try {
    const { statusCode, headers, body } = await request(asked.url, {
      dispatcher: agent,
      method: asked.method,
      headers: asked.headers ?? {},
      body: asked.body ?? null,
      signal: asked.signal ?? null,
    })
    return { kind: 'answer', status: statusCode, headers, body: await kept(body, asked.most ?? KEPT) }
  } catch (error) {
    const cause = causeOf(error)
    if (cause instanceof Blocked) return { kind: 'blocked', reason: cause.message }
    if (!isNetworkFault(cause)) throw error
    return {
      kind: 'lost',
      reason: (cause as { code?: string }).code ?? cause.name,
      sent: !unsent.has(cause) && !unsent.has(error as Error),
    }
  }
}

const causeOf = (error: unknown): Error => (error instanceof Error && error.cause instanceof Error ? error.cause : (error as Error))

/** What networks do: undici's own faults, time-outs, and errors of the system with a code. A fault of the program has none. */
const isNetworkFault = (error: unknown): boolean =>
  error instanceof errors.UndiciError ||
  (error instanceof Error && (/^(?:TimeoutError|AbortError)$/.test(error.name) || typeof (error as { code?: unknown }).code === 'string'))

async function kept(body: Dispatcher.ResponseData['body'], most: number): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk.subarray(0, most - size))
    size += chunk.length
    if (size >= most) break
  }
  return Buffer.concat(chunks).toString('utf8')
}
