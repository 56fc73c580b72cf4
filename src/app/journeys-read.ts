import type { z } from 'zod'
import { type RequestRow, requestsIn } from '#approvals/store.ts'
import { GetJourney, ListJourneys, type LiveCounts, WatchJourney } from '#journeys/api.ts'
import type { Published } from '#journeys/definitions.ts'
import { GetJourneyLibrary } from '#journeys/draft-api.ts'
import { entriesOf, eventsOf } from '#journeys/entries/schema.ts'
import { fromStep } from '#journeys/from-step.ts'
import { type Person, upgraded } from '#journeys/person.ts'
import { Journey } from '#journeys/schema.ts'
import { sentencesOf } from '#journeys/sentences.ts'
import { modesOf } from '#journeys/store.ts'
import { ListTriggers, SimulateJourney } from '#journeys/try-api.ts'
import type { InputOf } from '#lib/action.ts'
import type { Json, JsonObject } from '#lib/json.ts'
import { wilson, Z95 } from '#lib/numeric/proportions.ts'
import { isRefusal, type Outcome, type Problem, refuse } from '#lib/problem.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { definition, documentHistory, draftsOf, listDocuments, liveDocuments } from '#platform/documents.ts'
import { type DocumentKind, libraryOf, problemsOf, yamlOf } from '#platform/documents-plan.ts'
import { type Binding, bind, bindStream } from '#platform/http/actions.ts'
import type { Principal } from '#platform/http/principal.ts'
import { loadStates } from '#platform/keyed-state.ts'
import type { Queryable } from '#platform/log.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import { actorNames } from '#workspaces/store.ts'
import { journeyCounts, lastEvents, runTotals, stepFlow } from './counts-store.ts'
import { galleryBindings } from './gallery.ts'
import { journeyFacts } from './journey-facts.ts'
import { testRun } from './test-run.ts'

export interface JourneysReading {
  readonly pool: Pool
  /** Knows every workspace. */
  readonly work: Queryable
  readonly analytics: Analytics
  readonly kinds: ReadonlyMap<string, DocumentKind>
  readonly now: () => number
}

interface Options extends JourneysReading {
  /** What is in force now, with what models have learned. */
  readonly published: (workspace: string) => Promise<Published>
}

const unknownJourney = (id: string): Problem => ({
  code: 'journey.unknown',
  status: 404,
  title: 'There is no such journey',
  detail: id,
  hint: 'Look at the list of journeys for its id',
})

const unknownStep = (id: string): Problem => ({
  code: 'journey.step.unknown',
  status: 404,
  title: 'There is no such step in this version',
  detail: id,
  hint: 'Choose the step to begin at anew',
})

export const journeyBindings = (options: Options): Binding[] => [
  ...galleryBindings(),
  bind(ListJourneys, async (_input, { workspace }) => ({ journeys: await journeyLines(options, workspace) })),
  bind(GetJourney, async (input, { workspace }) => show(options, workspace, input)),
  bind(SimulateJourney, async (input, principal) => {
    const { workspace } = principal
    const found = await versionOf(options, workspace, input)
    if (!found) return refuse(unknownJourney(input.id))
    const person = await personOf(options, principal, input.person)
    if (isRefusal(person)) return person
    const steps = input.from === undefined ? found.journey.steps : fromStep(found.journey.steps, input.from)
    if (!steps) return refuse(unknownStep(input.from!))
    const journey = { ...found.journey, steps: [...steps] }
    return testRun({ journey, published: await options.published(workspace), person: person.state, input })
  }),
  bind(ListTriggers, async (input, { workspace }) => {
    const found = await versionOf(options, workspace, input)
    if (!found) return refuse(unknownJourney(input.id))
    const opens = [...new Set(entriesOf(found.journey).flatMap((entry) => eventsOf(entry, input.id)))]
    return { opens, events: await lastEvents(options.analytics, workspace, opens) }
  }),
  bind(GetJourneyLibrary, async (_input, { workspace }) => {
    const live = await inWorkspace(options.pool, workspace, (tx) => liveDocuments(tx, workspace))
    const library = libraryOf(live, options.kinds)
    return {
      documents: live.flatMap(({ kind, id }) => {
        const body = library.get(kind, id)
        return body === undefined ? [] : [{ kind, id, body: brief(body as Json) as JsonObject as never }]
      }),
    }
  }),
  bindStream(WatchJourney, async ({ id }, { workspace }, { stream }) => {
    if (!(await versionOf(options, workspace, { id }))) return refuse(unknownJourney(id))
    const open = stream()
    let before = ''
    while (!open.closed.aborted) {
      const { at: _at, ...counts } = await live(options, workspace, id)
      const text = JSON.stringify(counts)
      if (text !== before) open.send({ at: options.now(), ...counts })
      before = text
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS))
    }
    return undefined
  }),
]

