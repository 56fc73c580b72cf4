import { once } from 'node:events'
import { createServer as createHttp } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { chance } from '#lib/hash.ts'

/** One message that was taken over. */
export interface Take {
  /** Message-ID of a mail, webhook-id of a webhook. */
  readonly id: string
  readonly to: string
  /** Epoch ms. */
  readonly at: number
  /** Taken, but the answer was withheld. */
  readonly silent: boolean
}

export interface Provider {
  readonly port: number
  readonly taken: readonly Take[]
  stop(): Promise<void>
}

/** Shares of recipients: taken without an answer, cut off before the message, told to come back. Each only at the first try. */
const SILENT = 0.03
const CUT = 0.03
const LATER = 0.03

type Manner = 'take' | 'silent' | 'cut' | 'later'

function mannerOf(recipient: string, seen: Set<string>): Manner {
  if (seen.has(recipient)) return 'take'
  seen.add(recipient)
  const drawn = chance('manner', recipient)
  if (drawn < SILENT) return 'silent'
  if (drawn < SILENT + CUT) return 'cut'
  return drawn < SILENT + CUT + LATER ? 'later' : 'take'
}

/** As little SMTP (RFC 5321) as takes a message, and fails as the recipient's name decides. */
export async function mailSink(): Promise<Provider> {
  const taken: Take[] = []
  const seen = new Set<string>()
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    talk(socket, { taken, seen })
  })
  return listening(server, { taken, sockets })
}

function talk(socket: Socket, { taken, seen }: { taken: Take[]; seen: Set<string> }): void {
  let text = ''
  let recipient = ''
  let manner: Manner = 'take'
  let data = false
  socket.setNoDelay(true).setEncoding('latin1')
  socket.on('error', () => socket.destroy())
  socket.write('220 sink ESMTP\r\n')
  const message = (raw: string): string | undefined => {
    if (manner === 'later') return '451 4.3.0 later\r\n'
    taken.push({ id: /^message-id:\s*(\S+)/im.exec(raw)?.[1] ?? '', to: recipient, at: Date.now(), silent: manner === 'silent' })
    return manner === 'take' ? '250 taken\r\n' : undefined
  }
  const command = (line: string): string | undefined => {
    const verb = line.slice(0, 4).toUpperCase()
    if (verb === 'RCPT') recipient = /<([^>]*)>/.exec(line)?.[1] ?? ''
    if (verb === 'DATA') {
      manner = mannerOf(recipient, seen)
      if (manner === 'cut') return undefined
      data = true
    }
    return verb === 'DATA'
      ? '354 go on\r\n'
      : verb === 'EHLO'
        ? '250-sink\r\n250 PIPELINING\r\n'
        : verb === 'QUIT'
          ? '221 bye\r\n'
          : '250 ok\r\n'
  }
  socket.on('data', (chunk) => {
    text += String(chunk)
    for (;;) {
      const end = text.indexOf(data ? '\r\n.\r\n' : '\r\n')
      if (end < 0) return
      const part = text.slice(0, end)
      text = text.slice(end + (data ? 5 : 2))
      const answer = data ? message(part) : command(part)
      if (answer === undefined) return void socket.destroy()
      if (!answer.startsWith('354')) data = false
      socket.write(answer)
    }
  })
}

/** Takes webhooks; some first tries get 503. */
export async function webhookSink(): Promise<Provider> {
  const taken: Take[] = []
  const seen = new Set<string>()
  const sockets = new Set<Socket>()
  const server = createHttp((request, response) => {
    const id = String(request.headers['webhook-id'] ?? '')
    request.resume().on('end', () => {
      if (mannerOf(id, seen) === 'later') return void response.writeHead(503, { 'retry-after': '1' }).end()
      taken.push({ id, to: '', at: Date.now(), silent: false })
      response.writeHead(200).end('ok')
    })
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
  })
  return listening(server, { taken, sockets })
}

async function listening(server: Server, { taken, sockets }: { taken: readonly Take[]; sockets: ReadonlySet<Socket> }): Promise<Provider> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    taken,
    async stop() {
      server.close()
      for (const socket of sockets) socket.destroy()
      await once(server, 'close')
    },
  }
}
