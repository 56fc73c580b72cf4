import { aggregateOf, isPlain, narrowed } from './aggregate.ts'
import type { Arithmetic, Comparison, Consent, Each, Expression, History, Known, Member, PathValue, Rating, Sequence } from './ast.ts'
import { ISO_8601, instant } from './instant.ts'
import { allReadable, float, quote } from './sql-text.ts'
import { areTimes, isNumeric, reckoning, typeOf } from './types.ts'
import { windowValue } from './window-sql.ts'

/**
 * ClickHouse expressions, put into the query as they are: they come from code, never from people.
 * Columns of JSON hold what JSON.stringify writes, passed through `readable` (`sql-text.ts`); times are Float64 epoch ms.
 */
export interface Columns {
  readonly profileId: string
  /** JSON object of attributes, or of `[value, at]` pairs as the keyed state holds them. */
  readonly attributes: string
  readonly stamped?: boolean
  /** JSON object of permits: `{"email":{"status":"granted","at":1},"sms:news":…}`. */
  readonly permits: string
  /** JSON object of activity: `{"Order Completed":[count,first,last]}`. Left out: it is gathered from facts (see `factAggregatesOf`). */
  readonly activity?: string
  /** The column that holds what `aggregateSql` gathered for the aggregate of this id. */
  readonly window?: (aggregate: string) => string
  /** UInt8: who is in the segment. */
  readonly segment?: (id: string) => string
  /** JSON object of lists that the person is on, and of scores: `{"churn":0.4}`. */
  readonly lists?: string
  readonly scores?: string
  readonly now: string
  /** `properties` is a JSON object. */
  readonly event?: MomentColumns
  readonly entry?: MomentColumns & { readonly key: string }
}
export interface MomentColumns {
  readonly name: string
  readonly at: string
  readonly properties: string
}

/**
 * The condition as one ClickHouse expression of type UInt8, 1 or 0 and never NULL; it holds exactly where `predicate` does.
 * Throws when it asks a column that is not given: `check` the tree for its place first.
 */
export const sql = (tree: Expression, columns: Columns): string => truth(narrowed(tree), { columns, lists: 0 })

/** A number of the event at hand, NaN where it is missing, and any value of it, in JSON. */
export const propertyNumber = (path: readonly string[], columns: Columns): string =>
  number({ kind: 'property', of: 'event', path: [...path] }, { columns, lists: 0 })

const elements = (path: string): string => allReadable(`JSONExtractArrayRaw(${path})`)

/** Where a part stands: in how many any(…)/all(…); the element of the n-th is the variable `en`. */
interface Place {
  readonly columns: Columns
  readonly lists: number
}

// In SQL a missing number is NaN, for which every comparison is false; a missing text or boolean is NULL, and every use of it wrapped.
const NUMERIC = "('Int64', 'UInt64', 'Double')"
const NO_TEXT = `CAST(NULL, 'Nullable(String)')`
const NO_BOOLEAN = `CAST(NULL, 'Nullable(UInt8)')`

const maybe = (condition: string): string => `ifNull(${condition}, 0)`
const rooted = (of: 'event' | 'entry' | 'run', columns: Columns): MomentColumns & { readonly key?: string } =>
  given(of === 'run' ? undefined : columns[of], of)

function given<T>(column: T | undefined, what: string): T {
  if (column === undefined) throw new Error(`no column for ${what}`)
  return column
}

/** The arguments that name a path for ClickHouse's JSON functions. */
function located(tree: PathValue, { columns, lists }: Place): string {
  switch (tree.kind) {
    case 'attribute': {
      const [first, ...rest] = tree.path.map(quote)
      return [columns.attributes, first, ...(columns.stamped ? ['1'] : []), ...rest].join(', ')
    }
    case 'property':
      return [rooted(tree.of, columns).properties, ...tree.path.map(quote)].join(', ')
    case 'element':
      return [lists === 0 ? "''" : `e${lists}`, ...tree.path.map(quote)].join(', ')
  }
}

const isPath = (tree: Expression): tree is PathValue => typeOf(tree) === 'dynamic'
const isA = (type: string, path: string): string => `JSONType(${path}) = '${type}'`

