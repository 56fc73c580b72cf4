import { words } from '#kit/format.ts'
import { wordsNow } from '#kit/words.ts'
import { REPORT_WORDS } from './report-words.ts'

/** What is known by name, so that nobody has to type an id. */
export type Known = 'journey' | 'goal' | 'experiment' | 'segment' | 'metric' | 'lifetime-value' | 'pipeline'

interface Said {
  /** In the report's parameters; those of a choice stand below it: `cut.by`. */
  readonly name: string
  readonly label: string
  readonly required: boolean
  /** Taken where nothing is said; '' for nothing. */
  readonly usual: string
}
export type Field =
  | (Said & { readonly kind: 'choice'; readonly choices: readonly string[] })
  | (Said & { readonly kind: 'number'; readonly low: number; readonly high: number })
  /** `time`: epoch ms at the day's beginning (UTC). */
  | (Said & { readonly kind: 'day'; readonly as: 'date' | 'time' })
  | (Said & { readonly kind: 'text'; readonly known: Known | null })
  /** One of several ways, told apart by one word, each with fields of its own. */
  | (Said & {
      readonly kind: 'ways'
      readonly by: string
      readonly ways: readonly { readonly value: string; readonly fields: readonly Field[] }[]
    })

/** A JSON Schema as `reports.list` gives it. */
interface Schema {
  readonly type?: string
  readonly enum?: readonly string[]
  readonly const?: string
  readonly format?: string
  readonly default?: unknown
  readonly minimum?: number
  readonly maximum?: number
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly oneOf?: readonly Schema[]
}

/** Values by name, as they stand in the page's address. */
export type Search = Readonly<Record<string, string>>

const KNOWN: Readonly<Record<string, Known>> = {
  journey: 'journey',
  segment: 'segment',
  metric: 'metric',
  pipeline: 'pipeline',
  key: 'experiment',
  value: 'lifetime-value',
}
const sentence = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1)

/** The fields of a report's form, in the order of its schema. */
export function fieldsOf(report: string, parameters: Readonly<Record<string, unknown>>): Field[] {
  const { properties = {}, required = [] } = parameters as Schema
  return Object.entries(properties).flatMap(([name, schema]) => fieldOf({ report, name, schema, required: required.includes(name) }) ?? [])
}

function fieldOf({
  report,
  name,
  schema,
  required,
}: {
  report: string
  name: string
  schema: Schema
  required: boolean
}): Field | undefined {
  const last = name.split('.').at(-1)!
  const said = {
    name,
    label: wordsNow(REPORT_WORDS).labels[report === 'goal' && last === 'id' ? 'goal' : last] ?? sentence(words(last)),
    required: required && schema.default === undefined,
    usual: schema.default === undefined ? '' : String(schema.default),
  }
  if (schema.oneOf) return waysOf(report, said, schema.oneOf)
  if (schema.enum) return { ...said, kind: 'choice', choices: schema.enum }
  if (schema.format === 'date') return { ...said, kind: 'day', as: 'date' }
  if (schema.type === 'integer' && (last === 'from' || last === 'to')) return { ...said, kind: 'day', as: 'time' }
  if (schema.type === 'integer' || schema.type === 'number')
    return { ...said, kind: 'number', low: schema.minimum ?? 0, high: schema.maximum ?? Number.MAX_SAFE_INTEGER }
  if (schema.type !== 'string') return undefined
  return { ...said, kind: 'text', known: report === 'goal' && last === 'id' ? 'goal' : (KNOWN[last] ?? null) }
}

function waysOf(report: string, said: Said, ways: readonly Schema[]): Field | undefined {
  const by = Object.entries(ways[0]?.properties ?? {}).find(([, schema]) => schema.const !== undefined)?.[0]
  if (by === undefined) return undefined
  return {
    ...said,
    kind: 'ways',
    by: `${said.name}.${by}`,
    ways: ways.map(({ properties = {}, required = [] }) => ({
      value: properties[by]?.const ?? '',
      fields: Object.entries(properties)
        .filter(([name]) => name !== by)
        .flatMap(([name, schema]) => fieldOf({ report, name: `${said.name}.${name}`, schema, required: required.includes(name) }) ?? []),
    })),
  }
}

/** All fields that are asked with these values: of a choice, those of the way that is taken. */
export const shownFields = (fields: readonly Field[], search: Search): Field[] =>
  fields.flatMap((field) =>
    field.kind === 'ways' ? [field, ...(field.ways.find(({ value }) => value === search[field.by])?.fields ?? [])] : [field],
  )

const valueOf = (field: Field, search: Search): string => (field.kind === 'ways' ? search[field.by] : search[field.name]) || ''

/** Labels of what has to be said before the report can be read. */
export const missing = (fields: readonly Field[], search: Search): string[] =>
  shownFields(fields, search)
    .filter((field) => field.required && valueOf(field, search) === '')
    .map(({ label }) => label)

/** What the report is asked with; what it does not know is left out. */
export function paramsOf(fields: readonly Field[], search: Search): Record<string, string | number | Record<string, string | number>> {
  const params: Record<string, string | number | Record<string, string | number>> = {}
  for (const field of fields) {
    const value = valueOf(field, search)
    if (value === '') continue
    if (field.kind !== 'ways') {
      params[field.name] = typed(field, value)
      continue
    }
    const way = field.ways.find((each) => each.value === value)
    if (!way) continue
    const inner = way.fields.flatMap((each) => {
      const of = valueOf(each, search)
      return of === '' ? [] : [[each.name.slice(field.name.length + 1), typed(each, of)] as const]
    })
    params[field.name] = { [field.by.slice(field.name.length + 1)]: value, ...Object.fromEntries(inner) }
  }
  return params
}

const typed = (field: Field, value: string): string | number =>
  (field.kind === 'number' || (field.kind === 'day' && field.as === 'time')) && Number.isFinite(Number(value)) ? Number(value) : value

/**
 * The same question at a moment that stays: a stretch in days moves on with time, so lists behind its numbers end where the report did.
 * `asOf`: epoch ms.
 */
export function frozen(fields: readonly Field[], search: Search, asOf: number): Search {
  const has = (name: string): Field | undefined => fields.find((field) => field.name === name)
  const days = search['days'] || has('days')?.usual
  if (!days || search['to'] || has('to')?.kind !== 'day') return search
  return { ...search, to: String(asOf + 1) }
}

/** What is at hand first: what must be said, what usually is, and what it is parted by. The rest narrows it down. */
export const isFirst = (field: Field): boolean => field.required || field.usual !== '' || field.kind === 'ways'

const DAY = 86_400_000
/** `2026-05-01` of an address's value, and back. */
export const dayIn = (value: string): string =>
  /^\d{4}-\d\d-\d\d$/.test(value)
    ? value
    : /^\d{1,15}$/.test(value)
      ? new Date(Math.floor(Number(value) / DAY) * DAY).toISOString().slice(0, 10)
      : ''
export const dayOut = (day: string, as: 'date' | 'time'): string =>
  as === 'date' || day === '' ? day : String(Date.parse(`${day}T00:00:00Z`))

/** A value of a choice as it is read. */
export const choiceWord = (value: string): string => wordsNow(REPORT_WORDS).choices[value] ?? words(value)

/** The stretches that one asks about most. */
export const RANGES = [7, 28, 90, 365] as const
/** Those that a report takes; none: it is not asked in days. */
export function rangesOf(fields: readonly Field[]): readonly number[] {
  const days = fields.find(({ name }) => name === 'days')
  return days?.kind === 'number' ? RANGES.filter((each) => each >= days.low && each <= days.high) : []
}
