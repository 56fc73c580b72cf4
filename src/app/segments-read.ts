import type { EventRecord } from '#events/schema.ts'
import type { Person } from '#journeys/person.ts'
import { digest } from '#lib/hash.ts'
import { isRefusal, type Problem, refuse } from '#lib/problem.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { type Announce, documentHistory, listDocuments, liveDocuments, nextRevision } from '#platform/documents.ts'
import { type Binding, bind, bindAudited } from '#platform/http/actions.ts'
import { loadStates } from '#platform/keyed-state.ts'
import { type Pool, transaction } from '#platform/postgres/pool.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import { emailOf } from '#profiles/react.ts'
import {
  AddToList,
  ListImports,
  ListLists,
  ListMembers,
  ListSegments,
  PreviewSegment,
  ReadSegment,
  RebuildSegment,
  RemoveFromList,
  SetScores,
} from '#segments/api.ts'
import { compileCondition, watchId } from '#segments/catalogue.ts'
import { sentence } from '#segments/condition/sentence.ts'
import { importsOf } from '#segments/imports-store.ts'
import { LIST_ADDED, LIST_REMOVED, SCORE_SET } from '#segments/lists.ts'
import { List, Segment } from '#segments/schema.ts'
import { type Build, buildsOf, openWatches } from '#segments/store.ts'
import type { Ingest } from './ingest.ts'
import { nameOf } from './people.ts'
import { listCounts, segmentCounts, segmentGrowth, segmentMembers } from './segment-counts-store.ts'
import { previewOf } from './segment-preview.ts'
import { rebuild } from './watches.ts'

interface Options {
  readonly pool: Pool
  /** Without a workspace's role: what concerns the log. */
  readonly work: Pool
  readonly analytics: Analytics
  readonly ingest: Ingest
  readonly now: () => number
  readonly announce: Announce
}

const unknown = (kind: 'segment' | 'list', id: string): Problem => ({
  code: `${kind}.unknown`,
  status: 404,
  title: kind === 'segment' ? 'There is no such segment' : 'There is no such list',
  detail: id,
  hint: kind === 'segment' ? 'Look at the list of segments for its id' : 'Look at the list of lists for its id',
})
const GROWTH_DAYS = 30
const DAY = 86_400_000

export const segmentBindings = (options: Options): Binding[] => {
  const { pool, analytics, now } = options
  return [
    bind(ListSegments, async (_input, { workspace }) => ({ segments: await lines(options, workspace) })),
    bind(ReadSegment, ({ id }, { workspace }) => show(options, workspace, id)),
    bind(ListMembers, async ({ id, cursor = '', limit }, { workspace }) => {
      const members = await segmentMembers(analytics, { workspace, segment: id, after: cursor, limit })
      const people = await peopleOf(
        pool,
        workspace,
        members.map((member) => member.id),
      )
      const since = new Map(members.map((member) => [member.id, member.since]))
      return {
        people: people.map((person) => ({ ...person, since: Math.max(0, since.get(person.id) ?? 0) })),
        next: members.length === limit ? members.at(-1)!.id : null,
      }
    }),
    bind(PreviewSegment, async ({ when, sample }, { workspace }) => {
      const condition = compileCondition(when)
      if (isRefusal(condition)) return refuse(condition.refused)
      const begun = performance.now()
      const live = await inWorkspace(pool, workspace, (tx) => liveDocuments(tx, workspace))
      const found = await previewOf(analytics, {
        workspace,
        condition,
        segments: live.filter(({ kind }) => kind === 'segment').map(({ body }) => Segment.parse(body)),
        now: now(),
        sample,
      })
      if (isRefusal(found)) return found
      const people = await peopleOf(pool, workspace, found.sample)
      return { count: found.count, of: found.of, sentence: sentence(condition.tree), sample: people, ms: performance.now() - begun }
    }),
    bindAudited(RebuildSegment, async ({ id }, { workspace }, call) => {
      const revision = await transaction(options.work, async (tx) => {
        const next = await nextRevision(tx)
        const began = await rebuild(tx, { workspace, segment: id, revision: next, at: now() }, options.announce)
        if (began) await call.audit(tx, { object: `segment:${id}` })
        return began ? next : undefined
      })
      return revision === undefined ? refuse(unknown('segment', id)) : { revision }
    }),
    ...listBindings(options),
  ]
}

/** Lists, and scores: words about people that come as events of ours. */
const listBindings = (options: Options): Binding[] => {
  const { pool, analytics, now } = options
  return [
    bind(ListLists, async (_input, { workspace }) => {
      const [live, counts] = await Promise.all([
        inWorkspace(pool, workspace, (tx) => liveDocuments(tx, workspace)),
        listCounts(analytics, workspace),
      ])
      const lists = live.filter(({ kind }) => kind === 'list').map(({ id, body }) => ({ id, list: List.parse(body) }))
      return {
        lists: lists.map(({ id, list }) => ({
          id,
          name: list.name ?? id,
          description: list.description ?? '',
          count: counts.get(id) ?? 0,
          at: now(),
        })),
      }
    }),
    bind(ListImports, async ({ id }, { workspace }) => ({
      imports: (await inWorkspace(pool, workspace, (tx) => importsOf(tx, workspace, id))).map((each) => ({
        ...each,
        faults: [...each.faults],
      })),
    })),
    bind(AddToList, ({ id, people }, { workspace }, call) => {
      call.note({ object: `list:${id} ${people.length} people` })
      return putOn(options, workspace, { id, people, name: LIST_ADDED })
    }),
    bind(RemoveFromList, ({ id, people }, { workspace }, call) => {
      call.note({ object: `list:${id} ${people.length} people` })
      return putOn(options, workspace, { id, people, name: LIST_REMOVED })
    }),
    bind(SetScores, async ({ scores }, { workspace }) => {
      const received = now()
      await options.ingest.submit(
        workspace,
        scores.map(({ person, score, value, at = received }) => ({
          ...systemEvent(SCORE_SET, person, received),
          id: `score:${digest([person.kind, person.value, score, value, at].join('\u0000'))}`,
          at,
          props: { score, value },
        })),
      )
      return { accepted: scores.length }
    }),
  ]
}

