import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAst } from 'rolldown/parseAst'

/** A sentence that the server's code makes; what it fills in stands as `{1}`, `{2}`, … */
export interface Sentence {
  readonly file: string
  readonly line: number
  readonly text: string
  /** Of a problem: its code, and which part of it this is. */
  readonly problem?: { readonly code: string; readonly part: 'title' | 'hint' | 'detail' }
  /** What a schema says of a value that does not fit: also windows check by schemas. */
  readonly schema?: true
}

interface Node {
  readonly type: string
  readonly start: number
  readonly [field: string]: unknown
}

/** Screens, the terminal, what operators read in the log, tests, and what is written for developers. */
const ELSEWHERE =
  /(?:\.test\.tsx?$|\.tsx$|\/ui\/|^src\/kit\/|^src\/app\/(?:web|cli|demo)\/|^src\/app\/sample\/(?!samples\.ts)|^src\/platform\/(?!http\/(?!openapi)|documents)|^src\/lib\/(?:problem-words|said-german)|^src\/app\/main\.ts|german)/
/** What is written in every language elsewhere, beside its English. */
const ELSEWHERE_IN_EVERY =
  /^src\/(?:journeys\/(?:reasons|step-sayings)|content\/gallery|app\/(?:preference-words|proof-words|unsubscribe-words|status-page))\.ts$/
/** The command line answers whoever makes and puts back back-ups; `demo` speaks in the terminal, the table of roles is a page of the docs, the JSON schema is for editors of code. */
const AT_THE_COMMAND_LINE = /^src\/(?:app\/(?:backup|backup-manifest|restore|demo|role-table)|journeys\/schema-json)\.ts$/
/** Standard replies go to recipients in the words that carriers ask for; receipts of erasures are kept as they were made. */
const SENT_OR_KEPT = /^src\/app\/(?:inbound|erasure-receipt)\.ts$/
/** What models have learned, as they are kept: nobody writes them. */
const KEPT_BODIES = /^src\/decisions\/\w+\/body\.ts$/
/** Read by programs only: a provider that posts receipts, and the SDK that asks for the inbox of a visitor. */
const TO_PROGRAMS = /^(?:hook|inbox)\./
/** Properties whose text is for developers, for programs, or is written in both languages. */
const NOT_READ = new Set(['does', 'description', 'en', 'de', 'help', 'sql', 'name', 'code', 'more', 'usage'])
const READ = new Set([
  'title',
  'hint',
  'detail',
  'sentence',
  'sentences',
  'question',
  'todo',
  'means',
  'says',
  'why',
  'label',
  'term',
  'text',
])
const TELLING = new Set(['definition', 'doubt'])
/** Checks of a schema: the text that comes last says what is wrong. */
const CHECKS = new Set(['regex', 'refine', 'min', 'max', 'length', 'url', 'email', 'date', 'startsWith', 'issue'])

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && typeof (value as Node).type === 'string'

/** Literal text of a string or template; undefined for anything else. */
function textOf(node: Node): string | undefined {
  if (node.type === 'Literal' && typeof node['value'] === 'string') return node['value']
  if (node.type !== 'TemplateLiteral') return undefined
  const quasis = node['quasis'] as readonly { readonly value: { readonly cooked: string } }[]
  return quasis.map(({ value }, i) => (i === 0 ? '' : `{${i}}`) + value.cooked).join('')
}

