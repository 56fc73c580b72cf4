import { z } from 'zod'
import type { JsonObject } from '#lib/json.ts'

/** A language tag as people write it: `de`, `de-AT`, `zh-Hant-TW` (BCP 47). */
export const Locale = z
  .string()
  .regex(/^[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|\d{3}))?$/, 'write a language such as de, de-AT or zh-Hant')
export type Locale = z.output<typeof Locale>

/** What a person reads, of `locale` or `language`; undefined when neither says. */
export function localeOf(profile: JsonObject): string | undefined {
  for (const name of ['locale', 'language'] as const) {
    const value = profile[name]
    if (typeof value === 'string' && /^[a-z]{2,3}(?:[-_][a-z0-9]{2,8})*$/i.test(value.trim())) return value.trim()
  }
  return undefined
}

/** The one of `offered` that RFC 4647 §3.4 (lookup) finds: `de-AT` → `de`; undefined for the default. */
export function lookUp(wanted: string | undefined, offered: readonly string[]): string | undefined {
  let range = wanted?.replaceAll('_', '-').toLowerCase() ?? ''
  while (range !== '') {
    const found = offered.find((each) => each.toLowerCase() === range)
    if (found) return found
    range = range.slice(0, Math.max(0, range.lastIndexOf('-')))
    // A single letter or digit introduces the subtag after it and goes with it.
    if (/-[a-z0-9]$/.test(range)) range = range.slice(0, -2)
  }
  return undefined
}

/** Whether a person who wants `wanted` gets a text that was written for it, `own` being the language of the default. */
export const isServed = (wanted: string | undefined, own: string | undefined, offered: readonly string[]): boolean =>
  wanted === undefined || lookUp(wanted, own === undefined ? offered : [own, ...offered]) !== undefined || baseOf(wanted) === baseOf(own)

const baseOf = (locale: string | undefined): string | undefined => locale?.split(/[-_]/)[0]?.toLowerCase()

const RIGHT_TO_LEFT = new Set(['ar', 'dv', 'fa', 'he', 'ku', 'ps', 'sd', 'ug', 'ur', 'yi'])

/** Which way its script runs. */
export function directionOf(locale: string): 'ltr' | 'rtl' {
  const [language = '', script = ''] = locale.split('-')
  if (/^(?:Arab|Hebr|Thaa)$/.test(script)) return 'rtl'
  return script.length === 4 ? 'ltr' : RIGHT_TO_LEFT.has(language) ? 'rtl' : 'ltr'
}

/** Words that we write ourselves, below a message. */
const WORDS: Readonly<Record<string, { readonly unsubscribe: string; readonly preferences: string }>> = {
  en: { unsubscribe: 'Unsubscribe', preferences: 'Preferences' },
  de: { unsubscribe: 'Abmelden', preferences: 'Einstellungen' },
  fr: { unsubscribe: 'Se désabonner', preferences: 'Préférences' },
  es: { unsubscribe: 'Darse de baja', preferences: 'Preferencias' },
  it: { unsubscribe: 'Annulla iscrizione', preferences: 'Preferenze' },
  pt: { unsubscribe: 'Cancelar subscrição', preferences: 'Preferências' },
  nl: { unsubscribe: 'Afmelden', preferences: 'Voorkeuren' },
  pl: { unsubscribe: 'Wypisz się', preferences: 'Preferencje' },
  ar: { unsubscribe: 'إلغاء الاشتراك', preferences: 'التفضيلات' },
  he: { unsubscribe: 'ביטול הרשמה', preferences: 'העדפות' },
}

export const wordsFor = (locale: string | undefined): { readonly unsubscribe: string; readonly preferences: string } =>
  WORDS[baseOf(locale) ?? 'en'] ?? WORDS['en']!
