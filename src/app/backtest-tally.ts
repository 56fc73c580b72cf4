import type { BacktestResult } from '#journeys/backtest-api.ts'
import { explain } from '#journeys/reasons.ts'
import type { Rehearsed } from '#journeys/rehearse.ts'
import type { PastMessage, PastMove } from './backtest-store.ts'

/** One person, as it would have been and as it was. */
export interface Compared {
  readonly profile: string
  readonly events: number
  readonly now: Rehearsed
  readonly then: { readonly moves: readonly PastMove[]; readonly messages: readonly PastMessage[] }
}

type Sample = BacktestResult['samples'][number]
type Line = Sample['now'][number]

/** People of each sort whose timelines are kept. */
const SAMPLES = 5
const LINES = 80

/** Adds people up; what it holds does not grow with their number. */
export class Tally {
  readonly #refused = new Map<string, number>()
  readonly #exits = new Map<string, number>()
  readonly #steps = new Map<string, number>()
  readonly #messages = new Map<string, { step: string; channel: string; sent: number; failed: number; happened: number }>()
  readonly #days = new Map<string, number>()
  readonly #samples: Sample[] = []
  readonly #entered = { treated: 0, heldOut: 0, people: 0 }
  readonly #converted = { treated: 0, heldOut: 0 }
  readonly #runs = { both: 0, onlyThen: 0, onlyNow: 0 }
  readonly #happened = { entered: 0, messages: 0 }
  #most: BacktestResult['mostForOne'] = null
  #people = 0
  #events = 0
  #standing = 0
  #unanswered = 0

  add(person: Compared): void {
    const { now, then, events } = person
    this.#people++
    this.#events += events
    this.#standing += now.standing
    this.#unanswered += now.unanswered
    this.#moves(person)
    this.#sent(person)
    const both = this.#compare(person)
    this.#keep(person, both)
    this.#happened.entered += then.moves.filter(({ kind }) => kind === 'entered').length
    this.#happened.messages += then.messages.length
  }

  #moves({ now: { transitions } }: Compared): void {
    if (transitions.some(({ kind }) => kind === 'entered')) this.#entered.people++
    for (const { kind, arm, reason, to_step: to } of transitions) {
      const side = arm === 'held_out' ? 'heldOut' : 'treated'
      if (kind === 'entered') this.#entered[side]++
      if (kind === 'converted') this.#converted[side]++
      if (kind === 'refused') count(this.#refused, reason)
      if (kind === 'exited') count(this.#exits, reason)
      if (to !== '') count(this.#steps, to)
    }
  }

  #sent({ profile, now, then }: Compared): void {
    let mine = 0
    for (const { at, effect, status } of now.messages) {
      const row = this.#row(String(effect.payload['step_id']), effect.channel)
      if (status === 'sent') {
        mine++
        row.sent++
        count(this.#days, `${new Date(at).toISOString().slice(0, 10)} ${effect.channel}`)
      } else row.failed++
    }
    for (const { step, channel } of then.messages) this.#row(step, channel).happened++
    if (mine > 0 && (!this.#most || mine > this.#most.messages)) this.#most = { profileId: profile, messages: mine }
  }

  #row(step: string, channel: string) {
    const key = `${step} ${channel}`
    const row = this.#messages.get(key) ?? { step, channel, sent: 0, failed: 0, happened: 0 }
    this.#messages.set(key, row)
    return row
  }

  /** Runs are the same when the same event began them. */
  #compare({ now, then }: Compared): { onlyThen: number; onlyNow: number } {
    const ours = causes(now.transitions)
    const theirs = causes(then.moves)
    const both = [...ours].filter((cause) => theirs.has(cause)).length
    const only = { onlyThen: theirs.size - both, onlyNow: ours.size - both }
    this.#runs.both += both
    this.#runs.onlyThen += only.onlyThen
    this.#runs.onlyNow += only.onlyNow
    return only
  }

  #keep(person: Compared, { onlyThen, onlyNow }: { onlyThen: number; onlyNow: number }): void {
    const { profile, now, then } = person
    const sent = now.messages.filter(({ status }) => status === 'sent').length
    const touched = now.transitions.length + then.moves.length > 0
    const why =
      onlyNow > 0 ? 'only_now' : onlyThen > 0 ? 'only_then' : sent !== then.messages.length ? 'other_messages' : touched ? 'same' : null
    if (why === null || this.#samples.filter((sample) => sample.why === why).length >= SAMPLES) return
    this.#samples.push({ profileId: profile, why, now: linesNow(now), then: linesThen(then) })
  }

  result(span: { readonly from: number; readonly to: number }, approximations: readonly string[]): BacktestResult {
    const days = [...this.#days].sort(([a], [b]) => (a < b ? -1 : 1))
    return {
      ...span,
      people: this.#people,
      events: this.#events,
      entered: this.#entered,
      notLetIn: Object.fromEntries(this.#refused),
      exits: Object.fromEntries(this.#exits),
      standing: this.#standing,
      converted: this.#converted,
      steps: Object.fromEntries(this.#steps),
      messages: [...this.#messages.values()],
      days: days.map(([key, messages]) => ({ day: key.slice(0, 10), channel: key.slice(11), messages })),
      mostForOne: this.#most,
      runs: this.#runs,
      happened: this.#happened,
      unanswered: this.#unanswered,
      samples: this.#samples,
      approximations: [...approximations],
    }
  }
}

const count = (counts: Map<string, number>, key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1)

/** Timers can begin several runs: these are told apart by their number. */
function causes(moves: readonly { readonly kind: string; readonly cause: string }[]): Set<string> {
  const seen = new Map<string, number>()
  return new Set(
    moves
      .filter(({ kind }) => kind === 'entered')
      .map(({ cause }) => {
        count(seen, cause)
        return `${cause} ${seen.get(cause)}`
      }),
  )
}

const inTime = (lines: Line[]): Line[] => lines.sort((a, b) => a.at - b.at).slice(0, LINES)
const KINDS = new Set(['entered', 'refused', 'moved', 'exited', 'converted'])
const isLine = <Move extends { readonly kind: string }>(move: Move): move is Move & { readonly kind: Line['kind'] } => KINDS.has(move.kind)
const sentence = (what: string): string => `A message was sent: ${what}.`

function linesNow({ transitions, messages }: Rehearsed): Line[] {
  return inTime([
    ...transitions.filter(isLine).map(({ at, kind, from_step: from, to_step: to, reason }) => ({
      at,
      kind,
      step: kind === 'entered' ? to : from,
      reason,
      sentence: explain(reason),
    })),
    ...messages
      .filter(({ status }) => status === 'sent')
      .map(({ at, effect: { payload, channel } }) => {
        const what = typeof payload['template'] === 'string' ? payload['template'] : channel
        return { at, kind: 'message' as const, step: String(payload['step_id']), reason: 'sent', sentence: sentence(what) }
      }),
  ])
}

function linesThen({ moves, messages }: Compared['then']): Line[] {
  return inTime([
    ...moves
      .filter(isLine)
      .map(({ at, kind, from, to, reason }) => ({ at, kind, step: kind === 'entered' ? to : from, reason, sentence: explain(reason) })),
    ...messages.map(({ at, step, channel }) => ({ at, kind: 'message' as const, step, reason: 'sent', sentence: sentence(channel) })),
  ])
}
