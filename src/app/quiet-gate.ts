import type { CompiledPolicy } from '#consent/policy.ts'
import { quietness } from '#consent/quiet-hours.ts'
import type { Claimed } from '#platform/outbox.ts'

/** When a message may be handed over (epoch ms): now, or when the quiet hours end that it has come into while it waited. */
export type Opening = (entry: Pick<Claimed, 'id' | 'ws' | 'lane' | 'payload'>, now: number) => Promise<number>

/** What a channel and a zone were found to be stays so for the rest of the minute: quiet hours begin and end on minutes. */
const MINUTE = 60_000
const MOST = 10_000

/** Asks the policy in force once more at hand-over. A message decided without a policy carries no contact and passes. */
export function quietGate(policyOf: (workspace: string) => Promise<CompiledPolicy>): Opening {
  const open = new Map<string, number>()
  return async ({ id, ws, lane, payload }, now) => {
    const contact = payload['contact'] as { readonly channel: string; readonly zone: string } | undefined
    if (!contact || lane === 'transactional') return now
    const policy = await policyOf(ws)
    if (policy.quiet.length === 0) return now
    const minute = Math.floor(now / MINUTE)
    const place = `${ws}\u0000${contact.channel}\u0000${contact.zone}`
    if (open.get(place) === minute) return now
    const quiet = quietness(policy, { ...contact, now, unit: id })
    if (quiet.kind === 'quiet') return quiet.until
    if (open.size > MOST) open.clear()
    open.set(place, minute)
    // A zone that is unknown was let pass when the message was decided; the policy of that moment counts.
    return now
  }
}
