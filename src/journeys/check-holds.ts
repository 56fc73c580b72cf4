import type { Json } from '#lib/json.ts'
import type { Comparison, Expression } from '#segments/condition/ast.ts'
import { print } from '#segments/condition/print.ts'

/** A condition, and whether it is to hold. */
export interface Wish {
  readonly tree: Expression
  readonly holds: boolean
}
/** Values by path, such as `profile.plan` or `entry.value`, with which the wishes come true as far as paths and literals go; null: missing. */
export type Sample = ReadonlyMap<string, Json>

type Term = { readonly atom: Expression; readonly holds: boolean }
/** More ways than this to make a condition hold are not looked into. */
const MOST_WAYS = 128

/**
 * Whether conditions can hold together. `never` is proved: by literals, ranges and missing values of one path that contradict each other.
 * What is not about one path and a literal may be true or false as it likes.
 */
export function together(wishes: readonly Wish[]): Sample | 'never' | 'unknown' {
  let ways: Ways = [[]]
  for (const { tree, holds } of wishes) ways = ways && product(ways, waysOf(tree, holds))
  if (!ways) return 'unknown'
  for (const terms of ways) {
    const sample = sampleOf(terms)
    if (sample) return sample
  }
  return 'never'
}

/** The ways to make a condition true (or false), each a list of atoms that must all be so; null: too many. */
function waysOf(tree: Expression, holds: boolean): Ways {
  switch (tree.kind) {
    case 'boolean':
      return tree.value === holds ? [[]] : []
    case 'not':
      return waysOf(tree.of, !holds)
    case 'and':
    case 'or':
      return manyWays(
        tree.parts.map((part) => waysOf(part, holds)),
        (tree.kind === 'and') === holds,
      )
    default:
      return [[{ atom: tree, holds }]]
  }
}

type Ways = readonly (readonly Term[])[] | null

/** All parts at once, or any one of them. */
function manyWays(parts: readonly Ways[], all: boolean): Ways {
  if (all) return parts.reduce<Ways>((ways, each) => ways && product(ways, each), [[]])
  return parts.includes(null) ? null : few(parts.flatMap((each) => each ?? []))
}

const few = <T>(list: readonly T[]): readonly T[] | null => (list.length > MOST_WAYS ? null : list)

function product(a: readonly (readonly Term[])[], b: Ways): Ways {
  if (!b || a.length * b.length > MOST_WAYS) return null
  return a.flatMap((first) => b.map((second) => [...first, ...second]))
}

type Plain = string | number | boolean

/** What one path has to be. */
interface Demand {
  /** One of these. */
  oneOf: readonly Plain[] | null
  not: Plain[]
  /** Any number, within bounds; `soft` bounds count only if it is a number at all. */
  number: boolean
  bounds: { operator: '<' | '<=' | '>' | '>='; value: number; soft: boolean }[]
  exists: boolean | null
}

/** Values that make all of the terms true; null when they contradict each other. */
function sampleOf(terms: readonly Term[]): Sample | null {
  const demands = new Map<string, Demand>()
  const said = new Map<string, boolean>()
  for (const { atom, holds } of terms) {
    const text = print(atom)
    if (said.has(text) && said.get(text) !== holds) return null
    said.set(text, holds)
    const about = demandOf(atom)
    if (!about) continue
    const demand = demands.get(about.path) ?? { oneOf: null, not: [], number: false, bounds: [], exists: null }
    demands.set(about.path, demand)
    if (!about.add(demand, holds)) return null
  }
  const sample = new Map<string, Json>()
  for (const [path, demand] of demands) {
    const value = valueFor(demand)
    if (value === undefined) return null
    sample.set(path, value)
  }
  return sample
}

interface About {
  readonly path: string
  /** False: contradicts what was demanded before. */
  add(demand: Demand, holds: boolean): boolean
}

function demandOf(atom: Expression): About | null {
  if (atom.kind === 'exists') {
    const path = pathOf(atom.of)
    return path === null ? null : { path, add: (demand, holds) => exist(demand, holds) }
  }
  if (atom.kind === 'compare') return compared(atom)
  const path = pathOf(atom)
  return path === null ? null : { path, add: (demand, holds) => (holds ? among(demand, [true]) : differ(demand, [true])) }
}

