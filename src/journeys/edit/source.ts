import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  type Scalar,
  stringify,
  visit,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'
import { canonical, type Json, type JsonObject } from '#lib/json.ts'
import type { JourneyBody } from './body.ts'
import {
  endOf,
  endOfPair,
  inline,
  isObject,
  itemText,
  keyOf,
  lineEnd,
  lineStart,
  pairsOf,
  pairText,
  scalarText,
  shifted,
} from './source-text.ts'

/** A piece of a text for another. */
interface Splice {
  readonly from: number
  readonly to: number
  readonly text: string
}

/** So many places are mended one by one; a text that differs in more is written anew. */
const MOST = 400

/**
 * The text that says `body`, with every line of `source` that still says the same: comments, quotes, order and layout stay.
 * One difference is mended at a time and the text is read again, so that the outcome is what the parser says and not what we hoped.
 */
export function rewrite(source: string, body: JourneyBody): string {
  const wanted = body as unknown as JsonObject
  let text = source
  const moved = textsOfItems(source)
  for (let n = 0; n < MOST; n++) {
    const document = parse(text)
    if (!document) break
    if (canonical(document.toJS()) === canonical(wanted)) return text
    const splice = difference(document.contents as Node | null, wanted, { text, moved, flow: false, whole: () => undefined })
    const next = splice && text.slice(0, splice.from) + splice.text + text.slice(splice.to)
    if (next === undefined || next === text) break
    text = next
  }
  return stringify(wanted, { lineWidth: 120 })
}

function parse(text: string): Document | undefined {
  const document = parseDocument(text, { version: '1.2' })
  return document.errors.length === 0 && isMap(document.contents) ? (document as unknown as Document) : undefined
}

interface Around {
  readonly text: string
  /** How items were written before anything changed, by id. */
  readonly moved: ReadonlyMap<string, Written>
  /** Within `{}` or `[]`. */
  readonly flow: boolean
  /** Writes the whole of what holds this value anew. */
  readonly whole: () => Splice | undefined
}

interface Written {
  /** With the comments above it. */
  readonly text: string
  readonly indent: number
}

function difference(node: Node | null, value: Json, around: Around): Splice | undefined {
  if (isMap(node) && isObject(value)) return inMap(node, value, around)
  if (isSeq(node) && Array.isArray(value)) return inList(node, value, around)
  if (isScalar(node) && (value === null || typeof value !== 'object')) return inScalar(node, value, around)
  return around.whole()
}

function inScalar(node: Scalar, value: string | number | boolean | null, { flow, whole }: Around): Splice | undefined {
  if (node.value === value) return undefined
  const block = node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED'
  if (block || !node.range || node.range[1] === node.range[0] || (typeof value === 'string' && value.includes('\n'))) return whole()
  return { from: node.range[0], to: node.range[1], text: scalarText(value, { flow, like: node }) }
}

function inMap(map: YAMLMap, value: JsonObject, around: Around): Splice | undefined {
  const pairs = pairsOf(map)
  const gone = pairs.findIndex((pair) => !Object.hasOwn(value, keyOf(pair)))
  const added = Object.keys(value).find((key) => !pairs.some((pair) => keyOf(pair) === key))
  if (gone >= 0 || added !== undefined) {
    // Steps that come into a step on one line are better read below each other.
    if (map.flow) return around.whole() ?? flowText(map, value, around.text)
    if (gone >= 0) return withoutPair(pairs, gone, around)
    return withPair(pairs, { key: added!, value, after: keyBefore(value, added!, pairs) }, around)
  }
  for (const pair of pairs) {
    const inner = value[keyOf(pair)]!
    const flow = around.flow || map.flow === true
    const found = difference(pair.value, inner, { ...around, flow, whole: () => wholePair(map, { pair, value }, around) })
    if (found) return found
  }
  return undefined
}

/** The pair of a key that stands before this one in the value and in the text. */
function keyBefore(value: JsonObject, key: string, pairs: readonly Pair<Node, Node | null>[]): number {
  const keys = Object.keys(value)
  for (let i = keys.indexOf(key) - 1; i >= 0; i--) {
    const found = pairs.findIndex((pair) => keyOf(pair) === keys[i])
    if (found >= 0) return found
  }
  return 0
}

