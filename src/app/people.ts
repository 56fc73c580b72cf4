import type { Pool } from 'pg'
import type { Person } from '#journeys/person.ts'
import type { Json } from '#lib/json.ts'
import { isRefusal, type Outcome, type Problem, refuse } from '#lib/problem.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { liveDocuments } from '#platform/documents.ts'
import { type Binding, bind } from '#platform/http/actions.ts'
import { loadStates } from '#platform/keyed-state.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import { AttributeSources, GetProfile, SearchProfiles } from '#profiles/api.ts'
import { findByIdentifier } from '#profiles/store.ts'
import { compileCondition } from '#segments/catalogue.ts'
import { sentence } from '#segments/condition/sentence.ts'
import { Segment } from '#segments/schema.ts'
import type { JourneyNames } from './journey-names.ts'
import { attributeSources, mergesInto } from './people-store.ts'
import { peopleIn } from './segment-build-store.ts'

interface Options {
  readonly pool: Pool
  readonly analytics: Analytics
  /** Epoch ms. */
  readonly now: () => number
  readonly names: JourneyNames
  /** Profiles that something happened to last, newest first; `before` is the cursor. */
  readonly recent: (
    workspace: string,
    page: { before: string | undefined; limit: number },
  ) => Promise<{ ids: string[]; next: string | null }>
}

const PAGE = 50
const MOST_COLUMNS = 10

export const peopleBindings = (options: Options): Binding[] => [
  bind(SearchProfiles, async ({ columns, ...asked }, { workspace }) => {
    const found = await pageOf(options, workspace, asked)
    if (isRefusal(found)) return found
    const people = await load(options.pool, workspace, found.ids)
    const names = columns
      .split(',')
      .map((name) => name.trim())
      .filter(Boolean)
      .slice(0, MOST_COLUMNS)
    return {
      people: people.filter(({ profile }) => !profile.mergedInto).map((person) => summary(person, names)),
      next: found.next,
      sentence: found.sentence,
    }
  }),
  bind(AttributeSources, async ({ id }, { workspace }) => {
    const merges = await mergesInto(options.analytics, { workspace, person: id })
    const people = [id, ...merges.map(({ from }) => from)]
    return {
      attributes: await attributeSources(options.analytics, { workspace, people }),
      merges: merges.map((each) => ({ ...each, at: Math.max(0, each.at) })),
    }
  }),
  bind(GetProfile, async ({ id }, { workspace }) => {
    const [person] = await load(options.pool, workspace, [id])
    return person ? view(person, await options.names(workspace)) : unknownPerson(id)
  }),
]

interface Asked {
  readonly q: string
  readonly segment?: string | undefined
  readonly when?: string | undefined
  readonly cursor?: string | undefined
}
interface Page {
  readonly ids: readonly string[]
  readonly next: string | null
  readonly sentence: string
}

/** Which people are asked for: by a text, else by what holds for them, else those seen last. */
async function pageOf(options: Options, workspace: string, { q, segment, when, cursor }: Asked): Promise<Outcome<Page>> {
  const text = q.trim()
  const wanted = conditionOf({ segment, when })
  if (text !== '' && wanted !== '') return refuse(ONE_WAY)
  if (text !== '') return { ...(await byText(options.pool, workspace, { q: text, cursor })), sentence: '' }
  if (wanted === '') return { ...(await options.recent(workspace, { before: cursor, limit: PAGE })), sentence: '' }
  const condition = compileCondition(wanted)
  if (isRefusal(condition)) return condition
  const live = await inWorkspace(options.pool, workspace, (tx) => liveDocuments(tx, workspace))
  const segments = live.filter(({ kind }) => kind === 'segment').map(({ body }) => Segment.parse(body))
  const missing = condition.asks.segments.find((id) => !segments.some((each) => each.id === id))
  if (missing !== undefined)
    return refuse({ code: 'segment.unknown', status: 422, title: `There is no segment "${missing}".`, hint: 'Publish it first.' })
  const ids = await peopleIn(options.analytics, { workspace, condition, segments, now: options.now(), after: cursor ?? '', limit: PAGE })
  return { ids, next: ids.length === PAGE ? ids.at(-1)! : null, sentence: sentence(condition.tree) }
}

