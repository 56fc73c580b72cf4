import type { Ask } from '#consent/caps.ts'
import type { Assignment } from '#decisions/experiments/assign.ts'
import type { ChosenHour } from '#decisions/send-time/choose-hour.ts'
import type { EventRecord } from '#events/schema.ts'
import { milliseconds } from '#lib/duration.ts'
import type { JsonObject } from '#lib/json.ts'
import { own } from '#lib/record.ts'
import { attributesOf } from '#profiles/react.ts'
import { hourArmAt, isKeptBack, type Kept, keptBackAt, variantsAt } from '../assigned.ts'
import { decisionOf, messageHour } from '../best-hour.ts'
import { type Budget, budget } from '../budget.ts'
import type { Dispatch } from '../enrollment.ts'
import { gated, type Judged } from '../gates.ts'
import type { Deeds, Held, Message, Move, Node, Place, Standing } from '../node.ts'
import type { Reason } from '../reasons.ts'
import { isThisRound } from '../rounds.ts'
import { byChannel } from '../sends.ts'
import { type Best, bestWithin, type CallStep, type MessageStep, type OnCap, type TemplatedStep, type WebhookStep } from '../steps.ts'

/** A message, or why there cannot be one. */
export type Written =
  | { readonly message: Message }
  /** `unsaid`: what would have been sent, if permission had been given: rules of law may say more of it. */
  | { readonly reason: Reason; readonly unsaid?: Message }
export type Write = (at: Standing) => Written

/** How a step sends. */
export interface Sending {
  readonly step: TemplatedStep | WebhookStep | MessageStep | CallStep
  /** Tried in order: the next when one is not possible or has failed. */
  readonly ways: readonly Write[]
  /** The ways are told apart: each has an effect of its own. */
  readonly numbered?: boolean
  /** Milliseconds after which nobody waits for the receipt any more. */
  readonly patience?: number
  /** It goes at the hour that a model chooses. */
  readonly best?: Best | undefined
  /** What the receipt of the sent message brings; a reason: it is not what was wanted. */
  readonly take?: (record: EventRecord) => Deeds | { readonly reason: Reason }
}

/** A step that sends: checks, hands the message to the outbox, and stands still until the receipt comes. */
export function messageNode(sending: Sending, { next, instead }: Place): Node {
  const { step } = sending
  const failed = (reason: Reason, cancels?: readonly string[]): Move => ({
    ...instead(step.otherwise, reason),
    ...(cancels?.length ? { cancels } : {}),
  })
  const tries: Tries = { sending, failed, next }
  return {
    step,
    next,
    arrive(at) {
      // Marks of this round that are there on arrival come from a run that merged into this one.
      if (marksOf(at, step.id).some(({ status }) => status === 'sent')) return { kind: 'go', to: next, reason: 'already_sent' }
      // An edit may lead here while the message is on its way: it counts.
      if (queuedIn(marksOf(at, step.id)).length > 0)
        return { kind: 'stay', due: sending.patience === undefined ? null : at.now + sending.patience }
      return atBestHour(tries, at) ?? attempt(tries, at)
    },
    ...(sending.best && { leaves: (at: Standing) => hourFor(sending, at)?.at ?? at.now }),
    wake(at) {
      const queued = queuedIn(marksOf(at, step.id))
      return queued.length > 0 ? failed('no_answer', queued) : attempt(tries, at, { from: at.run.memo ?? 0 })
    },
    relieved: (at) => askedAgain(tries, at),
    able: (at) => ableBy(sending, at),
    asks: (at) => {
      const first = firstPossible(sending, at)
      return first && askOf(first)
    },
    hear(at, record) {
      const marks = marksOf(at, step.id)
      if (record.type !== 'system' || !marks.some(({ id }) => id === record.props['effect_id'])) return null
      return settled(sending, { at, record, marks, next, tries })
    },
  }
}

/** The first of the ways that could go now or, within the step's time, later; else why the last of them could not. */
function ableBy({ step, ways }: Sending, at: Standing): Reason | '' {
  let why: Reason = 'no_way'
  for (const write of ways) {
    const written = write(at)
    const reason = 'reason' in written ? written.reason : blocked(at, written.message, 'onCap' in step ? step.onCap : 'otherwise')
    if (reason === '') return ''
    why = reason
  }
  return why
}

/** Quiet hours and rules that end before the message expires do not stand in its way; a cap does, unless the step waits for room and there will be some. */
function blocked(at: Standing, message: Message, onCap: OnCap): Reason | '' {
  const ruled = gated(at, message)
  if (ruled.kind === 'refuse' || (ruled.kind === 'defer' && ruled.until > message.expires)) return ruled.reason
  const kept = keptBackAt(at, message)
  if (kept.reason !== null) return kept.reason
  const answer = budget(at, message)
  if (answer.kind === 'free' || (answer.kind === 'wait' && answer.until <= message.expires)) return ''
  if (answer.kind !== 'full' || typeof onCap === 'string' || answer.freeAt === null) return answer.reason
  return answer.freeAt <= at.now + milliseconds(onCap.defer)! ? '' : answer.reason
}

