import type { z } from 'zod'
import { entriesOf, eventsOf } from '#journeys/entries/schema.ts'
import { places } from '#journeys/lanes.ts'
import type { Journey } from '#journeys/schema.ts'
import type { SimulateJourney } from '#journeys/try-api.ts'
import type { JsonObject } from '#lib/json.ts'

/** What happens to one step of a test run. */
export interface Happening {
  readonly step: string
  /** A receipt, a verdict, `failed`, or `goal`. */
  readonly what: string
  readonly hours: number
}

export interface Asked {
  readonly as: 'event' | 'person' | 'made'
  readonly person: { readonly id: string; readonly name: string } | undefined
  readonly event: string
  /** JSON as it is typed. */
  readonly attributes: string
  readonly properties: string
  /** Epoch ms. */
  readonly start: number
  readonly days: number
  readonly happenings: readonly Happening[]
  /** The step at which it begins; '' for the entry. */
  readonly from: string
}

const DAY = 86_400_000
const HOUR = 3_600_000

export function blankAsked(journey: Journey, { now, from }: { readonly now: number; readonly from: string }): Asked {
  const [event = ''] = entriesOf(journey).flatMap((entry) => eventsOf(entry, journey.id))
  return {
    as: 'made',
    person: undefined,
    event,
    attributes: '{\n  "name": "Ada Lind",\n  "email": "ada@people.example"\n}',
    properties: '{}',
    start: now - (now % 60_000),
    days: 90,
    happenings: [],
    from: places(journey.steps).some(({ step }) => step.id === from) ? from : '',
  }
}

/** The object that a text says; undefined: it says none. */
export function objectOf(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text.trim() || '{}')
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as JsonObject) : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

type Input = Omit<z.input<typeof SimulateJourney.input>, 'id' | 'version' | 'draft'>
type Receipt = NonNullable<Input['receipts']>[number]['event']

/** The question as the server takes it. */
export function inputOf({ as, person, event, attributes, properties, start, days, happenings, from }: Asked, { goal }: Journey): Input {
  const goals = happenings
    .filter(({ what }) => what === 'goal')
    .map(({ hours }) => ({ name: goal.event, at: start + Math.round(hours * HOUR), properties: {} }))
  const opened = event === '' ? [] : [{ name: event, at: start, properties: objectOf(properties) ?? {} }]
  return {
    ...(as !== 'made' && person && { person: person.id }),
    attributes: (as === 'made' ? (objectOf(attributes) ?? {}) : {}) as Input['attributes'],
    events: [...opened, ...goals] as Input['events'],
    ...(from !== '' && { from }),
    start,
    until: start + days * DAY,
    treated: true,
    receipts: happenings
      .filter(({ what, step }) => what !== 'goal' && what !== 'failed' && step !== '')
      .map(({ step, what, hours }) => ({ step, event: what as Receipt, after: Math.round(hours * HOUR) })),
    outages: happenings
      .filter(({ what, step }) => what === 'failed' && step !== '')
      .map(({ step }) => ({ step, result: 'failed', reason: 'test' })),
  }
}
