import { LRUCache } from 'lru-cache'
import type { z } from 'zod'
import type { EventRecord } from '#events/schema.ts'
import { type HeldRun, ListHeld, ReleaseRun } from '#journeys/api.ts'
import type { Enrollment } from '#journeys/enrollment.ts'
import { kindWord, places } from '#journeys/lanes.ts'
import { REJECTED, RELEASED } from '#journeys/nodes/hold.ts'
import { type Person, upgraded } from '#journeys/person.ts'
import { Journey } from '#journeys/schema.ts'
import type { HoldStep } from '#journeys/steps.ts'
import type { InputOf } from '#lib/action.ts'
import type { Json } from '#lib/json.ts'
import { type Problem, refuse } from '#lib/problem.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { publishedVersions } from '#platform/document-versions.ts'
import type { Definition } from '#platform/documents.ts'
import { type Binding, bind, bindAudited } from '#platform/http/actions.ts'
import { denied, type Principal } from '#platform/http/principal.ts'
import { loadStates } from '#platform/keyed-state.ts'
import type { Queryable } from '#platform/log.ts'
import { type Pool, transaction } from '#platform/postgres/pool.ts'
import { beyondWorkspace, inWorkspace } from '#platform/postgres/tenancy.ts'
import type { ApprovalDesk } from './approvals-desk.ts'
import type { HeldRuns } from './approvals-held.ts'
import { standingOn } from './counts-store.ts'
import { nameOf as personName } from './people.ts'
import { runMoveBindings } from './run-moves.ts'
import { appendRecords } from './settler.ts'

interface Options {
  readonly pool: Pool
  /** Beyond one workspace: versions of documents. */
  readonly work: Pool
  readonly analytics: Analytics
  readonly partitions: number
  readonly now: () => number
  /** Something was appended to the log. */
  readonly appended: () => void
  /** Policies for approvals have a say. */
  readonly desk?: Pick<ApprovalDesk, 'mayRelease'>
}

type Held = z.output<typeof HeldRun>

const MOST = 500
const NOT_HELD: Problem = {
  code: 'journey.not_held',
  status: 404,
  title: 'This run does not wait for a decision there',
  hint: 'Somebody may have decided already, or its time was over; look at the list again',
}

/** Runs that wait for a person, and that person's word; runs that are moved by hand. */
export const heldBindings = (options: Options): Binding[] => [
  bind(ListHeld, async ({ journey }, { workspace }) => ({ runs: await waitingRuns(options, workspace, journey) })),
  bindAudited(ReleaseRun, async (input, principal, call) => {
    const run = await findHeld(options, principal.workspace, { asked: input, steps: await holdSteps(options, principal.workspace) })
    if (!run) return refuse(NOT_HELD)
    const forbidden = denied(run.for, principal)
    if (forbidden) return refuse(forbidden)
    const asked = { workspace: principal.workspace, actor: principal.actor, journey: run.journey, step: run.step }
    const problem = await inWorkspace(options.pool, principal.workspace, async (tx) =>
      options.desk?.mayRelease(tx, { ...asked, run: nameOf(run), verdict: input.verdict }),
    )
    if (problem) return refuse(problem)
    const record = verdictOf(run, { ...input, principal, now: options.now() })
    await transaction(options.pool, async (tx) => {
      await appendRecords(tx, [record], { partitions: options.partitions, now: options.now() })
      await call.audit(tx, { object: `enrollment:${run.enrollment}:${run.step} ${input.verdict}` })
    })
    options.appended()
    return { run, verdict: input.verdict }
  }),
  ...runMoveBindings(options),
]

/** All runs that wait on hold steps, the longest waiting first. */
async function waitingRuns(options: Options, workspace: string, journey: string | undefined): Promise<Held[]> {
  const steps = await holdSteps(options, workspace)
  const wanted = [...steps.values()].filter((each) => journey === undefined || each.journey === journey)
  const found = await standingOn(options.analytics, workspace, { places: wanted, limit: MOST })
  const people = await load(options, workspace, [...new Set(found.map(({ profile }) => profile))])
  const runs = people.flatMap((person) => person.journeys.enrollments.flatMap((run) => heldAs(person, run, steps) ?? []))
  return runs.filter((run) => journey === undefined || run.journey === journey).sort((a, b) => a.since - b.since)
}

/** How many runs wait for a person, as far as facts have been projected; no more are counted than are listed. */
export async function countHeldRuns(
  options: Pick<Options, 'analytics'> & { readonly work: Queryable },
  workspace: string,
): Promise<number> {
  const steps = await holdSteps(options, workspace)
  return (await standingOn(options.analytics, workspace, { places: [...steps.values()], limit: MOST })).length
}

const nameOf = ({ profile, enrollment, step, since }: Held): string => `${profile} ${enrollment} ${step} ${since}`

