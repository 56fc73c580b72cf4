import type { Problem } from '#lib/problem.ts'
import { isPlain, MOST_REMEMBERED, thresholdOf } from './aggregate.ts'
import { type Arithmetic, type Comparison, children, type Expression, type History, OF_PROPERTY, type Sequence } from './ast.ts'
import { type Available, PLACES } from './available.ts'
import { problem } from './hints.ts'
import { instant } from './instant.ts'
import { positionOf } from './positions.ts'
import { print } from './print.ts'
import { power, type Type, typeOf } from './types.ts'

/** All that is wrong with the types and the names of a tree, in reading order; at `line:column`, or at a JSON pointer for a tree without text. */
export function check(tree: Expression, available: Available, wanted: 'condition' | 'value' = 'condition'): readonly Problem[] {
  const found: Problem[] = []
  const report = (node: Expression, at: string, wrong: Fault) =>
    found.push(problem(wrong.code, positionOf(node) ?? at, wrong.title, wrong.hint))
  const visit = (node: Expression, at: string, { lists, asked }: Inside): void => {
    const before = found.length
    const filters = node.kind === 'history' || node.kind === 'sequence'
    for (const [pointer, child] of pointed(node)) {
      const inside = filters ? FILTER : { lists: lists + (node.kind === 'each' && pointer === '/where' ? 1 : 0), asked }
      visit(child, `${at}${pointer}`, inside)
    }
    // What follows from a fault inside is not told again.
    if (found.length === before) for (const wrong of faults(node, asked, lists)) report(node, at, wrong)
  }
  visit(tree, '', { lists: 0, asked: available })
  const wrong = wanted === 'condition' && found.length === 0 ? notACondition(tree) : undefined
  if (wrong) report(tree, '', wrong)
  return found
}

/** How many any(…)/all(…) surround a node, and what can be asked there. */
interface Inside {
  readonly lists: number
  readonly asked: Available
}
const FILTER: Inside = { lists: 0, asked: PLACES.window }

interface Fault {
  readonly code: 'type' | 'unavailable' | 'unknown_name'
  readonly title: string
  readonly hint?: string
}
const type = (title: string, hint?: string): Fault => ({ code: 'type', title, ...(hint === undefined ? {} : { hint }) })

function pointed(tree: Expression): readonly (readonly [pointer: string, child: Expression])[] {
  if (tree.kind === 'and' || tree.kind === 'or') return tree.parts.map((part, index) => [`/parts/${index}`, part] as const)
  if (tree.kind === 'sequence') return tree.steps.flatMap(({ where }, index) => (where ? [[`/steps/${index}/where`, where] as const] : []))
  const names = Object.entries(tree as unknown as Record<string, unknown>)
  return children(tree).map((child) => [`/${names.find(([, value]) => value === child)![0]}`, child] as const)
}

function faults(tree: Expression, available: Available, lists: number): readonly Fault[] {
  switch (tree.kind) {
    case 'property':
    case 'known':
      return unavailable(tree.kind === 'known' ? tree.name : tree.of, available)
    case 'attribute':
    case 'consent':
    case 'member':
    case 'rating':
      return available.person === false ? [onlyTheEvent(tree)] : []
    case 'history':
    case 'sequence':
      return available.person === false ? [onlyTheEvent(tree)] : gathering(tree, available)
    case 'element':
      return lists > 0
        ? []
        : [{ code: 'unknown_name', title: `${print(tree)} has no meaning outside a list.`, hint: 'It belongs inside any(…) or all(…).' }]
    case 'compare':
      return [...comparing(tree), ...thresholdFaults(tree), ...(available.foretold ? foretelling(tree) : [])]
    case 'arithmetic':
      return reckoningFaults(tree)
    case 'negate':
      return oneOf(tree.of, ['number', 'duration', 'dynamic'], 'Only numbers and durations have a sign.')
    case 'call':
      return tree.name === 'lower'
        ? oneOf(tree.of, ['text', 'dynamic'], 'lower(…) takes a text.')
        : oneOf(tree.of, ['text', 'dynamic'], 'length(…) takes a text or a list that the profile or event holds.')
    case 'default':
      return fits(typeOf(tree.value), typeOf(tree.fallback))
        ? []
        : [type(`default(…) gives a ${typeOf(tree.fallback)} in place of a ${typeOf(tree.value)}.`)]
    case 'exists':
      if (available.foretold && power(tree.of) > 1) return [unforetold(tree)]
      return tree.of.kind === 'list' || typeOf(tree.of) === 'boolean' ? [type(`${describe(tree.of)} is always there.`)] : []
    case 'not':
      return presentFaults([tree.of])
    case 'and':
    case 'or':
      return presentFaults(tree.parts)
    case 'each':
      return [...presentFaults([tree.where]), ...(lists > 0 && tree.list.kind !== 'element' ? [crossing(tree.quantifier)] : [])]
    default:
      return []
  }
}

