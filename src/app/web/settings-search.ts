import type { Words } from '#kit/words.ts'

interface Findable {
  readonly words: Words<{ name: string; about: string }>
  /** What else people look for there, in both languages. */
  readonly find?: string
}

const plain = (text: string): string => text.toLowerCase().normalize('NFD').replaceAll(/\p{M}/gu, '')

/** Whether every word that was typed is somewhere in a part's names and sentences, in any language. */
export function isSought({ words, find = '' }: Findable, typed: string): boolean {
  const all = plain([words.en.name, words.en.about, words.de.name, words.de.about, find].join(' '))
  return plain(typed)
    .split(/\s+/)
    .every((word) => all.includes(word))
}
