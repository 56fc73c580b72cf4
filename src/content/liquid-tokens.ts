/** A tag or an output of Liquid; quotes hide what would end it. */
const TOKEN = /\{\{(?:"[^"]*"|'[^']*'|[^"'])*?\}\}|\{%(?:"[^"]*"|'[^']*'|[^"'])*?%\}/g
/** Private-use characters stand around the number of a token: MJML and HTML carry them unchanged. An output and a tag have their own. */
const OUTPUT = '\uE000'
const TAG = '\uE002'
const CLOSE = '\uE001'
const HIDDEN = /[\uE000\uE002](\d+)\uE001/g
/** Tags that would change what stands outside of their own text. */
const REACHING = /^\{%(?:[^"']|"[^"]*"|'[^']*')*?\b(?:raw|break|continue)\b/
const UNESCAPED = /\|\s*raw\b/

/** The first token of a text that prints unescaped or leaves its own text; undefined when there is none. */
export const reachingOut = (text: string): string | undefined =>
  [...text.matchAll(TOKEN)].map(([token]) => token).find((token) => REACHING.test(token) || UNESCAPED.test(token))

/**
 * Takes Liquid out of texts before they become MJML, and puts it back into the HTML that comes out: neither quotes in it nor `<` can
 * meet the mark-up, and MJML sees nothing that it could misread. Braces that are only characters become Liquid that prints them.
 */
export class LiquidTokens {
  readonly #tokens: string[] = []

  /** The text with a stand-in for each token; what stands between goes through `literal`. */
  hide(text: string, literal: (between: string) => string = (between) => between): string {
    return this.#split(text, (between) => literal(this.#braces(between)))
  }

  /** As `hide`, and braces of the text stay (MJML of an author may hold styles). */
  hideIn(mjml: string): string {
    return this.#split(mjml, (between) => between)
  }

  /** A stand-in for this Liquid. */
  token(liquid: string): string {
    this.#tokens.push(liquid)
    return `${liquid.startsWith('{%') ? TAG : OUTPUT}${this.#tokens.length - 1}${CLOSE}`
  }

  /** The text between the stand-ins, and the Liquid that each of them stands for. */
  parted(text: string): { readonly text: string; readonly liquid: boolean }[] {
    let end = 0
    const parts: { text: string; liquid: boolean }[] = []
    for (const match of text.matchAll(HIDDEN)) {
      parts.push({ text: text.slice(end, match.index), liquid: false }, { text: this.#tokens[Number(match[1])] ?? '', liquid: true })
      end = match.index + match[0].length
    }
    return [...parts, { text: text.slice(end), liquid: false }].filter((part) => part.text !== '')
  }

  restore(text: string): string {
    return text.replace(HIDDEN, (_whole, index: string) => this.#tokens[Number(index)] ?? '')
  }

  /** All literals of one text go through `literal` together, so that mark-up may begin before a token and end after it. */
  #split(text: string, literal: (between: string) => string): string {
    const clean = text.replace(/[\uE000-\uE002]/g, '')
    const tokens: string[] = []
    let end = 0
    let marked = ''
    for (const match of clean.matchAll(TOKEN)) {
      marked += `${clean.slice(end, match.index)}${OUTPUT}${CLOSE}`
      tokens.push(match[0])
      end = match.index + match[0].length
    }
    const standIns = tokens.map((each) => this.token(each))
    let next = 0
    return literal((marked + clean.slice(end)).replaceAll(`${OUTPUT}${CLOSE}`, () => standIns[next++]!))
  }

  #braces(text: string): string {
    return text.replace(/[{}]/g, (brace) => this.token(`{{ "${brace}" }}`))
  }
}
