import { MAX_DEPTH } from './ast.ts'
import { Cursor } from './cursor.ts'

/** A cursor that reads names: paths, and texts that name something. */
export class NameCursor extends Cursor {
  /** `.a.b["c d"]` as far as it goes, and not into `.any(` or `.all(`. */
  protected path(): string[] {
    const path: string[] = []
    for (;;) {
      const token = this.peek()
      if (token.text === '.' && token.kind === 'symbol') {
        const name = this.peek(1)
        if (this.quantifier() !== undefined) return path
        if (name.kind !== 'word')
          this.fail(
            'syntax',
            name,
            'A name is missing after the dot.',
            'Names with other characters are written in brackets: profile["first name"]',
          )
        path.push(name.text)
        this.next += 2
      } else if (token.text === '[' && token.kind === 'symbol' && token.start === this.tokens[this.next - 1]!.end) {
        const name = this.peek(1)
        if (name.kind !== 'text')
          this.fail('syntax', name, 'A name in quotes is missing after [.', 'For an element of a list, ask any(…) or all(…).')
        this.next += 2
        this.expect(']', token)
        path.push(name.value)
      } else return path
      if (path.length > MAX_DEPTH) this.tooDeep(token)
    }
  }

  protected quantifier(): 'any' | 'all' | undefined {
    const name = this.peek(1)
    const called = this.peek().text === '.' && name.kind === 'word' && this.peek(2).text === '('
    if (called && isOneOf(['any', 'all'], name.text)) return name.text
    if (called)
      this.fail('unknown_function', name, `Lists do not have ${name.text}(…).`, 'Lists have any(…) and all(…); length(list) counts.')
    return undefined
  }

  protected quotedArgument(example: string): string {
    const token = this.peek()
    if (token.kind !== 'text' || token.value === '')
      return this.fail('syntax', token, 'A text in quotes is missing.', `For example: ${example}`)
    this.next++
    return token.value
  }
}

export const isOneOf = <T extends string>(choices: readonly T[], text: string): text is T => (choices as readonly string[]).includes(text)
