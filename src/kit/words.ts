import { useSyncExternalStore } from 'react'
import { LANGUAGES, type Language } from '#lib/language.ts'

// A language is added there, and the compiler then names each catalogue that lacks it.
export { LANGUAGES, type Language }

/** A text, a text with things in it, or a group of texts. */
type Entry = string | ((...things: never[]) => unknown) | { readonly [name: string]: Entry }
export interface Entries {
  readonly [name: string]: Entry
}
/** The same names with the same things in them. */
type Twin<W> = {
  readonly [Name in keyof W]: W[Name] extends string
    ? string
    : W[Name] extends (...things: infer T) => infer R
      ? (...things: T) => R
      : Twin<W[Name]>
}
/** One screen's part of the catalogue in every language. Grammar (plurals, order) is plain functions: `people: (n) => plural(n, 'person', 'people')`. */
export interface Words<W> {
  readonly en: W
  readonly de: Twin<W>
}

/** Declares words; a missing or misspelt entry in any language does not compile. */
export const words = <const W extends Entries>(en: W, others: { readonly de: Twin<W> }): Words<W> => ({ en, ...others })

const known = (text: string | null | undefined): Language | undefined => (text && text in LANGUAGES ? (text as Language) : undefined)

let chosen: Language | undefined

/** The language that the reader chose, else the browser's first that we have, else English. */
export function language(): Language {
  if (typeof localStorage === 'undefined') return chosen ?? 'en'
  chosen ??=
    known(localStorage.getItem('language')) ??
    navigator.languages.map((each) => known(each.slice(0, 2))).find((each) => each !== undefined) ??
    'en'
  return chosen
}

export function setLanguage(to: Language): void {
  chosen = to
  localStorage.setItem('language', to)
  document.documentElement.lang = to
  dispatchEvent(new Event('language'))
}

const listen = (changed: () => void): (() => void) => {
  const fromElsewhere = (event: Event) => {
    if (event instanceof StorageEvent && event.key === 'language') chosen = undefined
    changed()
  }
  addEventListener('language', changed)
  addEventListener('storage', fromElsewhere)
  return () => {
    removeEventListener('language', changed)
    removeEventListener('storage', fromElsewhere)
  }
}

export const useLanguage = (): Language => useSyncExternalStore(listen, language, language)

/** The words of a screen in the reader's language; the screen follows when it is changed. */
export const useWords = <W>(all: Words<W>): Twin<W> => (all as Readonly<Record<Language, Twin<W>>>)[useLanguage()]

/** The same outside of a component, read when it is called. */
export const wordsNow = <W>(all: Words<W>): Twin<W> => (all as Readonly<Record<Language, Twin<W>>>)[language()]
