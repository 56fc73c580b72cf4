import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { z } from 'zod'
import { action } from '#lib/action.ts'
import { logger } from '../log-lines.ts'
import { createMetrics } from '../metrics.ts'
import { bind, registerActions } from './actions.ts'
import { documentOf } from './openapi.ts'
import { NOBODY } from './principal.ts'
import { createServer, listen, stop } from './server.ts'

type Json = { [name: string]: Json } & Json[] & string
const options = { version: '1.2.3', url: 'http://cadenza.test' }

interface Tree {
  readonly name: string
  readonly children: readonly Tree[]
}
const Tree: z.ZodType<Tree> = z.lazy(() => z.object({ name: z.string(), children: z.array(Tree) }))
const Plant = action({
  name: 'trees.plant',
  does: 'Plants a tree in a garden.',
  may: 'documents:write',
  route: 'POST /api/gardens/:garden/trees',
  input: z.object({ garden: z.string(), tree: Tree, depth: z.int().default(3) }),
  output: Tree,
})
const Find = action({
  name: 'trees.find',
  does: 'Finds trees by name.',
  may: 'public',
  route: 'GET /api/gardens/:garden/trees',
  input: z.object({ garden: z.string(), q: z.string(), limit: z.coerce.number().default(10) }),
  output: z.object({ trees: z.array(Tree) }),
})

test('path, query and body are told apart; defaults may be left out; recursive schemas become components', () => {
  const { paths, components } = documentOf([Plant, Find], options) as unknown as Record<string, Json>
  const { get, post } = paths!['/api/gardens/{garden}/trees']! as unknown as Record<string, Json>
  assert.deepEqual(
    get!.parameters!.map(({ name, in: place, required }: Json) => [name, place, required]),
    [
      ['garden', 'path', true],
      ['q', 'query', true],
      ['limit', 'query', false],
    ],
  )
  assert.deepEqual([get!.security, post!.security], [[], [{ secretKey: [] }, { session: [] }]])
  const body = post!.requestBody!.content!['application/json']!.schema!
  assert.deepEqual([Object.keys(body.properties!), body.required], [['tree', 'depth'], ['tree']])
  const tree = body.properties!.tree as unknown as { $ref: string }
  const name = tree.$ref.replace('#/components/schemas/', '')
  const children = components!.schemas![name]!.properties!.children!
  assert.deepEqual(children.items, { $ref: tree.$ref })
})

let url = ''
const server = createServer({ log: logger({ level: 'silent' }), metrics: createMetrics({ processMetrics: false }), checks: {} })
before(async () => {
  await registerActions(server, {
    actions: [Plant, Find],
    bindings: [bind(Plant, async ({ tree }) => tree), bind(Find, async () => ({ trees: [] }))],
    authenticate: async () => NOBODY,
    checkOrigin: () => undefined,
    audit: { begin: async () => ({ done: async () => {}, nothing: async () => {} }), within: async () => {}, write: async () => {} },
    idempotency: { begin: async () => 'new', finish: async () => {} },
    ...options,
  })
  url = await listen(server, { host: '127.0.0.1', port: 0 })
})
after(() => stop(server, 50))

test('the reference page and all that it loads come from this server, under a policy that allows nothing else', async () => {
  const page = await fetch(`${url}/api/docs`)
  const html = await page.text()
  assert.match(page.headers.get('content-type')!, /^text\/html/)
  const policy = page.headers.get('content-security-policy')!
  assert.match(policy, /default-src 'none'/)
  assert.match(policy, /script-src 'self';/)
  const loaded = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1]!)
  assert.ok(loaded.length >= 3)
  for (const path of loaded) {
    assert.ok(path.startsWith('/api/docs/'), path)
    const asset = await fetch(url + path)
    assert.equal(asset.status, 200, path)
    assert.ok((await asset.arrayBuffer()).byteLength > 100, path)
  }
  assert.ok(!/<script>|<style|style=| on\w+=/.test(html), 'nothing inline')
  const document = (await (await fetch(`${url}/api/openapi.json`)).json()) as { openapi: string }
  assert.equal(document.openapi, '3.1.0')
})

test('no other file of the package can be reached', async () => {
  for (const name of ['package.json', '..%2fpackage.json', '../../package.json', 'swagger-ui.js.map', 'index.html', '']) {
    assert.equal((await fetch(`${url}/api/docs/${name}`, { redirect: 'manual' })).status, 404, name)
  }
})
