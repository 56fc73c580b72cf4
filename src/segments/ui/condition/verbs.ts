import type { Expression } from '../../condition/ast.ts'
import type { Row } from '../../condition/rows.ts'

/** How a line compares what it is about: one choice stands for an operator, its negation and what it is compared with. */
export const PATH_VERBS = [
  '==',
  '!=',
  'in',
  'notIn',
  'contains',
  'notContains',
  'startsWith',
  'notStartsWith',
  'endsWith',
  'notEndsWith',
  '>=',
  '>',
  '<=',
  '<',
  'agoMore',
  'agoLess',
  'aheadLess',
  'aheadMore',
  'exists',
  'missing',
  'true',
  'notTrue',
] as const
export const NUMBER_VERBS = ['>=', '>', '<=', '<', '==', '!='] as const
export const TIME_VERBS = ['agoMore', 'agoLess', 'exists', 'missing', '<', '>'] as const
export const COUNT_VERBS = ['>=', '>', '==', '!=', '<=', '<', 'once', 'never'] as const
export type Verb = (typeof PATH_VERBS)[number]

const NOT = { in: 'notIn', contains: 'notContains', startsWith: 'notStartsWith', endsWith: 'notEndsWith' } as const
const MOMENTS = { agoMore: ['<', '-'], agoLess: ['>', '-'], aheadLess: ['<', '+'], aheadMore: ['>', '+'] } as const
const MONTH = 2_592_000_000

type Compared = Extract<Row, { kind: 'compare' | 'exists' | 'flag' }>

/** What the line is about. */
export const aboutOf = (row: Compared): Expression => (row.kind === 'compare' ? row.left : row.of)

export function verbOf(row: Compared): Verb {
  if (row.kind === 'exists') return row.yes ? 'exists' : 'missing'
  if (row.kind === 'flag') return row.yes ? 'true' : 'notTrue'
  const { operator, right, negated } = row
  if (right.kind === 'arithmetic') {
    const found = Object.entries(MOMENTS).find(([, [sign, way]]) => operator[0] === sign && right.operator === way)
    if (found) return found[0] as Verb
  }
  if (negated && operator in NOT) return NOT[operator as keyof typeof NOT]
  return operator
}

/** The line with another comparison; what it is about stays, and its value as far as it fits. */
export function withVerb(row: Compared, verb: Verb): Compared {
  const about = aboutOf(row)
  const before: Expression = row.kind === 'compare' ? row.right : { kind: 'text', value: '' }
  if (verb === 'exists' || verb === 'missing') return { kind: 'exists', of: about, yes: verb === 'exists' }
  if (verb === 'true' || verb === 'notTrue')
    return about.kind === 'attribute' || about.kind === 'property' || about.kind === 'element'
      ? { kind: 'flag', of: about, yes: verb === 'true' }
      : row
  if (verb in MOMENTS) {
    const [operator, way] = MOMENTS[verb as keyof typeof MOMENTS]
    return {
      kind: 'compare',
      left: about,
      operator,
      negated: false,
      right: moment(way, before.kind === 'arithmetic' ? spanOf(before) : MONTH),
    }
  }
  const positive = Object.entries(NOT).find(([, not]) => not === verb)?.[0]
  const operator = (positive ?? verb) as Extract<Row, { kind: 'compare' }>['operator']
  return { kind: 'compare', left: about, operator, negated: positive !== undefined, right: valueFor(operator, before, about) }
}

export const moment = (way: '+' | '-', ms: number): Expression => ({
  kind: 'arithmetic',
  operator: way,
  left: { kind: 'known', name: 'now' },
  right: { kind: 'duration', ms },
})
export const spanOf = (tree: Expression): number => (tree.kind === 'arithmetic' && tree.right.kind === 'duration' ? tree.right.ms : MONTH)

function valueFor(operator: string, before: Expression, about: Expression): Expression {
  if (operator === 'in') {
    if (before.kind === 'list') return before
    return {
      kind: 'list',
      items: before.kind === 'text' && before.value !== '' ? [before.value] : before.kind === 'number' ? [before.value] : [],
    }
  }
  if (before.kind === 'list') {
    const first = before.items[0]
    return typeof first === 'number' ? { kind: 'number', value: first } : { kind: 'text', value: String(first ?? '') }
  }
  if (about.kind === 'rating' || (about.kind === 'history' && about.what !== 'first' && about.what !== 'last'))
    return before.kind === 'number' ? before : { kind: 'number', value: 1 }
  if (about.kind === 'history') return before.kind === 'date' ? before : { kind: 'date', text: '2026-01-01' }
  return before.kind === 'arithmetic' ? { kind: 'text', value: '' } : before
}
