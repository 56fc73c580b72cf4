import { own } from '#lib/record.ts'
import { timed } from './lapse.ts'
import type { BlockReason, ConsentSection, Permit } from './schema.ts'

/** Two profiles turned out to be one person: a withdrawal on either side stands until a newer grant is given to the whole person. */
export function absorbConsent(winner: ConsentSection, loser: ConsentSection): ConsentSection {
  const permits: Record<string, Permit> = { ...winner.permits }
  for (const [key, theirs] of Object.entries(loser.permits)) {
    const ours = own(winner.permits, key)
    permits[key] = ours ? stricter(ours, theirs) : theirs
  }
  const blocked = { ...winner.blocked, ...loser.blocked }
  for (const [address, why] of Object.entries(winner.blocked))
    if (WEIGHT[why] > WEIGHT[blocked[address] ?? 'imported']) blocked[address] = why
  const paused = winner.paused && loser.paused ? longer(winner.paused, loser.paused) : (winner.paused ?? loser.paused)
  return timed({ permits, blocked, ...(paused && { paused }) })
}

const WEIGHT: Readonly<Record<BlockReason, number>> = { imported: 0, manual: 1, bounced: 2, complained: 3, erased: 4 }
/** The more of them, the less is allowed. */
const STRICTNESS: Readonly<Record<Permit['status'], number>> = { granted: 0, pending: 1, expired: 2, withdrawn: 3 }

const longer = (a: NonNullable<ConsentSection['paused']>, b: NonNullable<ConsentSection['paused']>) => ({
  until: Math.max(a.until, b.until),
  at: Math.max(a.at, b.at),
})

/** A withdrawal stands; of other pairs a grant or a later question beats what has run out, because somebody has said it since. */
function stricter(a: Permit, b: Permit): Permit {
  if (a.status !== b.status && (a.status === 'withdrawn' || b.status === 'withdrawn')) return a.status === 'withdrawn' ? a : b
  if (a.status !== b.status && a.at === b.at) return STRICTNESS[a.status] > STRICTNESS[b.status] ? a : b
  if (a.at !== b.at) return a.at > b.at ? a : b
  if (a.source !== b.source) return a.source < b.source ? a : b
  return (a.expires ?? Infinity) <= (b.expires ?? Infinity) ? a : b
}
