/** Languages in which every screen is complete, and in which sentences that the server makes can be told. */
export const LANGUAGES = { en: 'English', de: 'Deutsch' } as const
export type Language = keyof typeof LANGUAGES

/** A list of texts by code in every language; `of` names the codes, so that none is forgotten. */
export type InEvery<Code extends string> = Readonly<Record<Language, Readonly<Record<Code, string>>>>

/** The first language of an `Accept-Language` header that we have, else English. */
export const languageAsked = (header: string | readonly string[] | undefined): Language =>
  String(header ?? '')
    .split(',')
    .map((each) => each.trim().slice(0, 2).toLowerCase())
    .find((each): each is Language => Object.hasOwn(LANGUAGES, each)) ?? 'en'