const conditionOf = ({ segment, when }: Pick<Asked, 'segment' | 'when'>): string =>
  [segment && `segment("${segment}")`, when?.trim() && `(${when})`].filter(Boolean).join(' and ')

const ONE_WAY: Problem = {
  code: 'profiles.one-way',
  status: 400,
  title: 'Search by a text or by a condition, not by both.',
  hint: 'Leave out q, or segment and when.',
}

const unknownPerson = (id: string): Outcome<never> =>
  refuse({
    code: 'profile.unknown',
    status: 404,
    title: 'There is no such person',
    detail: id,
    hint: 'Search by e-mail address, user id or profile id',
  })

/** In the order of the ids. */
async function load(pool: Pool, workspace: string, ids: readonly string[]): Promise<Person[]> {
  const rows = await inWorkspace(pool, workspace, (tx) =>
    loadStates<Person>(
      tx,
      'profile',
      ids.map((id) => ({ ws: workspace, id })),
    ),
  )
  const found = new Map(rows.map((row) => [row.id, row.state]))
  return ids.flatMap((id) => found.get(id) ?? [])
}

async function byText(
  pool: Pool,
  workspace: string,
  { q, cursor }: { q: string; cursor: string | undefined },
): Promise<{ ids: string[]; next: string | null }> {
  if (q.startsWith('p_')) return { ids: [q], next: null }
  const rows = await inWorkspace(pool, workspace, (tx) =>
    findByIdentifier(tx, workspace, { start: q.toLowerCase(), exact: q, after: cursor ?? '', limit: PAGE }),
  )
  return { ids: [...new Set(rows.map((row) => row.profile))], next: rows.length === PAGE ? rows.at(-1)!.value : null }
}

const attribute = (person: Person, name: string): Json | undefined =>
  Object.hasOwn(person.profile.attributes, name) ? person.profile.attributes[name]![0] : undefined

/** The best name that is known. */
export function nameOf(person: Person): string {
  const text = (name: string): string => {
    const value = attribute(person, name)
    return typeof value === 'string' ? value.trim() : ''
  }
  const both = [text('first_name') || text('firstName'), text('last_name') || text('lastName')].filter((part) => part !== '').join(' ')
  const { ids } = person.profile
  return text('name') || both || ids['email']?.at(-1) || ids['user_id']?.at(-1) || ''
}

const summary = (person: Person, columns: readonly string[] = []) => ({
  id: person.profile.id,
  name: nameOf(person),
  email: person.profile.ids['email']?.at(-1) ?? null,
  userId: person.profile.ids['user_id']?.at(-1) ?? null,
  firstSeen: Math.max(0, person.profile.firstSeen),
  lastSeen: Math.max(0, person.profile.lastSeen),
  inJourneys: person.journeys.enrollments.length,
  values: Object.fromEntries(
    columns.flatMap((name) => (attribute(person, name) === undefined ? [] : [[name, attribute(person, name) as never]])),
  ),
})

type Names = Awaited<ReturnType<JourneyNames>>

function view(person: Person, names: Names) {
  const { profile, consent, journeys } = person
  return {
    ...summary(person),
    mergedInto: profile.mergedInto ?? null,
    ids: Object.fromEntries(Object.entries(profile.ids).map(([kind, values]) => [kind, [...values]])),
    attributes: Object.entries(profile.attributes).map(([name, [value, time]]) => ({ name, value: value as never, at: Math.max(0, time) })),
    activity: Object.entries(profile.activity).map(([name, [count, first, last]]) => ({
      name,
      count,
      first: Math.max(0, first),
      last: Math.max(0, last),
    })),
    consent: {
      permits: Object.entries(consent.permits).map(([key, permit]) => {
        const [channel = '', ...topic] = key.split(':')
        return { channel, topic: topic.join(':'), ...permit }
      }),
      blocked: Object.entries(consent.blocked).map(([address, reason]) => ({ address, reason })),
    },
    journeys: journeys.enrollments.map((run) => {
      const journey = names.version(run.journey, run.version)
      return {
        journey: run.journey,
        journeyName: journey?.name ?? run.journey,
        version: run.version,
        enrollment: run.id,
        key: run.key,
        step: run.step,
        stepName: journey?.steps.get(run.step)?.name ?? run.step,
        enteredAt: run.enteredAt,
        since: run.since,
        due: run.due,
      }
    }),
  }
}
