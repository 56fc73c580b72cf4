import {
  CountHeld,
  DiscardHeld,
  GetEvent,
  ListEvents,
  ListHeld,
  ListSources,
  ReplayHeld,
  SendTestEvent,
  TraceEvent,
  WatchEvents,
} from '#events/api.ts'
import { countHeld, dropHeld, type HeldKind, heldByMessage, listHeld, numberHeld } from '#events/held-store.ts'
import { PlannedEvent } from '#events/plan.ts'
import { tracedEvent, tracedSteps } from '#events/quality-store.ts'
import type { Person } from '#journeys/person.ts'
import { explain } from '#journeys/reasons.ts'
import type { OutputOf } from '#lib/action.ts'
import { refuse } from '#lib/problem.ts'
import { ofKinds } from '#platform/documents.ts'
import { type Binding, bind, bindStream } from '#platform/http/actions.ts'
import type { Principal } from '#platform/http/principal.ts'
import { listParked, loadStates } from '#platform/keyed-state.ts'
import type { Queryable } from '#platform/log.ts'
import { countDead } from '#platform/outbox-view.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import { listKeys } from '#workspaces/store.ts'
import { listEvents, listSources, type QualityParts, showEvent } from './data-quality.ts'
import { heldLine, replayHeld } from './held-events.ts'
import type { Intake } from './ingest.ts'
import { LiveTail } from './live-events.ts'
import { nameOf } from './people.ts'
import type { PlanShelf } from './plan-shelf.ts'
import { arrivals } from './receive.ts'
import type { SourceCounts } from './source-counts.ts'

interface Options extends QualityParts {
  /** Not stepped down: the log is nobody's alone. */
  readonly work: Pool
  readonly ingest: Intake
  readonly plans: PlanShelf
  readonly counts: SourceCounts
}

const PAGE = 50
/** Readers of the stream of events at one time, of one process. */
const MOST_WATCHING = 40
/** Real ms between two looks at the log. */
const EVERY_MS = 400
/** A plan that changes meanwhile hides what is sensitive after this many looks. */
const LOOKS_PER_PLAN = 50

/** Tracking plan, quality, sources, live stream, and what did not get onto the log. */
export const dataBindings = (options: Options): Binding[] => [
  bind(ListEvents, (_input, { workspace }) => listEvents(options, workspace)),
  bind(GetEvent, ({ event }, principal) => showEvent(options, principal.workspace, { event, people: mayRead(principal) })),
  bind(ListSources, (_input, { workspace }) => listSources(options, workspace)),
  watching(options),
  ...heldBindings(options),
  ...debugBindings(options),
]

const mayRead = ({ permissions }: Principal): boolean => permissions.has('people:read')

/** Properties that the plan calls sensitive, by event. */
async function sensitiveIn(db: Queryable, ws: string): Promise<(event: string) => ReadonlySet<string>> {
  const plans = (await ofKinds(db, ws, ['event'])).map(({ body }) => PlannedEvent.parse(body))
  const hidden = new Map(
    plans.flatMap(({ event, alsoSentAs, properties }) => {
      const paths: ReadonlySet<string> = new Set(properties.filter(({ pii }) => pii === 'sensitive').map(({ name }) => name))
      return [event, ...alsoSentAs].map((name) => [name, paths] as const)
    }),
  )
  return (event) => hidden.get(event) ?? NONE
}
const NONE: ReadonlySet<string> = new Set()

function watching({ work, now }: Options): Binding {
  let readers = 0
  return bindStream(WatchEvents, async (filter, principal, { stream }) => {
    if (readers >= MOST_WATCHING)
      return refuse({
        code: 'live.busy',
        status: 429,
        title: 'Too many people watch events at this moment',
        hint: 'Try again in a minute.',
      })
    readers += 1
    try {
      const ws = principal.workspace
      let sensitive = await sensitiveIn(work, ws)
      const tail = new LiveTail({ db: work, ws, filter, people: mayRead(principal), sensitive: (event) => sensitive(event) })
      const open = stream()
      open.send({ at: now(), ...(await tail.begin(now())) })
      for (let looks = 1; !open.closed.aborted; looks++) {
        await new Promise((resolve) => setTimeout(resolve, EVERY_MS))
        if (open.closed.aborted) break
        if (looks % LOOKS_PER_PLAN === 0) sensitive = await sensitiveIn(work, ws)
        const frame = await tail.next()
        if (frame.events.length > 0) open.send({ at: now(), ...frame })
      }
      return undefined
    } finally {
      readers -= 1
    }
  })
}

