import { type Document, LineCounter, type Node, parseDocument, visit } from 'yaml'
import type { Json } from '#lib/json.ts'
import { isRefusal, type Problem } from '#lib/problem.ts'
import type { JourneyBody } from './body.ts'
import { readBody } from './parse.ts'
import { isObject } from './source-text.ts'

/** A fault of a text with its line and column, from 1. */
export interface SourceFault extends Problem {
  readonly line: number
  readonly column: number
}
export type ReadSource = { readonly body: JourneyBody } | { readonly faults: readonly SourceFault[] }

/** A typed text as a journey, or all that is wrong with it, each with its place. */
export function readSource(text: string, id: string): ReadSource {
  const lines = new LineCounter()
  const document = parseDocument(text, { version: '1.2', lineCounter: lines })
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
  if (document.errors.length > 0) {
    return {
      faults: document.errors.map((error) => ({
        code: 'yaml',
        status: 422,
        title: error.message.split(' at line')[0]!.split('\n')[0]!,
        ...at(error.pos[0]),
      })),
    }
  }
  const value = valueOf(document as unknown as Document)
  const read = isObject(value) && value['id'] !== id ? { refused: otherId(id) } : readBody(value)
  if (!isRefusal(read)) return { body: read }
  const all = read.refused.problems ?? [read.refused]
  return { faults: all.map((problem) => ({ ...problem, ...at(offsetOf(document as unknown as Document, problem.at ?? '')) })) }
}

/** A text of aliases of aliases would grow without end: then it says nothing. */
function valueOf(document: Document): Json {
  try {
    return document.toJS({ maxAliasCount: 100 }) as Json
  } catch (error) {
    if (error instanceof ReferenceError) return null
    throw error
  }
}

const otherId = (id: string): Problem => ({
  code: 'edit.id',
  status: 422,
  title: `This journey is called “${id}”, and its id stays`,
  hint: 'Duplicate the journey to have one with another id',
  at: '/id',
})

/** Where a JSON pointer, or its nearest part that is there, stands in the text. */
function offsetOf(document: Document, pointer: string): number {
  const path = pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part))
  for (let depth = path.length; depth > 0; depth--) {
    const node = document.getIn(path.slice(0, depth), true) as Node | undefined
    if (node?.range) return node.range[0]
  }
  return (document.contents as Node | null)?.range?.[0] ?? 0
}

/** The line (from 1) on which each step begins, by id. */
export function linesOfSteps(text: string): ReadonlyMap<string, number> {
  const lines = new LineCounter()
  const document = parseDocument(text, { version: '1.2', lineCounter: lines })
  const found = new Map<string, number>()
  visit(document, {
    Map(_key, map) {
      const id = map.get('id')
      if (typeof id === 'string' && map.has('kind') && map.range) found.set(id, lines.linePos(map.range[0]).line)
    },
  })
  return found
}