const columnOf = (text: string, at: number): number => at - lineStart(text, at)
/** Only spaces and dashes stand before it on its line. */
const opensLine = (text: string, at: number): boolean => /^[ -]*$/.test(text.slice(lineStart(text, at), at))

function wholePair(
  map: YAMLMap,
  { pair, value }: { pair: Pair<Node, Node | null>; value: JsonObject },
  around: Around,
): Splice | undefined {
  if (map.flow) return around.whole() ?? flowText(map, value, around.text)
  const { text } = around
  const from = pair.key.range![0]
  if (!opensLine(text, from)) return around.whole()
  const column = columnOf(text, from)
  return { from, to: endOfPair(pair, text), text: pairText(keyOf(pair), value[keyOf(pair)]!, column).slice(column, -1) }
}

function withoutPair(pairs: readonly Pair<Node, Node | null>[], index: number, { text, whole }: Around): Splice | undefined {
  const pair = pairs[index]!
  const from = pair.key.range![0]
  const next = pairs[index + 1]
  if (pairs.length === 1 || !opensLine(text, from)) return whole()
  // The first of an item stands behind its dash, and the next takes its place.
  if (text.slice(lineStart(text, from), from).includes('-')) return next ? { from, to: next.key.range![0], text: '' } : whole()
  const before = pairs[index - 1]
  const begin = before ? lineEnd(text, endOfPair(before, text)) : lineStart(text, from)
  return { from: begin, to: lineEnd(text, endOfPair(pair, text)), text: '' }
}

function withPair(
  pairs: readonly Pair<Node, Node | null>[],
  { key, value, after }: { key: string; value: JsonObject; after: number },
  { text, whole }: Around,
): Splice | undefined {
  const pair = pairs[after]
  if (!pair || !opensLine(text, pairs[0]!.key.range![0])) return whole()
  return below(text, endOfPair(pair, text), pairText(key, value[key]!, columnOf(text, pair.key.range![0])))
}

/** New lines below the line in which `at` stands. */
function below(text: string, at: number, lines: string): Splice {
  const end = lineEnd(text, at)
  const broken = end > 0 && text[end - 1] !== '\n'
  return { from: end, to: end, text: broken ? `\n${lines.replace(/\n$/, '')}` : lines }
}

/** A map or a list on one line, where what stays is written as it was. */
function flowText(node: YAMLMap | YAMLSeq, value: Json, text: string): Splice {
  const [from, to] = node.range!
  return {
    from,
    to,
    text: tight(text, from)
      ? inline(value)
          .replace(/^([[{]) /, '$1')
          .replace(/ ([\]}])$/, '$1')
      : inline(value),
  }
}
const tight = (text: string, from: number): boolean => /[^\s\]}]/.test(text[from + 1] ?? '')

const idOf = (value: unknown): string | undefined => {
  const id = isMap(value) ? value.get('id') : isObject(value) ? value['id'] : undefined
  return typeof id === 'string' ? id : undefined
}

function inList(list: YAMLSeq, value: readonly Json[], around: Around): Splice | undefined {
  const items = list.items as (Node | null)[]
  const now = items.map(idOf)
  const wanted = value.map(idOf)
  const named = distinct(now) && distinct(wanted)
  if (!named && items.length !== value.length) return list.flow ? (around.whole() ?? flowText(list, value, around.text)) : around.whole()
  if (named && now.join('\n') !== wanted.join('\n')) {
    if (list.flow || value.length === 0 || items.length === 0) return around.whole() ?? flowText(list, value, around.text)
    return inOrder(list, { now: now as string[], wanted: wanted as string[], value }, around)
  }
  for (const [i, item] of items.entries()) {
    const found = difference(item, value[i]!, {
      ...around,
      flow: around.flow || list.flow === true,
      whole: () => wholeItem(list, { i, value }, around),
    })
    if (found) return found
  }
  return undefined
}

const distinct = (ids: readonly (string | undefined)[]): boolean => ids.every((id, i) => id !== undefined && ids.indexOf(id) === i)

interface Order {
  readonly now: readonly string[]
  readonly wanted: readonly string[]
  readonly value: readonly Json[]
}

