import { CsvReader } from '#segments/csv.ts'

/** A row as it was found; a text says why there is none. */
export interface FoundRow {
  readonly line: number
  readonly row: Readonly<Record<string, unknown>> | string
}

const PIECE = 262_144

/** Rows of CSV text with a header, or of a list; lines and places from 1, the header of CSV is line 1. */
export function* productsIn(rows: string | readonly unknown[]): Iterable<FoundRow> {
  if (typeof rows !== 'string') {
    for (const [i, row] of rows.entries())
      yield {
        line: i + 1,
        row: row !== null && typeof row === 'object' && !Array.isArray(row) ? (row as Record<string, unknown>) : 'This is no product',
      }
    return
  }
  const reader = new CsvReader()
  let header: readonly string[] | undefined
  let line = 0
  for (let from = 0; from <= rows.length; from += PIECE) {
    const last = from + PIECE >= rows.length
    const found = [...reader.push(rows.slice(from, from + PIECE)), ...(last ? reader.end() : [])]
    for (const fields of found) {
      line += 1
      if (!header) header = fields
      else if (fields.length !== header.length) yield { line, row: `The row has ${fields.length} fields, the header has ${header.length}` }
      else yield { line, row: Object.fromEntries(header.map((name, i) => [name, fields[i]])) }
    }
    if (last) return
  }
}
