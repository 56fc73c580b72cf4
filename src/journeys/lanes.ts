import { milliseconds } from '#lib/duration.ts'
import type { Journey } from './schema.ts'
import type { Step } from './steps.ts'

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
      return step.arms.map((arm) => ({ id: arm.id, label: `${arm.label ?? arm.id} · ${share(arm.weight, step.arms)}`, steps: arm.steps }))
    case 'waitFor':
      return [
        { id: 'then', label: 'Happened', steps: step.then ?? [] },
        { id: 'otherwise', label: `Not within ${durationWords(step.upTo)}`, steps: step.otherwise },
      ]
    case 'email':
    case 'webhook':
      if (!step.otherwise?.length) return []
      return [
        { id: 'sent', label: 'Sent', steps: [] },
        { id: 'otherwise', label: 'Not sent', steps: step.otherwise },
      ]
    case 'wait':
    case 'update':
    case 'exit':
      return []
  }
}

function share(weight: number, arms: readonly { readonly weight: number }[]): string {
  const total = arms.reduce((sum, arm) => sum + arm.weight, 0)
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
    case 'webhook':
      return 'message'
    case 'branch':
      return 'logic'
    case 'split':
      return 'decision'
    case 'wait':
    case 'waitFor':
      return 'time'
    case 'update':
      return 'data'
    case 'exit':
      return 'exit'
  }
}

/** The kind in the field's words. */
export function kindWord(kind: Step['kind']): string {
  switch (kind) {
    case 'email':
      return 'E-mail'
    case 'webhook':
      return 'Webhook'
    case 'branch':
      return 'Branch'
    case 'split':
      return 'Split'
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
      return step.for ? `Wait ${durationWords(step.for)}` : `Wait until ${step.until?.time ?? ''}${daysWords(step.until?.days)}`
    case 'waitFor':
      return `Wait for ${step.event}`
    case 'branch':
      return step.branches.length === 1
        ? `If ${step.branches[0]?.label ?? step.branches[0]?.when ?? ''}`
        : `${step.branches.length + 1} ways`
    case 'split':
      return `Split in ${step.arms.length}`
    case 'email':
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
      if (step.until)
        return `${step.name ? `until ${step.until.time}${daysWords(step.until.days)}, ` : ''}in the person’s time zone, else ${step.until.fallbackZone}`
      return step.name && step.for ? durationWords(step.for) : ''
    case 'waitFor':
      return `up to ${durationWords(step.upTo)}${step.of ? `, of ${step.of}` : ''}`
    case 'branch':
      return step.branches.map((branch) => branch.when).join(' · ')
    case 'split':
      return 'the same person always gets the same arm'
    case 'email':
      return [step.name ? step.template : '', step.lane === 'transactional' ? 'transactional' : step.topic ? `topic ${step.topic}` : '']
        .filter(Boolean)
        .join(' · ')
    case 'webhook':
      return `${step.method} ${step.url}`
    case 'update':
      return Object.entries(step.set)
        .map(([name, value]) => `${name} ${typeof value === 'string' && value.startsWith('=') ? value : `= ${JSON.stringify(value)}`}`)
        .join(' · ')
    case 'exit':
      return ''
  }
}

const daysWords = (days: readonly string[] | undefined): string =>
  days?.length ? ` on ${days.map((day) => day.slice(0, 1).toUpperCase() + day.slice(1)).join(', ')}` : ''

const hostOf = (url: string): string => /^https?:\/\/([^/?#]+)/.exec(url)?.[1] ?? url

/** The entry in one line: how often the same person comes in. */
export function entryWords(journey: Journey): string {
  const { reentry, key } = journey.entry
  const name = key?.split('.').at(-1)
  if (reentry === 'never') return name ? `once per person and ${name}` : 'once per person'
  const again = reentry === 'always' ? 'every time' : `again after ${durationWords(reentry.after)}`
  return name ? `${again}, per ${name}` : again
}
