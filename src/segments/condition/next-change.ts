import type { Json } from '#lib/json.ts'
import { aggregateOf, isPlain, narrowed, type Threshold, thresholdOf } from './aggregate.ts'
import { type Arithmetic, type Comparison, children, type Expression } from './ast.ts'
import { truth } from './predicate.ts'
import { atTime, type Scope } from './scope.ts'
import { areTimes, power, typeOf } from './types.ts'
import { dynamic, number, type Read, time } from './values.ts'

/**
 * The earliest time after `scope.now` (epoch ms) at which the answer can differ although nothing happens; Infinity: never.
 * It is never later than the true change, and may be earlier. Where `now` is not linear (`check` refuses that for segments), it is the next ms.
 */
export function nextChange(tree: Expression): (scope: Scope) => number {
  const change = changeOf(narrowed(tree))
  return (scope) => change?.(scope, undefined) ?? Infinity
}

/** Null: time alone changes nothing. */
type Change = Read<number> | null

function changeOf(tree: Expression): Change {
  switch (tree.kind) {
    case 'and':
    case 'or':
      return joined(tree.parts, tree.kind === 'or')
    case 'not':
      return changeOf(tree.of)
    case 'compare':
      return comparisonChange(tree)
    case 'each':
      return eachChange(tree)
    case 'exists':
      return soonest([windows(tree.of), power(tree.of) > 1 ? atOnce : null])
    case 'sequence':
      return windows(tree)
    default:
      return soonest(children(tree).map(changeOf))
  }
}

const atOnce: Read<number> = (scope) => scope.now + 1

function soonest(changes: readonly Change[]): Change {
  const some = changes.filter((change) => change !== null)
  if (some.length <= 1) return some[0] ?? null
  return (scope, element) => some.reduce((least, change) => Math.min(least, change(scope, element)), Infinity)
}

/** An `or` that holds goes on until each part that holds has changed; one that does not, until any part has. An `and` the other way round. */
function joined(parts: readonly Expression[], decisive: boolean): Change {
  const all = parts.map((part) => ({ holds: truth(part), change: changeOf(part) }))
  if (all.every(({ change }) => change === null)) return null
  return (scope, element) => {
    let [least, greatest, decided] = [Infinity, -Infinity, false]
    for (const { holds, change } of all) {
      const next = change?.(scope, element) ?? Infinity
      least = Math.min(least, next)
      if (holds(scope, element) !== decisive) continue
      decided = true
      greatest = Math.max(greatest, next)
    }
    return decided ? greatest : least
  }
}

function eachChange(tree: Extract<Expression, { kind: 'each' }>): Change {
  const change = changeOf(tree.where)
  if (change === null) return null
  const list = valuesIn(tree.list)
  return (scope, element) => list(scope, element).reduce<number>((least, item) => Math.min(least, change(scope, item)), Infinity)
}

function valuesIn(list: Extract<Expression, { kind: 'each' }>['list']): Read<readonly Json[]> {
  const read = dynamic(list)
  return (scope, element) => {
    const found = read(scope, element)
    return Array.isArray(found) ? found : []
  }
}

/** When the value of any window in an expression can change. */
function windows(tree: Expression): Change {
  if (tree.kind === 'sequence' || (tree.kind === 'history' && !isPlain(tree))) {
    if (tree.within === undefined) return null
    const { id } = aggregateOf(tree)
    return (scope) => scope.window(id)?.expiry() ?? Infinity
  }
  return soonest(children(tree).map(windows))
}

function comparisonChange(tree: Comparison): Change {
  const threshold = thresholdOf(tree)
  if (threshold) return thresholdChange(threshold)
  const parts = [
    windows(tree.left),
    windows(tree.right),
    ...[tree.left, tree.right].map((side) => (typeOf(side) === 'boolean' ? changeOf(side) : null)),
  ]
  const most = Math.max(power(tree.left), power(tree.right))
  const crosses = most === 0 ? null : most > 1 || isList(tree) ? atOnce : crossing(tree)
  return soonest([...parts, crosses])
}

const isList = ({ operator }: Comparison): boolean => operator === 'in' || operator === 'contains'

/** The n-th newest leaves the window; an exact number is left when the one before it does too. */
function thresholdChange({ history, n, exact }: Threshold): Change {
  const { id } = aggregateOf(history)
  return (scope) => {
    const view = scope.window(id)
    if (!view) return Infinity
    const first = n >= 1 ? view.expiry(n) : Infinity
    return exact && n > 1 && first === Infinity ? view.expiry(n - 1) : first
  }
}

/** Two straight lines over time meet once: the first whole ms from there on at which the comparison says something else. */
function crossing(tree: Comparison): Read<number> {
  const holds = truth(tree)
  const read = areTimes(tree.left, tree.right) ? time : number
  const [left, right] = [read(tree.left), read(tree.right)]
  const [rise, fall] = [slope(tree.left), slope(tree.right)]
  return (scope, element) => {
    const apart = left(scope, element) - right(scope, element)
    const speed = rise(scope, element) - fall(scope, element)
    const meets = scope.now - apart / speed
    // What is missing stays so; what meets beyond the end of time never does.
    if (!(meets >= scope.now - 1) || meets > Number.MAX_SAFE_INTEGER) return Infinity
    const now = holds(scope, element)
    const from = Math.max(scope.now + 1, Math.floor(meets) - 1)
    for (let at = from; at <= from + 3; at++) if (holds(atTime(scope, at), element) !== now) return at
    return from > scope.now + 1 ? from : Infinity
  }
}

/** By how much a number grows in a ms. */
function slope(tree: Expression): Read<number> {
  if (power(tree) === 0) return () => 0
  switch (tree.kind) {
    case 'known':
      return () => 1
    case 'negate': {
      const of = slope(tree.of)
      return (scope, element) => -of(scope, element)
    }
    case 'default': {
      const [value, of] = [number(tree.value), slope(tree.value)]
      return (scope, element) => (Number.isNaN(value(scope, element)) ? 0 : of(scope, element))
    }
    case 'arithmetic':
      return slopeOf(tree)
    default:
      return () => 0
  }
}

function slopeOf(tree: Arithmetic): Read<number> {
  const [a, b] = [slope(tree.left), slope(tree.right)]
  const [left, right] = [number(tree.left), number(tree.right)]
  switch (tree.operator) {
    case '+':
      return (scope, element) => a(scope, element) + b(scope, element)
    case '-':
      return (scope, element) => a(scope, element) - b(scope, element)
    case '*':
      return power(tree.left) === 0
        ? (scope, element) => left(scope, element) * b(scope, element)
        : (scope, element) => right(scope, element) * a(scope, element)
    case '/':
      return (scope, element) => a(scope, element) / right(scope, element)
  }
}
