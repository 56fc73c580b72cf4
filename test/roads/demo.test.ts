import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'

const ROOT = join(import.meta.dirname, '../..')

/** What the demo prints: the part that is held here. */
interface Result {
  readonly eventsAccepted: number
  readonly messagesSent: number
  readonly mailsReceived: number
  readonly duplicates: number
  readonly wronglyMailed: number
  readonly heldOut: number
  readonly conversions: {
    readonly treated: { readonly people: number }
    readonly difference: { readonly low: number; readonly high: number }
  }
}

test('the demo ends by itself and prints one JSON object: nobody is mailed twice, nobody who has bought is reminded', async () => {
  const args = ['src/app/demo.ts', '--once', '--json', '--days', '2', '--speed', '5000']
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd: ROOT, timeout: 120_000 })
  const result = JSON.parse(stdout) as Result
  assert.doesNotMatch(stderr, /training is interrupted/, 'it ends quietly, whatever is being learned')
  assert.equal(result.duplicates, 0)
  assert.equal(result.wronglyMailed, 0)
  assert.ok(result.eventsAccepted > 900, 'two days of the record')
  assert.ok(result.messagesSent > 100 && result.mailsReceived === result.messagesSent, 'every message arrived')
  assert.ok(result.heldOut > 0 && result.conversions.treated.people > 0)
  assert.ok(result.conversions.difference.low < result.conversions.difference.high)
})
