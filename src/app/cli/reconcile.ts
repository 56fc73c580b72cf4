import { type Document, isMap, isScalar, isSeq, type Node, type Scalar, type YAMLMap, type YAMLSeq } from 'yaml'
import { canonical, type Json, type JsonObject } from '#lib/json.ts'

/** Makes a YAML document say `body`, changing only the places that say something else, so that comments and layout stay. */
export function reconcile(document: Document, body: JsonObject): void {
  document.contents = merged(document.contents as Node | null, body, document) as typeof document.contents
}

function merged(node: Node | null, value: Json, document: Document): Node {
  if (node && canonical(node.toJS(document) as Json) === canonical(value)) return node
  if (isMap(node) && typeof value === 'object' && value !== null && !Array.isArray(value))
    return mergedMap(node, value as JsonObject, document)
  if (isSeq(node) && Array.isArray(value)) return mergedList(node, value, document)
  if (isScalar(node) && (value === null || typeof value !== 'object')) return mergedScalar(node, value)
  const fresh = document.createNode(value) as Node
  fresh.commentBefore = node?.commentBefore
  return fresh
}

function mergedMap(map: YAMLMap, value: JsonObject, document: Document): YAMLMap {
  for (const { key } of [...map.items]) {
    const name = String(isScalar(key) ? key.value : key)
    if (!Object.hasOwn(value, name)) map.delete(key)
  }
  for (const [name, inner] of Object.entries(value)) {
    const before = map.get(name, true) as Node | undefined
    map.set(name, merged(before ?? null, inner, document))
  }
  return map
}

/** Items with an id are the same item wherever they stand; the others are told by their place. */
function mergedList(list: YAMLSeq, value: readonly Json[], document: Document): YAMLSeq {
  const before = list.items as Node[]
  const idOf = (item: Node | undefined): unknown => (isMap(item) ? item.get('id') : undefined)
  list.items = value.map((inner, i) => {
    const id = typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? (inner as JsonObject)['id'] : undefined
    const same = id === undefined ? before[i] : before.find((item) => idOf(item) === id)
    return merged(same ?? null, inner, document)
  })
  return list
}

/** A comment beside the value stays; a text that had a style of writing keeps it where it can. */
function mergedScalar(scalar: Scalar, value: string | number | boolean | null): Scalar {
  if (typeof scalar.value !== typeof value) scalar.type = undefined
  scalar.source = undefined
  scalar.value = value
  return scalar
}
