import type { Language } from './language.ts'

/** Thousands apart and the mark of the decimals, as each language writes them: `1,204.5`, `1.204,5`. */
const MARKS: Readonly<Record<Language, readonly [thousands: string, decimals: string]>> = { en: [',', '.'], de: ['.', ','] }

/** A number that JavaScript has written, as people write it; less than nothing has a minus, and nothing has no sign. One with an exponent stays. */
export function grouped(text: string, language: Language = 'en'): string {
  const [, sign = '', whole = '', rest] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text) ?? []
  if (whole === '') return text
  const [thousands, decimals] = MARKS[language]
  const parted = whole.replaceAll(/\B(?=(\d{3})+$)/g, thousands)
  const number = rest === undefined ? parted : `${parted}${decimals}${rest}`
  return sign === '' || Number(text) === 0 ? number : `−${number}`
}
