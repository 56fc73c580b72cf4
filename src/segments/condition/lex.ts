import { milliseconds } from '#lib/duration.ts'
import { type Outcome, refuse } from '#lib/problem.ts'
import { type Code, lineColumn, problem, type Told } from './hints.ts'

/** Longest condition, in UTF-16 units. */
export const MAX_TEXT = 32_768

export type Token =
  | { readonly kind: 'word' | 'symbol'; readonly text: string; readonly start: number; readonly end: number }
  | { readonly kind: 'text'; readonly text: string; readonly value: string; readonly start: number; readonly end: number }
  | { readonly kind: 'number' | 'duration'; readonly text: string; readonly value: number; readonly start: number; readonly end: number }
  | { readonly kind: 'end'; readonly text: ''; readonly start: number; readonly end: number }

const SPACE = /\s+/uy
const WORD = /[\p{L}_$][\p{L}\p{N}\p{M}_$]*/uy
const DURATION = /(?:\d+(?:ms|[wdhms]))+(?![\p{L}\p{N}_$])/uy
const NUMBER = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y
// The longer first; the last line is what other languages use, so that it can be named in a hint.
const SYMBOL = /===|!==|==|!=|<=|>=|<>|=>|=<|&&|\|\||[<>()[\],.+\-*/]|[=!&|~%;:?{}]/y
const TYPOGRAPHIC = /[“”„‟«»‘’‚‛]/u
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', '"': '"', "'": "'", '\\': '\\', '/': '/' }

/** Words, signs and values of a condition; the last token is `end`. */
export function lex(text: string): Outcome<readonly Token[]> {
  const fail = (code: Code, at: number, ...told: Told) => refuse(problem(code, lineColumn(text, at), ...told))
  if (text.length > MAX_TEXT)
    return fail('too_long', MAX_TEXT, `A condition has at most ${MAX_TEXT} characters.`, 'Split it into segments.')
  const tokens: Token[] = []
  const take = (shape: RegExp, start: number): string | undefined => {
    shape.lastIndex = start
    return shape.exec(text)?.[0]
  }
  for (let start = take(SPACE, 0)?.length ?? 0; start < text.length; ) {
    const first = text[start]!
    let end: number
    if (first === '"' || first === "'") {
      const read = quoted(text, start)
      if ('wrong' in read) return fail('text', read.at, read.wrong, read.hint)
      end = read.end
      tokens.push({ kind: 'text', text: text.slice(start, end), value: read.value, start, end })
    } else if (first >= '0' && first <= '9') {
      const duration = take(DURATION, start)
      const found = duration ?? take(NUMBER, start)!
      const value = duration === undefined ? Number(found) : milliseconds(found)
      end = start + found.length
      if (value === undefined || !Number.isFinite(value)) return fail('number', start, `${found} is too large.`)
      const glued = take(WORD, end)
      if (glued !== undefined)
        return fail(
          'number',
          start,
          `${found}${glued} is neither a number nor a duration.`,
          'Durations are written 30s, 5m, 2h, 7d, 2w or 2h30m.',
        )
      tokens.push({ kind: duration === undefined ? 'number' : 'duration', text: found, value, start, end })
    } else {
      const word = take(WORD, start)
      const found = word ?? take(SYMBOL, start)
      if (found === undefined) return fail('syntax', start, `“${character(text, start)}” has no meaning here.`, strangeHint(first))
      end = start + found.length
      tokens.push({ kind: word === undefined ? 'symbol' : 'word', text: found, start, end })
    }
    start = end + (take(SPACE, end)?.length ?? 0)
  }
  tokens.push({ kind: 'end', text: '', start: text.length, end: text.length })
  return tokens
}

const character = (text: string, at: number): string => String.fromCodePoint(text.codePointAt(at)!)
const strangeHint = (found: string): string | undefined => (TYPOGRAPHIC.test(found) ? 'Use straight quotes: "pro".' : undefined)

type Quoted = { readonly value: string; readonly end: number } | { readonly wrong: string; readonly at: number; readonly hint?: string }

function quoted(text: string, start: number): Quoted {
  const quote = text[start]!
  let value = ''
  let at = start + 1
  while (at < text.length) {
    const here = text[at]!
    if (here === quote) return value.isWellFormed() ? { value, end: at + 1 } : { wrong: 'This text holds half a character.', at: start }
    if (here === '\n') break
    if (here === '\0') return { wrong: 'A text cannot hold the NUL character.', at }
    if (here !== '\\') {
      value += here
      at += 1
      continue
    }
    const escape = text[at + 1] ?? ''
    const code = escape === 'u' ? /^[0-9a-fA-F]{4}/.exec(text.slice(at + 2, at + 6))?.[0] : undefined
    const meant =
      code === undefined ? (Object.hasOwn(ESCAPES, escape) ? ESCAPES[escape] : undefined) : String.fromCharCode(Number.parseInt(code, 16))
    if (meant === undefined || meant === '\0')
      return {
        wrong: `\\${escape} is not an escape that a text can hold.`,
        at,
        hint: 'Write \\\\ for a backslash, \\" for a quote, \\n for a new line.',
      }
    value += meant
    at += code === undefined ? 2 : 6
  }
  return { wrong: 'This text does not end.', at: start, hint: `Close it with ${quote} on the same line.` }
}
