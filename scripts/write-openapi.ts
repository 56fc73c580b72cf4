import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ACTIONS } from '#app/actions.ts'
import { documentOf } from '#platform/http/openapi.ts'

/** Writes docs/openapi.json from all actions that the server binds; `--stdout` prints it instead. */
const ROOT = join(import.meta.dirname, '..')
const TARGET = join(ROOT, 'docs/openapi.json')

export async function openApiText(): Promise<string> {
  const { default: about } = (await import('../package.json', { with: { type: 'json' } })) as { default: { version: string } }
  return `${JSON.stringify(documentOf(ACTIONS, { version: about.version, url: '/' }), null, 2)}\n`
}

if (import.meta.main) {
  const text = await openApiText()
  if (process.argv.includes('--stdout')) process.stdout.write(text)
  else await writeFile(TARGET, text)
}
