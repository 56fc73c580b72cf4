import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { textDiff } from './text-diff.ts'

test('equal texts have no diff', () => {
  assert.equal(textDiff('a\nb\n', 'a\nb\n'), '')
})

test('a change is shown with three lines around it', () => {
  const before = ['1', '2', '3', '4', '5', '6', '7', '8', '9'].join('\n')
  const after = before.replace('5', 'five')
  assert.equal(textDiff(before, after), '@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n')
})

test('changes far apart are hunks of their own', () => {
  const lines = Array.from({ length: 30 }, (_, i) => String(i + 1))
  const after = lines.toSpliced(0, 1, 'first').toSpliced(29, 1, 'last')
  const hunks = textDiff(lines.join('\n'), after.join('\n')).match(/^@@.*@@$/gm)
  assert.deepEqual(hunks, ['@@ -1,4 +1,4 @@', '@@ -27,4 +27,4 @@'])
})

test('a new text is all plus, a removed one all minus', () => {
  assert.equal(textDiff('', 'a\nb\n'), '@@ -0,0 +1,2 @@\n+a\n+b\n')
  assert.equal(textDiff('a\nb\n', ''), '@@ -1,2 +0,0 @@\n-a\n-b\n')
})

/** Applies a unified diff as `patch` does: by the numbers of its hunks. */
function patched(before: readonly string[], diff: string): string[] {
  const result: string[] = []
  let at = 0
  for (const hunk of diff.split(/^(?=@@ )/m).filter(Boolean)) {
    const [header, ...lines] = hunk.split('\n').slice(0, -1)
    const [, start, count] = /^@@ -(\d+),(\d+) /.exec(header!)!.map(Number) as [number, number, number]
    const from = count === 0 ? start : start - 1
    result.push(...before.slice(at, from))
    at = from
    for (const line of lines) {
      if (line[0] !== '+') assert.equal(before[at++], line.slice(1), 'context and removed lines are those of the old text')
      if (line[0] !== '-') result.push(line.slice(1))
    }
  }
  return [...result, ...before.slice(at)]
}

test('patching the old text with the diff gives the new text', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 40 })
  fc.assert(
    fc.property(text, text, (before, after) => {
      assert.deepEqual(patched(before, textDiff(before.join('\n'), after.join('\n'))), after)
    }),
    { numRuns: 500 },
  )
})

test('texts of thousands of lines that differ wholly do not hang', () => {
  const lines = (prefix: string) => Array.from({ length: 5_000 }, (_, i) => `${prefix}${i}`).join('\n')
  assert.equal(textDiff(lines('a'), lines('b')).split('\n').length, 10_002)
})
