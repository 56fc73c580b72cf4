import type { Json } from '#lib/json.ts'
import type { JourneyBody } from './body.ts'

/** Where in the journey something is: in which step (`@entry`: beside them), and in which field of it. */
export interface Pointed {
  readonly step: string
  /** Names and numbers from the step on, such as `branches/0/when`; '' for the whole step. */
  readonly field: string
}

/** Names in a JSON pointer (RFC 6901). */
export const partsOf = (pointer: string): readonly string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))

/** Reads a JSON pointer into a journey, as problems tell it. */
export function pointedAt(body: JourneyBody, pointer: string): Pointed {
  const names = partsOf(pointer)
  let found: Pointed = { step: '@entry', field: names.join('/') }
  let value: Json | undefined = body as Json
  for (const [i, name] of names.entries()) {
    if (value === null || typeof value !== 'object') break
    value = Array.isArray(value) ? value[Number(name)] : (value as { readonly [name: string]: Json })[name]
    const step = value as { readonly kind?: unknown; readonly id?: unknown } | null | undefined
    if (step && typeof step === 'object' && typeof step.kind === 'string' && typeof step.id === 'string')
      found = { step: step.id, field: names.slice(i + 1).join('/') }
  }
  return found
}

/** Pointer of a step: where problems of its fields begin. */
export function pointerOf(body: JourneyBody, id: string): string {
  const search = (value: Json, at: string): string | undefined => {
    if (value === null || typeof value !== 'object') return undefined
    if (Array.isArray(value)) {
      for (const [i, each] of value.entries()) {
        const found = search(each, `${at}/${i}`)
        if (found !== undefined) return found
      }
      return undefined
    }
    const object = value as { readonly [name: string]: Json }
    if (at !== '' && object['id'] === id && typeof object['kind'] === 'string') return at
    for (const [name, inner] of Object.entries(object)) {
      const found = Array.isArray(inner) ? search(inner, `${at}/${name}`) : undefined
      if (found !== undefined) return found
    }
    return undefined
  }
  return search(body as Json, '') ?? ''
}

/** What stands there; undefined: nothing. */
export function valueAt(body: JourneyBody, pointer: string): Json | undefined {
  let value: Json | undefined = body as Json
  for (const name of partsOf(pointer)) {
    if (value === null || typeof value !== 'object') return undefined
    value = Array.isArray(value) ? value[Number(name)] : (value as { readonly [name: string]: Json })[name]
  }
  return value
}

/** The journey with something else in that place, or with nothing; what does not lead to it stays the same object. */
export function withValue(body: JourneyBody, pointer: string, value: Json | undefined): JourneyBody | undefined {
  const put = (here: Json | undefined, [name, ...rest]: readonly string[]): Json | undefined => {
    if (name === undefined) return value
    if (Array.isArray(here)) {
      const index = Number(name)
      const next = put(here[index], rest)
      return next === undefined ? here.toSpliced(index, 1) : here.with(index, next)
    }
    const object = (here ?? {}) as { readonly [name: string]: Json }
    const next = put(object[name], rest)
    if (next !== undefined) return { ...object, [name]: next }
    const { [name]: _gone, ...left } = object
    return left
  }
  return put(body as Json, partsOf(pointer)) as JourneyBody | undefined
}
