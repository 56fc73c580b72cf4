import { budgetsIn } from '#approvals/budgets.ts'
import { closure, type Doc } from '#approvals/closure.ts'
import { categoriesIn, discountIn, jurisdictionsIn, voiceOf } from '#approvals/risk.ts'
import type { Evidence, JourneyReach, ModelEvidence } from '#approvals/schema.ts'
import { costOf, firstSends } from '#approvals/sends.ts'
import type { ConsentMode } from '#consent/react.ts'
import { Model } from '#decisions/schema.ts'
import { type Entry, entriesOf } from '#journeys/entries/schema.ts'
import { Journey } from '#journeys/schema.ts'
import { isRefusal } from '#lib/problem.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { countStates } from '#platform/keyed-state.ts'
import type { Queryable } from '#platform/log.ts'
import type { AddressHash } from '#platform/suppressions.ts'
import { compileCondition } from '#segments/catalogue.ts'
import { Segment } from '#segments/schema.ts'
import type { Proposal } from './approvals-proposal.ts'
import { type Asked as AskedReach, type Audience, channelReach, LOOKED } from './channel-reach.ts'
import { recentProfiles } from './counts-store.ts'
import { topicsAmong } from './definitions.ts'
import { promotionIn } from './promotion.ts'
import { previewOf } from './segment-preview.ts'

export interface EvidenceParts {
  readonly analytics: Analytics
  /** Epoch ms. */
  readonly now: () => number
  /** Finds addresses that the suppression list keeps as hashes. */
  readonly hash: AddressHash
}

interface Asked {
  readonly workspace: string
  readonly currency: string
  readonly consentMode: ConsentMode
  readonly proposal: Proposal
  /** Everybody who had a hand in it, and whoever asks. */
  readonly actors: readonly string[]
}

/** People who are looked at for examples. */
const CANDIDATES = 12
/** More journeys than that at once, as when a whole workspace is applied, are not looked at by channel. */
const FEW_JOURNEYS = 20

interface Reached {
  readonly reach: JourneyReach[]
  readonly people: number
  /** Some of those who can be reached. */
  readonly sample: readonly string[]
}

/** Everything that policies and approvers ask of a proposal. The larger of two guesses is taken: nothing here makes a thing look smaller than it can be. */
export async function evidenceOf(
  parts: EvidenceParts,
  tx: Queryable,
  asked: Asked,
): Promise<{ evidence: Evidence; sample: readonly string[] }> {
  const { proposal, workspace, currency, consentMode, actors } = asked
  const { before, after, journeys, bound, manifest } = proposal
  const { reach, people, sample } = await reached(parts, tx, { workspace, consentMode, proposal })
  const told = bound.filter(
    ({ kind }) => kind !== 'approval-policy' && kind !== 'policy' && kind !== 'policy-pack' && kind !== 'contact-policy',
  )
  const discount = discountIn(told)
  const budgets = budgetsIn({ before, after, touched: manifest.touched })
  const segments = new Map(
    after.flatMap(({ kind, id, body }) => (kind === 'segment' ? [[id, String((body as { when?: unknown }).when ?? '')] as const] : [])),
  )
  const alive = (documents: readonly Doc[]): Doc[] => documents.filter(({ kind }) => kind === 'journey')
  const evidence: Evidence = {
    reach,
    people,
    ...costOf({ journeys, reach, documents: bound, discount }, currency),
    discount,
    categories: categoriesIn(told),
    jurisdictions: jurisdictionsIn(journeys, segments),
    voice: voiceOf(told),
    firstSends:
      manifest.operation === 'publish' ? firstSends({ journeys: alive(before), documents: before }, { journeys, documents: after }) : [],
    actors: [...new Set(actors)].sort(),
    inFlight: Object.keys(manifest.inFlight).length > 0,
    ...(await modelsOf(tx, { workspace, proposal })),
    ...(budgets.length > 0 && { budgets }),
  }
  return { evidence, sample }
}

/** What is on record about models that are published, changed or promoted. */
async function modelsOf(
  tx: Queryable,
  { workspace, proposal }: Pick<Asked, 'workspace' | 'proposal'>,
): Promise<{ models?: ModelEvidence[] }> {
  const { manifest, before, after } = proposal
  const models: ModelEvidence[] = []
  for (const { kind, id, action } of manifest.touched) {
    if (kind !== 'model' || action === 'archive') continue
    const body = after.find((each) => each.kind === kind && each.id === id)!.body
    const live = before.find((each) => each.kind === kind && each.id === id)?.body ?? null
    const { type, rollout } = Model.parse(body)
    const { result, evaluation, warnings, refused, before: from } = await promotionIn(tx, workspace, { id, body, live })
    models.push({
      model: id,
      type,
      from,
      to: rollout.stage,
      share: rollout.stage === 'share' ? rollout.share : '',
      readOut: result?.sentence ?? '',
      verdict: result?.verdict ?? 'none',
      evaluatedAt: (result && evaluation?.endedAt) ?? null,
      force: rollout.force ?? '',
      warnings: [...warnings, ...(refused ? [refused] : [])].map(({ title }) => title),
    })
  }
  return models.length > 0 ? { models } : {}
}

