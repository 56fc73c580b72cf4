import { join } from 'node:path'
import { GERMAN_PROBLEMS } from '#lib/problem-words-german.ts'
import { GERMAN_SAYINGS } from '#lib/said.ts'
import { gather } from './gather.ts'

/** Prints every sentence of the server that has no German yet, with its place. */
for (const { file, line, text, problem } of gather(join(import.meta.dirname, '../..'))) {
  const known = problem && Object.hasOwn(GERMAN_PROBLEMS, problem.code)
  if (!known && !Object.hasOwn(GERMAN_SAYINGS, text)) process.stdout.write(`${file}:${line} ${text}\n`)
}
