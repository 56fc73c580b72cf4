import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { simpleParser } from 'mailparser'
import { mimeMessage } from './mime.ts'

test('a reader finds the words and every file of a message, byte by byte', async () => {
  const file = fc.record({ name: fc.constantFrom('week.pdf', 'umsatz größe.csv'), bytes: fc.uint8Array({ maxLength: 400 }) })
  await fc.assert(
    fc.asyncProperty(fc.array(file, { minLength: 1, maxLength: 3 }), fc.string(), async (files, words) => {
      const message = mimeMessage({
        headers: [['Subject', 'Your week']],
        text: words,
        html: '<p>Hi</p>',
        boundary: '=_b1',
        attachments: files.map(({ name, bytes }) => ({ name, type: 'application/octet-stream', bytes })),
      })
      const read = await simpleParser(message)
      assert.equal(read.subject, 'Your week')
      assert.match(String(read.html), /<p>Hi<\/p>/)
      assert.deepEqual(
        read.attachments.map(({ filename, content }) => [filename, [...content]]),
        files.map(({ name, bytes }) => [name.replaceAll(/[^\w.-]/g, '_'), [...bytes]]),
      )
    }),
    { numRuns: 50 },
  )
})
