import type { EventRecord } from '#events/schema.ts'
import type { JsonObject } from '#lib/json.ts'
import { own } from '#lib/record.ts'
import { attributesOf } from '#profiles/react.ts'
import type { Dispatch } from '../enrollment.ts'
import type { Deeds, Message, Move, Node, Place, Standing } from '../node.ts'
import type { Reason } from '../reasons.ts'
import { isThisRound } from '../rounds.ts'
import type { CallStep, EmailStep, MessageStep, WebhookStep } from '../steps.ts'

/** A message, or why there cannot be one. */
export type Written = { readonly message: Message } | { readonly reason: Reason }
export type Write = (at: Standing) => Written

/** How a step sends. */
export interface Sending {
  readonly step: EmailStep | WebhookStep | MessageStep | CallStep
  /** Tried in order: the next when one is not possible or has failed. */
  readonly ways: readonly Write[]
  /** The ways are told apart: each has an effect of its own. */
  readonly numbered?: boolean
  /** Milliseconds after which nobody waits for the receipt any more. */
  readonly patience?: number
  /** What the receipt of the sent message brings; a reason: it is not what was wanted. */
  readonly take?: (record: EventRecord) => Deeds | { readonly reason: Reason }
}

/** A step that sends: checks, hands the message to the outbox, and stands still until the receipt comes. */
export function messageNode(sending: Sending, { next, instead }: Place): Node {
  const { step, patience } = sending
  const failed = (reason: Reason, cancels?: readonly string[]): Move => ({
    ...instead(step.otherwise, reason),
    ...(cancels?.length ? { cancels } : {}),
  })
  return {
    step,
    next,
    arrive(at) {
      // Marks of this round that are there on arrival come from a run that merged into this one.
      if (marksOf(at, step.id).some(({ status }) => status === 'sent')) return { kind: 'go', to: next, reason: 'already_sent' }
      return attempt(sending, at, { from: 0, failed, reason: 'no_way' })
    },
    ...(patience === undefined ? {} : { wake: (at: Standing) => failed('no_answer', queuedIn(marksOf(at, step.id))) }),
    hear(at, record) {
      const marks = marksOf(at, step.id)
      if (record.type !== 'system' || !marks.some(({ id }) => id === record.props['effect_id'])) return null
      return settled(sending, { at, record, marks, next, failed })
    },
  }
}

interface Attempt {
  readonly from: number
  readonly failed: (reason: Reason) => Move
  /** Why the way before did not work. */
  readonly reason: Reason
}

/** The first of the ways from one on that is possible now. */
function attempt({ ways, numbered, patience }: Sending, at: Standing, { from, failed, reason }: Attempt): Move {
  let why = reason
  for (let way = from; way < ways.length; way++) {
    const written = ways[way]!(at)
    if (!('reason' in written)) {
      const due = patience === undefined ? null : at.now + patience
      return { kind: 'stay', due, message: numbered ? { ...written.message, way } : written.message }
    }
    why = written.reason
  }
  return failed(why)
}

interface Settling {
  readonly at: Standing
  readonly record: EventRecord
  readonly marks: readonly Dispatch[]
  readonly next: string | null
  readonly failed: (reason: Reason, cancels?: readonly string[]) => Move
}

/** What the receipt means for the run. The marks have taken it in already. */
function settled(sending: Sending, { at, record, marks, next, failed }: Settling): Move | null {
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
  return attempt(sending, at, { from, failed, reason })
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
    case 'address_blocked':
    case 'address_invalid':
      return why
    default:
      return detailed('skipped', why)
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
