import { messageIdOf } from '#channels/message.ts'
import type { Effect } from '#events/reaction.ts'
import type { LogRecord } from '#events/schema.ts'
import type { Person } from '#journeys/person.ts'
import { nextDue } from '#journeys/react.ts'
import { canonical } from '#lib/json.ts'
import { partitionOf } from '#platform/log.ts'
import type { OutboxRow } from '#platform/outbox-view.ts'
import { checkLearned } from './check-learned.ts'
import type { Memory } from './load.ts'
import type { Take } from './providers.ts'
import { type Left, type Row, TABLES, UNSAID } from './read-back.ts'
import { type Replayed, replay } from './replay.ts'
import type { Replay } from './shop.ts'

export interface Evidence {
  readonly memory: Memory
  readonly mails: readonly Take[]
  readonly webhooks: readonly Take[]
  /** Messages that restarts found on their way. */
  readonly foundInFlight: number
  readonly left: Left
  /** What the server said when it reckoned its decisions again. */
  readonly replayed?: Replay
  /** Processes stood still and went on: what they had claimed was claimed by others, and only the last claim's time is kept. */
  readonly stoodStill?: boolean
  /** How often a stream was not what it had been: what was carried again for that may come late. */
  readonly setBack?: number
}

/** What is wrong: the rule, how often it is broken, and a few places. */
export interface Violation {
  readonly rule: string
  readonly times: number
  readonly samples: readonly string[]
}

export interface Verdict {
  readonly violations: readonly Violation[]
  readonly figures: Readonly<Record<string, number>>
}

/** Holds what is on disk, what the clients know and what the providers took against each other. */
export function check(evidence: Evidence): Verdict {
  const { left } = evidence
  const book = new Book()
  const replayed = replay({ blocks: left.blocks, definitions: left.definitions })
  const records = left.blocks.flatMap((block) => JSON.parse(block.records) as LogRecord[])
  book.none(
    'nothing is set aside and nothing waits',
    Object.entries(left.oddities).flatMap(([name, count]) => (count > 0 ? `${name}: ${count}` : [])),
  )
  checkLog(book, { left, replayed, records })
  checkState(book, left, replayed)
  checkFacts(book, left, replayed)
  checkLearned(book, evidence)
  const twice = checkAcknowledged(book, evidence, records)
  const ordered = checkOrder(book, evidence)
  checkTransitions(book, left)
  checkOutbox(book, left, replayed)
  const delivery = checkDelivery(book, evidence)
  checkBuyers(book, evidence)
  const acknowledged = evidence.memory.acknowledged.size
  const handled = left.facts.events.filter((row) => row['type'] !== 'system')
  return {
    violations: book.violations,
    figures: {
      people: evidence.memory.shoppers.length,
      acknowledged,
      repeatedRequests: [...evidence.memory.failures.values()].reduce((sum, count) => sum + count, 0),
      logRecords: records.length,
      orderedPairs: ordered.pairs,
      lateAfterSetBack: ordered.late,
      acceptedAroundMerge: twice,
      duplicatesDropped: handled.filter((row) => row['verdict'] === 'duplicate').length,
      unacknowledgedButThere: new Set(handled.map((row) => row['message_id'])).size - acknowledged,
      snapshots: left.snapshots.length,
      decisionsReplayed: evidence.replayed?.checked ?? 0,
      decidedByModel: left.facts.decisions.filter((row) => row['decided_by'] === 'model').length,
      merges: records.filter((record) => record.kind === 'absorb').length,
      ...Object.fromEntries(TABLES.map((table) => [`${table}Facts`, left.facts[table].length])),
      ...delivery,
    },
  }
}

export class Book {
  readonly violations: Violation[] = []

  none(rule: string, found: readonly string[]): void {
    if (found.length > 0) this.violations.push({ rule, times: found.length, samples: found.slice(0, 4).map((text) => text.slice(0, 600)) })
  }

  /** Two collections hold the same, each as often. */
  same(
    rule: string,
    { ours, theirs, names }: { ours: Iterable<string>; theirs: Iterable<string>; names: readonly [string, string] },
  ): void {
    const counts = new Map<string, number>()
    for (const text of ours) counts.set(text, (counts.get(text) ?? 0) + 1)
    for (const text of theirs) counts.set(text, (counts.get(text) ?? 0) - 1)
    this.none(
      rule,
      [...counts].flatMap(([text, count]) => (count === 0 ? [] : `${Math.abs(count)} more in ${count > 0 ? names[0] : names[1]}: ${text}`)),
    )
  }
}