const askOf = ({ contact, topic, lane }: Message): Ask | null => (contact ? { channel: contact.channel, topic, lane } : null)

interface Tries {
  readonly sending: Sending
  readonly failed: (reason: Reason, cancels?: readonly string[]) => Move
  readonly next: string | null
}

interface Attempt {
  readonly from: number
  /** Why the way before did not work. */
  readonly reason?: Reason
}

/** The message of the first of the ways that neither permission nor law nor a comparison forbids; null: of none. */
function firstPossible({ ways }: Sending, at: Standing): Message | null {
  for (const write of ways) {
    const written = write(at)
    if (!('message' in written) || gated(at, written.message).kind === 'refuse') continue
    if (keptBackAt(at, written.message).reason === null) return written.message
  }
  return null
}

/** The hour for the first of the ways that is possible; null: none is, or no hour is to be chosen. */
function hourFor(sending: Sending, at: Standing): ChosenHour | null {
  const { best } = sending
  const message = best ? firstPossible(sending, at) : null
  return best && message ? messageHour(at, best, message) : null
}

/** Waits for the chosen hour, or tries at once if that is it. Consent, caps, quiet hours and rules are asked when the hour has come. */
function atBestHour(tries: Tries, at: Standing): Move | null {
  const chosen = hourFor(tries.sending, at)
  if (!chosen) return null
  const { hour, fresh } = hourArmAt(at)
  if (hour === 'now') return withAssigned(attempt(tries, at), fresh)
  const decision = decisionOf(chosen)
  if (chosen.at <= at.now) return { ...withAssigned(attempt(tries, at), fresh), decision }
  const { step } = tries.sending
  const channel = step.kind === 'message' ? byChannel(step.ways[0]!).channel : step.kind
  return withAssigned({ kind: 'stay', due: chosen.at, decision, held: [{ channel, reason: 'best_hour' }] }, fresh)
}

const withAssigned = (move: Move, fresh: readonly Assignment[]): Move =>
  fresh.length === 0 ? move : { ...move, assigned: [...(move.assigned ?? []), ...fresh] }

type Full = Extract<Budget, { kind: 'full' }>

/** The first of the ways from one on that is possible now, and for which there is room. */
function attempt(tries: Tries, at: Standing, { from, reason = 'no_way' }: Attempt = { from: 0 }): Move {
  const { ways, numbered, patience } = tries.sending
  const held: Held[] = []
  const judged: Judged[] = []
  const assigned: Assignment[] = []
  let why = reason
  // A way that a comparison closes does not count as one that failed: who is held out of all of them goes on as if it had gone.
  let kept: Reason | null = isKeptBack(reason) ? reason : null
  let full: Full | null = null
  for (let way = from; way < ways.length; way++) {
    const written = ways[way]!(at)
    if ('reason' in written) {
      const ruled = written.unsaid && gated(at, written.unsaid)
      why = ruled?.kind === 'refuse' ? ruled.reason : written.reason
      if (ruled?.kind === 'refuse') judged.push(ruled.judged)
      continue
    }
    const { message } = written
    const ruled = gated(at, message)
    if (ruled.kind !== 'pass') {
      judged.push(ruled.judged)
      held.push({ channel: message.contact?.channel ?? message.channel, reason: ruled.reason })
      if (ruled.kind === 'defer') return withAssigned({ kind: 'stay', due: ruled.until, memo: from, held, judged }, assigned)
      why = ruled.reason
      continue
    }
    const asked = keptBackAt(at, message)
    assigned.push(...newTo(assigned, asked))
    if (asked.reason !== null) {
      kept ??= asked.reason
      held.push({ channel: message.contact?.channel ?? message.channel, reason: asked.reason })
      continue
    }
    const answer = budget(at, message)
    if (answer.kind === 'free') {
      const due = patience === undefined ? null : at.now + patience
      const shown = variantsAt(at, message)
      const going = { ...shown.message, ...ruled.passed, ...(numbered ? { way } : {}) }
      const move: Move = { kind: 'stay', due, message: going, held, judged, ...(answer.pace && { pace: answer.pace }) }
      return withAssigned(move, [...assigned, ...shown.fresh])
    }
    const values = answer.kind === 'full' && answer.values ? { values: answer.values } : {}
    held.push({ channel: message.contact?.channel ?? message.channel, reason: answer.reason, ...values })
    if (answer.kind === 'wait') return withAssigned({ kind: 'stay', due: answer.until, memo: from, held, judged }, assigned)
    if (answer.kind === 'full') full = full && soonest(full) <= soonest(answer) ? full : answer
    why = answer.reason
  }
  if (kept !== null) return withAssigned({ kind: 'go', to: tries.next, reason: kept, held, judged }, assigned)
  const move = full ? onCap(tries, at, { full, from }) : tries.failed(why)
  // One that waits for room is asked about again.
  return withAssigned({ ...move, held, judged, ...(full?.pace && move.kind !== 'stay' && { pace: full.pace }) }, assigned)
}

