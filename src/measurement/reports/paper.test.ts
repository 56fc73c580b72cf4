import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { partsOf } from './paper.ts'

const room = { width: 500, padding: 8, measure: (text: string) => text.length * 5 }
const column = (head: string, ...cells: string[]) => ({ head, cells })

test('a table that fits stands in one part, over the whole width', () => {
  const [part, ...others] = partsOf([column('Channel', 'E-mail'), column('Sent', '2,197'), column('Clicked', '231')], room)
  assert.deepEqual([part!.columns, others], [[0, 1, 2], []])
  assert.ok(Math.abs(part!.widths.reduce((sum, width) => sum + width, 0) - 500) < 1e-6)
})

test('one that is too wide goes on below, and each part says what its rows are about', () => {
  const wide = [column('Kanal', 'E-Mail'), ...Array.from({ length: 12 }, () => column('Zurückgeschickt', '12'))]
  const parts = partsOf(wide, room)
  assert.ok(parts.length > 1)
  assert.ok(parts.every(({ columns }) => columns[0] === 0))
  assert.deepEqual(
    [0, ...parts.flatMap(({ columns }) => columns.slice(1))],
    wide.map((_, i) => i),
  )
})

test('no word is broken, and no part is wider than the paper', () => {
  const words = fc.array(fc.stringMatching(/^[a-z]{1,20}$/), { maxLength: 8 }).map((all) => all.join(' '))
  fc.assert(
    fc.property(
      fc.array(fc.record({ head: words, cells: fc.array(words, { maxLength: 4 }) }), { minLength: 1, maxLength: 20 }),
      (table) => {
        for (const { columns, widths } of partsOf(table, room)) {
          assert.ok(widths.reduce((sum, width) => sum + width, 0) <= 500 + 1e-6)
          columns.forEach((at, i) => {
            const longest = Math.max(
              ...[table[at]!.head, ...table[at]!.cells].flatMap((text) => text.split(' ').map(({ length }) => length * 5)),
            )
            assert.ok(widths[i]! >= longest + 8)
          })
        }
      },
    ),
  )
})