/** All of the log has been handled, and what was put on it for other keys is there once. */
function checkLog(book: Book, { left, replayed, records }: { left: Left; replayed: Replayed; records: readonly LogRecord[] }): void {
  const stand = ({ done, tick, tickSeq, revision }: { done: number; tick: number; tickSeq: number; revision: number }): string =>
    canonical({ done, tick, tickSeq, revision })
  book.same('each partition has come to the end of its log', {
    ours: left.leases.map((lease) => `${lease.partition} ${stand(lease)}`),
    theirs: left.heads.map(
      ({ partition }) => `${partition} ${stand(replayed.stands.get(partition) ?? { done: 0, tick: 0, tickSeq: 0, revision: 0 })}`,
    ),
    names: ['the leases', 'the replay'],
  })
  book.none(
    'the log ends where its head says',
    left.heads.flatMap(({ partition, seq }) =>
      (replayed.stands.get(partition)?.done ?? 0) === seq ? [] : `partition ${partition}: ${seq}`,
    ),
  )
  const moved = (record: LogRecord): boolean => record.kind === 'absorb'
  book.same('each state that moved to another profile arrived once', {
    ours: records.filter(moved).map(canonical),
    theirs: replayed.records.filter(moved).map(canonical),
    names: ['the log', 'the replay'],
  })
  const there = new Map<string, number>()
  for (const record of records) there.set(canonical(record), (there.get(canonical(record)) ?? 0) + 1)
  const lost = [...Map.groupBy(replayed.records, canonical)].filter(([text, list]) => (there.get(text) ?? 0) < list.length)
  book.none(
    'each record for another key is on the log',
    lost.map(([text]) => text),
  )
}

function checkState(book: Book, left: Left, replayed: Replayed): void {
  book.same('the state is what the log says, byte for byte', {
    ours: left.states.map(({ ws, id, partition, state, next_due }) => canonical({ ws, id, partition, state, due: next_due })),
    theirs: [...replayed.people.values()].map(({ ws, partition, person }) =>
      canonical({ ws, id: person.profile.id, partition, state: person, due: nextDue(person) }),
    ),
    names: ['the database', 'the replay'],
  })
  const partitions = left.heads.length
  book.none(
    'each state lies on the partition of its key',
    left.states.flatMap(({ id, partition }) => (partitionOf(id, partitions) === partition ? [] : id)),
  )
}

/** Cancellations depend on whether a message had been claimed, so they are held against the outbox. */
const isCancellation = (row: Row): boolean => Number(row['ix']) >= 10_000

function checkFacts(book: Book, left: Left, replayed: Replayed): void {
  const made = Map.groupBy(replayed.facts, ({ fact }) => fact.table)
  for (const table of TABLES) {
    book.same(`${table} in ClickHouse are what follows from the log, row for row`, {
      ours: left.facts[table].filter((row) => !isCancellation(row)).map(canonical),
      theirs: (made.get(table) ?? []).map(({ partition, seq, ix, fact }) =>
        canonical({ ...UNSAID[table], ...fact.row, partition, seq, ix }),
      ),
      names: ['ClickHouse', 'the replay'],
    })
  }
  book.same('each message that was taken back is one fact', {
    ours: left.facts.deliveries.filter(isCancellation).map((row) => `${row['effect_id']} ${row['status']} ${row['reason']}`),
    theirs: left.outbox.filter(({ status }) => status === 'cancelled').map(({ id, reason }) => `${id} cancelled ${reason}`),
    names: ['ClickHouse', 'the outbox'],
  })
}

/**
 * Tells how many repeats were accepted a second time around a merge: by the profile that stays, before it heard what the other one had
 * seen. That is the one known exception, and the guide to sending events names it; any other second acceptance breaks the rule.
 */
function checkAcknowledged(book: Book, { memory, left }: Evidence, records: readonly LogRecord[]): number {
  const logged = new Set(records.flatMap((record) => (record.kind === 'event' ? record.id : [])))
  book.none(
    'each acknowledged event is on the log',
    [...memory.acknowledged.keys()].filter((id) => !logged.has(id)),
  )
  const handled = Map.groupBy(left.facts.events, (row) => String(row['message_id']))
  const into = new Map(left.states.map(({ id, state }) => [id, (state as Person).profile.mergedInto]))
  const root = (profile: string): string => {
    const next = into.get(profile)
    return next === undefined ? profile : root(next)
  }
  let aroundMerge = 0
  const wrong = [...memory.acknowledged.keys()].flatMap((id) => {
    const rows = handled.get(id) ?? []
    const accepted = rows.filter((row) => row['verdict'] === 'accepted').map((row) => String(row['profile_id']))
    if (accepted.length === 1) return []
    const merged = accepted.length > 1 && new Set(accepted).size === accepted.length && new Set(accepted.map(root)).size === 1
    if (merged) aroundMerge++
    return merged ? [] : `${id}: ${rows.map((row) => `${row['verdict']} by ${row['profile_id']}`).join(', ') || 'never'}`
  })
  book.none('each acknowledged event was handled exactly once', wrong)
  const sent = new Set(memory.shoppers.map(({ user }) => user.slice(1)))
  const unknown = [...handled]
    .filter(([, rows]) => rows.some((row) => row['type'] !== 'system'))
    .filter(([id]) => !sent.has(id.slice(id.indexOf('-') + 1)))
  book.none(
    'no event is there that nobody sent',
    unknown.map(([id]) => id),
  )
  return aroundMerge
}

