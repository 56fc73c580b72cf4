// `npm run check`: every static check, two at a time; prints what failed in full and how long each took.
import { spawn } from 'node:child_process'
import { delimiter, join } from 'node:path'

const root = join(import.meta.dirname, '..')
const PATH = [join(root, 'node_modules', '.bin'), process.env['PATH'] ?? ''].join(delimiter)

const CHECKS: readonly (readonly [name: string, command: string])[] = [
  ['types of the server', 'tsc -p tsconfig.json'],
  ['architecture', 'node scripts/check-architecture.ts'],
  ['types of pure files', 'tsc -p tsconfig.pure.json'],
  ['types of the browser', 'tsc -p tsconfig.web.json'],
  ['types of browser tests', 'tsc -p tsconfig.web.test.json'],
  ['versions, licences, secrets', 'node scripts/check-supply.ts'],
  ['format and lint', 'biome check --colors=off --diagnostic-level=warn --error-on-warnings --max-diagnostics=50'],
]

interface Ran {
  readonly passed: boolean
  readonly output: string
  readonly seconds: string
}

function run(command: string): Promise<Ran> {
  const started = performance.now()
  return new Promise((resolve, reject) => {
    const child = spawn(command, { cwd: root, shell: true, env: { ...process.env, PATH } })
    let output = ''
    const collect = (chunk: Buffer): void => {
      output += chunk.toString()
    }
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    child.on('error', reject)
    child.on('close', (code) => resolve({ passed: code === 0, output, seconds: ((performance.now() - started) / 1000).toFixed(1) }))
  })
}

const queue = [...CHECKS]
const failed: string[] = []

async function worker(): Promise<void> {
  for (let next = queue.shift(); next; next = queue.shift()) {
    const [name, command] = next
    const { passed, output, seconds } = await run(command)
    console.log(`${passed ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)`)
    if (passed) continue
    failed.push(name)
    console.log(`${output.trimEnd()}\n     again with: npx ${command}\n`)
  }
}

await Promise.all([worker(), worker()])
console.log(failed.length === 0 ? 'All checks pass.' : `Failed: ${failed.join(', ')}.`)
process.exitCode = failed.length === 0 ? 0 : 1