/** Held runs for approvals: a batch is the runs that waited when it was asked for, and no other. */
export const heldRuns = (options: Options): HeldRuns => ({
  waiting: async (workspace, { journey, step }) => {
    const runs = await waitingRuns(options, workspace, journey)
    return runs.filter((run) => run.step === step).map((run) => ({ name: nameOf(run), profile: run.profile }))
  },
  decide: async (tx, workspace, { row, verdict, comment, actor }) => {
    const principal = { workspace, actor }
    const records: EventRecord[] = []
    const steps = await holdSteps(options, workspace)
    for (const name of row.manifest.runs) {
      const [profile = '', enrollment = '', step = '', since = ''] = name.split(' ')
      const run = await findHeld(options, workspace, { asked: { profile, enrollment, step }, steps })
      if (run && String(run.since) === since)
        records.push(verdictOf(run, { profile, enrollment, step, verdict, comment, principal, now: options.now() }))
    }
    await beyondWorkspace(tx)
    if (records.length > 0) await appendRecords(tx, records, { partitions: options.partitions, now: options.now() })
  },
  appended: options.appended,
})

/** One id for both verdicts: who decides second decides nothing. */
function verdictOf(
  run: Held,
  said: InputOf<typeof ReleaseRun> & { readonly principal: Pick<Principal, 'workspace' | 'actor'>; readonly now: number },
): EventRecord {
  const { verdict, comment, principal, now } = said
  return {
    kind: 'event',
    ws: principal.workspace,
    key: run.profile,
    id: `${run.enrollment}:${run.step}:${run.since}:decided`,
    type: 'system',
    name: verdict === 'released' ? RELEASED : REJECTED,
    at: now,
    received: now,
    props: { enrollment_id: run.enrollment, journey_id: run.journey, step_id: run.step, since: run.since, comment, by: principal.actor },
    ids: [],
  }
}

interface Place {
  readonly journey: string
  readonly name: string
  readonly version: number
  readonly step: HoldStep
}

const placeName = (journey: string, version: number, step: string): string => `${journey} ${version} ${step}`

/** The hold steps of every version that anyone may still stand in. */
async function holdSteps({ work }: { readonly work: Queryable }, workspace: string): Promise<Map<string, Place>> {
  const found = new Map<string, Place>()
  for (const each of await publishedVersions(work, workspace, { kind: 'journey' }))
    for (const place of holdsIn(each)) found.set(placeName(place.journey, place.version, place.step.id), place)
  return found
}

/** The holds of the bodies that were read last, by hash: home asks for those of every version again and again. */
const holds = new LRUCache<string, readonly Omit<Place, 'version'>[]>({ max: 5_000 })

function holdsIn({ hash, version, body }: Definition): Place[] {
  const known = holds.get(hash) ?? readHolds(body)
  holds.set(hash, known)
  return known.map((place) => ({ ...place, version }))
}

function readHolds(body: Json): Omit<Place, 'version'>[] {
  const parsed = Journey.safeParse(body)
  if (!parsed.success) return []
  const { id, name = id, steps } = parsed.data as Journey
  return places(steps).flatMap(({ step }) => (step.kind === 'hold' ? [{ journey: id, name, step }] : []))
}

function heldAs(person: Person, run: Enrollment, steps: ReadonlyMap<string, Place>): Held | undefined {
  const place = steps.get(placeName(run.journey, run.version, run.step))
  if (!place) return undefined
  const { step } = place
  return {
    profile: person.profile.id,
    name: personName(person),
    enrollment: run.id,
    journey: run.journey,
    journeyName: place.name,
    version: run.version,
    step: step.id,
    stepName: step.name ?? kindWord(step.kind),
    note: step.note ?? '',
    for: step.for,
    since: run.since,
    until: run.due,
  }
}

interface Asked {
  readonly asked: Pick<InputOf<typeof ReleaseRun>, 'profile' | 'enrollment' | 'step'>
  readonly steps: ReadonlyMap<string, Place>
}

/** The run by its ids, also when its person has become another meanwhile. */
async function findHeld(
  options: Options,
  workspace: string,
  { asked: { profile, enrollment, step }, steps }: Asked,
): Promise<Held | undefined> {
  let [person] = await load(options, workspace, [profile])
  const seen = new Set<string>()
  while (person?.profile.mergedInto !== undefined && !seen.has(person.profile.id)) {
    seen.add(person.profile.id)
    person = (await load(options, workspace, [person.profile.mergedInto]))[0]
  }
  const run = person?.journeys.enrollments.find((each) => each.id === enrollment && each.step === step)
  return person && run ? heldAs(person, run, steps) : undefined
}

async function load({ pool }: Options, workspace: string, ids: readonly string[]): Promise<Person[]> {
  const rows = await inWorkspace(pool, workspace, (tx) =>
    loadStates<Person>(
      tx,
      'profile',
      ids.map((id) => ({ ws: workspace, id })),
    ),
  )
  return rows.map(({ state }) => upgraded(state))
}