const isSentence = (text: string): boolean => /^[“"{A-Z0-9]/.test(text) && /[a-z}”’] [“a-z{]/.test(text) && /[.!?](?:\{\d\})?$/.test(text)
/** Begins small, for it stands behind the name of a field. */
const isOfSchema = (text: string): boolean => /^(?:[a-z"“`]|\{1\})/.test(text) && /[a-z,:] [a-z\d+]/.test(text)
const isWords = (text: string): boolean =>
  /^(?:[“"{]?[A-Z{]|[a-z]+\.\w+ [a-z])/.test(text) && /[a-z]{2}/.test(text) && !/^[A-Z][a-z]+[A-Z]/.test(text)
/** An address or the name of a variable. */
const isPlace = (text: string): boolean => /^\{\{[^}]*\}\}$|^\{1\}\/\S*$/.test(text)
const isCode = (text: string): boolean =>
  /^(?:SELECT|INSERT|UPDATE|DELETE|WITH|ALTER|CREATE|GET|POST|PUT)\b/.test(text) || text.includes('\n')

interface Place {
  readonly key: string
  readonly problem: string
}

class Walk {
  readonly found: Sentence[] = []
  readonly #file: string
  readonly #source: string

  constructor(file: string, source: string) {
    this.#file = file
    this.#source = source
  }

  visit(node: Node, place: Place): void {
    if (node.type === 'ImportDeclaration' || node.type === 'TSTypeAliasDeclaration' || node.type === 'TSInterfaceDeclaration') return
    // A bug throws, and is read in the log.
    if (node.type === 'NewExpression' && /Error$/.test(String((node['callee'] as Node)['name'] ?? ''))) return
    const text = textOf(node)?.trim()
    if (text !== undefined) this.#note(node, { ...place, text })
    if (node.type === 'CallExpression') this.#checked(node)
    if (node.type === 'ObjectExpression' && codeOf(node) === 'custom') this.#ofSchema(propertyOf(node, 'message'))
    if (node.type === 'Property') {
      this.#property(node, place)
      return
    }
    if (node.type === 'VariableDeclarator' && NOT_READ.has(String((node['id'] as Node)['name']).toLowerCase())) return
    const problem = node.type === 'ObjectExpression' ? codeOf(node) : ''
    // `field('Body')` reads what a provider posted.
    if (node.type === 'CallExpression' && (node['callee'] as Node)['name'] === 'field') return
    const told = node.type === 'CallExpression' && TELLING.has(String((node['callee'] as Node)['name'] ?? ''))
    const next = { key: told ? 'means' : node.type === 'ObjectExpression' ? '' : place.key, problem: problem || place.problem }
    for (const [field, value] of Object.entries(node)) {
      if (field === 'type' || field === 'typeAnnotation') continue
      for (const each of Array.isArray(value) ? value : [value]) if (isNode(each)) this.visit(each, next)
    }
  }

  #checked(node: Node): void {
    const callee = node['callee'] as Node
    const name = String(callee['name'] ?? (callee['property'] as Node | undefined)?.['name'] ?? '')
    const last = (node['arguments'] as readonly Node[]).at(-1)
    if (!CHECKS.has(name) || !last) return
    const more = last.type === 'ObjectExpression' ? (propertyOf(last, 'message') ?? propertyOf(last, 'error')) : last
    this.#ofSchema(more)
  }

  #ofSchema(node: Node | undefined): void {
    const text = node && textOf(node)
    if (node && text !== undefined && isOfSchema(text)) this.found.push({ file: this.#file, line: this.#line(node), text, schema: true })
  }

  #line = (node: Node): number => this.#source.slice(0, node.start).split('\n').length

  #property(node: Node, place: Place): void {
    const key = node['key'] as Node
    const name = String(key['name'] ?? key['value'] ?? '')
    if (!NOT_READ.has(name)) this.visit(node['value'] as Node, { ...place, key: READ.has(name) ? name : place.key === '' ? '' : place.key })
  }

  #note(node: Node, { key, problem, text }: Place & { text: string }): void {
    if (TO_PROGRAMS.test(problem) || isPlace(text)) return
    if (isCode(text) || !(isSentence(text) || (READ.has(key) && isWords(text)))) return
    const part = key === 'title' || key === 'hint' || key === 'detail' ? key : undefined
    this.found.push({ file: this.#file, line: this.#line(node), text, ...(problem !== '' && part && { problem: { code: problem, part } }) })
  }
}

const propertyOf = (node: Node, name: string): Node | undefined =>
  (node['properties'] as readonly Node[]).find((each) => each.type === 'Property' && (each['key'] as Node)['name'] === name)?.['value'] as
    | Node
    | undefined

/** The code of an object that is a problem; '' when it is none. */
function codeOf(node: Node): string {
  for (const each of node['properties'] as readonly Node[]) {
    // `{ ...FORGED, title }` is the same problem in other words.
    if (each.type === 'SpreadElement' && (each['argument'] as Node)['name'] === 'FORGED') return 'hook.signature'
    if (each.type !== 'Property' || (each['key'] as Node)['name'] !== 'code') continue
    return textOf(each['value'] as Node) ?? ''
  }
  return ''
}

export function sentencesIn(file: string, source: string): readonly Sentence[] {
  const walk = new Walk(file, source)
  walk.visit(parseAst(source, { lang: 'ts' }) as unknown as Node, { key: '', problem: '' })
  return walk.found
}

/** Every sentence of the server that a reader of screens can meet. */
export function gather(root: string): readonly Sentence[] {
  return readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .map((path) => `src/${path}`)
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))
    .filter((path) => ![ELSEWHERE, ELSEWHERE_IN_EVERY, AT_THE_COMMAND_LINE, SENT_OR_KEPT, KEPT_BODIES].some((others) => others.test(path)))
    .toSorted()
    .flatMap((path) => sentencesIn(path, readFileSync(join(root, path), 'utf8')))
}
