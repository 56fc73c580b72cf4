import { PROVIDERS } from '#channels/adapters/providers.ts'
import { ListProviders, TestProvider } from '#channels/api.ts'
import type { Handover, Prepared } from '#channels/channel.ts'
import { phoneNumber } from '#channels/phone.ts'
import type { ProviderType } from '#channels/provider.ts'
import { ProviderDocument, targetOf } from '#channels/provider-document.ts'
import { providerDays, providerStates } from '#channels/provider-store.ts'
import { allowance, dayOf } from '#channels/warm-up.ts'
import { explain } from '#journeys/reasons.ts'
import { digest } from '#lib/hash.ts'
import { isRefusal, type Outcome, type Problem, refuse } from '#lib/problem.ts'
import { liveDocuments } from '#platform/documents.ts'
import { type Binding, bind } from '#platform/http/actions.ts'
import type { Queryable } from '#platform/log.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import type { Publishing } from '#workspaces/documents/actions.ts'
import { bindSecret, boundTarget } from '#workspaces/secrets/store.ts'
import { connectionOf, type ExitsParts, toolsOf } from './exits.ts'
import { type PrepareParts, prepare } from './prepare.ts'
import { isSample } from './sample/nothing-leaves.ts'

interface Options {
  readonly pool: Pool
  readonly parts: Pick<ExitsParts, 'tools' | 'told' | 'now' | 'secret' | 'publicUrl'>
  readonly render: PrepareParts
  readonly now: () => number
  readonly types?: ReadonlyMap<string, ProviderType>
}

const TEST_MS = 30_000
const unknown = (id: string): Problem => ({ code: 'provider.unknown', status: 404, title: 'There is no provider of this name', detail: id })

export const providerBindings = (options: Options): Binding[] => [
  bind(ListProviders, async (_input, { workspace }) => ({ providers: await linesOf(options, workspace) })),
  bind(TestProvider, async ({ id, to }, { workspace }, call) => {
    call.note({ object: `provider:${id}` })
    return tested(options, { workspace, id, to })
  }),
]

const documentsOf = async (db: Queryable, workspace: string): Promise<ProviderDocument[]> =>
  (await liveDocuments(db, workspace)).filter(({ kind }) => kind === 'provider').map(({ body }) => ProviderDocument.parse(body))

async function linesOf({ pool, now, parts }: Options, workspace: string) {
  const at = now()
  const today = dayOf(at)
  const month = dayOf(Date.UTC(new Date(at).getUTCFullYear(), new Date(at).getUTCMonth(), 1))
  const [documents, states, days] = await inWorkspace(pool, workspace, async (tx) => [
    await documentsOf(tx, workspace),
    await providerStates(tx, workspace),
    await providerDays(tx, workspace, month),
  ])
  return documents.map(({ id, name = '', channel, type, mode, rate, warmUp, fallback, cost, default: standard }) => {
    const state = states.find((each) => each.provider === id)
    const own = days.filter((each) => each.provider === id)
    const day = own.find((each) => each.day === today)
    const lastError = state?.lastError ?? ''
    return {
      id,
      name,
      channel,
      type,
      mode,
      default: standard === true,
      fallback: fallback ?? null,
      breaker: state?.breaker ?? ('closed' as const),
      perSecond: rate ?? null,
      warmUp: warmUp ? { today: day?.reserved ?? 0, allowed: allowance(warmUp, today) } : null,
      today: { sent: day?.sent ?? 0, failed: day?.failed ?? 0 },
      lastError,
      lastErrorSentence: lastError === '' ? '' : explain(lastError),
      lastErrorAt: state && lastError !== '' ? state.lastErrorAt : null,
      costThisMonth: cost ? { currency: cost.currency, amount: own.reduce((sum, each) => sum + each.cost, 0) / 1_000_000 } : null,
      hookUrl: `${parts.publicUrl()}/hooks/${workspace}/${id}`,
    }
  })
}

