import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One request as it came. */
export interface Asked {
  readonly method: string
  /** Path and query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** What to answer: `drop` closes the line when all has been read; `hang` never answers. */
export type Answering =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  | 'drop'
  | 'hang'

export interface StandIn {
  readonly url: string
  readonly port: number
  readonly asked: Asked[]
  stop(): Promise<void>
}

/** A server on loopback that stands for a third party. What it says is self-made from the party's documents; each test names them. */
export async function standIn(answer: (asked: Asked, count: number) => Answering): Promise<StandIn> {
  const asked: Asked[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const one = {
        method: request.method!,
        path: request.url!,
        headers: request.headers as Record<string, string>,
        body: Buffer.concat(chunks).toString('utf8'),
      }
      asked.push(one)
      const said = answer(one, asked.length)
      if (said === 'drop') request.socket.destroy()
      else if (said !== 'hang') response.writeHead(said.status, said.headers).end(said.body ?? '')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    asked,
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
