import { z } from 'zod'
import { instant } from './instant.ts'

/** Deepest tree that is read, printed or compiled; real conditions stay under ten. */
export const MAX_DEPTH = 64
/** Most events in one sequence. */
export const MAX_SEQUENCE = 20

const wellFormed = (text: string): boolean => text.isWellFormed() && !text.includes('\0')
const Text = z.string().refine(wellFormed, 'text holds a NUL or half a character')
const Name = Text.min(1)
const Finite = z.number().transform((value) => value || 0) // -0 has no spelling of its own
const Path = z.array(Text).min(1).max(MAX_DEPTH)

export const NumberLiteral = z.strictObject({ kind: z.literal('number'), value: Finite })
export const TextLiteral = z.strictObject({ kind: z.literal('text'), value: Text })
export const BooleanLiteral = z.strictObject({ kind: z.literal('boolean'), value: z.boolean() })
export const DurationLiteral = z.strictObject({ kind: z.literal('duration'), ms: z.int().nonnegative() })
/** ISO 8601 date or date-time; without an offset it is UTC. */
export const DateLiteral = z.strictObject({
  kind: z.literal('date'),
  text: z.string().refine((text) => !Number.isNaN(instant(text)), 'write a date such as 2026-01-31 or 2026-01-31T09:00:00Z'),
})
export const Literal = z.discriminatedUnion('kind', [NumberLiteral, TextLiteral, BooleanLiteral, DurationLiteral, DateLiteral])
/** Numbers, texts and booleans; used after `in`. */
export const ListLiteral = z.strictObject({ kind: z.literal('list'), items: z.array(z.union([Finite, Text, z.boolean()])) })

/** `profile.plan`, `profile.address.city`. */
export const AttributePath = z.strictObject({ kind: z.literal('attribute'), path: Path })
/** `event.total`, `entry.items`, `run.stock.left`: a property of the event at hand, of the event that began the run, or what calls of the run saved. */
export const PropertyPath = z.strictObject({ kind: z.literal('property'), of: z.enum(['event', 'entry', 'run']), path: Path })
/** Inside `any(…)`/`all(…)`: the element (`it`, empty path) or what it holds (`stock`). */
export const ElementPath = z.strictObject({ kind: z.literal('element'), path: z.array(Text).max(MAX_DEPTH) })
export const PathValue = z.discriminatedUnion('kind', [AttributePath, PropertyPath, ElementPath])

export const KNOWN = ['profile.id', 'event.name', 'event.at', 'entry.name', 'entry.at', 'entry.key', 'now'] as const
export const Known = z.strictObject({ kind: z.literal('known'), name: z.enum(KNOWN) })

/** `consent("email")`, `withdrawn("sms", "news")`: which permit is on record. */
export const Consent = z.strictObject({
  kind: z.literal('consent'),
  status: z.enum(['granted', 'withdrawn']),
  channel: Name,
  topic: Name.optional(),
})
/** `segment("vip")`, `list("press")`: who is in it now. */
export const Member = z.strictObject({ kind: z.literal('member'), of: z.enum(['segment', 'list']), id: Name })
/** `score("churn")`: a number that somebody reckoned; `cohort("salt")`: a number in [0, 1) that is always the same for the same person. */
export const Rating = z.strictObject({ kind: z.literal('rating'), of: z.enum(['score', 'cohort']), name: Name })

/** What is gathered of events: the first three need no property, the others take one. */
export const GATHERED = ['count', 'first', 'last', 'sum', 'min', 'max', 'distinct'] as const
export const OF_PROPERTY: ReadonlySet<(typeof GATHERED)[number]> = new Set(['sum', 'min', 'max', 'distinct'])
/** `in run`: events that the run has heard since it began; `in step`: since it reached the step. */
export const SINCE = ['run', 'step'] as const
const Window = {
  /** Milliseconds back from now; left out: ever. */
  within: z.int().positive().optional(),
  since: z.enum(SINCE).optional(),
}

export const ARITHMETIC = ['+', '-', '*', '/'] as const
export const COMPARISONS = ['==', '!=', '<', '<=', '>', '>=', 'in', 'contains', 'startsWith', 'endsWith'] as const
export type ArithmeticOperator = (typeof ARITHMETIC)[number]
export type ComparisonOperator = (typeof COMPARISONS)[number]

/** One node of a condition, as screens build it; `parse` makes the same tree from text and `print` makes the text. */
export type Expression =
  | z.output<typeof Literal>
  | z.output<typeof ListLiteral>
  | z.output<typeof PathValue>
  | z.output<typeof Known>
  | z.output<typeof Consent>
  | z.output<typeof Member>
  | z.output<typeof Rating>
  | History
  | Sequence
  | { kind: 'call'; name: 'lower' | 'length'; of: Expression }
  | { kind: 'default'; value: Expression; fallback: Literal }
  | { kind: 'negate'; of: Expression }
  | { kind: 'arithmetic'; operator: ArithmeticOperator; left: Expression; right: Expression }
  | { kind: 'compare'; operator: ComparisonOperator; left: Expression; right: Expression }
  | { kind: 'exists'; of: Expression }
  | { kind: 'not'; of: Expression }
  | { kind: 'and' | 'or'; parts: Expression[] }
  | { kind: 'each'; quantifier: 'any' | 'all'; list: PathValue; where: Expression }
