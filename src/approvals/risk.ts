import type { Json } from '#lib/json.ts'
import type { Doc } from './closure.ts'
import type { Evidence, Finding } from './schema.ts'

/** A text of a document with where it stands, e.g. `template/welcome/subject`. */
export interface Said {
  readonly at: string
  readonly key: string
  readonly text: string
}

/** Every text of a document, and its numbers as text. */
export function textsOf({ kind, id, body }: Pick<Doc, 'kind' | 'id' | 'body'>): Said[] {
  const found: Said[] = []
  const look = (value: Json, at: string, key: string): void => {
    if (typeof value === 'string' || typeof value === 'number') found.push({ at, key, text: String(value) })
    else if (Array.isArray(value)) for (const [i, each] of value.entries()) look(each, `${at}/${i}`, key)
    else if (value !== null && typeof value === 'object')
      for (const [name, inner] of Object.entries(value)) look(inner, `${at}/${name}`, name)
  }
  look(body, `${kind}/${id}`, '')
  return found
}

/** Kinds whose texts people read. */
const READ: ReadonlySet<string> = new Set(['template', 'snippet', 'page', 'slot', 'brand'])
/** Fields that no reader sees. */
const UNSEEN: ReadonlySet<string> = new Set(['kind', 'id', 'sample', 'when', 'sender', 'topic', 'channel', 'purpose'])

const NUMBER = String.raw`(\d{1,3}(?:[.,]\d{1,2})?)`
const WORDS = `(?:off|discount|save|less|reduction|rabatt|nachlass|spare|remise|réduction|descuento|sconto|korting|rebajas?)`
const PERCENT_OFF = new RegExp(
  String.raw`${NUMBER}\s?(?:%|percent|per cent|prozent)[^.!?\d]{0,24}?\b${WORDS}\b|\b${WORDS}\b[^.!?\d%]{0,24}?${NUMBER}\s?(?:%|percent|per cent|prozent)|[-−–]\s?${NUMBER}\s?%`,
  'giu',
)
const AMOUNT_OFF = new RegExp(
  String.raw`(?:[$€£]\s?(\d{1,6}(?:[.,]\d{1,2})?)|(\d{1,6}(?:[.,]\d{1,2})?)\s?(?:[$€£]|EUR|USD|GBP|kr))[^.!?\d]{0,16}?\b${WORDS}\b|\b${WORDS}\b[^.!?\d]{0,16}?[$€£]\s?(\d{1,6}(?:[.,]\d{1,2})?)`,
  'giu',
)
/** Ids of options and templates say it too: `cart-10-off`. */
const NAMED_OFF = /(?:^|-)(\d{1,2})-?(?:off|percent|pct)(?:-|$)/i
const PERCENT_FIELD = /^(?:discount|discount_?percent|percent_?off)$/i
const AMOUNT_FIELD = /^(?:discount_?amount|amount_?off)$/i

const asNumber = (text: string): number => Number(text.replace(',', '.'))

/** The deepest discount that anything names. What cannot be told from another percentage counts when a word of saving stands near it. */
export function discountIn(documents: readonly Doc[]): Evidence['discount'] {
  let found: Evidence['discount'] = { percent: 0, amount: 0, at: '' }
  const deeper = (said: { percent?: number; amount?: number }, at: string): void => {
    const { percent = 0, amount = 0 } = said
    if (percent > 100) return
    if (percent > found.percent || amount > found.amount)
      found = { percent: Math.max(percent, found.percent), amount: Math.max(amount, found.amount), at }
  }
  for (const { at, key, text } of documents.flatMap(textsOf)) {
    if (PERCENT_FIELD.test(key) && /^\d+(?:[.,]\d+)?\s?%?$/.test(text)) deeper({ percent: asNumber(text.replace('%', '').trim()) }, at)
    if (AMOUNT_FIELD.test(key) && /^\d+(?:[.,]\d+)?$/.test(text)) deeper({ amount: asNumber(text) }, at)
    for (const match of text.matchAll(PERCENT_OFF)) deeper({ percent: asNumber(match.slice(1).find(Boolean)!) }, at)
    for (const match of text.matchAll(AMOUNT_OFF)) deeper({ amount: asNumber(match.slice(1).find(Boolean)!) }, at)
    const named = NAMED_OFF.exec(text)
    if (named && text.length <= 64) deeper({ percent: Number(named[1]) }, at)
  }
  return found
}

/** Categories that documents declare. */
export const categoriesIn = (documents: readonly Doc[]): string[] => declared(documents, /^(?:category|categories)$/)

const declared = (documents: readonly Doc[], field: RegExp): string[] =>
  [
    ...new Set(
      documents
        .filter(({ kind }) => kind === 'journey' || READ.has(kind))
        .flatMap(textsOf)
        .filter(({ key }) => field.test(key))
        .map(({ text }) => text),
    ),
  ].sort()

const PLACE = /\b(?:country|state|region|jurisdiction)\w*\s*(==|in)\s*(\[[^\]]*\]|"[^"]*"|'[^']*')/gi
/** Conditions that can be true although their place is not: a place in one of them restricts nothing. */
const OPEN = /\b(?:or|not)\b|!=/i

/** Places that all entries of all journeys are restricted to; empty when one of them is not, or nobody can tell. */
export function jurisdictionsIn(journeys: readonly Doc[], segments: ReadonlyMap<string, string>): string[] {
  const places = journeys.map((journey) => placesOf(journey, segments))
  return places.some((each) => each.length === 0) ? [] : [...new Set(places.flat())].sort()
}

