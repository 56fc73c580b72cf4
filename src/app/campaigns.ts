import type { z } from 'zod'
import {
  CampaignReach,
  type CampaignStatus,
  ContactsPlanned,
  ListCampaigns,
  MoveCampaign,
  TakeBackCampaign,
} from '#journeys/campaign-api.ts'
import { compileSchedule, instantIn, type Occurrence, occurrences } from '#journeys/entries/schedule.ts'
import { entriesOf, type ScheduleEntry } from '#journeys/entries/schema.ts'
import { places } from '#journeys/lanes.ts'
import { Journey } from '#journeys/schema.ts'
import { waysOf } from '#journeys/sends.ts'
import { modesOf } from '#journeys/store.ts'
import type { Json } from '#lib/json.ts'
import { type Language, languageAsked } from '#lib/language.ts'
import { isRefusal, type Outcome, type Problem, refuse } from '#lib/problem.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { publishedTimes } from '#platform/document-versions.ts'
import { definition, documentHistory, listDocuments, liveDocuments, liveSources, saveDraft } from '#platform/documents.ts'
import { type Binding, bind, bindAudited, type Call } from '#platform/http/actions.ts'
import type { Principal } from '#platform/http/principal.ts'
import type { Queryable } from '#platform/log.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import type { AddressHash } from '#platform/suppressions.ts'
import { parse } from '#segments/condition/parse.ts'
import { sentence } from '#segments/condition/sentence.ts'
import { type DocumentsOptions, publish } from '#workspaces/documents/actions.ts'
import { type BroadcastRow, beginBroadcast, giveBack, scheduledOf, TAKEN_BACK } from './broadcast-store.ts'
import { reachOf } from './campaign-reach.ts'
import { campaignCounts } from './campaigns-store.ts'
import type { DefinitionsRegistry } from './definitions.ts'
import { plannedContacts } from './planned.ts'

export interface CampaignOptions {
  readonly pool: Pool
  /** Sees all workspaces: revisions and definitions. */
  readonly work: Pool
  readonly analytics: Analytics
  readonly registry: DefinitionsRegistry
  readonly partitions: number
  readonly now: () => number
  readonly documents: DocumentsOptions
  /** Of addresses that are kept as hashes only. */
  readonly hash: AddressHash
}

export type Scheduled = z.output<typeof ScheduleEntry>

/** A journey that goes out by a schedule. */
export interface Campaigning {
  readonly id: string
  readonly journey: Journey
  readonly entry: Scheduled
  readonly live: boolean
}

export const campaignBindings = (options: CampaignOptions): Binding[] => [
  bind(ListCampaigns, async (_input, { workspace }, call) => ({
    campaigns: await campaignLines({ ...options, language: languageAsked(call.headers['accept-language']) }, workspace),
  })),
  bind(CampaignReach, async ({ body }, { workspace }) => reachOf(options, workspace, body as Json)),
  bind(ContactsPlanned, (input, { workspace }, call) =>
    plannedContacts({ ...options, language: languageAsked(call.headers['accept-language']) }, workspace, input),
  ),
  bindAudited(MoveCampaign, (input, principal, call) => move(options, input, { principal, call })),
  bindAudited(TakeBackCampaign, ({ id }, principal, call) => takeBack(options, id, { principal, call })),
]

export const scheduleEntryOf = (journey: Journey): Scheduled | undefined =>
  entriesOf(journey).find((entry): entry is Scheduled => 'schedule' in entry)

/** The condition of an audience with what is left out of it. */
export function audienceText({ audience, where }: Pick<Scheduled, 'audience' | 'where'>): string {
  const whom = typeof audience === 'string' ? audience : `segment(${JSON.stringify((audience as { segment: string }).segment)})`
  return where === undefined ? whom : `(${whom}) and (${where})`
}

/** Whom it is for, in words; a segment by its name. */
export function audienceOf(
  entry: Scheduled,
  names: ReadonlyMap<string, string>,
  language: Language = 'en',
): { segment: string | null; sentence: string } {
  const { audience, where } = entry
  const said = (text: string): string => {
    const tree = parse(text)
    return isRefusal(tree) ? text : sentence(tree, language)
  }
  const segment = typeof audience === 'string' ? null : (audience as { segment: string }).segment
  const whom = segment === null ? said(audience as string) : (names.get(segment) ?? segment)
  return { segment, sentence: where === undefined ? whom : `${whom}; ${said(where)}` }
}

export const channelsOf = (journey: Journey): string[] => [
  ...new Set(places(journey.steps).flatMap(({ step }) => waysOf(step).map(({ channel }) => channel))),
]

/** Names of the live segments. */
export const segmentNames = (live: readonly { readonly kind: string; readonly id: string; readonly body: Json }[]): Map<string, string> =>
  new Map(
    live.flatMap(({ kind, id, body }) =>
      kind === 'segment' ? [[id, String((body as { name?: unknown } | null)?.name ?? id)] as const] : [],
    ),
  )

