import { isRefusal, type Outcome } from '#lib/problem.ts'
import { isSmall } from '../cost.ts'
import { type Escaping, type Parsed, parse, render } from './liquid.ts'

/** A text in Liquid, and what its output is written into. */
export interface LiquidSource {
  readonly text: string
  readonly escaping: Escaping
}

/** Liquid sources by where they stand (JSON pointers), parsed once. Another thread parses them again: parsed nodes cannot travel. */
export interface Pieces {
  /** Names them within this process. */
  readonly key: number
  readonly sources: Readonly<Record<string, LiquidSource>>
  readonly parsed: Readonly<Record<string, Parsed>>
  /** What they can cost is known to be little, whatever the data: no thread of their own is needed. */
  readonly small: boolean
}

let made = 0

/** The same sources with what they were parsed into. */
export function piecesOf(sources: Readonly<Record<string, LiquidSource>>, parsed: Readonly<Record<string, Parsed>>): Pieces {
  made += 1
  return { key: made, sources, parsed, small: Object.values(sources).every(({ text }) => isSmall(text)) }
}

/** Parses sources that stand by themselves. */
export function parsePieces(sources: Readonly<Record<string, LiquidSource>>): Outcome<Pieces> {
  const parsed: Record<string, Parsed> = {}
  for (const [field, { text, escaping }] of Object.entries(sources)) {
    const outcome = parse(text, escaping, field)
    if (isRefusal(outcome)) return outcome
    parsed[field] = outcome
  }
  return piecesOf(sources, parsed)
}

/** Renders in this thread, within the limits that the template engine holds by itself (ms: instead of its usual time). */
export function renderPieces(
  { sources, parsed }: Pick<Pieces, 'sources' | 'parsed'>,
  scope: object,
  ms?: number,
): Outcome<Readonly<Record<string, string>>> {
  const rendered: Record<string, string> = {}
  for (const [field, { escaping }] of Object.entries(sources)) {
    const text = render(parsed[field]!, scope, { escaping, field, ...(ms === undefined ? {} : { ms }) })
    if (isRefusal(text)) return text
    rendered[field] = text
  }
  return rendered
}
