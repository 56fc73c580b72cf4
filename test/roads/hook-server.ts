import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One request as the receiver got it. */
export interface Received {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
  /** By the story's clock, epoch ms. */
  readonly at: number
}

/** How the receiver answers: a status, or nothing at all (`hang-up`). */
export type Manner =
  | { readonly status: number; readonly retryAfter?: number; readonly slowMs?: number; readonly type?: string; readonly body?: string }
  | 'hang-up'

export interface HookServer {
  readonly host: string
  readonly received: Received[]
  /** What a path answers, call by call; the last one stays. Paths that are not named answer 200. */
  readonly manners: Map<string, Manner[]>
  now: () => number
  stop(): Promise<void>
}

/** A receiver of webhooks on loopback that behaves as it is told. */
export async function hookServer(): Promise<HookServer> {
  const received: Received[] = []
  const manners = new Map<string, Manner[]>()
  const hooks = { now: () => 0 }
  const next = (path: string): Manner => {
    const list = manners.get(path) ?? []
    return (list.length > 1 ? list.shift() : list[0]) ?? { status: 200 }
  }
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const path = request.url ?? ''
      received.push({
        method: request.method ?? '',
        path,
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
        at: hooks.now(),
      })
      const manner = next(path)
      if (manner === 'hang-up') return void request.socket.destroy()
      const { type, body = '{}' } = manner
      const headers = {
        ...(manner.retryAfter === undefined ? {} : { 'retry-after': String(manner.retryAfter) }),
        ...(type === undefined ? {} : { 'content-type': type }),
      }
      setTimeout(() => response.writeHead(manner.status, headers).end(body), manner.slowMs ?? 0)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    manners,
    get now() {
      return hooks.now
    },
    set now(value) {
      hooks.now = value
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
