import { plain, unescaped, withoutAddresses } from './pattern.ts'
import { INLINE } from './visible.ts'

/**
 * Messages of one template are alike but for a few words. What differs is put into a class: a word that no rule knows counts by its length,
 * digits count as digits, signs and spaces as they are. Two messages of one class meet every phrase at the same places, so what one passed
 * the other passes. A phrase whose signs touch its words (`pay(ing|ment)`) could match inside a word; then nothing is taken for alike.
 */
export interface Likeness {
  /** The class; null: this message is like none before it. One that begins with `=` holds the address in a link of the page. */
  of(kin: string, texts: Texts, wanted: Wanted): string | null
}

/** What is looked for besides the phrases: words, and an address that stands in the page ('' for none). */
export interface Wanted {
  readonly words: string
  readonly address: string
}

export interface Texts {
  readonly subject: string
  readonly html: string
  readonly text: string
}

const TOUCHING = /[\p{L}\p{N}][#…(]|[)…#][\p{L}\p{N}]/u
/** Templates and shapes of one template that are remembered. */
const KINS = 500
const SHAPES = 8

export function likeness(phrases: readonly string[]): Likeness {
  const usable = !phrases.some((phrase) => TOUCHING.test(phrase))
  const vocabulary = phrases.flatMap(wordsOf)
  const kins = new Map<string, Map<string, Kin>>()
  let held = 0
  let shapes = 0
  // A name is of one shape of one template, and never given again.
  const next = (): string => `${++shapes}`
  const kinOf = (kin: string, words: string): Kin => {
    const found = kins.get(kin)?.get(words)
    if (found) return found
    if (++held > KINS) {
      kins.clear()
      held = 1
    }
    const known = new Set([...vocabulary, ...wordsOf(words)])
    const made = {
      known,
      pages: new Shapes('<', { known, next }),
      lines: new Shapes('\n', { known, next }),
      subjects: new Shapes('\n', { known, next, isWritten: true }),
    }
    kins.set(kin, (kins.get(kin) ?? new Map()).set(words, made))
    return made
  }
  return {
    of(kin, { subject, html, text }, { words, address }) {
      if (!usable) return null
      const { pages, lines, subjects } = kinOf(kin, words)
      const page = pages.of(html, address)
      const told = lines.of(text, address)
      const named = subjects.of(subject, address)
      return page === null || told === null || named === null ? null : `${page}\u0002${told}\u0002${named}`
    },
  }
}

interface Kin {
  readonly known: ReadonlySet<string>
  readonly pages: Shapes
  readonly lines: Shapes
  readonly subjects: Shapes
}

const wordsOf = (text: string): readonly string[] => plain(text).match(/[a-z0-9]+/g) ?? []

/** The shapes that texts of one template have had: what never changed, and between it what did. */
class Shapes {
  readonly #end: '<' | '\n'
  readonly #known: ReadonlySet<string>
  readonly #next: () => string
  readonly #isWritten: boolean
  #shapes: readonly Shape[] = []

  /** `isWritten`: addresses in it are words as well. */
  constructor(
    end: '<' | '\n',
    { known, next, isWritten = false }: { known: ReadonlySet<string>; next: () => string; isWritten?: boolean },
  ) {
    this.#end = end
    this.#known = known
    this.#next = next
    this.#isWritten = isWritten
  }

  of(text: string, address: string): string | null {
    for (const shape of this.#shapes) {
      const found = classIn(shape, text, { end: this.#end, known: this.#known, isWritten: this.#isWritten, address })
      if (found !== null) return found
    }
    this.#learn(partsOf(text, this.#end))
    return null
  }

  /** Of two texts with the same parts what differs becomes a gap; else it is a shape of its own. */
  #learn(parts: readonly string[]): void {
    for (const [i, shape] of this.#shapes.entries()) {
      const gaps = gapsBetween(shape, parts, this.#end)
      if (!gaps) continue
      // It is of this shape, and there is something in it that is not compared.
      if (isSame(gaps, shape.gaps)) return
      this.#shapes = this.#shapes.with(i, shapeOf(this.#next(), parts, { gaps, lines: this.#end === '\n' }))
      return
    }
    this.#shapes = [shapeOf(this.#next(), parts, { gaps: new Map(), lines: this.#end === '\n' }), ...this.#shapes].slice(0, SHAPES)
  }
}

/** What changes in the address of a link or picture, or in a text between words that never changed. */
type Gap = { readonly kind: 'address' } | { readonly kind: 'text'; readonly head: string; readonly tail: string }
interface Shape {
  readonly name: string
  readonly parts: readonly string[]
  readonly gaps: ReadonlyMap<number, Gap>
  /** What stands before each gap, and after the last. */
  readonly fixed: readonly string[]
  readonly places: readonly Place[]
}

interface Place {
  readonly kind: Gap['kind']
  /** How much of what follows is fixed before its text ends. */
  readonly tail: number
  /** A word at its edge may go on beside it. */
  readonly open: boolean
}

const ADDRESS = /^(<[^"<>]*(?:"[^"]*"[^"<>]*)*?\s(?:href|src)=")([^"]*)("[\s\S]*)$/

/** Marks and texts of a page, or lines. */
function partsOf(text: string, end: '<' | '\n'): string[] {
  if (end === '\n') return text.split(/(?<=\n)/)
  return text.split(/(?=<)|(?<=>)/)
}

function gapsBetween({ parts: known, gaps }: Shape, parts: readonly string[], end: '<' | '\n'): Map<number, Gap> | null {
  if (known.length !== parts.length) return null
  const found = new Map(gaps)
  for (const [i, part] of parts.entries()) {
    const other = known[i]!
    if (part === other) continue
    const isMark = end === '<' && (part.startsWith('<') || other.startsWith('<'))
    if (isMark ? !differInAddress(part, other) : end === '\n' && part.endsWith('\n') !== other.endsWith('\n')) return null
    found.set(i, isMark ? { kind: 'address' } : narrowed(gaps.get(i), withoutEnd(other), withoutEnd(part)))
  }
  return found
}

function differInAddress(one: string, other: string): boolean {
  const [ours, theirs] = [ADDRESS.exec(one), ADDRESS.exec(other)]
  return ours !== null && theirs !== null && ours[1] === theirs[1] && ours[3] === theirs[3]
}

const isSame = (some: ReadonlyMap<number, Gap>, others: ReadonlyMap<number, Gap>): boolean =>
  some.size === others.size && [...some].every(([i, gap]) => gapName(gap) === gapName(others.get(i)))

const gapName = (gap: Gap | undefined): string => (gap?.kind === 'text' ? `${gap.head}\n${gap.tail}` : (gap?.kind ?? ''))

const withoutEnd = (line: string): string => (line.endsWith('\n') ? line.slice(0, -1) : line)

/** Two texts are fixed up to the space before they differ, and from the space after: there no word, sign or entity goes on. */
function narrowed(gap: Gap | undefined, known: string, text: string): Gap {
  const { head: first, tail: last } = gap?.kind === 'text' ? gap : { head: known, tail: known }
  let from = 0
  while (from < first.length && first[from] === text[from]) from++
  const head = from === 0 ? '' : first.slice(0, first.lastIndexOf(' ', from - 1) + 1)
  let to = 0
  while (to < last.length && last.at(-1 - to) === text.at(-1 - to)) to++
  const space = last.indexOf(' ', last.length - to)
  const tail = space < 0 ? '' : last.slice(space)
  const fits = head.length + tail.length <= Math.min(text.length, known.length)
  return { kind: 'text', head, tail: fits ? tail : '' }
}

function shapeOf(name: string, parts: readonly string[], { gaps, lines }: { gaps: ReadonlyMap<number, Gap>; lines: boolean }): Shape {
  const fixed: string[] = []
  const places: Place[] = []
  let now = ''
  for (const [i, part] of parts.entries()) {
    const gap = gaps.get(i)
    if (gap === undefined) now += part
    else if (gap.kind === 'address') {
      const [, before, , after] = ADDRESS.exec(part)!
      fixed.push(now + before)
      places.push({ kind: 'address', tail: 0, open: false })
      now = after!
    } else {
      const { kind, head, tail } = gap
      fixed.push(now + head)
      places.push({
        kind,
        tail: tail.length,
        open: !lines && !((head !== '' || isApart(parts[i - 1])) && (tail !== '' || isApart(parts[i + 1]))),
      })
      now = tail + (lines && part.endsWith('\n') ? '\n' : '')
    }
  }
  return { name, parts, gaps, fixed: [...fixed, now], places }
}

/** Whether a word of a page ends here: at its ends, and at the mark of a block. */
function isApart(neighbour: string | undefined): boolean {
  if (neighbour === undefined) return true
  const name = /^<\/?([a-z][a-z0-9-]*)/i.exec(neighbour)?.[1]
  return name !== undefined && !INLINE.has(name.toLowerCase())
}

interface Reading extends Pick<Wanted, 'address'> {
  readonly end: '<' | '\n'
  readonly known: ReadonlySet<string>
  readonly isWritten: boolean
}

/** The class of a text of this shape; null: it has another shape. One that begins with `=` holds the wanted address. */
function classIn({ name, fixed, places }: Shape, text: string, { end, known, isWritten, address }: Reading): string | null {
  let found = name
  let at = 0
  let isLinked = false
  for (let i = 0; i < places.length; i++) {
    const { kind, tail, open } = places[i]!
    const before = fixed[i]!
    // A slice is compared many times faster than `startsWith` does.
    if (text.slice(at, at + before.length) !== before) return null
    at += before.length
    const stop = text.indexOf(kind === 'address' ? '"' : end, at)
    const to = (stop < 0 ? text.length : stop) - tail
    if (to < at) return null
    const filled = text.slice(at, to)
    if (kind === 'address') {
      if (UNLIKE_ADDRESS.test(filled)) return null
      if (filled === address) isLinked = true
    } else {
      if (end === '<' && filled.includes('>')) return null
      const words = end === '<' ? unescaped(filled) : isWritten ? filled : withoutAddresses(filled)
      const told = open ? plain(words) : signature(words, known)
      // With its length, so that nothing that is filled in can pass for the end of it.
      found += `\u0001${told.length}:${told}`
    }
    at = to
  }
  const last = fixed[places.length]!
  if (text.length !== at + last.length || text.slice(at) !== last) return null
  return isLinked ? `=${found}` : found
}
const UNLIKE_ADDRESS = /[\s'<>]/

/** The class of what is filled in. */
function signature(raw: string, known: ReadonlySet<string>): string {
  return signatureOf(raw.toLowerCase(), known) ?? signatureOf(plain(raw), known, true)!
}

/** Of a text that is as `plain` writes it; null: it is not. */
function signatureOf(text: string, known: ReadonlySet<string>, isPlain = false): string | null {
  let out = ''
  let kept = 0
  let begin = -1
  let digits = 0
  let before = -1
  for (let i = 0; i <= text.length; i++) {
    const code = i < text.length ? text.charCodeAt(i) : 33
    // Other letters are rare, and slow to tell from signs: they stay as they are.
    const isDigit = code >= 48 && code <= 57
    if (isDigit || (code >= 97 && code <= 122)) {
      if (begin < 0) {
        begin = i
        digits = 0
      }
      if (isDigit) digits++
      continue
    }
    if (!isPlain && (code > 127 || (code >= 9 && code <= 13) || (code === 32 && before === i))) return null
    if (code === 32) before = i + 1
    if (begin < 0) continue
    const word = text.slice(begin, i)
    if (!known.has(word) && !(isPlain && touches(text, begin, i))) {
      out += text.slice(kept, begin) + masked(word, digits)
      kept = i
    }
    begin = -1
  }
  return kept === 0 ? text : out + text.slice(kept)
}

/** Whether a letter of another alphabet stands beside it: then it is a part of a longer word. */
const touches = (text: string, begin: number, end: number): boolean =>
  (begin > 0 && text.charCodeAt(begin - 1) > 127) || text.charCodeAt(end) > 127

const LETTERS = Array.from({ length: 32 }, (_, n) => 'x'.repeat(n))
const DIGITS = Array.from({ length: 32 }, (_, n) => '0'.repeat(n))

function masked(word: string, digits: number): string {
  if (word.length < 32 && digits === 0) return LETTERS[word.length]!
  if (word.length < 32 && digits === word.length) return DIGITS[word.length]!
  return word.replace(/[0-9]/g, '0').replace(/[a-z]/g, 'x')
}
