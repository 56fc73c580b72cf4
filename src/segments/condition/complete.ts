import { FUNCTIONS } from './hints.ts'

/** What the workspace knows, as names. */
export interface Vocabulary {
  readonly attributes: readonly { readonly name: string; readonly values: readonly (string | number | boolean)[] }[]
  readonly events: readonly {
    readonly name: string
    readonly properties: readonly { readonly name: string; readonly values: readonly (string | number | boolean)[] }[]
  }[]
  readonly segments: readonly string[]
  readonly lists: readonly string[]
  readonly channels: readonly string[]
  readonly topics: readonly string[]
  readonly scores: readonly string[]
}
export const NO_VOCABULARY: Vocabulary = { attributes: [], events: [], segments: [], lists: [], channels: [], topics: [], scores: [] }

/** What can be written at a place of a text: `text` takes the place of what stands from `from` to `to`. */
export interface Completions {
  readonly from: number
  readonly to: number
  readonly choices: readonly { readonly text: string; readonly label: string; readonly kind: 'name' | 'function' | 'word' | 'value' }[]
}

const GATHERING = 'count|sum|min|max|distinct|first|last|performed|never'
const OPERATORS = [
  '==',
  '!=',
  '<',
  '<=',
  '>',
  '>=',
  'in',
  'contains',
  'startsWith',
  'endsWith',
  'exists',
  'missing',
  'not in',
  'not contains',
]
const VALUE_AFTER = /([\p{L}_$][\p{L}\p{N}_$.]*)\s*(?:==|!=|<=|>=|<|>|contains|startsWith|endsWith|in\s*\[[^\]]*)\s*$/u

/** Completions at an offset of the text, those that begin with what is written there. */
export function completions(text: string, offset: number, known: Vocabulary): Completions {
  const before = text.slice(0, offset)
  return inQuotes(before, text, known) ?? afterRoot(before, known) ?? afterOperand(before) ?? afterOperator(before, known) ?? atWord(before)
}

type Choice = Completions['choices'][number]
const choose = (from: number, to: number, choices: readonly Choice[]): Completions => ({ from, to, choices: choices.slice(0, 60) })
const beginning = (typed: string) => (name: string) => name.toLowerCase().includes(typed.toLowerCase())

/** Inside of quotes: names of events, segments, lists, channels, topics, scores; values of what is compared. */
function inQuotes(before: string, text: string, known: Vocabulary): Completions | undefined {
  const open = openQuote(before)
  if (open === undefined) return undefined
  const typed = before.slice(open + 1)
  const names = namesAt(before.slice(0, open), known)
  const closing = text[before.length] === '"' ? before.length + 1 : before.length
  return choose(
    open,
    closing,
    names.filter(beginning(typed)).map((name) => ({ text: JSON.stringify(name), label: name, kind: 'name' as const })),
  )
}

function openQuote(before: string): number | undefined {
  let open: number | undefined
  for (let i = 0; i < before.length; i++) {
    if (before[i] === '\\' && open !== undefined) i++
    else if (before[i] === '"') open = open === undefined ? i : undefined
  }
  return open
}

function namesAt(before: string, known: Vocabulary): readonly string[] {
  if (new RegExp(`(?:${GATHERING})\\(\\s*$`).test(before) || /sequence\((?:[^()]|\([^()]*\))*$/.test(before))
    return known.events.map(({ name }) => name)
  if (/segment\(\s*$/.test(before)) return known.segments
  if (/list\(\s*$/.test(before)) return known.lists
  if (/(?:consent|withdrawn)\(\s*$/.test(before)) return known.channels
  if (/(?:consent|withdrawn)\(\s*"[^"]*"\s*,\s*$/.test(before)) return known.topics
  if (/score\(\s*$/.test(before)) return known.scores
  return valuesBefore(before, known).filter((value) => typeof value === 'string')
}

/** Values of the attribute or property that is compared here. */
function valuesBefore(before: string, known: Vocabulary): readonly (string | number | boolean)[] {
  const path = VALUE_AFTER.exec(before)?.[1]
  if (path === undefined) return []
  const name = path.slice(path.indexOf('.') + 1)
  if (path.startsWith('profile.')) return known.attributes.find((each) => each.name === name)?.values ?? []
  return known.events.flatMap(({ properties }) => properties.find((each) => each.name === name)?.values ?? [])
}

function afterRoot(before: string, known: Vocabulary): Completions | undefined {
  const found = /(?:^|[^\p{L}\p{N}_$.])(profile|event|entry)\.([\p{L}\p{N}_$]*)$/u.exec(before)
  if (!found) return undefined
  const typed = found[2]!
  const names =
    found[1] === 'profile'
      ? [...known.attributes.map(({ name }) => name), 'id']
      : [...new Set(known.events.flatMap(({ properties }) => properties.map(({ name }) => name))), 'name', 'at']
  const choices = names.filter(beginning(typed)).map((name) => nameChoice(name, found[1]!))
  return choose(before.length - typed.length, before.length, choices)
}
const nameChoice = (name: string, root: string): Choice => ({
  text: name,
  label: `${root}.${name}`,
  kind: 'name',
})

/** Behind a value: how it may be compared, or what joins it. */
function afterOperand(before: string): Completions | undefined {
  const found = /(?:(?:profile|event|entry|run|it)\.[\p{L}\p{N}_$.]+|\))\s+([a-zA-Z!=<>]*)$/u.exec(before)
  if (!found) return undefined
  const typed = found[1]!
  const words = [...OPERATORS, 'and', 'or'].filter((word) => word.toLowerCase().startsWith(typed.toLowerCase()))
  return choose(
    before.length - typed.length,
    before.length,
    words.map((word) => ({ text: `${word} `, label: word, kind: 'word' as const })),
  )
}

function afterOperator(before: string, known: Vocabulary): Completions | undefined {
  if (!VALUE_AFTER.test(before)) return undefined
  const values = valuesBefore(before, known)
  if (values.length === 0) return undefined
  return choose(
    before.length,
    before.length,
    values.map((value) => ({ text: JSON.stringify(value), label: String(value), kind: 'value' as const })),
  )
}

function atWord(before: string): Completions {
  const typed = /[\p{L}_$][\p{L}\p{N}_$]*$/u.exec(before)?.[0] ?? ''
  const roots = ['profile.', 'not ', 'now', 'and ', 'or ']
  const choices: Choice[] = [
    ...roots.map((word) => ({ text: word, label: word.trim(), kind: 'word' as const })),
    ...FUNCTIONS.map((name) => ({ text: `${name}(`, label: `${name}(…)`, kind: 'function' as const })),
  ]
  return choose(
    before.length - typed.length,
    before.length,
    choices.filter(({ label }) => label.toLowerCase().startsWith(typed.toLowerCase())),
  )
}
