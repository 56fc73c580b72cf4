import type { Holdout } from '#decisions/experiments/schema.ts'
import type { Journey } from '#journeys/schema.ts'
import { type Outcome, refuse } from '#lib/problem.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { definition, liveDocuments } from '#platform/documents.ts'
import { type DocumentKind, libraryOf } from '#platform/documents-plan.ts'
import { type Binding, bind } from '#platform/http/actions.ts'
import type { Queryable } from '#platform/log.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import type { Prior } from '../inference/bayes.ts'
import { priorOfPast } from '../inference/shrinkage.ts'
import { type ExperimentReport, ListExperiments, ListHoldouts, ReadExperiment, ReadExperimentCut, ReadExperimentPeople } from './api.ts'
import { cutOf } from './cut.ts'
import { countExposed, holdoutPeriods } from './exposures-store.ts'
import { type Crossed, crossedGuards } from './guardrails.ts'
import { HOLDOUT_WORDS, holdoutLine } from './holdouts.ts'
import { type InRole, metricNamed, metricsOf } from './metrics.ts'
import { type Measured, reportOf } from './report.ts'
import { crossingsOf, pastEffects, resultsOf } from './results-store.ts'
import { type Described, describe, guardedSources, type Library, readKey, type Source, sourcesOf } from './sources.ts'
import { clustersOf, listExposed, sumsOf, sumsOfAll } from './statistics-store.ts'
import type { ExposureCount } from './sums.ts'

export interface ExperimentParts {
  readonly analytics: Analytics
  readonly pool: Pool
  readonly kinds: ReadonlyMap<string, DocumentKind>
  /** ISO 4217. */
  readonly currencyOf: (tx: Queryable, workspace: string) => Promise<string>
  /** Epoch ms. */
  readonly now: () => number
}

/** What the documents of a workspace say, parsed. */
export interface Shelf {
  readonly workspace: string
  readonly library: Library
  readonly currency: string
  /** Live version of each document, by `kind/id`. */
  readonly versions: ReadonlyMap<string, number>
}

/** Experiments as they are read from facts. */
export const experimentActions = (parts: ExperimentParts): Binding[] => [
  bind(ListExperiments, (_input, { workspace }) => listExperiments(parts, workspace)),
  bind(ReadExperiment, async ({ key }, { workspace }) => {
    const shelf = await shelfOf(parts, workspace)
    const described = describedBy(key, shelf)
    return described ? readExperiment(parts, shelf, described) : unknown(key)
  }),
  bind(ReadExperimentCut, async ({ key, segment, attribute }, { workspace }) => {
    const shelf = await shelfOf(parts, workspace)
    const described = describedBy(key, shelf)
    if (!described) return unknown(key)
    const primary = metricsOf(described, shelf.library).find(({ role, metric }) => role === 'primary' && metric.measure !== 'quantile')
    if (!primary) return noMetric(key)
    const cut = attribute === undefined ? ({ by: 'segment', segment: segment! } as const) : ({ by: 'attribute', attribute } as const)
    const asOf = parts.now()
    const rows = await sumsOf(parts.analytics, { workspace, source: described.source, metric: primary.metric, asOf, cut })
    return cutOf({ described, metric: primary.metric, rows, cut, currency: shelf.currency, asOf })
  }),
  bind(ReadExperimentPeople, (input, { workspace }) => peopleBehind(parts, workspace, input)),
  bind(ListHoldouts, (_input, { workspace }) => listHoldouts(parts, workspace)),
]

const unknown = (key: string) =>
  refuse({
    code: 'experiment.unknown',
    status: 404,
    title: 'Nothing that is live draws people under this name',
    detail: key,
    hint: 'See experiments.list for what there is.',
  })
const noArm = (key: string, arm: string, { arms }: Described) =>
  refuse({
    code: 'experiment.arm',
    status: 404,
    title: 'The experiment has no such arm',
    detail: `${key}: ${arm}`,
    hint: `It has: ${arms.map(({ id }) => id).join(', ')}.`,
    at: '/arm',
  })
const noMetric = (key: string) =>
  refuse({ code: 'experiment.metric', status: 422, title: 'This experiment has no metric that can be cut', detail: key, hint: 'Name one.' })

