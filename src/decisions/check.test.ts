import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkModel } from './check.ts'
import { PRESETS } from './presets/presets.ts'
import { Model } from './schema.ts'

const found = (body: object) => checkModel(Model.parse({ kind: 'model', id: 'x', ...body })).map(({ code, at }) => [code, at])

test('a model whose shares leave nobody, or whose condition cannot be read, is refused before it is published', () => {
  assert.deepEqual(found({ type: 'send-time', explore: '60%', control: '40%' }), [['model.shares', '/explore']])
  assert.deepEqual(found({ type: 'send-time', explore: '60%', control: '39%' }), [])
  const outcome = { kind: 'converted', event: 'Order Completed' }
  assert.deepEqual(
    found({ type: 'propensity', outcome: { ...outcome, where: 'event.properties.total >' } }).map(([, at]) => at),
    ['/outcome/where'],
  )
  assert.deepEqual(found({ type: 'propensity', outcome: { ...outcome, where: 'event.properties.total > 20' } }), [])
  for (const { documents } of Object.values(PRESETS)) for (const body of documents) assert.deepEqual(checkModel(Model.parse(body)), [])
})
