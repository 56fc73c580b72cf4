import type { Dice } from './dice.ts'

/** How likely each thing is to go wrong, each time that it can (share in [0, 1]). */
export interface Faults {
  /** Of a process at a call to the database: before it takes effect, or after it. */
  readonly crash: number
  /** The connection breaks: nothing happened. */
  readonly lost: number
  /** The connection breaks: it happened, and nobody was told. */
  readonly unknown: number
  /** A call takes seconds. */
  readonly stall: number
  /** A process stands still, with all that it holds, for longer than its lease. */
  readonly pause: number
  /** Blocks that were read before are read again. */
  readonly reread: number
  /** Per second: an operator frees a lease that is in use. */
  readonly steal: number
  /** Per second: every process is killed and started again. */
  readonly restart: number
  /** Of a client's request, and of its answer. */
  readonly requestLost: number
  readonly answerLost: number
  /** An event is sent twice although it was acknowledged. */
  readonly resent: number
  /** An event is held back, so that others overtake it. */
  readonly late: number
  /** An ingest process does not know yet that two profiles are one. */
  readonly staleIdentity: number
  readonly merge: number
  readonly poison: number
  readonly publish: number
  /** Per second, a tenth of it: somebody pauses, drains or stops a journey, or changes a segment. */
  readonly operate: number
  /** The clock of a machine is set back, or right again. */
  readonly clock: number
  /** Somebody moves to another zone. */
  readonly moves: number
  /** Per second, a tenth of it: somebody asks to be erased. */
  readonly erasure: number
  /** Somebody says what they allow. */
  readonly consent: number
  /** Somebody buys, or leaves, while a message to them is queued or on its way. */
  readonly badMoment: number
  readonly provider: ProviderFaults
}

export interface ProviderFaults {
  readonly refuses: number
  readonly busy: number
  readonly acceptsAndDrops: number
  readonly drops: number
  readonly slow: number
  /** Says yes and delivers nothing. */
  readonly lies: number
  readonly unknownAddress: number
}

export const NO_FAULTS: Faults = {
  crash: 0,
  lost: 0,
  unknown: 0,
  stall: 0,
  pause: 0,
  reread: 0,
  steal: 0,
  restart: 0,
  requestLost: 0,
  answerLost: 0,
  resent: 0,
  late: 0,
  staleIdentity: 0,
  merge: 0,
  poison: 0,
  publish: 0,
  operate: 0,
  clock: 0,
  moves: 0,
  erasure: 0,
  consent: 0,
  badMoment: 0,
  provider: { refuses: 0, busy: 0, acceptsAndDrops: 0, drops: 0, slow: 0, lies: 0, unknownAddress: 0 },
}

/** The greatest share that a swarm draws. */
const MOST: Faults = {
  crash: 0.02,
  lost: 0.05,
  unknown: 0.05,
  stall: 0.03,
  pause: 0.02,
  reread: 0.3,
  steal: 0.05,
  restart: 0.01,
  requestLost: 0.2,
  answerLost: 0.3,
  resent: 0.2,
  late: 0.2,
  staleIdentity: 0.3,
  merge: 0.5,
  poison: 0.02,
  publish: 0.5,
  operate: 0.8,
  clock: 0.01,
  moves: 0.1,
  erasure: 0.5,
  consent: 0.5,
  badMoment: 0.8,
  provider: { refuses: 0.3, busy: 0.2, acceptsAndDrops: 0.3, drops: 0.3, slow: 0.3, lies: 0.2, unknownAddress: 0.05 },
}

/** Swarm testing (Groce et al. 2012): each seed has its own mix, and lacks about half of all faults, so that none hides another. */
export function swarm(dice: Dice): Faults {
  if (dice.chance(0.05)) return NO_FAULTS
  const { provider, ...rest } = MOST
  return { ...draw(dice, rest), provider: draw(dice, provider) } as Faults
}

const draw = <Shares extends object>(dice: Dice, most: Shares): Shares =>
  Object.fromEntries(Object.entries(most).map(([name, share]) => [name, dice.chance(0.5) ? 0 : (share as number) * dice.roll()])) as Shares

/** What must happen to let the rest come to an end: customers go on, the machines are well. */
export const calm = (faults: Faults): Faults => ({ ...NO_FAULTS, merge: faults.merge, staleIdentity: faults.staleIdentity })
