import type { ApprovalLine } from '#approvals/api.ts'
import { gradeOf } from '#approvals/grade.ts'
import { type Decider, mayDecide, stateAt } from '#approvals/standing.ts'
import type { RequestRow } from '#approvals/store.ts'
import type { Language } from '#lib/language.ts'
import type { Queryable } from '#platform/log.ts'
import { listKeys, listMembers } from '#workspaces/store.ts'
import type { ApprovalDesk } from './approvals-desk.ts'

/** Whoever looks, and how everybody is called. */
export interface Viewer {
  /** '' when nobody stands behind the actor. */
  readonly person: string
  readonly actor: string
  readonly member: Decider | undefined
  /** By actor (`person:…`, `key:…`) and by a person's id. */
  readonly names: ReadonlyMap<string, string>
  /** Addresses of people, by id. */
  readonly emails: ReadonlyMap<string, string>
  /** In which letters to them are written, by id. */
  readonly languages: ReadonlyMap<string, Language>
}

export async function viewerOf(
  desk: ApprovalDesk,
  tx: Queryable,
  { workspace, actor }: { workspace: string; actor: string },
): Promise<Viewer> {
  const [members, people, keys, behind] = await Promise.all([
    desk.members(workspace),
    listMembers(desk.options.work, workspace),
    listKeys(desk.options.work, workspace),
    desk.peopleBehind(tx, workspace, [actor]),
  ])
  const names = new Map<string, string>(keys.map(({ id, name }) => [`key:${id}`, name]))
  for (const { id, name } of people) names.set(id, name).set(`person:${id}`, name)
  const person = behind.get(actor) ?? ''
  return {
    person,
    actor,
    member: members.get(person),
    names,
    emails: new Map(people.map(({ id, email }) => [id, email])),
    languages: new Map(people.map(({ id, language }) => [id, language])),
  }
}

/** The names of those who are mentioned, as far as they are known. */
export const namesAmong = ({ names }: Viewer, mentioned: Iterable<string>): Record<string, string> =>
  Object.fromEntries([...new Set(mentioned)].flatMap((each) => (names.has(each) ? [[each, names.get(each)!]] : [])))

/** A request in a list, for whoever looks. */
export function lineOf(row: RequestRow, now: number, viewer: Viewer): ApprovalLine {
  const state = stateAt(row, now)
  const { person, actor, member, names } = viewer
  const mine = row.requestedBy === actor || (person !== '' && row.requestedBy === `person:${person}`)
  const { grade, because } = gradeOf(row)
  return {
    id: row.id,
    operation: row.operation,
    state,
    title: row.title,
    requestedBy: row.requestedBy,
    requester: names.get(row.requestedBy) ?? '',
    requestedAt: row.requestedAt,
    due: row.due,
    otherwise: row.otherwise,
    people: row.evidence.people,
    journeys: row.manifest.journeys.length,
    reasons: row.needs.flatMap(({ reasons }) => reasons),
    reason: state === row.state ? row.reason : 'deadline',
    closedAt: state === row.state ? row.closedAt : row.due,
    grade,
    because: [...because],
    hash: row.hash,
    forMe: state === 'open' && !mine && member !== undefined && row.needs.some(({ deciders }) => mayDecide(deciders, member)),
    mine,
  }
}
