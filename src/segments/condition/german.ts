import { spoken, type Verb, type Vocabulary } from './vocabulary.ts'

const UNITS = [
  ['Tag', 'Tage', 86_400_000],
  ['Stunde', 'Stunden', 3_600_000],
  ['Minute', 'Minuten', 60_000],
  ['Sekunde', 'Sekunden', 1_000],
  ['Millisekunde', 'Millisekunden', 1],
] as const
const lasting = (ms: number): string => spoken(ms, UNITS)
/** In the dative: `in den letzten 3 Tagen`. */
const DATIVE = UNITS.map(([one, many, size]) => [one, many === 'Tage' ? 'Tagen' : many, size] as const)
const sinceThen = (ms: number): string => spoken(ms, DATIVE)
const is = (what: string): Verb => [`ist ${what}`, `ist nicht ${what}`]
const HOW_MANY = {
  '==': 'genau',
  '!=': 'nicht genau',
  '<': 'weniger als',
  '<=': 'höchstens',
  '>': 'mehr als',
  '>=': 'mindestens',
} as const
const HOW_LONG_AGO = {
  '<': 'mehr als',
  '<=': 'mindestens',
  '>': 'weniger als',
  '>=': 'höchstens',
  '==': undefined,
  '!=': undefined,
} as const
const GATHERED = { sum: 'die Summe von', min: 'das kleinste', max: 'das größte', distinct: 'die Zahl verschiedener' } as const
const OWNERS: Readonly<Record<string, string>> = {
  event: 'des Ereignisses',
  entry: 'des Eintritts',
  run: 'des Durchlaufs',
  step: 'des Schritts',
}

/** With the verb in the second place: `plan ist „pro“ und total des Eintritts ist mehr als 50`. */
export const GERMAN: Vocabulary = {
  and: ' und ',
  or: ' oder ',
  always: 'immer',
  never: 'nie',
  yes: 'wahr',
  no: 'falsch',
  nothing: 'nichts',
  quoted: (text) => `„${text}“`,
  number: (value) => String(value).replace('.', ','),
  filter: (where) => ` (mit: ${where})`,
  consent: ({ channel, topic, status }, yes) =>
    `die Einwilligung für ${channel}${topic === undefined ? '' : ` zum Thema „${topic}“`} ist ${yes ? '' : 'nicht '}${status === 'granted' ? 'erteilt' : 'widerrufen'}`,
  member: ({ of, id }, yes) => `die Person ist ${yes ? '' : 'nicht '}${of === 'list' ? 'auf der Liste' : 'im Segment'} „${id}“`,
  sequence: (steps, period) => `${steps.join(' und danach ')} ist geschehen${period}`,
  each: ({ quantifier, list, where }, yes) => {
    const how = quantifier === 'any' ? (yes ? 'mindestens eines' : 'keines') : yes ? 'jedes' : 'nicht jedes'
    return `für ${how} von ${list} gilt: ${where}`
  },
  isTrue: (what, yes) => `${what} ist ${yes ? '' : 'nicht '}wahr`,
  isKnown: (what, yes) => `${what} ist ${yes ? '' : 'nicht '}bekannt`,
  not: (sentence) => `nicht (${sentence})`,
  numbers: {
    '==': ['ist', 'ist nicht'],
    '!=': ['ist nicht', 'ist'],
    '<': is('weniger als'),
    '<=': is('höchstens'),
    '>': is('mehr als'),
    '>=': is('mindestens'),
  },
  times: {
    '==': ['ist', 'ist nicht'],
    '!=': ['ist nicht', 'ist'],
    '<': ['liegt vor', 'liegt nicht vor'],
    '<=': ['liegt nicht nach', ''],
    '>': ['liegt nach', 'liegt nicht nach'],
    '>=': ['liegt nicht vor', ''],
  },
  texts: {
    contains: ['enthält', 'enthält nicht'],
    startsWith: ['beginnt mit', 'beginnt nicht mit'],
    endsWith: ['endet auf', 'endet nicht auf'],
  },
  oneOf: is('eines von'),
  among: is('enthalten in'),
  wasAgo: (what, operator, ms) => HOW_LONG_AGO[operator] && `${what} war vor ${HOW_LONG_AGO[operator]} ${sinceThen(ms)}`,
  happened: (events, often, period) => {
    if (often === 'simply') return `${events} ist geschehen${period}`
    if ('not' in often) return `${events} ist ${often.not === 'never' ? 'nie' : 'nicht'} geschehen${period}`
    const how = 'atLeastOnce' in often ? 'mindestens einmal' : `${HOW_MANY[often.operator]} ${often.n === 1 ? 'einmal' : `${often.n}-mal`}`
    return `${events} ist ${how} geschehen${period}`
  },
  within: (ms) => ` in den letzten ${sinceThen(ms)}`,
  since: { run: ' seit Beginn des Durchlaufs', step: ' seit Erreichen des Schritts' },
  count: (of) => `die Zahl von ${of}`,
  ordinal: (what, of) => `das ${what === 'first' ? 'erste' : 'letzte'} ${of}`,
  gathered: (what, property, of) => `${GATHERED[what]} ${property} von ${of}`,
  known: {
    'profile.id': 'die Profilkennung',
    'event.name': 'der Name des Ereignisses',
    'event.at': 'die Zeit des Ereignisses',
    'entry.name': 'der Name des Eintritts',
    'entry.at': 'die Zeit des Eintritts',
    'entry.key': 'der Eintrittsschlüssel',
    now: 'jetzt',
  },
  rating: ({ of, name }) => (of === 'score' ? `der Score „${name}“` : `die Kohortenzahl von „${name}“`),
  call: (name, of) => (name === 'lower' ? `${of} in Kleinbuchstaben` : `die Länge von ${of}`),
  fallback: (value, otherwise) => `${value} (oder ${otherwise}, wenn es nicht bekannt ist)`,
  minus: (value) => `minus ${value}`,
  moment: (operator, ms) => (operator === '-' ? `der Zeitpunkt vor ${sinceThen(ms)}` : `der Zeitpunkt in ${sinceThen(ms)}`),
  operators: { '+': 'plus', '-': 'minus', '*': 'mal', '/': 'geteilt durch' },
  named: (tree, words) => {
    if (tree.kind === 'attribute') return words
    if (tree.kind === 'property') return `${words} ${OWNERS[tree.of] ?? `von ${tree.of}`}`
    return words === '' ? 'es' : `sein ${words}`
  },
  whether: (sentence) => `ob ${sentence}`,
  duration: lasting,
}
