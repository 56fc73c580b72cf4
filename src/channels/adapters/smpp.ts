import * as library from 'smpp'
import { z } from 'zod'
import { isRefusal } from '#lib/problem.ts'
import type { Channel, Handover, PreparedSms } from '../channel.ts'
import { type Connection, provider, type Received, type Tools } from '../provider.ts'
import { smsParts } from '../sms-length.ts'
import { deliveryReceipt, type Pdu, type Session, textOfPdu } from './smpp-pdu.ts'

const Settings = z.strictObject({
  host: z.string().min(1).max(253),
  port: z.int().min(1).max(65_535).default(2775),
  tls: z.boolean().default(false),
  systemId: z.string().min(1).max(15),
  systemType: z.string().max(12).default(''),
  /** Number in E.164, short code, or name of up to 11 letters and digits. */
  from: z.string().regex(/^(?:\+[1-9]\d{6,14}|\d{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11})$/),
  /** Messages that may wait for their answer at once. */
  window: z.int().min(1).max(500).default(20),
})
type Settings = z.output<typeof Settings>

/** SMPP 3.4 (https://smpp.org/SMPP_v3_4_Issue1_2.pdf) as an ESME that is bound as transceiver: one session, which also hears receipts and texts. */
export const smpp = provider<Settings, PreparedSms>({
  type: 'smpp',
  channel: 'sms',
  does: 'Text messages by an SMS centre that speaks SMPP 3.4',
  settings: Settings as z.ZodType<Settings>,
  secrets: { password: 'Password of the system ID; at most 8 characters' },
  idempotent: false,
  standing: true,
  connect: (connection, tools) => new SmppChannel(connection, tools),
})

/** esm_class of a message whose text begins with a header that says which part it is. */
const HAS_HEADER = 0x40
const ANSWER_MS = 15_000
const ENQUIRE_MS = 30_000
/** Between attempts to bind while nothing is sent. */
const REBIND_MS = 5_000

class SmppChannel implements Channel<PreparedSms> {
  readonly kind = 'sms'
  readonly #connection: Connection<Settings>
  readonly #tools: Tools
  #session: Promise<Session | string> | undefined
  #waiting = 0
  #places = Promise.withResolvers<void>()
  #reference = 0
  #closed = false
  #rebind: NodeJS.Timeout | undefined

  constructor(connection: Connection<Settings>, tools: Tools) {
    this.#connection = connection
    this.#tools = tools
    void this.#bound()
  }

  async send({ to, text }: PreparedSms, signal: AbortSignal): Promise<Handover> {
    while (this.#waiting >= this.#connection.settings.window) await this.#places.promise
    this.#waiting++
    try {
      const session = await this.#bound()
      if (typeof session === 'string') return { kind: 'retry', reason: session, provider: true }
      return await this.#submit(session, { to, text, signal })
    } finally {
      this.#waiting--
      this.#places.resolve()
      this.#places = Promise.withResolvers()
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#rebind)
    const session = await this.#session
    if (session === undefined || typeof session === 'string') return
    await asked(session, { command: 'unbind', fields: {} })
    session.destroy()
  }

  /** All parts or, after the first that is not taken, no further one: parts that were taken make it ambiguous. */
  async #submit(session: Session, { to, text, signal }: { to: string; text: string; signal: AbortSignal }): Promise<Handover> {
    const { encoding, parts } = smsParts(text)
    const reference = this.#reference++ & 0xff
    let providerId = ''
    for (const [i, part] of parts.entries()) {
      const header = parts.length === 1 ? null : [5, 0, 3, reference, parts.length, i + 1]
      const fields = {
        ...this.#addresses(to),
        registered_delivery: i === parts.length - 1 ? 1 : 0,
        data_coding: encoding === 'gsm-7' ? 0 : 8,
        short_message: payloadOf({ part, encoding, header }),
        ...(header ? { esm_class: HAS_HEADER } : {}),
      }
      const answer = await asked(session, { command: 'submit_sm', fields, signal })
      const failed = refusedBy(answer)
      if (failed) return i === 0 ? failed : { kind: 'ambiguous', reason: 'smpp_partly_sent' }
      // The last part is the one whose receipt is asked for.
      providerId = String((answer as Pdu).message_id ?? '')
    }
    return { kind: 'sent', providerId, units: parts.length, props: { segments: parts.length, encoding } }
  }

  #addresses(to: string) {
    const { from } = this.#connection.settings
    const [ton, npi] = from.startsWith('+') ? [1, 1] : /^\d+$/.test(from) ? [3, 0] : [5, 0]
    return {
      source_addr_ton: ton,
      source_addr_npi: npi,
      source_addr: from.replace(/^\+/, ''),
      dest_addr_ton: 1,
      dest_addr_npi: 1,
      destination_addr: to.slice(1),
    }
  }