/** Hands one message over at once, past queue, rate and plan, and says what the provider answered. */
async function tested(
  { pool, parts, render, now, types = PROVIDERS }: Options,
  { workspace, id, to }: { workspace: string; id: string; to: string },
): Promise<Outcome<{ outcome: Handover['kind'] | 'sandbox'; reason: string; providerId: string }>> {
  const document = (await inWorkspace(pool, workspace, (tx) => documentsOf(tx, workspace))).find((each) => each.id === id)
  const type = document && types.get(document.type)
  if (!document || !type) return refuse(unknown(id))
  const prepared = await testMessage(document, { workspace, to, at: now(), render })
  if (isRefusal(prepared)) return prepared
  if (document.mode === 'sandbox' || (await inWorkspace(pool, workspace, (tx) => isSample(tx, workspace))))
    return { outcome: 'sandbox', reason: 'sandbox', providerId: '' }
  const channel = type.connect(connectionOf({ ws: workspace, id, document, type }, parts), toolsOf({ ws: workspace, id }, parts))
  try {
    const handover = await channel.send(prepared, AbortSignal.timeout(TEST_MS))
    return {
      outcome: handover.kind,
      reason: handover.kind === 'sent' ? '' : handover.reason,
      providerId: handover.kind === 'sent' ? handover.providerId : '',
    }
  } finally {
    await channel.close()
  }
}

const TEXT = 'This is a test message of Cadenza. It works.'

async function testMessage(
  { id: provider, channel }: ProviderDocument,
  { workspace, to, at, render }: { workspace: string; to: string; at: number; render: PrepareParts },
): Promise<Outcome<Prepared>> {
  const about = {
    id: `test:${digest(`${workspace} ${provider} ${to} ${at}`).slice(0, 16)}`,
    workspace,
    lane: 'transactional',
    provider,
  } as const
  switch (channel) {
    case 'email': {
      const origin = { journey_id: 'provider-test', version: 0, enrollment_id: about.id, step_id: 'test' }
      const payload = { ...origin, note: true, subject: 'Test message', text: TEXT }
      const due = { id: about.id, ws: workspace, key: '', channel, address: to, topic: '', lane: about.lane, createdAt: at, payload }
      const made = await prepare(due, render)
      return isRefusal(made) ? made : made.prepared
    }
    case 'sms':
    case 'whatsapp': {
      const number = phoneNumber(to)
      if (number === undefined)
        return refuse({ code: 'address_invalid', status: 422, title: 'Write a number such as +15005550006', at: '/to' })
      return channel === 'sms'
        ? { kind: 'sms', ...about, to: number, text: TEXT }
        : { kind: 'whatsapp', ...about, to: number, approved: undefined, text: TEXT }
    }
    case 'slack':
      return { kind: 'slack', ...about, to, text: TEXT }
    case 'push':
    case 'inapp':
    case 'webhook':
      return refuse({
        code: 'provider.no_test',
        status: 422,
        title: `A provider for ${channel} has no address to try by itself`,
        hint: 'Send a test of a template to a profile instead.',
      })
  }
}

/** Publishing a provider binds its secrets to where they go; one that is bound elsewhere has to be given again. */
export const providerPublishing = (inner: Publishing): Publishing => ({
  async guard(tx, asked) {
    for (const { kind, body } of changed(asked)) {
      const document = kind === 'provider' ? ProviderDocument.safeParse(body) : null
      if (!document?.success) continue
      for (const [name, kept] of Object.entries(document.data.secrets)) {
        const target = await boundTarget(tx, { workspace: asked.workspace, name: kept })
        if (target && target !== targetOf(document.data)) return movedSecret({ id: document.data.id, name, kept })
      }
    }
    return inner.guard(tx, asked)
  },
  async published(tx, done) {
    const live = (await liveDocuments(tx, done.workspace)).filter(({ kind }) => kind === 'provider')
    for (const { id } of done.published.filter(({ kind }) => kind === 'provider')) {
      const document = ProviderDocument.parse(live.find((each) => each.id === id)?.body)
      for (const name of Object.values(document.secrets))
        await bindSecret(tx, { workspace: done.workspace, name, target: targetOf(document) })
    }
    return inner.published(tx, done)
  },
})

const changed = ({ changes, documents }: Parameters<Publishing['guard']>[1]) =>
  documents.filter(({ kind, id }) => changes.some((change) => change.kind === kind && change.id === id && change.action !== 'archive'))

const movedSecret = ({ id, name, kept }: { id: string; name: string; kept: string }): Problem => ({
  code: 'provider.secret_moved',
  status: 422,
  title: `The secret "${kept}" was given for another server`,
  detail: `provider "${id}"`,
  at: `/secrets/${name}`,
  hint: `Give it again for this one: PUT /api/secrets/${kept}. A secret is never sent to a server that it was not given for.`,
})
