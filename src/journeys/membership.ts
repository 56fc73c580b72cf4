import type { MembershipFact } from '#events/reaction.ts'
import type { EventRecord, ReviewRecord } from '#events/schema.ts'
import { own } from '#lib/record.ts'
import { attribute } from '#profiles/react.ts'
import type { ProfileSection } from '#profiles/schema.ts'
import { scopeOf } from '#segments/condition/scope.ts'
import { absorbLists, applyLists } from '#segments/lists.ts'
import { type Changes, evaluate, historyOf } from '#segments/react.ts'
import type { SegmentsSection } from '#segments/schema.ts'
import { absorbWindows, hearEvent, takeHistory, trimWindows } from '#segments/windows.ts'
import type { Person } from './person.ts'
import { sourcesOf } from './sources.ts'
import type { Turn } from './turn.ts'

/** What journeys hear of a person's coming into a segment, and leaving it. */
export const SEGMENT_ENTERED = 'segment.entered:'
export const SEGMENT_LEFT = 'segment.left:'

type Why = MembershipFact['reason']

/** An event has been applied to profile and consent: segments follow. Returns what journeys hear of it. */
export function followEvent(
  turn: Turn,
  record: EventRecord,
  { before, isNew }: { before: Person; isNew: boolean },
): readonly EventRecord[] {
  const { catalogue } = turn.context.definitions
  const { section, lists, scores } = applyLists(turn.person.segments, record)
  const slots = catalogue.byEvent.get(record.name)
  const windows = slots ? hearEvent(section.windows, record, slots) : section.windows
  const segments = windows === section.windows ? section : { ...section, windows }
  if (segments !== turn.person.segments) turn.person = { ...turn.person, segments }
  if (isNew) return reassess(turn, 'all', { why: 'event', touched: true })
  if (catalogue.watched.length === 0 && segments.awaiting === undefined) return NONE
  const events = catalogue.touching.events.has(record.name) ? [record.name] : NO_NAMES
  const attributes = changedAttributes(before.profile, turn.person.profile)
  const consent = before.consent.permits === turn.person.consent.permits ? NO_NAMES : changedPermits(before, turn.person)
  return reassess(turn, { attributes, events, consent, lists, scores }, { why: 'event', touched: true })
}
const NONE: readonly EventRecord[] = []
const NO_NAMES: readonly string[] = []

/** Steps may have set attributes since `before`: segments follow those too. */
export function followSteps(turn: Turn, before: Person): readonly EventRecord[] {
  const attributes = changedAttributes(before.profile, turn.person.profile)
  return attributes.length === 0 ? NONE : reassess(turn, { attributes }, { why: 'event', touched: true })
}

/** Models have reckoned these scores anew: segments that ask for them follow. */
export function followScores(turn: Turn, scores: readonly string[], why: Why): readonly EventRecord[] {
  return turn.context.definitions.catalogue.watched.length === 0 ? NONE : reassess(turn, { scores }, { why, touched: true })
}

/** Permits have run out since `before`: segments that ask for them follow. */
export function followPermits(turn: Turn, before: Person): readonly EventRecord[] {
  const consent = changedPermits(before, turn.person)
  return consent.length === 0 ? NONE : reassess(turn, { consent }, { why: 'time', touched: true })
}

/** A timer of the segments is due. */
export function followTime(turn: Turn): readonly EventRecord[] {
  const { due } = turn.person.segments
  return due === null || due > turn.context.now ? NONE : reassess(turn, 'time', { why: 'time', touched: false })
}

/** A review looks at everything; it may bring what happened before conditions were watched. */
export function followReview(turn: Turn, record: ReviewRecord, { isNew }: { isNew: boolean }): readonly EventRecord[] {
  const { catalogue } = turn.context.definitions
  const { ready, windows } = historyOf(record.history)
  const section = turn.person.segments
  const brings = Object.keys(windows).length > 0
  const past = brings ? takeHistory(section.windows, windows, catalogue.slots) : section.windows
  const known = ready.length > 0 ? [...new Set([...(section.ready ?? []), ...ready])].sort() : section.ready
  turn.person = { ...turn.person, segments: { ...section, windows: past, ...(known && { ready: known }) } }
  // Forwarded from a profile that became this one, a review brings a part of the past and cannot say that it is all.
  return reassess(turn, 'all', { why: 'review', touched: isNew || (brings && ready.length === 0) })
}

