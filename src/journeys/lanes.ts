import { channelWord } from '#channels/words.ts'
import { milliseconds } from '#lib/duration.ts'
import { awaitedBy } from './awaited.ts'
import { byChannel } from './sends.ts'
import { type Best, type HoldStep, type Step, type WaitStep, type Window, weightOf } from './steps.ts'

/** One way on from a branching step. An empty lane goes straight on below the step. */
export interface Lane {
  readonly id: string
  readonly label: string
  readonly steps: readonly Step[]
}

/** The ways on from a step, left to right as they are written; none for a step that only goes on. */
export function lanes(step: Step): readonly Lane[] {
  switch (step.kind) {
    case 'branch':
      return [
        ...step.branches.map((branch) => ({ id: branch.id, label: branch.label ?? branch.when, steps: branch.steps })),
        { id: 'otherwise', label: 'Otherwise', steps: step.otherwise },
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
        { id: 'fallback', label: `Fallback · ${step.by.control} for comparison`, steps: step.fallback },
      ]
    case 'waitFor':
      return [
        ...awaitedBy(step).map(({ id, label, event, steps = [] }) => ({ id, label: step.on ? (label ?? event) : 'Happened', steps })),
        { id: 'otherwise', label: `Not within ${durationWords(step.upTo)}`, steps: step.otherwise ?? [] },
      ]
    case 'hold':
      return [
        { id: 'then', label: 'Released', steps: step.then ?? [] },
        { id: 'otherwise', label: 'Not released', steps: step.otherwise ?? [] },
      ]
    case 'repeat':
      return [{ id: 'steps', label: roundsWords(step), steps: step.steps }]
    case 'email':
    case 'sms':
    case 'push':
    case 'inapp':
    case 'whatsapp':
    case 'slack':
    case 'webhook':
    case 'message':
      return fallback(step.otherwise, { id: 'sent', label: 'Sent' }, 'Not sent')
    case 'call':
      return fallback(step.otherwise, { id: 'answered', label: 'Answered' }, 'No answer')
    case 'wait':
      return fallback(step.otherwise, { id: 'waited', label: 'Time is up' }, 'No date')
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
        { ...below, steps: [] },
        { id: 'otherwise', label, steps: otherwise },
      ]
    : []
}

const roundsWords = ({ times, until }: { times: number; until?: string | undefined }): string =>
  `${until === undefined ? '' : 'Up to '}${times} ${times === 1 ? 'round' : 'rounds'}`

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

const TOP = { depth: 1, lane: '', parent: '' } as const

/** Every step in the order in which it is written. */
export function places(steps: readonly Step[], at: Omit<Place, 'step'> = TOP): readonly Place[] {
  return steps.flatMap((step, i) => [
    { ...at, step, lane: i === 0 ? at.lane : '' },
    ...lanes(step).flatMap((way) => places(way.steps, { parent: step.id, lane: way.label, depth: at.depth + 1 })),
  ])
}

