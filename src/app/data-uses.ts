import type { Json, JsonObject } from '#lib/json.ts'
import { isRefusal } from '#lib/problem.ts'
import { children, type Expression } from '#segments/condition/ast.ts'
import { parse } from '#segments/condition/parse.ts'

/** A document that stands on an event, or on one of its properties. */
export interface DocumentUse {
  readonly kind: string
  readonly id: string
  readonly name: string
}

interface Authored {
  readonly kind: string
  readonly id: string
  readonly body: Json
}

/** Fields whose text is a condition. */
const CONDITIONS: ReadonlySet<string> = new Set([
  'when',
  'where',
  'until',
  'if',
  'date',
  'condition',
  'only',
  'eligible',
  'value',
  'metric',
  'of',
])
/** The plan itself stands on nothing. */
const PLAN: ReadonlySet<string> = new Set(['event', 'tracking-plan'])

/** What stands on each event: under '' the event itself, under a path one of its properties. */
export class Uses {
  readonly #found = new Map<string, Map<string, Map<string, DocumentUse>>>()

  constructor(documents: readonly Authored[]) {
    for (const document of documents) if (!PLAN.has(document.kind)) this.#document(document)
  }

  /** Documents that ask for the event in any way. */
  of(event: string): DocumentUse[] {
    const all = new Map<string, DocumentUse>()
    for (const uses of this.#found.get(event)?.values() ?? []) for (const [name, use] of uses) all.set(name, use)
    return [...all.values()]
  }

  /** Documents that ask for a property of it, or for what is below that. */
  ofProperty(event: string, path: string): DocumentUse[] {
    const all = new Map<string, DocumentUse>()
    const plain = path.replaceAll('[]', '')
    for (const [name, uses] of this.#found.get(event) ?? []) {
      if (name === plain || name.startsWith(`${plain}.`)) for (const [id, use] of uses) all.set(id, use)
    }
    return [...all.values()]
  }

  #document({ kind, id, body }: Authored): void {
    if (typeof body !== 'object' || body === null || Array.isArray(body)) return
    const said = (body as JsonObject)['name']
    const use: DocumentUse = { kind, id, name: typeof said === 'string' && said !== '' ? said : id }
    this.#walk(body, { use, events: [], entry: entriesOf(body as JsonObject) })
  }

  /** `events`: what `event.x` means here; `entry`: what `entry.x` means in the whole document. */
  #walk(value: Json, here: { use: DocumentUse; events: readonly string[]; entry: readonly string[] }): void {
    if (Array.isArray(value)) {
      for (const each of value) this.#walk(each as Json, here)
      return
    }
    if (typeof value !== 'object' || value === null) return
    const object = value as JsonObject
    const own = eventsIn(object)
    for (const event of own) this.#note(event, '', here.use)
    const inside = own.length > 0 ? { ...here, events: own } : here
    for (const [name, part] of Object.entries(object)) this.#field(name, part as Json, inside)
  }

  #field(name: string, part: Json, here: { use: DocumentUse; events: readonly string[]; entry: readonly string[] }): void {
    if (typeof part !== 'string') {
      if (name === 'match' && typeof part === 'object' && part !== null) {
        for (const path of Object.keys(part)) this.#path(path, here.events, here.use)
        for (const path of Object.values(part))
          if (typeof path === 'string') this.#path(path.replace(/^entry\./, 'properties.'), here.entry, here.use)
      }
      this.#walk(part, here)
      return
    }
    if (name === 'key' || name === 'path' || name === 'property') this.#path(part, here.events, here.use)
    if (name === 'value' && /^[\w.]+$/.test(part)) this.#path(`properties.${part}`, here.events, here.use)
    if (CONDITIONS.has(name)) this.#condition(part, here)
  }

  #condition(text: string, { use, events, entry }: { use: DocumentUse; events: readonly string[]; entry: readonly string[] }): void {
    const tree = parse(text)
    if (!isRefusal(tree)) this.#expression(tree, { use, event: events.length > 0 ? events : entry, entry })
  }

  #expression(tree: Expression, here: { use: DocumentUse; event: readonly string[]; entry: readonly string[] }): void {
    if (tree.kind === 'history') {
      this.#note(tree.event, '', here.use)
      if (tree.property) this.#note(tree.event, tree.property.join('.'), here.use)
      if (tree.where) this.#expression(tree.where, { ...here, event: [tree.event] })
      return
    }
    if (tree.kind === 'sequence') {
      for (const { event, where } of tree.steps) {
        this.#note(event, '', here.use)
        if (where) this.#expression(where, { ...here, event: [event] })
      }
      return
    }
    if (tree.kind === 'property' && tree.of !== 'run') {
      for (const event of tree.of === 'event' ? here.event : here.entry) this.#note(event, tree.path.join('.'), here.use)
    }
    for (const child of children(tree)) this.#expression(child, here)
  }

  /** `properties.cart_id` of events. */
  #path(text: string, events: readonly string[], use: DocumentUse): void {
    const path = /^(?:properties|traits|event)\.(.+)$/.exec(text)?.[1]
    if (path !== undefined) for (const event of events) this.#note(event, path, use)
  }

  #note(event: string, path: string, use: DocumentUse): void {
    const paths = this.#found.get(event) ?? new Map<string, Map<string, DocumentUse>>()
    const uses = paths.get(path) ?? new Map<string, DocumentUse>()
    this.#found.set(event, paths.set(path, uses.set(`${use.kind}/${use.id}`, use)))
  }
}

function eventsIn(object: JsonObject): string[] {
  const { event, events } = object as { event?: unknown; events?: unknown }
  const several = Array.isArray(events) ? events.flatMap((each: unknown) => (typeof each === 'string' ? [each] : [])) : []
  return [...(typeof event === 'string' ? [event] : []), ...several]
}

function entriesOf(body: JsonObject): string[] {
  const { entry } = body as { entry?: Json }
  const all = Array.isArray(entry) ? entry : [entry]
  return all.flatMap((each) => (typeof each === 'object' && each !== null ? eventsIn(each as JsonObject) : []))
}