/** When a journey goes out next, and whether that time has come already. */
export function nextOf(entry: Scheduled, { last, since }: { last: string; since: number }): Occurrence | undefined {
  const schedule = compileSchedule(entry.schedule)
  if (isRefusal(schedule)) return undefined
  for (const each of occurrences(schedule, { last, since })) return each
  return undefined
}

/** Live journeys with a schedule, and drafts and archived ones that have one. */
async function campaignsOf(tx: Queryable, workspace: string): Promise<Campaigning[]> {
  const live = new Map((await liveDocuments(tx, workspace)).filter(({ kind }) => kind === 'journey').map((each) => [each.id, each.body]))
  const lines = await listDocuments(tx, workspace, { kind: 'journey', archived: true })
  const found = await Promise.all(
    lines.map(async ({ id }): Promise<Campaigning[]> => {
      const body = live.get(id) ?? (await lastBody(tx, workspace, id))
      const parsed = Journey.safeParse(body)
      if (!parsed.success) return []
      const journey = parsed.data as Journey
      const entry = scheduleEntryOf(journey)
      return entry ? [{ id, journey, entry, live: live.has(id) }] : []
    }),
  )
  return found.flat()
}

/** Of what is not live: the draft, else the newest version. */
async function lastBody(tx: Queryable, workspace: string, id: string): Promise<Json | undefined> {
  const history = await documentHistory(tx, workspace, { kind: 'journey', id })
  if (history?.draft) return history.draft.body
  const version = history?.versions[0]?.version
  return version === undefined ? undefined : (await definition(tx, { workspace, kind: 'journey', id, version }))?.body
}

async function campaignLines({ pool, analytics, now, language }: CampaignOptions & { readonly language: Language }, workspace: string) {
  const { campaigns, rows, modes, since, names, drafts } = await inWorkspace(pool, workspace, async (tx) => ({
    campaigns: await campaignsOf(tx, workspace),
    rows: await scheduledOf(tx, workspace, now()),
    modes: await modesOf(tx, workspace),
    since: await publishedTimes(tx, 'journey'),
    names: segmentNames(await liveDocuments(tx, workspace)),
    drafts: new Set(
      (await listDocuments(tx, workspace, { kind: 'journey', archived: true })).filter(({ draft }) => draft).map(({ id }) => id),
    ),
  }))
  const counts = await campaignCounts(
    analytics,
    workspace,
    campaigns.map(({ id }) => id),
  )
  return campaigns.map((campaign) => {
    const { id, journey, entry, live } = campaign
    const last = newest(rows, id)
    const next = live ? nextOf(entry, { last: last?.occurrence ?? '', since: since.get(`${workspace} ${id}`) ?? now() }) : undefined
    const { journey: _, ...results } = counts.get(id) ?? { journey: id, ...NOTHING }
    return {
      id,
      name: journey.name ?? id,
      status: statusOf({ live, mode: modes.get(id), last, next, draft: drafts.has(id) }),
      recurring: entry.schedule.at === undefined,
      schedule: entry.schedule,
      audience: audienceOf(entry, names, language),
      channels: channelsOf(journey),
      holdout: journey.holdout,
      goal: journey.goal.event,
      next: next ?? null,
      last: last ? line(last) : null,
      results,
    }
  })
}

const NOTHING = { entered: 0, heldOut: 0, sent: 0, delivered: 0, opened: 0, clicked: 0, converted: 0 }
const newest = (rows: readonly BroadcastRow[], id: string): BroadcastRow | undefined => rows.find(({ journey }) => journey === id)

const line = ({ ws: _ws, journey: _journey, after: _after, cut: _cut, ...row }: BroadcastRow) => row

interface Known {
  readonly live: boolean
  readonly mode: { readonly kind: string } | undefined
  readonly last: BroadcastRow | undefined
  readonly next: Occurrence | undefined
  readonly draft: boolean
}

/** What is on its way comes first, then what is ahead, then what has been. */
function statusOf({ live, mode, last, next, draft }: Known): z.output<typeof CampaignStatus> {
  if (last?.status === 'running' || last?.status === 'paused') return last.status
  if (live && mode !== undefined && mode.kind !== 'run') return 'held'
  if (live && next) return 'planned'
  if (!live && draft) return 'draft'
  if (last) return last.status === 'cancelled' ? 'stopped' : last.status === 'missed' ? 'missed' : 'done'
  return 'over'
}

interface Turn {
  readonly principal: Principal
  readonly call: Call
}

const problem = (code: string, title: string, hint: string): Problem => ({ code: `campaign.${code}`, status: 409, title, hint })
const BEGUN = problem('begun', 'It has begun to go out', 'Look at the list of campaigns: pause or stop it there')
const NOT_ONCE = problem(
  'not_movable',
  'Only a campaign that goes out once, and is live, can be moved',
  'Change its schedule and publish it',
)
const OVER = problem('over', 'That time is over', 'Choose a time that is still to come')
const NOTHING_AHEAD = problem('nothing_ahead', 'There is no time ahead to take it back from', 'Look at the list of campaigns')

