/**
 * Words of a form by the path of its parts: `goal.within` or, for every part of that name, `within`.
 * `within?` is the hint below it, `reentry=never` an option of it, `arms+` the button that adds an item, `arms#` one item by its number.
 */
export type FieldWords = Readonly<Record<string, string>>

/** Numbers of items do not count: `/arms/0/weight` is `arms.weight`. */
export const namesOf = (path: readonly string[]): string[] => path.filter((part) => !/^\d+$/.test(part))

/** The words of the longest path that has some; the first catalogue that knows any wins. */
export function wordsFor(path: readonly string[], catalogues: readonly FieldWords[], after = ''): string | undefined {
  const names = namesOf(path)
  for (const words of catalogues) {
    for (let from = 0; from <= names.length; from++) {
      const found = words[names.slice(from).join('.') + after]
      if (found !== undefined) return found
    }
  }
  return undefined
}

/** `fallbackZone`, `max_age` → `Fallback zone`, `Max age`. */
export function readable(name: string): string {
  const spaced = name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll(/[_-]+/g, ' ')
    .toLowerCase()
    .trim()
  return spaced.charAt(0).toUpperCase() + spaced.slice(1)
}

export const labelFor = (path: readonly string[], catalogues: readonly FieldWords[]): string =>
  wordsFor(path, catalogues) ?? readable(namesOf(path).at(-1) ?? '')

export const optionLabel = (path: readonly string[], catalogues: readonly FieldWords[], option: string): string =>
  wordsFor(path, catalogues, `=${option}`) ?? readable(option)

/** Options by their own names, wherever they stand: `email` → `=email`. */
export const optionWords = (words: Readonly<Record<string, string>>): FieldWords =>
  Object.fromEntries(Object.entries(words).map(([option, word]) => [`=${option}`, word]))
