import { canonical, type Json } from '#lib/json.ts'
import type { Bound } from './schema.ts'

/** A document as it is, or would be, live. */
export interface Doc {
  readonly kind: string
  readonly id: string
  readonly body: Json
  readonly hash: string
}

/**
 * Kinds that bind only what names them. Every other kind, also one that is made tomorrow, binds all that is sent:
 * senders, providers, contact and compliance policies, the brand.
 */
const NAMED: ReadonlySet<string> = new Set([
  'journey',
  'template',
  'segment',
  'list',
  'calendar',
  'snippet',
  'page',
  'slot',
  'catalogue',
  'coupon-pool',
  'coupons',
  'connected-data',
])
export const bindsAll = (kind: string): boolean => !NAMED.has(kind)

const QUOTED = /'([a-z0-9][a-z0-9_-]{0,63})'|"([a-z0-9][a-z0-9_-]{0,63})"/g

/**
 * What a body names: whole texts, texts in quotes inside texts (`segment("vip")`, `{% render 'footer' %}`), and names of fields.
 * Too much rather than too little: what is taken in beyond need only makes an approval void a little earlier.
 */
export function namesIn(body: Json): Names {
  const known = typeof body === 'object' && body !== null ? NAMES.get(body) : undefined
  if (known) return known
  const found = readNames(body)
  if (typeof body === 'object' && body !== null) NAMES.set(body, found)
  return found
}

interface Names {
  readonly ids: ReadonlySet<string>
  readonly journeys: ReadonlySet<string>
}
/** Bodies never change, and each is asked for every journey. */
const NAMES = new WeakMap<object, Names>()

function readNames(body: Json): Names {
  const ids = new Set<string>()
  const journeys = new Set<string>()
  const look = (value: Json, key: string): void => {
    if (typeof value === 'string') {
      ids.add(value)
      if (key === 'journey' || key === 'journeys') journeys.add(value)
      for (const [, single, double] of value.matchAll(QUOTED)) ids.add((single ?? double)!)
    } else if (Array.isArray(value)) for (const each of value) look(each, key)
    else if (value !== null && typeof value === 'object')
      for (const [name, inner] of Object.entries(value)) {
        ids.add(name)
        look(inner, name)
      }
  }
  look(withoutHead(body), '')
  return { ids, journeys }
}

function withoutHead(body: Json): Json {
  if (body === null || typeof body !== 'object' || Array.isArray(body)) return body
  const { kind: _kind, id: _id, name: _name, description: _description, ...rest } = body as Record<string, Json>
  return rest
}

const nameOf = ({ kind, id }: { kind: string; id: string }): string => `${kind}/${id}`
const byName = (a: { kind: string; id: string }, b: { kind: string; id: string }): number => (nameOf(a) < nameOf(b) ? -1 : 1)

/** All that these documents would send or obey: what they name, what that names, and what binds everything. Journeys only where a step starts or stops them. */
export function closure(roots: readonly { readonly kind: string; readonly id: string }[], documents: readonly Doc[]): Doc[] {
  const known = new Map(documents.map((each) => [nameOf(each), each]))
  const byId = new Map<string, Doc[]>()
  for (const each of documents) byId.set(each.id, [...(byId.get(each.id) ?? []), each])
  const found = new Map<string, Doc>()
  const waiting: Doc[] = roots.flatMap((root) => known.get(nameOf(root)) ?? [])
  waiting.push(...documents.filter(({ kind }) => bindsAll(kind)))
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (found.has(nameOf(next))) continue
    found.set(nameOf(next), next)
    const { ids, journeys } = namesIn(next.body)
    for (const id of ids) {
      // What binds everything names journeys only to except them; it sends nothing by them.
      for (const each of byId.get(id) ?? []) if (each.kind !== 'journey') waiting.push(each)
    }
    if (next.kind === 'journey')
      for (const id of journeys) waiting.push(...(known.has(`journey/${id}`) ? [known.get(`journey/${id}`)!] : []))
  }
  return [...found.values()].sort(byName)
}

export const bounds = (documents: readonly Doc[]): Bound[] => documents.map(({ kind, id, hash }) => ({ kind, id, hash })).sort(byName)

/** Journeys of `after` that would do something else than in `before`, new ones included. */
export function journeysThatChange(before: readonly Doc[], after: readonly Doc[]): string[] {
  const prints = (documents: readonly Doc[]): Map<string, string> =>
    new Map(
      documents
        .filter(({ kind }) => kind === 'journey')
        .map((each) => [each.id, JSON.stringify(bounds(closure([each], documents)).map(({ kind, id, hash }) => [kind, id, hash]))]),
    )
  const had = prints(before)
  return [...prints(after)].filter(([id, print]) => had.get(id) !== print).map(([id]) => id)
}

/** What is different between what was approved and what is now, one sentence each. */
export function differences(was: readonly Bound[], is: readonly Bound[]): string[] {
  const before = new Map(was.map((each) => [nameOf(each), each.hash]))
  const after = new Map(is.map((each) => [nameOf(each), each.hash]))
  const gone = [...before.keys()].filter((name) => !after.has(name)).map((name) => `${name} is not there any more`)
  const other = [...after].filter(([name, hash]) => before.has(name) && before.get(name) !== hash).map(([name]) => `${name} has changed`)
  const more = [...after.keys()].filter((name) => !before.has(name)).map((name) => `${name} has come in`)
  return [...other, ...more, ...gone]
}

/** The largest difference that an audience may have: a tenth, at least one person. */
export const withinBand = (was: number, is: number): boolean => Math.abs(is - was) <= Math.max(1, Math.floor(was / 10))

const LONG = 60
/**
 * Texts by which work is known again under another name: the body without its name, and each long text in it.
 * Who wrote one of them is an author of whatever holds it, however it came there (copy, import, another format).
 */
export function fragmentsOf(body: Json): string[] {
  const whole = canonical(withoutHead(body))
  const found = new Set<string>(whole.length >= LONG ? [`whole ${whole}`] : [])
  const look = (value: Json): void => {
    if (typeof value === 'string') {
      if (value.length >= LONG) found.add(`text ${value.replace(/\s+/g, ' ').trim()}`)
    } else if (Array.isArray(value)) for (const each of value) look(each)
    else if (value !== null && typeof value === 'object') for (const each of Object.values(value)) look(each)
  }
  look(body)
  return [...found]
}