interface Named {
  readonly kind: string
  readonly value: string
}

/** An event of ours about a person whom an identifier names. */
export const systemEvent = (name: EventRecord['name'], person: Named, received: number) => ({
  id: '',
  type: 'system' as const,
  name,
  at: received,
  received,
  props: {},
  ids: [{ kind: person.kind, value: person.kind === 'email' ? person.value.trim().toLowerCase() : person.value }],
  previous: null,
  context: null,
})

async function putOn(
  { pool, ingest, now }: Options,
  workspace: string,
  { id, people, name }: { id: string; people: readonly Named[]; name: string },
) {
  const live = await inWorkspace(pool, workspace, (tx) => liveDocuments(tx, workspace))
  if (!live.some((each) => each.kind === 'list' && each.id === id)) return refuse(unknown('list', id))
  const received = now()
  await ingest.submit(
    workspace,
    people.map((person) => ({
      ...systemEvent(name, person, received),
      // The same words at the same moment are one word.
      id: `${name}:${digest([id, person.kind, person.value, received].join('\u0000'))}`,
      props: { list: id },
    })),
  )
  return { accepted: people.length }
}

/** In the order of the ids. */
export async function peopleOf(pool: Pool, workspace: string, ids: readonly string[]) {
  const rows = await inWorkspace(pool, workspace, (tx) =>
    loadStates<Person>(
      tx,
      'profile',
      ids.map((id) => ({ ws: workspace, id })),
    ),
  )
  const found = new Map(rows.map((row) => [row.id, row.state]))
  return ids.flatMap((id) => {
    const person = found.get(id)
    return person ? [{ id, name: nameOf(person), email: emailOf(person.profile) ?? null }] : []
  })
}

async function lines({ pool, analytics, now }: Options, workspace: string) {
  const [documents, live, watches, counts] = await Promise.all([
    inWorkspace(pool, workspace, (tx) => listDocuments(tx, workspace, { kind: 'segment', archived: false })),
    inWorkspace(pool, workspace, (tx) => liveDocuments(tx, workspace)),
    inWorkspace(pool, workspace, (tx) => openWatches(tx, workspace)),
    segmentCounts(analytics, workspace, now()),
  ])
  const unbuilt = new Set(watches.filter(({ kind, built }) => kind === 'condition' && built === null).map(({ id }) => id))
  return documents.map(({ id, name, live: version, at }) => {
    const body = live.find((each) => each.kind === 'segment' && each.id === id)
    const segment = body && Segment.parse(body.body)
    const condition = segment && compileCondition(segment.when)
    const readable = condition && !isRefusal(condition) ? condition : undefined
    const status =
      version === null
        ? ('draft' as const)
        : readable && unbuilt.has(watchId(id, readable.key))
          ? ('building' as const)
          : ('built' as const)
    const { count = 0, entered7d = 0, left7d = 0 } = counts.get(id) ?? {}
    return {
      id,
      name: name || id,
      description: segment?.description ?? '',
      when: segment?.when ?? '',
      sentence: readable ? sentence(readable.tree) : '',
      status,
      count,
      entered7d,
      left7d,
      at,
    }
  })
}

async function show(options: Options, workspace: string, id: string) {
  const { pool, analytics, now } = options
  const history = await inWorkspace(pool, workspace, (tx) => documentHistory(tx, workspace, { kind: 'segment', id }))
  if (!history) return refuse(unknown('segment', id))
  const [all, growth, builds, live] = await Promise.all([
    lines(options, workspace),
    segmentGrowth(analytics, { workspace, segment: id, from: now() - GROWTH_DAYS * DAY }),
    inWorkspace(pool, workspace, (tx) => buildsOf(tx, workspace, 20)),
    inWorkspace(pool, workspace, (tx) => liveDocuments(tx, workspace)),
  ])
  const line = all.find((each) => each.id === id)
  const build = builds.filter(({ status }) => status !== 'built').at(-1)
  return {
    ...(line ?? { ...ARCHIVED, id, name: id, at: history.versions[0]?.at ?? 0 }),
    draft: history.draft !== undefined,
    build: line?.status === 'building' && build ? buildView(build) : null,
    growth,
    usedBy: live
      .filter((each) => (each.kind === 'segment' || each.kind === 'journey') && each.id !== id && names(each.body, id))
      .map(({ kind, id: user, body }) => ({ kind, id: user, name: String((body as { name?: unknown }).name ?? user) })),
  }
}

const ARCHIVED = { description: '', when: '', sentence: '', status: 'archived' as const, count: 0, entered7d: 0, left7d: 0 }

const buildView = ({ slices, slice, reviews, beganAt, error }: Build) => ({
  done: slices === 0 ? 0 : slice / slices,
  reviews,
  beganAt,
  error,
})

/** Whether a document names a segment: in a condition, as what it is about, or as an event of coming and going. */
function names(body: unknown, id: string): boolean {
  const text = JSON.stringify(body)
  return [`segment(\\"${id}\\")`, `"segment":"${id}"`, `segment.entered:${id}"`, `segment.left:${id}"`].some((way) => text.includes(way))
}
