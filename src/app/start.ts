import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { linkKeys } from '#channels/adapters/keys.ts'
import { startMailbox } from '#channels/adapters/mailbox.ts'
import { keepMail } from '#channels/store.ts'
import { openSweeps } from '#journeys/store.ts'
import type { Quantiles } from '#lib/quantiles.ts'
import { Confirmations } from '#platform/carrier/confirmations.ts'
import type { Config } from '#platform/config.ts'
import { egress } from '#platform/egress.ts'
import { listen } from '#platform/http/server.ts'
import { caughtUp } from '#platform/leases.ts'
import { createMetrics, type Metrics } from '#platform/metrics.ts'
import { isQuiet } from '#platform/outbox.ts'
import { transaction } from '#platform/postgres/pool.ts'
import { addressHash } from '#platform/suppressions.ts'
import { nextBuild } from '#segments/store.ts'
import { auditTrail } from '#workspaces/adapters/audit-trail.ts'
import { consentModesAt } from '#workspaces/store.ts'
import { mayBegin, startDeadlines } from './approvals-deadlines.ts'
import { ApprovalDesk } from './approvals-desk.ts'
import { startAuditAnchors } from './audit-anchors.ts'
import { type Broadcaster, startBroadcaster } from './broadcast.ts'
import { priceBudgets } from './budget-prices.ts'
import { openStream, type Stream, StreamIntake, startCarriers } from './carrier.ts'
import { startConsentImporter } from './consent-import.ts'
import { DefinitionsRegistry } from './definitions.ts'
import { type Delivery, reputationOf, startDelivery } from './delivery.ts'
import { startEngine } from './engine.ts'
import { engineStore } from './engine-store.ts'
import { startErasing } from './eraser.ts'
import { heldRuns } from './held.ts'
import { keepHouse } from './housekeeping.ts'
import { onInbound, replyWords } from './inbound.ts'
import { Ingest, type Intake } from './ingest.ts'
import { startSweeper } from './journey-lifecycle-sweep.ts'
import type { Learning } from './learning/learning.ts'
import { shelfOf, startLearningRole } from './learning-role.ts'
import { startListImporter } from './list-importer.ts'
import { startBounceMail } from './mail-in.ts'
import { openParts, type Parts } from './open-parts.ts'
import { Pipeline } from './pipeline.ts'
import { startPresence } from './presence.ts'
import { type Projector, startProjector } from './project-facts.ts'
import { type Readings, readings } from './readings.ts'
import { Reception } from './reception.ts'
import { announcement, type Roles, type StartOptions } from './roles.ts'
import { startBuilder } from './segment-build.ts'
import { serve } from './serve.ts'

/** A running Cadenza. */
export interface App {
  /** Where people reach it: PUBLIC_URL, if that is set. */
  readonly url: string
  /** Where this process listens. */
  readonly listening: string
  /** Makes the first workspace; '' when there is one already. */
  readonly setupToken: string
  readonly parts: Parts
  readonly metrics: Metrics
  /** Real milliseconds from an event's arrival to the commit of what follows from it. */
  readonly latency: Quantiles
  readonly delivery: Delivery | null
  /** Port at which bounce mail is taken; null: none is. */
  readonly mailIn: number | null
  /** Resolves when nothing is queued or on its way: every record is handled, every timer that is due has fired, every message that is due has been settled. */
  settled(): Promise<void>
  /** Resolves when every fact that was committed before the call can be seen in reports. */
  reported(): Promise<void>
  /** Resolves when the past of all that is watched has been brought in. */
  built(): Promise<void>
  /** Resolves when every model that is due has learned, and the engine knows. */
  learned(): Promise<void>
  /** Resolves when budgets have been priced, and the engine knows. */
  priced(): Promise<void>
  stop(): Promise<void>
}

/** Renewed every second; whoever is silent for longer loses its partitions to others. */
const LEASE_SECONDS = 6
const ENDING = (error: Error): void => {
  throw error
}

