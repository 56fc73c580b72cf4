import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ACTIONS } from '#app/actions.ts'
import { documentOf } from '#platform/http/openapi.ts'
import { openApiText } from './write-openapi.ts'

interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly parameters?: readonly { readonly in: string; readonly name: string }[]
  readonly requestBody?: object
  readonly responses: Readonly<Record<string, object>>
}
const options = { version: '1.2.3', url: 'http://cadenza.test' }

/** Every object of a document with the path to it. */
function* objects(value: unknown, path = '#'): Generator<[string, Record<string, unknown>]> {
  if (value === null || typeof value !== 'object') return
  if (!Array.isArray(value)) yield [path, value as Record<string, unknown>]
  for (const [name, inner] of Object.entries(value)) yield* objects(inner, `${path}/${name}`)
}

function resolve(document: object, ref: string): unknown {
  let here: unknown = document
  for (const part of ref.slice(2).split('/'))
    here = (here as Record<string, unknown> | undefined)?.[part.replaceAll('~1', '/').replaceAll('~0', '~')]
  return here
}

test('the document of all declared actions is sound: references lead somewhere, path names are declared, ids are unique', async () => {
  assert.ok(ACTIONS.length >= 25, `${ACTIONS.length} actions`)
  const document = documentOf(ACTIONS, options)
  for (const [path, object] of objects(document)) {
    if (typeof object.$ref !== 'string') continue
    assert.match(object.$ref, /^#\/components\//, path)
    assert.ok(resolve(document, object.$ref), `${path} refers to ${object.$ref}`)
  }
  const ids = new Set<string>()
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(methods) as unknown as [string, Operation][]) {
      assert.match(method, /^(get|post|put|delete)$/)
      assert.ok(!ids.has(operation.operationId), operation.operationId)
      ids.add(operation.operationId)
      const parameters = operation.parameters ?? []
      const inPath = parameters.filter((each) => each.in === 'path').map((each) => each.name)
      assert.deepEqual(inPath.sort(), [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort(), path)
      const names = parameters.map((each) => `${each.in} ${each.name}`)
      assert.equal(new Set(names).size, names.length, path)
      if (method === 'get' || method === 'delete') assert.equal(operation.requestBody, undefined, path)
      assert.ok((operation.responses[200] ?? operation.responses[202]) && operation.responses.default, path)
      assert.ok(operation.summary.length > 10, `${operation.operationId} says what it does`)
    }
  }
  assert.deepEqual([...ids].sort(), ACTIONS.map((each) => each.name).sort())
})

test('equal actions give equal bytes', async () => {
  assert.equal(await openApiText(), await openApiText())
  assert.deepEqual(documentOf([...ACTIONS].reverse(), options), documentOf(ACTIONS, options))
})
