import { z } from 'zod'
import type { Problem } from '#lib/problem.ts'

const SLUG = /^[a-z0-9][a-z0-9_-]{0,63}$/
const Slug = z.string().regex(SLUG, 'use lower-case letters, digits, - and _ (at most 64)')
const EventName = z.string().min(1).max(200)

/** What a value may be. `date`: a text such as 2026-01-31 or 2026-01-31T09:00:00Z. */
export const PROPERTY_TYPES = ['text', 'number', 'whole', 'yes-no', 'date', 'object', 'list', 'any'] as const
export type PropertyType = (typeof PROPERTY_TYPES)[number]

/** What a value tells of a person: `sensitive` is hidden wherever events are shown as they come. */
export const PII = ['none', 'personal', 'sensitive'] as const

/** What becomes of an event that breaks the plan. `allow`: it goes on, and the violation is a fact. */
export const ON_VIOLATION = ['allow', 'quarantine', 'block'] as const
export type OnViolation = (typeof ON_VIOLATION)[number]

/** `total`, `customer.country`, `products[].price`. */
const PATH = /^[^.[\]\s][^.[\]]*(?:\[\])?(?:\.[^.[\]\s][^.[\]]*(?:\[\])?)*$/

export const PlannedProperty = z.strictObject({
  /** Where it stands: `total`, `customer.country`, `products[].price`. */
  name: z.string().max(200).regex(PATH, 'write a name such as total, customer.country or products[].price'),
  type: z.enum(PROPERTY_TYPES).default('any'),
  required: z.boolean().default(false),
  /** The only values that it may have. */
  values: z
    .array(z.union([z.string().max(200), z.number()]))
    .min(1)
    .max(200)
    .optional(),
  pii: z.enum(PII).default('none'),
  description: z.string().max(500).optional(),
})
export type PlannedProperty = z.output<typeof PlannedProperty>

/** One event of the tracking plan: what it means, who looks after it, and what it must hold. */
export const PlannedEvent = z.strictObject({
  kind: z.literal('event'),
  id: Slug,
  /** The name as sources send it; traits are `Profile Updated`, pages `Page Viewed`. */
  event: EventName,
  name: z.string().min(1).max(200).optional(),
  description: z.string().max(2_000).optional(),
  /** Who looks after it: a team or an address. */
  owner: z.string().max(200).optional(),
  properties: z.array(PlannedProperty).max(200).default([]),
  /** Whether properties that are not planned are violations. */
  others: z.enum(['allow', 'report']).default('allow'),
  onViolation: z.enum(ON_VIOLATION).default('allow'),
  /** `blocked`: events of this name are refused, whatever they hold. */
  status: z.enum(['planned', 'blocked']).default('planned'),
  /** Names that sources send by mistake: such events are taken under the planned name. */
  alsoSentAs: z.array(EventName).max(20).default([]),
  /** Properties as they look in an example. */
  examples: z.array(z.record(z.string(), z.json())).max(10).default([]),
})
export type PlannedEvent = z.output<typeof PlannedEvent>

/** What holds for events that nobody has planned. One for a workspace: `id: plan`. */
export const TrackingPlan = z.strictObject({
  kind: z.literal('tracking-plan'),
  id: z.literal('plan'),
  name: z.string().min(1).max(200).optional(),
  description: z.string().max(2_000).optional(),
  /** `allow`: nothing is said of them; `report`: they go on, and that is a fact. */
  unplanned: z.enum(['allow', 'report', 'quarantine', 'block']).default('report'),
})
export type TrackingPlan = z.output<typeof TrackingPlan>

/** The path as steps; `[]` stands for every element of a list. */
export const stepsOf = (path: string): readonly string[] =>
  path.split('.').flatMap((step) => (step.endsWith('[]') ? [step.slice(0, -2), '[]'] : [step]))

interface PlanLibrary {
  get(kind: string, id: string): unknown
  ids(kind: string): readonly string[]
}

const wrong = (code: string, at: string, [title, hint]: readonly [string, string]): Problem => ({
  code: `event.${code}`,
  status: 422,
  title,
  hint,
  at,
})

/** What is unsound in one event of the plan, beside the others that are live with it. */
export function checkPlanned(event: PlannedEvent, library: PlanLibrary): Problem[] {
  return [...namedTwice(event), ...takenNames(event, library), ...badValues(event)]
}

function namedTwice({ properties }: PlannedEvent): Problem[] {
  const seen = new Set<string>()
  return properties.flatMap(({ name }, i) => {
    if (seen.has(name))
      return [wrong('property.twice', `/properties/${i}/name`, [`The property ${name} is planned twice.`, 'Keep one of them.'])]
    seen.add(name)
    return []
  })
}

/** Two documents for one name would leave open which of them holds. */
function takenNames(event: PlannedEvent, library: PlanLibrary): Problem[] {
  const mine = [event.event, ...event.alsoSentAs]
  const others = library.ids('event').filter((id) => id !== event.id)
  return others.flatMap((id) => {
    const other = library.get('event', id) as PlannedEvent | undefined
    const shared = other && mine.find((name) => name === other.event || other.alsoSentAs.includes(name))
    if (shared === undefined) return []
    return [
      wrong('name.taken', '/event', [`“${shared}” is planned by “${id}” already.`, 'Change that one, or give this event another name.']),
    ]
  })
}

const FITS: Readonly<Record<PropertyType, readonly ('string' | 'number')[]>> = {
  text: ['string'],
  date: ['string'],
  number: ['number'],
  whole: ['number'],
  any: ['string', 'number'],
  'yes-no': [],
  object: [],
  list: [],
}

function badValues({ properties }: PlannedEvent): Problem[] {
  return properties.flatMap(({ name, type, values = [] }, i) => {
    const odd = values.find((value) => !FITS[type].includes(typeof value as 'string' | 'number'))
    if (odd === undefined) return []
    return [
      wrong('property.values', `/properties/${i}/values`, [`The value ${odd} of ${name} is no ${type}.`, 'Change the value or the type.']),
    ]
  })
}