/** Starts the roles that the configuration names; what has started already ends again when a later part fails. */
export async function startApp(options: StartOptions): Promise<App> {
  const { config, logger, clock, rate = () => 1 } = options
  const closing: (() => Promise<void>)[] = []
  // What fails to end must not keep the rest from ending: the database comes last.
  const stop = async (): Promise<void> => {
    const failures: unknown[] = []
    for (const end of closing.splice(0).reverse()) await end().catch((failure: unknown) => failures.push(failure))
    if (failures.length > 0) throw failures[0]
  }
  try {
    const parts = await openParts(config, { logger, onFatal: options.onFatal ?? ENDING })
    closing.push(() => parts.close())
    const metrics = createMetrics()
    const read = readings({ metrics, db: parts.work, now: () => clock.now(), rate })
    const address = { url: config.publicUrl }
    const presence = await startPresence({ ...parts, db: parts.work, roles: config.roles, logger, onFatal: options.onFatal ?? ENDING })
    closing.push(() => presence.stop())
    const stream = await streamOf(config, { parts, logger })
    if (stream) closing.push(() => stream.nats.close())
    const running = await startRoles({ ...options, rate, parts, metrics, readings: read, closing, address, presence, stream })
    const url = await listen(running.server, config)
    // An address that nobody chose is the one that the server got.
    if (config.sources.PUBLIC_URL === 'default') address.url = url
    return {
      url: address.url,
      listening: url,
      setupToken: running.setupToken,
      parts,
      metrics,
      latency: read.latency,
      delivery: running.delivery,
      mailIn: running.mailIn,
      settled: async () => {
        await running.broadcaster?.settled()
        await settled(parts, { now: () => clock.now(), stream })
      },
      reported: () => running.projector?.drained() ?? Promise.resolve(),
      built: () => built(parts),
      priced: async () => {
        await running.price()
        await settled(parts, { now: () => clock.now(), stream })
      },
      learned: async () => {
        await running.learning?.settled()
        await settled(parts, { now: () => clock.now(), stream })
      },
      stop,
    }
  } catch (error) {
    await stop().catch((failure: unknown) => logger.warn({ err: failure }, 'what had started already did not end cleanly'))
    throw error
  }
}

interface Running {
  readonly server: FastifyInstance
  readonly setupToken: string
  readonly delivery: Delivery | null
  readonly projector: Projector | null
  readonly broadcaster: Broadcaster | null
  readonly learning: Learning | null
  readonly price: () => Promise<void>
  readonly mailIn: number | null
}

/** Ends in the opposite order: first no new work comes in, then what runs is finished. */
async function startRoles(roles: Roles): Promise<Running> {
  const { config, parts, metrics, logger, closing, clock } = roles
  const has = (role: 'ingest' | 'engine' | 'delivery' | 'web' | 'jobs'): boolean => config.roles.has(role)
  const now = (): number => clock.now()
  const shelf = shelfOf(roles)
  const registry = new DefinitionsRegistry({
    db: parts.work,
    consentModes: (revision) => consentModesAt(parts.work, revision),
    logger,
    shelf,
  })
  const wakes: (() => void)[] = []
  const appended = (): void => {
    for (const wake of wakes) wake()
  }
  const projector = has('jobs') ? startProjector({ pool: parts.work, analytics: parts.analytics, log: logger, metrics }) : null
  if (projector) closing.push(() => projector.stop())
  if (has('jobs')) startBuilding(roles, { now, appended })
  const broadcaster = has('jobs') ? startBroadcasting(roles, { registry, now, appended }) : null
  if (has('jobs')) startImporting(roles, { now, appended })
  const learning = has('jobs') ? startLearningRole(roles, { now, appended }) : null
  if (has('jobs')) closing.push(await keepHouse(roles, { registry, now, appended }))
  if (has('jobs')) anchorAudit(roles, now)
  // Before delivery: whoever came back with an old database must not be written to.
  if (has('jobs')) closing.push(await startErasing({ ...roles, now }))
  const mailbox = await openMailbox(roles, now)
  const smtpUrl = mailbox?.url ?? (config.mail.kind === 'smtp' ? config.mail.url : null)
  const reception = receptionOf(roles, { now, appended })
  if (has('delivery')) {
    reception.start()
    closing.push(() => reception.stop())
  }
  const mailIn = has('delivery') ? await takeBounces(roles, { reception, now }) : null
  const delivery = has('delivery')
    ? await startDelivery({ ...roles, shelf, reception, now, appended, smtpUrl, ...amongOthers(roles) })
    : null
  if (delivery) closing.push(() => delivery.stop())
  if (has('jobs')) startSweeping(roles, { now, appended, released: () => delivery?.wake() })
  if (has('engine')) {
    const engine = startEngineRole(roles, { registry, now, queued: () => delivery?.wake() })
    roles.presence.watch('engine', () => engine.works)
    wakes.push(() => engine.wake())
    closing.push(() => engine.stop())
  }
  const intake = has('ingest') ? startIntake(roles, { now, appended }) : null
  const { server, setupToken } = await serve(roles, {
    registry,
    shelf,
    intake,
    reception,
    delivery,
    now,
    appended,
    receiving: mailbox !== null,
  })
  const price = (): Promise<void> => priceBudgets({ pool: parts.work, now, announce: announcement(roles, now), appended, logger })
  return { server, setupToken, delivery, projector, broadcaster, learning, mailIn, price }
}

