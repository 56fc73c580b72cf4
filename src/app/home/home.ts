import { LRUCache } from 'lru-cache'
import { requestsIn } from '#approvals/store.ts'
import { providerStates } from '#channels/provider-store.ts'
import { countHeld } from '#events/held-store.ts'
import { modesOf } from '#journeys/store.ts'
import type { OutputOf } from '#lib/action.ts'
import { liveDocuments } from '#platform/documents.ts'
import { type Binding, bind } from '#platform/http/actions.ts'
import type { Principal } from '#platform/http/principal.ts'
import { listParked } from '#platform/keyed-state.ts'
import type { Queryable } from '#platform/log.ts'
import { countDead } from '#platform/outbox-view.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import { buildsOf } from '#segments/store.ts'
import { GetHome, type Need, STEPS, type Step } from '#workspaces/home-api.ts'
import { actorNames, listKeys, openInvitations } from '#workspaces/store.ts'
import { countHeldRuns } from '../held.ts'
import { type JourneysReading, journeyLines } from '../journeys-read.ts'
import { noteLook } from '../sample/samples-store.ts'
import { activePeople, dailyEntries, lastChanges, messageTallies, standing } from './home-store.ts'

type Home = OutputOf<typeof GetHome>
type Line = Awaited<ReturnType<typeof journeyLines>>[number]

interface Options extends JourneysReading {
  /** Knows every workspace. */
  readonly work: Queryable
}

const DAY = 86_400_000
const CHANGES = 8
const MOST_NEEDS = 20

export const homeBindings = (options: Options): Binding[] => {
  const counted = countedTogether(options)
  return [bind(GetHome, ({ days }, principal) => home({ ...options, counted }, principal, days))]
}

/** Everybody who looks within so long (ms) sees the same count: a page that is open asks again and again. */
const TOGETHER_MS = 5_000

/** What ClickHouse is asked for. */
type Counted = (workspace: string, days: number) => ReturnType<typeof count>

function countedTogether({ analytics, now }: Options): Counted {
  const known = new LRUCache<string, ReturnType<typeof count>>({ max: 1_000, ttl: TOGETHER_MS })
  return (workspace, days) => {
    const key = `${workspace} ${days}`
    const before = known.get(key)
    if (before) return before
    const made = count(analytics, { workspace, days, at: now() })
    known.set(key, made)
    made.catch(() => known.delete(key))
    return made
  }
}

async function count(analytics: Options['analytics'], { workspace, days, at }: { workspace: string; days: number; at: number }) {
  const range = { workspace, from: at - days * DAY, to: at }
  const [entries, messages, active] = await Promise.all([
    dailyEntries(analytics, range),
    messageTallies(analytics, range),
    activePeople(analytics, range),
  ])
  return { at, entries, messages, active }
}

/** Everything that the home page shows, in one go: the parts are read at the same time. */
async function home(options: Options & { readonly counted: Counted }, principal: Principal, days: number): Promise<Home> {
  const { work, now, counted } = options
  const { workspace, permissions } = principal
  const at = now()
  const reads = permissions.has('reports:read')
  const mayRead = permissions.has('journeys:read')
  const [journeys, measured, kept, waiting] = await Promise.all([
    mayRead ? journeyLines(options, workspace) : null,
    mayRead || reads ? counted(workspace, days) : null,
    keptOf(options, principal, at),
    permissions.has('approvals:decide') ? runsWaiting(options, workspace) : [],
    noteLook(work, workspace, at),
  ])
  const live = journeys?.filter(({ status }) => status === 'live') ?? []
  return {
    asOf: measured?.at ?? at,
    days,
    needs: [...kept.needs, ...waiting, ...issuesOf(live)].slice(0, MOST_NEEDS),
    journeys:
      journeys &&
      live
        .map((line) => running(line, measured?.entries.get(line.id) ?? Array<number>(days).fill(0)))
        .sort((a, b) => b.entered - a.entered),
    messages: reads && measured ? measured.messages : null,
    active: reads && measured ? measured.active : null,
    changes: kept.changes,
    steps: kept.steps,
    fresh: kept.fresh,
  }
}

const running = ({ id, name, mode, inNow, goalRate, issues }: Line, spark: number[]) => ({
  id,
  name,
  mode,
  inNow,
  entered: spark.reduce((sum, entered) => sum + entered, 0),
  spark,
  goalRate,
  issues,
})

const issuesOf = (live: readonly Line[]): Need[] =>
  live.filter(({ issues }) => issues > 0).map(({ id, name, issues }) => ({ kind: 'journey-issues', id, name, count: issues }))

/** Runs that stand at a hold step until somebody decides. */
async function runsWaiting(options: Options, workspace: string): Promise<Need[]> {
  const count = await countHeldRuns(options, workspace)
  return count > 0 ? [{ kind: 'runs', count }] : []
}

