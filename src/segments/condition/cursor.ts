import type { Problem } from '#lib/problem.ts'
import { children, type Expression, MAX_DEPTH } from './ast.ts'
import { type Code, lineColumn, operatorHint, problem, type Told } from './hints.ts'
import type { Token } from './lex.ts'
import { remember } from './positions.ts'

/** Unwinds a descent; `parse` turns it into a refusal. */
export class Stop {
  readonly problem: Problem
  constructor(found: Problem) {
    this.problem = found
  }
}

/** Parentheses make no node, so more of them may be open than a tree is deep; this only keeps the descent off the stack's end. */
const MAX_OPEN = 3 * MAX_DEPTH

/** A place among the tokens of a text: takes them, makes nodes, and stops with what is wrong. */
export class Cursor {
  protected readonly tokens: readonly Token[]
  protected next = 0
  readonly #text: string
  readonly #heights = new Map<Expression, number>()
  #depth = 0

  constructor(text: string, tokens: readonly Token[]) {
    this.#text = text
    this.tokens = tokens
  }

  protected peek(ahead = 0): Token {
    return this.tokens[Math.min(this.next + ahead, this.tokens.length - 1)]!
  }

  protected take(): Token {
    const token = this.peek()
    this.next++
    return token
  }

  protected takeWord(text: string): boolean {
    const found = this.peek().kind === 'word' && this.peek().text === text
    if (found) this.next++
    return found
  }

  protected takeSymbol(text: string): boolean {
    const found = this.peek().kind === 'symbol' && this.peek().text === text
    if (found) this.next++
    return found
  }

  protected expect(text: string, open: Token, wanted = text): void {
    if (this.takeSymbol(text)) return
    const found = this.peek()
    if (found.kind === 'end') this.unclosed(open, wanted)
    this.unexpected(found, text)
  }

  protected unclosed(open: Token, wanted: string): never {
    this.fail('syntax', open, `This “${open.text}” is not closed.`, `Add ${wanted}.`)
  }

  protected unexpected(found: Token, wanted?: string): never {
    if (found.kind === 'end') this.fail('syntax', found, 'The condition ends too early.', 'A value is missing here.')
    const hint = found.kind === 'word' || found.kind === 'symbol' ? operatorHint(found.text) : undefined
    const join = found.kind === 'symbol' ? undefined : 'Join two conditions with and or or.'
    this.fail(
      'syntax',
      found,
      `“${found.text.slice(0, 40)}” is not expected here.`,
      hint ?? (wanted === undefined ? join : `Expected ${wanted}.`),
    )
  }

  protected fail(code: Code, token: Token, ...told: Told): never {
    throw new Stop(problem(code, lineColumn(this.#text, token.start), ...told))
  }

  protected tooDeep(token: Token): never {
    this.fail('too_deep', token, `A condition nests at most ${MAX_DEPTH} deep.`, 'Split it into segments, or join with one long and/or.')
  }

  protected deeper(token: Token, inner: () => Expression): Expression {
    if (++this.#depth > MAX_OPEN) this.tooDeep(token)
    const tree = inner()
    this.#depth--
    return tree
  }

  protected node<Node extends Expression>(start: Token, tree: Node): Node {
    let height = 1
    for (const child of children(tree)) height = Math.max(height, 1 + (this.#heights.get(child) ?? 0))
    if (height > MAX_DEPTH) this.tooDeep(start)
    this.#heights.set(tree, height)
    remember(tree, this.#text, start.start)
    return tree
  }
}
