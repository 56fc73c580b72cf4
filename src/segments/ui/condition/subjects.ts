import type { Available, PLACES } from '../../condition/available.ts'
import type { Row } from '../../condition/rows.ts'

/** What a new line can be about. */
export const SUBJECTS = [
  'attribute',
  'happened',
  'when',
  'amount',
  'sequence',
  'segment',
  'list',
  'consent',
  'score',
  'cohort',
  'event',
  'entry',
  'run',
  'element',
  'each',
  'other',
] as const
export type Subject = (typeof SUBJECTS)[number]

/** Where a condition stands: what can be asked there; `element`: inside of a list. */
export interface Place extends Available {
  readonly element?: boolean
}
export type PlaceName = keyof typeof PLACES

export function subjectsOf(place: Place): readonly Subject[] {
  const person = place.person !== false
  const gathered = person && place.gathered !== false
  const offered = (subject: Subject): boolean => {
    switch (subject) {
      case 'event':
        return place.event
      case 'entry':
        return place.entry
      case 'run':
        return place.run === true
      case 'element':
        return place.element === true
      case 'amount':
      case 'sequence':
        return gathered
      case 'attribute':
      case 'happened':
      case 'when':
      case 'segment':
      case 'list':
      case 'consent':
      case 'score':
      case 'cohort':
        return person
      case 'each':
      case 'other':
        return true
    }
  }
  return SUBJECTS.filter(offered)
}

/** A line as it begins. */
export function blankRow(subject: Subject): Row {
  const text = { kind: 'text', value: '' } as const
  const compare = { kind: 'compare', negated: false } as const
  switch (subject) {
    case 'attribute':
      return { ...compare, left: { kind: 'attribute', path: [] }, operator: '==', right: text }
    case 'event':
    case 'entry':
    case 'run':
      return { ...compare, left: { kind: 'property', of: subject, path: [] }, operator: '==', right: text }
    case 'element':
      return { ...compare, left: { kind: 'element', path: [] }, operator: '==', right: text }
    case 'happened':
      return {
        ...compare,
        left: { kind: 'history', what: 'count', event: '', within: 2_592_000_000 },
        operator: '>=',
        right: { kind: 'number', value: 1 },
      }
    case 'when':
      return {
        ...compare,
        left: { kind: 'history', what: 'last', event: '' },
        operator: '<',
        right: { kind: 'arithmetic', operator: '-', left: { kind: 'known', name: 'now' }, right: { kind: 'duration', ms: 2_592_000_000 } },
      }
    case 'amount':
      return {
        ...compare,
        left: { kind: 'history', what: 'sum', event: '', property: [], within: 7_776_000_000 },
        operator: '>=',
        right: { kind: 'number', value: 100 },
      }
    case 'sequence':
      return { kind: 'sequence', of: { kind: 'sequence', steps: [{ event: '' }, { event: '' }], within: 604_800_000 }, yes: true }
    case 'segment':
    case 'list':
      return { kind: 'member', of: { kind: 'member', of: subject, id: '' }, yes: true }
    case 'consent':
      return { kind: 'consent', of: { kind: 'consent', status: 'granted', channel: 'email' }, yes: true }
    case 'score':
    case 'cohort':
      return {
        ...compare,
        left: { kind: 'rating', of: subject, name: '' },
        operator: subject === 'score' ? '>=' : '<',
        right: { kind: 'number', value: 0.5 },
      }
    case 'each':
      return {
        kind: 'each',
        of: {
          kind: 'each',
          quantifier: 'any',
          list: { kind: 'attribute', path: [] },
          where: { kind: 'compare', operator: '==', left: { kind: 'element', path: [] }, right: text },
        },
        yes: true,
      }
    case 'other':
      return { kind: 'other', text: '' }
  }
}
