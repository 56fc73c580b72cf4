/** Texts of a column: its head, and its cells. */
export interface PaperColumn {
  readonly head: string
  readonly cells: readonly string[]
}

/** Columns that stand side by side, by their place in the table, each with its width. */
export interface PaperPart {
  readonly columns: readonly number[]
  readonly widths: readonly number[]
}

interface Room {
  /** Width of the paper within its margins (points). */
  readonly width: number
  /** On both sides of a cell together. */
  readonly padding: number
  readonly measure: (text: string, isHead: boolean) => number
}

/** A longer word is broken, and a longer text goes on in another line. */
const WIDEST_WORD = 150
const WIDEST_TEXT = 240

/**
 * A table that is too wide for the paper in parts below each other, so that no word is broken: each begins with the first column, which
 * says what a row is about.
 */
export function partsOf(columns: readonly PaperColumn[], room: Room): readonly PaperPart[] {
  const needs = columns.map((column) => needOf(column, room))
  const parts: number[][] = []
  let current: number[] = []
  let used = 0
  for (const [i, { least }] of needs.entries()) {
    if (current.length > 1 && used + least > room.width) {
      parts.push(current)
      current = [0]
      used = needs[0]!.least
    }
    current.push(i)
    used += least
  }
  return [...parts, current].map((part) => ({ columns: part, widths: widthsOf(part, needs, room.width) }))
}

interface Need {
  readonly least: number
  /** Enough for every cell to stand in one line. */
  readonly full: number
}

function needOf({ head, cells }: PaperColumn, { padding, measure }: Room): Need {
  let [word, text] = [0, 0]
  for (const [i, each] of [head, ...cells].entries()) {
    for (const piece of each.split(/\s+/)) word = Math.max(word, measure(piece, i === 0))
    text = Math.max(text, measure(each, i === 0))
  }
  // What is measured alone and what is set in a line differ by a hair.
  const least = Math.min(WIDEST_WORD, word) + padding + 1
  return { least, full: Math.max(least, Math.min(WIDEST_TEXT, text) + padding + 1) }
}

/** The whole width, given first to those that have something to say. */
function widthsOf(part: readonly number[], needs: readonly Need[], width: number): number[] {
  const own = part.map((i) => needs[i]!)
  const least = own.reduce((sum, need) => sum + need.least, 0)
  const wish = own.reduce((sum, need) => sum + need.full - need.least, 0)
  const free = Math.max(0, width - least)
  const granted = Math.min(free, wish)
  const rest = (free - granted) / own.length
  const share = wish === 0 ? 0 : granted / wish
  const scale = least > width ? width / least : 1
  return own.map((need) => (need.least + (need.full - need.least) * share + rest) * scale)
}
