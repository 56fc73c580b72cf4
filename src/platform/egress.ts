import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { Agent, buildConnector, type Dispatcher, errors, request } from 'undici'

/** A request to somewhere else. */
export interface EgressRequest {
  readonly url: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal?: AbortSignal
}

/** `blocked`: not asked, because the target is not public. `lost`: no (whole) answer came. */
export type EgressAnswer =
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly headers: Readonly<Record<string, string | string[] | undefined>>
      readonly body: string
    }
  | { readonly kind: 'blocked'; readonly reason: string }
  | { readonly kind: 'lost'; readonly reason: string }

/** The one way out over HTTP for everything that people configure (webhooks, fetched addresses). */
export interface Egress {
  send(request: EgressRequest): Promise<EgressAnswer>
  close(): Promise<void>
}

export interface EgressOptions {
  /** `host:port` that may be reached although private or on another port; said by the operator (ALLOW_PRIVATE_EGRESS). */
  readonly allowPrivate?: readonly string[]
  /** All addresses of a name. */
  readonly resolve?: (hostname: string) => Promise<readonly string[]>
  readonly connectMs?: number
  readonly totalMs?: number
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

/** No redirects are followed, nothing is retried, and the vetted address is the one that is connected to. */
export function egress({ allowPrivate = [], resolve = resolveAll, connectMs = 5_000, totalMs = 15_000 }: EgressOptions = {}): Egress {
  const allowed = new Set(allowPrivate.map((entry) => entry.toLowerCase()))
  const connector = buildConnector({ timeout: connectMs })
  const connect: buildConnector.connector = (options, callback) => {
    vetted(options, { allowed, resolve }).then(
      (address) =>
        connector(
          {
            ...options,
            hostname: address,
            servername: options.servername || (isIP(options.hostname) ? undefined : options.hostname),
          } as buildConnector.Options,
          callback,
        ),
      (error: Error) => callback(error, null),
    )
  }
  const agent = new Agent({
    connect,
    headersTimeout: totalMs,
    bodyTimeout: totalMs,
    maxRedirections: 0,
    pipelining: 1,
    keepAliveTimeout: 4_000,
  } as Agent.Options)
  return { send: (asked) => send(asked, { agent, allowed, totalMs }), close: () => agent.close() }
}

/** The address to connect to: a literal is judged itself, a name by every one of its addresses. */
async function vetted(
  { hostname, port }: buildConnector.Options,
  { allowed, resolve }: { allowed: ReadonlySet<string>; resolve: NonNullable<EgressOptions['resolve']> },
): Promise<string> {
  const bare = hostname.replace(/^\[|\]$/g, '')
  const addresses = isIP(bare) ? [bare] : await resolve(bare)
  if (addresses.length === 0) throw new Blocked('the name has no address')
  if (!allowed.has(`${hostname}:${port}`) && !addresses.every(isPublic)) throw new Blocked('the address is not public')
  return addresses[0]!
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

async function send(
  asked: EgressRequest,
  { agent, allowed, totalMs }: { agent: Agent; allowed: ReadonlySet<string>; totalMs: number },
): Promise<EgressAnswer> {
  const refused = refusedUrl(asked.url, allowed)
  if (refused !== undefined) return { kind: 'blocked', reason: refused }
  const limit = AbortSignal.timeout(totalMs)
  const signal = asked.signal ? AbortSignal.any([asked.signal, limit]) : limit
  try {
    const { statusCode, headers, body } = await request(asked.url, {
      dispatcher: agent,
      method: asked.method,
      headers: asked.headers ?? {},
      body: asked.body ?? null,
      signal,
    })
    return { kind: 'answer', status: statusCode, headers, body: await kept(body) }
  } catch (error) {
    const cause = causeOf(error)
    if (cause instanceof Blocked) return { kind: 'blocked', reason: cause.message }
    if (!isNetworkFault(cause)) throw error
    return { kind: 'lost', reason: (cause as { code?: string }).code ?? cause.name }
  }
}

const causeOf = (error: unknown): Error => (error instanceof Error && error.cause instanceof Error ? error.cause : (error as Error))

/** What networks do: undici's own faults, time-outs, and errors of the system with a code. A fault of the program has none. */
const isNetworkFault = (error: unknown): boolean =>
  error instanceof errors.UndiciError ||
  (error instanceof Error && (/^(?:TimeoutError|AbortError)$/.test(error.name) || typeof (error as { code?: unknown }).code === 'string'))

async function kept(body: Dispatcher.ResponseData['body']): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk.subarray(0, KEPT - size))
    size += chunk.length
    if (size >= KEPT) break
  }
  return Buffer.concat(chunks).toString('utf8')
}
