import { channelWord } from '#channels/words.ts'
import { milliseconds } from '#lib/duration.ts'
import type { Language } from '#lib/language.ts'
import { awaitedBy } from './awaited.ts'
import { byChannel } from './sends.ts'
import { KINDS, type OtherKind, SAYINGS } from './step-sayings.ts'
import { type Best, type HoldStep, type Step, type WaitStep, type Window, weightOf } from './steps.ts'

/** One way on from a branching step. An empty lane goes straight on below the step. */
export interface Lane {
  readonly id: string
  readonly label: string
  readonly steps: readonly Step[]
  /** It has no list of its own: what comes on this way is what stands below the step. */
  readonly through?: true
}

/** The ways on from a step, left to right as they are written; none for a step that only goes on. */
export function lanes(step: Step, language: Language = 'en'): readonly Lane[] {
  const say = SAYINGS[language]
  switch (step.kind) {
    case 'branch':
      return [
        ...step.branches.map((branch) => ({ id: branch.id, label: branch.label ?? branch.when, steps: branch.steps })),
        { id: 'otherwise', label: say.otherwise, steps: step.otherwise },
      ]
    case 'split':
      return step.arms.map((arm) => ({
        id: arm.id,
        label: `${arm.label ?? arm.id} · ${share(weightOf(arm), step.arms)}`,
        steps: arm.steps,
      }))
    case 'choose':
      return [
        ...step.options.map(({ id, label, steps }) => ({ id, label: label ?? id, steps })),
        { id: 'fallback', label: say.fallback(step.by.control), steps: step.fallback },
      ]
    case 'waitFor':
      return [
        ...awaitedBy(step).map(({ id, label, event, steps = [] }) => ({ id, label: step.on ? (label ?? event) : say.happened, steps })),
        { id: 'otherwise', label: say.notWithin(durationWords(step.upTo, language)), steps: step.otherwise ?? [] },
      ]
    case 'hold':
      return [
        { id: 'then', label: say.released, steps: step.then ?? [] },
        { id: 'otherwise', label: say.notReleased, steps: step.otherwise ?? [] },
      ]
    case 'repeat':
      return [
        { id: 'steps', label: step.until === undefined ? say.rounds(step.times) : say.upTo(say.rounds(step.times)), steps: step.steps },
      ]
    case 'email':
    case 'sms':
    case 'push':
    case 'inapp':
    case 'whatsapp':
    case 'slack':
    case 'webhook':
    case 'message':
      return fallback(step.otherwise, { id: 'sent', label: say.sent }, say.notSent)
    case 'call':
      return fallback(step.otherwise, { id: 'answered', label: say.answered }, say.noAnswer)
    case 'wait':
      return fallback(step.otherwise, { id: 'waited', label: say.waited }, say.noDate)
    case 'update':
    case 'notify':
    case 'start':
    case 'stop':
    case 'exit':
      return []
  }
}

/** The way below, and the one when it could not be done. */
function fallback(otherwise: readonly Step[] | undefined, below: { id: string; label: string }, label: string): readonly Lane[] {
  return otherwise?.length
    ? [
        { ...below, steps: [], through: true },
        { id: 'otherwise', label, steps: otherwise },
      ]
    : []
}

function share(weight: number, arms: readonly Parameters<typeof weightOf>[0][]): string {
  const total = arms.reduce((sum, arm) => sum + weightOf(arm), 0)
  return `${Math.round((weight / total) * 1000) / 10} %`
}

/** One row of the outline: where a step stands in the program. */
export interface Place {
  readonly step: Step
  /** 1 at the top level, one more in each lane. */
  readonly depth: number
  /** Label of the lane that it opens; '' when it is not the first of a lane. */
  readonly lane: string
  /** Id of the step whose lane it stands in; '' at the top. */
  readonly parent: string
}

const TOP = { depth: 1, lane: '', parent: '', language: 'en' } as const
type From = Omit<Place, 'step'> & { readonly language: Language }

/** Every step in the order in which it is written. */
export const places = (steps: readonly Step[], language: Language = 'en'): readonly Place[] => placesFrom(steps, { ...TOP, language })

function placesFrom(steps: readonly Step[], { language, ...at }: From): readonly Place[] {
  return steps.flatMap((step, i) => [
    { ...at, step, lane: i === 0 ? at.lane : '' },
    ...lanes(step, language).flatMap((way) => placesFrom(way.steps, { parent: step.id, lane: way.label, depth: at.depth + 1, language })),
  ])
}