// Bounds the work: nested lists are walked once each, not every list for every element of another.
const crossing = (quantifier: string): Fault =>
  type(`${quantifier}(…) inside any(…) or all(…) asks a list of the element.`, 'For a list from elsewhere use contains or in.')

function unavailable(name: string, available: Available): readonly Fault[] {
  const root = name.split('.')[0]!
  if (available.person === false && (root === 'profile' || root === 'now')) return [onlyEventNamed(name)]
  if ((root === 'event' && !available.event) || (root === 'entry' && !available.entry) || (root === 'run' && !available.run))
    return [{ code: 'unavailable', title: `${root} cannot be asked here.`, hint: ABSENT[root]! }]
  return []
}

const ABSENT: Readonly<Record<string, string>> = {
  event: 'There is no event at hand in this place.',
  entry: 'There is no run, and so no entry event, in this place.',
  run: 'There is no run in this place.',
}

const onlyEventNamed = (name: string): Fault => ({
  code: 'unavailable',
  title: `${name} cannot be asked of past events.`,
  hint: 'After where only event.* stands; ask the rest beside it with and.',
})
const onlyTheEvent = (tree: Expression): Fault => onlyEventNamed(describe(tree))

function gathering(tree: History | Sequence, available: Available): readonly Fault[] {
  const filters = tree.kind === 'sequence' ? tree.steps.map(({ where }) => where) : [tree.where]
  const found = [...presentFaults(filters.filter((where) => where !== undefined))]
  if (tree.since !== undefined && !available.run)
    found.push({
      code: 'unavailable',
      title: `in ${tree.since} has no meaning here.`,
      hint: 'It belongs in the steps and exits of a journey; use within.',
    })
  if (available.gathered === false && (tree.kind === 'sequence' || !isPlain(tree)))
    found.push({
      code: 'unavailable',
      title: `${describe(tree)} is not gathered for this place.`,
      hint: 'Ask it in a segment, and here: segment("…")',
    })
  if (tree.kind === 'history' && OF_PROPERTY.has(tree.what) !== (tree.property !== undefined))
    found.push(
      type(`${tree.what}(…) ${tree.property ? 'takes no' : 'needs a'} property.`, `For example: sum("Order Completed", total within 30d)`),
    )
  return found
}

function thresholdFaults(tree: Comparison): readonly Fault[] {
  const n = thresholdOf(tree)?.n ?? 0
  if (n <= MOST_REMEMBERED) return []
  return [
    type(
      `A window remembers the newest ${MOST_REMEMBERED} events, so the count ends there.`,
      'Ask for a smaller number, or over all time.',
    ),
  ]
}

function foretelling(tree: Comparison): readonly Fault[] {
  const most = Math.max(power(tree.left), power(tree.right))
  const isOrder = tree.operator !== 'in' && tree.operator !== 'contains'
  return most > 1 || (most === 1 && !isOrder) ? [unforetold(tree)] : []
}

const unforetold = (tree: Expression): Fault =>
  type(`When ${describe(tree)} changes cannot be foretold.`, 'Compare times: profile.since < now - 30d, or (now - profile.since) / 1d > 30')

const presentFaults = (parts: readonly Expression[]): readonly Fault[] => parts.map(notACondition).filter((fault) => fault !== undefined)

function notACondition(tree: Expression): Fault | undefined {
  const found = typeOf(tree)
  if (found === 'boolean' || found === 'dynamic') return undefined
  return type(`${describe(tree)} is ${WORDS[found]}, not a condition.`, 'Compare it with something, for example with > or exists.')
}

function oneOf(tree: Expression, allowed: readonly Type[], title: string): readonly Fault[] {
  return allowed.includes(typeOf(tree)) ? [] : [type(title, `${describe(tree)} is ${WORDS[typeOf(tree)]}.`)]
}

const WORDS: Record<Type, string> = {
  number: 'a number',
  text: 'a text',
  boolean: 'true or false',
  instant: 'a time',
  duration: 'a duration',
  list: 'a list',
  dynamic: 'a value',
}

