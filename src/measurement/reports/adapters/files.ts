import type { Language } from '#lib/language.ts'
import { csv } from '../csv.ts'
import type { FileFormat } from '../file-format.ts'
import type { AnyReport } from '../kind.ts'
import type { Told } from '../told.ts'
import { parquet } from './parquet.ts'
import { pdf } from './pdf.ts'
import { png } from './picture.ts'

export interface MadeFile {
  readonly name: string
  readonly type: string
  readonly bytes: Uint8Array
}

const TYPES: Readonly<Record<FileFormat, string>> = {
  pdf: 'application/pdf',
  png: 'image/png',
  csv: 'text/csv; charset=utf-8',
  parquet: 'application/vnd.apache.parquet',
}

export interface Asked {
  /** Begins the names: `weekly-channels-2026-05-04`. */
  readonly name: string
  readonly title: string
  readonly report: Pick<AnyReport, 'question' | 'definitions'>
  readonly told: Told
  /** In which the report is told; files for programs are made of what it tells in English. */
  readonly language: Language
}

/** A report as files: one PDF; one PNG for each chart; one CSV or Parquet for each table. A report without charts is no picture: it comes as PDF. */
export async function filesOf(format: FileFormat, { name, title, report, told, language }: Asked): Promise<MadeFile[]> {
  const named = (part: string, as: FileFormat): string => `${[name, part].filter((each) => each !== '').join('-')}.${as}`
  const one = (items: readonly unknown[], part: string): string => (items.length === 1 ? '' : part)
  const made = (part: string, as: FileFormat, bytes: Uint8Array): MadeFile => ({ name: named(part, as), type: TYPES[as], bytes })
  const { charts = [], tables } = told
  switch (format) {
    case 'csv':
      return tables.map((table) => made(one(tables, table.id), 'csv', Buffer.from(csv(table))))
    case 'parquet':
      return tables.map((table) => made(one(tables, table.id), 'parquet', parquet(table)))
    case 'png':
      if (charts.length > 0)
        return charts.map((chart, i) => made(one(charts, String(i + 1)), 'png', png(chart, { width: 800, height: 400 }, { language })))
      return filesOf('pdf', { name, title, report, told, language })
    case 'pdf':
      return [made('', 'pdf', await pdf({ title, question: report.question, definitions: report.definitions, told, language }))]
  }
}
