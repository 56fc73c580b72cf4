import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { type Document, LineCounter, parseAllDocuments } from 'yaml'
import type { JsonObject } from '#lib/json.ts'
import type { Problem } from '#lib/problem.ts'

/** A document as somebody wrote it into a file. */
export interface AuthoredFile {
  /** Path below the folder. */
  readonly file: string
  readonly kind: string
  readonly id: string
  readonly body: JsonObject
  /** `line:column` of a JSON pointer into the body, or of its nearest part that is there. */
  readonly position: (pointer: string) => string
}

/** Every document of the YAML files in a folder, and what could not be read. A file may hold several, parted by `---`. */
export function readAuthored(folder: string): { documents: AuthoredFile[]; problems: (Problem & { readonly file: string })[] } {
  const documents: AuthoredFile[] = []
  const problems: (Problem & { file: string })[] = []
  for (const file of yamlFiles(folder)) {
    const lines = new LineCounter()
    for (const parsed of parseAllDocuments(readFileSync(join(folder, file), 'utf8'), { lineCounter: lines, version: '1.2' })) {
      for (const error of parsed.errors) problems.push({ file, code: 'yaml', status: 422, title: error.message.split('\n')[0]!, at: at(lines, error.pos[0]) })
      if (parsed.errors.length > 0) continue
      const body: unknown = parsed.toJS({ maxAliasCount: 100 })
      if (body === null) continue
      const named = nameOf(body)
      if (named) documents.push({ file, ...named, body: body as JsonObject, position: (pointer) => positionOf(parsed, lines, pointer) })
      else problems.push({ file, code: 'document.name', status: 422, title: 'The document does not say what it is', hint: 'Begin with kind: journey (or template, sender) and id: …', at: '1:1' })
    }
  }
  return { documents, problems }
}

const yamlFiles = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort()

function nameOf(body: unknown): { kind: string; id: string } | undefined {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return undefined
  const { kind, id } = body as Record<string, unknown>
  return typeof kind === 'string' && typeof id === 'string' ? { kind, id } : undefined
}

const at = (lines: LineCounter, offset: number): string => {
  const { line, col } = lines.linePos(offset)
  return `${line}:${col}`
}

function positionOf(parsed: Document, lines: LineCounter, pointer: string): string {
  const path = pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
  for (let depth = path.length; depth >= 0; depth--) {
    const steps = path.slice(0, depth).map((part) => (/^\d+$/.test(part) ? Number(part) : part))
    const node = depth === 0 ? parsed.contents : parsed.getIn(steps, true)
    const range = node !== null && typeof node === 'object' && 'range' in node ? (node.range as [number, number, number] | null) : null
    if (range) return at(lines, range[0])
  }
  return '1:1'
}
