import type { Report, Rule } from './rule.ts'

/** Attributes whose text people read or hear. */
const READ =
  /(?<=[\s{])(aria-label|aria-description|aria-roledescription|label|title|placeholder|alt|hint|lead|note|caption|summary|heading|empty)=(?:\{\s*)?(?=["'`])/g
/** Text between tags: what stands between `>` and the next tag or brace, and holds a word. */
const BETWEEN = /(?<![=\-\s])>([^<>{}=()[\];|&]*\p{L}{2}[^<>{}=()[\];|&]*)(?=<\/?[\w>]|\{)/gu
/** What stands there behind a type or an arrow and is code: `Map<string> extends …`, `, of: Readonly<…`. */
const CODE =
  /['"`]|^[,?:]|^(?:extends|implements|as|satisfies)\b|(?:^|\s)(?:case|const|export|function|import|interface|let|readonly|return|type)(?:\s|$)|^[a-z]\w*\??:\s*\w*$/
/** Names that are the same in every language. */
const NAMES: ReadonlySet<string> = new Set(['Cadenza', 'CSV', 'PDF', 'Parquet', 'JSON', 'YAML'])

const SAYS = 'stands outside of the catalogue: write it in every language with `words(…)` of kit/words.ts'
/** A word for people: no name, and no file name or address with a hole. */
const isWord = (text: string): boolean => /\p{L}{2}/u.test(text) && !NAMES.has(text.trim()) && !/^\S*\$\S*$/.test(text)

/** Whatever people read on a screen is in the catalogue, in every language. */
export const catalogue: Rule = {
  name: 'catalogue',
  *on({ place, code, literals }): Iterable<Report> {
    if (place.folder === '' || !place.path.endsWith('.tsx') || place.test) return
    for (const match of code.matchAll(BETWEEN)) {
      const text = match[1]!.trim()
      const typed = /<code[^>]*>$/.test(code.slice(Math.max(0, match.index - 200), match.index + 1))
      if (isWord(text) && !CODE.test(text) && !typed) yield { at: match.index + 1, says: `“${text.replace(/\s+/g, ' ')}” ${SAYS}` }
    }
    const byStart = new Map(literals.map((literal) => [literal.start, literal.text]))
    for (const match of code.matchAll(READ)) {
      const text = byStart.get(match.index + match[0].length)
      if (text !== undefined && isWord(text)) yield { at: match.index, says: `${match[1]}="${text}" ${SAYS}` }
    }
  },
}
