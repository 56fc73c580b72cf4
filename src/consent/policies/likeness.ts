import { plain, unescaped, withoutAddresses } from './pattern.ts'
import { INLINE } from './visible.ts'

/**
 * Messages of one template are alike but for a few words. What differs is put into a class: a word that no rule knows counts by its length,
 * digits count as digits, signs and spaces as they are. Two messages of one class meet every phrase at the same places, so what one passed
 * the other passes. A phrase whose signs touch its words (`pay(ing|ment)`) could match inside a word; then nothing is taken for alike.
 */
export interface Likeness {
  /** The class; null: this message is like none before it. `words`: texts that are looked for besides the phrases. */
  of(kin: string, texts: Texts, words: string): string | null
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
  const kins = new Map<string, { readonly known: ReadonlySet<string>; readonly pages: Shapes; readonly lines: Shapes }>()
  return {
    of(kin, { subject, html, text }, words) {
      if (!usable) return null
      const name = `${kin}\u0000${words}`
      let held = kins.get(name)
      if (!held) {
        if (kins.size >= KINS) kins.clear()
        const known = new Set([...vocabulary, ...wordsOf(words)])
        held = { known, pages: new Shapes('<', known), lines: new Shapes('\n', known) }
        kins.set(name, held)
      }
      const [page, told] = [held.pages.of(html), held.lines.of(text)]
      return page === null || told === null ? null : `${page}\u0002${told}\u0002${signature(subject, held.known)}`
    },
  }
}

const wordsOf = (text: string): readonly string[] => plain(text).match(/[a-z0-9]+/g) ?? []

/** The shapes that texts of one template have had: what never changed, and between it what did. */
class Shapes {
  readonly #end: '<' | '\n'
  readonly #known: ReadonlySet<string>
  #shapes: readonly Shape[] = []
  #made = 0

  constructor(end: '<' | '\n', known: ReadonlySet<string>) {
    this.#end = end
    this.#known = known
  }

  of(text: string): string | null {
    for (const shape of this.#shapes) {
      const found = classIn(shape, text, { end: this.#end, known: this.#known })
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
      this.#shapes = this.#shapes.with(i, shapeOf(`${++this.#made}`, parts, { gaps, lines: this.#end === '\n' }))
      return
    }
    this.#shapes = [shapeOf(`${++this.#made}`, parts, { gaps: new Map(), lines: this.#end === '\n' }), ...this.#shapes].slice(0, SHAPES)
  }
}

/** A gap in a text, or in the address of a link or picture. */
type Gap = 'text' | 'address'
interface Shape {
  readonly name: string
  readonly parts: readonly string[]
  readonly gaps: ReadonlyMap<number, Gap>
  /** What stands before each gap, and after the last. */
  readonly fixed: readonly string[]
  readonly kinds: readonly Gap[]
  /** A word at the edge of a gap may go on beside it. */
  readonly open: readonly boolean[]
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
    if (end === '\n') {
      if (part.endsWith('\n') !== other.endsWith('\n')) return null
      found.set(i, 'text')
    } else if (part.startsWith('<') || other.startsWith('<')) {
      const [ours, theirs] = [ADDRESS.exec(part), ADDRESS.exec(other)]
      if (!ours || !theirs || ours[1] !== theirs[1] || ours[3] !== theirs[3]) return null
      found.set(i, 'address')
    } else found.set(i, 'text')
  }
  return found
}

function shapeOf(name: string, parts: readonly string[], { gaps, lines }: { gaps: ReadonlyMap<number, Gap>; lines: boolean }): Shape {
  const fixed: string[] = []
  const kinds: Gap[] = []
  const open: boolean[] = []
  let now = ''
  for (const [i, part] of parts.entries()) {
    const gap = gaps.get(i)
    const address = gap === 'address' ? ADDRESS.exec(part)! : null
    if (gap === undefined) {
      now += part
      continue
    }
    fixed.push(now + (address ? address[1]! : ''))
    kinds.push(gap)
    open.push(!(isApart(parts[i - 1]) && isApart(parts[i + 1])))
    now = address ? address[3]! : lines && part.endsWith('\n') ? '\n' : ''
  }
  return { name, parts, gaps, fixed: [...fixed, now], kinds, open }
}

/** Whether a word of a page ends here: at its ends, and at the mark of a block. */
function isApart(neighbour: string | undefined): boolean {
  if (neighbour === undefined) return true
  const name = /^<\/?([a-z][a-z0-9-]*)/i.exec(neighbour)?.[1]
  return name !== undefined && !INLINE.has(name.toLowerCase())
}

/** The class of a text of this shape; null: it has another shape. */
function classIn(
  { name, fixed, kinds, open }: Shape,
  text: string,
  { end, known }: { end: string; known: ReadonlySet<string> },
): string | null {
  let found = name
  let at = 0
  for (const [i, kind] of kinds.entries()) {
    const before = fixed[i]!
    // A slice is compared many times faster than `startsWith` does.
    if (text.slice(at, at + before.length) !== before) return null
    at += before.length
    const stop = text.indexOf(kind === 'address' ? '"' : end, at)
    const to = stop < 0 ? text.length : stop
    const filled = text.slice(at, to)
    if (kind === 'address') {
      if (UNLIKE_ADDRESS.test(filled)) return null
    } else if (end === '\n') found += `\u0001${signature(withoutAddresses(filled), known)}`
    else if (filled.includes('>')) return null
    else found += `\u0001${open[i] ? plain(unescaped(filled)) : signature(unescaped(filled), known)}`
    at = to
  }
  const last = fixed.at(-1)!
  return text.slice(at) === last ? found : null
}
const UNLIKE_ADDRESS = /[\s'<>]/

/** The class of what is filled in. */
function signature(raw: string, known: ReadonlySet<string>): string {
  const text = plain(raw)
  let out = ''
  let kept = 0
  let begin = -1
  for (let i = 0; i <= text.length; i++) {
    const code = i < text.length ? text.charCodeAt(i) : 32
    // Other letters are rare, and slow to tell from signs: they stay as they are.
    if ((code >= 97 && code <= 122) || (code >= 48 && code <= 57)) {
      if (begin < 0) begin = i
    } else if (begin >= 0) {
      const word = text.slice(begin, i)
      if (!known.has(word) && !touches(text, begin, i)) {
        out += text.slice(kept, begin) + masked(word)
        kept = i
      }
      begin = -1
    }
  }
  return kept === 0 ? text : out + text.slice(kept)
}

/** Whether a letter of another alphabet stands beside it: then it is a part of a longer word. */
const touches = (text: string, begin: number, end: number): boolean =>
  (begin > 0 && text.charCodeAt(begin - 1) > 127) || text.charCodeAt(end) > 127

const masks = new Map<string, string>()
const MASKS = 20_000

function masked(word: string): string {
  const held = masks.get(word)
  if (held !== undefined) return held
  if (masks.size >= MASKS) masks.clear()
  const made = word.replace(/[0-9]/g, '0').replace(/[a-z]/g, 'x')
  masks.set(word, made)
  return made
}
