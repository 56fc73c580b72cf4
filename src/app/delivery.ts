import type { Logger } from 'pino'
import { linkKeys, webhookSecret } from '#channels/adapters/keys.ts'
import { smtpChannel } from '#channels/adapters/smtp.ts'
import { webhookChannel } from '#channels/adapters/webhook.ts'
import type { Channel } from '#channels/channel.ts'
import { templateLibrary } from '#content/adapters/library.ts'
import { Sender, Template } from '#content/schema.ts'
import type { JsonObject } from '#lib/json.ts'
import type { Config } from '#platform/config.ts'
import { definition, liveDocuments } from '#platform/documents.ts'
import { type Egress, egress } from '#platform/egress.ts'
import type { Queryable } from '#platform/log.ts'
import type { Metrics } from '#platform/metrics.ts'
import { transaction } from '#platform/postgres/pool.ts'
import { secretBox } from '#platform/secrets.ts'
import { addressHash } from '#platform/suppressions.ts'
import { livingWorkers } from '#platform/workers.ts'
import { secretValue } from '#workspaces/secrets/actions.ts'
import { findWorkspace } from '#workspaces/store.ts'
import { consentGate, consentTerms } from './consent-gate.ts'
import { type Dispatcher, startDispatcher } from './effects.ts'
import type { Parts } from './open-parts.ts'
import type { Judge } from './passage.ts'
import { type PrepareParts, prepare } from './prepare.ts'
import { policyAmong } from './pressure.ts'
import { quietGate } from './quiet-gate.ts'
import type { Keep } from './settler.ts'

type Sealed = Config & { readonly secretKey: string }

interface Options {
  readonly config: Sealed
  readonly parts: Parts
  readonly logger: Logger
  readonly metrics: Metrics
  readonly now: () => number
  readonly appended: () => void
  /** Where mail goes; null: nowhere, it waits until there is a way. */
  readonly smtpUrl: string | null
  /** How many processes deliver, this one included: they share the rate. */
  readonly among: () => number
  /** Resolves when what was accepted before has been handled. */
  readonly caughtUp: (signal: AbortSignal) => Promise<void>
  /** Where links lead to; known when the server listens. */
  readonly address: { readonly url: string }
  /** The right to send, asked for each message when it is made; as `PassageParts.judge`. */
  readonly judge?: Judge | undefined
  /** Keeps what was handed over; as `SettlerParts.keep`. */
  readonly keep?: Keep | undefined
}

/** What hands messages over in this process. */
export interface Delivery {
  wake(): void
  readonly inFlight: number
  stop(): Promise<void>
}

export async function startDelivery(options: Options): Promise<Delivery> {
  const { parts, config, logger, metrics, now, appended } = options
  const guarded = egress({ allowPrivate: config.allowPrivateEgress })
  const { mailRate } = config
  const attempts = metrics.counter({
    name: 'cadenza_messages_total',
    help: 'How attempts to hand messages over ended',
    labels: ['channel', 'status'],
  })
  const took = metrics.histogram({ name: 'cadenza_handover_seconds', help: 'From claim to settled', labels: ['channel'] })
  const dispatcher: Dispatcher = await startDispatcher({
    db: parts.work,
    transaction: (work) => transaction(parts.work, work),
    partitions: config.partitions,
    channels: channelsOf(options, guarded),
    prepare: preparing(prepareParts(options)),
    owner: parts.owner,
    // The embedded database belongs to one process: whoever claimed before is dead.
    living: async () => (config.database.kind === 'embedded' ? [parts.owner] : livingWorkers(parts.work)),
    caughtUp: options.caughtUp,
    permitted: consentGate({ db: parts.work, terms: remembering((workspace) => consentTerms(parts.work, workspace)), now }),
    addressHash: addressHash(config.secretKey),
    judge: options.judge,
    keep: options.keep,
    opening: quietGate(remembering(async (workspace) => policyAmong(await liveDocuments(parts.work, workspace)))),
    now,
    logger,
    appended,
    settings: mailRate === undefined ? {} : { perSecond: { email: () => mailRate / options.among() } },
    observe(channel, status, ms) {
      attempts.inc({ channel, status })
      took.observe({ channel }, ms / 1_000)
    },
  })
  metrics.gauge({
    name: 'cadenza_messages_in_flight',
    help: 'Messages that are claimed and not settled',
    collect: (gauge) => gauge.set(dispatcher.inFlight),
  })
  return {
    wake: () => dispatcher.wake(),
    get inFlight() {
      return dispatcher.inFlight
    },
    async stop() {
      await dispatcher.stop()
    },
  }
}

const preparing = (parts: PrepareParts) => (entry: Parameters<typeof prepare>[0]) => prepare(entry, parts)

function channelsOf({ config, parts, smtpUrl, now }: Options, guarded: Egress): Channel[] {
  const webhooks = webhookChannel({ egress: guarded, secret: (workspace) => webhookSecret(config.secretKey, workspace), now }) as Channel
  if (smtpUrl === null) return [webhooks]
  const box = secretBox(config.secretKey)
  const mail = smtpChannel({ url: smtpUrl, dkimKey: (workspace, name) => secretValue(parts.work, box, { workspace, name }) }) as Channel
  return [mail, webhooks]
}

/** What rendering needs of documents and workspaces; also for showing a message again. */
export function prepareParts({ parts: { work }, config, address }: Pick<Options, 'parts' | 'config' | 'address'>): PrepareParts {
  return {
    library: templateLibrary({ load: (workspace, id, version) => templateVersion(work, { workspace, id, version }) }),
    sender: remembering((workspace, id) => senderOf(work, workspace, id)),
    workspace: remembering((workspace) => workspaceWords(work, workspace)),
    links: linkKeys(config.secretKey),
    get publicUrl() {
      return address.url
    },
  }
}

export async function templateVersion(
  db: Queryable,
  { workspace, id, version }: { workspace: string; id: string; version: number },
): Promise<Template | undefined> {
  const found = await definition(db, { workspace, kind: 'template', id, version })
  return found && Template.parse(found.body)
}

/** The named sender, or with '' the workspace's first. */
export async function senderOf(db: Queryable, workspace: string, id = ''): Promise<Sender | undefined> {
  const senders = (await liveDocuments(db, workspace)).filter((each) => each.kind === 'sender')
  const found = id === '' ? senders[0] : senders.find((each) => each.id === id)
  return found && Sender.parse(found.body)
}

export async function workspaceWords(db: Queryable, workspace: string): Promise<JsonObject> {
  const found = await findWorkspace(db, workspace)
  return found ? { name: found.name, timezone: found.timezone, currency: found.currency, postal_address: found.postalAddress } : {}
}

/** A change of a sender or of the workspace shows in messages after this long. */
const REMEMBER_MS = 2_000

function remembering<Args extends readonly string[], Value>(ask: (...args: Args) => Promise<Value>): (...args: Args) => Promise<Value> {
  const known = new Map<string, { readonly until: number; readonly value: Promise<Value> }>()
  return (...args) => {
    const key = args.join('\u0000')
    const held = known.get(key)
    if (held && held.until > performance.now()) return held.value
    const value = ask(...args)
    known.set(key, { until: performance.now() + REMEMBER_MS, value })
    value.catch(() => known.delete(key))
    return value
  }
}
