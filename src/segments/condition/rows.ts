import { isRefusal } from '#lib/problem.ts'
import type { Comparison, Consent, Each, Expression, Member, PathValue, Sequence } from './ast.ts'
import { parse } from './parse.ts'
import { print } from './print.ts'

/** One line of a condition as screens show it. What fits no line is a text of the language. */
export type Row =
  | {
      readonly kind: 'compare'
      readonly left: Expression
      readonly operator: Comparison['operator']
      readonly negated: boolean
      readonly right: Expression
    }
  | { readonly kind: 'exists'; readonly of: Expression; readonly yes: boolean }
  | { readonly kind: 'flag'; readonly of: PathValue; readonly yes: boolean }
  | { readonly kind: 'member'; readonly of: Member; readonly yes: boolean }
  | { readonly kind: 'consent'; readonly of: Consent; readonly yes: boolean }
  | { readonly kind: 'sequence'; readonly of: Sequence; readonly yes: boolean }
  | { readonly kind: 'each'; readonly of: Each; readonly yes: boolean }
  | { readonly kind: 'other'; readonly text: string }

/** Lines and groups of lines; keys are those of the screen and say nothing. */
export interface Group {
  readonly key: number
  readonly kind: 'group'
  readonly join: 'and' | 'or'
  readonly not: boolean
  readonly parts: readonly Node[]
}
export interface Line {
  readonly key: number
  readonly kind: 'line'
  readonly row: Row
}
export type Node = Group | Line
export type NextKey = () => number

const WORDY: ReadonlySet<string> = new Set(['in', 'contains', 'startsWith', 'endsWith'])
const isPath = (tree: Expression): tree is PathValue => tree.kind === 'attribute' || tree.kind === 'property' || tree.kind === 'element'

/** The line of an expression that is no group. */
export function rowOf(tree: Expression): Row {
  switch (tree.kind) {
    case 'compare':
      return simple(tree) ? { kind: 'compare', left: tree.left, operator: tree.operator, negated: false, right: tree.right } : other(tree)
    case 'exists':
      return subject(tree.of) ? { kind: 'exists', of: tree.of, yes: true } : other(tree)
    case 'attribute':
    case 'property':
    case 'element':
      return { kind: 'flag', of: tree, yes: true }
    case 'member':
      return { kind: 'member', of: tree, yes: true }
    case 'consent':
      return { kind: 'consent', of: tree, yes: true }
    case 'sequence':
      return { kind: 'sequence', of: tree, yes: true }
    case 'each':
      return { kind: 'each', of: tree, yes: true }
    case 'not':
      return negatedRow(tree)
    default:
      return other(tree)
  }
}

function negatedRow(tree: Extract<Expression, { kind: 'not' }>): Row {
  const inner = rowOf(tree.of)
  switch (inner.kind) {
    case 'compare':
      return WORDY.has(inner.operator) && !inner.negated ? { ...inner, negated: true } : other(tree)
    case 'other':
      return other(tree)
    default:
      return inner.yes ? { ...inner, yes: false } : other(tree)
  }
}

const other = (tree: Expression): Row => ({ kind: 'other', text: print(tree) })

/** What a line can be about. */
const subject = (tree: Expression): boolean =>
  isPath(tree) || tree.kind === 'history' || tree.kind === 'rating' || (tree.kind === 'known' && tree.name !== 'now')

function simple({ left, right }: Comparison): boolean {
  return subject(left) && (isFixed(right) || isMoment(right))
}
const isFixed = ({ kind }: Expression): boolean => ['number', 'text', 'boolean', 'date', 'list', 'duration'].includes(kind)
/** `now - 30d`, `now + 3d`, `now`. */
export const isMoment = (tree: Expression): boolean =>
  (tree.kind === 'known' && tree.name === 'now') ||
  (tree.kind === 'arithmetic' &&
    tree.left.kind === 'known' &&
    tree.left.name === 'now' &&
    tree.right.kind === 'duration' &&
    (tree.operator === '+' || tree.operator === '-'))

/** The expression of a line; undefined while something of it is missing. */
export function treeOfRow(row: Row): Expression | undefined {
  switch (row.kind) {
    case 'other': {
      const tree = parse(row.text)
      return isRefusal(tree) ? undefined : tree
    }
    case 'compare': {
      const compared: Expression = { kind: 'compare', operator: row.operator, left: row.left, right: row.right }
      return whole(row.left) && whole(row.right) ? signed(compared, !row.negated) : undefined
    }
    case 'flag':
    case 'exists':
      if (!whole(row.of)) return undefined
      return signed(row.kind === 'flag' ? row.of : { kind: 'exists', of: row.of }, row.yes)
    default:
      return whole(row.of) ? signed(row.of, row.yes) : undefined
  }
}
const signed = (tree: Expression, yes: boolean): Expression => (yes ? tree : { kind: 'not', of: tree })

/** Nothing of it is missing that has to be written. */
function whole(tree: Expression): boolean {
  switch (tree.kind) {
    case 'attribute':
    case 'property':
      return tree.path.length > 0
    case 'history':
      return (
        tree.event !== '' && (tree.property === undefined || tree.property.length > 0) && (tree.where === undefined || whole(tree.where))
      )
    case 'sequence':
      return tree.steps.every(({ event }) => event !== '')
    case 'member':
      return tree.id !== ''
    case 'rating':
      return tree.name !== ''
    case 'consent':
      return tree.channel !== '' && tree.topic !== ''
    case 'number':
      return Number.isFinite(tree.value)
    case 'each':
      return tree.list.kind === 'element' || tree.list.path.length > 0
    default:
      return true
  }
}

