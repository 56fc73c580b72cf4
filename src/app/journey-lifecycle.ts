import { randomBytes } from 'node:crypto'
import { ChangeJourneyMode, DuplicateJourney, JourneyImpact } from '#journeys/api.ts'
import { type CompiledJourney, compile } from '#journeys/compile.ts'
import type { Definitions, TemplateInForce } from '#journeys/definitions.ts'
import { faults, type GroupImpact, groupImpact, type Impact, outOfReach, placeKey, staleness, withNext } from '#journeys/impact.ts'
import { isRest, unmapped } from '#journeys/in-flight-place.ts'
import { title } from '#journeys/lanes.ts'
import type { ModeChange } from '#journeys/modes.ts'
import { type Person, upgraded } from '#journeys/person.ts'
import { Journey } from '#journeys/schema.ts'
import { addEdit, addMode, addSweep, impactsNamed, keepImpact, lockMode, modesOf } from '#journeys/store.ts'
import type { InputOf } from '#lib/action.ts'
import type { Json, JsonObject } from '#lib/json.ts'
import { isRefusal, type Outcome, type Problem, refuse } from '#lib/problem.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { type Announce, definition, documentHistory, latestRevision, nextRevision, saveDraft } from '#platform/documents.ts'
import { hashOf } from '#platform/documents-plan.ts'
import { type Binding, bind, bindAudited, type Call } from '#platform/http/actions.ts'
import type { Principal } from '#platform/http/principal.ts'
import { loadStates } from '#platform/keyed-state.ts'
import type { Queryable } from '#platform/log.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { beyondWorkspace, inWorkspace } from '#platform/postgres/tenancy.ts'
import type { Publishing } from '#workspaces/documents/actions.ts'
import { type InFlight, PIN } from '#workspaces/documents/in-flight.ts'
import type { ApprovalDesk } from './approvals-desk.ts'
import type { DefinitionsRegistry } from './definitions.ts'
import { type PlaceCount, peopleInside } from './journey-lifecycle-store.ts'

interface Options {
  readonly pool: Pool
  /** Sees all workspaces. */
  readonly work: Pool
  readonly analytics: Analytics
  readonly registry: DefinitionsRegistry
  readonly now: () => number
  readonly announce: Announce
  /** Policies for approvals have a say in what runs again. */
  readonly desk?: Pick<ApprovalDesk, 'mayRun' | 'authored'>
}

/** People of each place who are looked at for a preview: so many give each share within three hundredths. */
const SAMPLE = 1_000
const IMPACTS_KEPT = 86_400_000

/** Preview, modes and copies of journeys. */
export const lifecycleBindings = (options: Options): Binding[] => [
  bind(JourneyImpact, (input, { workspace }) => preview(options, workspace, input)),
  bindAudited(ChangeJourneyMode, (input, principal, call) => changeMode(options, input, { principal, call })),
  bindAudited(DuplicateJourney, (input, principal, call) => duplicate(options, input, { principal, call })),
]

/** What journeys have to say when documents are published. */
export const journeyPublishing = (options: Options): Publishing => ({
  async guard(tx, { workspace, changes, documents, inFlight, impacts }) {
    for (const { id } of changes.filter(({ kind, action }) => kind === 'journey' && action !== 'archive')) {
      const wish = inFlight[id] ?? PIN
      const body = documents.find((each) => each.kind === 'journey' && each.id === id)?.body
      if (wish.kind === 'pin' || body === undefined) continue
      const problem = await mayTakeAlong(options, tx, { workspace, id, body, inFlight: wish, impacts })
      if (problem) return problem
    }
    return undefined
  },
  async published(tx, { workspace, revision, published, inFlight }) {
    for (const { kind, id, version } of published) {
      const wish = inFlight[id] ?? PIN
      if (kind !== 'journey' || wish.kind === 'pin') continue
      await addEdit(tx, workspace, { journey: id, version, revision, inFlight: wish })
      await addSweep(tx, workspace, { journey: id, revision })
    }
  },
})

interface Wish {
  readonly workspace: string
  readonly id: string
  readonly body: Json
  readonly inFlight: InFlight
}

/** Without people inside nobody needs a preview; with them, one that still holds. */
async function mayTakeAlong(
  options: Options,
  tx: Queryable,
  { impacts, ...wish }: Wish & { impacts: readonly string[] },
): Promise<Problem | undefined> {
  const crossing = await crossingOf(options, tx, wish)
  if (isRefusal(crossing)) return crossing.refused
  const { problems, places, impact } = crossing
  if (problems.length > 0) return unsound(problems)
  if (places.length === 0) return undefined
  const seen = (await impactsNamed(tx, wish.workspace, impacts)).find(({ journey }) => journey === wish.id)
  return seen ? staleness(seen, impact) : NO_PREVIEW
}

const NO_PREVIEW: Problem = {
  code: 'journey.impact.missing',
  status: 409,
  title: 'People are inside, and nobody has looked at what would happen to them.',
  hint: 'Look at the preview (journeys.impact), then publish with its token.',
}

