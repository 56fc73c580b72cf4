import type { EventRecord } from '#events/schema.ts'
import { advance, isThere, nodeOf, replace } from './advance.ts'
import { byHand } from './by-hand.ts'
import type { Enrollment } from './enrollment.ts'
import { isMore, isPaused, kept } from './modes.ts'
import { type receiptOf, withReceipt } from './receipts.ts'
import { journeyOf, standing, type Turn } from './turn.ts'

/** Tells one run of the event: a receipt is noted, and the step that it stands on may go on. */
export function tellRun(
  turn: Turn,
  run: Enrollment,
  { record, receipt }: { readonly record: EventRecord; readonly receipt: ReturnType<typeof receiptOf> },
): void {
  if (!isThere(turn, run)) return
  const journey = journeyOf(turn, run)
  const told = receipt ? withReceipt(run, receipt) : run
  const node = journey && nodeOf(journey, told.step)
  const word = node && byHand(told, record, node)
  if (journey && word) {
    if (!isPaused(turn, told) || word.kind !== 'go') replace(turn, run, advance(turn, told, { journey, move: word }))
    return
  }
  const move = node?.hear?.(standing(turn, told), record) ?? null
  if (journey && move && isMore(move) && isPaused(turn, told)) replace(turn, run, kept(told, record))
  else if (journey && move) replace(turn, run, advance(turn, told, { journey, move }))
  else if (told !== run) replace(turn, run, told)
}