const EVERY_MS = 1_000

/** Texts beyond this are content: no check of a journey reads them. */
const LONGEST = 500

/** The same without long texts. */
function brief(value: Json): Json {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map(brief)
  const entries = Object.entries(value as JsonObject).filter(
    ([, inner]) => inner !== undefined && !(typeof inner === 'string' && inner.length > LONGEST),
  )
  return Object.fromEntries(entries.map(([name, inner]) => [name, brief(inner)]))
}

export async function journeyLines({ pool, work, analytics, kinds, now }: JourneysReading, workspace: string) {
  const [{ lines, live, modes, waiting, drafts }, counts, names] = await Promise.all([
    inWorkspace(pool, workspace, async (tx) => ({
      lines: await listDocuments(tx, workspace, { kind: 'journey', archived: true }),
      live: await liveDocuments(tx, workspace),
      modes: await modesOf(tx, workspace),
      waiting: waitingFor(await requestsIn(tx, workspace, { states: ['open', 'approved'], limit: 500 })),
      drafts: await draftsOf(tx, workspace, 'journey'),
    })),
    journeyCounts(analytics, workspace, now()),
    actorNames(work, workspace),
  ])
  const facts = journeyFacts(kinds)
  const problems = facts.problems(workspace, live)
  const bodies = new Map(live.flatMap((each) => (each.kind === 'journey' ? [[each.id, each] as const] : [])))
  return lines.map(({ id, name, live: version, at, by }) => {
    const count = counts.get(id)
    const body = bodies.get(id)
    const draft = drafts.get(id)
    const said = facts.said(body ?? draft ?? NO_BODY)
    const last = draft && draft.at > at ? draft : { at, by }
    return {
      id,
      name: name || id,
      version: version ?? 1,
      status: version !== null ? ('live' as const) : draft ? ('draft' as const) : ('archived' as const),
      mode: modes.get(id)?.kind ?? ('run' as const),
      inNow: Math.max(0, count?.inNow ?? 0),
      entered7d: count?.entered7d ?? 0,
      goalRate: count && count.treated > 0 ? count.converted / count.treated : null,
      goalBetween:
        count && count.treated > 0
          ? ([...wilson({ x: Math.min(count.converted, count.treated), n: count.treated }, Z95)] as [number, number])
          : null,
      holdout: said.holdout,
      draft: draft !== undefined && draft.hash !== body?.hash,
      waiting: waiting.get(id) ?? null,
      channels: [...said.channels],
      owner: said.owner,
      tags: [...said.tags],
      updatedAt: last.at,
      updatedBy: names.get(last.by) ?? last.by,
      issues: (problems.get(id) ?? 0) + (count?.failed7d ?? 0),
      publishedAt: version === null ? null : at,
    }
  })
}

/** Requests that wait, by the journey that they are about. */
const waitingFor = (requests: readonly RequestRow[]): ReadonlyMap<string, string> =>
  new Map(
    requests.flatMap(({ id, manifest }) => manifest.touched.flatMap((each) => (each.kind === 'journey' ? [[each.id, id] as const] : []))),
  )

/** It was archived, and there is no draft of it. */
const NO_BODY = { hash: '', body: null }

interface Found {
  readonly journey: Journey
  readonly version: number
  readonly body: JsonObject
  readonly source: string | null
}

