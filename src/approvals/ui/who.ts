/** People by name, as far as they are known; an id that nobody knows any more stays an id. */
export const nameOf = (names: Readonly<Record<string, string>>, id: string): string =>
  names[id] ?? names[`person:${id}`] ?? id.replace(/^(person|key|agent|model|system):/, '')
