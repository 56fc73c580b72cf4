import { isRefusal, type Outcome, refuse } from '#lib/problem.ts'
import {
  type ComparisonOperator,
  type Expression,
  type History,
  type ListLiteral,
  type Literal,
  MAX_SEQUENCE,
  OF_PROPERTY,
  type PathValue,
  type Sequence,
  SINCE,
} from './ast.ts'
import { Stop } from './cursor.ts'
import { FUNCTIONS, functionHint, IN_PLACE, nameHint, operatorHint, RESERVED, ROOTS, WORD_OPERATORS } from './hints.ts'
import { instant } from './instant.ts'
import { lex, type Token } from './lex.ts'
import { isOneOf, NameCursor } from './names.ts'

/** The tree of a condition's text, or the first thing that is wrong with it, with `line:column` and a hint. Types are `check`'s. */
export function parse(text: string): Outcome<Expression> {
  const tokens = lex(text)
  if (isRefusal(tokens)) return tokens
  try {
    return new Parser(text, tokens).whole()
  } catch (stop) {
    if (stop instanceof Stop) return refuse(stop.problem)
    throw stop
  }
}

const SIGNS = ['==', '!=', '<', '<=', '>', '>='] as const
/** The names that a root answers by itself; every other name is a property. */
const OWN = { event: ['name', 'at'], entry: ['name', 'at', 'key'], run: [] } as const
const EXAMPLES: Readonly<Record<string, string>> = {
  profile: 'profile.plan',
  run: 'run.stock.left',
  event: 'event.total',
  entry: 'entry.total',
}

class Parser extends NameCursor {
  /** How many any(…)/all(…) surround the cursor: only there bare names mean the element. */
  #lists = 0
  /** How many filters of events: there `in run` ends the filter. */
  #filters = 0

  whole(): Expression {
    if (this.peek().kind === 'end') this.fail('syntax', this.peek(), 'A condition is missing.', 'For example: profile.plan == "pro"')
    const tree = this.#or()
    const rest = this.peek()
    if (rest.kind !== 'end') this.unexpected(rest)
    return tree
  }

