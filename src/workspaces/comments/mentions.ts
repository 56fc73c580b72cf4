export interface Mentionable {
  readonly id: string
  readonly name: string
}

/** Members whose name stands after an `@`, the longest name first so that `@Ada Long` is not `@Ada`; all of one name. */
export function mentionsIn(text: string, people: readonly Mentionable[]): Mentionable[] {
  const found = new Map<string, Mentionable>()
  const byLength = [...people].filter(({ name }) => name !== '').sort((a, b) => b.name.length - a.name.length)
  for (const at of text.matchAll(/(?<![\p{L}\p{N}._-])@/gu)) {
    const rest = text.slice(at.index + 1)
    const person = byLength.find(({ name }) => begins(rest, name))
    for (const same of byLength) if (person && same.name.toLowerCase() === person.name.toLowerCase()) found.set(same.id, same)
  }
  return [...found.values()]
}

/** The name, and no letter behind it. */
const begins = (text: string, name: string): boolean =>
  text.slice(0, name.length).toLowerCase() === name.toLowerCase() && !/^[\p{L}\p{N}]/u.test(text.slice(name.length))
