import { type ColumnRole, type CsvPerson, CsvReader, personOf, rolesOf } from '#segments/csv.ts'

export interface Line {
  /** From 2 on, as a spreadsheet shows it. */
  readonly row: number
  readonly person: CsvPerson | string
}

interface Columns {
  /** What the sender says of columns, by their header. */
  readonly map: Readonly<Record<string, string>>
  /** Told what they are taken for. */
  readonly told?: (header: readonly string[], roles: readonly ColumnRole[]) => void
}

/** The people of a file that comes in pieces. */
export async function* linesOf(pieces: AsyncIterable<string>, { map, told }: Columns): AsyncGenerator<Line> {
  const reader = new CsvReader()
  let roles: readonly ColumnRole[] | undefined
  let row = 0
  const read = function* (rows: readonly string[][]): Generator<Line> {
    for (const fields of rows) {
      row++
      if (roles) yield { row, person: personOf(fields, roles) }
      else {
        roles = rolesOf(fields, map)
        told?.(fields, roles)
      }
    }
  }
  for await (const piece of pieces) yield* read(reader.push(piece))
  yield* read(reader.end())
}

const FAULTS_SHOWN = 100

/** What became of the rows so far. */
export class Tally {
  rows = 0
  taken = 0
  refused = 0
  readonly faults: { row: number; title: string }[] = []

  constructor(before?: Pick<Tally, 'rows' | 'taken' | 'refused'> & { readonly faults: readonly { row: number; title: string }[] }) {
    if (!before) return
    const { rows, taken, refused, faults } = before
    Object.assign(this, { rows, taken, refused })
    this.faults.push(...faults)
  }

  note({ row, person }: Line): void {
    this.rows++
    if (typeof person !== 'string') this.taken++
    else {
      this.refused++
      if (this.faults.length < FAULTS_SHOWN) this.faults.push({ row, title: person })
    }
  }
}