type Kept = Pick<Home, 'needs' | 'changes' | 'steps' | 'fresh'>

/** What PostgreSQL knows, in one transaction of the workspace. */
async function keptOf({ pool, work }: Options, principal: Principal, now: number): Promise<Kept> {
  const { workspace } = principal
  // People belong to no workspace: who is a member is asked as the owner of the tables.
  const names = await actorNames(work, workspace)
  return inWorkspace(pool, workspace, async (tx) => {
    const keys = new Map((await listKeys(tx, workspace)).map(({ id, name }) => [`key:${id}`, name]))
    const there = await standing(tx, workspace)
    const told = await lastChanges(tx, workspace, CHANGES)
    const reads = principal.permissions.has('documents:read')
    return {
      needs: await needsOf(tx, principal, { names }),
      changes: reads ? told.map((change) => ({ ...change, by: names.get(change.by) ?? keys.get(change.by) ?? change.by })) : [],
      steps: await stepsOf(tx, workspace, { there, members: names.size, now }),
      fresh: !there.people && !there.kinds.includes('journey'),
    }
  })
}

async function needsOf(tx: Queryable, principal: Principal, { names }: { names: ReadonlyMap<string, string> }): Promise<Need[]> {
  const { workspace: ws, permissions, actor } = principal
  const may = (permission: Parameters<typeof permissions.has>[0]): boolean => permissions.has(permission)
  const needs: Need[] = []
  if (may('documents:read'))
    for (const { id, title, due, requestedBy } of await requestsIn(tx, ws, { states: ['open'], limit: 8 }))
      needs.push({ kind: 'approval', id, title, due, mine: requestedBy === actor })
  if (may('journeys:read')) needs.push(...(await stoppedJourneys(tx, ws, names)))
  if (may('workspace:admin'))
    for (const { provider, breaker, lastError, lastErrorAt } of await providerStates(tx, ws))
      if (breaker !== 'closed') needs.push({ kind: 'provider', id: provider, error: lastError, at: lastErrorAt })
  if (may('messages:read')) {
    const { messages } = await countDead(tx, ws)
    if (messages > 0) needs.push({ kind: 'dead', count: messages })
  }
  if (may('data:read')) needs.push(...(await dataNeeds(tx, ws)))
  return needs
}

/** A journey that somebody or a guardrail has stopped, with what for. */
async function stoppedJourneys(tx: Queryable, ws: string, names: ReadonlyMap<string, string>): Promise<Need[]> {
  const modes = [...(await modesOf(tx, ws))].filter(([, { kind }]) => kind !== 'run')
  if (modes.length === 0) return []
  const live = new Map(
    (await liveDocuments(tx, ws)).filter(({ kind }) => kind === 'journey').map((each) => [each.id, each.body as { name?: string }]),
  )
  return modes
    .filter(([id]) => live.has(id))
    .map(([id, { kind, by, at }]) => ({
      kind: 'journey-stopped',
      id,
      name: live.get(id)?.name ?? id,
      mode: kind,
      by: names.get(by) ?? by,
      at,
    }))
}

async function dataNeeds(tx: Queryable, ws: string): Promise<Need[]> {
  const needs: Need[] = []
  const held = await countHeld(tx, ws)
  for (const what of ['quarantined', 'blocked', 'rejected'] as const) {
    const count = held.filter(({ kind }) => kind === what).reduce((sum, { events }) => sum + events, 0)
    if (count > 0) needs.push({ kind: 'held', what, count })
  }
  const parked = (await listParked(tx, 'profile', { workspace: ws, limit: 500 })).length
  if (parked > 0) needs.push({ kind: 'parked', count: parked })
  const [build] = (await buildsOf(tx, ws, 3)).filter(({ status, error }) => status !== 'built' && error !== '')
  if (build) needs.push({ kind: 'build', error: build.error, at: build.beganAt })
  return needs
}

interface There {
  readonly there: Awaited<ReturnType<typeof standing>>
  readonly members: number
  readonly now: number
}

/** A step is done when its work is there, whoever did it and however. */
async function stepsOf(tx: Queryable, ws: string, { there, members, now }: There): Promise<Step[]> {
  const { people, tested, sent, kinds } = there
  const used = (await listKeys(tx, ws)).some(({ kind, usedAt }) => kind === 'write' && usedAt !== null)
  const invited = members > 1 || (await openInvitations(tx, ws, now)).length > 0
  const done: Readonly<Record<Step['id'], boolean>> = {
    connect: used || people,
    event: people,
    segment: kinds.includes('segment'),
    sender: kinds.includes('sender'),
    test: tested || sent,
    journey: kinds.includes('journey'),
    colleague: invited,
    measure: kinds.includes('goal') || kinds.includes('holdout') || kinds.includes('experiment'),
  }
  return STEPS.map((id) => ({ id, done: done[id] }))
}