/** Takes one item away, puts one in, or moves one. */
function inOrder(list: YAMLSeq, { now, wanted, value }: Order, around: Around): Splice | undefined {
  const spots = spotsOf(list, around.text)
  if (!spots) return around.whole()
  const gone = now.findIndex((id) => !wanted.includes(id))
  if (gone >= 0) return { from: spots[gone]!.from, to: spots[gone]!.to, text: '' }
  const i = wanted.findIndex((id, at) => id !== now[at])
  const dash = spots[0]!.dash
  if (!now.includes(wanted[i]!)) {
    const known = around.moved.get(wanted[i]!)
    const lines = known ? shifted(known.text, dash - known.indent) : itemText(value[i]!, dash)
    const before = spots[i - 1]
    return before ? below(around.text, before.to - 1, lines) : { from: spots[0]!.from, to: spots[0]!.from, text: lines }
  }
  // Whatever takes fewer lines: this one further down, or the wanted one up.
  const here = now[i]!
  const [what, to] = now[i + 1] === wanted[i] ? [i, after(now, here, wanted)] : [now.indexOf(wanted[i]!), i]
  return exchanged(around.text, spots, { what, to })
}

/** Behind which of the items that are there it belongs, as an index to insert at. */
function after(now: readonly string[], id: string, wanted: readonly string[]): number {
  const before = wanted.slice(0, wanted.indexOf(id)).toReversed()
  const found = before.find((each) => now.includes(each))
  return found === undefined ? 0 : now.indexOf(found) + 1
}

function exchanged(text: string, spots: readonly Spot[], { what, to }: { what: number; to: number }): Splice {
  const lines = (spot: Spot): string =>
    text.slice(spot.from, spot.to).endsWith('\n') ? text.slice(spot.from, spot.to) : `${text.slice(spot.from, spot.to)}\n`
  const order = spots.map((_spot, i) => i).filter((i) => i !== what)
  order.splice(to > what ? to - 1 : to, 0, what)
  return { from: spots[0]!.from, to: spots.at(-1)!.to, text: order.map((i) => lines(spots[i]!)).join('') }
}

interface Spot {
  readonly from: number
  readonly to: number
  /** Column of its dash. */
  readonly dash: number
}

/** The lines of each item with the comments above it; undefined when items share lines. */
function spotsOf(list: YAMLSeq, text: string): readonly Spot[] | undefined {
  const spots: Spot[] = []
  for (const [i, item] of (list.items as Node[]).entries()) {
    const at = item?.range?.[0]
    if (at === undefined) return undefined
    const begin = lineStart(text, at)
    const lead = text.slice(begin, at)
    if (!/^ *- +$/.test(lead)) return undefined
    const from = i === 0 ? commentsAbove(text, begin, lead.indexOf('-')) : spots[i - 1]!.to
    spots.push({ from, to: lineEnd(text, endOf(item, text)), dash: lead.indexOf('-') })
  }
  return spots
}

/** Comments that stand right above the first item, at its column, belong to it. */
function commentsAbove(text: string, begin: number, column: number): number {
  let from = begin
  while (from > 0) {
    const line = lineStart(text, from - 1)
    if (!text.slice(line, from).startsWith(`${' '.repeat(column)}#`)) break
    from = line
  }
  return from
}

function wholeItem(list: YAMLSeq, { i, value }: { i: number; value: readonly Json[] }, around: Around): Splice | undefined {
  if (list.flow) return around.whole() ?? flowText(list, value, around.text)
  const spot = spotsOf(list, around.text)?.[i]
  const node = list.items[i] as Node
  if (!spot) return around.whole()
  return { from: lineStart(around.text, node.range![0]), to: endOf(node, around.text), text: itemText(value[i]!, spot.dash).slice(0, -1) }
}

/** How every item with an id is written, so that one that moves keeps its words. */
function textsOfItems(source: string): Map<string, Written> {
  const found = new Map<string, Written>()
  const document = parse(source)
  if (!document) return found
  visit(document, {
    Seq(_key, list) {
      const spots = list.flow ? undefined : spotsOf(list, source)
      for (const [i, item] of list.items.entries()) {
        const id = idOf(item)
        const spot = spots?.[i]
        if (id === undefined || !spot || !isMap(item) || !item.has('kind')) continue
        const text = source.slice(spot.from, spot.to)
        found.set(id, { text: text.endsWith('\n') ? text : `${text}\n`, indent: spot.dash })
      }
    },
  })
  return found
}
