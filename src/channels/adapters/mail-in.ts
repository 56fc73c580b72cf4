import type { AddressInfo } from 'node:net'
import type { Readable } from 'node:stream'
import { SMTPServer } from 'smtp-server'
import { type Bucket, refilled, taken } from '../bucket.ts'

/** A mail that came in: bytes in Latin 1, and the local parts of the addresses that it was meant for. */
export interface CameIn {
  readonly source: string
  readonly locals: readonly string[]
}

export interface MailInParts {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  /** Whether something is taken for this local part: nothing else gets past RCPT. */
  readonly known: (local: string) => boolean
  /** Resolves when what it says is durable. Throws: the sender keeps the mail and tries again. */
  readonly take: (mail: CameIn) => Promise<void>
  readonly onError: (error: Error) => void
  /** Mails a second from one address of the network; left out: 100. */
  readonly perSecond?: number
}

export interface MailIn {
  readonly port: number
  stop(): Promise<void>
}

/** Octets: a report holds the headers of a mail, or all of it. */
const LARGEST = 1_048_576
const CONNECTIONS = 100
const RECIPIENTS = 20
const SILENCE_MS = 60_000
const MOST_PEERS = 10_000

/**
 * Takes mail for return addresses, and for nothing else: it relays nothing, knows nobody and never answers by mail. No STARTTLS: it
 * stands behind the mail server of the bounce domain.
 */
export async function startMailIn(parts: MailInParts): Promise<MailIn> {
  const mayPass = limiter(parts.perSecond ?? 100)
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    size: LARGEST,
    maxClients: CONNECTIONS,
    disableReverseLookup: true,
    socketTimeout: SILENCE_MS,
    closeTimeout: 1_000,
    banner: 'bounces and complaints only',
    onMailFrom(_address, { remoteAddress }, done) {
      done(mayPass(remoteAddress) ? null : fault(451, '4.7.0 Too much at once, come back later'))
    },
    onRcptTo({ address }, { envelope }, done) {
      if (envelope.rcptTo.length >= RECIPIENTS) return done(fault(452, '4.5.3 Too many recipients'))
      done(parts.known(localOf(address)) ? null : fault(550, '5.1.1 Nobody reads this address'))
    },
    onData(stream, { envelope }, done) {
      const locals = envelope.rcptTo.map(({ address }) => localOf(address))
      readAll(stream)
        .then((source) => (source === undefined ? fault(552, '5.3.4 Larger than 1 MiB') : parts.take({ source, locals }).then(() => null)))
        .then(done, (error: Error) => {
          parts.onError(error)
          done(fault(451, '4.3.0 It cannot be stored now'))
        })
    },
  })
  server.on('error', parts.onError)
  await listening(server, parts)
  return {
    port: (server.server.address() as AddressInfo).port,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

/** A connection that breaks is its sender's business; an address that is taken is ours. */
function listening(server: SMTPServer, { host, port }: MailInParts): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.server.once('error', reject)
  server.listen(port, host, () => resolve())
  return promise
}

const fault = (responseCode: number, text: string): Error => Object.assign(new Error(text), { responseCode })
const localOf = (address: string): string => address.slice(0, Math.max(0, address.lastIndexOf('@')))

/** Undefined when it is too large; it is read to its end all the same, as SMTP wants it. */
async function readAll(stream: Readable & { readonly sizeExceeded?: boolean }): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= LARGEST) chunks.push(chunk)
  }
  return size > LARGEST || stream.sizeExceeded ? undefined : Buffer.concat(chunks).toString('latin1')
}

function limiter(perSecond: number): (peer: string) => boolean {
  const buckets = new Map<string, Bucket>()
  return (peer) => {
    const now = performance.now()
    if (buckets.size >= MOST_PEERS) buckets.clear()
    const bucket = refilled(buckets.get(peer) ?? { tokens: perSecond, at: now }, perSecond, now)
    buckets.set(peer, bucket.tokens >= 1 ? taken(bucket, 1) : bucket)
    return bucket.tokens >= 1
  }
}
