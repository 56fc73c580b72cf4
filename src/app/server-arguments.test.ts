import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'

const run = (...given: string[]) => spawnSync(process.execPath, [join(import.meta.dirname, 'main.ts'), ...given], { encoding: 'utf8' })

test('a server that is asked for help, or given what it does not know, says so and does not start', () => {
  const help = run('--help')
  assert.equal(help.status, 0)
  assert.match(help.stdout, /^Usage: npm start/)
  const wrong = run('serve', '--port', '80')
  assert.equal(wrong.status, 1)
  assert.match(wrong.stderr, /^Cadenza cannot start\.\nThe server takes no arguments, and was given “serve --port 80”\. Set PORT/)
})
