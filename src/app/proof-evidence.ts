import { State } from '#approvals/schema.ts'
import { type RequestRow, requestsIn, votesOn } from '#approvals/store.ts'
import { type ConsentRow, consentRecords } from '#consent/store.ts'
import type { Person } from '#journeys/person.ts'
import { isRefusal, type Outcome, type Problem, refuse } from '#lib/problem.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { type Definition, definition } from '#platform/documents.ts'
import { loadStates } from '#platform/keyed-state.ts'
import type { Queryable } from '#platform/log.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import { findByIdentifier, identifiersOfProfiles, sameAs } from '#profiles/store.ts'
import { type DeliveryRow, deliveriesAbout, type PathRow, pathOf } from './proof-pack-store.ts'
import { type VerdictRow, verdictsOf } from './verdicts-store.ts'

/** What a pack is about: one person under all their profile ids, or one journey. */
export type Subject =
  | { readonly kind: 'person'; readonly profiles: readonly string[] }
  | { readonly kind: 'journey'; readonly journey: string }

export interface EvidenceParts {
  readonly pool: Pool
  readonly analytics: Analytics
}

export interface Approval extends RequestRow {
  readonly votes: Awaited<ReturnType<typeof votesOn>>
}

/** All that is known beside the messages themselves. */
export interface Evidence {
  readonly path: readonly PathRow[]
  readonly deliveries: readonly DeliveryRow[]
  readonly verdicts: readonly VerdictRow[]
  readonly consents: readonly ConsentRow[]
  readonly approvals: readonly Approval[]
  readonly identifiers: readonly { readonly kind: string; readonly value: string }[]
  readonly people: readonly Person[]
}

/** Rows of one kind that a pack holds at most; the page says so when it is reached. */
export const MOST = 100_000

export async function evidenceOf({ pool, analytics }: EvidenceParts, workspace: string, subject: Subject): Promise<Evidence> {
  const profiles = subject.kind === 'person' ? subject.profiles : []
  const journey = subject.kind === 'journey' ? subject.journey : ''
  const about = { workspace, profiles, journey, limit: MOST }
  const [path, deliveries, verdicts, consents] = await Promise.all([
    pathOf(analytics, about),
    deliveriesAbout(analytics, about),
    verdictsOf(analytics, { ...about, message: '', outcome: '', policy: '' }),
    subject.kind === 'person' ? consentRecords(analytics, workspace, profiles) : [],
  ])
  const journeys = [...new Set([...path.map((row) => row.journey), ...(journey === '' ? [] : [journey])])]
  const known = await inWorkspace(pool, workspace, async (tx) => ({
    approvals: await approvalsOf(tx, workspace, journeys),
    identifiers: await identifiersOfProfiles(tx, workspace, profiles),
    people: (
      await loadStates<Person>(
        tx,
        'profile',
        profiles.map((id) => ({ ws: workspace, id })),
      )
    ).map(({ state }) => state),
  }))
  return { path, deliveries, verdicts: verdicts.toReversed(), consents, ...known }
}

async function approvalsOf(tx: Queryable, workspace: string, journeys: readonly string[]): Promise<Approval[]> {
  const all = await requestsIn(tx, workspace, { states: State.options, limit: MOST })
  const about = all.filter(
    ({ manifest }) =>
      manifest.journeys.some((id) => journeys.includes(id)) ||
      manifest.documents.some(({ kind, id }) => kind === 'journey' && journeys.includes(id)),
  )
  const found: Approval[] = []
  for (const request of about) found.push({ ...request, votes: await votesOn(tx, workspace, request.id) })
  return found
}

const unknown = (what: string, detail: string): Problem => ({
  code: `proof.${what}`,
  status: 404,
  title: what === 'person' ? 'There is no such person' : 'There is no such journey',
  detail,
  hint: what === 'person' ? 'Give a profile id, an e-mail address or a user id.' : 'Look at the list of journeys for its id.',
})

/** The person by profile id or by any identifier, or the journey. */
export async function subjectOf(
  { pool }: EvidenceParts,
  workspace: string,
  { person, journey }: { person?: string | undefined; journey?: string | undefined },
): Promise<Outcome<Subject>> {
  if ((person === undefined) === (journey === undefined))
    return refuse({
      code: 'proof.subject',
      status: 422,
      title: 'A pack is about one person or one journey',
      hint: 'Give either `person` or `journey`.',
    })
  return inWorkspace(pool, workspace, async (tx): Promise<Outcome<Subject>> => {
    if (journey !== undefined) {
      const { rows } = await everPublished(tx, workspace, journey)
      return rows ? { kind: 'journey', journey } : refuse(unknown('journey', journey))
    }
    const found = await profileOf(tx, workspace, person!)
    return isRefusal(found) ? found : { kind: 'person', profiles: await sameAs(tx, workspace, found.id) }
  })
}

const everPublished = async (tx: Queryable, workspace: string, id: string): Promise<{ rows: boolean }> => ({
  rows: (await definition(tx, { workspace, kind: 'journey', id, version: 1 })) !== undefined,
})

async function profileOf(tx: Queryable, workspace: string, person: string): Promise<Outcome<{ id: string }>> {
  const [state] = await loadStates<Person>(tx, 'profile', [{ ws: workspace, id: person }])
  if (state) return { id: person }
  for (const start of [person, person.toLowerCase()]) {
    const rows = await findByIdentifier(tx, workspace, { start, exact: start, after: '', limit: 1 })
    if (rows[0]?.value === start) return { id: rows[0].profile }
  }
  return refuse(unknown('person', person))
}

/** Authored things in the versions that stand behind what happened; what is gone is left out. */
export async function versionsOf(pool: Pool, workspace: string, names: ReadonlySet<string>): Promise<Definition[]> {
  return inWorkspace(pool, workspace, async (tx) => {
    const found: Definition[] = []
    for (const name of [...names].sort()) {
      const [kind = '', id = '', version = ''] = name.split(' ')
      const one = await definition(tx, { workspace, kind, id, version: Number(version) })
      if (one) found.push(one)
    }
    return found
  })
}
