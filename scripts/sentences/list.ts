import { join } from 'node:path'
import { GERMAN_PROBLEMS } from '#lib/problem-words-german.ts'
import { GERMAN_SAYINGS, saidIn } from '#lib/said.ts'
import { gather } from './gather.ts'

/** Prints every sentence of the server that has no German yet, with its place. */
for (const { file, line, text, problem } of gather(join(import.meta.dirname, '../..'))) {
  const byCode = problem && Object.hasOwn(GERMAN_PROBLEMS, problem.code) ? GERMAN_PROBLEMS[problem.code] : undefined
  const known = byCode?.[problem?.part === 'hint' ? 1 : 0] !== undefined
  if (!known && !Object.hasOwn(GERMAN_SAYINGS, text) && (text.includes('{') || saidIn(text, 'de') === undefined))
    process.stdout.write(`${file}:${line} ${text}\n`)
}
