import { isRefusal, refuse } from '#lib/problem.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { liveDocuments } from '#platform/documents.ts'
import { type Binding, bind } from '#platform/http/actions.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import { type CompiledCondition, compileCondition } from '#segments/catalogue.ts'
import { instant } from '#segments/condition/instant.ts'
import { Segment } from '#segments/schema.ts'
import { CountConditions, SuggestSchema } from '#segments/suggest-api.ts'
import { countsIn } from './segment-build-store.ts'
import { missingSegment } from './segment-preview.ts'
import { attributesSeen, eventsSeen, propertiesSeen, type SeenRow, scoresSeen } from './suggest-store.ts'

interface Options {
  readonly pool: Pool
  readonly analytics: Analytics
  readonly now: () => number
}

const DAYS_90 = 90 * 86_400_000

/** What screens suggest where conditions and forms are written, and what conditions come to while they are. */
export const suggestBindings = ({ pool, analytics, now }: Options): Binding[] => [
  bind(SuggestSchema, async (_input, { workspace }) => {
    const since = now() - DAYS_90
    const [attributes, events, properties, scores, live] = await Promise.all([
      attributesSeen(analytics, workspace),
      eventsSeen(analytics, workspace, since),
      propertiesSeen(analytics, workspace, since),
      scoresSeen(analytics, workspace),
      inWorkspace(pool, workspace, (tx) => liveDocuments(tx, workspace)),
    ])
    const named = (kind: string) =>
      live
        .filter((each) => each.kind === kind)
        .map(({ id, body }) => ({ id, name: String((body as { name?: unknown } | null)?.name ?? id) }))
    return {
      attributes: attributes.map((row) => seen(row)),
      events: events.map(({ name, count }) => ({
        name,
        count,
        properties: properties.filter(({ event }) => event === name).map((row) => seen(row)),
      })),
      segments: named('segment'),
      lists: named('list'),
      topics: named('topic'),
      scores,
    }
  }),
  bind(CountConditions, async ({ conditions, person }, { workspace }) => {
    const begun = performance.now()
    const compiled: CompiledCondition[] = []
    for (const text of conditions) {
      const condition = compileCondition(text)
      if (isRefusal(condition)) return refuse(condition.refused)
      compiled.push(condition)
    }
    const live = await inWorkspace(pool, workspace, (tx) => liveDocuments(tx, workspace))
    const segments = live.filter(({ kind }) => kind === 'segment').map(({ body }) => Segment.parse(body))
    const missing = compiled.map((condition) => missingSegment(condition, segments)).find((problem) => problem !== undefined)
    if (missing) return refuse(missing)
    const found = await countsIn(analytics, { workspace, conditions: compiled, segments, now: now(), person })
    return { ...found, ms: performance.now() - begun }
  }),
]

/** Names that say who somebody is: their values are not suggested, however many share one. */
const IDENTIFYING = /mail|phone|name|address|street|birth|token|password|^id$|_id$|Id$/

function seen({ name, count, sample, values }: SeenRow) {
  const readable = IDENTIFYING.test(name)
    ? []
    : values.map((value) => parsed(value)).filter((value) => typeof value !== 'object' && value !== undefined)
  return { name, count, type: typeOf(parsed(sample)), values: readable as (string | number | boolean)[] }
}

/** A value as the database gave it; what it could not keep as JSON is no value. */
function parsed(raw: string): unknown {
  try {
    return JSON.parse(raw) as unknown
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function typeOf(value: unknown) {
  if (typeof value === 'number') return 'number' as const
  if (typeof value === 'boolean') return 'boolean' as const
  if (Array.isArray(value)) return 'list' as const
  if (value !== null && typeof value === 'object') return 'object' as const
  return typeof value === 'string' && /^\d{4}-\d\d-\d\d/.test(value) && !Number.isNaN(instant(value))
    ? ('date' as const)
    : ('text' as const)
}