const unsound = (problems: readonly Problem[]): Problem => ({
  code: 'journey.in_flight.unsound',
  status: 422,
  title: 'People inside could not be taken along like this; nothing was changed.',
  problems,
})

interface CrossingView {
  readonly next: CompiledJourney
  readonly live: CompiledJourney | undefined
  /** Versions in which people stand, and the live one. */
  readonly from: readonly CompiledJourney[]
  readonly definitions: Definitions
  readonly problems: readonly Problem[]
  readonly places: readonly PlaceCount[]
  readonly impact: Impact
}

/** The journey as it is, as it would become, and who stands in it. */
async function crossingOf(
  { work, analytics, registry, now }: Options,
  tx: Queryable,
  { workspace, id, body, inFlight }: Wish,
): Promise<Outcome<CrossingView>> {
  const parsed = Journey.safeParse(body)
  if (!parsed.success)
    return refuse({ code: 'journey.unreadable', status: 422, title: 'The journey cannot be read', detail: parsed.error.message })
  const history = await documentHistory(tx, workspace, { kind: 'journey', id })
  const versions = history?.versions ?? []
  const next = compile(parsed.data as Journey, (versions[0]?.version ?? 0) + 1)
  if (isRefusal(next)) return next
  const revision = await latestRevision(work)
  await registry.prepare(revision)
  const definitions = registry.of(revision, workspace)
  const places = await peopleInside(analytics, { workspace, journey: id, sample: SAMPLE })
  const live = versions.find(({ status }) => status === 'published')?.version ?? null
  const inhabited = new Set([...places.map(({ version }) => version), ...(live === null ? [] : [live])])
  const from = [...inhabited].flatMap((version) => definitions.version(id, version) ?? [])
  return {
    next,
    live: live === null ? undefined : definitions.version(id, live),
    from,
    definitions,
    problems: faults(inFlight, { from, to: next }),
    places,
    impact: {
      hash: hashOf(body),
      live,
      inFlight,
      people: Object.fromEntries(places.map((place) => [placeKey(place), place.people])),
      at: now(),
    },
  }
}

async function preview(options: Options, workspace: string, { id, inFlight, body: given, templates }: InputOf<typeof JourneyImpact>) {
  const { pool, work } = options
  const body =
    (given as Json | undefined) ??
    (await inWorkspace(pool, workspace, (tx) => documentHistory(tx, workspace, { kind: 'journey', id })))?.draft?.body
  if (body === undefined) return refuse(NO_DRAFT)
  const crossing = await inWorkspace(pool, workspace, (tx) => crossingOf(options, tx, { workspace, id, body, inFlight }))
  if (isRefusal(crossing)) return crossing
  const { next, live, from, places, problems, impact } = crossing
  const definitions = withTemplates(withNext(crossing.definitions, next, inFlight), templates)
  const groups: GroupImpact[] = []
  for (const { profiles, ...place } of places) {
    const sample = await peopleOf(work, workspace, profiles)
    groups.push(groupImpact({ ...place, sample }, { definitions, next, inFlight, now: impact.at }))
  }
  const token = `im_${randomBytes(18).toString('base64url')}`
  await inWorkspace(pool, workspace, (tx) =>
    keepImpact(tx, workspace, { token, forget: impact.at - IMPACTS_KEPT, impact: { ...impact, journey: id } }),
  )
  const titles = new Map(
    [...from, next].flatMap((journey) => [...journey.nodes.values()].map(({ step }) => [`${journey.version} ${step.id}`, title(step)])),
  )
  return {
    token,
    hash: impact.hash,
    live: impact.live,
    next: next.version,
    at: impact.at,
    people: places.reduce((sum, { people }) => sum + people, 0),
    groups: groups.map(({ target, consequences, ...group }) => ({
      ...group,
      title: titles.get(placeKey(group)) ?? group.step,
      target: target ?? null,
      consequences: [...consequences],
    })),
    outOfReach: outOfReach(groups, { next, live }),
    problems: problems.map(({ problems: _, at: _at, ...problem }) => problem),
    unmapped: [...new Set(from.flatMap((version) => unmapped({ from: version, to: next, inFlight: { kind: 'follow' } })))],
    places: [...next.nodes.values()].filter(({ step }) => isRest(step)).map(({ step }) => ({ step: step.id, title: title(step) })),
  }
}

/** Templates that come with the publish are there when it is in force. */
const withTemplates = (definitions: Definitions, ids: readonly string[]): Definitions => ({
  ...definitions,
  templates: new Map<string, TemplateInForce>([...ids.map((id) => [id, { version: 1 }] as const), ...definitions.templates]),
})

const NO_DRAFT: Problem = {
  code: 'journey.draft.missing',
  status: 404,
  title: 'There is nothing to publish: the journey has no draft.',
  hint: 'Save a draft, or send what is to be published as “body”.',
}

