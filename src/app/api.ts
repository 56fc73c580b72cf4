import { join } from 'node:path'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import { companyBindings } from '#accounts/actions.ts'
import { mailBindings, showMail } from '#channels/actions.ts'
import { identitySecret, linkKeys } from '#channels/adapters/keys.ts'
import { pushKeys } from '#channels/adapters/web-push.ts'
import { GetIdentitySecret, MakePushKeys } from '#channels/api.ts'
import { previewTemplate } from '#content/actions.ts'
import { systemClock } from '#platform/clock.ts'
import type { Config } from '#platform/config.ts'
import type { Announce } from '#platform/documents.ts'
import { type Binding, bind, registerActions } from '#platform/http/actions.ts'
import { stateOf } from '#platform/http/server.ts'
import { systemNames } from '#platform/names.ts'
import { secretBox } from '#platform/secrets.ts'
import { addressHash } from '#platform/suppressions.ts'
import { livingWorkers } from '#platform/workers.ts'
import { ownAccountBindings } from '#workspaces/account/actions.ts'
import { idempotencyStore, workspaceBindings } from '#workspaces/actions.ts'
import { signer } from '#workspaces/adapters/anchor-keys.ts'
import { anchorPath } from '#workspaces/adapters/anchoring.ts'
import { auditTrail } from '#workspaces/adapters/audit-trail.ts'
import { createKeyLookup } from '#workspaces/adapters/key-lookup.ts'
import { checkOrigin, resolvePrincipal } from '#workspaces/adapters/principals.ts'
import { mountProviders, PROVIDER_ROUTES } from '#workspaces/adapters/provider-routes.ts'
import { createSetupToken } from '#workspaces/adapters/setup-token.ts'
import { AUTH_ROUTES, createSignIn } from '#workspaces/adapters/sign-in.ts'
import { commentBindings } from '#workspaces/comments/actions.ts'
import { documentBindings } from '#workspaces/documents/actions.ts'
import { draftBindings } from '#workspaces/drafts/actions.ts'
import { entranceBindings } from '#workspaces/entrance/actions.ts'
import { secretBindings } from '#workspaces/secrets/actions.ts'
import { anyWorkspace } from '#workspaces/store.ts'
import { tenantBindings } from '#workspaces/tenants/actions.ts'
import { ACTIONS } from './actions.ts'
import { approvalBindings } from './approvals.ts'
import { ApprovalDesk } from './approvals-desk.ts'
import { showerOf } from './approvals-examples.ts'
import { exampleOf } from './approvals-shown.ts'
import { backtestBindings } from './backtest-actions.ts'
import { broadcastBindings } from './broadcast-actions.ts'
import { budgetBindings } from './budgets-read.ts'
import { campaignBindings } from './campaigns.ts'
import { channelSettingBindings } from './channel-settings.ts'
import { complianceBindings } from './compliance.ts'
import { consentBindings } from './consent-actions.ts'
import { contentBindings, previewParts } from './content.ts'
import { contentCheckBindings } from './content-checks.ts'
import { contentListBindings } from './content-lists.ts'
import { contentResultBindings } from './content-results.ts'
import { timed } from './costs.ts'
import { recentProfiles } from './counts-store.ts'
import { dataBindings } from './data-actions.ts'
import { decisionBindings } from './decisions-read.ts'
import { decisionScreenBindings } from './decisions-screens.ts'
import type { DefinitionsRegistry } from './definitions.ts'
import { archiveOf, guardedWayOut, prepareParts } from './delivery.ts'
import { formBindings } from './document-forms.ts'
import { gathering, ingestOf, wayOut } from './gathering.ts'
import { statusBindings } from './health.ts'
import { heldBindings, heldRuns } from './held.ts'
import { homeBindings } from './home/home.ts'
import type { Ingest } from './ingest.ts'
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
import { mailChoiceBindings } from './mail-choices.ts'
import { registerMailViews } from './mail-views.ts'
import { measuredBindings } from './measured.ts'
import { messageBindings, showMessage } from './messages.ts'
import type { Parts } from './open-parts.ts'
import { pageBindings, registerPages } from './pages.ts'
import { parkedBindings } from './parked.ts'
import { peopleBindings } from './people.ts'
import type { PlanShelf } from './plan-shelf.ts'
import { policyBindings } from './policy-backtest-actions.ts'
import { registerPreferencePreview } from './preference-preview.ts'
import { pressureBindings } from './pressure.ts'
import { registerPreviewViews } from './preview-views.ts'
import { privacyBindings } from './privacy-actions.ts'
import { modelPublishing } from './promotion.ts'
import { proofBindings } from './proof-pack.ts'
import { providerBindings, providerPublishing } from './provider-actions.ts'
import type { Readings } from './readings.ts'
import { replayBindings } from './replay-decisions.ts'
import { reputationBindings } from './reputation-actions.ts'
import { GRANTED, roleBindings } from './role-table.ts'
import { type Samples, type SamplesParts, sampleBindings, startSamples } from './sample/samples.ts'
import { scoreBindings } from './scores.ts'
import { peopleOf, segmentBindings } from './segments-read.ts'
import type { SourceCounts } from './source-counts.ts'
import { postOf } from './system-mail.ts'
import { testSendBindings } from './test-send.ts'
import { told } from './told.ts'
import { VERSION } from './version.ts'
import { registerSdk, registerWeb, tellTime, webFolder } from './web-assets.ts'
import { registerWebView } from './web-view.ts'
import { webhookBindings } from './webhooks.ts'
import { workspaceEndBindings } from './workspace-end.ts'

