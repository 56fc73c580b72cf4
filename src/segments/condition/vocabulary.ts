import type { Expression, History, Known, PathValue } from './ast.ts'

type Of<Kind extends Expression['kind']> = Extract<Expression, { kind: Kind }>
/** How something is said, and how its opposite; '' where the opposite cannot be said with one verb. */
export type Verb = readonly [yes: string, no: string]
export type Order = '==' | '!=' | '<' | '<=' | '>' | '>='
/** How often: `never` of what is only counted, `not` where more is asked than that it happened. */
export type Often =
  | { readonly not: 'never' | 'not' }
  | { readonly atLeastOnce: true }
  | { readonly operator: Order; readonly n: number }
  | 'simply'

/** What one language says of each part of a condition; `sentence.ts` walks the condition and asks it. Texts come in said already. */
export interface Vocabulary {
  readonly and: string
  readonly or: string
  readonly always: string
  readonly never: string
  readonly yes: string
  readonly no: string
  readonly nothing: string
  quoted(text: string): string
  number(value: number): string
  filter(where: string): string
  consent(tree: Of<'consent'>, yes: boolean): string
  member(tree: Of<'member'>, yes: boolean): string
  sequence(steps: readonly string[], period: string): string
  each(tree: { readonly quantifier: Of<'each'>['quantifier']; readonly list: string; readonly where: string }, yes: boolean): string
  isTrue(what: string, yes: boolean): string
  isKnown(what: string, yes: boolean): string
  not(sentence: string): string
  readonly numbers: Readonly<Record<Order, Verb>>
  readonly times: Readonly<Record<Order, Verb>>
  readonly texts: Readonly<Record<'contains' | 'startsWith' | 'endsWith', Verb>>
  readonly oneOf: Verb
  readonly among: Verb
  /** When something was, before now; undefined where that cannot be said of the operator. */
  wasAgo(what: string, operator: Order, ms: number): string | undefined
  happened(events: string, often: Often, period: string): string
  within(ms: number): string
  readonly since: Readonly<Record<'run' | 'step', string>>
  count(of: string): string
  ordinal(what: 'first' | 'last', of: string): string
  gathered(what: Exclude<History['what'], 'count' | 'first' | 'last'>, property: string, of: string): string
  readonly known: Readonly<Record<Known['name'], string>>
  rating(tree: Of<'rating'>): string
  call(name: Of<'call'>['name'], of: string): string
  fallback(value: string, otherwise: string): string
  minus(value: string): string
  /** A moment before (`-`) or after now. */
  moment(operator: '+' | '-', ms: number): string
  readonly operators: Readonly<Record<'+' | '-' | '*' | '/', string>>
  named(tree: PathValue, words: string): string
  whether(sentence: string): string
  duration(ms: number): string
}

/** A duration in the words of its units, the largest first. */
export function spoken(ms: number, units: readonly (readonly [one: string, many: string, size: number])[]): string {
  let rest = ms
  const parts: string[] = []
  for (const [one, many, size] of units) {
    const count = Math.floor(rest / size)
    if (count > 0) parts.push(`${count} ${count === 1 ? one : many}`)
    rest -= count * size
  }
  return parts.join(' ') || `0 ${units.find(([, , size]) => size === 1_000)![1]}`
}
