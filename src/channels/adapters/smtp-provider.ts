import { z } from 'zod'
import { isRefusal } from '#lib/problem.ts'
import type { Channel, Handover, PreparedEmail } from '../channel.ts'
import { type Connection, provider, type Tools } from '../provider.ts'
import { smtpChannel } from './smtp.ts'

const Settings = z
  .strictObject({
    host: z
      .string()
      .regex(/^(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?)$/, 'write a host name such as smtp.example.com'),
    port: z.int().min(1).max(65_535).default(587),
    /** `tls` from the first byte (port 465), `starttls` before anything is said (587), `none` inside one's own network. */
    security: z.enum(['tls', 'starttls', 'none']).default('starttls'),
    /** Left out: the server asks for no name. */
    user: z.string().min(1).max(320).optional(),
    connections: z.int().min(1).max(50).default(10),
  })
  .refine(({ security, user }) => security !== 'none' || user === undefined, {
    path: ['security'],
    message: 'a password is never sent without encryption: use tls or starttls',
  })
type Settings = z.output<typeof Settings>

/** A name is looked up and judged again after this long (ms). */
const VET_MS = 30_000

/** A workspace's own mail server. */
export const smtp = provider<Settings, PreparedEmail>({
  type: 'smtp',
  channel: 'email',
  does: 'Mail by any SMTP server',
  settings: Settings as z.ZodType<Settings>,
  secrets: { password: 'Password of the user' },
  idempotent: false,
  connect: (connection, tools) => new OwnSmtp(connection, tools),
})

/** Connects to the address that was judged, never to one that the name has come to mean since. */
class OwnSmtp implements Channel<PreparedEmail> {
  readonly kind = 'email'
  readonly #connection: Connection<Settings>
  readonly #tools: Tools
  #way: { readonly place: string; readonly channel: Channel<PreparedEmail> } | undefined
  #vetted: { readonly until: number; readonly address: string } | undefined

  constructor(connection: Connection<Settings>, tools: Tools) {
    this.#connection = connection
    this.#tools = tools
  }

  async send(prepared: PreparedEmail, signal: AbortSignal): Promise<Handover> {
    const way = await this.#open()
    return 'send' in way ? way.send(prepared, signal) : way
  }

  async close(): Promise<void> {
    await this.#way?.channel.close()
  }

  async #open(): Promise<Channel<PreparedEmail> | Handover> {
    const { settings } = this.#connection
    const password = settings.user === undefined ? '' : await this.#connection.secret('password')
    if (password === undefined) return { kind: 'retry', reason: 'smtp_secret_missing', provider: true }
    const address = await this.#address()
    if (address === undefined) return { kind: 'retry', reason: 'smtp_blocked', provider: true }
    const place = `${address} ${password}`
    if (this.#way?.place === place) return this.#way.channel
    // What is on its way over the old one is finished there.
    void this.#way?.channel.close()
    this.#way = { place, channel: this.#channelTo(address, password) }
    return this.#way.channel
  }

  async #address(): Promise<string | undefined> {
    const { host, port } = this.#connection.settings
    if (this.#vetted && performance.now() < this.#vetted.until) return this.#vetted.address
    const found = await this.#tools.vetted(host.replace(/^\[|\]$/g, ''), port)
    if (isRefusal(found)) return undefined
    this.#vetted = { until: performance.now() + VET_MS, address: found.address }
    return found.address
  }

  #channelTo(address: string, password: string): Channel<PreparedEmail> {
    const { host, port, security, user, connections } = this.#connection.settings
    const login = user === undefined ? '' : `${encodeURIComponent(user)}:${encodeURIComponent(password)}@`
    const where = address.includes(':') ? `[${address}]` : address
    return smtpChannel({
      url: `${security === 'tls' ? 'smtps' : 'smtp'}://${login}${where}:${port}`,
      servername: host,
      security,
      connections,
      dkimKey: async (_workspace, name) => this.#tools.signingKey?.(name),
    })
  }
}