/** The built-in mailbox, where mail goes that leaves for nowhere else. */
async function openMailbox({ config, parts, logger, closing }: Roles, now: () => number): Promise<{ readonly url: string } | null> {
  if (config.mail.kind !== 'local' || !config.roles.has('delivery')) return null
  const onError = (error: Error): void => logger.warn({ err: error }, 'the mailbox')
  const mailbox = await startMailbox({ keep: (mail) => keepMail(parts.work, mail), now, onError })
  closing.push(() => mailbox.stop())
  return mailbox
}

/** Takes what comes back by mail, where the operator wants it. Resolves with its port. */
async function takeBounces(
  { config: { mailIn, secretKey }, parts: { work: db }, logger, metrics, closing }: Roles,
  { reception, now }: { reception: Reception; now: () => number },
): Promise<number | null> {
  if (!mailIn) return null
  const taking = await startBounceMail({ ...mailIn, db, links: linkKeys(secretKey), reception, now, logger, metrics })
  closing.push(() => taking.stop())
  return taking.port
}

/** Brings in the past of what is watched from now on. */
function startBuilding(roles: Roles, told: { now: () => number; appended: () => void }): void {
  const { parts, config, logger, closing } = roles
  const { work: pool, analytics } = parts
  const announce = announcement(roles, told.now)
  const builder = startBuilder({ pool, analytics, partitions: config.partitions, announce, logger, ...told })
  closing.push(() => builder.stop())
}

/** Keeps signed points of the audit log outside the database. */
function anchorAudit({ config, parts, logger, closing }: Roles, now: () => number): void {
  const guarded = egress({ allowPrivate: config.allowPrivateEgress })
  closing.push(() => guarded.close())
  const anchoring = startAuditAnchors({ config, pool: parts.work, egress: guarded, now, logger })
  closing.push(() => anchoring.stop())
}

/** Takes what providers say, whether it is posted or comes over a connection that stays open. */
function receptionOf(roles: Roles, { now, appended }: { now: () => number; appended: () => void }): Reception {
  const { parts, config, logger, metrics } = roles
  const counted = metrics.counter({ name: 'cadenza_provider_receipts_total', help: 'What providers said of messages', labels: ['outcome'] })
  return new Reception({
    transaction: (work) => transaction(parts.work, work),
    partitions: config.partitions,
    now,
    appended,
    onInbound: onInbound({ words: (workspace, provider) => replyWords(parts.work, workspace, provider) }),
    weigh: reputationOf({ ...roles, now }).weigh,
    logger,
    observe: (outcome, count) => counted.inc({ outcome }, count),
  })
}

/** Brings in files of people and of consents. */
function startImporting({ parts: { work }, config, logger, closing }: Roles, told: { now: () => number; appended: () => void }): void {
  const options = { pool: work, partitions: config.partitions, now: told.now, maxWaiting: 10_000 }
  const ingest = new Ingest({ ...options, addressHash: addressHash(config.secretKey), onAppended: told.appended })
  const importer = startConsentImporter({ work, ingest, now: told.now, logger })
  closing.push(() => importer.stop())
  const lists = startListImporter({ work, ingest, now: told.now, logger })
  closing.push(() => lists.stop())
}