function number(tree: Expression, place: Place): string {
  switch (tree.kind) {
    case 'number':
      return float(tree.value)
    case 'duration':
      return float(tree.ms)
    case 'date':
      return float(instant(tree.text))
    case 'attribute':
    case 'property':
    case 'element': {
      const path = located(tree, place)
      return `if(JSONType(${path}) IN ${NUMERIC}, JSONExtractFloat(${path}), nan)`
    }
    case 'known':
      return knownNumber(tree, place)
    case 'history':
      return history(tree, place)
    case 'rating':
      return rating(tree, place)
    case 'call':
      return tree.name === 'length' ? length(tree.of, place) : 'nan'
    case 'default': {
      if (!isNumeric(tree)) return 'nan'
      const value = typeOf(tree) === 'instant' ? time(tree.value, place) : number(tree.value, place)
      return `ifNotFinite(${value}, ${number(tree.fallback, place)})`
    }
    case 'negate':
      return `(-${number(tree.of, place)})`
    case 'arithmetic':
      return arithmetic(tree, place)
    default:
      return 'nan'
  }
}

function knownNumber(tree: Known, { columns }: Place): string {
  switch (tree.name) {
    case 'now':
      return columns.now
    case 'event.at':
      return rooted('event', columns).at
    case 'entry.at':
      return rooted('entry', columns).at
    default:
      return 'nan'
  }
}

function history(tree: History, { columns }: Place): string {
  if (columns.activity === undefined || !isPlain(tree)) return gathered(tree, columns)
  const path = [columns.activity, quote(tree.event), { count: 1, first: 2, last: 3 }[tree.what as 'count']].join(', ')
  return tree.what === 'count' ? `JSONExtractFloat(${path})` : `if(JSONType(${path}) IN ${NUMERIC}, JSONExtractFloat(${path}), nan)`
}

function gathered(tree: History | Sequence, columns: Columns): string {
  const aggregate = aggregateOf(tree)
  return windowValue(aggregate, given(columns.window, 'windows')(aggregate.id), columns.now)
}

function rating(tree: Rating, { columns }: Place): string {
  // As `chance` of lib/hash.ts.
  if (tree.of === 'cohort') return `(murmurHash3_32(concat(${quote(`${tree.name}\0`)}, ${columns.profileId})) / 4294967296.0)`
  const path = [given(columns.scores, 'scores'), quote(tree.name)].join(', ')
  return `if(JSONType(${path}) IN ${NUMERIC}, JSONExtractFloat(${path}), nan)`
}

function arithmetic(tree: Arithmetic, place: Place): string {
  const plan = reckoning(tree.operator, typeOf(tree.left), typeOf(tree.right))
  const left = plan.left === 'instant' ? time(tree.left, place) : number(tree.left, place)
  const right = plan.right === 'instant' ? time(tree.right, place) : number(tree.right, place)
  return `ifNotFinite(${left} ${tree.operator} ${right}, nan)`
}

function time(tree: Expression, place: Place): string {
  if (typeOf(tree) === 'text') return parsed(`ifNull(${text(tree, place)}, '')`)
  if (!isPath(tree)) return number(tree, place)
  const path = located(tree, place)
  return `multiIf(JSONType(${path}) IN ${NUMERIC}, JSONExtractFloat(${path}), ${isA('String', path)}, ${parsed(`JSONExtractString(${path})`)}, nan)`
}

// `t -> …` binds the text once: it may be long, and is used twice.
const parsed = (value: string): string =>
  `arrayMap(t -> if(match(t, ${quote(ISO_8601)}), ifNull(toFloat64(toUnixTimestamp64Milli(parseDateTime64BestEffortOrNull(t, 3, 'UTC'))), nan), nan), [${value}])[1]`

function length(tree: Expression, place: Place): string {
  if (!isPath(tree)) return `ifNull(toFloat64(lengthUTF8(${text(tree, place)})), nan)`
  const path = located(tree, place)
  return `multiIf(${isA('String', path)}, toFloat64(lengthUTF8(JSONExtractString(${path}))), ${isA('Array', path)}, toFloat64(JSONLength(${path})), nan)`
}

