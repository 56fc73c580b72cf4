import { digest } from '#lib/hash.ts'
import { type Comparison, children, type Expression, type History, type Sequence, withChildren } from './ast.ts'
import { print } from './print.ts'

/** Events, or distinct values, that one window remembers of one person: the newest. Counts in windows end here. */
export const MOST_REMEMBERED = 1_000
/** Of a sequence fewer: every one of its events can still become part of a chain, so none of them makes another needless. */
export const MOST_IN_SEQUENCE = 200
/** Amounts beyond this (either sign) are no amounts: `sum` passes over them, so that its integers stay exact. */
export const MOST_AMOUNT = 1e11
/** `sum` counts in ten-thousandths. */
export const PARTS = 10_000

/** What a condition asks of past events: what has to be gathered for each person while the events come. */
export interface Aggregate {
  /** Digest of the canonical text: equal aggregates have one id. */
  readonly id: string
  readonly what: History['what'] | 'sequence'
  /** The events in question, each with its filter: one, or those of a sequence in order. */
  readonly steps: readonly { readonly event: string; readonly where: Expression | null }[]
  /** Their names, each once. */
  readonly events: readonly string[]
  readonly property: readonly string[] | null
  /** Milliseconds; null: over all time. */
  readonly within: number | null
  /** `ever`: of the person; else of one run, and kept there. */
  readonly since: 'ever' | 'run' | 'step'
  /** Newest events (or values) that the condition can tell apart. */
  readonly keep: number
}

/** Over all time and without a filter: every profile's activity tells it, nothing has to be gathered. */
export const isPlain = ({ what, where, within, since }: History): boolean =>
  where === undefined && within === undefined && since === undefined && (what === 'count' || what === 'first' || what === 'last')

/** The aggregate of a node of a narrowed tree. */
export function aggregateOf(tree: History | Sequence): Aggregate {
  const keep = tree.kind === 'sequence' ? MOST_IN_SEQUENCE : (tree.keep ?? MOST_REMEMBERED)
  const steps = tree.kind === 'sequence' ? tree.steps : [tree]
  return {
    id: digest(`${print(tree)} keep ${keep}`),
    what: tree.kind === 'sequence' ? 'sequence' : tree.what,
    steps: steps.map(({ event, where }) => ({ event, where: where ?? null })),
    events: [...new Set(steps.map(({ event }) => event))],
    property: (tree.kind === 'history' && tree.property) || null,
    within: tree.within ?? null,
    since: tree.since ?? 'ever',
    keep,
  }
}

/** Every aggregate that a condition asks of the person, each once. */
export const aggregatesOf = (tree: Expression): Aggregate[] =>
  gathered(tree, (node) => node.kind === 'sequence' || !isPlain(node)).filter(isOfPerson)

/** Those that belong to a run (`in run`, `in step`). */
export const runAggregatesOf = (tree: Expression): Aggregate[] => gathered(tree, () => true).filter((aggregate) => !isOfPerson(aggregate))

/** All of the person's, the plain ones too: over facts nothing is counted beforehand. */
export const factAggregatesOf = (tree: Expression): Aggregate[] => gathered(tree, () => true).filter(isOfPerson)

const isOfPerson = ({ since }: Aggregate): boolean => since === 'ever'

function gathered(tree: Expression, wanted: (node: History | Sequence) => boolean): Aggregate[] {
  const found = new Map<string, Aggregate>()
  const visit = (node: Expression): void => {
    if (node.kind === 'history' || node.kind === 'sequence') {
      if (!wanted(node)) return
      const aggregate = aggregateOf(node)
      found.set(aggregate.id, aggregate)
    } else for (const child of children(node)) visit(child)
  }
  visit(narrowed(tree))
  return [...found.values()]
}

/** The tree with `keep` on every history that needs less than all: `count(… within 30d) >= 3` can be told from the newest three. */
export function narrowed(tree: Expression): Expression {
  const here = tree.kind === 'compare' ? narrowedSides(tree) : tree.kind === 'history' ? newestOnly(tree) : tree
  return here.kind === 'history' || here.kind === 'sequence' ? here : withChildren(here, narrowed)
}

const newestOnly = (tree: History): History =>
  tree.keep === undefined && tree.what === 'last' && tree.within !== undefined ? { ...tree, keep: 1 } : tree

function narrowedSides(tree: Comparison): Comparison {
  const threshold = thresholdOf(tree)
  if (!threshold) return tree
  const { side, history, n } = threshold
  return { ...tree, [side]: { ...history, keep: Math.min(Math.max(n, 1), MOST_REMEMBERED) } }
}

export interface Threshold {
  readonly side: 'left' | 'right'
  readonly history: History
  /** The answer hangs on whether at least n are there, and for `==` and `!=` on whether n - 1 are. */
  readonly n: number
  readonly exact: boolean
}

/** What a comparison of a count in a window with a fixed number hangs on. */
export function thresholdOf({ operator, left, right }: Comparison): Threshold | undefined {
  const swapped = right.kind === 'history'
  const [history, fixed] = swapped ? [right, left] : [left, right]
  if (history.kind !== 'history' || fixed.kind !== 'number') return undefined
  if ((history.what !== 'count' && history.what !== 'distinct') || history.within === undefined) return undefined
  const side = swapped ? 'right' : 'left'
  const told = (n: number, exact = false): Threshold => ({ side, history, n, exact })
  switch (swapped ? SWAPPED[operator] : operator) {
    case '>=':
    case '<':
      return told(Math.ceil(fixed.value))
    case '>':
    case '<=':
      return told(Math.floor(fixed.value) + 1)
    case '==':
    case '!=':
      return Number.isInteger(fixed.value) ? told(fixed.value + 1, true) : undefined
    default:
      return undefined
  }
}
const SWAPPED: Readonly<Partial<Record<Comparison['operator'], Comparison['operator']>>> = {
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
  '==': '==',
  '!=': '!=',
}
