import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import type { Json } from '#lib/json.ts'
import { droppedAt, duplicated, freshBlock, movedBy, order, PALETTE, placesFor } from './block-edit.ts'
import { type Block, Blocks, misplaced } from './blocks.ts'
import { type Edit, edited, editedAll, NO_HISTORY, pointer, valueAt, withStep } from './edit.ts'

const WORDS = { heading: 'Heading', text: 'Text', button: 'Button' }
const leaf = fc
  .constantFrom(...PALETTE.filter((kind) => !['columns', 'conditional', 'slot'].includes(kind)))
  .map((kind) => freshBlock(kind, WORDS))

const { blocks: anyBlocks } = fc.letrec<{ blocks: Block[]; block: Block }>((tie) => ({
  blocks: fc.array(tie('block'), { maxLength: 4 }),
  block: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.tuple(tie('blocks'), tie('blocks')).map(([a, b]) => ({ kind: 'columns', columns: [{ blocks: a }, { blocks: b }] }) as Block),
    fc
      .tuple(tie('blocks'), fc.option(tie('blocks'), { nil: undefined }))
      .map(([blocks, otherwise]) => ({ kind: 'conditional', when: 'profile.a', blocks, ...(otherwise && { otherwise }) }) as Block),
    tie('blocks').map((blocks) => ({ kind: 'slot', id: 'hero', variants: { a: blocks } }) as Block),
  ),
}))
const documents = anyBlocks.map((blocks) => ({ kind: 'template', subject: 'S', blocks }) as unknown as Json)
const blocksOf = (doc: Json): Block[] => valueAt(doc, '/blocks') as unknown as Block[]

suite('edits of a document', () => {
  test('whatever step is taken, its inverse takes it back, and steps in a row are taken back together', () => {
    fc.assert(
      fc.property(documents, fc.array(fc.nat(), { minLength: 1, maxLength: 6 }), (doc, dice) => {
        const edits: Edit[] = []
        let now = doc
        for (const die of dice) {
          const edit = stepBy(die, now)
          edits.push(edit)
          const { doc: next, inverse } = edited(now, edit)
          assert.deepEqual(edited(next, inverse).doc, now)
          now = next
        }
        const all = editedAll(doc, edits)
        assert.deepEqual(all.doc, now)
        assert.deepEqual(editedAll(all.doc, all.inverse).doc, doc)
      }),
    )
  })

  test('what a step does not touch stays the very same object', () => {
    const doc = { blocks: [freshBlock('text', WORDS), freshBlock('columns', WORDS)] } as unknown as Json
    const { doc: next } = edited(doc, { kind: 'set', at: '/blocks/0/text', value: 'Other' })
    assert.equal(valueAt(next, '/blocks/1'), valueAt(doc, '/blocks/1'))
    assert.equal(valueAt(next, '/blocks/0/text'), 'Other')
  })

  test('names with / and ~ are names', () => {
    const at = pointer(['locales', 'a/b~c'])
    const { doc, inverse } = edited({}, { kind: 'set', at, value: 1 })
    assert.deepEqual(doc, { locales: { 'a/b~c': 1 } })
    assert.deepEqual(edited(doc, inverse).doc, { locales: {} })
  })

  test('typing in one field is one step until the writer pauses', () => {
    const step = (at: number, value: string) => ({
      edits: [{ kind: 'set', at: '/subject', value } as Edit],
      inverse: [{ kind: 'set', at: '/subject', value: 'before' } as Edit],
      as: 'type:/subject',
      at,
    })
    const once = withStep(withStep(NO_HISTORY, step(0, 'a')), step(500, 'ab'))
    assert.equal(once.done.length, 1)
    assert.equal(withStep(once, step(3_000, 'abc')).done.length, 2)
  })
})

function stepBy(die: number, doc: Json): Edit {
  const places = order(blocksOf(doc), '/blocks')
  const at = places[die % Math.max(1, places.length)]
  if (at === undefined || die % 4 === 0)
    return { kind: 'insert', at: '/blocks/0', value: freshBlock(PALETTE[die % PALETTE.length]!, WORDS) as unknown as Json }
  if (die % 4 === 1) return { kind: 'remove', at }
  if (die % 4 === 2) return duplicated(doc, at)
  return movedBy(doc, { root: '/blocks', at, by: die % 8 === 3 ? 1 : -1 }) ?? { kind: 'set', at: '/subject', value: String(die) }
}

suite('blocks that are moved', () => {
  const sane = documents.filter((doc) => misplaced(blocksOf(doc), '/blocks').length === 0)
  test('going down and up again is where one was, nothing is lost, and columns never come into columns', () => {
    fc.assert(
      fc.property(sane, fc.nat(), (doc, die) => {
        const places = order(blocksOf(doc), '/blocks')
        fc.pre(places.length > 0)
        const at = places[die % places.length]!
        const down = movedBy(doc, { root: '/blocks', at, by: 1 })
        fc.pre(down !== undefined)
        const next = edited(doc, down!).doc
        assert.equal(order(blocksOf(next), '/blocks').length, places.length)
        assert.ok(misplaced(blocksOf(next), '/blocks').every(({ title }) => !title.includes('columns')))
        assert.deepEqual(movedBy(next, { root: '/blocks', at: down!.to, by: -1 }), { kind: 'move', from: down!.to, to: at })
      }),
    )
  })

  test('a drop puts the block before the one that it was dropped on', () => {
    fc.assert(
      fc.property(sane, fc.nat(), fc.nat(), (doc, a, b) => {
        const places = order(blocksOf(doc), '/blocks')
        fc.pre(places.length > 1)
        const from = places[a % places.length]!
        const before = places[b % places.length]!
        // The holder of what is moved changes with it.
        fc.pre(!from.startsWith(`${before}/`))
        const move = droppedAt(doc, { root: '/blocks', from, before })
        fc.pre(move !== undefined)
        const target = valueAt(doc, before)
        const next = edited(doc, move!).doc
        const cut = move!.to.lastIndexOf('/')
        assert.equal(valueAt(next, move!.to), valueAt(doc, from))
        assert.equal(valueAt(next, `${move!.to.slice(0, cut)}/${Number(move!.to.slice(cut + 1)) + 1}`), target)
      }),
    )
  })

  test('a new block of each kind is one that the server takes', () => {
    for (const kind of PALETTE) assert.equal(Blocks.safeParse([freshBlock(kind, WORDS)]).success, true, kind)
    assert.deepEqual([...placesFor(freshBlock('columns', WORDS), { blocks: [freshBlock('columns', WORDS)], at: '' })], ['/0', '/1'])
  })
})