/** The states of profiles, those that became another one under the other. */
async function peopleOf(work: Pool, workspace: string, profiles: readonly string[]): Promise<Person[]> {
  const found: Person[] = []
  let ids = [...new Set(profiles)]
  for (let hop = 0; hop < 3 && ids.length > 0; hop++) {
    const rows = await loadStates<Person>(
      work,
      'profile',
      ids.map((id) => ({ ws: workspace, id })),
    )
    const people = rows.map(({ state }) => upgraded(state))
    found.push(...people.filter(({ profile }) => profile.mergedInto === undefined))
    ids = [...new Set(people.flatMap(({ profile }) => profile.mergedInto ?? []))].filter(
      (id) => !found.some(({ profile }) => profile.id === id),
    )
  }
  return found
}

interface Turn {
  readonly principal: Principal
  readonly call: Call
}

/** A pause or a stop holds from this transaction's commit on for what would leave, and from its revision on for what would happen. */
async function changeMode(
  { pool, now, announce, desk }: Options,
  { id, mode, timers }: InputOf<typeof ChangeJourneyMode>,
  { principal: { workspace, actor }, call }: Turn,
): Promise<Outcome<{ mode: ModeChange['kind']; revision: number }>> {
  return inWorkspace(pool, workspace, async (tx) => {
    const by = { workspace, actor, at: now(), announce, ...(desk && { desk }) }
    const changed = await switchMode(tx, { id, mode, timers }, by)
    if (isRefusal(changed)) return changed
    const { object, revision } = changed
    await call.audit(tx, { object })
    return { mode, revision }
  })
}

interface Switching extends Pick<Options, 'announce' | 'desk'> {
  readonly workspace: string
  readonly actor: string
  readonly at: number
}

/** Within the caller's transaction, which has to end with the audit line about `object`. */
export async function switchMode(
  tx: Queryable,
  { id, mode, timers }: InputOf<typeof ChangeJourneyMode>,
  { workspace, actor, at, announce, desk }: Switching,
): Promise<Outcome<{ object: string; revision: number }>> {
  await lockMode(tx, workspace, id)
  const history = await documentHistory(tx, workspace, { kind: 'journey', id })
  if (!history?.versions.length) return refuse(neverPublished(id))
  const before = (await modesOf(tx, workspace)).get(id)?.kind ?? 'run'
  if (before === mode) return refuse(sameMode(mode))
  if (before === 'stop' && mode !== 'run') return refuse(stopped(mode))
  const problem = mode === 'run' ? await desk?.mayRun(tx, { workspace, journey: id, operation: 'resume', actor }) : undefined
  if (problem) return refuse(problem)
  const ending = before === 'pause' && mode !== 'stop'
  const revision = await nextRevision(tx)
  const change: ModeChange = { kind: mode, revision, at, ...(ending ? { timers: timers ?? 'run' } : {}) }
  await addMode(tx, workspace, { ...change, journey: id, by: actor })
  if (ending || mode === 'stop') await addSweep(tx, workspace, { journey: id, revision })
  await beyondWorkspace(tx)
  await announce(tx, revision)
  return { object: `journey:${id} ${before} → ${mode}${ending ? ` (${change.timers})` : ''}`, revision }
}

const neverPublished = (id: string): Problem => ({
  code: 'journey.unknown',
  status: 404,
  title: 'There is no such published journey',
  detail: id,
})
const sameMode = (mode: string): Problem => ({
  code: 'journey.mode.same',
  status: 409,
  title: mode === 'run' ? 'The journey runs already.' : `The journey is in this mode already: ${mode}.`,
})
const stopped = (mode: string): Problem => ({
  code: 'journey.mode.stopped',
  status: 409,
  title: `A stopped journey has nobody inside to ${mode}.`,
  hint: 'Let it run again first.',
})

/** The live version, else the draft, under another name. */
async function duplicate(
  { pool, now, desk }: Options,
  { id, to, name }: InputOf<typeof DuplicateJourney>,
  { principal: { workspace, actor }, call }: Turn,
): Promise<Outcome<{ id: string }>> {
  return inWorkspace(pool, workspace, async (tx) => {
    const history = await documentHistory(tx, workspace, { kind: 'journey', id })
    const version = history?.versions.find(({ status }) => status === 'published')?.version ?? history?.versions[0]?.version
    const source = version === undefined ? history?.draft?.body : (await definition(tx, { workspace, kind: 'journey', id, version }))?.body
    if (source === undefined) return refuse({ code: 'journey.unknown', status: 404, title: 'There is no such journey', detail: id })
    if (await documentHistory(tx, workspace, { kind: 'journey', id: to }))
      return refuse({
        code: 'journey.exists',
        status: 409,
        title: 'There is a journey of this name already',
        detail: to,
        hint: 'Choose another id',
      })
    const { name: old, ...rest } = source as JsonObject
    const called = name ?? (typeof old === 'string' ? `${old} (copy)` : undefined)
    const body: JsonObject = { ...rest, id: to, ...(called === undefined ? {} : { name: called }) }
    const draft = await saveDraft(tx, { workspace, actor, at: now() }, { kind: 'journey', id: to, body, expected: undefined })
    if (isRefusal(draft)) return draft
    await desk?.authored(tx, { workspace, actor, document: { kind: 'journey', id: to, body }, from: { kind: 'journey', id } })
    await call.audit(tx, { object: `journey:${to} from journey:${id}` })
    return { id: to }
  })
}