const UNIT_SIZES = [
  ['week', 604_800_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
  ['millisecond', 1],
] as const

/** `2h30m` → `2 hours 30 minutes`; a text that is no duration stays as it is. */
export function durationWords(text: string, language: Language = 'en'): string {
  const { units } = SAYINGS[language]
  let rest = milliseconds(text)
  if (rest === undefined) return text
  const parts: string[] = []
  for (const [unit, size] of UNIT_SIZES) {
    const count = Math.floor(rest / size)
    if (unit === 'week' && rest % size !== 0) continue
    if (count > 0) parts.push(`${count} ${units[unit][count === 1 ? 0 : 1]}`)
    rest -= count * size
  }
  return parts.join(' ') || `0 ${units.second[1]}`
}

export type Family = 'trigger' | 'message' | 'logic' | 'time' | 'data' | 'decision' | 'exit'

/** What a step kind is about: it gives the stripe, the icon and the word on screens. */
export function family(kind: Step['kind']): Family {
  switch (kind) {
    case 'email':
    case 'sms':
    case 'push':
    case 'inapp':
    case 'whatsapp':
    case 'slack':
    case 'webhook':
    case 'message':
    case 'notify':
      return 'message'
    case 'branch':
    case 'repeat':
    case 'start':
    case 'stop':
      return 'logic'
    case 'split':
    case 'choose':
    case 'hold':
      return 'decision'
    case 'wait':
    case 'waitFor':
      return 'time'
    case 'update':
    case 'call':
      return 'data'
    case 'exit':
      return 'exit'
  }
}

/** The kind in the field's words. */
export const kindWord = (kind: Step['kind'], language: Language = 'en'): string =>
  Object.hasOwn(KINDS.en, kind) ? KINDS[language][kind as OtherKind] : channelWord(kind as Exclude<Step['kind'], OtherKind>, language)

/** The step's own name, or what it does in a few words. */
export function title(step: Step, language: Language = 'en'): string {
  if (step.name) return step.name
  const say = SAYINGS[language]
  switch (step.kind) {
    case 'wait':
      return waitTitle(step, language)
    case 'waitFor':
      return step.event === undefined ? say.waitForOne(step.on?.length ?? 0) : say.waitFor(step.event)
    case 'message':
      return say.sendBy(step.ways.map((way) => kindWord(byChannel(way).channel, language)))
    case 'call':
      return say.ask(hostOf(step.url))
    case 'notify':
      return step.to ? say.tell(step.to.join(', ')) : say.note
    case 'repeat':
      return say.repeat(step.times, step.until !== undefined)
    case 'start':
      return say.start(step.journey)
    case 'stop':
      return say.stop(step.journey)
    case 'hold':
      return say.hold
    case 'branch':
      return step.branches.length === 1
        ? say.when(step.branches[0]?.label ?? step.branches[0]?.when ?? '')
        : say.ways(step.branches.length + 1)
    case 'split':
      return say.split(step.arms.length)
    case 'choose':
      return say.choose(step.by.model)
    case 'email':
    case 'sms':
    case 'push':
    case 'inapp':
    case 'whatsapp':
    case 'slack':
      return say.send(step.template)
    case 'webhook':
      return say.call(hostOf(step.url))
    case 'update':
      return say.set(Object.keys(step.set).join(', '))
    case 'exit':
      return step.reason ? say.leaveFor(step.reason) : say.leave
  }
}

/** The second line of a step: what its title does not say. */
export function detail(step: Step, language: Language = 'en'): string {
  const say = SAYINGS[language]
  switch (step.kind) {
    case 'wait':
      return waitDetail(step, language)
    case 'waitFor':
      return [
        say.upToSpan(durationWords(step.upTo, language)),
        step.of ? say.ofOther(step.of) : '',
        step.mode === 'ranked' ? say.highest : step.on ? say.first : '',
      ]
        .filter(Boolean)
        .join(', ')
    case 'message':
      return [say.nextWay, timingWords(step, language)].filter(Boolean).join(' · ')
    case 'call':
      return say.asked(`${step.method} ${step.url}`, durationWords(step.timeout, language), step.save)
    case 'notify':
      return step.text
    case 'repeat':
      return step.until === undefined ? '' : say.until(step.until)
    case 'start':
      return Object.keys(step.with).length > 0 ? say.withNames(Object.keys(step.with).join(', ')) : ''
    case 'stop':
      return step.reason ?? ''
    case 'hold':
      return [step.note ?? '', say.upToSpan(durationWords(step.upTo, language)), say.by(decidersOf(step, language))]
        .filter(Boolean)
        .join(' · ')
    case 'branch':
      return step.branches.map((branch) => branch.when).join(' · ')
    case 'split':
      return say.sameArm
    case 'choose':
      return choiceDetail(step, language)
    case 'email':
    case 'sms':
    case 'push':
    case 'inapp':
    case 'whatsapp':
    case 'slack':
      return [
        step.name ? step.template : '',
        step.lane === 'transactional' ? say.transactional : step.topic ? say.topic(step.topic) : '',
        timingWords(step, language),
      ]
        .filter(Boolean)
        .join(' · ')
    case 'webhook':
      return [`${step.method} ${step.url}`, timingWords(step, language)].filter(Boolean).join(' · ')
    case 'update':
      return Object.entries(step.set)
        .map(([name, value]) => `${name} ${typeof value === 'string' && value.startsWith('=') ? value : `= ${JSON.stringify(value)}`}`)
        .join(' · ')
    case 'exit':
      return ''
  }
}

/** Who may release a held run, for people. */
export const decidersOf = (step: HoldStep, language: Language = 'en'): string =>
  step.for === 'approvals:decide' ? SAYINGS[language].approvers : SAYINGS[language].holders(step.for)

function choiceDetail({ by, options }: Extract<Step, { kind: 'choose' }>, language: Language): string {
  const say = SAYINGS[language]
  const parts = [say.oneOf(options.map(({ id, label }) => label ?? id).join(', ')), say.getFallback(by.control)]
  return [...parts, ...(by.holdout === '0%' ? [] : [say.getNothing(by.holdout)])].join(' · ')
}

function waitTitle(step: WaitStep, language: Language): string {
  const say = SAYINGS[language]
  if (step.for) return say.waitSpan(durationWords(step.for, language))
  const { until, window } = step
  if (until && 'best' in until) return say.waitBest
  if (until && 'date' in until)
    return say.waitUntil(`${offsetWords(until.offset, language)}${until.date.replace(/^profile\./, '').replaceAll('_', ' ')}`)
  if (until) return say.waitUntil(`${until.time}${daysWords(until.days, language)}`)
  return window ? say.waitWindow(windowWords(window, language)) : say.wait
}

/** What the title leaves out: the rest of the wait, and whose clocks are read. */
function waitDetail(step: WaitStep, language: Language): string {
  const say = SAYINGS[language]
  const { until, window } = step
  const parts = [step.name && step.for ? durationWords(step.for, language) : '']
  if (until && 'best' in until) {
    const best = bestWords(until.best, language)
    parts.push(step.name || step.for ? say.thenBest(best) : best)
  } else if (until && 'date' in until) parts.push(until.time === undefined ? '' : say.at(until.time))
  else if (until) parts.push(step.name || step.for ? say.until(`${until.time}${daysWords(until.days, language)}`) : '')
  if (window) {
    if (step.name || step.for || until) parts.push(say.while(windowWords(window, language)))
    if (window.except.length > 0) parts.push(say.notOn(window.except.join(', ')))
    if (window.spread) parts.push(say.spread(durationWords(window.spread, language)))
  }
  const zones = until && 'best' in until ? window : (until ?? window)
  if (zones) parts.push(zones.zone === 'profile' ? say.theirZone(zones.fallbackZone) : say.zone(zones.zone))
  return parts.filter(Boolean).join(', ')
}

const bestWords = ({ within, model }: Best, language: Language): string =>
  SAYINGS[language].within(durationWords(within, language), model ?? '')
/** When the message goes, if it does not go at once. */
const timingWords = (step: { readonly timing?: { readonly best: Best } | undefined }, language: Language): string =>
  step.timing ? SAYINGS[language].best(bestWords(step.timing.best, language)) : ''

const windowWords = ({ from, to, days }: Window, language: Language): string => `${from}–${to}${daysWords(days, language)}`

function offsetWords(offset: string, language: Language): string {
  const span = offset.replace(/^[+-]/, '')
  if (milliseconds(span) === 0) return ''
  const words = durationWords(span, language)
  return offset.startsWith('-') ? SAYINGS[language].before(words) : SAYINGS[language].after(words)
}

const daysWords = (days: readonly string[] | undefined, language: Language): string =>
  days?.length ? SAYINGS[language].onDays(days.map((day) => SAYINGS[language].days[day] ?? day).join(', ')) : ''

const hostOf = (url: string): string => /^https?:\/\/([^/?#]+)/.exec(url)?.[1] ?? url