function text(tree: Expression, place: Place): string {
  switch (tree.kind) {
    case 'text':
      return quote(tree.value)
    case 'attribute':
    case 'property':
    case 'element': {
      const path = located(tree, place)
      return `if(${isA('String', path)}, JSONExtractString(${path}), NULL)`
    }
    case 'known':
      return knownText(tree, place)
    case 'call':
      return tree.name === 'lower' ? `lowerUTF8(${text(tree.of, place)})` : NO_TEXT
    case 'default':
      return typeOf(tree) === 'text' ? `ifNull(${text(tree.value, place)}, ${text(tree.fallback, place)})` : NO_TEXT
    default:
      return NO_TEXT
  }
}

function knownText(tree: Known, { columns }: Place): string {
  switch (tree.name) {
    case 'profile.id':
      return columns.profileId
    case 'event.name':
      return rooted('event', columns).name
    case 'entry.name':
      return rooted('entry', columns).name
    case 'entry.key':
      return rooted('entry', columns).key!
    default:
      return NO_TEXT
  }
}

function boolean(tree: Expression, place: Place): string {
  if (isPath(tree)) {
    const path = located(tree, place)
    return `if(${isA('Bool', path)}, JSONExtractBool(${path}), NULL)`
  }
  return typeOf(tree) === 'boolean' ? truth(tree, place) : NO_BOOLEAN
}

function truth(tree: Expression, place: Place): string {
  switch (tree.kind) {
    case 'boolean':
      return tree.value ? '1' : '0'
    case 'attribute':
    case 'property':
    case 'element':
      return maybe(boolean(tree, place))
    case 'consent':
      return permit(tree, place)
    case 'member':
      return member(tree, place)
    case 'sequence':
      return `(${gathered(tree, place.columns)} = 1)`
    case 'default':
      return typeOf(tree) === 'boolean' ? `ifNull(${boolean(tree.value, place)}, ${truth(tree.fallback, place)})` : '0'
    case 'compare':
      return comparison(tree, place)
    case 'exists':
      return exists(tree.of, place)
    case 'not':
      return `(NOT ${truth(tree.of, place)})`
    case 'and':
      return `(${tree.parts.map((part) => truth(part, place)).join(' AND ')})`
    case 'or':
      return `(${tree.parts.map((part) => truth(part, place)).join(' OR ')})`
    case 'each':
      return each(tree, place)
    default:
      return '0'
  }
}

function member({ of, id }: Member, { columns }: Place): string {
  if (of === 'segment') return `(${given(columns.segment, 'segments')(id)})`
  return `(JSONExtractFloat(${given(columns.lists, 'lists')}, ${quote(id)}) > 0)`
}

// The same rule as `standing` in scope.ts.
function permit(tree: Consent, { columns }: Place): string {
  const read = (key: string) => ({
    status: `JSONExtractString(${columns.permits}, ${quote(key)}, 'status')`,
    at: `JSONExtractFloat(${columns.permits}, ${quote(key)}, 'at')`,
  })
  const whole = read(tree.channel)
  const wholeIs = `${whole.status} = '${tree.status}'`
  if (tree.topic === undefined) return `(${wholeIs})`
  const own = read(`${tree.channel}:${tree.topic}`)
  return `if(${own.status} = '' OR (${whole.status} = 'withdrawn' AND ${whole.at} >= ${own.at}), ${wholeIs}, ${own.status} = '${tree.status}')`
}

function each(tree: Each, place: Place): string {
  const path = located(tree.list, place)
  const lists = place.lists + 1
  const where = truth(tree.where, { ...place, lists })
  if (tree.quantifier === 'any') return `arrayExists(e${lists} -> ${where}, ${elements(path)})`
  return `(${isA('Array', path)} AND arrayAll(e${lists} -> ${where}, ${elements(path)}))`
}

