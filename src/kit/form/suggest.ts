/** Something that may be written here. */
export interface Suggested {
  readonly value: string
  readonly label?: string
  /** A short word about it: its type, how many have it. */
  readonly note?: string
}

/** Those that hold all typed words, the ones that begin with them first; at most `limit`. */
export function matching(choices: readonly Suggested[], typed: string, limit: number): Suggested[] {
  const wanted = typed.trim().toLowerCase().split(/\s+/).filter(Boolean)
  if (wanted.length === 0) return choices.slice(0, limit)
  const text = (each: Suggested) => `${each.label ?? ''} ${each.value}`.toLowerCase()
  const found = choices.filter((each) => wanted.every((word) => text(each).includes(word)))
  const begins = (each: Suggested) => [each.value, each.label ?? ''].some((name) => name.toLowerCase().startsWith(wanted[0]!))
  return [...found.filter(begins), ...found.filter((each) => !begins(each))].slice(0, limit)
}
