import type { Problem } from '#lib/problem.ts'

export type Code =
  | 'syntax'
  | 'text'
  | 'number'
  | 'date'
  | 'too_long'
  | 'too_deep'
  | 'unknown_name'
  | 'unknown_function'
  | 'unavailable'
  | 'type'
/** What is wrong, and how to mend it. */
export type Told = readonly [title: string, hint?: string]

export function problem(code: Code, at: string | undefined, ...[title, hint]: Told): Problem {
  return { code: `condition.${code}`, status: 422, title, ...(hint === undefined ? {} : { hint }), ...(at === undefined ? {} : { at }) }
}

/** `line:column`, both from 1, columns in UTF-16 units as editors count them. */
export function lineColumn(text: string, offset: number): string {
  const before = text.slice(0, offset)
  const line = before.split('\n').length
  return `${line}:${offset - before.lastIndexOf('\n')}`
}

/** The place in the text that `lineColumn` told; undefined: it has no such place. */
export function offsetOf(text: string, at: string): number | undefined {
  const [line, column] = at.split(':').map(Number)
  const lines = text.split('\n')
  if (!line || !column || line > lines.length) return undefined
  return lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0) + column - 1
}

export const ROOTS = ['profile', 'event', 'entry', 'run', 'now', 'it'] as const
export const FUNCTIONS = [
  'consent',
  'withdrawn',
  'count',
  'first',
  'last',
  'sum',
  'min',
  'max',
  'distinct',
  'performed',
  'never',
  'sequence',
  'segment',
  'list',
  'score',
  'cohort',
  'lower',
  'length',
  'default',
  'date',
] as const
/** Words that have a meaning in their place only; elsewhere in a list they are names. */
export const IN_PLACE = ['where', 'within', 'run', 'step'] as const
export const WORD_OPERATORS = ['in', 'contains', 'startsWith', 'endsWith'] as const
export const POSTFIX = ['exists', 'missing'] as const
export const RESERVED: ReadonlySet<string> = new Set([
  'and',
  'or',
  'not',
  'true',
  'false',
  'null',
  ...WORD_OPERATORS,
  ...POSTFIX,
  ...ROOTS,
  ...FUNCTIONS,
  ...IN_PLACE,
])

/** What people write from the habit of other tools, and what it is called here. */
const OTHER_ROOTS = new Map([
  ...['traits', 'trait', 'user', 'person', 'contact', 'customer', 'attributes', 'attribute', 'subscriber'].map(
    (word) => [word, 'profile'] as const,
  ),
  ...['properties', 'property', 'props', 'trigger', 'payload'].map((word) => [word, 'event'] as const),
])
const OTHER_OPERATORS = new Map([
  ...['=', '===', 'is', 'equals', 'equal', 'eq'].map((word) => [word, '=='] as const),
  ...['<>', '!==', 'isnt', 'neq', 'ne'].map((word) => [word, '!='] as const),
  ...['like', 'includes', 'has', 'contain', 'matches', '~'].map((word) => [word, 'contains'] as const),
  ['=>', '>='],
  ['=<', '<='],
  ['gt', '>'],
  ['gte', '>='],
  ['lt', '<'],
  ['lte', '<='],
  ['&&', 'and'],
  ['&', 'and'],
  ['||', 'or'],
  ['|', 'or'],
  ['!', 'not'],
  ['exist', 'exists'],
])

/** The operator that was probably meant by this word or sign. */
export function operatorHint(found: string): string | undefined {
  const meant =
    OTHER_OPERATORS.get(found) ??
    OTHER_OPERATORS.get(found.toLowerCase()) ??
    nearest(found, ['and', 'or', 'not', ...WORD_OPERATORS, ...POSTFIX])
  if (meant !== undefined) return `write ${meant} instead of ${found}`
  if (found === 'between') return 'write two comparisons: a >= 1 and a <= 9'
  return undefined
}

/** How a bare name was probably meant; `path` is the whole of what was written. */
export function nameHint(name: string, path: string): string {
  const root = OTHER_ROOTS.get(name.toLowerCase()) ?? nearest(name, ROOTS)
  if (root !== undefined) return `write ${root}${path.slice(name.length)}`
  if (name === 'null' || name === 'undefined' || name === 'nil') return 'write `profile.x missing` to ask for a value that is not there'
  return `write profile.${path} for an attribute of the person, or "${path}" in quotes for a text`
}

export function functionHint(name: string): string {
  if (name === 'exists' || name === 'missing') return `write it after the value: profile.email ${name}`
  if (name === 'any' || name === 'all') return `write it after a list: entry.items.${name}(stock < 5)`
  const meant = nearest(name, FUNCTIONS)
  return meant === undefined ? `the functions are ${FUNCTIONS.join(', ')}` : `did you mean ${meant}(…)?`
}

/** The choice that differs by few letters, ignoring case; undefined when none is near. */
export function nearest(word: string, choices: readonly string[]): string | undefined {
  const lower = word.toLowerCase()
  const limit = lower.length <= 3 ? 1 : 2
  let best: { choice: string; far: number } | undefined
  for (const choice of choices) {
    if (Math.abs(choice.length - lower.length) > limit) continue
    const far = editDistance(lower, choice.toLowerCase())
    if (far <= limit && far < choice.length - 1 && (best === undefined || far < best.far)) best = { choice, far }
  }
  return best?.choice
}

// Levenshtein 1966, one row at a time.
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)))
    row = next
  }
  return row[b.length]!
}