const FLIPPED = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const
const OPPOSITE = { '<': '>=', '<=': '>', '>': '<=', '>=': '<' } as const
const isOrder = (operator: string): operator is keyof typeof FLIPPED => Object.hasOwn(FLIPPED, operator)

function compared({ operator, left, right }: Comparison): About | null {
  const [path, flipped] = [pathOf(left), pathOf(right)]
  const value = plain(path === null ? left : right)
  const about = path ?? flipped
  if (about === null) return null
  if (operator === 'in' && path !== null && right.kind === 'list') {
    const { items } = right
    return { path: about, add: (demand, holds) => (holds ? among(demand, items) : differ(demand, items)) }
  }
  if (value === undefined) return null
  if (operator === '==' || operator === '!=')
    return { path: about, add: (demand, holds) => (holds === (operator === '==') ? among(demand, [value]) : differ(demand, [value])) }
  if (!isOrder(operator) || typeof value !== 'number') return null
  const turned = path === null ? FLIPPED[operator] : operator
  return {
    path: about,
    add(demand, holds) {
      demand.bounds.push({ operator: holds ? turned : OPPOSITE[turned], value, soft: !holds })
      if (holds) demand.number = true
      return !holds || exist(demand, true)
    },
  }
}

const plain = (tree: Expression): Plain | undefined =>
  tree.kind === 'number' || tree.kind === 'text' || tree.kind === 'boolean' ? tree.value : undefined

const pathOf = (tree: Expression): string | null =>
  tree.kind === 'attribute'
    ? ['profile', ...tree.path].join('.')
    : tree.kind === 'property'
      ? [tree.of, ...tree.path].join('.')
      : tree.kind === 'known' && tree.name === 'entry.key'
        ? tree.name
        : null

function exist(demand: Demand, holds: boolean): boolean {
  if (demand.exists !== null && demand.exists !== holds) return false
  demand.exists = holds
  return true
}

function among(demand: Demand, values: readonly Plain[]): boolean {
  demand.oneOf = demand.oneOf ? demand.oneOf.filter((value) => values.includes(value)) : values
  return exist(demand, true)
}

function differ(demand: Demand, values: readonly Plain[]): boolean {
  demand.not.push(...values)
  return true
}

/** A value that meets every demand; null stands for a missing one, undefined for none at all. */
function valueFor(demand: Demand): Json | undefined {
  const fits = (value: Plain): boolean =>
    !demand.not.includes(value) && (!demand.number || typeof value === 'number') && (typeof value !== 'number' || within(demand, value))
  if (demand.oneOf) return demand.oneOf.find(fits)
  if (demand.number) return candidates(demand).find(fits)
  if (demand.exists !== true) return null
  return ['any', 'other', 'more', ...demand.not.map((value) => `${value}-not`)].find(fits)
}

const within = ({ bounds }: Demand, value: number): boolean =>
  bounds.every(({ operator, value: bound }) =>
    operator === '<' ? value < bound : operator === '<=' ? value <= bound : operator === '>' ? value > bound : value >= bound,
  )

/** Numbers one of which fits if any does, but for a few forbidden ones: the bounds, their neighbours and what lies between. */
function candidates({ bounds, not }: Demand): number[] {
  const edges = bounds.map(({ value }) => value).sort((a, b) => a - b)
  const low = Math.max(...bounds.filter(({ operator }) => operator.startsWith('>')).map(({ value }) => value), -Number.MAX_VALUE)
  const high = Math.min(...bounds.filter(({ operator }) => operator.startsWith('<')).map(({ value }) => value), Number.MAX_VALUE)
  const between = Array.from({ length: not.length + 2 }, (_, i) => low + ((high - low) * (i + 1)) / (not.length + 3))
  return [...edges.flatMap((edge) => [edge, edge + 1, edge - 1]), ...between].filter(Number.isFinite)
}
