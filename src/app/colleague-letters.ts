import type { Language } from '#lib/language.ts'
import { saidIn } from '#lib/said.ts'

/** Says what Cadenza says in the language of whoever a letter is for. What people wrote is put beside it as it is. */
export type Say = (text: string) => string

export const sayIn =
  (language: Language): Say =>
  (text) =>
    saidIn(text, language) ?? text

/** Paragraphs, without those that are empty. */
export const letterOf = (parts: readonly string[]): string => parts.filter(Boolean).join('\n\n')