/** What a client sent after another event of the same person had been acknowledged stands behind it on the log. Tells how many pairs were held, and how many broke it. */
function checkOrder(book: Book, { memory, left, setBack = 0 }: Evidence): { pairs: number; late: number } {
  const places = new Map<string, { key: string; partition: number; seq: number }>()
  for (const { partition, first_seq, records } of left.blocks) {
    for (const [i, record] of (JSON.parse(records) as LogRecord[]).entries()) {
      if (record.kind === 'event' && !places.has(record.id)) places.set(record.id, { key: record.key, partition, seq: first_seq + i })
    }
  }
  const wrong: string[] = []
  let pairs = 0
  for (const own of Map.groupBy([...memory.acknowledged], ([, { who }]) => who).values()) {
    for (const [first, { at }] of own) {
      for (const [second, { begun }] of own) {
        const [a, b] = [places.get(first), places.get(second)]
        if (at >= begun || !a || !b || a.key !== b.key) continue
        pairs++
        if (a.seq >= b.seq) wrong.push(`${first} at ${a.seq}, ${second} at ${b.seq} of partition ${a.partition}`)
      }
    }
  }
  book.none('the events of one person stand on the log in the order in which they were acknowledged', setBack > 0 ? [] : wrong)
  return { pairs, late: wrong.length }
}

/** Each run: entered once, from step to step without a gap, out once. */
function checkTransitions(book: Book, left: Left): void {
  const wrong: string[] = []
  const standing = new Map(
    left.states.flatMap(({ state }) =>
      (state as { journeys: { enrollments: { id: string; step: string }[] } }).journeys.enrollments.map(
        (run) => [run.id, run.step] as const,
      ),
    ),
  )
  const runs = Map.groupBy(
    left.facts.transitions.filter((row) => row['enrollment_id'] !== ''),
    (row) => String(row['enrollment_id']),
  )
  for (const [id, rows] of runs) {
    const problem = brokenChain(rows, standing.get(id))
    if (problem) wrong.push(`${id}: ${problem}`)
  }
  book.none('each run moved step by step, each move once', wrong)
  book.none(
    'each run that someone stands in has entered',
    [...standing.keys()].filter((id) => !runs.has(id)),
  )
  const places = Map.groupBy(left.facts.transitions, ({ partition, seq, ix, profile_id }) => `${partition} ${seq} ${ix} ${profile_id}`)
  book.none(
    'each transition has a place of its own',
    [...places].filter(([, rows]) => rows.length > 1).map(([place]) => place),
  )
}

function brokenChain(rows: readonly Row[], stands: string | undefined): string | null {
  const of = (kind: string): Row[] => rows.filter((row) => row['kind'] === kind)
  const [entered, exited, converted, moved] = [of('entered'), of('exited'), of('converted'), of('moved')]
  if (entered.length !== 1 || exited.length > 1 || converted.length > 1)
    return `entered ${entered.length}, left ${exited.length}, converted ${converted.length} times`
  if ((exited.length === 0) !== (stands !== undefined))
    return stands === undefined ? 'nobody stands in it, and nobody has left' : `has left, and stands on ${stands}`
  let step = String(entered[0]!['to_step'])
  for (let i = 0; i < moved.length; i++) {
    const next = moved.filter((row) => row['from_step'] === step)
    if (next.length !== 1) return `${next.length} moves from ${step}`
    step = String(next[0]!['to_step'])
  }
  const end = stands ?? exited[0]!['from_step']
  return step === end ? null : `the moves end on ${step}, the run on ${end}`
}

/** What the outbox holds is what the log decided, and how it ended is on the log once. */
function checkOutbox(book: Book, left: Left, replayed: Replayed): void {
  const takenBack = new Set(replayed.cancels.map(({ ws, id }) => `${ws} ${id}`))
  // What is taken back while it is on its way expires there and then.
  const text = ({ id, ws, key, channel, address, topic, lane, expires, payload }: Effect): string =>
    canonical({ id, ws, key, channel, address, topic, lane, expires: takenBack.has(`${ws} ${id}`) ? 0 : expires, payload })
  book.same('the outbox holds what the log decided', {
    ours: left.outbox.map((row) => text(row as unknown as Effect)),
    theirs: [...replayed.effects.values()].map(text),
    names: ['the outbox', 'the replay'],
  })
  const unended = left.outbox.filter(({ ws, id, status, reason }) => {
    if (status === 'skipped') return !['exited', 'expired'].includes(reason) || !takenBack.has(`${ws} ${id}`)
    return status === 'cancelled' ? !takenBack.has(`${ws} ${id}`) : status !== 'sent' && status !== 'ambiguous'
  })
  book.none(
    'every message has come to its end',
    unended.map(({ id, status, reason }) => `${id} ${status} ${reason}`),
  )
  const told = left.facts.events.filter((row) => row['type'] === 'system' && row['verdict'] === 'accepted')
  book.same('how each message ended is told on the log once', {
    ours: told.map((row) => String(row['message_id'])),
    theirs: left.outbox.filter(({ status }) => status !== 'cancelled').map(({ id, status }) => `${id}:${status}`),
    names: ['the log', 'the outbox'],
  })
}

