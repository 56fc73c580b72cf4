import { spoken, type Verb, type Vocabulary } from './vocabulary.ts'

const UNITS = [
  ['day', 'days', 86_400_000],
  ['hour', 'hours', 3_600_000],
  ['minute', 'minutes', 60_000],
  ['second', 'seconds', 1_000],
  ['millisecond', 'milliseconds', 1],
] as const
const lasting = (ms: number): string => spoken(ms, UNITS)
const times = (count: number): string => (count === 1 ? 'once' : `${count} times`)
const is = (what: string): Verb => [`is ${what}`, `is not ${what}`]
const HOW_MANY = { '==': 'exactly', '!=': 'not exactly', '<': 'less than', '<=': 'at most', '>': 'more than', '>=': 'at least' } as const
const HOW_LONG_AGO = { '<': 'more than', '<=': 'at least', '>': 'less than', '>=': 'at most', '==': undefined, '!=': undefined } as const
const GATHERED = { sum: 'the sum of', min: 'the least', max: 'the greatest', distinct: 'the number of different' } as const

export const ENGLISH: Vocabulary = {
  and: ' and ',
  or: ' or ',
  always: 'always',
  never: 'never',
  yes: 'true',
  no: 'false',
  nothing: 'nothing',
  quoted: (text) => `“${text}”`,
  number: String,
  filter: (where) => ` (where ${where})`,
  consent: ({ channel, topic, status }, yes) =>
    `consent to ${channel}${topic === undefined ? '' : ` about “${topic}”`} is ${yes ? '' : 'not '}${status === 'granted' ? 'given' : 'withdrawn'}`,
  member: ({ of, id }, yes) => `the person is ${yes ? '' : 'not '}${of === 'list' ? 'on the list' : 'in the segment'} “${id}”`,
  sequence: (steps, period) => `${steps.join(' and then ')} happened${period}`,
  each: ({ quantifier, list, where }, yes) => {
    const how = quantifier === 'any' ? (yes ? 'at least one' : 'none') : yes ? 'each' : 'not each'
    return `for ${how} of ${list}, ${where}`
  },
  isTrue: (what, yes) => `${what} is ${yes ? '' : 'not '}true`,
  isKnown: (what, yes) => `${what} is ${yes ? '' : 'not '}known`,
  not: (sentence) => `not (${sentence})`,
  numbers: {
    '==': ['is', 'is not'],
    '!=': ['is not', 'is'],
    '<': is('less than'),
    '<=': is('at most'),
    '>': is('more than'),
    '>=': is('at least'),
  },
  times: {
    '==': ['is', 'is not'],
    '!=': ['is not', 'is'],
    '<': is('before'),
    '<=': ['is not after', ''],
    '>': is('after'),
    '>=': ['is not before', ''],
  },
  texts: {
    contains: ['contains', 'does not contain'],
    startsWith: ['starts with', 'does not start with'],
    endsWith: ['ends with', 'does not end with'],
  },
  oneOf: is('one of'),
  among: is('among'),
  wasAgo: (what, operator, ms) => HOW_LONG_AGO[operator] && `${what} was ${HOW_LONG_AGO[operator]} ${lasting(ms)} ago`,
  happened: (events, often, period) => {
    if (often === 'simply') return `${events} has happened${period}`
    if ('not' in often) return `${events} has ${often.not} happened${period}`
    const how = 'atLeastOnce' in often ? 'at least once' : `${HOW_MANY[often.operator]} ${times(often.n)}`
    return `${events} has happened ${how}${period}`
  },
  within: (ms) => ` in the last ${lasting(ms)}`,
  since: { run: ' since the run began', step: ' since the step was reached' },
  count: (of) => `the number of ${of}`,
  ordinal: (what, of) => `the ${what} ${of}`,
  gathered: (what, property, of) => `${GATHERED[what]} ${property} of ${of}`,
  known: {
    'profile.id': 'the profile id',
    'event.name': 'the event’s name',
    'event.at': 'the time of the event',
    'entry.name': 'the entry’s name',
    'entry.at': 'the time of entry',
    'entry.key': 'the entry key',
    now: 'now',
  },
  rating: ({ of, name }) => (of === 'score' ? `the score “${name}”` : `the cohort number of “${name}”`),
  call: (name, of) => (name === 'lower' ? `${of} in lower case` : `the length of ${of}`),
  fallback: (value, otherwise) => `${value} (or ${otherwise} if it is not known)`,
  minus: (value) => `minus ${value}`,
  moment: (operator, ms) => (operator === '-' ? `${lasting(ms)} ago` : `${lasting(ms)} from now`),
  operators: { '+': 'plus', '-': 'minus', '*': 'times', '/': 'divided by' },
  named: (tree, words) => {
    if (tree.kind === 'attribute') return words
    if (tree.kind === 'property') return `the ${tree.of}’s ${words}`
    return words === '' ? 'it' : `its ${words}`
  },
  whether: (sentence) => `whether ${sentence}`,
  duration: lasting,
}
