import { ProviderDocument } from '#channels/provider-document.ts'
import { providerDays } from '#channels/provider-store.ts'
import { firstHour, hourOf, WINDOWS } from '#channels/reputation.ts'
import { identitiesOf, tallySince } from '#channels/reputation-store.ts'
import { allowance, dayOf } from '#channels/warm-up.ts'
import { Model } from '#decisions/schema.ts'
import { snapshotLines } from '#decisions/store.ts'
import { attributionActions } from '#measurement/attribution/actions.ts'
import { readCosts } from '#measurement/cost/ledger-store.ts'
import { readReturns } from '#measurement/cost/returns-store.ts'
import { experimentActions, shelfOf } from '#measurement/experiments/actions.ts'
import { goalBindings, outcomeBindings } from '#measurement/goals/actions.ts'
import type { ModelSays, Ports, SendingDomain, WarmingUp } from '#measurement/reports/kind.ts'
import { readFit } from '#measurement/value/fits-store.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { liveDocuments } from '#platform/documents.ts'
import type { Call } from '#platform/http/actions.ts'
import type { Queryable } from '#platform/log.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import { currencyOf } from '#workspaces/store.ts'
import { costParts } from './costs.ts'
import { KINDS } from './kinds.ts'

interface Options {
  readonly pool: Pool
  readonly analytics: Analytics
  /** Epoch ms. */
  readonly now: () => number
}

/** What reports read beside facts. */
export const reportPorts = ({ pool, analytics, now }: Options): Ports => ({
  ask: asking({ pool, analytics, now }),
  sending: (workspace) => inWorkspace(pool, workspace, (tx) => sendingDomains(tx, workspace, now())),
  models: (workspace, type) => inWorkspace(pool, workspace, (tx) => modelsSay(tx, workspace, type)),
  warmUps: (workspace) => inWorkspace(pool, workspace, (tx) => warmingUp(tx, workspace, now())),
  async document(workspace, kind, id) {
    const live = await inWorkspace(pool, workspace, (tx) => liveDocuments(tx, workspace))
    const found = live.find((each) => each.kind === kind && each.id === id)
    return found && KINDS.get(kind)?.schema.parse(found.body)
  },
  valueFit: (workspace, id) => inWorkspace(pool, workspace, (tx) => readFit(tx, workspace, id)),
  costs: (workspace, asked) => readCosts(costParts({ pool, analytics, now }), { ...asked, workspace }),
  returns: (workspace, asked) => readReturns(costParts({ pool, analytics, now }), { ...asked, workspace }),
})

/** Asks actions of measurement as a member who may read reports does. */
function asking({ pool, analytics, now }: Options): Ports['ask'] {
  const experiments = { analytics, pool, kinds: KINDS, currencyOf, now }
  const library = async (workspace: string) => (await shelfOf(experiments, workspace)).library
  const answers = [
    ...attributionActions(experiments),
    ...experimentActions(experiments),
    ...goalBindings({ analytics, now, library }),
    ...outcomeBindings(experiments),
  ]
  return async (workspace, action, input) => {
    const handle = answers.find((binding) => binding.action.name === action.name)?.handle
    if (!handle) throw new Error(`${action.name} is no report that can be read here`)
    const principal = { workspace, actor: 'system:reports', permissions: new Set(['reports:read'] as const) }
    return (await handle(input, principal, NO_CALL)) as Awaited<ReturnType<Ports['ask']>> as never
  }
}

/** Reads look at nothing of a request, and write nothing. */
const NO_CALL = new Proxy({} as Call, {
  get: (_call, name) => {
    throw new Error(`a report asked for ${String(name)} of a request`)
  },
})

/** The last seven days of each domain, since somebody last let it go on. */
async function sendingDomains(tx: Queryable, workspace: string, now: number): Promise<SendingDomain[]> {
  const week = WINDOWS[1]
  const found: SendingDomain[] = []
  for (const { domain, state, cause, countedFrom } of await identitiesOf(tx, workspace, hourOf(now - week))) {
    const tally = await tallySince(tx, { ws: workspace, domain, hour: firstHour(week, { now, countedFrom }) })
    found.push({ domain, state, cause, ...tally })
  }
  return found
}

async function modelsSay(tx: Queryable, workspace: string, type: string): Promise<ModelSays[]> {
  const said: ModelSays[] = []
  for (const { kind, body } of await liveDocuments(tx, workspace)) {
    if (kind !== 'model') continue
    const model = Model.parse(body)
    if (model.type !== type) continue
    const [newest] = await snapshotLines(tx, { ws: workspace, model: model.id, before: 2_147_483_647, limit: 1 })
    // The newest line may say that everything was forgotten.
    if (newest && newest.task !== '')
      said.push({ model: model.id, snapshot: newest.serial, trainedTo: newest.trainedTo, report: newest.report })
  }
  return said
}

async function warmingUp(tx: Queryable, workspace: string, now: number): Promise<WarmingUp[]> {
  const today = dayOf(now)
  const days = await providerDays(tx, workspace, today)
  return (await liveDocuments(tx, workspace)).flatMap(({ kind, body }) => {
    if (kind !== 'provider') return []
    const { id, warmUp } = ProviderDocument.parse(body)
    if (!warmUp) return []
    const day = days.find((each) => each.provider === id && each.day === today)
    return [{ provider: id, allowance: allowance(warmUp, today), sentToday: day?.reserved ?? 0 }]
  })
}
