/** A phrase as something to look for in text that `plain` made. */
export interface Pattern {
  readonly phrase: string
  /** Begin and end of the first match from `from` on. */
  find(text: string, from?: number): readonly [number, number] | null
}

const NUMBER = '[$€£]?\\d{1,12}(?:[.,]\\d{1,6}){0,4} ?%?'
const SPECIAL = /[#…()|]/
const escapeRegex = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/**
 * Compiles a phrase. Nothing in it can run away: numbers and gaps are bounded, and nothing is repeated inside a repetition. Its longest plain
 * part is looked for first, so that a text without it costs one search.
 */
export function pattern(phrase: string): Pattern {
  const wanted = plain(phrase).trim()
  if (!SPECIAL.test(wanted)) return literal(phrase, wanted)
  const regex = new RegExp(`${edge(wanted, 'start')}${source(wanted)}${edge(wanted, 'end')}`, 'gu')
  const needle = needleOf(wanted)
  return {
    phrase,
    find(text, from = 0) {
      if (needle !== '' && text.indexOf(needle, from) < 0) return null
      regex.lastIndex = from
      const found = regex.exec(text)
      return found ? [found.index, found.index + found[0].length] : null
    },
  }
}

function literal(phrase: string, wanted: string): Pattern {
  const [opens, closes] = [isWord(wanted[0]), isWord(wanted.at(-1))]
  return {
    phrase,
    find(text, from = 0) {
      if (wanted === '') return null
      for (let at = text.indexOf(wanted, from); at >= 0; at = text.indexOf(wanted, at + 1)) {
        const end = at + wanted.length
        if (!(opens && isWord(text[at - 1])) && !(closes && isWord(text[end]))) return [at, end]
      }
      return null
    },
  }
}

const isWord = (sign: string | undefined): boolean => sign !== undefined && /[\p{L}\p{N}]/u.test(sign)

function source(phrase: string): string {
  let out = ''
  let open = 0
  for (const sign of phrase) {
    if (sign === '#') out += NUMBER
    else if (sign === '…') out += '[^]{0,60}?'
    else if (sign === '(') {
      open++
      out += '(?:'
    } else if (sign === ')' && open > 0) {
      open--
      out += ')'
    } else if (sign === '|' && open > 0) out += '|'
    else out += escapeRegex(sign)
  }
  return out + ')'.repeat(open)
}

/** Words are found whole. */
function edge(phrase: string, side: 'start' | 'end'): string {
  const sign = side === 'start' ? phrase[0] : phrase.at(-1)
  if (!(isWord(sign) || sign === '(' || sign === ')' || sign === '#')) return ''
  return side === 'start' ? '(?<![\\p{L}\\p{N}])' : '(?![\\p{L}\\p{N}])'
}

/** The longest part that every match holds. */
function needleOf(phrase: string): string {
  let depth = 0
  let outside = ''
  for (const sign of phrase) {
    if (sign === '(') depth++
    outside += depth > 0 || sign === '#' || sign === '…' ? '\u0000' : sign
    if (sign === ')') depth = Math.max(0, depth - 1)
  }
  return outside.split('\u0000').reduce((longest, part) => (part.length > longest.length ? part : longest), '')
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  shy: '',
  zwnj: '',
  zwj: '',
  ndash: '-',
  mdash: '-',
  rsquo: "'",
  lsquo: "'",
  ldquo: '"',
  rdquo: '"',
  hellip: '...',
  percnt: '%',
  dollar: '$',
  euro: '€',
  pound: '£',
  copy: '©',
}
/** Letters of other alphabets that look like Latin ones. */
const ALIKE: Readonly<Record<string, string>> = Object.fromEntries(
  [...'аaеeоoрpсcуyхxіiјjѕsӏlԁdһhκkνvοoρpαaτtυuιi'.matchAll(/(.)(.)/gu)].map(([, from, to]) => [from!, to!]),
)

/** Entities as their signs; what is none stays. */
export const unescaped = (text: string): string =>
  text.includes('&') ? text.replace(/&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,8});?/g, signOf) : text

function signOf(entity: string): string {
  const name = entity.replace(/^&|;$/g, '')
  if (!name.startsWith('#')) return ENTITIES[name.toLowerCase()] ?? entity
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1))
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : ' '
}

/** Plain text without its web addresses: they are no words. */
export const withoutAddresses = (text: string): string => (text.includes('://') ? text.replace(/https?:\/\/[^\s\]>)]+/g, 'url') : text)

/** Signs that nobody sees: joiners, marks of direction, fillers, selectors of variants. */
const UNSEEN = /[\p{Default_Ignorable_Code_Point}]/gu

/** Text as it is compared: lower case, one kind of letters, quotes, dashes and spaces; what cannot be seen is gone. */
export function plain(text: string): string {
  if (/^[\x00-\x7f]*$/.test(text)) return text.toLowerCase().replace(/\s+/g, ' ')
  return text
    .replaceAll('…', '\u0001')
    .normalize('NFKC')
    .replaceAll('\u0001', '…')
    .toLowerCase()
    .replace(UNSEEN, '')
    .replace(/[‘’‚‛′]/g, "'")
    .replace(/[“”„‟″]/g, '"')
    .replace(/[‐‑‒–—―−]/g, '-')
    .replace(/[\u0370-\u03ff\u0400-\u052f]/g, (sign) => ALIKE[sign] ?? sign)
    .replace(/\s+/g, ' ')
}
