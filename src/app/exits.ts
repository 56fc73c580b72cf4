import type { Logger } from 'pino'
import { PROVIDERS } from '#channels/adapters/providers.ts'
import { type Breaker, CLOSED, permits } from '#channels/breaker.ts'
import { type Bucket, refilled } from '#channels/bucket.ts'
import type { Channel } from '#channels/channel.ts'
import type { Connection, ProviderType, Received, Tools } from '#channels/provider.ts'
import { ProviderDocument, targetOf } from '#channels/provider-document.ts'
import { giveBack, noteState, reserve } from '#channels/provider-store.ts'
import { type Standing, usable } from '#channels/route.ts'
import { allowance, dayOf, nextDay } from '#channels/warm-up.ts'
import { canonical, type Json } from '#lib/json.ts'
import { type Definition, latestRevision, liveOfKind } from '#platform/documents.ts'
import type { Queryable } from '#platform/log.ts'

/** Who asks for a secret, and where it would go. */
export interface SecretAsked {
  readonly workspace: string
  readonly name: string
  readonly target: string
}

export interface ExitsParts {
  readonly db: Queryable
  /** Left out: those of `channels/providers.ts`. */
  readonly types?: ReadonlyMap<string, ProviderType>
  readonly tools: Omit<Tools, 'told' | 'now' | 'signingKey'>
  /** Undefined: it is not kept, or belongs to another place. */
  readonly secret: (asked: SecretAsked) => Promise<string | undefined>
  /** What a provider said by itself. */
  readonly told: (from: { readonly ws: string; readonly id: string }, received: Received) => Promise<void>
  /** PUBLIC_URL. */
  readonly publicUrl: () => string
  /** How many processes deliver. */
  readonly among: () => number
  readonly now: () => number
  readonly real: () => number
  readonly logger: Logger
}

/** Messages of one provider in flight at once in this process, and how many of these may be marketing. */
export const AT_ONCE = { all: 64, bulk: 56 }
/** Taken out of a day's allowance at once; what a crash loses of it is missing that day. */
const STASH = AT_ONCE.bulk
/** Documents are looked at again after this long (ms, real). */
const LOOK_MS = 1_000
/** Errors of one provider are noted at most this often (ms, real). */
const NOTE_MS = 1_000

/** One provider of one workspace, and how it is in this process. */
export class Exit {
  readonly ws: string
  readonly id: string
  document: ProviderDocument
  readonly #type: ProviderType
  readonly #parts: ExitsParts
  #channel: Channel | undefined
  #notedAt = Number.NEGATIVE_INFINITY
  #noted: Breaker['kind'] = 'closed'
  #noting: Promise<void> = Promise.resolve()
  breaker: Breaker = CLOSED
  bucket: Bucket
  flying = 0
  bulkFlying = 0
  /** More waited in its queue at the last look than could go. */
  jammed = false
  /** Taken out of the allowance of `stashDay` and not used yet. */
  stash = 0
  stashDay = -1
  /** The day's allowance is used up until then (epoch ms). */
  spentUntil = 0

  constructor({ ws, document, type }: { ws: string; document: ProviderDocument; type: ProviderType }, parts: ExitsParts) {
    this.ws = ws
    this.id = document.id
    this.document = document
    this.#type = type
    this.#parts = parts
    this.bucket = { tokens: 1, at: parts.real() }
  }

  get fallback(): string | undefined {
    return this.document.fallback
  }

  get type(): ProviderType {
    return this.#type
  }

  /** Messages a second for this process; undefined: no limit. */
  get perSecond(): number | undefined {
    return this.document.rate === undefined ? undefined : this.document.rate / this.#parts.among()
  }

