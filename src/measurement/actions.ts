import type { Outcome } from '#lib/problem.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { type Binding, bind } from '#platform/http/actions.ts'
import { badCursor, readCursor } from './cursor.ts'
import { inferenceActions } from './inference/actions.ts'
import { answer, inOrder, page, readPageEnd } from './life.ts'
import { reportOf, stepCounts } from './report.ts'
import { ReadJourneyReport, ReadPeople, ReadStepCounts, ReadTimeline, ReadWhy, TimelineKind } from './schema.ts'
import { countJourney, countMoves, type JourneyScope, listPeople, readLife, readRuns, readStanding } from './store.ts'

export interface MeasurementParts {
  readonly analytics: Analytics
  /** Epoch ms. */
  readonly now: () => number
  /** All profile ids that this one has absorbed, and itself. */
  readonly sameAs: (workspace: string, profileId: string) => Promise<readonly string[]>
  /** The best name of each that has one. */
  readonly names: (workspace: string, profileIds: readonly string[]) => Promise<ReadonlyMap<string, string>>
}

const DAY = 86_400_000
/** Items of each kind that an explanation shows. */
const MOST_ITEMS = 1_000

/** What reads the facts: reports, people behind numbers, reasons, timelines. */
export function measurementActions({ analytics, now, sameAs, names }: MeasurementParts): Binding[] {
  return [
    ...inferenceActions(),
    bind(ReadJourneyReport, async ({ id, version }, { workspace }) => {
      const asOf = now()
      return reportOf({ id, asOf }, await countJourney(analytics, scopeOf(workspace, id, version), asOf - DAY))
    }),
    bind(ReadStepCounts, async ({ id, version }, { workspace }) => {
      const asOf = now()
      return { journeyId: id, asOf, steps: stepCounts(await countMoves(analytics, scopeOf(workspace, id, version), asOf - DAY)) }
    }),
    bind(ReadPeople, async (query, { workspace }) => {
      const after = query.cursor === undefined ? undefined : readCursor(query.cursor)
      if (query.cursor !== undefined && !after) return badCursor(query.cursor)
      const { people, next } = await listPeople(analytics, scopeOf(workspace, query.id, query.version), { query, ...(after && { after }) })
      const named = await names(workspace, [...new Set(people.map(({ profileId }) => profileId))])
      return { people: people.map((each) => ({ ...each, name: named.get(each.profileId) ?? '' })), next }
    }),
    bind(ReadWhy, async ({ id, profileId }, { workspace }) => {
      const query = { workspace, journey: id, profiles: await sameAs(workspace, profileId) }
      const [standing, found] = await Promise.all([readStanding(analytics, query), readRuns(analytics, query, MOST_ITEMS + 1)])
      const items = found.toSorted(inOrder).map(({ item }) => item)
      return { journeyId: id, profileId, ...answer(standing), items: items.slice(-MOST_ITEMS), cut: items.length > MOST_ITEMS }
    }),
    bind(
      ReadTimeline,
      async ({ id, kinds = TimelineKind.options, cursor, limit }, { workspace }): Promise<Outcome<ReturnType<typeof page>>> => {
        const after = cursor === undefined ? undefined : readPageEnd(cursor)
        if (cursor !== undefined && !after) return badCursor(cursor)
        const profiles = await sameAs(workspace, id)
        const most = limit + (after?.shown ?? 0) + 1
        return page(await readLife(analytics, { workspace, profiles, kinds, after, most }), { after, limit })
      },
    ),
  ]
}

const scopeOf = (workspace: string, journey: string, version: number | undefined): JourneyScope => ({
  workspace,
  journey,
  version: version ?? 0,
})
