import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { csvCell, csvLine } from './csv.ts'

test('no cell of a spreadsheet is a formula, and every cell reads back', () => {
  fc.assert(
    fc.property(fc.string(), fc.constantFrom('', '=', '+', '-', '@', '\t', '\r', '\n'), (text, start) => {
      const cell = csvCell(start + text)
      const read = cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell
      assert.doesNotMatch(read, /^[=+\-@\t\r\n]/)
      assert.ok(read === start + text || read === `'${start}${text}`)
    }),
  )
  assert.equal(csvCell('=HYPERLINK("http://evil.example")'), `"'=HYPERLINK(""http://evil.example"")"`)
})

test('a number keeps its sign, and what is not there is an empty cell', () => {
  assert.equal(csvLine([-2, 0.5, '-2', true, null, undefined, 'say "hi", you']), `-2,0.5,'-2,true,,,"say ""hi"", you"\r\n`)
})
