import type { Sayings } from '../telling.ts'

/** Types as zod names them. */
const TYPES: Readonly<Record<string, string>> = {
  string: 'Text',
  number: 'eine Zahl',
  int: 'eine ganze Zahl',
  boolean: 'ja oder nein',
  array: 'eine Liste',
  object: 'ein Objekt',
  record: 'ein Objekt',
  date: 'ein Datum',
}
const SIZES: Readonly<Record<string, string>> = { characters: 'Zeichen', items: 'Einträge', entries: 'Einträge' }
const BOUNDS: Readonly<Record<string, string>> = {
  '>=': 'mindestens {1}',
  '>': 'mehr als {1}',
  '<=': 'höchstens {1}',
  '<': 'weniger als {1}',
  'exactly ': 'genau {1}',
}

const ofTypes = Object.entries(TYPES).flatMap(([type, german]) => [
  [`Invalid input: expected ${type}, received undefined`, `Hier fehlt etwas: gebraucht wird ${german}`],
  [`Invalid input: expected ${type}, received {1}`, `Hier muss ${german} stehen`],
])
const ofSizes = ['Too small', 'Too big'].flatMap((how) =>
  Object.entries(BOUNDS).flatMap(([sign, german]) => [
    ...['string', 'array', 'object', 'record'].flatMap((type) =>
      Object.entries(SIZES).map(([size, told]) => [`${how}: expected ${type} to have ${sign}{1} ${size}`, `Zahl der ${told}: ${german}`]),
    ),
    ...['number', 'int'].map((type) => [`${how}: expected ${type} to be ${sign}{1}`, `Die Zahl muss ${german} sein`]),
  ]),
)

/** What schemas find wrong by themselves, in the words of zod (`zod/v4/locales/en`). */
export const GERMAN_FORMS: Sayings = {
  ...Object.fromEntries([...ofTypes, ...ofSizes]),
  '{1}; or {2}': '{1}; oder: {2}',
  'Invalid input': 'Diese Angabe passt nicht',
  'Invalid input: expected {1}': 'Hier muss {1} stehen',
  'Invalid option: expected one of {1}': 'Zur Auswahl stehen {1}',
  'Invalid string: must start with {1}': 'Der Text muss mit {1} beginnen',
  'Invalid string: must end with {1}': 'Der Text muss mit {1} enden',
  'Invalid string: must include {1}': 'Der Text muss {1} enthalten',
  'Invalid string: must match pattern {1}': 'Der Text muss dem Muster {1} entsprechen',
  'Invalid number: must be a multiple of {1}': 'Die Zahl muss ein Vielfaches von {1} sein',
  'Unrecognized key: {1}': 'Unbekanntes Feld: {1}',
  'Unrecognized keys: {1}': 'Unbekannte Felder: {1}',
  'Invalid key in {1}': 'Ungültiger Schlüssel in {1}',
  'Invalid value in {1}': 'Ungültiger Wert in {1}',
  'Invalid email address': 'Das ist keine E-Mail-Adresse',
  'Invalid URL': 'Das ist keine Internetadresse',
  'Invalid UUID': 'Das ist keine UUID',
  'Invalid ISO date': 'Das ist kein Datum wie 2026-03-01',
  'Invalid ISO datetime': 'Das ist kein Zeitpunkt wie 2026-03-01T09:00:00Z',
  'Invalid ISO time': 'Das ist keine Uhrzeit wie 09:00',
  'Invalid ISO duration': 'Das ist keine Dauer wie P3D',
}
