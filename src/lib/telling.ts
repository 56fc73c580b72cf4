import { ownNameInGerman } from './said/own-names-german.ts'

/** Sentences that the server makes, by their code: the English sentence, with `{1}`, `{2}`, … for what is filled in. */
export type Sayings = Readonly<Record<string, string>>

/** A text of the server in another language; undefined where the catalogue does not hold every sentence of it, so that nothing is told half. */
export type Telling = (text: string) => string | undefined

/** Tells by a catalogue of sentences; `words` are what is filled into them. */
export function tellingBy(sayings: Sayings, words: Sayings): Telling {
  const table = tableOf(sayings, false)
  const fragments = tableOf(words, true)
  return (text) => new Teller(table, fragments).tell(text)
}

/** A code cut at what is filled in; of two that stand side by side the first takes all. */
interface Pattern {
  readonly texts: readonly string[]
  readonly places: readonly number[]
  readonly told: string
  /** Letters that have to be just so: of two that fit the one that says more is meant. */
  readonly weight: number
}

interface Table {
  readonly exact: ReadonlyMap<string, string>
  /** By their first word; '' for those that begin with what is filled in. */
  readonly patterns: ReadonlyMap<string, readonly Pattern[]>
  /** Only numbers and words of the catalogue are filled in, so that no name that people gave is taken for words. */
  readonly strict: boolean
}

function tableOf(sayings: Sayings, strict: boolean): Table {
  const entries = Object.entries(sayings)
  const patterns = entries.filter(([code]) => code.includes('{1}')).map(([code, told]) => patternOf(code, told))
  return {
    exact: new Map(entries.filter(([code]) => !code.includes('{1}'))),
    patterns: Map.groupBy(
      patterns.toSorted((a, b) => b.weight - a.weight),
      ({ texts }) => firstWord(texts[0]!),
    ),
    strict,
  }
}

function patternOf(code: string, told: string): Pattern {
  const pieces = code.split(/\{(\d)\}/)
  const texts = pieces.filter((_, i) => i % 2 === 0)
  const places = pieces.filter((_, i) => i % 2 === 1).map(Number)
  return { texts, places, told, weight: texts.join('').length }
}

/** Only a word that is whole can be looked up: a space follows it. */
const firstWord = (text: string): string => /^\S+(?= )/.exec(text)?.[0] ?? ''

/** Longer texts were written by people. */
const LONGEST = 2_000

/** Sentences within sentences are looked up as well; what a text of ours takes is a fraction of this many looks. */
const MOST_LOOKS = 400

/** A part that was cut in the middle of a phrase. */
const LEFT_OVER = /^(?:with|of|for|from|by|to|in|on|at|and|or) /

/** Tells one text. */
class Teller {
  readonly #sayings: Table
  readonly #words: Table
  readonly #known = new Map<Table, Map<string, string | undefined>>()
  #looks = 0
  constructor(sayings: Table, words: Table) {
    this.#sayings = sayings
    this.#words = words
  }

