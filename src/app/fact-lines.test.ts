import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { linesByTable } from './fact-lines.ts'

test('a fact becomes a row with its place, whatever its texts hold', () => {
  const text = fc.oneof(fc.string(), fc.constantFrom('","r":{', '\u2028\u2029\r\n', '}', '{"t":"events"', '\\'))
  const row = fc.dictionary(
    fc.stringMatching(/^[a-z_]{1,8}$/),
    fc.oneof(text, fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true })),
    { minKeys: 1 },
  )
  const fact = fc.record({ t: fc.constantFrom('events', 'transitions'), p: fc.nat(15), s: fc.nat(), i: fc.nat(), r: row })
  fc.assert(
    fc.property(fc.array(fc.array(fact, { minLength: 1 })), (blocks) => {
      const texts = blocks.map((facts) => facts.map((one) => JSON.stringify(one)).join('\n'))
      const found = [...linesByTable(texts)].map(([table, lines]) => [table, lines.map((line) => JSON.parse(line))])
      const wanted = Map.groupBy(blocks.flat(), (one) => one.t)
      const rows = [...wanted].map(([table, facts]) => [table, facts.map(({ p, s, i, r }) => ({ partition: p, seq: s, ix: i, ...r }))])
      assert.deepEqual(found, JSON.parse(JSON.stringify(rows)))
    }),
  )
})

test('a line of another shape is a bug, not a fact', () => {
  assert.throws(() => linesByTable(['{"t":"events"}']), /not a fact/)
})
