import { randomUUID } from 'node:crypto'
import type { AcceptedEvent } from '#events/accept.ts'
import type { EventRecord, Identifier } from '#events/schema.ts'
import { ChangeBroadcast, EnterJourney, ListBroadcasts } from '#journeys/api.ts'
import { compileSchedule, dueBy } from '#journeys/entries/schedule.ts'
import { calledEvent, entriesOf } from '#journeys/entries/schema.ts'
import { Journey } from '#journeys/schema.ts'
import type { InputOf } from '#lib/action.ts'
import type { JsonObject } from '#lib/json.ts'
import { isRefusal, type Outcome, refuse } from '#lib/problem.ts'
import { publishedTimes } from '#platform/document-versions.ts'
import { liveDocuments } from '#platform/documents.ts'
import { type Binding, bind, bindAudited } from '#platform/http/actions.ts'
import { loadStates } from '#platform/keyed-state.ts'
import { append } from '#platform/log.ts'
import { type Pool, transaction } from '#platform/postgres/pool.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import type { ApprovalDesk } from './approvals-desk.ts'
import { type BroadcastRow, type BroadcastStatus, broadcastsOf, changeBroadcast } from './broadcast-store.ts'
import type { Ingest } from './ingest.ts'

interface Options {
  readonly pool: Pool
  /** For the log, which belongs to no workspace. */
  readonly work: Pool
  readonly ingest: Ingest
  readonly partitions: number
  readonly now: () => number
  /** Records were put on the log. */
  readonly appended: () => void
  /** Policies for approvals have a say in what goes out again. */
  readonly desk?: Pick<ApprovalDesk, 'mayRun'>
}

const SHOWN = 50
/** What each change begins with, and what it makes of it. */
const CHANGES: Readonly<Record<'pause' | 'resume' | 'cancel', readonly [from: readonly BroadcastStatus[], to: BroadcastStatus]>> = {
  pause: [['running'], 'paused'],
  resume: [['paused'], 'running'],
  cancel: [['running', 'paused'], 'cancelled'],
}

export const broadcastBindings = (options: Options): Binding[] => [
  bind(ListBroadcasts, async ({ id }, { workspace }) => {
    const rows = await inWorkspace(options.pool, workspace, (tx) => broadcastsOf(tx, workspace, { journey: id, limit: SHOWN }))
    const last = rows.reduce((most, { kind, occurrence }) => (kind === 'scheduled' && occurrence > most ? occurrence : most), '')
    return { broadcasts: rows.map(line), next: await nextOf(options, { workspace, id, last }) }
  }),
  bindAudited(ChangeBroadcast, async ({ id, occurrence, to }, { workspace, actor }, call) => {
    const [from, status] = CHANGES[to]
    const row = await inWorkspace(options.pool, workspace, async (tx) => {
      const problem =
        to === 'resume' ? await options.desk?.mayRun(tx, { workspace, journey: id, operation: 'broadcast', actor }) : undefined
      if (problem) return refuse(problem)
      const changed = await changeBroadcast(tx, { ws: workspace, journey: id, occurrence }, { from, to: status, at: options.now() })
      if (changed) await call.audit(tx, { object: `journey:${id} broadcast ${to}` })
      return changed
    })
    if (isRefusal(row)) return row
    return row ? { broadcast: line(row) } : refuse(unchangeable(to, from))
  }),
  bind(EnterJourney, async (input, { workspace }, call) => {
    call.note({ object: `journey:${input.id}` })
    const journey = await liveJourney(options.pool, workspace, input.id)
    if (!journey || !entriesOf(journey).some((entry) => 'api' in entry)) return refuse(notCallable(input.id))
    return enter(options, workspace, input)
  }),
]

const unchangeable = (to: string, from: readonly string[]) => ({
  code: 'broadcast.unchangeable',
  status: 409,
  title: `There is no such broadcast that could ${to}`,
  hint: `It must be ${from.join(' or ')}: look at the list of the journey’s broadcasts`,
})

const notCallable = (id: string) => ({
  code: 'journey.not_callable',
  status: 409,
  title: 'No live journey of this id can be entered by the API',
  detail: id,
  hint: 'Give it an entry with api: true, and publish it',
})

const line = ({ occurrence, kind, version, status, due, beganAt, endedAt, people, looked, reached, reason }: BroadcastRow) => ({
  occurrence,
  kind,
  version,
  status,
  due,
  beganAt,
  endedAt,
  people,
  looked,
  reached,
  reason,
})

async function liveJourney(pool: Pool, workspace: string, id: string): Promise<Journey | undefined> {
  const live = await inWorkspace(pool, workspace, (tx) => liveDocuments(tx, workspace))
  const found = live.find((each) => each.kind === 'journey' && each.id === id)
  return found && (Journey.parse(found.body) as Journey)
}

async function nextOf({ pool, now }: Options, { workspace, id, last }: { workspace: string; id: string; last: string }) {
  const journey = await liveJourney(pool, workspace, id)
  const entry = journey && entriesOf(journey).find((each) => 'schedule' in each)
  const schedule = entry && compileSchedule(entry.schedule)
  if (!schedule || isRefusal(schedule)) return null
  const since = await inWorkspace(pool, workspace, (tx) => publishedTimes(tx, 'journey'))
  const span = { last, since: since.get(`${workspace} ${id}`) ?? now() }
  const { due, next } = dueBy(schedule, span, now())
  const waiting = due.at(-1) ?? (next === null ? undefined : dueBy(schedule, span, next).due.at(-1))
  return waiting ? { local: waiting.local, begins: waiting.begins } : null
}

type Wanted = InputOf<typeof EnterJourney>

/** The request is on the log when this resolves; the journey’s rules decide when it is handled. */
async function enter(options: Options, workspace: string, wanted: Wanted): Promise<Outcome<{ messageId: string; look: string }>> {
  const { person, id, key, data } = wanted
  const messageId = wanted.messageId ?? randomUUID()
  const now = options.now()
  const said = {
    id: `enter:${id}:${messageId}`,
    type: 'system' as const,
    name: calledEvent(id),
    at: now,
    received: now,
    props: { ...(data as JsonObject), ...(key === undefined ? {} : { key }) },
  }
  if (person.profile === undefined) {
    const event: AcceptedEvent = { ...said, ids: identifiersOf(person), previous: null, context: null }
    await options.ingest.submit(workspace, [event])
    return { messageId, look: `/api/profiles?q=${encodeURIComponent(event.ids[0]!.value)}` }
  }
  const [state] = await inWorkspace(options.pool, workspace, (tx) => loadStates(tx, 'profile', [{ ws: workspace, id: person.profile! }]))
  if (!state) return refuse({ code: 'profile.unknown', status: 404, title: 'There is no such person', detail: person.profile })
  const record: EventRecord = { kind: 'event', ws: workspace, key: person.profile, ids: [], ...said }
  await transaction(options.work, (tx) =>
    append(tx, [{ workspace, key: record.key, text: JSON.stringify(record) }], { partitions: options.partitions, now }),
  )
  options.appended()
  return { messageId, look: `/api/profiles/${person.profile}/timeline` }
}

function identifiersOf({ userId, anonymousId, email }: Wanted['person']): Identifier[] {
  const given = [
    ['user_id', userId],
    ['email', email],
    ['anonymous_id', anonymousId],
  ] as const
  return given.flatMap(([kind, value]) => (value === undefined ? [] : [{ kind, value }]))
}
