import type { EventRecord } from '#events/schema.ts'
import type { Json } from '#lib/json.ts'
import { attributesOf } from '#profiles/react.ts'
import type { Dispatch } from '../enrollment.ts'
import type { Message, Move, Node, Place, Standing } from '../node.ts'
import type { Reason } from '../reasons.ts'
import type { EmailStep, WebhookStep } from '../steps.ts'

/** A message, or why there cannot be one. */
export type Written = { readonly message: Message } | { readonly reason: Reason }

/** A step that sends: checks, hands the message to the outbox, and stands still until the receipt comes. */
export function messageNode(step: EmailStep | WebhookStep, { next, into }: Place, write: (at: Standing) => Written): Node {
  const instead = into(step.otherwise)
  return {
    step,
    next,
    arrive(at) {
      // Marks that are there on arrival come from a run that merged into this one.
      if (messagesOf(at, step.id).some(({ status }) => status === 'sent')) return { kind: 'go', to: next, reason: 'already_sent' }
      const written = write(at)
      if ('reason' in written) return { kind: 'go', to: instead, reason: written.reason }
      return { kind: 'stay', due: null, message: written.message }
    },
    hear(at, record) {
      if (record.type !== 'system' || !messagesOf(at, step.id).some(({ id }) => id === record.props['effect_id'])) return null
      return settled(record, messagesOf(at, step.id), { next, instead })
    },
  }
}

/** What the receipt means for the run. The marks have taken it in already. */
function settled(
  record: EventRecord,
  marks: readonly Dispatch[],
  { next, instead }: { next: string | null; instead: string | null },
): Move | null {
  const why = typeof record.props['reason'] === 'string' ? record.props['reason'] : ''
  const queued = marks.filter(({ status }) => status === 'queued').map(({ id }) => id)
  switch (record.name) {
    case 'message.sent':
      return { kind: 'go', to: next, reason: 'sent', cancels: queued }
    case 'message.failed':
      return queued.length > 0 ? null : { kind: 'go', to: instead, reason: detailed('failed', why) }
    case 'message.dead':
      return queued.length > 0 ? null : { kind: 'go', to: instead, reason: detailed('dead', why) }
    case 'message.cancelled':
      return queued.length > 0 ? null : { kind: 'go', to: instead, reason: 'cancelled' }
    case 'message.skipped':
      return queued.length > 0 ? null : { kind: 'go', to: instead, reason: skipped(why) }
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

const messagesOf = ({ run }: Standing, step: string): readonly Dispatch[] => (Object.hasOwn(run.messages, step) ? run.messages[step]! : [])

/** What templates may use. */
export const dataOf = ({ profile, run }: Standing): Json => ({
  profile: { ...attributesOf(profile), id: profile.id },
  entry: { name: run.entry.name, at: run.entry.at, key: run.key, properties: run.entry.properties },
})
