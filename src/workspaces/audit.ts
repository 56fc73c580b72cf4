import { canonical } from '#lib/json.ts'
import type { AuditLine } from './schema.ts'

/** SHA-256 in hexadecimal; given by the caller because this file stays pure. */
export type Sha256 = (text: string) => string

/** What a line's hash is taken over: all of it and the hash before it. */
export const chained = (line: Omit<AuditLine, 'hash'>, sha256: Sha256): AuditLine => ({ ...line, hash: sha256(canonical(line)) })

export interface ChainState {
  readonly seq: number
  readonly hash: string
  /** First line that does not fit; null while all do. */
  readonly brokenAt: number | null
}
export const CHAIN_START: ChainState = { seq: 0, hash: '', brokenAt: null }

/** Goes on checking with the next lines in order: numbers without a gap, each line bound to the one before. */
export function verifyChain(state: ChainState, lines: readonly AuditLine[], sha256: Sha256): ChainState {
  let { seq, hash, brokenAt } = state
  for (const { hash: stored, ...line } of lines) {
    const fits = line.seq === seq + 1 && line.previous === hash && sha256(canonical(line)) === stored
    if (!fits) brokenAt ??= Math.min(line.seq, seq + 1)
    seq = line.seq
    hash = stored
  }
  return { seq, hash, brokenAt }
}
