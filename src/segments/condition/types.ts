import type { ArithmeticOperator, Expression } from './ast.ts'

/** What is known of a value before it is read. `dynamic`: whatever the profile or event holds; an `instant` is epoch ms, a `duration` is ms. */
export type Type = 'number' | 'text' | 'boolean' | 'instant' | 'duration' | 'list' | 'dynamic'

export function typeOf(tree: Expression): Type {
  switch (tree.kind) {
    case 'number':
    case 'text':
    case 'boolean':
    case 'duration':
    case 'list':
      return tree.kind
    case 'date':
      return 'instant'
    case 'attribute':
    case 'property':
    case 'element':
      return 'dynamic'
    case 'known':
      return tree.name === 'now' || tree.name.endsWith('.at') ? 'instant' : 'text'
    case 'history':
      return tree.what === 'first' || tree.what === 'last' ? 'instant' : 'number'
    case 'rating':
      return 'number'
    case 'call':
      return tree.name === 'lower' ? 'text' : 'number'
    case 'default':
      return typeOf(tree.fallback)
    case 'negate':
      return typeOf(tree.of) === 'duration' ? 'duration' : 'number'
    case 'arithmetic':
      return reckoning(tree.operator, typeOf(tree.left), typeOf(tree.right)).result
    case 'consent':
    case 'member':
    case 'sequence':
    case 'compare':
    case 'exists':
    case 'not':
    case 'and':
    case 'or':
    case 'each':
      return 'boolean'
  }
}

/** How the operands of an arithmetic are read (as an instant, ISO 8601 text counts too), and what comes out. */
export interface Reckoning {
  readonly left: 'number' | 'instant'
  readonly right: 'number' | 'instant'
  readonly result: 'number' | 'instant' | 'duration'
}

export function reckoning(operator: ArithmeticOperator, left: Type, right: Type): Reckoning {
  const plain = (result: Reckoning['result']): Reckoning => ({ left: 'number', right: 'number', result })
  switch (operator) {
    case '+':
      if (left === 'instant' || (left === 'dynamic' && right === 'duration')) return { left: 'instant', right: 'number', result: 'instant' }
      if (right === 'instant' || (right === 'dynamic' && left === 'duration'))
        return { left: 'number', right: 'instant', result: 'instant' }
      return plain(left === 'duration' && right === 'duration' ? 'duration' : 'number')
    case '-':
      if (isTime(left) && right === 'instant') return { left: 'instant', right: 'instant', result: 'duration' }
      if (left === 'instant' && right === 'dynamic') return { left: 'instant', right: 'instant', result: 'duration' }
      if (left === 'instant' || (left === 'dynamic' && right === 'duration')) return { left: 'instant', right: 'number', result: 'instant' }
      return plain(left === 'duration' && right === 'duration' ? 'duration' : 'number')
    case '*':
      return plain((left === 'duration') !== (right === 'duration') ? 'duration' : 'number')
    case '/':
      return plain(left === 'duration' && right !== 'duration' ? 'duration' : 'number')
  }
}

const isTime = (type: Type): boolean => type === 'instant' || type === 'dynamic'

export const isNumeric = (tree: Expression): boolean => {
  const type = typeOf(tree)
  return type === 'number' || type === 'instant' || type === 'duration'
}
/** Whether two sides are compared as times: ISO 8601 text then counts as the time that it names. */
export const areTimes = (left: Expression, right: Expression): boolean => typeOf(left) === 'instant' || typeOf(right) === 'instant'

/** In what power `now` stands in a number (0, 1; 2 for anything else). */
export function power(tree: Expression): number {
  switch (tree.kind) {
    case 'known':
      return tree.name === 'now' ? 1 : 0
    case 'negate':
      return power(tree.of)
    case 'default':
      return power(tree.value)
    case 'arithmetic': {
      const [left, right] = [power(tree.left), power(tree.right)]
      if (tree.operator === '*') return Math.min(left + right, 2)
      return tree.operator === '/' && right > 0 ? 2 : Math.max(left, right)
    }
    default:
      return 0
  }
}