/** Journeys that go out to many, as far as approvals let them; and the deadlines of those. */
function startBroadcasting(
  { parts, config: { partitions, secretKey }, logger, closing }: Roles,
  { registry, ...told }: { registry: DefinitionsRegistry; now: () => number; appended: () => void },
): Broadcaster {
  const { now } = told
  const pool = parts.work
  const desk = new ApprovalDesk({ ...parts, now, hash: addressHash(secretKey) })
  const broadcaster = startBroadcaster({ pool, partitions, definitions: registry, logger, mayBegin: mayBegin(desk, pool), ...told })
  const held = heldRuns({ ...parts, partitions, ...told })
  closing.push(startDeadlines({ pool, trail: auditTrail({ pool: parts.pool, now }), held, now, logger }))
  closing.push(() => broadcaster.stop())
  return broadcaster
}

/** Looks again at everybody inside a journey that was edited, stopped or let go on. */
function startSweeping(
  { parts: { work: pool, analytics }, config: { partitions }, logger, closing }: Roles,
  told: { now: () => number; appended: () => void; released: () => void },
): void {
  const sweeper = startSweeper({ pool, analytics, partitions, logger, ...told })
  closing.push(() => sweeper.stop())
}

function startEngineRole(
  { parts, config, logger, rate, readings: read, presence }: Roles,
  { registry, now, queued }: { registry: DefinitionsRegistry; now: () => number; queued: () => void },
) {
  const store = engineStore({ pool: parts.work, partitions: config.partitions, leaseSeconds: LEASE_SECONDS })
  const onCommit = (committed: Parameters<Readings['committed']>[0]): void => {
    read.committed(committed)
    if (committed.batch.effects.length > 0) queued()
  }
  const pipeline = new Pipeline({ store, definitions: registry, owner: parts.owner, now, batchSize: 1_000, cacheSize: 20_000, onCommit })
  const release = async (): Promise<void> => {
    await presence.drop('engine')
    await store.release(parts.owner)
  }
  return startEngine({ pipeline, logger, leaseSeconds: LEASE_SECONDS, now, rate, release })
}

/** Where events go: straight into the database, or into NATS, from where this process and others like it carry them. */
function startIntake(
  { parts, config, metrics, closing, stream, presence, logger }: Roles,
  { now, appended }: { now: () => number; appended: () => void },
): Intake {
  const ingest = new Ingest({
    pool: parts.work,
    partitions: config.partitions,
    now,
    maxWaiting: 50_000,
    addressHash: addressHash(config.secretKey),
    onAppended: appended,
  })
  const intake =
    stream && config.nats
      ? new StreamIntake(stream.publisher, {
          shards: config.nats.shards,
          confirmations: config.nats.ack === 'log' ? new Confirmations({ db: parts.work }) : null,
        })
      : ingest
  metrics.gauge({
    name: 'cadenza_ingest_waiting',
    help: 'Events that wait for their commit',
    collect: (gauge) => gauge.set(intake.waiting),
  })
  if (stream && config.nats) {
    const leaving = (): Promise<void> => presence.drop('ingest')
    const own = { nats: stream.nats, config: config.nats, pool: parts.work, ingest, owner: parts.owner, leaseSeconds: LEASE_SECONDS }
    const carriers = startCarriers({ ...own, logger, metrics, leaving })
    presence.watch('ingest', () => carriers.works)
    closing.push(() => carriers.stop())
  }
  return intake
}

const streamOf = ({ nats, roles }: Config, { parts, logger }: { parts: Parts; logger: Logger }): Promise<Stream | null> =>
  nats && (roles.has('ingest') || roles.has('delivery')) ? openStream(nats, { pool: parts.work, logger }) : Promise.resolve(null)

/** What delivery asks of the others: how many share the rate, and whether everything that was accepted before has had its say. */
const amongOthers = ({ presence, stream, parts }: Roles) => ({
  among: () => presence.among('delivery'),
  caughtUp: async (signal: AbortSignal): Promise<void> => {
    await stream?.barrier(signal)
    await caughtUp(parts.work, signal)
  },
})

async function settled({ work }: Parts, { now, stream }: { now: () => number; stream: Stream | null }): Promise<void> {
  for (;;) {
    await stream?.barrier(new AbortController().signal)
    if ((await isQuiet(work, now())) && (await openSweeps(work)).length === 0) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** What this process cannot work without: one that only takes events into NATS goes on without the database. */
async function built({ work }: Parts): Promise<void> {
  while (await nextBuild(work)) await new Promise((resolve) => setTimeout(resolve, 50))
}
