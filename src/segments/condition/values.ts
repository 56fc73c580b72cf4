import { chance } from '#lib/hash.ts'
import type { Json } from '#lib/json.ts'
import { aggregateOf, isPlain } from './aggregate.ts'
import type { Arithmetic, Expression, History, PathValue } from './ast.ts'
import { instant } from './instant.ts'
import type { Scope } from './scope.ts'
import { isNumeric, reckoning, typeOf } from './types.ts'

/** A reader of the scope and, inside any(…)/all(…), of the element. A missing number is NaN; a missing text or boolean is undefined. */
export type Read<T> = (scope: Scope, element: Json | undefined) => T

/** A number as a value: undefined when it is missing. */
export const present = (value: number): number | undefined => (Number.isNaN(value) ? undefined : value)
const missingNumber: Read<number> = () => Number.NaN
export const missing: Read<undefined> = () => undefined

/** Reads a path; what it finds may be of any type. */
export function dynamic(tree: PathValue): Read<Json | undefined> {
  const [first, ...rest] = tree.path as [string, ...string[]]
  switch (tree.kind) {
    case 'attribute':
      return rest.length === 0 ? (scope) => scope.attribute(first) : (scope) => pathIn(scope.attribute(first), rest)
    case 'property': {
      const { of, path } = tree
      if (of === 'run') return rest.length === 0 ? (scope) => scope.run(first) : (scope) => pathIn(scope.run(first), rest)
      return of === 'event' ? (scope) => pathIn(scope.event?.properties, path) : (scope) => pathIn(scope.entry?.properties, path)
    }
    case 'element': {
      const { path } = tree
      return path.length === 0 ? (_scope, element) => element : (_scope, element) => pathIn(element, path)
    }
  }
}

/** The value at a path, as conditions go it. */
// Not `at` of lib: there a path can enter a list (`length` is its own property), in SQL it cannot.
export function pathIn(value: Json | undefined, path: readonly string[]): Json | undefined {
  let here: unknown = value
  for (const name of path) {
    if (here === null || typeof here !== 'object' || Array.isArray(here) || !Object.hasOwn(here, name)) return undefined
    here = (here as Record<string, unknown>)[name]
  }
  return here as Json | undefined
}

/** Reads a number, a duration (ms) or an instant (epoch ms); NaN when it is missing or of another type. */
export function number(tree: Expression): Read<number> {
  switch (tree.kind) {
    case 'number':
      return constant(tree.value)
    case 'duration':
      return constant(tree.ms)
    case 'date':
      return constant(instant(tree.text))
    case 'attribute':
    case 'property':
    case 'element': {
      const read = dynamic(tree)
      return (scope, element) => {
        const value = read(scope, element)
        return typeof value === 'number' ? value : Number.NaN
      }
    }
    case 'known':
      if (tree.name === 'now') return (scope) => scope.now
      if (tree.name === 'event.at') return (scope) => scope.event?.at ?? Number.NaN
      return tree.name === 'entry.at' ? (scope) => scope.entry?.at ?? Number.NaN : missingNumber
    case 'history':
      return history(tree)
    case 'rating': {
      const { name, of } = tree
      return of === 'score' ? (scope) => scope.score(name) ?? Number.NaN : (scope) => chance(name, scope.id)
    }
    case 'call':
      return tree.name === 'length' ? length(tree.of) : missingNumber
    case 'default':
      if (!isNumeric(tree)) return missingNumber
      return defaulted(typeOf(tree) === 'instant' ? time(tree.value) : number(tree.value), number(tree.fallback))
    case 'negate': {
      const of = number(tree.of)
      return (scope, element) => -of(scope, element)
    }
    case 'arithmetic':
      return arithmetic(tree)
    default:
      return missingNumber
  }
}

