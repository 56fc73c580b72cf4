import type { EventRecord } from '#events/schema.ts'
import { MoveRuns } from '#journeys/api.ts'
import { MOVED_ON, TAKEN_OUT } from '#journeys/by-hand.ts'
import type { Enrollment } from '#journeys/enrollment.ts'
import { places } from '#journeys/lanes.ts'
import { type Person, upgraded } from '#journeys/person.ts'
import { Journey } from '#journeys/schema.ts'
import { modesOf } from '#journeys/store.ts'
import type { InputOf } from '#lib/action.ts'
import { isRefusal, type Outcome, type Problem, refuse } from '#lib/problem.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { publishedVersions } from '#platform/document-versions.ts'
import { type Binding, bindAudited } from '#platform/http/actions.ts'
import { loadStates } from '#platform/keyed-state.ts'
import { type Pool, transaction } from '#platform/postgres/pool.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import { standingOn } from './counts-store.ts'
import { appendRecords } from './settler.ts'

interface Options {
  readonly pool: Pool
  readonly work: Pool
  readonly analytics: Analytics
  readonly partitions: number
  readonly now: () => number
  /** Something was appended to the log. */
  readonly appended: () => void
}
type Asked = InputOf<typeof MoveRuns>

/** Runs that are moved at once; who asks is told whether there are more. */
const AT_ONCE = 500

/** A colleague moves people on from where they stand, or takes them out. */
export const runMoveBindings = (options: Options): Binding[] => [
  bindAudited(MoveRuns, async (input, { workspace, actor }, call) => {
    const may = await mayMove(options, workspace, input)
    if (isRefusal(may)) return may
    const found = await standingThere(options, workspace, input)
    const chosen = found.slice(0, AT_ONCE)
    const records = chosen.map((each) => wordOn(each, { workspace, actor, input, now: options.now() }))
    await transaction(options.pool, async (tx) => {
      if (records.length > 0) await appendRecords(tx, records, { partitions: options.partitions, now: options.now() })
      await call.audit(tx, { object: `journey:${input.id}:${input.step} ${input.to} ${records.length}`, after: input.comment })
    })
    options.appended()
    return { moved: records.length, more: found.length > AT_ONCE }
  }),
]

/** A hold is decided, not gone around; and while a journey is paused nobody goes on. */
async function mayMove({ work, pool }: Options, workspace: string, { id, step, to }: Asked): Promise<Outcome<true>> {
  const versions = await publishedVersions(work, workspace, { kind: 'journey', id })
  const known = versions.flatMap(({ body }) => {
    const journey = Journey.safeParse(body)
    return journey.success ? places((journey.data as Journey).steps).filter((place) => place.step.id === step) : []
  })
  if (known.length === 0) return refuse(UNKNOWN)
  if (to === 'on' && known.some((place) => place.step.kind === 'hold')) return refuse(HELD)
  const modes = await inWorkspace(pool, workspace, (tx) => modesOf(tx, workspace))
  return to === 'on' && modes.get(id)?.kind === 'pause' ? refuse(PAUSED) : true
}

const UNKNOWN: Problem = {
  code: 'journey.step.unknown',
  status: 404,
  title: 'There is no such step in this journey',
  hint: 'Look at the journey again: it may have been renamed',
}
const HELD: Problem = {
  code: 'journey.held',
  status: 409,
  title: 'These runs wait for a decision',
  hint: 'Release or reject them where they are held',
}
const PAUSED: Problem = {
  code: 'journey.paused',
  status: 409,
  title: 'The journey is paused, so nobody goes on',
  hint: 'Let it run again first, or take people out',
}

interface Found {
  readonly profile: string
  readonly run: Enrollment
}

/** Runs that stand on the step at this moment, the longest waiting first: what reports say is looked up in the state itself. */
async function standingThere(options: Options, workspace: string, { id, step, profiles }: Asked): Promise<Found[]> {
  const people =
    profiles ??
    (await standingOn(options.analytics, workspace, { places: [{ journey: id, step: { id: step } }], limit: AT_ONCE + 1 })).map(
      ({ profile }) => profile,
    )
  const rows = await inWorkspace(options.pool, workspace, (tx) =>
    loadStates<Person>(
      tx,
      'profile',
      [...new Set(people)].map((profile) => ({ ws: workspace, id: profile })),
    ),
  )
  return rows
    .flatMap(({ state }) => {
      const { profile, journeys } = upgraded(state)
      return journeys.enrollments.filter((run) => run.journey === id && run.step === step).map((run) => ({ profile: profile.id, run }))
    })
    .sort((a, b) => a.run.since - b.run.since)
}

/** One id for both words: who speaks second moves nobody. */
function wordOn(
  { profile, run }: Found,
  { workspace, actor, input, now }: { readonly workspace: string; readonly actor: string; readonly input: Asked; readonly now: number },
): EventRecord {
  return {
    kind: 'event',
    ws: workspace,
    key: profile,
    id: `${run.id}:${run.step}:${run.since}:by-hand`,
    type: 'system',
    name: input.to === 'on' ? MOVED_ON : TAKEN_OUT,
    at: now,
    received: now,
    props: { enrollment_id: run.id, journey_id: run.journey, step_id: run.step, since: run.since, comment: input.comment, by: actor },
    ids: [],
  }
}
