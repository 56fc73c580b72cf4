import { join } from 'node:path'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import { mailBindings, showMail } from '#channels/actions.ts'
import { identitySecret, webhookSecret } from '#channels/adapters/keys.ts'
import { pushKeys } from '#channels/adapters/web-push.ts'
import { GetIdentitySecret, GetWebhookSecret, MakePushKeys } from '#channels/api.ts'
import { systemClock } from '#platform/clock.ts'
import type { Config } from '#platform/config.ts'
import type { Announce } from '#platform/documents.ts'
import { type Binding, bind, registerActions } from '#platform/http/actions.ts'
import { secretBox } from '#platform/secrets.ts'
import { addressHash } from '#platform/suppressions.ts'
import { idempotencyStore, workspaceBindings } from '#workspaces/actions.ts'
import { signer } from '#workspaces/adapters/anchor-keys.ts'
import { anchorPath } from '#workspaces/adapters/anchoring.ts'
import { auditTrail } from '#workspaces/adapters/audit-trail.ts'
import { createKeyLookup } from '#workspaces/adapters/key-lookup.ts'
import { checkOrigin, resolvePrincipal } from '#workspaces/adapters/principals.ts'
import { createSetupToken } from '#workspaces/adapters/setup-token.ts'
import { AUTH_ROUTES, createSignIn } from '#workspaces/adapters/sign-in.ts'
import { documentBindings } from '#workspaces/documents/actions.ts'
import { secretBindings } from '#workspaces/secrets/actions.ts'
import { anyWorkspace } from '#workspaces/store.ts'
import { ACTIONS } from './actions.ts'
import { approvalBindings } from './approvals.ts'
import { ApprovalDesk } from './approvals-desk.ts'
import { showerOf } from './approvals-examples.ts'
import { backtestBindings } from './backtest-actions.ts'
import { broadcastBindings } from './broadcast-actions.ts'
import { budgetBindings } from './budgets-read.ts'
import { complianceBindings } from './compliance.ts'
import { consentBindings } from './consent-actions.ts'
import { contentBindings } from './content.ts'
import { contentCheckBindings } from './content-checks.ts'
import { contentResultBindings } from './content-results.ts'
import { timed } from './costs.ts'
import { recentProfiles } from './counts-store.ts'
import { decisionBindings } from './decisions-read.ts'
import type { DefinitionsRegistry } from './definitions.ts'
import { archiveOf, guardedWayOut, prepareParts } from './delivery.ts'
import { heldBindings, heldRuns } from './held.ts'
import { Ingest } from './ingest.ts'
import { journeyPublishing, lifecycleBindings } from './journey-lifecycle.ts'
import { journeyNames } from './journey-names.ts'
import { journeyBindings } from './journeys-read.ts'
import { KINDS } from './kinds.ts'
import { modelReportBindings } from './learning/model-report.ts'
import { modelBindings } from './learning/models-read.ts'
import { patternExportBindings } from './learning/pattern-export.ts'
import { presetBindings } from './learning/presets.ts'
import type { ModelShelf } from './learning/shelf.ts'
import { IMPORT_ROUTE, registerListImport } from './list-import.ts'
import { liveBindings } from './live-actions.ts'
import { registerMailViews } from './mail-views.ts'
import { measuredBindings } from './measured.ts'
import { messageBindings, showMessage } from './messages.ts'
import type { Parts } from './open-parts.ts'
import { pageBindings, registerPages } from './pages.ts'
import { parkedBindings } from './parked.ts'
import { peopleBindings } from './people.ts'
import { policyBindings } from './policy-backtest-actions.ts'
import { pressureBindings } from './pressure.ts'
import { privacyBindings } from './privacy-actions.ts'
import { modelPublishing } from './promotion.ts'
import { proofBindings } from './proof-pack.ts'
import { providerBindings, providerPublishing } from './provider-actions.ts'
import { replayBindings } from './replay-decisions.ts'
import { reputationBindings } from './reputation-actions.ts'
import { scoreBindings } from './scores.ts'
import { segmentBindings } from './segments-read.ts'
import { testSendBindings } from './test-send.ts'
import { registerSdk, registerWeb, tellTime } from './web-assets.ts'

export const VERSION = '0.1.0'
const WEB = join(import.meta.dirname, '../../dist/web')
const SDK = join(import.meta.dirname, '../../dist/sdk')