/** The draft if it is asked for; else the named version, the live one, the newest, or the draft. */
async function versionOf(
  { pool }: Options,
  workspace: string,
  { id, version, draft = false }: { id: string; version?: number | undefined; draft?: boolean | undefined },
): Promise<Found | undefined> {
  return inWorkspace(pool, workspace, async (tx) => {
    const history = await documentHistory(tx, workspace, { kind: 'journey', id })
    if (!history) return undefined
    // Nothing is different yet: the draft is what is live.
    if (draft && history.draft) return readable(history.draft, (history.versions[0]?.version ?? 0) + 1)
    const wanted = version ?? history.versions.find((line) => line.status === 'published')?.version ?? history.versions[0]?.version
    if (wanted === undefined) return history.draft && readable(history.draft, 1)
    const found = await definition(tx, { workspace, kind: 'journey', id, version: wanted })
    return found && readable(found, wanted)
  })
}

function readable({ body, source }: { readonly body: Json; readonly source: string | null }, version: number): Found | undefined {
  const parsed = Journey.safeParse(body)
  return parsed.success ? { journey: parsed.data as Journey, version, body: body as JsonObject, source } : undefined
}

async function show(options: Options, workspace: string, input: InputOf<typeof GetJourney>) {
  const found = await versionOf(options, workspace, input)
  if (!found) return refuse(unknownJourney(input.id))
  const { pool, kinds } = options
  const [history, live, modes] = await inWorkspace(
    pool,
    workspace,
    async (tx) =>
      [
        await documentHistory(tx, workspace, { kind: 'journey', id: input.id }),
        await liveDocuments(tx, workspace),
        await modesOf(tx, workspace),
      ] as const,
  )
  const liveHash = history!.versions.find(({ status }) => status === 'published')?.hash
  const draftHash = history!.draft && history!.draft.hash !== liveHash ? history!.draft.hash : null
  const problems = problemsOf({ kind: 'journey', id: input.id, body: found.body }, kinds, libraryOf(live, kinds))
  const versions = history!.versions.map(({ version, status, at, by }) => ({
    version,
    status: status === 'published' ? ('live' as const) : ('archived' as const),
    at,
    by,
  }))
  return {
    id: input.id,
    name: found.journey.name ?? input.id,
    version: found.version,
    status: versions.find((each) => each.version === found.version)?.status ?? ('draft' as const),
    mode: modes.get(input.id)?.kind ?? ('run' as const),
    modeAt: modes.get(input.id)?.at ?? null,
    modeBy: modes.get(input.id)?.by ?? '',
    draft: draftHash,
    definition: found.journey,
    yaml: found.source ?? yamlOf(found.body),
    problems: problems.map(({ status: _status, ...problem }) => ({ severity: severityOf(problem), ...problem })),
    versions,
    sentences: sentencesOf(found.journey),
  }
}

const severityOf = (problem: object): 'error' | 'warning' => ('severity' in problem && problem.severity === 'warning' ? 'warning' : 'error')

async function live({ analytics, now }: Options, workspace: string, id: string): Promise<z.output<typeof LiveCounts>> {
  const [flow, totals] = await Promise.all([stepFlow(analytics, workspace, id), runTotals(analytics, workspace, id)])
  const steps = flow
    .filter(({ step }) => step !== '')
    .map(({ step, arrived, passed, left }) => [step, { in: Math.max(0, arrived - passed - left), arrived, passed }] as const)
  return { at: now(), steps: Object.fromEntries(steps), ...totals }
}

/** A person as they are now; whoever may not read people may not try a journey as one of them. */
async function personOf(
  { work }: Options,
  { workspace, permissions }: Principal,
  id: string | undefined,
): Promise<Outcome<{ state: Person | undefined }>> {
  if (id === undefined) return { state: undefined }
  if (!permissions.has('people:read'))
    return refuse({ code: 'auth.forbidden', status: 403, title: 'This is not open to you', detail: 'It needs the permission people:read.' })
  const [found] = await loadStates<Person>(work, 'profile', [{ ws: workspace, id }])
  if (!found)
    return refuse({ code: 'profile.unknown', status: 404, title: 'There is no such person', detail: id, hint: 'Choose somebody else.' })
  return { state: upgraded(found.state) }
}