const WEB = webFolder(join(import.meta.dirname, '../..'))
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
  /** What this process has measured of itself. */
  readonly readings: Pick<Readings, 'latency'>
  /** Where people and links reach the server; known when it listens. */
  readonly address: { readonly url: string }
}

interface Api {
  readonly writeKey: (value: string) => Promise<{ readonly workspace: string; readonly source: string } | undefined>
  /** What judges and counts events as they come. */
  readonly plans: PlanShelf
  readonly counts: SourceCounts
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
  const wall = systemClock() // whoever may enter is decided by the world's clock, also while a demonstration runs on a faster one
  const keys = createKeyLookup(pool, () => wall.now())
  const signIn = createSignIn({ pool, secret: config.secretKey, url })
  const setup = createSetupToken(() => wall.now())
  const ingest = ingestOf(options)
  const gathered = gathering(options)
  const names = journeyNames(parts.work, registry)
  const authenticate = (request: FastifyRequest, reply: FastifyReply) => resolvePrincipal(request, reply, { db: pool, keys, signIn })
  const render = prepareParts({ parts, config, address })
  const way = { pool, now: () => wall.now(), secrets, egress: wayOut(server, config), address, signIn, post: postOf(options, render) }
  const views = {
    ...options,
    names,
    render,
    archive: archiveOf({ parts, config, address, logger: options.logger }),
  }
  const audit = auditTrail({ pool, now })
  const samples = startSamples(samplesOf(options, { ...views, keys }))
  const made = { keys, signIn, setup, secrets, ingest, gathered, views, samples, way }
  await registerActions(server, {
    actions: ACTIONS,
    bindings: timed([...bindingsOf(options, made), ...statusBindings(() => stateOf(server), options)], { ...options, pool }),
    authenticate,
    checkOrigin: (request) => checkOrigin(request, url),
    audit,
    idempotency: idempotencyStore({ pool, now, secrets }),
    hsts: url.startsWith('https://'),
    inLanguage: told,
    version: VERSION,
    url,
    others: [(scope) => signIn.mount(scope), (scope) => mountProviders(scope, way), (scope) => tellTime(scope, now)],
    granted: GRANTED,
    otherRoutes: [...AUTH_ROUTES, ...PROVIDER_ROUTES, IMPORT_ROUTE],
  })
  await registerListImport(server, {
    pool,
    work: parts.work,
    now,
    authenticate,
    checkOrigin: (request) => checkOrigin(request, url),
    audit: (entry) => audit.write(entry),
  })
  await registerPages(server, { db: pool, address, hsts: url.startsWith('https://') })
  await registerViews(server, options, { authenticate, views })
  await registerSdk(server, SDK)
  if (config.roles.has('web')) await registerWeb(server, { folder: WEB, hsts: url.startsWith('https://') })
  return {
    writeKey: (value) => keys.writeKey(value),
    ...gathered,
    setupToken: (await anyWorkspace(pool)) ? '' : setup.value,
    idle: async () => {
      await samples.stop()
      await ingest.idle()
      await gathered.counts.flush()
    },
  }
}

