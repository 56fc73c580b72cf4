import type { EventRecord } from '#events/schema.ts'
import { at, type Json } from '#lib/json.ts'
import { isRefusal, type Problem } from '#lib/problem.ts'
import { type Aggregate, aggregatesOf, runAggregatesOf } from '#segments/condition/aggregate.ts'
import type { Expression } from '#segments/condition/ast.ts'
import { parse } from '#segments/condition/parse.ts'
import { evaluate, predicate } from '#segments/condition/predicate.ts'
import type { Scope } from '#segments/condition/scope.ts'
import type { Enrollment } from './enrollment.ts'

/** Thrown while compiling, and caught by `compile` only: the way out of the depth of a definition. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable'
  readonly problem: Problem
  constructor(problem: Problem) {
    super(problem.title)
    this.problem = problem
  }
}

/** Who is gathering at this moment, the innermost last: compiling is done in one go, and empty again when it is over. */
const gatherers: Map<string, Aggregate>[] = []

/** Does the work, and tells which aggregates of the person, and which of the run, the conditions ask for that it compiles meanwhile. */
export function gathering<T>(work: () => T): {
  readonly value: T
  readonly aggregates: readonly Aggregate[]
  readonly ofRun: readonly Aggregate[]
} {
  const found = new Map<string, Aggregate>()
  gatherers.push(found)
  try {
    const value = work()
    const [aggregates, ofRun] = [true, false].map((isOfPerson) =>
      [...found.values()].filter(({ since }) => (since === 'ever') === isOfPerson),
    )
    return { value, aggregates: aggregates!, ofRun: ofRun! }
  } finally {
    gatherers.pop()
  }
}

function gather(tree: Expression): void {
  const found = gatherers.at(-1)
  if (found) for (const aggregate of [...aggregatesOf(tree), ...runAggregatesOf(tree)]) found.set(aggregate.id, aggregate)
}

export function condition(text: string): (scope: Scope) => boolean {
  const tree = parse(text)
  if (isRefusal(tree)) throw new Unreadable(tree.refused)
  gather(tree)
  return predicate(tree)
}

export function expression(text: string): (scope: Scope) => Json | undefined {
  const tree = parse(text)
  if (isRefusal(tree)) throw new Unreadable(tree.refused)
  gather(tree)
  return evaluate(tree)
}

/** The parts of an event that a path such as `properties.cart_id` starts from. */
export const EVENT_ROOTS = ['properties', 'name', 'at'] as const
/** The same of a run: `entry.key`, `entry.properties.cart_id`. */
export const ENTRY_ROOTS = ['key', ...EVENT_ROOTS] as const

/** Reads a path such as `properties.cart_id` from an event. */
export function eventPath(path: string): (record: EventRecord) => Json | undefined {
  const [root, ...rest] = path.split('.')
  if (root === 'name') return (record) => record.name
  if (root === 'at') return (record) => record.at
  return (record) => at(record.props, rest)
}

/** Reads a path such as `entry.key` from a run. */
export function runPath(path: string): (run: Pick<Enrollment, 'key' | 'entry'>) => Json | undefined {
  const [, root, ...rest] = path.split('.')
  if (root === 'key') return (run) => run.key
  if (root === 'name') return (run) => run.entry.name
  if (root === 'at') return (run) => run.entry.at
  return (run) => at(run.entry.properties, rest)
}

/** Text of a value that can name something (a cart, an order): texts, numbers and booleans; undefined for anything else. */
export function keyText(value: Json | undefined): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}
