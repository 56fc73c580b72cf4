/** `firstName`, `first_name` → `first name`; an acronym stays. */
export const spaced = (name: string): string =>
  name
    .replace(/[_\s]+/g, ' ')
    .replace(/(\p{Ll})(\p{Lu})/gu, (_all, end: string, start: string) => `${end} ${start.toLowerCase()}`)
    .trim()
