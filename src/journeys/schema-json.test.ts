import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { jsonSchema } from './schema-json.ts'

test('the published JSON Schema is the one of the code', () => {
  const file = new URL('../../docs/schema/journey.json', import.meta.url)
  assert.deepEqual(JSON.parse(String(readFileSync(file))), jsonSchema(), 'run: npm run schema')
})

test('it describes steps inside steps, and asks only for what has no default', () => {
  const schema = jsonSchema() as { required: string[]; $defs: Record<string, unknown> }
  assert.deepEqual(schema.required.toSorted(), ['entry', 'goal', 'id', 'kind', 'steps'])
  assert.ok(schema.$defs['Step'])
  assert.match(JSON.stringify(schema.$defs), /"\$ref":"#\/\$defs\//)
})
