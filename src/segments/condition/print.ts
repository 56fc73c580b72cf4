import { durationText } from '#lib/duration.ts'
import type { Expression, History, PathValue, Sequence } from './ast.ts'
import { RESERVED } from './hints.ts'

const PLAIN = /^[\p{L}_$][\p{L}\p{N}\p{M}_$]*$/u
/** How tightly a node binds; an operand that binds less is put in parentheses. */
const OR = 1
const AND = 2
const NOT = 3
const COMPARE = 4
const SUM = 5
const PRODUCT = 6
const SIGN = 7
const WHOLE = 8

/** The text of a tree; `parse` reads the same tree back. */
export function print(tree: Expression): string {
  switch (tree.kind) {
    case 'number':
      return String(tree.value)
    case 'text':
      return JSON.stringify(tree.value)
    case 'boolean':
      return String(tree.value)
    case 'duration':
      return span(tree.ms)
    case 'date':
      return `date(${JSON.stringify(tree.text)})`
    case 'list':
      return `[${tree.items.map((item) => JSON.stringify(item)).join(', ')}]`
    case 'attribute':
    case 'property':
    case 'element':
      return pathText(tree)
    case 'known':
      return tree.name
    case 'consent':
      return `${tree.status === 'granted' ? 'consent' : 'withdrawn'}(${[tree.channel, ...(tree.topic === undefined ? [] : [tree.topic])].map((name) => JSON.stringify(name)).join(', ')})`
    case 'history':
      return `${tree.what}(${JSON.stringify(tree.event)}${propertyText(tree.property)}${filterText(tree.where)}${windowText(tree)})`
    case 'sequence':
      return `sequence(${tree.steps.map(({ event, where }) => `${JSON.stringify(event)}${filterText(where)}`).join(', ')}${windowText(tree)})`
    case 'member':
      return `${tree.of}(${JSON.stringify(tree.id)})`
    case 'rating':
      return `${tree.of}(${JSON.stringify(tree.name)})`
    case 'call':
      return `${tree.name}(${print(tree.of)})`
    case 'default':
      return `default(${print(tree.value)}, ${print(tree.fallback)})`
    case 'negate':
      return tree.of.kind === 'number' ? `-(${print(tree.of)})` : `-${bound(tree.of, SIGN)}`
    case 'arithmetic': {
      const level = levelOf(tree)
      return `${bound(tree.left, level)} ${tree.operator} ${bound(tree.right, level + 1)}`
    }
    case 'compare':
      return `${bound(tree.left, SUM)} ${tree.operator} ${bound(tree.right, SUM)}`
    case 'exists':
      return `${bound(tree.of, SUM)} exists`
    case 'not':
      return notText(tree.of)
    case 'and':
      return tree.parts.map((part) => bound(part, NOT)).join(' and ')
    case 'or':
      return tree.parts.map((part) => bound(part, NOT)).join(' or ')
    case 'each':
      return `${pathText(tree.list)}.${tree.quantifier}(${print(tree.where)})`
  }
}

const filterText = (where: Expression | undefined): string => (where ? ` where ${print(where)}` : '')

function windowText({ within, since }: Pick<History | Sequence, 'within' | 'since'>): string {
  return `${within === undefined ? '' : ` within ${span(within)}`}${since === undefined ? '' : ` in ${since}`}`
}

function propertyText(path: History['property']): string {
  const [first, ...rest] = path ?? []
  if (first === undefined) return ''
  const tail = rest.map(segment).join('')
  return `, ${PLAIN.test(first) && !RESERVED.has(first) ? first : `event.properties${segment(first)}`}${tail}`
}

// 30d and not 4w2d: people count in days.
const span = (ms: number): string => (ms > 0 && ms % 86_400_000 === 0 ? `${ms / 86_400_000}d` : durationText(ms))

const bound = (tree: Expression, level: number): string => (levelOf(tree) < level ? `(${print(tree)})` : print(tree))

function notText(inner: Expression): string {
  if (inner.kind === 'exists') return `${bound(inner.of, SUM)} missing`
  if (inner.kind === 'compare' && isWord(inner.operator))
    return `${bound(inner.left, SUM)} not ${inner.operator} ${bound(inner.right, SUM)}`
  return `not ${bound(inner, NOT)}`
}

const isWord = (operator: string): boolean => operator >= 'A'

function levelOf(tree: Expression): number {
  switch (tree.kind) {
    case 'or':
      return OR
    case 'and':
      return AND
    case 'not':
      return tree.of.kind === 'exists' || (tree.of.kind === 'compare' && isWord(tree.of.operator)) ? COMPARE : NOT
    case 'compare':
    case 'exists':
      return COMPARE
    case 'arithmetic':
      return tree.operator === '+' || tree.operator === '-' ? SUM : PRODUCT
    case 'negate':
      return SIGN
    default:
      return WHOLE
  }
}

/** The names that a root answers itself, so that a property of that name is written out. */
const TAKEN = { event: ['name', 'at', 'properties'], entry: ['name', 'at', 'key', 'properties'], run: [] } as const

function pathText(tree: PathValue): string {
  const [first, ...rest] = tree.path
  const tail = rest.map(segment).join('')
  if (first === undefined) return 'it'
  switch (tree.kind) {
    case 'attribute':
      return first === 'id' && rest.length === 0 ? 'profile["id"]' : `profile${segment(first)}${tail}`
    case 'property':
      return `${tree.of}${(TAKEN[tree.of] as readonly string[]).includes(first) ? '.properties' : ''}${segment(first)}${tail}`
    case 'element':
      return PLAIN.test(first) && !RESERVED.has(first) ? `${first}${tail}` : `it${segment(first)}${tail}`
  }
}

const segment = (name: string): string => (PLAIN.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`)