  tell(text: string): string | undefined {
    if (text.length > LONGEST) return undefined
    const whole = this.#look(text, this.#sayings)
    if (whole !== undefined) return whole
    const sentences = text.split(/(?<=[.!?]) (?=[A-Z“\d])/)
    if (sentences.length === 1) return undefined
    const each = sentences.map((sentence) => this.#look(sentence, this.#sayings))
    return each.every((one) => one !== undefined) ? each.join(' ') : undefined
  }

  /** What was looked up before is not looked up again: sentences stand in several parts that are tried. */
  #look(text: string, table: Table): string | undefined {
    const before = this.#known.get(table) ?? new Map<string, string | undefined>()
    this.#known.set(table, before)
    if (!before.has(text)) before.set(text, this.#lookUp(text, table))
    return before.get(text)
  }

  #lookUp(text: string, table: Table): string | undefined {
    const known = table.exact.get(text)
    if (known !== undefined) return known
    if (++this.#looks > MOST_LOOKS) return undefined
    for (const name of new Set([firstWord(text), ''])) {
      for (const pattern of table.patterns.get(name) ?? []) {
        for (const parts of splits(text, pattern)) {
          const full = this.#filled(pattern, parts, table)
          if (full !== undefined) return full
        }
      }
    }
    return undefined
  }

  #filled({ told, texts, places }: Pattern, parts: ReadonlyMap<number, string>, { strict }: Table): string | undefined {
    let complete = true
    const text = told.replace(/\{(\d)(n?)\}/g, (_all, digit: string, dative: string) => {
      const at = places.indexOf(Number(digit))
      const part = parts.get(Number(digit)) ?? ''
      // What stands in quotes is a name that somebody gave.
      const isName = /[“"]$/.test(texts[at]!) && /^[”"]/.test(texts[at + 1]!)
      const spoken = isName
        ? (ownNameInGerman(part) ?? part)
        : strict
          ? (asItStands(part) ?? this.#look(part, this.#words))
          : this.#part(part)
      if (spoken === undefined) complete = false
      return dative === 'n' ? inDative(spoken ?? '') : (spoken ?? '')
    })
    return complete ? text : undefined
  }

  /** A part: words of the catalogue, a number, or a name of one word; undefined: English words that nobody has translated. */
  #part(part: string): string | undefined {
    const [, before = '', inner = '', after = ''] = /^(\s*)(.*?)(\s*)$/s.exec(part) ?? []
    if (inner === '') return part
    const known = asItStands(inner) ?? this.#look(inner, this.#words) ?? this.tell(inner) ?? this.#list(inner)
    if (known !== undefined) return before + known + after
    if (LEFT_OVER.test(inner)) return undefined
    return /[a-z\d]{2,} [a-z]{2,}|^\d+ [a-z]+/.test(inner.replace(/“[^”]*”|"[^"]*"/g, '')) ? undefined : part
  }

  #list(text: string): string | undefined {
    const items = text.split(', ')
    if (items.length < 2) return undefined
    const all = items.map((item) => this.#part(item))
    return all.every((each) => each !== undefined) ? all.join(', ') : undefined
  }
}

/**
 * What is filled in, by place, in the ways that the text may be cut: from left to right at the first place that fits, but where only a space
 * parts two of them a number with its word stays together first. There are no more ways than two for each such space, so no text takes long.
 */
function splits(text: string, { texts, places }: Pattern): readonly ReadonlyMap<number, string>[] {
  const last = texts.at(-1)!
  if (!text.startsWith(texts[0]!) || !text.endsWith(last)) return []
  let ways = [{ from: texts[0]!.length, parts: new Map<number, string>() }]
  for (const [i, place] of places.entries()) {
    const next = texts[i + 1]!
    const ends = (from: number): number[] => {
      if (i === places.length - 1) return [text.length - last.length]
      const first = next === '' ? from : text.indexOf(next, from)
      const counted = next === ' ' ? /^[\d,.]+ [a-z]+(?= )/.exec(text.slice(from, from + 60))?.[0].length : undefined
      return [...(counted === undefined ? [] : [from + counted]), first]
    }
    ways = ways.flatMap(({ from, parts }) =>
      ends(from).flatMap((end) =>
        end < from ? [] : [{ from: end + next.length, parts: new Map(parts).set(place, text.slice(from, end)) }],
      ),
    )
  }
  return ways.map(({ parts }) => parts)
}

/** Plurals in the dative: `365 Tage` → `365 Tagen`. */
const inDative = (text: string): string => text.replace(/(?<=^(?:\d[\d.,]*|.* \d[\d.,]*) \p{L}+e)$/u, 'n')

/** `12,345.6 %` → `12.345,6 %`, with a currency before or behind it. */
function numberIn(text: string): string | undefined {
  if (!/^(?:[A-Z]{3} )?[+−-]?\d[\d,]*(?:\.\d+)?(?:\s?%)?(?: [A-Z]{3})?$/.test(text)) return undefined
  return text.replace(/[,.]/g, (mark) => (mark === ',' ? '.' : ','))
}

/** Numbers, currencies and names in quotes are no words. */
const asItStands = (part: string): string | undefined => numberIn(part) ?? (/^[A-Z]{3}$/.test(part) ? part : namesIn(part))

/** `“a”, “b”` and `“a” in hero and “b” in foot`: names that people gave, in quotes of the other language. */
const namesIn = (part: string): string | undefined =>
  /^“[^“”]*”(?: in [\w-]+)?(?:(?:, | and )“[^“”]*”(?: in [\w-]+)?)*$/.test(part)
    ? part
        .replace(/(“[^“”]*”(?: in [\w-]+)?) and (?=“)/g, '$1 und ')
        .replace(/“([^“”]*)”/g, (_all, name: string) => `„${ownNameInGerman(name) ?? name}“`)
    : undefined
