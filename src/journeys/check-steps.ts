import { nextOpening } from '#lib/clock-window.ts'
import { milliseconds } from '#lib/duration.ts'
import { isZone } from '#lib/zone.ts'
import { awaitedBy } from './awaited.ts'
import { laneLists } from './check-walk.ts'
import { unfillable } from './nodes/fill.ts'
import { type Best, DayText, type NotifyStep, type RepeatStep, type Step, type WaitStep, type WebhookStep } from './steps.ts'

/** What is unsound in the fields of one step, before conditions and references are looked at. */
export interface Finding {
  readonly severity: 'error' | 'warning'
  readonly code: string
  /** JSON pointer from the step. */
  readonly at: string
  readonly title: string
  readonly hint: string
}

type Told = readonly [title: string, hint: string]
const finding =
  (severity: Finding['severity']) =>
  (code: string, at: string, [title, hint]: Told): Finding => ({ severity, code, at, title, hint })
const error = finding('error')
const warning = finding('warning')

const YEAR = 365 * 86_400_000
/** Moves in one go that a step may cause without anybody waiting. */
const MOST_IN_ONE_GO = 1_000

export function fieldFindings(step: Step): readonly Finding[] {
  switch (step.kind) {
    case 'wait':
      return waitFindings(step)
    case 'waitFor':
      return [...span(step.upTo, '/upTo'), ...repeated(step.on ?? [], '/on')]
    case 'hold':
      return span(step.upTo, '/upTo')
    case 'call':
      return callSpan(step.timeout)
    case 'repeat':
      return repeatFindings(step)
    case 'split':
      return repeated(step.arms, '/arms')
    case 'branch':
      return repeated(step.branches, '/branches')
    case 'choose':
      return [...repeated(step.options, '/options'), ...span(step.by.budget, '/by/budget')]
    case 'notify':
      return notifyFindings(step)
    case 'email':
    case 'sms':
    case 'push':
    case 'inapp':
    case 'whatsapp':
    case 'slack':
    case 'message':
      return step.timing ? best(step.timing.best, '/timing/best') : []
    case 'webhook':
      return step.timing ? [...best(step.timing.best, '/timing/best'), ...timedRequest(step)] : []
    case 'start':
    case 'stop':
    case 'update':
    case 'exit':
      return []
  }
}

function waitFindings({ for: time, until, window }: WaitStep): Finding[] {
  if (time === undefined && until === undefined && window === undefined)
    return [error('wait.what', '', ['A wait needs “for”, “until” or “window”', 'Write for: 1d, or until: { time: "09:00" }, or both'])]
  return [
    ...(time === undefined || time.includes(' ') ? [] : span(time, '/for')),
    ...(until ? ('best' in until ? best(until.best, '/until/best') : zones(until, '/until')) : []),
    ...(window ? [...zones(window, '/window'), ...opens(window)] : []),
  ]
}

/** Of 2026 and 2027, whatever the zone: whether there is an hour in which it is open. */
function opens(window: NonNullable<WaitStep['window']>): Finding[] {
  const days = new Set(window.except.filter((each) => DayText.safeParse(each).success))
  const found = nextOpening({ window, zone: 'UTC', isClosed: (day) => days.has(day) }, Date.UTC(2026, 0, 1))
  const same = window.from === window.to
  return [
    ...(found ? [] : [error('window.never', '/window', ['This window never opens', 'Take some of the days out of “except”'])]),
    ...(same
      ? [warning('window.whole', '/window', ['This window is open for a whole day', 'Write another “to” if that is not meant'])]
      : []),
    ...(window.spread === undefined ? [] : span(window.spread, '/window/spread')),
  ]
}

function zones({ zone, fallbackZone }: { zone: string; fallbackZone: string }, at: string): Finding[] {
  const wrong = (name: string, hint: string, place: string): Finding[] =>
    isZone(name) ? [] : [error('zone', `${at}/${place}`, [`“${name}” is no time zone`, hint])]
  return [
    ...(zone === 'profile' ? [] : wrong(zone, 'Write profile, or a zone such as Europe/Oslo', 'zone')),
    ...wrong(fallbackZone, 'Write a zone such as Europe/Oslo or UTC', 'fallbackZone'),
  ]
}