function placesOf({ body }: Doc, segments: ReadonlyMap<string, string>): string[] {
  const entry = (body as Record<string, Json> | null)?.['entry'] ?? null
  const ways = (Array.isArray(entry) ? entry : [entry]) as readonly Json[]
  const found = ways.map((way) => {
    const { where, audience, segment } = (way ?? {}) as Record<string, Json>
    const named = typeof audience === 'object' && audience !== null ? (audience as Record<string, Json>)['segment'] : segment
    const conditions = [where, audience, typeof named === 'string' ? segments.get(named) : undefined]
    return conditions.flatMap((each) => (typeof each === 'string' && !OPEN.test(each) ? placesNamed(each) : []))
  })
  return found.some((each) => each.length === 0) ? [] : found.flat()
}

const placesNamed = (condition: string): string[] =>
  [...condition.matchAll(PLACE)].flatMap(([, , value = '']) =>
    [...value.matchAll(/["']([^"']*)["']/g)].map(([, place = '']) => place.toUpperCase()),
  )

/** EU-27 with Iceland, Liechtenstein and Norway. */
const EEA = new Set('AT BE BG HR CY CZ DK EE FI FR DE GR HU IS IE IT LV LI LT LU MT NL NO PL PT RO SK SI ES SE'.split(' '))
/** Whether who may be in `place` may be in `wanted`: the US hold US-TX, the EEA holds Germany, and the other way round. */
export const overlaps = (wanted: string, place: string): boolean =>
  wanted === place ||
  wanted.startsWith(`${place}-`) ||
  place.startsWith(`${wanted}-`) ||
  (wanted === 'EEA' && EEA.has(place)) ||
  (place === 'EEA' && EEA.has(wanted))

const CLAIMS: readonly (readonly [code: string, pattern: RegExp, points: number])[] = [
  ['guarantee', /\bguarantee[ds]?\b|\bgarantiert\b|\bgaranti\w*\b/iu, 20],
  ['risk-free', /\brisk[- ]?free\b|\bno risk\b|\brisikofrei\b/iu, 20],
  ['pre-approved', /\bpre-?approved\b|\binstant approval\b/iu, 25],
  ['free', /\b100\s?% free\b|\bcompletely free\b|\bno cost\b/iu, 10],
  ['superlative', /\b(?:best|cheapest|number one|#1)\b/iu, 8],
  ['urgency', /\b(?:act now|last chance|only today|hurry|urgent|expires? (?:today|tonight))\b/iu, 10],
  ['cure', /\b(?:cures?|miracle|clinically proven)\b/iu, 25],
  ['earnings', /\bearn (?:up to )?[$€£]\s?\d|\bget rich\b|\bpassive income\b/iu, 25],
]
const BANNED_FIELD = /ban|forbid|avoid|never/i
const MOST = 100

/**
 * How far the texts are from the voice of the brand, 0 to 100: each finding adds its points, and says where it stands and why.
 * Words of the brand's banned list 25, claims as listed, shouting 10, exclamation marks 5.
 */
export function voiceOf(documents: readonly Doc[]): Evidence['voice'] {
  const banned = bannedWords(documents)
  const findings = documents
    .filter(({ kind }) => READ.has(kind) && kind !== 'brand')
    .flatMap(textsOf)
    .filter(({ key }) => !UNSEEN.has(key))
    .flatMap((said) => findingsIn(said, banned))
  return {
    score: Math.min(
      MOST,
      findings.reduce((sum, { points }) => sum + points, 0),
    ),
    findings: findings.slice(0, MOST),
  }
}

/** Every list of texts in a brand document whose field says that it bans, forbids or avoids. */
const bannedWords = (documents: readonly Doc[]): string[] =>
  documents
    .filter(({ kind }) => kind.startsWith('brand'))
    .flatMap(textsOf)
    .filter(
      ({ at, key }) =>
        BANNED_FIELD.test(key) ||
        at
          .split('/')
          .slice(2)
          .some((part) => BANNED_FIELD.test(part)),
    )
    .map(({ text }) => text)

function findingsIn({ at, text }: Said, banned: readonly string[]): Finding[] {
  // Tags and Liquid are not read; what they hold between them is.
  const read = text.replace(/<(?:style|script)\b[\s\S]*?<\/(?:style|script)\s*>/gi, ' ').replace(/<[^>]*>|\{[{%][^}]*[}%]\}/g, ' ')
  const plain = ` ${read.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ')} `
  const words = banned
    .filter((word) => wordIn(plain, word))
    .map((word) => finding('banned', at, [`“${word}” is on the brand’s list of words to avoid.`, 25]))
  const claims = CLAIMS.flatMap(([code, pattern, points]) => {
    const found = pattern.exec(read)
    return found ? [finding(`claim.${code}`, at, [`“${found[0]}” is a claim that somebody has to stand for.`, points])] : []
  })
  const loud = (read.match(/\b\p{Lu}{4,}\b/gu) ?? []).length
  const shouting = loud >= 3 ? [finding('shouting', at, [`${loud} words are written in capitals.`, 10])] : []
  const marks = (read.match(/!/g) ?? []).length
  return [...words, ...claims, ...shouting, ...(marks >= 3 ? [finding('exclamation', at, [`${marks} exclamation marks.`, 5])] : [])]
}

const finding = (code: string, at: string, [says, points]: readonly [string, number]): Finding => ({ code, at, says, points })

function wordIn(text: string, word: string): boolean {
  const wanted = word.normalize('NFKC').toLowerCase().trim()
  if (wanted === '') return false
  for (let i = text.indexOf(wanted); i >= 0; i = text.indexOf(wanted, i + 1)) {
    if (!/[\p{L}\p{N}]/u.test(text[i - 1] ?? ' ') && !/[\p{L}\p{N}]/u.test(text[i + wanted.length] ?? ' ')) return true
  }
  return false
}
