import emoji from './emoji.json' with { type: 'json' }
import lexicon from './lexicon.json' with { type: 'json' }
import { BOOSTERS, IDIOMS, NEGATIONS } from './words.ts'

/** How a text sounds: `compound` in [-1, 1]; shares of positive, neutral and negative words, which sum to 1. All 0 for a text without words. */
export interface Sentiment {
  readonly compound: number
  readonly positive: number
  readonly neutral: number
  readonly negative: number
}

const VALENCE: ReadonlyMap<string, number> = new Map(Object.entries(lexicon))
const EMOJI: ReadonlyMap<string, string> = new Map(Object.entries(emoji))

const CAPITALS = 0.733
const NEGATED = -0.74
/** How much of a modifier's weight is left one, two and three words away. */
const REACH = [1, 0.95, 0.9] as const
/** Longer texts are cut: what a message says is said by then. */
const MOST_CHARACTERS = 20_000

/**
 * VADER: rules over a lexicon of 7,500 rated words (Hutto & Gilbert 2014, "VADER: A Parsimonious Rule-based Model for Sentiment Analysis of
 * Social Media Text"). English only; says nothing of irony. The same numbers as the reference implementation, its oddities included.
 */
export function sentimentOf(text: string): Sentiment {
  const said = worded(text.slice(0, MOST_CHARACTERS))
  const words = said.split(/\s+/).filter(Boolean).map(stripped)
  const found = { words, lower: words.map((word) => word.toLowerCase()), shouts: shouts(words) }
  const valences = words.map((_word, i) => valenceOf(found, i))
  contrast(found.lower, valences)
  return scored(valences, said)
}

interface Text {
  readonly words: readonly string[]
  readonly lower: readonly string[]
  /** Some words, but not all, are in capitals. */
  readonly shouts: boolean
}

/** Emoji as the words that describe them. */
function worded(text: string): string {
  let out = ''
  for (const character of text) {
    const description = EMOJI.get(character)
    out += description === undefined ? character : out === '' || out.endsWith(' ') ? description : ` ${description}`
  }
  return out.trim()
}

