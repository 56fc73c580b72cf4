import type { Logger } from 'pino'
import { inappChannel } from '#channels/adapters/inapp.ts'
import { linkKeys } from '#channels/adapters/keys.ts'
import { smtpChannel } from '#channels/adapters/smtp.ts'
import { webhookChannel } from '#channels/adapters/webhook.ts'
import type { Channel } from '#channels/channel.ts'
import type { Outgoing, Received } from '#channels/provider.ts'
import { templateLibrary } from '#content/adapters/library.ts'
import { inProcess, renderer } from '#content/adapters/worker.ts'
import { Sender, Template } from '#content/schema.ts'
import type { JsonObject } from '#lib/json.ts'
import { fileById } from '#measurement/reports/runs-store.ts'
import type { Config } from '#platform/config.ts'
import { definition, liveDocuments } from '#platform/documents.ts'
import { type Egress, egress } from '#platform/egress.ts'
import type { Queryable } from '#platform/log.ts'
import type { Metrics } from '#platform/metrics.ts'
import { transaction } from '#platform/postgres/pool.ts'
import { secretBox } from '#platform/secrets.ts'
import { subjectKeys } from '#platform/subject-keys.ts'
import { addressHash } from '#platform/suppressions.ts'
import { livingWorkers } from '#platform/workers.ts'
import { auditTrail } from '#workspaces/adapters/audit-trail.ts'
import { secretFor } from '#workspaces/secrets/actions.ts'
import { findWorkspace } from '#workspaces/store.ts'
import { reviewOf } from './approvals-reviews.ts'
import { type Archive, archive } from './archive.ts'
import { type BudgetKeeper, budgetKeeper, budgetsNow } from './budget-keeper.ts'
import { consentGate, consentTerms } from './consent-gate.ts'
import { type Dispatcher, type DispatcherParts, startDispatcher } from './effects.ts'
import { Exits, type SecretAsked } from './exits.ts'
import { gatesNow, judging, peopleNow, type Reviewed } from './judge.ts'
import { currentModels } from './learning/current.ts'
import type { ModelShelf } from './learning/shelf.ts'
import { liveContent, shownContent } from './live-content.ts'
import { liveParts, noteCoupons, shownIn } from './live-parts.ts'
import type { Parts } from './open-parts.ts'
import type { Judge } from './passage.ts'
import { type PrepareParts, prepare, wantedProvider } from './prepare.ts'
import { policyAmong } from './pressure.ts'
import { quietGate } from './quiet-gate.ts'
import type { Reception } from './reception.ts'
import { type Reputation, reputation } from './reputation.ts'
import { nothingLeaves } from './sample/nothing-leaves.ts'
import type { Keep } from './settler.ts'
import { partsFor } from './template-parts.ts'
import { attemptLog, keptSecrets } from './webhook-secrets.ts'

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
  /** Where what models have learned is read. */
  readonly shelf: ModelShelf
  /** Takes what providers say. */
  readonly reception: Reception
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

/** The embedded database belongs to one process: whoever claimed before is dead. */
const livingOf = async ({ config, parts }: Options): Promise<readonly string[]> =>
  config.database.kind === 'embedded' ? [parts.owner] : livingWorkers(parts.work)

/** Mails a second of this process: its share of what all may send together. */
const paceOf = ({ config: { mailRate }, among }: Options) =>
  mailRate === undefined ? {} : { perSecond: { email: () => mailRate / among() } }