async function reached(
  parts: EvidenceParts,
  tx: Queryable,
  { workspace, consentMode, proposal }: Pick<Asked, 'workspace' | 'consentMode' | 'proposal'>,
): Promise<Reached> {
  const { journeys, after, manifest } = proposal
  const everybody = await countStates(tx, 'profile', workspace)
  if (manifest.operation === 'run') {
    const people = manifest.runs.length
    return { reach: manifest.journeys.map((journey) => ({ journey, people, exact: false })), people, sample: [] }
  }
  const reach: JourneyReach[] = []
  const sample = new Set<string>()
  // Many journeys may go to one audience: it is counted once.
  const counted = new Map<string, ReturnType<typeof audienceOf>>()
  const count = (when: string): ReturnType<typeof audienceOf> => {
    const found = counted.get(when) ?? audienceOf(parts, { workspace, after, when })
    counted.set(when, found)
    return found
  }
  const looked: AskedReach[] = []
  for (const journey of journeys) {
    const ways = await Promise.all(waysInto(journey).map((way) => count(conditionOf(way, after) ?? '')))
    for (const id of ways.flatMap((way) => way?.sample ?? [])) sample.add(id)
    const exact = ways.length > 0 && ways.every((way) => way !== undefined)
    const most = ways.reduce((sum, way) => sum + (way?.count ?? everybody), 0)
    reach.push({ journey: journey.id, people: Math.min(everybody, most), exact })
    const parsed = Journey.safeParse(journey.body)
    if (!parsed.success || ways.length === 0 || journeys.length > FEW_JOURNEYS) continue
    const audiences = exact ? ways : [await count('true')]
    looked.push({ journey: parsed.data as Journey, audiences: audiences.flatMap((each) => each ?? []) })
  }
  const channels = await channelReach(tx, looked, {
    workspace,
    topics: new Map(topicsAmong(after).map((topic) => [topic.id, topic])),
    mode: consentMode,
    topicOf: new Map(
      after.flatMap(({ kind, id, body }) =>
        kind === 'template' ? [[id, String((body as { topic?: unknown }).topic ?? '')] as const] : [],
      ),
    ),
    now: parts.now(),
    hash: parts.hash,
  })
  const sum = reach.reduce((total, { people }) => total + people, 0)
  // A text that no live journey sends yet is shown all the same, as people who were active lately would get it.
  const hasTexts = manifest.touched.some(({ kind, action }) => kind === 'template' && action !== 'archive')
  const few =
    sample.size > 0 || (journeys.length === 0 && !hasTexts)
      ? [...sample]
      : (await recentProfiles(parts.analytics, workspace, { before: undefined, limit: CANDIDATES })).ids
  const told = reach.map((each) => {
    const byChannel = channels.get(each.journey)
    return byChannel && byChannel.looked > 0 ? { ...each, byChannel } : each
  })
  return { reach: told, people: Math.min(everybody, sum), sample: few.slice(0, CANDIDATES) }
}

const waysInto = ({ body }: Doc): readonly Entry[] => {
  const parsed = Journey.safeParse(body)
  return parsed.success ? entriesOf(parsed.data) : []
}

/** People of a counted audience; undefined where anybody may come in. */
async function audienceOf(
  { analytics, now }: EvidenceParts,
  { workspace, after, when }: { workspace: string; after: readonly Doc[]; when: string },
): Promise<Audience | undefined> {
  const condition = when === '' ? undefined : compileCondition(when)
  if (!condition || isRefusal(condition)) return undefined
  const segments = after.flatMap(({ kind, body }) => (kind === 'segment' ? [Segment.parse(body)] : []))
  const found = await previewOf(analytics, { workspace, condition, segments, now: now(), sample: LOOKED })
  return isRefusal(found) ? undefined : found
}

function conditionOf(way: Entry, after: readonly Doc[]): string | undefined {
  const segmentOf = (id: string): string | undefined => {
    const body = after.find(({ kind, id: own }) => kind === 'segment' && own === id)?.body
    return body === undefined ? undefined : Segment.parse(body).when
  }
  if ('schedule' in way) return typeof way.audience === 'string' ? way.audience : segmentOf(way.audience.segment)
  // Who comes into the segment later is not counted: it is the members of now who get it when it is published.
  if ('segment' in way && way.existing === 'enter') return segmentOf(way.segment)
  return undefined
}

/** Templates of a proposal's journeys, and those that it touches. */
export const templatesOf = ({ journeys, after, manifest }: Proposal): Doc[] => {
  const touched = manifest.touched.filter(({ kind, action }) => kind === 'template' && action !== 'archive')
  return closure([...journeys, ...touched], after).filter(({ kind }) => kind === 'template')
}