function describe(tree: Expression): string {
  const text = print(tree)
  return text.length <= 40 ? text : `${text.slice(0, 39)}…`
}

const fits = (left: Type, right: Type): boolean => left === right || left === 'dynamic' || right === 'dynamic'

function comparing(tree: Comparison): readonly Fault[] {
  const [left, right] = [typeOf(tree.left), typeOf(tree.right)]
  switch (tree.operator) {
    case 'in':
      return right === 'list' || right === 'dynamic'
        ? itemFaults(left)
        : [type(`${describe(tree.right)} is not a list.`, 'For example: profile.plan in ["pro", "team"]')]
    case 'contains':
      if (left === 'list' || left === 'dynamic') return itemFaults(right)
      if (left !== 'text') return [type(`${describe(tree.left)} is ${WORDS[left]} and contains nothing.`)]
      return oneOf(tree.right, ['text', 'dynamic'], 'A text contains texts only.')
    case 'startsWith':
    case 'endsWith':
      return [tree.left, tree.right].flatMap((side) => oneOf(side, ['text', 'dynamic'], `${tree.operator} compares texts.`))
    case '==':
    case '!=':
      if (left === 'list' || right === 'list') return [type('Lists are not compared as a whole.', 'Use contains, in, any(…) or all(…).')]
      return unlike(tree, left, right)
    default: {
      const unordered = left === 'list' || right === 'list' || left === 'boolean' || right === 'boolean'
      if (unordered) return [type(`${tree.operator} orders numbers, times and texts only.`)]
      return fits(left, right) ? [tree.left, tree.right].flatMap(dateAsText) : unlike(tree, left, right)
    }
  }
}

const itemFaults = (item: Type): readonly Fault[] =>
  item === 'list' ? [type('A list is not looked up in a list.', 'Use any(…): profile.tags.any(it in ["a", "b"])')] : []

function unlike(tree: Comparison, left: Type, right: Type): readonly Fault[] {
  if (fits(left, right)) return []
  const times = [left, right].includes('instant')
  const hint =
    times && [left, right].includes('text')
      ? 'Wrap the date: date("2026-01-31")'
      : times && [left, right].includes('duration')
        ? 'Compare times with times: last("Order Completed") > now - 30d'
        : 'Text and numbers are never converted, and a duration has a unit; compare like with like.'
  return [type(`${describe(tree.left)} is ${WORDS[left]} and ${describe(tree.right)} is ${WORDS[right]}: they are never alike.`, hint)]
}

const dateAsText = (tree: Expression): readonly Fault[] =>
  tree.kind === 'text' && !Number.isNaN(instant(tree.value))
    ? [type(`"${tree.value}" is compared as a text here.`, `Write date("${tree.value}").`)]
    : []

function reckoningFaults(tree: Arithmetic): readonly Fault[] {
  const [left, right] = [typeOf(tree.left), typeOf(tree.right)]
  const wrong = [tree.left, tree.right].find((side) => ['text', 'boolean', 'list'].includes(typeOf(side)))
  if (wrong) return [type(`${describe(wrong)} is ${WORDS[typeOf(wrong)]}; ${tree.operator} takes numbers, times and durations.`)]
  if (allowed(tree.operator, left, right)) return []
  const unitless = left === 'number' || right === 'number'
  return [
    type(
      `${describe(tree)}: ${WORDS[left]} ${tree.operator} ${WORDS[right]} has no meaning.`,
      unitless ? 'A duration has a unit: 7d, 12h, 30m.' : undefined,
    ),
  ]
}

function allowed(operator: Arithmetic['operator'], left: Type, right: Type): boolean {
  const [a, b] = [left, right]
  if (a === 'dynamic' && b === 'dynamic') return true
  switch (operator) {
    case '+':
      return (a === 'instant') !== (b === 'instant') ? isSpan(a) || isSpan(b) : fits(a, b) && a !== 'instant'
    case '-':
      return fits(a, b) || (a === 'instant' && isSpan(b))
    case '*':
      return a !== 'instant' && b !== 'instant' && !(a === 'duration' && b === 'duration')
    case '/':
      return a !== 'instant' && b !== 'instant' && !(a !== 'duration' && b === 'duration' && a !== 'dynamic')
  }
}

const isSpan = (type: Type): boolean => type === 'duration' || type === 'dynamic'
