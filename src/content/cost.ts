import type { Json } from '#lib/json.ts'

/** Tags that do not repeat more than their data, and filters whose work grows no faster than their input. */
const SMALL_TAGS = new Set([
  'if',
  'elsif',
  'else',
  'endif',
  'unless',
  'endunless',
  'case',
  'when',
  'endcase',
  'for',
  'endfor',
  'comment',
  'endcomment',
  'assign',
  '#',
])
const SMALL_FILTERS = new Set([
  'abs',
  'append',
  'at_least',
  'at_most',
  'capitalize',
  'ceil',
  'date',
  'default',
  'divided_by',
  'downcase',
  'escape',
  'first',
  'floor',
  'last',
  'minus',
  'modulo',
  'plus',
  'prepend',
  'raw',
  'round',
  'size',
  'strip',
  'times',
  'truncate',
  'upcase',
  'url_encode',
])
/** Outputs and tags that a small text has at most; each may cost what the data weighs. */
const MOST_TOKENS = 200
const TOKEN = /\{\{([^{}]*)\}\}|\{%-?\s*(#|[a-z]+)?([^{}]*)%\}/g
const QUOTED = /"[^"]*"|'[^']*'/g

/**
 * Whether rendering this text costs little for sure: a short list of tags and filters, loops over data only and none inside another.
 * What cannot be told is not small. Reads the text once; never throws.
 */
export function isSmall(text: string): boolean {
  let tokens = 0
  let depth = 0
  let read = 0
  for (const [, output, tag, rest = ''] of text.matchAll(TOKEN)) {
    tokens += 1
    read += 1
    if (tokens > MOST_TOKENS) return false
    if (output !== undefined) {
      if (!cheap(output)) return false
      continue
    }
    if (tag === undefined || !SMALL_TAGS.has(tag)) return false
    if (tag === 'for') depth += 1
    if (tag === 'endfor') depth -= 1
    // A text that is put together in a loop doubles with each round.
    if (depth > 1 || rest.includes('..') || (tag === 'assign' && /\|/.test(rest))) return false
  }
  // Every opening brace of Liquid was understood as one of the tokens.
  return read === (text.match(/\{\{|\{%/g)?.length ?? 0)
}

/** Only filters of the list; a date's format is written out and has no wide padding. */
function cheap(output: string): boolean {
  const bare = output.replace(QUOTED, '""')
  for (const [, name, args = ''] of bare.matchAll(/\|\s*([a-z_]+)\s*(?::([^|]*))?/g)) {
    if (!SMALL_FILTERS.has(name!)) return false
    if (name === 'date' && !/^\s*""\s*$/.test(args)) return false
  }
  return !/%[-_0^#:]*\d{2,}/.test(output)
}

/** Characters of data that a small text may be rendered with. */
export const SMALL_DATA = 100_000

/** Whether the texts and names of this value come to no more than so many characters; stops counting there. */
export function isLight(value: Json | object | undefined, most: number = SMALL_DATA): boolean {
  return most - weigh(value as Json, most) >= 0
}

function weigh(value: Json | undefined, most: number): number {
  if (typeof value === 'string') return value.length
  if (value === null || typeof value !== 'object') return 8
  let sum = 8
  for (const name in value) {
    sum += name.length + weigh((value as Record<string, Json>)[name], most - sum)
    if (sum > most) return sum
  }
  return sum
}
