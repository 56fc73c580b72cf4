import type { Language } from '#lib/language.ts'
import { GERMAN_REASONS } from './reasons-german.ts'

interface Explained {
  /** For people; `…` stands for the detail that may follow the code after a colon. */
  readonly sentence: string
  /** Something that was wanted did not happen. */
  readonly trouble: boolean
}

const fine = (sentence: string): Explained => ({ sentence, trouble: false })
const trouble = (sentence: string): Explained => ({ sentence, trouble: true })

/** Every reason that a transition or a message can have. A reason is a code, or `code:detail`. */
export const REASONS = {
  entered: fine('They entered the journey.'),
  // not let in
  already_in: fine('They were in this journey already.'),
  reentry: fine('They had been in this journey before, and its re-entry rule does not let them in again yet.'),
  too_old: fine('The event was older than the journey accepts when it was handled.'),
  overtaken: fine('What ends the run had been heard before the event that would begin it: that event came late.'),
  not_matching: fine('They did not meet the entry condition, and did not come to meet it in time.'),
  left_audience: fine('They did not belong to the audience any more when their turn came.'),
  concurrent: fine('They had as many runs of this journey at once as it allows.'),
  limit: fine('They had entered this journey as often as it allows within the time.'),
  too_many_journeys: fine('They were in as many journeys at once as the workspace allows.'),
  too_many_entries: fine('They had entered as many journeys as the workspace allows within the time.'),
  key_missing: trouble('The event did not carry the entry key of the journey.'),
  counting: fine('What the journey asks of the past was still being counted, so nobody was let in yet.'),
  other_arm: fine('Experiment “…” put them into an arm that does not come into this journey.'),
  journey_paused: fine('The journey was paused, so nobody was let in.'),
  journey_draining: fine('The journey lets nobody in any more; who is inside finishes.'),
  // moved on
  waited: fine('The wait was over.'),
  event: fine('The event that was waited for came.'),
  timeout: fine('The event that was waited for did not come in time.'),
  branch: fine('The condition of branch “…” held.'),
  otherwise: fine('None of the conditions held.'),
  arm: fine('Chance put them into arm “…”.'),
  chosen: fine('The model chose “…”.'),
  explored: fine('Nothing is known yet that a choice could rest on, so chance chose “…”.'),
  control: fine('They are in the comparison group of the choice: they got the fallback.'),
  held_out: fine('They are held out of the choice: they got none of its options.'),
  fallback: trouble('The fallback was taken.'),
  no_candidate: trouble('None of the options was possible for them then.'),
  model_missing: trouble('The model is not published.'),
  model_cold: trouble('The model has learned nothing yet.'),
  model_broken: trouble('What the model has learned cannot be read.'),
  model_stale: trouble('What the model has learned is too old.'),
  model_not_finite: trouble('The model answered something that is no number.'),
  model_too_slow: trouble('The model would have taken longer than its time.'),
  model_in_shadow: trouble('The model only watches so far: nobody has let it act.'),
  updated: fine('The profile was updated.'),
  round: fine('Round … began.'),
  repeated: fine('All rounds were done.'),
  until: fine('The condition that ends the rounds held.'),
  started: fine('They were sent into journey “…”.'),
  stopped_others: fine('Their runs of journey “…” were ended.'),
  noted: fine('A note was written.'),
  released: fine('A colleague released the run.'),
  rejected: fine('A colleague decided against it.'),
  moved_on: fine('A colleague moved them on.'),
  taken_out: fine('A colleague took them out of the journey.'),
  sent: fine('The message was handed over for delivery.'),
  already_sent: fine('The same message had been sent already before two profiles became one.'),
  // could not be written to
  no_address: trouble('The profile has no address for this channel.'),
  address_invalid: trouble('The address is not a valid one.'),
  address_blocked: trouble('The address bounced or complained before, or is on the suppression list, so nothing is sent to it.'),
  consent_missing: trouble('They have not given permission for this kind of message.'),
  consent_pending: trouble('They were asked to confirm and have not done so yet.'),
  consent_expired: trouble('Their permission has run out, or was never confirmed.'),
  consent_paused: trouble('They asked for a pause from marketing.'),
  under_age: trouble('They are younger than this topic allows without a parent’s consent.'),
  age_unknown: trouble('Their age is not known, and this topic has a least age.'),
  consent_withdrawn: trouble('They have withdrawn permission for this kind of message.'),
  template_missing: trouble('The template was not published.'),
  no_way: trouble('There was no way to send it.'),
  no_provider: trouble('No provider is set up for this channel, or the one that is named is gone.'),
  sandbox: fine('It was made and then not handed over: its provider is in sandbox mode.'),
  policy: trouble('Rule “…” does not allow it.'),
  // may not go now
  warm_up: fine('It waits for the next day: the warm-up plan of its provider is used up for today.'),
  provider_queue: fine('It waits for its turn with its provider.'),
  identity_paused: trouble(
    'Too many people complained about mail of this domain, or too many of its addresses do not exist: marketing waits until somebody lets it go on.',
  ),
  window_closed: fine('The window of the step is closed then.'),
  best_hour: fine('It waits for the hour at which they most likely read.'),
  quiet_hours: fine('It waits for the end of the quiet hours.'),
  always_quiet: trouble('The quiet hours of the contact policy do not end within two weeks.'),
  zone_unknown: trouble('Their time zone is not known, and this channel has legal hours.'),
  capped: trouble('They have had as many messages as cap “…” allows.'),
  too_much_pressure: trouble('It would have brought less than the people cost who leave because of one message more.'),
  budget_spent: trouble('Budget “…” has nothing left for it.'),
  budget_kept: trouble('Budget “…” does not reach for all: its money goes to those for whom it is worth most.'),
  budget_currency: trouble('What it costs is not in the currency of budget “…”, so nobody can say whether there is money for it.'),
  global_holdout: fine('They are in hold-out “…”: for a time no marketing of its kind reaches them, for comparison.'),
  experiment_holdout: fine('Experiment “…” put them into an arm that gets no marketing, for comparison.'),
  held_for: trouble('The slot was kept for a message of journey “…”, which comes first.'),
  // could not be done
  date_missing: trouble('The profile has no such date.'),
  no_answer: trouble('No answer came in time, or none that can be read.'),
  not_released: trouble('Nobody released the run in time.'),
  start_depth: trouble('Too many journeys had started each other, so “…” was not started.'),
  // handed to the outbox, but not sent
  expired: trouble('The message could not be handed over in time, so it was not sent any more.'),
  failed: trouble('The message failed: ….'),
  skipped: trouble('The message was left out when it was due: ….'),
  dead: trouble('The message was given up after several tries: ….'),
  cancelled: trouble('The message was taken back before it left.'),
  // left
  completed: fine('They reached the end of the journey.'),
  exit_condition: fine('An exit condition ended the run: ….'),
  stopped_by: fine('Another journey ended the run: ….'),
  exit_step: fine('They reached an exit step: ….'),
  holdout: fine('They are in the hold-out: they get nothing, for comparison.'),
  merged: fine('Their profile became one with another that had been in the same journey; the run that was further on continues.'),
  journey_stopped: fine('The journey was stopped.'),
  missed_in_pause: fine('Their time came while the journey was paused, and who missed it was to leave.'),
  version_exit: fine('Version … of the journey has no place for them: whoever stood there was to leave.'),
  // went over to another version
  version_left: fine('They went over to version … of the journey.'),
  version_follow: fine('They go on with this version; before they were on version ….'),
  version_migrate: fine('They were moved to this version; before they were on version ….'),
  version_missing: trouble('The version of the journey that they were in does not exist any more.'),
  // goal
  goal: fine('They reached the goal.'),
} as const satisfies Record<string, Explained>

export type ReasonCode = keyof typeof REASONS
export type Reason = ReasonCode | `${ReasonCode}:${string}`

/** The code of a reason, without its detail. */
export function codeOf(reason: string): ReasonCode | undefined {
  const code = reason.split(':', 1)[0]!
  return Object.hasOwn(REASONS, code) ? (code as ReasonCode) : undefined
}

export function isTrouble(reason: Reason): boolean {
  const code = codeOf(reason)
  return code !== undefined && REASONS[code].trouble
}

/** The sentence for a reason as it is stored; an unknown code (of a later release) is shown as it is. */
export function explain(reason: string, language: Language = 'en'): string {
  const code = codeOf(reason)
  if (code === undefined) return reason
  const sentence = language === 'de' ? GERMAN_REASONS[code] : REASONS[code].sentence
  const detail = reason.slice(code.length + 1)
  if (sentence.includes('…')) return detail === '' ? sentence.replace(/:? ?[“„]?…[”“]?/, '') : sentence.replace('…', () => detail)
  return detail === '' ? sentence : `${sentence} ${explain(detail, language)}`
}
