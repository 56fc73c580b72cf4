import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Document, isNode, isScalar, LineCounter, parseAllDocuments, type Scalar } from 'yaml'
import type { JsonObject } from '#lib/json.ts'
import type { Problem } from '#lib/problem.ts'

/** A document as somebody wrote it into a file. */
export interface AuthoredFile {
  /** Path below the folder. */
  readonly file: string
  readonly kind: string
  readonly id: string
  readonly body: JsonObject
  /** The whole text of the file, when it holds nothing else. */
  readonly source?: string
  /** `line:column` of a JSON pointer into the body, or of its nearest part that is there. */
  readonly position: (pointer: string) => string
}

export interface Authored {
  readonly documents: AuthoredFile[]
  readonly problems: (Problem & { readonly file: string })[]
}

/** Every document of the YAML files in a folder, and what could not be read. A file may hold several, parted by `---`. */
export function readAuthored(folder: string): Authored {
  const all = yamlFiles(folder).map((file) => readAuthoredFile(folder, file))
  return { documents: all.flatMap(({ documents }) => documents), problems: all.flatMap(({ problems }) => problems) }
}

/** The documents of one file, whose path is told below the folder. Scenarios are left out: they are for the simulator. */
export function readAuthoredFile(folder: string, file: string): Authored {
  const documents: AuthoredFile[] = []
  const problems: (Problem & { file: string })[] = []
  const text = readFileSync(join(folder, file), 'utf8')
  const lines = new LineCounter()
  const all = parseAllDocuments(text, { lineCounter: lines, version: '1.2' })
  const source = Array.isArray(all) && all.length === 1 ? { source: text } : {}
  for (const parsed of all) {
    const unread = parsed.errors.map((error) => ({ title: error.message.split('\n')[0]!, at: at(lines, error.pos[0]) }))
    const read = unread.length === 0 ? bodyOf(parsed) : undefined
    if (read && 'fault' in read) unread.push({ title: read.fault, at: '1:1' })
    for (const each of unread) problems.push({ file, code: 'yaml', status: 422, ...each, hint: 'Mend the YAML at this place.' })
    if (!read || 'fault' in read || read.body === null || isScenario(read.body)) continue
    const position = (pointer: string): string => positionIn(pointer, { parsed, lines, text })
    const named = nameOf(read.body)
    if (named) documents.push({ file, ...named, body: read.body as JsonObject, ...source, position })
    else problems.push({ file, ...NAMELESS, at: position('') })
  }
  return { documents, problems }
}

const NAMELESS: Problem = {
  code: 'document.name',
  status: 422,
  title: 'The document does not say what it is',
  hint: 'Begin with kind: journey (or template, sender) and id: …',
}

/** A file of aliases of aliases would grow without end, so the parser gives up on it. */
function bodyOf(parsed: Document): { readonly body: unknown } | { readonly fault: string } {
  try {
    return { body: parsed.toJS({ maxAliasCount: 100 }) }
  } catch (error) {
    if (error instanceof ReferenceError) return { fault: error.message }
    throw error
  }
}

const isScenario = (body: unknown): boolean => (body as { kind?: unknown }).kind === 'scenario'

/** Hidden folders and installed packages hold nothing that people wrote here. */
function yamlFiles(folder: string, below = ''): string[] {
  return readdirSync(join(folder, below), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = below === '' ? entry.name : `${below}/${entry.name}`
      if (entry.name.startsWith('.') || entry.name === 'node_modules') return []
      if (entry.isDirectory()) return yamlFiles(folder, path)
      return entry.isFile() && /\.ya?ml$/.test(entry.name) ? [path] : []
    })
}

function nameOf(body: unknown): { kind: string; id: string } | undefined {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return undefined
  const { kind, id } = body as Record<string, unknown>
  return typeof kind === 'string' && typeof id === 'string' ? { kind, id } : undefined
}

const at = (lines: LineCounter, offset: number): string => {
  const { line, col } = lines.linePos(offset)
  return `${line}:${col}`
}

export interface Text {
  readonly parsed: Document
  readonly lines: LineCounter
  readonly text: string
}

/** `/mjml:12:3` is line 12, column 3 of the text in that field. */
const INSIDE = /^(.*?):(\d+)(?::(\d+))?$/s

/** `line:column` of a JSON pointer (with `:line:column` inside of a text), or of its nearest part that is there. */
export function positionIn(pointer: string, source: Text): string {
  const inside = INSIDE.exec(pointer)
  const path = (inside ? inside[1]! : pointer)
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
  for (let depth = path.length; depth >= 0; depth--) {
    const steps = path.slice(0, depth).map((part) => (/^\d+$/.test(part) ? Number(part) : part))
    const node = depth === 0 ? source.parsed.contents : source.parsed.getIn(steps, true)
    if (!isNode(node) || !node.range) continue
    const within = inside !== null && depth === path.length && isScalar(node)
    return within ? insideOf(node, source, { line: Number(inside[2]), column: Number(inside[3] ?? 1) }) : at(source.lines, node.range[0])
  }
  return '1:1'
}

/** Where a line and column of a text stand in the file that holds the text: below its `|`, or on its own line. */
function insideOf(node: Scalar, { lines, text }: Text, inside: { line: number; column: number }): string {
  const begin = lines.linePos(node.range![0])
  const block = node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED'
  if (!block) return `${begin.line}:${begin.col + (node.type === 'PLAIN' ? 0 : 1) + inside.column - 1}`
  const line = begin.line + inside.line
  const indent = /^ */.exec(text.split('\n')[begin.line] ?? '')![0].length
  return `${line}:${indent + inside.column}`
}
