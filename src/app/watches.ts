import { Template } from '#content/schema.ts'
import { slotConditions } from '#content/slots.ts'
import { Model } from '#decisions/schema.ts'
import { type Models, modelsOf } from '#decisions/snapshot.ts'
import { compile } from '#journeys/compile.ts'
import { Journey } from '#journeys/schema.ts'
import { aggregatesOfSlots, askedSlots } from '#journeys/slots.ts'
import { isRefusal } from '#lib/problem.ts'
import type { Queryable } from '#platform/log.ts'
import { type CatalogueInput, catalogue, watchChanges, watchId } from '#segments/catalogue.ts'
import type { Aggregate } from '#segments/condition/aggregate.ts'
import { Segment } from '#segments/schema.ts'
import { beginWatches, endWatches, openWatches } from '#segments/store.ts'
import { notePlaces, versionsIn, workspacesOf } from './watches-store.ts'

/** Kinds whose conditions are watched. */
const WATCHED = ['segment', 'journey', 'template', 'model'] as const

/** Begins and ends watches where a revision changed documents; true when something began, so that its places have to be noted. */
export async function noteWatches(tx: Queryable, { revision, at }: { revision: number; at: number }): Promise<boolean> {
  let began = false
  for (const workspace of await workspacesOf(tx, revision, WATCHED)) began = (await rewatch(tx, { workspace, revision, at })) || began
  return began
}

/** Makes the open watches of a workspace those that its documents want. */
export async function rewatch(
  tx: Queryable,
  { workspace, revision, at }: { workspace: string; revision: number; at: number },
): Promise<boolean> {
  const open = (await openWatches(tx, workspace)).map((watch) => ({ ...watch, built: watch.built !== null }))
  const [ofModels, ofConditions] = [open.filter(({ kind }) => kind === 'models'), open.filter(({ kind }) => kind !== 'models')]
  const changes = watchChanges(await watchedIn(tx, workspace), ofConditions)
  const hasModels = (await versionsIn(tx, { workspace, kind: 'model' })).some(({ live }) => live)
  const begin = hasModels && ofModels.length === 0 ? [...changes.begin, { kind: 'models' as const, id: 'all' }] : changes.begin
  const end = hasModels ? changes.end : [...changes.end, ...ofModels]
  await endWatches(tx, { workspace, revision, watches: end })
  await beginWatches(tx, { workspace, revision, names: begin, at })
  return begin.length > 0
}

/** The models that are live as of this transaction, with nothing learned: what is kept of people hangs on their documents only. */
export async function modelsWithout(tx: Queryable, workspace: string): Promise<Models> {
  const live = (await versionsIn(tx, { workspace, kind: 'model' })).filter((each) => each.live)
  return modelsOf(live.map(({ version, body }) => ({ model: Model.parse(body), version, snapshot: null })))
}

/** What the documents of a workspace ask for, as of this transaction. */
export async function watchedIn(tx: Queryable, workspace: string): Promise<Omit<CatalogueInput, 'watches'>> {
  const segments = await versionsIn(tx, { workspace, kind: 'segment' })
  const journeys = await versionsIn(tx, { workspace, kind: 'journey' })
  const templates = (await versionsIn(tx, { workspace, kind: 'template' })).filter(({ live }) => live)
  const asked = templates.map(({ body }) => slotConditions(Template.parse(body).slots)).filter((slots) => slots !== undefined)
  return {
    segments: conditionsOf(segments),
    aggregates: [
      ...journeys.flatMap(({ version, body }) => aggregatesIn(body, version)),
      ...asked.flatMap((slots) => aggregatesOfSlots(askedSlots(slots))),
    ],
  }
}

/** The conditions of each live segment, the live version's first. Rows come by id and falling version. */
export function conditionsOf(
  rows: readonly { readonly id: string; readonly live: boolean; readonly body: unknown }[],
): CatalogueInput['segments'] {
  return [...Map.groupBy(rows, ({ id }) => id)].flatMap(([id, versions]) => {
    const from = versions.findIndex(({ live }) => live)
    return from < 0 ? [] : [{ id, conditions: versions.slice(from).map(({ body }) => Segment.parse(body).when) }]
  })
}

function aggregatesIn(body: unknown, version: number): readonly Aggregate[] {
  const program = compile(Journey.parse(body), version)
  // A journey that cannot run asks nothing; the registry says so.
  return isRefusal(program) ? [] : program.aggregates
}

/**
 * Begins anew to watch a segment's condition, and whatever shares an aggregate with it; what is complete decides until the new is.
 * False when there is no such segment.
 */
export async function rebuild(
  tx: Queryable,
  { workspace, segment, revision, at }: { workspace: string; segment: string; revision: number; at: number },
  announce: (tx: Queryable, revision: number) => Promise<void>,
): Promise<boolean> {
  const input = await watchedIn(tx, workspace)
  const open = (await openWatches(tx, workspace)).map((watch) => ({ ...watch, built: watch.built !== null }))
  const made = catalogue({ ...input, watches: open })
  const decider = made.deciders.get(segment)
  const condition = decider?.pending ?? decider?.effective
  if (!condition) return false
  const shared = new Set(condition.aggregates.map(({ id }) => id))
  const affected = [...made.deciders].flatMap(([id, { pending, effective }]) => {
    const decides = pending ?? effective
    const isShared = decides?.aggregates.some((aggregate) => shared.has(aggregate.id))
    return decides && (id === segment || isShared) ? [{ id: watchId(id, decides.key), aggregates: decides.aggregates }] : []
  })
  for (const { aggregates } of affected) for (const { id } of aggregates) shared.add(id)
  const names = new Map(affected.map(({ id }) => [id, { kind: 'condition' as const, id }]))
  // What is being built already ends: two that are not complete would wait for each other.
  const unbuilt = open.filter(({ kind, id, built }) => !built && (kind === 'condition' ? names.has(id) : shared.has(id)))
  await endWatches(tx, { workspace, revision, watches: unbuilt })
  const aggregates = [...shared].map((id) => ({ kind: 'aggregate' as const, id }))
  await beginWatches(tx, { workspace, revision, names: [...names.values(), ...aggregates], at })
  await announce(tx, revision)
  await notePlaces(tx, revision)
  return true
}
