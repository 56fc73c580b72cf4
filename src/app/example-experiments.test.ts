import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import type { Library } from '#platform/documents-plan.ts'
import { experimentsAmong } from './definitions.ts'
import { KINDS } from './kinds.ts'

const ROOT = join(import.meta.dirname, '../../examples/shop-experiments')
const documents = readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.yaml'))
  .map((path) => {
    const raw = parse(readFileSync(join(ROOT, path), 'utf8')) as { kind: string; id: string }
    return { ...raw, body: KINDS.get(raw.kind)!.schema.parse(raw) }
  })
const library: Library = {
  get: (kind, id) => documents.find((each) => each.kind === kind && each.id === id)?.body,
  ids: (kind) => documents.filter((each) => each.kind === kind).map(({ id }) => id),
}

for (const { kind, id, body } of documents)
  test(`the example ${kind} ${id} of hold-outs and experiments is sound`, async () => {
    const { check, examine } = KINDS.get(kind)!
    const found = [...(check?.(body, library) ?? []), ...((await examine?.(body)) ?? [])]
    assert.deepEqual(
      found.filter((problem) => (problem as { severity?: string }).severity !== 'warning'),
      [],
    )
  })

test('all of them are in force together, each indexed by who asks', () => {
  const made = experimentsAmong(documents.map(({ kind, body }) => ({ kind, body: body as never, version: 1 })))
  assert.deepEqual(
    made.all.map(({ experiment: { id } }) => id),
    ['lapsed-silence', 'winback-words', 'winback-worth'],
  )
  assert.deepEqual([made.holdouts.length, made.onJourney.size, made.onSegment.length, made.onTemplate.size], [1, 1, 1, 1])
  assert.deepEqual([...made.byLayer.keys()].sort(), ['lifecycle', 'of winback-words'])
})
