import type { Language } from '#lib/language.ts'

interface FileWords {
  readonly asOf: (moment: string) => string
  readonly wrong: string
  readonly means: string
  readonly cut: (rows: string) => string
  readonly page: (n: number, of: number) => string
}

/** What stands on the paper of a report beside what the report tells. */
export const FILE_WORDS: Readonly<Record<Language, FileWords>> = {
  en: {
    asOf: (moment) => `as of ${moment}`,
    wrong: 'What could be wrong',
    means: 'What the words mean',
    cut: (rows) => `The first ${rows} rows; the file with all of them is the CSV.`,
    page: (n, of) => `${n} of ${of}`,
  },
  de: {
    asOf: (moment) => `Stand ${moment}`,
    wrong: 'Was falsch sein könnte',
    means: 'Was die Wörter bedeuten',
    cut: (rows) => `Die ersten ${rows} Zeilen; alle stehen in der CSV-Datei.`,
    page: (n, of) => `${n} von ${of}`,
  },
}