const heldBindings = (options: Options): Binding[] => [
  bind(ListHeld, async ({ cursor, event, ...filter }, principal) => {
    const { workspace: ws } = principal
    return inWorkspace(options.pool, ws, async (tx) => {
      const query = { ws, ...filter, name: event }
      const rows = await listHeld(tx, { ...query, before: cursor, limit: PAGE })
      const sensitive = await sensitiveIn(tx, ws)
      return {
        events: rows.map((row) => heldLine(row, { people: mayRead(principal), sensitive: sensitive(row.name) })),
        total: await numberHeld(tx, query),
        next: rows.length === PAGE ? String(rows.at(-1)!.id) : null,
      }
    })
  }),
  bind(CountHeld, (_input, { workspace }) => inWorkspace(options.pool, workspace, (tx) => waiting(tx, workspace))),
  bind(ReplayHeld, async (input, { workspace }, call) => {
    const done = await replayHeld({ ...options, plan: (ws) => options.plans.now(ws) }, workspace, input)
    call.note({ object: `events:${done.replayed} replayed` })
    return done
  }),
  bind(DiscardHeld, async ({ event, ...filter }, { workspace: ws }, call) => {
    const discarded = await inWorkspace(options.pool, ws, (tx) => dropHeld(tx, { ws, ...filter, name: event }))
    call.note({ object: `events:${discarded} discarded` })
    return { discarded }
  }),
]

async function waiting(tx: Queryable, ws: string): Promise<OutputOf<typeof CountHeld>> {
  const counts = await countHeld(tx, ws)
  const of = (kind: HeldKind): number => counts.filter((each) => each.kind === kind).reduce((sum, { events }) => sum + events, 0)
  const parked = await listParked(tx, 'profile', { workspace: ws, limit: 500 })
  const dead = await countDead(tx, ws)
  return {
    quarantined: of('quarantined'),
    blocked: of('blocked'),
    rejected: of('rejected'),
    parked: parked.length,
    dead: dead.messages,
    deadWebhooks: dead.webhooks,
    reasons: counts.map(({ kind, code, name, events }) => ({ kind, code, event: name, events })),
  }
}

const debugBindings = (options: Options): Binding[] => [
  bind(SendTestEvent, async ({ source, event }, { workspace: ws }, call) => {
    const { pool, work, ingest, plans, counts, now } = options
    const keys = await inWorkspace(pool, ws, (tx) => listKeys(tx, ws))
    if (!keys.some(({ id, kind, revokedAt }) => id === source && kind === 'write' && revokedAt === null))
      return refuse({
        code: 'source.unknown',
        status: 404,
        title: 'There is no such source',
        detail: source,
        hint: 'Choose one that is not revoked.',
      })
    const at = now()
    const messageId = typeof event['messageId'] === 'string' ? event['messageId'] : `test-${crypto.randomUUID()}`
    const context = { library: { name: 'Cadenza event debugger', version: '1' }, ...(event['context'] as object | undefined) }
    const raw = { ...event, messageId, context }
    const arrive = arrivals({ db: work, ingest, plan: (workspace) => plans.now(workspace), counts })
    const judged = await arrive(ws, [raw], {
      call: null,
      source,
      sentAt: undefined,
      now: at,
      bytes: JSON.stringify(raw).length,
      gpc: false,
    })
    // Whoever looks at what was refused right after this finds it.
    await counts.flush()
    call.note({ object: `event:${messageId}` })
    const problem = judged.rejected[0]?.problem ?? judged.quarantined[0]?.problem
    const { code = '', title = '', detail, hint, at: place } = problem ?? {}
    return {
      messageId,
      outcome: judged.outcomes[0]!.outcome,
      problem: problem ? { code, title, ...(detail && { detail }), ...(hint && { hint }), ...(place && { at: place }) } : null,
    }
  }),
  bind(TraceEvent, ({ messageId }, principal) => trace(options, principal, messageId)),
]

async function trace({ pool, analytics }: Options, { workspace: ws }: Principal, messageId: string): Promise<OutputOf<typeof TraceEvent>> {
  const event = await tracedEvent(analytics, ws, messageId)
  if (!event) {
    const found = await inWorkspace(pool, ws, async (tx) => {
      const row = await heldByMessage(tx, ws, messageId)
      return row && heldLine(row, { people: true, sensitive: (await sensitiveIn(tx, ws))(row.name) })
    })
    return { state: found ? 'held' : 'unknown', held: found ?? null, event: null, steps: [] }
  }
  const [steps, [person]] = await Promise.all([
    tracedSteps(analytics, ws, { profile: event.profile, cause: messageId }),
    inWorkspace(pool, ws, (tx) => loadStates<Person>(tx, 'profile', [{ ws, id: event.profile }])),
  ])
  return {
    state: 'handled',
    held: null,
    event: {
      event: event.name,
      person: event.profile,
      personName: person ? nameOf(person.state) : '',
      at: Math.max(0, event.at),
      received: event.received,
      source: event.source,
      duplicate: event.verdict === 'duplicate',
    },
    steps: steps.map(({ of, id, version, what, step, reason, at, effect }) => ({
      of,
      id,
      version,
      what,
      step,
      reason,
      sentence: reason === '' || of === 'segment' || of === 'violation' ? '' : explain(reason),
      at: Math.max(0, at),
      message: effect,
    })),
  }
}