export async function startDelivery(options: Options): Promise<Delivery> {
  const { parts, config, logger, metrics, now, appended } = options
  const guarded = guardedWayOut(config)
  const renders = renderer()
  const live = liveParts({
    db: parts.work,
    analytics: parts.analytics,
    renderer: renders,
    egress: guarded,
    secret: secretsFor(options),
    models: currentModels({ db: parts.work, shelf: options.shelf, real: () => performance.now() }),
    now,
    warn: (error) => logger.warn({ err: error }, 'nobody says what people looked at; recommendations go without'),
  })
  const rendering = prepareParts(options, { renderer: renders, live: liveContent(live) })
  const exits = new Exits({
    ...exitParts({ ...options, guarded }),
    db: parts.work,
    among: options.among,
    real: () => performance.now(),
    logger,
  })
  const name = reputationOf(options, rendering)
  const money = moneyOf(options)
  const dispatcher: Dispatcher = await startDispatcher({
    db: parts.work,
    transaction: (work) => transaction(parts.work, work),
    partitions: config.partitions,
    channels: channelsOf(options, guarded),
    providers: {
      exits,
      wanted: (entry) => wantedProvider(entry, rendering),
      house: new Map([['inapp', inappChannel({ db: parts.work, now }) as Channel]]),
    },
    prepare: preparing(rendering),
    owner: parts.owner,
    living: () => livingOf(options),
    caughtUp: options.caughtUp,
    permitted: consentGate({ db: parts.work, terms: remembering((workspace) => consentTerms(parts.work, workspace)), now }),
    addressHash: addressHash(config.secretKey),
    judge: options.judge ?? judging({ ...judgeParts(options), sender: rendering.sender }),
    keep: options.keep ?? archiveOf(options).keep,
    paused: name.paused,
    keptHere: nothingLeaves({ db: parts.work, now }),
    afford: money.afford,
    noted: notedBy(money, name),
    shown: shownIn,
    opening: quietGate(remembering(async (workspace) => policyAmong(await liveDocuments(parts.work, workspace)))),
    now,
    logger,
    appended,
    settings: paceOf(options),
    observe: observing(metrics),
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
      await renders.close()
    },
  }
}

/** What hangs on how attempts ended. */
const notedBy =
  (money: BudgetKeeper, name: Reputation): NonNullable<DispatcherParts['noted']> =>
  async (tx, ended, at) => {
    await noteCoupons(tx, ended)
    await money.settled(tx, ended)
    return name.noted(tx, ended, at)
  }

/** Holds the money of budgets while messages leave. */
const moneyOf = ({ parts: { work }, now, logger }: Options): BudgetKeeper =>
  budgetKeeper({
    transaction: (reserve) => transaction(work, reserve),
    budgets: remembering((workspace) => budgetsNow(work, workspace)),
    budgetsNow: remembering((workspace) => budgetsNow(work, workspace), MOMENT_MS),
    now,
    logger,
  })

/** Counts attempts and how long they took. */
function observing(metrics: Metrics): NonNullable<DispatcherParts['observe']> {
  const attempts = metrics.counter({
    name: 'cadenza_messages_total',
    help: 'How attempts to hand messages over ended',
    labels: ['channel', 'status'],
  })
  const took = metrics.histogram({ name: 'cadenza_handover_seconds', help: 'From claim to settled', labels: ['channel'] })
  return (channel, status, ms) => {
    attempts.inc({ channel, status })
    took.observe({ channel }, ms / 1_000)
  }
}

/** How mail of the sending domains is taken. */
export const reputationOf = (
  options: Pick<Options, 'parts' | 'config' | 'address' | 'logger' | 'now'>,
  render: Pick<PrepareParts, 'library' | 'sender'> = prepareParts(options),
): Reputation => {
  const { parts, logger, now } = options
  return reputation({ db: parts.work, trail: auditTrail({ pool: parts.pool, now }), render, logger, remembering })
}

/** The one way out for all that workspaces configure. */
export const guardedWayOut = (config: Config): Egress => egress({ allowPrivate: config.allowPrivateEgress, own: ownServers(config) })

/** `host:port` of the servers that we ourselves work with. */
function ownServers({ database, analytics, nats }: Config): string[] {
  const urls = [
    ...(database.kind === 'server' ? [database.url] : []),
    ...(analytics.kind === 'server' ? [analytics.url] : []),
    ...(nats?.servers ?? []),
  ]
  return urls.map((text) => {
    const { protocol, hostname, port } = new URL(text)
    return `${hostname}:${port || PORTS[protocol] || '443'}`
  })
}
const PORTS: Readonly<Record<string, string>> = {
  'postgres:': '5432',
  'postgresql:': '5432',
  'http:': '80',
  'nats:': '4222',
  'tls:': '4222',
}

/** Secrets as far as they are meant for the server that asks for them. */
export const secretsFor =
  ({ config, parts, logger }: Pick<Options, 'config' | 'parts' | 'logger'>) =>
  async (asked: SecretAsked): Promise<string | undefined> => {
    const found = await secretFor(parts.work, secretBox(config.secretKey), asked)
    if (found === 'elsewhere')
      logger.warn({ ws: asked.workspace, secret: asked.name }, 'a secret belongs to another server: it has to be given again')
    return found === 'elsewhere' ? undefined : found?.value
  }

