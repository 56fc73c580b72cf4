import { Document, isMap, isPair, isScalar, isSeq, type Node, type Pair, Scalar, stringify, visit, type YAMLMap, type YAMLSeq } from 'yaml'
import type { Json, JsonObject } from '#lib/json.ts'

/** Texts that are short enough stand on one line. */
const LINE = 120

export const isObject = (value: unknown): value is JsonObject => value !== null && typeof value === 'object' && !Array.isArray(value)

/** On one line, as it can stand anywhere. */
export function inline(value: Json): string {
  const document = new Document(value)
  visit(document, {
    Collection(_key, node) {
      const collection = node as YAMLMap | YAMLSeq
      collection.flow = true
    },
  })
  return document.toString({ lineWidth: 0 }).trimEnd()
}

/** A scalar in the way in which the one before was written, where that can be. */
export function scalarText(value: string | number | boolean | null, { flow, like }: { flow: boolean; like: Scalar | undefined }): string {
  const scalar = new Scalar(value)
  const quoted = like?.type === 'QUOTE_DOUBLE' || like?.type === 'QUOTE_SINGLE'
  if (typeof value === 'string' && quoted) scalar.type = like.type
  if (typeof value === 'string' && value.includes('\n')) scalar.type = 'QUOTE_DOUBLE'
  const list = new Document([scalar])
  ;(list.contents as unknown as YAMLSeq).flow = flow
  const text = list.toString({ lineWidth: 0 }).trimEnd()
  return flow ? text.replace(/^\[ /, '').replace(/ \]$/, '') : text.replace(/^- /, '')
}

const isList = (value: Json): value is readonly JsonObject[] =>
  Array.isArray(value) && value.length > 0 && value.every((each) => isObject(each) && 'id' in each)
/** Steps inside of steps are written below each other. */
const holdsSteps = (value: JsonObject): boolean => Object.values(value).some(isList)

/** `key: value` at this indentation, ending with a line break. */
export function pairText(key: string, value: Json, indent: number): string {
  const pad = ' '.repeat(indent)
  const name = scalarText(key, { flow: false, like: undefined })
  if (isList(value)) return `${pad}${name}:\n${value.map((item) => itemText(item, indent + 2)).join('')}`
  if (typeof value === 'string' && value.includes('\n')) return indented(stringify({ [key]: value }, { lineWidth: 0 }), indent)
  const line = `${pad}${name}: ${inline(value)}\n`
  return line.length <= LINE || !(isObject(value) || Array.isArray(value))
    ? line
    : indented(stringify({ [key]: value }, { lineWidth: 0 }), indent)
}

/** `- …` at this indentation, ending with a line break. */
export function itemText(value: Json, indent: number): string {
  const pad = ' '.repeat(indent)
  const short = `${pad}- ${inline(value)}\n`
  if (!isObject(value) || Object.keys(value).length === 0 || (!holdsSteps(value) && short.length <= LINE)) return short
  const pairs = Object.entries(value).map(([key, inner]) => pairText(key, inner, indent + 2))
  return `${pad}- ${pairs.join('').slice(indent + 2)}`
}

const indented = (text: string, indent: number): string => text.replace(/^(?=.)/gm, ' '.repeat(indent))

/** Lines of a text moved to the right, or to the left. */
export function shifted(text: string, by: number): string {
  if (by >= 0) return indented(text, by)
  return text.replace(new RegExp(`^ {0,${-by}}`, 'gm'), '')
}

export const lineStart = (text: string, at: number): number => text.lastIndexOf('\n', at - 1) + 1
/** Behind the line break of the line in which `at` stands. */
export function lineEnd(text: string, at: number): number {
  const found = text.indexOf('\n', at)
  return found < 0 ? text.length : found + 1
}

/** Where what a node says ends, without comments and blank lines behind it. */
export function endOf(node: Node | null, text: string): number {
  if (isMap(node) && !node.flow && node.items.length > 0) return endOfPair(node.items.at(-1)! as Pair<Node, Node | null>, text)
  if (isSeq(node) && !node.flow && node.items.length > 0) return endOf(node.items.at(-1) as Node, text)
  const end = node?.range?.[1] ?? 0
  return text.slice(0, end).trimEnd().length
}
export function endOfPair(pair: Pair<Node, Node | null>, text: string): number {
  const value = pair.value
  // A key without a value: its null has a place behind the colon, or none.
  return value?.range && (value.range[1] > value.range[0] || !isScalar(value))
    ? endOf(value, text)
    : Math.max(pair.key.range![1] + 1, value?.range?.[0] ?? 0)
}

export const keyOf = (pair: Pair<Node, Node | null>): string => String(isScalar(pair.key) ? pair.key.value : pair.key)
export const pairsOf = (map: YAMLMap): Pair<Node, Node | null>[] => map.items.filter(isPair) as unknown as Pair<Node, Node | null>[]
