import { once } from 'node:events'
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What happens to a POST: it passes; it is answered here and never arrives; it arrives and its answer is lost on the way back. */
export type Fault = 'pass' | 'lose-answer' | { readonly status: 429 | 500 | 503; readonly retryAfter?: number }

export interface FaultyProxy {
  readonly url: string
  /** Faults of the next POSTs, in order; when they are used up all pass. */
  readonly faults: Fault[]
  readonly seen: { readonly method: string; readonly path: string; readonly fault: Fault; readonly retry: string; readonly at: number }[]
  stop(): Promise<void>
}

/** Stands between a client and the server and does what networks and overloaded servers do. */
export async function faultyProxy(target: () => string): Promise<FaultyProxy> {
  const faults: Fault[] = []
  const seen: FaultyProxy['seen'] = []
  const server = createServer((request, response) => {
    const fault: Fault = request.method === 'POST' ? (faults.shift() ?? 'pass') : 'pass'
    const retry = String(request.headers['x-retry-count'] ?? '')
    seen.push({ method: request.method ?? '', path: request.url ?? '', fault, retry, at: performance.now() })
    if (typeof fault === 'object') refuse(request, response, fault)
    else pass(request, response, { target: target(), lose: fault === 'lose-answer' })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    faults,
    seen,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function refuse(request: IncomingMessage, response: ServerResponse, { status, retryAfter }: Exclude<Fault, string>): void {
  const headers = {
    ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
    ...(request.headers.origin ? { 'access-control-allow-origin': '*', 'access-control-expose-headers': 'retry-after' } : {}),
  }
  request.resume()
  request.on('end', () => response.writeHead(status, headers).end('{}'))
}

function pass(request: IncomingMessage, response: ServerResponse, { target, lose }: { target: string; lose: boolean }): void {
  const { hostname, port } = new URL(target)
  const onward = forward({ hostname, port, method: request.method, path: request.url, headers: request.headers }, (answer) => {
    if (!lose) {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
      return
    }
    // The server has committed and answered; nobody hears it.
    answer.resume()
    answer.on('end', () => request.socket.destroy())
  })
  onward.on('error', () => request.socket.destroy())
  request.pipe(onward)
}