  #or(): Expression {
    return this.#joined('or', () => this.#joined('and', () => this.#not()))
  }

  #joined(kind: 'and' | 'or', part: () => Expression): Expression {
    const start = this.peek()
    const parts = [part()]
    while (this.takeWord(kind)) parts.push(part())
    return parts.length === 1 ? parts[0]! : this.node(start, { kind, parts })
  }

  #not(): Expression {
    const start = this.peek()
    if (!this.takeWord('not')) return this.#comparison()
    return this.deeper(start, () => this.node(start, { kind: 'not', of: this.#not() }))
  }

  #comparison(): Expression {
    const start = this.peek()
    const left = this.#sum()
    const compared = this.#compared(start, left)
    if (compared === undefined) return left
    const again = this.peek()
    if (this.#isSince()) return compared
    if (isOneOf(SIGNS, again.text) || (again.kind === 'word' && isOneOf(WORD_OPERATORS, again.text)))
      this.fail('syntax', again, 'Comparisons cannot be chained.', 'Join two with and: 1 < profile.x and profile.x < 9')
    return compared
  }

  #compared(start: Token, left: Expression): Expression | undefined {
    if (this.takeWord('exists')) return this.node(start, { kind: 'exists', of: left })
    if (this.takeWord('missing')) return this.node(start, { kind: 'not', of: this.node(start, { kind: 'exists', of: left }) })
    if (this.#isSince()) return undefined
    const negated = this.peek().text === 'not' && isOneOf(WORD_OPERATORS, this.peek(1).text)
    const operator = this.peek(negated ? 1 : 0)
    if (operator.kind !== 'word' && operator.kind !== 'symbol') return undefined
    if (!isOneOf<ComparisonOperator>([...SIGNS, ...WORD_OPERATORS], operator.text)) return undefined
    this.next += negated ? 2 : 1
    const tree = this.node(start, { kind: 'compare', operator: operator.text, left, right: this.#sum() })
    return negated ? this.node(start, { kind: 'not', of: tree }) : tree
  }

  /** `in run` and `in step` behind a filter belong to what is gathered; `in run.names` looks into a list. */
  #isSince(): boolean {
    if (this.#filters === 0 || this.peek().text !== 'in' || this.peek().kind !== 'word') return false
    return isOneOf(SINCE, this.peek(1).text) && this.peek(2).text !== '.' && this.peek(2).text !== '['
  }

  #sum(): Expression {
    return this.#chain(['+', '-'], () => this.#chain(['*', '/'], () => this.#signed()))
  }

  #chain(operators: readonly ('+' | '-' | '*' | '/')[], operand: () => Expression): Expression {
    const start = this.peek()
    let left = operand()
    for (let sign = this.peek(); sign.kind === 'symbol' && isOneOf(operators, sign.text); sign = this.peek()) {
      this.next++
      left = this.node(start, { kind: 'arithmetic', operator: sign.text, left, right: operand() })
    }
    return left
  }

  #signed(): Expression {
    const start = this.peek()
    if (!this.takeSymbol('-')) return this.#primary()
    const number = this.peek()
    if (number.kind === 'number') {
      this.next++
      return this.node(start, { kind: 'number', value: number.value === 0 ? 0 : -number.value })
    }
    return this.deeper(start, () => this.node(start, { kind: 'negate', of: this.#signed() }))
  }

  #primary(): Expression {
    const token = this.peek()
    if (token.kind === 'symbol' && token.text === '(') {
      this.next++
      const inner = this.deeper(token, () => this.#or())
      this.expect(')', token)
      return inner
    }
    if (token.kind === 'symbol' && token.text === '[') return this.#list()
    if (token.kind === 'word') return this.#named(token)
    const literal = this.#literal()
    return literal ?? this.unexpected(token)
  }

  /** A number, text, boolean or duration without its sign; undefined when something else stands here. */
  #literal(): Literal | undefined {
    const token = this.peek()
    if (token.kind === 'word' && (token.text === 'true' || token.text === 'false')) {
      this.next++
      return this.node(token, { kind: 'boolean', value: token.text === 'true' })
    }
    if (token.kind === 'number' || token.kind === 'text' || token.kind === 'duration') this.next++
    if (token.kind === 'number') return this.node(token, { kind: 'number', value: token.value })
    if (token.kind === 'text') return this.node(token, { kind: 'text', value: token.value })
    if (token.kind === 'duration') return this.node(token, { kind: 'duration', ms: token.value })
    return undefined
  }

  #list(): Expression {
    const open = this.take()
    const items: ListLiteral['items'] = []
    while (!this.takeSymbol(']')) {
      if (items.length > 0) this.expect(',', open, ']')
      const token = this.peek()
      if (token.kind === 'end') this.unclosed(open, ']')
      const item = this.#signed()
      if (item.kind !== 'number' && item.kind !== 'text' && item.kind !== 'boolean')
        this.fail('syntax', token, 'A list holds numbers, texts, true and false.', 'For example: profile.plan in ["pro", "team"]')
      items.push(item.value)
    }
    return this.node(open, { kind: 'list', items })
  }

  #named(word: Token): Expression {
    if (word.text === 'true' || word.text === 'false') return this.#literal()!
    if (this.peek(1).text === '(' && this.peek(1).kind === 'symbol') return this.#call(this.take())
    const isName = this.#lists > 0 && this.#isNameHere(word.text)
    if (word.text === 'now') return this.node(this.take(), { kind: 'known', name: 'now' })
    if (!isName && isOneOf(ROOTS, word.text)) return this.#quantified(word, this.#rooted(this.take(), word.text))
    if (!isName && isOneOf(FUNCTIONS, word.text)) this.fail('syntax', word, `${word.text} is a function.`, `Write ${word.text}(…).`)
    if (!isName && word.text !== 'null' && RESERVED.has(word.text)) this.unexpected(word)
    this.next++
    const path = [word.text, ...this.path()]
    if (this.#lists > 0) return this.#quantified(word, this.node(word, { kind: 'element', path }))
    return this.#unknown(word, path)
  }

  /** Functions that are not called, and words that mean something elsewhere, are names of what an element holds. */
  #isNameHere(text: string): boolean {
    if (text === 'run') return this.peek(1).text !== '.' && this.peek(1).text !== '['
    return isOneOf(FUNCTIONS, text) || isOneOf(IN_PLACE, text)
  }

  #unknown(word: Token, path: readonly string[]): never {
    const before = this.tokens[this.tokens.indexOf(word) - 1]
    const earlier = this.tokens[this.tokens.indexOf(word) - 2]
    if (before?.text === '-' && earlier?.kind === 'word' && earlier.end === before.start && before.end === word.start)
      this.fail(
        'unknown_name',
        word,
        `${word.text} is not known here.`,
        `A name with a dash is written in brackets: ["${earlier.text}-${word.text}"]`,
      )
    const operator = operatorHint(word.text)
    if (before?.kind !== 'symbol' && before !== undefined && operator !== undefined)
      this.fail('syntax', word, `“${word.text}” is not expected here.`, operator)
    this.fail('unknown_name', word, `${word.text} is not known here.`, nameHint(word.text, path.join('.')))
  }

  #rooted(word: Token, root: (typeof ROOTS)[number]): Expression {
    const dotted = this.peek().text === '.'
    const path = this.path()
    if (root === 'it' && this.#lists === 0)
      this.fail(
        'unknown_name',
        word,
        '“it” has no meaning outside a list.',
        'It is the element inside any(…) and all(…): profile.tags.any(it == "vip")',
      )
    if (root === 'it') return this.node(word, { kind: 'element', path })
    if (path.length === 0) this.fail('syntax', word, `${root} needs a name.`, `For example ${EXAMPLES[root]}`)
    if (root === 'profile' && dotted && path[0] === 'id' && path.length === 1) return this.node(word, { kind: 'known', name: 'profile.id' })
    if (root === 'profile' || root === 'now') return this.node(word, { kind: 'attribute', path })
    const own = OWN[root].find((name) => dotted && path.length === 1 && path[0] === name)
    if (own !== undefined) return this.node(word, { kind: 'known', name: `${root}.${own}` as 'entry.name' })
    const property = root !== 'run' && dotted && path[0] === 'properties' ? path.slice(1) : path
    if (property.length === 0) this.fail('syntax', word, `${root}.properties needs a name.`, `For example ${root}.properties.total`)
    return this.node(word, { kind: 'property', of: root, path: property })
  }

  #quantified(start: Token, list: Expression): Expression {
    const quantifier = this.quantifier()
    if (quantifier === undefined) return list
    if (list.kind === 'known') this.fail('type', start, `${list.name} is not a list.`)
    this.next += 2
    const open = this.take()
    this.#lists++
    const where = this.deeper(open, () => this.#or())
    this.#lists--
    this.expect(')', open)
    const more = this.peek()
    if (more.text === '.') this.unexpected(more)
    return this.node(start, { kind: 'each', quantifier, list: list as PathValue, where })
  }

  #call(name: Token): Expression {
    const open = this.take()
    if (!isOneOf(FUNCTIONS, name.text)) {
      const operator = open.start > name.end ? operatorHint(name.text) : undefined
      this.fail('unknown_function', name, `There is no function ${name.text}.`, operator ?? functionHint(name.text))
    }
    const tree = this.deeper(open, () => this.#arguments(name, name.text as (typeof FUNCTIONS)[number], open))
    this.expect(')', open)
    return tree
  }

  #arguments(name: Token, called: (typeof FUNCTIONS)[number], open: Token): Expression {
    switch (called) {
      case 'lower':
      case 'length':
        return this.node(name, { kind: 'call', name: called, of: this.#or() })
      case 'count':
      case 'first':
      case 'last':
      case 'sum':
      case 'min':
      case 'max':
      case 'distinct':
        return this.#gathering(name, called)
      case 'performed':
      case 'never': {
        const left = this.#gathering(name, 'count')
        const right = this.node(name, { kind: 'number', value: 0 })
        return this.node(name, { kind: 'compare', operator: called === 'never' ? '==' : '>', left, right })
      }
      case 'sequence':
        return this.#sequence(name)
      case 'segment':
      case 'list':
        return this.node(name, { kind: 'member', of: called, id: this.quotedArgument(`${called}("vip")`) })
      case 'score':
      case 'cohort':
        return this.node(name, { kind: 'rating', of: called, name: this.quotedArgument(`${called}("churn")`) })
      case 'consent':
      case 'withdrawn': {
        const channel = this.quotedArgument(`${called}("email")`)
        const topic = this.takeSymbol(',') ? { topic: this.quotedArgument(`${called}("email", "news")`) } : {}
        return this.node(name, { kind: 'consent', status: called === 'consent' ? 'granted' : 'withdrawn', channel, ...topic })
      }
      case 'date':
        return this.#date(name)
      case 'default': {
        const value = this.#or()
        this.expect(',', open, 'and a second value: default(profile.points, 0)')
        const token = this.peek()
        const fallback = this.#signed()
        if (isLiteral(fallback)) return this.node(name, { kind: 'default', value, fallback })
        return this.fail('syntax', token, 'The second value of default(…) is a fixed one.', 'For example: default(profile.points, 0)')
      }
    }
  }

  /** What stands inside `count(…)`: the event, a property, a filter, a window. */
  #gathering(name: Token, what: History['what']): Expression {
    const event = this.quotedArgument(`${name.text}("Order Completed")`)
    const property = OF_PROPERTY.has(what) ? { property: this.#property(name) } : {}
    if (this.peek().text === ',')
      this.fail(
        'syntax',
        this.peek(),
        `${name.text}(…) takes no property.`,
        'Filter events with where: count("Order Completed" where event.total > 50)',
      )
    return this.node(name, { kind: 'history', what, event, ...property, ...this.#filter(), ...this.#window() })
  }

  #property(name: Token): string[] {
    const example = `For example: ${name.text}("Order Completed", total within 30d)`
    if (!this.takeSymbol(',')) return this.fail('syntax', this.peek(), `${name.text}(…) needs a property of the event.`, example)
    const word = this.take()
    if (word.kind !== 'word') return this.fail('syntax', word, 'The name of a property is missing.', example)
    if (word.text !== 'event') return [word.text, ...this.path()]
    const path = this.path()
    const property = path[0] === 'properties' ? path.slice(1) : path
    return property.length > 0 ? property : this.fail('syntax', word, 'event needs a name.', example)
  }

  #filter(): { where?: Expression } {
    const start = this.peek()
    if (!this.takeWord('where')) return {}
    // Inside a filter only the event can be asked, not the element of a list around it.
    const lists = this.#lists
    this.#lists = 0
    this.#filters++
    const where = this.deeper(start, () => this.#or())
    this.#filters--
    this.#lists = lists
    return { where }
  }

  /** `within 30d`, `in run`, in either order. */
  #window(): Pick<History, 'within' | 'since'> {
    const window: Pick<History, 'within' | 'since'> = {}
    for (;;) {
      const word = this.peek()
      if (window.within === undefined && this.takeWord('within')) {
        const span = this.take()
        if (span.kind !== 'duration' || span.value === 0)
          this.fail('syntax', span, 'A duration is missing after within.', 'For example: count("Order Completed" within 30d)')
        window.within = (span as { value: number }).value
      } else if (window.since === undefined && this.takeWord('in')) {
        const since = this.take()
        if (!isOneOf(SINCE, since.text)) return this.unexpected(since, 'run or step')
        window.since = since.text
      } else if (word.text === 'last' || word.text === 'past' || word.text === 'during')
        return this.unexpected(word, 'within, for example within 30d')
      else return window
    }
  }

  #sequence(name: Token): Expression {
    const steps: Sequence['steps'] = []
    do {
      if (steps.length === MAX_SEQUENCE) this.fail('syntax', this.peek(), `A sequence has at most ${MAX_SEQUENCE} events.`)
      steps.push({ event: this.quotedArgument('sequence("Product Added", "Order Completed" within 7d)'), ...this.#filter() })
    } while (this.takeSymbol(','))
    if (steps.length < 2)
      this.fail('syntax', name, 'A sequence has at least two events.', 'For one event: performed("Order Completed" within 7d)')
    return this.node(name, { kind: 'sequence', steps, ...this.#window() })
  }

  #date(name: Token): Expression {
    const token = this.peek()
    const text = this.quotedArgument('date("2026-01-31")')
    if (Number.isNaN(instant(text)))
      this.fail('date', token, `“${text.slice(0, 40)}” is not a date.`, 'Write date("2026-01-31") or date("2026-01-31T09:00:00Z").')
    return this.node(name, { kind: 'date', text })
  }
}

function isLiteral(tree: Expression): tree is Literal {
  return tree.kind === 'number' || tree.kind === 'text' || tree.kind === 'boolean' || tree.kind === 'duration' || tree.kind === 'date'
}
