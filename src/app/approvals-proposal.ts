import { createHash } from 'node:crypto'
import type { Wanted } from '#approvals/api.ts'
import { bounds, closure, type Doc, differences, fragmentsOf, journeysThatChange, withinBand } from '#approvals/closure.ts'
import type { Evidence, JourneyReach, Manifest, Touched } from '#approvals/schema.ts'
import type { BoundJourney } from '#approvals/store.ts'
import { canonical, type Json, type JsonObject } from '#lib/json.ts'
import { hashOf, type Live, yamlOf } from '#platform/documents-plan.ts'
import { textDiff } from '#platform/text-diff.ts'

/** What somebody wants, with all that it would change and all that it would send. */
export interface Proposal {
  readonly wanted: Wanted
  readonly before: readonly Doc[]
  readonly after: readonly Doc[]
  readonly manifest: Manifest
  readonly hash: string
  /** All documents that are bound. */
  readonly bound: readonly Doc[]
  /** Journeys whose messages are in question. */
  readonly journeys: readonly Doc[]
}

export interface Around {
  readonly live: readonly Live[]
  /** Of the workspace: what messages say of it, and how it asks for consent. */
  readonly words: JsonObject
  /** Of held runs: which ones wait. */
  readonly runs?: readonly string[]
}

type Publish = Extract<Wanted, { kind: 'publish' }>

/** Drafts must have become documents by now. */
export function proposalOf(wanted: Wanted, { live, words, runs = [] }: Around): Proposal {
  const before: Doc[] = live.map(({ kind, id, body, hash }) => ({ kind, id, body, hash }))
  const after = wanted.kind === 'publish' ? becoming(before, wanted) : before
  const touched = wanted.kind === 'publish' ? touchedBy(before, after) : []
  const changing = wanted.kind === 'publish' ? journeysThatChange(before, after) : [wanted.journey]
  const journeys = after.filter(({ kind, id }) => kind === 'journey' && changing.includes(id))
  const bound = closure([...touched, ...journeys], after)
  const manifest: Manifest = {
    operation: wanted.kind,
    touched,
    inFlight: wanted.kind === 'publish' ? (wishesOf(wanted, touched) as Record<string, never>) : {},
    journeys: changing.sort(),
    documents: bounds(bound),
    workspace: words as Record<string, never>,
    runs: [...runs].sort(),
  }
  return { wanted, before, after, manifest, hash: hashOf(manifest as unknown as Json), bound, journeys }
}

/** To say that people finish on their version is to say nothing, and so is a word on a journey that stays as it is. */
function wishesOf({ inFlight }: Publish, touched: readonly Touched[]): Record<string, Json> {
  const made = new Set(touched.filter(({ kind, action }) => kind === 'journey' && action !== 'archive').map(({ id }) => id))
  return Object.fromEntries(Object.entries(inFlight).filter(([id, wish]) => made.has(id) && wish.kind !== 'pin')) as Record<string, Json>
}

function becoming(before: readonly Doc[], { documents, archive, prune }: Publish): Doc[] {
  const name = ({ kind, id }: { kind: string; id: string }): string => `${kind}/${id}`
  const given = new Map(
    documents.map(({ kind, id, body }) => [name({ kind, id }), { kind, id, body: body as Json, hash: hashOf(body as Json) }]),
  )
  const gone = new Set(archive.map(name))
  const kept = before.filter((each) => !given.has(name(each)) && !gone.has(name(each)) && !prune)
  return [...kept, ...given.values()].sort((a, b) => (name(a) < name(b) ? -1 : 1))
}

function touchedBy(before: readonly Doc[], after: readonly Doc[]): Touched[] {
  const name = ({ kind, id }: { kind: string; id: string }): string => `${kind}/${id}`
  const [was, is] = [new Map(before.map((each) => [name(each), each])), new Map(after.map((each) => [name(each), each]))]
  const found: Touched[] = []
  for (const [key, { kind, id, hash }] of is) {
    const old = was.get(key)
    if (old?.hash !== hash) found.push({ kind, id, action: old ? 'change' : 'create', before: old?.hash ?? null, after: hash })
  }
  for (const [key, { kind, id, hash }] of was) if (!is.has(key)) found.push({ kind, id, action: 'archive', before: hash, after: null })
  return found.sort((a, b) => (name(a) < name(b) ? -1 : 1))
}

/** The changes of a proposal as texts. */
export function diffsOf({ before, after, manifest }: Proposal) {
  const yaml = (documents: readonly Doc[], { kind, id }: Touched): string => {
    const found = documents.find((each) => each.kind === kind && each.id === id)
    return found ? yamlOf(found.body) : ''
  }
  return manifest.touched.map((each) => ({
    kind: each.kind,
    id: each.id,
    action: each.action,
    diff: textDiff(yaml(before, each), yaml(after, each)),
  }))
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
export const fragmentHashes = (body: Json): string[] => fragmentsOf(body).map(sha256)

/** What each journey is bound to, whatever way it comes to run. */
export function boundJourneys({ journeys, after, manifest }: Proposal, reach: readonly JourneyReach[]): Record<string, BoundJourney> {
  const of = new Map(reach.map((each) => [each.journey, each]))
  return Object.fromEntries(
    journeys.map((journey) => {
      const { people = 0, exact = false } = of.get(journey.id) ?? {}
      const hash = sha256(canonical({ documents: bounds(closure([journey], after)), workspace: manifest.workspace }))
      return [journey.id, { hash, people, exact }]
    }),
  )
}

/** What is not as it was approved any more, one sentence each; none when all is. */
export function drift(
  was: { manifest: Manifest; evidence: Evidence },
  is: { manifest: Manifest; reach: readonly JourneyReach[] },
): string[] {
  const words = canonical(was.manifest.workspace) === canonical(is.manifest.workspace) ? [] : ['the workspace’s own settings have changed']
  const runs = canonical(was.manifest.runs) === canonical(is.manifest.runs) ? [] : ['other runs wait than did then']
  const others = differences(was.manifest.documents, is.manifest.documents)
  const same =
    canonical({ ...was.manifest, workspace: 0, runs: 0, documents: 0 }) ===
    canonical({ ...is.manifest, workspace: 0, runs: 0, documents: 0 })
  return [
    ...others,
    ...words,
    ...runs,
    ...(same || others.length > 0 ? [] : ['something else would be published']),
    ...audienceDrift(was.evidence.reach, is.reach),
  ]
}

/** Audiences that have moved by more than a tenth. */
export const audienceDrift = (was: readonly JourneyReach[], is: readonly JourneyReach[]): string[] =>
  was.flatMap(({ journey, people, exact }) => {
    const now = is.find((each) => each.journey === journey)
    return exact && now && !withinBand(people, now.people) ? [`the audience of ${journey} was ${people} and is ${now.people}`] : []
  })