const AROUND = /^[!-/:-@[-`{-~]+|[!-/:-@[-`{-~]+$/g

/** Without punctuation around it; what would be left of an emoticon is too short, so that stays whole. */
function stripped(token: string): string {
  const inner = token.replace(AROUND, '')
  return inner.length <= 2 ? token : inner
}

const isCapitals = (word: string): boolean => word === word.toUpperCase() && word !== word.toLowerCase()

function shouts(words: readonly string[]): boolean {
  const loud = words.filter(isCapitals).length
  return loud > 0 && loud < words.length
}

const isNegation = (word: string): boolean => NEGATIONS.has(word) || word.includes("n't")

function valenceOf(text: Text, i: number): number {
  const { lower, words, shouts: loud } = text
  const word = lower[i]!
  if (BOOSTERS.has(word) || (word === 'kind' && lower[i + 1] === 'of')) return 0
  const rated = VALENCE.get(word)
  if (rated === undefined) return 0
  let valence = noBefore(lower, i) ? rated * NEGATED : word === 'no' && VALENCE.has(lower[i + 1] ?? '') ? 0 : rated
  if (loud && isCapitals(words[i]!)) valence += valence > 0 ? CAPITALS : -CAPITALS
  for (let back = 0; back < 3 && i > back; back++) {
    if (VALENCE.has(lower[i - back - 1]!)) continue
    valence += boost(text, i - back - 1, valence) * REACH[back]!
    valence = turned(lower, { i, back, valence })
    if (back === 2) valence = idiom(lower, i, valence)
  }
  return least(lower, i, valence)
}

/** `no` before a rated word turns it round instead of counting itself. */
const noBefore = (lower: readonly string[], i: number): boolean =>
  lower[i - 1] === 'no' || lower[i - 2] === 'no' || (lower[i - 3] === 'no' && (lower[i - 1] === 'or' || lower[i - 1] === 'nor'))

function boost({ words, lower, shouts: loud }: Text, at: number, valence: number): number {
  const step = BOOSTERS.get(lower[at]!)
  if (step === undefined) return 0
  const signed = valence < 0 ? -step : step
  if (!loud || !isCapitals(words[at]!)) return signed
  return valence > 0 ? signed + CAPITALS : signed - CAPITALS
}

const INTENSE = new Set(['so', 'this'])

/** Negation one, two or three words before; "never so good" and "without doubt" are none. */
function turned(lower: readonly string[], { i, back, valence }: { i: number; back: number; valence: number }): number {
  const [one, two, three] = [lower[i - 1]!, lower[i - 2] ?? '', lower[i - 3] ?? '']
  if (back === 1) {
    if (two === 'never' && INTENSE.has(one)) return valence * 1.25
    if (two === 'without' && one === 'doubt') return valence
  }
  if (back === 2) {
    // The reference lets "so" or "this" next to the word count with or without a "never" before it.
    if ((three === 'never' && INTENSE.has(two)) || INTENSE.has(one)) return valence * 1.25
    if (three === 'without' && (two === 'doubt' || one === 'doubt')) return valence
  }
  return isNegation(lower[i - back - 1]!) ? valence * NEGATED : valence
}

function idiom(lower: readonly string[], i: number, valence: number): number {
  const phrase = (from: number, to: number): string => lower.slice(from, to + 1).join(' ')
  const [threeTwoOne, threeTwo, twoOne] = [phrase(i - 3, i - 1), phrase(i - 3, i - 2), phrase(i - 2, i - 1)]
  const meant = [phrase(i - 1, i), phrase(i - 2, i), twoOne, threeTwoOne, threeTwo].find((each) => IDIOMS.has(each))
  let result = meant === undefined ? valence : IDIOMS.get(meant)!
  if (i + 1 < lower.length) result = IDIOMS.get(phrase(i, i + 1)) ?? result
  if (i + 2 < lower.length) result = IDIOMS.get(phrase(i, i + 2)) ?? result
  for (const each of [threeTwoOne, threeTwo, twoOne]) result += BOOSTERS.get(each) ?? 0
  return result
}

/** "least" before a word turns it round, but not "at least" and "very least". */
function least(lower: readonly string[], i: number, valence: number): number {
  if (lower[i - 1] !== 'least' || VALENCE.has('least')) return valence
  const before = lower[i - 2]
  return before === 'at' || before === 'very' ? valence : valence * NEGATED
}

/** What stands before "but" counts half, what stands after it one and a half times. Equal values share their first place, as in the reference. */
function contrast(lower: readonly string[], valences: number[]): void {
  const but = lower.indexOf('but')
  if (but === -1) return
  for (let i = 0; i < valences.length; i++) {
    const at = valences.indexOf(valences[i]!)
    if (at < but) valences[at]! *= 0.5
    else if (at > but) valences[at]! *= 1.5
  }
}

function scored(valences: readonly number[], said: string): Sentiment {
  if (valences.length === 0) return { compound: 0, positive: 0, neutral: 0, negative: 0 }
  const emphasis = punctuation(said)
  const sum = valences.reduce((total, each) => total + each, 0)
  const total = sum === 0 ? 0 : sum + Math.sign(sum) * emphasis
  let positive = 0
  let negative = 0
  let neutral = 0
  for (const each of valences) {
    if (each > 0) positive += each + 1
    else if (each < 0) negative += 1 - each
    else neutral++
  }
  if (positive > negative) positive += emphasis
  else if (negative > positive) negative += emphasis
  const all = positive + negative + neutral
  return {
    compound: rounded(total / Math.sqrt(total * total + 15), 4),
    positive: rounded(positive / all, 3),
    neutral: rounded(neutral / all, 3),
    negative: rounded(negative / all, 3),
  }
}

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits))

/** Up to four exclamation marks, and two question marks or more, make it stronger. */
function punctuation(said: string): number {
  const count = (mark: string): number => said.split(mark).length - 1
  const questions = count('?')
  return Math.min(4, count('!')) * 0.292 + (questions < 2 ? 0 : questions <= 3 ? questions * 0.18 : 0.96)
}
