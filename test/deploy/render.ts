import { stringify } from 'yaml'

/**
 * As much of Helm's templates (Go text/template with sprig) as this chart uses, so that it can be rendered where there is no helm:
 * if/else, range over a map, with, define/include, pipelines of quote, toYaml, nindent, default, required, printf, eq, or, not.
 * Anything else throws.
 */
export function render(text: string, { root, defines }: { root: Scope; defines: Map<string, Node[]> }): string {
  return run(parse(text, defines), { root, dot: root, variables: new Map([['$', root]]), defines })
}

export type Scope = Readonly<Record<string, unknown>>
type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'print'; readonly pipe: string }
  | { readonly kind: 'if' | 'with' | 'range'; readonly pipe: string; readonly body: Node[]; readonly otherwise: Node[] }
interface Frame {
  readonly root: Scope
  readonly dot: unknown
  readonly variables: ReadonlyMap<string, unknown>
  readonly defines: ReadonlyMap<string, Node[]>
}

type Token = { readonly action: false; readonly text: string } | { readonly action: true; readonly text: string }

function tokens(source: string): Token[] {
  const list: Token[] = []
  let at = 0
  let trim = false
  for (const match of source.matchAll(/\{\{(-?)\s*(\/\*.*?\*\/|.*?)\s*(-?)\}\}/gs)) {
    let text = source.slice(at, match.index)
    if (trim) text = text.trimStart()
    if (match[1]) text = text.trimEnd()
    list.push({ action: false, text }, { action: true, text: match[2]! })
    trim = match[3] === '-'
    at = match.index + match[0].length
  }
  const rest = source.slice(at)
  return [...list, { action: false, text: trim ? rest.trimStart() : rest }]
}

function parse(source: string, defines: Map<string, Node[]>): Node[] {
  const list = tokens(source)
  let at = 0
  const block = (): { nodes: Node[]; end: string } => {
    const nodes: Node[] = []
    while (at < list.length) {
      const token = list[at++]!
      if (!token.action) {
        nodes.push({ kind: 'text', text: token.text })
        continue
      }
      const [word = '', rest = ''] = [/^\S+/.exec(token.text)?.[0], token.text.replace(/^\S+\s*/, '')]
      if (word === 'end' || word === 'else') return { nodes, end: word }
      if (word === 'define') defines.set(JSON.parse(rest) as string, block().nodes)
      else if (word === 'if' || word === 'with' || word === 'range') {
        const body = block()
        nodes.push({ kind: word, pipe: rest, body: body.nodes, otherwise: body.end === 'else' ? block().nodes : [] })
      } else nodes.push({ kind: 'print', pipe: token.text })
    }
    return { nodes, end: '' }
  }
  return block().nodes
}

function run(nodes: readonly Node[], frame: Frame): string {
  return nodes.map((node) => runOne(node, frame)).join('')
}

function runOne(node: Node, frame: Frame): string {
  switch (node.kind) {
    case 'text':
      return node.text
    case 'print':
      return String(pipeline(node.pipe, frame) ?? '')
    case 'if':
      return run(isTrue(pipeline(node.pipe, frame)) ? node.body : node.otherwise, frame)
    case 'with': {
      const value = pipeline(node.pipe, frame)
      return isTrue(value) ? run(node.body, { ...frame, dot: value }) : run(node.otherwise, frame)
    }
    case 'range': {
      const [, key, value, of] = /^(\$\w+),\s*(\$\w+)\s*:=\s*(.*)$/s.exec(node.pipe) ?? []
      if (!key || !value || !of) throw new Error(`range needs a key and a value: ${node.pipe}`)
      const entries = Object.entries(pipeline(of, frame) as Scope).sort(([a], [b]) => (a < b ? -1 : 1))
      return entries
        .map(([name, each]) =>
          run(node.body, { ...frame, dot: each, variables: new Map([...frame.variables, [key, name], [value, each]]) }),
        )
        .join('')
    }
    default:
      return node satisfies never
  }
}

const isTrue = (value: unknown): boolean =>
  value !== undefined &&
  value !== null &&
  value !== false &&
  value !== '' &&
  value !== 0 &&
  !(typeof value === 'object' && Object.keys(value).length === 0)

const WORDS = /"(?:[^"\\]|\\.)*"|\((?:[^()"]|"(?:[^"\\]|\\.)*")*\)|[^\s|()"]+|\|/g

function pipeline(text: string, frame: Frame): unknown {
  const calls: string[][] = [[]]
  for (const [word] of text.matchAll(WORDS)) {
    if (word === '|') calls.push([])
    else calls.at(-1)!.push(word)
  }
  let value: unknown
  for (const [i, call] of calls.entries()) value = command(call, { frame, piped: i === 0 ? [] : [value] })
  return value
}

function command([first = '', ...rest]: readonly string[], { frame, piped }: { frame: Frame; piped: readonly unknown[] }): unknown {
  const isValue = /^[.$"(\d]/.test(first)
  if (isValue && rest.length === 0) return operand(first, frame)
  const args = [...rest.map((word) => operand(word, frame)), ...piped]
  const call = FUNCTIONS[first]
  if (first === 'include') return run(frame.defines.get(String(args[0])) ?? unknown(`template ${args[0]}`), { ...frame, dot: args[1] })
  return call ? call(...args) : unknown(`function ${first}`)
}

function unknown(what: string): never {
  throw new Error(`not known here: ${what}`)
}

function operand(word: string, frame: Frame): unknown {
  if (word.startsWith('"')) return JSON.parse(word)
  if (word.startsWith('(')) return pipeline(word.slice(1, -1), frame)
  if (/^\d+$/.test(word)) return Number(word)
  if (word === '.') return frame.dot
  const [, variable, path] = /^(\$\w*)?((?:\.\w+)*)$/.exec(word) ?? unknown(`operand ${word}`)
  const start =
    variable === undefined ? frame.dot : frame.variables.has(variable) ? frame.variables.get(variable) : unknown(`variable ${variable}`)
  return path!
    .split('.')
    .slice(1)
    .reduce<unknown>((value, name) => (value as Scope | undefined)?.[name], start)
}

const FUNCTIONS: Readonly<Record<string, (...args: readonly unknown[]) => unknown>> = {
  quote: (value) => JSON.stringify(String(value ?? '')),
  toYaml: (value) => stringify(value).trimEnd(),
  nindent: (spaces, text) => `\n${String(text).replaceAll(/^/gm, ' '.repeat(Number(spaces)))}`,
  default: (otherwise, value) => (isTrue(value) ? value : otherwise),
  required: (why, value) => {
    if (!isTrue(value)) throw new Error(String(why))
    return value
  },
  printf: (format, ...values) => values.reduce<string>((text, value) => text.replace('%s', () => String(value)), String(format)),
  eq: (a, b) => a === b,
  or: (...values) => values.find(isTrue) ?? values.at(-1),
  not: (value) => !isTrue(value),
}
