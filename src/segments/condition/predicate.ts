import type { Json } from '#lib/json.ts'
import type { Arithmetic, Comparison, Each, Expression, Literal, PathValue } from './ast.ts'
import { instant } from './instant.ts'
import { type Scope, standing } from './scope.ts'
import { reckoning, typeOf } from './types.ts'

/** A reader of the scope and, inside any(…)/all(…), of the element. A missing number is NaN; a missing text or boolean is undefined. */
type Read<T> = (scope: Scope, element: Json | undefined) => T
type Truth = Read<boolean>

/** Compiles a condition to closures. Compile once, ask often; a tree that `check` refuses gives false, never throws. */
export function predicate(tree: Expression): (scope: Scope) => boolean {
  const holds = truth(tree)
  return (scope) => holds(scope, undefined)
}

/** Compiles a value, such as `profile.points + 10`; undefined when it is missing. Times are epoch ms, durations ms. */
export function evaluate(tree: Expression): (scope: Scope) => Json | undefined {
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

const present = (value: number): number | undefined => (Number.isNaN(value) ? undefined : value)
const missingNumber: Read<number> = () => Number.NaN
const missing: Read<undefined> = () => undefined

function dynamic(tree: PathValue): Read<Json | undefined> {
  const [first, ...rest] = tree.path as [string, ...string[]]
  switch (tree.kind) {
    case 'attribute':
      return rest.length === 0 ? (scope) => scope.attribute(first) : (scope) => inside(scope.attribute(first), rest)
    case 'property': {
      const { of, path } = tree
      return of === 'event' ? (scope) => inside(scope.event?.properties, path) : (scope) => inside(scope.entry?.properties, path)
    }
    case 'element': {
      const { path } = tree
      return path.length === 0 ? (_scope, element) => element : (_scope, element) => inside(element, path)
    }
  }
}

// Not `at` of lib: there a path can enter a list (`length` is its own property), in SQL it cannot.
function inside(value: Json | undefined, path: readonly string[]): Json | undefined {
  let here: unknown = value
  for (const name of path) {
    if (here === null || typeof here !== 'object' || Array.isArray(here) || !Object.hasOwn(here, name)) return undefined
    here = (here as Record<string, unknown>)[name]
  }
  return here as Json | undefined
}

function number(tree: Expression): Read<number> {
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
    case 'history': {
      const { event } = tree
      if (tree.what === 'count') return (scope) => scope.activity(event)?.[0] ?? 0
      const place = tree.what === 'first' ? 1 : 2
      return (scope) => scope.activity(event)?.[place] ?? Number.NaN
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

const constant = (value: number): Read<number> => () => value

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
function time(tree: Expression): Read<number> {
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

function text(tree: Expression): Read<string | undefined> {
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

function truth(tree: Expression): Truth {
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

const isNumeric = (tree: Expression): boolean => ['number', 'instant', 'duration'].includes(typeOf(tree))
const isTime = (left: Expression, right: Expression): boolean => typeOf(left) === 'instant' || typeOf(right) === 'instant'

function equality(left: Expression, right: Expression): Truth {
  if (isTime(left, right) || isNumeric(left) || isNumeric(right)) {
    const [a, b] = isTime(left, right) ? [time(left), time(right)] : [number(left), number(right)]
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
  const [a, b] = isTime(left, right) ? [time(left), time(right)] : [number(left), number(right)]
  const numbers = orderOfNumbers(operator, a, b)
  if (isTime(left, right) || isNumeric(left) || isNumeric(right)) return numbers
  const [c, d] = [text(left), text(right)]
  const fits = { '<': (sign: number) => sign < 0, '<=': (sign: number) => sign <= 0, '>': (sign: number) => sign > 0, '>=': (sign: number) => sign >= 0 }[operator]
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

/** By code point, which is the order of the UTF-8 bytes that ClickHouse compares; UTF-16 units would sort emoji before U+E000. */
export function compareTexts(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length)
  for (let i = 0; i < shorter; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)]
    if (x !== y) return x >= 0xd800 && y >= 0xd800 ? astralLast(x) - astralLast(y) : x - y
  }
  return a.length - b.length
}

const astralLast = (unit: number): number => (unit >= 0xe000 ? unit - 0x2000 : unit + 0x2000)
