import { MOST_PEOPLE } from '#decisions/patterns/fit.ts'
import type { Sequences } from '#decisions/patterns/lessons.ts'
import { belongs, KEPT_EVENTS, MOST_TYPES, OTHER, OWN_PREFIXES, TELLING_RECEIPTS } from '#decisions/patterns/sequence.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import type { Gather } from './gatherers.ts'

/** Events are read for so many people at a time: bounds what one query brings. */
const AT_A_TIME = 2_000
/** Events older than this teach nothing about people of today (seconds). */
const LOOK_BACK = 365 * 86_400

/** The last fifty events of the people (a sample where they are many) as sequences for pattern models; null: the target never came, or the model was brought. */
export const gatherSequences: Gather<'pattern'> = async ({ analytics, signal }, { workspace, model, now }) => {
  if (model.onnx) return null
  const span = { workspace, from: Math.floor(now / 1_000) - LOOK_BACK, to: Math.floor(now / 1_000) }
  const names = await namesOf(analytics, span)
  if (!names.includes(model.target.event)) return null
  const vocabulary = ['', '*', ...withTarget(names, model.target.event)]
  const people = await peopleOf(analytics, span)
  const parts: PersonEvents[] = []
  for (let from = 0; from < people.length; from += AT_A_TIME) {
    signal.throwIfAborted()
    parts.push(
      ...(await eventsOf(analytics, { ...span, vocabulary: vocabulary.slice(OTHER + 1), ids: people.slice(from, from + AT_A_TIME) })),
    )
  }
  return sequencesOf(parts, vocabulary, span.to)
}

/** The most frequent names, the target always among them. */
function withTarget(names: readonly string[], target: string): string[] {
  const most = MOST_TYPES - OTHER - 1
  return names.indexOf(target) < most ? names.slice(0, most) : [...names.slice(0, most - 1), target]
}

interface Span {
  readonly workspace: string
  /** Seconds. */
  readonly from: number
  readonly to: number
}

const WITHIN =
  "workspace_id = {workspace:String} AND verdict = 'accepted' AND toUnixTimestamp64Milli(at) >= {from:Int64} * 1000 AND toUnixTimestamp64Milli(at) < {to:Int64} * 1000"
const spanned = ({ workspace, from, to }: Span) => ({ workspace, from, to })

/** Event names that belong to sequences, the most frequent first. */
async function namesOf(analytics: Analytics, span: Span): Promise<string[]> {
  const rows = await analytics.query<{ name: string }>(
    `SELECT name FROM events WHERE ${WITHIN} GROUP BY name ORDER BY count() DESC, name LIMIT 2000`,
    spanned(span),
  )
  return rows.map(({ name }) => name).filter(belongs)
}

/** A sample by hash: the same people from one training to the next, as far as they are still there. */
async function peopleOf(analytics: Analytics, span: Span): Promise<string[]> {
  const rows = await analytics.query<{ id: string }>(
    `SELECT profile_id AS id FROM events WHERE ${WITHIN} GROUP BY profile_id HAVING count() > 1 ORDER BY cityHash64(profile_id), profile_id LIMIT {most:UInt32}`,
    { ...spanned(span), most: MOST_PEOPLE },
  )
  return rows.map(({ id }) => id)
}

interface PersonEvents {
  readonly id: string
  /** Second of the first event, of whichever name. */
  readonly first: number
  /** Oldest first: second, and place in the vocabulary (0: none of it). */
  readonly events: readonly (readonly [number, number])[]
}

/** What follows from us stays out, as `belongs` says. */
function eventsOf(
  analytics: Analytics,
  { vocabulary, ids, ...span }: Span & { vocabulary: readonly string[]; ids: readonly string[] },
): Promise<PersonEvents[]> {
  return analytics.query<PersonEvents>(
    `SELECT profile_id AS id, min(second) AS first,
       arraySlice(arrayMap(each -> (each.1, each.5), arraySort(groupArray((second, partition, seq, ix, kind)))), -${KEPT_EVENTS}) AS events
     FROM (
       SELECT profile_id, intDiv(toUnixTimestamp64Milli(at), 1000) AS second, partition, seq, ix, toUInt8(indexOf({vocabulary:Array(String)}, name)) AS kind
       FROM events
       WHERE ${WITHIN} AND profile_id IN {ids:Array(String)}
         AND (NOT arrayExists(prefix -> startsWith(name, prefix), {own:Array(String)}) OR name IN {telling:Array(String)})
     ) GROUP BY profile_id ORDER BY cityHash64(profile_id), profile_id`,
    { ...spanned(span), vocabulary, ids, own: [...OWN_PREFIXES, 'message.'], telling: [...TELLING_RECEIPTS] },
  )
}

function sequencesOf(people: readonly PersonEvents[], vocabulary: readonly string[], until: number): Sequences {
  const total = people.reduce((sum, { events }) => sum + events.length, 0)
  const offsets = new Int32Array(people.length + 1)
  const types = new Uint8Array(total)
  const times = new Float64Array(total)
  let at = 0
  people.forEach(({ events }, person) => {
    for (const [second, kind] of events) {
      types[at] = kind === 0 ? OTHER : kind + OTHER
      times[at++] = second
    }
    offsets[person + 1] = at
  })
  return { vocabulary, offsets, types, times, first: Float64Array.from(people, ({ first }) => first), until }
}
