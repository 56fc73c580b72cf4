import type { Language } from '#lib/language.ts'
import type { MadeFile } from '#measurement/reports/adapters/files.ts'
import { type FileFormat, languageOfFile } from '#measurement/reports/file-format.ts'
import type { AnyReport } from '#measurement/reports/kind.ts'
import type { Definition, Told } from '#measurement/reports/told.ts'
import { told } from './told.ts'

/** What a report told when it was read. */
export interface Read {
  readonly report: Pick<AnyReport, 'title' | 'question' | 'definitions'>
  readonly told: Told
}

/** A report as a reader of the language is told it. */
export interface Spoken {
  readonly title: string
  readonly question: string
  readonly definitions: readonly Definition[]
  readonly told: Told
}

export function spokenIn(language: Language, { report, told: read }: Read): Spoken {
  const { title, question, definitions } = report
  if (language === 'en') return { title, question, definitions, told: read }
  const whole = told({ title, question, definitions, ...read }, language) as Omit<Spoken, 'told'> & Told
  const { title: name, question: asked, definitions: words, ...rest } = whole
  return { title: name, question: asked, definitions: words, told: rest }
}

interface Asked {
  readonly format: FileFormat
  readonly language: Language
  /** Begins the names of the files. */
  readonly name: string
  /** Left out: the report's own. */
  readonly title?: string | undefined
}

/** A report as files: what people read is in their language, tables for programs are the same in all. */
export async function reportFiles(read: Read, { format, language, name, title }: Asked): Promise<MadeFile[]> {
  // Loaded only here: what writes PDF takes a while to load.
  const { filesOf } = await import('#measurement/reports/adapters/files.ts')
  const spoken = spokenIn(languageOfFile(format, language), read)
  return filesOf(format, { name, title: title ?? spoken.title, report: spoken, told: spoken.told, language })
}