const SENDER = { from: { name: '', address: 'hello@shop.example' } }

/** The id that the provider sees. */
const providerId = ({ ws, id, channel }: OutboxRow): string =>
  channel === 'email' ? messageIdOf({ workspace: ws, id, sender: SENDER as never }) : id

function checkDelivery(book: Book, { left, mails, webhooks, foundInFlight }: Evidence): Record<string, number> {
  const takes = Map.groupBy([...mails, ...webhooks], ({ id }) => id)
  const rows = new Map(left.outbox.map((row) => [providerId(row), row]))
  book.none(
    'providers took nothing that the outbox does not know',
    [...takes.keys()].filter((id) => !rows.has(id)),
  )
  const problems: string[] = []
  let takenBack = 0
  for (const [id, row] of rows) {
    const taken = takes.get(id) ?? []
    const problem = mismatch(row, taken)
    if (problem) problems.push(`${id} (${row.id}): ${problem}`)
    if ((row.status === 'cancelled' || row.status === 'skipped') && taken.length > 0) takenBack++
  }
  book.none('the outbox says of each message what the provider says', problems)
  const again = (list: readonly Take[]): number => list.length - new Set(list.map(({ id }) => id)).size
  const duplicates = again(mails) + again(webhooks)
  if (duplicates + takenBack > foundInFlight)
    book.none('no more is handed over twice than was on its way at a kill', [
      `${duplicates} twice, ${takenBack} taken back after they left; ${foundInFlight} on their way`,
    ])
  const perPerson = Map.groupBy(new Map(mails.map((mail) => [mail.id, mail])).values(), ({ to }) => to)
  book.none(
    'nobody gets two different mails',
    [...perPerson].filter(([, list]) => list.length > 1).map(([to]) => to),
  )
  return {
    mails: mails.length,
    mailDuplicates: again(mails),
    webhooks: webhooks.length,
    webhookDuplicates: again(webhooks),
    foundInFlight,
    takenBackAfterTheyLeft: takenBack,
    ambiguous: left.outbox.filter(({ status }) => status === 'ambiguous').length,
    cancelled: left.outbox.filter(({ status }) => status === 'cancelled').length,
  }
}

function mismatch({ status, attempt }: OutboxRow, taken: readonly Take[]): string | null {
  if (taken.length > attempt) return `taken ${taken.length} times in ${attempt} attempts`
  switch (status) {
    case 'sent':
      return taken.some(({ silent }) => !silent) ? null : 'sent, but no provider said yes to it'
    case 'ambiguous':
      return taken.some(({ silent }) => silent) ? null : 'ambiguous, but no answer was withheld'
    // Handed over, killed before that was noted, and taken back by then.
    case 'cancelled':
      return null
    case 'skipped':
      return taken.length < attempt ? null : 'taken at each attempt, but skipped'
    default:
      return taken.length > 0 ? `taken, but ${status}` : null
  }
}

/** Who had ordered, and knew it, before the message was claimed gets none. Of earlier claims of a message the time is not kept, so the last one is asked. */
function checkBuyers(book: Book, { memory, mails, left, stoodStill }: Evidence): void {
  const ordered = new Map(memory.shoppers.flatMap(({ email, orderedAt }) => (orderedAt === null ? [] : [[email, orderedAt] as const])))
  const wrong = left.outbox.flatMap((row) => {
    const order = ordered.get(row.address)
    if (row.channel !== 'email' || order === undefined || row.claimedAt === null || order >= row.claimedAt) return []
    if (stoodStill && row.attempt > 1) return []
    const id = providerId(row)
    const late = mails.filter((mail) => mail.id === id && mail.at >= row.claimedAt!)
    const merged = memory.acknowledged.has(`join-${row.address.slice(1, row.address.indexOf('@'))}`) ? ', two profiles became one' : ''
    return late.map(
      ({ at }) =>
        `${row.address} ordered at ${order}; claimed at ${row.claimedAt} (attempt ${row.attempt}), taken at ${at}, ${row.status}${merged}`,
    )
  })
  book.none('nobody who had bought before the claim was written to', wrong)
}
