import { compile } from '#journeys/compile.ts'
import type { Definitions } from '#journeys/definitions.ts'
import type { Enrollment } from '#journeys/enrollment.ts'
import { scheduledEvent } from '#journeys/entries/schema.ts'
import { withNext } from '#journeys/impact.ts'
import { places } from '#journeys/lanes.ts'
import { reach } from '#journeys/nodes/reach.ts'
import { type Person, upgraded } from '#journeys/person.ts'
import { explain } from '#journeys/reasons.ts'
import { Journey } from '#journeys/schema.ts'
import { waysOf } from '#journeys/sends.ts'
import { standingOf } from '#journeys/turn.ts'
import type { Json } from '#lib/json.ts'
import { isRefusal, refuse } from '#lib/problem.ts'
import { documentHistory, latestRevision, liveDocuments } from '#platform/documents.ts'
import { loadStates } from '#platform/keyed-state.ts'
import type { Claimed } from '#platform/outbox.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import { keyOf, suppressedAmong } from '#platform/suppressions.ts'
import { compileCondition } from '#segments/catalogue.ts'
import { Segment } from '#segments/schema.ts'
import { PIN } from '#workspaces/documents/in-flight.ts'
import { audienceText, type CampaignOptions, scheduleEntryOf } from './campaigns.ts'
import { previewOf } from './segment-preview.ts'

/** People of an audience who are asked at most: so many give each share within two hundredths. */
const LOOKED = 3_000
/** People who are named for each answer. */
const NAMED = 5

/**
 * Whom a campaign would reach if it went out now: the message steps themselves are asked for each person, so that consent, suppressed
 * addresses, rules of law, comparisons, budgets and caps answer with the words with which they would decide.
 */
export async function reachOf(options: CampaignOptions, workspace: string, body: Json) {
  const { pool, work, analytics, registry, now } = options
  const parsed = Journey.safeParse(body)
  const journey = parsed.success ? (parsed.data as Journey) : undefined
  const entry = journey && scheduleEntryOf(journey)
  if (!journey || !entry)
    return refuse({
      code: 'campaign.unreadable',
      status: 422,
      title: 'This is no campaign yet',
      hint: 'Give it an audience, a message and a time',
    })
  const condition = compileCondition(audienceText(entry))
  if (isRefusal(condition)) return condition
  const { live, versions } = await inWorkspace(pool, workspace, async (tx) => ({
    live: await liveDocuments(tx, workspace),
    versions: (await documentHistory(tx, workspace, { kind: 'journey', id: journey.id }))?.versions ?? [],
  }))
  const next = compile(journey, (versions[0]?.version ?? 0) + 1)
  if (isRefusal(next)) return next
  const segments = live.filter(({ kind }) => kind === 'segment').map((each) => Segment.parse(each.body))
  const found = await previewOf(analytics, { workspace, condition, segments, now: now(), sample: LOOKED })
  if (isRefusal(found)) return found
  const revision = await latestRevision(work)
  await registry.prepare(revision)
  const definitions = withNext(registry.of(revision, workspace), next, PIN)
  const states = await inWorkspace(pool, workspace, (tx) =>
    loadStates<Person>(
      tx,
      'profile',
      found.sample.map((id) => ({ ws: workspace, id })),
    ),
  )
  const people = states.map(({ state }) => upgraded(state)).filter(({ profile }) => profile.mergedInto === undefined)
  const asked = people.map((person) => ({
    id: person.profile.id,
    reason: reasonFor(person, { journey, definitions, version: next.version, now: now() }),
  }))
  const blocked = await suppressedOf(options, workspace, { journey, definitions, people })
  const answered = asked.map((each) => (each.reason === '' && blocked.has(each.id) ? { ...each, reason: 'address_blocked' } : each))
  return { of: found.of, audience: found.count, looked: asked.length, ...told(answered, found.count) }
}

/** Who stands on the suppression list for every message of it: that is asked at hand-over, beside what their own state says. */
async function suppressedOf(
  { pool, hash }: CampaignOptions,
  workspace: string,
  { journey, definitions, people }: { journey: Journey; definitions: Definitions; people: readonly Person[] },
): Promise<ReadonlySet<string>> {
  const ways = places(journey.steps).flatMap(({ step }) => waysOf(step))
  const entries = people.flatMap(({ profile }) =>
    ways.flatMap((each, i) => {
      if (each.channel === 'webhook') return []
      const reached = reach(each.channel, profile)
      if ('reason' in reached) return []
      const topic = each.way.topic ?? definitions.templates.get(each.way.template)?.topic ?? ''
      return [{ ws: workspace, id: `${i} ${profile.id}`, address: reached.address, topic, lane: each.way.lane, channel: each.channel }]
    }),
  )
  // Only these fields of an entry are asked about.
  const listed = await inWorkspace(pool, workspace, (tx) => suppressedAmong(tx, entries as unknown as readonly Claimed[], hash))
  const free = new Set(entries.filter(({ id }) => !listed.has(keyOf(workspace, id))).map(({ id }) => id.slice(id.indexOf(' ') + 1)))
  return new Set(entries.map(({ id }) => id.slice(id.indexOf(' ') + 1)).filter((id) => !free.has(id)))
}

interface Asked {
  readonly id: string
  readonly reason: string
}

function told(asked: readonly Asked[], audience: number) {
  const scaled = (n: number): number => (asked.length === 0 ? 0 : asked.length >= audience ? n : Math.round((n / asked.length) * audience))
  const groups = Map.groupBy(asked, ({ reason }) => reason)
  const free = groups.get('') ?? []
  const reasons = [...groups].filter(([reason]) => reason !== '')
  reasons.sort(([a, some], [b, others]) => others.length - some.length || (a < b ? -1 : 1))
  return {
    allowed: scaled(free.length),
    some: free.slice(0, NAMED).map(({ id }) => id),
    reasons: reasons.map(([reason, people]) => ({
      reason,
      sentence: explain(reason),
      people: scaled(people.length),
      some: people.slice(0, NAMED).map(({ id }) => id),
    })),
  }
}

/** Why none of the messages could go to this person; '' where one could. */
function reasonFor(
  person: Person,
  { journey, definitions, version, now }: { journey: Journey; definitions: Definitions; version: number; now: number },
): string {
  const compiled = definitions.version(journey.id, version)!
  let first = 'no_message'
  for (const { step } of places(journey.steps)) {
    const node = compiled.nodes.get(step.id)
    if (!node?.able) continue
    const reason = node.able(standingOf(person, definitions, { run: standingOn(person, { journey, version, step: step.id, now }), now }))
    if (reason === '') return ''
    if (first === 'no_message') first = reason
  }
  return first
}

/** A run that has just come to a step. */
const standingOn = (person: Person, at: { journey: Journey; version: number; step: string; now: number }): Enrollment => ({
  id: `reach:${person.profile.id}`,
  journey: at.journey.id,
  version: at.version,
  key: '',
  unit: person.profile.id,
  step: at.step,
  since: at.now,
  due: null,
  enteredAt: at.now,
  passed: 0,
  entry: { name: scheduledEvent(at.journey.id), at: at.now, properties: {} },
  messages: {},
})
