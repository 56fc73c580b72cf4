import type { EventRecord } from '#events/schema.ts'
import { own } from '#lib/record.ts'
import type { Slot } from './catalogue.ts'
import type { Aggregate } from './condition/aggregate.ts'
import type { WindowView } from './condition/scope.ts'
import { hearEvent, viewOf, type Windows } from './windows.ts'

/** What one run has heard, by id of the aggregate: since it began, and since it reached the step that it stands on. */
export interface RunWindows {
  readonly run?: Windows
  readonly step?: Windows
}

/** The aggregates of one version of a journey that belong to its runs. */
export interface RunAggregates {
  readonly byId: ReadonlyMap<string, Aggregate>
  /** By the name of the events that they gather: an event that none mentions costs one look-up. */
  readonly byEvent: ReadonlyMap<string, { readonly run: readonly Slot[]; readonly step: readonly Slot[] }>
}

export function runAggregates(aggregates: readonly Aggregate[]): RunAggregates {
  const byEvent = new Map<string, { run: Slot[]; step: Slot[] }>()
  for (const aggregate of aggregates) {
    if (aggregate.since === 'ever') continue
    for (const event of aggregate.events) {
      const slots = byEvent.get(event) ?? { run: [], step: [] }
      slots[aggregate.since].push({ slot: aggregate.id, aggregate })
      byEvent.set(event, slots)
    }
  }
  return { byId: new Map(aggregates.map((aggregate) => [aggregate.id, aggregate])), byEvent }
}

/** What the run has heard with one event more; the same object when it makes no difference. */
export function hearInRun(windows: RunWindows | undefined, record: EventRecord, { byEvent }: RunAggregates): RunWindows | undefined {
  const slots = byEvent.get(record.name)
  if (!slots) return windows
  const run = hearEvent(windows?.run ?? NONE, record, slots.run)
  const step = hearEvent(windows?.step ?? NONE, record, slots.step)
  if (run === (windows?.run ?? NONE) && step === (windows?.step ?? NONE)) return windows
  return { ...(run !== NONE && { run }), ...(step !== NONE && { step }) }
}
const NONE: Windows = {}

/** The run has reached a step: it has heard nothing there yet. */
export const inNewStep = (windows: RunWindows | undefined): RunWindows | undefined => (windows?.run ? { run: windows.run } : undefined)

/** What a window of a run comes to at `now` (epoch ms); undefined: the aggregate belongs to no run of this version. */
export function runView(
  windows: RunWindows | undefined,
  id: string,
  { of, now }: { of: RunAggregates; now: number },
): WindowView | undefined {
  const aggregate = of.byId.get(id)
  if (!aggregate || aggregate.since === 'ever') return undefined
  return viewOf(aggregate, own(windows?.[aggregate.since] ?? NONE, id), now)
}