/** What adapters of providers get, for sending and for hearing. */
export function exitParts({
  config,
  parts,
  guarded,
  now,
  logger,
  address,
  reception,
}: Pick<Options, 'config' | 'parts' | 'now' | 'logger' | 'address' | 'reception'> & { guarded: Egress }) {
  return {
    tools: { request: (outgoing: Outgoing) => guarded.send(outgoing), vetted: (host: string, port: number) => guarded.vetted(host, port) },
    secret: secretsFor({ config, parts, logger }),
    told: (from: { ws: string; id: string }, received: Received) => reception.told(from, received),
    publicUrl: () => address.url,
    now,
  }
}

/** What was handed over, kept and read again. */
export const archiveOf = (options: Pick<Options, 'parts' | 'config' | 'address' | 'logger'>): Archive =>
  archive({
    db: options.parts.work,
    logger: options.logger,
    keys: subjectKeys(secretBox(options.config.secretKey)),
    secretKey: options.config.secretKey,
    render: prepareParts(options),
  })

/** What the rules of law are asked with. */
const judgeParts = ({ parts: { work }, now }: Options) => ({
  gates: remembering(gatesNow(work)),
  person: peopleNow(work),
  review: remembering(
    async (workspace: string, id: string, version: string): Promise<Reviewed> => ({
      review: (await templateVersion(work, { workspace, id, version: Number(version) }))?.review,
      approval: await reviewOf(work, workspace, { id, version: Number(version) }),
    }),
  ),
  now,
})

const preparing = (parts: PrepareParts) => (entry: Parameters<typeof prepare>[0]) => prepare(entry, parts)

function channelsOf({ config, parts, smtpUrl, now, logger }: Options, guarded: Egress): Channel[] {
  const attempts = attemptLog({ db: parts.work, logger })
  const secrets = keptSecrets({ db: parts.work, secretKey: config.secretKey, now })
  const calls = webhookChannel({ egress: guarded, secrets, now, note: attempts.note }) as Channel
  const webhooks: Channel = {
    ...calls,
    close: async () => {
      await attempts.flush()
      await calls.close()
    },
  }
  if (smtpUrl === null) return [webhooks]
  const box = secretBox(config.secretKey)
  const dkimKey = async (workspace: string, name: string): Promise<string | undefined> => {
    const found = await secretFor(parts.work, box, { workspace, name, target: 'dkim' })
    return found === 'elsewhere' ? undefined : found?.value
  }
  const mail = smtpChannel({ url: smtpUrl, dkimKey }) as Channel
  return [mail, webhooks]
}

/** What rendering needs of documents and workspaces; also for showing a message again. */
export function prepareParts(
  { parts: { work }, config, address }: Pick<Options, 'parts' | 'config' | 'address'>,
  { renderer = inProcess, live = shownContent({ db: work, renderer }) }: Pick<PrepareParts, 'renderer' | 'live'> = {},
): PrepareParts {
  return {
    renderer,
    live,
    library: templateLibrary({
      load: (workspace, id, version) => templateVersion(work, { workspace, id, version }),
      parts: (workspace, template, version) => partsFor(work, workspace, { template, version }),
    }),
    sender: remembering((workspace, id) => senderOf(work, workspace, id)),
    workspace: remembering((workspace) => workspaceWords(work, workspace)),
    links: linkKeys(config.secretKey),
    file: (workspace, id) => fileById(work, workspace, id),
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
/** Whoever is about to be refused for money is asked for it anew; many of them share the asking. */
const MOMENT_MS = 20

function remembering<Args extends readonly string[], Value>(
  ask: (...args: Args) => Promise<Value>,
  ms = REMEMBER_MS,
): (...args: Args) => Promise<Value> {
  const known = new Map<string, { readonly until: number; readonly value: Promise<Value> }>()
  return (...args) => {
    const key = args.join('\u0000')
    const held = known.get(key)
    if (held && held.until > performance.now()) return held.value
    const value = ask(...args)
    known.set(key, { until: performance.now() + ms, value })
    value.catch(() => known.delete(key))
    return value
  }
}