export const shelfOf = (
  { pool, kinds, currencyOf }: Pick<ExperimentParts, 'pool' | 'kinds' | 'currencyOf'>,
  workspace: string,
): Promise<Shelf> =>
  inWorkspace(pool, workspace, async (tx) => {
    const live = await liveDocuments(tx, workspace)
    const versions = new Map(live.map(({ kind, id, version }) => [`${kind}/${id}`, version]))
    return { workspace, library: libraryOf(live, kinds), currency: await currencyOf(tx, workspace), versions }
  })

function describedBy(key: string, { library }: Shelf): Described | undefined {
  const source = readKey(key)
  return source ? describe(source, library) : undefined
}

/** One experiment, read now. */
export async function readExperiment(parts: ExperimentParts, shelf: Shelf, described: Described): Promise<ExperimentReport> {
  const { analytics, pool, now } = parts
  const { workspace, library, currency } = shelf
  const asOf = now()
  const [counts, prior] = await Promise.all([
    countExposed(analytics, workspace, described.source),
    inWorkspace(pool, workspace, (tx) => pastEffects(tx, workspace, described.key)).then((past): Prior | null => priorOfPast(past)),
  ])
  const designed = await designedShares(parts, shelf, { described, counts })
  const measured = await measuredBy(analytics, metricsOf(described, library), { workspace, source: described.source, asOf })
  return reportOf({ described, counts, measured, designed, prior, currency, outOfAll: outOfAll(library), asOf })
}

/** Hold-outs draw independently of each other. */
const outOfAll = (library: Library): number =>
  1 -
  library
    .ids('holdout')
    .map((id) => library.get('holdout', id) as Holdout)
    .filter(({ covers: { channels, topics } }) => !channels && !topics)
    .reduce((reached, { share }) => reached * (1 - Number.parseFloat(share) / 100), 1)

/** Metrics in their order, with their sums by day, or, of quantiles, their bins. */
async function measuredBy(
  analytics: Analytics,
  metrics: readonly InRole[],
  asked: { readonly workspace: string; readonly source: Source; readonly asOf: number },
): Promise<Measured[]> {
  const summed = metrics.filter(({ metric }) => metric.measure !== 'quantile').map(({ metric }) => metric)
  const rows = await sumsOfAll(analytics, { ...asked, metrics: summed, daily: true })
  const measured: Measured[] = []
  for (const each of metrics) {
    const { metric } = each
    if (metric.measure === 'quantile') measured.push({ ...each, rows: [], bins: await clustersOf(analytics, { ...asked, metric }) })
    else measured.push({ ...each, rows: rows[summed.indexOf(metric)]! })
  }
  return measured
}

/** Shares as each version of the journey that people met had them; null where facts say them, or nobody does. */
async function designedShares(
  { pool, kinds }: ExperimentParts,
  { workspace, library }: Shelf,
  { described, counts }: { described: Described; counts: readonly ExposureCount[] },
): Promise<((version: number) => Readonly<Record<string, number>> | null) | null> {
  const { source } = described
  if (source.kind !== 'journey' && source.kind !== 'choose') return null
  const shares = new Map<number, Readonly<Record<string, number>> | null>()
  for (const version of new Set(counts.map((count) => count.version))) {
    const found = await inWorkspace(pool, workspace, (tx) => definition(tx, { workspace, kind: 'journey', id: source.journey, version }))
    const journey = found && (kinds.get('journey')!.schema.safeParse(found.body).data as Journey | undefined)
    const then: Library = {
      ids: library.ids,
      get: (kind, id) => (kind === 'journey' && id === source.journey ? journey : library.get(kind, id)),
    }
    shares.set(version, journey ? (describe(source, then)?.shares ?? null) : null)
  }
  return (version) => shares.get(version) ?? null
}

