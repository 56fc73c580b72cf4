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
} as const

export type Bug = keyof typeof BUGS
export const isBug = (text: string): text is Bug => Object.hasOwn(BUGS, text)
