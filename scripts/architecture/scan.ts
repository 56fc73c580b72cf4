/** A string or template of the source: its text (`${…}` becomes `$`) and where its opening quote stands. */
export interface Literal {
  readonly text: string
  readonly start: number
}

export interface Import {
  readonly from: string
  readonly start: number
  readonly kind: 'import' | 'export' | 'dynamic'
  readonly typeOnly: boolean
  /** What stands between the keyword and `from`. */
  readonly clause: string
}

/** A source with its literals and comments taken out: `code` has the same length and lines, so offsets stay true. */
export interface Scanned {
  readonly code: string
  readonly literals: readonly Literal[]
  readonly imports: readonly Import[]
}

interface Cursor {
  readonly text: string
  readonly jsx: boolean
  readonly out: string[]
  readonly literals: Literal[]
}

export function scan(text: string, { jsx }: { jsx: boolean }): Scanned {
  const cursor: Cursor = { text, jsx, out: [...text], literals: [] }
  scanCode(cursor, 0, false)
  const code = cursor.out.join('')
  return { code, literals: cursor.literals, imports: importsOf(code, cursor.literals) }
}

export const lineOf = (text: string, offset: number): number => text.slice(0, offset).split('\n').length

/** Walks code up to the end, or up to the brace that closes a template's `${`; returns where it stopped. */
function scanCode(cursor: Cursor, from: number, inTemplate: boolean): number {
  const { text } = cursor
  let depth = 0
  let i = from
  while (i < text.length) {
    const char = text[i]!
    if (inTemplate && char === '}' && depth === 0) return i
    if (char === '{') depth++
    else if (char === '}') depth--
    i = skip(cursor, i) ?? i + 1
  }
  return i
}

/** The offset behind the comment or literal that starts here; undefined when none does. */
function skip(cursor: Cursor, i: number): number | undefined {
  const { text } = cursor
  const char = text[i]
  if (char === '/' && text[i + 1] === '/') return blank(cursor, i, endOf(text, '\n', i))
  if (char === '/' && text[i + 1] === '*') return blank(cursor, i, endOf(text, '*/', i + 2) + 2)
  if (char === "'" || char === '"') return skipString(cursor, i, char)
  if (char === '`') return skipTemplate(cursor, i)
  if (char === '/' && startsRegex(cursor, i)) return skipRegex(cursor, i)
  return undefined
}

function endOf(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from)
  return at < 0 ? text.length : at
}

function blank({ out }: Cursor, from: number, to: number): number {
  const end = Math.min(to, out.length)
  for (let i = from; i < end; i++) if (out[i] !== '\n') out[i] = ' '
  return end
}

/** A quoted string never spans lines, so an apostrophe in JSX text can hide no more than the rest of its line. */
function skipString(cursor: Cursor, start: number, quote: string): number | undefined {
  const { text } = cursor
  for (let i = start + 1; i < text.length && text[i] !== '\n'; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === quote) {
      cursor.literals.push({ text: text.slice(start + 1, i), start })
      blank(cursor, start + 1, i)
      return i + 1
    }
  }
  return undefined
}

function skipTemplate(cursor: Cursor, start: number): number | undefined {
  const { text } = cursor
  let said = ''
  let from = start + 1
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === '\\') said += text[++i] ?? ''
    else if (text[i] === '`') {
      cursor.literals.push({ text: said, start })
      blank(cursor, from, i)
      return i + 1
    } else if (text[i] === '$' && text[i + 1] === '{') {
      blank(cursor, from, i + 2)
      said += '$'
      i = scanCode(cursor, i + 2, true)
      blank(cursor, i, i + 1)
      from = i + 1
    } else said += text[i]
  }
  return undefined
}

const BEFORE_REGEX = /(?:^|[(,=:[!&|?{;+\-*%~^\n]|\b(?:return|typeof|case|in|of|void|throw|else|do|await|yield))[ \t]*$/

function startsRegex({ text, jsx }: Cursor, i: number): boolean {
  if (jsx && text[i + 1] === '>') return false
  return BEFORE_REGEX.test(text.slice(Math.max(0, i - 24), i))
}

function skipRegex(cursor: Cursor, start: number): number | undefined {
  const { text } = cursor
  let inClass = false
  for (let i = start + 1; i < text.length && text[i] !== '\n'; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === '[') inClass = true
    else if (text[i] === ']') inClass = false
    else if (text[i] === '/' && !inClass) return blank(cursor, start + 1, i) + 1
  }
  return undefined
}

const FORMS: readonly (readonly [Import['kind'], RegExp])[] = [
  ['import', /(?<![.\w$])import\s+((?:type\s+)?(?:[\w$]+\s*,?\s*)?(?:\*\s*as\s+[\w$]+|\{[^}]*\})?)\s*from\s*(?=['"])/g],
  ['import', /(?<![.\w$])import\s*()(?=['"])/g],
  ['export', /(?<![.\w$])export\s+((?:type\s+)?(?:\*(?:\s*as\s+[\w$]+)?|\{[^}]*\}))\s*from\s*(?=['"])/g],
  ['dynamic', /(?<![.\w$])import\s*\(\s*()(?=['"`])/g],
]

function importsOf(code: string, literals: readonly Literal[]): Import[] {
  const byStart = new Map(literals.map((literal) => [literal.start, literal.text]))
  const found: Import[] = []
  for (const [kind, form] of FORMS) {
    for (const match of code.matchAll(form)) {
      const from = byStart.get(match.index + match[0].length)
      if (from === undefined) continue
      const clause = match[1]!
      found.push({ kind, from, start: match.index, clause, typeOnly: /^type\b/.test(clause) })
    }
  }
  return found
}
