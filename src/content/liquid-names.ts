import type { Json } from '#lib/json.ts'

/** What the workspace knows, as `content.names` tells it. */
export interface KnownNames {
  readonly attributes: readonly { readonly name: string; readonly type: string; readonly share: number }[]
  readonly events: readonly { readonly name: string; readonly properties: readonly string[] }[]
  readonly snippets: readonly { readonly id: string; readonly name: string; readonly form: string }[]
}
export const NO_NAMES: KnownNames = { attributes: [], events: [], snippets: [] }

export type NameGroup = 'person' | 'event' | 'live' | 'snippet' | 'message'
/** Something that a template can print. */
export interface NameOption {
  readonly group: NameGroup
  /** `profile.first_name`. */
  readonly name: string
  /** What is put into the text; a value that some people lack gets a default to fill in. */
  readonly insert: string
  /** Events that have it, share of people. */
  readonly of: readonly string[]
  /** Of an attribute: of the people who were looked at (0 to 1). */
  readonly share?: number
}

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_-]*$/
/** `profile.plan`, and `profile["last name"]` where a name needs quotes. */
export const member = (root: string, name: string): string =>
  IDENTIFIER.test(name) ? `${root}.${name}` : `${root}["${name.replaceAll('"', '')}"]`

type Body = Readonly<Record<string, Json | undefined>>
const keysOf = (value: Json | undefined): string[] =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? Object.keys(value) : []
const asesOf = (value: Json | undefined): string[] =>
  Array.isArray(value)
    ? value.flatMap((each) => (typeof (each as { as?: unknown })?.as === 'string' ? [(each as { as: string }).as] : []))
    : []

/** Everything that a text of this template can name, the likeliest first. */
export function nameOptions(known: KnownNames, body: Body): NameOption[] {
  const person = known.attributes.map(({ name, share }): NameOption => {
    const path = member('profile', name)
    return { group: 'person', name: path, insert: share < 1 ? `{{ ${path} | default: "…" }}` : `{{ ${path} }}`, of: [], share }
  })
  return [...person, ...eventOptions(known), ...liveOptions(body), ...snippetOptions(known), ...MESSAGE]
}

function eventOptions({ events }: KnownNames): NameOption[] {
  const having = new Map<string, string[]>()
  for (const { name, properties } of events) for (const each of properties) having.set(each, [...(having.get(each) ?? []), name])
  return [...having].map(([property, of]) => {
    const path = member('entry.properties', property)
    return { group: 'event', name: path, insert: `{{ ${path} }}`, of }
  })
}

function liveOptions(body: Body): NameOption[] {
  const print = (name: string): NameOption => ({ group: 'live', name, insert: `{{ ${name} }}`, of: [] })
  const products = asesOf(body['products']).flatMap((as) =>
    ['title', 'price', 'url', 'image'].map((field) => print(`products.${as}[0].${field}`)),
  )
  const coupons = keysOf(body['coupons']).map((name) => print(`coupons.${name}.code`))
  const connected = asesOf(body['connected']).map((as) => print(`connected.${as}`))
  const slots = keysOf(body['slots']).flatMap((slot) => {
    const one = (body['slots'] as Readonly<Record<string, Json>>)[slot] as {
      by?: string
      fields?: Json
      variants?: readonly { fields?: Json }[]
    }
    const fields = new Set([...keysOf(one.fields), ...(one.variants ?? []).flatMap(({ fields: own }) => keysOf(own))])
    return [
      ...[...fields].map((field) => print(`slots.${slot}.${field}`)),
      ...(one.by === 'recommendation' ? [print(`slots.${slot}.items[0].title`)] : []),
    ]
  })
  return [...slots, ...products, ...coupons, ...connected]
}

const snippetOptions = ({ snippets }: KnownNames): NameOption[] =>
  snippets
    .filter(({ form }) => form === 'text')
    .map(({ id, name }) => ({ group: 'snippet', name: `snippets.${id}`, insert: `{{ snippets.${id} }}`, of: name === id ? [] : [name] }))

const MESSAGE: readonly NameOption[] = [
  'sender.name',
  'sender.address',
  'sender.postal_address',
  'workspace.name',
  'unsubscribe_url',
  'preferences_url',
  'message.at',
].map((name) => ({ group: 'message', name, insert: `{{ ${name} }}`, of: [] }))

/** Names below a path, for completion: `profile` → its attributes; `entry` → `properties`. */
export function membersOf(options: readonly NameOption[], path: readonly string[]): string[] {
  const under = path.length === 0 ? '' : `${path.join('.')}.`
  const found = options.flatMap(({ name }) => (name.startsWith(under) ? [name.slice(under.length).split(/[.[]/)[0]!] : []))
  return [...new Set(found)].filter((name) => name !== '')
}