interface Options {
  readonly config: Config & { readonly secretKey: string }
  readonly parts: Parts
  readonly registry: DefinitionsRegistry
  readonly shelf: ModelShelf
  readonly logger: Logger
  readonly now: () => number
  readonly announce: Announce
  /** What adapters of providers need, for trying one out. */
  readonly providers: Parameters<typeof providerBindings>[0]['parts']
  /** A message was put back into the outbox. */
  readonly appended: () => void
  /** Records were put on the log. */
  readonly recordsAppended: () => void
  /** Mail is delivered into the built-in mailbox. */
  readonly receiving: boolean
  /** Where people and links reach the server; known when it listens. */
  readonly address: { readonly url: string }
}

interface Api {
  readonly writeKey: (value: string) => Promise<{ readonly workspace: string } | undefined>
  /** '' when there is a workspace already. */
  readonly setupToken: string
  /** Resolves when no file is being imported and nothing waits for the log. */
  idle(): Promise<void>
}

/** Binds every declared action and mounts API, views and screens. */
export async function registerApi(server: FastifyInstance, options: Options): Promise<Api> {
  const { config, parts, now, registry, address } = options
  const { pool } = parts
  const url = config.publicUrl
  const secrets = secretBox(config.secretKey)
  // Whoever may enter is decided by the world's clock, also while a demonstration runs on a faster one.
  const wall = systemClock()
  const keys = createKeyLookup(pool, () => wall.now())
  const signIn = createSignIn({ pool, secret: config.secretKey, url })
  const setup = createSetupToken(() => wall.now())
  // Lists and scores go straight to the log, whatever carries the events of sources.
  const ingest = new Ingest({
    pool: parts.work,
    partitions: config.partitions,
    now,
    maxWaiting: 10_000,
    addressHash: addressHash(config.secretKey),
    onAppended: options.recordsAppended,
  })
  const names = journeyNames(parts.work, registry)
  const authenticate = (request: FastifyRequest, reply: FastifyReply) => resolvePrincipal(request, reply, { db: pool, keys, signIn })
  const views = {
    ...options,
    names,
    render: prepareParts({ parts, config, address }),
    archive: archiveOf({ parts, config, address, logger: options.logger }),
  }
  const audit = auditTrail({ pool, now })
  await registerActions(server, {
    actions: ACTIONS,
    bindings: timed(bindingsOf(options, { keys, signIn, setup, secrets, ingest, views }), { pool, now, logger: options.logger }),
    authenticate,
    checkOrigin: (request) => checkOrigin(request, url),
    audit,
    idempotency: idempotencyStore({ pool, now, secrets }),
    hsts: url.startsWith('https://'),
    version: VERSION,
    url,
    others: [(scope) => signIn.mount(scope), (scope) => tellTime(scope, now)],
    otherRoutes: [...AUTH_ROUTES, IMPORT_ROUTE],
  })
  const imports = await registerListImport(server, {
    pool,
    work: parts.work,
    ingest,
    now,
    authenticate,
    checkOrigin: (request) => checkOrigin(request, url),
    audit: (entry) => audit.write(entry),
  })
  await registerPages(server, { db: pool, address, hsts: url.startsWith('https://') })
  await registerMailViews(server, {
    authenticate,
    message: (id, principal) => showMessage(views, principal, id),
    mail: (id, { workspace }) => showMail(pool, workspace, id),
  })
  await registerSdk(server, SDK)
  if (config.roles.has('web')) await registerWeb(server, { folder: WEB, hsts: url.startsWith('https://') })
  return {
    writeKey: (value) => keys.writeKey(value),
    setupToken: (await anyWorkspace(pool)) ? '' : setup.value,
    idle: async () => {
      await imports.idle()
      await ingest.idle()
    },
  }
}

interface Made {
  readonly keys: ReturnType<typeof createKeyLookup>
  readonly signIn: ReturnType<typeof createSignIn>
  readonly setup: ReturnType<typeof createSetupToken>
  readonly secrets: ReturnType<typeof secretBox>
  readonly ingest: Ingest
  readonly views: Parameters<typeof messageBindings>[0] & { readonly names: ReturnType<typeof journeyNames> }
}

