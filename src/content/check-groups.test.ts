import assert from 'node:assert/strict'
import { test } from 'node:test'
import { grouped, groupOf, placeIn } from './check-groups.ts'
import { linesMarked, wrapped } from './rich-mark.ts'
import { richHtml } from './rich-text.ts'

test('a finding belongs to one group, and a group without one has passed', () => {
  assert.equal(groupOf({ code: 'template.unsubscribe.missing' }), 'wayOut')
  assert.equal(groupOf({ code: 'text.unsubscribe' }), 'wayOut')
  assert.equal(groupOf({ code: 'text.empty' }), 'text')
  assert.equal(groupOf({ code: 'variable.gap' }), 'people')
  assert.equal(groupOf({ code: 'template.liquid' }), 'liquid')
  const { passed, all } = grouped([{ severity: 'warning', code: 'subject.long', title: '' }], 'email')
  assert.equal(all - passed, 1)
  assert.ok(grouped([], 'sms').all < all)
})

test('the place of a finding names the innermost block and the line', () => {
  assert.deepEqual(placeIn('/blocks/3/columns/1/blocks/0/text:1:4'), {
    block: '/blocks/3/columns/1/blocks/0',
    field: '/blocks/3/columns/1/blocks/0/text',
    line: 1,
  })
  assert.equal(placeIn('/blocks/1/otherwise/2/text').block, '/blocks/1/otherwise/2')
  assert.equal(placeIn('/blocks/1/variants/a/0').block, '/blocks/1/variants/a/0')
  assert.deepEqual(placeIn('/subject'), { block: undefined, field: '/subject', line: undefined })
  assert.equal(placeIn('/mjml:12').line, 12)
})

test('a mark is put around what is chosen, and taken off by the same key', () => {
  const bold = wrapped({ text: 'a word here', start: 2, end: 6 }, { before: '**', after: '**' })
  assert.deepEqual(bold, { text: 'a **word** here', start: 4, end: 8 })
  assert.deepEqual(wrapped(bold, { before: '**', after: '**' }), { text: 'a word here', start: 2, end: 6 })
})

test('lines become a list that is one, wherever they stand, and lines again', () => {
  const style = { link: (_href: string, label: string) => label, block: '' }
  const listed = linesMarked({ text: 'Before\none\ntwo\nafter', start: 8, end: 13 }, 'ul')
  assert.equal(richHtml(listed.text, style), '<p>Before</p>\n<ul><li>one</li><li>two</li></ul>\n<p>after</p>')
  const numbered = linesMarked(listed, 'ol')
  assert.match(richHtml(numbered.text, style), /<ol><li>one<\/li><li>two<\/li><\/ol>/)
  assert.doesNotMatch(richHtml(linesMarked(numbered, 'ol').text, style), /<ol>/)
})