function span(text: string, at: string): Finding[] {
  const ms = milliseconds(text) ?? 0
  if (ms === 0) return [error('wait.zero', at, ['This waits for no time at all', 'Write a duration such as 5m, or leave the step out'])]
  return ms > YEAR ? [warning('wait.long', at, [`This waits for ${text}, more than a year`, 'Check the unit'])] : []
}

const WEEK = 7 * 86_400_000

function best({ within }: Best, at: string): Finding[] {
  const ms = milliseconds(within) ?? 0
  if (ms >= 2 * 3_600_000 && ms <= WEEK) return []
  const title = ms > WEEK ? `An hour is chosen at most a week ahead, not ${within}` : `Within ${within} there is hardly an hour to choose`
  return [error('best.within', `${at}/within`, [title, 'Write a time from 2h to 7d, such as 24h'])]
}

function timedRequest({ contact }: WebhookStep): Finding[] {
  if (contact) return []
  const title = 'This request reaches no person, so it has no best hour'
  return [error('best.contact', '/timing', [title, 'Write “contact” if it is a message to the person, or take “timing” away'])]
}

function callSpan(timeout: string): Finding[] {
  const found = span(timeout, '/timeout')
  return found.length > 0 || milliseconds(timeout)! >= 1_000
    ? found
    : [warning('call.hasty', '/timeout', [`Nobody answers within ${timeout}`, 'Give it at least a second: 10s'])]
}

function repeatFindings(step: RepeatStep): Finding[] {
  if (step.steps.length === 0)
    return [error('repeat.empty', '/steps', ['There is nothing to repeat', 'Write steps, or take the repeat away'])]
  if (waits(step.steps)) return []
  if (inOneGo([step]) > MOST_IN_ONE_GO)
    return [error('repeat.rush', '', ['All rounds run in one go, and there are too many', 'Put a wait inside, or repeat less often'])]
  return [warning('repeat.rush', '', ['Nothing inside waits, so all rounds run in one go', 'Put a wait inside'])]
}

/** Whether anybody stands still inside: for a time, an event or a colleague. */
const waits = (steps: readonly Step[]): boolean =>
  steps.some(
    (step) => step.kind === 'wait' || step.kind === 'waitFor' || step.kind === 'hold' || laneLists(step).some(({ list }) => waits(list)),
  )

const inOneGo = (steps: readonly Step[]): number =>
  steps.reduce((sum, step) => {
    const inside = laneLists(step).reduce((most, { list }) => most + inOneGo(list), 0)
    return sum + 1 + (step.kind === 'repeat' ? step.times * (inside + 1) : inside)
  }, 0)

function notifyFindings({ text, subject }: NotifyStep): Finding[] {
  const wrong = (words: string, at: string): Finding[] =>
    unfillable(words).map((part) =>
      error('notify.text', at, [
        `“${part}” cannot be filled in`,
        'Use {{ profile.… }}, {{ entry.… }} or {{ run.… }}, with | default: "…" if you like',
      ]),
    )
  return [...wrong(text, '/text'), ...wrong(subject ?? '', '/subject')]
}

function repeated(lanes: readonly { readonly id: string }[], at: string): Finding[] {
  return lanes.flatMap(({ id }, i) =>
    lanes.findIndex((lane) => lane.id === id) < i
      ? [error('lane.repeated', `${at}/${i}/id`, [`Two of these are called “${id}”`, 'Give each its own id'])]
      : [],
  )
}

/** The messages whose receipts a step waits for, each with its place. */
export const receiptsAwaited = (step: Step): readonly { readonly of: string; readonly at: string }[] =>
  step.kind !== 'waitFor'
    ? []
    : awaitedBy(step).flatMap(({ of }, i) => (of === undefined ? [] : [{ of, at: step.on ? `/on/${i}/of` : '/of' }]))
