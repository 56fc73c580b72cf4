import { spelled } from '#lib/counted.ts'
import { grouped } from '#lib/grouped.ts'
import { isOfMessages } from './examples.ts'
import { ENOUGH_TO_START } from './propensity/start.ts'
import type { Model, ModelOf, ModelType, Outcome } from './schema.ts'

/** What each type of model does once it has learned. */
export const DOES: Readonly<Record<ModelType, string>> = {
  propensity: 'Says of each person how likely something is, as a score for conditions, and tells when it passes a mark.',
  pattern: 'Reads what people do in order, and tells when somebody is about to do what is asked for, or behaves as never before.',
  choice: 'Takes one of several options for each person by what it is expected to bring, and goes on trying the others a little.',
  'send-time': 'Lets messages go at the hour at which each person reads.',
  content: 'Shows those variants of a template more often that are answered better.',
  recommendation: 'Puts products into messages that go with what a person has looked at and bought.',
  sentiment: 'Hears how what people write sounds, as a score for conditions; in English.',
  pressure: 'Finds out how many messages are too many, on a share of people, and holds back what costs more than it brings.',
}

/** What a model rests on, and how much of it makes a beginning. */
export interface Wanted {
  /** Names of events of which at least one must come in (`all`: each of them). */
  readonly events: readonly string[]
  readonly all: boolean
  /** So many examples; 0: there is no such number. */
  readonly examples: number
  /** What one is, in the plural. */
  readonly unit: string
  /** Whether a step of a live journey has to ask it. */
  readonly asked: boolean
}

/** With fewer there is no model of hours, of products, of patterns: the learners hold these. */
export const BEGINNING = { readings: 50, histories: 20, targets: 60, decisions: 1 } as const

/** `are over` of one or of several. */
const over = (within: string): string => {
  const span = spelled(within)
  return span.startsWith('1 ') ? `whose ${span.slice(2)} is over` : `whose ${span} are over`
}

export function wantedOf(model: Model): Wanted {
  switch (model.type) {
    case 'propensity':
      return wantedByOutcome(model.outcome)
    case 'pattern':
      return {
        events: [model.target.event],
        all: true,
        examples: BEGINNING.targets,
        unit: `people with “${model.target.event}”`,
        asked: false,
      }
    case 'choice':
      return {
        events: [],
        all: false,
        examples: BEGINNING.decisions,
        unit: `decisions ${over(model.within)}`,
        asked: true,
      }
    case 'send-time':
      return { events: model.events, all: false, examples: BEGINNING.readings, unit: 'clicks and visits', asked: false }
    case 'recommendation':
      return {
        events: model.events.map(({ event }) => event),
        all: false,
        examples: BEGINNING.histories,
        unit: 'people with two or more such events',
        asked: false,
      }
    case 'content':
      return { events: [], all: false, examples: 0, unit: 'messages with variants', asked: false }
    case 'sentiment':
      return { events: model.texts.map(({ event }) => event), all: false, examples: 0, unit: 'texts', asked: false }
    case 'pressure':
      return { events: [], all: false, examples: 0, unit: 'messages', asked: false }
  }
}

function wantedByOutcome(outcome: Outcome): Wanted {
  const of = (unit: string, events: readonly string[]): Wanted => ({
    events,
    all: true,
    examples: ENOUGH_TO_START.examples,
    unit: `${unit} ${over(outcome.within)}`,
    asked: false,
  })
  switch (outcome.kind) {
    case 'opened':
    case 'clicked':
    case 'unsubscribed':
      return of('messages', [])
    case 'responded':
      return of('messages', [outcome.event])
    case 'converted':
    case 'churned':
      return of('moments of people', [outcome.event])
  }
}

/** What of it is there. */
export interface Seen {
  /** How often each event has come in, by name; without those that never did. */
  readonly events: ReadonlyMap<string, number>
  /** Examples that can be learned from, and those whose time is not over yet. */
  readonly examples: number
  readonly open: number
  /** Live journeys that ask it. */
  readonly askedBy: number
}

export interface Needs {
  readonly examples: number
  readonly wanted: number
  readonly open: number
  /** Events that it rests on and that have never come in. */
  readonly missing: readonly string[]
  /** For a marketer. */
  readonly sentence: string
}

/** What is missing before a model begins to learn, and what there is already. */
export function needsOf(model: Model, seen: Seen): Needs {
  const wanted = wantedOf(model)
  const never = wanted.events.filter((name) => !seen.events.has(name))
  const missing = wanted.all || never.length === wanted.events.length ? never : []
  const parts = [
    missingText(missing, wanted.all),
    wanted.asked && seen.askedBy === 0 ? `No live journey asks it: name it in a step “choose” (by: { model: ${model.id} }).` : '',
    countText(wanted, seen),
    besidesText(model),
  ]
  return { examples: seen.examples, wanted: wanted.examples, open: seen.open, missing, sentence: parts.filter(Boolean).join(' ') }
}

function missingText(missing: readonly string[], all: boolean): string {
  if (missing.length === 0) return ''
  const names = missing.map((name) => `“${name}”`).join(all ? ' and ' : ', ')
  if (missing.length === 1) return `No event ${names} has come in yet: send it, or name what you call it.`
  return all ? `No events ${names} have come in yet.` : `None of the events ${names} has come in yet: one of them is enough.`
}

function countText({ examples, unit }: Wanted, seen: Seen): string {
  if (examples === 0) return ''
  const open = seen.open > 0 ? `, and ${grouped(String(seen.open))} whose time is not over` : ''
  if (seen.examples >= examples) return `There are ${grouped(String(seen.examples))} ${unit}${open}: it learns when it is next its turn.`
  const wanted = examples === 1 ? `the first ${unit.replace(/^decisions/, 'decision')}` : `${examples} ${unit}`
  return `It begins with ${wanted}; there ${seen.examples === 1 ? 'is' : 'are'} ${grouped(String(seen.examples))} so far${open}.`
}

/** What numbers of examples do not say. */
function besidesText(model: Model): string {
  switch (model.type) {
    case 'propensity':
      return `${outcomesText(model)}${isOfMessages(model.outcome) ? '' : ' History that is brought in counts as well.'}`
    case 'content':
      return 'It learns from messages whose templates have a slot that goes “by: model”.'
    case 'pressure':
      return `It tries caps of ${model.caps.join(', ')} messages a week by lot on ${model.explore} of people, and says nothing before two of them have had 500 messages, with 20 answers and 20 unsubscribes in all.`
    case 'pattern':
    case 'choice':
    case 'send-time':
    case 'recommendation':
    case 'sentiment':
      return ''
  }
}

const outcomesText = ({ outcome }: ModelOf<'propensity'>): string =>
  outcome.kind === 'churned' && !outcome.contract
    ? `At least ${ENOUGH_TO_START.each} of them must have come back, and ${ENOUGH_TO_START.each} not.`
    : `At least ${ENOUGH_TO_START.each} of each outcome must be among them.`
