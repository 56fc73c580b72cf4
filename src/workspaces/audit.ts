import { canonical } from '#lib/json.ts'
import type { AuditFault, AuditLine } from './schema.ts'

/** SHA-256 in hexadecimal; given by the caller because this file stays pure. */
export type Sha256 = (text: string) => string

/** What a line's hash is taken over: all of it and the hash before it. */
export const chained = (line: Omit<AuditLine, 'hash'>, sha256: Sha256): AuditLine => ({ ...line, hash: sha256(canonical(line)) })

/** Addresses and telephone numbers: a line must not hold them, because it can never be taken out again. */
const PERSONAL = /[^\s@<>"]+@[^\s@<>"]+\.[a-z]{2,}|\+\d{8,15}\b/i

/** The first text that says who a person is; undefined when the line speaks in pseudonyms only. */
export const personalIn = (texts: readonly string[]): string | undefined => texts.find((text) => PERSONAL.test(text))

/** Hexadecimal digits of each line's hash that an anchor keeps, so that the very line can be named after everything was hashed anew. */
export const PREFIX = 8

/** What anchors outside the database say of the chain. */
export interface Anchored {
  /** Last line that an anchor vouches for; 0: none does. */
  readonly upTo: number
  /** First digits of a line's hash when it was anchored; undefined when no anchor knows it. */
  prefix(seq: number): string | undefined
  /** The whole hash, of lines that an anchor names as its head. */
  head(seq: number): string | undefined
}
export const UNANCHORED: Anchored = { upTo: 0, prefix: () => undefined, head: () => undefined }

export interface ChainState {
  readonly seq: number
  readonly hash: string
  /** Lines that were read. */
  readonly lines: number
  readonly fault: AuditFault | null
  /** The hash that the line before a displaced one has: whoever names it as its previous one belongs there. */
  readonly wanted: string | null
}
export const CHAIN_START: ChainState = { seq: 0, hash: '', lines: 0, fault: null, wanted: null }

interface Against {
  readonly sha256: Sha256
  readonly anchored: Anchored
}

/** Goes on checking with the next lines in order of their numbers. Only the first fault is told. */
export function verifyChain(state: ChainState, lines: readonly AuditLine[], against: Against): ChainState {
  let now = state
  for (const line of lines) now = next(now, line, against)
  return now
}

function next(state: ChainState, { hash: stored, ...line }: AuditLine, against: Against): ChainState {
  const whole = against.sha256(canonical(line)) === stored
  const passed = { seq: line.seq, hash: stored, lines: state.lines + 1 }
  if (state.fault) return { ...state, ...passed, ...secondLook(state, { ...line, hash: stored }, whole) }
  const linked = line.previous === state.hash
  const wanted = state.hash
  if (line.seq !== state.seq + 1) return { ...passed, wanted, fault: { kind: 'delete', seq: state.seq + 1, upTo: line.seq - 1 } }
  if (whole && linked) return { ...passed, wanted, fault: anchoredFault(line.seq, stored, against.anchored) }
  // The line is as it was hashed and names another one before it: that one was changed, and given a new hash.
  if (whole) return { ...passed, wanted, fault: { kind: 'edit', seq: Math.max(1, line.seq - 1) } }
  if (linked) return { ...passed, wanted: null, fault: { kind: 'edit', seq: line.seq } }
  return { ...passed, wanted, fault: displaced({ ...line, hash: stored }, against.sha256) }
}

const anchoredFault = (seq: number, hash: string, anchored: Anchored): AuditFault | null => {
  const prefix = anchored.prefix(seq)
  const head = anchored.head(seq)
  const same = (prefix === undefined || hash.startsWith(prefix)) && (head === undefined || head === hash)
  return same ? null : { kind: 'rehash', seq, upTo: anchored.upTo }
}

/** How many lines may have been taken out in one place and the rest numbered anew, for that to be told apart from an edit. */
const RENUMBERED = 64

/** A line that neither fits its own hash nor the line before: it was hashed under another number, or changed. */
function displaced({ hash, ...line }: AuditLine, sha256: Sha256): AuditFault {
  for (let gone = 1; gone <= RENUMBERED; gone++)
    if (sha256(canonical({ ...line, seq: line.seq + gone })) === hash) return { kind: 'delete', seq: line.seq, upTo: line.seq + gone - 1 }
  return { kind: 'edit', seq: line.seq }
}

/** A later line may say what the first fault really was. */
function secondLook({ fault, wanted, seq, hash }: ChainState, line: AuditLine, whole: boolean): Partial<ChainState> {
  if (!fault) return {}
  // It stands where it does not belong, and follows the line before the first fault: the two changed places.
  if (!whole && wanted !== null && line.previous === wanted && fault.kind !== 'rehash' && fault.seq < line.seq)
    return { fault: { kind: 'swap', seq: fault.seq, with: line.seq }, wanted: null }
  // Only the one line was hashed anew: the next one still names what it was.
  if (fault.kind === 'rehash' && fault.seq === seq && line.previous !== hash) return { fault: { kind: 'edit', seq: fault.seq } }
  return {}
}

/** The end of the chain: what anchors vouch for and is not there was cut off. */
export function concluded(state: ChainState, anchored: Anchored): ChainState {
  if (state.fault || anchored.upTo <= state.seq) return state
  return { ...state, fault: { kind: 'truncation', seq: state.seq + 1, upTo: anchored.upTo } }
}

/** The fault in one sentence for whoever has to act on it. */
export function faultSentence(fault: AuditFault): string {
  const { seq } = fault
  switch (fault.kind) {
    case 'edit':
      return `Line ${seq} was changed after it had been written.`
    case 'delete':
      return fault.upTo === seq ? `Line ${seq} was deleted.` : `Lines ${seq} to ${fault.upTo} were deleted.`
    case 'swap':
      return `Lines ${seq} and ${fault.with} changed places.`
    case 'truncation':
      return `The end was cut off: line ${seq} is the first that is missing; an anchor outside the database vouches for lines up to ${fault.upTo}.`
    case 'rehash':
      return `From line ${seq} on the chain was written anew: it fits together, but is not the one that was anchored outside the database.`
  }
}
