import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Action } from '#lib/action.ts'
import { documentOf } from '#platform/http/openapi.ts'

/** Writes docs/openapi.json from all actions that the source declares; `--stdout` prints it instead. */
const ROOT = join(import.meta.dirname, '..')
const TARGET = join(ROOT, 'docs/openapi.json')

/** Actions are declared in `api.ts` and `schema.ts` of each capability and exported by name. */
export async function declaredActions(): Promise<Action[]> {
  const files = (await readdir(join(ROOT, 'src'), { recursive: true })).filter((name) => /(^|[\\/])(api|schema)\.ts$/.test(name)).sort()
  const found = new Map<string, Action>()
  for (const file of files) {
    if (/^(app|platform|kit|lib)[\\/]/.test(file)) continue
    const exported = (await import(pathToFileURL(join(ROOT, 'src', file)).href)) as Record<string, unknown>
    for (const value of Object.values(exported)) if (isAction(value)) found.set(value.name, value)
  }
  return [...found.values()]
}

function isAction(value: unknown): value is Action {
  return (
    value !== null &&
    typeof value === 'object' &&
    'route' in value &&
    'does' in value &&
    'may' in value &&
    'input' in value &&
    'output' in value
  )
}

export async function openApiText(): Promise<string> {
  const { default: about } = (await import('../package.json', { with: { type: 'json' } })) as { default: { version: string } }
  return `${JSON.stringify(documentOf(await declaredActions(), { version: about.version, url: '/' }), null, 2)}\n`
}

if (import.meta.main) {
  const text = await openApiText()
  if (process.argv.includes('--stdout')) process.stdout.write(text)
  else await writeFile(TARGET, text)
}