function history(tree: History): Read<number> {
  const { event, what } = tree
  if (!isPlain(tree)) {
    const { id } = aggregateOf(tree)
    const nothing = what === 'count' || what === 'distinct' || what === 'sum' ? 0 : Number.NaN
    return (scope) => scope.window(id)?.value ?? nothing
  }
  if (what === 'count') return (scope) => scope.activity(event)?.[0] ?? 0
  const place = what === 'first' ? 1 : 2
  return (scope) => scope.activity(event)?.[place] ?? Number.NaN
}

const constant =
  (value: number): Read<number> =>
  () =>
    value

function defaulted(value: Read<number>, fallback: Read<number>): Read<number> {
  return (scope, element) => {
    const found = value(scope, element)
    return Number.isNaN(found) ? fallback(scope, element) : found
  }
}

function arithmetic(tree: Arithmetic): Read<number> {
  const plan = reckoning(tree.operator, typeOf(tree.left), typeOf(tree.right))
  const left = plan.left === 'instant' ? time(tree.left) : number(tree.left)
  const right = plan.right === 'instant' ? time(tree.right) : number(tree.right)
  switch (tree.operator) {
    case '+':
      return (scope, element) => finite(left(scope, element) + right(scope, element))
    case '-':
      return (scope, element) => finite(left(scope, element) - right(scope, element))
    case '*':
      return (scope, element) => finite(left(scope, element) * right(scope, element))
    case '/':
      return (scope, element) => finite(left(scope, element) / right(scope, element))
  }
}

// Division by zero and overflow are missing.
const finite = (value: number): number => (Number.isFinite(value) ? value : Number.NaN)

/** As `number`, and ISO 8601 text counts as the time that it names. */
export function time(tree: Expression): Read<number> {
  const type = typeOf(tree)
  if (type === 'text') {
    const read = text(tree)
    return (scope, element) => instant(read(scope, element) ?? '')
  }
  if (type !== 'dynamic') return number(tree)
  const read = dynamic(tree as PathValue)
  return (scope, element) => {
    const value = read(scope, element)
    return typeof value === 'number' ? value : typeof value === 'string' ? instant(value) : Number.NaN
  }
}

function length(tree: Expression): Read<number> {
  const read = typeOf(tree) === 'dynamic' ? dynamic(tree as PathValue) : text(tree)
  return (scope, element) => {
    const value = read(scope, element)
    if (typeof value === 'string') return characters(value)
    return Array.isArray(value) ? value.length : Number.NaN
  }
}

// Code points, as ClickHouse's lengthUTF8 counts.
function characters(value: string): number {
  let count = value.length
  for (let i = 0; i < value.length; i++) if ((value.charCodeAt(i) & 0xfc00) === 0xdc00) count--
  return count
}

/** Reads a text; undefined when it is missing or of another type. */
export function text(tree: Expression): Read<string | undefined> {
  switch (tree.kind) {
    case 'text': {
      const { value } = tree
      return () => value
    }
    case 'attribute':
    case 'property':
    case 'element': {
      const read = dynamic(tree)
      return (scope, element) => {
        const value = read(scope, element)
        return typeof value === 'string' ? value : undefined
      }
    }
    case 'known':
      return knownText(tree.name)
    case 'call': {
      if (tree.name !== 'lower') return missing
      const of = text(tree.of)
      return (scope, element) => of(scope, element)?.toLowerCase()
    }
    case 'default': {
      if (typeOf(tree) !== 'text') return missing
      const [value, fallback] = [text(tree.value), text(tree.fallback)]
      return (scope, element) => value(scope, element) ?? fallback(scope, element)
    }
    default:
      return missing
  }
}

function knownText(name: string): Read<string | undefined> {
  switch (name) {
    case 'profile.id':
      return (scope) => scope.id
    case 'event.name':
      return (scope) => scope.event?.name
    case 'entry.name':
      return (scope) => scope.entry?.name
    case 'entry.key':
      return (scope) => scope.entry?.key
    default:
      return missing
  }
}