/** Everything that is live and has a guardrail that somebody wrote, with the guardrails that are crossed now. */
export async function readGuardrails(
  parts: ExperimentParts,
  shelf: Shelf,
): Promise<{ described: Described; crossed: readonly Crossed[] }[]> {
  const { workspace, library, currency } = shelf
  const asOf = parts.now()
  const read: { described: Described; crossed: readonly Crossed[] }[] = []
  for (const described of guardedSources(library)) {
    const guards = metricsOf(described, library).filter(({ guard, metric }) => guard && !guard.standing && metric.measure !== 'quantile')
    const measured = await measuredBy(parts.analytics, guards, { workspace, source: described.source, asOf })
    if (measured.length > 0) read.push({ described, crossed: crossedGuards({ described, measured, currency }) })
  }
  return read
}

async function listExperiments(parts: ExperimentParts, workspace: string) {
  const shelf = await shelfOf(parts, workspace)
  const [periods, results, crossings] = await Promise.all([
    holdoutPeriods(parts.analytics, workspace),
    inWorkspace(parts.pool, workspace, (tx) => resultsOf(tx, workspace)),
    inWorkspace(parts.pool, workspace, (tx) => crossingsOf(tx, workspace)),
  ])
  const known = sourcesOf(shelf.library, ({ id }) => periods.get(id) ?? [])
  return {
    asOf: parts.now(),
    experiments: known.map(({ key, source, title, arms, primary }) => {
      const last = results.find(({ experiment }) => experiment === key)
      return {
        key,
        kind: source.kind,
        title,
        arms: [...arms],
        primary,
        last: last ? { asOf: last.at, verdict: last.verdict, sentence: last.sentence, ended: last.ended } : null,
        crossings: crossings
          .filter(({ experiment }) => experiment === key)
          .map(({ at, arm, metric, did, sentence }) => ({ at, arm, metric, did, sentence })),
        drill: { action: 'experiments.report', query: { key } },
      }
    }),
  }
}

interface PeopleInput {
  readonly key: string
  readonly arm: string
  readonly which: 'all' | 'converted' | 'not_converted' | 'crossed' | 'open'
  readonly metric?: string | undefined
  readonly cursor?: string | undefined
  readonly limit: number
}

async function peopleBehind(parts: ExperimentParts, workspace: string, { key, arm, which, metric: asked, cursor, limit }: PeopleInput) {
  const shelf = await shelfOf(parts, workspace)
  const described = describedBy(key, shelf)
  if (!described) return unknown(key)
  const roles = metricsOf(described, shelf.library)
  const metric =
    asked === undefined ? roles[0]?.metric : (roles.find((each) => each.metric.id === asked)?.metric ?? metricNamed(asked, shelf.library))
  if ((asked !== undefined || which === 'converted' || which === 'not_converted') && (!metric || metric.measure === 'quantile'))
    return noMetric(key)
  const place = cursor === undefined ? undefined : /^(-?\d{1,16})\.(.+)$/s.exec(cursor)
  if (place === null) return refuse({ code: 'cursor.unknown', status: 400, title: 'This place in the list is not known.', at: '/cursor' })
  const people = await listExposed(parts.analytics, {
    workspace,
    source: described.source,
    ...(metric && { metric }),
    asOf: parts.now(),
    arm,
    which,
    ...(place && { after: { at: Number(place[1]), person: place[2]! } }),
    limit: limit + 1,
  })
  // Arms that only facts know have people.
  if (arm !== '' && !place && people.length === 0 && !described.arms.some(({ id }) => id === arm)) return noArm(key, arm, described)
  const shown = people.slice(0, limit)
  const last = people.length > limit ? shown.at(-1) : undefined
  return { people: shown, next: last ? `${last.at}.${last.profileId}` : null } satisfies Outcome<unknown>
}

async function listHoldouts(parts: ExperimentParts, workspace: string) {
  const shelf = await shelfOf(parts, workspace)
  const periods = await holdoutPeriods(parts.analytics, workspace)
  const holdouts = []
  for (const id of shelf.library.ids('holdout')) {
    const holdout = shelf.library.get('holdout', id) as Holdout
    for (const period of periods.get(id) ?? []) {
      const described = describe({ kind: 'holdout', id, period }, shelf.library)!
      holdouts.push(holdoutLine({ holdout, period, report: await readExperiment(parts, shelf, described), currency: shelf.currency }))
    }
  }
  return { asOf: parts.now(), holdouts, definitions: [...HOLDOUT_WORDS] }
}