/** What is shown in frames: messages as they were sent, mail as it arrived, drafts as their readers would see them. */
async function registerViews(
  server: FastifyInstance,
  { config, parts, now }: Options,
  { authenticate, views }: Pick<Made, 'views'> & Pick<Parameters<typeof registerMailViews>[1], 'authenticate'>,
): Promise<void> {
  const url = config.publicUrl
  await registerMailViews(server, {
    authenticate,
    message: (id, principal) => showMessage(views, principal, id),
    mail: (id, { workspace }) => showMail(parts.pool, workspace, id),
    example: (asked, principal) =>
      exampleOf(
        {
          pool: parts.pool,
          desk: new ApprovalDesk({
            pool: parts.pool,
            work: parts.work,
            analytics: parts.analytics,
            now,
            hash: addressHash(config.secretKey),
          }),
          show: shower({ parts, now }),
        },
        asked,
        principal,
      ),
  })
  await registerPreferencePreview(server, { authenticate, pool: parts.pool, hsts: url.startsWith('https://') })
  await registerWebView(server, {
    links: linkKeys(config.secretKey),
    message: (id, workspace) => showMessage(views, { workspace }, id),
    hsts: url.startsWith('https://'),
  })
  await registerPreviewViews(server, {
    authenticate,
    checkOrigin: (request) => checkOrigin(request, url),
    preview: (input, workspace) => previewTemplate(input, workspace, previewParts({ db: parts.work, pool: parts.pool, now })),
    hsts: url.startsWith('https://'),
  })
}

interface Made {
  readonly keys: ReturnType<typeof createKeyLookup>
  readonly signIn: ReturnType<typeof createSignIn>
  readonly setup: ReturnType<typeof createSetupToken>
  readonly secrets: ReturnType<typeof secretBox>
  readonly way: Parameters<typeof entranceBindings>[0] & Parameters<typeof ownAccountBindings>[0]
  readonly ingest: Ingest
  readonly gathered: ReturnType<typeof gathering>
  readonly samples: Samples
  readonly views: Parameters<typeof messageBindings>[0] & { readonly names: ReturnType<typeof journeyNames> }
}

/** Models, and what they decide. */
function intelligenceBindings(
  { parts: { pool, work, analytics }, now, announce, recordsAppended, shelf }: Options,
  names: Made['views']['names'],
): Binding[] {
  return [
    ...replayBindings({ pool, analytics, shelf }),
    ...modelReportBindings({ pool }),
    ...contentResultBindings({ pool, work, analytics, shelf, now }),
    ...patternExportBindings({ pool }),
    ...modelBindings({ pool, analytics, now, announce, appended: recordsAppended, shelf }),
    ...decisionBindings({ pool, analytics, now, names }),
    ...decisionScreenBindings({ pool, analytics, shelf, now }),
    ...formBindings({ pool, analytics, now }),
    ...scoreBindings({ pool, work, shelf, now }),
  ]
}

/** What the making of sample workspaces needs. */
const samplesOf = (options: Options, { archive, render, keys }: Pick<SamplesParts, 'archive' | 'render' | 'keys'>): SamplesParts => {
  const { config, parts } = options
  const living = async (): Promise<readonly string[]> => (config.database.kind === 'embedded' ? [parts.owner] : livingWorkers(parts.work))
  return { ...options, archive, render, keys, living, partitions: config.partitions, appended: options.recordsAppended }
}

/** Messages as approvers are shown them. */
const shower = ({ parts, now }: Pick<Options, 'parts' | 'now'>) => showerOf({ db: parts.work, pool: parts.pool, now, kinds: KINDS })

/** What waits for a person's word, and what goes out by it. */
function decidedBindings(
  options: Options,
  { desk, documents, ingest }: { desk: ApprovalDesk; documents: Parameters<typeof documentBindings>[0]; ingest: Ingest },
): Binding[] {
  const { config, parts, now } = options
  const log = { pool: parts.pool, work: parts.work, partitions: config.partitions, now, appended: options.recordsAppended, desk }
  const waiting = { ...log, analytics: parts.analytics }
  const url = config.publicUrl.replace(/\/$/, '')
  return [
    ...heldBindings(waiting),
    ...approvalBindings({ pool: parts.pool, desk, held: heldRuns(waiting), show: shower(options), now, documents, url }),
    ...broadcastBindings({ ...log, ingest }),
    ...campaignBindings({ ...waiting, registry: options.registry, documents, hash: addressHash(config.secretKey) }),
  ]
}

