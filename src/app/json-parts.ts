/** The elements of a JSON array as they are written, byte for byte; the text must be valid JSON without blanks around it. */
export function elementsOf(array: string): string[] {
  const elements: string[] = []
  let depth = 0
  let start = 1
  for (let i = 1; i < array.length - 1; i++) {
    const at = array[i]
    if (at === '"') i = endOfString(array, i)
    else if (at === '{' || at === '[') depth++
    else if (at === '}' || at === ']') depth--
    else if (at === ',' && depth === 0) {
      elements.push(array.slice(start, i))
      start = i + 1
    }
  }
  const last = array.slice(start, -1)
  return last.trim() === '' && elements.length === 0 ? [] : [...elements, last]
}

function endOfString(text: string, start: number): number {
  let i = start + 1
  while (text[i] !== '"') i += text[i] === '\\' ? 2 : 1
  return i
}
