import type { Pool } from 'pg'
import { ListPacks, ReadVerdicts } from '#consent/policies/api.ts'
import { PACKS, policiesOf } from '#consent/policies/packs/registry.ts'
import { PolicyPack } from '#consent/policies/schema.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { liveDocuments } from '#platform/documents.ts'
import { type Binding, bind } from '#platform/http/actions.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import { sameAs } from '#profiles/store.ts'
import { type VerdictRow, verdictsOf } from './verdicts-store.ts'

interface Options {
  readonly pool: Pool
  readonly analytics: Analytics
}

/** What compliance officers read: verdicts, and the rules that they rest on. */
export const complianceBindings = ({ pool, analytics }: Options): Binding[] => [
  bind(ReadVerdicts, async ({ profile, message = '', journey = '', outcome = '', policy = '', limit }, { workspace }) => {
    const profiles = profile === undefined ? [] : await inWorkspace(pool, workspace, (tx) => sameAs(tx, workspace, profile))
    const rows = await verdictsOf(analytics, { workspace, profiles, message, journey, outcome, policy, limit })
    return { verdicts: rows.map(shown) }
  }),
  bind(ListPacks, async (_input, { workspace }) => {
    const live = await inWorkspace(pool, workspace, (tx) => liveDocuments(tx, workspace))
    const on = new Map(live.filter(({ kind }) => kind === 'policy-pack').map(({ id, body }) => [id, PolicyPack.parse(body)]))
    const own = new Set(live.filter(({ kind }) => kind === 'policy').map(({ id }) => id))
    return {
      packs: PACKS.map(({ id, name, about }) => ({ id, name, about, on: on.has(id), policies: rulesOf(id, { pack: on.get(id), own }) })),
    }
  }),
]

function rulesOf(id: string, { pack, own }: { pack: PolicyPack | undefined; own: ReadonlySet<string> }) {
  const without = new Set(pack?.without.map(({ policy }) => policy))
  return policiesOf(id).map(({ policy, version }) => ({
    id: policy.id,
    version,
    name: policy.name,
    gate: policy.rule.kind,
    jurisdiction: policy.jurisdiction,
    citation: policy.citation,
    from: policy.effective.from,
    until: policy.effective.until ?? null,
    note: policy.note ?? '',
    replaced: own.has(policy.id) ? ('own' as const) : without.has(policy.id) ? ('left-out' as const) : ('no' as const),
  }))
}

const shown = ({ evidence, policies, until, ...row }: VerdictRow) => ({
  ...row,
  evidence: JSON.parse(evidence) as Record<string, never>,
  policies: policies === '' ? [] : policies.split(' '),
  until: until === 0 ? null : until,
})
