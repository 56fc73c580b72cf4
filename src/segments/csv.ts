/** Reads comma-separated text (RFC 4180, also with semicolons or tabs) as it comes, piece by piece. */
export class CsvReader {
  readonly #mostFields: number
  #separator = ''
  #field = ''
  #row: string[] = []
  /** Inside quotes; `closing`: a quote was seen that ends the field, or is the first of two. */
  #state: 'plain' | 'quoted' | 'closing' = 'plain'
  #begun = false
  #afterReturn = false

  /** Rows of more fields than `mostFields` are cut there. */
  constructor({ mostFields = 500 }: { mostFields?: number } = {}) {
    this.#mostFields = mostFields
  }

  /** Rows that this piece completes. */
  push(piece: string): string[][] {
    const rows: string[][] = []
    let text = piece
    if (!this.#begun && text.length > 0) {
      this.#begun = true
      if (text.charCodeAt(0) === 0xfeff) text = text.slice(1)
    }
    if (this.#separator === '') this.#separator = separatorOf(text)
    for (const char of text) this.#take(char, rows)
    return rows
  }

  /** The last row, when the text does not end with a line break. */
  end(): string[][] {
    const rows: string[][] = []
    if (this.#field !== '' || this.#row.length > 0 || this.#state !== 'plain') this.#line(rows)
    return rows
  }

  #take(char: string, rows: string[][]): void {
    if (this.#state === 'quoted') {
      if (char === '"') this.#state = 'closing'
      else this.#field += char
      return
    }
    if (this.#state === 'closing' && char === '"') {
      this.#field += '"'
      this.#state = 'quoted'
      return
    }
    if (char === '\n' && this.#afterReturn) {
      this.#afterReturn = false
      return
    }
    this.#afterReturn = char === '\r'
    if (char === '\n' || char === '\r') this.#line(rows)
    else if (char === this.#separator) this.#cell()
    else if (char === '"' && this.#field === '' && this.#state === 'plain') this.#state = 'quoted'
    else this.#field += char
  }

  #cell(): void {
    if (this.#row.length < this.#mostFields) this.#row.push(this.#field)
    this.#field = ''
    this.#state = 'plain'
  }

  #line(rows: string[][]): void {
    this.#cell()
    // An empty line is no row.
    if (this.#row.length > 1 || this.#row[0] !== '') rows.push(this.#row)
    this.#row = []
  }
}

/** What parts the fields of the first line. */
function separatorOf(text: string): string {
  const [line = ''] = text.split(/[\r\n]/, 1)
  const counts = [',', ';', '\t'].map((sign) => [sign, line.split(sign).length] as const)
  return counts.reduce((best, next) => (next[1] > best[1] ? next : best))[0]
}

/** What a column holds: an identifier of a kind, an attribute of a type, or nothing that is wanted. */
export type ColumnRole =
  | { readonly kind: 'identifier'; readonly of: string }
  | { readonly kind: 'attribute'; readonly name: string; readonly type: 'text' | 'number' | 'boolean' }
  | { readonly kind: 'skip' }

const KNOWN: Readonly<Record<string, string>> = {
  email: 'email',
  'e-mail': 'email',
  mail: 'email',
  'email address': 'email',
  user_id: 'user_id',
  userid: 'user_id',
  'user id': 'user_id',
  id: 'user_id',
  phone: 'phone',
  'phone number': 'phone',
  anonymous_id: 'anonymous_id',
  anonymousid: 'anonymous_id',
}

/**
 * The role of each column. `given` says it by header: `email`, `user_id`, `phone`, `anonymous_id`, `id:<kind>`, `text:<attribute>`,
 * `number:<attribute>`, `boolean:<attribute>`, `skip`; what is not given follows from the header's own name.
 */
export function rolesOf(header: readonly string[], given: Readonly<Record<string, string>>): readonly ColumnRole[] {
  return header.map((raw): ColumnRole => {
    const name = raw.trim()
    const said = Object.hasOwn(given, name) ? given[name]! : undefined
    if (said === undefined) {
      const known = Object.hasOwn(KNOWN, name.toLowerCase()) ? KNOWN[name.toLowerCase()] : undefined
      if (known !== undefined) return { kind: 'identifier', of: known }
      return name === '' ? { kind: 'skip' } : { kind: 'attribute', name, type: 'text' }
    }
    const [word = '', ...rest] = said.split(':')
    const of = rest.join(':')
    if (word === 'skip') return { kind: 'skip' }
    if (word === 'id' && of !== '') return { kind: 'identifier', of }
    if ((word === 'text' || word === 'number' || word === 'boolean') && of !== '') return { kind: 'attribute', name: of, type: word }
    return { kind: 'identifier', of: word }
  })
}

/** One person of a file. */
export interface CsvPerson {
  readonly ids: readonly { readonly kind: string; readonly value: string }[]
  readonly attributes: Readonly<Record<string, string | number | boolean>>
}

/** Reads one row; a text says what is wrong with it. Empty fields say nothing. */
export function personOf(row: readonly string[], roles: readonly ColumnRole[]): CsvPerson | string {
  if (row.length !== roles.length) return `The row has ${row.length} fields, the header has ${roles.length}`
  const ids: { kind: string; value: string }[] = []
  const attributes: Record<string, string | number | boolean> = {}
  for (const [i, role] of roles.entries()) {
    const value = row[i]!.trim()
    if (role.kind === 'skip' || value === '') continue
    if (value.includes('\0') || !value.isWellFormed()) return `Column ${i + 1} holds characters that cannot be stored`
    if (role.kind === 'identifier') {
      if (value.length > 512) return `Column ${i + 1} is too long for an identifier`
      if (role.of === 'email' && !/^[^\s@]+@[^\s@]+$/.test(value)) return `“${value}” is not an e-mail address`
      ids.push({ kind: role.of, value: role.of === 'email' ? value.toLowerCase() : value })
    } else {
      const read = typed(value, role.type)
      if (read === undefined) return `“${value}” in column ${i + 1} is not a ${role.type}`
      Object.defineProperty(attributes, role.name, { value: read, enumerable: true, configurable: true, writable: true })
    }
  }
  return ids.length === 0 ? 'The row names nobody: every identifier is empty' : { ids, attributes }
}

function typed(value: string, type: 'text' | 'number' | 'boolean'): string | number | boolean | undefined {
  if (type === 'text') return value
  if (type === 'number') return Number.isFinite(Number(value)) ? Number(value) : undefined
  const word = value.toLowerCase()
  if (['true', 'yes', '1'].includes(word)) return true
  return ['false', 'no', '0'].includes(word) ? false : undefined
}