function exists(tree: Expression, place: Place): string {
  switch (typeOf(tree)) {
    case 'dynamic':
      return `(JSONType(${located(tree as PathValue, place)}) != 'Null')`
    case 'text':
      return `isNotNull(${text(tree, place)})`
    case 'number':
    case 'instant':
    case 'duration':
      return `isFinite(${number(tree, place)})`
    case 'boolean':
    case 'list':
      return '1'
  }
}

function comparison(tree: Comparison, place: Place): string {
  const { operator, left, right } = tree
  switch (operator) {
    case '==':
      return equality(left, right, place)
    case '!=':
      return `(NOT ${equality(left, right, place)})`
    case 'in':
      return holds(right, left, place)
    case 'contains':
      return contains(left, right, place)
    case 'startsWith':
    case 'endsWith':
      return maybe(`${operator}(${text(left, place)}, ${text(right, place)})`)
    default:
      return order(tree, place)
  }
}

function equality(left: Expression, right: Expression, place: Place): string {
  if (areTimes(left, right)) return `(${time(left, place)} = ${time(right, place)})`
  const could = (type: 'number' | 'text' | 'boolean') =>
    [left, right].every((side) => isPath(side) || (type === 'number' ? isNumeric(side) : typeOf(side) === type))
  return either([
    could('number') && `${number(left, place)} = ${number(right, place)}`,
    could('text') && maybe(`${text(left, place)} = ${text(right, place)}`),
    could('boolean') && maybe(`${boolean(left, place)} = ${boolean(right, place)}`),
  ])
}

function either(ways: readonly (string | false)[]): string {
  const possible = ways.filter((way) => way !== false)
  return possible.length === 0 ? '0' : `(${possible.join(' OR ')})`
}

function order({ operator, left, right }: Comparison, place: Place): string {
  if (areTimes(left, right)) return `(${time(left, place)} ${operator} ${time(right, place)})`
  const texts = [left, right].every((side) => isPath(side) || typeOf(side) === 'text')
  const numbers = [left, right].every((side) => isPath(side) || isNumeric(side))
  return either([
    numbers && `${number(left, place)} ${operator} ${number(right, place)}`,
    texts && maybe(`${text(left, place)} ${operator} ${text(right, place)}`),
  ])
}

function holds(list: Expression, item: Expression, place: Place): string {
  if (list.kind === 'list') {
    const numbers = list.items.filter((one) => typeof one === 'number')
    const texts = list.items.filter((one) => typeof one === 'string')
    const booleans = [...new Set(list.items.filter((one) => typeof one === 'boolean'))]
    return either([
      (isPath(item) || isNumeric(item)) && numbers.length > 0 && `has([${numbers.map(float).join(', ')}], ${number(item, place)})`,
      (isPath(item) || typeOf(item) === 'text') && texts.length > 0 && maybe(`${text(item, place)} IN (${texts.map(quote).join(', ')})`),
      ...booleans.map((one) => maybe(`${boolean(item, place)} = ${one ? 1 : 0}`)),
    ])
  }
  if (!isPath(list)) return '0'
  const lists = place.lists + 1
  const element = `e${lists}`
  return `arrayExists(${element} -> ${sameAs(element, item, place)}, ${elements(located(list, place))})`
}

/** Whether the JSON text in a variable is the scalar; the scalar is read where it stands, outside the list. */
function sameAs(element: string, item: Expression, place: Place): string {
  const any = isPath(item)
  return either([
    (any || isNumeric(item)) && `(JSONType(${element}) IN ${NUMERIC} AND JSONExtractFloat(${element}) = ${number(item, place)})`,
    (any || typeOf(item) === 'text') && maybe(`${isA('String', element)} AND JSONExtractString(${element}) = ${text(item, place)}`),
    (any || typeOf(item) === 'boolean') && maybe(`${isA('Bool', element)} AND JSONExtractBool(${element}) = ${boolean(item, place)}`),
  ])
}

function contains(left: Expression, right: Expression, place: Place): string {
  const couldBeText = (side: Expression) => isPath(side) || typeOf(side) === 'text'
  return either([
    couldBeText(left) && couldBeText(right) && maybe(`position(${text(left, place)}, ${text(right, place)}) > 0`),
    (isPath(left) || left.kind === 'list') && holds(left, right, place),
  ])
}
