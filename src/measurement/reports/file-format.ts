import type { Language } from '#lib/language.ts'

export type FileFormat = 'pdf' | 'png' | 'csv' | 'parquet'

/** The language in which a file is written: tables are read by programs, too, and are the same for everybody. */
export const languageOfFile = (format: FileFormat, language: Language): Language =>
  format === 'csv' || format === 'parquet' ? 'en' : language