/** Of several ways each asks the same hold-outs. */
const newTo = (told: readonly Assignment[], { fresh }: Kept): readonly Assignment[] =>
  fresh.filter(({ kind, id }) => !told.some((each) => each.kind === kind && each.id === id))

const soonest = ({ freeAt }: Full): number => freeAt ?? Infinity

/** What the step does when no way has room: the one that has it first decides. */
function onCap({ sending: { step }, failed, next }: Tries, { run, now }: Standing, { full, from }: { full: Full; from: number }): Move {
  const wish = 'onCap' in step ? step.onCap : 'otherwise'
  if (wish === 'skip') return { kind: 'go', to: next, reason: full.reason }
  if (wish === 'otherwise') return failed(full.reason)
  const last = run.since + bestWithin(step) + milliseconds(wish.defer)!
  if (full.freeAt === null || now >= last) return failed(full.reason)
  // Looked at again at the limit even if there will be no room by then: something else may have made some.
  return { kind: 'stay', due: Math.min(Math.max(full.freeAt, now + 1), last), memo: from }
}

/** Somebody who waits for room asks again; that there still is none is no news. */
function askedAgain(tries: Tries, at: Standing): Move | null {
  const { due, memo } = at.run
  if (due === null || memo === undefined || queuedIn(marksOf(at, at.run.step)).length > 0) return null
  const move = attempt(tries, at, { from: memo })
  if (move.kind !== 'stay' || move.message || move.assigned) return move
  return move.due === due && move.memo === memo
    ? null
    : { kind: 'stay', due: move.due, ...(move.memo === undefined ? {} : { memo: move.memo }) }
}

interface Settling {
  readonly at: Standing
  readonly record: EventRecord
  readonly marks: readonly Dispatch[]
  readonly next: string | null
  readonly tries: Tries
}

/** What the receipt means for the run. The marks have taken it in already. */
function settled(sending: Sending, { at, record, marks, next, tries }: Settling): Move | null {
  const { failed } = tries
  const why = typeof record.props['reason'] === 'string' ? record.props['reason'] : ''
  const cancels = queuedIn(marks)
  if (record.name === 'message.sent') {
    const brought = sending.take?.(record) ?? {}
    return 'reason' in brought ? failed(brought.reason, cancels) : { kind: 'go', to: next, reason: 'sent', cancels, ...brought }
  }
  const reason = failureOf(record.name, why)
  if (reason === null || cancels.length > 0) return null
  // Taken back by somebody: that is no wish for another way, unless this one alone is closed to us.
  if (record.name === 'message.cancelled' && why !== 'consent_withdrawn') return failed(reason)
  const from = Math.max(...marks.map(({ way = 0 }) => way)) + 1
  return attempt(tries, at, { from, reason })
}

/** Why a message did not go out, if the receipt says so. */
function failureOf(receipt: string, why: string): Reason | null {
  switch (receipt) {
    case 'message.failed':
      return detailed('failed', why)
    case 'message.dead':
      return detailed('dead', why)
    case 'message.cancelled':
      return 'cancelled'
    case 'message.skipped':
      return skipped(why)
    default:
      return null
  }
}

const detailed = (code: 'failed' | 'dead' | 'skipped', why: string): Reason => (why === '' ? code : `${code}:${why}`)

/** Reasons that the gate at hand-over shares with the check of the step keep their own code. */
function skipped(why: string): Reason {
  switch (why) {
    case 'expired':
    case 'consent_withdrawn':
    case 'consent_missing':
    case 'consent_pending':
    case 'consent_expired':
    case 'consent_paused':
    case 'under_age':
    case 'age_unknown':
    case 'address_blocked':
    case 'address_invalid':
      return why
    default:
      return /^(policy|budget_spent|budget_currency|global_holdout|experiment_holdout):/.test(why)
        ? (why as Reason)
        : detailed('skipped', why)
  }
}

const queuedIn = (marks: readonly Dispatch[]): string[] => marks.filter(({ status }) => status === 'queued').map(({ id }) => id)

/** The messages of a step in the round that the run is in. */
const marksOf = ({ run }: Standing, step: string): readonly Dispatch[] =>
  (own(run.messages, step) ?? []).filter((mark) => isThisRound(mark, run))

/** What templates may use. */
export const dataOf = ({ profile, run }: Standing): JsonObject => ({
  profile: { ...attributesOf(profile), id: profile.id },
  entry: { name: run.entry.name, at: run.entry.at, key: run.key, properties: run.entry.properties },
  ...(run.context ? { run: run.context } : {}),
})
