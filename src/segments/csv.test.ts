import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { CsvReader, personOf, rolesOf } from './csv.ts'

const read = (pieces: readonly string[]): string[][] => {
  const reader = new CsvReader()
  return [...pieces.flatMap((piece) => reader.push(piece)), ...reader.end()]
}
const quoted = (field: string): string => `"${field.replaceAll('"', '""')}"`

test('whatever stands in the fields, and wherever the file is cut, the rows come back', () => {
  const field = fc.stringMatching(/^[a-z ,;"\r\n\té]{0,6}$/)
  const rows = fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(rows, fc.constantFrom('\n', '\r\n'), fc.array(fc.nat(60), { maxLength: 5 }), (table, line, cuts) => {
      const text = ['head,er', ...table.map((row) => row.map(quoted).join(','))].join(line)
      const places = [0, ...cuts.map((cut) => Math.min(cut + 8, text.length)), text.length].sort((a, b) => a - b)
      const pieces = places.slice(1).map((place, i) => text.slice(places[i], place))
      assert.deepEqual(read(pieces), [['head', 'er'], ...table])
    }),
  )
})

test('semicolons and tabs part fields too, a byte order mark is none, and empty lines are no rows', () => {
  assert.deepEqual(read(['\uFEFFa;b\r\n\r\n1;2,5\n']), [
    ['a', 'b'],
    ['1', '2,5'],
  ])
  assert.deepEqual(read(['a\tb\n1\t"x\ty"']), [
    ['a', 'b'],
    ['1', 'x\ty'],
  ])
})

test('columns are understood by their names, unless one says otherwise', () => {
  const roles = rolesOf(['E-Mail', 'Points', 'Ref', 'Note', 'VIP'], {
    Points: 'number:points',
    Ref: 'id:crm',
    Note: 'skip',
    VIP: 'boolean:vip',
  })
  assert.deepEqual(personOf(['Ada@X.org ', '7.5', 'r1', 'x', 'Yes'], roles), {
    ids: [
      { kind: 'email', value: 'ada@x.org' },
      { kind: 'crm', value: 'r1' },
    ],
    attributes: { points: 7.5, vip: true },
  })
  assert.deepEqual(personOf(['', '', '', '', ''], roles), 'The row names nobody: every identifier is empty')
  assert.match(String(personOf(['ada', '', '', '', ''], roles)), /not an e-mail address/)
  assert.match(String(personOf(['a@b.c', 'x', '', '', ''], roles)), /not a number/)
  assert.match(String(personOf(['a@b.c'], roles)), /1 fields, the header has 5/)
})
