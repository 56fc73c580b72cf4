import { type Anchored, CHAIN_START, type ChainState, concluded, faultSentence, verifyChain } from '../audit.ts'
import { sha256 } from '../audit-store.ts'
import type { AuditCheck, AuditLine } from '../schema.ts'
import type { AnchorsRead } from './anchor-file.ts'

/** Reads the chain once, page by page, and holds it against itself and against the anchors. */
export async function checkAudit(pages: AsyncIterable<readonly AuditLine[]>, { anchored, faults }: AnchorsRead): Promise<AuditCheck> {
  let state: ChainState = CHAIN_START
  for await (const lines of pages) state = verifyChain(state, lines, { sha256, anchored })
  return judged(concluded(state, anchored), { anchored, faults })
}

const judged = (
  { lines, hash, fault, seq }: ChainState,
  { anchored, faults }: Pick<AnchorsRead, 'faults'> & { anchored: Anchored },
): AuditCheck => ({
  lines,
  head: hash,
  fault,
  sentence: fault ? faultSentence(fault) : '',
  anchored: anchored.upTo,
  anchorFaults: [...faults],
  unanchored: Math.max(0, seq - anchored.upTo),
})
