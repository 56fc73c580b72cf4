import { LRUCache } from 'lru-cache'
import { milliseconds } from '#lib/duration.ts'
import type { Json } from '#lib/json.ts'
import type { Egress } from '#platform/egress.ts'
import { answerOf, type Connected } from '../connected.ts'

/** Asks for connected data; undefined: there is no answer that could be used. */
export type Connect = (ask: {
  readonly ws: string
  readonly url: string
  readonly of: Connected
}) => Promise<{ readonly value: Json } | undefined>

interface ConnectParts {
  readonly egress: Egress
  /** A secret's value, for this host and port only. */
  readonly secret: (workspace: string, name: string, target: string) => Promise<string | undefined>
  /** Real milliseconds. */
  readonly real: () => number
}

/** `host:port` of an address. */
export function targetOf(address: string): string {
  const { hostname, protocol, port } = new URL(address)
  return `${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`
}

/** How long the lack of an answer is remembered (ms): a service that is down is not asked once for each message. */
const MISSED_MS = 5_000
const REMEMBERED = 5_000

/** Through the guarded way out, once for everybody who asks for the same at the same time. */
export function connect({ egress, secret, real }: ConnectParts): Connect {
  const known = new LRUCache<string, { readonly until: number; readonly answer: ReturnType<Connect> }>({ max: REMEMBERED })
  const ask = async (ws: string, url: string, of: Connected): ReturnType<Connect> => {
    const headers: Record<string, string> = { accept: 'application/json' }
    for (const [name, value] of Object.entries(of.headers)) {
      const text = typeof value === 'string' ? value : await secret(ws, value.secret, targetOf(url))
      if (text === undefined) return undefined
      headers[name.toLowerCase()] = typeof value === 'string' ? text : `${value.prefix}${text}`
    }
    const answer = await egress.send({ method: 'GET', url, headers, signal: AbortSignal.timeout(milliseconds(of.timeout)!) })
    return answer.kind === 'answer' && answer.status === 200 ? answerOf(answer.body) : undefined
  }
  return ({ ws, url, of }) => {
    const key = JSON.stringify([ws, url, of.headers])
    const held = known.get(key)
    if (held && held.until > real()) return held.answer
    const answer = ask(ws, url, of)
    const until = real() + Math.max(milliseconds(of.cache)!, 1)
    known.set(key, { until, answer })
    const forget = (): void => {
      if (known.get(key)?.answer === answer) known.set(key, { until: Math.min(until, real() + MISSED_MS), answer })
    }
    answer.then(
      (found) => found === undefined && forget(),
      () => known.delete(key),
    )
    return answer
  }
}
