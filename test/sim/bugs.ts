import type { Invariant } from './invariants.ts'

/** Bugs that can be planted in the simulated database and drivers, to see that the simulation finds them. No product code knows of them. */
export const BUGS = {
  'missing-fence': 'a save does not look at the epoch of the lease',
  'missing-dedupe': 'the ids of handled messages are forgotten whenever a state is loaded',
  'torn-commit': 'state and offsets are saved first, effects and facts in a second transaction',
  'offset-first': 'offsets are saved first, everything else in a second transaction',
  'outbox-outside': 'effects are put into the outbox after the transaction',
  'key-with-attempt': 'each attempt of a message goes out under another id',
  'timer-lost-on-crash': 'the index of timers is kept by the worker, and dies with it',
  'record-lost-on-merge': 'records for other keys are appended after the transaction',
  'claim-without-mark': 'a claim does not mark the entry as being sent',
  'gate-skipped': 'suppression is looked at when the message is decided, not when it leaves',
  'tick-overtakes': 'a tick is appended without waiting for appends that began earlier',
  'reader-passes-gap': 'numbers are given before the commit, and a reader passes one that is not committed yet',
  'receipt-with-new-id': 'each settlement names its receipt anew',
  'barrier-skipped': 'messages leave although earlier events have not been handled',
  'clock-ahead': 'ticks run ahead of the clock',
  'cancel-forgotten-in-flight': 'what is taken back while an attempt is on its way is tried again',
  'taken-back-not-asked': 'nobody asks whether a message was taken back after its claim',
  'cap-not-reserved': 'a decided message does not hold its place in the contact budget',
  'cap-not-released': 'the place of a message that did not go out is never given back',
  'release-forgotten': 'a message that is taken back keeps its place in the contact budget',
  'quiet-not-asked-again': 'quiet hours are asked for when a message is decided, not when it leaves',
  'quiet-hours-in-utc': 'the zone of the person is lost on the way in',
  'pause-ignored-at-handover': 'messages of a paused journey leave',
  'window-by-arrival': 'windows count by the time at which an event came in',
  'window-timer-lost': 'nobody is looked at again when a window ends',
  'merge-forgets-windows': 'what was counted before a merge stays behind',
  'delta-told-twice': 'who was told to be in a segment is forgotten',
  'build-overlaps': 'a build brings in events that were watched already',
  'build-too-early': 'a build does not wait for the facts',
  'history-twice': 'a build notes how far it has come in a second transaction',
  'follow-restarts-wait': 'who is taken along to a new version waits anew',
  'migrate-strands': 'who is taken along to a new version stays on the step of the old one',
  'sweep-lost': 'a sweep notes how far it has come before it puts people on the log',
  'broadcast-cursor-outside': 'a broadcast notes how far it has come before it puts people on the log',
  'dst-fold-twice': 'a schedule begins again in the hour that clocks show twice',
  'occurrence-forgotten': 'appointments that were kept are forgotten',
} as const

export type Bug = keyof typeof BUGS
export const isBug = (text: string): text is Bug => Object.hasOwn(BUGS, text)

/**
 * Bugs that the replay of the log would find as well, because they are planted in states or records: it is left out, so that the
 * rules about people and messages have to find them by themselves. Each must be found by the rule named here.
 */
export const FOUND_BY: Partial<Record<Bug, Invariant>> = {
  'cap-not-reserved': 'caps-hold',
  'cap-not-released': 'budget-agrees',
  'release-forgotten': 'budget-agrees',
  'quiet-not-asked-again': 'quiet-hours-hold',
  'quiet-hours-in-utc': 'quiet-hours-hold',
  'pause-ignored-at-handover': 'pause-holds',
  'window-by-arrival': 'membership-recounted',
  'window-timer-lost': 'membership-recounted',
  'merge-forgets-windows': 'membership-recounted',
  'delta-told-twice': 'deltas-alternate',
  'build-overlaps': 'membership-recounted',
  'build-too-early': 'membership-recounted',
  'history-twice': 'membership-recounted',
  'follow-restarts-wait': 'wait-kept',
  'migrate-strands': 'step-exists',
  'sweep-lost': 'sweep-leaves-nobody',
  'broadcast-cursor-outside': 'broadcast-reaches-all',
  'dst-fold-twice': 'occurrence-once',
  'occurrence-forgotten': 'occurrence-once',
}