/** A tree as lines and groups. */
export function nodeOf(tree: Expression, key: NextKey): Node {
  if (tree.kind === 'and' || tree.kind === 'or') return groupOf(tree, { not: false, key })
  if (tree.kind === 'not' && (tree.of.kind === 'and' || tree.of.kind === 'or')) return groupOf(tree.of, { not: true, key })
  return { key: key(), kind: 'line', row: rowOf(tree) }
}
const groupOf = (tree: Extract<Expression, { parts: unknown }>, { not, key }: { not: boolean; key: NextKey }): Group => ({
  key: key(),
  kind: 'group',
  join: tree.kind as 'and' | 'or',
  not,
  parts: tree.parts.map((part) => nodeOf(part, key)),
})

/** The same with a group around it, so that there is always something to add to. */
export function rootOf(tree: Expression | undefined, key: NextKey): Group {
  const node = tree && nodeOf(tree, key)
  if (node?.kind === 'group' && !node.not) return node
  return { key: key(), kind: 'group', join: 'and', not: false, parts: node ? [node] : [] }
}

/** The tree of lines and groups: a group of one is that one. Undefined: nothing yet, or a line is not finished. */
export function treeOf(node: Node): Expression | undefined {
  if (node.kind === 'line') return treeOfRow(node.row)
  const parts = node.parts.map(treeOf)
  if (parts.length === 0 || parts.some((part) => part === undefined)) return undefined
  const [first, ...more] = parts as Expression[]
  const joined: Expression = more.length === 0 ? first! : { kind: node.join, parts: parts as Expression[] }
  return node.not ? { kind: 'not', of: joined } : joined
}

/** Lines that are not finished, by key. */
export const unfinished = (node: Node): number[] =>
  node.kind === 'line' ? (treeOfRow(node.row) ? [] : [node.key]) : node.parts.length === 0 ? [node.key] : node.parts.flatMap(unfinished)

/** The tree with one node changed; `null` takes it away. */
export function changed(root: Group, key: number, change: (node: Node) => Node | null): Group {
  const walk = (node: Node): Node | null => {
    if (node.key === key) return change(node)
    if (node.kind === 'line') return node
    const parts = node.parts.map(walk).filter((part) => part !== null)
    return parts.length === node.parts.length && parts.every((part, i) => part === node.parts[i]) ? node : { ...node, parts }
  }
  return (walk(root) as Group | null) ?? { ...root, parts: [] }
}

export const added = (root: Group, group: number, node: Node): Group =>
  changed(root, group, (each) => (each.kind === 'group' ? { ...each, parts: [...each.parts, node] } : each))

/** A line and a group of its own around it. */
export const wrapped = (root: Group, key: number, next: NextKey): Group =>
  changed(root, key, (node) => ({ key: next(), kind: 'group', join: 'or', not: false, parts: [node] }))

/** The lines of a group stand where the group stood. */
export function unwrapped(root: Group, key: number): Group {
  const walk = (node: Node): readonly Node[] => {
    if (node.kind === 'line') return [node]
    if (node.key === key && node.key !== root.key) return node.parts
    return [{ ...node, parts: node.parts.flatMap(walk) }]
  }
  return { ...root, parts: root.parts.flatMap(walk) }
}

/** One place up or down; from the end of a group out of it, and into a group that stands in the way. */
export function shifted(root: Group, key: number, by: 1 | -1): Group {
  const order: { group: number; index: number }[] = []
  const found = find(root, key)
  if (!found) return root
  const visit = (group: Group): void => {
    for (const [index, part] of group.parts.entries()) {
      if (part.key === key) continue
      order.push({ group: group.key, index })
      if (part.kind === 'group') {
        visit(part)
        if (part.parts.every((each) => each.key === key)) order.push({ group: part.key, index: 0 })
      }
    }
    order.push({ group: group.key, index: group.parts.length })
  }
  const { node, group, index } = found
  const without = changed(root, key, () => null)
  visit(without)
  const here = order.findIndex((place) => place.group === group.key && place.index === index)
  const place = order[here + by]
  return place === undefined ? root : placed(without, node, place)
}

/** The node stands in another place: `index` counts without it. */
export function moved(root: Group, key: number, place: { readonly group: number; readonly index: number }): Group {
  const found = find(root, key)
  if (!found || (found.node.kind === 'group' && find(found.node, place.group) !== undefined) || place.group === key) return root
  return placed(
    changed(root, key, () => null),
    found.node,
    place,
  )
}

const placed = (root: Group, node: Node, { group, index }: { group: number; index: number }): Group =>
  changed(root, group, (each) => (each.kind === 'group' ? { ...each, parts: each.parts.toSpliced(index, 0, node) } : each))

/** A node with the group that it stands in. */
export function find(root: Group, key: number): { node: Node; group: Group; index: number } | undefined {
  for (const [index, node] of root.parts.entries()) {
    if (node.key === key) return { node, group: root, index }
    const inside = node.kind === 'group' ? find(node, key) : undefined
    if (inside) return inside
  }
  return undefined
}
