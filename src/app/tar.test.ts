import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import fc from 'fast-check'
import { csv, POLICY, page } from './proof-pages.ts'
import { filesIn, type PackedFile, TAR_END, tarEntry } from './tar.ts'

const file = fc.record({
  name: fc.stringMatching(/^[a-z][a-z0-9_-]{0,30}(\/[a-z][a-z0-9._-]{0,30})?$/),
  content: fc.uint8Array({ maxLength: 2_000 }).map((bytes) => Buffer.from(bytes)),
})

async function read(tar: Buffer, piece: number): Promise<PackedFile[]> {
  const pieces = async function* () {
    for (let at = 0; at < tar.length; at += piece) yield tar.subarray(at, at + piece)
  }
  const files: PackedFile[] = []
  for await (const each of filesIn(pieces())) files.push(each)
  return files
}

test('files come out of a pack as they went in, however the pack is cut on its way', () =>
  fc.assert(
    fc.asyncProperty(fc.array(file, { maxLength: 5 }), fc.integer({ min: 1, max: 3_000 }), async (files, piece) => {
      const tar = Buffer.concat([...files.map((each) => tarEntry(each, 1_000)), TAR_END])
      assert.deepEqual(
        (await read(tar, piece)).map(({ name, content }) => [name, content.toString('hex')]),
        files.map(({ name, content }) => [name, content.toString('hex')]),
      )
    }),
    { numRuns: 40 },
  ))

test('the tar of the system reads it', () => {
  const tar = Buffer.concat([tarEntry({ name: 'a/b.txt', content: Buffer.from('hello') }, 1_700_000_000), TAR_END])
  assert.equal(execFileSync('tar', ['-xOf', '-', 'a/b.txt'], { input: tar }).toString(), 'hello')
})

test('no name leads out of the folder, and a pack that is cut short is told', async () => {
  for (const name of ['../x', '/etc/passwd', 'a/../b', 'a//b', './a', '', 'a b', 'x'.repeat(101)])
    assert.throws(() => tarEntry({ name, content: Buffer.alloc(0) }, 0), name)
  const evil = tarEntry({ name: 'aa/b', content: Buffer.from('x') }, 0)
  evil.write('../b', 0)
  await assert.rejects(read(Buffer.concat([evil, TAR_END]), 512), /something else/)
  await assert.rejects(read(tarEntry({ name: 'a', content: Buffer.alloc(600) }, 0), 512), /cut short/)
})

test('whatever data say, a page holds no tag of theirs and a table no formula', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (words) => {
      const hostile = `<script>alert(1)</script>"><img src=x onerror=y>${words}`
      const table = { columns: [hostile], rows: [[hostile]] }
      const made = page({
        title: hostile,
        intro: [hostile],
        sections: [{ title: hostile, says: hostile, table, files: [hostile] }],
        language: 'en',
        none: 'None.',
      })
      const own = made.replace(POLICY, '')
      assert.doesNotMatch(own, /<(script|img)/i)
      assert.equal(own.split('<td>').length, 2)
    }),
  )
  assert.match(
    csv({ columns: ['a'], rows: [['=1+1'], ['+4712'], ['@x'], ['-2'], ['say "hi", you'], [7]] }),
    /'=1\+1\r\n'\+4712\r\n'@x\r\n'-2\r\n"say ""hi"", you"\r\n7/,
  )
})
