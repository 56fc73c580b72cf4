// `npm test`: every test file in a process of its own, those that take longest first, so that no processor waits for a late one at the end.
import { globSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, sep } from 'node:path'
import { finished } from 'node:stream/promises'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { inOrder } from './order.ts'

const ROOT = join(import.meta.dirname, '..')
const SET_UP = new URL('./fixtures/set-up.ts', import.meta.url).href

/** Files, folders or patterns below the project; left out: everything. */
const asked = process.argv.slice(2)
const patterns = asked.length > 0 ? asked : ['src/**/*.test.ts', 'test/**/*.test.ts', 'scripts/**/*.test.ts']
const files = [...new Set(globSync(patterns, { cwd: ROOT }).map((file) => file.split(sep).join('/')))]
if (files.length === 0) throw new Error(`No test file is called ${patterns.join(' ')}`)

// A file that waits for a browser, a database or a killed server leaves its processor to another one.
const concurrency = Number(process.env['TEST_CONCURRENCY'] ?? availableParallelism() + 1)
const events = run({ files: inOrder(files).map((file) => join(ROOT, file)), concurrency, cwd: ROOT, execArgv: ['--import', SET_UP] })
events.on('test:fail', ({ name, todo, details: { error } }) => {
  if (todo !== undefined && todo !== false) return
  process.exitCode = 1
  // At once: the list at the end does not come where something ends the run.
  console.log(`✖ ${name}\n${error.cause instanceof Error ? error.cause.message : error.message}`)
})

// A file ends itself when it takes too long (`set-up.ts`); one whose thread never rests, or whose child keeps its output open, ends everything.
const LONGEST_MINUTES = 45
const under = new Set<string>()
events.on('test:dequeue', ({ name, file }) => void (name === file && under.add(name)))
events.on('test:complete', ({ name, file }) => void (name === file && under.delete(name)))
setTimeout(() => {
  console.error(`The tests take longer than ${LONGEST_MINUTES} minutes. Still running: ${[...under].join(', ')}`)
  process.exit(1)
}, LONGEST_MINUTES * 60_000).unref()

const seconds = new Map<string, number>()
events.on('test:summary', ({ file, duration_ms }) => void (file !== undefined && seconds.set(file, duration_ms / 1000)))
const report = events.compose(spec())
report.pipe(process.stdout)
await finished(report)
const slowest = [...seconds].sort(([, a], [, b]) => b - a).slice(0, 15)
console.log(
  `\nLongest files:\n${slowest.map(([file, took]) => `${took.toFixed(0).padStart(5)} s  ${file.slice(ROOT.length + 1)}`).join('\n')}`,
)
