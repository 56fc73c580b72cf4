import type { Json } from '#lib/json.ts'
import { aggregateOf, narrowed } from './aggregate.ts'
import type { Comparison, Each, Expression, Literal, PathValue } from './ast.ts'
import { type Scope, standing } from './scope.ts'
import { compareTexts } from './text-order.ts'
import { areTimes, isNumeric, typeOf } from './types.ts'
import { dynamic, missing, number, present, type Read, text, time } from './values.ts'

type Truth = Read<boolean>

/** Compiles a condition to closures. Compile once, ask often; a tree that `check` refuses gives false, never throws. */
export function predicate(tree: Expression): (scope: Scope) => boolean {
  const holds = truth(narrowed(tree))
  return (scope) => holds(scope, undefined)
}

/** Compiles a value, such as `profile.points + 10`; undefined when it is missing. Times are epoch ms, durations ms. */
export function evaluate(whole: Expression): (scope: Scope) => Json | undefined {
  const tree = narrowed(whole)
  switch (typeOf(tree)) {
    case 'number':
    case 'instant':
    case 'duration': {
      const read = number(tree)
      return (scope) => present(read(scope, undefined))
    }
    case 'text': {
      const read = text(tree)
      return (scope) => read(scope, undefined)
    }
    case 'boolean': {
      const read = boolean(tree)
      return (scope) => read(scope, undefined)
    }
    case 'list': {
      const items = tree.kind === 'list' ? [...tree.items] : []
      return () => items
    }
    case 'dynamic': {
      const read = dynamic(tree as PathValue)
      return (scope) => read(scope, undefined) ?? undefined
    }
  }
}

function boolean(tree: Expression): Read<boolean | undefined> {
  switch (typeOf(tree)) {
    case 'dynamic': {
      const read = dynamic(tree as PathValue)
      return (scope, element) => {
        const value = read(scope, element)
        return typeof value === 'boolean' ? value : undefined
      }
    }
    case 'boolean':
      return truth(tree)
    default:
      return missing
  }
}

const never: Truth = () => false

/** A condition, or a part of one, of a narrowed tree. */
export function truth(tree: Expression): Truth {
  switch (tree.kind) {
    case 'boolean': {
      const { value } = tree
      return () => value
    }
    case 'attribute':
    case 'property':
    case 'element': {
      const read = dynamic(tree)
      return (scope, element) => read(scope, element) === true
    }
    case 'consent': {
      const { channel, topic, status } = tree
      return (scope) => standing(scope, channel, topic) === status
    }
    case 'member': {
      const { id, of } = tree
      return of === 'segment' ? (scope) => scope.segment(id) : (scope) => scope.list(id)
    }
    case 'sequence': {
      const { id } = aggregateOf(tree)
      return (scope) => scope.window(id)?.value === 1
    }
    case 'default': {
      if (typeOf(tree) !== 'boolean') return never
      const [value, fallback] = [boolean(tree.value), truth(tree.fallback)]
      return (scope, element) => value(scope, element) ?? fallback(scope, element)
    }
    case 'compare':
      return comparison(tree)
    case 'exists':
      return exists(tree.of)
    case 'not': {
      const of = truth(tree.of)
      return (scope, element) => !of(scope, element)
    }
    case 'and':
      return all(tree.parts.map(truth))
    case 'or':
      return any(tree.parts.map(truth))
    case 'each':
      return each(tree)
    default:
      return never
  }
}

function all(parts: readonly Truth[]): Truth {
  const [first, second] = parts as [Truth, Truth]
  if (parts.length === 2) return (scope, element) => first(scope, element) && second(scope, element)
  return (scope, element) => parts.every((part) => part(scope, element))
}

function any(parts: readonly Truth[]): Truth {
  const [first, second] = parts as [Truth, Truth]
  if (parts.length === 2) return (scope, element) => first(scope, element) || second(scope, element)
  return (scope, element) => parts.some((part) => part(scope, element))
}

function each(tree: Each): Truth {
  const [list, where] = [dynamic(tree.list), truth(tree.where)]
  const some = tree.quantifier === 'any'
  return (scope, element) => {
    const found = list(scope, element)
    if (!Array.isArray(found)) return false
    for (const item of found as readonly Json[]) if (where(scope, item) === some) return some
    return !some
  }
}

