import type { Json } from '#lib/json.ts'

/** A step that an editor takes on a document. Places are JSON pointers; `move` inserts at `to` as it stands when `from` has been taken out. */
export type Edit =
  | { readonly kind: 'set'; readonly at: string; readonly value: Json | undefined }
  | { readonly kind: 'insert'; readonly at: string; readonly value: Json }
  | { readonly kind: 'remove'; readonly at: string }
  | { readonly kind: 'move'; readonly from: string; readonly to: string }

export interface Edited {
  readonly doc: Json
  /** Takes the step back. */
  readonly inverse: Edit
}

const unescaped = (part: string): string => part.replaceAll('~1', '/').replaceAll('~0', '~')
const escaped = (part: string): string => part.replaceAll('~', '~0').replaceAll('/', '~1')
export const partsOf = (at: string): string[] => (at === '' ? [] : at.slice(1).split('/').map(unescaped))
export const pointer = (parts: readonly (string | number)[]): string => parts.map((part) => `/${escaped(String(part))}`).join('')
/** `/blocks/3` → the list `/blocks` and the index 3. */
export function placeOf(at: string): { readonly list: string; readonly index: number } {
  const cut = at.lastIndexOf('/')
  return { list: at.slice(0, cut), index: Number(at.slice(cut + 1)) }
}

type Holder = Readonly<Record<string, Json>>
const isHolder = (value: Json | undefined): value is Holder => typeof value === 'object' && value !== null && !Array.isArray(value)

/** What stands at a place; undefined for nothing. */
export function valueAt(doc: Json, at: string): Json | undefined {
  let value: Json | undefined = doc
  for (const part of partsOf(at)) {
    if (Array.isArray(value)) value = (value as readonly Json[])[Number(part)]
    else value = isHolder(value) && Object.hasOwn(value, part) ? value[part] : undefined
  }
  return value
}

/** The document after a step, and the step back. A place that is not there is a bug of the screen. */
export function edited(doc: Json, edit: Edit): Edited {
  switch (edit.kind) {
    case 'set': {
      const before = valueAt(doc, edit.at)
      return { doc: changed(doc, partsOf(edit.at), () => edit.value)!, inverse: { kind: 'set', at: edit.at, value: before } }
    }
    case 'insert': {
      const { list, index } = placeOf(edit.at)
      const into = (items: readonly Json[]) => [...items.slice(0, index), edit.value, ...items.slice(index)]
      return { doc: inList(doc, list, into), inverse: { kind: 'remove', at: edit.at } }
    }
    case 'remove': {
      const { list, index } = placeOf(edit.at)
      const value = valueAt(doc, edit.at)
      if (value === undefined) throw new Error(`There is nothing at ${edit.at}`)
      const without = (items: readonly Json[]) => items.filter((_item, i) => i !== index)
      return { doc: inList(doc, list, without), inverse: { kind: 'insert', at: edit.at, value } }
    }
    case 'move': {
      const taken = edited(doc, { kind: 'remove', at: edit.from })
      const value = valueAt(doc, edit.from)!
      return {
        doc: edited(taken.doc, { kind: 'insert', at: edit.to, value }).doc,
        inverse: { kind: 'move', from: edit.to, to: edit.from },
      }
    }
  }
}

/** Several steps in order; `inverse` takes all of them back. */
export function editedAll(doc: Json, edits: readonly Edit[]): { readonly doc: Json; readonly inverse: readonly Edit[] } {
  const inverse: Edit[] = []
  let now = doc
  for (const edit of edits) {
    const step = edited(now, edit)
    now = step.doc
    inverse.unshift(step.inverse)
  }
  return { doc: now, inverse }
}

const inList = (doc: Json, at: string, change: (items: readonly Json[]) => readonly Json[]): Json =>
  changed(doc, partsOf(at), (list) => {
    if (!Array.isArray(list)) throw new Error(`There is no list at ${at}`)
    return change(list as readonly Json[]) as Json
  })!

/** A copy with one place changed; what is not touched stays the same object. */
function changed(
  value: Json | undefined,
  path: readonly string[],
  change: (value: Json | undefined) => Json | undefined,
): Json | undefined {
  const [part, ...rest] = path
  if (part === undefined) return change(value)
  if (Array.isArray(value)) {
    const items = value as readonly Json[]
    return items.map((item, i) => (i === Number(part) ? changed(item, rest, change)! : item)) as Json
  }
  const holder = isHolder(value) ? value : {}
  const next = changed(Object.hasOwn(holder, part) ? holder[part] : undefined, rest, change)
  const { [part]: _before, ...others } = holder
  if (next === undefined) return others
  // A name keeps its place among the others.
  return Object.hasOwn(holder, part) ? { ...holder, [part]: next } : { ...others, [part]: next }
}

/** What has been done and can be taken back, newest last. */
export interface History {
  readonly done: readonly Done[]
  readonly undone: readonly Done[]
}
interface Done {
  readonly edits: readonly Edit[]
  readonly inverse: readonly Edit[]
  /** Steps at the same place that follow each other closely are one: `type:/blocks/0/text`. */
  readonly as: string | undefined
  /** Epoch ms. */
  readonly at: number
}
export const NO_HISTORY: History = { done: [], undone: [] }
/** Typing pauses of so many ms begin a new step. */
const PAUSE = 1_200
const KEPT = 300

export function withStep(history: History, step: Done): History {
  const last = history.done.at(-1)
  const joins = last !== undefined && step.as !== undefined && last.as === step.as && step.at - last.at < PAUSE
  const done = joins
    ? [...history.done.slice(0, -1), { ...step, edits: [...last.edits, ...step.edits], inverse: [...step.inverse, ...last.inverse] }]
    : [...history.done, step]
  return { done: done.slice(-KEPT), undone: [] }
}