  /** The session, or why there is none. One attempt serves all who wait for it. */
  #bound(): Promise<Session | string> {
    this.#session ??= this.#bind().then((session) => {
      if (typeof session === 'string') this.#lost()
      return session
    })
    return this.#session
  }

  #lost(): void {
    this.#session = undefined
    if (this.#closed || this.#rebind) return
    this.#rebind = setTimeout(() => {
      this.#rebind = undefined
      if (!this.#closed) void this.#bound()
    }, REBIND_MS).unref()
  }

  async #bind(): Promise<Session | string> {
    const { host, port, tls, systemId, systemType } = this.#connection.settings
    const password = await this.#connection.secret('password')
    if (password === undefined) return 'smpp_secret_missing'
    const target = await this.#tools.vetted(host, port)
    if (isRefusal(target)) return 'smpp_blocked'
    const session = library.connect({
      host: target.address,
      port: target.port,
      tls,
      ...(tls ? { servername: host } : {}),
      auto_enquire_link_period: ENQUIRE_MS,
    })
    // Said of every fault of the line; `close` follows, and what waits for an answer runs into its limit.
    session.on('error', () => session.destroy())
    session.on('close', () => this.#lost())
    session.on('pdu', (pdu) => void this.#heard(session, pdu))
    if (!(await connected(session, tls))) return 'smpp_no_connection'
    const fields = { system_id: systemId, password, system_type: systemType, interface_version: 0x34 }
    const answer = await asked(session, { command: 'bind_transceiver', fields })
    if (typeof answer === 'object' && answer.command_status === 0) return session
    session.destroy()
    return typeof answer === 'object' ? `smpp_bind_0x${answer.command_status.toString(16)}` : 'smpp_no_connection'
  }

  /** Answered only when it is durable: an SMS centre repeats what is not. */
  async #heard(session: Session, pdu: Pdu): Promise<void> {
    if (pdu.command === 'enquire_link' || pdu.command === 'unbind') return void session.send(pdu.response())
    if (pdu.command !== 'deliver_sm') return
    try {
      await this.#tools.told(receivedOf(pdu, this.#tools.now()))
      session.send(pdu.response())
    } catch {
      session.send(pdu.response({ command_status: ESME_RX_T_APPN }))
    }
  }
}

/** “Temporary application error”: send it again. */
const ESME_RX_T_APPN = 0x64

function receivedOf(pdu: Pdu, now: number): Received {
  const receipt = deliveryReceipt(pdu, now)
  if (receipt) return { receipts: [receipt], inbound: [] }
  if ((pdu.esm_class & 0x3c) !== 0) return { receipts: [], inbound: [] }
  const text = textOfPdu(pdu)
  const from = pdu.source_addr.startsWith('+') ? pdu.source_addr : `+${pdu.source_addr}`
  // An SMS centre gives a text no id: the same text of the same number within a minute is a repeat.
  const id = `${from} ${Math.floor(now / 60_000)} ${text}`
  return { receipts: [], inbound: [{ channel: 'sms', from, to: pdu.destination_addr, text, id, at: now }] }
}

/** SMPP 3.4 §5.1.3: message queue full, throttled, try again later; system error. */
const BUSY = new Set([0x14, 0x58, 0x64, 0x08])
/** Not bound, wrong password, sender not allowed: ours. */
const OURS = new Set([0x04, 0x05, 0x0d, 0x0e, 0x0f])
/** Wrong number, wrong kind of number. */
const NO_ADDRESS = new Set([0x0b, 0x50, 0x51])

function refusedBy(answer: Pdu | 'unsent' | 'lost'): Handover | null {
  if (answer === 'lost') return { kind: 'ambiguous', reason: 'smpp_no_answer' }
  if (answer === 'unsent') return { kind: 'retry', reason: 'smpp_no_connection', provider: true }
  const { command_status: status } = answer
  if (status === 0) return null
  const reason = `smpp_0x${status.toString(16).padStart(2, '0')}`
  if (BUSY.has(status) || OURS.has(status)) return { kind: 'retry', reason, provider: true }
  return { kind: 'failed', reason, address: NO_ADDRESS.has(status) }
}

function payloadOf({
  part,
  encoding,
  header,
}: {
  part: readonly number[]
  encoding: 'gsm-7' | 'ucs-2'
  header: readonly number[] | null
}): Buffer {
  const body = encoding === 'gsm-7' ? part : part.flatMap((unit) => [unit >> 8, unit & 0xff])
  return Buffer.from([...(header ?? []), ...body])
}

/** Whether the line stands; a fault of it is told by `error`, and ends it. */
async function connected(session: Session, tls: boolean): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const limit = setTimeout(() => session.destroy(), ANSWER_MS)
  session.once(tls ? 'secureConnect' : 'connect', () => resolve(true))
  session.once('close', () => resolve(false))
  return promise.finally(() => clearTimeout(limit))
}

interface Asking {
  readonly command: 'bind_transceiver' | 'submit_sm' | 'unbind'
  readonly fields: object
  readonly signal?: AbortSignal
}

/** The answer to a request; `unsent`: it did not leave; `lost`: none came in time, or the line broke. */
function asked(session: Session, { command, fields, signal }: Asking): Promise<Pdu | 'unsent' | 'lost'> {
  const { promise, resolve } = Promise.withResolvers<Pdu | 'unsent' | 'lost'>()
  const lost = (): void => resolve('lost')
  const limit = setTimeout(lost, ANSWER_MS)
  session.once('close', lost)
  signal?.addEventListener('abort', lost, { once: true })
  if (!session[command]!(fields, resolve)) resolve('unsent')
  return promise.finally(() => {
    clearTimeout(limit)
    session.off('close', lost)
    signal?.removeEventListener('abort', lost)
  })
}
