const MOST = 120

/** Properties of an event on one line, as people read them: `name Grey throw · price 72`. What is no object, as it is. */
export function brief(json: string): string {
  const text = linesOf(json)
  return text.length > MOST ? `${text.slice(0, MOST)}…` : text
}

function linesOf(json: string): string {
  let read: unknown
  try {
    read = JSON.parse(json)
  } catch {
    // A cut record is shown as it is.
    return json
  }
  if (typeof read !== 'object' || read === null || Array.isArray(read)) return json
  return Object.entries(read)
    .map(([name, value]) => `${name} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
    .join(' · ')
}
