import type { Language } from './language.ts'
import type { Problem } from './problem.ts'
import { problemBy } from './problem-telling.ts'
import { GERMAN_PROBLEMS } from './problem-words-german.ts'
import { saidIn } from './said.ts'

const GERMAN = { problems: GERMAN_PROBLEMS, tell: (text: string) => saidIn(text, 'de') }

/** A problem in the reader's language (RFC 9457 lets title and detail follow `Accept-Language`). What neither its code nor a sentence of the catalogue knows is told in English. */
export const problemIn = <P extends Problem>(problem: P, language: Language): P =>
  language === 'en' ? problem : problemBy(problem, GERMAN)
