import { createPrivateKey, type KeyObject } from 'node:crypto'
import { Readable } from 'node:stream'
import SMTPPool from 'nodemailer/lib/smtp-pool'
import type { Channel, Handover, PreparedEmail, Signing } from '../channel.ts'
import { dkimSignature } from './dkim.ts'

export interface SmtpOptions {
  /** `smtp://user:pass@host:port`, `smtps://…`. */
  readonly url: string
  /** Connections at once. */
  readonly connections?: number
  /** PEM text of a DKIM key by its secret name; undefined when it is not there. */
  readonly dkimKey: (workspace: string, name: string) => Promise<string | undefined>
  /** The name that its certificate must bear, where `url` holds an address. */
  readonly servername?: string
  /** Left out: STARTTLS where the server offers it. */
  readonly security?: 'tls' | 'starttls' | 'none'
  /** Time-outs in ms: to connect and greet, and without a word from the server. */
  readonly connectMs?: number
  readonly silenceMs?: number
}

/**
 * Hands over by SMTP through nodemailer's connection pool. The message is made already (`mime.ts`), so the pool only carries bytes:
 * a sixth of the processor time of `sendMail`. Whether the whole message was read tells a lost answer from a message that never left.
 */
export function smtpChannel(options: SmtpOptions): Channel<PreparedEmail> {
  const connections = options.connections ?? 10
  // The pool serves in the order of asking: without connections of their own, receipts would stand behind a campaign.
  const urgent = Math.max(1, Math.floor(connections / 5))
  const pools = { transactional: poolOf(options, urgent), marketing: poolOf(options, Math.max(1, connections - urgent)) }
  const keys = new Map<string, Promise<KeyObject>>()
  const keyOf = (signing: Signing): Promise<KeyObject> => {
    const name = `${signing.workspace}/${signing.key}`
    const known = keys.get(name) ?? loadKey(signing, options.dkimKey)
    keys.set(name, known)
    known.catch(() => keys.delete(name))
    return known
  }
  return {
    kind: 'email',
    async send(prepared) {
      const bytes = await signedBytes(prepared, keyOf)
      return bytes === undefined
        ? { kind: 'retry', reason: 'dkim_key_missing', provider: false }
        : deliver(pools[prepared.lane], prepared, bytes)
    },
    async close() {
      for (const pool of Object.values(pools)) pool.close()
    },
  }
}

const poolOf = ({ url, servername, security, connectMs = 10_000, silenceMs = 60_000 }: SmtpOptions, maxConnections: number): SMTPPool =>
  new SMTPPool({
    url,
    ...(servername === undefined ? {} : { tls: { servername } }),
    ...(security === 'starttls' && { requireTLS: true }),
    ...(security === 'none' && { ignoreTLS: true }),
    maxConnections,
    maxMessages: 1_000,
    maxRequeues: 2,
    connectionTimeout: connectMs,
    greetingTimeout: connectMs,
    socketTimeout: silenceMs,
  })

class KeyMissing extends Error {
  override readonly name = 'KeyMissing'
}

async function loadKey({ workspace, key }: Signing, dkimKey: SmtpOptions['dkimKey']): Promise<KeyObject> {
  const pem = await dkimKey(workspace, key)
  if (pem === undefined) throw new KeyMissing(`There is no DKIM key called ${key}`)
  return createPrivateKey(pem)
}

/** Undefined when the sender signs and its key is not there: unsigned mail would harm the sender's name. */
async function signedBytes(
  { message, signing }: PreparedEmail,
  keyOf: (signing: Signing) => Promise<KeyObject>,
): Promise<Uint8Array | undefined> {
  if (!signing) return message
  try {
    const header = await dkimSignature(Buffer.from(message).toString('latin1'), { ...signing, key: await keyOf(signing) })
    return Buffer.concat([Buffer.from(`${header}\r\n`, 'latin1'), message])
  } catch (error) {
    if (error instanceof KeyMissing) return undefined
    throw error
  }
}

/** The message as a stream that knows how far it was read. */
class Progress extends Readable {
  #rest: Uint8Array
  begun = false
  done = false
  constructor(bytes: Uint8Array) {
    super({ highWaterMark: 16_384 })
    this.#rest = bytes
  }
  override _read(): void {
    this.begun = true
    if (this.#rest.length === 0) {
      this.done = true
      this.push(null)
      return
    }
    this.push(this.#rest.subarray(0, 16_384))
    this.#rest = this.#rest.subarray(16_384)
  }
}

function deliver(pool: SMTPPool, { envelope, messageId }: PreparedEmail, bytes: Uint8Array): Promise<Handover> {
  let progress: Progress | undefined
  const message = {
    getEnvelope: () => ({ from: envelope.from, to: [envelope.to] }),
    messageId: () => messageId,
    getHeader: () => messageId,
    // Asked for again when the pool found a connection dead before the first byte.
    createReadStream: () => (progress = new Progress(bytes)),
  }
  return new Promise((resolve) => {
    pool.send({ data: {}, message } as unknown as Parameters<SMTPPool['send']>[0], (error, info) => {
      resolve(
        error
          ? handoverOf(error, progress?.done === true)
          : { kind: 'sent', providerId: (info?.serverMessageId ?? info?.response ?? '').slice(0, 200) },
      )
    })
  })
}

interface SmtpFault {
  readonly code?: string
  readonly command?: string
  readonly responseCode?: number
  readonly response?: string
}

/** What an SMTP fault means (RFC 5321 §4.2, enhanced codes of RFC 3463). `read`: the whole message had been taken. */
export function handoverOf(fault: SmtpFault, read: boolean): Handover {
  const { responseCode: status, response = '' } = fault
  // Without an answer nobody can tell whether a message that left was taken.
  if (status === undefined || status < 400)
    return read
      ? { kind: 'ambiguous', reason: 'smtp_no_answer' }
      : { kind: 'retry', reason: `smtp_${(fault.code ?? 'lost').toLowerCase()}`, provider: true }
  const enhanced = /\b([45]\.\d{1,3}\.\d{1,3})\b/.exec(response)?.[1]
  const reason = `smtp_${enhanced ?? status}`
  if (status < 500) return { kind: 'retry', reason, provider: fault.command !== 'RCPT TO' || status === 421 }
  if (fault.command === 'RCPT TO') return { kind: 'failed', reason, address: isBadAddress(status, enhanced) }
  if (fault.command === 'DATA' || read)
    return { kind: 'failed', reason, address: enhanced?.startsWith('5.1.') === true && enhanced !== '5.1.8' }
  // Refused before the recipient was named: something is wrong with us (login, sender, limits), and the next message fares no better.
  return { kind: 'retry', reason, provider: true }
}

/** 5.1.1–5.1.3, 5.1.6, 5.1.10 say that the mailbox is not there; policy (5.7.x) and full boxes (5.2.x) do not. */
const isBadAddress = (status: number, enhanced: string | undefined): boolean =>
  enhanced === undefined ? status === 550 || status === 551 || status === 553 : /^5\.1\.(?:[1236]|10)$/.test(enhanced)