/** Two people turned out to be one. What either was in already is not entered again. */
export function followMerge(turn: Turn, { ours, theirs }: { ours: SegmentsSection; theirs: SegmentsSection }): readonly EventRecord[] {
  const { catalogue } = turn.context.definitions
  const holds: Record<string, number> = { ...theirs.holds }
  for (const [id, since] of Object.entries(ours.holds)) holds[id] = Math.min(since, own(theirs.holds, id) ?? since)
  const ready = ours.ready?.filter((name) => theirs.ready?.includes(name))
  const waits = [ours.awaiting, theirs.awaiting].filter((at) => at !== undefined)
  turn.person = {
    ...turn.person,
    segments: {
      windows: absorbWindows(ours.windows, theirs.windows, catalogue.slots),
      holds,
      ...absorbLists(ours, theirs),
      ...(ready?.length ? { ready } : {}),
      ...(waits.length > 0 ? { awaiting: Math.min(...waits) } : {}),
      due: ours.due,
    },
  }
  for (const id of inOrder(theirs.holds)) if (own(ours.holds, id) === undefined) note(turn, { segment: id, kind: 'entered', why: 'merged' })
  return reassess(turn, 'all', { why: 'merged', touched: true })
}

/** This profile became another: it is in no segment any more, and journeys hear nothing of it. */
export function leaveBehind(turn: Turn, { holds }: SegmentsSection): void {
  for (const id of inOrder(holds)) note(turn, { segment: id, kind: 'left', why: 'merged' })
}

/** A state that was stored comes back with its names in another order; what is told must not hang on that. */
const inOrder = (holds: SegmentsSection['holds']): string[] => Object.keys(holds).sort()

/** Asks what can have changed, tells it as facts, and returns what journeys hear. */
function reassess(turn: Turn, changes: Changes, { why, touched }: { why: Why; touched: boolean }): readonly EventRecord[] {
  const { definitions, now } = turn.context
  const { catalogue } = definitions
  if (changes === 'all' || changes === 'time') forget(turn)
  const scope = (segments: SegmentsSection, slots: ReadonlyMap<string, string>) =>
    scopeOf(sourcesOf({ ...turn.person, segments }, slots, { catalogue, now }))
  const { section, deltas } = evaluate(turn.person.segments, { catalogue, changes, touched, scope, now })
  if (section !== turn.person.segments) turn.person = { ...turn.person, segments: section }
  const heard: EventRecord[] = []
  for (const { segment, kind } of deltas) {
    const isThere = catalogue.deciders.has(segment)
    note(turn, { segment, kind, why: isThere ? why : 'archived' })
    if (isThere) heard.push(membershipEvent(turn, { segment, kind, why }))
  }
  return heard
}

/** What no window needs any more. */
function forget(turn: Turn): void {
  const { definitions, now } = turn.context
  const { segments } = turn.person
  const windows = trimWindows(segments.windows, definitions.catalogue.slots, { revision: definitions.revision, now })
  if (windows !== segments.windows) turn.person = { ...turn.person, segments: { ...segments, windows } }
}

function note(turn: Turn, { segment, kind, why }: { segment: string; kind: MembershipFact['kind']; why: Why }): void {
  const { definitions, now } = turn.context
  turn.facts.push({
    table: 'memberships',
    row: {
      workspace_id: definitions.workspace,
      profile_id: turn.person.profile.id,
      segment_id: segment,
      kind,
      reason: why,
      cause: turn.cause,
      at: now,
    },
  })
}

/** It is made in the turn of its cause, and neither counted nor kept. */
function membershipEvent(turn: Turn, { segment, kind, why }: { segment: string; kind: MembershipFact['kind']; why: Why }): EventRecord {
  const { definitions, now } = turn.context
  const name = `${kind === 'entered' ? SEGMENT_ENTERED : SEGMENT_LEFT}${segment}`
  return {
    kind: 'event',
    ws: definitions.workspace,
    key: turn.person.profile.id,
    id: `${turn.cause}:${name}`,
    type: 'system',
    name,
    at: now,
    received: now,
    props: { segment, why },
    ids: [],
  }
}

/** Names of attributes that have another value. */
function changedAttributes(before: ProfileSection, after: ProfileSection): readonly string[] {
  if (before.attributes === after.attributes) return NO_NAMES
  const names = new Set([...Object.keys(before.attributes), ...Object.keys(after.attributes)])
  return [...names].filter(
    (name) =>
      before.attributes[name] !== after.attributes[name] &&
      JSON.stringify(attribute(before, name)) !== JSON.stringify(attribute(after, name)),
  )
}

function changedPermits(before: Person, after: Person): readonly string[] {
  const [old, now] = [before.consent.permits, after.consent.permits]
  return [...new Set([...Object.keys(old), ...Object.keys(now)])].filter((key) => own(old, key) !== own(now, key))
}