export type Literal = z.output<typeof Literal>
export type PathValue = z.output<typeof PathValue>
export type Known = z.output<typeof Known>
export type Consent = z.output<typeof Consent>
export type Member = z.output<typeof Member>
export type Rating = z.output<typeof Rating>
/** `count("Order Completed" where event.total > 50 within 30d)`, `sum("Order Completed", total in run)`. */
export interface History {
  kind: 'history'
  what: (typeof GATHERED)[number]
  event: string
  /** Of the event; for `sum`, `min`, `max` and `distinct`. */
  property?: string[] | undefined
  /** Asks `event.*` only. */
  where?: Expression | undefined
  within?: number | undefined
  since?: (typeof SINCE)[number] | undefined
  /** Set by `narrowed` only, and no part of a tree from outside: as many events as the comparison around it can tell apart. */
  keep?: number | undefined
}
/** `sequence("A", "B" where event.x > 1 within 7d)`: these happened one after the other, all within the window. */
export interface Sequence {
  kind: 'sequence'
  steps: { event: string; where?: Expression | undefined }[]
  within?: number | undefined
  since?: (typeof SINCE)[number] | undefined
}
export type ListLiteral = z.output<typeof ListLiteral>
type Of<Kind extends Expression['kind']> = Extract<Expression, { kind: Kind }>
export type Arithmetic = Of<'arithmetic'>
export type Comparison = Of<'compare'>
export type Each = Of<'each'>

const Part: z.ZodType<Expression> = z.lazy(() => Expression)

export const Expression: z.ZodType<Expression> = z.discriminatedUnion('kind', [
  ...Literal.options,
  ListLiteral,
  ...PathValue.options,
  Known,
  Consent,
  Member,
  Rating,
  z.strictObject({
    kind: z.literal('history'),
    what: z.enum(GATHERED),
    event: Name,
    property: Path.optional(),
    where: Part.optional(),
    ...Window,
  }),
  z.strictObject({
    kind: z.literal('sequence'),
    steps: z
      .array(z.strictObject({ event: Name, where: Part.optional() }))
      .min(2)
      .max(MAX_SEQUENCE),
    ...Window,
  }),
  z.strictObject({ kind: z.literal('call'), name: z.enum(['lower', 'length']), of: Part }),
  /** `default(profile.points, 0)`: the fallback when the value is missing or of another type. */
  z.strictObject({ kind: z.literal('default'), value: Part, fallback: Literal }),
  z.strictObject({ kind: z.literal('negate'), of: Part }),
  z.strictObject({ kind: z.literal('arithmetic'), operator: z.enum(ARITHMETIC), left: Part, right: Part }),
  z.strictObject({ kind: z.literal('compare'), operator: z.enum(COMPARISONS), left: Part, right: Part }),
  z.strictObject({ kind: z.literal('exists'), of: Part }),
  z.strictObject({ kind: z.literal('not'), of: Part }),
  z.strictObject({ kind: z.enum(['and', 'or']), parts: z.array(Part).min(2) }),
  z.strictObject({ kind: z.literal('each'), quantifier: z.enum(['any', 'all']), list: PathValue, where: Part }),
])

/** Reads a tree that came from outside: refuses what is too deep before it walks it. */
export const Tree: z.ZodType<Expression> = z
  .unknown()
  .refine((value) => !deeperThan(value, MAX_DEPTH * 2), { error: `a condition nests at most ${MAX_DEPTH} deep`, abort: true })
  .pipe(Expression)
  .refine((tree) => height(tree) <= MAX_DEPTH, `a condition nests at most ${MAX_DEPTH} deep`)

const height = (tree: Expression): number => children(tree).reduce((tallest, child) => Math.max(tallest, 1 + height(child)), 1)

// A node and the list it stands in are two levels of JSON. Level by level, so that depth costs no stack.
function deeperThan(value: unknown, limit: number): boolean {
  let level: unknown[] = [value]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limit) return true
    level = level.flatMap((item) => (item !== null && typeof item === 'object' ? Object.values(item) : []))
  }
  return false
}

/** The parts that an expression is made of, in reading order. */
export function children(tree: Expression): readonly Expression[] {
  switch (tree.kind) {
    case 'number':
    case 'text':
    case 'boolean':
    case 'duration':
    case 'date':
    case 'list':
    case 'attribute':
    case 'property':
    case 'element':
    case 'known':
    case 'consent':
    case 'member':
    case 'rating':
      return []
    case 'history':
      return tree.where ? [tree.where] : []
    case 'sequence':
      return tree.steps.flatMap(({ where }) => where ?? [])
    case 'call':
    case 'negate':
    case 'exists':
    case 'not':
      return [tree.of]
    case 'default':
      return [tree.value, tree.fallback]
    case 'arithmetic':
    case 'compare':
      return [tree.left, tree.right]
    case 'and':
    case 'or':
      return tree.parts
    case 'each':
      return [tree.list, tree.where]
  }
}

/** The same tree with its parts replaced; the tree itself when none is another. */
export function withChildren(tree: Expression, change: (part: Expression) => Expression): Expression {
  const parts = children(tree)
  const changed = parts.map(change)
  if (changed.every((part, i) => part === parts[i])) return tree
  const [first, second] = changed as [Expression, Expression]
  switch (tree.kind) {
    case 'history':
      return { ...tree, where: first }
    case 'sequence': {
      let next = 0
      return { ...tree, steps: tree.steps.map((step) => (step.where ? { ...step, where: changed[next++] } : step)) }
    }
    case 'call':
    case 'negate':
    case 'exists':
    case 'not':
      return { ...tree, of: first }
    case 'default':
      return { ...tree, value: first }
    case 'arithmetic':
    case 'compare':
      return { ...tree, left: first, right: second }
    case 'and':
    case 'or':
      return { ...tree, parts: changed }
    case 'each':
      return { ...tree, where: second }
    default:
      return tree
  }
}