interface Taken {
  readonly id: string
  readonly version: number
  readonly body: Json
  readonly source: string | undefined
  readonly occurrence: string
}

/** From here on the version cannot go out at that time, whichever process looks at the clock. */
async function take(
  { pool, now }: CampaignOptions,
  workspace: string,
  { id, from }: { id: string; from?: string },
): Promise<Outcome<Taken>> {
  return inWorkspace(pool, workspace, async (tx) => {
    const live = (await liveDocuments(tx, workspace)).find((each) => each.kind === 'journey' && each.id === id)
    const journey = live && (Journey.parse(live.body) as Journey)
    const entry = journey && scheduleEntryOf(journey)
    if (!live || !entry || (from !== undefined && entry.schedule.at === undefined)) return refuse(NOT_ONCE)
    if (from !== undefined && entry.schedule.at !== from)
      return refuse(problem('changed', 'It does not go out at that time any more', 'Load it again'))
    const last = newest(await scheduledOf(tx, workspace, now()), id)
    if (last?.status === 'running' || last?.status === 'paused') return refuse(BEGUN)
    const since = (await publishedTimes(tx, 'journey')).get(`${workspace} ${id}`) ?? now()
    const next = nextOf(entry, { last: last?.occurrence ?? '', since })
    if (!next) return refuse(from === undefined ? NOTHING_AHEAD : BEGUN)
    const at = now()
    const row = {
      ws: workspace,
      journey: id,
      occurrence: next.local,
      kind: 'scheduled',
      version: live.version,
      status: 'cancelled',
    } as const
    if (!(await beginBroadcast(tx, { ...row, due: next.begins, beganAt: at, reason: TAKEN_BACK }))) return refuse(BEGUN)
    return {
      id,
      version: live.version,
      body: live.body,
      source: (await liveSources(tx, workspace)).get(`journey ${id}`),
      occurrence: next.local,
    }
  })
}

const release = ({ pool }: CampaignOptions, workspace: string, { id, occurrence }: Taken): Promise<void> =>
  inWorkspace(pool, workspace, (tx) => giveBack(tx, { ws: workspace, journey: id, occurrence }))

async function move(options: CampaignOptions, { id, from, to }: { id: string; from: string; to: string }, turn: Turn) {
  const { workspace } = turn.principal
  const taken = await take(options, workspace, { id, from })
  if (isRefusal(taken)) return taken
  const { body, text } = movedTo(taken, { from, to })
  const entry = scheduleEntryOf(Journey.parse(body) as Journey)!
  const next = nextOf(entry, { last: '', since: options.now() })
  const tooLate = !next || instantIn(to, entry.schedule.zone === 'profile' ? '+14:00' : entry.schedule.zone) <= options.now()
  const done = tooLate
    ? refuse(OVER)
    : await publish(options.documents, { documents: [{ kind: 'journey', id, body, source: text }], prune: false }, turn)
  const wrong = isRefusal(done)
    ? done
    : done.revision === null
      ? refuse(unsound(done.plan.changes.flatMap(({ problems }) => problems)))
      : undefined
  if (!wrong) return { next: next! }
  await release(options, workspace, taken)
  return wrong
}

const unsound = (problems: readonly Problem[]): Problem => ({
  code: 'document.unsound',
  status: 422,
  title: 'The campaign is not sound as it stands; nothing was changed.',
  problems: [...problems],
})

/** The journey with another time; its text keeps its comments where the time stands in it once. */
function movedTo({ body, source }: Taken, { from, to }: { from: string; to: string }): { body: Json; text: string | undefined } {
  const moved = JSON.parse(JSON.stringify(body), (key, value: unknown) => (key === 'at' && value === from ? to : value)) as Json
  return { body: moved, text: source?.split(from).length === 2 ? source.replace(from, to) : undefined }
}

async function takeBack(options: CampaignOptions, id: string, turn: Turn) {
  const { workspace, actor } = turn.principal
  const taken = await take(options, workspace, { id })
  if (isRefusal(taken)) return taken
  const done = await publish(options.documents, { documents: [], prune: false, archive: [{ kind: 'journey', id }] }, turn)
  if (isRefusal(done) || done.revision === null) {
    await release(options, workspace, taken)
    return isRefusal(done) ? done : refuse(NOTHING_AHEAD)
  }
  const draft = await inWorkspace(options.pool, workspace, (tx) =>
    saveDraft(
      tx,
      { workspace, actor, at: options.now() },
      { kind: 'journey', id, body: taken.body, source: taken.source, expected: undefined },
    ),
  )
  return isRefusal(draft) ? draft : { hash: draft.hash }
}
