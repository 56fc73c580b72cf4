import { plain, unescaped } from './pattern.ts'

/** A stretch of text in one place of the source. */
export interface Run {
  /** Where it begins in the text, and in the source that it was taken from. */
  readonly start: number
  readonly source: number
  /** Pixels; NaN: the source does not say. */
  readonly px: number
}

/** A text to be looked at, as `plain` writes it. */
export interface Seen {
  readonly text: string
  readonly runs: readonly Run[]
}

export interface Visible {
  /** What a reader sees. */
  readonly shown: Seen
  /** With what is hidden, such as the grey line of an inbox. */
  readonly all: Seen
}

/** Elements that do not part the text before them from that after. */
export const INLINE: ReadonlySet<string> = new Set(
  'a abbr b big cite code del em font i ins kbd label mark q s small span strike strong sub sup tt u wbr'.split(' '),
)
const VOID = new Set('area base br col embed hr img input link meta source track wbr mj-image mj-divider mj-spacer'.split(' '))
/** What stands inside of these is not text. */
const RAW = new Set(
  'style script title template noscript svg mj-style mj-title mj-attributes mj-font mj-breakpoint textarea select'.split(' '),
)
const HIDDEN = /display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|opacity\s*:\s*0(?![.\d]*[1-9])/i
const STYLE = /\sstyle\s*=\s*("([^"]*)"|'([^']*)')/i
const SIZE = /font-size\s*:\s*(\d{0,4}(?:\.\d{1,4})?)\s*(px|pt|[a-z%]*)/i
const MJML_SIZE = /\sfont-size\s*=\s*["'](\d{1,4}(?:\.\d{1,4})?)px["']/i
/** Of `mj-text` without a size (MJML documentation). */
const MJML_DEFAULT = 13

interface Open {
  readonly name: string
  readonly hidden: boolean
  readonly px: number
}

/** What an HTML or MJML source says, without marks. One pass; nothing in it can take more than linear time. */
export function visible(html: string): Visible {
  const shown = new Text()
  const all = new Text()
  const stack: Open[] = []
  let hiddenSomewhere = false
  let hidden = false
  let px = Number.NaN
  const say = (from: number, to: number): void => {
    if (to <= from) return
    const text = plain(unescaped(html.slice(from, to)))
    if (hidden) hiddenSomewhere = true
    else shown.add(text, from, px)
    all.add(text, from, px)
  }
  let at = 0
  while (at < html.length) {
    const open = html.indexOf('<', at)
    if (open < 0) {
      say(at, html.length)
      break
    }
    const next = html.charCodeAt(open + 1) | 32
    const isTag = (next >= 97 && next <= 122) || html[open + 1] === '/' || html[open + 1] === '!' || html[open + 1] === '?'
    say(at, isTag ? open : open + 1)
    if (!isTag) {
      at = open + 1
      continue
    }
    if (html.startsWith('<!--', open)) {
      const end = html.indexOf('-->', open + 4)
      at = end < 0 ? html.length : end + 3
      continue
    }
    const end = endOfTag(html, open)
    const name = nameAt(html, open)
    at = end + 1
    if (!INLINE.has(name)) {
      shown.part()
      all.part()
    }
    if (html[open + 1] === '/') {
      for (let i = stack.length - 1; i >= 0; i--) {
        if (stack[i]!.name !== name) continue
        stack.length = i
        break
      }
    } else if (RAW.has(name)) {
      const close = html.indexOf(`</${name}`, at)
      const upper = close < 0 ? html.indexOf(`</${name.toUpperCase()}`, at) : close
      at = html[end - 1] === '/' ? at : upper < 0 ? html.length : endOfTag(html, upper) + 1
    } else if (!VOID.has(name) && html[end - 1] !== '/' && html[open + 1] !== '!' && html[open + 1] !== '?') {
      const looks = lookOf(html.slice(open, end), name)
      stack.push({ name, hidden: (stack.at(-1)?.hidden ?? false) || looks.hidden, px: looks.px ?? px })
    }
    const top = stack.at(-1)
    px = top?.px ?? Number.NaN
    // Layout tables are set in size 0, and what stands in them in its own.
    hidden = (top?.hidden ?? false) || px === 0
  }
  const seen = shown.done()
  return { shown: seen, all: hiddenSomewhere ? all.done() : seen }
}

function lookOf(tag: string, name: string): { readonly hidden: boolean; readonly px: number | undefined } {
  if (name === 'mj-preview') return { hidden: true, px: undefined }
  const mjml = name === 'mj-text' ? Number(MJML_SIZE.exec(tag)?.[1] ?? MJML_DEFAULT) : undefined
  if (!tag.includes('style') && !/\shidden[\s=]?/.test(tag)) return { hidden: false, px: mjml }
  const style = STYLE.exec(tag)
  const text = style?.[2] ?? style?.[3] ?? ''
  const size = SIZE.exec(text)
  const px = size ? pixels(Number(size[1]), size[2]!.toLowerCase()) : mjml
  return { hidden: HIDDEN.test(text) || /\shidden(\s|=|$)/.test(tag), px }
}

/** Of nothing nothing is seen; a size that hangs on another is not known here. */
function pixels(size: number, unit: string): number | undefined {
  if (size === 0) return 0
  return unit === 'px' ? size : unit === 'pt' ? (size * 4) / 3 : undefined
}

/** The `>` that ends a tag: not one inside of quotes. */
function endOfTag(html: string, open: number): number {
  let quote = 0
  for (let i = open + 1; i < html.length; i++) {
    const code = html.charCodeAt(i)
    if (quote !== 0) {
      if (code === quote) quote = 0
    } else if (code === 62) return i
    else if ((code === 34 || code === 39) && html.charCodeAt(i - 1) === 61) quote = code
  }
  return html.length
}

function nameAt(html: string, open: number): string {
  const begin = html[open + 1] === '/' ? open + 2 : open + 1
  let end = begin
  while (end < html.length && /[a-zA-Z0-9-]/.test(html[end]!)) end++
  return html.slice(begin, end).toLowerCase()
}

/** Text as it grows: parts of a block follow each other, blocks are parted by a space. */
class Text {
  #text = ''
  readonly #runs: Run[] = []
  #apart = false

  part(): void {
    this.#apart = true
  }

  add(text: string, source: number, px: number): void {
    if (text === ' ' || text === '') {
      if (text === ' ') this.#apart = true
      return
    }
    const begins = text[0] === ' '
    const bare = text.trim()
    if (this.#text !== '' && (this.#apart || begins)) this.#text += ' '
    this.#runs.push({ start: this.#text.length, source: source + (begins ? 1 : 0), px })
    this.#text += bare
    this.#apart = text.at(-1) === ' '
  }

  done(): Seen {
    return { text: this.#text, runs: this.#runs }
  }
}

/** Text that is no HTML. */
export function written(text: string): Seen {
  const clean = plain(text)
  return { text: clean.trim(), runs: [{ start: 0, source: clean.length - clean.trimStart().length, px: Number.NaN }] }
}

/** The run in which a place of the text stands. */
export function runAt({ runs }: Seen, place: number): Run | undefined {
  let found: Run | undefined
  for (const run of runs) {
    if (run.start > place) break
    found = run
  }
  return found
}