function exists(tree: Expression): Truth {
  switch (typeOf(tree)) {
    case 'dynamic': {
      const read = dynamic(tree as PathValue)
      return (scope, element) => (read(scope, element) ?? undefined) !== undefined
    }
    case 'text': {
      const read = text(tree)
      return (scope, element) => read(scope, element) !== undefined
    }
    case 'number':
    case 'instant':
    case 'duration': {
      const read = number(tree)
      return (scope, element) => !Number.isNaN(read(scope, element))
    }
    case 'boolean':
    case 'list':
      return () => true
  }
}

function comparison(tree: Comparison): Truth {
  const { operator, left, right } = tree
  switch (operator) {
    case '==':
      return equality(left, right)
    case '!=': {
      const equal = equality(left, right)
      return (scope, element) => !equal(scope, element)
    }
    case 'in':
      return holds(right, left)
    case 'contains':
      return contains(left, right)
    case 'startsWith':
    case 'endsWith': {
      const [whole, part] = [text(left), text(right)]
      return (scope, element) => {
        const [here, sought] = [whole(scope, element), part(scope, element)]
        if (here === undefined || sought === undefined) return false
        return operator === 'startsWith' ? here.startsWith(sought) : here.endsWith(sought)
      }
    }
    default:
      return order(operator, left, right)
  }
}

function equality(left: Expression, right: Expression): Truth {
  if (areTimes(left, right) || isNumeric(left) || isNumeric(right)) {
    const [a, b] = areTimes(left, right) ? [time(left), time(right)] : [number(left), number(right)]
    return (scope, element) => a(scope, element) === b(scope, element)
  }
  const [a, b] = [scalar(left), scalar(right)]
  return (scope, element) => {
    const value = a(scope, element)
    return value !== undefined && value === b(scope, element)
  }
}

/** The value when it is a number, text or boolean: what can be equal to something. */
function scalar(tree: Expression | Literal): Read<number | string | boolean | undefined> {
  switch (typeOf(tree)) {
    case 'text':
      return text(tree)
    case 'boolean':
      return truth(tree)
    case 'list':
      return missing
    case 'dynamic': {
      const read = dynamic(tree as PathValue)
      return (scope, element) => {
        const value = read(scope, element)
        return value === null || typeof value === 'object' ? undefined : value
      }
    }
    default: {
      const read = number(tree)
      return (scope, element) => present(read(scope, element))
    }
  }
}

/** Whether the list holds the item. */
function holds(list: Expression, item: Expression): Truth {
  const sought = scalar(item)
  if (list.kind === 'list') {
    const items = new Set<number | string | boolean>(list.items)
    return (scope, element) => {
      const value = sought(scope, element)
      return value !== undefined && items.has(value)
    }
  }
  if (typeOf(list) !== 'dynamic') return never
  const read = dynamic(list as PathValue)
  return (scope, element) => {
    const found = read(scope, element)
    if (!Array.isArray(found)) return false
    const value = sought(scope, element)
    return value !== undefined && found.includes(value)
  }
}

function contains(left: Expression, right: Expression): Truth {
  const inList = holds(left, right)
  const [whole, part] = [text(left), text(right)]
  return (scope, element) => {
    const here = whole(scope, element)
    if (here === undefined) return inList(scope, element)
    const sought = part(scope, element)
    return sought !== undefined && here.includes(sought)
  }
}

function order(operator: '<' | '<=' | '>' | '>=', left: Expression, right: Expression): Truth {
  const [a, b] = areTimes(left, right) ? [time(left), time(right)] : [number(left), number(right)]
  const numbers = orderOfNumbers(operator, a, b)
  if (areTimes(left, right) || isNumeric(left) || isNumeric(right)) return numbers
  const [c, d] = [text(left), text(right)]
  const fits = {
    '<': (sign: number) => sign < 0,
    '<=': (sign: number) => sign <= 0,
    '>': (sign: number) => sign > 0,
    '>=': (sign: number) => sign >= 0,
  }[operator]
  return (scope, element) => {
    const [here, there] = [c(scope, element), d(scope, element)]
    return here !== undefined && there !== undefined ? fits(compareTexts(here, there)) : numbers(scope, element)
  }
}

function orderOfNumbers(operator: '<' | '<=' | '>' | '>=', a: Read<number>, b: Read<number>): Truth {
  switch (operator) {
    case '<':
      return (scope, element) => a(scope, element) < b(scope, element)
    case '<=':
      return (scope, element) => a(scope, element) <= b(scope, element)
    case '>':
      return (scope, element) => a(scope, element) > b(scope, element)
    case '>=':
      return (scope, element) => a(scope, element) >= b(scope, element)
  }
}
