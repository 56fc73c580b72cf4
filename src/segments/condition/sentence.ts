import { isPlain } from './aggregate.ts'
import type { Arithmetic, Comparison, Expression, History, Known, PathValue, Sequence } from './ast.ts'
import { typeOf } from './types.ts'

/** The condition in English, as a part of a sentence: `plan is “pro” and the entry’s total is more than 50`. */
export function sentence(tree: Expression): string {
  switch (tree.kind) {
    case 'and':
    case 'or':
      return tree.parts
        .map((part) => (part.kind === 'and' || part.kind === 'or' ? `(${sentence(part)})` : sentence(part)))
        .join(` ${tree.kind} `)
    case 'not':
      return negated(tree.of)
    case 'compare':
      return comparison(tree, true)
    case 'exists':
      return existence(tree.of, true)
    case 'consent':
      return `consent to ${tree.channel}${tree.topic === undefined ? '' : ` about “${tree.topic}”`} is ${tree.status === 'granted' ? 'given' : 'withdrawn'}`
    case 'member':
      return `the person is ${tree.of === 'list' ? 'on the list' : 'in the segment'} “${tree.id}”`
    case 'sequence':
      return `${tree.steps.map(({ event, where }) => `“${event}”${filter(where)}`).join(' and then ')} happened${period(tree)}`
    case 'each':
      return `for ${tree.quantifier === 'any' ? 'at least one' : 'each'} of ${phrase(tree.list)}, ${sentence(tree.where)}`
    case 'boolean':
      return tree.value ? 'always' : 'never'
    default:
      return `${phrase(tree)} is true`
  }
}

function negated(tree: Expression): string {
  switch (tree.kind) {
    case 'compare':
      return comparison(tree, false)
    case 'exists':
      return existence(tree.of, false)
    case 'consent':
      return sentence(tree).replace(/ is (given|withdrawn)$/, ' is not $1')
    case 'member':
      return sentence(tree).replace('is', 'is not')
    case 'each':
      return `for ${tree.quantifier === 'any' ? 'none' : 'not each'} of ${phrase(tree.list)}, ${sentence(tree.where)}`
    case 'attribute':
    case 'property':
    case 'element':
      return `${phrase(tree)} is not true`
    default:
      return `not (${sentence(tree)})`
  }
}

function existence(tree: Expression, yes: boolean): string {
  if (tree.kind === 'history' && (tree.what === 'first' || tree.what === 'last')) return happened(tree, yes)
  return `${phrase(tree)} is ${yes ? '' : 'not '}known`
}

const NUMBERS = { '==': 'is', '!=': 'is not', '<': 'is less than', '<=': 'is at most', '>': 'is more than', '>=': 'is at least' } as const
const TIMES = { '==': 'is', '!=': 'is not', '<': 'is before', '<=': 'is not after', '>': 'is after', '>=': 'is not before' } as const
const OTHERS = { in: 'is one of', contains: 'contains', startsWith: 'starts with', endsWith: 'ends with' } as const
const OPPOSITE: Readonly<Record<string, string>> = {
  contains: 'does not contain',
  'starts with': 'does not start with',
  'ends with': 'does not end with',
  'is not': 'is',
}

function comparison(tree: Comparison, yes: boolean): string {
  const { operator, left, right } = tree
  if (operator === 'in' || operator === 'contains' || operator === 'startsWith' || operator === 'endsWith') {
    const verb = operator === 'in' && right.kind !== 'list' ? 'is among' : OTHERS[operator]
    return `${phrase(left)} ${yes ? verb : opposite(verb)} ${phrase(right)}`
  }
  const told = yes ? story(left, operator, right) : undefined
  if (told !== undefined) return told
  const times = typeOf(left) === 'instant' || typeOf(right) === 'instant'
  const verb = (times ? TIMES : NUMBERS)[operator]
  // `not (a < b)` is not `a >= b`: the former holds for a missing value too.
  if (!yes && verb.startsWith('is not ')) return `not (${sentence(tree)})`
  return `${phrase(left)} ${yes ? verb : opposite(verb)} ${phrase(right)}`
}

const opposite = (verb: string): string => OPPOSITE[verb] ?? verb.replace(/^is/, 'is not')

/** History has ways of its own: “Order Completed” happened at least 3 times. */
function story(left: Expression, operator: keyof typeof NUMBERS, right: Expression): string | undefined {
  if (left.kind !== 'history') return undefined
  if (left.what === 'count') return right.kind === 'number' ? often(left, operator, right.value) : undefined
  if (left.what !== 'first' && left.what !== 'last') return undefined
  if (right.kind !== 'arithmetic' || right.left.kind !== 'known' || right.operator !== '-' || right.right.kind !== 'duration')
    return undefined
  const words = { '<': 'more than', '<=': 'at least', '>': 'less than', '>=': 'at most', '==': undefined, '!=': undefined }[operator]
  return words && `${phrase(left)} was ${words} ${spoken(right.right.ms)} ago`
}