  /** Whole messages that the rate lets go now. */
  tokens(): number {
    const rate = this.perSecond
    if (rate === undefined) return Number.POSITIVE_INFINITY
    this.bucket = refilled(this.bucket, rate, this.#parts.real())
    return Math.max(0, Math.floor(this.bucket.tokens))
  }

  standing(): Standing {
    if (permits(this.breaker, this.#parts.real()) < 1) return 'down'
    return this.document.warmUp && this.#parts.now() < this.spentUntil ? 'spent' : 'open'
  }

  /** How many marketing messages the warm-up plan lets go now, at most `wanted`. */
  async allowed(wanted: number): Promise<number> {
    const { warmUp } = this.document
    const { db, now } = this.#parts
    if (!warmUp) return wanted
    // One look at the clock: at midnight the answer about yesterday must not close today.
    const at = now()
    const day = dayOf(at)
    if (this.stashDay !== day) {
      this.stash = 0
      this.stashDay = day
    }
    const most = allowance(warmUp, day)
    if (most === null) return wanted
    if (at < this.spentUntil) return 0
    if (this.stash === 0) {
      this.stash = await reserve(db, { ws: this.ws, provider: this.id, day, wanted: STASH, allowed: most })
      if (this.stash === 0) this.spentUntil = nextDay(at)
    }
    return Math.min(this.stash, wanted)
  }

  /** Gives the day back what was not used. */
  async release(): Promise<void> {
    const count = this.stash
    this.stash = 0
    if (count > 0) await giveBack(this.#parts.db, { ws: this.ws, provider: this.id, day: this.stashDay, count })
  }

  /** Notes how it is: each change, and errors now and then. */
  note(error: string): void {
    const { db, real, now, logger } = this.#parts
    const breaker = this.breaker.kind
    if (breaker === this.#noted && real() - this.#notedAt < NOTE_MS) return
    this.#noted = breaker
    this.#notedAt = real()
    const at = now()
    // One after the other: the last one is how it is.
    this.#noting = this.#noting
      .then(() => noteState(db, { ws: this.ws, provider: this.id, breaker, error, at }))
      .catch((err: unknown) => logger.warn({ err, provider: this.id }, 'how a provider is could not be noted'))
  }

  /** Opened at its first use. */
  channel(): Channel {
    this.#channel ??= this.#type.connect(connectionOf(this, this.#parts), toolsOf(this, this.#parts))
    return this.#channel
  }

  get opened(): boolean {
    return this.#channel !== undefined
  }

  async close(): Promise<void> {
    await this.release()
    await this.#channel?.close()
    await this.#noting
  }
}

/** What an adapter may know of a document. */
export function connectionOf(
  { ws, id, document, type }: Pick<Exit, 'ws' | 'id' | 'document' | 'type'>,
  parts: Pick<ExitsParts, 'secret' | 'publicUrl'>,
): Connection {
  return {
    workspace: ws,
    id,
    settings: type.settings.parse(document.settings),
    secret: async (name) => {
      const kept = document.secrets[name]
      return kept === undefined ? undefined : parts.secret({ workspace: ws, name: kept, target: targetOf(document) })
    },
    get hookUrl() {
      return `${parts.publicUrl()}/hooks/${ws}/${id}`
    },
  }
}

export const toolsOf = (
  from: { readonly ws: string; readonly id: string },
  { tools, told, now, secret }: Pick<ExitsParts, 'tools' | 'told' | 'now' | 'secret'>,
): Tools => ({
  ...tools,
  now,
  signingKey: (name) => secret({ workspace: from.ws, name, target: 'dkim' }),
  told: (received) => told({ ws: from.ws, id: from.id }, received),
})

/** The providers of all workspaces, as they were published. */
export class Exits {
  readonly #parts: ExitsParts
  readonly #types: ReadonlyMap<string, ProviderType>
  #workspaces = new Map<string, Map<string, Exit>>()
  #revision = -1
  #lookedAt = Number.NEGATIVE_INFINITY

  constructor(parts: ExitsParts) {
    this.#parts = parts
    this.#types = parts.types ?? PROVIDERS
  }

  find(ws: string, id: string): Exit | undefined {
    return this.#workspaces.get(ws)?.get(id)
  }

  documents(ws: string): ProviderDocument[] {
    return [...(this.#workspaces.get(ws)?.values() ?? [])].map(({ document }) => document)
  }

  /** Whether a workspace has a provider of its own for a channel. */
  has(ws: string, channel: string): boolean {
    for (const { document } of this.#workspaces.get(ws)?.values() ?? []) if (document.channel === channel) return true
    return false
  }

  /** The first of a provider and its fallbacks that takes messages now. */
  usable(first: Exit): Exit | null {
    return usable(first, { find: (id) => this.find(first.ws, id), standing: (each) => each.standing() })
  }

  /** Of the fallbacks alone. */
  instead(of: Exit): Exit | null {
    const next = of.fallback === undefined ? undefined : this.find(of.ws, of.fallback)
    return next ? this.usable(next) : null
  }

  all(): Exit[] {
    return [...this.#workspaces.values()].flatMap((exits) => [...exits.values()])
  }

  /** Looks for what was published since; cheap while nothing was. `now`: also if it has just looked. */
  async refresh(when?: 'now'): Promise<void> {
    if (when !== 'now' && this.#parts.real() - this.#lookedAt < LOOK_MS) return
    const revision = await latestRevision(this.#parts.db)
    if (revision !== this.#revision) await this.#load(revision)
    this.#lookedAt = this.#parts.real()
  }

  async close(): Promise<void> {
    const exits = this.all()
    this.#workspaces = new Map()
    this.#revision = -1
    this.#lookedAt = Number.NEGATIVE_INFINITY
    await Promise.all(exits.map((exit) => exit.close()))
  }

  async #load(revision: number): Promise<void> {
    const next = new Map<string, Map<string, Exit>>()
    for (const definition of await liveOfKind(this.#parts.db, 'provider')) {
      const exit = this.#taken(definition)
      if (!exit) continue
      const own = next.get(definition.ws) ?? new Map<string, Exit>()
      next.set(definition.ws, own.set(exit.id, exit))
    }
    const kept = new Set([...next.values()].flatMap((exits) => [...exits.values()]))
    const gone = this.all().filter((exit) => !kept.has(exit))
    this.#workspaces = next
    this.#revision = revision
    for (const exit of gone)
      exit.close().catch((err: unknown) => this.#parts.logger.warn({ err, provider: exit.id }, 'a provider could not be let go of cleanly'))
    for (const exit of kept) if (exit.type.standing && exit.document.mode === 'live') exit.channel()
  }

  /** The exit goes on under a changed document, unless where it leads to has changed. */
  #taken({ ws, id, body }: Definition): Exit | undefined {
    const { logger } = this.#parts
    const parsed = ProviderDocument.safeParse(body)
    const type = parsed.success ? this.#types.get(parsed.data.type) : undefined
    if (!parsed.success || !type?.settings.safeParse(parsed.data.settings).success) {
      logger.error({ ws, provider: id }, 'a provider document cannot be used by this version; nothing goes through it')
      return undefined
    }
    const before = this.find(ws, id)
    if (!before || placeOf(before.document) !== placeOf(parsed.data)) return new Exit({ ws, document: parsed.data, type }, this.#parts)
    if (canonical((before.document.warmUp ?? null) as Json) !== canonical((parsed.data.warmUp ?? null) as Json)) before.spentUntil = 0
    before.document = parsed.data
    return before
  }
}

const placeOf = ({ type, settings, secrets, mode }: ProviderDocument): string => canonical({ type, settings, secrets, mode } as Json)