/** What comes in, what stands still, what goes out to other programs. */
function roadBindings(options: Options, { ingest, gathered, secrets }: Pick<Made, 'ingest' | 'gathered' | 'secrets'>): Binding[] {
  const { config, parts, now } = options
  const { pool, work, analytics } = parts
  return [
    ...dataBindings({ pool, work, analytics, now, ingest, ...gathered }),
    ...webhookBindings({ pool, secretKey: config.secretKey, now, egress: guardedWayOut(config) }),
    ...parkedBindings({ pool, partitions: config.partitions, now, appended: options.recordsAppended }),
    ...channelSettingBindings({ pool, secrets, names: systemNames(), now, host: () => new URL(config.publicUrl).hostname }),
    ...mailChoiceBindings({ pool, now }),
    bind(GetIdentitySecret, async (_input, { workspace }) => ({ secret: identitySecret(config.secretKey, workspace) })),
    bind(MakePushKeys, async () => pushKeys()),
  ]
}

/** Accounts, ways in, workspaces that are made and end, and what roles may do. */
const accessBindings = ({ parts: { pool }, now, announce }: Options, { way, keys }: Pick<Made, 'way' | 'keys'>): Binding[] => [
  ...ownAccountBindings(way),
  ...entranceBindings(way),
  ...tenantBindings({ pool, now }),
  ...workspaceEndBindings({ pool, now, announce, keys }),
  ...roleBindings(() => ACTIONS),
]

/** Every declared action with what does it. */
function bindingsOf(options: Options, { keys, signIn, setup, secrets, ingest, gathered, views, samples, way }: Made): Binding[] {
  const { config, parts, now, registry, announce } = options
  const { pool, analytics } = parts
  const { names } = views
  const anchors = { path: anchorPath(config.dataDir), trusted: [signer(config.secretKey, 'audit anchors').key] }
  const desk = new ApprovalDesk({ pool, work: parts.work, analytics, now, hash: addressHash(config.secretKey) })
  const lifecycle = { pool, work: parts.work, analytics, registry, now, announce, desk }
  const publishing = desk.publishing(modelPublishing(providerPublishing(journeyPublishing(lifecycle))))
  const documents = { pool, now, kinds: KINDS, announce, publishing }
  return [
    ...workspaceBindings({ pool, now, address: options.address, signIn, keys, secrets, setup, announce, anchors, post: way.post }),
    ...accessBindings(options, { way, keys }),
    ...documentBindings(documents),
    ...draftBindings(documents),
    ...commentBindings(documents),
    ...presetBindings({ pool, analytics, now, publishing }),
    ...lifecycleBindings(lifecycle),
    ...secretBindings({ pool, secrets, now }),
    ...journeyBindings({ pool, work: parts.work, analytics, kinds: KINDS, now, published: (ws) => registry.publishedNow(ws) }),
    ...backtestBindings({ pool, work: parts.work, registry, now }),
    ...policyBindings({ pool, work: parts.work, now }),
    ...companyBindings({ analytics, now, people: (workspace, ids) => peopleOf(pool, workspace, ids) }),
    ...peopleBindings({ pool, analytics, now, names, recent: (workspace, page) => recentProfiles(analytics, workspace, page) }),
    ...roadBindings(options, { ingest, gathered, secrets }),
    ...decidedBindings(options, { desk, documents, ingest }),
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
    ...sampleBindings(options, samples),
    ...homeBindings({ pool, work: parts.work, analytics, kinds: KINDS, now }),
    ...providerBindings({ pool, parts: options.providers, render: views.render, now }),
    ...reputationBindings({ pool, now, released: options.appended }),
    ...proofBindings({ pool, analytics, archive: views.archive, signer: signer(config.secretKey, 'proof packs'), anchors, now }),
    ...segmentBindings({ pool, work: parts.work, analytics, ingest, now, announce }),
    ...mailBindings({ pool, receiving: options.receiving }),
    ...liveBindings({ pool, work: parts.work, now }),
    ...contentBindings({ db: parts.work, pool, now }),
    ...contentCheckBindings({ db: parts.work, pool, now, egress: guardedWayOut(config) }),
    ...contentListBindings({ pool, analytics, now }),
    ...pageBindings({ pool, address: options.address }),
    ...intelligenceBindings(options, views.names),
    ...testSendBindings({ pool, work: parts.work, now, queued: options.appended }),
    ...measuredBindings({ pool, work: parts.work, analytics, now, documents }),
  ]
}