function often(history: History, operator: keyof typeof NUMBERS, n: number): string {
  const times = (count: number) => (count === 1 ? 'once' : `${count} times`)
  if ((n === 0 && (operator === '==' || operator === '<=')) || (n === 1 && operator === '<')) return happened(history, false)
  if (n === 0 && (operator === '>' || operator === '!=')) return happened(history, true, ' at least once')
  const words = { '==': 'exactly', '!=': 'not exactly', '<': 'less than', '<=': 'at most', '>': 'more than', '>=': 'at least' }[operator]
  return happened(history, true, ` ${words} ${times(n)}`)
}

function happened(history: History, yes: boolean, often = ''): string {
  return `${events(history)} has ${yes ? '' : isPlain(history) ? 'never ' : 'not '}happened${often}${period(history)}`
}

/** “Order Completed” (where the event’s total is more than 50) */
const events = ({ event, where }: History): string => `“${event}”${filter(where)}`
const filter = (where: Expression | undefined): string => (where ? ` (where ${sentence(where)})` : '')

function period({ within, since }: Pick<History | Sequence, 'within' | 'since'>): string {
  const window = within === undefined ? '' : ` in the last ${spoken(within)}`
  return `${window}${since === undefined ? '' : since === 'run' ? ' since the run began' : ' since the step was reached'}`
}

const GATHERED: Record<Exclude<History['what'], 'count' | 'first' | 'last'>, string> = {
  sum: 'the sum of',
  min: 'the least',
  max: 'the greatest',
  distinct: 'the number of different',
}

function gathered(tree: History): string {
  const { what } = tree
  if (what === 'count') return `the number of ${events(tree)}${period(tree)}`
  if (what === 'first' || what === 'last') return `the ${what} ${events(tree)}${period(tree)}`
  return `${GATHERED[what]} ${(tree.property ?? []).map(spaced).join(' ')} of ${events(tree)}${period(tree)}`
}

function phrase(tree: Expression): string {
  switch (tree.kind) {
    case 'number':
      return String(tree.value)
    case 'text':
      return `“${tree.value}”`
    case 'boolean':
      return String(tree.value)
    case 'duration':
      return spoken(tree.ms)
    case 'date':
      return tree.text
    case 'list':
      return alternatives(tree.items.map((item) => (typeof item === 'string' ? `“${item}”` : String(item))))
    case 'attribute':
    case 'property':
    case 'element':
      return named(tree)
    case 'known':
      return KNOWN[tree.name]
    case 'history':
      return gathered(tree)
    case 'rating':
      return tree.of === 'score' ? `the score “${tree.name}”` : `the cohort number of “${tree.name}”`
    case 'call':
      return tree.name === 'lower' ? `${phrase(tree.of)} in lower case` : `the length of ${phrase(tree.of)}`
    case 'default':
      return `${phrase(tree.value)} (or ${phrase(tree.fallback)} if it is not known)`
    case 'negate':
      return `minus ${operand(tree.of)}`
    case 'arithmetic':
      return reckoned(tree)
    default:
      return `whether ${sentence(tree)}`
  }
}

const KNOWN: Record<Known['name'], string> = {
  'profile.id': 'the profile id',
  'event.name': 'the event’s name',
  'event.at': 'the time of the event',
  'entry.name': 'the entry’s name',
  'entry.at': 'the time of entry',
  'entry.key': 'the entry key',
  now: 'now',
}

function reckoned(tree: Arithmetic): string {
  const { left, operator, right } = tree
  if (left.kind === 'known' && left.name === 'now' && right.kind === 'duration' && (operator === '+' || operator === '-'))
    return operator === '-' ? `${spoken(right.ms)} ago` : `${spoken(right.ms)} from now`
  return `${operand(left)} ${{ '+': 'plus', '-': 'minus', '*': 'times', '/': 'divided by' }[operator]} ${operand(right)}`
}

const operand = (tree: Expression): string => (tree.kind === 'arithmetic' ? `(${phrase(tree)})` : phrase(tree))

function named(tree: PathValue): string {
  const words = tree.path.map(spaced).join(' ')
  if (tree.kind === 'attribute') return words
  if (tree.kind === 'property') return `the ${tree.of}’s ${words}`
  return words === '' ? 'it' : `its ${words}`
}

/** `firstName`, `first_name` → `first name`; an acronym stays. */
const spaced = (name: string): string =>
  name
    .replace(/[_\s]+/g, ' ')
    .replace(/(\p{Ll})(\p{Lu})/gu, (_all, end: string, start: string) => `${end} ${start.toLowerCase()}`)
    .trim()

function alternatives(items: readonly string[]): string {
  if (items.length <= 1) return items[0] ?? 'nothing'
  return `${items.slice(0, -1).join(', ')} or ${items.at(-1)}`
}

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
  ['millisecond', 1],
] as const

function spoken(ms: number): string {
  let rest = ms
  const parts: string[] = []
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size)
    if (count > 0) parts.push(`${count} ${unit}${count === 1 ? '' : 's'}`)
    rest -= count * size
  }
  return parts.join(' ') || '0 seconds'
}