/** Models, and what they decide. */
function intelligenceBindings({ parts: { pool, work, analytics }, now, announce, recordsAppended, shelf }: Options): Binding[] {
  return [
    ...replayBindings({ pool, analytics, shelf }),
    ...modelReportBindings({ pool }),
    ...contentResultBindings({ pool, work, analytics, shelf, now }),
    ...patternExportBindings({ pool }),
    ...modelBindings({ pool, analytics, now, announce, appended: recordsAppended, shelf }),
    ...decisionBindings({ pool, analytics, now }),
    ...scoreBindings({ pool, work, shelf, now }),
  ]
}

/** Every declared action with what does it. */
function bindingsOf(options: Options, { keys, signIn, setup, secrets, ingest, views }: Made): Binding[] {
  const { config, parts, now, registry, announce } = options
  const { pool, analytics } = parts
  const { names } = views
  const url = config.publicUrl
  const anchors = { path: anchorPath(config.dataDir), trusted: [signer(config.secretKey, 'audit anchors').key] }
  const desk = new ApprovalDesk({ pool, work: parts.work, analytics, now })
  const lifecycle = { pool, work: parts.work, analytics, registry, now, announce, desk }
  const waiting = { pool, work: parts.work, analytics, partitions: config.partitions, now, appended: options.recordsAppended, desk }
  const publishing = desk.publishing(modelPublishing(providerPublishing(journeyPublishing(lifecycle))))
  return [
    ...workspaceBindings({ pool, now, url, signIn, keys, secrets, setup, announce, anchors }),
    ...documentBindings({ pool, now, kinds: KINDS, announce, publishing }),
    ...presetBindings({ pool, analytics, now, publishing }),
    ...lifecycleBindings(lifecycle),
    ...secretBindings({ pool, secrets, now }),
    ...journeyBindings({ pool, analytics, kinds: KINDS, now, models: async (ws) => (await registry.publishedNow(ws)).models ?? [] }),
    ...backtestBindings({ pool, work: parts.work, registry, now }),
    ...policyBindings({ pool, work: parts.work, now }),
    ...peopleBindings({ pool, names, recent: (workspace, page) => recentProfiles(analytics, workspace, page) }),
    ...parkedBindings({ pool, partitions: config.partitions, now, appended: options.recordsAppended }),
    ...heldBindings(waiting),
    ...approvalBindings({ pool, desk, held: heldRuns(waiting), show: showerOf({ db: parts.work, pool, now, kinds: KINDS }), now }),
    ...broadcastBindings({ desk, pool, work: parts.work, ingest, partitions: config.partitions, now, appended: options.recordsAppended }),
    ...budgetBindings({ pool, now }),
    ...pressureBindings({ pool, analytics, names, now }),
    ...consentBindings({
      pool,
      work: parts.work,
      analytics,
      partitions: config.partitions,
      now,
      hash: addressHash(config.secretKey),
      appended: options.recordsAppended,
    }),
    ...privacyBindings({
      pool,
      work: parts.work,
      analytics,
      archive: views.archive,
      erasure: { pool: parts.work, secretKey: config.secretKey, box: secrets, now },
      now,
    }),
    ...complianceBindings({ pool, analytics }),
    ...messageBindings(views),
    ...providerBindings({ pool, parts: options.providers, render: views.render, now }),
    ...reputationBindings({ pool, now, released: options.appended }),
    ...proofBindings({ pool, analytics, archive: views.archive, signer: signer(config.secretKey, 'proof packs'), anchors, now }),
    ...segmentBindings({ pool, work: parts.work, analytics, ingest, now, announce }),
    ...mailBindings({ pool, receiving: options.receiving }),
    bind(GetWebhookSecret, async (_input, { workspace }) => ({ secret: webhookSecret(config.secretKey, workspace) })),
    bind(GetIdentitySecret, async (_input, { workspace }) => ({ secret: identitySecret(config.secretKey, workspace) })),
    bind(MakePushKeys, async () => pushKeys()),
    ...liveBindings({ pool, work: parts.work, now }),
    ...contentBindings({ db: parts.work, pool, now }),
    ...contentCheckBindings({ db: parts.work, pool, now, egress: guardedWayOut(config) }),
    ...pageBindings({ pool, address: options.address }),
    ...intelligenceBindings(options),
    ...testSendBindings({ pool, work: parts.work, now, queued: options.appended }),
    ...measuredBindings({ pool, work: parts.work, analytics, now }),
  ]
}