const UNIT_WORDS = [
  ['week', 604_800_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
  ['millisecond', 1],
] as const

/** `2h30m` → `2 hours 30 minutes`; a text that is no duration stays as it is. */
export function durationWords(text: string): string {
  let rest = milliseconds(text)
  if (rest === undefined) return text
  const parts: string[] = []
  for (const [word, size] of UNIT_WORDS) {
    const count = Math.floor(rest / size)
    if (word === 'week' && rest % size !== 0) continue
    if (count > 0) parts.push(`${count} ${word}${count === 1 ? '' : 's'}`)
    rest -= count * size
  }
  return parts.join(' ') || '0 seconds'
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
export function kindWord(kind: Step['kind']): string {
  switch (kind) {
    case 'email':
    case 'sms':
    case 'push':
    case 'inapp':
    case 'whatsapp':
    case 'slack':
    case 'webhook':
      return channelWord(kind)
    case 'branch':
      return 'Branch'
    case 'split':
      return 'Split'
    case 'choose':
      return 'Choose'
    case 'message':
      return 'Message'
    case 'call':
      return 'Call'
    case 'notify':
      return 'Note to colleagues'
    case 'repeat':
      return 'Repeat'
    case 'start':
      return 'Start journey'
    case 'stop':
      return 'Stop journey'
    case 'hold':
      return 'Hold for a decision'
    case 'wait':
      return 'Wait'
    case 'waitFor':
      return 'Wait for event'
    case 'update':
      return 'Update profile'
    case 'exit':
      return 'Exit'
  }
}

/** The step's own name, or what it does in a few words. */
export function title(step: Step): string {
  if (step.name) return step.name
  switch (step.kind) {
    case 'wait':
      return waitTitle(step)
    case 'waitFor':
      return step.event === undefined ? `Wait for one of ${step.on?.length ?? 0} events` : `Wait for ${step.event}`
    case 'message':
      return `Send by ${step.ways.map((way) => kindWord(byChannel(way).channel)).join(', else ')}`
    case 'call':
      return `Ask ${hostOf(step.url)}`
    case 'notify':
      return step.to ? `Tell ${step.to.join(', ')}` : 'Write a note'
    case 'repeat':
      return `Repeat ${step.until === undefined ? '' : 'up to '}${step.times} ${step.times === 1 ? 'time' : 'times'}`
    case 'start':
      return `Start ${step.journey}`
    case 'stop':
      return `Stop ${step.journey}`
    case 'hold':
      return 'Wait for a decision'
    case 'branch':
      return step.branches.length === 1
        ? `If ${step.branches[0]?.label ?? step.branches[0]?.when ?? ''}`
        : `${step.branches.length + 1} ways`
    case 'split':
      return `Split in ${step.arms.length}`
    case 'choose':
      return `Let ${step.by.model} choose`
    case 'email':
    case 'sms':
    case 'push':
    case 'inapp':
    case 'whatsapp':
    case 'slack':
      return `Send ${step.template}`
    case 'webhook':
      return `Call ${hostOf(step.url)}`
    case 'update':
      return `Set ${Object.keys(step.set).join(', ')}`
    case 'exit':
      return step.reason ? `Leave: ${step.reason}` : 'Leave'
  }
}

/** The second line of a step: what its title does not say. */
export function detail(step: Step): string {
  switch (step.kind) {
    case 'wait':
      return waitDetail(step)
    case 'waitFor':
      return [
        `up to ${durationWords(step.upTo)}`,
        step.of ? `of ${step.of}` : '',
        step.mode === 'ranked' ? 'the highest in the list counts' : step.on ? 'the first that comes counts' : '',
      ]
        .filter(Boolean)
        .join(', ')
    case 'message':
      return ['the next way when one does not work', timingWords(step)].filter(Boolean).join(' · ')
    case 'call':
      return `${step.method} ${step.url}, up to ${durationWords(step.timeout)}, kept as run.${step.save}`
    case 'notify':
      return step.text
    case 'repeat':
      return step.until === undefined ? '' : `until ${step.until}`
    case 'start':
      return Object.keys(step.with).length > 0 ? `with ${Object.keys(step.with).join(', ')}` : ''
    case 'stop':
      return step.reason ?? ''
    case 'hold':
      return [step.note ?? '', `up to ${durationWords(step.upTo)}`, `by ${decidersOf(step)}`].filter(Boolean).join(' · ')
    case 'branch':
      return step.branches.map((branch) => branch.when).join(' · ')
    case 'split':
      return 'the same person always gets the same arm'
    case 'choose':
      return [
        `one of ${step.options.map(({ id, label }) => label ?? id).join(', ')}`,
        `${step.by.control} get the fallback for comparison`,
        step.by.holdout === '0%' ? '' : `${step.by.holdout} get nothing`,
      ]
        .filter(Boolean)
        .join(' · ')
    case 'email':
    case 'sms':
    case 'push':
    case 'inapp':
    case 'whatsapp':
    case 'slack':
      return [
        step.name ? step.template : '',
        step.lane === 'transactional' ? 'transactional' : step.topic ? `topic ${step.topic}` : '',
        timingWords(step),
      ]
        .filter(Boolean)
        .join(' · ')
    case 'webhook':
      return [`${step.method} ${step.url}`, timingWords(step)].filter(Boolean).join(' · ')
    case 'update':
      return Object.entries(step.set)
        .map(([name, value]) => `${name} ${typeof value === 'string' && value.startsWith('=') ? value : `= ${JSON.stringify(value)}`}`)
        .join(' · ')
    case 'exit':
      return ''
  }
}

/** Who may release a held run, for people. */
export const decidersOf = (step: HoldStep): string => (step.for === 'approvals:decide' ? 'approvers' : `whoever holds ${step.for}`)

function waitTitle(step: WaitStep): string {
  if (step.for) return `Wait ${durationWords(step.for)}`
  const { until, window } = step
  if (until && 'best' in until) return 'Wait for their best hour'
  if (until && 'date' in until) return `Wait until ${offsetWords(until.offset)}${until.date.replace(/^profile\./, '').replaceAll('_', ' ')}`
  if (until) return `Wait until ${until.time}${daysWords(until.days)}`
  return window ? `Wait for ${windowWords(window)}` : 'Wait'
}

/** What the title leaves out: the rest of the wait, and whose clocks are read. */
function waitDetail(step: WaitStep): string {
  const { until, window } = step
  const parts = [step.name && step.for ? durationWords(step.for) : '']
  if (until && 'best' in until) parts.push(`${step.name || step.for ? 'then their best hour, ' : ''}${bestWords(until.best)}`)
  else if (until && 'date' in until) parts.push(until.time === undefined ? '' : `at ${until.time}`)
  else if (until) parts.push(step.name || step.for ? `until ${until.time}${daysWords(until.days)}` : '')
  if (window) {
    if (step.name || step.for || until) parts.push(`while ${windowWords(window)}`)
    if (window.except.length > 0) parts.push(`not on ${window.except.join(', ')}`)
    if (window.spread) parts.push(`spread over ${durationWords(window.spread)}`)
  }
  const zones = until && 'best' in until ? window : (until ?? window)
  if (zones) parts.push(zones.zone === 'profile' ? `in the person’s time zone, else ${zones.fallbackZone}` : `in ${zones.zone}`)
  return parts.filter(Boolean).join(', ')
}

const bestWords = ({ within, model }: Best): string => `within ${durationWords(within)}${model === undefined ? '' : ` by ${model}`}`
/** When the message goes, if it does not go at once. */
const timingWords = (step: { readonly timing?: { readonly best: Best } | undefined }): string =>
  step.timing ? `at their best hour, ${bestWords(step.timing.best)}` : ''

const windowWords = ({ from, to, days }: Window): string => `${from}–${to}${daysWords(days)}`

function offsetWords(offset: string): string {
  const span = offset.replace(/^[+-]/, '')
  if (milliseconds(span) === 0) return ''
  return `${durationWords(span)} ${offset.startsWith('-') ? 'before' : 'after'} `
}

const daysWords = (days: readonly string[] | undefined): string =>
  days?.length ? ` on ${days.map((day) => day.slice(0, 1).toUpperCase() + day.slice(1)).join(', ')}` : ''

const hostOf = (url: string): string => /^https?:\/\/([^/?#]+)/.exec(url)?.[1] ?? url
