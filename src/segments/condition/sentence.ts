import type { Language } from '#lib/language.ts'
import { isPlain } from './aggregate.ts'
import type { Arithmetic, Comparison, Expression, History, Sequence } from './ast.ts'
import { ENGLISH } from './english.ts'
import { GERMAN } from './german.ts'
import { spaced } from './spaced.ts'
import { typeOf } from './types.ts'
import type { Often, Order, Verb, Vocabulary } from './vocabulary.ts'

const VOCABULARIES: Readonly<Record<Language, Vocabulary>> = { en: ENGLISH, de: GERMAN }

/** The condition as a part of a sentence: `plan is “pro” and the entry’s total is more than 50`. */
export const sentence = (tree: Expression, language: Language = 'en'): string => said(tree, VOCABULARIES[language])

function said(tree: Expression, say: Vocabulary): string {
  switch (tree.kind) {
    case 'and':
    case 'or':
      return tree.parts
        .map((part) => (part.kind === 'and' || part.kind === 'or' ? `(${said(part, say)})` : said(part, say)))
        .join(tree.kind === 'and' ? say.and : say.or)
    case 'not':
      return claimed(tree.of, false, say) ?? say.not(said(tree.of, say))
    case 'sequence':
      return say.sequence(
        tree.steps.map((step) => events(step, say)),
        period(tree, say),
      )
    case 'boolean':
      return tree.value ? say.always : say.never
    default:
      return claimed(tree, true, say) ?? say.isTrue(phrase(tree, say), true)
  }
}

/** What can be said of a condition and of its opposite in one sentence; undefined: of this one it cannot. */
function claimed(tree: Expression, yes: boolean, say: Vocabulary): string | undefined {
  switch (tree.kind) {
    case 'compare':
      return comparison(tree, yes, say)
    case 'exists':
      return existence(tree.of, yes, say)
    case 'consent':
      return say.consent(tree, yes)
    case 'member':
      return say.member(tree, yes)
    case 'each':
      return say.each({ quantifier: tree.quantifier, list: phrase(tree.list, say), where: said(tree.where, say) }, yes)
    case 'attribute':
    case 'property':
    case 'element':
      return say.isTrue(phrase(tree, say), yes)
    default:
      return undefined
  }
}

function existence(tree: Expression, yes: boolean, say: Vocabulary): string {
  if (tree.kind === 'history' && (tree.what === 'first' || tree.what === 'last')) return happened(tree, yes ? 'simply' : never(tree), say)
  return say.isKnown(phrase(tree, say), yes)
}

function comparison(tree: Comparison, yes: boolean, say: Vocabulary): string {
  const { operator, left, right } = tree
  if (operator === 'in' || operator === 'contains' || operator === 'startsWith' || operator === 'endsWith') {
    const verb = operator !== 'in' ? say.texts[operator] : right.kind === 'list' ? say.oneOf : say.among
    return compared(left, { verb, yes, right }, say)
  }
  const told = yes ? story(left, { operator, right }, say) : undefined
  if (told !== undefined) return told
  const verb = (typeOf(left) === 'instant' || typeOf(right) === 'instant' ? say.times : say.numbers)[operator]
  // `not (a < b)` is not `a >= b`: the former holds for a missing value too.
  return !yes && verb[1] === '' ? say.not(said(tree, say)) : compared(left, { verb, yes, right }, say)
}

const compared = (left: Expression, { verb, yes, right }: { verb: Verb; yes: boolean; right: Expression }, say: Vocabulary): string =>
  `${phrase(left, say)} ${verb[yes ? 0 : 1]} ${phrase(right, say)}`

/** History has ways of its own: “Order Completed” happened at least 3 times. */
function story(left: Expression, { operator, right }: { operator: Order; right: Expression }, say: Vocabulary): string | undefined {
  if (left.kind !== 'history') return undefined
  if (left.what === 'count') return right.kind === 'number' ? happened(left, oftenness(left, operator, right.value), say) : undefined
  if (left.what !== 'first' && left.what !== 'last') return undefined
  if (right.kind !== 'arithmetic' || right.left.kind !== 'known' || right.operator !== '-' || right.right.kind !== 'duration')
    return undefined
  return say.wasAgo(phrase(left, say), operator, right.right.ms)
}

function oftenness(history: History, operator: Order, n: number): Often {
  if ((n === 0 && (operator === '==' || operator === '<=')) || (n === 1 && operator === '<')) return never(history)
  if (n === 0 && (operator === '>' || operator === '!=')) return { atLeastOnce: true }
  return { operator, n }
}

const never = (history: History): Often => ({ not: isPlain(history) ? 'never' : 'not' })

const happened = (history: History, often: Often, say: Vocabulary): string =>
  say.happened(events(history, say), often, period(history, say))

/** “Order Completed” (where the event’s total is more than 50) */
const events = ({ event, where }: Pick<History, 'event' | 'where'>, say: Vocabulary): string =>
  `${say.quoted(event)}${where ? say.filter(said(where, say)) : ''}`

function period({ within, since }: Pick<History | Sequence, 'within' | 'since'>, say: Vocabulary): string {
  return `${within === undefined ? '' : say.within(within)}${since === undefined ? '' : say.since[since]}`
}

function gathered(tree: History, say: Vocabulary): string {
  const { what } = tree
  const of = `${events(tree, say)}${period(tree, say)}`
  if (what === 'count') return say.count(of)
  if (what === 'first' || what === 'last') return say.ordinal(what, of)
  return say.gathered(what, (tree.property ?? []).map(spaced).join(' '), of)
}

function phrase(tree: Expression, say: Vocabulary): string {
  switch (tree.kind) {
    case 'number':
      return say.number(tree.value)
    case 'text':
      return say.quoted(tree.value)
    case 'boolean':
      return tree.value ? say.yes : say.no
    case 'duration':
      return say.duration(tree.ms)
    case 'date':
      return tree.text
    case 'list':
      return alternatives(
        tree.items.map((item) =>
          typeof item === 'string' ? say.quoted(item) : typeof item === 'number' ? say.number(item) : String(item),
        ),
        say,
      )
    case 'attribute':
    case 'property':
    case 'element':
      return say.named(tree, tree.path.map(spaced).join(' '))
    case 'known':
      return say.known[tree.name]
    case 'history':
      return gathered(tree, say)
    case 'rating':
      return say.rating(tree)
    case 'call':
      return say.call(tree.name, phrase(tree.of, say))
    case 'default':
      return say.fallback(phrase(tree.value, say), phrase(tree.fallback, say))
    case 'negate':
      return say.minus(operand(tree.of, say))
    case 'arithmetic':
      return reckoned(tree, say)
    default:
      return say.whether(said(tree, say))
  }
}

function reckoned({ left, operator, right }: Arithmetic, say: Vocabulary): string {
  if (left.kind === 'known' && left.name === 'now' && right.kind === 'duration' && (operator === '+' || operator === '-'))
    return say.moment(operator, right.ms)
  return `${operand(left, say)} ${say.operators[operator]} ${operand(right, say)}`
}

const operand = (tree: Expression, say: Vocabulary): string => (tree.kind === 'arithmetic' ? `(${phrase(tree, say)})` : phrase(tree, say))

function alternatives(items: readonly string[], say: Vocabulary): string {
  if (items.length <= 1) return items[0] ?? say.nothing
  return `${items.slice(0, -1).join(', ')}${say.or}${items.at(-1)}`
}
